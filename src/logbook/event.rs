//! What happened to logbooks, as plain data for the bus and for reactors.
//!
//! Invariant: only `ham` types and plain values, since the store carries these and stands below this domain.
//! An import is told once per batch, never per QSO; everything done to a single QSO carries the QSO itself,
//! so that nobody reads the store to tell the world.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::stored::StoredQso;

/// A logbook's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LogbookId(pub(crate) u32);

/// A QSO's place: its logbook and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct QsoId {
    pub(crate) book: LogbookId,
    pub(crate) number: u64,
}

/// What storing a QSO came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// A new QSO.
    Added,
    /// A known QSO got fields that it lacked.
    Merged,
    /// A known QSO, nothing new.
    Duplicate,
}

/// A QSO as it stands after a command.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) id: QsoId,
    /// The logbook's call.
    pub(crate) logbook: SmolStr,
    pub(crate) record: StoredQso,
}

/// A change in the logbooks.
#[derive(Clone, Debug)]
pub(crate) enum LogbookEvent {
    QsoAdded {
        contact: Arc<Contact>,
    },
    QsoChanged {
        contact: Arc<Contact>,
    },
    QsoDeleted {
        contact: Arc<Contact>,
    },
    /// A batch of an import or of another long change is stored.
    Batch {
        book: LogbookId,
        logbook: SmolStr,
        changed: u64,
    },
    /// An import has ended, or has been undone.
    ImportEnded {
        book: LogbookId,
        logbook: SmolStr,
        import: u32,
        undone: bool,
    },
    /// A logbook was made, renamed or removed.
    BooksChanged {
        book: LogbookId,
    },
    /// Somebody's right in a logbook changed.
    SharingChanged {
        book: LogbookId,
        account: u32,
    },
}

impl LogbookEvent {
    /// The logbook it is about.
    pub(crate) fn book(&self) -> LogbookId {
        match self {
            LogbookEvent::QsoAdded { contact }
            | LogbookEvent::QsoChanged { contact }
            | LogbookEvent::QsoDeleted { contact } => contact.id.book,
            LogbookEvent::Batch { book, .. }
            | LogbookEvent::ImportEnded { book, .. }
            | LogbookEvent::BooksChanged { book }
            | LogbookEvent::SharingChanged { book, .. } => *book,
        }
    }

    /// The call of that logbook, where the event carries it.
    pub(crate) fn logbook(&self) -> Option<&SmolStr> {
        match self {
            LogbookEvent::QsoAdded { contact }
            | LogbookEvent::QsoChanged { contact }
            | LogbookEvent::QsoDeleted { contact } => Some(&contact.logbook),
            LogbookEvent::Batch { logbook, .. } | LogbookEvent::ImportEnded { logbook, .. } => Some(logbook),
            LogbookEvent::BooksChanged { .. } | LogbookEvent::SharingChanged { .. } => None,
        }
    }
}

impl std::fmt::Display for QsoId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.book.0, self.number)
    }
}

/// The text is not `<logbook>-<number>`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the id of a contact")]
pub(crate) struct QsoIdError(String);

impl std::str::FromStr for QsoId {
    type Err = QsoIdError;

    fn from_str(text: &str) -> Result<QsoId, QsoIdError> {
        let (book, number) = text.split_once('-').ok_or_else(|| QsoIdError(text.to_owned()))?;
        match (book.parse(), number.parse()) {
            (Ok(book), Ok(number)) => Ok(QsoId {
                book: LogbookId(book),
                number,
            }),
            _ => Err(QsoIdError(text.to_owned())),
        }
    }
}
