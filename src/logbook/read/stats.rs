//! What a log adds up to, read from the tallies alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use smol_str::SmolStr;

use crate::ham::band::Band;
use crate::logbook::event::LogbookId;
use crate::logbook::tables::{QSO_BY_TIME, TALLY};
use crate::logbook::tally::Kind;
use crate::store::{Direction, Rows, Span, StoreError};

/// The sums of a logbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stats {
    pub(crate) qsos: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    /// From the lowest band up.
    pub(crate) bands: Vec<(SmolStr, u64)>,
    /// The most used first.
    pub(crate) modes: Vec<(SmolStr, u64)>,
    pub(crate) continents: Vec<(SmolStr, u64)>,
    /// By year: all, and by band.
    pub(crate) years: BTreeMap<SmolStr, Year>,
    /// Entity codes worked with their contacts; without unresolved ones.
    pub(crate) entities: Vec<(u16, u64)>,
    pub(crate) entities_confirmed: u64,
    /// Contacts whose entity is not known.
    pub(crate) unresolved: u64,
    /// Four-character grids.
    pub(crate) grids: u64,
}

/// One year of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Year {
    pub(crate) qsos: u64,
    pub(crate) bands: Vec<(SmolStr, u64)>,
}

/// Reads the sums.
pub(crate) fn stats(r: &impl Rows, book: LogbookId) -> Result<Stats, StoreError> {
    let mut stats = Stats {
        qsos: r
            .get(TALLY, &(book.0, Kind::Total as u8, SmolStr::default()))?
            .unwrap_or(0),
        first: start_of(r.first(QSO_BY_TIME, Span::prefix(&(book.0,)))?),
        last: start_of(r.last(QSO_BY_TIME, Span::prefix(&(book.0,)))?),
        bands: rows(r, book, Kind::Band)?,
        modes: rows(r, book, Kind::Mode)?,
        continents: rows(r, book, Kind::Continent)?,
        entities_confirmed: count(r, book, Kind::EntityConfirmed)?,
        grids: count(r, book, Kind::Grid)?,
        ..Stats::default()
    };
    stats.bands.sort_by_key(|(name, _)| Band::parse(name).ok());
    most_first(&mut stats.modes);
    most_first(&mut stats.continents);
    for (key, qsos) in rows(r, book, Kind::YearBand)? {
        let Some((year, band)) = key.split_once(' ') else {
            continue;
        };
        let entry = stats.years.entry(year.into()).or_default();
        entry.qsos += qsos;
        entry.bands.push((band.into(), qsos));
    }
    for year in stats.years.values_mut() {
        year.bands.sort_by_key(|(name, _)| Band::parse(name).ok());
    }
    for (code, qsos) in rows(r, book, Kind::Entity)? {
        match code.parse() {
            Ok(0) | Err(_) => stats.unresolved += qsos,
            Ok(code) => stats.entities.push((code, qsos)),
        }
    }
    Ok(stats)
}

/// The bands an entity was worked on, from the lowest up.
pub(crate) fn entity_bands(r: &impl Rows, book: LogbookId, dxcc: u16) -> Result<Vec<SmolStr>, StoreError> {
    let start = format!("{dxcc} ");
    let keys = Span::prefix(&((book.0, Kind::EntityBand as u8), crate::store::TextStart(&start)));
    let mut bands = Vec::new();
    for row in r.scan(TALLY, keys, Direction::Forward) {
        let ((_, _, value), _) = row?;
        bands.extend(value.split_once(' ').map(|(_, band)| SmolStr::new(band)));
    }
    bands.sort_by_key(|name| Band::parse(name).ok());
    Ok(bands)
}

/// The number of contacts in a logbook.
pub(crate) fn total(r: &impl Rows, book: LogbookId) -> Result<u64, StoreError> {
    Ok(r.get(TALLY, &(book.0, Kind::Total as u8, SmolStr::default()))?
        .unwrap_or(0))
}

fn start_of<V>(row: Option<((u32, i64, u64), V)>) -> Option<Timestamp> {
    row.and_then(|((_, start, _), _)| Timestamp::from_second(start).ok())
}

fn rows(r: &impl Rows, book: LogbookId, kind: Kind) -> Result<Vec<(SmolStr, u64)>, StoreError> {
    r.scan(TALLY, Span::prefix(&(book.0, kind as u8)), Direction::Forward)
        .map(|row| row.map(|((_, _, value), count)| (value, count)))
        .collect()
}

fn count(r: &impl Rows, book: LogbookId, kind: Kind) -> Result<u64, StoreError> {
    r.count(TALLY, Span::prefix(&(book.0, kind as u8)))
}

fn most_first(rows: &mut [(SmolStr, u64)]) {
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
}
