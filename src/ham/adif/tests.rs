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

/// All our odd logs, and the samples of real programs where they are at hand.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "fixtures/adif",
        "../shared/data/logbook/malformed",
        "../shared/data/logbook/samples",
    ];
    let mut files: Vec<_> = folders
        .iter()
        .filter_map(|folder| fs::read_dir(root.join(folder)).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e != "json"))
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

fn adi(qsos: &[Qso], userdefs: &[UserDef]) -> String {
    let mut out = String::new();
    AdiWriter.header(
        &LogHeader {
            created: now(),
            version: "0.1.0",
            userdefs,
        },
        &mut out,
    );
    for qso in qsos {
        AdiWriter.qso(qso, &mut out);
    }
    AdiWriter.end(&mut out);
    out
}

fn adx(qsos: &[Qso], userdefs: &[UserDef]) -> String {
    let mut out = String::new();
    AdxWriter.header(
        &LogHeader {
            created: now(),
            version: "0.1.0",
            userdefs,
        },
        &mut out,
    );
    for qso in qsos {
        AdxWriter.qso(qso, &mut out);
    }
    AdxWriter.end(&mut out);
    out
}

#[test]
fn what_is_written_is_read_as_the_same_contacts() {
    for (file, bytes) in corpus() {
        let log = read(&bytes);
        for (form, text) in [
            ("ADI", adi(&log.qsos, &log.header.userdefs)),
            ("ADX", adx(&log.qsos, &log.header.userdefs)),
        ] {
            let again = read(text.as_bytes());
            assert_eq!(again.qsos, log.qsos, "{file} as {form}");
            assert!(again.rejects.is_empty(), "{file} as {form}: {:?}", again.rejects);
            assert_eq!(
                again.header.userdefs.len(),
                log.header.userdefs.len(),
                "{file} as {form}"
            );
        }
    }
}

#[test]
fn no_field_and_no_text_is_lost() {
    for (file, bytes) in corpus() {
        for record in Reader::new(&bytes[..]).filter_map(|entry| entry.record) {
            let Ok((qso, defects)) = to_qso(&record, now()) else {
                continue;
            };
            for field in &record.fields {
                let name = field.name.as_str();
                let kept = qso.adif_field(name);
                let raw = qso.extra(&format!("{}{name}", crate::ham::qso::RAW_PREFIX));
                let same = kept
                    .as_deref()
                    .is_some_and(|kept| kept.eq_ignore_ascii_case(field.value.trim()))
                    || kept.as_deref() == Some(&field.value);
                let told = kept.is_some() && defects.iter().any(|d| d.field.as_deref() == Some(name));
                // Calls and parks get one spelling; the old state V becomes Y and credits.
                let folded = matches!(name, "CALL" | "POTA_REF" | "CREDIT_GRANTED") || field.value == "V";
                assert!(
                    same || raw == Some(&field.value) || told || folded,
                    "{file} record {} {name}: {:?} became {kept:?}",
                    record.number,
                    field.value
                );
            }
        }
    }
}

/// Gives a few bytes at each read.
struct Trickle<'a> {
    rest: &'a [u8],
    step: usize,
}

impl std::io::Read for Trickle<'_> {
    fn read(&mut self, space: &mut [u8]) -> std::io::Result<usize> {
        let count = self.step.min(space.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(count);
        space[..count].copy_from_slice(now);
        self.rest = later;
        Ok(count)
    }
}

/// Everything a reader gives, and where it can be resumed.
fn entries<R: std::io::Read>(mut reader: Reader<R>) -> (Vec<Entry>, Vec<Checkpoint>) {
    let mut entries = Vec::new();
    let mut checkpoints = vec![reader.checkpoint()];
    while let Some(entry) = reader.next() {
        entries.push(entry);
        checkpoints.push(reader.checkpoint());
    }
    (entries, checkpoints)
}

fn records(entries: &[Entry]) -> Vec<&Record> {
    entries.iter().filter_map(|entry| entry.record.as_ref()).collect()
}

/// The same records and defects in pieces of any size, and from every checkpoint on.
fn check_reading(bytes: &[u8], step: usize) {
    let (whole, checkpoints) = entries(Reader::new(bytes));
    let (pieces, _) = entries(Reader::new(Trickle { rest: bytes, step }));
    assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
    for (done, checkpoint) in checkpoints.iter().enumerate() {
        let packed = serde_json::to_string(checkpoint).unwrap();
        let checkpoint: Checkpoint = serde_json::from_str(&packed).unwrap();
        let at = usize::try_from(checkpoint.offset).unwrap().min(bytes.len());
        let (rest, _) = entries(Reader::resume_at(&bytes[at..], &checkpoint));
        assert_eq!(records(&rest), records(&whole[done..]), "after entry {done}");
    }
    let length: usize = records(&whole)
        .iter()
        .flat_map(|r| &r.fields)
        .map(|f| f.value.len())
        .sum();
    assert!(
        length <= 3 * bytes.len(),
        "{length} bytes of values from {}",
        bytes.len()
    );
}

#[test]
fn the_pieces_in_which_a_log_arrives_do_not_matter() {
    for (_, bytes) in corpus() {
        for step in [1, 7, 4096] {
            if bytes.len() < 4000 || step > 1 {
                check_reading(&bytes, step);
            }
        }
    }
}

#[test]
fn a_record_beyond_all_measure_costs_only_itself() {
    let good = |call: &str| format!("<CALL:5>{call}<QSO_DATE:8>20230405<TIME_ON:4>1200<BAND:3>20m<MODE:2>CW");
    let notes = |length: usize| format!("<NOTES:{length}>{}<EOR>\n", "x ".repeat(length / 2));
    let log = [
        "x<EOH>".to_owned(),
        good("LA1AA"),
        notes(300_000),
        good("LA1BB"),
        notes(3_000_000),
        good("LA1CC"),
        "<EOR>".to_owned(),
        good("LA1DD"),
        "<A:1>b".repeat(2),
        (0..2000).map(|n| format!("<N{n}:1>n")).collect(),
        "<EOR>".to_owned(),
        good("LA1EE"),
        "<EOR>".to_owned(),
    ]
    .concat();
    let log = read(log.as_bytes());
    let calls: Vec<_> = log.qsos.iter().map(|qso| qso.call.as_str()).collect();
    assert_eq!(calls, ["LA1AA", "LA1CC", "LA1EE"]);
    assert_eq!(
        log.qsos[0].notes.as_ref().map(smol_str::SmolStr::len),
        Some(300_000)
    );
    let reasons: Vec<_> = log.rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(reasons, ["too large for a contact"; 2]);
    assert!(log.rejects.iter().all(|reject| reject.text.len() <= 1 << 16));
}

#[test]
fn an_input_error_is_told_and_not_taken_for_the_end() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    use std::io::Read as _;
    let start = &b"x<EOH><CALL:5>LA5QQ<QSO_DATE:8>20230405<TIME_ON:4>1200<BAND:3>20m<MODE:2>CW<EOR>"[..];
    let mut reader = Reader::new(start.chain(Broken));
    let all: Vec<_> = reader.by_ref().collect();
    assert_eq!(records(&all).len(), 1);
    assert_eq!(all.last().unwrap().defects[0].code, "input");
    assert!(reader.error().is_some());
}

#[test]
fn defects_and_rejects_name_their_place() {
    let log = "line one\nline two <EOH>\n<CALL:5>LA5QQ <QSO_DATE:8>20230405\n<TIME_ON:4>1200 <BAND:3>20m <MODE:2>CW\n<NAME:2>Lars <EOR>\n\n<CALL:3>bad <EOR>";
    let log = read(log.as_bytes());
    let defect = &log.defects[0];
    assert_eq!(
        (defect.record, defect.line, defect.field.as_deref()),
        (Some(1), 5, Some("NAME"))
    );
    assert_eq!((log.rejects[0].record, log.rejects[0].line), (2, 7));
    assert_eq!(log.rejects[0].text, "<CALL:3>bad <EOR>");
}

#[test]
fn the_export_is_to_the_letter() {
    let log = read(b"<CALL:5>LA5QQ<QSO_DATE:8>20230405<TIME_ON:4>1200<BAND:3>20M<MODE:3>FT4<NAME:4>Bj\xC3\xB8<HAT:3:E>red<EOR>");
    let hat = UserDef {
        name: "Hat".into(),
        kind: Some('E'),
        values: "{RED,BLUE}".into(),
    };
    assert_eq!(
        adi(&log.qsos, std::slice::from_ref(&hat)),
        "Log exported by Shackbox\r\n<ADIF_VER:5>3.1.7\r\n<CREATED_TIMESTAMP:15>20261121 120000\r\n\
         <PROGRAMID:8>Shackbox\r\n<PROGRAMVERSION:5>0.1.0\r\n<USERDEF1:14:E>Hat,{RED,BLUE}\r\n<EOH>\r\n\
         <CALL:5>LA5QQ <QSO_DATE:8>20230405 <TIME_ON:4>1200 <BAND:3>20m <MODE:4>MFSK <SUBMODE:3>FT4 \
         <NAME:4>Bjø <HAT:3:E>red <EOR>\r\n"
    );
    assert_eq!(
        adx(&log.qsos, &[hat]),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ADX>\r\n<HEADER>\r\n<ADIF_VER>3.1.7</ADIF_VER>\r\n\
         <CREATED_TIMESTAMP>20261121 120000</CREATED_TIMESTAMP>\r\n<PROGRAMID>Shackbox</PROGRAMID>\r\n\
         <PROGRAMVERSION>0.1.0</PROGRAMVERSION>\r\n<USERDEF FIELDID=\"1\" TYPE=\"E\" ENUM=\"{RED,BLUE}\">Hat</USERDEF>\r\n\
         </HEADER>\r\n<RECORDS>\r\n<RECORD><CALL>LA5QQ</CALL><QSO_DATE>20230405</QSO_DATE><TIME_ON>1200</TIME_ON>\
         <BAND>20m</BAND><MODE>MFSK</MODE><SUBMODE>FT4</SUBMODE><NAME>Bjø</NAME>\
         <USERDEF FIELDNAME=\"HAT\">red</USERDEF></RECORD>\r\n</RECORDS>\r\n</ADX>\r\n"
    );
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// A log of the corpus with a few bytes changed, taken out or put in.
    fn damaged() -> impl Strategy<Value = Vec<u8>> {
        let files: Vec<Vec<u8>> = corpus()
            .into_iter()
            .map(|(_, bytes)| bytes)
            .filter(|b| b.len() < 4000)
            .collect();
        let piece = prop_oneof![
            prop::collection::vec(any::<u8>(), 0..6),
            prop::sample::select(vec![
                "<",
                ">",
                ":",
                "<EOR>",
                "<EOH>",
                "<CALL:4>",
                "<NAME:9999999>",
                "<X:99999999999>",
                "é",
                "\u{0}",
                "//",
                "</RECORD>",
                "<RECORD>",
                "<![CDATA[",
                "<!--",
                "&lt;",
                "&x;",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
        ];
        let edit = (any::<prop::sample::Index>(), 0..5_usize, piece);
        (prop::sample::select(files), prop::collection::vec(edit, 1..6)).prop_map(|(mut bytes, edits)| {
            for (index, gone, put) in edits {
                let at = index.index(bytes.len() + 1);
                let end = (at + gone).min(bytes.len());
                bytes.splice(at..end, put);
            }
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000), step in 1..50_usize) {
            check_reading(&bytes, step);
            read(&bytes);
        }

        #[test]
        fn any_damage_is_read_the_same_in_pieces_and_resumed(bytes in damaged(), step in 1..300_usize) {
            check_reading(&bytes, step);
        }

        #[test]
        fn what_is_read_from_damaged_logs_survives_writing(bytes in damaged()) {
            let log = read(&bytes);
            prop_assert_eq!(read(adi(&log.qsos, &[]).as_bytes()).qsos, log.qsos.clone());
        }
    }
}

#[test]
fn a_record_without_its_end_before_a_second_header_is_kept() {
    let one = |call: &str, end: &str| {
        format!("<CALL:5>{call}<QSO_DATE:8>20261120<TIME_ON:4>0932<BAND:3>20m<MODE:2>CW{end}\n")
    };
    let text = format!(
        "first\n<EOH>\n{}{}second log\n<EOH>\n{}",
        one("K1ABC", "<EOR>"),
        one("K2ABC", ""),
        one("K3ABC", "<EOR>")
    );
    let records: Vec<_> = Reader::new(text.as_bytes())
        .filter_map(|entry| entry.record)
        .collect();
    let calls: Vec<_> = records
        .iter()
        .map(|record| record.get("CALL").unwrap().to_owned())
        .collect();
    assert_eq!(calls, ["K1ABC", "K2ABC", "K3ABC"]);
    assert_eq!(records[1].fault, Some(Fault::Unterminated));
    assert!(to_qso(&records[1], "2026-11-21T12:00:00Z".parse().unwrap()).is_ok());
}

#[test]
fn the_day_of_an_end_without_a_time_keeps_its_name() {
    let text =
        "<CALL:5>K1ABC<QSO_DATE:8>20261120<TIME_ON:4>2350<QSO_DATE_OFF:8>20261121<BAND:3>20m<MODE:2>CW<EOR>";
    let record = Reader::new(text.as_bytes())
        .find_map(|entry| entry.record)
        .unwrap();
    let (mut qso, _) = to_qso(&record, "2026-11-21T12:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(qso.adif_field("QSO_DATE_OFF").as_deref(), Some("20261121"));
    assert_eq!(qso.end, None);
    // The time comes to be known.
    qso.set("TIME_OFF", "0010", &mut Vec::new());
    assert_eq!(qso.end, Some("2026-11-21T00:10:00Z".parse().unwrap()));
    assert_eq!(qso.extra("QSO_DATE_OFF"), None);
}
