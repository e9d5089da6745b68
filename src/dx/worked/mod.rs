//! What a spot would be good for: compared with what a logbook has.
//!
//! A logbook's entities are a bit field each (band × class × worked, confirmed), so that a question costs one look-up
//! and all of it fits into a page. It is read from tallies that every change keeps, and follows each new contact; what
//! takes contacts away or brings many makes it be read anew.

mod api;
mod live;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use super::event::Spot;
use crate::ham::band::Band;
use crate::ham::mode::ModeGroup;
use crate::ham::spot::ModeClass;
use crate::logbook::read::worked::{Slot, Worked};

pub(crate) use api::{WorkedState, routes};
pub(crate) use live::{Told, encode, told};

/// Bits of one entity, rounded up to whole bytes: two for each band and class.
const BYTES: usize = (Band::ALL.len() * ModeClass::ALL.len() * 2).div_ceil(8);

/// What a spot would be good for, the most wanted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Need {
    /// An entity that was never worked.
    Entity,
    /// An entity not worked on this band.
    Band,
    /// An entity not worked in this class of modes.
    Mode,
    /// An entity not worked on this band in this class.
    Slot,
    /// A four-character grid not worked on this band, from 6 m up.
    Grid,
    /// A reference that was never worked.
    Reference,
}

impl Need {
    pub(crate) const ALL: [Self; 6] = [
        Self::Entity,
        Self::Band,
        Self::Mode,
        Self::Slot,
        Self::Grid,
        Self::Reference,
    ];

    /// As in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Band => "band",
            Self::Mode => "mode",
            Self::Slot => "slot",
            Self::Grid => "grid",
            Self::Reference => "ref",
        }
    }

    /// Reads the API's name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|need| need.as_str() == text)
    }
}

/// What a logbook has, ready to be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WorkedSet {
    entities: HashMap<u16, [u8; BYTES]>,
    grids: HashSet<(Band, SmolStr)>,
    references: HashSet<(SmolStr, SmolStr)>,
}

impl From<Worked> for WorkedSet {
    fn from(worked: Worked) -> Self {
        let mut set = Self::default();
        for slot in &worked.slots {
            set.add(*slot);
        }
        set.grids = worked.grids.into_iter().collect();
        set.references = worked.references.into_iter().collect();
        set
    }
}

impl WorkedSet {
    /// A slot is worked, and perhaps confirmed.
    pub(crate) fn add(&mut self, slot: Slot) {
        let bits = self.entities.entry(slot.dxcc).or_insert([0; BYTES]);
        let at = place(slot.band, class(slot.group));
        set(bits, at);
        if slot.confirmed {
            set(bits, at + 1);
        }
    }

    /// A grid is worked.
    pub(crate) fn add_grid(&mut self, band: Band, grid: SmolStr) {
        self.grids.insert((band, grid));
    }

    /// A reference is worked.
    pub(crate) fn add_reference(&mut self, programme: SmolStr, reference: SmolStr) {
        self.references.insert((programme, reference));
    }

    /// What the spot would be good for, if anything.
    pub(crate) fn need(&self, spot: &Spot) -> Option<Need> {
        self.entity_need(spot)
            .or_else(|| self.grid_need(spot))
            .or_else(|| self.reference_need(spot))
    }

    fn entity_need(&self, spot: &Spot) -> Option<Need> {
        let dxcc = spot.place.dxcc?;
        let Some(bits) = self.entities.get(&dxcc) else {
            return Some(Need::Entity);
        };
        let band = spot.band?;
        if !ModeClass::ALL.iter().any(|class| has(bits, place(band, *class))) {
            return Some(Need::Band);
        }
        let class = spot.class()?;
        if !Band::ALL.iter().any(|band| has(bits, place(*band, class))) {
            return Some(Need::Mode);
        }
        (!has(bits, place(band, class))).then_some(Need::Slot)
    }

    fn grid_need(&self, spot: &Spot) -> Option<Need> {
        let (band, grid) = (spot.band?, spot.grid.as_ref()?.square4()?);
        let key = (band, SmolStr::new(grid.as_str()));
        (collects_grids(band) && !self.grids.contains(&key)).then_some(Need::Grid)
    }

    fn reference_need(&self, spot: &Spot) -> Option<Need> {
        let mut named = references(spot);
        named
            .any(|(programme, own)| !self.references.contains(&(programme.into(), own.clone())))
            .then_some(Need::Reference)
    }
}

/// The references of a spot that logs have a field for.
pub(crate) fn references(spot: &Spot) -> impl Iterator<Item = (&'static str, &SmolStr)> {
    let refs = &spot.refs;
    let own = [
        ("pota", &refs.pota),
        ("sota", &refs.sota),
        ("iota", &refs.iota),
        ("wwff", &refs.wwff),
    ];
    own.into_iter()
        .filter_map(|(programme, reference)| Some((programme, reference.as_ref()?)))
}

/// Whether grids count on this band: as the logbook counts them.
fn collects_grids(band: Band) -> bool {
    band.lower() >= crate::logbook::tally::GRIDS_FROM
}

/// The class that a group of modes counts in; pictures are data among spots.
pub(crate) fn class(group: ModeGroup) -> ModeClass {
    match group {
        ModeGroup::Cw => ModeClass::Cw,
        ModeGroup::Phone => ModeClass::Phone,
        ModeGroup::Data | ModeGroup::Image => ModeClass::Data,
    }
}

/// The place of the first of the two bits.
fn place(band: Band, class: ModeClass) -> usize {
    (usize::from(band.index()) * ModeClass::ALL.len() + class as usize) * 2
}

fn set(bits: &mut [u8; BYTES], at: usize) {
    bits[at / 8] |= 1 << (at % 8);
}

fn has(bits: &[u8; BYTES], at: usize) -> bool {
    bits[at / 8] & (1 << (at % 8)) != 0
}
