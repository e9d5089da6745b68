//! Running an import: a reading thread, batches in flight to the writer, progress, the result.

use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};
use serde_json::json;
use smol_str::SmolStr;

use super::feed::{self, Plan};
use super::{IN_FLIGHT, QUEUE};
use crate::ham::callsign::Callsign;
use crate::identity::Actor;
use crate::jobs::{CancelOutcome, Done, Job, JobCx, JobError, JobId, Jobs, read as jobs_read};
use crate::logbook::IMPORTER;
use crate::logbook::Logbook;
use crate::logbook::error::Error;
use crate::logbook::read::imports::{self, REJECTS_TOLD};
use crate::logbook::tables::{Import, ImportState};
use crate::logbook::write;
use crate::logbook::write::import::{Batch, Options};
use crate::store::Pending;

/// Batches read ahead of the writer's queue.
const READ_AHEAD: usize = 2;

/// Imports a file from the spool.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ImportJob {
    pub(crate) import: u32,
    /// The file's name in the spool.
    pub(crate) spool: SmolStr,
}

impl Job for ImportJob {
    const KIND: &'static str = "logbook.import";
    const QUEUE: &'static str = QUEUE;
}

/// Why an import did not get to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    #[error(transparent)]
    Logbook(#[from] Error),
    /// The file could not be read.
    #[error("the file could not be read: {0}")]
    Input(#[from] std::io::Error),
    /// Whoever watches the import wants it to stop.
    #[error("{0}")]
    ByWatcher(JobError),
}

/// Handles the job.
pub(crate) async fn run(logbook: Logbook, job: ImportJob, cx: JobCx) -> Result<Done, JobError> {
    let number = job.import;
    let import = logbook
        .store
        .read(move |r| write::import::load(r, number))
        .await?;
    match import.state {
        ImportState::Waiting | ImportState::Running | ImportState::Stopped => {}
        // Cut off between the end of the import and that of the job.
        ImportState::Done => return result(&logbook, number).await,
        ImportState::Undoing | ImportState::Undone => {
            return Err(JobError::Permanent(
                "the import was taken back; send the file again".to_owned(),
            ));
        }
    }
    let Ok(file) = std::fs::File::open(logbook.spool(&job.spool)) else {
        end(&logbook, number, ImportState::Stopped).await?;
        return Err(JobError::Permanent(
            "the import was stopped and its file is gone; send the file again".to_owned(),
        ));
    };
    let import = if import.state == ImportState::Stopped {
        let resume = move |tx: &mut crate::store::Write<'_>| write::import::resume(tx, &IMPORTER, number);
        logbook.store.write(resume).await?
    } else {
        import
    };
    let total = import.bytes;
    let outcome = import_from(&logbook, number, import, Spooled(file), |done| {
        cx.progress(done, Some(total));
        cx.check()
    });
    match outcome.await {
        Ok(()) => {}
        Err(Stopped::ByWatcher(JobError::Cancelled)) => {
            // The file stays a while, for a second thought.
            end(&logbook, number, ImportState::Stopped).await?;
            return Err(JobError::Cancelled);
        }
        Err(Stopped::ByWatcher(error)) => return Err(error),
        Err(Stopped::Logbook(error)) => return Err(error.into()),
        Err(Stopped::Input(error)) => return Err(JobError::retry(error)),
    }
    end(&logbook, number, ImportState::Done).await?;
    logbook.remove_spool(&job.spool);
    cx.progress(total, Some(total));
    result(&logbook, number).await
}

/// An input that can begin in the middle.
trait Source: Read + Send + 'static {
    /// Moves to a position; asked before anything is read.
    fn seek_to(&mut self, offset: u64) -> std::io::Result<()>;
}

struct Spooled(std::fs::File);

impl Read for Spooled {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(into)
    }
}

impl Source for Spooled {
    fn seek_to(&mut self, offset: u64) -> std::io::Result<()> {
        self.0.seek(SeekFrom::Start(offset)).map(drop)
    }
}

/// An input that is read once from its beginning.
struct Once<R>(R);

impl<R: Read> Read for Once<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(into)
    }
}

impl<R: Read + Send + 'static> Source for Once<R> {
    fn seek_to(&mut self, _offset: u64) -> std::io::Result<()> {
        Ok(())
    }
}

/// Imports content as it comes, on behalf of the command line, and returns what it came to. What was stored before a
/// break stays; importing the file again adds the rest.
pub(crate) async fn import_now(
    logbook: &Logbook,
    call: &Callsign,
    options: Options,
    content: impl Read + Send + 'static,
    watch: impl Fn(u64) -> Result<(), JobError>,
) -> Result<serde_json::Value, Stopped> {
    let (call, now) = (call.clone(), logbook.env.clock.now());
    let begun = logbook.store.write(move |tx| {
        let (number, _) = write::import::begin(tx, &Actor::COMMAND_LINE, Some(call.as_str()), options, now)?;
        Ok::<_, Error>((number, write::import::load(tx, number)?))
    });
    let (number, import) = begun.await?;
    let outcome = import_from(logbook, number, import, Once(content), watch).await;
    let state = if outcome.is_ok() {
        ImportState::Done
    } else {
        ImportState::Stopped
    };
    end(logbook, number, state).await?;
    outcome?;
    Ok(logbook.store.read(move |r| summary(r, number)).await?)
}

/// Stores what the source holds, from where the import stands; `watch` hears of each durable position and may
/// end the import.
async fn import_from(
    logbook: &Logbook,
    number: u32,
    import: Import,
    mut source: impl Source,
    watch: impl Fn(u64) -> Result<(), JobError>,
) -> Result<(), Stopped> {
    let _live = logbook.live.enter(number);
    let (sender, mut batches) = tokio::sync::mpsc::channel::<Batch>(READ_AHEAD);
    let plan = Plan {
        import: number,
        from: import.position,
        table: logbook.countries.table(),
        now: logbook.env.clock.now(),
    };
    let reading = tokio::task::spawn_blocking(move || {
        if let Some(position) = &plan.from {
            source.seek_to(position.offset)?;
        }
        feed::read(source, plan, |batch| sender.blocking_send(batch).is_ok())
    });
    let mut flight = VecDeque::new();
    let mut outcome = Ok(());
    while let Some(batch) = batches.recv().await {
        let offset = batch.to.offset;
        let queued = logbook
            .store
            .queue_bulk(move |tx| write::import::batch(tx, &IMPORTER, batch))
            .await;
        match queued {
            Ok(pending) => flight.push_back((offset, pending)),
            Err(error) => outcome = Err(Stopped::Logbook(error)),
        }
        if flight.len() > IN_FLIGHT && outcome.is_ok() {
            outcome = land(&mut flight, &watch).await;
        }
        if outcome.is_err() {
            break;
        }
    }
    // A reader that finds nobody to take its batches ends.
    drop(batches);
    while !flight.is_empty() {
        let landed = land(&mut flight, &watch).await;
        outcome = outcome.and(landed);
    }
    let read = reading
        .await
        .map_err(|error| std::io::Error::other(error.to_string()))?;
    outcome?;
    Ok(read?)
}

type Flight<T> = VecDeque<(u64, Pending<T, Error>)>;

/// Waits for the oldest batch in flight.
async fn land<T>(
    flight: &mut Flight<T>,
    watch: &impl Fn(u64) -> Result<(), JobError>,
) -> Result<(), Stopped> {
    let Some((offset, pending)) = flight.pop_front() else {
        return Ok(());
    };
    pending.durable().await?;
    watch(offset).map_err(Stopped::ByWatcher)
}

/// Ends the import.
pub(super) async fn end(logbook: &Logbook, number: u32, state: ImportState) -> Result<Import, Error> {
    let now = logbook.env.clock.now();
    logbook
        .store
        .write(move |tx| write::import::end(tx, &IMPORTER, number, state, now))
        .await
}

/// Calls a job off, and ends the import of one that had not begun. The file stays a while: the job can be tried again.
pub(crate) async fn call_off(logbook: &Logbook, jobs: &Jobs, job: JobId) -> Result<CancelOutcome, Error> {
    let outcome = jobs.cancel(job).await?;
    if outcome == CancelOutcome::Cancelled {
        let find = move |r: &crate::store::Read| Ok::<_, Error>(jobs_read::payload::<ImportJob>(r, job)?);
        if let Some(job) = logbook.store.read(find).await? {
            end(logbook, job.import, ImportState::Stopped).await?;
        }
    }
    Ok(outcome)
}

async fn result(logbook: &Logbook, number: u32) -> Result<Done, JobError> {
    let told = logbook.store.read(move |r| summary(r, number)).await?;
    Ok(Done::with(told))
}

/// What an import came to, as a job's result tells it.
fn summary(r: &impl crate::store::Rows, number: u32) -> Result<serde_json::Value, Error> {
    let import = write::import::load(r, number)?;
    let rejects: Vec<_> = imports::rejects(r, number, 0, REJECTS_TOLD)?
        .into_iter()
        .map(|(_, reject)| json!({"record": reject.record, "line": reject.line, "reason": reject.reason}))
        .collect();
    let counts = import.counts;
    Ok(json!({
        "import": number,
        "added": counts.added,
        "merged": counts.merged,
        "duplicates": counts.duplicates,
        "rejected": counts.rejected,
        "warnings": counts.warnings,
        "rejects": rejects,
        "remarks": import.remarks,
        "other_calls": import.other_calls,
    }))
}
