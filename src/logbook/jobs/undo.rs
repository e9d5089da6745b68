//! Undoing an import in the background.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::import::end;
use super::{IN_FLIGHT, QUEUE};
use crate::jobs::{Done, Job, JobCx, JobError};
use crate::logbook::IMPORTER;
use crate::logbook::Logbook;
use crate::logbook::error::Error;
use crate::logbook::tables::{Import, ImportState};
use crate::logbook::write::import::load;
use crate::logbook::write::undo::{Step, import_step, next_ranges, read_ahead};
use crate::store::{Pending, Read, Write};

/// Contacts of one step: the more, the fewer times the same rows of the call index and the tallies are written. The
/// writer is busy with a step for some 50 ms, which is the most that a contact logged meanwhile waits.
const STEP: usize = 4_000;

/// Takes back what an import did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UndoImportJob {
    pub(crate) import: u32,
    /// Contacts it added and merged: the work to do.
    pub(crate) total: u64,
}

impl UndoImportJob {
    /// The job that takes this import back.
    pub(crate) fn of(number: u32, import: &Import) -> UndoImportJob {
        UndoImportJob {
            import: number,
            total: import.counts.added + import.counts.merged,
        }
    }
}

impl Job for UndoImportJob {
    const KIND: &'static str = "logbook.import.undo";
    const QUEUE: &'static str = QUEUE;
    const UNIQUE: bool = true;
    const CANCELLABLE: bool = false;
}

/// Handles the job.
pub(super) async fn run(logbook: Logbook, job: UndoImportJob, cx: JobCx) -> Result<Done, JobError> {
    let number = job.import;
    let import = logbook.store.read(move |r| load(r, number)).await?;
    if import.state != ImportState::Undoing {
        return Ok(Done::quietly());
    }
    let mut sum = Step::default();
    undo_all(&logbook, number, &mut sum, |sum| {
        cx.progress(sum.removed + sum.restored, Some(job.total));
    })
    .await?;
    Ok(Done::with(
        json!({"removed": sum.removed, "restored": sum.restored, "kept": sum.kept}),
    ))
}

/// Takes back everything, several steps in flight, and marks the import as undone.
pub(crate) async fn undo_all(
    logbook: &Logbook,
    number: u32,
    sum: &mut Step,
    mut watch: impl FnMut(&Step),
) -> Result<(), Error> {
    let (table, now) = (logbook.countries.table(), logbook.env.clock.now());
    let import = logbook.store.read(move |r| load(r, number)).await?;
    let mut ranges = import.ranges;
    let mut flight: VecDeque<Pending<Step, Error>> = VecDeque::new();
    while !sum.finished {
        let next = next_ranges(&mut ranges, STEP);
        let read = move |r: &Read| read_ahead(r, (import.book, number), &next);
        let ahead = logbook.store.read(read).await?;
        let table = Arc::clone(&table);
        let step =
            move |tx: &mut Write<'_>| import_step(tx, &IMPORTER, number, (STEP, &ahead), (&table, now));
        flight.push_back(logbook.store.queue_bulk(step).await?);
        if flight.len() >= IN_FLIGHT
            && let Some(step) = flight.pop_front()
        {
            add(sum, step.durable().await?);
            watch(sum);
        }
    }
    // Those queued ahead find nothing left.
    for step in flight {
        add(sum, step.durable().await?);
    }
    end(logbook, number, ImportState::Undone).await?;
    Ok(())
}

fn add(sum: &mut Step, step: Step) {
    sum.removed += step.removed;
    sum.restored += step.restored;
    sum.kept += step.kept;
    sum.finished |= step.finished;
}
