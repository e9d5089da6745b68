//! Lists are read after maps, and maps are checked before.

use super::super::rows::testing::{Kept, read_all};
use super::map::MapError;
use super::*;
use crate::callbook::model::{Class, HolderKind, Place, PlaceSource, Status};

/// The example of the documentation.
const CLUB: &str = include_str!("../../../../fixtures/callbook/columns/club.toml");
const CLUB_LIST: &str = include_str!("../../../../fixtures/callbook/columns/club.csv");

fn minimal(more: &str) -> Result<ColumnMap, MapError> {
    ColumnMap::parse(&format!("authority = \"list\"\n{more}"))
}

fn kept(map: &ColumnMap, text: &[u8]) -> (Kept, Tally) {
    read_all(|sink| read(map, text, sink))
}

#[test]
fn the_example_reads_its_list() {
    let map = ColumnMap::parse(CLUB).unwrap();
    assert_eq!(
        (map.title.as_str(), map.country.as_deref()),
        ("Example club", Some("DE"))
    );
    let (kept, tally) = kept(&map, CLUB_LIST.as_bytes());
    assert_eq!(kept.calls(), ["DB0ZZA", "DL1ZZA", "DL2ZZB", "DO3ZZC"]);
    assert_eq!(
        (tally.rows, tally.entries, tally.rejects, tally.values_left_out),
        (7, 4, 2, 2)
    );
    let one = &kept.entry("DL1ZZA").licence;
    assert_eq!(
        (one.holder.first.as_str(), one.holder.last.as_str()),
        ("Jürgen", "Müller")
    );
    assert_eq!(one.class, Some(Class::Other("A".into())));
    assert_eq!(one.address.postcode, "80331");
    assert_eq!(one.days.expires.unwrap().0, jiff::civil::date(2030, 12, 31));
    let Some(Place { at, source }) = one.place else {
        panic!("{one:?}")
    };
    assert_eq!(
        (at.lat(), at.lon(), source),
        (48.137, 11.575, PlaceSource::Register)
    );
    // Zeros are no position: the locator tells it.
    let by_locator = kept.entry("DL2ZZB").licence.place.unwrap();
    assert!((by_locator.at.lat() - 50.979).abs() < 0.01);
    assert_eq!(kept.entry("DB0ZZA").licence.holder.kind, HolderKind::Club);
    assert_eq!(kept.entry("DL2ZZB").licence.status, Status::Expired);
}

#[test]
fn of_two_rows_of_a_call_the_valid_one_speaks_and_the_other_holder_is_a_former_one() {
    let map = ColumnMap::parse(CLUB).unwrap();
    let (kept, _) = kept(&map, CLUB_LIST.as_bytes());
    let entry = kept.entry("DO3ZZC");
    assert_eq!(entry.licence.holder.last, "Neu");
    assert_eq!(entry.former.len(), 1);
    assert_eq!(
        (entry.former[0].holder.last.as_str(), entry.former[0].status),
        ("Alt", Status::Expired)
    );
}

#[test]
fn what_is_not_used_is_told_by_line_and_column() {
    let map = ColumnMap::parse(CLUB).unwrap();
    let (kept, _) = kept(&map, CLUB_LIST.as_bytes());
    let told: Vec<_> = kept
        .rejects
        .iter()
        .map(|reject| (reject.line, reject.reason.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (8, "column \"Rufzeichen\" (1): no callsign"),
            (9, "column \"Status\" (7): a status that the map does not know"),
        ]
    );
    let shown = preview(&map, CLUB_LIST.as_bytes(), 20).unwrap();
    assert_eq!(shown.len(), 7);
    let remarks: Vec<_> = shown
        .iter()
        .flat_map(|row| row.left_out.iter().map(|what| (row.line, what.as_str())))
        .collect();
    assert_eq!(
        remarks,
        [
            (5, "column \"Gültig bis\" (8): no date of the form DD.MM.YYYY"),
            (5, "column \"Locator\" (11): no locator"),
        ]
    );
    assert_eq!(preview(&map, CLUB_LIST.as_bytes(), 3).unwrap().len(), 3);
}

#[test]
fn lists_without_headings_are_read_by_numbers() {
    let map = minimal(
        "file = { header = false, separator = \"tab\", quotes = false }\ncolumns = { call = 2, last = 1 }",
    )
    .unwrap();
    let (kept, _) = kept(&map, b"Doe\tW1AW\nRoe\tK6BP\n");
    assert_eq!(kept.calls(), ["K6BP", "W1AW"]);
    assert_eq!(kept.entry("W1AW").licence.holder.last, "Doe");
}

#[test]
fn lines_before_the_headings_are_passed_over_and_encodings_followed() {
    let map = minimal("file = { skip = 2, encoding = \"iso-8859-2\", separator = \";\" }\ncolumns = { call = \"Znak\", last = \"Name\" }").unwrap();
    let (kept, _) = kept(&map, b"List of\n2026\nZnak;Name\nOK1ZZZ;Dvo\xf8\xe1k\n");
    assert_eq!(kept.entry("OK1ZZZ").licence.holder.last, "Dvořák");
}

#[test]
fn classes_of_the_program_are_known_without_a_word() {
    let map = minimal("columns = { call = 1, class = 2 }\n[class.values]\nF = \"foundation\"\nX = \"extra\"")
        .unwrap();
    let (kept, _) = kept(
        &map,
        b"call,class\nW1AAA,x\nW1AAB,general\nW1AAC,f\nW1AAD,HAREC\n",
    );
    let class = |call| kept.entry(call).licence.class.clone().unwrap();
    assert_eq!(class("W1AAA"), Class::Extra);
    assert_eq!(class("W1AAB"), Class::General);
    assert_eq!(class("W1AAC"), Class::Other("foundation".into()));
    assert_eq!(class("W1AAD"), Class::Other("HAREC".into()));
}

#[test]
fn a_map_that_cannot_be_followed_says_why() {
    let wrong = |text: &str| minimal(text).unwrap_err();
    assert!(matches!(wrong("columns = { last = 1 }"), MapError::NoCall));
    assert!(matches!(wrong("columns = { call = 0 }"), MapError::Zero { .. }));
    assert!(matches!(
        wrong("columns = { call = 1, lat = 2 }"),
        MapError::HalfPosition
    ));
    assert!(matches!(
        wrong("file = { header = false }\ncolumns = { call = \"Call\" }"),
        MapError::Heading { .. }
    ));
    assert!(matches!(
        wrong("file = { separator = \"::\" }\ncolumns = { call = 1 }"),
        MapError::Separator(_)
    ));
    assert!(matches!(
        wrong("file = { encoding = \"latin-9000\" }\ncolumns = { call = 1 }"),
        MapError::Encoding(_)
    ));
    assert!(matches!(
        wrong("file = { encoding = \"shift_jis\", separator = \"|\" }\ncolumns = { call = 1 }"),
        MapError::Unsplittable("Shift_JIS", '|')
    ));
    assert!(matches!(
        wrong("file = { encoding = \"utf-16le\" }\ncolumns = { call = 1 }"),
        MapError::Unsplittable("UTF-16LE", ',')
    ));
    assert!(matches!(
        wrong("country = \"Germany\"\ncolumns = { call = 1 }"),
        MapError::Country(_)
    ));
    let error = wrong("columns = { call = 1, telephone = 2 }").to_string();
    assert!(error.contains("line 2") && error.contains("telephone"), "{error}");
    let taken = ColumnMap::parse("authority = \"fcc\"\ncolumns = { call = 1 }").unwrap_err();
    assert!(matches!(taken, MapError::Taken(_)));
}

#[test]
fn a_list_without_the_named_heading_is_refused() {
    let map = minimal("columns = { call = \"Call\" }").unwrap();
    let error = read(&map, b"Sign,Name\n".as_slice(), &mut Kept::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "list, line 1: columns.call: there is no heading \"Call\""
    );
    let empty = read(&map, b"".as_slice(), &mut Kept::default()).unwrap_err();
    assert!(matches!(empty, ReadError::Layout { .. }));
    let wide = read(&map, b"\xff\xfeC\0a\0l\0l\0\n\0".as_slice(), &mut Kept::default()).unwrap_err();
    assert!(wide.to_string().contains("UTF-16"), "{wide}");
}

#[test]
fn the_maps_of_the_documentation_can_be_followed() {
    let guide = include_str!("../../../../docs/callbook.md");
    let maps: Vec<_> = guide
        .split("```toml\n")
        .skip(1)
        .map(|rest| ColumnMap::parse(rest.split("```").next().unwrap()))
        .collect();
    assert!(maps.len() >= 2);
    for map in maps {
        map.unwrap();
    }
    let fixture = CLUB.split_once("[file]").unwrap().1;
    assert!(guide.contains(fixture), "the guide shows the map that is tested");
}
