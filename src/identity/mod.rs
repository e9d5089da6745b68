//! Identity: accounts, passwords, sessions, API keys, and the rights drawn from them.
//!
//! Invariants: a secret is stored only as a hash; every change names its [`Actor`], leaves an audit line in the same
//! transaction and is refused here, not at the edge; sessions and keys are answered from memory, so that a request
//! authenticates without touching the store. Callsign verification is deliberately not here yet.

mod actor;
mod base64;
pub(crate) mod event;
mod model;
mod passlib;
mod password;
mod throttle;
mod token;

#[cfg(test)]
mod tests;

pub(crate) use actor::{Actor, Admin, Credential, Denied, Member};
pub(crate) use model::{AccountId, Density, Preferences, Role, Scope, ScopeSet, Theme, Units};
pub(crate) use password::{Password, PasswordHash, WeakPassword};
