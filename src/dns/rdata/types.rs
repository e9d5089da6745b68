//! Sets of record types as NSEC and its kin hold them: bits in windows of 256 (RFC 4034 4.1.2).

use std::collections::BTreeSet;

use super::super::rr::RecordType;
use super::error::{RdataError, Rule};
use super::octets::Octets;
use super::read::{push_string, record_type};
use super::source::Source;

/// Reads the types that are left, in any order.
pub(super) fn read(
    field: &'static str,
    from: &mut Source<'_, '_>,
    wire: &mut Vec<u8>,
) -> Result<(), RdataError> {
    let mut types = BTreeSet::new();
    while from.peek().is_some() {
        types.insert(record_type(field, from.word(field)?)?.0);
    }
    for window in 0..=u8::MAX {
        let first = u16::from(window) << 8;
        let mut bits = [0_u8; 32];
        let mut length = 0;
        for &kind in types.range(first..=first | 0xff) {
            let low = usize::from(kind & 0xff);
            bits[low / 8] |= 0x80 >> (low % 8);
            length = low / 8 + 1;
        }
        if length > 0 {
            wire.push(window);
            push_string(&bits[..length], wire)
                .map_err(|()| RdataError::new(field, Rule::Length, from.at(), "is too long"))?;
        }
    }
    Ok(())
}

/// The next window: its number and its bits.
fn window<'a>(field: &'static str, from: &mut Octets<'a>) -> Result<(u8, &'a [u8]), RdataError> {
    let at = from.at();
    let number = from.u8(field)?;
    let bits = from.string(field)?;
    if bits.len() > 32 || bits.last().is_none_or(|last| *last == 0) {
        let text = "a window has 1 to 32 octets, and the last is not 0";
        return Err(RdataError::new(field, Rule::Length, at, text));
    }
    Ok((number, bits))
}

/// Whether the rest is windows in order.
pub(super) fn check(field: &'static str, from: &mut Octets<'_>) -> Result<(), RdataError> {
    let mut last = None;
    while !from.is_empty() {
        let at = from.at();
        let (number, _) = window(field, from)?;
        if last >= Some(number) {
            return Err(RdataError::new(
                field,
                Rule::Order,
                at,
                "the windows are not in order",
            ));
        }
        last = Some(number);
    }
    Ok(())
}

/// Appends the names of the types that are left.
pub(super) fn write(field: &'static str, from: &mut Octets<'_>, text: &mut String) -> Result<(), RdataError> {
    while !from.is_empty() {
        let (number, bits) = window(field, from)?;
        for low in 0..=u8::MAX {
            let octet = bits.get(usize::from(low / 8)).copied().unwrap_or_default();
            if octet & (0x80 >> (low % 8)) != 0 {
                super::write::space(text);
                text.push_str(&RecordType(u16::from(number) << 8 | u16::from(low)).to_string());
            }
        }
    }
    Ok(())
}
