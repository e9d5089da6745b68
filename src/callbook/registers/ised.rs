//! Canada: `amateur_delim.txt` of ISED, 18 columns between semicolons, no quotation marks.
//!
//! Qualifications are cells that hold their letter or nothing. A club leaves the person's names empty; where both
//! are given the person answers for the club. The register knows no days and no numbers of holders: a call that is
//! missing in the next file was given back. A semicolon within the street is told by the qualifications behind it.

use std::io::BufRead;

use smol_str::{SmolStr, SmolStrBuilder};

use super::Sink;
use super::rows::{
    Dialect, Gather, Given, Next, ReadError, Record, Records, Tally, entry_of, nobody, of_call, postcode,
    reject, report,
};
use crate::callbook::model::{Address, Class, Entry, HolderKind, Licence, Trustee};
use crate::ham::callsign::Callsign;

/// The member of the archive that is read.
pub(crate) const MEMBER: &str = "amateur_delim.txt";

const COLUMNS: usize = 18;
/// Where the five qualifications begin.
const QUALIFICATIONS: usize = 7;
const STREET: usize = 3;
/// Of a row that stops early.
const FEWEST: usize = 7;

/// Reads the register.
pub(crate) fn read<S: Sink>(reader: impl BufRead, sink: &mut S) -> Result<Tally, ReadError<S::Error>> {
    let mut records = Records::new(reader, Dialect::bare(b';'));
    let mut record = records.record();
    let mut gather = Gather::default();
    let mut rejects = 0;
    let mut first = true;
    loop {
        let reason = match records.next(&mut record)? {
            Next::End => break,
            Next::Damaged(reason) => Some(reason),
            Next::Row if std::mem::take(&mut first) && is_heading(&record) => None,
            Next::Row => match row(&record) {
                Ok((call, fields)) => {
                    gather.push(call, record.line(), fields)?;
                    None
                }
                Err(reason) => Some(reason),
            },
        };
        if let Some(reason) = reason {
            sink.reject(reject(MEMBER, &record, reason));
            rejects += 1;
        }
        report(sink, &records, &record)?;
    }
    let mut tally = gather.hand_on(sink, |call, rows| Ok(entry(call, rows)))?;
    tally.rows += rejects;
    tally.rejects += rejects;
    Ok(tally)
}

fn is_heading(record: &Record) -> bool {
    record.text(0).eq_ignore_ascii_case("callsign")
}

/// The call and the 18 fields of a row.
fn row(record: &Record) -> Result<(Callsign, Vec<SmolStr>), &'static str> {
    if record.len() < FEWEST {
        return Err("fewer than 7 columns");
    }
    let call = Callsign::parse(&record.text(0)).map_err(|_| "no callsign in the first column")?;
    let more = record.len().saturating_sub(COLUMNS);
    if more == 0 {
        return Ok((call, (1..COLUMNS).map(|field| record.text(field)).collect()));
    }
    // Separators too many: they are in the street when the qualifications stand that much farther right.
    let moved = (0..5).all(|n| {
        let cell = record.text(QUALIFICATIONS + more + n);
        cell.is_empty() || cell == QUALIFIED[n]
    });
    if !moved {
        return Err("more than 18 columns");
    }
    let before = (1..STREET).map(|field| record.text(field));
    let street = std::iter::once(record.joined(STREET, STREET + more + 1));
    let behind = (STREET + more + 1..record.len()).map(|field| record.text(field));
    Ok((call, before.chain(street).chain(behind).collect()))
}

const QUALIFIED: [&str; 5] = ["A", "B", "C", "D", "E"];

fn entry(call: &Callsign, rows: &[Given<'_>]) -> Entry {
    let licences = rows.iter().map(|row| licence(call, row)).collect();
    entry_of(licences).expect("a call is gathered with its rows")
}

fn licence(call: &Callsign, row: &Given<'_>) -> Licence {
    let fields: [&str; COLUMNS - 1] = row.array();
    let [first, last, street, city, province, code, ..] = fields;
    let [club, club_too, club_street, club_city, club_province, club_code] =
        [11, 12, 13, 14, 15, 16].map(|field| fields[field]);
    let mut licence = of_call(call.clone());
    licence.class = class([6, 7, 8, 9, 10].map(|field| fields[field]));
    licence.address = address(street, city, province, code);
    licence.holder = nobody();
    if club.is_empty() && club_too.is_empty() {
        licence.holder.first = first.into();
        licence.holder.last = last.into();
        return licence;
    }
    licence.holder.kind = HolderKind::Club;
    licence.holder.name = [club, club_too]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
        .into();
    if !(club_street.is_empty() && club_city.is_empty() && club_code.is_empty()) {
        licence.address = address(club_street, club_city, club_province, club_code);
    }
    let name = [first, last].join(" ");
    licence.trustee = (!name.trim().is_empty()).then(|| Trustee {
        call: None,
        name: name.trim().into(),
    });
    licence
}

fn address(street: &str, city: &str, province: &str, code: &str) -> Address {
    Address {
        street: street.into(),
        city: city.into(),
        region: province.to_uppercase().into(),
        postcode: postcode(code),
        ..Address::default()
    }
}

fn class(cells: [&str; 5]) -> Option<Class> {
    let mut held = SmolStrBuilder::new();
    for letter in QUALIFIED
        .into_iter()
        .zip(cells)
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(letter, _)| letter)
    {
        held.push_str(letter);
    }
    let held = held.finish();
    (!held.is_empty()).then_some(Class::Canada(held))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callbook::registers::rows::testing::{Kept, read_all};

    const SAMPLE: &str = include_str!("../../../fixtures/callbook/ised/amateur_delim.txt");

    fn kept(text: &[u8]) -> (Kept, Tally) {
        read_all(|sink| read(text, sink))
    }

    #[test]
    fn persons_clubs_and_bare_calls_are_read_in_order_of_calls() {
        let (kept, tally) = kept(SAMPLE.as_bytes());
        assert_eq!((tally.rows, tally.entries, tally.rejects), (8, 6, 2));
        assert_eq!(
            kept.calls(),
            ["VA1ZZA", "VA7ZZB", "VE2ZZZ", "VE3ZZC", "VE3ZZD", "VY0ZZE"]
        );
        let francois = &kept.entry("VE2ZZZ").licence;
        assert_eq!(francois.holder.first, "François");
        assert_eq!(francois.address.street, "12, rue de l'Église");
        assert_eq!(francois.address.postcode, "G8Z1A1");
        assert_eq!(francois.class, Some(Class::Canada("ACD".into())));
        let club = &kept.entry("VE3ZZC").licence;
        assert_eq!(club.holder.kind, HolderKind::Club);
        assert_eq!(
            club.holder.name,
            "EXAMPLE AMATEUR RADIO CLUB INC. CLUB RADIO EXEMPLE"
        );
        assert_eq!(
            (club.address.city.as_str(), club.address.postcode.as_str()),
            ("Ottawa", "K1A0B1")
        );
        let bare = &kept.entry("VY0ZZE").licence;
        assert_eq!((bare.class.as_ref(), bare.holder.last.as_str()), (None, ""));
    }

    #[test]
    fn a_separator_within_the_street_is_found_by_what_follows() {
        let (kept, _) = kept(SAMPLE.as_bytes());
        let licence = &kept.entry("VA7ZZB").licence;
        assert_eq!(licence.address.street, "Unit 3; 55 Main St");
        assert_eq!(licence.address.city, "Victoria");
        assert_eq!(licence.class, Some(Class::Canada("AE".into())));
    }

    #[test]
    fn rows_that_cannot_be_used_are_listed_with_line_and_reason() {
        let (kept, _) = kept(SAMPLE.as_bytes());
        let listed: Vec<_> = kept
            .rejects
            .iter()
            .map(|reject| (reject.line, reject.reason.as_str()))
            .collect();
        assert_eq!(
            listed,
            [
                (8, "fewer than 7 columns"),
                (9, "no callsign in the first column")
            ]
        );
    }

    #[test]
    fn older_copies_in_latin_1_are_read_too() {
        let (kept, _) = kept(b"VE2ZZZ;Fran\xe7ois;B\xe9langer;;Montr\xe9al;QC;;A;;;;;;;;;;\r\n");
        assert_eq!(kept.entry("VE2ZZZ").licence.holder.last, "Bélanger");
    }

    #[test]
    fn the_real_sample_gives_its_seven_calls() {
        let Ok(bytes) = std::fs::read("../shared/data/callbook/ised/amateur_delim_sample.txt") else {
            return;
        };
        let (kept, tally) = kept(&bytes);
        assert_eq!((kept.entries.len(), tally.rejects), (7, 0));
        assert_eq!(
            kept.entry("VA4AAA").licence.class,
            Some(Class::Canada("BDE".into()))
        );
    }
}
