//! Storing a file batch by batch.
//!
//! Invariants: the contacts of a batch, what was merged, the rejects, the counts and the position in the file are
//! one transaction, so an import that is killed goes on where it was, without a duplicate and without a gap. A
//! batch that does not start at the stored position is refused: batches are queued ahead, and one that failed
//! must not be jumped over.

use jiff::Timestamp;
use smol_str::{SmolStr, StrExt};

use super::Changes;
use super::log::new_record;
use super::merge::{self, Incoming, Search};
use crate::event::Event;
use crate::ham::adif::{Checkpoint, UserDef};
use crate::identity::{Actor, Capability, Scope};
use crate::jobs;
use crate::logbook::error::Error;
use crate::logbook::event::{LogbookEvent, LogbookId};
use crate::logbook::rights::{self, Opened};
use crate::logbook::stored::StoredQso;
use crate::logbook::tables::{
    BOOK, Counts, Filled, IMPORT, IMPORT_BY_BOOK, Import, ImportState, MERGED, OnDuplicate, REJECT, Reject,
    Remark, Right, USERDEF,
};
use crate::store::{Rows, Write};

/// Station calls counted apart at most.
const MOST_OTHER_CALLS: usize = 50;

/// Remarks kept at most.
pub(crate) const MOST_REMARKS: usize = 50;

/// Rejected records kept of one import; more are only counted. A file with more of them is no log.
pub(crate) const MOST_REJECTS: u32 = 10_000;

/// How a file is to be imported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) file: String,
    pub(crate) bytes: u64,
    pub(crate) on_duplicate: OnDuplicate,
    /// Minutes, at most [`LARGEST_WINDOW`].
    pub(crate) window: u8,
}

/// Longest window, in minutes: beyond it two contacts with one station look like one.
pub(crate) const LARGEST_WINDOW: u8 = 30;

/// Records of a file that follow one another.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) import: u32,
    /// Where the batch before ended; `None` for the first.
    pub(crate) from: Option<Checkpoint>,
    /// Where this one ends.
    pub(crate) to: Checkpoint,
    pub(crate) contacts: Vec<Incoming>,
    pub(crate) rejects: Vec<Reject>,
    /// Records in which something was put right.
    pub(crate) warnings: u64,
    pub(crate) remarks: Vec<Remark>,
    pub(crate) userdefs: Vec<UserDef>,
    pub(crate) now: Timestamp,
}

/// Notes an import that is to be run.
pub(crate) fn begin(
    tx: &mut Write<'_>,
    actor: &Actor,
    call: Option<&str>,
    options: Options,
    now: Timestamp,
) -> Result<(u32, Opened), Error> {
    if options.window > LARGEST_WINDOW {
        return Err(Error::invalid(
            "window",
            format!("at most {LARGEST_WINDOW} minutes"),
        ));
    }
    let opened = rights::open(tx, actor, Scope::LogbookWrite, call)?;
    let number = tx.next_id("logbook.import")?;
    let number = u32::try_from(number).map_err(|_| Error::TooMany(number))?;
    let import = Import {
        book: opened.id.0,
        job: SmolStr::default(),
        account: opened.account,
        all: opened.right >= Right::Officer,
        file: options.file,
        bytes: options.bytes,
        created: now,
        ended: None,
        state: ImportState::Waiting,
        on_duplicate: options.on_duplicate,
        window: options.window,
        position: None,
        counts: Counts::default(),
        ranges: Vec::new(),
        remarks: Vec::new(),
        other_calls: std::collections::BTreeMap::new(),
        forgotten: false,
    };
    tx.put(IMPORT, &number, &import)?;
    tx.put(IMPORT_BY_BOOK, &(opened.id.0, number), &())?;
    Ok((number, opened))
}

/// Stores one batch; returns the counts so far.
pub(crate) fn batch(tx: &mut Write<'_>, actor: &Actor, batch: Batch) -> Result<Counts, Error> {
    actor.may(Capability::RunImports)?;
    let mut import = load(tx, batch.import)?;
    if import.position != batch.from || !matches!(import.state, ImportState::Waiting | ImportState::Running) {
        return Err(Error::ImportState(
            "the import does not stand where this batch begins",
        ));
    }
    // The right is the one of now, as in every other job.
    let opened = rights::as_account(tx, LogbookId(import.book), import.account)?;
    let opened = opened.ok_or(Error::ImportState(
        "the logbook is gone, or no longer shared with who imports",
    ))?;
    import.all = opened.right >= Right::Officer;
    let call = opened.book.call;
    let stored_before = import.counts.added + import.counts.merged;
    let mut changes = Changes::new(LogbookId(import.book));
    for incoming in batch.contacts {
        note_other_call(&mut import, &incoming, &call);
        one(
            tx,
            &mut changes,
            &mut import,
            batch.import,
            &call,
            incoming,
            batch.now,
        )?;
    }
    changes.finish(tx)?;
    for reject in batch.rejects {
        import.counts.rejected += 1;
        match u32::try_from(import.counts.rejected) {
            Ok(n) if n <= MOST_REJECTS => tx.put(REJECT, &(batch.import, n), &reject)?,
            Ok(n) if n == MOST_REJECTS + 1 => import.remarks.insert(0, too_many_rejects(&reject)),
            _ => {}
        }
    }
    for def in batch.userdefs {
        tx.put(
            USERDEF,
            &(import.book, def.name.to_ascii_uppercase_smolstr()),
            &def,
        )?;
    }
    import.counts.warnings += batch.warnings;
    let room = MOST_REMARKS.saturating_sub(import.remarks.len());
    import.remarks.extend(batch.remarks.into_iter().take(room));
    let offset = batch.to.offset;
    import.position = Some(batch.to);
    import.state = ImportState::Running;
    tx.put(IMPORT, &batch.import, &import)?;
    if let Ok(job) = import.job.parse() {
        jobs::advance(tx, job, offset)?;
    }
    let changed = import.counts.added + import.counts.merged - stored_before;
    if changed > 0 {
        tx.emit(Event::Logbook(LogbookEvent::Batch {
            book: LogbookId(import.book),
            logbook: call,
            changed,
        }));
    }
    Ok(import.counts)
}

/// Ends an import: as done, as stopped when the job gave up, or as undone. One that is not on its way there stays as it
/// is: it has ended otherwise meanwhile.
pub(crate) fn end(
    tx: &mut Write<'_>,
    actor: &Actor,
    number: u32,
    state: ImportState,
    now: Timestamp,
) -> Result<Import, Error> {
    actor.may(Capability::RunImports)?;
    let mut import = load(tx, number)?;
    let on_its_way = match import.state {
        ImportState::Waiting | ImportState::Running => {
            matches!(state, ImportState::Done | ImportState::Stopped)
        }
        ImportState::Undoing => state == ImportState::Undone,
        ImportState::Done | ImportState::Stopped | ImportState::Undone => false,
    };
    if !on_its_way {
        return Ok(import);
    }
    import.state = state;
    import.ended = Some(now);
    if state != ImportState::Stopped {
        import.position = None;
    }
    tx.put(IMPORT, &number, &import)?;
    if let Some(book) = tx.get(BOOK, &import.book)? {
        tx.emit(Event::Logbook(LogbookEvent::ImportEnded {
            book: LogbookId(import.book),
            logbook: book.call,
            import: number,
            undone: state == ImportState::Undone,
        }));
    }
    Ok(import)
}

/// Takes up an import again that was stopped: it goes on where it stands.
pub(crate) fn resume(tx: &mut Write<'_>, actor: &Actor, number: u32) -> Result<Import, Error> {
    actor.may(Capability::RunImports)?;
    let mut import = load(tx, number)?;
    if import.state != ImportState::Stopped {
        return Err(Error::ImportState("the import was not stopped"));
    }
    import.state = ImportState::Running;
    import.ended = None;
    tx.put(IMPORT, &number, &import)?;
    Ok(import)
}

/// The import's row.
pub(crate) fn load(r: &impl Rows, number: u32) -> Result<Import, Error> {
    r.get(IMPORT, &number)?
        .ok_or_else(|| Error::NoImport(number.to_string()))
}

fn one(
    tx: &mut Write<'_>,
    changes: &mut Changes,
    import: &mut Import,
    number: u32,
    call: &str,
    incoming: Incoming,
    now: Timestamp,
) -> Result<(), Error> {
    if import.on_duplicate != OnDuplicate::KeepAll {
        let search = Search {
            call,
            window: import.window,
        };
        if let Some((found, record)) = merge::find(tx, changes, search, &incoming.qso)? {
            return known(tx, changes, import, number, (found, record), &incoming, now);
        }
    }
    let id = changes.number(tx)?;
    let mut record = new_record(incoming, import.account, now);
    record.import = Some(number);
    changes.store(tx, id, None, Some(&record))?;
    import.counts.added += 1;
    match import.ranges.last_mut() {
        Some((_, last)) if *last + 1 == id => *last = id,
        _ => import.ranges.push((id, id)),
    }
    Ok(())
}

/// A record that repeats a contact.
fn known(
    tx: &mut Write<'_>,
    changes: &mut Changes,
    import: &mut Import,
    number: u32,
    (id, record): (u64, StoredQso),
    incoming: &Incoming,
    now: Timestamp,
) -> Result<(), Error> {
    let may_merge = import.all || (record.by.is_some() && record.by == import.account);
    if import.on_duplicate != OnDuplicate::Merge || !may_merge {
        import.counts.duplicates += 1;
        return Ok(());
    }
    let mut new = record.clone();
    let fields = merge::fill(&mut new, incoming);
    if fields.is_empty() {
        import.counts.duplicates += 1;
        return Ok(());
    }
    new.revision += 1;
    new.updated = now;
    if record.import == Some(number) {
        // What this import itself added is removed whole by its undo, unless somebody else changed it.
        if record.is_as_imported() {
            new.keep_as_imported();
        }
    } else {
        let mut filled = match tx.get(MERGED, &(number, id))? {
            Some(filled) => filled,
            None => Filled {
                before: record.clone(),
                fields: Vec::new(),
                left: 0,
            },
        };
        filled.fields.extend(fields);
        filled.left = new.revision;
        tx.put(MERGED, &(number, id), &filled)?;
    }
    changes.store(tx, id, Some(&record), Some(&new))?;
    import.counts.merged += 1;
    Ok(())
}

fn too_many_rejects(reject: &Reject) -> Remark {
    Remark {
        record: u32::try_from(reject.record).ok(),
        line: u32::try_from(reject.line).unwrap_or(u32::MAX),
        field: None,
        text: format!("from here on rejected records are counted, but not kept: {MOST_REJECTS} are"),
    }
}

fn note_other_call(import: &mut Import, incoming: &Incoming, call: &str) {
    let station = merge::station(&incoming.qso, call);
    if station == call {
        return;
    }
    if let Some(count) = import.other_calls.get_mut(station) {
        *count += 1;
    } else if import.other_calls.len() < MOST_OTHER_CALLS {
        import.other_calls.insert(station.into(), 1);
    }
}
