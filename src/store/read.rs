//! Queries: what both a read transaction and a write transaction can answer.
//!
//! A `Read` sees one state of the whole store and lives only inside the closure it is given to: it is never
//! held across an await or a socket. Lists and exports page by key, a thousand rows a transaction.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::ops::Bound;

use redb::{ReadableTable, ReadableTableMetadata, TableDefinition};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;
use super::key::{Key, KeyBuf, Span};
use super::table::Table;

/// A table as the engine sees it: bytes on both sides.
pub(super) type Bytes = &'static [u8];

/// The engine's handle of the table with this name.
pub(super) const fn definition(name: &str) -> TableDefinition<'_, Bytes, Bytes> {
    TableDefinition::new(name)
}

/// Which end of a span a scan starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Smallest key first.
    Forward,
    /// Largest key first.
    Backward,
}

/// What queries need; implemented by `Read` and by `Write`, which sees its own changes.
pub(crate) trait Rows {
    /// Hands the bytes of one row to `found`; the building block of `get`.
    #[doc(hidden)]
    fn with_row<R>(
        &self,
        table: &'static str,
        key: &[u8],
        found: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, StoreError>;

    /// The rows of a range of keys, as bytes; the building block of `scan`.
    #[doc(hidden)]
    fn scan_bytes(&self, table: &'static str, span: ByteSpan, direction: Direction) -> ByteScan<'_>;

    /// The number of rows of a table; the building block of `len`.
    #[doc(hidden)]
    fn row_count(&self, table: &'static str) -> Result<u64, StoreError>;

    /// The record under `key`.
    fn get<K, V>(&self, table: Table<K, V>, key: &K) -> Result<Option<V>, StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        let mut buf = KeyBuf::new();
        let key = encoded(table, key, &mut buf)?;
        self.with_row(table.name(), key, |bytes| table.decode(bytes))?
            .transpose()
    }

    /// Whether there is a record under `key`.
    fn contains<K, V>(&self, table: Table<K, V>, key: &K) -> Result<bool, StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        let mut buf = KeyBuf::new();
        let key = encoded(table, key, &mut buf)?;
        Ok(self.with_row(table.name(), key, |_| ())?.is_some())
    }

    /// The records of a span of keys in their order; after an error the iterator ends.
    fn scan<K, V>(&self, table: Table<K, V>, span: Span<K>, direction: Direction) -> Scan<'_, K, V>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        let bytes = if span.refused {
            ByteScan::failed(StoreError::KeyText { table: table.name() })
        } else {
            self.scan_bytes(
                table.name(),
                ByteSpan {
                    low: span.low,
                    high: span.high,
                },
                direction,
            )
        };
        Scan {
            table,
            bytes,
            _table: PhantomData,
        }
    }

    /// The record with the smallest key of a span.
    fn first<K, V>(&self, table: Table<K, V>, span: Span<K>) -> Result<Option<(K, V)>, StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        self.scan(table, span, Direction::Forward).next().transpose()
    }

    /// The record with the largest key of a span.
    fn last<K, V>(&self, table: Table<K, V>, span: Span<K>) -> Result<Option<(K, V)>, StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        self.scan(table, span, Direction::Backward).next().transpose()
    }

    /// Counts the rows of a span by walking them: for small spans. A whole table: `len`.
    fn count<K, V>(&self, table: Table<K, V>, span: Span<K>) -> Result<u64, StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        let mut scan = self.scan(table, span, Direction::Forward);
        let mut count = 0;
        while scan.bytes.advance(|_, _| ())?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// The number of rows of a whole table, without walking it.
    fn len<K, V>(&self, table: Table<K, V>) -> Result<u64, StoreError> {
        self.row_count(table.name())
    }
}

/// Encodes a key, refusing one that no table may hold.
pub(super) fn encoded<'b, K: Key, V>(
    table: Table<K, V>,
    key: &K,
    buf: &'b mut KeyBuf,
) -> Result<&'b [u8], StoreError> {
    key.encode(buf);
    buf.bytes().ok_or(StoreError::KeyText { table: table.name() })
}

/// Records of a span, decoded as they are taken.
pub(crate) struct Scan<'r, K, V> {
    table: Table<K, V>,
    bytes: ByteScan<'r>,
    _table: PhantomData<fn() -> (K, V)>,
}

/// A row's value as it is stored, to tell later whether it is still the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored(Box<[u8]>);

impl PartialEq<[u8]> for Stored {
    fn eq(&self, bytes: &[u8]) -> bool {
        *self.0 == *bytes
    }
}

impl<K, V> Scan<'_, K, V>
where
    K: Key + 'static,
    V: Serialize + DeserializeOwned + 'static,
{
    /// The records together with their bytes.
    pub(crate) fn with_stored(mut self) -> impl Iterator<Item = Result<(K, V, Stored), StoreError>> {
        let table = self.table;
        std::iter::from_fn(move || {
            let row = self.bytes.advance(|key, value| {
                Ok((table.decode_key(key)?, table.decode(value)?, Stored(value.into())))
            });
            row.transpose().map(Result::flatten)
        })
    }
}

impl<K, V> Iterator for Scan<'_, K, V>
where
    K: Key + 'static,
    V: Serialize + DeserializeOwned + 'static,
{
    type Item = Result<(K, V), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let table = self.table;
        let row = self
            .bytes
            .advance(|key, value| Ok((table.decode_key(key)?, table.decode(value)?)));
        row.transpose().map(Result::flatten)
    }
}

/// A range of encoded keys.
#[derive(Debug, Clone)]
pub(crate) struct ByteSpan {
    pub(super) low: Bound<Vec<u8>>,
    pub(super) high: Bound<Vec<u8>>,
}

/// A lower and an upper bound, as the engine takes them.
type Bounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

impl ByteSpan {
    /// The span as the engine takes it; `None` when it is empty or upside down.
    pub(super) fn bounds(&self) -> Option<Bounds<'_>> {
        let (low, high) = (
            self.low.as_ref().map(Vec::as_slice),
            self.high.as_ref().map(Vec::as_slice),
        );
        let sound = match (low, high) {
            (Bound::Included(a), Bound::Included(b)) => a <= b,
            (Bound::Included(a) | Bound::Excluded(a), Bound::Excluded(b))
            | (Bound::Excluded(a), Bound::Included(b)) => a < b,
            _ => true,
        };
        sound.then_some((low, high))
    }

    /// Leaves only what lies beyond `key` in the direction of the scan.
    fn narrow(&mut self, key: Vec<u8>, direction: Direction) {
        match direction {
            Direction::Forward => self.low = Bound::Excluded(key),
            Direction::Backward => self.high = Bound::Excluded(key),
        }
    }
}

/// Rows as bytes.
pub(crate) struct ByteScan<'r> {
    source: Source<'r>,
    direction: Direction,
}

enum Source<'r> {
    Done,
    Failed(StoreError),
    Snapshot(redb::Range<'static, Bytes, Bytes>),
    Chunks(Chunks<'r>),
}

impl<'r> ByteScan<'r> {
    pub(super) fn empty() -> Self {
        Self {
            source: Source::Done,
            direction: Direction::Forward,
        }
    }

    pub(super) fn failed(error: StoreError) -> Self {
        Self {
            source: Source::Failed(error),
            direction: Direction::Forward,
        }
    }

    pub(super) fn snapshot(range: redb::Range<'static, Bytes, Bytes>, direction: Direction) -> Self {
        Self {
            source: Source::Snapshot(range),
            direction,
        }
    }

    pub(super) fn chunks(
        rows: &'r dyn FillChunk,
        table: &'static str,
        span: ByteSpan,
        direction: Direction,
    ) -> Self {
        let chunks = Chunks {
            rows,
            table,
            span,
            buffered: VecDeque::new(),
            size: FIRST_CHUNK,
        };
        Self {
            source: Source::Chunks(chunks),
            direction,
        }
    }

    /// Hands the next row to `row`; `None` at the end, which also follows an error.
    pub(super) fn advance<R>(
        &mut self,
        row: impl FnOnce(&[u8], &[u8]) -> R,
    ) -> Result<Option<R>, StoreError> {
        match &mut self.source {
            Source::Done => Ok(None),
            Source::Snapshot(range) => {
                let next = match self.direction {
                    Direction::Forward => range.next(),
                    Direction::Backward => range.next_back(),
                };
                match next.transpose() {
                    Ok(Some((key, value))) => return Ok(Some(row(key.value(), value.value()))),
                    Ok(None) => self.source = Source::Done,
                    Err(error) => return self.fail(error.into()),
                }
                Ok(None)
            }
            Source::Chunks(chunks) => match chunks.next(self.direction) {
                Ok(Some((key, value))) => Ok(Some(row(&key, &value))),
                Ok(None) => Ok(None),
                Err(error) => self.fail(error),
            },
            Source::Failed(_) => {
                let Source::Failed(error) = std::mem::replace(&mut self.source, Source::Done) else {
                    return Ok(None);
                };
                Err(error)
            }
        }
    }

    fn fail<R>(&mut self, error: StoreError) -> Result<Option<R>, StoreError> {
        self.source = Source::Done;
        Err(error)
    }
}

/// A row as owned bytes: key and value.
pub(super) type OwnedRow = (Vec<u8>, Vec<u8>);

/// Copies rows out of a transaction whose tables may change while a scan is under way.
pub(super) trait FillChunk {
    /// Appends up to `size` rows of `span` to `out`.
    fn fill(
        &self,
        table: &'static str,
        span: &ByteSpan,
        direction: Direction,
        size: usize,
        out: &mut VecDeque<OwnedRow>,
    ) -> Result<(), StoreError>;
}

const FIRST_CHUNK: usize = 4;
const LARGEST_CHUNK: usize = 256;

/// A scan that copies rows in growing chunks and goes on behind the last key seen.
struct Chunks<'r> {
    rows: &'r dyn FillChunk,
    table: &'static str,
    span: ByteSpan,
    buffered: VecDeque<OwnedRow>,
    size: usize,
}

impl Chunks<'_> {
    fn next(&mut self, direction: Direction) -> Result<Option<OwnedRow>, StoreError> {
        if self.buffered.is_empty() && self.size > 0 {
            self.rows
                .fill(self.table, &self.span, direction, self.size, &mut self.buffered)?;
            self.size = match self.buffered.back() {
                Some((key, _)) if self.buffered.len() == self.size => {
                    self.span.narrow(key.clone(), direction);
                    (self.size * 4).min(LARGEST_CHUNK)
                }
                // A chunk that was not filled was the last.
                _ => 0,
            };
        }
        Ok(self.buffered.pop_front())
    }
}

/// Copies up to `size` rows of an open table.
pub(super) fn copy_rows(
    table: &impl ReadableTable<Bytes, Bytes>,
    span: &ByteSpan,
    direction: Direction,
    size: usize,
    out: &mut VecDeque<OwnedRow>,
) -> Result<(), redb::StorageError> {
    let Some(bounds) = span.bounds() else {
        return Ok(());
    };
    let mut range = table.range::<&[u8]>(bounds)?;
    for _ in 0..size {
        let next = match direction {
            Direction::Forward => range.next(),
            Direction::Backward => range.next_back(),
        };
        let Some((key, value)) = next.transpose()? else {
            break;
        };
        out.push_back((key.value().to_vec(), value.value().to_vec()));
    }
    Ok(())
}

type OpenTable = redb::ReadOnlyTable<Bytes, Bytes>;

/// One state of the store, for queries.
pub(crate) struct Read {
    transaction: redb::ReadTransaction,
    /// Tables opened so far; `None` for one that does not exist yet.
    open: RefCell<Vec<(&'static str, Option<OpenTable>)>>,
}

impl Read {
    pub(super) fn new(transaction: redb::ReadTransaction) -> Self {
        Self {
            transaction,
            open: RefCell::new(Vec::new()),
        }
    }

    pub(super) fn transaction(&self) -> &redb::ReadTransaction {
        &self.transaction
    }

    fn with_table<R>(
        &self,
        name: &'static str,
        f: impl FnOnce(&OpenTable) -> Result<R, redb::StorageError>,
    ) -> Result<Option<R>, StoreError> {
        let mut open = self.open.borrow_mut();
        let at = open.iter().position(|(known, _)| same_name(known, name));
        let at = if let Some(at) = at {
            at
        } else {
            open.push((name, open_for_reading(&self.transaction, name)?));
            open.len() - 1
        };
        Ok(open[at].1.as_ref().map(f).transpose()?)
    }
}

/// Compares names that mostly are the very same constant.
pub(super) fn same_name(a: &'static str, b: &'static str) -> bool {
    std::ptr::eq(a, b) || a == b
}

fn open_for_reading(
    transaction: &redb::ReadTransaction,
    name: &'static str,
) -> Result<Option<OpenTable>, StoreError> {
    match transaction.open_table(definition(name)) {
        Ok(table) => Ok(Some(table)),
        Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
        Err(redb::TableError::Storage(error)) => Err(error.into()),
        Err(error) => Err(StoreError::unavailable(error)),
    }
}

impl Rows for Read {
    fn with_row<R>(
        &self,
        table: &'static str,
        key: &[u8],
        found: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, StoreError> {
        let row = self.with_table(table, |table| table.get(key))?.flatten();
        Ok(row.map(|value| found(value.value())))
    }

    fn scan_bytes(&self, table: &'static str, span: ByteSpan, direction: Direction) -> ByteScan<'_> {
        let Some(bounds) = span.bounds() else {
            return ByteScan::empty();
        };
        match self.with_table(table, |table| table.range::<&[u8]>(bounds)) {
            Ok(Some(range)) => ByteScan::snapshot(range, direction),
            Ok(None) => ByteScan::empty(),
            Err(error) => ByteScan::failed(error),
        }
    }

    fn row_count(&self, table: &'static str) -> Result<u64, StoreError> {
        Ok(self.with_table(table, ReadableTableMetadata::len)?.unwrap_or(0))
    }
}
