//! Logbooks: the contacts of stations, how they are kept, found, shared, brought in and given out.
//!
//! Invariants:
//! - A contact is stored with all its indexes and tallies in one transaction (`write::index`), or not at all.
//! - One rule decides what is a duplicate and what a merge may fill in (`write::merge`).
//! - Whatever comes in twice changes nothing the second time.
//! - Who may do what is decided in `rights`; what an actor may not see does not exist for it.
//!
//! Not here: the ADIF format and entity tables (`ham`), accounts (`identity`).

pub(crate) mod api;
pub(crate) mod check;
pub(crate) mod encode;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod filter;
pub(crate) mod jobs;
pub(crate) mod personal;
pub(crate) mod place;
pub(crate) mod read;
pub(crate) mod rights;
mod service;
pub(crate) mod spotting;
pub(crate) mod stored;
pub(crate) mod summary;
pub(crate) mod tables;
pub(crate) mod tally;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod view;
pub(crate) mod write;
pub(crate) mod writer;

use crate::identity::{Actor, Service};

/// Who reads uploaded logs.
pub(crate) const IMPORTER: Actor = Actor::Service(Service::ImportWorker);
/// Who makes, moves, settles and clears logbooks.
pub(crate) const KEEPER: Actor = Actor::Service(Service::LogbookKeeper);

pub(crate) use check::CHECKS;
pub(crate) use encode::{encode, encode_contact};
pub(crate) use place::Countries;
#[cfg(test)]
pub(crate) use service::LiveImports;
pub(crate) use service::Logbook;
pub(crate) use tables::tables;

/// Changes of the shape of stored contacts and what is derived from them.
pub(crate) const MIGRATIONS: [crate::store::Migration; 1] = [write::COUNT_WORKED];
