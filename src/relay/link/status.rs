//! How the link stands.

use jiff::Timestamp;
use serde::Serialize;

/// How the link stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkState {
    /// No server is named, or no key.
    #[default]
    Off,
    /// Not yet, or not any more; it is tried again and again.
    Connecting,
    /// It stands.
    Connected,
    /// The server does not let us in.
    Refused,
}

/// How the link stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct LinkStatus {
    /// In one word.
    pub(crate) state: LinkState,
    /// Since when.
    pub(crate) since: Option<Timestamp>,
    /// Why it does not stand, in words for the owner.
    pub(crate) error: Option<String>,
    /// The call of the account at the server.
    pub(crate) account: Option<String>,
}
