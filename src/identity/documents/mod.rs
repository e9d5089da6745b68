//! Licences shown to the administrators: a scan, kept sealed in a private file until some weeks after the decision.
//!
//! Invariants: a file is whole or it is not there (written aside, synced, renamed, then named by its record); what a
//! file holds is known by its first bytes, never by its name; only its owner sends and withdraws it, only
//! administrators read it, and each reading leaves a line in the audit trail. The matter itself is a review.
//! Backups hold the records, not the files.

mod cabinet;
mod handle;
mod jobs;
mod model;
mod personal;
mod tables;
#[cfg(test)]
mod tests;
mod write;

pub(super) use cabinet::Cabinet;
#[cfg(test)]
pub(crate) use cabinet::Kept;
pub(crate) use cabinet::{CabinetError, Incoming};
pub(crate) use handle::{DocumentLine, Sent};
pub(crate) use jobs::register;
#[cfg(test)]
pub(crate) use model::FileKind;
pub(crate) use model::MOST_BYTES;
pub(super) use personal::export;
pub(crate) use tables::check_documents;
pub(super) use tables::{document, forget, tables};
#[cfg(test)]
pub(crate) use write::{NewDocument, begin_document, note_reading, send_document, withdraw_document};
