//! What can go wrong with accounts; one variant where a caller acts differently.

use crate::ham::callsign::Callsign;
use crate::store::StoreError;

use super::actor::Denied;
use super::password::WeakPassword;
use super::throttle::Wait;

/// Why a command or query about accounts failed.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("there is no such account")]
    UnknownAccount,
    #[error("there is no account of {0}")]
    UnknownCall(Callsign),
    #[error("there is no such API key")]
    UnknownKey,
    #[error("there is no such session")]
    UnknownSession,
    #[error("{0} has an account already")]
    CallTaken(Callsign),
    #[error("{0} is a call on the move; an account has the home call, such as {1}")]
    NotAHomeCall(Callsign, String),
    #[error("an administrator exists already; sign in instead")]
    AlreadySetUp,
    #[error("the link is not valid any more; a new one is printed when the program starts")]
    BadLink,
    #[error("this is the last administrator; make another one first")]
    LastAdministrator,
    #[error("an account has at most {0} API keys; revoke one first")]
    TooManyKeys(usize),
    #[error("an API key needs at least one scope")]
    NoScope,
    #[error("the key would have expired already")]
    Expired,
    #[error("the password of {0} is set in the configuration (admin.password_hash); change it there")]
    Configured(Callsign),
    /// One text for every way a sign-in fails, so that it tells nothing.
    #[error("call or password is wrong")]
    WrongPassword,
    #[error(transparent)]
    Wait(#[from] Wait),
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The account was changed since it was read.
    #[error("somebody changed this meanwhile; read it again")]
    Stale,
    #[error(transparent)]
    Store(#[from] StoreError),
}
