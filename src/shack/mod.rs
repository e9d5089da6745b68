//! The shack: radios that members' relays have brought here by the outbound link, who is on the air, and who wants to
//! know.
//!
//! ```text
//! relay -> /ws/relay -> Link (one radio) -> channel `rig` of its owner's pages
//! page  -> POST /api/v1/rigs/{name}/tune -> Link -> relay -> radio, and the answer the same way back
//! ```
//!
//! Invariants: a radio is reached by its own account alone, by a licensed operator whose call is proven, and never by
//! an administrator who looks in; who that is, is decided in [`rights`] only. A link is closed as soon as its key or its
//! account's standing ends. No transmitter is keyed from here: there is no message for it. Radios and presence live in
//! memory; only who follows whom is stored.

pub(crate) mod api;
mod error;
pub(crate) mod following;
mod link;
mod model;
mod presence;
mod rights;
mod rigs;
mod service;
#[cfg(test)]
mod tests;
mod wire;

pub(crate) use api::ShackState;
pub(crate) use rigs::Watching;
pub(crate) use service::{Shack, ShackParts};

use crate::store::TableInfo;

/// Everything kept here.
pub(crate) fn tables() -> Vec<TableInfo> {
    following::tables()
}
