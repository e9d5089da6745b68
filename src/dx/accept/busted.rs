//! Calls that are probably another one, misheard: one letter away, on the same frequency, and heard by far fewer.
//!
//! Only a hint: a spot of a person is never dropped for it. The count of those who heard a call is told as well.
//! Bounded: the last calls of each half kilohertz, the last stations of each call.

use std::collections::{HashMap, VecDeque};

use crate::ham::callsign::Callsign;
use crate::ham::freq::Hertz;
use crate::ham::spot::{distance_one, leading_bust};

/// Seconds that what was heard counts.
const SPAN: u32 = 300;
/// Hertz around.
const NEAR: u64 = 300;
/// Width of a place, in hertz: as wide as `NEAR` reaches at least, so that two neighbours are all.
const WIDTH: u64 = 500;
/// So many times as many stations must have heard the other call.
const TIMES: usize = 3;
/// Calls remembered of a place.
const CALLS: usize = 6;
/// Stations counted of a call.
const STATIONS: usize = 12;
/// Most places remembered.
const MOST: usize = 50_000;

/// Who was heard where, and by how many.
#[derive(Debug, Default)]
pub(super) struct Busted {
    places: HashMap<u64, Vec<Known>>,
    order: VecDeque<(u32, u64)>,
    keys: std::collections::hash_map::RandomState,
}

#[derive(Debug, Clone)]
struct Known {
    call: Callsign,
    freq: u64,
    at: u32,
    /// Who heard it, by digest, and when.
    stations: Vec<(u64, u32)>,
}

impl Known {
    fn is_fresh(&self, now: u32) -> bool {
        is_fresh(self.at, now)
    }

    /// How many heard it lately.
    fn heard_by(&self, now: u32) -> usize {
        self.stations.iter().filter(|(_, at)| is_fresh(*at, now)).count()
    }

    /// Notes that a station heard it.
    fn hear(&mut self, station: u64, now: u32) {
        self.stations
            .retain(|(other, at)| *other != station && is_fresh(*at, now));
        if self.stations.len() >= STATIONS {
            self.stations.remove(0);
        }
        self.stations.push((station, now));
    }
}

impl Busted {
    /// By how many different stations the call was heard there lately, this one included, and the call that was
    /// probably meant; what was heard is remembered.
    pub(super) fn hear(
        &mut self,
        call: &Callsign,
        freq: Hertz,
        spotter: &str,
        now: u32,
    ) -> (u8, Option<Callsign>) {
        self.forget(now);
        let station = std::hash::BuildHasher::hash_one(&self.keys, spotter);
        let heard_by = self.remember(call, freq.get(), station, now);
        let place = freq.get() / WIDTH;
        let nearby = (place.saturating_sub(1)..=place + 1).filter_map(|place| self.places.get(&place));
        let meant = nearby
            .flatten()
            .filter(|known| {
                known.is_fresh(now)
                    && known.freq.abs_diff(freq.get()) <= NEAR
                    && known.call != *call
                    && known.heard_by(now) >= TIMES * heard_by
                    && is_like(call.as_str(), known.call.as_str())
            })
            .max_by_key(|known| known.heard_by(now))
            .map(|known| known.call.clone());
        (u8::try_from(heard_by).unwrap_or(u8::MAX), meant)
    }

    /// By how many the call has been heard there lately.
    fn remember(&mut self, call: &Callsign, freq: u64, station: u64, now: u32) -> usize {
        let place = freq / WIDTH;
        let known = match self.places.get_mut(&place) {
            Some(known) => known,
            None => {
                self.order.push_back((now, place));
                self.places.entry(place).or_default()
            }
        };
        known.retain(|known| known.is_fresh(now));
        if let Some(known) = known.iter_mut().find(|known| known.call == *call) {
            (known.freq, known.at) = (freq, now);
            known.hear(station, now);
            return known.stations.len();
        }
        if known.len() >= CALLS
            && let Some(least) = (0..known.len()).min_by_key(|at| (known[*at].stations.len(), known[*at].at))
        {
            known.swap_remove(least);
        }
        known.push(Known {
            call: call.clone(),
            freq,
            at: now,
            stations: vec![(station, now)],
        });
        1
    }

    fn forget(&mut self, now: u32) {
        for _ in 0..2 {
            let too_many = self.order.len() >= MOST;
            let is_due = |at: u32| !is_fresh(at, now);
            let Some((_, place)) = self.order.pop_front_if(|(at, _)| too_many || is_due(*at)) else {
                return;
            };
            let newest = self
                .places
                .get(&place)
                .into_iter()
                .flatten()
                .map(|known| known.at)
                .max();
            match newest {
                Some(at) if !is_due(at) && !too_many => self.order.push_back((at, place)),
                _ => drop(self.places.remove(&place)),
            }
        }
    }
}

/// Whether what was heard then still counts.
fn is_fresh(at: u32, now: u32) -> bool {
    at.saturating_add(SPAN) > now
}

/// Whether the call reads like the other one, misheard.
fn is_like(call: &str, meant: &str) -> bool {
    distance_one(call, meant) || leading_bust(call, meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(text: &str) -> Callsign {
        Callsign::parse(text).unwrap()
    }

    fn heard(busted: &mut Busted, text: &str, hertz: u64, spotter: &str, now: u32) -> Option<String> {
        let (_, meant) = busted.hear(&call(text), Hertz::new(hertz), spotter, now);
        meant.map(|call| call.to_string())
    }

    #[test]
    fn a_call_that_one_hears_where_three_hear_its_like_is_probably_that_one() {
        let mut busted = Busted::default();
        for (number, spotter) in ["K1A", "K2A", "K3A"].iter().enumerate() {
            let hertz = 14_025_000 + 100 * number as u64;
            assert_eq!(heard(&mut busted, "N4ZR", hertz, spotter, 10), None);
        }
        assert_eq!(
            heard(&mut busted, "TN4ZR", 14_025_100, "K4A", 20).as_deref(),
            Some("N4ZR")
        );
        assert_eq!(
            heard(&mut busted, "N4ZS", 14_025_000, "K5A", 20).as_deref(),
            Some("N4ZR")
        );
        assert_eq!(
            heard(&mut busted, "N4XX", 14_025_000, "K5A", 20),
            None,
            "two letters away"
        );
        assert_eq!(
            heard(&mut busted, "N4Z", 14_025_700, "K5A", 20),
            None,
            "elsewhere"
        );
        assert_eq!(
            heard(&mut busted, "N4ZX", 14_025_000, "K5A", 311),
            None,
            "long ago"
        );
    }

    #[test]
    fn a_call_heard_by_many_is_itself() {
        let mut busted = Busted::default();
        for spotter in ["K1A", "K2A", "K3A", "K4A"] {
            heard(&mut busted, "N4ZR", 14_025_000, spotter, 10);
            heard(&mut busted, "N4ZS", 14_025_000, spotter, 10);
        }
        assert_eq!(heard(&mut busted, "N4ZS", 14_025_000, "K5A", 12), None);
        // The same station again is not another one.
        for _ in 0..9 {
            heard(&mut busted, "W1AW", 7_025_000, "K1A", 12);
        }
        assert_eq!(heard(&mut busted, "W1AV", 7_025_000, "K2A", 12), None);
    }

    #[test]
    fn different_stations_are_counted_for_five_minutes() {
        let mut busted = Busted::default();
        let mut heard_by = |spotter: &str, now| {
            let (count, _) = busted.hear(&call("W1AW"), Hertz::new(7_025_000), spotter, now);
            count
        };
        assert_eq!((heard_by("K1A", 10), heard_by("K1A", 20)), (1, 1));
        assert_eq!((heard_by("K2A", 100), heard_by("K3A", 200)), (2, 3));
        assert_eq!(heard_by("K2A", 330), 2, "K1A is long ago");
        for number in 0..50 {
            heard_by(&format!("N{number}"), 340);
        }
        assert_eq!(usize::from(heard_by("K9A", 350)), STATIONS);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut busted = Busted::default();
        for place in 0..2 * MOST as u64 {
            heard(&mut busted, "W1AW", place * WIDTH + 1_000_000, "K1A", 5);
        }
        assert!(busted.places.len() <= MOST);
        for number in 0..100_u32 {
            heard(&mut busted, &format!("W{}AW", number % 10), 14_000_000, "K1A", 5);
        }
        assert!(busted.places[&(14_000_000 / WIDTH)].len() <= CALLS);
    }
}
