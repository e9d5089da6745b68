//! Reading the history: newest first, or on from a number, merged from both rings in the order of numbers.
//!
//! What is cheap to see in a record (band, ring, source, call) is looked at before a spot is made of it. The lock is
//! let go of every few thousand records, so that a query that finds little never keeps spots from coming in.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::ring::Ring;
use super::segment::{NONE, Record};
use super::{Beside, History, Inner, seconds};
use crate::dx::event::{Source, Spot};
use crate::ham::band::Band;

/// Records looked at before the lock is let go of.
const STEP: usize = 1_024;

/// A set of bands; the empty one holds every frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bands(u64);

impl Bands {
    /// With this band too.
    #[must_use]
    pub(crate) fn and(self, band: Band) -> Self {
        Self(self.0 | 1 << band.index())
    }

    /// Whether it holds the band with this number from 1.
    fn hold(self, number: u8) -> bool {
        self.0 == 0 || number > 0 && self.0 & (1 << (number - 1)) != 0
    }
}

/// Which spots of the history are wanted; the default is all, newest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Query {
    /// Only numbers above.
    pub(crate) after: Option<u64>,
    /// Only numbers below.
    pub(crate) below: Option<u64>,
    /// Only what was heard at or after.
    pub(crate) from: Option<Timestamp>,
    pub(crate) bands: Bands,
    pub(crate) skimmer: Option<bool>,
    pub(crate) source: Option<Source>,
    /// Only spots of this station, at home or on the move.
    pub(crate) call: Option<SmolStr>,
    /// Oldest first: what followed a number.
    pub(crate) rising: bool,
    /// Most spots answered.
    pub(crate) limit: usize,
}

impl Query {
    /// The newest so many.
    pub(crate) fn newest(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    fn fits(&self, record: &Record, from: u32) -> bool {
        record.time >= from
            && self.bands.hold(record.band)
            && self.source.is_none_or(|source| source as u8 == record.source)
    }

    fn rings(&self) -> &'static [usize] {
        match self.skimmer {
            None => &[0, 1],
            Some(false) => &[0],
            Some(true) => &[1],
        }
    }
}

impl History {
    /// The spots that a query asks for and `wanted` says yes to.
    pub(crate) fn find(
        &self,
        query: &Query,
        now: Timestamp,
        beside: Beside<'_>,
        mut wanted: impl FnMut(&Spot) -> bool,
    ) -> Vec<Spot> {
        let oldest = seconds(now).saturating_sub(self.age);
        let from = query.from.map_or(oldest, |from| seconds(from).max(oldest));
        let mut found = Vec::new();
        let mut query = query.clone();
        loop {
            let inner = self.read();
            let (numbers, reached) = match &query.call {
                Some(call) => (inner.of_call(call, &query), None),
                None if query.rising => inner.rising(&query),
                None => inner.falling(&query),
            };
            for (ring, number) in numbers {
                let ring = &inner.rings[ring];
                let Some(record) = ring.get(number).filter(|record| query.fits(record, from)) else {
                    continue;
                };
                if let Some(spot) = inner.spot(ring, number, record, beside)
                    && wanted(&spot)
                {
                    found.push(spot);
                    if found.len() >= query.limit {
                        return found;
                    }
                }
            }
            match reached {
                Some(seq) if query.rising => query.after = Some(seq),
                Some(seq) => query.below = Some(seq),
                None => return found,
            }
        }
    }

    /// The number of the oldest spot; `None` without any.
    pub(crate) fn oldest_seq(&self) -> Option<u64> {
        let inner = self.read();
        let first = |ring: &Ring| ring.get(ring.oldest()).map(|record| record.seq);
        inner.rings.iter().filter_map(first).min()
    }

    /// The number of the newest spot; `None` without any.
    pub(crate) fn newest_seq(&self) -> Option<u64> {
        let inner = self.read();
        let last = |ring: &Ring| ring.get(ring.next().checked_sub(1)?).map(|record| record.seq);
        inner.rings.iter().filter_map(last).max()
    }
}

/// Records by ring and number, and the number to go on from; `None`: there are no more.
type Step = (Vec<(usize, u32)>, Option<u64>);

impl Inner {
    /// The newest records below `query.below`.
    fn falling(&self, query: &Query) -> Step {
        let below = query.below.unwrap_or(u64::MAX);
        let after = query.after.unwrap_or(0);
        let mut ends = [0; 2];
        for &ring in query.rings() {
            ends[ring] = self.rings[ring].end_below(below);
        }
        let mut numbers = Vec::with_capacity(STEP.min(query.limit.saturating_mul(2)));
        loop {
            let seq = |ring: usize| {
                let number = ends[ring].checked_sub(1)?;
                let record = self.rings[ring].get(number)?;
                (record.seq > after).then_some((record.seq, ring, number))
            };
            let Some((seq, ring, number)) = query.rings().iter().filter_map(|&ring| seq(ring)).max() else {
                return (numbers, None);
            };
            ends[ring] = number;
            numbers.push((ring, number));
            if numbers.len() >= STEP {
                return (numbers, Some(seq));
            }
        }
    }

    /// The oldest records above `query.after`.
    pub(super) fn rising(&self, query: &Query) -> Step {
        let below = query.below.unwrap_or(u64::MAX);
        let after = query.after.unwrap_or(0);
        let mut starts = [0; 2];
        for &ring in query.rings() {
            starts[ring] = self.rings[ring].end_below(after.saturating_add(1));
        }
        let mut numbers = Vec::with_capacity(STEP.min(query.limit.saturating_mul(2)));
        loop {
            let seq = |ring: usize| {
                let record = self.rings[ring].get(starts[ring])?;
                (record.seq < below).then_some((record.seq, ring, starts[ring]))
            };
            let Some((seq, ring, number)) = query.rings().iter().filter_map(|&ring| seq(ring)).min() else {
                return (numbers, None);
            };
            starts[ring] = number + 1;
            numbers.push((ring, number));
            if numbers.len() >= STEP {
                return (numbers, Some(seq));
            }
        }
    }

    /// A call's records, without looking at any other's.
    fn of_call(&self, call: &str, query: &Query) -> Vec<(usize, u32)> {
        let mut found = Vec::new();
        let names = self
            .names
            .find(call)
            .into_iter()
            .map(|number| self.names.get(number));
        for (name, &which) in names.flat_map(|name| query.rings().iter().map(move |ring| (name, ring))) {
            let mut number = name.last[which];
            while number != NONE
                && let Some(record) = self.rings[which].get(number)
            {
                let in_range = query.below.is_none_or(|below| record.seq < below)
                    && query.after.is_none_or(|after| record.seq > after);
                if in_range {
                    found.push((record.seq, which, number));
                }
                number = record.before;
            }
        }
        found.sort_unstable();
        if !query.rising {
            found.reverse();
        }
        found
            .into_iter()
            .map(|(_, ring, number)| (ring, number))
            .collect()
    }
}
