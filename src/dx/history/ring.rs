//! One ring: segments of records, oldest first, bounded by age and by bytes.

use std::collections::VecDeque;

use super::names::Names;
use super::segment::{Extra, NONE, RECORDS, Record, Segment};
use crate::ham::band::Band;

/// Every band, and none.
pub(super) const BANDS: usize = Band::ALL.len() + 1;

/// What a ring may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Seconds that a spot is kept.
    pub(crate) age: u32,
    /// Most bytes of memory, the newest segment apart.
    pub(crate) bytes: usize,
}

/// Spots of one kind. A record's number never changes, and its successors are counted from it.
#[derive(Debug)]
pub(super) struct Ring {
    which: usize,
    bounds: Bounds,
    segments: VecDeque<Segment>,
    /// Number of the first record of the first segment.
    base: u32,
    /// Number of the oldest record that is still valid.
    oldest: u32,
    /// Number of the next record.
    next: u32,
    /// Memory of all full segments.
    full_bytes: usize,
    /// Spots by band, as records number them.
    by_band: [u32; BANDS],
}

impl Ring {
    pub(super) fn new(which: usize, bounds: Bounds) -> Self {
        Self {
            which,
            bounds,
            segments: VecDeque::new(),
            base: 0,
            oldest: 0,
            next: 0,
            full_bytes: 0,
            by_band: [0; BANDS],
        }
    }

    /// Adds a spot, whose call and spotter `names` has counted, and lets go of what is too old or too much.
    pub(super) fn push(&mut self, mut record: Record, comment: &str, extra: &Extra, names: &mut Names) {
        if self.next == NONE {
            // Four thousand million spots after the start: begin anew, rather than with wrong numbers.
            self.clear(names);
        }
        let last = &mut names.get_mut(record.call).last[self.which];
        record.before = std::mem::replace(last, self.next);
        if self.segments.back().is_none_or(Segment::is_full) {
            self.segments.push_back(Segment::new());
        }
        if let Some(segment) = self.segments.back_mut() {
            segment.push(record, comment, extra);
            if segment.is_full() {
                self.full_bytes += segment.bytes();
            }
        }
        self.next += 1;
        *self.of_band(record.band) += 1;
        self.age(record.heard, names);
    }

    /// Lets go of what is too old at `now`, and of the oldest where it is too much.
    pub(super) fn age(&mut self, now: u32, names: &mut Names) {
        let limit = now.saturating_sub(self.bounds.age);
        while self.get(self.oldest).is_some_and(|record| record.heard < limit) {
            self.drop_oldest(names);
        }
        while self.full_bytes > self.bounds.bytes {
            for _ in self.oldest..self.base.saturating_add(segment_len()) {
                self.drop_oldest(names);
            }
        }
    }

    fn drop_oldest(&mut self, names: &mut Names) {
        let Some(record) = self.get(self.oldest).copied() else {
            return;
        };
        let name = names.get_mut(record.call);
        if name.last[self.which] == self.oldest {
            name.last[self.which] = NONE;
        }
        *self.of_band(record.band) -= 1;
        names.release(record.call);
        names.release(record.spotter);
        self.oldest += 1;
        if self.oldest - self.base >= segment_len() {
            let freed = self.segments.pop_front().map_or(0, |segment| segment.bytes());
            self.full_bytes = self.full_bytes.saturating_sub(freed);
            self.base = self.oldest;
        }
    }

    /// The count of a record's band. A snapshot may be of a version that knew more bands.
    fn of_band(&mut self, band: u8) -> &mut u32 {
        let at = usize::from(band);
        &mut self.by_band[if at < BANDS { at } else { 0 }]
    }

    fn clear(&mut self, names: &mut Names) {
        while self.oldest < self.next {
            self.drop_oldest(names);
        }
        self.segments.clear();
        (self.base, self.oldest, self.next, self.full_bytes) = (0, 0, 0, 0);
    }

    /// The record with a number, if it is still there.
    pub(super) fn get(&self, number: u32) -> Option<&Record> {
        if number < self.oldest || number >= self.next {
            return None;
        }
        let offset = (number - self.base) as usize;
        self.segments.get(offset / RECORDS)?.get(offset % RECORDS)
    }

    /// A record's comment and what few spots have.
    pub(super) fn words(&self, number: u32, record: &Record) -> (&str, Extra) {
        let offset = number.saturating_sub(self.base) as usize;
        self.segments
            .get(offset / RECORDS)
            .map(|segment| segment.words(record))
            .unwrap_or_default()
    }

    /// The number after that of the newest record whose `seq` is below this one.
    pub(super) fn end_below(&self, seq: u64) -> u32 {
        let (mut low, mut high) = (self.oldest, self.next);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(|record| record.seq < seq) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    pub(super) fn oldest(&self) -> u32 {
        self.oldest
    }

    pub(super) fn next(&self) -> u32 {
        self.next
    }

    pub(super) fn len(&self) -> usize {
        (self.next - self.oldest) as usize
    }

    /// How many there are of each band, as records number them: none, then the bands in their order.
    pub(super) fn by_band(&self) -> &[u32; BANDS] {
        &self.by_band
    }

    /// Memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let open = self.segments.back().filter(|segment| !segment.is_full());
        self.full_bytes + open.map_or(0, Segment::bytes)
    }
}

fn segment_len() -> u32 {
    u32::try_from(RECORDS).expect("a segment is small")
}
