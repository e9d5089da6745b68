//! The handle by which the rest of the relay reaches the radio.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

use super::backend::{Backend, BackendSettings};
use super::error::{RigError, RigErrorKind};
use super::lease::{PttInput, PttLease, Urgent};
use super::model::{Level, Meters, RigFacts, RigState, Tune};
use super::owner::{self, Owner};
use super::safety::TxLimits;

/// Requests that wait at once; more wait at the door.
const QUEUE: usize = 1_024;

/// How a radio is kept.
#[derive(Debug, Clone)]
pub(crate) struct RigOptions {
    /// How it is reached.
    pub(crate) backend: BackendSettings,
    /// Where it may transmit.
    pub(crate) limits: TxLimits,
    /// A file that exists while the transmitter is keyed, so that a relay that was killed unkeys when it comes back.
    pub(crate) keyed_marker: Option<PathBuf>,
}

/// What the owner of the radio is asked for.
#[derive(Debug)]
pub(super) enum Command {
    /// Move the radio.
    Tune(Tune, Instant, oneshot::Sender<Result<RigState, RigError>>),
    /// Key the transmitter.
    Key {
        input: PttInput,
        heartbeat: Duration,
        urgent: mpsc::UnboundedSender<Urgent>,
        answer: oneshot::Sender<Result<PttLease, RigError>>,
    },
    /// Read a level, or set it if a value is given.
    Level(Level, Option<f64>, oneshot::Sender<Result<f64, RigError>>),
    /// Read everything now.
    Refresh(oneshot::Sender<Result<RigState, RigError>>),
}

/// Who looks at the radio: decides how often it is asked.
#[derive(Debug, Default)]
pub(super) struct Attention {
    /// Listeners that show it to somebody now.
    pub(super) visible: AtomicUsize,
    /// Other listeners.
    pub(super) background: AtomicUsize,
    /// Told when the numbers change.
    pub(super) changed: Notify,
}

/// Keeps the radio being asked, four times a second or once; ends when dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    attention: Arc<Attention>,
    visible: bool,
}

impl Listener {
    fn counter(&self) -> &AtomicUsize {
        if self.visible {
            &self.attention.visible
        } else {
            &self.attention.background
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.counter().fetch_sub(1, Ordering::AcqRel);
        self.attention.changed.notify_one();
    }
}

/// A radio. Clones are the same radio; when the last is gone the transmitter is off and the device closed.
#[derive(Debug, Clone)]
pub(crate) struct Rig {
    commands: mpsc::Sender<Command>,
    urgent: mpsc::UnboundedSender<Urgent>,
    state: watch::Receiver<RigState>,
    facts: watch::Receiver<RigFacts>,
    meters: watch::Receiver<Meters>,
    limits: Arc<watch::Sender<TxLimits>>,
    attention: Arc<Attention>,
    device: Arc<str>,
}

impl Rig {
    /// Starts the owner of a radio on the present runtime; it connects by itself, again and again.
    pub(crate) fn start(options: RigOptions) -> Self {
        let backend = Backend::new(&options.backend);
        Self::start_with(backend, options.limits, options.keyed_marker)
    }

    /// Starts the owner of a radio that is reached by a backend made elsewhere.
    pub(crate) fn start_with(backend: Backend, limits: TxLimits, keyed_marker: Option<PathBuf>) -> Self {
        let (commands, incoming) = mpsc::channel(QUEUE);
        let (urgent, urgencies) = mpsc::unbounded_channel();
        let (state_out, state) = watch::channel(RigState::default());
        let (facts_out, facts) = watch::channel(RigFacts::default());
        let (meters_out, meters) = watch::channel(Meters::default());
        let (limits_in, limits) = watch::channel(limits);
        let attention = Arc::new(Attention::default());
        let device: Arc<str> = backend.device().into();
        let owner = Owner::new(
            backend,
            incoming,
            owner::Outlets {
                state: state_out,
                facts: facts_out,
                meters: meters_out,
            },
            limits,
            Arc::clone(&attention),
            keyed_marker,
        );
        tokio::spawn(owner::run(owner, urgencies));
        Self {
            commands,
            urgent,
            state,
            facts,
            meters,
            limits: Arc::new(limits_in),
            attention,
            device,
        }
    }

    /// Moves the radio and answers with what was read back. A request overtaken by a newer one is answered with the
    /// state after the newer one. Refused while the radio transmits.
    pub(crate) async fn tune(&self, tune: Tune) -> Result<RigState, RigError> {
        self.ask(|answer| Command::Tune(tune, Instant::now(), answer))
            .await
    }

    /// Keys the transmitter, if the limits allow it where it stands. The lease must be renewed within `heartbeat`
    /// (10 s at most) and ends after three minutes in any case.
    pub(crate) async fn key(&self, input: PttInput, heartbeat: Duration) -> Result<PttLease, RigError> {
        let urgent = self.urgent.clone();
        self.ask(|answer| Command::Key {
            input,
            heartbeat,
            urgent,
            answer,
        })
        .await
    }

    /// Reads a level.
    pub(crate) async fn level(&self, level: Level) -> Result<f64, RigError> {
        self.ask(|answer| Command::Level(level, None, answer)).await
    }

    /// Sets a level and answers with what was read back.
    pub(crate) async fn set_level(&self, level: Level, value: f64) -> Result<f64, RigError> {
        self.ask(|answer| Command::Level(level, Some(value), answer))
            .await
    }

    /// Reads everything from the radio now, whoever listens.
    pub(crate) async fn refresh(&self) -> Result<RigState, RigError> {
        self.ask(Command::Refresh).await
    }

    /// The state: the last known, and told when it changes. Looking does not make the radio be asked; see [`Rig::listen`].
    pub(crate) fn state(&self) -> watch::Receiver<RigState> {
        self.state.clone()
    }

    /// What the radio can do; empty until it was reached.
    pub(crate) fn facts(&self) -> watch::Receiver<RigFacts> {
        self.facts.clone()
    }

    /// The meters. They are read while somebody listens visibly: the signal's strength, or power and standing waves
    /// while it transmits.
    pub(crate) fn meters(&self) -> watch::Receiver<Meters> {
        self.meters.clone()
    }

    /// Makes the radio be asked while the listener lives: four times a second if `visible`, else once.
    pub(crate) fn listen(&self, visible: bool) -> Listener {
        let listener = Listener {
            attention: Arc::clone(&self.attention),
            visible,
        };
        listener.counter().fetch_add(1, Ordering::AcqRel);
        self.attention.changed.notify_one();
        listener
    }

    /// Changes where the radio may transmit, from the next time it is keyed.
    pub(crate) fn set_limits(&self, limits: TxLimits) {
        self.limits.send_replace(limits);
    }

    /// The device in words: `rigctld at 127.0.0.1:4532`.
    pub(crate) fn device(&self) -> &str {
        &self.device
    }

    /// Turns the transmitter off and closes the device. Called at the end of the program, before anything slow.
    pub(crate) async fn shutdown(&self) {
        let (done, answer) = oneshot::channel();
        if self.urgent.send(Urgent::Shutdown(done)).is_ok() {
            // No answer means that the owner is gone, which is what was asked for.
            let _ = answer.await;
        }
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, RigError>>) -> Command,
    ) -> Result<T, RigError> {
        let (answer, answered) = oneshot::channel();
        let stopped = || RigError::new(RigErrorKind::Stopped, &self.device, "the relay is ending");
        self.commands.send(command(answer)).await.map_err(|_| stopped())?;
        answered.await.unwrap_or_else(|_| {
            Err(RigError::new(
                RigErrorKind::Expired,
                &self.device,
                "the command was given up for one that could not wait",
            ))
        })
    }
}
