//! What is kept of people's work: jobs they asked for.

use super::event::{JobEvent, State};
use super::model::JobId;
use super::tables::{self, BY_OWNER, JOB};
use crate::privacy::{Archive, Erased, ExportError, Holdings, PIECE, Part, Position, Subject};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// This module's part.
pub(crate) const PART: Part = Part {
    name: "jobs",
    tables: &[
        "jobs.job",
        "jobs.job.due",
        "jobs.job.running",
        "jobs.job.by_owner",
        "jobs.job.finished",
        "jobs.job.unique",
    ],
    export,
    erase,
};

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let account = subject.account;
    let jobs = held.store.read_now(|r| {
        let mut jobs: Vec<JobEvent> = Vec::new();
        for row in r.scan(BY_OWNER, Span::prefix(&(account,)), Direction::Forward) {
            let ((_, id), ()) = row?;
            jobs.extend(r.get(JOB, &id)?.map(|job| job.view(JobId(id))));
        }
        Ok::<_, StoreError>(jobs)
    })?;
    Ok(archive.json("jobs/jobs.json", &jobs)?)
}

/// A job at work loses its owner and its particulars; what it may do is asked anew at every step, and is nothing then.
fn erase(tx: &mut Write<'_>, subject: &Subject, _: &mut Position) -> Result<Erased, StoreError> {
    let rows = tx.scan(BY_OWNER, Span::prefix(&(subject.account,)), Direction::Forward);
    let rows = rows.take(PIECE).collect::<Result<Vec<_>, _>>()?;
    for ((_, id), ()) in &rows {
        let Some(job) = tx.get(JOB, id)? else { continue };
        let mut ownerless = job.clone();
        ownerless.owner = None;
        ownerless.cancelled = true;
        let left = (job.state() == State::Running).then_some(ownerless);
        tables::replace(tx, JobId(*id), Some(&job), left.as_ref())?;
    }
    Ok(Erased::of(rows.len(), PIECE))
}
