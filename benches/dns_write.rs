//! Changes of DNS records: `cargo bench --bench dns_write --features testkit`.
//!
//! Targets: 500 single changes a second by writers side by side, each durable before it is answered; from committed to
//! answered in at most 20 ms for 99 of 100; a zone of 100,000 names read at the start in at most a second.

use std::time::Duration;

use tokio::time::Instant;

use divan::{Bencher, counter::ItemsCount};
use shackbox::testkit::ScratchZones;

/// Names in the zone.
const NAMES: u32 = 100_000;

fn main() {
    report();
    divan::main();
}

fn scratch(names: u32) -> (tempfile::TempDir, ScratchZones) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (zones, _) = ScratchZones::open(dir.path());
    zones.fill(names);
    (dir, zones)
}

/// The figures that have targets, once.
#[expect(clippy::print_stdout, reason = "a bench's report")]
fn report() {
    let (dir, zones) = scratch(NAMES);
    let begun = Instant::now();
    let (mut whole, mut visible) = zones.waits(64, 100);
    let taken = begun.elapsed();
    let per_second = f64::from(64 * 100) / taken.as_secs_f64();
    println!("{NAMES} names, 64 writers: {per_second:.0} changes a second");
    println!("  sent to answered:      {}", shares(&mut whole));
    println!("  committed to answered: {}", shares(&mut visible));
    zones.close();
    let (zones, taken) = ScratchZones::open(dir.path());
    println!("  read at the start in {} ms", taken.as_millis());
    zones.close();
}

fn shares(waits: &mut [Duration]) -> String {
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() * share / 100).min(waits.len() - 1)];
    format!(
        "half in {:?}, 99 of 100 in {:?}, all in {:?}",
        at(50),
        at(99),
        at(100)
    )
}

/// One change after the other, each waited for.
#[divan::bench(args = [1_000, 100_000], sample_count = 50, sample_size = 1)]
fn one_change(bencher: Bencher, names: u32) {
    let (_dir, zones) = scratch(names);
    let mut value = 0;
    bencher.bench_local(|| {
        value += 1;
        zones.change(7, value)
    });
}

/// Five hundred changes at once.
#[divan::bench(args = [1_000, 100_000], sample_count = 10, sample_size = 1)]
fn five_hundred_changes(bencher: Bencher, names: u32) {
    let (_dir, zones) = scratch(names);
    let mut value = 0;
    bencher.counter(ItemsCount::new(500_u64)).bench_local(|| {
        value += 1;
        zones.change_together(500, value);
    });
}
