//! The ways to a radio behind one face.

use std::time::Duration;

use super::error::RigError;
use super::lease::PttInput;
use super::mode::RigMode;
use super::model::{Level, Part, Reading, RigFacts, SplitWish};
use super::rigctld::Client;
use super::serial::Radio;
use crate::ham::freq::Hertz;

pub(crate) use super::serial::SerialSettings;

/// How a radio is reached.
#[derive(Debug, Clone)]
pub(crate) enum BackendSettings {
    /// By Hamlib's daemon at an address: `127.0.0.1:4532`.
    Rigctld(String),
    /// By a serial port.
    Serial(SerialSettings),
}

/// A way to a radio. Commands come one at a time; one that is dropped half-way leaves the backend able to go on.
#[derive(Debug)]
pub(crate) enum Backend {
    /// Hamlib's daemon.
    Rigctld(Box<Client>),
    /// A serial port.
    Serial(Box<Radio>),
}

/// What a radio tells unasked.
#[derive(Debug)]
pub(crate) enum Push {
    /// It was changed by hand.
    Changed(Reading),
    /// It is gone.
    Lost(RigError),
}

macro_rules! each {
    ($self:ident, $backend:ident => $body:expr) => {
        match $self {
            Self::Rigctld($backend) => $body,
            Self::Serial($backend) => $body,
        }
    };
}

impl Backend {
    /// The backend for settings; nothing is opened yet.
    pub(crate) fn new(settings: &BackendSettings) -> Self {
        match settings {
            BackendSettings::Rigctld(address) => Self::Rigctld(Box::new(Client::new(address))),
            BackendSettings::Serial(settings) => Self::Serial(Box::new(Radio::new(settings.clone()))),
        }
    }

    /// The device in words.
    pub(crate) fn device(&self) -> &str {
        each!(self, backend => backend.device())
    }

    /// Opens it and asks what it is.
    pub(super) async fn connect(&mut self) -> Result<RigFacts, RigError> {
        each!(self, backend => backend.connect().await)
    }

    /// Whether there is still a connection.
    pub(super) fn is_open(&self) -> bool {
        each!(self, backend => backend.is_open())
    }

    /// Closes it, leaving the radio as it was found.
    pub(super) async fn close(&mut self) {
        each!(self, backend => backend.close().await);
    }

    /// What has to be asked for a picture of the radio; for a quick one split is left out.
    pub(super) fn parts(&self, whole: bool) -> &'static [Part] {
        each!(self, backend => backend.parts(whole))
    }

    /// Asks one part.
    pub(super) async fn read(&mut self, part: Part) -> Result<Reading, RigError> {
        each!(self, backend => backend.read(part).await)
    }

    /// Sets the receive frequency and reads it back.
    pub(super) async fn set_frequency(&mut self, frequency: Hertz) -> Result<Reading, RigError> {
        each!(self, backend => backend.set_frequency(frequency).await)
    }

    /// Sets the mode and reads it back.
    pub(super) async fn set_mode(&mut self, mode: RigMode, width: Option<u32>) -> Result<Reading, RigError> {
        each!(self, backend => backend.set_mode(mode, width).await)
    }

    /// Sets the split and reads it back. [`SplitWish::Keep`] and [`SplitWish::OffIfOurs`] do nothing.
    pub(super) async fn set_split(&mut self, wish: SplitWish) -> Result<Reading, RigError> {
        let to = match wish {
            SplitWish::Keep | SplitWish::OffIfOurs => return Ok(Reading::default()),
            SplitWish::Off => None,
            SplitWish::On(frequency) => Some(frequency),
        };
        each!(self, backend => backend.set_split(to).await)
    }

    /// Keys or, with `None`, unkeys the transmitter.
    pub(super) async fn set_ptt(&mut self, input: Option<PttInput>) -> Result<(), RigError> {
        each!(self, backend => backend.set_ptt(input).await)
    }

    /// Reads a level.
    pub(super) async fn level(&mut self, level: Level) -> Result<f64, RigError> {
        each!(self, backend => backend.level(level).await)
    }

    /// Sets a level.
    pub(super) async fn set_level(&mut self, level: Level, value: f64) -> Result<(), RigError> {
        each!(self, backend => backend.set_level(level, value).await)
    }

    /// Waits for what the radio tells unasked. May be dropped at any time.
    pub(super) async fn idle(&mut self) -> Push {
        each!(self, backend => backend.idle().await)
    }

    /// Whether a change of mode moves the dial, so that mode is set again after the frequency.
    pub(super) fn mode_moves_dial(&self) -> bool {
        match self {
            Self::Rigctld(_) => false,
            Self::Serial(radio) => radio.mode_moves_dial(),
        }
    }

    /// The least time between two moves of the dial.
    pub(super) fn pace() -> Duration {
        Duration::from_millis(21)
    }
}
