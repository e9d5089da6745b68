//! What can go wrong with an index: it is damaged and to be built anew, or the disk fails.

use std::sync::Arc;

use tantivy::TantivyError;

/// Why an index did not answer or did not take a change.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum SearchError {
    /// Missing, cut short, of another layout or otherwise unreadable: it has to be built anew.
    #[error("the search index is damaged: {0}")]
    Damaged(Arc<str>),
    /// The disk fails or is full.
    #[error("the search index is unavailable: {0}")]
    Unavailable(Arc<str>),
}

impl SearchError {
    pub(super) fn damaged(reason: impl std::fmt::Display) -> Self {
        Self::Damaged(reason.to_string().into())
    }

    pub(super) fn unavailable(reason: impl std::fmt::Display) -> Self {
        Self::Unavailable(reason.to_string().into())
    }

    /// Whether building the index anew is the remedy.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }
}

impl From<TantivyError> for SearchError {
    fn from(error: TantivyError) -> Self {
        match error {
            TantivyError::IoError(error) => Self::unavailable(error),
            TantivyError::LockFailure(..)
            | TantivyError::OpenWriteError(_)
            | TantivyError::SystemError(_)
            | TantivyError::ErrorInThread(_) => Self::unavailable(error),
            error => Self::damaged(error),
        }
    }
}

impl From<std::io::Error> for SearchError {
    fn from(error: std::io::Error) -> Self {
        Self::unavailable(error)
    }
}
