//! The messages of the link: JSON texts, one object each. The server's end has the same in `shack::wire`.

use serde::{Deserialize, Serialize};

use crate::relay::logs::queue::Sums;
use crate::relay::rig::rotator::RotatorState;
use crate::relay::rig::{Meters, RigFacts, RigState};
use crate::relay::wish::{Fault, TuneWish, Tuned};

/// The version of these messages.
pub(super) const VERSION: u32 = 1;

/// What the server is told.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Told<'a> {
    /// First of all: who it is.
    Hello {
        v: u32,
        version: &'a str,
        name: &'a str,
        facts: &'a RigFacts,
    },
    /// The radio's state has changed.
    State(&'a RigState),
    /// What the radio can do has become known.
    Facts { facts: &'a RigFacts },
    /// The meters.
    Meters(Meters),
    /// The queue of contacts has changed.
    Queue(Sums),
    /// The rotator has moved.
    Rotator(&'a RotatorState),
    /// A wish was carried out; nothing beside after a turn of the rotator.
    Done {
        id: u64,
        #[serde(flatten)]
        tuned: Option<&'a Tuned>,
    },
    /// A wish was not carried out.
    Fault {
        id: u64,
        #[serde(flatten)]
        fault: &'a Fault,
    },
}

impl Told<'_> {
    /// The message as it is sent.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    /// The radio is taken in.
    Welcome { account: String, sent_ms: u64 },
    /// Move the radio.
    Tune(TuneOrder),
    /// Turn the rotator.
    Rotate {
        id: u64,
        sent_ms: u64,
        #[serde(default)]
        azimuth: Option<f64>,
        #[serde(default)]
        stop: bool,
    },
    /// Whether somebody looks at the radio.
    Watch { visible: bool, sent_ms: u64 },
    /// Something of a later version.
    #[serde(other)]
    Other,
}

/// A wish to move the radio, as it comes over the link.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct TuneOrder {
    /// Names the wish in its answer.
    pub(super) id: u64,
    /// When it was sent, in milliseconds since the link began.
    pub(super) sent_ms: u64,
    #[serde(default)]
    freq_hz: Option<u64>,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    passband_hz: Option<u32>,
    #[serde(default)]
    split: Option<bool>,
    #[serde(default)]
    tx_freq_hz: Option<u64>,
}

impl TuneOrder {
    /// The wish in it.
    pub(super) fn wish(self) -> TuneWish {
        TuneWish {
            freq_hz: self.freq_hz,
            mode: self.mode,
            passband_hz: self.passband_hz,
            split: self.split,
            tx_freq_hz: self.tx_freq_hz,
        }
    }
}
