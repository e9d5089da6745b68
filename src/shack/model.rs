//! A radio as its relay tells of it, and what may be wished of it.
//!
//! The forms are those of the relay (`relay::rig`, `relay::wish`); here they are read from a message, so what a relay
//! adds beside them goes no further.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the radio stands. What it does not tell is null.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct RigState {
    /// Grows with every change.
    pub(crate) seq: u64,
    /// Whether the radio answers its relay.
    pub(crate) connected: bool,
    /// Name of the radio, as far as known.
    pub(crate) model: String,
    /// Receive frequency in hertz.
    pub(crate) freq_hz: Option<u64>,
    /// Mode by Hamlib's name, such as `USB` or `PKTUSB`.
    pub(crate) mode: Option<String>,
    /// Width of the filter in hertz.
    pub(crate) passband_hz: Option<u32>,
    /// Whether it transmits elsewhere than it receives.
    pub(crate) split: bool,
    /// Transmit frequency in split, in hertz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tx_freq_hz: Option<u64>,
    /// Whether it transmits.
    pub(crate) ptt: bool,
    /// Where the newest news came from: `poll`, `ai` (the radio itself) or `set`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// Something the owner should know of the last tune.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// Why the radio does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<DeviceTrouble>,
}

/// What is wrong with a device, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct DeviceTrouble {
    /// For programs: `unreachable`, `timed_out`, ...
    pub(crate) kind: String,
    /// Which device.
    pub(crate) device: String,
    /// What happened.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) help: String,
    /// Hamlib's code, if it came from there.
    pub(crate) rprt: Option<i32>,
}

/// What the radio can do; empty lists: not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct RigFacts {
    /// Name of the radio.
    pub(crate) model: String,
    /// Ranges of reception in hertz.
    #[schema(value_type = Vec<Vec<u64>>)]
    pub(crate) receive: Vec<(u64, u64)>,
    /// Ranges of transmission in hertz.
    #[schema(value_type = Vec<Vec<u64>>)]
    pub(crate) transmit: Vec<(u64, u64)>,
    /// Its modes.
    pub(crate) modes: Vec<String>,
    /// Whether it tells of changes by itself.
    pub(crate) pushes: bool,
    /// Most power in watts, where known.
    pub(crate) watts: Option<u32>,
}

/// What the meters show; null where the radio does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
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

/// Contacts of local programs that the relay has not yet delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct QueueSums {
    /// Still to be sent.
    pub(crate) pending: u64,
    /// Refused by the logbook.
    pub(crate) failed: u64,
}

/// Where the rotator points.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct RotatorState {
    /// Whether it answers.
    pub(crate) connected: bool,
    /// Degrees clockwise from north, 0 to 360.
    pub(crate) azimuth: Option<f64>,
    /// Degrees above the horizon.
    pub(crate) elevation: Option<f64>,
    /// Where it turns to, while it turns.
    pub(crate) target: Option<f64>,
    /// Why it is not connected, or did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<DeviceTrouble>,
}

/// A wish to move the radio; what is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TuneWish {
    /// Receive frequency in hertz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) freq_hz: Option<u64>,
    /// A radio's mode (`USB`, `PKTUSB`), or what is to be done (`SSB`, `FT8`): then the relay chooses the side.
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

/// Where the radio stands after a tune, as it was read back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Tuned {
    /// Receive frequency in hertz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) freq_hz: Option<u64>,
    /// Mode by Hamlib's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<String>,
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

/// A wish to turn the rotator: an azimuth, or `stop`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateWish {
    /// Degrees clockwise from north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) azimuth: Option<f64>,
    /// Stop where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stop: Option<bool>,
}

/// A failure in the relay's words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct RelayFault {
    /// Status of HTTP.
    pub(crate) status: u16,
    /// For programs.
    pub(crate) code: String,
    /// For people: which device, what happened, what to do.
    pub(crate) detail: String,
    /// The field that is wrong.
    #[serde(default)]
    pub(crate) field: Option<String>,
    /// Hamlib's code.
    #[serde(default)]
    pub(crate) rprt: Option<i32>,
}

/// Why a wish is none: field and words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {words}")]
pub(crate) struct WishFault {
    /// The field.
    pub(crate) field: &'static str,
    /// What would be right.
    pub(crate) words: String,
}

fn wrong(field: &'static str, words: impl Into<String>) -> WishFault {
    WishFault {
        field,
        words: words.into(),
    }
}

/// Refuses what is no frequency of a radio.
pub(super) fn check_frequency(field: &'static str, hertz: u64) -> Result<(), WishFault> {
    if (1_000..=300_000_000_000).contains(&hertz) {
        return Ok(());
    }
    let words = format!("{hertz} Hz is no frequency of a radio: 1 kHz to 300 GHz");
    Err(wrong(field, words))
}

/// Refuses what cannot be the name of a mode.
pub(super) fn check_mode(mode: &str) -> Result<(), WishFault> {
    let is_word = (1..=16).contains(&mode.len())
        && mode
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/'));
    if is_word {
        Ok(())
    } else {
        Err(wrong(
            "mode",
            "no mode of a radio: USB, LSB, CW, FM, FT8 and the like",
        ))
    }
}

impl TuneWish {
    /// Refuses what no relay could carry out; the relay knows its radio and checks the rest.
    pub(super) fn check(&self) -> Result<(), WishFault> {
        let frequencies = [("freq_hz", self.freq_hz), ("tx_freq_hz", self.tx_freq_hz)];
        for (field, hertz) in frequencies {
            hertz.map_or(Ok(()), |hertz| check_frequency(field, hertz))?;
        }
        self.mode.as_deref().map_or(Ok(()), check_mode)?;
        if self
            .passband_hz
            .is_some_and(|hertz| !(1..=50_000).contains(&hertz))
        {
            return Err(wrong("passband_hz", "a filter is 1 to 50000 Hz wide"));
        }
        if self.split == Some(false) && self.tx_freq_hz.is_some() {
            return Err(wrong("tx_freq_hz", "a transmit frequency of its own needs split"));
        }
        let is_empty = self.freq_hz.is_none() && self.mode.is_none();
        if is_empty && self.split.is_none() && self.tx_freq_hz.is_none() {
            return Err(wrong("freq_hz", "give a frequency, a mode or a split"));
        }
        Ok(())
    }

    /// Overlays a newer wish: what both would have led to, one after the other.
    pub(super) fn followed_by(self, newer: Self) -> Self {
        // A newer frequency without a word of split ends a split of the older wish.
        let keeps_split = newer.freq_hz.is_none() && newer.split.is_none();
        let keeps_tx = keeps_split || newer.split == Some(true);
        let passband_hz = if newer.mode.is_some() {
            newer.passband_hz
        } else {
            newer.passband_hz.or(self.passband_hz)
        };
        Self {
            freq_hz: newer.freq_hz.or(self.freq_hz),
            mode: newer.mode.or(self.mode),
            passband_hz,
            split: newer.split.or(self.split.filter(|_| keeps_split)),
            tx_freq_hz: newer.tx_freq_hz.or(self.tx_freq_hz.filter(|_| keeps_tx)),
        }
    }
}

impl RotateWish {
    /// Refuses what is no direction.
    pub(super) fn check(&self) -> Result<(), WishFault> {
        match (self.azimuth, self.stop) {
            (Some(azimuth), None | Some(false)) if (-360.0..=720.0).contains(&azimuth) => Ok(()),
            (None, Some(true)) => Ok(()),
            _ => Err(wrong("azimuth", "give degrees from north, 0 to 360, or stop")),
        }
    }
}

/// The name of a radio at its owner's account: letters, digits, `-`, `_`, `.`; 32 at most.
pub(super) fn is_rig_name(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(json: &str) -> TuneWish {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_wish_of_nothing_or_of_nonsense_is_told_by_its_field() {
        let field = |json: &str| wish(json).check().unwrap_err().field;
        assert_eq!(field("{}"), "freq_hz");
        assert_eq!(field(r#"{"freq_hz":14}"#), "freq_hz");
        assert_eq!(field(r#"{"mode":"USB\nT 1"}"#), "mode");
        assert_eq!(field(r#"{"mode":""}"#), "mode");
        assert_eq!(field(r#"{"freq_hz":7000000,"passband_hz":0}"#), "passband_hz");
        assert_eq!(
            field(r#"{"freq_hz":7000000,"split":false,"tx_freq_hz":7010000}"#),
            "tx_freq_hz"
        );
        assert!(serde_json::from_str::<TuneWish>(r#"{"freq":14074000}"#).is_err());
        assert_eq!(wish(r#"{"freq_hz":14074000,"mode":"FT8"}"#).check(), Ok(()));
    }

    #[test]
    fn a_newer_wish_leaves_what_it_does_not_name() {
        let both = |older: &str, newer: &str| wish(older).followed_by(wish(newer));
        assert_eq!(
            both(r#"{"freq_hz":14074000,"mode":"FT8"}"#, r#"{"freq_hz":7074000}"#),
            wish(r#"{"freq_hz":7074000,"mode":"FT8"}"#)
        );
        let split = r#"{"freq_hz":14195000,"split":true,"tx_freq_hz":14200000}"#;
        assert_eq!(both(split, r#"{"freq_hz":7074000}"#).split, None);
        assert_eq!(both(split, r#"{"freq_hz":7074000}"#).tx_freq_hz, None);
        assert_eq!(both(split, r#"{"mode":"USB"}"#).tx_freq_hz, Some(14_200_000));
        assert_eq!(both(split, r#"{"split":true}"#).tx_freq_hz, Some(14_200_000));
        assert_eq!(both(split, r#"{"split":false}"#).tx_freq_hz, None);
    }

    #[test]
    fn a_direction_is_a_number_of_degrees_or_a_stop() {
        let check = |json: &str| serde_json::from_str::<RotateWish>(json).unwrap().check().is_ok();
        assert!(check(r#"{"azimuth":271.5}"#) && check(r#"{"stop":true}"#));
        assert!(!check("{}") && !check(r#"{"azimuth":1e9}"#) && !check(r#"{"azimuth":1,"stop":true}"#));
    }

    #[test]
    fn a_radios_name_is_one_plain_word() {
        assert!(is_rig_name("main") && is_rig_name("IC-7300_2.a"));
        for bad in ["", "a b", "a/b", "ä", &"x".repeat(33)] {
            assert!(!is_rig_name(bad), "{bad:?}");
        }
    }
}
