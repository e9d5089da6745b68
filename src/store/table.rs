//! Typed names of tables: which key leads to which record, and the record's version.
//!
//! In the file all tables hold bytes on both sides, so backup and check walk them by name, and renaming a
//! Rust type changes nothing stored.

use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec::{self, CodecError, Upgrade};
use super::error::StoreError;
use super::key::Key;

/// A table of records `V` by keys `K`; made by `table!`.
pub(crate) struct Table<K, V> {
    name: &'static str,
    version: u8,
    upgrade: Option<Upgrade<V>>,
    key: PhantomData<fn() -> K>,
}

impl<K, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Table<K, V> {}

impl<K, V> Table<K, V> {
    /// A table whose records have `version`; older ones are read by `upgrade`.
    pub(crate) const fn new(name: &'static str, version: u8, upgrade: Option<Upgrade<V>>) -> Self {
        Self {
            name,
            version,
            upgrade,
            key: PhantomData,
        }
    }

    /// The table's name in the file: `domain.table`, or `domain.table.by_x` for an index.
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }
}

impl<K: Key + 'static, V: Serialize + DeserializeOwned + 'static> Table<K, V> {
    pub(super) fn encode(self, value: &V, out: &mut Vec<u8>) -> Result<(), StoreError> {
        codec::encode(self.version, value, out).map_err(|what| StoreError::Encode {
            table: self.name,
            what,
        })
    }

    pub(super) fn decode(self, bytes: &[u8]) -> Result<V, StoreError> {
        codec::decode(self.version, self.upgrade, bytes).map_err(|what| StoreError::Corrupt {
            table: self.name,
            what,
        })
    }

    pub(super) fn decode_key(self, bytes: &[u8]) -> Result<K, StoreError> {
        K::decode(bytes).map_err(|_| StoreError::CorruptKey { table: self.name })
    }

    /// The table's entry for the schema list.
    pub(crate) fn info(self) -> TableInfo {
        let verify = move |key: &[u8], value: &[u8]| {
            K::decode(key).map_err(|e| CodecError::Decode(e.to_string()))?;
            codec::decode(self.version, self.upgrade, value).map(drop)
        };
        TableInfo {
            name: self.name,
            verify: Arc::new(verify),
        }
    }
}

/// Tells whether the bytes of a row, key and value, are readable.
type Verify = Arc<dyn Fn(&[u8], &[u8]) -> Result<(), CodecError> + Send + Sync>;

/// What the schema list knows of a table: its name and how to tell a sound row.
#[derive(Clone)]
pub(crate) struct TableInfo {
    pub(super) name: &'static str,
    pub(super) verify: Verify,
}

#[cfg(test)]
impl TableInfo {
    /// The table's name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// Declares a table: `table!(pub(crate) QSO: "logbook.qso", (u32, u64) => StoredQso);`, with
/// `, version 2, upgrade f` when the record has changed its shape.
macro_rules! table {
    ($(#[$meta:meta])* $vis:vis $name:ident: $text:literal, $key:ty => $value:ty) => {
        $crate::store::table!($(#[$meta])* $vis $name: $text, $key => $value, version 1);
    };
    ($(#[$meta:meta])* $vis:vis $name:ident: $text:literal, $key:ty => $value:ty, version $version:literal) => {
        $(#[$meta])*
        $vis const $name: $crate::store::Table<$key, $value> =
            $crate::store::Table::new($text, $version, None);
    };
    ($(#[$meta:meta])* $vis:vis $name:ident: $text:literal, $key:ty => $value:ty, version $version:literal, upgrade $upgrade:path) => {
        $(#[$meta])*
        $vis const $name: $crate::store::Table<$key, $value> =
            $crate::store::Table::new($text, $version, Some($upgrade));
    };
}
pub(crate) use table;
