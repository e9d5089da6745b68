//! The last hours' spots in memory: two rings, so that a flood of skimmers never drives out what people said.
//!
//! Invariants:
//! - Numbers rise along each ring; a spot's number, time and words never change.
//! - A spot takes at most 96 bytes, all indexes told; age and bytes bound each ring.
//! - Nothing here waits, and no query holds the lock for longer than it takes to look at some thousand records.
//!
//! Not here: the order between the history and subscribers, which [`Cluster`](super::Cluster) keeps.

mod names;
mod query;
mod ring;
mod segment;
mod snapshot;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;
use smol_str::SmolStr;

use self::names::Names;
use self::ring::Ring;
use self::segment::{Extra, NO_SNR, Record, SELF, SKIMMER};
use super::event::{Evidence, Place, Source, Spot};
use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::ham::freq::Hertz;
use crate::ham::grid::Grid;
use crate::ham::spot::SpotMode;

pub(crate) use query::{Bands, Query};
pub(crate) use ring::Bounds;
pub(crate) use snapshot::SnapshotError;

/// People's spots, and those of programs.
const RINGS: usize = 2;
/// Names of feeds told apart; further ones are kept without.
const MOST_ORIGINS: usize = 4_000;

/// What is known of other things than spots when one is read back.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    /// The name of an entity.
    pub(crate) country: fn(u16) -> SmolStr,
    /// Days since a station sent a log to Logbook of the World.
    pub(crate) lotw: &'a dyn Fn(&Callsign) -> Option<u16>,
}

/// How large the history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Spots of people.
    pub(crate) people: usize,
    /// Spots of skimmers.
    pub(crate) skimmers: usize,
    /// Memory of all.
    pub(crate) bytes: usize,
}

/// Spots of the last hours.
pub(crate) struct History {
    inner: RwLock<Inner>,
    age: u32,
}

struct Inner {
    rings: [Ring; RINGS],
    names: Names,
    origins: Vec<SmolStr>,
    origin_numbers: HashMap<SmolStr, u16>,
}

impl History {
    /// An empty history; `bounds` of people's spots and of skimmers'.
    pub(crate) fn new(bounds: [Bounds; RINGS]) -> Self {
        let [people, skimmers] = bounds;
        Self {
            age: people.age.max(skimmers.age),
            inner: RwLock::new(Inner {
                rings: [Ring::new(0, people), Ring::new(1, skimmers)],
                names: Names::default(),
                origins: Vec::new(),
                origin_numbers: HashMap::new(),
            }),
        }
    }

    /// Adds a spot that came in at `heard`. Its number must be above that of all before.
    pub(crate) fn push(&self, spot: &Spot, heard: Timestamp) {
        self.write().push(spot, seconds(heard));
    }

    /// Lets go of what is too old.
    pub(crate) fn age(&self, now: Timestamp) {
        let mut inner = self.write();
        let Inner { rings, names, .. } = &mut *inner;
        for ring in rings {
            ring.age(seconds(now), names);
        }
    }

    /// How much there is.
    pub(crate) fn size(&self) -> Size {
        let inner = self.read();
        Size {
            people: inner.rings[0].len(),
            skimmers: inner.rings[1].len(),
            bytes: inner.rings.iter().map(Ring::bytes).sum::<usize>() + inner.names.bytes(),
        }
    }

    /// How many spots there are of each band, lowest first, and of none; bands without any are left out.
    pub(crate) fn by_band(&self) -> Vec<(Option<Band>, usize)> {
        let inner = self.read();
        let count = |band: u8| {
            let rings = inner.rings.iter();
            rings.map(|ring| ring.by_band()[usize::from(band)] as usize).sum()
        };
        let bands = Band::ALL
            .iter()
            .map(|band| (Some(*band), count(band.index() + 1)));
        let all = bands.chain([(None, count(0))]);
        all.filter(|(_, count)| *count > 0).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn push(&mut self, spot: &Spot, heard: u32) {
        let call = self.names.take(&SmolStr::new(spot.call.as_str()), &spot.place);
        let spotter = self.names.take(&spot.spotter, &spot.spotter_place);
        let flag = |flag: bool, bit: u8| if flag { bit } else { 0 };
        let record = Record {
            seq: spot.seq,
            freq: spot.freq.get(),
            time: seconds(spot.time),
            heard,
            call,
            spotter,
            origin: self.origin(&spot.origin),
            band: spot.band.map_or(0, |band| band.index() + 1),
            mode: spot.mode.map_or(0, |mode| mode.number() + 1),
            mode_by: spot.mode_by.map_or(0, |by| by as u8 + 1),
            source: spot.source as u8,
            flags: flag(spot.skimmer, SKIMMER) | flag(spot.self_spot, SELF),
            snr: spot.snr.unwrap_or(NO_SNR),
            wpm: spot.wpm.unwrap_or(0),
            heard_by: spot.heard_by,
            ..Record::EMPTY
        };
        let extra = Extra {
            refs: spot.refs.clone(),
            grid: spot.grid,
            spotter_grid: spot.spotter_grid,
            busted_of: spot.busted_of.as_ref().map(|call| SmolStr::new(call.as_str())),
            split: spot.split,
            prop: spot.prop,
        };
        let ring = &mut self.rings[usize::from(spot.skimmer)];
        ring.push(record, &spot.comment, &extra, &mut self.names);
    }

    /// The number of a feed's name; 0: none.
    fn origin(&mut self, name: &SmolStr) -> u16 {
        if let Some(&number) = self.origin_numbers.get(name) {
            return number;
        }
        if name.is_empty() || self.origins.len() >= MOST_ORIGINS {
            return 0;
        }
        self.origins.push(name.clone());
        let number = u16::try_from(self.origins.len()).unwrap_or(0);
        self.origin_numbers.insert(name.clone(), number);
        number
    }

    /// A record as the spot it was.
    fn spot(&self, ring: &Ring, number: u32, record: &Record, beside: Beside<'_>) -> Option<Spot> {
        let (comment, extra) = ring.words(number, record);
        let name = self.names.get(record.call);
        let call = Callsign::parse(&name.text).ok()?;
        let spotter = self.names.get(record.spotter);
        let at = |place: Place, grid: Option<&Grid>| Place {
            position: grid.map(Grid::centre).or(place.position),
            ..place
        };
        Some(Spot {
            seq: record.seq,
            time: Timestamp::from_second(i64::from(record.time)).ok()?,
            freq: Hertz::new(record.freq),
            band: nth(Band::ALL, record.band),
            mode: nth(&SpotMode::ALL, record.mode),
            mode_by: nth(&Evidence::ALL, record.mode_by),
            spotter: spotter.text.clone(),
            skimmer: record.flags & SKIMMER != 0,
            comment: SmolStr::new(comment),
            place: at(name.place.place(beside.country), extra.grid.as_ref()),
            spotter_place: at(spotter.place.place(beside.country), extra.spotter_grid.as_ref()),
            grid: extra.grid,
            spotter_grid: extra.spotter_grid,
            source: *Source::ALL.get(usize::from(record.source))?,
            origin: usize::from(record.origin)
                .checked_sub(1)
                .and_then(|at| self.origins.get(at).cloned())
                .unwrap_or_default(),
            snr: (record.snr != NO_SNR).then_some(record.snr),
            wpm: (record.wpm > 0).then_some(record.wpm),
            refs: extra.refs,
            self_spot: record.flags & SELF != 0,
            lotw: (beside.lotw)(&call),
            busted_of: extra.busted_of.and_then(|text| Callsign::parse(&text).ok()),
            heard_by: record.heard_by,
            split: extra.split,
            prop: extra.prop,
            call,
        })
    }
}

/// The entry with a number from 1; 0: none.
fn nth<T: Clone>(all: &[T], number: u8) -> Option<T> {
    all.get(usize::from(number).checked_sub(1)?).cloned()
}

/// Unix seconds; what is outside of 32 bits is at their ends.
fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}
