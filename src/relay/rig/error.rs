//! What goes wrong with a radio, in words for its owner.

use serde::Serialize;
use smol_str::SmolStr;

/// What kind of trouble it is; programs decide by this, people read the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RigErrorKind {
    /// Nothing is reached at the address or port, or the connection was lost.
    Unreachable,
    /// The radio is reached but does not answer in time.
    TimedOut,
    /// The radio says that it is switched off.
    PowerOff,
    /// Another program holds the serial port.
    PortInUse,
    /// What came back was no answer to the question.
    Garbled,
    /// The radio refused the command.
    Refused,
    /// The radio accepted the command but did not do it, by what was read back.
    NotTaken,
    /// The radio or its backend cannot do this at all.
    Unsupported,
    /// Outside of what the radio covers.
    OutOfRange,
    /// The radio transmits; it is not moved meanwhile.
    Transmitting,
    /// Somebody else has keyed the transmitter.
    PttBusy,
    /// The limits set for transmitting forbid it.
    NotAllowed,
    /// The request waited for too long and was not carried out.
    Expired,
    /// The relay is ending.
    Stopped,
}

/// A failure at a radio: which device, what happened, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{device}: {what}")]
pub(crate) struct RigError {
    /// The kind.
    pub(crate) kind: RigErrorKind,
    /// Which device: an address or a port with the radio's name.
    pub(crate) device: SmolStr,
    /// What happened.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) help: &'static str,
    /// Hamlib's code, if it came from there: negative.
    pub(crate) rprt: Option<i32>,
}

impl RigError {
    /// An error at a device, with the advice usual for its kind.
    pub(crate) fn new(kind: RigErrorKind, device: &str, what: impl Into<String>) -> Self {
        Self {
            kind,
            device: device.into(),
            what: what.into(),
            help: kind.help(),
            rprt: None,
        }
    }

    /// The error behind `RPRT <code>` of Hamlib.
    pub(crate) fn from_rprt(device: &str, doing: &str, code: i32) -> Self {
        let kind = match code {
            -5 => RigErrorKind::TimedOut,
            -6 | -13 | -14 => RigErrorKind::Unreachable,
            -8 => RigErrorKind::Garbled,
            -20 => RigErrorKind::PowerOff,
            -4 | -11 | -12 => RigErrorKind::Unsupported,
            -17 | -21 => RigErrorKind::OutOfRange,
            _ => RigErrorKind::Refused,
        };
        let meaning = rprt_meaning(code);
        Self {
            rprt: Some(code),
            ..Self::new(kind, device, format!("{doing}: {meaning} (RPRT {code})"))
        }
    }

    /// Whether the radio may be there again in a while: the connection is given up and tried anew.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(
            self.kind,
            RigErrorKind::Unreachable
                | RigErrorKind::TimedOut
                | RigErrorKind::PowerOff
                | RigErrorKind::PortInUse
                | RigErrorKind::Garbled
        )
    }

    /// The code that a client of the rigctld protocol is told: negative.
    pub(crate) fn to_rprt(&self) -> i32 {
        if let Some(code) = self.rprt {
            return code;
        }
        match self.kind {
            RigErrorKind::Unreachable | RigErrorKind::PortInUse | RigErrorKind::Stopped => -6,
            RigErrorKind::TimedOut | RigErrorKind::Expired => -5,
            RigErrorKind::PowerOff => -20,
            RigErrorKind::Garbled => -8,
            RigErrorKind::Refused | RigErrorKind::NotTaken | RigErrorKind::Transmitting => -9,
            RigErrorKind::Unsupported => -11,
            RigErrorKind::OutOfRange => -1,
            RigErrorKind::PttBusy => -14,
            RigErrorKind::NotAllowed => -22,
        }
    }
}

impl RigErrorKind {
    /// What is usually to be done about it.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Unreachable => {
                "Check that the radio is on, its cable is in, and that rigctld runs if it is used."
            }
            Self::TimedOut => {
                "Check that the radio is on and that speed and model are the ones set in its menu."
            }
            Self::PowerOff => "Switch the radio on.",
            Self::PortInUse => {
                "Close the other program, or let it use the relay as its radio: Hamlib NET rigctl at the relay's address."
            }
            Self::Garbled => "Check speed and model of the radio.",
            Self::Refused => "Look at the radio: a menu, a scan or a lock may be on.",
            Self::NotTaken => "Look at the radio: its dial may be locked, or it does not cover this.",
            Self::Unsupported => "Do it at the radio.",
            Self::OutOfRange => "Choose a frequency the radio covers.",
            Self::Transmitting => "Wait until the transmission ends.",
            Self::PttBusy => "Wait until the other program stops transmitting.",
            Self::NotAllowed => {
                "Choose another frequency or mode, or change the limits in the relay's setup."
            }
            Self::Expired => "Try again.",
            Self::Stopped => "Start the relay again.",
        }
    }
}

/// Hamlib's codes in words.
fn rprt_meaning(code: i32) -> &'static str {
    match -code {
        0 => "done",
        1 => "invalid parameter",
        2 => "invalid configuration",
        3 => "out of memory",
        4 => "not implemented",
        5 => "the radio does not answer",
        6 => "input or output failed",
        7 => "internal error",
        8 => "the radio answered nonsense",
        9 => "the radio refused",
        10 => "argument too long",
        11 => "not available on this radio",
        12 => "this VFO cannot be set",
        13 => "error on the bus",
        14 => "collision on the bus",
        15 => "invalid argument",
        16 => "invalid VFO",
        17 => "outside of the range",
        18 => "given up",
        19 => "not allowed",
        20 => "the radio is switched off",
        21 => "limit exceeded",
        22 => "access denied",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_hamlib_say_whether_to_try_again() {
        for code in [-5, -6, -8, -13, -14, -20] {
            assert!(
                RigError::from_rprt("x", "tuning", code).is_unreachable(),
                "{code}"
            );
        }
        for code in [
            -1, -2, -3, -4, -7, -9, -10, -11, -12, -15, -16, -17, -18, -19, -21, -22, -99,
        ] {
            assert!(
                !RigError::from_rprt("x", "tuning", code).is_unreachable(),
                "{code}"
            );
        }
    }

    #[test]
    fn an_error_names_device_and_code() {
        let error = RigError::from_rprt("rigctld at 127.0.0.1:4532", "tuning", -9);
        assert_eq!(
            error.to_string(),
            "rigctld at 127.0.0.1:4532: tuning: the radio refused (RPRT -9)"
        );
        assert_eq!(error.to_rprt(), -9);
    }
}
