//! Finland: Traficom's list of callsigns, one per line with its status, no names.
//!
//! `VOIMASSA` is valid, `KARENSSI` not valid and kept for two years, `VARAUS` set aside. A call kept may be written
//! with an asterisk for its digit (`OH*AAC`): it is then kept in all ten districts, except where one is valid.

use std::io::BufRead;

use super::Sink;
use super::rows::{Dialect, Gather, Given, Next, ReadError, Record, Records, Tally, of_call, reject, report};
use crate::callbook::model::{Entry, Licence, Status};
use crate::ham::callsign::Callsign;

/// What rejects name as their file.
const FILE: &str = "callsigns.tsv";

/// Reads the list.
pub(crate) fn read<S: Sink>(reader: impl BufRead, sink: &mut S) -> Result<Tally, ReadError<S::Error>> {
    let mut records = Records::new(reader, Dialect::bare(b'\t'));
    let mut record = records.record();
    let mut gather = Gather::default();
    let (mut rejects, mut any) = (0, false);
    loop {
        let reason = match records.next(&mut record)? {
            Next::End => break,
            Next::Damaged(reason) => Some(reason),
            Next::Row if is_page(&record) => {
                return Err(ReadError::Layout {
                    file: FILE,
                    line: record.line(),
                    what: "a web page came instead of the list of callsigns".to_owned(),
                });
            }
            Next::Row => gather_row(&mut gather, &record)?,
        };
        // The first line may hold headings.
        if let Some(reason) = reason.filter(|_| any || record.line() > 1) {
            sink.reject(reject(FILE, &record, reason));
            rejects += 1;
        }
        any |= reason.is_none();
        report(sink, &records, &record)?;
    }
    let mut tally = gather.hand_on(sink, |call, rows| Ok(entry(call, rows)))?;
    tally.rows += rejects;
    tally.rejects += rejects;
    Ok(tally)
}

fn is_page(record: &Record) -> bool {
    record.line() <= 3 && {
        let begin = record.text(0).to_ascii_lowercase();
        begin.starts_with("<!doctype html") || begin.starts_with("<html")
    }
}

/// Keeps a row, ten times if it is for all districts; gives back why not.
fn gather_row<E>(gather: &mut Gather, record: &Record) -> Result<Option<&'static str>, ReadError<E>> {
    let (call, status) = (record.text(0), record.text(1));
    if status.is_empty() {
        return Ok(Some("no status in the second column"));
    }
    if call.matches('*').count() > 1 {
        return Ok(Some("more than one asterisk in a callsign"));
    }
    let digits = if call.contains('*') { 0..10 } else { 0..1 };
    for digit in digits {
        let Ok(call) = Callsign::parse(&call.replace('*', &digit.to_string())) else {
            return Ok(Some("no callsign in the first column"));
        };
        gather.push(call, record.line(), [&status])?;
    }
    Ok(None)
}

/// A valid row goes before all others, then the last one.
fn entry(call: &Callsign, rows: &[Given<'_>]) -> Entry {
    let statuses = rows.iter().map(|row| status(row.array::<1>()[0]));
    let status = statuses
        .max_by_key(|status| *status == Status::Active)
        .expect("a call is gathered with its rows");
    Entry {
        licence: Licence {
            status,
            ..of_call(call.clone())
        },
        former: Vec::new(),
    }
}

fn status(word: &str) -> Status {
    match word.to_uppercase().as_str() {
        // The English form of the list and an older spelling too.
        "VOIMASSA" | "VOIMAS" | "VALID" => Status::Active,
        "KARENSSI" => Status::Kept,
        "VARAUS" | "VARATTU" => Status::Reserved,
        _ => Status::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callbook::registers::rows::testing::read_all;

    #[test]
    fn valid_kept_and_reserved_calls_are_told_apart() {
        let text = "OH2ZZA\tVOIMASSA\t\nOH1ZZB\tKARENSSI\t\r\nOH5ZZC\tVARAUS\tX\n";
        let (kept, tally) = read_all(|sink| read(text.as_bytes(), sink));
        assert_eq!(kept.calls(), ["OH1ZZB", "OH2ZZA", "OH5ZZC"]);
        let status = |call| kept.entry(call).licence.status;
        assert_eq!(status("OH2ZZA"), Status::Active);
        assert_eq!(status("OH1ZZB"), Status::Kept);
        assert_eq!(status("OH5ZZC"), Status::Reserved);
        assert_eq!((tally.rows, tally.rejects), (3, 0));
    }

    #[test]
    fn an_asterisk_stands_for_every_district_but_a_valid_call_stays_valid() {
        let text = "Kutsu\tTila\nOH3ZZA\tVOIMASSA\t\nOH*ZZA\tKARENSSI\t\n";
        let (kept, _) = read_all(|sink| read(text.as_bytes(), sink));
        assert_eq!(kept.entries.len(), 10);
        assert_eq!(kept.entry("OH3ZZA").licence.status, Status::Active);
        assert_eq!(kept.entry("OH0ZZA").licence.status, Status::Kept);
        assert!(kept.rejects.is_empty(), "headings are no defect");
    }

    #[test]
    fn a_page_instead_of_the_list_is_told() {
        let text = "\r\n<!DOCTYPE html>\n<html>";
        let error = read(
            text.as_bytes(),
            &mut crate::callbook::registers::rows::testing::Kept::default(),
        );
        assert!(
            matches!(error, Err(ReadError::Layout { line: 2, .. })),
            "{error:?}"
        );
    }

    #[test]
    fn lines_without_a_call_or_status_are_listed() {
        let text = "OH2ZZA\tVOIMASSA\nnothing\nOH**A\tKARENSSI\n????\tVOIMASSA\n";
        let (kept, tally) = read_all(|sink| read(text.as_bytes(), sink));
        let lines: Vec<_> = kept.rejects.iter().map(|reject| reject.line).collect();
        assert_eq!((lines, tally.rejects, tally.rows), (vec![2, 3, 4], 3, 4));
    }

    #[test]
    fn the_real_list_is_read_whole() {
        let Ok(bytes) = std::fs::read("../shared/data/callbook/fi_traficom_callsigns_2026-08-21.tsv") else {
            return;
        };
        let (kept, tally) = read_all(|sink| read(bytes.as_slice(), sink));
        let valid = kept
            .entries
            .iter()
            .filter(|entry| entry.licence.status == Status::Active);
        assert_eq!((valid.count(), tally.rejects), (7_179, 0));
    }
}
