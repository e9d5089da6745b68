//! Recomputes the logbook's indexes and tallies from its QSOs and tells what differs: `shackbox check`.
//!
//! One walk over the QSOs looks up each index row; equal row counts then prove that no index has a row too
//! many. Tallies are counted anew per logbook, of which one at a time is in memory.

use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use super::event::LogbookId;
use super::tables::{
    BOOK, BOOK_BY_CALL, MEMBER, MEMBER_BY_ACCOUNT, NEXT, QSO, QSO_BY_CALL, QSO_BY_TIME, TALLY,
};
use super::tally::{Counted, Tallies};
use crate::store::{Direction, IndexCheck, Read, Rows, Span, StoreError};

/// Differences told at most.
const MOST: usize = 100;

/// The checks of this domain, for the store's registry.
pub(crate) const CHECKS: [(&str, IndexCheck); 2] =
    [("logbook.qso indexes", qso_indexes), ("logbook sharing", sharing)];

fn qso_indexes(r: &Read) -> Result<Vec<String>, StoreError> {
    qso_indexes_in(r)
}

/// The same on any transaction.
pub(crate) fn qso_indexes_in(r: &impl Rows) -> Result<Vec<String>, StoreError> {
    let mut differences = Differences::default();
    let mut counted = HashMap::<u32, Tallies>::new();
    let mut rows = 0;
    for row in r.scan(QSO, Span::all(), Direction::Forward) {
        let ((book, number), record) = row?;
        rows += 1;
        let all = Counted::of(&record);
        let (start, summary) = (all.start, &all.summary);
        if r.get(QSO_BY_TIME, &(book, start, number))?.as_ref() != Some(summary) {
            differences.tell(|| format!("contact {book}-{number}: the time index differs"));
        }
        if !r.contains(QSO_BY_CALL, &(book, summary.call.clone(), start, number))? {
            differences.tell(|| format!("contact {book}-{number}: not in the call index"));
        }
        if r.get(NEXT, &book)?.is_none_or(|next| next <= number) {
            differences.tell(|| format!("contact {book}-{number}: its number may be given again"));
        }
        counted.entry(book).or_default().count(&all, 1);
    }
    for (name, index_rows) in [("time", r.len(QSO_BY_TIME)?), ("call", r.len(QSO_BY_CALL)?)] {
        if index_rows != rows {
            differences.tell(|| format!("the {name} index has {index_rows} rows for {rows} contacts"));
        }
    }
    tallies(r, counted, &mut differences)?;
    Ok(differences.0)
}

fn tallies(
    r: &impl Rows,
    counted: HashMap<u32, Tallies>,
    differences: &mut Differences,
) -> Result<(), StoreError> {
    let mut expected = HashMap::new();
    for (book, tallies) in counted {
        for ((kind, value), count) in tallies.into_rows() {
            expected.insert((book, kind as u8, value), count.cast_unsigned());
        }
    }
    for row in r.scan(TALLY, Span::all(), Direction::Forward) {
        let (key, stored) = row?;
        let right = expected.remove(&key).unwrap_or(0);
        if stored != right {
            differences.tell(|| format!("tally {}: {stored} stored, {right} counted", name_of(&key)));
        }
    }
    for (key, right) in expected {
        differences.tell(|| format!("tally {}: none stored, {right} counted", name_of(&key)));
    }
    Ok(())
}

fn sharing(r: &Read) -> Result<Vec<String>, StoreError> {
    let mut differences = Differences::default();
    for row in r.scan(MEMBER, Span::all(), Direction::Forward) {
        let ((book, account), _) = row?;
        if !r.contains(MEMBER_BY_ACCOUNT, &(account, book))? {
            differences.tell(|| format!("logbook {book}: account {account} is not in the index of members"));
        }
    }
    if r.len(MEMBER)? != r.len(MEMBER_BY_ACCOUNT)? {
        differences.tell(|| "the index of members has rows too many".to_owned());
    }
    for row in r.scan(BOOK, Span::all(), Direction::Forward) {
        let (id, book) = row?;
        if !book.closed && r.get(BOOK_BY_CALL, &book.call)? != Some(id) {
            differences.tell(|| format!("logbook {}: not found by its call", book.call));
        }
    }
    Ok(differences.0)
}

fn name_of((book, kind, value): &(u32, u8, SmolStr)) -> SmolStr {
    format_smolstr!("{} kind {kind} `{value}`", LogbookId(*book).0)
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn tell(&mut self, what: impl FnOnce() -> String) {
        if self.0.len() < MOST {
            self.0.push(what());
        }
    }
}
