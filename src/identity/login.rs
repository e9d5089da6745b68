//! What people sign in as: their callsign, or `SWL_` and a name of their own while they have none.
//!
//! Invariant: no text is both, since a callsign has no underscore. Stored and sent as plain text in capitals.

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::ham::callsign::{Callsign, CallsignError};

/// How a listener's login begins.
const SWL: &str = "SWL_";
/// Letters and digits after it.
const NAME: std::ops::RangeInclusive<usize> = 2..=20;

/// The name of an account: unique on the installation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub(crate) enum Login {
    /// A licensed operator's call.
    Call(Callsign),
    /// A listener's name, with its prefix.
    Swl(SmolStr),
}

/// Why a text is no login.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadLogin {
    #[error(transparent)]
    Call(#[from] CallsignError),
    #[error("a listener's name has 2 to 20 letters and digits")]
    Name,
}

impl Login {
    /// The login as text.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Call(call) => call.as_str(),
            Self::Swl(name) => name,
        }
    }

    /// The callsign, where it is one.
    pub(crate) fn call(&self) -> Option<&Callsign> {
        match self {
            Self::Call(call) => Some(call),
            Self::Swl(_) => None,
        }
    }

    /// The login of a listener who wants this name; a prefix already there is not doubled.
    pub(crate) fn listener(name: &str) -> Result<Self, BadLogin> {
        let name = name.trim().to_ascii_uppercase();
        let name = name.strip_prefix(SWL).unwrap_or(&name);
        let fits = NAME.contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits {
            Ok(Self::Swl(format_smolstr!("{SWL}{name}")))
        } else {
            Err(BadLogin::Name)
        }
    }
}

impl std::str::FromStr for Login {
    type Err = BadLogin;

    fn from_str(text: &str) -> Result<Self, BadLogin> {
        let starts = text.trim().get(..SWL.len());
        if starts.is_some_and(|start| start.eq_ignore_ascii_case(SWL)) {
            Self::listener(text)
        } else {
            Ok(Self::Call(Callsign::parse(text)?))
        }
    }
}

impl TryFrom<SmolStr> for Login {
    type Error = BadLogin;

    fn try_from(text: SmolStr) -> Result<Self, BadLogin> {
        text.parse()
    }
}

impl From<Login> for SmolStr {
    fn from(login: Login) -> Self {
        match login {
            Login::Call(call) => Self::new(call.as_str()),
            Login::Swl(name) => name,
        }
    }
}

impl From<Callsign> for Login {
    fn from(call: Callsign) -> Self {
        Self::Call(call)
    }
}

impl std::fmt::Display for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
