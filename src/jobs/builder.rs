//! What is to be run, collected before anything runs: a handler for each kind of job, queues, schedules.
//!
//! Domains register here; the application starts it once. How jobs are run is the runner's.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::cx::JobCx;
use super::model::{Done, Job, JobError};
use super::schedule::Schedule;
use crate::bus::Bus;
use crate::env::Env;
use crate::store::Store;

pub(super) type Handled = Pin<Box<dyn Future<Output = Result<Done, JobError>> + Send>>;
pub(super) type Handler = Arc<dyn Fn(&str, JobCx) -> Result<Handled, JobError> + Send + Sync>;

/// What is known of a kind of job.
pub(super) struct Kind {
    pub(super) run: Handler,
    pub(super) cancellable: bool,
}

/// Collects handlers and schedules before the runner starts.
pub(crate) struct JobsBuilder {
    pub(super) store: Store,
    pub(super) env: Env,
    pub(super) bus: Bus,
    pub(super) kinds: HashMap<&'static str, Kind>,
    pub(super) queues: BTreeMap<&'static str, usize>,
    pub(super) schedules: Vec<Schedule>,
}

impl JobsBuilder {
    /// Nothing to run yet.
    pub(crate) fn new(store: Store, env: Env, bus: Bus) -> Self {
        Self {
            store,
            env,
            bus,
            kinds: HashMap::new(),
            queues: BTreeMap::new(),
            schedules: Vec::new(),
        }
    }

    /// Runs jobs of kind `J` with `handler`, which captures what it works with.
    #[must_use]
    pub(crate) fn register<J, F, R>(mut self, handler: F) -> Self
    where
        J: Job,
        F: Fn(J, JobCx) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Done, JobError>> + Send + 'static,
    {
        let run = move |payload: &str, cx: JobCx| -> Result<Handled, JobError> {
            let job = serde_json::from_str(payload);
            let job = job.map_err(|e| JobError::Permanent(format!("the stored job does not read: {e}")))?;
            Ok(Box::pin(handler(job, cx)))
        };
        let kind = Kind {
            run: Arc::new(run),
            cancellable: J::CANCELLABLE,
        };
        self.kinds.insert(J::KIND, kind);
        self.queues.entry(J::QUEUE).or_insert(1);
        self
    }

    /// Lets `concurrent` jobs of a queue run at a time; the default is one.
    #[must_use]
    pub(crate) fn queue(mut self, name: &'static str, concurrent: usize) -> Self {
        self.queues.insert(name, concurrent.max(1));
        self
    }

    /// Asks for a job in a rhythm.
    #[must_use]
    pub(crate) fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedules.push(schedule);
        self
    }
}
