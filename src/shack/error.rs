//! Why something in the shack was not done.

use super::model::{RelayFault, WishFault};
use crate::identity::Denied;
use crate::store::StoreError;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Whoever asks may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// What is wished is no wish.
    #[error(transparent)]
    Wish(#[from] WishFault),
    /// The relay of this radio is not connected.
    #[error(
        "no relay is connected for the radio {0:?}: start shackbox relay beside it, or see its page for why not"
    )]
    Away(String),
    /// The relay is connected, and did not answer in time.
    #[error(
        "the relay of the radio {0:?} did not answer within 5 s: the radio may have moved or not; look at it"
    )]
    Silent(String),
    /// The relay says why not.
    #[error("{}", .0.detail)]
    Relay(RelayFault),
    /// Nobody to follow by that name, or no more.
    #[error("{0:?} is no callsign")]
    Call(String),
    /// Not followed.
    #[error("you do not follow {0}")]
    NotFollowed(String),
    /// As many as can be followed.
    #[error("you follow {0} calls already; leave one first")]
    Many(usize),
    /// The records.
    #[error(transparent)]
    Store(#[from] StoreError),
}
