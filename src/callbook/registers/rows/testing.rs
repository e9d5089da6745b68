//! A sink for tests of readers: it keeps everything and insists on the order.

use std::convert::Infallible;

use super::super::{Progress, Reject, Sink};
use super::{ReadError, Tally};
use crate::callbook::model::Entry;

/// What a reader handed over.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) entries: Vec<Entry>,
    pub(crate) rejects: Vec<Reject>,
}

impl Kept {
    pub(crate) fn calls(&self) -> Vec<&str> {
        self.entries
            .iter()
            .map(|entry| entry.licence.call.as_str())
            .collect()
    }

    pub(crate) fn entry(&self, call: &str) -> &Entry {
        let found = self
            .entries
            .iter()
            .find(|entry| entry.licence.call.as_str() == call);
        found.unwrap_or_else(|| panic!("{call} is not there: {:?}", self.calls()))
    }
}

impl Sink for Kept {
    type Error = Infallible;

    fn entry(&mut self, entry: Entry) -> Result<(), Infallible> {
        if let Some(last) = self.entries.last() {
            assert!(
                last.licence.call < entry.licence.call,
                "calls come in order, once each"
            );
        }
        self.entries.push(entry);
        Ok(())
    }

    fn reject(&mut self, reject: Reject) {
        assert!(reject.excerpt.chars().count() <= 120);
        self.rejects.push(reject);
    }

    fn progress(&mut self, _: Progress) -> Result<(), Infallible> {
        Ok(())
    }
}

/// What a reader hands over of a file that it reads to its end.
pub(crate) fn read_all(
    read: impl FnOnce(&mut Kept) -> Result<Tally, ReadError<Infallible>>,
) -> (Kept, Tally) {
    let mut kept = Kept::default();
    let tally = read(&mut kept).expect("the file is read to its end");
    assert_eq!(tally.entries, kept.entries.len() as u64);
    assert_eq!(tally.rejects, kept.rejects.len() as u64);
    (kept, tally)
}
