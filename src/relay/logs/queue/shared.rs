//! The queue between tasks: its disk is waited for on threads that may wait.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::{Notify, watch};

use super::{Draft, Item, Queue, QueueError, Row, Sums};

/// A handle; clones are the same queue.
#[derive(Debug, Clone)]
pub(crate) struct SharedQueue {
    queue: Arc<Mutex<Queue>>,
    changed: Arc<Notify>,
    sums: watch::Sender<Sums>,
}

impl SharedQueue {
    /// Shares a queue.
    pub(crate) fn new(queue: Queue) -> Self {
        let sums = watch::Sender::new(queue.sums());
        Self {
            queue: Arc::new(Mutex::new(queue)),
            changed: Arc::default(),
            sums,
        }
    }

    /// Looks at the queue, without waiting for more than a moment's work.
    pub(crate) async fn read<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Queue) -> R + Send + 'static,
    ) -> Result<R, QueueError> {
        self.with(move |queue| work(queue)).await
    }

    /// Changes it; see [`Queue::change`].
    pub(crate) async fn change<R: Send + 'static>(
        &self,
        now: Timestamp,
        work: impl FnOnce(&mut Draft<'_>) -> R + Send + 'static,
    ) -> Result<R, QueueError> {
        let result = self.with(move |queue| queue.change(now, work)).await?;
        self.changed.notify_one();
        result
    }

    /// Notes what needs no place on the disk; see [`Queue::note`].
    pub(crate) async fn note(
        &self,
        number: u64,
        work: impl FnOnce(&mut Item) + Send + 'static,
    ) -> Result<(), QueueError> {
        self.with(move |queue| queue.note(number, work)).await
    }

    async fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Queue) -> R + Send + 'static,
    ) -> Result<R, QueueError> {
        let (shared, sums) = (Arc::clone(&self.queue), self.sums.clone());
        let work = move || {
            let mut queue = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let result = work(&mut queue);
            let now = queue.sums();
            sums.send_if_modified(|known| std::mem::replace(known, now) != now);
            result
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| QueueError::Stopped)
    }

    /// Until something was changed since the last time this was waited for.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// How many contacts wait, as it changes.
    pub(crate) fn sums(&self) -> watch::Receiver<Sums> {
        self.sums.subscribe()
    }

    /// The list for people; see [`Queue::rows`].
    pub(crate) async fn rows(&self, limit: usize, open_only: bool) -> Result<Vec<Row>, QueueError> {
        self.read(move |queue| queue.rows(limit, open_only)).await
    }

    /// Has a refused contact tried again; `None`: all of them. Gives how many.
    pub(crate) async fn try_again(&self, number: Option<u64>, now: Timestamp) -> Result<usize, QueueError> {
        let refused = move |queue: &Queue| -> Result<Vec<u64>, QueueError> {
            match number {
                Some(number) => queue
                    .get(number)
                    .map(|_| vec![number])
                    .ok_or(QueueError::Unknown(number)),
                None => Ok(queue
                    .items()
                    .filter(|i| i.failure.is_some())
                    .map(|i| i.number)
                    .collect()),
            }
        };
        let numbers = self.read(refused).await??;
        let again = move |draft: &mut Draft<'_>| {
            let items: Vec<Item> = numbers.iter().filter_map(|number| draft.get(*number)).collect();
            let count = items.len();
            for mut item in items {
                item.try_again();
                draft.put(item);
            }
            count
        };
        self.change(now, again).await
    }

    /// Gives a contact up: what was not sent never is, and what the server has stays as it is there.
    pub(crate) async fn give_up(&self, number: u64, now: Timestamp) -> Result<(), QueueError> {
        let give_up = move |draft: &mut Draft<'_>| {
            let mut item = draft.get(number).ok_or(QueueError::Unknown(number))?;
            if item.id.is_some() {
                item.contact = item.sent.clone().unwrap_or(item.contact);
                item.unwanted = false;
            } else {
                item.sent = None;
                item.unwanted = true;
            }
            item.try_again();
            draft.put(item);
            Ok(())
        };
        self.change(now, give_up).await?
    }
}
