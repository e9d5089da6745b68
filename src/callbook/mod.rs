//! The callbook: the registers of authorities, held here, kept current, searched in microseconds.
//!
//! Invariants:
//! - A register is a *generation*: records and search index built aside, swapped in by one commit, or not at all.
//! - A row that cannot be read is listed with its place and reason; it never stops an import.
//! - Whatever leaves this module for a viewer went through one mask: no street, no exact position without consent.
//! - Local answers never wait for the outside.

pub(crate) mod api;
pub(crate) mod compat;
pub(crate) mod credits;
pub(crate) mod error;
mod events;
pub(crate) mod fetch;
pub(crate) mod find;
pub(crate) mod generation;
mod import;
pub(crate) mod jobs;
pub(crate) mod lists;
pub(crate) mod model;
pub(crate) mod personal;
pub(crate) mod place;
pub(crate) mod proofs;
pub(crate) mod registers;
mod seeing;
mod service;
pub(crate) mod settings;
pub(crate) mod sources;
mod start;
mod tables;
pub(crate) mod upstream;
pub(crate) mod view;
pub(crate) mod wishes;
pub(crate) mod write;

use crate::identity::{Actor, Service};

pub(crate) use service::{Ask, Callbook, HitView, Parts, Results};
pub(crate) use tables::tables;

/// Who imports registers in their time, and ends what former holders wished.
pub(crate) const KEEPER: Actor = Actor::Service(Service::CallbookKeeper);
