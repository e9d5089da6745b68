//! QSOs read ahead of the transaction that is to take them out.
//!
//! To take a QSO out is to take out what was derived from it, so it has to be decoded: the larger half of the work, and
//! one that needs no transaction. It is done beside the writer, which then picks the rows that are byte for byte
//! what was read. What has changed since then is left to be looked at again.

use crate::logbook::stored::StoredQso;
use crate::logbook::tables::{QSO, QsoKey};
use crate::logbook::tally::{Counted, Tallies};
use crate::store::{Direction, Rows, Span, StoreError, Stored};

/// Numbers of QSOs, first and last included.
pub(crate) type Range = (u64, u64);

/// QSOs as they were read, in the order of their numbers.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    known: Vec<Known>,
    /// What the tallies lose with all of them.
    tallies: Tallies,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) number: u64,
    pub(crate) counted: Counted,
    stored: Stored,
}

impl Ahead {
    /// Reads the QSOs of some ranges of a logbook that `goes` accepts.
    pub(crate) fn read(
        r: &impl Rows,
        book: u32,
        ranges: &[Range],
        goes: impl Fn(&StoredQso) -> bool,
    ) -> Result<Ahead, StoreError> {
        let mut ahead = Ahead::default();
        let rows = |range: &Range| {
            r.scan(QSO, numbers(book, *range), Direction::Forward)
                .with_stored()
        };
        for row in ranges.iter().flat_map(rows) {
            let ((_, number), record, stored) = row?;
            if goes(&record) {
                let counted = Counted::of(&record);
                ahead.tallies.count(&counted, -1);
                ahead.known.push(Known {
                    number,
                    counted,
                    stored,
                });
            }
        }
        ahead.known.sort_unstable_by_key(|known| known.number);
        Ok(ahead)
    }

    /// The QSO of this number, if it was read and is stored as it was then.
    pub(super) fn find(&self, number: u64, stored: &[u8]) -> Option<&Known> {
        let at = self
            .known
            .binary_search_by_key(&number, |known| known.number)
            .ok()?;
        Some(&self.known[at]).filter(|known| known.stored == *stored)
    }

    /// Takes those that go out of the tallies.
    pub(super) fn leave(&self, gone: &[&Known], tallies: &mut Tallies) {
        if gone.len() == self.known.len() {
            tallies.add_all(&self.tallies);
        } else {
            for known in gone {
                tallies.count(&known.counted, -1);
            }
        }
    }
}

/// The keys of a range of numbers in a logbook.
pub(super) fn numbers(book: u32, (first, last): Range) -> Span<QsoKey> {
    Span::prefix(&(book,))
        .at_least(&(book, first))
        .at_most(&(book, last))
}
