//! What can go wrong with logbooks; each variant is something a caller treats differently.

use smol_str::SmolStr;

use super::filter::FilterError;
use crate::identity::Denied;
use crate::store::StoreError;

/// Why a logbook command or query failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Not signed in, or the API key lacks the scope.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such logbook, or none that the actor may know of.
    #[error("there is no logbook {0}")]
    NoLogbook(SmolStr),
    /// The actor has no logbook yet and named none.
    #[error("no logbook is named, and the account has none")]
    NoneNamed,
    /// There is no account of that call.
    #[error("there is no account of {0}")]
    NoAccount(SmolStr),
    /// There is no such contact, or none that the actor may know of.
    #[error("there is no contact {0}")]
    NoContact(String),
    /// There is no such import, or none that the actor may know of.
    #[error("there is no import {0}")]
    NoImport(String),
    /// The right in the logbook does not reach so far.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// `If-Match` named another revision.
    #[error("the contact has changed meanwhile: it is at revision {current}")]
    Changed { current: u32 },
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// A field cannot take the value.
    #[error("{field}: {message}")]
    Invalid { field: String, message: String },
    /// A logbook of that call exists.
    #[error("a logbook for {0} exists already")]
    CallTaken(SmolStr),
    /// The account owns as many logbooks as it may.
    #[error("an account may own {0} logbooks, and this one does")]
    TooManyBooks(usize),
    /// What the undo token stood for is gone.
    #[error("this can no longer be undone")]
    UndoGone,
    /// The import is in a state that does not allow it.
    #[error("{0}")]
    ImportState(&'static str),
    /// More contacts than one command takes.
    #[error("{0} contacts are too many for one command")]
    TooMany(u64),
}

impl Error {
    /// A field that cannot take the value given.
    pub(crate) fn invalid(field: impl Into<String>, message: impl std::fmt::Display) -> Error {
        Error::Invalid {
            field: field.into(),
            message: message.to_string(),
        }
    }
}
