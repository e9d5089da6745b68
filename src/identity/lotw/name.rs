//! Distinguished names of certificates: their attributes, their one-line form, the ways they are encoded.
//!
//! Names are compared as bytes, never as text: two attributes may print alike and be different. The one-line form is
//! for people and for the extension that names a superseded certificate, where TQSL and ARRL use it.

use rustls::DistinguishedName;

use super::der;

/// 1.3.6.1.4.1.12348.1.1, ARRL's callsign attribute.
pub(crate) const CALLSIGN: &[u8] = &[0x2B, 0x06, 0x01, 0x04, 0x01, 0xE0, 0x3C, 0x01, 0x01];
/// 2.5.4.3, commonName.
pub(crate) const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.4.6, countryName: always a `PrintableString`.
pub(crate) const COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
/// 1.2.840.113549.1.9.1, emailAddress.
pub(crate) const EMAIL: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01];
/// 0.9.2342.19200300.100.1.25, domainComponent.
pub(crate) const DOMAIN: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x19];

/// How attributes are called in the one-line form, as TQSL spells them.
const LABELS: &[(&[u8], &str)] = &[
    (CALLSIGN, "AROcallsign"),
    (COMMON_NAME, "CN"),
    (COUNTRY, "C"),
    (EMAIL, "Email"),
    (DOMAIN, "DC"),
    (&[0x55, 0x04, 0x07], "L"),
    (&[0x55, 0x04, 0x08], "ST"),
    (&[0x55, 0x04, 0x0A], "O"),
    (&[0x55, 0x04, 0x0B], "OU"),
];

/// One attribute of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    /// Its type, the content octets of an object identifier.
    pub(super) oid: &'a [u8],
    /// Which string type the value has.
    tag: u8,
    value: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// The value, where it is of one of the three string types in use.
    pub(super) fn text(&self) -> Option<&'a str> {
        string(self.tag, self.value)
    }
}

/// The text of a DER string of one of the three types that LoTW's names have.
pub(super) fn string(tag: u8, value: &[u8]) -> Option<&str> {
    let is_fit = match tag {
        der::UTF8_STRING => true,
        der::PRINTABLE_STRING => value.iter().all(|byte| is_printable(*byte)),
        der::IA5_STRING => value.is_ascii(),
        _ => false,
    };
    is_fit.then(|| std::str::from_utf8(value).ok()).flatten()
}

/// The attributes of a name in their order, those of a set beside each other; `None` where the bytes are no name.
pub(super) fn attributes(name: &[u8]) -> Option<Vec<Attribute<'_>>> {
    let mut found = Vec::new();
    for set in der::all(der::only(name, der::SEQUENCE)?)? {
        if set.tag != der::SET {
            return None;
        }
        for pair in der::all(set.content)? {
            let oid =
                der::first(pair.content).filter(|oid| pair.tag == der::SEQUENCE && oid.tag == der::OID)?;
            let value = der::first(oid.rest).filter(|value| value.rest.is_empty())?;
            found.push(Attribute {
                oid: oid.content,
                tag: value.tag,
                value: value.content,
            });
        }
    }
    Some(found)
}

/// The texts of all attributes of one type.
pub(super) fn texts<'a>(name: &'a [u8], oid: &[u8]) -> Vec<Option<&'a str>> {
    let attributes = attributes(name).unwrap_or_default();
    let of_type = attributes.iter().filter(|attribute| attribute.oid == oid);
    of_type.map(Attribute::text).collect()
}

/// The name in one line, such as `/C=US/O=American Radio Relay League/CN=…/Email=lotw@arrl.org`.
pub(super) fn one_line(name: &[u8]) -> String {
    let mut line = String::new();
    for attribute in attributes(name).unwrap_or_default() {
        let known = LABELS.iter().find(|(oid, _)| *oid == attribute.oid);
        let label = known.map_or_else(|| dotted(attribute.oid), |(_, label)| (*label).to_owned());
        line.push_str(&format!(
            "/{label}={}",
            attribute.text().map_or_else(|| "?".to_owned(), clean)
        ));
    }
    line
}

/// What a person calls this authority: its common name, else the whole name.
pub(super) fn short(name: &[u8]) -> String {
    match texts(name, COMMON_NAME).first() {
        Some(Some(text)) => clean(text),
        _ => one_line(name),
    }
}

/// Whether two names differ in their common name only, so that they claim to be of one organisation.
pub(super) fn same_house(a: &[u8], b: &[u8]) -> bool {
    let house = |name| -> Vec<_> {
        let attributes = attributes(name).unwrap_or_default().into_iter();
        let of_house = attributes.filter(|attribute| attribute.oid != COMMON_NAME);
        of_house
            .map(|attribute| (attribute.oid, attribute.text()))
            .collect()
    };
    house(a) == house(b) && !house(a).is_empty()
}

/// Foreign text for a page or a log: at most 100 characters, nothing that moves the cursor or turns the writing.
pub(super) fn clean(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let visible = text.chars().filter(|c| !c.is_control() && !turns(*c));
    visible.take(100).collect()
}

/// The same name in every encoding that ARRL has used, as hints for browsers: they compare bytes.
///
/// The certificates of 2023 have `PrintableString`, those of 2019 `UTF8String` but for the country.
pub(super) fn encodings(name: &[u8]) -> Vec<DistinguishedName> {
    let printable = recoded(name, |_| der::PRINTABLE_STRING);
    let utf8 = recoded(name, |oid| {
        if oid == COUNTRY {
            der::PRINTABLE_STRING
        } else {
            der::UTF8_STRING
        }
    });
    let mut all = vec![name.to_vec()];
    for encoding in [printable, utf8].into_iter().flatten() {
        if !all.contains(&encoding) {
            all.push(encoding);
        }
    }
    let contents = all.iter().filter_map(|name| der::only(name, der::SEQUENCE));
    contents.map(DistinguishedName::in_sequence).collect()
}

/// The name with its Printable and UTF-8 strings turned into the type that `tag_for` says, where the text allows it.
fn recoded(name: &[u8], tag_for: impl Fn(&[u8]) -> u8) -> Option<Vec<u8>> {
    let mut sets = Vec::new();
    for set in der::all(der::only(name, der::SEQUENCE)?)? {
        let mut pairs = Vec::new();
        for pair in der::all(set.content)? {
            let oid = der::first(pair.content)?;
            let value = der::first(oid.rest)?;
            let wanted = tag_for(oid.content);
            let turns = matches!(value.tag, der::PRINTABLE_STRING | der::UTF8_STRING)
                && string(wanted, value.content).is_some();
            let tag = if turns { wanted } else { value.tag };
            let mut inside = der::element(der::OID, oid.content);
            inside.extend(der::element(tag, value.content));
            pairs.extend(der::element(der::SEQUENCE, &inside));
        }
        sets.extend(der::element(der::SET, &pairs));
    }
    Some(der::element(der::SEQUENCE, &sets))
}

fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

/// An object identifier in dots, such as `1.3.6.1.4.1.12348.1.1`.
pub(super) fn dotted(oid: &[u8]) -> String {
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc = 0_u64;
    for byte in oid {
        arc = arc.wrapping_shl(7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            arcs.push(std::mem::take(&mut arc));
        }
    }
    let Some((&both, rest)) = arcs.split_first() else {
        return String::new();
    };
    let top = (both / 40).min(2);
    let mut text = format!("{top}.{}", both - top * 40);
    for arc in rest {
        text.push_str(&format!(".{arc}"));
    }
    text
}
