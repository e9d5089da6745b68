//! Runs jobs: one dispatcher for each queue, one task for each job, one ticker for schedules.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::builder::{JobsBuilder, Kind};
use super::cx::JobCx;
use super::event::{JobEvent, State};
use super::model::{Done, JobError, JobId, NewJob, back_off};
use super::read::{self, Routine};
use super::schedule::Schedule;
use super::tables::StoredJob;
use super::write::{self, CancelOutcome, Ended};
use crate::bus::{Audience, Bus, Outgoing};
use crate::env::Env;
use crate::event::Event;
use crate::store::{Rows, Store, StoreError, panic_text};

/// How often schedules and old jobs are looked at; also the longest a due time can be overslept when the clock is set.
const TICK: Duration = Duration::from_secs(20);
/// How long a dispatcher waits after the store failed.
const STORE_WAIT: Duration = Duration::from_secs(5);
/// How long running jobs may take to stop.
const STOP_TIME: Duration = Duration::from_secs(8);

/// The bus' topic of jobs.
const TOPIC: &str = "jobs";

/// The message of a job's change of state, for the bus.
pub(crate) fn encode(event: &Event) -> Option<Outgoing> {
    let Event::Jobs(job) = event else { return None };
    Some(outgoing(job, "state"))
}

pub(super) fn outgoing(job: &JobEvent, kind: &'static str) -> Outgoing {
    let audience = match job.owner {
        Some(owner) => Audience::Accounts([owner].into()),
        None => Audience::Administrators,
    };
    let payload = serde_json::to_value(job).unwrap_or_default();
    Outgoing {
        topic: TOPIC.into(),
        kind: kind.into(),
        audience,
        payload,
    }
}

impl JobsBuilder {
    /// Puts jobs that were cut off back in line and starts running.
    pub(crate) async fn start(self) -> Result<Jobs, StoreError> {
        let now = self.env.clock.now();
        let recovered = self.store.write(move |tx| write::recover(tx, now)).await?;
        if recovered > 0 {
            tracing::info!(recovered, "{recovered} jobs were cut off and go on");
        }
        let inner = Arc::new(Inner {
            store: self.store,
            env: self.env,
            bus: self.bus,
            kinds: self.kinds,
            schedules: self.schedules,
            running: Mutex::default(),
            changed: Notify::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            fallen: watch::Sender::new(None),
        });
        let ears = Arc::downgrade(&inner);
        inner.bus.listen(move |event| {
            if let (Event::Jobs(_), Some(inner)) = (event, ears.upgrade()) {
                inner.changed.notify_waiters();
            }
        });
        for (queue, concurrent) in self.queues {
            inner.keep_up(queue, Arc::clone(&inner).dispatch(queue, concurrent));
        }
        inner.keep_up("schedules", Arc::clone(&inner).tick());
        Ok(Jobs { inner })
    }
}

/// The running queue; clones are the same one.
#[derive(Clone)]
pub(crate) struct Jobs {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) env: Env,
    pub(super) bus: Bus,
    kinds: HashMap<&'static str, Kind>,
    schedules: Vec<Schedule>,
    running: Mutex<HashMap<JobId, Running>>,
    /// Some job has changed its state, or the clock was set.
    changed: Notify,
    pub(super) stopping: CancellationToken,
    tasks: TaskTracker,
    /// A queue that nobody looks after any more, though the program goes on.
    fallen: watch::Sender<Option<&'static str>>,
}

/// What is known of a job while it runs.
pub(super) struct Running {
    cancel: CancellationToken,
    pub(super) view: JobEvent,
    pub(super) told: Option<Instant>,
}

impl Jobs {
    /// A job as callers see it, with the progress of a running one.
    pub(crate) async fn get(&self, id: JobId) -> Result<Option<JobEvent>, StoreError> {
        let job = self.inner.store.read(move |r| read::get(r, id)).await?;
        Ok(job.map(|job| self.with_progress(id, job)))
    }

    /// Jobs from the newest to the oldest: of one account or of all, from behind `after` on.
    pub(crate) async fn list(
        &self,
        owner: Option<u32>,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<JobEvent>, StoreError> {
        let jobs = self
            .inner
            .store
            .read(move |r| read::list(r, owner, after, limit))
            .await?;
        let progress = |job: JobEvent| match job.id.parse() {
            Ok(id) => self.with_progress(id, job),
            Err(_) => job,
        };
        Ok(jobs.into_iter().map(progress).collect())
    }

    /// How work that comes again and again does, by the name that its schedule and its kind of job share, and why it
    /// failed last, if it did.
    pub(crate) fn routine(&self, r: &impl Rows, name: &str) -> Result<(Routine, Option<String>), StoreError> {
        let (mut routine, error) = read::routine(r, name)?;
        let schedule = self.inner.schedules.iter().find(|schedule| schedule.name == name);
        if let (None, Some(schedule)) = (routine.next, schedule) {
            routine.next = schedule.next(r)?;
        }
        Ok((routine, error))
    }

    /// Calls a job off: at once if it waits, when it next looks if it runs.
    pub(crate) async fn cancel(&self, id: JobId) -> Result<CancelOutcome, StoreError> {
        let now = self.inner.env.clock.now();
        let inner = Arc::clone(&self.inner);
        let allowed = move |kind: &str| inner.kinds.get(kind).is_none_or(|kind| kind.cancellable);
        let outcome = self
            .inner
            .store
            .write(move |tx| write::cancel(tx, id, now, allowed))
            .await?;
        if outcome != CancelOutcome::Refused
            && let Some(running) = self.inner.running().get(&id)
        {
            running.cancel.cancel();
        }
        Ok(outcome)
    }

    /// Queues a failed or cancelled job anew; tells whether it was one.
    pub(crate) async fn retry(&self, id: JobId) -> Result<bool, StoreError> {
        let now = self.inner.env.clock.now();
        self.inner.store.write(move |tx| write::retry(tx, id, now)).await
    }

    /// The kinds of job that have a handler.
    #[cfg(test)]
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.inner.kinds.keys().copied()
    }

    /// Looks at due times and schedules now, because the clock has been set.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) async fn wake(&self) -> Result<(), StoreError> {
        self.inner.run_schedules().await?;
        self.inner.changed.notify_waiters();
        Ok(())
    }

    /// Waits until no job is running or due.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) async fn settle(&self) -> Result<(), StoreError> {
        loop {
            let changed = self.inner.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.inner.is_quiet().await? {
                return Ok(());
            }
            changed.await;
        }
    }

    /// Waits until a queue, or the schedules, are looked after no more though nobody has stopped them: which.
    pub(crate) async fn fallen(&self) -> &'static str {
        let mut fallen = self.inner.fallen.subscribe();
        match fallen.wait_for(Option::is_some).await.map(|name| *name) {
            Ok(Some(name)) => name,
            _ => std::future::pending().await,
        }
    }

    /// Starts no more jobs, asks those running to stop, and waits for them a while.
    pub(crate) async fn stop(&self) {
        self.inner.stopping.cancel();
        for running in self.inner.running().values() {
            running.cancel.cancel();
        }
        self.inner.tasks.close();
        if tokio::time::timeout(STOP_TIME, self.inner.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some jobs did not stop in time; they start anew with the program");
        }
    }

    fn with_progress(&self, id: JobId, job: JobEvent) -> JobEvent {
        match self.inner.running().get(&id) {
            Some(running) if job.state == State::Running => JobEvent {
                done: running.view.done,
                total: running.view.total,
                error: running.view.error.clone(),
                ..job
            },
            _ => job,
        }
    }
}

impl Inner {
    pub(super) fn running(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a task that must not end before the program stops, and says so if it does.
    pub(super) fn keep_up(
        self: &Arc<Self>,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        let inner = Arc::clone(self);
        let running = self.tasks.spawn(task);
        self.tasks.spawn(async move {
            let ended = running.await;
            if !inner.stopping.is_cancelled() {
                tracing::error!(
                    ?ended,
                    "nothing of {name} will run until the program is started anew"
                );
                inner.fallen.send_replace(Some(name));
            }
        });
    }

    /// Starts the due jobs of one queue, one after the other as slots get free.
    async fn dispatch(self: Arc<Self>, queue: &'static str, concurrent: usize) {
        let slots = Arc::new(Semaphore::new(concurrent));
        while !self.stopping.is_cancelled() {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let slot = tokio::select! {
                slot = Arc::clone(&slots).acquire_owned() => slot.expect("the slots are never closed"),
                () = self.stopping.cancelled() => return,
            };
            let wait = match self.start_next(queue, slot).await {
                Ok(None) => continue,
                Ok(Some(wait)) => wait,
                Err(error) => {
                    tracing::warn!(queue, %error, "queue {queue} waits for the store: {error}");
                    STORE_WAIT
                }
            };
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(wait) => {}
                () = self.stopping.cancelled() => return,
            }
        }
    }

    /// Starts the next due job; `Some` says how long there is none.
    async fn start_next(
        self: &Arc<Self>,
        queue: &'static str,
        slot: OwnedSemaphorePermit,
    ) -> Result<Option<Duration>, StoreError> {
        let now = self.env.clock.now();
        let due = self.store.read_now(|r| read::next_due(r, queue))?;
        let Some(due) = due else { return Ok(Some(TICK)) };
        if due > now {
            let wait = Duration::try_from(due.duration_since(now)).unwrap_or(TICK);
            return Ok(Some(wait.min(TICK)));
        }
        if let Some((id, job)) = self.store.write(move |tx| write::claim(tx, queue, now)).await? {
            let inner = Arc::clone(self);
            self.tasks.spawn(async move {
                inner.run(id, job).await;
                drop(slot);
            });
        }
        Ok(None)
    }

    /// Runs one try of a job and records how it ended.
    async fn run(self: Arc<Self>, id: JobId, job: StoredJob) {
        let cancel = self.stopping.child_token();
        let view = job.view(id);
        self.running().insert(
            id,
            Running {
                cancel: cancel.clone(),
                view,
                told: None,
            },
        );
        // Called off after it was taken and before it was known here.
        if let Ok(true) = self.store.read_now(|r| read::is_cancelled(r, id)) {
            cancel.cancel();
        }
        let outcome = self.handle(id, &job, cancel).await;
        if let Err(error) = &outcome {
            tracing::info!(job.id = %id, job.kind = %job.kind, "job {id} ({}) did not succeed: {error}", job.kind);
        }
        self.record(id, &job, outcome).await;
        self.running().remove(&id);
        self.changed.notify_waiters();
    }

    async fn handle(
        self: &Arc<Self>,
        id: JobId,
        job: &StoredJob,
        cancel: CancellationToken,
    ) -> Result<Done, JobError> {
        let Some(kind) = self.kinds.get(job.kind.as_str()) else {
            return Err(JobError::Permanent(format!(
                "this program knows no jobs of kind {}",
                job.kind
            )));
        };
        let cx = JobCx {
            inner: Arc::clone(self),
            id,
            cancel,
        };
        let handled = (kind.run)(&job.payload, cx)?;
        // A task of its own, so that a panic ends in the join.
        let mut task = JoinSet::new();
        task.spawn(handled);
        match task.join_next().await {
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) => {
                let text = match error.try_into_panic() {
                    Ok(panic) => panic_text(&*panic).to_owned(),
                    Err(error) => error.to_string(),
                };
                tracing::error!(job.id = %id, "job {id} ({}) panicked: {text}", job.kind);
                Err(JobError::retry(format_args!("it failed unexpectedly: {text}")))
            }
            None => Err(JobError::Interrupted),
        }
    }

    /// Stores how a try ended, again and again while the store takes no writes.
    async fn record(&self, id: JobId, job: &StoredJob, outcome: Result<Done, JobError>) {
        let (done, total) = self
            .running()
            .get(&id)
            .map_or((0, None), |r| (r.view.done, r.view.total));
        let jitter = self.env.entropy.jitter(back_off(job.tries) / 4);
        loop {
            let (outcome, now) = (outcome.clone(), self.env.clock.now());
            let ended = Ended {
                outcome,
                done,
                total,
                now,
                jitter,
            };
            match self.store.write(move |tx| write::finish(tx, id, ended)).await {
                Ok(()) | Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, "the end of job {id} is not stored yet: {error}");
                    self.tell_trouble(id, &error);
                }
            }
            tokio::select! {
                () = tokio::time::sleep(STORE_WAIT) => {}
                () = self.stopping.cancelled() => return,
            }
        }
    }

    /// Tells those who watch a job why it does not get on.
    fn tell_trouble(&self, id: JobId, trouble: &StoreError) {
        let mut running = self.running();
        let Some(job) = running.get_mut(&id) else { return };
        job.view.error = Some(format!("waiting: {trouble}"));
        let message = outgoing(&job.view, "progress");
        drop(running);
        self.bus.send([message]);
    }

    /// Looks after schedules and old jobs.
    async fn tick(self: Arc<Self>) {
        loop {
            if let Err(error) = self.run_schedules().await {
                tracing::warn!(%error, "schedules wait for the store: {error}");
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = self.stopping.cancelled() => return,
            }
        }
    }

    async fn run_schedules(self: &Arc<Self>) -> Result<(), StoreError> {
        let inner = Arc::clone(self);
        let now = self.env.clock.now();
        let due = self.store.read_now(|r| inner.anything_to_tick(r, now))?;
        if !due {
            return Ok(());
        }
        let run = move |tx: &mut crate::store::Write<'_>| {
            for schedule in &inner.schedules {
                let new = NewJob {
                    now,
                    due: now,
                    ..NewJob::now(&inner.env, None)
                };
                if schedule.run_if_due(tx, new)? {
                    tracing::debug!("schedule {} is due", schedule.name);
                }
            }
            write::purge(tx, now)
        };
        self.store.write(run).await.map(drop)
    }

    /// Whether a tick would change anything: so that an idle program leaves the disk alone.
    fn anything_to_tick(&self, r: &crate::store::Read, now: jiff::Timestamp) -> Result<bool, StoreError> {
        for schedule in &self.schedules {
            if schedule.is_due(r, now)? {
                return Ok(true);
            }
        }
        write::anything_to_purge(r, now)
    }

    #[cfg(any(test, feature = "testkit"))]
    async fn is_quiet(self: &Arc<Self>) -> Result<bool, StoreError> {
        use super::tables::{DUE, RUNNING};
        use crate::store::{Direction, Rows as _, Span};

        if !self.running().is_empty() {
            return Ok(false);
        }
        let now = self.env.clock.now();
        self.store
            .read(move |r| {
                let due = r.scan(DUE, Span::all(), Direction::Forward);
                let due = due
                    .map(|row| row.map(|((_, due, _), ())| due))
                    .any(|due| due.is_ok_and(|due| due <= now));
                Ok(!due && r.len(RUNNING)? == 0)
            })
            .await
    }
}
