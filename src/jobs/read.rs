//! Queries on jobs.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::event::{JobEvent, State};
use super::model::JobId;
use super::tables::{BY_OWNER, DUE, FINISHED, JOB, LAST_DONE, RUNNING};
use crate::store::{Direction, Rows, Span, StoreError};

/// A job as callers see it, without the progress of a running one: `Jobs::get` has that.
pub(crate) fn get(r: &impl Rows, id: JobId) -> Result<Option<JobEvent>, StoreError> {
    Ok(r.get(JOB, &id.0)?.map(|job| job.view(id)))
}

/// The job itself, as it was asked for; `None` if there is none or it is of another kind.
pub(crate) fn payload<J: super::Job>(r: &impl Rows, id: JobId) -> Result<Option<J>, StoreError> {
    let job = r.get(JOB, &id.0)?.filter(|job| job.kind == J::KIND);
    Ok(job.and_then(|job| serde_json::from_str(&job.payload).ok()))
}

/// Whether somebody has called the job off.
pub(super) fn is_cancelled(r: &impl Rows, id: JobId) -> Result<bool, StoreError> {
    Ok(r.get(JOB, &id.0)?.is_some_and(|job| job.cancelled))
}

/// Whether an equal job waits or runs.
pub(crate) fn is_open<J: super::Job>(r: &impl Rows, job: &J) -> Result<bool, StoreError> {
    let payload = serde_json::to_string(job).map_err(|e| StoreError::Refused(e.to_string().into()))?;
    let waiting = r.scan(DUE, Span::all(), Direction::Forward);
    let waiting = waiting.map(|row| row.map(|((.., id), ())| id));
    let running = r.scan(RUNNING, Span::all(), Direction::Forward);
    let running = running.map(|row| row.map(|(id, ())| id));
    for id in waiting.chain(running) {
        let same = |job: super::tables::StoredJob| job.kind == J::KIND && job.payload == payload;
        if r.get(JOB, &id?)?.is_some_and(same) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Jobs from the newest to the oldest: of one account or of all, from behind `after` on.
pub(crate) fn list(
    r: &impl Rows,
    owner: Option<u32>,
    after: Option<JobId>,
    limit: usize,
) -> Result<Vec<JobEvent>, StoreError> {
    let view = |id| r.get(JOB, &id).map(|job| job.map(|job| job.view(JobId(id))));
    if let Some(owner) = owner {
        let mut span = Span::prefix(&(owner,));
        if let Some(after) = after {
            span = span.before(&(owner, after.0));
        }
        let rows = r.scan(BY_OWNER, span, Direction::Backward).take(limit);
        rows.filter_map(|row| row.and_then(|((_, id), ())| view(id)).transpose())
            .collect()
    } else {
        let span = after.map_or_else(Span::all, |after| Span::all().before(&after.0));
        let rows = r.scan(JOB, span, Direction::Backward).take(limit);
        rows.map(|row| row.map(|(id, job)| job.view(JobId(id)))).collect()
    }
}

/// How many jobs are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Counts {
    /// Waiting.
    pub(crate) queued: u64,
    /// Being worked on.
    pub(crate) running: u64,
    /// Ended well in the last week.
    pub(crate) done: u64,
    /// Ended badly in the last week.
    pub(crate) failed: u64,
    /// Called off in the last week.
    pub(crate) cancelled: u64,
}

/// Counts jobs by state.
pub(crate) fn counts(r: &impl Rows) -> Result<Counts, StoreError> {
    let mut counts = Counts {
        queued: r.len(DUE)?,
        running: r.len(RUNNING)?,
        ..Counts::default()
    };
    for row in r.scan(FINISHED, Span::all(), Direction::Forward) {
        let ((_, id), ()) = row?;
        match r.get(JOB, &id)?.map(|job| job.state()) {
            Some(State::Done) => counts.done += 1,
            Some(State::Cancelled) => counts.cancelled += 1,
            _ => counts.failed += 1,
        }
    }
    Ok(counts)
}

/// How work that comes again and again does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Routine {
    /// When the last try started.
    pub(crate) last_attempt: Option<Timestamp>,
    /// When it last ended well.
    pub(crate) last_success: Option<Timestamp>,
    /// When it runs next; `None` where nothing will ask for it.
    pub(crate) next: Option<Timestamp>,
}

/// What is kept of a kind of job, and why its newest one failed, if it did.
pub(super) fn routine(r: &impl Rows, kind: &str) -> Result<(Routine, Option<String>), StoreError> {
    let mut rows = r.scan(JOB, Span::all(), Direction::Backward);
    let newest = rows.find(|row| row.as_ref().map_or(true, |(_, job)| job.kind == kind));
    let newest = newest.transpose()?.map(|(id, job)| job.view(JobId(id)));
    let last_success = r.get(LAST_DONE, &SmolStr::new(kind))?;
    let routine = Routine {
        last_attempt: newest.as_ref().and_then(|job| job.started).or(last_success),
        last_success,
        next: newest.as_ref().and_then(|job| job.due),
    };
    Ok((routine, newest.and_then(|job| job.error)))
}

/// When the next job of a queue is due.
pub(super) fn next_due(r: &impl Rows, queue: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(r.first(DUE, Span::prefix(&(SmolStr::new(queue),)))?
        .map(|((_, due, _), ())| due))
}
