//! Identity: accounts, passwords, sessions, API keys, and the rights drawn from them.
//!
//! Invariants: a secret is stored only as a hash; every change names its [`Actor`], leaves an audit line in the same
//! transaction and is refused here, not at the edge; sessions and keys are answered from memory, so that a request
//! authenticates without touching the store. Callsign verification is deliberately not here yet.

mod actor;
pub(crate) mod api;
mod error;
pub(crate) mod event;
mod first_run;
#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the pages that use it follow")
)]
pub(crate) mod lotw;
mod memory;
mod model;
mod passlib;
mod password;
pub(crate) mod read;
mod service;
mod sign_in;
mod tables;
mod throttle;
mod token;
pub(crate) mod write;

#[cfg(test)]
mod tests;

pub(crate) use actor::{Actor, Denied};
#[cfg(test)]
pub(crate) use actor::{Credential, Member};
pub(crate) use api::{Gate, IdentityState, LogbookLine};
pub(crate) use error::Error;
pub(crate) use model::{AccountId, Density, DisplayName, MailAddress, Role, Scope, ScopeSet, Theme, Units};
pub(crate) use password::{BadHash, Password, PasswordHash};
pub(crate) use service::{ConfiguredAdmin, Identity, KeyLine, SessionLine};
pub(crate) use sign_in::SignIn;
pub(crate) use tables::{StoredAccount, check_calls, tables};
pub(crate) use token::SessionToken;
