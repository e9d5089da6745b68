//! A contact as it is kept: the QSO as logged, where the other station counts, and its history.
//!
//! Invariants: `qso` holds what the log said and nothing that was worked out; `place` holds what was worked
//! out and can be worked out anew. So a table of entities can be exchanged, and an export gives back what came
//! in. The revision grows by one with every change and is the contact's `ETag`.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::second;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, StrExt};

use super::summary::Flags;
use crate::ham::qso::Qso;

/// One contact in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredQso {
    #[serde(rename = "q")]
    pub(crate) qso: Qso,
    #[serde(rename = "p", default)]
    pub(crate) place: Place,
    /// Grows with every change.
    #[serde(rename = "r")]
    pub(crate) revision: u32,
    /// The account that logged it.
    #[serde(rename = "by", default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<u32>,
    /// The import that brought it.
    #[serde(rename = "im", default, skip_serializing_if = "Option::is_none")]
    pub(crate) import: Option<u32>,
    /// The revision at which it is as its import left it; absent for the first.
    #[serde(rename = "il", default, skip_serializing_if = "Option::is_none")]
    pub(crate) import_left: Option<u32>,
    #[serde(rename = "cr", with = "second::required")]
    pub(crate) created: Timestamp,
    #[serde(rename = "up", with = "second::required")]
    pub(crate) updated: Timestamp,
}

/// Where the other station counts, and who says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    /// ADIF entity code; `None` is "not resolved", 0 is "no entity" (at sea, in the air, invalid).
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    pub(crate) dxcc: Option<u16>,
    #[serde(rename = "c", skip_serializing_if = "SmolStr::is_empty")]
    pub(crate) continent: SmolStr,
    #[serde(rename = "cq", skip_serializing_if = "Option::is_none")]
    pub(crate) cq_zone: Option<u8>,
    #[serde(rename = "it", skip_serializing_if = "Option::is_none")]
    pub(crate) itu_zone: Option<u8>,
    /// `adif` (the log's own DXCC field), `manual` (set by hand), or the table that decided.
    #[serde(rename = "w", skip_serializing_if = "SmolStr::is_empty")]
    pub(crate) decided_by: SmolStr,
}

impl StoredQso {
    /// Start in seconds since 1970.
    pub(crate) fn start(&self) -> i64 {
        self.qso.start.as_second()
    }

    /// Whether nothing but its import has changed it: what undoing the import takes out.
    pub(crate) fn is_as_imported(&self) -> bool {
        self.import.is_some() && self.revision == self.import_left.unwrap_or(1)
    }

    /// Notes a revision that is, in content, what the import left.
    pub(crate) fn keep_as_imported(&mut self) {
        if self.import.is_some() {
            self.import_left = Some(self.revision);
        }
    }

    /// The entity it counts for; neither unresolved nor outside all entities.
    pub(crate) fn dxcc(&self) -> Option<u16> {
        self.place.dxcc.filter(|code| *code != 0)
    }

    /// Two letters: the log's own, else the table's.
    pub(crate) fn continent(&self) -> Option<SmolStr> {
        let own = self
            .qso
            .continent
            .as_ref()
            .map(|own| own.to_ascii_uppercase_smolstr());
        own.filter(|own| own.len() == 2)
            .or_else(|| Some(self.place.continent.clone()).filter(|c| !c.is_empty()))
    }

    /// CQ zone: the log's own, else the table's.
    pub(crate) fn cq_zone(&self) -> Option<u8> {
        self.qso.cq_zone.or(self.place.cq_zone)
    }

    /// ITU zone: the log's own, else the table's.
    pub(crate) fn itu_zone(&self) -> Option<u8> {
        self.qso.itu_zone.or(self.place.itu_zone)
    }

    /// The first four characters of a real grid, upper case, else empty.
    pub(crate) fn grid4(&self) -> SmolStr {
        let grid = self.qso.grid.as_ref().filter(|grid| !grid.is_placeholder());
        grid.and_then(|grid| grid.square4())
            .map(|grid| grid.as_str().to_ascii_uppercase_smolstr())
            .unwrap_or_default()
    }

    /// What a summary keeps as a bit.
    pub(crate) fn flags(&self) -> Flags {
        let mut flags = Flags::default();
        for service in self.qso.qsl.confirmed() {
            flags = Flags::medium(service).map_or(flags, |medium| flags.with(medium));
        }
        flags
            .with_if(Flags::REFERENCE, self.references().next().is_some())
            .with_if(Flags::CONTEST, self.contest_id().is_some())
            .with_if(Flags::SATELLITE, self.qso.sat_name().is_some())
    }

    /// The other station's references that spots name, each with its programme as spots call it.
    pub(crate) fn references_worked(&self) -> impl Iterator<Item = (&'static str, &SmolStr)> {
        let refs = self.qso.refs.as_deref();
        let parks = refs
            .into_iter()
            .flat_map(|refs| &refs.pota)
            .map(|park| ("pota", park));
        let others = refs.into_iter().flat_map(|refs| {
            let own = [("sota", &refs.sota), ("iota", &refs.iota), ("wwff", &refs.wwff)];
            own.into_iter()
                .filter_map(|(programme, reference)| Some((programme, reference.as_ref()?)))
        });
        parks.chain(others)
    }

    /// References of both sides: parks, summits, islands, other programmes.
    pub(crate) fn references(&self) -> impl Iterator<Item = &str> {
        let refs = self.qso.refs.as_deref();
        let parks = refs
            .into_iter()
            .flat_map(|refs| refs.pota.iter().chain(&refs.my_pota));
        let places = refs.into_iter().flat_map(|refs| {
            [
                &refs.sota,
                &refs.my_sota,
                &refs.iota,
                &refs.my_iota,
                &refs.wwff,
                &refs.my_wwff,
            ]
            .into_iter()
            .flatten()
        });
        let others = ["SIG_INFO", "MY_SIG_INFO"]
            .into_iter()
            .filter_map(|name| self.qso.extra(name));
        parks.chain(places).map(SmolStr::as_str).chain(others)
    }

    /// The contest as the log names it.
    pub(crate) fn contest_id(&self) -> Option<&str> {
        self.qso.contest.as_ref()?.contest_id.as_deref()
    }

    /// Who made the contact: ADIF says the station call where no operator is named.
    pub(crate) fn operator(&self) -> Option<&str> {
        let call = self.qso.operator.as_ref().or(self.qso.station_call.as_ref());
        call.map(crate::ham::callsign::Callsign::as_str)
    }

    /// The call used on the air, if the log says.
    pub(crate) fn station_call(&self) -> Option<&str> {
        self.qso.station().map(crate::ham::callsign::Callsign::as_str)
    }
}

/// The satellite a contact went through, if its propagation mode says so.
pub(crate) fn satellite(qso: &Qso) -> Option<&str> {
    if qso.prop_mode()? == "SAT" {
        qso.sat_name()
    } else {
        None
    }
}
