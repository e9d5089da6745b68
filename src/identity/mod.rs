//! Identity: accounts, passwords, sessions, API keys, and the rights drawn from them.
//!
//! Invariants: a secret is stored only as a hash; every change names its [`Actor`], leaves an audit line in the same
//! transaction and is refused here, not at the edge; sessions and keys are answered from memory, so that a request
//! authenticates without touching the store. A callsign is somebody's by the records of proofs alone.

mod actor;
pub(crate) mod api;
mod authority;
pub(crate) mod certificates;
mod directory;
pub(crate) mod documents;
mod erasure;
mod error;
pub(crate) mod event;
mod first_run;
pub(crate) mod ladder;
mod letters;
pub(crate) mod licence;
mod login;
mod looking_in;
pub(crate) mod lotw;
mod memory;
mod model;
mod morse;
mod own;
#[cfg(feature = "passkeys")]
mod passkey;
mod passlib;
mod password;
pub(crate) mod personal;
mod plain;
mod proofs;
mod quiz;
pub(crate) mod read;
mod recovery;
pub(crate) mod review;
mod second_factor;
mod service;
mod sign_in;
mod sign_up;
mod signed;
mod tables;
mod throttle;
mod ticket;
mod token;
mod trail;
mod verification;
pub(crate) mod write;

#[cfg(test)]
mod tests;

pub(crate) use actor::{Actor, Credential, Denied, Member};
pub(crate) use api::{Gate, IdentityState, LogbookLine};
pub(crate) use authority::{Capability, Service};
pub(crate) use directory::{Found, Profile};
pub(crate) use documents::check_documents;
pub(crate) use error::Error;
pub(crate) use login::Login;
pub(crate) use model::{
    AccountId, Density, DisplayName, GridPrecision, MailAddress, Role, Scope, ScopeSet, Theme, Units,
};
pub(crate) use own::{KeyLine, PasskeyLine, SessionLine};
pub(crate) use password::{BadHash, Password, PasswordHash};
pub(crate) use quiz::{ASKED, Asked, PROOF_BITS};
pub(crate) use recovery::OpenLink;
pub(crate) use review::check_reviews;
pub(crate) use second_factor::{Ceremony, Entry};
pub(crate) use service::{Browser, ConfiguredAdmin, Foundation, Identity};
pub(crate) use sign_in::SignIn;
pub(crate) use sign_up::{Confirmed, SignedUp};
#[cfg(all(test, feature = "passkeys"))]
pub(crate) use tables::StoredPasskey;
pub(crate) use tables::{
    AuditLine as StoredAudit, Person, StoredAccount, check_calls, check_verifications, tables,
};
pub(crate) use ticket::Purpose;
#[cfg(test)]
pub(crate) use ticket::Wish;
#[cfg(test)]
pub(crate) use token::ApiKey;
pub(crate) use token::SessionToken;
pub(crate) use trail::{LookIn, Place};
pub(crate) use verification::{Method, Verification};
