//! Rows survive what is in files.

use proptest::prelude::*;

use super::*;
use crate::callbook::model::Day;

type Read = Result<Vec<String>, (u64, &'static str)>;

/// Rows as texts, damaged lines by their reason.
fn rows(bytes: &[u8], dialect: Dialect) -> Vec<Read> {
    let mut records = Records::new(bytes, dialect);
    let mut record = records.record();
    let mut found = Vec::new();
    loop {
        match records.next(&mut record).unwrap() {
            Next::End => return found,
            Next::Row => found.push(Ok((0..record.len())
                .map(|n| record.text(n).to_string())
                .collect())),
            Next::Damaged(reason) => found.push(Err((record.line(), reason))),
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "to be compared with what was read")]
fn row(fields: &[&str]) -> Read {
    Ok(fields.iter().map(|field| (*field).to_owned()).collect())
}

#[test]
fn fields_may_hold_separators_quotation_marks_and_line_breaks() {
    let text = "\u{feff}a,\"b,\"\"c\"\"\",\"d\r\ne\"\r\n\r\nlast,,\n";
    let found = rows(text.as_bytes(), Dialect::quoted(b','));
    assert_eq!(found, [row(&["a", "b,\"c\"", "d e"]), row(&["last", "", ""])]);
}

#[test]
fn a_name_in_quotation_marks_within_quotation_marks_is_read() {
    let found = rows(b"1,\"John \"Jack\" Doe\",x\n", Dialect::quoted(b','));
    assert_eq!(found, [row(&["1", "John \"Jack\" Doe", "x"])]);
}

#[test]
fn an_open_quotation_mark_spoils_its_own_line_alone() {
    let text = "1,\"open\n2,\"cd\",\"ef\"\n3,x,y\n";
    let found = rows(text.as_bytes(), Dialect::quoted(b','));
    let open = Err((1, "a quotation mark is not closed"));
    assert_eq!(found, [open, row(&["2", "cd", "ef"]), row(&["3", "x", "y"])]);
}

#[test]
fn lines_without_end_are_passed_over() {
    let mut text = vec![b'x'; 200_000];
    text.extend(b"\na;b\n");
    let found = rows(&text, Dialect::bare(b';'));
    assert_eq!(found, [Err((1, "longer than 64 KiB")), row(&["a", "b"])]);
}

#[test]
fn quotation_marks_are_data_where_the_list_has_none() {
    let found = rows(b"\"a;b\"\n", Dialect::bare(b';'));
    assert_eq!(found, [row(&["\"a", "b\""])]);
}

#[test]
fn control_characters_are_dropped_and_bytes_of_windows_1252_read() {
    let found = rows(b"A\0B\x01;M\xfcller\tX;M\xc3\xbcller\n", Dialect::bare(b';'));
    assert_eq!(found, [row(&["AB", "Müller X", "Müller"])]);
}

#[test]
fn dates_are_read_by_their_form_alone() {
    let day = |form: &str, text: &str| DateForm::parse(form).unwrap().read(text);
    let may = Some(Day(jiff::civil::date(2026, 5, 3)));
    assert_eq!(day("YYYY-MM-DD", "2026-05-03"), may);
    assert_eq!(day("YYYY-MM-DD", "2026-05-03T00:00:00"), may);
    assert_eq!(day("DD.MM.YYYY", " 3.5.2026 "), may);
    assert_eq!(day("MM/DD/YYYY", "05/03/2026 00:00"), may);
    assert_eq!(day("YYYYMMDD", "20260503"), may);
    for (form, text) in [
        ("YYYY-MM-DD", "2026-02-30"),
        ("YYYY-MM-DD", "03.05.2026"),
        ("YYYYMMDD", "2026053"),
        ("DD.MM.YYYY", "3.5.26"),
        ("YYYY-MM-DD", "2026-05-03x"),
        ("YYYY-MM-DD", ""),
    ] {
        assert_eq!(day(form, text), None, "{form} {text}");
    }
    for form in ["", "YYYY-MM", "YYYY-MM-DD-DD", "YY-MM-DD", "YYYY年MM月DD日x"] {
        assert!(DateForm::parse(form).is_err(), "{form}");
    }
}

proptest! {
    /// What was written by the rules is read back.
    #[test]
    fn quoted_rows_are_read_as_they_were_written(
        table in prop::collection::vec(prop::collection::vec("[ -~äöüß\n]{0,12}", 2..5), 1..6),
    ) {
        let mut text = String::new();
        for row in &table {
            let cells: Vec<_> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            text += &cells.join(",");
            text += "\r\n";
        }
        let read = rows(text.as_bytes(), Dialect::quoted(b','));
        let plain = |cell: &String| cell.trim().replace('\n', " ");
        let written: Vec<_> = table.iter().map(|row| Ok(row.iter().map(plain).collect::<Vec<_>>())).collect();
        prop_assert_eq!(read, written);
    }

    /// Any bytes: no panic, lines counted in order, no cell with a control character.
    #[test]
    fn any_bytes_are_cut_into_rows(bytes in prop::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), any::<u8>()], 0..400)) {
        for dialect in [Dialect::quoted(b','), Dialect::bare(b',')] {
            let mut last = 0;
            for row in rows(&bytes, dialect) {
                match row {
                    Ok(cells) => prop_assert!(cells.iter().all(|cell| !cell.chars().any(char::is_control))),
                    Err((line, _)) => {
                        prop_assert!(line > last);
                        last = line;
                    }
                }
            }
        }
    }

    /// A day written after a form is read by it.
    #[test]
    fn days_are_read_as_they_were_written(year in 1900_i16..2100, month in 1_i8..=12, day in 1_i8..=28) {
        let written = format!("{day:02}/{month:02}/{year}");
        let read = DateForm::parse("DD/MM/YYYY").unwrap().read(&written);
        prop_assert_eq!(read, Some(Day(jiff::civil::date(year, month, day))));
    }
}
