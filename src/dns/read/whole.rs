//! Whole zones as they are answered: for the serving side, exports and the nightly comparison.

use crate::dns::model::{Version, ZoneId};
use crate::dns::name::Name;
use crate::dns::rr::{RecordType, RrSet};
use crate::dns::tables::{NAME, Owner, RRSET, ZONE, all_of};
use crate::store::{Direction, Rows, Span, StoreError};

/// A zone with all that is answered in it.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    pub(crate) origin: Name,
    pub(crate) version: Version,
    /// In canonical order.
    pub(crate) sets: Vec<RrSet>,
}

/// All that is answered in a zone: names that are suspended are left out.
pub(crate) fn whole(r: &impl Rows, zone: ZoneId) -> Result<Option<Whole>, StoreError> {
    let Some(row) = r.get(ZONE, &zone.0)? else {
        return Ok(None);
    };
    let mut hidden = Vec::new();
    for name in r.scan(NAME, Span::prefix(&(zone.0,)), Direction::Forward) {
        let ((_, Owner(name)), held) = name?;
        if !held.is_live() {
            hidden.push(name);
        }
    }
    let mut sets = Vec::with_capacity(usize::try_from(row.sets).unwrap_or(0));
    // Both are in canonical order: one walk along both.
    let mut hidden = hidden.into_iter().peekable();
    for set in r.scan(RRSET, all_of(zone), Direction::Forward) {
        let ((_, Owner(name), kind), set) = set?;
        while hidden
            .next_if(|own| *own < name && !name.is_at_or_below(own))
            .is_some()
        {}
        if hidden.peek().is_some_and(|own| name.is_at_or_below(own)) {
            continue;
        }
        sets.extend(set.to_rrset(name, RecordType(kind)));
    }
    Ok(Some(Whole {
        origin: row.origin,
        version: row.version,
        sets,
    }))
}

/// Every zone there is, with its state.
pub(crate) fn zones_of_server(r: &impl Rows) -> Result<Vec<(ZoneId, Name, Version)>, StoreError> {
    let rows = r.scan(ZONE, Span::all(), Direction::Forward);
    rows.map(|row| row.map(|(zone, row)| (ZoneId(zone), row.origin, row.version)))
        .collect()
}
