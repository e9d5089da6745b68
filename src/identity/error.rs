//! What can go wrong with accounts; one variant where a caller acts differently.

use crate::ham::callsign::Callsign;
use crate::store::StoreError;

use super::actor::Denied;
use super::documents::CabinetError;
use super::ladder::Refusal as LadderRefusal;
use super::login::Login;
use super::lotw::Refusal;
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
    UnknownCall(Login),
    #[error("there is no such API key")]
    UnknownKey,
    #[error("there is no signing secret")]
    UnknownSecret,
    #[error("there is no such passkey")]
    UnknownPasskey,
    #[cfg(feature = "passkeys")]
    #[error("this passkey is registered already")]
    PasskeyKnown,
    #[cfg(feature = "passkeys")]
    #[error("an account has at most {0} passkeys; revoke one first")]
    TooManyPasskeys(usize),
    #[cfg(feature = "passkeys")]
    #[error("passkeys belong to a host name: this station is reached by a number only; set web.public_url")]
    NoPasskeys,
    #[cfg(feature = "passkeys")]
    #[error("this took longer than five minutes, or was done already; begin again")]
    SlowPasskey,
    #[cfg(feature = "passkeys")]
    #[error("this passkey is not known here, or did not prove who you are")]
    BadPasskey,
    #[error("this account wants its passkey: the password alone does not do")]
    PasskeyWanted,
    #[error("make a passkey first, so that there is one to ask for")]
    NoPasskeyYet,
    #[error("this is the last passkey, and it is asked for after the password; end that first")]
    LastPasskey,
    #[error("there is no such session")]
    UnknownSession,
    #[error("there is no such proof, or it has ended")]
    UnknownVerification,
    #[error("this challenge was answered already, or its time is over; ask for another")]
    StaleMorse,
    #[error("this was keyed faster than time passed")]
    FastMorse,
    #[error("there is no such document, or its file was erased")]
    UnknownDocument,
    #[error("{0} of your documents are kept already; withdraw one first")]
    TooManyDocuments(usize),
    #[error(transparent)]
    Cabinet(#[from] CabinetError),
    #[error("there is no such review")]
    UnknownReview,
    #[error("this was decided already")]
    ReviewDecided,
    #[error("a refusal needs a reason: its owner reads it")]
    NoReason,
    #[error(
        "this cannot be taken back by itself: the call has gone on; end the proof or claim the call anew"
    )]
    CannotReopen,
    #[error("{0} has an account already")]
    CallTaken(Login),
    #[error("{0} is held by somebody who proved it; an administrator must settle this")]
    HeldByVerified(Callsign),
    #[error("this account holds {0}, which was proven; an administrator must settle this")]
    HasCall(Callsign),
    #[error("this account has no callsign")]
    NoCall,
    #[error("a listener's account becomes a member's by proving a call")]
    Listener,
    #[error("{0} is a call on the move; an account has the home call, such as {1}")]
    NotAHomeCall(Callsign, String),
    #[error("an administrator exists already; sign in instead")]
    AlreadySetUp,
    #[error("the link is not valid any more; a new one is printed when the program starts")]
    BadLink,
    #[error("this link was used already, or its time is over; ask for a new one")]
    SpentLink,
    #[error("accounts are made by the administrators here; ask one of them")]
    SignUpClosed,
    #[error("the questions are too old or were answered before; here are new ones")]
    StaleQuestions,
    #[error("not all answers are right; here are new questions")]
    WrongAnswers,
    #[error("without the work of the page's script, mail must show that you are no robot: give an address")]
    MailNeeded,
    #[error("an address becomes yours by a mail sent there: POST /api/v1/account/email")]
    MailUnconfirmed,
    #[error("too much of this is going on; try again later")]
    Busy,
    #[error("this is the last administrator; make another one first")]
    LastAdministrator,
    #[error("an account has at most {0} API keys; revoke one first")]
    TooManyKeys(usize),
    #[error("an API key needs at least one scope")]
    NoScope,
    #[error("the key would have expired already")]
    Expired,
    #[error("the password of {0} is set in the configuration (admin.password_hash); change it there")]
    Configured(Login),
    #[error("{0}")]
    Certificate(Box<Refusal>),
    /// One text for every way a sign-in fails, so that it tells nothing.
    #[error("call or password is wrong")]
    WrongPassword,
    #[error(transparent)]
    Wait(#[from] Wait),
    /// A call was not proven.
    #[error(transparent)]
    Unproven(#[from] LadderRefusal),
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    #[error("a licensee's id has at most 30 letters, digits and hyphens")]
    BadRegisterId,
    #[error("nobody has asked for this account to be erased, or it is not time yet")]
    NoErasure,
    #[error("erasing has begun and cannot be taken back")]
    ErasureBegun,
    #[error("everything about an account is given out three times a day at most")]
    TooManyExports,
    /// The account was changed since it was read.
    #[error("somebody changed this meanwhile; read it again")]
    Stale,
    #[error(transparent)]
    Store(#[from] StoreError),
}
