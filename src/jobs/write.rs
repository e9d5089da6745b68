//! Commands on jobs: ask for, call off, try again; and what the runner records.

use jiff::Timestamp;

use super::event::State;
use super::model::{Done, Job, JobError, JobId, NewJob, back_off};
use super::tables::{DUE, FINISHED, JOB, LAST_DONE, RUNNING, StoredJob, UNIQUE, fingerprint, replace};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// How long ended jobs are kept.
const KEPT: std::time::Duration = std::time::Duration::from_hours(7 * 24);
/// Ends of the program during a job, in a row and without any progress, that are blamed on the job. A single one is
/// more often a power cut than the job's doing.
const MOST_CUT_OFF: u32 = 20;
/// Rows handled in one transaction by the runner's own housekeeping.
const BATCH: usize = 500;

/// Asks for a job in the caller's transaction; returns the id under which it will run, which is that of an
/// equal waiting job where the kind is unique.
pub(crate) fn enqueue<J: Job>(tx: &mut Write<'_>, job: &J, new: NewJob) -> Result<JobId, StoreError> {
    let payload = serde_json::to_string(job).map_err(|e| StoreError::Refused(e.to_string().into()))?;
    if J::UNIQUE
        && let Some(waiting) = tx.get(UNIQUE, &(J::KIND.into(), fingerprint(&payload)))?
    {
        return Ok(waiting);
    }
    let mut stored = StoredJob {
        kind: J::KIND.into(),
        queue: J::QUEUE.into(),
        payload,
        owner: new.owner,
        max_tries: J::MAX_TRIES,
        unique: J::UNIQUE,
        created: new.now,
        due: new.due,
        ..StoredJob::default()
    };
    stored.set_state(State::Queued);
    replace(tx, new.id, None, Some(&stored))?;
    Ok(new.id)
}

/// What became of a request to call a job off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CancelOutcome {
    /// There is no such job.
    Unknown,
    /// It had ended already.
    Ended,
    /// It was waiting and is called off.
    Cancelled,
    /// It is running and has been asked to stop.
    Asked,
    /// Jobs of its kind are not called off.
    Refused,
}

/// Calls a job off, if that is `allowed` for its kind. A running one must also be told: use `Jobs::cancel`.
pub(super) fn cancel(
    tx: &mut Write<'_>,
    id: JobId,
    now: Timestamp,
    allowed: impl Fn(&str) -> bool,
) -> Result<CancelOutcome, StoreError> {
    let Some(old) = tx.get(JOB, &id.0)? else {
        return Ok(CancelOutcome::Unknown);
    };
    let mut new = old.clone();
    new.cancelled = true;
    let outcome = match old.state() {
        State::Queued | State::Running if !allowed(&old.kind) => return Ok(CancelOutcome::Refused),
        State::Queued => {
            end(&mut new, State::Cancelled, now);
            CancelOutcome::Cancelled
        }
        State::Running => CancelOutcome::Asked,
        State::Done | State::Failed | State::Cancelled => return Ok(CancelOutcome::Ended),
    };
    replace(tx, id, Some(&old), Some(&new))?;
    Ok(outcome)
}

/// Queues a failed or cancelled job anew, with all its tries; tells whether it was one.
pub(crate) fn retry(tx: &mut Write<'_>, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
    let Some(old) = tx.get(JOB, &id.0)? else {
        return Ok(false);
    };
    if !matches!(old.state(), State::Failed | State::Cancelled) {
        return Ok(false);
    }
    // It may stand beside an equal waiting job: it was asked for by hand.
    let mut new = StoredJob {
        tries: 0,
        cut_off: 0,
        cancelled: false,
        unique: false,
        finished: None,
        due: now,
        ..old.clone()
    };
    new.set_state(State::Queued);
    replace(tx, id, Some(&old), Some(&new))?;
    Ok(true)
}

/// Takes the next due job of a queue to be worked on.
pub(super) fn claim(
    tx: &mut Write<'_>,
    queue: &str,
    now: Timestamp,
) -> Result<Option<(JobId, StoredJob)>, StoreError> {
    let prefix = (smol_str::SmolStr::new(queue),);
    let Some(((_, due, id), ())) = tx.first(DUE, Span::prefix(&prefix))? else {
        return Ok(None);
    };
    if due > now {
        return Ok(None);
    }
    let id = JobId(id);
    let Some(old) = tx.get(JOB, &id.0)? else {
        return Err(StoreError::Refused(
            format!("job {id} is due but does not exist").into(),
        ));
    };
    let mut new = old.clone();
    new.set_state(State::Running);
    new.tries += 1;
    new.started = Some(now);
    replace(tx, id, Some(&old), Some(&new))?;
    Ok(Some((id, new)))
}

/// How a try ended, and what is known of the work.
pub(super) struct Ended {
    pub(super) outcome: Result<Done, JobError>,
    pub(super) done: u64,
    pub(super) total: Option<u64>,
    pub(super) now: Timestamp,
    /// Added to the back-off, so that jobs that failed together do not come again together.
    pub(super) jitter: std::time::Duration,
}

/// Records how a try ended: for good, or to be tried again.
pub(super) fn finish(tx: &mut Write<'_>, id: JobId, ended: Ended) -> Result<(), StoreError> {
    let Some(old) = tx.get(JOB, &id.0)? else {
        return Ok(());
    };
    let Ended {
        outcome,
        done,
        total,
        now,
        jitter,
    } = ended;
    let mut new = StoredJob {
        done,
        total,
        error: None,
        cut_off: 0,
        ..old.clone()
    };
    match outcome {
        Ok(Done(result)) => {
            new.result = result.map(|value| value.to_string());
            end(&mut new, State::Done, now);
            tx.put(LAST_DONE, &new.kind, &now)?;
        }
        Err(JobError::Cancelled) => end(&mut new, State::Cancelled, now),
        Err(_) if old.cancelled => end(&mut new, State::Cancelled, now),
        Err(JobError::Interrupted) => {
            new.tries = new.tries.saturating_sub(1);
            wait(&mut new, now, std::time::Duration::ZERO);
        }
        Err(JobError::Permanent(reason)) => fail(&mut new, reason, now),
        Err(JobError::Retry { reason, .. }) if new.tries >= new.max_tries => fail(&mut new, reason, now),
        Err(JobError::Retry { after, reason }) => {
            new.error = Some(reason);
            wait(
                &mut new,
                now,
                after.unwrap_or_else(|| back_off(old.tries) + jitter),
            );
        }
    }
    replace(tx, id, Some(&old), Some(&new))
}

/// Notes that a running job has got further, in the transaction that stores what it did: an end of the program after
/// that is not held against it.
pub(crate) fn advance(tx: &mut Write<'_>, id: JobId, done: u64) -> Result<(), StoreError> {
    let Some(old) = tx.get(JOB, &id.0)?.filter(|job| job.state() == State::Running) else {
        return Ok(());
    };
    let new = StoredJob {
        done,
        cut_off: 0,
        ..old.clone()
    };
    replace(tx, id, Some(&old), Some(&new))
}

/// Puts jobs that ran when the program ended back in line. That was no try of theirs; but a job that takes the
/// program down with it again and again, and gets nowhere, must not do so for ever.
pub(super) fn recover(tx: &mut Write<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let running: Vec<_> = tx
        .scan(RUNNING, Span::all(), Direction::Forward)
        .collect::<Result<_, _>>()?;
    for (id, ()) in &running {
        let Some(old) = tx.get(JOB, id)? else { continue };
        let mut new = StoredJob {
            tries: old.tries.saturating_sub(1),
            cut_off: old.cut_off + 1,
            ..old.clone()
        };
        if old.cancelled {
            end(&mut new, State::Cancelled, now);
        } else if new.cut_off >= MOST_CUT_OFF {
            fail(&mut new, "the program ended each time it ran".to_owned(), now);
        } else {
            wait(&mut new, now, std::time::Duration::ZERO);
        }
        replace(tx, JobId(*id), Some(&old), Some(&new))?;
    }
    Ok(running.len())
}

/// Whether `purge` would find anything.
pub(super) fn anything_to_purge(r: &impl Rows, now: Timestamp) -> Result<bool, StoreError> {
    let Ok(limit) = now.checked_sub(KEPT) else {
        return Ok(false);
    };
    Ok(r.first(FINISHED, Span::all())?
        .is_some_and(|((ended, _), ())| ended < limit))
}

/// Removes jobs that ended more than a week ago; returns how many there were, at most a batch.
pub(super) fn purge(tx: &mut Write<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let Ok(limit) = now.checked_sub(KEPT) else {
        return Ok(0);
    };
    let old: Vec<_> = tx
        .scan(
            FINISHED,
            Span::all().before(&(limit, uuid::Uuid::nil())),
            Direction::Forward,
        )
        .take(BATCH)
        .collect::<Result<_, _>>()?;
    for ((_, id), ()) in &old {
        let job = tx.get(JOB, id)?;
        replace(tx, JobId(*id), job.as_ref(), None)?;
    }
    Ok(old.len())
}

fn end(job: &mut StoredJob, state: State, now: Timestamp) {
    job.set_state(state);
    job.finished = Some(now);
}

fn fail(job: &mut StoredJob, reason: String, now: Timestamp) {
    job.error = Some(reason);
    end(job, State::Failed, now);
}

fn wait(job: &mut StoredJob, now: Timestamp, wait: std::time::Duration) {
    // One that was unique may have been asked for again while it ran; both may wait now.
    job.unique = false;
    job.set_state(State::Queued);
    job.due = now.checked_add(wait).unwrap_or(Timestamp::MAX);
}
