//! Links sent by mail or handed over by an administrator: what one stands for, once and for a limited time.
//!
//! Stored by the digest of a random token, so that a copy of the records opens nothing. A link is shown by a GET and
//! used by a POST, for mail programs follow links by themselves.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ham::grid::Grid;

use super::login::Login;
use super::model::{AccountId, DisplayName, MailAddress};
use super::tables::Person;

/// What a link does. Stored as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Makes the account that somebody signed up for.
    SignUp,
    /// Makes an address the account's own.
    Mail,
    /// Sets a new password.
    Recovery,
    /// One that this version does not know; it does nothing.
    #[serde(other)]
    Unknown,
}

impl Purpose {
    /// How long a link sent by mail works.
    pub(super) fn life(self) -> SignedDuration {
        match self {
            Self::SignUp | Self::Mail => SignedDuration::from_hours(24),
            Self::Recovery | Self::Unknown => SignedDuration::from_hours(1),
        }
    }
}

/// A link that was given out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) purpose: Purpose,
    #[serde(default)]
    pub(crate) account: Option<AccountId>,
    /// The address it was sent to.
    #[serde(default)]
    pub(crate) email: Option<MailAddress>,
    /// The account to be made.
    #[serde(default)]
    pub(crate) wish: Option<Wish>,
    /// Who gave it out.
    #[serde(default)]
    pub(crate) by: SmolStr,
    pub(crate) until: Timestamp,
}

/// The account that somebody signed up for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wish {
    pub(crate) login: Login,
    #[serde(default)]
    pub(crate) name: DisplayName,
    #[serde(default)]
    pub(crate) grid: Option<Grid>,
    #[serde(default)]
    pub(crate) person: Option<Person>,
    /// The hash of the password that was chosen.
    pub(crate) password: SmolStr,
}
