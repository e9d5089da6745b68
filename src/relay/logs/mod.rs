//! Contacts from the programs on a radio amateur's computer, brought to the appliance exactly once.
//!
//! ```text
//! listen (UDP, multicast, TCP) -> sniff -> wsjtx | n1mm | js8 | adif
//!     -> intake (one contact of all its ways) -> queue -> deliver
//! ```
//!
//! Invariants: parsers are pure, bounded in time and memory by the datagram, and panic at nothing. What was
//! logged is on the disk before anything counts it. A contact is told to the appliance under a key that is
//! the same over every repetition, crash and restart. The time is the injected clock's; no state is global.

pub(crate) mod adif;
pub(crate) mod appliance;
pub(crate) mod contact;
pub(crate) mod deliver;
mod edits;
mod forward;
pub(crate) mod intake;
pub(crate) mod js8;
pub(crate) mod listen;
pub(crate) mod n1mm;
pub(crate) mod qdatastream;
pub(crate) mod queue;
pub(crate) mod sniff;
pub(crate) mod start;
pub(crate) mod wsjtx;

#[cfg(test)]
mod tests;
