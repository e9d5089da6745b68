//! Taking back: edits and deletions by their token, imports by their number.
//!
//! Invariants: each step takes back up to a thousand contacts and is repeatable, so a long undo goes on where
//! it was after a stop. A contact changed after what is being undone keeps the later change: one that an import added
//! and somebody changed stays, and so does a field that an import filled and somebody changed. Bringing a deleted
//! contact back makes no duplicate of one logged since. An import is taken back by who made it, or by an officer.

use std::sync::Arc;

use jiff::Timestamp;

use super::ahead::{Ahead, Range};
use super::edit::{self, MOST_AT_ONCE};
use super::merge::Search;
use super::{Changes, import, merge};
use crate::event::Event;
use crate::ham::qso::Qso;
use crate::identity::{Actor, Capability, Scope};
use crate::logbook::error::Error;
use crate::logbook::event::{Contact, LogbookEvent, LogbookId, QsoId};
use crate::logbook::jobs::is_orphan;
use crate::logbook::place::Table;
use crate::logbook::rights::{self, Opened};
use crate::logbook::service::LiveImports;
use crate::logbook::stored::StoredQso;
use crate::logbook::tables::{BOOK, Filled, Import, ImportState, MERGED, QSO, Right, UNDO, UNDO_ROW, Undo};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// What a step of an undo did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Contacts taken out that had been added.
    pub(crate) removed: u64,
    /// Contacts brought back to what they were.
    pub(crate) restored: u64,
    /// Contacts left alone because they changed since.
    pub(crate) kept: u64,
    /// Whether nothing is left to do.
    pub(crate) finished: bool,
}

/// What a token takes back, if it is still good and the actor's.
pub(crate) fn look_up(
    r: &impl Rows,
    actor: &Actor,
    token: &str,
    now: Timestamp,
) -> Result<(Opened, Undo), Error> {
    let undo = r
        .get(UNDO, &token.into())?
        .filter(|undo| undo.until > now)
        .ok_or(Error::UndoGone)?;
    let opened =
        rights::open_id(r, actor, Scope::LogbookWrite, LogbookId(undo.book))?.ok_or(Error::UndoGone)?;
    if opened.right < Right::Officer && undo.account != opened.account {
        return Err(Error::UndoGone);
    }
    Ok((opened, undo))
}

/// Takes back up to a thousand contacts of an edit or deletion.
pub(crate) fn edits(tx: &mut Write<'_>, opened: &Opened, token: &str, now: Timestamp) -> Result<Step, Error> {
    opened.to_write()?;
    let since = tx.get(UNDO, &token.into())?.map_or(0, |undo| undo.since);
    let rows: Vec<_> = tx
        .scan(UNDO_ROW, Span::prefix(&(token.into(),)), Direction::Forward)
        .take(MOST_AT_ONCE)
        .collect::<Result<_, _>>()?;
    let mut step = Step {
        finished: rows.len() < MOST_AT_ONCE,
        ..Step::default()
    };
    let mut changes = Changes::new(opened.id);
    let mut single = None;
    for (key, row) in rows {
        let number = key.1;
        tx.remove(UNDO_ROW, &key)?;
        let present = tx.get(QSO, &opened.id.qso(number))?;
        if present.as_ref().map(|record| record.revision) != row.left {
            step.kept += 1;
            continue;
        }
        if present.is_none() && is_logged_again(tx, &changes, opened, &row.before.qso, since)? {
            step.kept += 1;
            continue;
        }
        let mut back = row.before;
        let as_imported = back.is_as_imported();
        back.revision = row.left.unwrap_or(back.revision) + 1;
        if as_imported {
            back.keep_as_imported();
        }
        back.updated = now;
        changes.store(tx, number, present.as_ref(), Some(&back))?;
        step.restored += 1;
        let id = QsoId {
            book: opened.id,
            number,
        };
        single = Some((
            present.is_some(),
            Contact {
                id,
                logbook: opened.book.call.clone(),
                record: back,
            },
        ));
    }
    changes.finish(tx)?;
    if step.finished {
        tx.remove(UNDO, &token.into())?;
    }
    match single {
        Some((changed, contact)) if step.restored == 1 => {
            let contact = Arc::new(contact);
            let event = if changed {
                LogbookEvent::QsoChanged { contact }
            } else {
                LogbookEvent::QsoAdded { contact }
            };
            tx.emit(Event::Logbook(event));
        }
        _ => edit::announce(tx, opened, usize::try_from(step.restored).unwrap_or(usize::MAX)),
    }
    Ok(step)
}

/// Whether a contact that was deleted stands in the log again, under one of the numbers given since.
fn is_logged_again(
    tx: &Write<'_>,
    changes: &Changes,
    opened: &Opened,
    qso: &Qso,
    since: u64,
) -> Result<bool, Error> {
    let search = Search {
        call: &opened.book.call,
        window: 0,
    };
    let found = merge::find(tx, changes, search, qso)?;
    Ok(found.is_some_and(|(number, _)| number >= since))
}

/// Marks an import as being undone; it must have ended, and be the actor's own unless an officer asks.
pub(crate) fn begin_import(
    tx: &mut Write<'_>,
    actor: &Actor,
    number: u32,
    live: &LiveImports,
) -> Result<Import, Error> {
    let (opened, mut import) =
        crate::logbook::read::imports::visible(tx, actor, Scope::LogbookWrite, number)?;
    let own = import.account.is_some() && import.account == opened.account;
    if opened.right < Right::Officer && !own {
        return Err(Error::NotAllowed(
            "members take back the imports they made; officers all",
        ));
    }
    match import.state {
        ImportState::Done | ImportState::Stopped => {}
        ImportState::Undoing => return Err(Error::ImportState("the import is being undone already")),
        ImportState::Undone => return Err(Error::ImportState("the import has been undone")),
        // Its job was called off or has failed.
        ImportState::Waiting | ImportState::Running if is_orphan(tx, number, &import, live)? => {}
        ImportState::Waiting | ImportState::Running => {
            return Err(Error::ImportState("the import is still running; cancel it first"));
        }
    }
    if import.forgotten {
        return Err(Error::ImportState(
            "what the import filled in is no longer kept; it can no longer be taken back",
        ));
    }
    import.state = ImportState::Undoing;
    tx.put(crate::logbook::tables::IMPORT, &number, &import)?;
    Ok(import)
}

/// The next at most `limit` numbers of an import to take back, which are taken off its `ranges`.
pub(crate) fn next_ranges(ranges: &mut Vec<Range>, limit: usize) -> Vec<Range> {
    let mut left = limit as u64;
    let mut next = Vec::new();
    while left > 0
        && let Some((first, last)) = ranges.pop()
    {
        // From the end, so that the rest of the range is still described by its bounds.
        let from = first.max(last.saturating_sub(left - 1));
        if from > first {
            ranges.push((first, from - 1));
        }
        next.push((from, last));
        left -= last - from + 1;
    }
    next
}

/// Reads the contacts among these numbers that are to be taken out.
pub(crate) fn read_ahead(
    r: &impl Rows,
    (book, import): (u32, u32),
    ranges: &[Range],
) -> Result<Ahead, StoreError> {
    Ahead::read(r, book, ranges, |record| goes(record, import))
}

/// Whether taking back an import takes the contact out.
fn goes(record: &StoredQso, import: u32) -> bool {
    record.import == Some(import) && record.is_as_imported()
}

/// Takes back up to `limit` contacts of an import, most of which were read ahead.
pub(crate) fn import_step(
    tx: &mut Write<'_>,
    actor: &Actor,
    number: u32,
    (limit, ahead): (usize, &Ahead),
    by: (&Table, Timestamp),
) -> Result<Step, Error> {
    actor.may(Capability::RunImports)?;
    let mut import = import::load(tx, number)?;
    if import.state != ImportState::Undoing {
        return Err(Error::ImportState("the import is not being undone"));
    }
    let mut step = Step::default();
    let mut changes = Changes::new(LogbookId(import.book));
    let ranges = next_ranges(&mut import.ranges, limit);
    for range in &ranges {
        let (removed, others) = changes.take_out(tx, *range, ahead)?;
        step.removed += removed as u64;
        for id in others {
            let record = tx.get(QSO, &(import.book, id))?;
            let Some(record) = record.filter(|record| record.import == Some(number)) else {
                continue;
            };
            if goes(&record, number) {
                changes.store(tx, id, Some(&record), None)?;
                step.removed += 1;
            } else {
                step.kept += 1;
            }
        }
    }
    let taken: u64 = ranges.iter().map(|(first, last)| last - first + 1).sum();
    let left = limit.saturating_sub(usize::try_from(taken).unwrap_or(limit));
    let merged: Vec<_> = tx
        .scan(MERGED, Span::prefix(&(number,)), Direction::Forward)
        .take(left)
        .collect::<Result<_, _>>()?;
    for (key, filled) in &merged {
        tx.remove(MERGED, key)?;
        let back = unmerge(tx, &mut changes, (import.book, key.1), filled, by)?;
        *(if back { &mut step.restored } else { &mut step.kept }) += 1;
    }
    step.finished = import.ranges.is_empty() && merged.len() < left;
    changes.finish(tx)?;
    tx.put(crate::logbook::tables::IMPORT, &number, &import)?;
    if let Some(book) = tx.get(BOOK, &import.book)?
        && step.removed + step.restored > 0
    {
        let changed = step.removed + step.restored;
        tx.emit(Event::Logbook(LogbookEvent::Batch {
            book: LogbookId(import.book),
            logbook: book.call,
            changed,
        }));
    }
    Ok(step)
}

/// Brings back a contact that an import filled fields of; tells whether anything was to be taken back.
fn unmerge(
    tx: &mut Write<'_>,
    changes: &mut Changes,
    key: (u32, u64),
    filled: &Filled,
    (table, now): (&Table, Timestamp),
) -> Result<bool, Error> {
    let Some(record) = tx.get(QSO, &key)? else {
        return Ok(false);
    };
    let mut back = record.clone();
    let untouched = record.revision == filled.left;
    if untouched {
        back.qso = filled.before.qso.clone();
        back.place = filled.before.place.clone();
    } else {
        merge::unfill(&mut back, &filled.fields);
        // The entity may have been the import's.
        if back.qso.dxcc != record.qso.dxcc {
            table.settle(&mut back);
        }
    }
    if back == record {
        return Ok(false);
    }
    back.revision += 1;
    back.updated = now;
    if untouched && filled.before.is_as_imported() {
        back.keep_as_imported();
    }
    changes.store(tx, key.1, Some(&record), Some(&back))?;
    Ok(true)
}
