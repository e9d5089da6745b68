//! The name server: members' callsign names and the club's own zones, answered from this process.
//!
//! Records live in the store; the serving side reads immutable snapshots of zones and never waits for a lock, a
//! transaction or a disk. Names and data have one form inside ([`name::Name`], [`rr::RrSet`]): absolute, in wire form,
//! lower-cased; text is read and written at the edges only. No record of another domain is touched here, and nothing
//! outside of this folder knows how a packet looks.

pub(crate) mod answer;
pub(crate) mod master;
pub(crate) mod name;
pub(crate) mod rdata;
pub(crate) mod rr;
pub(crate) mod rules;
pub(crate) mod zone;
