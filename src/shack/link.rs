//! One radio's link, seen from the appliance: what its relay last said, and the wishes it has not yet answered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use super::error::Error;
use super::model::{
    Meters, QueueSums, RelayFault, RigFacts, RigState, RotateWish, RotatorState, TuneWish, Tuned,
};
use super::wire::{Hello, Told};
use crate::identity::{AccountId, Actor};
use crate::web::{Closing, Remote};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Time between two tunes on their way to a relay; those between are overlaid, the newest last.
const PAUSE: Duration = Duration::from_millis(20);
/// Wishes that may wait for a relay's answer.
const MOST_WAITING: usize = 512;

/// What came of a wish; no answer at all when the link ended.
type Answer = Result<Tuned, RelayFault>;
type Asker = oneshot::Sender<Answer>;

/// What a relay last said.
#[derive(Debug, Clone, Default)]
pub(super) struct Latest {
    pub(super) state: RigState,
    pub(super) facts: RigFacts,
    pub(super) meters: Option<Meters>,
    pub(super) queue: Option<QueueSums>,
    pub(super) rotator: Option<RotatorState>,
}

/// A radio that is connected.
pub(super) struct Link {
    pub(super) account: AccountId,
    /// Who connected it, by which key.
    pub(super) actor: Actor,
    /// The radio's name at its account.
    pub(super) name: String,
    /// The relay's version.
    pub(super) version: String,
    pub(super) since: Timestamp,
    begun: Instant,
    remote: Remote,
    latest: Mutex<Latest>,
    outbox: Mutex<Outbox>,
}

#[derive(Default)]
struct Outbox {
    /// Number of the last wish.
    last: u64,
    /// Wishes on their way, with when they were sent.
    waiting: HashMap<u64, (Instant, Vec<Asker>)>,
    /// The next tune, which must not go yet.
    pending: Option<(TuneWish, Vec<Asker>)>,
    /// When the last tune went.
    tuned: Option<Instant>,
    /// Whether there is nobody any more who could answer.
    ended: bool,
}

impl Link {
    /// A radio whose relay has said hello on a socket.
    pub(super) fn new(
        (account, actor): (AccountId, Actor),
        hello: Hello,
        remote: Remote,
        since: Timestamp,
    ) -> Self {
        Self {
            account,
            actor,
            name: hello.name,
            version: hello.version.chars().take(40).collect(),
            since,
            begun: Instant::now(),
            remote,
            latest: Mutex::new(Latest {
                facts: hello.facts,
                ..Latest::default()
            }),
            outbox: Mutex::default(),
        }
    }

    /// What the relay last said.
    pub(super) fn latest(&self) -> Latest {
        self.lock_latest().clone()
    }

    /// Notes what the relay says.
    pub(super) fn note(&self, change: impl FnOnce(&mut Latest)) {
        change(&mut self.lock_latest());
    }

    /// Moves the radio; what was read back.
    pub(super) async fn tune(self: &Arc<Self>, wish: TuneWish) -> Result<Tuned, Error> {
        let (asker, answer) = oneshot::channel();
        self.take(wish, asker);
        self.answered(answer).await
    }

    /// Turns the rotator; done when it has begun to.
    pub(super) async fn rotate(&self, wish: &RotateWish) -> Result<(), Error> {
        let (asker, answer) = oneshot::channel();
        let sent_ms = self.sent_ms();
        self.lock_outbox().send(vec![asker], |id| {
            self.remote.push(&Told::Rotate { id, sent_ms, wish }.text());
        });
        self.answered(answer).await.map(drop)
    }

    /// Says whether anybody looks at the radio.
    pub(super) fn watch(&self, visible: bool) {
        let sent_ms = self.sent_ms();
        self.remote.push(&Told::Watch { visible, sent_ms }.text());
    }

    /// Says that it is taken in.
    pub(super) fn welcome(&self, account: &str) {
        let sent_ms = self.sent_ms();
        self.remote.push(&Told::Welcome { account, sent_ms }.text());
    }

    /// The relay has answered a wish; an answer to none, or to one that nobody waits for any more, is passed over.
    pub(super) fn answer(&self, id: u64, answer: &Answer) {
        let askers = self.lock_outbox().waiting.remove(&id);
        for asker in askers.map(|(_, askers)| askers).unwrap_or_default() {
            // Whoever has stopped waiting hears nothing.
            let _ = asker.send(answer.clone());
        }
    }

    /// Closes the connection.
    pub(super) fn close(&self, closing: Closing) {
        self.remote.close(closing);
    }

    /// Nobody answers any more.
    pub(super) fn end(&self) {
        let mut outbox = self.lock_outbox();
        outbox.ended = true;
        outbox.waiting.clear();
        outbox.pending = None;
    }

    async fn answered(&self, answer: oneshot::Receiver<Answer>) -> Result<Tuned, Error> {
        match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer.map_err(Error::Relay),
            Ok(Err(_)) => Err(Error::Away(self.name.clone())),
            Err(_) => {
                self.lock_outbox().forget_old(Instant::now());
                Err(Error::Silent(self.name.clone()))
            }
        }
    }

    /// Sends a tune, or overlays the one that waits for its time.
    fn take(self: &Arc<Self>, wish: TuneWish, asker: Asker) {
        let mut outbox = self.lock_outbox();
        if let Some((older, mut askers)) = outbox.pending.take() {
            askers.push(asker);
            outbox.pending = Some((older.followed_by(wish), askers));
            return;
        }
        let due = outbox.tuned.map(|tuned| tuned + PAUSE);
        match due.filter(|due| *due > Instant::now()) {
            None => self.send(&mut outbox, &wish, vec![asker]),
            Some(due) if !outbox.ended => {
                outbox.pending = Some((wish, vec![asker]));
                let link = Arc::clone(self);
                tokio::spawn(async move {
                    sleep_until(due).await;
                    let mut outbox = link.lock_outbox();
                    if let Some((wish, askers)) = outbox.pending.take() {
                        link.send(&mut outbox, &wish, askers);
                    }
                });
            }
            Some(_) => {}
        }
    }

    fn send(&self, outbox: &mut Outbox, wish: &TuneWish, askers: Vec<Asker>) {
        let sent_ms = self.sent_ms();
        outbox.tuned = Some(Instant::now());
        outbox.send(askers, |id| {
            self.remote.push(&Told::Tune { id, sent_ms, wish }.text());
        });
    }

    fn sent_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock_latest(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox {
    /// Sends a wish by its number; the askers are let go unanswered where nobody could answer.
    fn send(&mut self, askers: Vec<Asker>, push: impl FnOnce(u64)) {
        let now = Instant::now();
        self.forget_old(now);
        if self.ended || self.waiting.len() >= MOST_WAITING {
            return;
        }
        self.last += 1;
        self.waiting.insert(self.last, (now, askers));
        push(self.last);
    }

    fn forget_old(&mut self, now: Instant) {
        self.waiting
            .retain(|_, (sent, _)| now.duration_since(*sent) < PATIENCE);
    }
}
