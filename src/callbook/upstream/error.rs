//! What can go wrong besides what a callbook answers.

use super::model::{Site, Trouble};
use crate::identity::Denied;
use crate::store::StoreError;

/// Why callbooks were not asked, or an account there not kept.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The user name or password is none that anybody has.
    #[error("{0}")]
    BadLogin(&'static str),
    #[error("{} does not take this user name and password", .0.name())]
    Refused(Site, Trouble),
    #[error("no account at {} is kept for you", .0.name())]
    NoAccount(Site),
}
