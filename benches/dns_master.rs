//! Zones as text: `cargo bench --bench dns_master --features testkit`.
//!
//! Target on one core: a zone of 100,000 records is read into sets in less than half a second, so that loading it stays
//! below one.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use shackbox::testkit::dns_text::{normal_zone, read_zone, zone_text};

const RECORDS: usize = 100_000;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 20)]
fn read_100_000_records(bencher: Bencher<'_, '_>) {
    let text = zone_text(RECORDS);
    bencher
        .counter(ItemsCount::new(RECORDS))
        .counter(BytesCount::of_str(&text))
        .bench(|| assert_eq!(read_zone(black_box(&text)), RECORDS));
}

#[divan::bench(sample_count = 20)]
fn read_and_write_100_000_records(bencher: Bencher<'_, '_>) {
    let text = zone_text(RECORDS);
    bencher
        .counter(ItemsCount::new(RECORDS))
        .bench(|| normal_zone(black_box(&text)));
}
