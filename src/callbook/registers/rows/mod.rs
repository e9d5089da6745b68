//! Rows of delimited text, for registers of up to a few hundred thousand calls.
//!
//! [`Records`] cuts bytes into rows and survives what is in them: open quotation marks, endless lines, control
//! characters, bytes of another encoding. [`Gather`] holds rows packed in memory until all are there and hands them
//! on by ascending call, all rows of a call together. Both are bounded; what does not fit is told, never cut off.
//! Not here: what a column means (each register's own file), the FCC's files (sorted on disk).

mod date;
mod gather;
mod record;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use date::{DateForm, DateFormError};
pub(crate) use gather::{Gather, Given, MOST_ROWS, Tally, entry_of, nobody, of_call, postcode};
pub(crate) use record::{Dialect, Next, Record, Records};

use std::io::BufRead;

use super::{Progress, Reject, Sink, Stage};

/// Lines read between two reports.
const REPORT_EVERY: u64 = 20_000;

/// Why a register could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError<E> {
    /// The file could not be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Whoever takes the entries wants no more.
    #[error("{0}")]
    Sink(E),
    /// The file is no such register, or its layout has changed.
    #[error("{file}, line {line}: {what}")]
    Layout {
        /// The file's name.
        file: &'static str,
        /// The line, from 1.
        line: u64,
        /// What was expected.
        what: String,
    },
    /// More rows than are held in memory.
    #[error("the list has more than {MOST_ROWS} rows or is larger than is taken of a small register")]
    TooLarge,
}

/// A row that is not used, with its place.
pub(super) fn reject(file: &str, record: &Record, reason: &str) -> Reject {
    Reject {
        file: file.into(),
        line: record.line(),
        reason: reason.into(),
        excerpt: record.excerpt(),
    }
}

/// Tells how far the reading is, every now and then.
pub(super) fn report<S: Sink, R: BufRead>(
    sink: &mut S,
    records: &Records<R>,
    record: &Record,
) -> Result<(), ReadError<S::Error>> {
    if !record.line().is_multiple_of(REPORT_EVERY) {
        return Ok(());
    }
    let progress = Progress {
        stage: Stage::Reading,
        done: records.bytes(),
        of: None,
    };
    sink.progress(progress).map_err(ReadError::Sink)
}
