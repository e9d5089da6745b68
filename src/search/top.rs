//! The first few of the documents found, in the order of rank and key.

use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::columnar::ColumnValues;
use tantivy::query::Weight;
use tantivy::{DocId, SegmentReader, TERMINATED};

use super::error::SearchError;
use super::index::{HIGH, LOW, TRAITS};
use super::key::Key;

/// Where a document stands in the order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// 0 is best.
    pub(crate) rank: u8,
    pub(crate) key: Key,
}

/// How hits are ordered.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    /// The rank of a document by its traits, smaller first; `None`: not to be found.
    pub(crate) rank: &'a dyn Fn(u64) -> Option<u8>,
    /// No rank is smaller than this; where it is reached often, the search ends early.
    pub(crate) best: u8,
}

/// The columns by which documents are ordered.
#[derive(Clone)]
pub(super) struct Columns {
    high: Arc<dyn ColumnValues<u64>>,
    low: Arc<dyn ColumnValues<u64>>,
    traits: Arc<dyn ColumnValues<u64>>,
}

impl Columns {
    pub(super) fn of(reader: &SegmentReader) -> Result<Self, tantivy::TantivyError> {
        let columns = reader.fast_fields();
        Ok(Self {
            high: columns.column_first_or_default(HIGH)?,
            low: columns.column_first_or_default(LOW)?,
            traits: columns.column_first_or_default(TRAITS)?,
        })
    }

    pub(super) fn key(&self, doc: DocId) -> Key {
        Key::from_numbers(self.high.get_val(doc), self.low.get_val(doc))
    }

    /// Whether keys ascend with the documents' numbers.
    pub(super) fn ascend(&self, documents: DocId) -> bool {
        let mut last = None;
        (0..documents).all(|doc| {
            let key = Some(self.key(doc));
            std::mem::replace(&mut last, key) < key
        })
    }
}

/// Gathers the first `limit` places of a page.
pub(super) struct Top<'a> {
    order: Order<'a>,
    after: Option<Place>,
    limit: usize,
    /// The last place is on top.
    places: BinaryHeap<Place>,
}

impl<'a> Top<'a> {
    pub(super) fn new(order: Order<'a>, after: Option<Place>, limit: usize) -> Self {
        Self {
            order,
            after,
            limit,
            places: BinaryHeap::with_capacity(limit.min(1_000) + 1),
        }
    }

    /// Takes what a segment has; `ascending` says that its keys ascend.
    pub(super) fn gather(
        &mut self,
        weight: &dyn Weight,
        reader: &SegmentReader,
        ascending: bool,
    ) -> Result<(), SearchError> {
        let columns = Columns::of(reader)?;
        let mut docs = weight.scorer(reader, 1.0)?;
        let mut doc = docs.doc();
        while doc != TERMINATED {
            let alive = reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc));
            if alive && !self.offer(&columns, doc) && ascending && self.is_settled() {
                break;
            }
            doc = docs.advance();
        }
        Ok(())
    }

    /// Whether no document with a larger key can get in any more.
    fn is_settled(&self) -> bool {
        self.places.len() >= self.limit
            && self
                .places
                .peek()
                .is_some_and(|last| last.rank <= self.order.best)
    }

    /// Takes a document if it is among the first; `false`: it stands behind all of those.
    fn offer(&mut self, columns: &Columns, doc: DocId) -> bool {
        let Some(rank) = (self.order.rank)(columns.traits.get_val(doc)) else {
            return true;
        };
        let full = self.places.len() >= self.limit;
        if full && self.places.peek().is_some_and(|last| rank > last.rank)
            || self.after.is_some_and(|after| rank < after.rank)
        {
            return true;
        }
        let place = Place {
            rank,
            key: columns.key(doc),
        };
        if self.after.is_some_and(|after| place <= after) {
            return true;
        }
        if full {
            match self.places.peek() {
                Some(last) if place < *last => drop(self.places.pop()),
                _ => return false,
            }
        }
        self.places.push(place);
        true
    }

    pub(super) fn into_places(self) -> Vec<Place> {
        self.places.into_sorted_vec()
    }
}
