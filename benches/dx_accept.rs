//! Spots taken in and read back: `cargo bench --bench dx_accept --features testkit`.
//!
//! Target: 5,000 spots a second on one core with room to spare, all that is derived included.

use divan::{Bencher, black_box, counter::ItemsCount};
use shackbox::testkit::ScratchCluster;

fn main() {
    divan::main();
}

#[divan::bench]
fn accept(bencher: Bencher) {
    let cluster = ScratchCluster::default();
    let mut number = 0_u64;
    bencher.counter(ItemsCount::new(1_000_usize)).bench_local(|| {
        for _ in 0..1_000 {
            number += 1;
            black_box(cluster.send(number));
        }
    });
}

#[divan::bench(args = [10_000, 200_000])]
fn newest_of_a_quiet_band(bencher: Bencher, spots: u64) {
    let cluster = ScratchCluster::default();
    for number in 0..spots {
        cluster.send(number);
    }
    let (kept, bytes) = cluster.size();
    // Seven thousand calls take their place however few the spots are.
    assert!(
        spots < 100_000 || bytes / kept.max(1) <= 96,
        "{bytes} bytes for {kept} spots"
    );
    bencher.bench_local(|| black_box(cluster.newest("6m", 100)));
}
