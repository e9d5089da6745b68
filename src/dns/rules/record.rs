//! Rules of one set by itself: its place, type, time to live, and the values of its type.

use super::super::name::Name;
use super::super::rdata;
use super::super::rr::{Rdata, RecordType, RrSet};
use super::{Edit, Level, RuleError, State, owner};

/// The times to live that members' records have, in seconds.
pub(crate) const TTL_BOUNDS: (u32, u32) = (60, 86_400);

/// The most octets of one TXT record of a member.
pub(crate) const MOST_TEXT: usize = 4096;

/// Takes what is wrong: field, rule, sentence.
type Tell<'a> = &'a mut dyn FnMut(&'static str, &'static str, String);

/// Tells what is wrong with an edit, whatever stands beside it.
pub(super) fn check_edit<S: State>(
    before: &S,
    edit: &Edit,
    level: Level,
    tell: Tell<'_>,
) -> Result<(), S::Error> {
    let (name, kind) = (&edit.name, edit.kind);
    if !name.is_at_or_below(before.origin()) {
        tell(
            "name",
            "zone",
            format!("{name} is not in the zone {}", before.origin()),
        );
        return Ok(());
    }
    if kind.is_meta() {
        tell(
            "type",
            "type",
            format!("{kind} belongs to questions; no name can have {kind} records"),
        );
        return Ok(());
    }
    let Some(set) = &edit.after else { return Ok(()) };
    if level == Level::Lenient {
        return Ok(());
    }
    if let Some(why) = not_offered(kind) {
        tell(
            "type",
            "type",
            format!("{kind} records cannot be set here: {why}"),
        );
        return Ok(());
    }
    if let Err(text) = owner::check(name, kind) {
        tell("name", "name", text);
    }
    let (least, most) = TTL_BOUNDS;
    if !(least..=most).contains(&set.ttl().seconds()) {
        let text = format!(
            "a time to live of {} s is not from {least} to {most} s",
            set.ttl()
        );
        tell("ttl", "ttl", text);
    }
    for data in set.data() {
        check_data(kind, data, &mut |field, rule, text| {
            tell(
                field,
                rule,
                format!("{name} {kind} {}: {text}", shortened(&rdata::write(kind, data))),
            );
        });
    }
    let null_exchange = |data: &Rdata| data.wire().get(2..) == Some(&[0]);
    if kind == RecordType::MX && set.data().len() > 1 && set.data().iter().any(null_exchange) {
        let text =
            format!("{name}: an MX with target . says that there is no mail, so it must be the only one");
        tell("target", "single", text);
    }
    if kind == RecordType::DS {
        old_digests(before, set, tell)?;
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

/// Digests by SHA-1 are kept where they are, and not taken anew.
fn old_digests<S: State>(before: &S, set: &RrSet, tell: Tell<'_>) -> Result<(), S::Error> {
    let known = before.set(set.name(), RecordType::DS)?;
    let new = |data: &&Rdata| !known.as_ref().is_some_and(|known| known.data().contains(data));
    let by_sha1 = |data: &&Rdata| data.wire().get(3) == Some(&1);
    if set.data().iter().filter(by_sha1).any(|data| new(&data)) {
        let text = "digest type 1 (SHA-1) is not taken any more; use 2 (SHA-256)".to_owned();
        tell("digest type", "value", text);
    }
    Ok(())
}

/// Why members cannot have records of a type; nothing for those they can have.
pub(crate) fn not_offered(kind: RecordType) -> Option<&'static str> {
    match kind {
        RecordType::DNSKEY
        | RecordType::CDS
        | RecordType::CDNSKEY
        | RecordType::CSYNC
        | RecordType::RRSIG
        | RecordType::NSEC
        | RecordType::NSEC3
        | RecordType::NSEC3PARAM
        | RecordType::ZONEMD => Some("the server makes them itself when a zone is signed"),
        RecordType::SPF => Some("mail servers no longer ask for them; put the text into a TXT record"),
        RecordType::MD | RecordType::MF => Some("MX has taken their place"),
        RecordType::KEY | RecordType::SIG | RecordType::NXT => {
            Some("DNSKEY, RRSIG and NSEC have taken their place")
        }
        RecordType::A6 => Some("AAAA has taken their place"),
        RecordType::WKS
        | RecordType::NULL
        | RecordType::MB
        | RecordType::MG
        | RecordType::MR
        | RecordType::MINFO => Some("nobody uses them any more"),
        _ => None,
    }
}

/// What to say of a word that is given for a type and names none that we know.
pub(crate) fn about_unknown_type(word: &str) -> &'static str {
    match word.to_ascii_uppercase().as_str() {
        "ALIAS" | "ANAME" => {
            "is an invention of some providers that no standard knows; give the name A and AAAA records, or a CNAME \
             below the zone's own name"
        }
        "LUA" => "runs programs on the name server and is not offered",
        "URL" | "REDIRECT" => "is done by a web server; give the name A and AAAA records of one",
        _ => "is not a record type; write such as A, MX, TXT, or TYPE65280 with \\# and digits",
    }
}

/// A SOA's serial only rises (RFC 1982).
pub(super) fn check_serial<S: State>(
    before: &S,
    edit: &Edit,
    index: usize,
    broken: &mut Vec<RuleError>,
) -> Result<(), S::Error> {
    let serial = |set: &RrSet| {
        let wire = set.data().first()?.wire();
        let fields = wire.get(wire.len().checked_sub(20)?..)?;
        fields
            .first_chunk::<4>()
            .map(|serial| u32::from_be_bytes(*serial))
    };
    let known = before.set(&edit.name, RecordType::SOA)?;
    let (Some(old), Some(new)) = (
        known.as_ref().and_then(serial),
        edit.after.as_ref().and_then(serial),
    ) else {
        return Ok(());
    };
    if old.wrapping_sub(new).wrapping_sub(1) < 1 << 31 {
        broken.push(RuleError {
            index,
            field: "serial",
            rule: "order",
            text: format!(
                "the serial {new} is lower than the present {old}; others would keep the old records"
            ),
        });
    }
    Ok(())
}

/// Tells what a member's data of a type may not be.
fn check_data(kind: RecordType, data: &Rdata, tell: Tell<'_>) {
    let wire = data.wire();
    let octet = |at: usize| wire.get(at).copied().unwrap_or_default();
    let number = |at: usize| u16::from_be_bytes([octet(at), octet(at + 1)]);
    let target = rdata::names(kind, data).last();
    match kind {
        RecordType::NS | RecordType::MX | RecordType::SRV => {
            check_host(kind, number(0), target.as_ref(), tell);
        }
        RecordType::CNAME | RecordType::PTR | RecordType::DNAME => {
            if let Some(target) = target.filter(owner::is_address_like) {
                let text = format!("{target} looks like an address, and {kind} needs a name");
                tell("target", "host", text);
            }
        }
        RecordType::SOA => check_soa(wire, tell),
        RecordType::TXT if wire.len() > MOST_TEXT => {
            tell(
                "text",
                "length",
                format!("has {} octets; {MOST_TEXT} are the most", wire.len()),
            );
        }
        RecordType::NAPTR => {
            let regexp = rdata_string(wire, 2).is_some_and(|text| !text.is_empty());
            if regexp && target.is_some_and(|name| !name.is_root()) {
                let text =
                    "has a regexp and a replacement; write . for the replacement, or \"\" for the regexp";
                tell("replacement", "value", text.to_owned());
            }
        }
        RecordType::SSHFP => {
            one_of(
                "algorithm",
                octet(0),
                &[1, 2, 3, 4, 6],
                "1 RSA, 2 DSA, 3 ECDSA, 4 Ed25519, 6 Ed448",
                tell,
            );
            one_of("type", octet(1), &[1, 2], "1 SHA-1, 2 SHA-256", tell);
        }
        RecordType::TLSA | RecordType::SMIMEA => {
            one_of(
                "usage",
                octet(0),
                &[0, 1, 2, 3],
                "0 to 3; 3 is the server's own certificate",
                tell,
            );
            one_of(
                "selector",
                octet(1),
                &[0, 1],
                "0 whole certificate, 1 its key",
                tell,
            );
            one_of(
                "matching",
                octet(2),
                &[0, 1, 2],
                "0 all of it, 1 SHA-256, 2 SHA-512",
                tell,
            );
            let expected = [None, Some(32), Some(64)]
                .get(usize::from(octet(2)))
                .copied()
                .flatten();
            let length = wire.len().saturating_sub(3);
            if let Some(expected) = expected.filter(|expected| *expected != length) {
                tell(
                    "data",
                    "length",
                    format!("has {length} octets; a digest of this kind has {expected}"),
                );
            }
        }
        RecordType::DS => one_of("digest type", octet(3), &[1, 2, 4], "2 SHA-256, 4 SHA-384", tell),
        RecordType::CAA => check_caa(wire, tell),
        RecordType::SVCB | RecordType::HTTPS => {
            let params = target.map_or(0, |name| wire.len().saturating_sub(2 + name.wire().len()));
            if number(0) == 0 && params > 0 {
                let text = "with priority 0 it is an alias and has no parameters; give it another priority";
                tell("parameters", "value", text.to_owned());
            }
        }
        RecordType::URI if !wire.iter().skip(4).any(|octet| *octet == b':') => {
            tell(
                "target",
                "value",
                "write a whole address such as \"https://example.org/\"".to_owned(),
            );
        }
        _ => {}
    }
}

fn one_of(field: &'static str, value: u8, allowed: &[u8], told: &str, tell: Tell<'_>) {
    if !allowed.contains(&value) {
        tell(field, "value", format!("{value} is none of: {told}"));
    }
}

/// The string with that number in NAPTR's data.
fn rdata_string(wire: &[u8], which: usize) -> Option<&[u8]> {
    let mut at = 4;
    for _ in 0..which {
        at += 1 + usize::from(*wire.get(at)?);
    }
    let length = usize::from(*wire.get(at)?);
    wire.get(at + 1..at + 1 + length)
}

fn check_host(kind: RecordType, preference: u16, target: Option<&Name>, tell: Tell<'_>) {
    let Some(target) = target else { return };
    if let Some(text) = owner::not_a_host(target) {
        tell("target", "host", text);
    }
    if target.is_root() && kind == RecordType::NS {
        tell("target", "host", "write the name of a server".to_owned());
    }
    if target.is_root() && kind == RecordType::MX && preference != 0 {
        tell(
            "preference",
            "value",
            "an MX with target . has preference 0".to_owned(),
        );
    }
}

fn check_soa(wire: &[u8], tell: Tell<'_>) {
    let bounds: [(&'static str, u32, u32); 4] = [
        ("refresh", 1200, 86_400),
        ("retry", 180, 7200),
        ("expire", 604_800, 2_419_200),
        ("minimum", 60, 3600),
    ];
    let times = wire.last_chunk::<16>().map(|times| times.as_chunks::<4>().0);
    for (time, (field, least, most)) in times.into_iter().flatten().zip(bounds) {
        let time = u32::from_be_bytes(*time);
        if !(least..=most).contains(&time) {
            tell(
                field,
                "value",
                format!("{time} s is not from {least} to {most} s"),
            );
        }
    }
}

fn check_caa(wire: &[u8], tell: Tell<'_>) {
    let flags = wire.first().copied().unwrap_or_default();
    one_of("flags", flags, &[0, 128], "0, or 128 for critical", tell);
    let tag_end = 2 + usize::from(wire.get(1).copied().unwrap_or_default());
    let tag = wire.get(2..tag_end).unwrap_or_default();
    let value = wire.get(tag_end..).unwrap_or_default();
    let is_address = [&b"mailto:"[..], b"http:", b"https:"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    if tag == b"iodef" && !is_address {
        tell(
            "value",
            "value",
            "write where to report to, such as \"mailto:op@example.org\"".to_owned(),
        );
    }
}
