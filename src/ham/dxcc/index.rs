//! Maps from calls and prefixes to dated items, made for lookups without allocation.
//!
//! A key is at most 16 bytes packed into one number, so that hashing and comparing are single operations
//! and a shorter prefix is a mask. Keys come from tables, never from visitors: the hash needs no secret.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    ops::Range,
};

use super::entity::Span;

/// Longest key; the longest call in the large public tables has exactly 16 characters.
const KEY_LEN: usize = 16;

/// Up to 16 bytes of text, zero padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(u128);

impl Key {
    /// The key of a text; `None` when it is longer than any key.
    pub(super) fn new(text: &[u8]) -> Option<Self> {
        Self::joined(text, &[])
    }

    /// The key of `left` + `right`.
    pub(super) fn joined(left: &[u8], right: &[u8]) -> Option<Self> {
        let mut bytes = [0; KEY_LEN];
        let len = left.len() + right.len();
        if len > KEY_LEN {
            return None;
        }
        bytes[..left.len()].copy_from_slice(left);
        bytes[left.len()..len].copy_from_slice(right);
        Some(Self(u128::from_be_bytes(bytes)))
    }

    /// The first `len` bytes.
    pub(super) fn cut(self, len: usize) -> Self {
        match 8 * len {
            bits if bits < 128 => Self(self.0 & !(u128::MAX >> bits)),
            _ => self,
        }
    }

    /// Number of bytes of the text.
    pub(super) fn len(self) -> usize {
        KEY_LEN - self.0.trailing_zeros() as usize / 8
    }
}

#[derive(Default)]
pub(super) struct Fold(u64);

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u128(u128::from(byte));
        }
    }

    /// One wide multiplication, both halves kept: short keys differ in their highest bytes only.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the two halves are taken on purpose"
    )]
    fn write_u128(&mut self, n: u128) {
        let folded = n as u64 ^ ((n >> 64) as u64).rotate_left(32) ^ self.0;
        let product = u128::from(folded) * 0x9E37_79B9_7F4A_7C15;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// One line of a table: a key with what it means during a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<T> {
    pub(super) key: Key,
    pub(super) span: Span,
    pub(super) item: T,
}

/// Rows by key; of several rows valid at once the one with the shorter period wins.
#[derive(Debug)]
pub(super) struct Index<T> {
    by_key: HashMap<Key, Range<u32>, BuildHasherDefault<Fold>>,
    rows: Vec<Row<T>>,
    longest: usize,
}

impl<T> Index<T> {
    pub(super) fn new(mut rows: Vec<Row<T>>) -> Self {
        // Stable: of equal periods the row that came first in the table wins.
        rows.sort_by_key(|row| (row.key, row.span.length()));
        let mut by_key = HashMap::with_capacity_and_hasher(rows.len(), BuildHasherDefault::default());
        let mut start = 0;
        for run in rows.chunk_by(|a, b| a.key == b.key) {
            let end = start + u32::try_from(run.len()).expect("a table has fewer than 4 billion rows");
            by_key.insert(run[0].key, start..end);
            start = end;
        }
        let longest = rows.iter().map(|row| row.key.len()).max().unwrap_or(0);
        Self {
            by_key,
            rows,
            longest,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// What the key means at Unix second `t`.
    pub(super) fn at(&self, key: Key, t: i64) -> Option<&T> {
        let range = self.by_key.get(&key)?;
        let rows = &self.rows[range.start as usize..range.end as usize];
        rows.iter().find(|row| row.span.covers(t)).map(|row| &row.item)
    }

    /// The longest key valid at `t` that `text` begins with, and its length.
    pub(super) fn longest_prefix(&self, text: &[u8], t: i64) -> Option<(usize, &T)> {
        let longest = text.len().min(self.longest);
        let key = Key::new(&text[..longest])?;
        (1..=longest)
            .rev()
            .find_map(|len| Some((len, self.at(key.cut(len), t)?)))
    }
}
