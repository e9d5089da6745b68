//! Tests of reading and writing logs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::ham::qso::Qso;

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

/// Everything that comes out of a file.
struct Log {
    qsos: Vec<Qso>,
    rejects: Vec<Reject>,
    defects: Vec<Defect>,
    header: Header,
}

fn read(bytes: &[u8]) -> Log {
    let mut reader = Reader::new(bytes);
    let (mut qsos, mut rejects, mut defects) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &mut reader {
        defects.extend(entry.defects);
        match entry.record.map(|record| to_qso(&record, now())) {
            Some(Ok((qso, more))) => {
                qsos.push(qso);
                defects.extend(more);
            }
            Some(Err(reject)) => rejects.push(reject),
            None => {}
        }
    }
    Log {
        qsos,
        rejects,
        defects,
        header: reader.header().clone(),
    }
}

/// Value of a field as the expectation files name it.
fn shown(qso: &Qso, name: &str) -> Option<String> {
    match name {
        "start" => Some(qso.start.to_string()),
        "end" => qso.end.map(|end| end.to_string()),
        _ => qso.adif_field(name),
    }
}

/// Checks a folder of logs against its `expected.json`.
fn check_folder(folder: &Path) {
    let expected: Vec<Value> =
        serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut problems = Vec::new();
    for case in &expected {
        let file = case["file"].as_str().unwrap();
        let log = read(&fs::read(folder.join(file)).unwrap());
        let distinct: BTreeSet<_> = log
            .qsos
            .iter()
            .map(|q| {
                (
                    q.station().cloned(),
                    q.call.clone(),
                    q.band,
                    q.mode.main().to_owned(),
                    q.start.as_second() / 60,
                )
            })
            .collect();
        let counted = if file.contains("duplicate") {
            distinct.len()
        } else {
            log.qsos.len()
        };
        let found = [counted, log.rejects.len()];
        let wanted =
            ["accepted", "rejected"].map(|key| usize::try_from(case[key].as_u64().unwrap()).unwrap());
        if found != wanted {
            problems.push(format!(
                "{file}: accepted, rejected {found:?}, wanted {wanted:?}: {:?}",
                log.rejects
            ));
        }
        if (log.defects.len() as u64) < case["min_warnings"].as_u64().unwrap() {
            problems.push(format!("{file}: defects {:?}", log.defects));
        }
        if case["max_warnings"]
            .as_u64()
            .is_some_and(|most| log.defects.len() as u64 > most)
        {
            problems.push(format!("{file}: too many defects {:?}", log.defects));
        }
        for (index, fields) in case["fields"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|f| f.as_object().unwrap())
        {
            let Some(fields) = fields.as_object() else {
                continue;
            };
            let Some(qso) = log.qsos.get(index.parse::<usize>().unwrap_or(0)) else {
                problems.push(format!("{file}: no contact {index}"));
                continue;
            };
            for (name, value) in fields {
                let found = shown(qso, name);
                if found.as_deref() != value.as_str() {
                    problems.push(format!("{file} {index} {name}: {found:?}, wanted {value}"));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_shared_malformed_logs_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/logbook/malformed");
    if folder.exists() {
        check_folder(&folder);
    }
}

#[test]
fn our_own_odd_logs_are_read_as_expected() {
    check_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/adif"));
}
