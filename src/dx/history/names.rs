//! Calls as numbers: each is kept once, with where it counts, as long as a spot names it.
//!
//! Numbers of calls that nobody names any more are given to others, so the table is as large as the calls of the
//! history are many.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::segment::NONE;
use crate::dx::event::Place;
use crate::ham::callsign::Callsign;
use crate::ham::dxcc::Continent;
use crate::ham::geo::LatLon;

/// A call that spots name.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) text: SmolStr,
    /// Spots that name it, as spotted or as spotter.
    uses: u32,
    /// Its newest record in each ring, as the one spotted.
    pub(super) last: [u32; 2],
    pub(super) place: Compact,
}

/// A [`Place`] in sixteen bytes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Compact {
    /// 0: none.
    pub(super) dxcc: u16,
    pub(super) continent: u8,
    pub(super) cq: u8,
    itu: u8,
    lat: f32,
    lon: f32,
}

impl Compact {
    fn of(place: &Place) -> Self {
        let (lat, lon) = place
            .position
            .map_or((f32::NAN, f32::NAN), |at| (narrow(at.lat()), narrow(at.lon())));
        Self {
            dxcc: place.dxcc.unwrap_or(0),
            continent: continent_number(place.continent),
            cq: place.cq_zone.unwrap_or(0),
            itu: place.itu_zone.unwrap_or(0),
            lat,
            lon,
        }
    }

    /// The place again; `country` names entities.
    pub(super) fn place(self, country: fn(u16) -> SmolStr) -> Place {
        let some = |zone: u8| (zone > 0).then_some(zone);
        let dxcc = (self.dxcc > 0).then_some(self.dxcc);
        Place {
            dxcc,
            country: dxcc.map(country).unwrap_or_default(),
            continent: continent(self.continent),
            cq_zone: some(self.cq),
            itu_zone: some(self.itu),
            position: LatLon::new(f64::from(self.lat), f64::from(self.lon)).ok(),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a rough position; a metre is not missed"
)]
fn narrow(degrees: f64) -> f32 {
    degrees as f32
}

/// Continents from 1; 0 is none.
pub(super) fn continent_number(of: Option<Continent>) -> u8 {
    let at = Continent::ALL.iter().position(|one| Some(*one) == of);
    at.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
}

fn continent(number: u8) -> Option<Continent> {
    Continent::ALL.get(usize::from(number).checked_sub(1)?).copied()
}

/// The home call of one on the move; `None` for others.
fn home(text: &SmolStr) -> Option<SmolStr> {
    let call = text.contains('/').then(|| Callsign::parse(text).ok()).flatten()?;
    (call.base() != text.as_str()).then(|| SmolStr::new(call.base()))
}

/// All calls that the history names.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<SmolStr, u32>,
    entries: Vec<Name>,
    free: Vec<u32>,
    /// Calls on the move, by home call.
    portable: HashMap<SmolStr, Vec<u32>>,
}

impl Names {
    /// The number of a call, which one more spot names.
    pub(super) fn take(&mut self, text: &SmolStr, place: &Place) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            let name = &mut self.entries[number as usize];
            name.uses += 1;
            name.place = Compact::of(place);
            return number;
        }
        let name = Name {
            text: text.clone(),
            uses: 1,
            last: [NONE; 2],
            place: Compact::of(place),
        };
        let number = match self.free.pop() {
            Some(number) => {
                self.entries[number as usize] = name;
                number
            }
            None => {
                self.entries.push(name);
                u32::try_from(self.entries.len() - 1).expect("fewer calls than records, which 32 bits count")
            }
        };
        self.numbers.insert(text.clone(), number);
        if let Some(home) = home(text) {
            self.portable.entry(home).or_default().push(number);
        }
        number
    }

    /// One spot less names the call.
    pub(super) fn release(&mut self, number: u32) {
        let name = &mut self.entries[number as usize];
        name.uses = name.uses.saturating_sub(1);
        if name.uses == 0 {
            let text = std::mem::take(&mut name.text);
            self.numbers.remove(&text);
            self.free.push(number);
            if let Some(home) = home(&text)
                && let Some(away) = self.portable.get_mut(&home)
            {
                away.retain(|other| *other != number);
                if away.is_empty() {
                    self.portable.remove(&home);
                }
            }
        }
    }

    /// The numbers of a call and of the same station on the move, as far as spots name them.
    pub(super) fn find(&self, text: &str) -> Vec<u32> {
        let away = self.portable.get(text).into_iter().flatten();
        self.numbers.get(text).into_iter().chain(away).copied().collect()
    }

    pub(super) fn get(&self, number: u32) -> &Name {
        &self.entries[number as usize]
    }

    pub(super) fn get_mut(&mut self, number: u32) -> &mut Name {
        &mut self.entries[number as usize]
    }

    /// Memory it takes.
    pub(super) fn bytes(&self) -> usize {
        // A slot of the table: the entry and a byte of its own.
        let slot = size_of::<(SmolStr, u32)>() + 1;
        self.numbers.capacity() * 8 / 7 * slot
            + self.entries.capacity() * size_of::<Name>()
            + self.free.capacity() * size_of::<u32>()
    }
}
