//! The one JSON form of a spot: told live, in the history and by the API. Absent values are left out.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::event::Spot;
use crate::ham::geo::LatLon;
use crate::ham::grid::Grid;

/// A spot.
#[skip_serializing_none]
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
    band: Option<&'static str>,
    #[schema(example = "CW")]
    mode: Option<&'static str>,
    /// `cw`, `phone` or `data`.
    class: Option<&'static str>,
    /// What the mode was taken from: `stated`, `same_call`, `window`, `neighbours`, `plan`.
    mode_by: Option<&'static str>,
    spotter: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    comment: &'a str,
    /// ADIF entity number of the spotted station.
    dxcc: Option<u16>,
    #[serde(skip_serializing_if = "str::is_empty")]
    country: &'a str,
    continent: Option<&'static str>,
    cq_zone: Option<u8>,
    itu_zone: Option<u8>,
    grid: Option<&'a str>,
    lat: Option<f64>,
    lon: Option<f64>,
    spotter_dxcc: Option<u16>,
    spotter_continent: Option<&'static str>,
    spotter_cq_zone: Option<u8>,
    spotter_grid: Option<&'a str>,
    spotter_lat: Option<f64>,
    spotter_lon: Option<f64>,
    /// By which way it came: `telnet`, `node`, `xmlrpc`, `rest`, `user`, `log`, `pota`, `sota`, `demo`.
    source: &'static str,
    /// The feed's name.
    #[serde(skip_serializing_if = "str::is_empty")]
    origin: &'a str,
    /// Whether a program heard it.
    skimmer: bool,
    /// Decibels.
    snr: Option<i8>,
    /// Words a minute or baud.
    wpm: Option<u8>,
    pota: Option<&'a str>,
    sota: Option<&'a str>,
    wwff: Option<&'a str>,
    iota: Option<&'a str>,
    wwbota: Option<&'a str>,
    /// Whether the station spotted itself.
    #[serde(rename = "self")]
    own: bool,
    /// Whether the station uses Logbook of the World.
    lotw: bool,
    /// Days since it last sent its log there.
    lotw_days: Option<u16>,
    /// The call that was probably meant.
    busted_of: Option<&'a str>,
    /// Where the station listens: `UP 5`, `QSX 7144`.
    split: Option<String>,
    /// ADIF propagation mode.
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
