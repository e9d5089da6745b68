//! Keeping registers current: which are due, getting them, importing them, telling accounts.
//!
//! Every ten minutes it is looked which register is due; each is a job of its own, one after the other. What an import
//! meant for accounts was stored with it, and is told by a job that may be run again.

mod daily;
mod tell;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use smol_str::{SmolStr, ToSmolStr as _};

use super::KEEPER;
use super::error::Error;
use super::fetch::{self, FetchError, Outcome, State};
use super::import::{ImportError, Imported, Order, Watch};
use super::model::Authority;
use super::registers::Progress;
use super::service::Callbook;
use super::sources::Running;
use super::write::{self, Attempt};
use crate::jobs::{Done, Job, JobCx, JobError, JobsBuilder, Rhythm, Schedule};

pub(super) use tell::TellJob;

/// How often it is looked for what is due.
const LOOK_EVERY: Duration = Duration::from_mins(10);
/// The queue of all work on registers.
const QUEUE: &str = "callbook";
/// After an attempt that failed, the next one at the earliest.
const PAUSE: Duration = Duration::from_hours(2);

/// Looks which registers are due.
#[derive(Debug, Serialize, Deserialize)]
struct LookJob {}

impl Job for LookJob {
    const KIND: &'static str = "callbook.look";
    const QUEUE: &'static str = "callbook.look";
    const UNIQUE: bool = true;
}

/// Gets a register and imports it, if there is a newer one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FetchJob {
    pub(super) authority: Authority,
    /// Whatever is known of what did not change.
    #[serde(default)]
    pub(super) anyway: bool,
}

impl Job for FetchJob {
    const KIND: &'static str = "callbook.fetch";
    const QUEUE: &'static str = QUEUE;
    const UNIQUE: bool = true;
    const MAX_TRIES: u32 = 3;
}

/// Imports files that were handed over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ImportJob {
    pub(super) authority: Authority,
    /// The folder that holds them, which goes with the job.
    pub(super) folder: PathBuf,
    pub(super) force: bool,
}

impl Job for ImportJob {
    const KIND: &'static str = "callbook.import";
    const QUEUE: &'static str = QUEUE;
    const MAX_TRIES: u32 = 3;
}

/// Registers the jobs and their rhythm.
pub(crate) fn register(builder: JobsBuilder, book: &Callbook, salt: u64) -> JobsBuilder {
    let (looker, fetcher, importer, teller) = (book.clone(), book.clone(), book.clone(), book.clone());
    builder
        .register(move |_: LookJob, cx| look(looker.clone(), cx))
        .register(move |job: FetchJob, cx| run_fetch(fetcher.clone(), job, cx))
        .register(move |job: ImportJob, cx| run_import(importer.clone(), job, cx))
        .register(move |_: TellJob, cx| tell::run(teller.clone(), cx))
        .schedule(Schedule::new(
            "callbook.look",
            Rhythm::Every(LOOK_EVERY),
            salt,
            || LookJob {},
        ))
}

/// Asks for a job for each register that is due.
async fn look(book: Callbook, cx: JobCx) -> Result<Done, JobError> {
    drop(cx);
    let now = book.now();
    let due = book.due(now).await.map_err(retry)?;
    let mut asked = Vec::new();
    for authority in due {
        let job = FetchJob {
            authority: authority.clone(),
            anyway: false,
        };
        book.enqueue(&KEEPER, job).await.map_err(retry)?;
        asked.push(authority);
    }
    // What an import of the command line left to be told, or a stop.
    if book.has_untold().await.map_err(retry)? {
        book.enqueue(&KEEPER, TellJob {}).await.map_err(retry)?;
    }
    Ok(if asked.is_empty() {
        Done::quietly()
    } else {
        Done::with(json!({ "due": asked }))
    })
}

async fn run_fetch(book: Callbook, job: FetchJob, cx: JobCx) -> Result<Done, JobError> {
    let authority = job.authority.clone();
    let _shown = Shown::of(&book, &authority, &cx);
    let done = if authority == Authority::FCC && !job.anyway {
        daily::current(&book, &cx).await
    } else {
        whole(&book, &authority, job.anyway, &cx).await
    };
    settle(&book, &authority, done, &cx).await
}

async fn run_import(book: Callbook, job: ImportJob, cx: JobCx) -> Result<Done, JobError> {
    let authority = job.authority.clone();
    let _shown = Shown::of(&book, &authority, &cx);
    let files = match super::sources::files_in(&job.folder) {
        Ok(files) if !files.is_empty() => files,
        _ => {
            return Err(JobError::Permanent(
                "the file is gone; hand it over again".to_owned(),
            ));
        }
    };
    let order = Order {
        authority: authority.clone(),
        files,
        state: State::default(),
        force: job.force,
    };
    let imported = import(&book, order, &cx).await;
    let again = matches!(&imported, Err(Stopped::Import(error)) if !error.is_the_files())
        || matches!(&imported, Err(Stopped::Job(JobError::Interrupted)));
    let done = settle(&book, &authority, imported.map(Came::Imported), &cx).await;
    if !again || matches!(done, Err(JobError::Cancelled)) {
        drop(tokio::fs::remove_dir_all(&job.folder).await);
    }
    done
}

/// What came of getting a register.
pub(super) enum Came {
    Imported(Imported),
    /// Several files, one after the other.
    Days(Vec<(SmolStr, Imported)>),
    /// It is the one in use.
    Unchanged(Option<State>),
}

/// Why it did not come.
pub(super) enum Stopped {
    Fetch(FetchError),
    Import(ImportError),
    Book(Error),
    Job(JobError),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Book(error)
    }
}

/// Gets the whole file of a register and imports it.
pub(super) async fn whole(
    book: &Callbook,
    authority: &Authority,
    anyway: bool,
    cx: &JobCx,
) -> Result<Came, Stopped> {
    let row = book.stored(authority)?;
    let source = book
        .inner
        .settings
        .fetched(authority, row.url.as_deref())
        .ok_or_else(|| Error::Invalid {
            field: "url",
            what: "this list has no address; hand its file over, or set one".to_owned(),
        })?;
    let known = if anyway || row.generation == 0 {
        State::default()
    } else {
        row.state
    };
    match get(book, &source, &known, cx).await? {
        Outcome::NotModified => Ok(Came::Unchanged(None)),
        Outcome::Same(state) => Ok(Came::Unchanged(Some(state))),
        Outcome::New(fetched) => {
            let order = Order {
                authority: authority.clone(),
                files: vec![fetched.path.clone()],
                state: fetched.state,
                force: false,
            };
            let imported = import(book, order, cx).await;
            drop(tokio::fs::remove_file(&fetched.path).await);
            imported.map(Came::Imported)
        }
    }
}

/// Asks for a file, and shows how far it is.
pub(super) async fn get(
    book: &Callbook,
    source: &fetch::Source,
    known: &State,
    cx: &JobCx,
) -> Result<Outcome, Stopped> {
    let (shown, authority) = (watch(book, &source.authority, cx), source.authority.clone());
    let mut told = |progress: Progress| shown(progress);
    let spool = book.inner.dir.join("spool");
    let got = fetch::fetch(source, known, &spool, &mut told).await;
    tracing::debug!(%authority, "asked for the register {authority}");
    got.map_err(Stopped::Fetch)
}

/// Imports on a thread of its own.
pub(super) async fn import(book: &Callbook, order: Order, cx: &JobCx) -> Result<Imported, Stopped> {
    let watch = watch(book, &order.authority, cx);
    let worker = book.clone();
    let done = tokio::task::spawn_blocking(move || worker.import(&order, &watch)).await;
    let imported = done.map_err(|error| Stopped::Job(JobError::retry(error)))?;
    let imported = imported.map_err(Stopped::Import)?;
    book.enqueue(&KEEPER, TellJob {}).await?;
    Ok(imported)
}

/// Shows progress, and says whether to go on.
fn watch(book: &Callbook, authority: &Authority, cx: &JobCx) -> Watch {
    let (book, authority, cx) = (book.clone(), authority.clone(), cx.clone());
    Arc::new(move |progress: Progress| {
        cx.progress(progress.done, progress.of);
        if let Some(running) = book.running().get_mut(&authority) {
            running.progress = Some(progress);
        }
        cx.check().is_ok()
    })
}

/// Shows that a job works on a register, as long as it does.
struct Shown {
    book: Callbook,
    authority: Authority,
}

impl Shown {
    fn of(book: &Callbook, authority: &Authority, cx: &JobCx) -> Self {
        let running = Running {
            job: Some(cx.id),
            progress: None,
        };
        book.running().insert(authority.clone(), running);
        Self {
            book: book.clone(),
            authority: authority.clone(),
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.book.running().remove(&self.authority);
    }
}

/// Notes how it ended, for the page of registers, and tells the job's own end.
async fn settle(
    book: &Callbook,
    authority: &Authority,
    done: Result<Came, Stopped>,
    cx: &JobCx,
) -> Result<Done, JobError> {
    let now = book.now();
    let (ended, error, state) = match done {
        Ok(Came::Imported(imported)) => (Ok(Done::with(imported.to_json())), None, None),
        Ok(Came::Days(days)) => (Ok(Done::with(told_days(&days))), None, None),
        Ok(Came::Unchanged(state)) => (Ok(Done::with(json!({"unchanged": true}))), None, state),
        // Called off or stopping: that is nobody's fault, and nothing to be shown as one.
        Err(_) if cx.check().is_err() => return Err(cx.check().err().unwrap_or(JobError::Interrupted)),
        Err(Stopped::Job(error)) => return Err(error),
        Err(Stopped::Fetch(error)) => {
            let told = (error.to_smolstr(), SmolStr::new_static(error.advice()));
            // When to try again is the schedule's, so that nobody is asked in a hurry.
            (Err(JobError::Permanent(error.to_string())), Some(told), None)
        }
        Err(Stopped::Import(error)) => {
            let told = (error.to_smolstr(), SmolStr::new_static(error.advice()));
            let ended = if error.is_the_files() {
                JobError::Permanent(error.to_string())
            } else {
                JobError::retry(&error)
            };
            (Err(ended), Some(told), None)
        }
        Err(Stopped::Book(error)) => {
            let told = (error.to_smolstr(), SmolStr::default());
            (Err(JobError::Permanent(error.to_string())), Some(told), None)
        }
    };
    if let Some((error, _)) = &error {
        tracing::warn!(%authority, "the register {authority} was not taken: {error}");
    }
    let attempt = Attempt {
        at: Some(now),
        next: Some(book.next(authority, now, error.is_some())),
        error,
        state,
    };
    let name = authority.clone();
    let noted = book
        .inner
        .store
        .write(move |tx| write::note_attempt(tx, &KEEPER, &name, attempt));
    noted.await.map_err(retry)?;
    ended
}

fn told_days(days: &[(SmolStr, Imported)]) -> serde_json::Value {
    let days: Vec<_> = days
        .iter()
        .map(|(day, imported)| json!({"day": day, "result": imported.to_json()}))
        .collect();
    json!({ "days": days })
}

impl Callbook {
    /// When a register is looked for next.
    fn next(&self, authority: &Authority, now: Timestamp, failed: bool) -> Timestamp {
        let own = self.inner.settings.interval(authority);
        let whole = self
            .inner
            .settings
            .fetched(authority, Some("https://list.invalid/"));
        let mut next = match (own, whole) {
            (Some(every), _) => now.checked_add(every).unwrap_or(Timestamp::MAX),
            (None, Some(source)) => source.schedule.next(now),
            (None, None) => Timestamp::MAX,
        };
        if *authority == Authority::FCC
            && let Some(daily) = self.inner.settings.daily()
        {
            next = next.min(daily.schedule.next(now));
        }
        if failed {
            // A passing trouble need not cost a week; who refuses is asked no more than twelve times a day.
            next = next.min(now.checked_add(PAUSE).unwrap_or(Timestamp::MAX));
        }
        next
    }
}

pub(super) fn retry(error: Error) -> JobError {
    match error {
        Error::Store(error) => error.into(),
        other => JobError::retry(other),
    }
}
