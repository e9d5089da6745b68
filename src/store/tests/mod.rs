//! The store as its callers see it: commands, queries, events, lanes.

mod backups;
mod codecs;
mod faults;
mod keys;
mod migrations;

use std::sync::mpsc;

use super::*;
use crate::event::Event;
use crate::jobs::event::JobEvent;

table!(pub(super) NOTE: "test.note", (u32, u64) => String);
table!(pub(super) BY_TEXT: "test.note.by_text", (String, u64) => ());

fn config(dir: &tempfile::TempDir) -> StoreConfig {
    StoreConfig {
        reopen_every: Duration::from_millis(20),
        ..StoreConfig::new(dir.path())
    }
}

fn scratch() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(config(&dir)).unwrap();
    (dir, store)
}

async fn note(store: &Store, id: u64, text: &str) -> Result<(), StoreError> {
    let text = text.to_owned();
    store.write(move |tx| tx.put(NOTE, &(1, id), &text)).await
}

fn notes(r: &impl Rows) -> Result<Vec<(u64, String)>, StoreError> {
    r.scan(NOTE, Span::prefix(&(1_u32,)), Direction::Forward)
        .map(|row| row.map(|((_, id), text)| (id, text)))
        .collect()
}

fn event(kind: &str) -> Event {
    Event::Jobs(Arc::new(JobEvent {
        kind: kind.into(),
        ..JobEvent::default()
    }))
}

fn kinds(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event {
            Event::Jobs(job) => job.kind.to_string(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn a_command_is_read_back_and_survives_closing() {
    let (dir, store) = scratch();
    let id = store
        .write(|tx| {
            let id = tx.next_id("test.note")?;
            tx.put(NOTE, &(1, id), &"hello".to_owned())?;
            Ok::<_, StoreError>(id)
        })
        .await
        .unwrap();
    assert_eq!(id, 1);
    store.close().await;
    assert!(matches!(note(&store, 2, "late").await, Err(StoreError::Closed)));
    assert!(matches!(store.read(notes).await, Err(StoreError::Closed)));
    let store = Store::open(config(&dir)).unwrap();
    assert_eq!(store.read(notes).await.unwrap(), [(1, "hello".to_owned())]);
}

#[test]
fn what_the_store_makes_is_for_its_own_account_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("data");
    drop(Store::open(StoreConfig::new(&dir)).unwrap());
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for entry in dir.read_dir().unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_command_that_fails_leaves_nothing() {
    let (_dir, store) = scratch();
    note(&store, 1, "old").await.unwrap();
    let refused: Result<(), StoreError> = store
        .write(|tx| {
            tx.put(NOTE, &(1, 1), &"new".to_owned())?;
            tx.put(NOTE, &(1, 2), &"more".to_owned())?;
            tx.next_id("test.note")?;
            Err(StoreError::Refused("no".into()))
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Refused(_))));
    assert_eq!(store.read(notes).await.unwrap(), [(1, "old".to_owned())]);
    let id = store.write(|tx| tx.next_id("test.note")).await.unwrap();
    assert_eq!(id, 1, "a counter of a failed command was not used up");
}

#[tokio::test]
async fn a_command_that_panics_is_undone_and_the_next_one_runs() {
    let (_dir, store) = scratch();
    let panicked: Result<(), StoreError> = store
        .write(|tx| {
            tx.put(NOTE, &(1, 1), &"x".to_owned())?;
            panic!("on purpose")
        })
        .await;
    assert!(matches!(panicked, Err(StoreError::Panicked)));
    note(&store, 2, "after").await.unwrap();
    assert_eq!(store.read(notes).await.unwrap(), [(2, "after".to_owned())]);
}

/// Blocks the writer thread until the returned sender is dropped, so that commands pile up behind.
async fn hold_writer(store: &Store) -> mpsc::Sender<()> {
    let (release, wait) = mpsc::channel::<()>();
    let (started, begun) = tokio::sync::oneshot::channel();
    let holder = store.clone();
    tokio::spawn(async move {
        let hold = move |_: &mut Write<'_>| {
            started.send(()).unwrap();
            assert!(wait.recv().is_err(), "released by being dropped");
            Ok::<_, StoreError>(())
        };
        holder.write(hold).await.unwrap();
    });
    begun.await.unwrap();
    release
}

#[tokio::test]
async fn commands_that_share_a_commit_fail_each_for_itself() {
    let (_dir, store) = scratch();
    note(&store, 5, "kept").await.unwrap();
    let release = hold_writer(&store).await;
    let tasks: Vec<_> = (0..40_u64)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .write(move |tx| {
                        let id = tx.next_id("test.note")?;
                        tx.put(NOTE, &(1, 100 + n), &format!("number {id}"))?;
                        // Every command writes the same row; the failing ones must put it back.
                        tx.put(NOTE, &(1, 5), &format!("by {n}"))?;
                        tx.remove(NOTE, &(1, 6))?;
                        match n % 4 {
                            1 => Err(StoreError::Refused("odd".into())),
                            2 => panic!("on purpose"),
                            _ => Ok(id),
                        }
                    })
                    .await
            })
        })
        .collect();
    while store.stats().interactive_waiting < 40 {
        tokio::task::yield_now().await;
    }
    drop(release);
    let mut ids = Vec::new();
    for (n, task) in tasks.into_iter().enumerate() {
        match (n % 4, task.await.unwrap()) {
            (1, Err(StoreError::Refused(_))) | (2, Err(StoreError::Panicked)) => {}
            (0 | 3, Ok(id)) => ids.push(id),
            (_, other) => panic!("{n}: {other:?}"),
        }
    }
    ids.sort_unstable();
    assert_eq!(
        ids,
        (1..=20).collect::<Vec<_>>(),
        "numbers of failed commands are given again"
    );
    let stored = store.read(notes).await.unwrap();
    assert_eq!(stored.len(), 21);
    let last: u64 = stored[0].1.strip_prefix("by ").unwrap().parse().unwrap();
    assert!(last.is_multiple_of(4) || last % 4 == 3);
}

#[tokio::test]
async fn bulk_batches_run_in_order_and_let_interactive_commands_pass() {
    let (_dir, store) = scratch();
    let release = hold_writer(&store).await;
    let mut pending = Vec::new();
    for batch in 0..10_u64 {
        let run = move |tx: &mut Write<'_>| {
            let seen = notes(tx)?.iter().filter(|(id, _)| *id < 100).count() as u64;
            tx.put(NOTE, &(1, batch), &seen.to_string())?;
            Ok::<_, StoreError>((seen, tx.contains(NOTE, &(1, 100))?))
        };
        pending.push(store.queue_bulk(run).await.unwrap());
    }
    let interactive = tokio::spawn({
        let store = store.clone();
        async move { note(&store, 100, "first").await }
    });
    while store.stats().interactive_waiting < 1 {
        tokio::task::yield_now().await;
    }
    drop(release);
    interactive.await.unwrap().unwrap();
    for (batch, pending) in pending.into_iter().enumerate() {
        assert_eq!(pending.durable().await.unwrap(), (batch as u64, true));
    }
}

#[tokio::test]
async fn events_leave_in_commit_order_after_the_commit_and_not_on_failure() {
    let dir = tempfile::tempdir().unwrap();
    let (sender, receiver) = mpsc::channel();
    let on_commit = Box::new(move |events: Vec<Event>| sender.send(kinds(&events)).unwrap());
    let store = Store::open(StoreConfig {
        on_commit,
        ..config(&dir)
    })
    .unwrap();
    for n in 0..20_u64 {
        let told: Result<(), StoreError> = store
            .write(move |tx| {
                tx.put(NOTE, &(1, n), &String::new())?;
                tx.emit(event(&n.to_string()));
                if n % 5 == 4 {
                    Err(StoreError::Refused("no".into()))
                } else {
                    Ok(())
                }
            })
            .await;
        // Told before the caller is answered.
        assert_eq!(
            receiver.try_recv().ok(),
            told.is_ok().then(|| vec![n.to_string()])
        );
    }
}

fn answer_greeting(tx: &mut Write<'_>, seen: &Event) -> Result<(), StoreError> {
    match kinds(std::slice::from_ref(seen))[0].as_str() {
        "greeting" => {
            tx.put(NOTE, &(1, 99), &"answered".to_owned())?;
            tx.emit(event("answer"));
            Ok(())
        }
        "insult" => Err(StoreError::Refused("a reactor refuses".into())),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn reactors_work_in_the_same_transaction() {
    let dir = tempfile::tempdir().unwrap();
    let (sender, receiver) = mpsc::channel();
    let on_commit = Box::new(move |events: Vec<Event>| sender.send(kinds(&events)).unwrap());
    let registry = Registry {
        reactors: vec![answer_greeting],
        ..Registry::default()
    };
    let store = Store::open(StoreConfig {
        registry,
        on_commit,
        ..config(&dir)
    })
    .unwrap();
    let say = |kind: &'static str| {
        let store = store.clone();
        async move {
            store
                .write(move |tx| {
                    tx.put(NOTE, &(1, 1), &kind.to_owned())?;
                    tx.emit(event(kind));
                    Ok::<_, StoreError>(())
                })
                .await
        }
    };
    say("greeting").await.unwrap();
    assert_eq!(receiver.try_recv().unwrap(), ["greeting", "answer"]);
    assert!(say("insult").await.is_err());
    assert_eq!(
        store.read(notes).await.unwrap(),
        [(1, "greeting".to_owned()), (99, "answered".to_owned())]
    );
}

#[tokio::test]
async fn a_scan_in_a_command_sees_its_own_changes_in_both_directions() {
    let (_dir, store) = scratch();
    let check = |tx: &mut Write<'_>| {
        for id in (0..1_000).rev() {
            tx.put(NOTE, &(1, id), &id.to_string())?;
        }
        tx.put(NOTE, &(2, 0), &"another".to_owned())?;
        tx.remove(NOTE, &(1, 500))?;
        let forward: Vec<_> = notes(tx)?.into_iter().map(|(id, _)| id).collect();
        let backward = tx.scan(NOTE, Span::prefix(&(1_u32,)), Direction::Backward);
        let mut backward: Vec<_> = backward
            .map(|row| row.map(|((_, id), _)| id))
            .collect::<Result<_, _>>()?;
        backward.reverse();
        assert_eq!(forward, (0..1_000).filter(|id| *id != 500).collect::<Vec<_>>());
        assert_eq!(forward, backward);
        assert_eq!(tx.remove_span(NOTE, Span::prefix(&(1_u32,)), 600)?, 600);
        assert_eq!(tx.first(NOTE, Span::all())?.unwrap().0, (1, 601));
        assert_eq!(tx.last(NOTE, Span::all())?.unwrap().0, (2, 0));
        assert_eq!(
            (tx.len(NOTE)?, tx.count(NOTE, Span::prefix(&(1_u32,)))?),
            (400, 399)
        );
        Ok::<_, StoreError>(())
    };
    store.write(check).await.unwrap();
    assert_eq!(store.read_now(|r| r.len(NOTE)).unwrap(), 400);
}

#[tokio::test]
async fn pages_go_on_behind_the_last_key() {
    let (_dir, store) = scratch();
    for id in 0..10 {
        note(&store, id, "").await.unwrap();
    }
    let page = |span: Span<(u32, u64)>, direction| {
        store.read_now(move |r| {
            r.scan(NOTE, span, direction)
                .take(3)
                .map(|row| row.map(|row| row.0.1))
                .collect::<Result<Vec<_>, _>>()
        })
    };
    let all = || Span::prefix(&(1_u32,));
    assert_eq!(page(all(), Direction::Forward).unwrap(), [0, 1, 2]);
    assert_eq!(page(all().after(&(1, 2)), Direction::Forward).unwrap(), [3, 4, 5]);
    assert_eq!(page(all().at_least(&(1, 8)), Direction::Forward).unwrap(), [8, 9]);
    assert_eq!(
        page(all().before(&(1, 8)), Direction::Backward).unwrap(),
        [7, 6, 5]
    );
    assert_eq!(page(all().at_most(&(1, 1)), Direction::Backward).unwrap(), [1, 0]);
    assert!(page(all().after(&(1, 9)), Direction::Forward).unwrap().is_empty());
    assert!(
        page(all().at_least(&(1, 9)).before(&(1, 3)), Direction::Forward)
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_read_sees_one_state_while_others_write() {
    let (_dir, store) = scratch();
    note(&store, 1, "a").await.unwrap();
    let (ready, wait) = mpsc::channel::<()>();
    let (begun, started) = tokio::sync::oneshot::channel();
    let reader = tokio::spawn({
        let store = store.clone();
        async move {
            let query = move |r: &Read| {
                let before = notes(r)?;
                begun.send(()).unwrap();
                wait.recv().unwrap();
                assert_eq!(before, notes(r)?);
                Ok::<_, StoreError>(before.len())
            };
            store.read(query).await
        }
    });
    started.await.unwrap();
    note(&store, 2, "b").await.unwrap();
    ready.send(()).unwrap();
    assert_eq!(reader.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn a_table_that_is_not_listed_cannot_be_written() {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry {
        tables: vec![NOTE.info()],
        ..Registry::default()
    };
    let store = Store::open(StoreConfig {
        registry,
        ..config(&dir)
    })
    .unwrap();
    note(&store, 1, "x").await.unwrap();
    let unlisted = store.write(|tx| tx.put(BY_TEXT, &("x".into(), 1), &())).await;
    assert!(matches!(
        unlisted,
        Err(StoreError::Unlisted {
            table: "test.note.by_text"
        })
    ));
}

#[tokio::test]
async fn a_second_opener_is_told_who_holds_the_directory() {
    let (dir, store) = scratch();
    let error = Store::open(config(&dir)).err().unwrap();
    assert!(matches!(error, OpenError::HeldByAnother { pid: Some(pid), .. } if pid == std::process::id()));
    assert!(
        error
            .to_string()
            .contains(&format!("process {}", std::process::id())),
        "{error}"
    );
    store.close().await;
    Store::open(config(&dir)).unwrap();
}

#[tokio::test]
async fn a_dropped_store_stores_what_it_was_asked_to() {
    let (dir, store) = scratch();
    note(&store, 1, "kept").await.unwrap();
    let writer = store.shared.writer.lock().unwrap().take().unwrap();
    drop(store);
    writer.join().unwrap();
    let store = Store::open(config(&dir)).unwrap();
    assert_eq!(store.read(notes).await.unwrap(), [(1, "kept".to_owned())]);
}

#[tokio::test]
async fn what_commands_leave_for_after_their_commit_comes_before_their_events() {
    let (dir, (tell, told)) = (tempfile::tempdir().unwrap(), std::sync::mpsc::channel());
    let heard = tell.clone();
    let store = Store::open(StoreConfig {
        on_commit: Box::new(move |events| heard.send(format!("{} event", events.len())).unwrap()),
        ..config(&dir)
    })
    .unwrap();
    let later = tell.clone();
    let done = store.write(move |tx| {
        tx.emit(event("x"));
        tx.after_commit(move || later.send("then".into()).unwrap());
        tx.put(NOTE, &(1, 1), &"a".to_owned())
    });
    done.await.unwrap();
    let failed = store.write(move |tx| {
        tx.after_commit(move || tell.send("never".into()).unwrap());
        Err::<(), _>(StoreError::Refused("no".into()))
    });
    assert!(failed.await.is_err());
    assert_eq!(told.try_iter().collect::<Vec<_>>(), ["then", "1 event"]);
}

#[tokio::test]
async fn a_wasteful_file_is_compacted_by_the_next_start() {
    let (dir, store) = scratch();
    let file = dir.path().join(engine::FILE);
    for id in 0..40 {
        note(&store, id, &"much ".repeat(200_000)).await.unwrap();
    }
    for id in 1..40 {
        store.write(move |tx| tx.remove(NOTE, &(1, id))).await.unwrap();
    }
    store.write(|tx| tx.put(COMPACT, &(), &())).await.unwrap();
    store.close().await;
    let before = file.metadata().unwrap().len();
    let store = Store::open(config(&dir)).unwrap();
    assert!(file.metadata().unwrap().len() <= before);
    assert_eq!(store.read(notes).await.unwrap().len(), 1);
    assert_eq!(store.read(|r| r.get(COMPACT, &())).await.unwrap(), None);
}
