//! A write transaction: changes to tables, counters, events.
//!
//! Several commands may share one transaction (group commit), each as if it were alone: what a failing
//! command changed is taken back from an undo log, what the others did stays. A command has no effect
//! outside its `Write`; effects follow after the commit, from its events and from what it left for then.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use redb::{ReadableTable, ReadableTableMetadata};
use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;

use super::error::StoreError;
use super::key::{Key, KeyBuf, Span};
use super::read::{
    ByteScan, ByteSpan, Bytes, Direction, FillChunk, OwnedRow, Rows, copy_rows, definition, encoded,
    same_name,
};
use super::schema::{COUNTERS, Registry};
use super::table::Table;
use crate::event::Event;

type OpenTable<'t> = redb::Table<'t, Bytes, Bytes>;

/// The transaction a command works in.
pub(crate) struct Write<'t> {
    transaction: &'t redb::WriteTransaction,
    registry: &'t Registry,
    open: RefCell<Vec<(&'static str, OpenTable<'t>)>>,
    undo: Undo,
    counters: Vec<(SmolStr, u64)>,
    events: Vec<Event>,
    then: Vec<Then>,
    /// What the commands of this transaction that have succeeded leave behind.
    settled: Aftermath,
    changes: usize,
    value: Vec<u8>,
    /// The engine has reported a failure: nothing of this transaction can be committed.
    broken: Cell<bool>,
}

/// Something to be done after the commit.
type Then = Box<dyn FnOnce() + Send>;

/// What follows a commit: first what commands left for then, after it their events.
#[derive(Default)]
pub(super) struct Aftermath {
    pub(super) then: Vec<Then>,
    pub(super) events: Vec<Event>,
}

/// Rows as they were before the running command, newest last.
#[derive(Default)]
struct Undo {
    bytes: Vec<u8>,
    rows: Vec<UndoRow>,
}

struct UndoRow {
    table: usize,
    key_end: usize,
    end: usize,
    existed: bool,
}

impl<'t> Write<'t> {
    pub(super) fn new(transaction: &'t redb::WriteTransaction, registry: &'t Registry) -> Self {
        Self {
            transaction,
            registry,
            open: RefCell::default(),
            undo: Undo::default(),
            counters: Vec::new(),
            events: Vec::new(),
            then: Vec::new(),
            settled: Aftermath::default(),
            changes: 0,
            value: Vec::new(),
            broken: Cell::new(false),
        }
    }

    /// Stores `value` under `key`, replacing what was there.
    pub(crate) fn put<K, V>(&mut self, table: Table<K, V>, key: &K, value: &V) -> Result<(), StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        let mut buf = KeyBuf::new();
        let key = encoded(table, key, &mut buf)?;
        let mut bytes = std::mem::take(&mut self.value);
        let stored = table
            .encode(value, &mut bytes)
            .and_then(|()| self.put_bytes(table.name(), key, &bytes));
        self.value = bytes;
        stored
    }

    /// Removes the row under `key`; tells whether there was one.
    pub(crate) fn remove<K, V>(&mut self, table: Table<K, V>, key: &K) -> Result<bool, StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        let mut buf = KeyBuf::new();
        let key = encoded(table, key, &mut buf)?;
        self.remove_bytes(table.name(), key)
    }

    /// Removes the rows of a span that `goes` picks by key and stored bytes, in one walk: far cheaper than one by one
    /// where most of a span goes. Returns how many went. Where `goes` panics, the store takes no more writes.
    pub(crate) fn remove_picked<K, V>(
        &mut self,
        table: Table<K, V>,
        span: Span<K>,
        mut goes: impl FnMut(&K, &[u8]) -> bool,
    ) -> Result<usize, StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        let span = byte_span(table, span)?;
        let Some(bounds) = span.bounds() else { return Ok(0) };
        let at = self.open(table.name())?;
        let (undo, mut removed, mut undecoded) = (&mut self.undo, 0, None);
        let walked = self.open.get_mut()[at]
            .1
            .retain_in::<&[u8], _>(bounds, |key, value| {
                let picked = match table.decode_key(key) {
                    Ok(decoded) => goes(&decoded, value),
                    Err(error) => {
                        undecoded = Some(error);
                        false
                    }
                };
                if picked {
                    undo.push(at, key, Some(value));
                    removed += 1;
                }
                !picked
            });
        walked.map_err(|error| engine_failed(&self.broken, error))?;
        self.changes += removed;
        undecoded.map_or(Ok(removed), Err)
    }

    /// Removes the first `limit` rows of a span; returns how many there were.
    pub(crate) fn remove_span<K, V>(
        &mut self,
        table: Table<K, V>,
        span: Span<K>,
        limit: usize,
    ) -> Result<usize, StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        let span = byte_span(table, span)?;
        let mut rows = VecDeque::new();
        self.fill(table.name(), &span, Direction::Forward, limit, &mut rows)?;
        for (key, _) in &rows {
            self.remove_bytes(table.name(), key)?;
        }
        Ok(rows.len())
    }

    /// The next number of a counter, from 1 on; a number is never given twice.
    pub(crate) fn next_id(&mut self, counter: &str) -> Result<u64, StoreError> {
        if let Some((_, last)) = self.counters.iter_mut().find(|(name, _)| name == counter) {
            *last += 1;
            return Ok(*last);
        }
        let name = SmolStr::new(counter);
        let next = self.get(COUNTERS, &name)?.unwrap_or(0) + 1;
        self.counters.push((name, next));
        Ok(next)
    }

    /// Announces what happened: to the reactors in this transaction, to the bus after its commit.
    pub(crate) fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Runs `then` on the writer's thread when this command is durable, before anybody hears of its events: for
    /// memory that mirrors rows, which so follows the order of the commits even when whoever asked is gone. It must
    /// be quick, and must not ask the store.
    pub(crate) fn after_commit(&mut self, then: impl FnOnce() + Send + 'static) {
        self.then.push(Box::new(then));
    }

    pub(super) fn put_bytes(
        &mut self,
        table: &'static str,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), StoreError> {
        let at = self.open(table)?;
        let old = self.open.get_mut()[at].1.insert(key, value);
        let old = old.map_err(|error| engine_failed(&self.broken, error))?;
        self.undo
            .push(at, key, old.as_ref().map(redb::AccessGuard::value));
        self.changes += 1;
        Ok(())
    }

    pub(super) fn remove_bytes(&mut self, table: &'static str, key: &[u8]) -> Result<bool, StoreError> {
        let at = self.open(table)?;
        let old = self.open.get_mut()[at].1.remove(key);
        let Some(old) = old.map_err(|error| engine_failed(&self.broken, error))? else {
            return Ok(false);
        };
        self.undo.push(at, key, Some(old.value()));
        self.changes += 1;
        Ok(true)
    }

    /// The place of a table among the open ones, opening it first if need be.
    fn open(&self, name: &'static str) -> Result<usize, StoreError> {
        let mut open = self.open.borrow_mut();
        if let Some(at) = open.iter().position(|(known, _)| same_name(known, name)) {
            return Ok(at);
        }
        if !self.registry.lists(name) {
            return Err(StoreError::Unlisted { table: name });
        }
        let table = self.transaction.open_table(definition(name));
        let table = table.map_err(|error| {
            self.broken.set(true);
            StoreError::unavailable(error)
        })?;
        open.push((name, table));
        Ok(open.len() - 1)
    }

    fn with_table<R>(
        &self,
        name: &'static str,
        f: impl FnOnce(&OpenTable<'t>) -> Result<R, redb::StorageError>,
    ) -> Result<R, StoreError> {
        let at = self.open(name)?;
        f(&self.open.borrow()[at].1).map_err(|error| engine_failed(&self.broken, error))
    }

    /// Ends a command that succeeded: reactors, counters; on an error the command has failed after all.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        let mut handled = 0;
        while let Some(event) = self.events.get(handled).cloned() {
            if handled >= MOST_EVENTS {
                return Err(StoreError::Refused("a command led to too many events".into()));
            }
            for react in &self.registry.reactors {
                react(self, &event)?;
            }
            handled += 1;
        }
        for (name, last) in std::mem::take(&mut self.counters) {
            self.put(COUNTERS, &name, &last)?;
        }
        self.undo.clear();
        self.settled.events.append(&mut self.events);
        self.settled.then.append(&mut self.then);
        Ok(())
    }

    /// Takes back everything the running command did.
    pub(super) fn roll_back(&mut self) {
        self.events.clear();
        self.then.clear();
        self.counters.clear();
        let tables = self.open.get_mut();
        for row in (0..self.undo.rows.len()).rev() {
            let (at, key, old) = self.undo.row(row);
            let table = &mut tables[at].1;
            let restored = match old {
                Some(value) => table.insert(key, value).map(drop),
                None => table.remove(key).map(drop),
            };
            if let Err(error) = restored {
                engine_failed(&self.broken, error);
                break;
            }
        }
        self.undo.clear();
    }

    /// Rows changed by the commands of this transaction so far.
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.get()
    }

    /// What all commands that succeeded leave behind, in order.
    pub(super) fn into_aftermath(self) -> Aftermath {
        self.settled
    }
}

/// Events one command may lead to; more are reactors answering each other without end.
const MOST_EVENTS: usize = 20_000;

/// A span as bytes, unless no table may hold its keys.
fn byte_span<K, V>(table: Table<K, V>, span: Span<K>) -> Result<ByteSpan, StoreError> {
    if span.refused {
        return Err(StoreError::KeyText { table: table.name() });
    }
    let Span { low, high, .. } = span;
    Ok(ByteSpan { low, high })
}

fn engine_failed(broken: &Cell<bool>, error: redb::StorageError) -> StoreError {
    broken.set(true);
    error.into()
}

impl Undo {
    fn push(&mut self, table: usize, key: &[u8], old: Option<&[u8]>) {
        self.bytes.extend_from_slice(key);
        let key_end = self.bytes.len();
        self.bytes.extend_from_slice(old.unwrap_or_default());
        self.rows.push(UndoRow {
            table,
            key_end,
            end: self.bytes.len(),
            existed: old.is_some(),
        });
    }

    fn row(&self, at: usize) -> (usize, &[u8], Option<&[u8]>) {
        let start = at.checked_sub(1).map_or(0, |before| self.rows[before].end);
        let UndoRow {
            table,
            key_end,
            end,
            existed,
        } = self.rows[at];
        (
            table,
            &self.bytes[start..key_end],
            existed.then(|| &self.bytes[key_end..end]),
        )
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.rows.clear();
    }
}

impl FillChunk for Write<'_> {
    fn fill(
        &self,
        table: &'static str,
        span: &ByteSpan,
        direction: Direction,
        size: usize,
        out: &mut VecDeque<OwnedRow>,
    ) -> Result<(), StoreError> {
        self.with_table(table, |table| copy_rows(table, span, direction, size, out))
    }
}

impl Rows for Write<'_> {
    fn with_row<R>(
        &self,
        table: &'static str,
        key: &[u8],
        found: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, StoreError> {
        self.with_table(table, |table| {
            Ok(table.get(key)?.map(|value| found(value.value())))
        })
    }

    fn scan_bytes(&self, table: &'static str, span: ByteSpan, direction: Direction) -> ByteScan<'_> {
        ByteScan::chunks(self, table, span, direction)
    }

    fn row_count(&self, table: &'static str) -> Result<u64, StoreError> {
        self.with_table(table, ReadableTableMetadata::len)
    }
}
