//! Names that records may have: letters, the labels some types ask for, reserved ones, callsigns, other alphabets.

use super::super::name::{Name, NameError};
use super::super::rr::RecordType;
use crate::ham::callsign::Callsign;

/// Labels that no member is given in a club's zone, besides `ns1`, `mx2` and the like.
const RESERVED: &[&str] = &[
    "www",
    "mail",
    "ns",
    "mx",
    "smtp",
    "imap",
    "ftp",
    "autoconfig",
    "autodiscover",
    "wpad",
    "isatap",
    "mta-sts",
    "_dmarc",
    "_domainkey",
    "_acme-challenge",
    "localhost",
    "admin",
    "hostmaster",
    "postmaster",
    "callbook",
    "*",
];

/// Whether a label is one that members cannot have in a club's zone. Servers' names are a prefix and a number: there are
/// callsigns that begin with NS or MX.
pub(crate) fn is_reserved(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    let numbered = |prefix: &str| {
        let rest = label.strip_prefix(prefix);
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|octet| octet.is_ascii_digit()))
    };
    RESERVED.contains(&label.as_str()) || numbered("ns") || numbered("mx")
}

/// The label of a callsign: lower case, `/` is written `-`.
pub(crate) fn label_of(call: &Callsign) -> String {
    call.as_str().to_ascii_lowercase().replace('/', "-")
}

/// What is wrong with a name as an owner of a member's records; nothing when it can be one.
pub(super) fn check(name: &Name, kind: RecordType) -> Result<(), String> {
    let reverse = name.is_at_or_below(&reverse_zone());
    for (place, label) in name.labels().enumerate() {
        if label == b"*" && place == 0 {
            continue;
        }
        let allowed = |octet: &u8| {
            octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_') || (*octet == b'/' && reverse)
        };
        if !label.iter().all(allowed) {
            return Err(format!(
                "{name} has a label with other characters than letters, digits, - and _ (* can be the whole first label)"
            ));
        }
        if label.starts_with(b"xn--") && is_no_alabel(label) {
            return Err(format!(
                "{name} has a label that begins with xn-- and encodes nothing; type its letters"
            ));
        }
    }
    service(name, kind)
}

fn reverse_zone() -> Name {
    let labels: [&[u8]; 2] = [b"arpa", b"in-addr"];
    // Two short labels are always a name.
    labels
        .iter()
        .try_fold(Name::root(), |name, label| name.child(label))
        .unwrap_or_else(|_| Name::root())
}

fn is_no_alabel(label: &[u8]) -> bool {
    let text = String::from_utf8_lossy(label);
    let (_, result) = idna::domain_to_unicode(&text);
    result.is_err()
}

/// The first labels that some types stand at.
fn service(name: &Name, kind: RecordType) -> Result<(), String> {
    let mut labels = name.labels();
    let (first, second) = (
        labels.next().unwrap_or_default(),
        labels.next().unwrap_or_default(),
    );
    let underscored = |label: &[u8]| label.len() > 1 && label[0] == b'_';
    match kind {
        RecordType::SRV if !underscored(first) || !underscored(second) => Err(format!(
            "{name} does not begin with a service and a protocol; write such as _sip._udp before the name"
        )),
        RecordType::TLSA => {
            let port = first
                .strip_prefix(b"_")
                .and_then(|port| std::str::from_utf8(port).ok()?.parse::<u16>().ok());
            if (port.is_some() || first == b"*") && underscored(second) {
                Ok(())
            } else {
                Err(format!(
                    "{name} does not begin with a port and a protocol; write such as _443._tcp before the name"
                ))
            }
        }
        RecordType::SMIMEA if second != b"_smimecert" => Err(format!(
            "{name} does not begin with a digest of the mailbox and _smimecert (RFC 8162)"
        )),
        _ => Ok(()),
    }
}

/// Why a name is none that a host has: NS, MX and SRV point to hosts. Nothing when it can be one.
pub(super) fn not_a_host(name: &Name) -> Option<String> {
    if name.is_root() {
        return None;
    }
    if is_address_like(name) {
        return Some(format!(
            "{name} looks like an address; write the name of the host"
        ));
    }
    let is_host = name.labels().all(|label| {
        let letters = label
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-');
        letters && label.first() != Some(&b'-') && label.last() != Some(&b'-')
    });
    (!is_host).then(|| format!("{name} is not a host's name: letters, digits, and hyphens within"))
}

/// Whether a name begins as a dotted quad does. Reverse zones have such names.
pub(super) fn is_address_like(name: &Name) -> bool {
    let number = |label: &[u8]| std::str::from_utf8(label).is_ok_and(|text| text.parse::<u8>().is_ok());
    let first = name.labels().take(4);
    name.label_count() >= 4 && first.into_iter().all(number) && !name.is_at_or_below(&reverse_zone())
}

/// The name that a member types as an owner, relative to `origin` unless it ends in a dot; letters of other alphabets
/// become the form that the network knows (UTS 46).
pub(crate) fn from_input(text: &str, origin: &Name) -> Result<Name, String> {
    let text = text.trim();
    let text = if text.is_empty() { "@" } else { text };
    let told = |error: NameError| format!("\"{text}\": {error}");
    if text.is_ascii() {
        return Name::parse(text, origin).map_err(told);
    }
    let ascii = idna::domain_to_ascii(text).map_err(|_| {
        format!("\"{text}\" has characters that names cannot have; use letters, digits and hyphens")
    })?;
    Name::parse(&ascii, origin).map_err(told)
}

/// The name as people write it, with letters of other alphabets; `None` where it is the same as the stored one.
pub(crate) fn shown(name: &Name) -> Option<String> {
    if !name.labels().any(|label| label.starts_with(b"xn--")) {
        return None;
    }
    let (text, result) = idna::domain_to_unicode(&name.to_string());
    result.is_ok().then_some(text)
}
