//! Changing or deleting more contacts than one transaction takes, and taking that back.
//!
//! Both are repeatable without a stored position: a change done already alters nothing, and a row taken back is
//! gone from the way back.

use serde::{Deserialize, Serialize};
use serde_json::json;
use smol_str::SmolStr;

use super::QUEUE;
use crate::jobs::{Done, Job, JobCx, JobError};
use crate::logbook::error::Error;
use crate::logbook::event::LogbookId;
use crate::logbook::read::list::{self, Walked};
use crate::logbook::write::edit::{Action, MOST_AT_ONCE, WayBack, bulk};
use crate::logbook::write::undo::{Step, edits};
use crate::logbook::{Logbook, filter, rights};

/// Does the same to all contacts that a filter accepts, or to those named.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BulkJob {
    pub(crate) book: LogbookId,
    /// Who asked: the rights are those at the time of running.
    pub(crate) account: Option<u32>,
    /// The filter as typed; not used where numbers are given.
    pub(crate) filter: String,
    pub(crate) numbers: Vec<u64>,
    pub(crate) action: Action,
    pub(crate) back: WayBack,
    pub(crate) total: u64,
}

impl Job for BulkJob {
    const KIND: &'static str = "logbook.bulk";
    const QUEUE: &'static str = QUEUE;
}

/// Takes back what a token stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UndoJob {
    pub(crate) book: LogbookId,
    pub(crate) account: Option<u32>,
    pub(crate) token: SmolStr,
    pub(crate) total: u64,
}

impl Job for UndoJob {
    const KIND: &'static str = "logbook.undo";
    const QUEUE: &'static str = QUEUE;
    const UNIQUE: bool = true;
}

/// Handles a [`BulkJob`].
pub(super) async fn run(logbook: Logbook, job: BulkJob, cx: JobCx) -> Result<Done, JobError> {
    let table = logbook.countries.table();
    let filter = filter::parse(&job.filter, &|name| table.entities(name)).map_err(Error::from)?;
    let (mut changed, mut seen) = (0, 0);
    let mut after = None;
    loop {
        cx.check()?;
        let walked = if job.numbers.is_empty() {
            let (book, filter, from) = (job.book, filter.clone(), after.take());
            logbook
                .store
                .read(move |r| list::numbers(r, book, &filter, from, MOST_AT_ONCE))
                .await?
        } else {
            next_of(&job.numbers, seen)
        };
        after = walked.after;
        seen += walked.numbers.len();
        if walked.numbers.is_empty() {
            break;
        }
        changed += step(&logbook, &job, walked.numbers).await?;
        cx.progress(seen as u64, Some(job.total.max(seen as u64)));
        if after.is_none() {
            break;
        }
    }
    Ok(Done::with(json!({"changed": changed, "undo": job.back.token})))
}

fn next_of(numbers: &[u64], seen: usize) -> Walked {
    let numbers: Vec<u64> = numbers.iter().skip(seen).take(MOST_AT_ONCE).copied().collect();
    // Any position: it only says that there may be more.
    let after = (numbers.len() == MOST_AT_ONCE).then_some((0, 0));
    Walked { numbers, after }
}

async fn step(logbook: &Logbook, job: &BulkJob, numbers: Vec<u64>) -> Result<u64, Error> {
    let (book, account) = (job.book, job.account);
    let (action, back) = (job.action.clone(), job.back.clone());
    let (table, now) = (logbook.countries.table(), logbook.env.clock.now());
    let write = move |tx: &mut crate::store::Write<'_>| {
        let opened = rights::as_account(tx, book, account)?.ok_or(Error::NotAllowed("no longer a member"))?;
        bulk(tx, &opened, &numbers, &action, &table, &back, now)
    };
    logbook.store.write_bulk(write).await
}

/// Handles an [`UndoJob`].
pub(super) async fn undo(logbook: Logbook, job: UndoJob, cx: JobCx) -> Result<Done, JobError> {
    let mut sum = Step::default();
    while !sum.finished {
        cx.check()?;
        let (book, account, token) = (job.book, job.account, job.token.clone());
        let now = logbook.env.clock.now();
        let step = logbook
            .store
            .write_bulk(move |tx| {
                let opened = rights::as_account(tx, book, account)?.ok_or(Error::UndoGone)?;
                edits(tx, &opened, &token, now)
            })
            .await?;
        sum.restored += step.restored;
        sum.kept += step.kept;
        sum.finished = step.finished;
        cx.progress(sum.restored + sum.kept, Some(job.total));
    }
    Ok(Done::with(json!({"restored": sum.restored, "kept": sum.kept})))
}
