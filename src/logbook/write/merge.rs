//! The one rule for duplicates: when two records are one contact, and what the second may add to the first.
//!
//! Two records are one contact when station call, call, band, main mode and UTC minute agree, and the satellite
//! where the signal went through one; with a window, when the starts lie that many minutes apart at most. The
//! second record fills fields that the first lacks. What is stored is never overwritten.

use smol_str::SmolStr;

use crate::ham::adif::FieldName;
use crate::ham::qso::Qso;
use crate::logbook::event::LogbookId;
use crate::logbook::filter::Span as TimeSpan;
use crate::logbook::read::list;
use crate::logbook::stored::{Place, StoredQso, satellite};
use crate::logbook::summary::Summary;
use crate::logbook::tables::{QSO, QSO_BY_TIME};
use crate::store::{Direction, Rows, StoreError};

const MINUTE: i64 = 60;

/// A contact that comes in, with its place worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incoming {
    pub(crate) qso: Qso,
    pub(crate) place: Place,
}

/// Where to look for the contact that a record may be a duplicate of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'a> {
    pub(crate) book: LogbookId,
    /// The logbook's call: the station call of records that name none.
    pub(crate) call: &'a str,
    /// Minutes by which the starts may differ beyond the same minute.
    pub(crate) window: u8,
}

/// The stored contact that `qso` is a duplicate of: of several the one nearest in time.
pub(crate) fn find(
    r: &impl Rows,
    search: Search<'_>,
    qso: &Qso,
) -> Result<Option<(u64, StoredQso)>, StoreError> {
    let start = qso.start.as_second();
    let minute = start - start.rem_euclid(MINUTE);
    let reach = i64::from(search.window) * MINUTE;
    let times = TimeSpan {
        from: minute - reach,
        until: minute + MINUTE + reach,
    };
    let mut nearest: Option<(u64, u64, StoredQso)> = None;
    for row in r.scan(
        QSO_BY_TIME,
        list::time_keys(search.book, times),
        Direction::Forward,
    ) {
        let ((_, at, number), summary) = row?;
        if !may_match(&summary, qso) {
            continue;
        }
        let apart = at.abs_diff(start);
        if nearest.as_ref().is_some_and(|(best, ..)| *best <= apart) {
            continue;
        }
        let Some(record) = r.get(QSO, &search.book.qso(number))? else {
            continue;
        };
        let same_station = station(&record.qso, search.call) == station(qso, search.call);
        if same_station && satellite(&record.qso) == satellite(qso) {
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

/// The call on the air: the logbook's where the record names none.
pub(crate) fn station<'a>(qso: &'a Qso, logbook: &'a str) -> &'a str {
    qso.station_call.as_ref().map_or(logbook, |call| call.as_str())
}

fn may_match(summary: &Summary, qso: &Qso) -> bool {
    summary.call == qso.call.as_str() && summary.band == qso.band.name() && summary.mode == qso.mode.main()
}
