//! The radio and the rotator: what they are, how they are reached, what keeps them safe.
//!
//! ```text
//! Rig (a handle, cloned) -> owner (one task) -> Backend: rigctld over TCP, or a serial port
//! server: other programs that speak rigctld's protocol -> Rig
//! ```
//!
//! Invariants: one task talks to the radio and has at most one command under way. Of many tunes the newest wins. An
//! answer comes after the radio was read back, or it is an error that names the device. A transmitter is keyed by a
//! lease only; it is unkeyed when the lease ends, however it ends: `Rig::shutdown` is the first thing a program that is
//! told to stop awaits, and a file marks a keyed transmitter for one that was killed. Nothing a client sends reaches
//! the radio as text.

pub(crate) mod backend;
pub(crate) mod error;
pub(crate) mod handle;
pub(crate) mod lease;
pub(crate) mod mode;
pub(crate) mod model;
mod owner;
pub(crate) mod rigctld;
pub(crate) mod rotator;
pub(crate) mod safety;
pub(crate) mod serial;
pub(crate) mod server;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use backend::{BackendSettings, SerialSettings};
pub(crate) use error::{RigError, RigErrorKind};
pub(crate) use handle::{Listener, Rig, RigOptions};
pub(crate) use lease::{PttInput, PttLease};
pub(crate) use mode::RigMode;
#[cfg(any(test, feature = "testkit"))]
pub(crate) use model::Level;
pub(crate) use model::{Meters, RigFacts, RigState, SplitWish, Tune};
