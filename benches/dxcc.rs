//! Entity lookups and loading of the table: `cargo bench --bench dxcc --features testkit`.
//!
//! Targets on one core: a million lookups a second, the embedded table read in 20 ms.

use divan::{Bencher, black_box, counter::ItemsCount};
use shackbox::ham::dxcc::Resolver;

/// Calls as logs hold them: mostly plain, some listed, some with a place.
const CALLS: [&str; 20] = [
    "DL1ABC",
    "K1ABC",
    "W6XYZ",
    "JA1NUT",
    "UA9CDC",
    "VE3EJ",
    "EA8/G3ABC/P",
    "OH2BH",
    "G3SXW",
    "PY2ABC",
    "LU1ABC/D",
    "KH6/W1AW",
    "W1AW/4",
    "4U1UN",
    "3D2AG/R",
    "KG4AB",
    "VK6ABC",
    "SV9/DL1ABC",
    "9A1A",
    "DL1ABC/MM",
];

fn main() {
    divan::main();
}

#[divan::bench]
fn embedded_table(bencher: Bencher) {
    bencher.bench(Resolver::embedded);
}

#[divan::bench]
fn lookup(bencher: Bencher) {
    let resolver = Resolver::embedded();
    let at = "2024-01-02T12:00:00Z".parse().expect("a valid time");
    bencher.counter(ItemsCount::new(CALLS.len())).bench_local(|| {
        for call in CALLS {
            black_box(resolver.resolve(black_box(call), at));
        }
    });
}

#[divan::bench]
fn lookup_in_clublog_format(bencher: Bencher) {
    let resolver = Resolver::from_clublog_xml(include_bytes!("../fixtures/dxcc/clublog-small.xml"))
        .expect("the fixture is read in the tests");
    let at = "2024-01-02T12:00:00Z".parse().expect("a valid time");
    bencher.counter(ItemsCount::new(CALLS.len())).bench_local(|| {
        for call in CALLS {
            black_box(resolver.resolve(black_box(call), at));
        }
    });
}
