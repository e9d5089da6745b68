//! What a radio is to the rest of the program: its state, what can be wished, what it can do.

use serde::Serialize;
use smol_str::SmolStr;

use super::error::RigError;
use super::mode::RigMode;
use crate::ham::freq::Hertz;

/// Where the newest news about the radio came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// It was asked.
    #[default]
    Poll,
    /// It told by itself: somebody turned the knob.
    Ai,
    /// It was set by the relay and read back.
    Set,
}

/// What is known of the radio. A value it does not tell is `None`; nothing is forgotten when a poll fails.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub(crate) struct RigState {
    /// Grows with every change.
    pub(crate) seq: u64,
    /// Whether the radio answers.
    pub(crate) connected: bool,
    /// Name of the radio, as far as known.
    pub(crate) model: SmolStr,
    /// Receive frequency.
    pub(crate) freq_hz: Option<u64>,
    /// Mode.
    pub(crate) mode: Option<RigMode>,
    /// Width of the filter in hertz.
    pub(crate) passband_hz: Option<u32>,
    /// Whether it transmits elsewhere than it receives.
    pub(crate) split: bool,
    /// Transmit frequency in split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tx_freq_hz: Option<u64>,
    /// Whether it transmits.
    pub(crate) ptt: bool,
    /// Where the newest change came from.
    pub(crate) source: Source,
    /// Something the owner should know of the last tune, such as a mode used in place of another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// Why it is not connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<RigError>,
}

impl RigState {
    /// Where it would transmit now.
    pub(crate) fn tx_frequency(&self) -> Option<Hertz> {
        let own = self.split.then_some(self.tx_freq_hz).flatten();
        own.or(self.freq_hz).map(Hertz::new)
    }
}

/// What a tune wishes of the split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum SplitWish {
    /// Leave it as it is: what programs on the rigctld port do.
    Keep,
    /// Simplex, if the relay has turned the split on; a split of the operator stays.
    #[default]
    OffIfOurs,
    /// Simplex.
    Off,
    /// Split, transmitting on the frequency if one is given.
    On(Option<Hertz>),
}

/// A wish to move the radio. What is not given stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tune {
    /// Receive frequency.
    pub(crate) frequency: Option<Hertz>,
    /// Mode.
    pub(crate) mode: Option<RigMode>,
    /// Width of the filter in hertz; `None` keeps the operator's.
    pub(crate) passband: Option<u32>,
    /// Split.
    pub(crate) split: SplitWish,
}

impl Tune {
    /// To a frequency, in a mode if given.
    #[cfg(test)]
    pub(crate) fn to(frequency: Hertz, mode: Option<RigMode>) -> Self {
        Self {
            frequency: Some(frequency),
            mode,
            ..Self::default()
        }
    }

    /// Overlays a newer wish: what both would have led to, one after the other.
    pub(crate) fn followed_by(self, newer: Self) -> Self {
        Self {
            frequency: newer.frequency.or(self.frequency),
            mode: newer.mode.or(self.mode),
            passband: if newer.mode.is_some() {
                newer.passband
            } else {
                newer.passband.or(self.passband)
            },
            split: match (newer.split, self.split) {
                (SplitWish::Keep, older) | (SplitWish::On(None), older @ SplitWish::On(Some(_))) => older,
                (newer, _) => newer,
            },
        }
    }
}

/// What was read from the radio, as far as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reading {
    /// Receive frequency.
    pub(crate) frequency: Option<Hertz>,
    /// Mode.
    pub(crate) mode: Option<RigMode>,
    /// Width of the filter in hertz.
    pub(crate) passband: Option<u32>,
    /// Whether it transmits.
    pub(crate) ptt: Option<bool>,
    /// Whether it is in split.
    pub(crate) split: Option<bool>,
    /// Transmit frequency in split.
    pub(crate) tx_frequency: Option<Hertz>,
}

impl Reading {
    /// Adds what another reading knows; the other is newer.
    pub(crate) fn merge(&mut self, newer: Self) {
        self.frequency = newer.frequency.or(self.frequency);
        self.mode = newer.mode.or(self.mode);
        self.passband = newer.passband.or(self.passband);
        self.ptt = newer.ptt.or(self.ptt);
        self.split = newer.split.or(self.split);
        self.tx_frequency = newer.tx_frequency.or(self.tx_frequency);
    }
}

/// One question to the radio; a backend lists those it has to ask for a whole picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The frequency, or all in one where the radio has such an answer.
    Frequency,
    /// Mode and filter.
    Mode,
    /// Whether it transmits.
    Ptt,
    /// Split and its transmit frequency.
    Split,
}

/// Ranges and abilities of the radio.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct RigFacts {
    /// Name of the radio.
    pub(crate) model: SmolStr,
    /// Ranges of reception in hertz, both ends inside; empty: not known.
    pub(crate) receive: Vec<(u64, u64)>,
    /// Ranges of transmission in hertz; empty: not known.
    pub(crate) transmit: Vec<(u64, u64)>,
    /// Its modes; empty: not known.
    pub(crate) modes: Vec<RigMode>,
    /// Whether it tells of changes by itself.
    pub(crate) pushes: bool,
    /// Most power in watts, where known.
    pub(crate) watts: Option<u32>,
}

impl RigFacts {
    /// Whether a frequency can be received, as far as known: 1 kHz to 300 GHz at most.
    pub(crate) fn covers(&self, frequency: Hertz) -> bool {
        let hertz = frequency.get();
        let sane = (1_000..=300_000_000_000).contains(&hertz);
        let inside = |(from, to): &(u64, u64)| (*from..=*to).contains(&hertz);
        sane && (self.receive.is_empty() || self.receive.iter().any(inside))
    }
}

/// Levels that are asked or set by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// Strength of the signal in dB relative to S9.
    Strength,
    /// Transmit power, 0 to 1.
    Power,
    /// Standing wave ratio.
    Swr,
    /// Automatic level control, 0 to 1.
    Alc,
    /// Power measured, 0 to 1.
    PowerMeter,
    /// Speed of the keyer in words a minute.
    KeySpeed,
}

impl Level {
    /// All levels.
    pub(crate) const ALL: [Self; 6] = [
        Self::Strength,
        Self::Power,
        Self::Swr,
        Self::Alc,
        Self::PowerMeter,
        Self::KeySpeed,
    ];

    /// Hamlib's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Strength => "STRENGTH",
            Self::Power => "RFPOWER",
            Self::Swr => "SWR",
            Self::Alc => "ALC",
            Self::PowerMeter => "RFPOWER_METER",
            Self::KeySpeed => "KEYSPD",
        }
    }

    /// By Hamlib's name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Whether it can be set to a value.
    pub(crate) fn accepts(self, value: f64) -> bool {
        match self {
            Self::Power => (0.0..=1.0).contains(&value),
            Self::KeySpeed => (4.0..=80.0).contains(&value),
            _ => false,
        }
    }
}

/// What the meters show; `None` where the radio does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub(crate) struct Meters {
    /// Strength of the signal in dB relative to S9.
    pub(crate) strength_db: Option<f64>,
    /// Power measured, 0 to 1.
    pub(crate) power: Option<f64>,
    /// Standing wave ratio.
    pub(crate) swr: Option<f64>,
    /// Automatic level control, 0 to 1.
    pub(crate) alc: Option<f64>,
}

impl Meters {
    /// The meters worth asking for while receiving or transmitting.
    pub(crate) fn levels(transmitting: bool) -> &'static [Level] {
        if transmitting {
            &[Level::Swr, Level::PowerMeter, Level::Alc]
        } else {
            &[Level::Strength]
        }
    }

    /// Enters one value.
    pub(crate) fn set(&mut self, level: Level, value: f64) {
        match level {
            Level::Strength => self.strength_db = Some(value),
            Level::PowerMeter => self.power = Some(value),
            Level::Swr => self.swr = Some(value),
            Level::Alc => self.alc = Some(value),
            Level::Power | Level::KeySpeed => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_wish_leaves_what_it_does_not_name() {
        let older = Tune::to(Hertz::new(14_074_000), Some(RigMode::PktUsb));
        let newer = Tune::to(Hertz::new(7_074_000), None);
        let both = older.followed_by(newer);
        assert_eq!(both, Tune::to(Hertz::new(7_074_000), Some(RigMode::PktUsb)));
        let on = Tune {
            split: SplitWish::On(Some(Hertz::new(7_080_000))),
            ..Tune::default()
        };
        let keep = Tune {
            split: SplitWish::Keep,
            ..newer
        };
        assert_eq!(on.followed_by(keep).split, on.split);
    }

    #[test]
    fn coverage_is_that_of_the_radio_within_reason() {
        let facts = RigFacts {
            receive: vec![(30_000, 60_000_000)],
            ..RigFacts::default()
        };
        assert!(facts.covers(Hertz::new(14_074_000)) && !facts.covers(Hertz::new(144_000_000)));
        assert!(!facts.covers(Hertz::new(14)) && !RigFacts::default().covers(Hertz::new(0)));
        assert!(RigFacts::default().covers(Hertz::new(10_368_100_000)));
    }
}
