//! The name server: members' callsign names and the club's own zones, answered from this process.
//!
//! Records live in the store; the serving side reads immutable snapshots of zones and never waits for a lock, a
//! transaction or a disk. Names and data have one form inside ([`name::Name`], [`rr::RrSet`]): absolute, in wire form,
//! lower-cased; text is read and written at the edges only. No record of another domain is touched here, and nothing
//! outside of this folder knows how a packet looks.

pub(crate) mod answer;
pub(crate) mod api;
pub(crate) mod check;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod grants;
pub(crate) mod jobs;
pub(crate) mod live;
pub(crate) mod master;
pub(crate) mod model;
pub(crate) mod name;
mod pace;
pub(crate) mod personal;
pub(crate) mod provision;
pub(crate) mod rdata;
pub(crate) mod read;
pub(crate) mod rr;
pub(crate) mod rules;
pub(crate) mod serve;
mod service;
pub(crate) mod settings;
pub(crate) mod tables;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod token;
pub(crate) mod write;
pub(crate) mod zone;

pub(crate) use check::CHECKS;
pub(crate) use service::Dns;
pub(crate) use tables::tables;

use crate::identity::{Actor, Service};

/// Who gives, suspends and clears names, and removes records whose time is over.
pub(crate) const KEEPER: Actor = Actor::Service(Service::NameKeeper);
