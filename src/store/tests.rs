//! The store as its callers see it.

use super::*;
use crate::event::Event;

table!(NOTE: "test.note", (u32, u64) => String);

async fn scratch() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(StoreConfig::new(dir.path())).unwrap();
    (dir, store)
}

#[tokio::test]
async fn a_command_is_read_back_and_survives_closing() {
    let (dir, store) = scratch().await;
    let id = store
        .write(|tx| {
            let id = tx.next_id("test.note")?;
            tx.put(NOTE, &(7, id), &"hello".to_owned())?;
            Ok::<_, StoreError>(id)
        })
        .await
        .unwrap();
    assert_eq!(id, 1);
    store.close().await;
    let store = Store::open(StoreConfig::new(dir.path())).unwrap();
    let rows = store
        .read(|r| {
            r.scan(NOTE, Span::prefix(&(7_u32,)), Direction::Forward)
                .collect::<Result<Vec<_>, _>>()
        })
        .await;
    assert_eq!(rows.unwrap(), [((7, 1), "hello".to_owned())]);
}
