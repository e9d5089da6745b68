//! Looks at a database without touching it: what schema it has, before this program may open it.
//!
//! A file written by a newer program must be left byte for byte, yet redb repairs a file that was not closed
//! cleanly as it opens it. So the look goes through a backend that keeps such writes in memory.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use redb::ReadableDatabase as _;

use super::error::{OpenError, StoreError};
use super::overlay::Overlay;
use super::read::{Read, Rows as _};
use super::schema::{SCHEMA_MARK, SchemaMark};

/// Little is read: the header and the way to one row.
const CACHE: usize = 1 << 20;

/// The schema mark of the file at `path`; `None` if there is no file yet, or nothing in it.
pub(super) fn schema_mark(path: &Path) -> std::result::Result<Option<SchemaMark>, OpenError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(OpenError::Io {
                path: path.to_owned(),
                error,
            });
        }
    };
    let damaged = |reason: &dyn std::fmt::Display| OpenError::Damaged {
        path: path.to_owned(),
        reason: reason.to_string(),
    };
    let overlay = redb::backends::FileBackend::new(file).map_err(|e| damaged(&e))?;
    let overlay = Overlay::new(overlay).map_err(|error| OpenError::Io {
        path: path.to_owned(),
        error,
    })?;
    if overlay.is_empty() {
        return Ok(None);
    }
    let mut builder = redb::Builder::new();
    let database = builder
        .set_cache_size(CACHE)
        .create_with_backend(overlay)
        .map_err(|e| damaged(&e))?;
    let read = database.begin_read().map_err(|e| damaged(&e))?;
    Read::new(read)
        .get(SCHEMA_MARK, &())
        .map_err(|e: StoreError| damaged(&e))
}

#[cfg(feature = "testkit")]
impl Read {
    /// The keys and values of all tables, one after another: to look for what must not be there.
    pub(crate) fn all_bytes(&self) -> Vec<u8> {
        self.bytes_by_table().into_values().flatten().collect()
    }

    /// The keys and values of each table.
    pub(crate) fn bytes_by_table(&self) -> std::collections::BTreeMap<String, Vec<u8>> {
        use redb::{ReadableTable as _, TableHandle as _};
        let mut all = std::collections::BTreeMap::new();
        let tables = self
            .transaction()
            .list_tables()
            .expect("an open store lists its tables");
        for table in tables {
            let opened = self
                .transaction()
                .open_table(super::read::definition(table.name()));
            let rows = opened.expect("all tables are of bytes");
            let bytes: &mut Vec<u8> = all.entry(table.name().to_owned()).or_default();
            for row in rows.iter().expect("an open store is read") {
                let (key, value) = row.expect("an open store is read");
                bytes.extend_from_slice(key.value());
                bytes.push(0);
                bytes.extend_from_slice(value.value());
                bytes.push(0);
            }
        }
        all
    }
}
