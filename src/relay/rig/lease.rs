//! The right to transmit: a lease that ends by itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::error::RigError;

/// Longest a lease lives without a sign of its holder.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(10);
/// Longest anybody transmits in one go, whatever the holder says.
pub(crate) const LONGEST: Duration = Duration::from_mins(3);

/// What is transmitted: where the radio takes its modulation from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PttInput {
    /// As the radio is set.
    #[default]
    Any,
    /// The microphone.
    Mic,
    /// The data input.
    Data,
}

/// What must not wait behind other commands.
#[derive(Debug)]
pub(super) enum Urgent {
    /// The lease is given back; the answer tells when the transmitter is off.
    Release(u64, Option<oneshot::Sender<Result<(), RigError>>>),
    /// The relay ends: transmitter off, device closed.
    Shutdown(oneshot::Sender<()>),
}

/// What holder and owner both see of a lease.
#[derive(Debug)]
pub(super) struct Shared {
    until: Mutex<Instant>,
    over: AtomicBool,
    last: Instant,
    heartbeat: Duration,
}

impl Shared {
    /// A lease from now on.
    pub(super) fn new(heartbeat: Duration) -> Arc<Self> {
        let now = Instant::now();
        let heartbeat = heartbeat.min(HEARTBEAT);
        Arc::new(Self {
            until: Mutex::new(now + heartbeat),
            over: AtomicBool::new(false),
            last: now + LONGEST,
            heartbeat,
        })
    }

    /// When it ends if nothing is heard.
    pub(super) fn until(&self) -> Instant {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the holder that it is over.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Release);
    }
}

/// A keyed transmitter. Dropping it unkeys; so does silence for longer than the heartbeat, and three minutes in all.
#[derive(Debug)]
pub(crate) struct PttLease {
    id: u64,
    shared: Arc<Shared>,
    urgent: mpsc::UnboundedSender<Urgent>,
    given_back: bool,
}

impl PttLease {
    pub(super) fn new(id: u64, shared: Arc<Shared>, urgent: mpsc::UnboundedSender<Urgent>) -> Self {
        Self {
            id,
            shared,
            urgent,
            given_back: false,
        }
    }

    /// A sign of life of the holder; `false` if the lease is over.
    pub(crate) fn renew(&self) -> bool {
        if self.is_over() {
            return false;
        }
        let until = (Instant::now() + self.shared.heartbeat).min(self.shared.last);
        *self.shared.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
        true
    }

    /// Whether the transmitter was unkeyed without the holder's doing.
    pub(crate) fn is_over(&self) -> bool {
        self.shared.over.load(Ordering::Acquire)
    }

    /// Unkeys and waits until the radio has done so.
    pub(crate) async fn release(mut self) -> Result<(), RigError> {
        self.given_back = true;
        let (done, answer) = oneshot::channel();
        if self.urgent.send(Urgent::Release(self.id, Some(done))).is_err() {
            return Ok(());
        }
        answer.await.unwrap_or(Ok(()))
    }
}

impl Drop for PttLease {
    fn drop(&mut self) {
        if !self.given_back {
            // An owner that is gone has unkeyed when it went.
            let _ = self.urgent.send(Urgent::Release(self.id, None));
        }
    }
}
