//! The little DER that is read and written here by hand: distinguished names, and the outer shell of a certificate.
//!
//! Reading is strict: definite lengths in their shortest form, low tag numbers, nothing over 65,535 bytes. Everything
//! else of a certificate is read by `x509-parser`.

/// Tag of a SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;
/// Tag of a SET.
pub(crate) const SET: u8 = 0x31;
/// Tag of an OBJECT IDENTIFIER.
pub(crate) const OID: u8 = 0x06;
/// Tag of a `UTF8String`.
pub(crate) const UTF8_STRING: u8 = 0x0C;
/// Tag of a `PrintableString`.
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
/// Tag of an `IA5String`.
pub(crate) const IA5_STRING: u8 = 0x16;

/// One element and what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// What it is.
    pub(crate) tag: u8,
    /// Its content octets.
    pub(crate) content: &'a [u8],
    /// The bytes after it.
    pub(crate) rest: &'a [u8],
}

/// The first element of `input`.
pub(crate) fn first(input: &[u8]) -> Option<Element<'_>> {
    let (&[tag, short], after) = input.split_first_chunk()?;
    if tag & 0x1F == 0x1F {
        return None;
    }
    let (length, after) = match short {
        0..=0x7F => (usize::from(short), after),
        0x81 => {
            let (&[length], after) = after.split_first_chunk()?;
            (usize::from(length), after)
        }
        0x82 => {
            let (length, after) = after.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*length)), after)
        }
        _ => return None,
    };
    let shortest = match short {
        0x81 => length > 0x7F,
        0x82 => length > 0xFF,
        _ => true,
    };
    if !shortest {
        return None;
    }
    let (content, rest) = after.split_at_checked(length)?;
    Some(Element { tag, content, rest })
}

/// The content of the one element of this tag that `input` consists of.
pub(crate) fn only(input: &[u8], tag: u8) -> Option<&[u8]> {
    first(input)
        .filter(|element| element.tag == tag && element.rest.is_empty())
        .map(|element| element.content)
}

/// The elements that `input` consists of, one after another; `None` where something else is between or after them.
pub(crate) fn all(mut input: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut elements = Vec::new();
    while !input.is_empty() {
        let element = first(input)?;
        input = element.rest;
        elements.push(element);
    }
    Some(elements)
}

/// An element as bytes. Contents over 65,535 bytes do not occur in what is written here.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("names and certificates are shorter than 64 KiB");
    let [high, low] = length.to_be_bytes();
    let mut bytes = vec![tag];
    match length {
        0..=0x7F => bytes.push(low),
        0x80..=0xFF => bytes.extend([0x81, low]),
        _ => bytes.extend([0x82, high, low]),
    }
    bytes.extend_from_slice(content);
    bytes
}
