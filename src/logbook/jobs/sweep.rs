//! Tidying up: expired ways back, uploads that nobody will import, imports whose job is gone, closed logbooks.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::QUEUE;
use crate::jobs::{Done, Job, JobCx, JobError, JobId, read as jobs_read};
use crate::logbook::Logbook;
use crate::logbook::error::Error;
use crate::logbook::event::LogbookId;
use crate::logbook::tables::{
    BOOK, IMPORT, IMPORT_BY_BOOK, IMPORT_BY_JOB, ImportState, MERGED, REJECT, UNDO, UNDO_ROW, USERDEF,
};
use crate::logbook::write::edit::{self, MOST_AT_ONCE};
use crate::logbook::write::import;
use crate::store::{Direction, Rows, Span, Write};

/// Uploads older than this belong to no waiting job.
const SPOOL_AGE: Duration = Duration::from_hours(48);

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
}

/// Handles a [`SweepJob`].
pub(super) async fn run(logbook: Logbook, _job: SweepJob, cx: JobCx) -> Result<Done, JobError> {
    let now = logbook.env.clock.now();
    while logbook.store.write_bulk(move |tx| expire_undo(tx, now)).await? {
        cx.check()?;
    }
    let stopped = logbook.store.write_bulk(move |tx| stop_orphans(tx, now)).await?;
    let spool = logbook.spool_dir();
    let removed = tokio::task::spawn_blocking(move || old_files(&spool, now)).await;
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

/// Ends imports that nothing works on any more.
fn stop_orphans(tx: &mut Write<'_>, now: Timestamp) -> Result<u64, Error> {
    let mut orphans = Vec::new();
    for row in tx.scan(IMPORT, Span::all(), Direction::Forward) {
        let (number, import) = row?;
        if matches!(import.state, ImportState::Waiting | ImportState::Running) && is_orphan(tx, &import.job)?
        {
            orphans.push(number);
        }
    }
    for number in &orphans {
        import::end(tx, *number, ImportState::Stopped, now)?;
    }
    Ok(orphans.len() as u64)
}

/// Whether a job has ended or is gone. One of the command line has none, and may be running elsewhere only while the
/// program is not.
pub(crate) fn is_orphan(r: &impl Rows, job: &str) -> Result<bool, Error> {
    let Ok(id) = job.parse::<JobId>() else {
        return Ok(true);
    };
    Ok(jobs_read::get(r, id)?.is_none_or(|job| job.finished.is_some()))
}

/// Removes files that lie in the spool for long.
fn old_files(spool: &std::path::Path, now: Timestamp) -> u64 {
    let Ok(files) = std::fs::read_dir(spool) else {
        return 0;
    };
    let is_old = |file: &std::fs::DirEntry| {
        let modified = file.metadata().and_then(|meta| meta.modified()).ok()?;
        let modified = Timestamp::try_from(modified).ok()?;
        Some(Duration::try_from(now.duration_since(modified)).is_ok_and(|age| age > SPOOL_AGE))
    };
    let old = files.flatten().filter(|file| is_old(file) == Some(true));
    old.filter(|file| std::fs::remove_file(file.path()).is_ok())
        .count() as u64
}

/// Handles a [`ClearJob`].
pub(super) async fn clear(logbook: Logbook, job: ClearJob, cx: JobCx) -> Result<Done, JobError> {
    let book = job.book;
    while logbook
        .store
        .write_bulk(move |tx| edit::clear(tx, book, MOST_AT_ONCE))
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
fn forget_import(tx: &mut Write<'_>, book: LogbookId) -> Result<bool, Error> {
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
