//! Migrations: numbered changes of keys and indexes, in durable steps.
//!
//! A change of a value's shape needs none (`table!` with a version and an upgrade). A migration works in
//! steps of about a thousand rows; the cursor of each step is committed with its rows, so it goes on where
//! it stood after a crash.

use std::path::Path;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::backup::{self, Header, Plan};
use super::engine::{Commit, Engine, free_bytes};
use super::error::{OpenError, StoreError};
use super::key::Span;
use super::read::Rows;
use super::schema::{MIGRATION_CURSOR, MigrationCursor, Registry, SCHEMA_MARK, SchemaMark};
use super::write::Write;

/// Rows a migration handles in one step: short enough not to hold a transaction long.
pub(crate) const STEP_ROWS: usize = 1_000;

/// A numbered change of the stored data.
#[derive(Clone, Copy)]
pub(crate) struct Migration {
    /// The schema it leads to, from the one before.
    pub(crate) to: u32,
    /// What it does, for the log.
    pub(crate) name: &'static str,
    /// Handles the next rows behind the cursor (empty at first).
    pub(crate) step: fn(&mut Write<'_>, &[u8]) -> Result<Step, StoreError>,
}

/// How far a step of a migration came.
pub(crate) enum Step {
    /// There is more to do behind this cursor; `rows` were handled.
    More {
        /// Handed to the next step.
        cursor: Vec<u8>,
        /// Rows this step handled, for the progress shown.
        rows: u64,
    },
    /// Nothing is left to do.
    Done,
}

/// The schema mark of the open store; `None` for a new one.
pub(super) fn mark(engine: &Engine) -> Result<Option<SchemaMark>, StoreError> {
    engine.read()?.get(SCHEMA_MARK, &())
}

/// Copies the data before a migration touches it, to `backup/pre-<version>.backup` in the data directory.
pub(super) fn copy_first(
    engine: &Engine,
    mark: &SchemaMark,
    dir: &Path,
    now: Timestamp,
) -> Result<(), OpenError> {
    let copy = |error: &dyn std::fmt::Display| OpenError::Copy(error.to_string());
    let folder = dir.join("backup");
    let name = |number: u32| match number {
        1 => format!("pre-{}.backup", env!("CARGO_PKG_VERSION")),
        _ => format!("pre-{}-{number}.backup", env!("CARGO_PKG_VERSION")),
    };
    let begun = mark.version == env!("CARGO_PKG_VERSION")
        || engine
            .read()
            .and_then(|r| r.first(MIGRATION_CURSOR, Span::all()))
            .map_err(|e| copy(&e))?
            .is_some();
    if begun && folder.join(name(1)).exists() {
        // A migration that was cut off goes on; its copy shows the data before it began.
        return Ok(());
    }
    // One of an earlier upgrade, of data that was restored since, is kept.
    let target = (1..1_000)
        .map(|number| folder.join(name(number)))
        .find(|path| !path.exists());
    let target = target.unwrap_or_else(|| folder.join(name(1)));
    std::fs::create_dir_all(&folder).map_err(|e| copy(&e))?;
    let needed = engine.file_bytes() / 5 * 6;
    if let Some(free) = free_bytes(&folder).filter(|free| *free < needed) {
        return Err(OpenError::NoRoomForCopy {
            needed,
            free,
            dir: folder,
        });
    }
    let header = Header::new(mark.clone(), now, false);
    let plan = Plan {
        dir,
        target: &target,
        header,
        keys: &[],
        interrupted: &CancellationToken::new(),
    };
    let report = backup::write(&engine.read().map_err(|e| copy(&e))?, &plan).map_err(|e| copy(&e))?;
    tracing::info!("the data before the upgrade is kept in {}", report.path.display());
    Ok(())
}

/// Brings the data from `mark` to `ours` by the registry's migrations.
pub(super) fn run(
    engine: &Engine,
    registry: &Registry,
    mark: Option<SchemaMark>,
    ours: u32,
) -> Result<(), OpenError> {
    let mut number = mark.map_or(ours, |mark| mark.number);
    let steps = registry
        .migrations
        .iter()
        .map(|m| m.to)
        .filter(|to| (number + 1..=ours).contains(to));
    if !steps.eq(number + 1..=ours) {
        return Err(OpenError::NoWay { from: number, ours });
    }
    for migration in registry.migrations.iter().filter(|m| m.to <= ours) {
        if migration.to <= number {
            continue;
        }
        tracing::info!(
            "upgrading the stored data to schema {}: {}",
            migration.to,
            migration.name
        );
        let failed = |error| OpenError::Migration {
            to: migration.to,
            name: migration.name,
            error,
        };
        while !step(engine, registry, migration).map_err(failed)? {}
        number = migration.to;
    }
    let sealed = seal(engine, registry, ours);
    sealed.map_err(|error| OpenError::Migration {
        to: ours,
        name: "marking the schema",
        error,
    })
}

/// Runs one step in its own transaction; tells whether the migration is complete.
fn step(engine: &Engine, registry: &Registry, migration: &Migration) -> Result<bool, StoreError> {
    let ((complete, rows), _) = engine.write(registry, |write| {
        let at = write.get(MIGRATION_CURSOR, &migration.to)?.unwrap_or_default();
        let result = match (migration.step)(write, &at.at)? {
            Step::More { cursor, rows } => {
                let rows = at.rows + rows;
                write.put(
                    MIGRATION_CURSOR,
                    &migration.to,
                    &MigrationCursor { at: cursor, rows },
                )?;
                (false, rows)
            }
            Step::Done => {
                write.remove(MIGRATION_CURSOR, &migration.to)?;
                write.put(SCHEMA_MARK, &(), &SchemaMark::of(migration.to))?;
                (true, at.rows)
            }
        };
        write.settle()?;
        Ok(Commit::Yes(result))
    })?;
    tracing::info!(rows, "upgrade to schema {}: {rows} rows done", migration.to);
    Ok(complete)
}

fn seal(engine: &Engine, registry: &Registry, ours: u32) -> Result<(), StoreError> {
    let wanted = SchemaMark::of(ours);
    if mark(engine)?.as_ref() == Some(&wanted) {
        return Ok(());
    }
    engine
        .write(registry, |write| {
            write.put(SCHEMA_MARK, &(), &wanted)?;
            write.settle()?;
            Ok(Commit::Yes(()))
        })
        .map(drop)
}

impl SchemaMark {
    pub(super) fn of(number: u32) -> Self {
        Self {
            number,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
