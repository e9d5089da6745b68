//! The name server's engine: `cargo bench --bench dns --features testkit`.
//!
//! Targets: an answer well below a microsecond, what is missing as cheap as what is there; 100,000 names built within a
//! second and at most 1 kB a record; a single change far below the 2 ms that 500 a second leave.

use divan::{Bencher, black_box};
use shackbox::testkit::names::{ORIGIN, ScratchZone, call, question, zone_text};

const NAMES: usize = 10_000;
const MANY: usize = 100_000;

fn main() {
    divan::main();
}

/// Answers questions of one kind, a different one each time.
fn ask(bencher: Bencher, kind: u16, name: impl Fn(usize) -> String) {
    let zone = ScratchZone::of(&zone_text(NAMES));
    let packets: Vec<Vec<u8>> = (0..NAMES)
        .map(|number| question(&format!("{}.{ORIGIN}", name(number)), kind))
        .collect();
    let mut out = Vec::new();
    let mut number = 0;
    bencher.bench_local(|| {
        number = (number + 7) % NAMES;
        black_box(zone.answer(&packets[number], &mut out))
    });
}

#[divan::bench]
fn records(bencher: Bencher) {
    ask(bencher, 1, call);
}

#[divan::bench]
fn no_such_name(bencher: Bencher) {
    ask(bencher, 1, |number| format!("missing{number}"));
}

#[divan::bench]
fn no_such_type(bencher: Bencher) {
    ask(bencher, 33, call);
}

#[divan::bench]
fn wildcard(bencher: Bencher) {
    ask(bencher, 1, |number| format!("w{number}.any"));
}

#[divan::bench]
fn referral(bencher: Bencher) {
    ask(bencher, 1, |number| format!("w{number}.cut"));
}

#[divan::bench(sample_count = 10)]
fn build_100_000_names(bencher: Bencher) {
    let zone = ScratchZone::of(&zone_text(MANY));
    let (records, octets) = zone.size();
    assert!(octets <= 1024, "{octets} octets for each of {records} records");
    bencher.bench_local(|| black_box(zone.rebuild()));
}

#[divan::bench]
fn change_one_of_100_000_names(bencher: Bencher) {
    let mut zone = ScratchZone::of(&zone_text(MANY));
    let mut number = 0;
    bencher.bench_local(|| {
        number = (number + 7) % MANY;
        zone.change(number);
    });
}
