//! Japan: the yearly list of all stations, gathered by JJ1WTL from the ministry's register.
//!
//! `offline-callbook-ja-YYYYMMDD-en.csv`: commas, headings in English (in some years in Japanese), UTF-8 or
//! Shift JIS. A call with a fixed and a mobile station has two rows: they become one entry with both classes.
//! Names are given for clubs alone. A licence holds five years from its day.

use std::io::BufRead;

use encoding_rs::SHIFT_JIS;
use smol_str::SmolStr;

use super::Sink;
use super::rows::{
    DateForm, Dialect, Gather, Given, Next, ReadError, Record, Records, Tally, nobody, of_call, reject,
    report,
};
use crate::callbook::model::{Class, Day, Entry, HolderKind};
use crate::ham::callsign::Callsign;

/// What rejects name as their file.
const FILE: &str = "offline-callbook-ja.csv";
const YEARS: i16 = 5;

/// Columns that are read, by how their headings begin, in English and Japanese.
const COLUMNS: [(&str, &[&str]); 7] = [
    ("call", &["callsign", "call", "コールサイン", "呼出符号"]),
    ("prefecture", &["prefecture", "都道府県"]),
    ("city", &["city", "市区町村", "市郡"]),
    ("ward", &["ward", "区町村", "町村"]),
    ("date", &["licensed", "免許年月日", "免許の年月日"]),
    ("class", &["license class", "免許種別", "局種"]),
    ("licensee", &["licensee", "名前", "氏名", "免許人"]),
];
const CALL: usize = 0;

/// Reads the list.
pub(crate) fn read<S: Sink>(reader: impl BufRead, sink: &mut S) -> Result<Tally, ReadError<S::Error>> {
    let dialect = Dialect {
        encoding: SHIFT_JIS,
        ..Dialect::quoted(b',')
    };
    let mut records = Records::new(reader, dialect);
    let mut record = records.record();
    let columns = headings(&mut records, &mut record)?;
    let mut gather = Gather::default();
    let mut rejects = 0;
    loop {
        let reason = match records.next(&mut record)? {
            Next::End => break,
            Next::Damaged(reason) => Some(reason),
            Next::Row => match Callsign::parse(&field(&record, columns[CALL])) {
                Ok(call) => {
                    let fields = columns[1..].iter().map(|column| field(&record, *column));
                    gather.push(call, record.line(), fields)?;
                    None
                }
                Err(_) => Some("no callsign in its column"),
            },
        };
        if let Some(reason) = reason {
            sink.reject(reject(FILE, &record, reason));
            rejects += 1;
        }
        report(sink, &records, &record)?;
    }
    let (form, mut left_out) = (DateForm::iso(), 0);
    let mut tally = gather.hand_on(sink, |call, rows| Ok(entry(call, rows, &form, &mut left_out)))?;
    tally.rows += rejects;
    tally.rejects += rejects;
    tally.values_left_out = left_out;
    Ok(tally)
}

type Columns = [Option<usize>; COLUMNS.len()];

fn headings<R: BufRead, E>(records: &mut Records<R>, record: &mut Record) -> Result<Columns, ReadError<E>> {
    let line = records.next(record)?;
    let heads: Vec<String> = (0..record.len())
        .map(|field| record.text(field).replace('\u{3000}', " ").to_lowercase())
        .collect();
    let columns = COLUMNS.map(|(_, begins)| {
        begins
            .iter()
            .find_map(|begin| heads.iter().position(|head| head.starts_with(begin)))
    });
    if line == Next::Row && columns[CALL].is_some() {
        return Ok(columns);
    }
    Err(ReadError::Layout {
        file: FILE,
        line: record.line().max(1),
        what: "expected headings with a column of callsigns".to_owned(),
    })
}

fn field(record: &Record, column: Option<usize>) -> SmolStr {
    column.map_or_else(SmolStr::default, |column| record.text(column))
}

/// One entry of the rows of a call: the latest row, with the classes of all.
fn entry(call: &Callsign, rows: &[Given<'_>], form: &DateForm, left_out: &mut u64) -> Entry {
    let mut licence = of_call(call.clone());
    let mut classes: Vec<&str> = Vec::new();
    let mut latest = None;
    for row in rows {
        let [prefecture, city, ward, date, class, licensee] = row.array();
        let granted = form.read(&date.replace(['/', '.'], "-"));
        if granted.is_none() && !date.is_empty() {
            *left_out += 1;
        }
        if !class.is_empty() && !classes.contains(&class) {
            classes.push(class);
        }
        if latest.is_some_and(|latest| granted < latest) {
            continue;
        }
        latest = Some(granted);
        licence.days.granted = granted;
        licence.days.expires = granted.and_then(last_day);
        licence.address.region = prefecture.into();
        licence.address.city = [city, ward].join(" ").trim().into();
        licence.holder = nobody();
        if !licensee.is_empty() {
            licence.holder.kind = HolderKind::Club;
            licence.holder.name = licensee.into();
        }
    }
    licence.class = (!classes.is_empty()).then(|| Class::Other(classes.join(", ").into()));
    Entry {
        licence,
        former: Vec::new(),
    }
}

/// The day before the same day five years on.
fn last_day(granted: Day) -> Option<Day> {
    let end = granted.0.checked_add(jiff::Span::new().years(YEARS)).ok()?;
    end.yesterday().ok().map(Day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callbook::registers::rows::testing::{Kept, read_all};

    const SAMPLE: &str = include_str!("../../../fixtures/callbook/japan/offline-callbook-ja-en.csv");

    fn kept(bytes: &[u8]) -> (Kept, Tally) {
        read_all(|sink| read(bytes, sink))
    }

    fn day(text: &str) -> Option<Day> {
        DateForm::iso().read(text)
    }

    #[test]
    fn the_english_list_gives_place_class_and_term() {
        let (kept, tally) = kept(SAMPLE.as_bytes());
        assert_eq!(kept.calls(), ["8J1ZZY", "JA1ZZA", "JA6ZZB", "JR3ZZC"]);
        assert_eq!((tally.rows, tally.rejects, tally.values_left_out), (6, 1, 1));
        let one = &kept.entry("JA1ZZA").licence;
        assert_eq!(one.address.region, "Kanagawa");
        assert_eq!(one.address.city, "Yokohama Hodogaya");
        assert_eq!(one.days.granted, day("2024-02-29"));
        assert_eq!(one.days.expires, day("2029-02-27"));
        assert_eq!(
            (one.holder.kind, one.holder.name.as_str()),
            (HolderKind::Person, "")
        );
        let club = &kept.entry("8J1ZZY").licence.holder;
        assert_eq!(
            (club.kind, club.name.as_str()),
            (HolderKind::Club, "Example, Amateur Radio Club")
        );
    }

    #[test]
    fn two_stations_of_a_call_are_one_entry_with_both_classes() {
        let (kept, _) = kept(SAMPLE.as_bytes());
        let both = &kept.entry("JA6ZZB").licence;
        assert_eq!(both.class, Some(Class::Other("1AF, 1AM".into())));
        assert_eq!(both.days.granted, day("2025-04-01"), "of the later row");
    }

    #[test]
    fn an_impossible_day_is_left_out_and_counted() {
        let (kept, _) = kept(SAMPLE.as_bytes());
        assert_eq!(
            kept.entry("JR3ZZC").licence.days,
            crate::callbook::model::Days::default()
        );
    }

    #[test]
    fn japanese_headings_in_shift_jis_are_understood() {
        let text =
            "コールサイン,都道府県,市区町村,免許年月日,名前\nJA1ZZZ,東京都,新宿区,2023/05/01,例示クラブ局\n";
        let (bytes, _, lossy) = SHIFT_JIS.encode(text);
        assert!(!lossy);
        let (kept, _) = kept(&bytes);
        let licence = &kept.entry("JA1ZZZ").licence;
        assert_eq!(licence.address.region, "東京都");
        assert_eq!(licence.holder.name, "例示クラブ局");
        assert_eq!(licence.days.granted, day("2023-05-01"));
    }

    #[test]
    fn a_file_without_headings_is_refused() {
        let error = read(b"JA1ZZA,1101\n".as_slice(), &mut Kept::default()).unwrap_err();
        assert!(matches!(error, ReadError::Layout { line: 1, .. }), "{error}");
    }
}
