//! Why the callbook did not do what it was asked for.

use super::find::{Fields, FindError, QueryError};
use super::generation::GenerationError;
use super::model::{Authority, AuthorityError};
use super::registers::columns::map::MapError;
use super::wishes;
use crate::identity::{self, Denied};
use crate::store::StoreError;

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Not signed in, the API key lacks the scope, or only an administrator may.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The files of a register.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// What was typed is no query.
    #[error("{0}")]
    BadQuery(#[from] QueryError),
    /// The query names fields that whoever asks may not search by.
    #[error("signing in is needed to search by that field")]
    Forbidden(Fields),
    /// Fewer characters than a search needs.
    #[error("type at least {0} characters, or a call")]
    TooShort(usize),
    /// The cursor is of another query.
    #[error("the cursor does not belong to this query; begin again")]
    Cursor,
    /// The index of every register is being made.
    #[error("the search index of the register {0} is being made; lookups of calls work meanwhile")]
    Mending(Authority),
    /// No register has the call.
    #[error("no register here has {0}")]
    NoCall(String),
    /// There is no such register.
    #[error("there is no register {0}")]
    NoSource(Authority),
    /// A text that names no register.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The configuration says it.
    #[error("{0} is set by the configuration")]
    Configured(String),
    /// A text that is no column map.
    #[error("the column map: {0}")]
    Map(#[from] MapError),
    /// A value that cannot be, of this field.
    #[error("{what}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// Another import of the register is at work.
    #[error("an import of the register {0} is at work already")]
    Busy(Authority),
    /// A file of the data directory.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// What holders wish.
    #[error(transparent)]
    Wishes(#[from] wishes::error::Error),
    /// What accounts have to do with it.
    #[error(transparent)]
    Identity(#[from] identity::Error),
}

impl From<FindError> for Error {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Forbidden(fields) => Self::Forbidden(fields),
            FindError::Cursor => Self::Cursor,
            FindError::Mending(authority) => Self::Mending(authority),
            FindError::Generation(error) => Self::Generation(error),
        }
    }
}
