//! The register of the FCC (United States): the ULS public access files of the amateur service.
//!
//! Three files matter: `EN` (who), `AM` (class, previous call, trustee), `HD` (status and days); they are joined on
//! the unique system identifier, never on the call, because calls are given again. Every unit goes to a [`UnitSink`]
//! in ascending number, then every call's [`Entry`](crate::callbook::model::Entry) in ascending order. Memory is
//! bounded: rows are sorted outside of it. Facts about the files: FCC, "Public Access Database Definitions" of ULS.

mod choose;
mod columns;
mod delta;
mod entity;
mod full;
mod intake;
mod lines;
mod pack;
mod rows;
mod stamp;
#[cfg(test)]
mod tests;
mod unit;

pub(crate) use choose::choose;
pub(crate) use delta::read_delta;
pub(crate) use full::read_full;
pub(crate) use rows::Notes;
pub(crate) use stamp::Stamp;
pub(crate) use unit::Unit;
#[cfg(test)]
pub(crate) use unit::{AmateurRow, EntityRow, HeaderRow};

use std::io;
use std::path::Path;

use jiff::civil::Date;

use super::Sink;
use super::archive::ArchiveError;

const COUNTS: &str = "counts";

/// The files that are looked for in an archive or a folder.
pub(crate) const MEMBERS: [&str; 4] = [COUNTS, "EN.dat", "AM.dat", "HD.dat"];

/// A sink that keeps the units too, so that daily files can be applied to them.
pub(crate) trait UnitSink: Sink {
    /// Everything of one unique system identifier; they come in ascending order, each once, all before the first entry.
    fn unit(&mut self, unit: Unit) -> Result<(), Self::Error>;
}

/// How a file is to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan<'p> {
    /// Where sorted runs are kept meanwhile: about the size of the unpacked files; no other reader may use it.
    pub(crate) work_dir: &'p Path,
    /// The day by the FCC's calendar: which licence can still be renewed depends on it.
    pub(crate) today: Date,
    /// Take files that have fewer lines than `counts` says.
    pub(crate) even_short: bool,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// What the archive said of itself.
    pub(crate) stamp: Option<Stamp>,
    pub(crate) members: full::Members,
    pub(crate) units: u64,
    pub(crate) calls: u64,
    /// What was odd or mended in rows that were used.
    pub(crate) notes: Notes,
}

/// What was read of one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MemberSummary {
    /// Line ends, as `wc -l` counts them.
    pub(crate) lines: u64,
    /// Rows used.
    pub(crate) rows: u64,
    /// Rows of others than the licensee.
    pub(crate) others: u64,
    pub(crate) rejected: u64,
}

/// Why a file was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error<E> {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The bytes of a file end in an error: damaged, cut short, or packed to fill a disk.
    #[error("{file} cannot be read: {source}")]
    Read { file: &'static str, source: io::Error },
    /// The folder for the sort.
    #[error("sorting the rows: {0}")]
    Work(io::Error),
    #[error("{0} is not there")]
    Missing(&'static str),
    /// The files are there, and nothing in them can be used.
    #[error("there is not one row of a licence")]
    Empty,
    #[error("{file} has {read} lines where there should be {told}: it was cut short")]
    Short {
        file: &'static str,
        read: u64,
        told: u64,
    },
    #[error("too much has changed for a daily file")]
    NotDaily,
    /// What takes or gives units failed, or the reading was called off.
    #[error(transparent)]
    Sink(E),
}

impl<E> Error<E> {
    /// The same with another error of the sink.
    fn map<F>(self, sink: impl FnOnce(E) -> F) -> Error<F> {
        match self {
            Self::Archive(error) => Error::Archive(error),
            Self::Read { file, source } => Error::Read { file, source },
            Self::Work(error) => Error::Work(error),
            Self::Missing(file) => Error::Missing(file),
            Self::Empty => Error::Empty,
            Self::Short { file, read, told } => Error::Short { file, read, told },
            Self::NotDaily => Error::NotDaily,
            Self::Sink(error) => Error::Sink(sink(error)),
        }
    }
}
