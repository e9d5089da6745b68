//! Importing, importing again, undoing and listing: `cargo bench --bench logbook --features testkit`.
//!
//! Targets on two cores: 200,000 contacts imported in 5 s, again in 2 s, undone in 2 s; a page out of a million in
//! 20 ms; one contact logged in 10 ms. Set `SHACKBOX_BENCH_QSOS` for another size of the large log.

use std::sync::LazyLock;

use divan::Bencher;
use shackbox::testkit::{ScratchLog, adif_gen};

/// Contacts of the file that is imported.
const FILE: usize = 200_000;

static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| generated(FILE, 1));

/// A log of a million contacts.
static LARGE: LazyLock<ScratchLog> = LazyLock::new(|| {
    let size = std::env::var("SHACKBOX_BENCH_QSOS")
        .ok()
        .and_then(|text| text.parse().ok());
    let log = ScratchLog::new();
    log.import(generated(size.unwrap_or(1_000_000), 2));
    log
});

fn main() {
    divan::main();
}

fn generated(qsos: usize, seed: u64) -> Vec<u8> {
    let mut text = Vec::new();
    adif_gen::generate(qsos, seed, &mut text).expect("memory takes all that is written to it");
    text
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn import(bencher: Bencher) {
    bencher
        .with_inputs(|| (ScratchLog::new(), TEXT.clone()))
        .bench_values(|(log, text)| {
            let imported = log.import(text);
            assert_eq!(imported.rejected, 0);
            log
        });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn import_again(bencher: Bencher) {
    let log = ScratchLog::new();
    log.import(TEXT.clone());
    bencher.with_inputs(|| TEXT.clone()).bench_local_values(|text| {
        assert_eq!(log.import(text).added, 0);
    });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn undo(bencher: Bencher) {
    let imported = || {
        let log = ScratchLog::new();
        let import = log.import(TEXT.clone()).import;
        (log, import)
    };
    bencher.with_inputs(imported).bench_values(|(log, import)| {
        assert!(log.undo(import) > 0);
        log
    });
}

#[divan::bench(sample_count = 50, args = [0, 500_000, 999_000])]
fn page_at(bencher: Bencher, offset: u64) {
    bencher.bench(|| LARGE.page("", "-start", offset));
}

#[divan::bench(sample_count = 10, args = ["JA1", "band:20m mode:CW", "entity:Japan", "dxcc:999", "*XYZ*"])]
fn filtered(bencher: Bencher, q: &str) {
    bencher.bench(|| LARGE.page(q, "-start", 0));
}

#[divan::bench(sample_count = 5, args = ["call", "-freq", "country"])]
fn sorted(bencher: Bencher, sort: &str) {
    bencher.bench(|| LARGE.page("", sort, 0));
}

#[divan::bench(sample_count = 200)]
fn log_one(bencher: Bencher) {
    let mut second = 4_000_000_000;
    bencher.bench_local(|| {
        second += 61;
        LARGE.log_one("JA1XYZ", second);
    });
}
