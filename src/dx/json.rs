//! The one JSON form of a spot: told live, in the history and by the API. Absent values are left out.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::event::Spot;
use crate::ham::geo::LatLon;
use crate::ham::grid::Grid;

/// A spot.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpotView<'a> {
    /// Its number among all messages; later spots have higher ones.
    seq: u64,
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    #[schema(example = "JA1XYZ")]
    call: &'a str,
    freq_hz: u64,
    /// ADIF band; absent outside of all bands.
    #[serde(skip_serializing_if = "Option::is_none")]
    band: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CW")]
    mode: Option<&'static str>,
    /// `cw`, `phone` or `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    /// What the mode was taken from: `stated`, `same_call`, `window`, `neighbours`, `plan`.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode_by: Option<&'static str>,
    spotter: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    comment: &'a str,
    /// ADIF entity number of the spotted station.
    #[serde(skip_serializing_if = "Option::is_none")]
    dxcc: Option<u16>,
    #[serde(skip_serializing_if = "str::is_empty")]
    country: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    continent: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cq_zone: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    itu_zone: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spotter_dxcc: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spotter_continent: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spotter_cq_zone: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spotter_grid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spotter_lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spotter_lon: Option<f64>,
    /// By which way it came: `telnet`, `node`, `xmlrpc`, `rest`, `user`, `log`, `pota`, `sota`, `demo`.
    source: &'static str,
    /// The feed's name.
    #[serde(skip_serializing_if = "str::is_empty")]
    origin: &'a str,
    /// Whether a program heard it.
    skimmer: bool,
    /// Decibels.
    #[serde(skip_serializing_if = "Option::is_none")]
    snr: Option<i8>,
    /// Words a minute or baud.
    #[serde(skip_serializing_if = "Option::is_none")]
    wpm: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pota: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sota: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wwff: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iota: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wwbota: Option<&'a str>,
    /// Whether the station spotted itself.
    #[serde(rename = "self")]
    own: bool,
    /// Whether the station uses Logbook of the World.
    lotw: bool,
    /// Days since it last sent its log there.
    #[serde(skip_serializing_if = "Option::is_none")]
    lotw_days: Option<u16>,
    /// The call that was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    busted_of: Option<&'a str>,
    /// Where the station listens: `UP 5`, `QSX 7144`.
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<String>,
    /// ADIF propagation mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    prop: Option<&'static str>,
}

impl<'a> SpotView<'a> {
    /// The form of a spot.
    pub(crate) fn of(spot: &'a Spot) -> Self {
        let (place, from) = (&spot.place, &spot.spotter_place);
        let refs = &spot.refs;
        Self {
            seq: spot.seq,
            time: spot.time,
            call: spot.call.as_str(),
            freq_hz: spot.freq.get(),
            band: spot.band.map(|band| band.name()),
            mode: spot.mode_label(),
            class: spot.class().map(|class| class.as_str()),
            mode_by: spot.mode_by.map(|by| by.as_str()),
            spotter: &spot.spotter,
            comment: &spot.comment,
            dxcc: place.dxcc,
            country: &place.country,
            continent: place.continent.map(|continent| continent.as_str()),
            cq_zone: place.cq_zone,
            itu_zone: place.itu_zone,
            grid: spot.grid.as_ref().map(Grid::as_str),
            lat: place.position.map(lat),
            lon: place.position.map(lon),
            spotter_dxcc: from.dxcc,
            spotter_continent: from.continent.map(|continent| continent.as_str()),
            spotter_cq_zone: from.cq_zone,
            spotter_grid: spot.spotter_grid.as_ref().map(Grid::as_str),
            spotter_lat: from.position.map(lat),
            spotter_lon: from.position.map(lon),
            source: spot.source.as_str(),
            origin: &spot.origin,
            skimmer: spot.skimmer,
            snr: spot.snr,
            wpm: spot.wpm,
            pota: refs.pota.as_deref(),
            sota: refs.sota.as_deref(),
            wwff: refs.wwff.as_deref(),
            iota: refs.iota.as_deref(),
            wwbota: refs.wwbota.as_deref(),
            own: spot.self_spot,
            lotw: spot.lotw.is_some(),
            lotw_days: spot.lotw,
            busted_of: spot.busted_of.as_ref().map(|call| call.as_str()),
            split: spot.split.map(|split| split.to_string()),
            prop: spot.prop.map(|prop| prop.label()),
        }
    }
}

/// Rough positions need no more than three decimals.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1_000.0).round() / 1_000.0
}

fn lat(at: LatLon) -> f64 {
    rounded(at.lat())
}

fn lon(at: LatLon) -> f64 {
    rounded(at.lon())
}

/// How the text of a spot that has no number yet begins.
const UNNUMBERED: &str = r#"{"seq":0,"#;

/// A spot's JSON before it has its number, so that nobody waits for the encoding.
pub(super) struct Unnumbered(String);

impl Unnumbered {
    /// Encodes a spot whose number is 0 so far.
    pub(super) fn of(spot: &Spot) -> Self {
        Self(encode(spot))
    }

    /// The JSON with its number.
    pub(super) fn numbered(&self, seq: u64) -> String {
        let rest = self.0.strip_prefix(UNNUMBERED).unwrap_or("}");
        let mut text = String::with_capacity(rest.len() + 32);
        // Writing to a text cannot fail.
        let _ = write!(text, r#"{{"seq":{seq},{rest}"#);
        text
    }
}

/// The spot as JSON.
pub(crate) fn encode(spot: &Spot) -> String {
    serde_json::to_string(&SpotView::of(spot)).expect("texts and numbers become JSON")
}
