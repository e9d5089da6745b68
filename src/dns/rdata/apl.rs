//! Lists of address prefixes (APL, RFC 3123): `1:192.0.2.0/24 !2:2001:db8::/32`.
//!
//! Octets of an address that end it as zeros are not on the wire. Families other than 1 and 2 have no written form;
//! data with them are kept, and shown in the form for unknown types.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::codec;
use super::error::{RdataError, Rule, shown};
use super::octets::Octets;
use super::source::Source;

/// The highest bit of the length: "not this prefix".
const NOT: u8 = 0x80;

/// Reads the prefixes that are left; there may be none.
pub(super) fn read(
    field: &'static str,
    from: &mut Source<'_, '_>,
    wire: &mut Vec<u8>,
) -> Result<(), RdataError> {
    while from.peek().is_some() {
        let (text, at) = from.word(field)?;
        item(text, wire).ok_or_else(|| {
            let text = format!(
                "\"{}\" is not a prefix; write 1:192.0.2.0/24 or 2:2001:db8::/32, with ! before it for \"not\"",
                shown(text.as_bytes())
            );
            RdataError::new(field, Rule::Address, at, text)
        })?;
    }
    Ok(())
}

fn item(text: &str, wire: &mut Vec<u8>) -> Option<()> {
    let (not, text) = text.strip_prefix('!').map_or((0, text), |text| (NOT, text));
    let (family, text) = text.split_once(':')?;
    let (address, prefix) = text.split_once('/')?;
    let prefix = codec::number(prefix).and_then(|prefix| u8::try_from(prefix).ok())?;
    let address = match family {
        "1" => IpAddr::V4(address.parse().ok()?),
        "2" => IpAddr::V6(address.parse().ok()?),
        _ => return None,
    };
    let (family, octets) = match address {
        IpAddr::V4(address) => (1_u8, address.octets().to_vec()),
        IpAddr::V6(address) => (2, address.octets().to_vec()),
    };
    if usize::from(prefix) > octets.len() * 8 {
        return None;
    }
    let length = octets
        .iter()
        .rposition(|octet| *octet != 0)
        .map_or(0, |last| last + 1);
    wire.extend([0, family, prefix, not | u8::try_from(length).ok()?]);
    wire.extend_from_slice(&octets[..length]);
    Some(())
}

struct Item<'a> {
    family: u16,
    prefix: u8,
    not: bool,
    address: &'a [u8],
}

fn next<'a>(field: &'static str, from: &mut Octets<'a>) -> Result<Item<'a>, RdataError> {
    let at = from.at();
    let family = from.u16(field)?;
    let prefix = from.u8(field)?;
    let length = from.u8(field)?;
    let address = from.take(field, usize::from(length & !NOT))?;
    let longest = match family {
        1 => Some(4),
        2 => Some(16),
        _ => None,
    };
    let fits = longest.is_none_or(|most| address.len() <= most && usize::from(prefix) <= most * 8);
    if !fits || address.last() == Some(&0) {
        let text = "an address is longer than its family allows, or ends in zeros";
        return Err(RdataError::new(field, Rule::Length, at, text));
    }
    Ok(Item {
        family,
        prefix,
        not: length & NOT != 0,
        address,
    })
}

/// Whether the rest is prefixes.
pub(super) fn check(field: &'static str, from: &mut Octets<'_>) -> Result<(), RdataError> {
    while !from.is_empty() {
        next(field, from)?;
    }
    Ok(())
}

/// Appends the prefixes that are left; fails for a family without a written form.
pub(super) fn write(field: &'static str, from: &mut Octets<'_>, text: &mut String) -> Result<(), RdataError> {
    while !from.is_empty() {
        let item = next(field, from)?;
        let mut octets = [0_u8; 16];
        octets[..item.address.len().min(16)].copy_from_slice(&item.address[..item.address.len().min(16)]);
        let address = match item.family {
            1 => IpAddr::V4(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3])),
            2 => IpAddr::V6(Ipv6Addr::from(octets)),
            _ => return Err(RdataError::new(field, Rule::Form, from.at(), "no written form")),
        };
        super::write::space(text);
        let not = if item.not { "!" } else { "" };
        text.push_str(&format!("{not}{}:{address}/{}", item.family, item.prefix));
    }
    Ok(())
}
