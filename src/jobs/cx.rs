//! What a running job may ask and tell: whether to stop, how far it is.
//!
//! Progress told here lives in memory and on the bus. What is stored is stored by the job itself, with the rows it
//! writes, and noted by `jobs::advance` in the same transaction.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::model::{JobError, JobId};
use super::runner::{Inner, outgoing};
use crate::env::Env;
use crate::store::Store;

/// The least time between two messages about one job's progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);

/// What a handler works with.
#[derive(Clone)]
pub(crate) struct JobCx {
    pub(super) inner: Arc<Inner>,
    /// The job's id.
    pub(crate) id: JobId,
    pub(super) cancel: CancellationToken,
}

impl JobCx {
    /// The store.
    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The outside world.
    pub(crate) fn env(&self) -> &Env {
        &self.inner.env
    }

    /// An error to return if the job should stop: it was called off, or the program is stopping. To be asked
    /// between any two steps of work.
    pub(crate) fn check(&self) -> Result<(), JobError> {
        if self.inner.stopping.is_cancelled() {
            Err(JobError::Interrupted)
        } else if self.cancel.is_cancelled() {
            Err(JobError::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Waits until the job should stop; for `select!` around long waits. Follow with `check`.
    #[cfg(test)]
    pub(crate) async fn interrupted(&self) {
        self.cancel.cancelled().await;
    }

    /// Tells how far the work is: to the bus at most four times a second, and at its end.
    pub(crate) fn progress(&self, done: u64, total: Option<u64>) {
        let mut running = self.inner.running();
        let Some(job) = running.get_mut(&self.id) else {
            return;
        };
        job.view.done = done;
        job.view.total = total;
        let now = Instant::now();
        let complete = total == Some(done);
        if !complete && job.told.is_some_and(|told| now - told < PROGRESS_EVERY) {
            return;
        }
        job.told = Some(now);
        let message = outgoing(&job.view, "progress");
        drop(running);
        self.inner.bus.send([message]);
    }
}
