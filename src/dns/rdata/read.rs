//! Text to wire: each shape of field from its tokens.
//!
//! Reading is exact: a number with a sign, an address with leading zeros, a digit too many is an error, never a guess.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::name::{Name, NameError};
use super::super::rr::RecordType;
use super::error::{RdataError, Rule, shown};
use super::schema::{ALGORITHMS, CERTIFICATES, Field, Shape};
use super::source::{Form, Source};
use super::{apl, codec, loc, svcb, types};

/// The most octets a string after a length can have.
const STRING: usize = 255;

/// Appends one field's wire form.
pub(super) fn field(field: &Field, from: &mut Source<'_, '_>, wire: &mut Vec<u8>) -> Result<(), RdataError> {
    let name = field.name;
    match field.shape {
        Shape::U8 => wire.push(number(name, from, u8::MAX, codec::number)?),
        Shape::U16 => wire.extend(number(name, from, u16::MAX, codec::number)?.to_be_bytes()),
        Shape::U32 => wire.extend(number(name, from, u32::MAX, codec::number)?.to_be_bytes()),
        Shape::Period => wire.extend(number(name, from, u32::MAX, codec::period)?.to_be_bytes()),
        Shape::Ip4 => wire.extend(ip4(name, from)?.octets()),
        Shape::Ip6 => wire.extend(ip6(name, from)?.octets()),
        Shape::Name => wire.extend_from_slice(domain(name, from)?.wire()),
        Shape::Mailbox => wire.extend_from_slice(mailbox(name, from)?.wire()),
        Shape::Text => string(name, from, wire)?,
        Shape::Texts => strings(name, from, wire)?,
        Shape::Rest => wire.extend_from_slice(&from.octets(name)?.0),
        Shape::Tag => tag(name, from, wire)?,
        Shape::Hex => wire.extend(hex(name, from)?),
        Shape::Base64 => wire.extend(base64(name, from)?),
        Shape::Salt => salt(name, from, wire)?,
        Shape::Hash => hash(name, from, wire)?,
        Shape::Types => types::read(name, from, wire)?,
        Shape::Type => wire.extend(record_type(name, from.word(name)?)?.0.to_be_bytes()),
        Shape::Time => wire.extend(time(name, from)?.to_be_bytes()),
        Shape::Algorithm => {
            let algorithm = number(name, from, u8::MAX, |text| named(ALGORITHMS, text))?;
            wire.push(algorithm);
        }
        Shape::Certificate => {
            let kind = number(name, from, u16::MAX, |text| named(CERTIFICATES, text))?;
            wire.extend(kind.to_be_bytes());
        }
        Shape::Eui48 => wire.extend(eui(name, from, 6)?),
        Shape::Eui64 => wire.extend(eui(name, from, 8)?),
        Shape::Location => wire.extend(loc::read(name, from)?),
        Shape::Params => svcb::read(name, from, wire)?,
        Shape::Prefixes => apl::read(name, from, wire)?,
    }
    Ok(())
}

/// A number read by `parse` that fits its field.
fn number<N: TryFrom<u32> + Into<u64>>(
    field: &'static str,
    from: &mut Source<'_, '_>,
    most: N,
    parse: impl Fn(&str) -> Option<u32>,
) -> Result<N, RdataError> {
    let (text, at) = from.word(field)?;
    let value = parse(text).and_then(|value| N::try_from(value).ok());
    value.ok_or_else(|| {
        let most: u64 = most.into();
        let text = format!(
            "\"{}\" is not a whole number from 0 to {most}",
            shown(text.as_bytes())
        );
        RdataError::new(field, Rule::Number, at, text)
    })
}

/// A number, or a name from a list.
fn named(names: &[(u16, &str)], text: &str) -> Option<u32> {
    let by_name = names.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
    by_name.map_or_else(|| codec::number(text), |(number, _)| Some(u32::from(*number)))
}

fn ip4(field: &'static str, from: &mut Source<'_, '_>) -> Result<Ipv4Addr, RdataError> {
    let (text, at) = from.word(field)?;
    text.parse().map_err(|_| {
        let hint = if text.parse::<Ipv6Addr>().is_ok() {
            "is an IPv6 address; use type AAAA for it"
        } else {
            "is not an IPv4 address; write four numbers from 0 to 255 without leading zeros, such as 192.0.2.1"
        };
        let text = format!("\"{}\" {hint}", shown(text.as_bytes()));
        RdataError::new(field, Rule::Address, at, text)
    })
}

fn ip6(field: &'static str, from: &mut Source<'_, '_>) -> Result<Ipv6Addr, RdataError> {
    let (text, at) = from.word(field)?;
    text.parse().map_err(|_| {
        let hint = if text.parse::<Ipv4Addr>().is_ok() {
            "is an IPv4 address; use type A for it"
        } else {
            "is not an IPv6 address; write groups of hexadecimal digits such as 2001:db8::1"
        };
        let text = format!("\"{}\" {hint}", shown(text.as_bytes()));
        RdataError::new(field, Rule::Address, at, text)
    })
}

/// A name, relative to the origin unless it ends in a dot; letters beyond ASCII become the form the network knows.
pub(super) fn domain(field: &'static str, from: &mut Source<'_, '_>) -> Result<Name, RdataError> {
    let token = from.token(field)?;
    if token.quoted {
        let text = format!("write the name \"{}\" without quotes", shown(token.raw));
        return Err(RdataError::new(field, Rule::Form, token.at, text));
    }
    let parsed = match std::str::from_utf8(token.raw) {
        Ok(text) if text.is_ascii() => Name::parse(text, from.origin),
        Ok(text) if from.form == Form::Strict => international(field, text, token.at, from.origin)?,
        _ => any_name(token.raw, from.origin),
    };
    parsed.map_err(|defect| name_error(field, token.at, token.raw, defect))
}

/// A name in letters beyond ASCII, as a person types it (UTS 46).
fn international(
    field: &'static str,
    text: &str,
    at: usize,
    origin: &Name,
) -> Result<Result<Name, NameError>, RdataError> {
    let ascii = idna::domain_to_ascii(text).map_err(|_| {
        let text = format!(
            "\"{}\" is not a name in letters that names can have",
            shown(text.as_bytes())
        );
        RdataError::new(field, Rule::Name, at, text)
    })?;
    Ok(Name::parse(&ascii, origin))
}

/// The name that octets of a master file mean, which may be any; relative to `origin` unless they end in a dot.
pub(crate) fn any_name(raw: &[u8], origin: &Name) -> Result<Name, NameError> {
    if let Ok(text) = std::str::from_utf8(raw)
        && text.is_ascii()
    {
        return Name::parse(text, origin);
    }
    let mut text = String::with_capacity(raw.len() * 4);
    for &octet in raw {
        if octet.is_ascii() {
            text.push(char::from(octet));
        } else {
            text.push_str(&format!("\\{octet:03}"));
        }
    }
    Name::parse(&text, origin)
}

pub(super) fn name_error(field: &'static str, at: usize, raw: &[u8], defect: NameError) -> RdataError {
    let text = format!("\"{}\": {defect}", shown(raw));
    RdataError::new(field, Rule::Name, at, text)
}

fn mailbox(field: &'static str, from: &mut Source<'_, '_>) -> Result<Name, RdataError> {
    if let Some(token) = from.peek()
        && from.form == Form::Strict
        && memchr::memchr(b'@', token.raw).is_some_and(|at| at > 0 && token.raw[at - 1] != b'\\')
    {
        let text = format!(
            "\"{}\": write a mailbox with a dot in place of the @, such as op.example.org.",
            shown(token.raw)
        );
        return Err(RdataError::new(field, Rule::Name, token.at, text));
    }
    domain(field, from)
}

/// One string of at most 255 octets.
fn string(field: &'static str, from: &mut Source<'_, '_>, wire: &mut Vec<u8>) -> Result<(), RdataError> {
    let (octets, at) = from.octets(field)?;
    push_string(&octets, wire).map_err(|()| too_long(field, at, octets.len()))
}

fn too_long(field: &'static str, at: usize, length: usize) -> RdataError {
    let text = format!("has {length} octets; one string has at most 255, so write it as several in quotes");
    RdataError::new(field, Rule::Length, at, text)
}

/// Appends a string after its length; fails above 255 octets.
pub(super) fn push_string(octets: &[u8], wire: &mut Vec<u8>) -> Result<(), ()> {
    wire.push(u8::try_from(octets.len()).map_err(|_| ())?);
    wire.extend_from_slice(octets);
    Ok(())
}

/// One string or more. A longer one is split where the writer may do so.
fn strings(field: &'static str, from: &mut Source<'_, '_>, wire: &mut Vec<u8>) -> Result<(), RdataError> {
    loop {
        if from.form == Form::Strict
            && let Some(token) = from.peek().filter(|token| !token.quoted)
        {
            let text = format!("put the text in double quotes: \"{}\"", shown(token.raw));
            return Err(RdataError::new(field, Rule::Text, token.at, text));
        }
        let (octets, at) = from.octets(field)?;
        if octets.len() > STRING && from.form == Form::Master {
            return Err(too_long(field, at, octets.len()));
        }
        if octets.is_empty() {
            wire.push(0);
        }
        for part in octets.chunks(STRING) {
            push_string(part, wire).map_err(|()| too_long(field, at, part.len()))?;
        }
        if from.peek().is_none() {
            return Ok(());
        }
    }
}

fn tag(field: &'static str, from: &mut Source<'_, '_>, wire: &mut Vec<u8>) -> Result<(), RdataError> {
    let (text, at) = from.word(field)?;
    if !(1..=STRING).contains(&text.len()) || !text.bytes().all(|octet| octet.is_ascii_alphanumeric()) {
        let text = format!(
            "\"{}\" is not one word of letters and digits, such as issue",
            shown(text.as_bytes())
        );
        return Err(RdataError::new(field, Rule::Value, at, text));
    }
    // Tags are compared without regard to case (RFC 8659 4.1), so they have one here.
    let tag = text.to_ascii_lowercase();
    push_string(tag.as_bytes(), wire).map_err(|()| too_long(field, at, tag.len()))
}

fn hex(field: &'static str, from: &mut Source<'_, '_>) -> Result<Vec<u8>, RdataError> {
    let (digits, at) = from.joined(field)?;
    some_octets(
        field,
        at,
        &digits,
        codec::from_hex(&digits),
        "hexadecimal digits, two for each octet",
    )
}

fn base64(field: &'static str, from: &mut Source<'_, '_>) -> Result<Vec<u8>, RdataError> {
    let (digits, at) = from.joined(field)?;
    some_octets(
        field,
        at,
        &digits,
        codec::from_base64(&digits),
        "base64 with its = signs at the end",
    )
}

/// Octets that were understood and are not none.
fn some_octets(
    field: &'static str,
    at: usize,
    digits: &[u8],
    octets: Option<Vec<u8>>,
    what: &str,
) -> Result<Vec<u8>, RdataError> {
    if digits.is_empty() {
        return Err(RdataError::new(field, Rule::Missing, at, "is missing"));
    }
    octets.ok_or_else(|| {
        let text = format!("\"{}\" is not written in {what}", shown(digits));
        RdataError::new(field, Rule::Encoding, at, text)
    })
}

fn salt(field: &'static str, from: &mut Source<'_, '_>, wire: &mut Vec<u8>) -> Result<(), RdataError> {
    let (text, at) = from.word(field)?;
    let octets = if text == "-" {
        Vec::new()
    } else {
        some_octets(
            field,
            at,
            text.as_bytes(),
            codec::from_hex(text.as_bytes()),
            "hexadecimal digits, or - for none",
        )?
    };
    push_string(&octets, wire).map_err(|()| too_long(field, at, octets.len()))
}

fn hash(field: &'static str, from: &mut Source<'_, '_>, wire: &mut Vec<u8>) -> Result<(), RdataError> {
    let (text, at) = from.word(field)?;
    let octets = codec::from_base32_hex(text.as_bytes());
    let octets = some_octets(
        field,
        at,
        text.as_bytes(),
        octets,
        "base32 with digits 0 to 9 and a to v",
    )?;
    push_string(&octets, wire).map_err(|()| too_long(field, at, octets.len()))
}

pub(super) fn record_type(field: &'static str, (text, at): (&str, usize)) -> Result<RecordType, RdataError> {
    text.parse().map_err(|_| {
        let text = format!("\"{}\" is not a record type", shown(text.as_bytes()));
        RdataError::new(field, Rule::Value, at, text)
    })
}

fn time(field: &'static str, from: &mut Source<'_, '_>) -> Result<u32, RdataError> {
    let (text, at) = from.word(field)?;
    codec::from_time(text).ok_or_else(|| {
        let text = format!(
            "\"{}\" is not a time; write YYYYMMDDHHmmSS",
            shown(text.as_bytes())
        );
        RdataError::new(field, Rule::Value, at, text)
    })
}

fn eui(field: &'static str, from: &mut Source<'_, '_>, octets: usize) -> Result<Vec<u8>, RdataError> {
    let (text, at) = from.word(field)?;
    let parts: Option<Vec<u8>> = text
        .split('-')
        .map(|part| match *codec::from_hex(part.as_bytes())? {
            [octet] => Some(octet),
            _ => None,
        })
        .collect();
    parts.filter(|parts| parts.len() == octets).ok_or_else(|| {
        let text = format!(
            "\"{}\" is not {octets} pairs of hexadecimal digits with hyphens between them, such as 00-00-5e",
            shown(text.as_bytes())
        );
        RdataError::new(field, Rule::Address, at, text)
    })
}
