//! From a record to a typed row of a unit, or to the reason why not.
//!
//! Columns are addressed by their place; layouts have grown at the right, so more columns than known are fine. What
//! is odd within a usable row (an impossible day, an unknown class) is counted in [`Notes`], and the field stays
//! empty. Not here: the repair of `EN` rows (`entity`).

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::columns::{Columns, day, text};
use super::entity;
use super::lines::{Record, begins};
use super::unit::{AmateurRow, EntityRow, HeaderRow, class_of};
use crate::callbook::model::{Class, Day, Days, Status};
use crate::ham::callsign::Callsign;

/// The files that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Entity,
    Amateur,
    Header,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Entity, Self::Amateur, Self::Header];

    /// Name of the file.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Entity => "EN.dat",
            Self::Amateur => "AM.dat",
            Self::Header => "HD.dat",
        }
    }

    /// The first column of its rows.
    pub(super) const fn letters(self) -> [u8; 2] {
        match self {
            Self::Entity => *b"EN",
            Self::Amateur => *b"AM",
            Self::Header => *b"HD",
        }
    }

    /// Columns of the oldest layout.
    const fn fewest(self) -> usize {
        match self {
            Self::Entity => entity::FEWEST,
            Self::Amateur => 6,
            Self::Header => 10,
        }
    }
}

/// What is in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    Entity(EntityRow),
    Amateur(AmateurRow),
    Header(HeaderRow),
    /// A contact, a transferee: not the licensee, not kept.
    Other,
}

/// What was odd in rows that were used, counted by what it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notes(pub(crate) BTreeMap<&'static str, u64>);

impl Notes {
    pub(super) fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}

/// Reads a record; `ends` lends the room for its columns.
pub(super) fn read(
    kind: Kind,
    record: Record<'_>,
    ends: &mut Vec<usize>,
    notes: &mut Notes,
) -> Result<(u32, Callsign, Row), &'static str> {
    if record.too_long {
        return Err("longer than 64 KiB");
    }
    if !begins(record.bytes, kind.letters()) {
        return Err("not a row of this file");
    }
    let columns = Columns::split(record.bytes, ends);
    if columns.len() < kind.fewest() {
        return Err("too few columns");
    }
    let usi = usi(columns.get(1)).ok_or("no unique system identifier")?;
    let call = columns.text(4);
    if call.is_empty() {
        return Err("no call sign");
    }
    let call = Callsign::parse(&call).map_err(|_| "not a call sign")?;
    let row = match kind {
        Kind::Entity if columns.get(5) != b"L" => Row::Other,
        Kind::Entity => {
            let (row, repaired) = entity::entity(columns).ok_or("columns out of place")?;
            if repaired {
                notes.count("columns put back in place");
            }
            Row::Entity(row)
        }
        Kind::Amateur => Row::Amateur(amateur(columns, notes)),
        Kind::Header => Row::Header(header(columns, notes)),
    };
    if record.broken {
        notes.count("line break inside a field");
    }
    Ok((usi, call, row))
}

/// At most nine digits, not all zero.
fn usi(bytes: &[u8]) -> Option<u32> {
    if bytes.len() > 9 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = std::str::from_utf8(bytes).ok()?.parse().ok()?;
    (number > 0).then_some(number)
}

fn amateur(columns: Columns<'_>, notes: &mut Notes) -> AmateurRow {
    // What follows a line break in the last column is another row, unless the field is the last.
    let name = columns.raw(17, 17);
    let name = match memchr::memchr(b'\n', name) {
        Some(at) if columns.len() > 18 => &name[..at],
        _ => name,
    };
    AmateurRow {
        class: class(columns.get(5), notes),
        vanity: columns.get(13) == b"Y",
        trustee_call: upper(columns.text(8)),
        trustee_name: text(name),
        previous_call: upper(columns.text(15)),
        previous_class: class(columns.get(16), notes),
    }
}

fn class(bytes: &[u8], notes: &mut Notes) -> Option<Class> {
    let class = match bytes {
        [] => return None,
        [letter] => class_of(letter.to_ascii_uppercase()),
        _ => None,
    };
    if class.is_none() {
        notes.count("unknown operator class");
    }
    class
}

fn upper(text: SmolStr) -> SmolStr {
    if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        text.chars().map(|c| c.to_ascii_uppercase()).collect()
    } else {
        text
    }
}

const EFFECTIVE: usize = 42;
const LAST_ACTION: usize = 43;

fn header(columns: Columns<'_>, notes: &mut Notes) -> HeaderRow {
    let moved = moved(columns);
    let mut day_at = |at: usize| -> Option<Day> {
        let day = day(columns.get(at));
        day.unwrap_or_else(|_| {
            notes.count("impossible day");
            None
        })
    };
    let days = Days {
        granted: day_at(7),
        effective: day_at(EFFECTIVE + moved),
        expires: day_at(8),
        cancelled: day_at(9),
        last_action: day_at(LAST_ACTION + moved),
    };
    HeaderRow {
        status: status(columns.get(5), notes),
        vanity: columns.get(6) == b"HV",
        days,
    }
}

/// By how many columns a `|` typed into the certifier's name has moved the last days of a row.
fn moved(columns: Columns<'_>) -> usize {
    let is_day = |at: usize| matches!(day(columns.get(at)), Ok(Some(_)));
    let beyond = |moved: &usize| is_day(EFFECTIVE + moved) && is_day(LAST_ACTION + moved);
    if is_day(EFFECTIVE) {
        return 0;
    }
    (1..=4).find(beyond).unwrap_or(0)
}

fn status(bytes: &[u8], notes: &mut Notes) -> Status {
    match bytes {
        b"A" => Status::Active,
        b"E" => Status::Expired,
        b"C" => Status::Cancelled,
        b"T" => Status::Terminated,
        b"L" | b"P" | b"X" => Status::Other,
        _ => {
            notes.count("unknown licence status");
            Status::Other
        }
    }
}
