//! Counts kept beside the QSOs: per day, band, mode, year, entity, grid.
//!
//! Invariants: the tallies of a logbook are a pure function of its QSOs ([`Tallies::count`]). A tally of zero is
//! not stored. Changes are gathered in memory and written once per batch, since one batch touches the same few
//! rows a thousand times.

use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use super::stored::StoredQso;
use super::summary::{Flags, Summary};
use crate::ham::band::Band;
use crate::ham::freq::Hertz;

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
    /// By entity, band and group of modes, `339 20m CW`: what of it has been worked.
    Slot = 11,
    /// The same of QSOs with a card or Logbook of the World confirmation.
    SlotConfirmed = 12,
    /// By band and four-character grid, `6m FN31`; from 6 m up, where grids are collected.
    BandGrid = 13,
    /// By programme and the other station's reference, `pota US-1234`.
    Reference = 14,
}

/// What is counted of one QSO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Seconds since 1970.
    pub(crate) start: i64,
    pub(crate) summary: Summary,
    /// The other station's references, each behind its programme: `pota US-1234`.
    pub(crate) references: Vec<SmolStr>,
}

impl Counted {
    /// What is counted of a stored QSO.
    pub(crate) fn of(record: &StoredQso) -> Self {
        let theirs = record.references_worked();
        Self {
            start: record.start(),
            summary: Summary::of(record),
            references: theirs
                .map(|(programme, reference)| format_smolstr!("{programme} {reference}"))
                .collect(),
        }
    }
}

/// A change of tallies, or whole tallies when counted from nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tallies {
    rows: HashMap<(Kind, SmolStr), i64>,
}

impl Tallies {
    /// Adds (`by` = 1) or takes away (`by` = -1) one QSO.
    pub(crate) fn count(&mut self, counted: &Counted, by: i64) {
        let summary = &counted.summary;
        let day = day_of(counted.start);
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
        self.count_worked(counted, by);
    }

    /// The part of [`Tallies::count`] that says what a spot would be good for.
    pub(crate) fn count_worked(&mut self, counted: &Counted, by: i64) {
        let Summary { dxcc, band, grid, .. } = &counted.summary;
        if *dxcc != 0 {
            let slot = format_smolstr!("{dxcc} {band} {}", counted.summary.mode_group());
            if counted.summary.flags.has_any(Flags::DXCC_CREDIBLE) {
                self.add(Kind::SlotConfirmed, slot.clone(), by);
            }
            self.add(Kind::Slot, slot, by);
        }
        if !grid.is_empty() && collects_grids(band) {
            self.add(Kind::BandGrid, format_smolstr!("{band} {grid}"), by);
        }
        for reference in &counted.references {
            self.add(Kind::Reference, reference.clone(), by);
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

/// From here up grids are collected: 6 m and shorter waves.
pub(crate) const GRIDS_FROM: Hertz = Hertz::new(50_000_000);

/// Whether grids count on this band.
fn collects_grids(band: &str) -> bool {
    Band::parse(band).is_ok_and(|band| band.lower() >= GRIDS_FROM)
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
