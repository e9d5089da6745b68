//! Power loss, failing disks, full disks: nothing acknowledged is lost, nothing half is seen.

use super::super::fake_disk::FakeDisk;
use super::*;

fn open(disk: &FakeDisk) -> Store {
    let dir = tempfile::tempdir().unwrap();
    Store::open_on(disk.clone(), config(&dir)).unwrap()
}

/// Adds a note and its index row, changes an earlier one and counts: rows that must agree at any time.
fn step(tx: &mut Write<'_>, n: u64) -> Result<(), StoreError> {
    let id = tx.next_id("test.note")?;
    let text = format!("{n:0>200}");
    tx.put(NOTE, &(1, id), &text)?;
    tx.put(BY_TEXT, &(text, id), &())?;
    if let Some(earlier) = id.checked_sub(7).filter(|earlier| *earlier > 0) {
        let old = tx.get(NOTE, &(1, earlier))?.unwrap();
        let new = format!("changed by {n}");
        tx.remove(BY_TEXT, &(old, earlier))?;
        tx.put(NOTE, &(1, earlier), &new)?;
        tx.put(BY_TEXT, &(new, earlier), &())?;
    }
    Ok(())
}

/// Compares index and notes, and returns how many steps are stored.
fn verify(store: &Store) -> u64 {
    let report = store.check().unwrap();
    assert!(report.is_sound(), "{report:?}");
    store
        .read_now(|r| {
            let notes = notes(r)?;
            assert_eq!(notes.len() as u64, r.len(BY_TEXT)?);
            for (id, text) in &notes {
                assert!(r.contains(BY_TEXT, &(text.clone(), *id))?);
            }
            assert_eq!(
                notes.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
                (1..=notes.len() as u64).collect::<Vec<_>>()
            );
            Ok::<_, StoreError>(notes.len() as u64)
        })
        .unwrap()
}

/// Runs steps until the power is cut after the `cut`th sync; returns how many were acknowledged before that.
async fn run_until_power_loss(disk: &FakeDisk, cut: u64, steps: u64) -> u64 {
    disk.cut_power_after(cut);
    let store = open(disk);
    let mut acknowledged = 0;
    for n in 0..steps {
        store.write(move |tx| step(tx, n)).await.unwrap();
        if disk.syncs() <= cut {
            acknowledged = n + 1;
        }
    }
    store.close().await;
    acknowledged
}

#[tokio::test]
async fn power_loss_at_any_sync_loses_nothing_acknowledged() {
    let whole = FakeDisk::default();
    run_until_power_loss(&whole, u64::MAX, 30).await;
    // Before that, a file has not got its name yet.
    let made = FakeDisk::default();
    open(&made).close().await;
    for cut in made.syncs()..whole.syncs() {
        let disk = FakeDisk::default();
        let acknowledged = run_until_power_loss(&disk, cut, 30).await;
        let store = open(&disk.after_power_loss());
        let stored = verify(&store);
        assert!(
            stored >= acknowledged,
            "cut after sync {cut}: {acknowledged} acknowledged, {stored} stored"
        );
        // And it goes on from there.
        store.write(|tx| step(tx, 999)).await.unwrap();
        assert_eq!(verify(&store), stored + 1);
        store.close().await;
    }
}

#[tokio::test]
async fn power_loss_in_the_middle_of_joint_commits_keeps_commands_whole() {
    for cut in (5..60).step_by(5) {
        let disk = FakeDisk::default();
        disk.cut_power_after(cut);
        let store = open(&disk);
        let release = hold_writer(&store).await;
        let mut pending = Vec::new();
        for n in 0..12 {
            pending.push(
                store
                    .queue_bulk(move |tx| (0..20).try_for_each(|m| step(tx, n * 100 + m)))
                    .await
                    .unwrap(),
            );
        }
        drop(release);
        let mut acknowledged = 0;
        for pending in pending {
            pending.durable().await.unwrap();
            acknowledged += 20 * u64::from(disk.syncs() <= cut);
        }
        store.close().await;
        let store = open(&disk.after_power_loss());
        let stored = verify(&store);
        assert!(
            stored >= acknowledged && stored.is_multiple_of(20),
            "cut {cut}: {acknowledged}, {stored}"
        );
        store.close().await;
    }
}

async fn until(store: &Store, wanted: impl Fn(&Status) -> bool) {
    let mut status = store.watch_status();
    tokio::time::timeout(Duration::from_secs(20), status.wait_for(|status| wanted(status)))
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_failing_disk_stops_writes_but_not_reads_and_heals() {
    let disk = FakeDisk::default();
    let store = open(&disk);
    note(&store, 1, "before").await.unwrap();
    disk.set_failing(true);
    let failed = note(&store, 2, "during").await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    assert!(matches!(store.status(), Status::Degraded(_)));
    assert_eq!(store.read(notes).await.unwrap(), [(1, "before".to_owned())]);
    let refused = note(&store, 3, "still").await;
    assert!(refused.unwrap_err().is_unavailable());
    disk.set_failing(false);
    until(&store, |status| *status == Status::Ok).await;
    note(&store, 4, "after").await.unwrap();
    assert_eq!(
        store.read(notes).await.unwrap(),
        [(1, "before".to_owned()), (4, "after".to_owned())]
    );
    store.close().await;
}

#[tokio::test]
async fn reads_go_on_while_the_store_tries_in_vain_to_write_again() {
    let disk = FakeDisk::default();
    let store = open(&disk);
    note(&store, 1, "before").await.unwrap();
    disk.set_failing(true);
    note(&store, 2, "during").await.unwrap_err();
    let refused = disk.refused();
    // Each attempt to open it again is refused at least once; some reads fall into an attempt and wait for it.
    while disk.refused() < refused + 5 {
        assert_eq!(store.read(notes).await.unwrap(), [(1, "before".to_owned())]);
    }
    assert_eq!(store.read(notes).await.unwrap(), [(1, "before".to_owned())]);
    disk.set_failing(false);
    until(&store, |status| *status == Status::Ok).await;
    note(&store, 3, "after").await.unwrap();
    assert_eq!(store.read(notes).await.unwrap().len(), 2);
    store.close().await;
}

#[tokio::test]
async fn a_listener_that_panics_does_not_end_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let on_commit = Box::new(|_: Vec<Event>| panic!("on purpose"));
    let store = Store::open(StoreConfig {
        on_commit,
        ..config(&dir)
    })
    .unwrap();
    for id in 1..=2 {
        let tell = store.write(move |tx| {
            tx.put(NOTE, &(1, id), &"x".to_owned())?;
            tx.emit(event("one"));
            Ok::<_, StoreError>(())
        });
        tell.await.unwrap();
    }
    assert_eq!(store.read(notes).await.unwrap().len(), 2);
    assert_eq!(store.status(), Status::Ok);
    store.close().await;
}

#[tokio::test]
async fn everybody_in_a_joint_commit_learns_that_it_failed() {
    let disk = FakeDisk::default();
    let store = open(&disk);
    let release = hold_writer(&store).await;
    let tasks: Vec<_> = (0..10)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { note(&store, n, "x").await })
        })
        .collect();
    while store.stats().interactive_waiting < 10 {
        tokio::task::yield_now().await;
    }
    disk.set_failing(true);
    drop(release);
    for task in tasks {
        assert!(task.await.unwrap().unwrap_err().is_unavailable());
    }
    disk.set_failing(false);
    until(&store, |status| *status == Status::Ok).await;
    assert!(store.read(notes).await.unwrap().is_empty());
    store.close().await;
}

#[tokio::test]
async fn no_event_leaves_when_the_commit_fails() {
    let disk = FakeDisk::default();
    let dir = tempfile::tempdir().unwrap();
    let (sender, receiver) = mpsc::channel();
    let on_commit = Box::new(move |events: Vec<Event>| sender.send(kinds(&events)).unwrap());
    let store = Store::open_on(
        disk.clone(),
        StoreConfig {
            on_commit,
            ..config(&dir)
        },
    )
    .unwrap();
    let tell = |kind: &'static str| {
        store.write(move |tx| {
            tx.put(NOTE, &(1, 1), &kind.to_owned())?;
            tx.emit(event(kind));
            Ok::<_, StoreError>(())
        })
    };
    tell("one").await.unwrap();
    disk.set_failing(true);
    tell("two").await.unwrap_err();
    disk.set_failing(false);
    until(&store, |status| *status == Status::Ok).await;
    tell("three").await.unwrap();
    assert_eq!(
        receiver.try_iter().flatten().collect::<Vec<_>>(),
        ["one", "three"]
    );
    store.close().await;
}
