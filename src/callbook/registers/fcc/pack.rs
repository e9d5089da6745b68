//! The short byte form of units and of their rows: in the runs of the sort, and as what is stored of a unit.
//!
//! Numbers are base-128 varints, texts a length and their bytes, a day is year, month and day in one number. A stored
//! unit is about 100 bytes, a quarter of the same with field names. The first byte of a unit is the version of the
//! form; reading what is no such form is an error, never a panic.

use jiff::civil::Date;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::unit::{AmateurRow, EntityRow, HeaderRow, Unit, class_of, letter_of};
use crate::callbook::model::{Day, Days, Status};
use crate::ham::callsign::Callsign;

const VERSION: u8 = 1;
/// Marks of the rows a unit has, in the order in which they follow.
const HAS: [u8; 3] = [1, 2, 4];
const HAS_EN: u8 = HAS[0];
const HAS_AM: u8 = HAS[1];
const HAS_HD: u8 = HAS[2];

/// Bytes that are no unit or row in this form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no row of a licence")]
pub(crate) struct Unreadable;

/// Something with a short byte form.
pub(crate) trait Pack: Sized {
    /// Appends the form.
    fn pack(&self, out: &mut Vec<u8>);

    /// Takes the form off the front.
    fn unpack(bytes: &mut &[u8]) -> Result<Self, Unreadable>;
}

fn put_number(mut number: u32, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn take_byte(bytes: &mut &[u8]) -> Result<u8, Unreadable> {
    let (first, rest) = bytes.split_first().ok_or(Unreadable)?;
    *bytes = rest;
    Ok(*first)
}

fn take_number(bytes: &mut &[u8]) -> Result<u32, Unreadable> {
    let mut number = 0_u64;
    for shift in (0..35).step_by(7) {
        let byte = take_byte(bytes)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return u32::try_from(number).map_err(|_| Unreadable);
        }
    }
    Err(Unreadable)
}

/// A text is at most a record long (64 KiB), so its length always fits.
fn put_text(text: &str, out: &mut Vec<u8>) {
    put_number(u32::try_from(text.len()).unwrap_or(u32::MAX), out);
    out.extend_from_slice(text.as_bytes());
}

fn take_text(bytes: &mut &[u8]) -> Result<SmolStr, Unreadable> {
    let length = usize::try_from(take_number(bytes)?).map_err(|_| Unreadable)?;
    let (text, rest) = bytes.split_at_checked(length).ok_or(Unreadable)?;
    *bytes = rest;
    std::str::from_utf8(text)
        .map(SmolStr::new)
        .map_err(|_| Unreadable)
}

/// Days before the year 1 are no days of licences and are stored as none.
fn put_day(day: Option<Day>, out: &mut Vec<u8>) {
    let number = day.and_then(|Day(date)| {
        let year = u32::try_from(date.year()).ok()?;
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        Some(year << 9 | u32::from(month) << 5 | u32::from(day))
    });
    put_number(number.unwrap_or(0), out);
}

fn take_day(bytes: &mut &[u8]) -> Result<Option<Day>, Unreadable> {
    let number = take_number(bytes)?;
    if number == 0 {
        return Ok(None);
    }
    let year = i16::try_from(number >> 9).map_err(|_| Unreadable)?;
    let [low, high, ..] = number.to_le_bytes();
    let (month, day) = ((high & 1) << 3 | low >> 5, low & 31);
    Date::new(year, month.cast_signed(), day.cast_signed())
        .map(|date| Some(Day(date)))
        .map_err(|_| Unreadable)
}

const STATUSES: [(Status, u8); 7] = [
    (Status::Active, b'A'),
    (Status::Expired, b'E'),
    (Status::Cancelled, b'C'),
    (Status::Terminated, b'T'),
    (Status::Kept, b'K'),
    (Status::Reserved, b'R'),
    (Status::Other, b'O'),
];

impl Pack for EntityRow {
    fn pack(&self, out: &mut Vec<u8>) {
        out.push(self.applicant);
        for text in [
            &self.licensee,
            &self.name,
            &self.first,
            &self.middle,
            &self.last,
            &self.suffix,
            &self.street,
            &self.city,
            &self.state,
            &self.zip,
            &self.po_box,
            &self.attention,
            &self.frn,
        ] {
            put_text(text, out);
        }
    }

    fn unpack(bytes: &mut &[u8]) -> Result<Self, Unreadable> {
        Ok(Self {
            applicant: take_byte(bytes)?,
            licensee: take_text(bytes)?,
            name: take_text(bytes)?,
            first: take_text(bytes)?,
            middle: take_text(bytes)?,
            last: take_text(bytes)?,
            suffix: take_text(bytes)?,
            street: take_text(bytes)?,
            city: take_text(bytes)?,
            state: take_text(bytes)?,
            zip: take_text(bytes)?,
            po_box: take_text(bytes)?,
            attention: take_text(bytes)?,
            frn: take_text(bytes)?,
        })
    }
}

impl Pack for AmateurRow {
    fn pack(&self, out: &mut Vec<u8>) {
        out.push(letter_of(self.class.as_ref()));
        out.push(letter_of(self.previous_class.as_ref()));
        out.push(u8::from(self.vanity));
        for text in [&self.trustee_call, &self.trustee_name, &self.previous_call] {
            put_text(text, out);
        }
    }

    fn unpack(bytes: &mut &[u8]) -> Result<Self, Unreadable> {
        Ok(Self {
            class: class_of(take_byte(bytes)?),
            previous_class: class_of(take_byte(bytes)?),
            vanity: take_byte(bytes)? != 0,
            trustee_call: take_text(bytes)?,
            trustee_name: take_text(bytes)?,
            previous_call: take_text(bytes)?,
        })
    }
}

impl Pack for HeaderRow {
    fn pack(&self, out: &mut Vec<u8>) {
        let letter = STATUSES.iter().find(|(status, _)| *status == self.status);
        out.push(letter.map_or(b'O', |(_, letter)| *letter));
        out.push(u8::from(self.vanity));
        let days = &self.days;
        for day in [
            days.granted,
            days.effective,
            days.expires,
            days.cancelled,
            days.last_action,
        ] {
            put_day(day, out);
        }
    }

    fn unpack(bytes: &mut &[u8]) -> Result<Self, Unreadable> {
        let letter = take_byte(bytes)?;
        let status = STATUSES.iter().find(|(_, known)| *known == letter);
        Ok(Self {
            status: status.ok_or(Unreadable)?.0,
            vanity: take_byte(bytes)? != 0,
            days: Days {
                granted: take_day(bytes)?,
                effective: take_day(bytes)?,
                expires: take_day(bytes)?,
                cancelled: take_day(bytes)?,
                last_action: take_day(bytes)?,
            },
        })
    }
}

impl Pack for Callsign {
    fn pack(&self, out: &mut Vec<u8>) {
        put_text(self.as_str(), out);
    }

    fn unpack(bytes: &mut &[u8]) -> Result<Self, Unreadable> {
        Self::parse(&take_text(bytes)?).map_err(|_| Unreadable)
    }
}

impl Pack for Unit {
    fn pack(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        put_number(self.usi, out);
        self.call.pack(out);
        let mark = |there: bool, bit: u8| if there { bit } else { 0 };
        out.push(
            mark(self.en.is_some(), HAS_EN)
                | mark(self.am.is_some(), HAS_AM)
                | mark(self.hd.is_some(), HAS_HD),
        );
        if let Some(row) = &self.en {
            row.pack(out);
        }
        if let Some(row) = &self.am {
            row.pack(out);
        }
        if let Some(row) = &self.hd {
            row.pack(out);
        }
    }

    fn unpack(bytes: &mut &[u8]) -> Result<Self, Unreadable> {
        if take_byte(bytes)? != VERSION {
            return Err(Unreadable);
        }
        let usi = take_number(bytes)?;
        let call = Callsign::unpack(bytes)?;
        let has = take_byte(bytes)?;
        Ok(Self {
            usi,
            call,
            en: (has & HAS_EN != 0)
                .then(|| EntityRow::unpack(bytes))
                .transpose()?,
            am: (has & HAS_AM != 0)
                .then(|| AmateurRow::unpack(bytes))
                .transpose()?,
            hd: (has & HAS_HD != 0)
                .then(|| HeaderRow::unpack(bytes))
                .transpose()?,
        })
    }
}

/// Appends the form of a unit whose call and rows (`EN`, `AM`, `HD`; empty for none) are in their forms already.
pub(super) fn unit_of_packed(usi: u32, call: &[u8], rows: [&[u8]; 3], out: &mut Vec<u8>) {
    out.push(VERSION);
    put_number(usi, out);
    out.extend_from_slice(call);
    let marks = rows
        .iter()
        .zip(HAS)
        .map(|(row, mark)| if row.is_empty() { 0 } else { mark });
    out.push(marks.sum());
    for row in rows {
        out.extend_from_slice(row);
    }
}

/// The form of a call at the front of others, and the rest.
pub(super) fn split_call(bytes: &[u8]) -> Result<(&[u8], &[u8]), Unreadable> {
    let mut rest = bytes;
    let length = usize::try_from(take_number(&mut rest)?).map_err(|_| Unreadable)?;
    let prefix = bytes.len() - rest.len();
    bytes.split_at_checked(prefix + length).ok_or(Unreadable)
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(160);
        self.pack(&mut bytes);
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Packed;
        impl Visitor<'_> for Packed {
            type Value = Unit;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a packed unit")
            }

            fn visit_bytes<E: de::Error>(self, mut bytes: &[u8]) -> Result<Unit, E> {
                let unit = Unit::unpack(&mut bytes).map_err(E::custom)?;
                if bytes.is_empty() {
                    Ok(unit)
                } else {
                    Err(E::custom(Unreadable))
                }
            }
        }
        deserializer.deserialize_bytes(Packed)
    }
}
