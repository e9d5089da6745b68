//! What a client has said and the code behind its socket has not yet heard.
//!
//! Empty it takes next to no memory, unlike a channel; that is why it is not one.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tungstenite::Utf8Bytes;

/// Messages that may wait; then the client's are no longer read.
const MOST: usize = 16;

/// A client's messages, in order.
#[derive(Default)]
pub(super) struct Inbox {
    messages: Mutex<Messages>,
    changed: Notify,
}

#[derive(Default)]
struct Messages {
    waiting: VecDeque<Utf8Bytes>,
    ended: bool,
}

enum Taken {
    Text(Utf8Bytes),
    Nothing,
    Ended,
}

impl Messages {
    fn take(&mut self) -> Taken {
        match self.waiting.pop_front() {
            Some(text) => {
                if self.waiting.is_empty() {
                    self.waiting = VecDeque::new();
                }
                Taken::Text(text)
            }
            None if self.ended => Taken::Ended,
            None => Taken::Nothing,
        }
    }
}

impl Inbox {
    /// Waits for room and adds a message.
    pub(super) async fn put(&self, text: Utf8Bytes) {
        loop {
            let changed = self.changed.notified();
            if self.lock().waiting.len() < MOST {
                break;
            }
            changed.await;
        }
        // Nobody else adds any.
        self.lock().waiting.push_back(text);
        self.changed.notify_waiters();
    }

    /// The next message; `None` when there will be no more. Cancel safe.
    pub(super) async fn next(&self) -> Option<Utf8Bytes> {
        loop {
            let changed = self.changed.notified();
            match self.lock().take() {
                Taken::Text(text) => {
                    self.changed.notify_waiters();
                    return Some(text);
                }
                Taken::Ended => return None,
                Taken::Nothing => {}
            }
            changed.await;
        }
    }

    /// There will be no more.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Messages> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
