//! What happened to accounts, as plain data for reactors and the bus.

use jiff::Timestamp;

use crate::ham::callsign::Callsign;

use super::login::Login;
use super::model::AccountId;

/// A change in the accounts.
#[derive(Debug, Clone)]
pub(crate) enum IdentityEvent {
    /// A new account; whoever keeps something per account makes it in the same transaction.
    AccountAdded {
        account: AccountId,
        call: Login,
        created: Timestamp,
    },
    /// An account has another name: it proved a call, or lost one that somebody else proved.
    LoginChanged {
        account: AccountId,
        from: Login,
        to: Login,
        at: Timestamp,
    },
    /// The register gave an account's owner another call: what is under the former stays theirs.
    CallChanged {
        account: AccountId,
        from: Login,
        to: Callsign,
        at: Timestamp,
    },
    /// A call that an account had before is somebody else's.
    CallLost { account: AccountId, call: Callsign },
    /// The register says that the licence of an account's call has run out, or that it is valid.
    LicenceLapsed { account: AccountId, lapsed: bool },
    /// Name, preferences, role, password or standing changed.
    AccountChanged {
        account: AccountId,
        /// Whether what it may has changed with it.
        rights: bool,
    },
    /// Sessions ended: their sockets are to be closed.
    SessionsEnded { account: AccountId },
    /// A matter came before the administrators, was decided or went away.
    ReviewChanged {
        review: u64,
        /// What is asked: `document`, `sign_up`, ...
        kind: &'static str,
        /// The account it is about.
        account: AccountId,
        /// `open`, `accepted`, `refused` or `withdrawn`.
        state: &'static str,
    },
    /// An API key ended: its sockets are to be closed.
    KeyRevoked { account: AccountId },
}
