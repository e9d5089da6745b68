//! Asking the callbook: `cargo bench --bench callbook --features testkit`, with `LICENCES=800000` for a full register.
//!
//! Targets on one core with 800,000 licences: a call within 50 us, typing ahead within 5 ms, a misspelt name within
//! 10 ms, each for 99 of 100.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use divan::{Bencher, black_box};
use shackbox::testkit::callbook::ScratchBook;
use shackbox::testkit::uls::{Made, Uls};

static BOOK: LazyLock<(ScratchBook, tempfile::TempDir, Uls)> = LazyLock::new(|| {
    let licences = std::env::var("LICENCES").ok().and_then(|text| text.parse().ok());
    let licences = licences.unwrap_or(100_000);
    let dir = tempfile::tempdir().expect("a directory");
    (ScratchBook::of(licences, dir.path()), dir, Uls::new(licences, 1))
});

fn main() {
    LazyLock::force(&BOOK);
    divan::main();
}

/// Persons of the register, one after the other.
fn people() -> impl Fn() -> Made {
    let uls = BOOK.2;
    let turn = AtomicU32::new(1);
    move || {
        loop {
            let number = turn.fetch_add(1, Ordering::Relaxed).wrapping_mul(7_919);
            let made = uls.licence(number % uls.licences);
            if !made.club {
                return made;
            }
        }
    }
}

#[divan::bench]
fn exact(bencher: Bencher) {
    bencher
        .with_inputs(people())
        .bench_values(|made| assert!(black_box(BOOK.0.lookup(&made.call))));
}

#[divan::bench]
fn prefix(bencher: Bencher) {
    bencher
        .with_inputs(people())
        .bench_values(|made| black_box(BOOK.0.search(&format!("{}*", &made.call[..3]))));
}

#[divan::bench]
fn suffix(bencher: Bencher) {
    bencher
        .with_inputs(people())
        .bench_values(|made| black_box(BOOK.0.search(&format!("*{}", &made.call[made.call.len() - 2..]))));
}

#[divan::bench]
fn pattern(bencher: Bencher) {
    bencher.bench(|| black_box(BOOK.0.search("K?9??")));
}

#[divan::bench]
fn name_and_state(bencher: Bencher) {
    bencher
        .with_inputs(people())
        .bench_values(|made| black_box(BOOK.0.search(&format!("{} state:{}", made.last, made.state))));
}

#[divan::bench]
fn first_and_last(bencher: Bencher) {
    bencher
        .with_inputs(people())
        .bench_values(|made| black_box(BOOK.0.search(&format!("{} {}", made.first, made.last))));
}

#[divan::bench(args = [2, 3, 4])]
fn typing_ahead(bencher: Bencher, letters: usize) {
    bencher.with_inputs(people()).bench_values(|made| {
        let start: String = made.last.chars().take(letters).collect();
        black_box(BOOK.0.typeahead(&start))
    });
}

#[divan::bench]
fn misspelt(bencher: Bencher) {
    bencher.with_inputs(people()).bench_values(|made| {
        let mut letters: Vec<char> = made.last.chars().collect();
        let middle = letters.len() / 2;
        letters.swap(middle, middle - 1);
        let wrong: String = letters.into_iter().collect();
        black_box(BOOK.0.search(&format!("{wrong} {}", made.state)))
    });
}
