//! The schema: its number, the store's own tables, and the list of everything the domains keep.
//!
//! A `Registry` is assembled once by the application from each domain's `tables()`; a table that is not in
//! it cannot be written, so none can escape backup and check.

use smol_str::SmolStr;

use super::error::StoreError;
use super::migrate::Migration;
use super::read::Read;
use super::table::{TableInfo, table};
use super::write::Write;
use crate::event::Event;

/// The schema this program writes. A new number needs a migration that leads to it.
pub(crate) const SCHEMA: u32 = 2;

table!(
    /// Last number given out, by counter name.
    pub(super) COUNTERS: "store.counter", SmolStr => u64
);
table!(
    /// What the store knows of itself: one `SchemaMark`.
    pub(super) SCHEMA_MARK: "store.schema", () => SchemaMark
);
table!(
    /// Where the migration under way stands.
    pub(super) MIGRATION_CURSOR: "store.migration", u32 => MigrationCursor
);

table!(
    /// There if the next start is to compact the file.
    pub(super) COMPACT: "store.compact", () => ()
);

table!(
    /// There if these data came from a backup: from which.
    pub(crate) RESTORED: "store.restored", () => Restored
);

/// The backup that data came from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Restored {
    /// Differs from one backup to the other.
    pub(crate) mark: SmolStr,
    /// The moment the backup shows.
    pub(crate) made: jiff::Timestamp,
}

/// Which schema the file has and who wrote it last.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct SchemaMark {
    pub(super) number: u32,
    pub(super) version: String,
}

/// The position of a migration: handed back to its next step.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct MigrationCursor {
    #[serde(with = "serde_bytes")]
    pub(super) at: Vec<u8>,
    pub(super) rows: u64,
}

/// A function that answers an event in the transaction that emitted it.
pub(crate) type Reactor = fn(&mut Write<'_>, &Event) -> Result<(), StoreError>;

/// Recomputes an index or tally and returns one line for each difference found (at most a hundred).
pub(crate) type IndexCheck = fn(&Read) -> Result<Vec<String>, StoreError>;

/// Everything the store must know of the domains above it.
#[derive(Clone, Default)]
pub(crate) struct Registry {
    /// Every table of every domain. Empty (in tests of one domain): any table may be used.
    pub(crate) tables: Vec<TableInfo>,
    /// Called in this order for each event.
    pub(crate) reactors: Vec<Reactor>,
    /// By name of the index.
    pub(crate) index_checks: Vec<(&'static str, IndexCheck)>,
    /// In ascending order of the schema they lead to.
    pub(crate) migrations: Vec<Migration>,
}

impl Registry {
    pub(super) fn lists(&self, table: &str) -> bool {
        self.tables.is_empty()
            || self.tables.iter().any(|info| info.name == table)
            || own_tables().iter().any(|info| info.name == table)
    }
}

/// The store's own tables.
pub(super) fn own_tables() -> [TableInfo; 5] {
    [
        COUNTERS.info(),
        SCHEMA_MARK.info(),
        MIGRATION_CURSOR.info(),
        COMPACT.info(),
        RESTORED.info(),
    ]
}
