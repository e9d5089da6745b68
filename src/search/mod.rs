//! Full-text search over documents that live elsewhere: one directory, one writer, many readers.
//!
//! A document is a key, a number that says how it ranks, and words in named fields; nothing else is stored, since
//! whoever asks keeps the documents and finds them by key. The words are indexed as given: folding is the caller's.
//!
//! Invariants:
//! - Hits come in the order (rank, key), whatever the index was through: a page goes on exactly behind the last one.
//! - A commit carries the number its caller gave it, so that what was written since can be written again.
//! - An index that is damaged, or of another layout, says so when it is opened; its caller builds it anew.
//!
//! Not here: what the fields mean, and how words of a language are folded. Only this module names the engine.

mod build;
mod error;
mod index;
mod key;
mod query;
#[cfg(test)]
mod tests;
mod top;

use smol_str::SmolStr;

pub(crate) use build::{Build, Writer};
pub(crate) use error::SearchError;
pub(crate) use index::Index;
pub(crate) use key::{Key, Pattern};
pub(crate) use query::Query;
pub(crate) use top::{Order, Place};

/// A field, by its place in the list of the [`Layout`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Field(pub(crate) u8);

/// What an index holds: an index of another layout is built anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Raised when the words of a field are made differently.
    pub(crate) version: u32,
    /// The fields' names in the file, none beginning with `~`.
    pub(crate) fields: &'static [&'static str],
}

/// What is written for one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) key: Key,
    /// What [`Order::rank`] is asked with.
    pub(crate) traits: u64,
    pub(crate) words: Vec<(Field, SmolStr)>,
}
