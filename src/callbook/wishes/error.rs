//! Why a wish or a request is not taken.

use super::form::Fault;
use super::removal::{LONGEST_QUEUE, MOST_OF_ONE};
use crate::identity::Denied;
use crate::store::StoreError;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Somebody who has not proven the call.
    #[error("only who has proven {0} changes this; anybody else may ask for its removal")]
    NotHolder(String),
    /// Fields that are not as they must be.
    #[error("{}", told(.0))]
    Form(Vec<Fault>),
    /// The wish is not what the caller took it for.
    #[error("this was changed meanwhile: look at it again")]
    Changed,
    /// Nothing is to be asked for.
    #[error("{0} is not listed already: its record says only whether it is licensed, and its class")]
    NotListed(String),
    /// The same has been asked from the same place.
    #[error("the removal of {0} was asked from here already, and waits for an administrator")]
    Asked(String),
    /// One place has asked for many.
    #[error("{MOST_OF_ONE} requests from here wait already: try again when they are decided")]
    TooMany,
    /// Nobody can read so many.
    #[error("{LONGEST_QUEUE} requests wait already: try again in some days")]
    Full,
    #[error("there is no request {0}")]
    NoRequest(u64),
    /// Somebody has decided it.
    #[error("request {0} is decided")]
    Decided(u64),
    /// What was asked for is of somebody else's listing.
    #[error("{0} has another holder than when this was asked, or is in no register any more: refuse it")]
    OtherHolder(String),
}

fn told(faults: &[Fault]) -> String {
    let texts: Vec<String> = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.text))
        .collect();
    texts.join("; ")
}
