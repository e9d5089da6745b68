//! Reading the registers of authorities: bytes of their files become [`Entry`]s, and defects become [`Reject`]s.
//!
//! Every reader hands what it understands to a [`Sink`] in ascending order of calls, one entry per call, and never
//! stops for a bad row: it lists it with file, line and reason. Readers hold no more than a bounded part of a file.
//! Not here: where files come from (`fetch`), where entries go (`generation`).

pub(crate) mod acma;
pub(crate) mod archive;
pub(crate) mod columns;
pub(crate) mod fcc;
pub(crate) mod ised;
pub(crate) mod japan;
pub(crate) mod rows;
mod sort;
pub(crate) mod traficom;

use smol_str::SmolStr;

use super::model::Entry;

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Reject {
    /// The file's name in its archive.
    pub(crate) file: SmolStr,
    /// The row's first line, from 1.
    pub(crate) line: u64,
    /// Why, in words that stay the same for the same cause: rejects are counted by it.
    pub(crate) reason: SmolStr,
    /// The first 120 characters of the row.
    pub(crate) excerpt: SmolStr,
}

/// How far a reader has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) stage: Stage,
    /// Of `of`, in bytes or rows.
    pub(crate) done: u64,
    /// `None`: not known.
    pub(crate) of: Option<u64>,
}

/// What an import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    Downloading,
    Reading,
    Joining,
    Writing,
    Indexing,
    /// Looking for what differs from the register in use.
    Comparing,
}

/// Where a reader hands what it has read.
pub(crate) trait Sink {
    /// Why nothing more is taken: a full disk, or the job was cancelled.
    type Error;

    /// Everything of one call; calls come in ascending order, each once.
    fn entry(&mut self, entry: Entry) -> Result<(), Self::Error>;

    /// A row that was not used.
    fn reject(&mut self, reject: Reject);

    /// Called every now and then; an error ends the reading.
    fn progress(&mut self, progress: Progress) -> Result<(), Self::Error>;
}
