//! A database file beside the main one, for bulk data that can be fetched again: built whole, then read, and changed
//! by one caller at a time.
//!
//! Invariants:
//! - A file has its name only when it is whole: it is built under another one, made durable, and then renamed.
//! - A change is durable when it returns. Whoever changes sees to it that nobody else does so meanwhile.
//! - Nothing of it is in a backup, and no table of it is in the registry of the main store.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::backup::{sync_parent, with_suffix};
use super::engine::{Medium, begin, open_error, open_medium, private_file};
use super::error::{OpenError, StoreError};
use super::key::{Key, KeyBuf};
use super::read::{Read, definition, encoded, same_name};
use super::schema::Registry;
use super::table::Table;
use super::write::Write;

/// Bytes of rows that are gathered before they are inserted.
const BATCH_BYTES: usize = 1 << 20;

/// An open database beside the main one.
pub(crate) struct Aside {
    database: redb::Database,
    path: PathBuf,
    registry: Registry,
}

impl Aside {
    /// Opens a whole file; `cache_bytes` bounds the memory for its pages.
    pub(crate) fn open(path: &Path, cache_bytes: usize) -> Result<Self, OpenError> {
        let failed = |error| open_error(&Medium::File(path.to_owned()), None, error);
        if !path.exists() {
            let error = std::io::ErrorKind::NotFound.into();
            return Err(failed(redb::DatabaseError::Storage(redb::StorageError::Io(
                error,
            ))));
        }
        let database = open_medium(&Medium::File(path.to_owned()), cache_bytes).map_err(failed)?;
        Ok(Self {
            database,
            path: path.to_owned(),
            registry: Registry::default(),
        })
    }

    /// One state of the file, for short queries.
    pub(crate) fn read(&self) -> Result<Read, StoreError> {
        use redb::ReadableDatabase as _;
        Ok(Read::new(
            self.database.begin_read().map_err(StoreError::unavailable)?,
        ))
    }

    /// Runs a change: all of it is stored, durably, or nothing. Blocking.
    pub(crate) fn write<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut Write<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = begin(&self.database)?;
        let mut write = Write::new(&transaction, &self.registry);
        let value = change(&mut write)?;
        write.settle()?;
        drop(write.into_aftermath());
        transaction.commit().map_err(StoreError::unavailable)?;
        Ok(value)
    }

    /// Size of the file.
    pub(crate) fn bytes(&self) -> u64 {
        self.path.metadata().map_or(0, |meta| meta.len())
    }
}

impl std::fmt::Debug for Aside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aside")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A database file in the making.
pub(crate) struct Build {
    database: redb::Database,
    transaction: redb::WriteTransaction,
    path: PathBuf,
    part: PathBuf,
    batch: Batch,
}

impl Build {
    /// Begins a file that is to be `path`; what is left of an earlier try is gone.
    pub(crate) fn create(path: &Path, cache_bytes: usize) -> Result<Self, StoreError> {
        let part = with_suffix(path, ".part");
        remove_if_there(&part)
            .and_then(|()| private_file().truncate(true).open(&part).map(drop))
            .map_err(StoreError::unavailable)?;
        let database =
            open_medium(&Medium::File(part.clone()), cache_bytes).map_err(StoreError::unavailable)?;
        let transaction = database.begin_write().map_err(StoreError::unavailable)?;
        Ok(Self {
            database,
            transaction,
            path: path.to_owned(),
            part,
            batch: Batch::default(),
        })
    }

    /// Stores `value` under `key`; ascending keys are fastest, and the file smallest.
    pub(crate) fn put<K, V>(&mut self, table: Table<K, V>, key: &K, value: &V) -> Result<(), StoreError>
    where
        K: Key + 'static,
        V: Serialize + DeserializeOwned + 'static,
    {
        let mut buf = KeyBuf::new();
        let key = encoded(table, key, &mut buf)?;
        if self
            .batch
            .table
            .is_some_and(|name| !same_name(name, table.name()))
        {
            self.flush()?;
        }
        self.batch.table = Some(table.name());
        table.encode(value, &mut self.batch.value)?;
        self.batch.push(key);
        if self.batch.bytes.len() >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let Some(name) = self.batch.table else {
            return Ok(());
        };
        let mut table = self
            .transaction
            .open_table(definition(name))
            .map_err(StoreError::unavailable)?;
        for (key, value) in self.batch.rows() {
            table.insert(key, value)?;
        }
        drop(table);
        self.batch.clear();
        Ok(())
    }

    /// Makes the file small, durable, and gives it its name: only then does it exist.
    pub(crate) fn finish(mut self) -> Result<(), StoreError> {
        self.flush()?;
        let Self {
            mut database,
            transaction,
            path,
            part,
            ..
        } = self;
        transaction.commit().map_err(StoreError::unavailable)?;
        while database.compact().map_err(StoreError::unavailable)? {}
        database.close().map_err(StoreError::unavailable)?;
        File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&part, &path))
            .and_then(|()| sync_parent(&path))
            .map_err(StoreError::unavailable)
    }
}

/// Rows of one table, one after the other in memory.
#[derive(Default)]
struct Batch {
    table: Option<&'static str>,
    bytes: Vec<u8>,
    /// Where keys and values end.
    ends: Vec<(usize, usize)>,
    value: Vec<u8>,
}

impl Batch {
    fn push(&mut self, key: &[u8]) {
        self.bytes.extend_from_slice(key);
        let key_end = self.bytes.len();
        self.bytes.extend_from_slice(&self.value);
        self.ends.push((key_end, self.bytes.len()));
    }

    fn rows(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |&(key_end, end)| {
            let row = (&self.bytes[start..key_end], &self.bytes[key_end..end]);
            start = end;
            row
        })
    }

    fn clear(&mut self) {
        self.table = None;
        self.bytes.clear();
        self.ends.clear();
    }
}

fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Direction, Rows as _, Span, TextStart, table};
    use smol_str::SmolStr;

    table!(CALLS: "test.call", SmolStr => u32);
    table!(NUMBERS: "test.number", u32 => String);

    const CACHE: usize = 1 << 20;

    fn whole(path: &Path) -> Aside {
        let mut build = Build::create(path, CACHE).unwrap();
        for n in 0..5_000_u32 {
            build.put(NUMBERS, &n, &format!("number {n}")).unwrap();
        }
        for n in 0..5_000_u32 {
            build.put(CALLS, &SmolStr::new(format!("K{n:05}")), &n).unwrap();
        }
        assert!(!path.exists(), "not before it is whole");
        build.finish().unwrap();
        Aside::open(path, CACHE).unwrap()
    }

    #[test]
    fn what_was_built_is_read_and_ranges_are_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let aside = whole(&dir.path().join("x.redb"));
        let read = aside.read().unwrap();
        assert_eq!(read.get(NUMBERS, &4_999).unwrap().as_deref(), Some("number 4999"));
        assert_eq!(read.len(CALLS).unwrap(), 5_000);
        let some: Vec<_> = read
            .scan(CALLS, Span::prefix(&TextStart("K0012")), Direction::Forward)
            .map(|row| row.unwrap().1)
            .collect();
        assert_eq!(some, (120..130).collect::<Vec<_>>());
        assert!(aside.bytes() > 0);
    }

    #[test]
    fn a_build_that_was_cut_off_leaves_no_file_of_the_name_and_can_be_begun_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.redb");
        let mut build = Build::create(&path, CACHE).unwrap();
        build.put(NUMBERS, &1, &"one".to_owned()).unwrap();
        drop(build);
        assert!(matches!(Aside::open(&path, CACHE), Err(OpenError::Io { .. })));
        std::fs::write(dir.path().join("x.redb.part"), b"half a file").unwrap();
        let aside = whole(&path);
        assert_eq!(aside.read().unwrap().len(NUMBERS).unwrap(), 5_000);
        assert!(!dir.path().join("x.redb.part").exists());
    }

    #[test]
    fn a_change_is_there_after_opening_again_and_a_failed_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.redb");
        let aside = whole(&path);
        let before = aside.read().unwrap();
        aside
            .write(|tx| {
                tx.remove(NUMBERS, &1)?;
                tx.put(NUMBERS, &2, &"two".to_owned())
            })
            .unwrap();
        let failed: Result<(), _> = aside.write(|tx| {
            tx.put(NUMBERS, &3, &"three".to_owned())?;
            Err(StoreError::Refused("no".into()))
        });
        assert!(failed.is_err());
        assert_eq!(
            before.get(NUMBERS, &2).unwrap().as_deref(),
            Some("number 2"),
            "an older state stays"
        );
        drop((before, aside));
        let aside = Aside::open(&path, CACHE).unwrap();
        let read = aside.read().unwrap();
        assert_eq!(read.get(NUMBERS, &1).unwrap(), None);
        assert_eq!(read.get(NUMBERS, &2).unwrap().as_deref(), Some("two"));
        assert_eq!(read.get(NUMBERS, &3).unwrap().as_deref(), Some("number 3"));
    }

    #[test]
    fn damage_and_absence_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.redb");
        std::fs::write(&path, b"this is no database, and never was one").unwrap();
        assert!(matches!(
            Aside::open(&path, CACHE),
            Err(OpenError::Damaged { .. } | OpenError::Io { .. })
        ));
    }
}
