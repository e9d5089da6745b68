//! The store: imports, single durable writes, reads: `cargo bench --bench store`.
//!
//! Targets: 200,000 records with three index rows each in under 4 s; a page of a hundred in under 1 ms.

use divan::{Bencher, black_box, counter::ItemsCount};
use shackbox::testkit::records::Records;

fn main() {
    divan::main();
}

fn scratch() -> (tempfile::TempDir, Records) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let records = Records::open(dir.path());
    (dir, records)
}

/// An import: 200,000 records with this many batches of a thousand in line.
#[divan::bench(args = [1, 10], sample_count = 3, sample_size = 1)]
fn import(bencher: Bencher, in_flight: usize) {
    bencher
        .counter(ItemsCount::new(200_000_u64))
        .with_inputs(scratch)
        .bench_refs(|(_, records)| records.store_bulk(200_000, in_flight));
}

/// One record, waiting until it is durable.
#[divan::bench(sample_count = 100, sample_size = 1)]
fn durable_write(bencher: Bencher) {
    let (_dir, records) = scratch();
    let mut n = 0;
    bencher.bench_local(|| {
        n += 1;
        records.store_one(n);
    });
}

/// Five hundred tasks, each waiting for its own durable record.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn durable_writes_together(bencher: Bencher) {
    let (_dir, records) = scratch();
    bencher
        .counter(ItemsCount::new(500_u64))
        .bench_local(|| records.store_together(500));
}

#[divan::bench]
fn point_read(bencher: Bencher) {
    let (_dir, records) = scratch();
    records.store_bulk(100_000, 10);
    let mut id = 0;
    bencher.bench_local(|| {
        id = (id + 7_919) % 100_000;
        black_box(records.get(id + 1))
    });
}

#[divan::bench]
fn page_of_a_hundred(bencher: Bencher) {
    let (_dir, records) = scratch();
    records.store_bulk(100_000, 10);
    bencher.bench_local(|| black_box(records.page(100)));
}
