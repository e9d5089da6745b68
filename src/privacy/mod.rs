//! What the program holds about a person, part by part: the one interface by which everything above gives it out and
//! erases it.
//!
//! A [`Part`] names the tables whose rows it answers for, writes them into an [`Archive`] and erases them. The
//! application collects the parts; a test there compares them with the list of all tables, so that a table that nobody
//! answers for does not get in: it belongs to one part, or is [`Impersonal`] with a reason. Erasing is done in pieces
//! of one transaction each and may be begun again at any point. What a person may ask for, and when, is not decided
//! here.

mod archive;

use std::io::{self, Write};

use jiff::Timestamp;
use smol_str::SmolStr;

use crate::store::{self, Store, StoreError};

pub(crate) use archive::Archive;

/// Rows erased in one transaction.
pub(crate) const PIECE: usize = 1_000;

/// Whom it is about.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// The number of the account: what the rows have of it. Alone it names nobody.
    pub(crate) account: u32,
    /// What the person signs in as, and signed in as before.
    pub(crate) names: Vec<SmolStr>,
    /// The address that mail goes to.
    pub(crate) email: Option<SmolStr>,
    /// Whether the logbooks that are the person's alone go with them.
    pub(crate) logs: bool,
    pub(crate) now: Timestamp,
}

impl Subject {
    /// What stands in the place of the names where a line must stay: the audit trail.
    pub(crate) fn pseudonym(&self) -> String {
        format!("account {}", self.account)
    }

    /// The text with each of the person's names, as a word of its own, replaced by the pseudonym.
    pub(crate) fn without_names(&self, text: &str) -> String {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '/';
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let end = if is_name(first) {
                rest.find(|c| !is_name(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let (word, after) = rest.split_at(end);
            if self.names.iter().any(|name| name.eq_ignore_ascii_case(word)) {
                out.push_str(&self.pseudonym());
            } else {
                out.push_str(word);
            }
            rest = after;
        }
        out
    }
}

/// Why a part could not be written out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Other(String),
}

/// Whether rows are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Erased {
    /// There may be more: once again.
    Some,
    /// There is no more of this part.
    All,
}

impl Erased {
    /// What removing `count` of at most `limit` rows came to.
    pub(crate) fn of(count: usize, limit: usize) -> Self {
        if count < limit { Self::All } else { Self::Some }
    }
}

/// Where erasing has got to within a part that is walked through: the key of the row looked at last. Lost when the
/// program ends, which costs a walk and nothing else.
pub(crate) type Position = Option<(u32, u64)>;

/// Files of people that lie sealed beside the store. What seals them is above here.
pub(crate) trait SealedFiles: Send + Sync {
    /// Writes what a person's file holds, piece by piece; blocking. Nothing follows a piece that is not as it was sealed.
    fn copy_to(&self, account: u32, file: &str, out: &mut dyn Write) -> io::Result<()>;
}

/// Where a part finds what it holds.
#[derive(Clone, Copy)]
pub(crate) struct Holdings<'a> {
    pub(crate) store: &'a Store,
    pub(crate) files: &'a dyn SealedFiles,
}

/// Writes what a part holds of a person into the archive; blocking.
pub(crate) type Export = fn(Holdings<'_>, &Subject, &mut Archive<'_>) -> Result<(), ExportError>;

/// Erases up to about [`PIECE`] rows of a person.
pub(crate) type Erase = fn(&mut store::Write<'_>, &Subject, &mut Position) -> Result<Erased, StoreError>;

/// What one domain holds about people.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// The folder of the archive.
    pub(crate) name: &'static str,
    /// Every table of the domain that has something of a person in it.
    pub(crate) tables: &'static [&'static str],
    pub(crate) export: Export,
    pub(crate) erase: Erase,
}

/// A table that holds nothing of a person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Impersonal {
    pub(crate) table: &'static str,
    /// Why not.
    pub(crate) why: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_as_whole_words_only() {
        let subject = Subject {
            account: 7,
            names: vec!["K1A".into(), "SWL_BOB".into()],
            email: None,
            logs: false,
            now: Timestamp::UNIX_EPOCH,
        };
        let text = "k1a (key 1), K1AB, K1A/P is now SWL_BOB: K1A";
        let told = "account 7 (key 1), K1AB, K1A/P is now account 7: account 7";
        assert_eq!(subject.without_names(text), told);
        assert_eq!(subject.without_names(told), told);
    }
}
