//! A socket's bounded queue of messages to send.
//!
//! Invariant: at most [`ROOM`] bytes wait, a single longer message apart. What had to go is remembered as a
//! range of sequence numbers and told before the next message; so a client either has a message or knows
//! that it lost one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use prometheus_client::metrics::counter::Counter;
use tokio::sync::Notify;

use super::{Closing, GapText};

/// Bytes that may wait for one client: some seconds of a busy band.
const ROOM: usize = 256 << 10;

/// The sending end; clones are the same queue.
#[derive(Clone)]
pub(crate) struct Outbox {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    filled: Notify,
    emptied: Notify,
    gap: GapText,
    dropped: Counter,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<(Utf8Bytes, Option<u64>)>,
    bytes: usize,
    lost: Option<(u64, u64)>,
    closing: Option<Closing>,
}

impl Outbox {
    pub(super) fn new(gap: GapText, dropped: Counter) -> Self {
        let shared = Shared {
            queue: Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
            gap,
            dropped,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Queues a message, at the cost of the oldest ones when there is no room. Never waits.
    pub(crate) fn push(&self, text: impl Into<Utf8Bytes>, seq: Option<u64>) {
        let text = text.into();
        let mut queue = self.lock();
        while queue.bytes + text.len() > ROOM {
            let Some((old, seq)) = queue.messages.pop_front() else {
                break;
            };
            queue.bytes -= old.len();
            self.shared.dropped.inc();
            if let Some(seq) = seq {
                let (first, last) = queue.lost.unwrap_or((seq, seq));
                queue.lost = Some((first.min(seq), last.max(seq)));
            }
        }
        queue.bytes += text.len();
        queue.messages.push_back((text, seq));
        drop(queue);
        self.shared.filled.notify_one();
    }

    /// Queues a message when there is room for it, so that nothing is lost: for replays.
    pub(crate) async fn send(&self, text: impl Into<Utf8Bytes>, seq: Option<u64>) {
        let text = text.into();
        loop {
            let emptied = self.shared.emptied.notified();
            let waiting = self.lock().bytes;
            if waiting == 0 || waiting + text.len() <= ROOM / 2 {
                break;
            }
            emptied.await;
        }
        self.push(text, seq);
    }

    /// Tells the client of lost messages that were never queued here, such as those a ring no longer holds.
    pub(crate) fn lost(&self, first: u64, last: u64) {
        self.push((self.shared.gap)(first, last), None);
    }

    /// Closes the socket after what is queued.
    pub(crate) fn close(&self, closing: Closing) {
        self.lock().closing = Some(closing);
        self.shared.filled.notify_one();
    }

    pub(super) async fn filled(&self) {
        self.shared.filled.notified().await;
    }

    /// Everything that waits, the gap first, and whether the socket is to be closed after it.
    pub(super) fn take(&self) -> (Vec<Utf8Bytes>, Option<Closing>) {
        let mut queue = self.lock();
        let gap = queue
            .lost
            .take()
            .map(|(first, last)| Utf8Bytes::from((self.shared.gap)(first, last)));
        let waiting = std::mem::take(&mut queue.messages);
        queue.bytes = 0;
        let closing = queue.closing;
        drop(queue);
        self.shared.emptied.notify_waiters();
        (
            gap.into_iter()
                .chain(waiting.into_iter().map(|(text, _)| text))
                .collect(),
            closing,
        )
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
