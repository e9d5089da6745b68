//! Values: a two-byte envelope (format, the record's version) and `MessagePack` with field names.
//!
//! The only caller of `rmp-serde`. A value is read whole or not at all (bytes left over are an error), a
//! number that is not a number is refused, and `()` is stored as no bytes, which is what index tables hold.
//! Stored structs carry `#[serde(default)]`; a field's short name once used never gets another meaning.

use std::fmt;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserializer as _, Serialize};

/// The envelope's first byte: `MessagePack` with field names.
const FORMAT: u8 = 1;
/// `MessagePack`'s nil: what `()` is written as.
const NIL: u8 = 0xc0;
const FLOAT32: u8 = 0xca;
const FLOAT64: u8 = 0xcb;

/// Why a value could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodecError {
    /// The value cannot be encoded.
    #[error("a value cannot be stored: {0}")]
    Encode(String),
    /// A floating-point field is not a number.
    #[error("a value holds a number that is not a number")]
    NotANumber,
    /// The stored bytes are not a value of this type.
    #[error("a stored value does not decode: {0}")]
    Decode(String),
    /// Bytes follow the value.
    #[error("a stored value has bytes left over")]
    LeftOver,
    /// The envelope is cut short or of another format.
    #[error("a stored value has envelope format {0}, this program writes {FORMAT}")]
    Envelope(u8),
    /// The record was written by a newer program, or no upgrade from its version exists.
    #[error("a stored record has version {found}, this program knows {known}")]
    Version {
        /// What the envelope says.
        found: u8,
        /// The newest this program reads.
        known: u8,
    },
}

/// Reads the body of an older record version; given its version and the bytes behind the envelope.
pub(crate) type Upgrade<V> = fn(u8, &[u8]) -> Result<V, CodecError>;

/// Appends `value` in its envelope to `out`, which is cleared first.
pub(super) fn encode<V: Serialize>(version: u8, value: &V, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.clear();
    out.extend_from_slice(&[FORMAT, version]);
    let mut serializer = rmp_serde::Serializer::new(&mut *out).with_struct_map();
    value
        .serialize(&mut serializer)
        .map_err(|e| CodecError::Encode(e.to_string()))?;
    if out[2..] == [NIL] {
        out.clear();
    } else if memchr::memchr2(FLOAT32, FLOAT64, &out[2..]).is_some() {
        refuse_nan(&out[2..])?;
    }
    Ok(())
}

/// Reads a value written by `encode`, upgrading one of an older version.
pub(super) fn decode<V: DeserializeOwned>(
    known: u8,
    upgrade: Option<Upgrade<V>>,
    bytes: &[u8],
) -> Result<V, CodecError> {
    match *bytes {
        [] => body(&[NIL]),
        [FORMAT, version, ref rest @ ..] if version == known => body(rest),
        [FORMAT, found, ref rest @ ..] => match upgrade {
            Some(upgrade) if found < known => upgrade(found, rest),
            _ => Err(CodecError::Version { found, known }),
        },
        [format, ..] => Err(CodecError::Envelope(format)),
    }
}

/// Reads the `MessagePack` behind an envelope; `Upgrade` functions call it with the old record's type.
pub(crate) fn body<V: DeserializeOwned>(bytes: &[u8]) -> Result<V, CodecError> {
    let mut reader = rmp_serde::Deserializer::from_read_ref(bytes);
    let value = V::deserialize(&mut reader).map_err(|e| CodecError::Decode(e.to_string()))?;
    // The reader does not say where it stands; a further value must fail for want of a first byte.
    match reader.deserialize_any(Nothing) {
        Err(rmp_serde::decode::Error::InvalidMarkerRead(_)) => Ok(value),
        _ => Err(CodecError::LeftOver),
    }
}

/// Accepts no value at all, so whatever can be read is an error other than the lack of it.
struct Nothing;

impl Visitor<'_> for Nothing {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing more")
    }
}

/// Walks `MessagePack` just written, and refuses a float that is NaN.
fn refuse_nan(mut rest: &[u8]) -> Result<(), CodecError> {
    while let Some((&marker, tail)) = rest.split_first() {
        if marker == FLOAT32 && float32(tail).is_none_or(f32::is_nan)
            || marker == FLOAT64 && float64(tail).is_none_or(f64::is_nan)
        {
            return Err(CodecError::NotANumber);
        }
        rest = tail.get(payload(marker, tail)..).unwrap_or_default();
    }
    Ok(())
}

fn float32(tail: &[u8]) -> Option<f32> {
    tail.first_chunk().map(|b| f32::from_be_bytes(*b))
}

fn float64(tail: &[u8]) -> Option<f64> {
    tail.first_chunk().map(|b| f64::from_be_bytes(*b))
}

/// Bytes between a marker and the next one: lengths and data, but not the members of maps and arrays.
fn payload(marker: u8, tail: &[u8]) -> usize {
    let length = |width: usize| {
        tail.iter()
            .take(width)
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
            + width
    };
    match marker {
        0xa0..=0xbf => usize::from(marker & 0x1f),
        0xc4 | 0xd9 => length(1),
        0xc5 | 0xda => length(2),
        0xc6 | 0xdb => length(4),
        0xc7 => length(1) + 1,
        0xc8 => length(2) + 1,
        0xc9 => length(4) + 1,
        0xcc | 0xd0 => 1,
        0xcd | 0xd1 | 0xd4 | 0xdc | 0xde => 2,
        0xd5 => 3,
        0xca | 0xce | 0xd2 | 0xdd | 0xdf => 4,
        0xd6 => 5,
        0xcb | 0xcf | 0xd3 => 8,
        0xd7 => 9,
        0xd8 => 17,
        _ => 0,
    }
}
