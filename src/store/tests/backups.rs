//! A backup holds everything, proves it, and comes back in an empty directory only.

use std::os::unix::fs::PermissionsExt as _;

use super::super::restore::RestoreError;
use super::super::retention::{automatic_backups, file_name, made_at, superfluous};
use super::backup::{Keep, nightly};
use super::*;

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn registry() -> Registry {
    Registry {
        tables: vec![NOTE.info(), BY_TEXT.info()],
        ..Registry::default()
    }
}

async fn filled() -> (tempfile::TempDir, Store) {
    let (dir, store) = scratch();
    let fill = |tx: &mut Write<'_>| {
        for _ in 0..2_500 {
            let id = tx.next_id("test.note")?;
            tx.put(NOTE, &(1, id), &format!("note {id}"))?;
            tx.put(BY_TEXT, &(format!("note {id}"), id), &())?;
        }
        Ok::<_, StoreError>(())
    };
    store.write(fill).await.unwrap();
    std::fs::create_dir_all(dir.path().join("blobs/ab")).unwrap();
    std::fs::write(dir.path().join("blobs/ab/cdef"), vec![7; 100_000]).unwrap();
    std::fs::write(dir.path().join("secret.key"), b"geheim").unwrap();
    (dir, store)
}

#[tokio::test]
async fn a_backup_comes_back_whole() {
    let (dir, store) = filled().await;
    let target = dir.path().join("a.backup");
    let made = store.backup(&target, &["secret.key".into()], now()).unwrap();
    assert_eq!(
        (made.rows, made.files, made.bytes),
        (5_002, 2, target.metadata().unwrap().len())
    );
    assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!dir.path().join("a.backup.part").exists());

    let fresh = tempfile::tempdir().unwrap();
    let place = fresh.path().join("new");
    let report = restore(&target, &place, &registry()).unwrap();
    assert_eq!(
        (
            report.rows,
            report.files,
            report.header.time,
            report.header.with_keys
        ),
        (5_002, 2, now(), true)
    );
    assert_eq!(
        std::fs::read(place.join("blobs/ab/cdef")).unwrap(),
        vec![7; 100_000]
    );
    let key = place.join("secret.key");
    assert_eq!(std::fs::read(&key).unwrap(), b"geheim");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let restored = Store::open(StoreConfig {
        registry: registry(),
        ..StoreConfig::new(&place)
    })
    .unwrap();
    assert_eq!(
        restored.read(notes).await.unwrap(),
        store.read(notes).await.unwrap()
    );
    assert_eq!(restored.write(|tx| tx.next_id("test.note")).await.unwrap(), 2_501);
    assert!(restored.check().unwrap().is_sound());
}

#[tokio::test]
async fn secrets_are_left_out_unless_asked_for() {
    let (dir, store) = filled().await;
    let target = dir.path().join("a.backup");
    store.backup(&target, &[], now()).unwrap();
    let place = tempfile::tempdir().unwrap();
    let report = restore(&target, place.path(), &registry()).unwrap();
    assert!(!report.header.with_keys && !place.path().join("secret.key").exists());
}

#[tokio::test]
async fn a_damaged_backup_is_refused_before_anything_is_written() {
    let (dir, store) = filled().await;
    let target = dir.path().join("a.backup");
    store.backup(&target, &[], now()).unwrap();
    let whole = std::fs::read(&target).unwrap();
    let place = tempfile::tempdir().unwrap();
    for at in [0, 5, 13, 20, whole.len() / 2, whole.len() - 33, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x40;
        std::fs::write(&target, &damaged).unwrap();
        let error = restore(&target, place.path(), &registry()).unwrap_err();
        assert!(
            matches!(error, RestoreError::Damaged { .. }),
            "byte {at}: {error}"
        );
    }
    for length in [0, 10, 60, whole.len() - 1] {
        std::fs::write(&target, &whole[..length]).unwrap();
        assert!(
            restore(&target, place.path(), &registry()).is_err(),
            "{length} bytes"
        );
    }
    assert_eq!(place.path().read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn a_restore_that_fails_leaves_nothing_and_one_cut_off_is_not_opened() {
    let (dir, store) = filled().await;
    let target = dir.path().join("a.backup");
    store.backup(&target, &[], now()).unwrap();
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("data");
    // A file of a name that the directory has already: found only when it is written.
    let bad = dir.path().join("bad.backup");
    store.backup(&bad, &["lock".into()], now()).unwrap();
    let error = restore(&bad, &place, &registry()).unwrap_err();
    assert!(
        matches!(error, RestoreError::Io { .. } | RestoreError::Damaged { .. }),
        "{error}"
    );
    assert!(!place.exists(), "what was made is removed");

    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("restoring"), "").unwrap();
    let error = Store::open(StoreConfig::new(&place)).err().unwrap();
    assert!(matches!(error, OpenError::HalfRestored(_)), "{error}");
    std::fs::remove_file(place.join("restoring")).unwrap();
    std::fs::remove_file(place.join("lock")).unwrap();
    restore(&target, &place, &registry()).unwrap();
    assert!(!place.join("restoring").exists());
    drop(Store::open(StoreConfig::new(&place)).unwrap());
}

#[tokio::test]
async fn halves_of_backups_that_were_cut_off_are_removed_by_the_next_one() {
    let (_dir, store) = filled().await;
    let place = tempfile::tempdir().unwrap();
    let half = place.path().join("shackbox-20260601T020000Z.backup.part");
    let other = place.path().join("holiday.part");
    std::fs::write(&half, "x").unwrap();
    std::fs::write(&other, "x").unwrap();
    let keep = Keep { daily: 7, weekly: 4 };
    nightly(&store, place.path(), keep, now()).unwrap();
    assert!(!half.exists() && other.exists());
}

#[tokio::test]
async fn a_directory_that_holds_something_is_refused() {
    let (dir, store) = filled().await;
    let target = dir.path().join("a.backup");
    store.backup(&target, &[], now()).unwrap();
    let error = restore(&target, dir.path(), &registry()).unwrap_err();
    assert!(matches!(error, RestoreError::NotEmpty(_)));
}

#[tokio::test]
async fn a_backup_shows_one_moment_while_writes_go_on() {
    let (dir, store) = filled().await;
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for id in 10_000..10_200 {
                let text = format!("late {id}");
                let both = move |tx: &mut Write<'_>| {
                    tx.put(NOTE, &(1, id), &text)?;
                    tx.put(BY_TEXT, &(text, id), &())
                };
                store.write(both).await.unwrap();
            }
        }
    });
    for n in 0..3 {
        let target = dir.path().join(format!("{n}.backup"));
        let (copy, store) = (target.clone(), store.clone());
        tokio::task::spawn_blocking(move || store.backup(&copy, &[], now()).unwrap())
            .await
            .unwrap();
        let place = tempfile::tempdir().unwrap();
        restore(&target, place.path(), &registry()).unwrap();
        let restored = Store::open(StoreConfig::new(place.path())).unwrap();
        let (notes, texts) = restored
            .read_now(|r| Ok::<_, StoreError>((r.len(NOTE)?, r.len(BY_TEXT)?)))
            .unwrap();
        assert_eq!(notes, texts);
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn check_finds_damaged_rows_and_wrong_indexes() {
    table!(AS_NUMBER: "test.note", (u32, u64) => u64);
    fn index_check(r: &Read) -> Result<Vec<String>, StoreError> {
        let (notes, texts) = (r.len(NOTE)?, r.len(BY_TEXT)?);
        Ok(if notes == texts {
            vec![]
        } else {
            vec![format!("{notes} notes, {texts} texts")]
        })
    }
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry {
        index_checks: vec![("texts", index_check)],
        ..registry()
    };
    let config = || StoreConfig {
        registry: registry.clone(),
        ..StoreConfig::new(dir.path())
    };
    let store = Store::open(config()).unwrap();
    note(&store, 1, "fine").await.unwrap();
    store.write(|tx| tx.put(AS_NUMBER, &(1, 2), &7)).await.unwrap();
    let report = store.check().unwrap();
    assert_eq!((report.findings.len(), report.indexes), (2, 1), "{report:?}");
    assert!(
        report
            .findings
            .iter()
            .any(|line| line.contains("table test.note, row")),
        "{report:?}"
    );
    assert!(
        report
            .findings
            .contains(&"index texts: 2 notes, 0 texts".to_owned())
    );
    store.close().await;
    let offline = check_data_dir(&config(), true).unwrap();
    assert_eq!(offline.findings, report.findings);
    assert!(offline.freed.is_some());
}

#[tokio::test]
async fn nightly_backups_are_kept_for_days_and_weeks() {
    let (dir, store) = filled().await;
    let folder = dir.path().join("backup");
    let keep = Keep { daily: 7, weekly: 4 };
    let start: Timestamp = "2026-01-01T03:00:00Z".parse().unwrap();
    for night in 0..60 {
        nightly(&store, &folder, keep, start + Duration::from_hours(24 * night)).unwrap();
    }
    let kept = automatic_backups(&folder).unwrap();
    let days: Vec<_> = kept
        .iter()
        .map(|(made, _)| made.strftime("%m-%d").to_string())
        .collect();
    // The last is a Sunday: seven days, and the last backups of the three weeks before.
    assert_eq!(
        days,
        [
            "03-01", "02-28", "02-27", "02-26", "02-25", "02-24", "02-23", "02-22", "02-15", "02-08"
        ]
    );
    restore(&kept[9].1, &dir.path().join("new"), &registry()).unwrap();
}

#[test]
fn retention_counts_what_there_is_and_never_leaves_nothing() {
    let backups = |dates: &[&str]| -> Vec<(Timestamp, PathBuf)> {
        dates
            .iter()
            .map(|date| (format!("{date}:00:00Z").parse().unwrap(), PathBuf::from(date)))
            .collect()
    };
    let some = backups(&["2026-06-01T20", "2026-06-01T03", "2025-01-01T03", "2024-01-01T03"]);
    assert_eq!(
        superfluous(&some, Keep { daily: 7, weekly: 4 }),
        [PathBuf::from("2026-06-01T03")]
    );
    assert_eq!(superfluous(&some, Keep { daily: 0, weekly: 0 }).len(), 3);
    assert_eq!(made_at(&file_name(now())), Some(now()));
    assert_eq!(made_at("before-the-contest.backup"), None);
}

#[tokio::test]
async fn a_backup_ends_early_when_the_program_is_to_stop_and_leaves_nothing() {
    let (dir, store) = scratch();
    note(&store, 1, "x").await.unwrap();
    store.interrupt();
    let target = dir.path().join("late.backup");
    let error = store.backup(&target, &[], now()).unwrap_err();
    assert!(matches!(error, BackupError::Store(StoreError::Closed)), "{error}");
    assert!(!target.exists() && !dir.path().join("late.backup.part").exists());
}

/// Threat 20: a backup holds everything that the data directory does, so nobody else reads it either.
#[tokio::test]
async fn backups_are_for_this_account_alone() {
    let (_dir, store) = filled().await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("of/backups");
    let keep = Keep { daily: 7, weekly: 4 };
    let made = nightly(&store, &folder, keep, now()).unwrap();
    for path in [folder.as_path(), &made.path] {
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is open to others: {mode:o}", path.display());
    }
    for entry in std::fs::read_dir(&folder).unwrap().flatten() {
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{:?}",
            entry.path()
        );
    }
}
