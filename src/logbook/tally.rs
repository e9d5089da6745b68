//! Counts kept beside the QSOs: per day, band, mode, year, entity, grid.
//!
//! Invariants: the tallies of a logbook are a pure function of its QSOs ([`Tallies::count`]). A tally of zero is
//! not stored. Changes are gathered in memory and written once per batch, since one batch touches the same few
//! rows a thousand times.

use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use super::summary::{Flags, Summary};

/// What is counted; the number is part of the stored key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    /// All QSOs; the value is empty.
    Total = 1,
    /// By UTC day, `2026-11-21`: the steps of paging by offset.
    Day = 2,
    Band = 3,
    /// By what people call the mode, `FT4`.
    Mode = 4,
    /// By year and band, `2026 20m`.
    YearBand = 5,
    Continent = 6,
    /// By entity code, `339`; unresolved QSOs count under `0`.
    Entity = 7,
    /// QSOs with a card or Logbook of the World confirmation, by entity code.
    EntityConfirmed = 8,
    /// By four-character grid.
    Grid = 9,
    /// By entity and band, `339 20m`.
    EntityBand = 10,
}

/// A change of tallies, or whole tallies when counted from nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tallies {
    rows: HashMap<(Kind, SmolStr), i64>,
}

impl Tallies {
    /// Adds (`by` = 1) or takes away (`by` = -1) one QSO.
    pub(crate) fn count(&mut self, start: i64, summary: &Summary, by: i64) {
        let day = day_of(start);
        self.add(Kind::Total, SmolStr::default(), by);
        self.add(Kind::Band, summary.band.clone(), by);
        self.add(Kind::Mode, summary.mode_label().clone(), by);
        self.add(
            Kind::YearBand,
            format_smolstr!("{} {}", &day[..4], summary.band),
            by,
        );
        self.add(Kind::Day, day, by);
        if !summary.continent.is_empty() {
            self.add(Kind::Continent, summary.continent.clone(), by);
        }
        self.add(Kind::Entity, format_smolstr!("{}", summary.dxcc), by);
        if summary.dxcc != 0 {
            self.add(
                Kind::EntityBand,
                format_smolstr!("{} {}", summary.dxcc, summary.band),
                by,
            );
            if summary.flags.has_any(Flags::DXCC_CREDIBLE) {
                self.add(Kind::EntityConfirmed, format_smolstr!("{}", summary.dxcc), by);
            }
        }
        if !summary.grid.is_empty() {
            self.add(Kind::Grid, summary.grid.clone(), by);
        }
    }

    /// Adds other changes.
    pub(crate) fn add_all(&mut self, others: &Tallies) {
        for ((kind, value), by) in &others.rows {
            self.add(*kind, value.clone(), *by);
        }
    }

    /// The changes, in the order of the stored keys.
    pub(crate) fn into_rows(self) -> Vec<((Kind, SmolStr), i64)> {
        let mut rows: Vec<_> = self.rows.into_iter().filter(|(_, by)| *by != 0).collect();
        rows.sort_unstable();
        rows
    }

    fn add(&mut self, kind: Kind, value: SmolStr, by: i64) {
        *self.rows.entry((kind, value)).or_default() += by;
    }
}

/// The UTC day of a start time, as `2026-11-21`.
pub(crate) fn day_of(start: i64) -> SmolStr {
    let date = civil_date(start);
    format_smolstr!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// The start of a day given as `2026-11-21`, seconds since 1970.
pub(crate) fn day_start(day: &str) -> Option<i64> {
    let date: jiff::civil::Date = day.parse().ok()?;
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_second())
}

fn civil_date(start: i64) -> jiff::civil::Date {
    let at = jiff::Timestamp::from_second(start).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}
