//! What of entities, grids and references a logbook has: what a spot is compared with.
//!
//! Read from tallies that every change keeps: as long as the log has slots, however many contacts it has.

use smol_str::SmolStr;

use crate::ham::band::Band;
use crate::ham::mode::ModeGroup;
use crate::logbook::event::LogbookId;
use crate::logbook::tables::TALLY;
use crate::logbook::tally::Kind;
use crate::store::{Direction, Rows, Span, StoreError};

/// An entity on a band in a group of modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) dxcc: u16,
    pub(crate) band: Band,
    pub(crate) group: ModeGroup,
    /// By a card or Logbook of the World.
    pub(crate) confirmed: bool,
}

/// What a logbook has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Worked {
    /// Confirmed slots stand twice.
    pub(crate) slots: Vec<Slot>,
    /// Four-character grids from 6 m up.
    pub(crate) grids: Vec<(Band, SmolStr)>,
    /// Programme, as `pota`, and reference.
    pub(crate) references: Vec<(SmolStr, SmolStr)>,
}

/// Reads what a logbook has.
pub(crate) fn worked(r: &impl Rows, book: LogbookId) -> Result<Worked, StoreError> {
    let mut worked = Worked::default();
    for (kind, confirmed) in [(Kind::Slot, false), (Kind::SlotConfirmed, true)] {
        each(r, book, kind, |value| worked.slots.extend(slot(value, confirmed)))?;
    }
    each(r, book, Kind::BandGrid, |value| {
        let parts = value.split_once(' ');
        let grid = parts.and_then(|(band, grid)| Some((Band::parse(band).ok()?, SmolStr::new(grid))));
        worked.grids.extend(grid);
    })?;
    each(r, book, Kind::Reference, |value| {
        let parts = value.split_once(' ');
        worked
            .references
            .extend(parts.map(|(programme, own)| (SmolStr::new(programme), SmolStr::new(own))));
    })?;
    Ok(worked)
}

fn each(r: &impl Rows, book: LogbookId, kind: Kind, mut take: impl FnMut(&str)) -> Result<(), StoreError> {
    for row in r.scan(TALLY, Span::prefix(&(book.0, kind as u8)), Direction::Forward) {
        let ((_, _, value), _) = row?;
        take(&value);
    }
    Ok(())
}

fn slot(value: &str, confirmed: bool) -> Option<Slot> {
    let mut parts = value.split(' ');
    let (dxcc, band, group) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Slot {
        dxcc: dxcc.parse().ok()?,
        band: Band::parse(band).ok()?,
        group: match group {
            "CW" => ModeGroup::Cw,
            "PHONE" => ModeGroup::Phone,
            "IMAGE" => ModeGroup::Image,
            _ => ModeGroup::Data,
        },
        confirmed,
    })
}
