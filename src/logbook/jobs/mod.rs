//! Work behind the scenes: imports, their undo, changes of many contacts, tables of entities, tidying up.
//!
//! Invariants: every job may be run again from its beginning after a crash at any point. What is long goes in
//! transactions of at most a thousand contacts, several in flight, so that they share commits.

mod bulk;
mod countries;
pub(crate) mod feed;
pub(crate) mod import;
mod sweep;
#[cfg(test)]
mod tests;
mod undo;

use std::time::Duration;

pub(crate) use bulk::{BulkJob, UndoJob};
pub(crate) use countries::{kept_table, settle_if_other};
pub(crate) use import::{ImportJob, call_off};
pub(in crate::logbook) use sweep::forget_import;
pub(crate) use sweep::{ClearJob, is_orphan};
pub(crate) use undo::{UndoImportJob, undo_all};

use super::Logbook;
use super::error::Error;
use crate::jobs::{Job as _, JobError, JobsBuilder, Rhythm, Schedule};

/// The queue of everything that works through a logbook.
const QUEUE: &str = "logbook";
/// Imports and changes that run at a time, so that one member's large log does not hold up the others.
const AT_A_TIME: usize = 3;
/// Batches in flight: they share a commit, which is worth it up to about ten.
const IN_FLIGHT: usize = 10;

/// The outside service this domain asks, with the name that its schedule and its kind of job share.
pub(crate) const SOURCES: [(&str, &str); 1] = [(countries::SERVICE, countries::FetchJob::KIND)];

/// Registers the handlers of this domain and its schedules. `refresh`: how often the table of entities is
/// fetched, `None` for never. `salt` differs between installations.
pub(crate) fn register(
    builder: JobsBuilder,
    logbook: &Logbook,
    refresh: Option<Duration>,
    salt: u64,
) -> JobsBuilder {
    let handle = || logbook.clone();
    let (import, undo_import, bulk, undo) = (handle(), handle(), handle(), handle());
    let (settle, fetch, sweep, clear) = (handle(), handle(), handle(), handle());
    let builder = builder
        .register(move |job: ImportJob, cx| import::run(import.clone(), job, cx))
        .register(move |job: UndoImportJob, cx| undo::run(undo_import.clone(), job, cx))
        .register(move |job: BulkJob, cx| bulk::run(bulk.clone(), job, cx))
        .register(move |job: UndoJob, cx| bulk::undo(undo.clone(), job, cx))
        .register(move |job: countries::SettleJob, cx| countries::settle(settle.clone(), job, cx))
        .register(move |job: countries::FetchJob, cx| countries::fetch(fetch.clone(), job, cx))
        .register(move |job: sweep::SweepJob, cx| sweep::run(sweep.clone(), job, cx))
        .register(move |job: ClearJob, cx| sweep::clear(clear.clone(), job, cx))
        .queue(QUEUE, AT_A_TIME)
        .schedule(Schedule::new(
            "logbook.sweep",
            Rhythm::Every(Duration::from_hours(6)),
            salt,
            || sweep::SweepJob {},
        ));
    match refresh {
        Some(every) => builder.schedule(Schedule::new(
            countries::FetchJob::KIND,
            Rhythm::Every(every),
            salt,
            || countries::FetchJob {},
        )),
        None => builder,
    }
}

impl From<Error> for JobError {
    fn from(error: Error) -> JobError {
        match error {
            Error::Store(error) => error.into(),
            error => JobError::Permanent(error.to_string()),
        }
    }
}
