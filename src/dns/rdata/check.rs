//! Wire to wire: whether octets are data of their type, with the names inside lower-cased; and the names inside.
//!
//! Lenient where the protocol is: any number in a field of numbers, any octets in a name. What is refused could not be
//! shown, compared or served: data cut off or too long, names that are none, sizes that their announced kind has not.

use super::super::name::Name;
use super::super::rr::RecordType;
use super::error::{RdataError, Rule};
use super::octets::Octets;
use super::schema::{Field, Shape};
use super::{apl, loc, svcb, types};

/// Appends one field's wire form after checking it.
pub(super) fn field(field: &Field, from: &mut Octets<'_>, wire: &mut Vec<u8>) -> Result<(), RdataError> {
    let name = field.name;
    match field.shape {
        Shape::U8 | Shape::Algorithm => wire.extend(from.array::<1>(name)?),
        Shape::U16 | Shape::Type | Shape::Certificate => wire.extend(from.array::<2>(name)?),
        Shape::U32 | Shape::Period | Shape::Time | Shape::Ip4 => wire.extend(from.array::<4>(name)?),
        Shape::Eui48 => wire.extend(from.array::<6>(name)?),
        Shape::Eui64 => wire.extend(from.array::<8>(name)?),
        Shape::Ip6 => wire.extend(from.array::<16>(name)?),
        Shape::Name | Shape::Mailbox => wire.extend_from_slice(from.name(name)?.wire()),
        Shape::Text | Shape::Salt => push(from.string(name)?, wire),
        Shape::Texts => {
            push(from.string(name)?, wire);
            while !from.is_empty() {
                push(from.string(name)?, wire);
            }
        }
        Shape::Tag => {
            let at = from.at();
            let tag = from.string(name)?;
            if tag.is_empty() || !tag.iter().all(u8::is_ascii_alphanumeric) {
                let text = "is not one word of letters and digits";
                return Err(RdataError::new(name, Rule::Value, at, text));
            }
            push(&tag.to_ascii_lowercase(), wire);
        }
        Shape::Hash => {
            let at = from.at();
            let hash = from.string(name)?;
            if hash.is_empty() {
                return Err(RdataError::new(name, Rule::Length, at, "is empty"));
            }
            push(hash, wire);
        }
        Shape::Rest => wire.extend_from_slice(from.rest()),
        Shape::Hex | Shape::Base64 => {
            let at = from.at();
            let rest = from.rest();
            if rest.is_empty() {
                return Err(RdataError::new(name, Rule::Missing, at, "is missing"));
            }
            wire.extend_from_slice(rest);
        }
        Shape::Location => wire.extend(loc::check(name, from)?),
        Shape::Types => copied(from, wire, |from| types::check(name, from))?,
        Shape::Params => copied(from, wire, |from| svcb::check(name, from))?,
        Shape::Prefixes => copied(from, wire, |from| apl::check(name, from))?,
    }
    Ok(())
}

/// A string of at most 255 octets, as it was taken.
fn push(string: &[u8], wire: &mut Vec<u8>) {
    wire.push(u8::try_from(string.len()).unwrap_or(u8::MAX));
    wire.extend_from_slice(string);
}

/// All that is left, when `check` finds it right.
fn copied(
    from: &mut Octets<'_>,
    wire: &mut Vec<u8>,
    check: impl Fn(&mut Octets<'_>) -> Result<(), RdataError>,
) -> Result<(), RdataError> {
    check(&mut from.clone())?;
    wire.extend_from_slice(from.rest());
    Ok(())
}

/// The rules between the fields of one record that any server would refuse to break.
pub(super) fn between_fields(kind: RecordType, wire: &[u8]) -> Result<(), RdataError> {
    let octet = |at: usize| wire.get(at).copied().unwrap_or_default();
    let (field, length, expected) = match kind {
        RecordType::DS | RecordType::CDS => ("digest", wire.len().saturating_sub(4), ds_digest(octet(3))),
        RecordType::SSHFP => (
            "fingerprint",
            wire.len().saturating_sub(2),
            [None, Some(20), Some(32)]
                .get(usize::from(octet(1)))
                .copied()
                .flatten(),
        ),
        RecordType::ZONEMD if octet(4) == 1 => (
            "digest",
            wire.len().saturating_sub(6),
            [None, Some(48), Some(64)]
                .get(usize::from(octet(5)))
                .copied()
                .flatten(),
        ),
        _ => return Ok(()),
    };
    match expected {
        Some(expected) if expected != length => {
            let text = format!(
                "has {length} octets; one of this kind has {expected}, written as {} hexadecimal digits",
                expected * 2
            );
            Err(RdataError::new(field, Rule::Length, 0, text))
        }
        _ => Ok(()),
    }
}

/// The octets of a digest of a DS by its kind.
const fn ds_digest(kind: u8) -> Option<usize> {
    match kind {
        1 => Some(20),
        2 | 3 => Some(32),
        4 => Some(48),
        _ => None,
    }
}

/// The names in data that have been checked.
pub(super) fn names(fields: &[Field], wire: &[u8]) -> Vec<Name> {
    let mut names = Vec::new();
    let mut from = Octets::new(wire);
    let mut scratch = Vec::new();
    for one in fields {
        let begin = from.at();
        if self::field(one, &mut from, &mut scratch).is_err() {
            break;
        }
        if matches!(one.shape, Shape::Name | Shape::Mailbox) {
            names.extend(Name::from_wire(&wire[begin..from.at()]));
        }
        scratch.clear();
    }
    names
}
