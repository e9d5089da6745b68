//! Tidying up: expired ways back and memories, uploads that nobody will import, imports whose job is gone, closed
//! logbooks, and undoing that nothing works on.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use smol_str::SmolStr;

use super::{ImportJob, QUEUE, UndoImportJob};
use crate::env::Env;
use crate::jobs::{self, Done, Job, JobCx, JobError, JobId, NewJob, read as jobs_read};
use crate::logbook::Logbook;
use crate::logbook::error::Error;
use crate::logbook::event::LogbookId;
use crate::logbook::service::LiveImports;
use crate::logbook::tables::{
    BOOK, IMPORT, IMPORT_BY_BOOK, IMPORT_BY_JOB, Import, ImportState, MERGED, REJECT, UNDO, UNDO_ROW, USERDEF,
};
use crate::logbook::write::edit::{self, MOST_AT_ONCE};
use crate::logbook::write::import;
use crate::logbook::{IMPORTER, KEEPER};
use crate::store::{Direction, Read, Rows, Span, Write};

/// Uploads that no job wants are kept this long: one that was called off can be tried again.
const SPOOL_AGE: Duration = Duration::from_hours(48);
/// An import that is younger may not have got to its work yet.
const JUST_BEGUN: Duration = Duration::from_mins(1);
/// How long rejected records can be fetched.
const REJECTS_KEPT: Duration = Duration::from_hours(90 * 24);
/// How long an import that merged into contacts can be taken back.
const MERGES_KEPT: Duration = Duration::from_hours(365 * 24);

/// Tidies up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SweepJob {}

impl Job for SweepJob {
    const KIND: &'static str = "logbook.sweep";
    const QUEUE: &'static str = "logbook.sweep";
    const UNIQUE: bool = true;
}

/// Removes what is in a closed logbook.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ClearJob {
    pub(crate) book: LogbookId,
}

impl Job for ClearJob {
    const KIND: &'static str = "logbook.clear";
    const QUEUE: &'static str = QUEUE;
    const CANCELLABLE: bool = false;
}

/// Handles a [`SweepJob`].
pub(super) async fn run(logbook: Logbook, _job: SweepJob, cx: JobCx) -> Result<Done, JobError> {
    let now = logbook.env.clock.now();
    while logbook.store.write_bulk(move |tx| expire_undo(tx, now)).await? {
        cx.check()?;
    }
    while logbook.store.write_bulk(move |tx| expire_memory(tx, now)).await? {
        cx.check()?;
    }
    let live = logbook.live.clone();
    let stopped = logbook
        .store
        .write_bulk(move |tx| stop_orphans(tx, &live, now))
        .await?;
    let env = cx.env().clone();
    logbook.store.write_bulk(move |tx| go_on(tx, &env)).await?;
    let wanted = logbook.store.read(wanted_files).await?;
    let spool = logbook.spool_dir();
    let removed = tokio::task::spawn_blocking(move || old_files(&spool, &wanted, now)).await;
    Ok(Done::with(
        json!({"imports_stopped": stopped, "uploads_removed": removed.unwrap_or(0)}),
    ))
}

/// Removes rows of one expired undo; tells whether there may be more.
fn expire_undo(tx: &mut Write<'_>, now: Timestamp) -> Result<bool, Error> {
    let mut expired = None;
    for row in tx.scan(UNDO, Span::all(), Direction::Forward) {
        let (token, undo) = row?;
        if undo.until <= now {
            expired = Some(token);
            break;
        }
    }
    let Some(token) = expired else { return Ok(false) };
    if tx.remove_span(UNDO_ROW, Span::prefix(&(token.clone(),)), MOST_AT_ONCE)? < MOST_AT_ONCE {
        tx.remove(UNDO, &token)?;
    }
    Ok(true)
}

/// Forgets what old imports rejected and merged, a thousand rows of one of them; tells whether there may be more.
fn expire_memory(tx: &mut Write<'_>, now: Timestamp) -> Result<bool, Error> {
    let imports: Vec<_> = tx
        .scan(IMPORT, Span::all(), Direction::Forward)
        .collect::<Result<_, _>>()?;
    for (number, mut import) in imports {
        let Some(ended) = import.ended.filter(|_| import.state != ImportState::Undoing) else {
            continue;
        };
        let age = Duration::try_from(now.duration_since(ended)).unwrap_or_default();
        if age > REJECTS_KEPT && tx.remove_span(REJECT, Span::prefix(&(number,)), MOST_AT_ONCE)? > 0 {
            return Ok(true);
        }
        if age > MERGES_KEPT && tx.first(MERGED, Span::prefix(&(number,)))?.is_some() {
            import.forgotten = true;
            tx.put(IMPORT, &number, &import)?;
            tx.remove_span(MERGED, Span::prefix(&(number,)), MOST_AT_ONCE)?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Ends imports that nothing works on any more.
fn stop_orphans(tx: &mut Write<'_>, live: &LiveImports, now: Timestamp) -> Result<u64, Error> {
    let mut orphans = Vec::new();
    for row in tx.scan(IMPORT, Span::all(), Direction::Forward) {
        let (number, import) = row?;
        let open = matches!(import.state, ImportState::Waiting | ImportState::Running);
        let age = Duration::try_from(now.duration_since(import.created)).unwrap_or_default();
        if open && age > JUST_BEGUN && is_orphan(tx, number, &import, live)? {
            orphans.push(number);
        }
    }
    for number in &orphans {
        import::end(tx, &IMPORTER, *number, ImportState::Stopped, now)?;
    }
    Ok(orphans.len() as u64)
}

/// Whether nothing works on an import: its job has ended or is gone, or it has none and this process does not do it.
pub(crate) fn is_orphan(
    r: &impl Rows,
    number: u32,
    import: &Import,
    live: &LiveImports,
) -> Result<bool, Error> {
    if live.contains(number) {
        return Ok(false);
    }
    has_no_job(r, import)
}

fn has_no_job(r: &impl Rows, import: &Import) -> Result<bool, Error> {
    let Ok(id) = import.job.parse::<JobId>() else {
        return Ok(true);
    };
    Ok(jobs_read::get(r, id)?.is_none_or(|job| job.finished.is_some()))
}

/// Asks again for work that must come to its end: imports being taken back, logbooks being removed.
fn go_on(tx: &mut Write<'_>, env: &Env) -> Result<(), Error> {
    let mut undoing = Vec::new();
    for row in tx.scan(IMPORT, Span::all(), Direction::Forward) {
        let (number, import) = row?;
        if import.state == ImportState::Undoing {
            undoing.push(UndoImportJob::of(number, &import));
        }
    }
    for job in undoing {
        if !jobs_read::is_open(tx, &job)? {
            jobs::enqueue(tx, &job, NewJob::now(env, None))?;
        }
    }
    let mut closed = Vec::new();
    for row in tx.scan(BOOK, Span::all(), Direction::Forward) {
        let (id, book) = row?;
        if book.closed {
            closed.push(ClearJob { book: LogbookId(id) });
        }
    }
    for job in closed {
        if !jobs_read::is_open(tx, &job)? {
            jobs::enqueue(tx, &job, NewJob::now(env, None))?;
        }
    }
    Ok(())
}

/// Names of the uploads that a job waits to read, or reads.
fn wanted_files(r: &Read) -> Result<BTreeSet<SmolStr>, Error> {
    let mut wanted = BTreeSet::new();
    for row in r.scan(IMPORT, Span::all(), Direction::Forward) {
        let (_, import) = row?;
        if has_no_job(r, &import)? {
            continue;
        }
        if let Ok(job) = import.job.parse() {
            wanted.extend(jobs_read::payload::<ImportJob>(r, job)?.map(|job| job.spool));
        }
    }
    Ok(wanted)
}

/// Removes files that lie in the spool for long and that no job wants.
fn old_files(spool: &std::path::Path, wanted: &BTreeSet<SmolStr>, now: Timestamp) -> u64 {
    let Ok(files) = std::fs::read_dir(spool) else {
        return 0;
    };
    let is_old = |file: &std::fs::DirEntry| {
        let modified = file.metadata().and_then(|meta| meta.modified()).ok()?;
        let modified = Timestamp::try_from(modified).ok()?;
        Some(Duration::try_from(now.duration_since(modified)).is_ok_and(|age| age > SPOOL_AGE))
    };
    let is_wanted = |file: &std::fs::DirEntry| {
        let name = file.file_name();
        name.to_str().is_some_and(|name| wanted.contains(name))
    };
    let old = files
        .flatten()
        .filter(|file| !is_wanted(file) && is_old(file) == Some(true));
    old.filter(|file| std::fs::remove_file(file.path()).is_ok())
        .count() as u64
}

/// Handles a [`ClearJob`].
pub(super) async fn clear(logbook: Logbook, job: ClearJob, cx: JobCx) -> Result<Done, JobError> {
    let book = job.book;
    while logbook
        .store
        .write_bulk(move |tx| edit::clear(tx, &KEEPER, book, MOST_AT_ONCE))
        .await?
    {
        cx.check()?;
    }
    while logbook
        .store
        .write_bulk(move |tx| forget_import(tx, book))
        .await?
    {
        cx.check()?;
    }
    let last = move |tx: &mut Write<'_>| -> Result<(), Error> {
        tx.remove_span(USERDEF, Span::prefix(&(book.0,)), usize::MAX)?;
        tx.remove(BOOK, &book.0)?;
        Ok(())
    };
    logbook.store.write_bulk(last).await?;
    Ok(Done::quietly())
}

/// Removes rows of one import; tells whether there may be more.
pub(in crate::logbook) fn forget_import(tx: &mut Write<'_>, book: LogbookId) -> Result<bool, Error> {
    let Some(((_, number), ())) = tx.first(IMPORT_BY_BOOK, Span::prefix(&(book.0,)))? else {
        return Ok(false);
    };
    let merged = tx.remove_span(MERGED, Span::prefix(&(number,)), MOST_AT_ONCE)?;
    let rejected = tx.remove_span(REJECT, Span::prefix(&(number,)), MOST_AT_ONCE)?;
    if merged < MOST_AT_ONCE && rejected < MOST_AT_ONCE {
        if let Some(import) = tx.get(IMPORT, &number)? {
            tx.remove(IMPORT_BY_JOB, &import.job)?;
        }
        tx.remove(IMPORT, &number)?;
        tx.remove(IMPORT_BY_BOOK, &(book.0, number))?;
    }
    Ok(true)
}
