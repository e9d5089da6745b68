//! Logging one contact, as programs do while on the air.
//!
//! Idempotent: a contact sent twice is stored once. What a duplicate adds is merged, if the actor may change
//! the contact it met.

use std::sync::Arc;

use jiff::Timestamp;

use super::Changes;
use super::merge::{self, Incoming, Search};
use crate::event::Event;
use crate::ham::qso::Qso;
use crate::logbook::error::Error;
use crate::logbook::event::{Contact, LogbookEvent, Outcome, QsoId};
use crate::logbook::rights::Opened;
use crate::logbook::stored::{Place, StoredQso};
use crate::store::Write;

/// Stores a contact, or finds the one it repeats.
pub(crate) fn log(
    tx: &mut Write<'_>,
    opened: &Opened,
    incoming: Incoming,
    now: Timestamp,
) -> Result<(Arc<Contact>, Outcome), Error> {
    opened.to_write()?;
    let search = Search {
        call: &opened.book.call,
        window: 0,
    };
    let mut changes = Changes::new(opened.id);
    let (number, record, outcome) = match merge::find(tx, &changes, search, &incoming.qso)? {
        Some((number, record)) => merged(tx, opened, &mut changes, number, record, &incoming, now)?,
        None => {
            let number = changes.number(tx)?;
            let record = new_record(incoming, opened.account, now);
            changes.store(tx, number, None, Some(&record))?;
            (number, record, Outcome::Added)
        }
    };
    changes.finish(tx)?;
    let id = QsoId {
        book: opened.id,
        number,
    };
    let contact = Arc::new(Contact {
        id,
        logbook: opened.book.call.clone(),
        record,
    });
    match outcome {
        Outcome::Added => tx.emit(Event::Logbook(LogbookEvent::QsoAdded {
            contact: Arc::clone(&contact),
        })),
        Outcome::Merged => tx.emit(Event::Logbook(LogbookEvent::QsoChanged {
            contact: Arc::clone(&contact),
        })),
        Outcome::Duplicate => {}
    }
    Ok((contact, outcome))
}

/// A record around a contact that is being put together; its place is still to be worked out.
pub(crate) fn blank(qso: Qso, now: Timestamp) -> StoredQso {
    new_record(
        Incoming {
            qso,
            place: Place::default(),
        },
        None,
        now,
    )
}

/// A record that was not there before.
pub(super) fn new_record(incoming: Incoming, by: Option<u32>, now: Timestamp) -> StoredQso {
    StoredQso {
        qso: incoming.qso,
        place: incoming.place,
        revision: 1,
        by,
        import: None,
        import_left: None,
        created: now,
        updated: now,
    }
}

fn merged(
    tx: &mut Write<'_>,
    opened: &Opened,
    changes: &mut Changes,
    number: u64,
    record: StoredQso,
    incoming: &Incoming,
    now: Timestamp,
) -> Result<(u64, StoredQso, Outcome), Error> {
    if opened.may_edit(&record).is_err() {
        return Ok((number, record, Outcome::Duplicate));
    }
    let mut new = record.clone();
    if merge::fill(&mut new, incoming).is_empty() {
        return Ok((number, record, Outcome::Duplicate));
    }
    new.revision += 1;
    new.updated = now;
    changes.store(tx, number, Some(&record), Some(&new))?;
    Ok((number, new, Outcome::Merged))
}
