//! Newer data is left alone; older data is copied, then brought forward in steps that survive a stop.

use std::sync::atomic::{AtomicU32, Ordering};

use super::super::migrate::{Migration, Step};
use super::super::restore::verify;
use super::super::schema::{SCHEMA_MARK, SchemaMark};
use super::super::{engine, refuse_newer, upgrade};
use super::*;

fn open_engine(dir: &tempfile::TempDir) -> Engine {
    let lock = DirLock::claim(dir.path()).unwrap();
    Engine::open(
        Medium::File(dir.path().join(engine::FILE)),
        DEFAULT_CACHE_BYTES,
        Some(lock),
    )
    .unwrap()
}

/// A data directory with some notes and the schema `number`.
async fn data_of_schema(number: u32, rows: u64) -> tempfile::TempDir {
    let (dir, store) = scratch();
    let fill = move |tx: &mut Write<'_>| {
        for id in 0..rows {
            tx.put(NOTE, &(1, id), &id.to_string())?;
        }
        tx.put(
            SCHEMA_MARK,
            &(),
            &SchemaMark {
                number,
                version: "9.9.9".into(),
            },
        )
    };
    store.write(fill).await.unwrap();
    store.close().await;
    dir
}

fn file(dir: &tempfile::TempDir) -> Vec<u8> {
    std::fs::read(dir.path().join(engine::FILE)).unwrap()
}

#[tokio::test]
async fn newer_data_is_refused_and_left_byte_for_byte() {
    let dir = data_of_schema(SCHEMA + 1, 10).await;
    let before = file(&dir);
    let error = Store::open(config(&dir)).err().unwrap();
    assert!(
        matches!(&error, OpenError::NewerSchema { found, ours: SCHEMA, by } if *found == SCHEMA + 1 && by == "9.9.9")
    );
    let line = error.to_string();
    assert!(
        line.contains("9.9.9") && line.contains(env!("CARGO_PKG_VERSION")),
        "{line}"
    );
    assert!(file(&dir) == before);
}

#[tokio::test]
async fn newer_data_is_left_alone_even_after_an_unclean_stop() {
    let dir = data_of_schema(SCHEMA, 10).await;
    // What a kill leaves: the file while it is open.
    let store = Store::open(config(&dir)).unwrap();
    let mark = SchemaMark {
        number: SCHEMA + 3,
        version: "9.9.9".into(),
    };
    store
        .write(move |tx| tx.put(SCHEMA_MARK, &(), &mark))
        .await
        .unwrap();
    let torn = file(&dir);
    store.close().await;
    std::fs::write(dir.path().join(engine::FILE), &torn).unwrap();
    let error = Store::open(config(&dir)).err().unwrap();
    assert!(matches!(error, OpenError::NewerSchema { .. }), "{error}");
    assert!(file(&dir) == torn);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(engine::FILE), b"my only log, in plain text").unwrap();
    let error = Store::open(config(&dir)).err().unwrap();
    assert!(
        matches!(error, OpenError::Damaged { .. } | OpenError::Io { .. }),
        "{error}"
    );
    assert_eq!(file(&dir), b"my only log, in plain text");
}

#[tokio::test]
async fn a_gap_in_the_way_to_this_schema_is_refused() {
    let dir = data_of_schema(1, 10).await;
    let registry = Registry {
        migrations: vec![Migration {
            to: 3,
            name: "the second of two",
            step: |_, _| Ok(Step::Done),
        }],
        ..Registry::default()
    };
    let config = StoreConfig {
        registry,
        ..config(&dir)
    };
    let engine = open_engine(&dir);
    let error = upgrade(&engine, &config, 3).unwrap_err();
    assert!(matches!(error, OpenError::NoWay { from: 1, ours: 3 }), "{error}");
    let mark = engine.read().unwrap().get(SCHEMA_MARK, &()).unwrap().unwrap();
    assert_eq!(mark.number, 1);
}

#[tokio::test]
async fn the_copy_of_an_earlier_upgrade_does_not_stand_for_a_new_one() {
    let dir = data_of_schema(1, 10).await;
    let copy = |name: &str| dir.path().join("backup").join(name);
    let first = format!("pre-{}.backup", env!("CARGO_PKG_VERSION"));
    std::fs::create_dir_all(dir.path().join("backup")).unwrap();
    std::fs::write(copy(&first), "an earlier copy").unwrap();
    let registry = Registry {
        migrations: vec![Migration {
            to: 2,
            name: "nothing",
            step: |_, _| Ok(Step::Done),
        }],
        ..Registry::default()
    };
    let config = StoreConfig {
        registry,
        ..config(&dir)
    };
    let engine = open_engine(&dir);
    upgrade(&engine, &config, 2).unwrap();
    assert_eq!(std::fs::read(copy(&first)).unwrap(), b"an earlier copy");
    let second = copy(&format!("pre-{}-2.backup", env!("CARGO_PKG_VERSION")));
    assert_eq!(verify(&second, &config.registry).unwrap().header.schema, 1);
}

/// Steps to go before a migration is stopped from outside.
static STEPS_LEFT: AtomicU32 = AtomicU32::new(u32::MAX);

/// Moves every note to the next book, 50 at a time.
fn move_notes(tx: &mut Write<'_>, cursor: &[u8]) -> Result<Step, StoreError> {
    if STEPS_LEFT.fetch_sub(1, Ordering::SeqCst) == 0 {
        return Err(StoreError::Refused("stopped".into()));
    }
    let from = cursor.first_chunk().map_or(0, |at| u64::from_be_bytes(*at));
    let rows: Vec<_> = tx
        .scan(
            NOTE,
            Span::prefix(&(1_u32,)).at_least(&(1, from)),
            Direction::Forward,
        )
        .take(50)
        .collect::<Result<_, _>>()?;
    for ((_, id), text) in &rows {
        tx.put(NOTE, &(2, *id), text)?;
    }
    match rows.last() {
        Some(((_, id), _)) => Ok(Step::More {
            cursor: (id + 1).to_be_bytes().into(),
            rows: rows.len() as u64,
        }),
        None => Ok(Step::Done),
    }
}

#[tokio::test]
async fn older_data_is_copied_then_migrated_in_steps_that_survive_a_stop() {
    let dir = data_of_schema(1, 470).await;
    let migrations = vec![Migration {
        to: 2,
        name: "move the notes",
        step: move_notes,
    }];
    let registry = Registry {
        migrations,
        ..Registry::default()
    };
    let clock = Clock::fake("2026-06-01T00:00:00Z".parse().unwrap());
    let config = StoreConfig {
        registry,
        clock,
        ..config(&dir)
    };

    STEPS_LEFT.store(4, Ordering::SeqCst);
    let engine = open_engine(&dir);
    let error = upgrade(&engine, &config, 2).unwrap_err();
    assert!(error.to_string().contains("move the notes"), "{error}");
    engine.close();
    let copy = dir
        .path()
        .join(format!("backup/pre-{}.backup", env!("CARGO_PKG_VERSION")));
    let copied = std::fs::read(&copy).unwrap();
    let report = verify(&copy, &config.registry).unwrap();
    assert_eq!(
        (report.header.schema, report.header.version.as_str()),
        (1, "9.9.9")
    );

    STEPS_LEFT.store(u32::MAX, Ordering::SeqCst);
    let engine = open_engine(&dir);
    let moved = engine
        .read()
        .unwrap()
        .count(NOTE, Span::prefix(&(2_u32,)))
        .unwrap();
    assert_eq!(moved, 200, "four steps were durable");
    upgrade(&engine, &config, 2).unwrap();
    let read = engine.read().unwrap();
    assert_eq!(read.count(NOTE, Span::prefix(&(2_u32,))).unwrap(), 470);
    assert_eq!(read.get(SCHEMA_MARK, &()).unwrap().unwrap().number, 2);
    drop(read);
    upgrade(&engine, &config, 2).unwrap();
    engine.close();
    assert!(
        std::fs::read(&copy).unwrap() == copied,
        "the copy shows the data before the upgrade began"
    );
    let error = refuse_newer(peek::schema_mark(&dir.path().join(engine::FILE)).unwrap(), 1).unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 2, .. }));
}
