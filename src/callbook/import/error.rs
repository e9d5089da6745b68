//! Why an import did not come to its end; the register in use stays in every case.

use super::super::error::Error;
use super::super::fetch::check::Doubt;
use super::super::generation::{BuildError, GenerationError};
use super::super::registers::archive::ArchiveError;
use super::super::registers::fcc;
use super::super::registers::rows::ReadError;

/// Why a register was not imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error(transparent)]
    Book(#[from] Error),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Fcc(fcc::Error<BuildError>),
    /// A daily file.
    #[error(transparent)]
    Day(fcc::Error<GenerationError>),
    #[error("{0}")]
    Read(ReadError<BuildError>),
    #[error(transparent)]
    Build(BuildError),
    #[error(transparent)]
    Generation(#[from] GenerationError),
    #[error(transparent)]
    Doubt(#[from] Doubt),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the import was stopped")]
    Cancelled,
    /// Nothing of a register was in the files.
    #[error("there is not one call in it: this is another file")]
    Empty,
    /// A list without a column map.
    #[error("there is no column map for this list")]
    NoMap,
    /// A daily file before any whole archive.
    #[error("the whole archive has to be imported before a daily file")]
    NothingToChange,
    /// A day's file that is still the one of a week before.
    #[error("the file is not newer than what is in use")]
    NotNewer,
}

impl ImportError {
    /// What helps, in English; empty where nothing does.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::Archive(_) | Self::Fcc(fcc::Error::Archive(_) | fcc::Error::Read { .. }) => {
                "Get the file again: it was probably cut short on its way."
            }
            Self::Fcc(fcc::Error::Short { .. }) | Self::Doubt(_) => {
                "Get the file again. If the register has really shrunk, import it with \"even if it is older or much smaller\"."
            }
            Self::Read(ReadError::Layout { .. }) => {
                "The layout of the register has changed. Of a list, mend its column map."
            }
            Self::NoMap => {
                "Make a column map for it first, on the page of registers or by `callbook import csv --map`."
            }
            Self::Io(_) | Self::Fcc(fcc::Error::Work(_)) => {
                "Look for room on the disk of the data directory."
            }
            Self::Book(Error::Store(_)) => "Look at the state of the disk; the import can be begun again.",
            _ => "",
        }
    }

    /// Whether whoever watched called it off.
    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(
            self,
            Self::Cancelled
                | Self::Build(BuildError::Cancelled)
                | Self::Fcc(fcc::Error::Sink(BuildError::Cancelled))
                | Self::Read(ReadError::Sink(BuildError::Cancelled))
        )
    }

    /// Whether the file itself is no good, so that reading it once more helps nobody.
    pub(crate) fn is_the_files(&self) -> bool {
        !self.is_cancelled()
            && !matches!(
                self,
                Self::Io(_)
                    | Self::Book(_)
                    | Self::Generation(_)
                    | Self::Build(_)
                    | Self::Fcc(fcc::Error::Work(_) | fcc::Error::Sink(_))
                    | Self::Read(ReadError::Io(_) | ReadError::Sink(_))
            )
    }
}

impl From<BuildError> for ImportError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

impl From<fcc::Error<BuildError>> for ImportError {
    fn from(error: fcc::Error<BuildError>) -> Self {
        Self::Fcc(error)
    }
}

impl From<ReadError<BuildError>> for ImportError {
    fn from(error: ReadError<BuildError>) -> Self {
        Self::Read(error)
    }
}
