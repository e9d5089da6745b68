//! What is asked of the radio from outside, and what is answered: one form for every way in.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::rig::safety::frequency_of_text;
use super::rig::{RigError, RigErrorKind, RigMode, RigState, SplitWish, Tune};
use crate::ham::freq::Hertz;
use crate::ham::mode::{Mode, ModeDefect};

/// A wish to move the radio, as JSON has it: `{"freq_hz":14074000,"mode":"FT8"}`. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TuneWish {
    /// Receive frequency in hertz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) freq_hz: Option<u64>,
    /// A radio's mode by Hamlib's names (`USB`, `PKTUSB`) or what is to be done (`SSB`, `FT8`, `RTTY`): then the relay
    /// chooses side and filter by the frequency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<String>,
    /// Width of the filter in hertz; the operator's own without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) passband_hz: Option<u32>,
    /// Whether to transmit elsewhere. Without it a split that the relay turned on is turned off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) split: Option<bool>,
    /// Transmit frequency of the split, in hertz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tx_freq_hz: Option<u64>,
}

/// Why a wish is none: field and words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {words}")]
pub(crate) struct WishError {
    /// The field.
    pub(crate) field: &'static str,
    /// What is wrong with it, and what would be right.
    pub(crate) words: String,
}

/// Where the radio stands after a tune, as it was read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Tuned {
    /// Receive frequency in hertz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) freq_hz: Option<u64>,
    /// Mode by Hamlib's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<RigMode>,
    /// Width of the filter in hertz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) passband_hz: Option<u32>,
    /// Whether it transmits elsewhere.
    pub(crate) split: bool,
    /// Transmit frequency in split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tx_freq_hz: Option<u64>,
    /// What the owner should know, such as a mode used in place of another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// A failure as every way in tells it: a status of HTTP, a stable code, words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fault {
    /// Status.
    pub(crate) status: u16,
    /// For programs.
    pub(crate) code: String,
    /// For people: which device, what happened, what to do.
    pub(crate) detail: String,
    /// The field that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// Hamlib's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rprt: Option<i32>,
}

impl TuneWish {
    /// The wish of the original's interface: `freq` in megahertz as a rule (see [`frequency_of_text`]) and a mode.
    pub(crate) fn of_text(freq: &str, mode: Option<&str>, general_coverage: bool) -> Result<Self, WishError> {
        let frequency = frequency_of_text(freq, general_coverage).map_err(|error| WishError {
            field: "freq",
            words: error.to_string(),
        })?;
        // A page that knows no mode used to write the word.
        let mode = mode.filter(|mode| !mode.is_empty() && *mode != "undefined" && *mode != "null");
        Ok(Self {
            freq_hz: Some(frequency.get()),
            mode: mode.map(str::to_owned),
            ..Self::default()
        })
    }

    /// The tune that is wished; `now_hz` is where the radio stands, for a mode without a frequency.
    pub(crate) fn tune(&self, now_hz: Option<u64>) -> Result<Tune, WishError> {
        let wrong = |field, words: &str| WishError {
            field,
            words: words.to_owned(),
        };
        let frequency = self.freq_hz.map(|hertz| sane("freq_hz", hertz)).transpose()?;
        let tx = self
            .tx_freq_hz
            .map(|hertz| sane("tx_freq_hz", hertz))
            .transpose()?;
        let mode = self.mode.as_deref();
        let mode = mode
            .map(|word| {
                let at = frequency.or(now_hz.map(Hertz::new));
                mode_of(word, at)
                    .ok_or_else(|| wrong("mode", "no mode of a radio: USB, LSB, CW, FM, FT8 and the like"))
            })
            .transpose()?;
        if self
            .passband_hz
            .is_some_and(|hertz| !(1..=50_000).contains(&hertz))
        {
            return Err(wrong("passband_hz", "a filter is 1 to 50000 Hz wide"));
        }
        let split = match (self.split, tx) {
            (Some(false), Some(_)) => {
                return Err(wrong("tx_freq_hz", "a transmit frequency of its own needs split"));
            }
            (None, None) => SplitWish::OffIfOurs,
            (Some(false), None) => SplitWish::Off,
            (_, tx) => SplitWish::On(tx),
        };
        if frequency.is_none() && mode.is_none() && self.split.is_none() && tx.is_none() {
            return Err(wrong("freq_hz", "give a frequency, a mode or a split"));
        }
        let split = match split {
            // Only the mode is changed: the split is no part of the wish.
            SplitWish::OffIfOurs if frequency.is_none() => SplitWish::Keep,
            split => split,
        };
        Ok(Tune {
            frequency,
            mode,
            passband: self.passband_hz.filter(|_| mode.is_some()),
            split,
        })
    }
}

fn sane(field: &'static str, hertz: u64) -> Result<Hertz, WishError> {
    if (1_000..=300_000_000_000).contains(&hertz) {
        return Ok(Hertz::new(hertz));
    }
    Err(WishError {
        field,
        words: format!("{hertz} Hz is no frequency of a radio: 1 kHz to 300 GHz"),
    })
}

/// The radio's mode for a word; the name of an operation such as `SSB` needs to know where.
fn mode_of(word: &str, at: Option<Hertz>) -> Option<RigMode> {
    if word.len() > 16 {
        return None;
    }
    RigMode::parse_loosely(word).or_else(|| {
        let word = if word.eq_ignore_ascii_case("phone") {
            "SSB"
        } else {
            word
        };
        let (mode, defects) = Mode::parse(word, None).ok()?;
        let known = !defects.contains(&ModeDefect::Unknown);
        known.then_some(RigMode::for_operation(&mode, at?))
    })
}

impl Tuned {
    /// What is told of a state.
    pub(crate) fn of(state: &RigState) -> Self {
        Self {
            freq_hz: state.freq_hz,
            mode: state.mode,
            passband_hz: state.passband_hz,
            split: state.split,
            tx_freq_hz: state.tx_freq_hz,
            note: state.note.clone(),
        }
    }
}

impl Fault {
    /// A failure with these words.
    pub(crate) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            field: None,
            rprt: None,
        }
    }
}

impl From<&RigError> for Fault {
    fn from(error: &RigError) -> Self {
        let (status, code) = match error.kind {
            RigErrorKind::Unreachable | RigErrorKind::PowerOff => {
                (StatusCode::BAD_GATEWAY, "radio_unreachable")
            }
            RigErrorKind::PortInUse => (StatusCode::BAD_GATEWAY, "port_in_use"),
            RigErrorKind::Garbled => (StatusCode::BAD_GATEWAY, "radio_garbled"),
            RigErrorKind::Refused | RigErrorKind::NotTaken => (StatusCode::BAD_GATEWAY, "radio_refused"),
            RigErrorKind::Unsupported => (StatusCode::BAD_GATEWAY, "radio_unable"),
            RigErrorKind::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "radio_timed_out"),
            RigErrorKind::Expired => (StatusCode::GATEWAY_TIMEOUT, "expired"),
            RigErrorKind::OutOfRange => (StatusCode::BAD_REQUEST, "out_of_range"),
            RigErrorKind::Transmitting => (StatusCode::CONFLICT, "transmitting"),
            RigErrorKind::PttBusy => (StatusCode::CONFLICT, "ptt_busy"),
            RigErrorKind::NotAllowed => (StatusCode::FORBIDDEN, "tx_limits"),
            RigErrorKind::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        };
        Self {
            rprt: error.rprt,
            ..Self::new(status, code, format!("{error}. {}", error.help))
        }
    }
}

impl From<&WishError> for Fault {
    fn from(error: &WishError) -> Self {
        Self {
            field: Some(error.field.to_owned()),
            ..Self::new(StatusCode::BAD_REQUEST, "invalid", error.words.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_names_becomes_what_the_radio_knows() {
        let wish = |freq_hz, mode: &str| {
            let wish = TuneWish {
                freq_hz: Some(freq_hz),
                mode: Some(mode.to_owned()),
                ..TuneWish::default()
            };
            wish.tune(None).map(|tune| tune.mode)
        };
        assert_eq!(wish(14_200_000, "SSB"), Ok(Some(RigMode::Usb)));
        assert_eq!(wish(7_100_000, "ssb"), Ok(Some(RigMode::Lsb)));
        assert_eq!(wish(7_074_000, "FT8"), Ok(Some(RigMode::PktUsb)));
        assert_eq!(wish(7_030_000, "CW"), Ok(Some(RigMode::Cw)));
        assert_eq!(wish(7_030_000, "USB"), Ok(Some(RigMode::Usb)));
        for bad in ["USB\nT 1", "XYZ", "", &"U".repeat(5_000)] {
            assert_eq!(wish(7_030_000, bad).unwrap_err().field, "mode", "{bad:?}");
        }
    }

    #[test]
    fn a_wish_of_nothing_or_of_nonsense_is_told() {
        let field = |wish: &str| {
            let wish: TuneWish = serde_json::from_str(wish).unwrap();
            wish.tune(None).unwrap_err().field
        };
        assert_eq!(field("{}"), "freq_hz");
        assert_eq!(field(r#"{"freq_hz":14}"#), "freq_hz");
        assert_eq!(
            field(r#"{"freq_hz":14074000,"split":false,"tx_freq_hz":14076000}"#),
            "tx_freq_hz"
        );
        assert_eq!(field(r#"{"freq_hz":14074000,"passband_hz":0}"#), "passband_hz");
        assert!(serde_json::from_str::<TuneWish>(r#"{"freq":14074000}"#).is_err());
    }

    #[test]
    fn split_is_left_alone_when_only_the_mode_changes() {
        let mode_only: TuneWish = serde_json::from_str(r#"{"mode":"CW"}"#).unwrap();
        assert_eq!(mode_only.tune(Some(7_030_000)).unwrap().split, SplitWish::Keep);
        let to: TuneWish = serde_json::from_str(r#"{"freq_hz":7030000}"#).unwrap();
        assert_eq!(to.tune(None).unwrap().split, SplitWish::OffIfOurs);
    }

    #[test]
    fn a_word_for_no_mode_is_no_mode() {
        let wish = TuneWish::of_text("14.074", Some("undefined"), false).unwrap();
        assert_eq!(wish.mode, None);
        assert_eq!(wish.freq_hz, Some(14_074_000));
        assert_eq!(
            TuneWish::of_text("14,074", None, false).unwrap_err().field,
            "freq"
        );
    }
}
