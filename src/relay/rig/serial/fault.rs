//! What goes wrong between a port and a radio.

use crate::relay::rig::error::RigErrorKind;

/// A failure of one command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// No answer.
    #[error("the radio does not answer")]
    TimedOut,
    /// The port is closed or gone.
    #[error("the port is gone")]
    Closed,
    /// There is no such port.
    #[error("there is no such port")]
    NoPort,
    /// Another program has it.
    #[error("another program holds the port")]
    InUse,
    /// The system does not let us.
    #[error("the system does not allow to open the port")]
    Denied,
    /// The system's words.
    #[error("{0}")]
    Io(String),
    /// The radio said no.
    #[error("the radio refused")]
    Refused,
    /// It says that it is off.
    #[error("the radio is switched off")]
    PowerOff,
    /// Not an answer.
    #[error("the answer made no sense")]
    Garbled,
    /// Somebody else spoke on the bus, again and again.
    #[error("collisions on the bus")]
    Collision,
    /// Not with this radio.
    #[error("{0}")]
    Unsupported(&'static str),
}

impl Fault {
    /// Whether the port has to be opened anew.
    pub(crate) fn is_of_port(&self) -> bool {
        matches!(
            self,
            Self::Closed | Self::NoPort | Self::InUse | Self::Denied | Self::Io(_)
        )
    }

    /// The kind told to others.
    pub(crate) fn kind(&self) -> RigErrorKind {
        match self {
            Self::TimedOut => RigErrorKind::TimedOut,
            Self::Closed | Self::NoPort | Self::Denied | Self::Io(_) => RigErrorKind::Unreachable,
            Self::InUse => RigErrorKind::PortInUse,
            Self::Refused => RigErrorKind::Refused,
            Self::PowerOff => RigErrorKind::PowerOff,
            Self::Garbled | Self::Collision => RigErrorKind::Garbled,
            Self::Unsupported(_) => RigErrorKind::Unsupported,
        }
    }

    /// Advice better than that of the kind.
    pub(crate) fn help(&self) -> Option<&'static str> {
        match self {
            Self::NoPort | Self::Closed => {
                Some("Plug the radio's cable in, or choose another port in the setup.")
            }
            Self::Denied if cfg!(target_os = "linux") => {
                Some("Add your user to the group dialout, then log out and in again.")
            }
            Self::Collision => Some("Stop the other program or device on the same CI-V bus."),
            _ => None,
        }
    }
}
