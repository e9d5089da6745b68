//! What the own log knows of a call: the panel beside the entry form.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::logbook::event::LogbookId;
use crate::logbook::stored::StoredQso;
use crate::logbook::tables::{QSO, QSO_BY_CALL, QSO_BY_TIME};
use crate::store::{Direction, Rows, Span, StoreError};

/// Contacts with a call shown whole.
const SHOWN: usize = 10;
/// Contacts with a call of which bands and modes are gathered.
const GATHERED: usize = 1_000;

/// Contacts made with a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Worked {
    pub(crate) count: u64,
    /// The bands of the last thousand contacts, from the lowest up.
    pub(crate) bands: Vec<SmolStr>,
    /// What people call their modes.
    pub(crate) modes: Vec<SmolStr>,
    /// The last ten, newest first.
    pub(crate) last: Vec<(u64, StoredQso)>,
}

/// The contacts with exactly this call.
pub(crate) fn worked(r: &impl Rows, book: LogbookId, call: &Callsign) -> Result<Worked, StoreError> {
    let keys = Span::prefix(&(book.0, SmolStr::new(call.as_str())));
    let mut worked = Worked {
        count: r.count(QSO_BY_CALL, keys.clone())?,
        ..Worked::default()
    };
    let (mut bands, mut modes) = (BTreeSet::new(), BTreeSet::new());
    for (at, row) in r
        .scan(QSO_BY_CALL, keys, Direction::Backward)
        .take(GATHERED)
        .enumerate()
    {
        let ((_, _, start, number), ()) = row?;
        if at < SHOWN {
            worked
                .last
                .extend(r.get(QSO, &book.qso(number))?.map(|record| (number, record)));
        }
        if let Some(summary) = r.get(QSO_BY_TIME, &(book.0, start, number))? {
            modes.insert(summary.mode_label().clone());
            bands.insert(summary.band);
        }
    }
    worked.bands = bands.into_iter().collect();
    worked.bands.sort_by_key(|name| Band::parse(name).ok());
    worked.modes = modes.into_iter().collect();
    Ok(worked)
}
