//! Checks everything stored: the engine's pages, every row, every index.

use redb::{ReadableTable as _, ReadableTableMetadata as _, TableHandle as _};
use serde::Serialize;

use super::StoreConfig;
use super::engine::Engine;
use super::error::{OpenError, StoreError};
use super::read::{Read, definition};
use super::schema::{Registry, own_tables};

/// Findings of one kind that are named; the rest is counted.
const NAMED: usize = 20;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct CheckReport {
    /// Tables walked.
    pub(crate) tables: u64,
    /// Rows read.
    pub(crate) rows: u64,
    /// Indexes compared with what they index.
    pub(crate) indexes: u64,
    /// One line for each thing that is wrong; none is what one hopes for.
    pub(crate) findings: Vec<String>,
    /// Bytes given back to the file system, where that was asked for.
    pub(crate) freed: Option<u64>,
    /// Tables this program does not know: of another version. Not a fault.
    pub(crate) unknown_tables: Vec<String>,
}

impl CheckReport {
    /// Whether nothing is wrong.
    pub(crate) fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Opens a data directory that no server uses, checks all of it, and compacts the file if asked to. Blocking.
pub(crate) fn check_data_dir(config: &StoreConfig, compact_too: bool) -> Result<CheckReport, CheckError> {
    let engine = super::open_engine(config)?;
    let mut report = CheckReport::default();
    pages(&engine, &mut report)?;
    rows(&engine.read()?, &config.registry, &mut report)?;
    if compact_too {
        report.freed = Some(compact(&engine)?);
    }
    engine.close();
    Ok(report)
}

/// Why a data directory could not be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// It could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Verifies the checksums of all pages; only while nothing else uses the database.
pub(super) fn pages(engine: &Engine, report: &mut CheckReport) -> Result<(), StoreError> {
    match engine.exclusive(redb::Database::check_integrity)? {
        Ok(true) => {}
        Ok(false) => report
            .findings
            .push("the database file was damaged and has been repaired".to_owned()),
        Err(error) => report
            .findings
            .push(format!("the database file is damaged: {error}")),
    }
    Ok(())
}

/// Gives unused pages back to the file system; tells by how many bytes the file has shrunk.
pub(super) fn compact(engine: &Engine) -> Result<u64, StoreError> {
    let before = engine.file_bytes();
    // Each pass can make another one useful.
    while engine
        .exclusive(redb::Database::compact)?
        .map_err(StoreError::unavailable)?
    {}
    Ok(before.saturating_sub(engine.file_bytes()))
}

/// Files smaller than this are not worth compacting.
const WORTH_COMPACTING: u64 = 256 << 20;

/// Whether the file is large and more than twice as long as what it stores.
pub(super) fn is_mostly_unused(engine: &Engine) -> Result<bool, StoreError> {
    let file = engine.file_bytes();
    if file <= WORTH_COMPACTING {
        return Ok(false);
    }
    let read = engine.read()?;
    let transaction = read.transaction();
    let mut stored = 0;
    for handle in transaction.list_tables()? {
        let table = transaction
            .open_table(definition(handle.name()))
            .map_err(StoreError::unavailable)?;
        let stats = table.stats()?;
        stored += stats.stored_bytes() + stats.metadata_bytes();
    }
    Ok(file / 2 > stored)
}

/// Reads every row of every table and compares every index, in one state of the store.
pub(super) fn rows(read: &Read, registry: &Registry, report: &mut CheckReport) -> Result<(), StoreError> {
    let known: Vec<_> = own_tables()
        .into_iter()
        .chain(registry.tables.iter().cloned())
        .collect();
    let transaction = read.transaction();
    for handle in transaction.list_tables().map_err(StoreError::from)? {
        let name = handle.name();
        let Some(info) = known.iter().find(|info| info.name == name) else {
            report.unknown_tables.push(name.to_owned());
            continue;
        };
        report.tables += 1;
        let table = transaction
            .open_table(definition(name))
            .map_err(StoreError::unavailable)?;
        let mut wrong = 0;
        for row in table.iter()? {
            let (key, value) = match row {
                Ok(row) => row,
                Err(error) => {
                    report.findings.push(format!(
                        "table {name} cannot be read behind row {}: {error}",
                        report.rows
                    ));
                    break;
                }
            };
            report.rows += 1;
            if let Err(error) = (info.verify)(key.value(), value.value()) {
                wrong += 1;
                if wrong <= NAMED {
                    report
                        .findings
                        .push(format!("table {name}, row {}: {error}", report.rows));
                }
            }
        }
        if wrong > NAMED {
            report
                .findings
                .push(format!("table {name}: {} more rows are damaged", wrong - NAMED));
        }
    }
    for (name, check) in &registry.index_checks {
        report.indexes += 1;
        match check(read) {
            Ok(differences) => {
                let lines = differences.into_iter();
                report
                    .findings
                    .extend(lines.map(|line| format!("index {name}: {line}")));
            }
            // A row that does not decode was told above, with its table.
            Err(error) => report
                .findings
                .push(format!("index {name} could not be compared: {error}")),
        }
    }
    Ok(())
}
