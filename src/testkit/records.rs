//! A store filled with contact-like records, for `benches/store.rs`: a row and three index rows each.

use std::collections::VecDeque;
use std::path::Path;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tokio::runtime::Runtime;

use crate::store::{Direction, Pending, Rows, Span, Store, StoreConfig, StoreError, Write, table};

/// About what a contact takes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Record {
    c: SmolStr,
    s: i64,
    f: u64,
    b: SmolStr,
    m: SmolStr,
    rs: SmolStr,
    rr: SmolStr,
    g: SmolStr,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    d: u16,
    cc: SmolStr,
    op: SmolStr,
    u: i64,
}

table!(
    /// The records.
    RECORD: "bench.record", (u32, u64) => Record
);
table!(
    /// By time: ascending, as logs are.
    BY_TIME: "bench.record.by_time", (u32, i64, u64) => (u8, u16, SmolStr)
);
table!(
    /// By call: random.
    BY_CALL: "bench.record.by_call", (u32, SmolStr, i64, u64) => ()
);
table!(
    /// By entity: few and often.
    BY_ENTITY: "bench.record.by_entity", (u32, u16, u64) => ()
);

const BATCH: u64 = 1_000;
const BOOK: u32 = 1;

/// A store in a directory, and a runtime to use it from.
pub struct Records {
    runtime: Runtime,
    store: Store,
}

impl Records {
    /// Opens an empty directory.
    ///
    /// # Panics
    /// If the directory cannot be used.
    pub fn open(dir: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads can be started");
        let store = Store::open(StoreConfig::new(dir)).expect("the directory is empty and writable");
        Self { runtime, store }
    }

    /// Stores `count` records in batches of a thousand, keeping `in_flight` batches in line.
    ///
    /// # Panics
    /// If the disk fails.
    pub fn store_bulk(&self, count: u64, in_flight: usize) {
        let store = async {
            let mut pending: VecDeque<Pending<(), StoreError>> = VecDeque::new();
            for batch in 0..count.div_ceil(BATCH) {
                if pending.len() >= in_flight
                    && let Some(oldest) = pending.pop_front()
                {
                    oldest.durable().await?;
                }
                let rows = batch * BATCH..((batch + 1) * BATCH).min(count);
                let run = move |tx: &mut Write<'_>| rows.clone().try_for_each(|n| add(tx, n));
                pending.push_back(self.store.queue_bulk(run).await?);
            }
            for batch in pending {
                batch.durable().await?;
            }
            Ok::<_, StoreError>(())
        };
        self.runtime.block_on(store).expect("the disk works");
    }

    /// Stores one record durably.
    ///
    /// # Panics
    /// If the disk fails.
    pub fn store_one(&self, n: u64) {
        self.runtime
            .block_on(self.store.write(move |tx| add(tx, n)))
            .expect("the disk works");
    }

    /// Stores `count` records durably, each by a task of its own, all at once.
    ///
    /// # Panics
    /// If the disk fails.
    pub fn store_together(&self, count: u64) {
        self.runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for n in 0..count {
                let store = self.store.clone();
                tasks.spawn(async move { store.write(move |tx| add(tx, n)).await });
            }
            while let Some(stored) = tasks.join_next().await {
                stored.expect("a command does not panic").expect("the disk works");
            }
        });
    }

    /// Reads one record in a transaction of its own; tells whether it is there.
    ///
    /// # Panics
    /// If the disk fails.
    pub fn get(&self, id: u64) -> bool {
        self.store
            .read_now(|r| r.get(RECORD, &(BOOK, id)))
            .expect("the disk works")
            .is_some()
    }

    /// Reads `count` records newest first, as a page of a logbook does; returns how many there were.
    ///
    /// # Panics
    /// If the disk fails.
    pub fn page(&self, count: usize) -> usize {
        let page = |r: &crate::store::Read| {
            let keys = r
                .scan(BY_TIME, Span::prefix(&(BOOK,)), Direction::Backward)
                .take(count);
            let records = keys.map(|row| row.and_then(|((_, _, id), _)| r.get(RECORD, &(BOOK, id))));
            records.collect::<Result<Vec<_>, StoreError>>()
        };
        self.store.read_now(page).expect("the disk works").len()
    }
}

fn add(tx: &mut Write<'_>, n: u64) -> Result<(), StoreError> {
    let id = tx.next_id("bench.record")?;
    let record = record(n);
    tx.put(BY_TIME, &(BOOK, record.s, id), &(3, record.d, record.c.clone()))?;
    tx.put(BY_CALL, &(BOOK, record.c.clone(), record.s, id), &())?;
    tx.put(BY_ENTITY, &(BOOK, record.d, id), &())?;
    tx.put(RECORD, &(BOOK, id), &record)
}

fn record(n: u64) -> Record {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let seconds = i64::try_from(n * 60).unwrap_or(0);
    Record {
        c: smol_str::format_smolstr!("K{}{:04X}", mixed >> 60 & 7, mixed >> 40 & 0xffff),
        s: 1_700_000_000 + seconds,
        f: 14_025_000 + n % 100_000,
        b: "20m".into(),
        m: "CW".into(),
        rs: "599".into(),
        rr: "599".into(),
        g: "PM95ab".into(),
        n: Some("Taro".to_owned()),
        d: u16::try_from(mixed >> 20 & 0xff).unwrap_or(0),
        cc: "AS".into(),
        op: "K6BP".into(),
        u: 1_700_000_000_000_000 + seconds,
    }
}
