//! Changing and deleting contacts, one or a thousand, each time with a way back.
//!
//! Invariants: a change that alters nothing stores nothing; every other one raises the revision. The contacts
//! before a deletion or a bulk change are kept under an undo token until it expires.

use std::sync::Arc;

use jiff::Timestamp;
use smol_str::SmolStr;

use super::Changes;
use crate::event::Event;
use crate::ham::qso::check_start;
use crate::identity::{Actor, Capability, Scope};
use crate::logbook::error::Error;
use crate::logbook::event::{Contact, LogbookEvent, LogbookId, QsoId};
use crate::logbook::place::{MANUAL, Table};
use crate::logbook::rights::{self, Opened};
use crate::logbook::stored::StoredQso;
use crate::logbook::tables::{NEXT, QSO, UNDO, UNDO_ROW, Undo, UndoRow};
use crate::store::{Rows, Write};

pub(crate) use super::fields::FieldEdit;

/// Contacts one transaction changes at most; more go through a job.
pub(crate) const MOST_AT_ONCE: usize = 1_000;

/// What to do to many contacts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Set(Vec<FieldEdit>),
    Delete,
}

/// Which contact, and the revision it must have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) id: QsoId,
    /// `If-Match`: another revision is refused.
    pub(crate) revision: Option<u32>,
}

/// A way back: what undo is to be kept under.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct WayBack {
    pub(crate) token: SmolStr,
    pub(crate) until: Timestamp,
}

/// The contact with the logbook it is in, as the actor may see it.
pub(crate) fn find(
    r: &impl Rows,
    actor: &Actor,
    scope: Scope,
    id: QsoId,
) -> Result<(Opened, StoredQso), Error> {
    let unknown = || Error::NoContact(id.to_string());
    let opened = rights::open_id(r, actor, scope, id.book)?.ok_or_else(unknown)?;
    let record = r.get(QSO, &id.book.qso(id.number))?.ok_or_else(unknown)?;
    Ok((opened, record))
}

/// Changes fields of one contact.
pub(crate) fn edit(
    tx: &mut Write<'_>,
    actor: &Actor,
    target: Target,
    edits: &[FieldEdit],
    table: &Table,
    now: Timestamp,
) -> Result<Arc<Contact>, Error> {
    let (opened, record) = editable(tx, actor, target)?;
    let contact = |record| {
        Arc::new(Contact {
            id: target.id,
            logbook: opened.book.call.clone(),
            record,
        })
    };
    let Some(new) = changed(&record, edits, table, now)? else {
        return Ok(contact(record));
    };
    let mut changes = Changes::new(opened.id);
    changes.store(tx, target.id.number, Some(&record), Some(&new))?;
    changes.finish(tx)?;
    let contact = contact(new);
    tx.emit(Event::Logbook(LogbookEvent::QsoChanged {
        contact: Arc::clone(&contact),
    }));
    Ok(contact)
}

/// Deletes one contact.
pub(crate) fn delete(tx: &mut Write<'_>, actor: &Actor, target: Target, back: &WayBack) -> Result<(), Error> {
    let (opened, record) = editable(tx, actor, target)?;
    let mut changes = Changes::new(opened.id);
    let number = target.id.number;
    changes.store(tx, number, Some(&record), None)?;
    changes.finish(tx)?;
    keep(
        tx,
        &opened,
        back,
        &[(
            number,
            UndoRow {
                before: record.clone(),
                left: None,
            },
        )],
    )?;
    let contact = Contact {
        id: target.id,
        logbook: opened.book.call,
        record,
    };
    tx.emit(Event::Logbook(LogbookEvent::QsoDeleted {
        contact: Arc::new(contact),
    }));
    Ok(())
}

/// Does the same to up to [`MOST_AT_ONCE`] contacts of one logbook; those the actor may not change, or that
/// are gone, are passed over. Returns how many changed.
pub(crate) fn bulk(
    tx: &mut Write<'_>,
    opened: &Opened,
    numbers: &[u64],
    action: &Action,
    table: &Table,
    back: &WayBack,
    now: Timestamp,
) -> Result<u64, Error> {
    opened.to_write()?;
    let mut changes = Changes::new(opened.id);
    let mut rows = Vec::new();
    for &number in numbers {
        let Some(record) = tx.get(QSO, &opened.id.qso(number))? else {
            continue;
        };
        if opened.may_edit(&record).is_err() {
            continue;
        }
        let left = match action {
            Action::Delete => {
                changes.store(tx, number, Some(&record), None)?;
                None
            }
            Action::Set(edits) => {
                let Some(new) = changed(&record, edits, table, now)? else {
                    continue;
                };
                changes.store(tx, number, Some(&record), Some(&new))?;
                Some(new.revision)
            }
        };
        rows.push((number, UndoRow { before: record, left }));
    }
    changes.finish(tx)?;
    keep(tx, opened, back, &rows)?;
    announce(tx, opened, rows.len());
    Ok(rows.len() as u64)
}

/// Tells of many changes at once.
pub(super) fn announce(tx: &mut Write<'_>, opened: &Opened, changed: usize) {
    if changed > 0 {
        let (book, logbook) = (opened.id, opened.book.call.clone());
        tx.emit(Event::Logbook(LogbookEvent::Batch {
            book,
            logbook,
            changed: changed as u64,
        }));
    }
}

fn editable(tx: &Write<'_>, actor: &Actor, target: Target) -> Result<(Opened, StoredQso), Error> {
    let (opened, record) = find(tx, actor, Scope::LogbookWrite, target.id)?;
    opened.may_edit(&record)?;
    match target.revision {
        Some(wanted) if wanted != record.revision => Err(Error::Changed {
            current: record.revision,
        }),
        _ => Ok((opened, record)),
    }
}

/// The contact after the edits; `None` if they alter nothing.
fn changed(
    record: &StoredQso,
    edits: &[FieldEdit],
    table: &Table,
    now: Timestamp,
) -> Result<Option<StoredQso>, Error> {
    let mut new = record.clone();
    for edit in edits {
        edit.apply(&mut new)?;
    }
    let other_call = new.qso.call != record.qso.call;
    // The choice was for the other call.
    if other_call && record.place.decided_by == MANUAL && !edits.iter().any(FieldEdit::is_of_entity) {
        new.qso.dxcc = None;
    }
    if new.qso.start != record.qso.start {
        check_start(new.qso.start, now).map_err(|why| Error::invalid("start", why))?;
    }
    let moved = other_call || new.qso.start != record.qso.start;
    if moved || new.qso.dxcc != record.qso.dxcc || new.place != record.place {
        table.settle(&mut new);
    }
    if edits.iter().any(FieldEdit::is_of_entity) {
        table.check_entity(&new.qso)?;
    }
    if new == *record {
        return Ok(None);
    }
    new.revision += 1;
    new.updated = now;
    Ok(Some(new))
}

/// Adds rows to what a token takes back.
fn keep(tx: &mut Write<'_>, opened: &Opened, back: &WayBack, rows: &[(u64, UndoRow)]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut undo = match tx.get(UNDO, &back.token)? {
        Some(undo) => undo,
        None => Undo {
            book: opened.id.0,
            account: opened.account,
            until: back.until,
            rows: 0,
            since: tx.get(NEXT, &opened.id.0)?.unwrap_or(1),
        },
    };
    undo.rows += rows.len() as u64;
    tx.put(UNDO, &back.token, &undo)?;
    for (number, row) in rows {
        tx.put(UNDO_ROW, &(back.token.clone(), *number), row)?;
    }
    Ok(())
}

/// Removes up to `limit` contacts of a closed logbook; tells whether any may be left.
pub(crate) fn clear(tx: &mut Write<'_>, actor: &Actor, book: LogbookId, limit: usize) -> Result<bool, Error> {
    actor.may(Capability::KeepLogbooks)?;
    let numbers: Vec<_> = tx
        .scan(
            QSO,
            crate::store::Span::prefix(&(book.0,)),
            crate::store::Direction::Forward,
        )
        .take(limit)
        .collect::<Result<_, _>>()?;
    let mut changes = Changes::new(book);
    for ((_, number), record) in &numbers {
        changes.store(tx, *number, Some(record), None)?;
    }
    changes.finish(tx)?;
    Ok(numbers.len() == limit)
}
