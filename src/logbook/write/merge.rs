//! The one rule for duplicates: when two records are one contact, and what the second may add to the first.
//!
//! Two records are one contact when station call, call, band, main mode and UTC minute agree, and the satellite
//! where the signal went through one; with a window, when the starts lie that many minutes apart at most. The
//! second record fills fields that the first lacks. What is stored is never overwritten.

use smol_str::SmolStr;

use super::Changes;
use crate::ham::adif::FieldName;
use crate::ham::qso::Qso;
use crate::logbook::stored::{Place, StoredQso, satellite};
use crate::logbook::tables::{QSO, QSO_BY_CALL};
use crate::store::{Direction, Rows, Span, StoreError};

const MINUTE: i64 = 60;
/// Contacts with one call inside the window that are compared: no station makes more, and a file made to take time
/// takes little.
const MOST_CANDIDATES: usize = 500;

/// A contact that comes in, with its place worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incoming {
    pub(crate) qso: Qso,
    pub(crate) place: Place,
}

/// How to look for the contact that a record may be a duplicate of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'a> {
    /// The logbook's call: the station call of records that name none.
    pub(crate) call: &'a str,
    /// Minutes by which the starts may differ beyond the same minute.
    pub(crate) window: u8,
}

/// The stored contact that `qso` is a duplicate of, those of this transaction included: of several the one nearest in
/// time.
pub(crate) fn find(
    r: &impl Rows,
    changes: &Changes,
    search: Search<'_>,
    qso: &Qso,
) -> Result<Option<(u64, StoredQso)>, StoreError> {
    let start = qso.start.as_second();
    let minute = start - start.rem_euclid(MINUTE);
    let reach = i64::from(search.window) * MINUTE;
    let (from, until) = (minute - reach, minute + MINUTE + reach);
    let (book, call) = (changes.book(), SmolStr::new(qso.call.as_str()));
    let keys = Span::prefix(&(book.0, call.clone()))
        .at_least(&(book.0, call.clone(), from))
        .before(&(book.0, call.clone(), until));
    let stored = r.scan(QSO_BY_CALL, keys, Direction::Forward);
    let stored = stored.map(|row| row.map(|((.., number), ())| number));
    let added = changes.added(&call, from..until).map(Ok);
    let mut nearest: Option<(u64, u64, StoredQso)> = None;
    for number in stored.chain(added).take(MOST_CANDIDATES) {
        let number = number?;
        let Some(record) = r.get(QSO, &book.qso(number))? else {
            continue;
        };
        let apart = record.start().abs_diff(start);
        let in_time = (from..until).contains(&record.start());
        if !in_time || !are_one(&record.qso, qso, search.call) {
            continue;
        }
        if nearest
            .as_ref()
            .is_none_or(|(best, first, _)| (apart, number) < (*best, *first))
        {
            nearest = Some((apart, number, record));
        }
    }
    Ok(nearest.map(|(_, number, record)| (number, record)))
}

/// Fills what `stored` lacks from `incoming`; returns the fields filled, empty if nothing was new.
pub(crate) fn fill(stored: &mut StoredQso, incoming: &Incoming) -> Vec<(SmolStr, SmolStr)> {
    // The usual case of a file imported again.
    if stored.qso == incoming.qso {
        return Vec::new();
    }
    let present: Vec<SmolStr> = stored
        .qso
        .adif_fields()
        .map(|field| SmolStr::new(field.name))
        .collect();
    let mut filled = Vec::new();
    for field in incoming.qso.adif_fields() {
        if present.iter().any(|name| **name == *field.name) {
            continue;
        }
        let (name, value) = (FieldName::new(&field.name), SmolStr::new(field.value));
        stored.qso.apply(&name, &value, field.kind, &mut Vec::new());
        filled.push((name.to_smol(), value));
    }
    if filled.iter().any(|(name, _)| name == "DXCC") {
        stored.place = incoming.place.clone();
    }
    filled
}

/// Takes back what [`fill`] did, except in fields that have changed since.
pub(crate) fn unfill(stored: &mut StoredQso, filled: &[(SmolStr, SmolStr)]) {
    for (name, value) in filled {
        if stored
            .qso
            .adif_field(name)
            .is_some_and(|present| present == *value)
        {
            stored.qso.set(name, "", &mut Vec::new());
        }
    }
}

/// The call on the air: what the record says by [`Qso::station`], the logbook's where it says nothing.
pub(crate) fn station<'a>(qso: &'a Qso, logbook: &'a str) -> &'a str {
    qso.station().map_or(logbook, |call| call.as_str())
}

/// Whether two records agree in all but time.
fn are_one(a: &Qso, b: &Qso, logbook: &str) -> bool {
    a.call == b.call
        && a.band == b.band
        && a.mode.main() == b.mode.main()
        && station(a, logbook) == station(b, logbook)
        && satellite(a) == satellite(b)
}
