//! Gathers one page from a walk along an index, and counts what lies beyond it.

use super::{COUNT_BUDGET, Found, Hit, Total};

/// A page being gathered.
pub(super) struct Pager {
    limit: usize,
    /// Contacts before the page.
    offset: u64,
    /// Matches still to be passed over.
    skip: u64,
    /// The exact total, where the tallies know it.
    known: Option<u64>,
    /// Rows that may yet be looked at only to count.
    budget: u64,
    hits: Vec<Hit>,
    beyond: u64,
    exhausted: bool,
}

impl Pager {
    /// An empty page behind `offset` contacts, of which `skip` will still be met.
    pub(super) fn new(limit: usize, offset: u64, skip: u64, known: Option<u64>) -> Pager {
        let hits = Vec::with_capacity(limit.min(1_000));
        Pager {
            limit,
            offset,
            skip,
            known,
            budget: COUNT_BUDGET,
            hits,
            beyond: 0,
            exhausted: true,
        }
    }

    /// Whether the walk may end: asked before each row.
    pub(super) fn is_enough(&mut self) -> bool {
        if self
            .known
            .is_some_and(|known| self.skip == 0 && self.offset + self.hits.len() as u64 >= known)
        {
            return true;
        }
        if self.beyond == 0 {
            return false;
        }
        if self.known.is_none() && self.budget > 0 {
            self.budget -= 1;
            return false;
        }
        self.exhausted = false;
        true
    }

    /// Takes the next match.
    pub(super) fn take(&mut self, hit: Hit) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.hits.len() < self.limit {
            self.hits.push(hit);
        } else {
            self.beyond += 1;
        }
    }

    /// The page and what is known about the list.
    pub(super) fn finish(self) -> Found {
        // An offset behind the end: what was passed over is all there is.
        let offset = self.offset - self.skip.min(self.offset);
        let counted = offset + self.hits.len() as u64 + self.beyond;
        let total = match self.known {
            Some(known) => Total::Exactly(known),
            None if self.exhausted => Total::Exactly(counted),
            None => Total::AtLeast(counted),
        };
        Found {
            more: self.beyond > 0,
            hits: self.hits,
            offset,
            total,
        }
    }
}
