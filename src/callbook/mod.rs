//! The callbook: the registers of authorities, held here, kept current, searched in microseconds.
//!
//! Invariants:
//! - A register is a *generation*: records and search index built aside, swapped in by one commit, or not at all.
//! - A row that cannot be read is listed with its place and reason; it never stops an import.
//! - Whatever leaves this module for a viewer went through one mask: no street, no exact position without consent.
//! - Local answers never wait for the outside.

mod fetch;
pub(crate) mod find;
pub(crate) mod generation;
pub(crate) mod model;
pub(crate) mod place;
pub(crate) mod registers;
mod view;
mod wishes;
