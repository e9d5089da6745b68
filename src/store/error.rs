//! What can go wrong in the store: one enum for operations, one for opening.

use std::path::PathBuf;
use std::sync::Arc;

use super::codec::CodecError;

/// Why an operation on the store failed.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StoreError {
    /// The store takes no writes for now (disk full or failing); reads mostly go on. Maps to 503
    /// `storage_unavailable`.
    #[error("storage unavailable: {0}")]
    Unavailable(Arc<str>),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// The command or query panicked; nothing of it was stored.
    #[error("a storage command failed unexpectedly")]
    Panicked,
    /// A stored row does not read back.
    #[error("a row of table {table} is damaged: {what}")]
    Corrupt {
        /// The table's name.
        table: &'static str,
        /// What is wrong with it.
        what: CodecError,
    },
    /// A stored key does not read back.
    #[error("a key of table {table} is damaged")]
    CorruptKey {
        /// The table's name.
        table: &'static str,
    },
    /// A value cannot be stored.
    #[error("table {table}: {what}")]
    Encode {
        /// The table's name.
        table: &'static str,
        /// Why not.
        what: CodecError,
    },
    /// A key holds text with a zero byte.
    #[error("a key of table {table} holds a zero byte")]
    KeyText {
        /// The table's name.
        table: &'static str,
    },
    /// The table is not in the list of the schema: backup and check would miss it.
    #[error("table {table} is not listed in the schema")]
    Unlisted {
        /// The table's name.
        table: &'static str,
    },
    /// A rule of the caller that needs no type of its own: reactors, migrations.
    #[error("{0}")]
    Refused(Arc<str>),
}

impl StoreError {
    pub(super) fn unavailable(reason: impl std::fmt::Display) -> Self {
        Self::Unavailable(reason.to_string().into())
    }

    /// Whether it is the disk that failed, not the caller.
    pub(crate) fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Closed)
    }
}

impl From<redb::StorageError> for StoreError {
    fn from(error: redb::StorageError) -> Self {
        Self::unavailable(error)
    }
}

/// Why a data directory could not be opened; each is one clear line for the operator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// Another process works on this directory.
    #[error("the data directory {} is in use by {}", dir.display(), holder(*pid))]
    HeldByAnother {
        /// The directory.
        dir: PathBuf,
        /// Who holds it, if it said so.
        pid: Option<u32>,
    },
    /// Written by a newer program; the file was not touched.
    #[error(
        "the data was written by a newer program (schema {found}, version {by}); this one knows schema {ours} (version {})",
        env!("CARGO_PKG_VERSION")
    )]
    NewerSchema {
        /// The schema number in the file.
        found: u32,
        /// The newest number this program knows.
        ours: u32,
        /// The version of the program that wrote it.
        by: String,
    },
    /// No room for the copy that precedes a migration.
    #[error(
        "a copy of the data before the upgrade needs {needed} bytes in {}, {free} are free; free some",
        dir.display()
    )]
    NoRoomForCopy {
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
        /// Where.
        dir: PathBuf,
    },
    /// The program lacks a step of the way from the data's schema to its own.
    #[error(
        "the data has schema {from}, and this program cannot bring it to schema {ours}; use a version between"
    )]
    NoWay {
        /// The schema number in the file.
        from: u32,
        /// The newest number this program knows.
        ours: u32,
    },
    /// A restore into this directory did not come to its end.
    #[error(
        "a restore into {} was cut off, so its data is not whole; empty the directory and restore again",
        .0.display()
    )]
    HalfRestored(PathBuf),
    /// A step of an upgrade failed; it goes on from there at the next start.
    #[error("the upgrade to schema {to} ({name}) failed: {error}")]
    Migration {
        /// The schema it leads to.
        to: u32,
        /// What it does.
        name: &'static str,
        /// Why it failed.
        error: StoreError,
    },
    /// The copy before a migration could not be made.
    #[error("the copy of the data before the upgrade failed: {0}")]
    Copy(String),
    /// A file or directory cannot be used.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The database file is damaged or not a database.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What the engine says.
        reason: String,
    },
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}
