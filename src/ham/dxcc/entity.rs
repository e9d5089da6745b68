//! DXCC entities and their parts: numbers, continents, positions, periods.
//!
//! An entity number is the ADIF `DXCC` code, 1 to 999. The code 0 ("known to be none") is not an entity
//! here; see [`super::Resolution::dxcc`].

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ham::geo::LatLon;

/// ADIF number of a DXCC entity, never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntityId(pub u16);

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Continent in ADIF's two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the ADIF abbreviations speak for themselves")]
pub enum Continent {
    Af,
    An,
    As,
    Eu,
    Na,
    Oc,
    Sa,
}

impl Continent {
    /// All seven, in ADIF's order.
    pub const ALL: [Self; 7] = [
        Self::Na,
        Self::Sa,
        Self::Eu,
        Self::Af,
        Self::Oc,
        Self::As,
        Self::An,
    ];

    /// The two letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Af => "AF",
            Self::An => "AN",
            Self::As => "AS",
            Self::Eu => "EU",
            Self::Na => "NA",
            Self::Oc => "OC",
            Self::Sa => "SA",
        }
    }
}

impl FromStr for Continent {
    type Err = ();

    /// Reads the two letters in any case.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|c| c.as_str().eq_ignore_ascii_case(text))
            .ok_or(())
    }
}

impl fmt::Display for Continent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A DXCC entity, current or deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// ADIF number.
    pub id: EntityId,
    /// English name.
    pub name: SmolStr,
    /// The prefix it is known by; a slash key such as `3Y/B` where no prefix is its own.
    pub prefix: SmolStr,
    /// Continent of its main part.
    pub continent: Continent,
    /// CQ zone of its main part.
    pub cq_zone: u8,
    /// ITU zone of its main part; Club Log's table knows none.
    pub itu_zone: Option<u8>,
    /// Position of its main part.
    pub position: LatLon,
    /// Whether it no longer counts for contacts of today.
    pub deleted: bool,
    /// First instant at which it counts.
    pub valid_from: Option<Timestamp>,
    /// Last instant at which it counts.
    pub valid_until: Option<Timestamp>,
    /// From when on an operation counts only if the table names its call.
    pub(super) listed_calls_only: Option<Span>,
}

impl Entity {
    pub(super) fn span(&self) -> Span {
        Span {
            from: self.valid_from.map_or(Span::ALWAYS.from, Timestamp::as_second),
            until: self.valid_until.map_or(Span::ALWAYS.until, Timestamp::as_second),
        }
    }

    pub(super) fn place(&self) -> Place {
        Place {
            entity: self.id,
            continent: self.continent,
            cq_zone: self.cq_zone,
            itu_zone: self.itu_zone,
            position: self.position,
        }
    }
}

/// A part of an entity with its own zones and position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) entity: EntityId,
    pub(super) continent: Continent,
    pub(super) cq_zone: u8,
    pub(super) itu_zone: Option<u8>,
    pub(super) position: LatLon,
}

/// A period in Unix seconds, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) until: i64,
}

impl Span {
    pub(super) const ALWAYS: Self = Self {
        from: i64::MIN,
        until: i64::MAX,
    };

    /// From the start of one UTC day to the end of another.
    pub(super) fn days(from: Option<civil::Date>, until: Option<civil::Date>) -> Self {
        Self {
            from: from.and_then(start_of_day).unwrap_or(Self::ALWAYS.from),
            until: until
                .and_then(start_of_day)
                .map_or(Self::ALWAYS.until, |start| start + 86_399),
        }
    }

    pub(super) fn covers(self, t: i64) -> bool {
        self.from <= t && t <= self.until
    }

    /// The period common to both, possibly an empty one that covers nothing.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            until: self.until.min(other.until),
        }
    }

    pub(super) fn length(self) -> u64 {
        self.until.abs_diff(self.from)
    }

    pub(super) fn start(self) -> Option<Timestamp> {
        Timestamp::from_second(self.from).ok()
    }

    pub(super) fn end(self) -> Option<Timestamp> {
        Timestamp::from_second(self.until).ok()
    }
}

fn start_of_day(date: civil::Date) -> Option<i64> {
    TimeZone::UTC
        .to_timestamp(date.at(0, 0, 0, 0))
        .ok()
        .map(Timestamp::as_second)
}
