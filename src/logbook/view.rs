//! A contact as JSON: the shape that pages and programs read.
//!
//! Absent values are left out. Every ADIF field without a name of its own stands under `adif` as it came.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::event::{Contact, Outcome, QsoId};
use super::place::country;
use super::spotting::Spotted;
use super::stored::StoredQso;
use crate::ham::qso::QslState;

/// A contact.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = Qso)]
pub(crate) struct QsoView {
    /// Names the contact: `<logbook number>-<number>`.
    pub(crate) id: String,
    /// The logbook's call.
    #[schema(value_type = String, example = "K6BP")]
    pub(crate) logbook: SmolStr,
    /// The other station.
    #[schema(value_type = String, example = "JA1XYZ")]
    pub(crate) call: SmolStr,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) start: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) end: Option<Timestamp>,
    /// Own transmit frequency in hertz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) freq_hz: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) freq_rx_hz: Option<u64>,
    #[schema(value_type = String, example = "20m")]
    pub(crate) band: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) band_rx: Option<&'static str>,
    /// ADIF mode.
    #[schema(value_type = String, example = "MFSK")]
    pub(crate) mode: SmolStr,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "FT4")]
    pub(crate) submode: Option<SmolStr>,
    /// Texts by the names of the API: `rst_sent`, `grid`, `name`, `operator`, `pota` and so on.
    #[serde(flatten)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub(crate) texts: BTreeMap<&'static str, SmolStr>,
    /// ADIF entity code; absent: not resolved, 0: in no entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dxcc: Option<u16>,
    #[serde(skip_serializing_if = "SmolStr::is_empty")]
    #[schema(value_type = Option<String>)]
    pub(crate) country: SmolStr,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) continent: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cq_zone: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) itu_zone: Option<u8>,
    /// Who decided the entity: `adif`, `manual`, or the table.
    #[serde(skip_serializing_if = "SmolStr::is_empty")]
    #[schema(value_type = Option<String>)]
    pub(crate) decided_by: SmolStr,
    /// Services that confirmed the contact.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub(crate) confirmed: Vec<SmolStr>,
    /// State with each service: `sent`, `rcvd` as ADIF letters, with dates.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, QslView>)]
    pub(crate) qsl: BTreeMap<SmolStr, QslView>,
    /// Further ADIF fields as they came.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    pub(crate) adif: serde_json::Map<String, serde_json::Value>,
    /// Grows with every change; the `ETag`.
    pub(crate) revision: u32,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) updated: Timestamp,
    /// The import that brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) import: Option<u32>,
    /// In the reply to a contact just sent: what it came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) outcome: Option<Outcome>,
    /// In the reply to a contact sent with the wish to spot it: what became of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spot: Option<Spotted>,
}

/// State of a confirmation with one service.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct QslView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sent: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) sent_date: Option<jiff::civil::Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rcvd: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) rcvd_date: Option<jiff::civil::Date>,
}

impl QsoView {
    /// The contact for people and programs.
    pub(crate) fn of(id: QsoId, logbook: &SmolStr, record: &StoredQso) -> QsoView {
        let qso = &record.qso;
        let named = record.place.dxcc.map(country).filter(|name| !name.is_empty());
        QsoView {
            id: id.to_string(),
            logbook: logbook.clone(),
            call: qso.call.as_str().into(),
            start: qso.start,
            end: qso.end,
            freq_hz: qso.freq.map(|freq| freq.get()),
            freq_rx_hz: qso.freq_rx.map(|freq| freq.get()),
            band: qso.band.name(),
            band_rx: qso.band_rx.map(|band| band.name()),
            mode: qso.mode.main().into(),
            submode: qso.mode.submode().map(SmolStr::new),
            texts: texts(record),
            dxcc: record.place.dxcc,
            country: named.or_else(|| qso.country.clone()).unwrap_or_default(),
            continent: record.continent(),
            cq_zone: record.cq_zone(),
            itu_zone: record.itu_zone(),
            decided_by: record.place.decided_by.clone(),
            confirmed: qso.qsl.confirmed().map(SmolStr::new).collect(),
            qsl: qso
                .qsl
                .iter()
                .map(|(service, state)| (service.into(), QslView::of(state)))
                .collect(),
            adif: qso
                .extra
                .iter()
                .map(|extra| (extra.name.to_string(), extra.value.as_str().into()))
                .collect(),
            revision: record.revision,
            created: record.created,
            updated: record.updated,
            import: record.import,
            outcome: None,
            spot: None,
        }
    }

    /// The contact an event tells of.
    pub(crate) fn of_contact(contact: &Contact) -> QsoView {
        QsoView::of(contact.id, &contact.logbook, &contact.record)
    }

    /// The same as the reply to a contact just sent.
    pub(crate) fn with_outcome(self, outcome: Outcome, spot: Option<Spotted>) -> QsoView {
        QsoView {
            outcome: Some(outcome),
            spot,
            ..self
        }
    }
}

impl QslView {
    fn of(state: &QslState) -> QslView {
        QslView {
            sent: state.sent.map(|status| status.letter()),
            sent_date: state.sent_date,
            rcvd: state.rcvd.map(|status| status.letter()),
            rcvd_date: state.rcvd_date,
        }
    }
}

fn texts(record: &StoredQso) -> BTreeMap<&'static str, SmolStr> {
    let qso = &record.qso;
    let contest = qso.contest.as_deref();
    let refs = qso.refs.as_deref();
    let path = qso.path.as_deref();
    let call = |call: &Option<crate::ham::callsign::Callsign>| call.as_ref().map(|call| call.as_str().into());
    let grid = |grid: &Option<crate::ham::grid::Grid>| grid.as_ref().map(|grid| grid.as_str().into());
    let list = |parks: &[SmolStr]| (!parks.is_empty()).then(|| parks.join(",").into());
    let given: [(&'static str, Option<SmolStr>); 33] = [
        ("rst_sent", qso.rst_sent.clone()),
        ("rst_rcvd", qso.rst_rcvd.clone()),
        ("grid", grid(&qso.grid)),
        ("my_grid", grid(&qso.my_grid)),
        ("station_call", call(&qso.station_call)),
        ("operator", call(&qso.operator)),
        ("owner_call", call(&qso.owner_call)),
        (
            "tx_power",
            qso.tx_power.as_ref().map(|power| power.as_str().into()),
        ),
        ("name", qso.name.clone()),
        ("qth", qso.qth.clone()),
        ("comment", qso.comment.clone()),
        ("notes", qso.notes.clone()),
        ("contest", contest.and_then(|c| c.contest_id.clone())),
        ("stx", contest.and_then(|c| c.stx.clone())),
        ("srx", contest.and_then(|c| c.srx.clone())),
        ("stx_string", contest.and_then(|c| c.stx_string.clone())),
        ("srx_string", contest.and_then(|c| c.srx_string.clone())),
        ("pota", refs.and_then(|r| list(&r.pota))),
        ("my_pota", refs.and_then(|r| list(&r.my_pota))),
        ("sota", refs.and_then(|r| r.sota.clone())),
        ("my_sota", refs.and_then(|r| r.my_sota.clone())),
        ("iota", refs.and_then(|r| r.iota.clone())),
        ("my_iota", refs.and_then(|r| r.my_iota.clone())),
        ("wwff", refs.and_then(|r| r.wwff.clone())),
        ("my_wwff", refs.and_then(|r| r.my_wwff.clone())),
        ("prop_mode", path.and_then(|p| p.prop_mode.clone())),
        ("sat_name", path.and_then(|p| p.sat_name.clone())),
        ("sat_mode", path.and_then(|p| p.sat_mode.clone())),
        ("state", qso.state.clone()),
        ("county", qso.county.clone()),
        ("sfi", qso.space.as_deref().and_then(|s| s.sfi).map(number)),
        (
            "a_index",
            qso.space.as_deref().and_then(|s| s.a_index).map(number),
        ),
        (
            "k_index",
            qso.space.as_deref().and_then(|s| s.k_index).map(number),
        ),
    ];
    given
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
}

fn number(value: impl std::fmt::Display) -> SmolStr {
    smol_str::format_smolstr!("{value}")
}
