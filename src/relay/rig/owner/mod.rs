//! The one task that talks to a radio.

mod connecting;
mod keying;
mod tuning;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::backend::{Backend, Push};
use super::error::{RigError, RigErrorKind};
use super::handle::{Attention, Command};
use super::lease::{Shared, Urgent};
use super::model::{Meters, Reading, RigFacts, RigState, Source};
use super::safety::TxLimits;
use keying::Keyed;
use tuning::Pending;

const VISIBLE: Duration = Duration::from_millis(250);
const BACKGROUND: Duration = Duration::from_secs(1);
const FIRST_RETRY: Duration = Duration::from_millis(250);
/// A whole picture instead of a quick one, every so many polls.
const WHOLE_EVERY: u64 = 20;

/// Where news of the radio go.
#[derive(Debug)]
pub(super) struct Outlets {
    pub(super) state: watch::Sender<RigState>,
    pub(super) facts: watch::Sender<RigFacts>,
    pub(super) meters: watch::Sender<Meters>,
}

/// The owner of a radio: its backend, its queue, its lease.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that do not depend on each other"
)]
pub(super) struct Owner {
    backend: Backend,
    commands: mpsc::Receiver<Command>,
    deaf: bool,
    out: Outlets,
    limits: watch::Receiver<TxLimits>,
    attention: Arc<Attention>,
    connected: bool,
    was_connected: bool,
    retry_at: Instant,
    retry_after: Duration,
    last_error: Option<RigError>,
    silences: u32,
    pending: Option<Pending>,
    others: VecDeque<Command>,
    next_move: Instant,
    next_poll: Instant,
    polls: u64,
    read_at: Option<Instant>,
    split_is_ours: bool,
    keyed: Keyed,
}

/// Runs until all handles are gone or it is told to end; the transmitter is off then.
pub(super) async fn run(mut owner: Owner, mut urgent: mpsc::UnboundedReceiver<Urgent>) {
    owner.recall_marker().await;
    let done = loop {
        let lease = owner.lease();
        tokio::select! {
            biased;
            next = urgent.recv() => match next {
                Some(Urgent::Release(id, answer)) => owner.release(id, answer).await,
                Some(Urgent::Shutdown(done)) => break Some(done),
                None => break None,
            },
            () = run_out(lease) => owner.end_overdue_lease().await,
            ended = AssertUnwindSafe(owner.step()).catch_unwind() => if ended.is_err() {
                tracing::error!(device = owner.backend.device(), "a bug at the radio; connecting anew");
                owner.lost(RigError::new(RigErrorKind::Garbled, owner.backend.device(), "a fault in the relay")).await;
            },
        }
    };
    if owner.keyed.may_be_on() {
        let _ = owner.unkey().await;
    }
    owner.backend.close().await;
    drop(owner);
    if let Some(done) = done {
        let _ = done.send(());
    }
}

/// Sleeps until then, or for ever.
async fn until(then: Option<Instant>) {
    match then {
        Some(then) => sleep_until(then).await,
        None => std::future::pending().await,
    }
}

/// Waits until a lease has run out, however often it is renewed; for ever without one.
async fn run_out(lease: Option<Arc<Shared>>) {
    let Some(lease) = lease else {
        return std::future::pending().await;
    };
    while Instant::now() < lease.until() {
        sleep_until(lease.until()).await;
    }
}

impl Owner {
    /// The owner of a radio that is not connected yet.
    pub(super) fn new(
        backend: Backend,
        commands: mpsc::Receiver<Command>,
        out: Outlets,
        limits: watch::Receiver<TxLimits>,
        attention: Arc<Attention>,
        marker: Option<PathBuf>,
    ) -> Self {
        let now = Instant::now();
        Self {
            backend,
            commands,
            deaf: false,
            out,
            limits,
            attention,
            connected: false,
            was_connected: false,
            retry_at: now,
            retry_after: FIRST_RETRY,
            last_error: None,
            silences: 0,
            pending: None,
            others: VecDeque::new(),
            next_move: now,
            next_poll: now,
            polls: 0,
            read_at: None,
            split_is_ours: false,
            keyed: Keyed::new(marker),
        }
    }

    /// Does one thing. May be dropped at any time for something urgent.
    async fn step(&mut self) {
        if !self.connected {
            return self.connect_or_wait().await;
        }
        while let Ok(command) = self.commands.try_recv() {
            self.take(command);
        }
        let now = Instant::now();
        if self.keyed.is_overdue(now) {
            let _ = self.unkey().await;
        } else if let Some(command) = self.others.pop_front() {
            if matches!(command, Command::Key { .. }) {
                self.run_pending().await;
            }
            self.execute(command).await;
        } else if self.pending.is_some() && now >= self.next_move {
            self.run_pending().await;
        } else if self.poll_every().is_some() && now >= self.next_poll {
            self.poll().await;
        } else {
            self.wait().await;
        }
    }

    async fn wait(&mut self) {
        let poll = self.poll_every().map(|_| self.next_poll);
        let next_move = self.pending.is_some().then_some(self.next_move);
        let retry = self.keyed.overdue_at();
        let every = self.poll_every();
        tokio::select! {
            biased;
            command = self.commands.recv(), if !self.deaf => match command {
                Some(command) => self.take(command),
                None => self.deaf = true,
            },
            push = self.backend.idle() => match push {
                Push::Changed(reading) => self.publish(reading, Source::Ai),
                Push::Lost(error) => self.lost(error).await,
            },
            () = until(next_move) => {}
            () = until(poll) => {}
            () = until(retry) => {}
            () = self.attention.changed.notified() => {
                // Whoever begins to look does not wait for the slower beat.
                let soon = Instant::now() + self.poll_every().unwrap_or(VISIBLE);
                if every.is_none() || soon < self.next_poll {
                    self.next_poll = self.next_poll.min(soon);
                }
            }
        }
    }

    /// How often the radio is asked now; `None` if nobody looks.
    fn poll_every(&self) -> Option<Duration> {
        let visible = self.attention.visible.load(Ordering::Acquire) > 0;
        if visible || self.keyed.is_leased() {
            Some(VISIBLE)
        } else if self.attention.background.load(Ordering::Acquire) > 0 {
            Some(BACKGROUND)
        } else {
            None
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Tune(tune, since, answer) => match &mut self.pending {
                Some(pending) => pending.overtake(tune, since, answer),
                none => *none = Some(Pending::new(tune, since, answer)),
            },
            other => self.others.push_back(other),
        }
    }

    async fn execute(&mut self, command: Command) {
        match command {
            Command::Tune(tune, since, answer) => {
                self.take(Command::Tune(tune, since, answer));
            }
            Command::Key {
                input,
                heartbeat,
                urgent,
                answer,
            } => {
                let lease = self.key(input, heartbeat, urgent).await;
                // A lease nobody takes is dropped here and thereby given back.
                let _ = answer.send(lease);
            }
            Command::Level(level, value, answer) => {
                let mut result = Ok(());
                if let Some(value) = value {
                    result = self.backend.set_level(level, value).await;
                }
                let result = match result {
                    Ok(()) => self.backend.level(level).await,
                    Err(error) => Err(error),
                };
                self.heed(result.as_ref().err()).await;
                let _ = answer.send(result);
            }
            Command::Refresh(answer) => {
                let result = self.read_all(true).await;
                self.heed(result.as_ref().err()).await;
                let _ = answer.send(result.map(|()| self.out.state.borrow().clone()));
            }
        }
    }

    async fn poll(&mut self) {
        self.next_poll = Instant::now() + self.poll_every().unwrap_or(BACKGROUND);
        self.polls += 1;
        let result = self.read_all(self.polls.is_multiple_of(WHOLE_EVERY)).await;
        self.heed(result.as_ref().err()).await;
        let watched = self.attention.visible.load(Ordering::Acquire) > 0;
        if result.is_ok() && watched && self.commands.is_empty() {
            self.read_meters().await;
        }
    }

    /// Asks all parts. A part that is refused is left as it was; commands that came meanwhile end a quick reading.
    async fn read_all(&mut self, whole: bool) -> Result<(), RigError> {
        let mut reading = Reading::default();
        for part in self.backend.parts(whole) {
            match self.backend.read(*part).await {
                Ok(news) => reading.merge(news),
                Err(error) if error.is_unreachable() => {
                    self.publish(reading, Source::Poll);
                    return Err(error);
                }
                Err(error) => tracing::debug!(%error, ?part, "the radio does not tell"),
            }
            if !whole && !self.commands.is_empty() {
                break;
            }
        }
        if reading.mode.is_some() && reading.frequency.is_some() {
            self.read_at = Some(Instant::now());
        }
        self.silences = 0;
        self.publish(reading, Source::Poll);
        Ok(())
    }

    async fn read_meters(&mut self) {
        let mut meters = Meters::default();
        let transmitting = self.out.state.borrow().ptt;
        for level in Meters::levels(transmitting) {
            if let Ok(value) = self.backend.level(*level).await {
                meters.set(*level, value);
            }
            if !self.backend.is_open() || !self.commands.is_empty() {
                return;
            }
        }
        self.out.meters.send_if_modified(|old| {
            let news = *old != meters;
            *old = meters;
            news
        });
    }

    /// Enters what was read and tells of it if it is news.
    fn publish(&mut self, reading: Reading, source: Source) {
        self.change(
            |state| {
                state.freq_hz = reading.frequency.map(|f| f.get()).or(state.freq_hz);
                state.mode = reading.mode.or(state.mode);
                state.passband_hz = match (reading.passband, reading.mode) {
                    (Some(width), _) => Some(width),
                    (None, Some(mode)) if state.mode != Some(mode) => None,
                    (None, _) => state.passband_hz,
                };
                state.ptt = reading.ptt.unwrap_or(state.ptt);
                state.split = reading.split.unwrap_or(state.split);
                state.tx_freq_hz = match reading.tx_frequency {
                    Some(frequency) => Some(frequency.get()),
                    None if state.split => state.tx_freq_hz,
                    None => None,
                };
                state.source
            },
            source,
        );
    }

    fn change(&mut self, edit: impl FnOnce(&mut RigState) -> Source, source: Source) {
        self.out.state.send_if_modified(|state| {
            let before = state.clone();
            let _ = edit(state);
            if *state == before {
                return false;
            }
            state.source = source;
            state.seq += 1;
            true
        });
    }
}
