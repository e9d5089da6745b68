//! ADIF by itself: a datagram of one or more records, or a stream of them.
//!
//! Read by `ham::adif`, which honours lengths (a value may hold `<eor>`), takes any case, with or without a
//! header, and reads what is not UTF-8 as windows-1252.

use jiff::Timestamp;

use super::contact::{Contact, Way};
use crate::ham::adif::{Fault, Reader, excerpt};

/// Most records taken of one message.
const MOST: usize = 2_000;

/// A record that is no contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// Why, for people.
    pub(crate) reason: String,
    /// Begin of its text.
    pub(crate) text: String,
}

/// The contacts of a text, each or why it is none. `now` bounds their dates.
pub(crate) fn contacts(bytes: &[u8], way: Way, now: Timestamp) -> Vec<Result<Contact, Rejected>> {
    let records = Reader::new(bytes).filter_map(|entry| entry.record);
    let contact = |record: crate::ham::adif::Record| {
        Contact::of_record(&record, way, now).map_err(|reason| Rejected {
            reason,
            text: excerpt(&record.text()),
        })
    };
    records.take(MOST).map(contact).collect()
}

/// How many of the bytes are whole records that end no later than `latest`; what is behind them goes on in
/// bytes still to come.
pub(crate) fn whole(bytes: &[u8], latest: usize) -> usize {
    let mut end = 0;
    for entry in Reader::new(bytes) {
        let Some(record) = entry.record else { continue };
        let next = usize::try_from(entry.end_offset).map_or(bytes.len(), |end| end.min(bytes.len()));
        if record.fault == Some(Fault::Unterminated) || next > latest {
            break;
        }
        end = next;
    }
    end
}
