//! Reading a log of 20,000 contacts: against the least work that keeps all names and values, and up to contacts.
//!
//! `cargo bench --features testkit --bench adif`; the reader should take at most 1.4 times the owning scan.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use shackbox::ham::adif::{AdiWriter, Entry, Reader, to_qso};
use shackbox::testkit::adif_gen::generate;

const QSOS: usize = 20_000;

fn main() {
    divan::main();
}

fn log() -> Vec<u8> {
    let mut log = Vec::new();
    generate(QSOS, 1, &mut log).expect("memory takes all that is written to it");
    log
}

/// The least that gives owned names and values: believes every length and looks at nothing else.
fn owning_scan(log: &[u8]) -> Vec<Vec<(String, String)>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &log[at..]) {
        let begin = at + open + 1;
        let Some(length) = memchr::memchr(b'>', &log[begin..]) else {
            break;
        };
        let tag = &log[begin..begin + length];
        at = begin + length + 1;
        match memchr::memchr(b':', tag) {
            None => records.push(std::mem::take(&mut record)),
            Some(colon) => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let length: usize = text(&tag[colon + 1..]).parse().unwrap_or_default();
                record.push((text(&tag[..colon]), text(&log[at..at + length])));
                at += length;
            }
        }
    }
    records
}

#[divan::bench]
fn scan_with_owned_copies(bencher: Bencher<'_, '_>) {
    let log = log();
    bencher
        .counter(BytesCount::new(log.len()))
        .bench(|| owning_scan(black_box(&log)));
}

#[divan::bench]
fn reader_keeping_all_records(bencher: Bencher<'_, '_>) {
    let log = log();
    bencher
        .counter(BytesCount::new(log.len()))
        .bench(|| Reader::new(black_box(&log[..])).collect::<Vec<Entry>>());
}

#[divan::bench]
fn reader_as_a_stream(bencher: Bencher<'_, '_>) {
    let log = log();
    bencher
        .counter(BytesCount::new(log.len()))
        .bench(|| Reader::new(black_box(&log[..])).count());
}

#[divan::bench]
fn contacts(bencher: Bencher<'_, '_>) {
    let log = log();
    let now = "2030-01-01T00:00:00Z".parse().expect("a time");
    let contacts = || {
        Reader::new(black_box(&log[..]))
            .filter_map(|entry| entry.record)
            .filter(|record| to_qso(record, now).is_ok())
            .count()
    };
    bencher.counter(ItemsCount::new(QSOS)).bench(contacts);
}

#[divan::bench]
fn export(bencher: Bencher<'_, '_>) {
    let log = log();
    let now = "2030-01-01T00:00:00Z".parse().expect("a time");
    let qsos: Vec<_> = Reader::new(&log[..])
        .filter_map(|entry| to_qso(&entry.record?, now).ok())
        .map(|(qso, _)| qso)
        .collect();
    bencher.counter(ItemsCount::new(qsos.len())).bench(|| {
        let mut out = String::new();
        for qso in &qsos {
            AdiWriter.qso(black_box(qso), &mut out);
        }
        out
    });
}
