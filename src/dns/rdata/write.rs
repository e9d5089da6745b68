//! Wire to text: each shape of field in its one canonical form.
//!
//! The form is that of `PowerDNS`' answers, which clients compare with: absolute names with their dot, strings in quotes,
//! hexadecimal in lower case, LOC with all decimals, unknown types as `\# length digits`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::rr::RecordType;
use super::codec;
use super::error::RdataError;
use super::octets::Octets;
use super::schema::{Field, Shape};
use super::{apl, loc, svcb, types};

/// A blank between fields.
pub(super) fn space(text: &mut String) {
    if !text.is_empty() && !text.ends_with(' ') {
        text.push(' ');
    }
}

/// The fields as text; fails for octets that have not their form, or none in text.
pub(super) fn fields(fields: &[Field], wire: &[u8]) -> Result<String, RdataError> {
    let mut text = String::with_capacity(wire.len() * 2);
    let mut from = Octets::new(wire);
    for one in fields {
        field(one, &mut from, &mut text)?;
    }
    Ok(text)
}

fn field(field: &Field, from: &mut Octets<'_>, text: &mut String) -> Result<(), RdataError> {
    let name = field.name;
    // Fields that may be empty put the blank before each of their items.
    if !matches!(field.shape, Shape::Types | Shape::Params | Shape::Prefixes) {
        space(text);
    }
    match field.shape {
        Shape::U8 | Shape::Algorithm => text.push_str(&from.u8(name)?.to_string()),
        Shape::U16 | Shape::Certificate => text.push_str(&from.u16(name)?.to_string()),
        Shape::U32 | Shape::Period => text.push_str(&from.u32(name)?.to_string()),
        Shape::Ip4 => text.push_str(&Ipv4Addr::from(from.array::<4>(name)?).to_string()),
        Shape::Ip6 => text.push_str(&Ipv6Addr::from(from.array::<16>(name)?).to_string()),
        Shape::Name | Shape::Mailbox => text.push_str(&from.name(name)?.to_string()),
        Shape::Text => codec::push_quoted(from.string(name)?, text),
        Shape::Texts => {
            codec::push_quoted(from.string(name)?, text);
            while !from.is_empty() {
                text.push(' ');
                codec::push_quoted(from.string(name)?, text);
            }
        }
        Shape::Rest => codec::push_quoted(from.rest(), text),
        Shape::Tag => text.push_str(&String::from_utf8_lossy(from.string(name)?)),
        Shape::Hex => codec::push_hex(from.rest(), text),
        Shape::Base64 => codec::push_base64(from.rest(), text),
        Shape::Salt => match from.string(name)? {
            [] => text.push('-'),
            salt => codec::push_hex(salt, text),
        },
        Shape::Hash => codec::push_base32_hex(from.string(name)?, text),
        Shape::Types => types::write(name, from, text)?,
        Shape::Type => text.push_str(&RecordType(from.u16(name)?).to_string()),
        Shape::Time => codec::push_time(from.u32(name)?, text),
        Shape::Eui48 => hyphens(&from.array::<6>(name)?, text),
        Shape::Eui64 => hyphens(&from.array::<8>(name)?, text),
        Shape::Location => loc::write(name, from, text)?,
        Shape::Params => svcb::write(name, from, text)?,
        Shape::Prefixes => apl::write(name, from, text)?,
    }
    Ok(())
}

fn hyphens(octets: &[u8], text: &mut String) {
    for (i, octet) in octets.iter().enumerate() {
        if i > 0 {
            text.push('-');
        }
        codec::push_hex(&[*octet], text);
    }
}

/// The form for unknown types (RFC 3597).
pub(super) fn generic(wire: &[u8]) -> String {
    let mut text = format!("\\# {}", wire.len());
    if !wire.is_empty() {
        text.push(' ');
        codec::push_hex(wire, &mut text);
    }
    text
}
