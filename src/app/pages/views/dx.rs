//! Pages of the DX cluster.

use askama::Template;

use super::{Form, Frame};

/// A spot as a row of a list.
#[derive(Debug, Clone)]
pub(crate) struct SpotRow {
    /// When, RFC 3339.
    pub(crate) time_iso: String,
    /// When: `09:32z`.
    pub(crate) time: String,
    /// Who was heard.
    pub(crate) call: String,
    /// Kilohertz.
    pub(crate) freq: String,
    /// ADIF name of the band, empty outside of all.
    pub(crate) band: String,
    /// The band for the eye.
    pub(crate) band_name: String,
    /// The mode, may be empty.
    pub(crate) mode: String,
    /// English name of the entity, may be empty.
    pub(crate) country: String,
    /// Who heard it.
    pub(crate) spotter: String,
    /// What was said.
    pub(crate) comment: String,
    /// References of parks, summits and islands.
    pub(crate) refs: Vec<String>,
}

/// How busy a band was in the last hour.
#[derive(Debug, Clone)]
pub(crate) struct BandLine {
    /// ADIF name.
    pub(crate) band: String,
    /// The same for the eye.
    pub(crate) band_name: String,
    /// Spots in all.
    pub(crate) count: u32,
    /// Spots of each minute, oldest first, parted by commas.
    pub(crate) minutes: String,
    /// The same of those heard on the reader's continent; empty without any.
    pub(crate) near: String,
}

/// A choice of the plain filter.
#[derive(Debug, Clone)]
pub(crate) struct Pick {
    /// What is sent.
    pub(crate) value: String,
    /// What is read.
    pub(crate) name: String,
    /// Whether it is chosen.
    pub(crate) chosen: bool,
}

/// Where the reader is, for distances and the own continent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Station {
    /// Grid, may be empty.
    pub(crate) grid: String,
    /// Latitude and longitude where there is no grid: of the call's entity; may be empty.
    pub(crate) position: String,
    /// `EU`, may be empty.
    pub(crate) continent: String,
}

/// `/dx`. Plain GET with the names of the filter, plain POST with `call, freq, mode, comment`.
#[derive(Debug, Template)]
#[template(path = "dx.html")]
pub(crate) struct DxPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// The spot that was typed, and what was wrong with it.
    pub(crate) form: Form,
    /// Which feeds are down, may be empty.
    pub(crate) outage: String,
    /// Where the reader is.
    pub(crate) station: Station,
    /// What is wrong with the filter, may be empty.
    pub(crate) filter_error: String,
    /// The calls of the filter.
    pub(crate) calls: String,
    /// The bands to filter by.
    pub(crate) bands: Vec<Pick>,
    /// The kinds of modes to filter by.
    pub(crate) modes: Vec<Pick>,
    /// The newest spots.
    pub(crate) rows: Vec<SpotRow>,
    /// The bands with spots.
    pub(crate) lines: Vec<BandLine>,
}

/// `/wall`
#[derive(Debug, Template)]
#[template(path = "wall.html")]
pub(crate) struct WallPage {
    /// The frame, of which only words, looks and live data are used.
    pub(crate) frame: Frame,
    /// Where the reader is.
    pub(crate) station: Station,
    /// The newest spots.
    pub(crate) rows: Vec<SpotRow>,
    /// The bands with spots.
    pub(crate) lines: Vec<BandLine>,
}
