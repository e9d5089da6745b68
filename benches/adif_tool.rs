//! The measured program of `benches/peers.sh`: makes a log, walks it, reads it, turns it into contacts.
//! Each way reads the whole file first, as the other readers do.

use std::io::Write as _;

use memchr::memchr;
use shackbox::ham::adif::{Reader, to_qso};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [task, what, seed @ ..] = arguments.as_slice() else {
        eprintln_usage();
        std::process::exit(2);
    };
    let seed = seed
        .first()
        .map_or(1, |text| text.parse().expect("a number to begin with"));
    let count = match task.as_str() {
        "generate" => generate(what.parse().expect("a number of contacts"), seed),
        "scan" => scan(&std::fs::read(what).expect("a log")),
        "read" => Reader::new(&std::fs::read(what).expect("a log")[..]).count(),
        "contacts" => contacts(&std::fs::read(what).expect("a log")),
        _ => {
            eprintln_usage();
            std::process::exit(2);
        }
    };
    if task != "generate" {
        let _ = writeln!(std::io::stdout(), "{count}");
    }
}

fn eprintln_usage() {
    let _ = writeln!(
        std::io::stderr(),
        "usage: adif_tool generate CONTACTS [SEED] | scan FILE | read FILE | contacts FILE"
    );
}

fn generate(contacts: usize, seed: u64) -> usize {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    shackbox::testkit::adif_gen::generate(contacts, seed, &mut out).expect("stdout takes it");
    contacts
}

/// The floor: finds every tag and owns every name and value, understands nothing.
fn scan(log: &[u8]) -> usize {
    let mut records: Vec<Vec<(String, String)>> = Vec::new();
    let mut fields = Vec::new();
    let mut at = 0;
    while let Some(open) = memchr(b'<', &log[at..]) {
        let start = at + open + 1;
        let Some(close) = memchr(b'>', &log[start..]) else {
            break;
        };
        let tag = &log[start..start + close];
        at = start + close + 1;
        match memchr(b':', tag) {
            Some(colon) => {
                let length: usize = std::str::from_utf8(&tag[colon + 1..])
                    .ok()
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(0);
                let value = &log[at..(at + length).min(log.len())];
                fields.push((
                    String::from_utf8_lossy(&tag[..colon]).into_owned(),
                    String::from_utf8_lossy(value).into_owned(),
                ));
                at += length;
            }
            None if tag.eq_ignore_ascii_case(b"EOR") => records.push(std::mem::take(&mut fields)),
            None => fields.clear(),
        }
    }
    records.len()
}

fn contacts(log: &[u8]) -> usize {
    let now = "2040-01-01T00:00:00Z".parse().expect("a time");
    Reader::new(log)
        .filter_map(|entry| entry.record)
        .filter(|record| to_qso(record, now).is_ok())
        .count()
}
