//! A contact: the typed value every log, spot match, confirmation and award starts from.
//!
//! Invariants: call, time, band and mode are always there and valid. Every other ADIF field a log gave is kept,
//! typed where the program works with it, else in [`Qso::extra`] in its original order and text. A text that
//! could not become its field's number, date or time is kept as `APP_SHACKBOX_RAW_<field>`; other unusable texts
//! stay under their own name. So reading a log and writing it again loses nothing.
//!
//! Stored by the hundred thousand: serialised field names are short, stable, and never reused once retired.
//! Ids, revisions, owners and duplicates belong to the logbook, not here; JSON for the API is the logbook's too.

mod fields;
mod number;
mod place;
mod qsl;
mod set;
mod slot;
mod spelling;
mod time;

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::second;
use serde::ser::SerializeTuple as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::ham::freq::Hertz;
use crate::ham::grid::Grid;
use crate::ham::mode::Mode;

pub use fields::AdifField;
pub use number::{Power, PowerError};
pub use qsl::{Qsl, QslState, QslStatus};
pub use spelling::Spelling;
pub(crate) use time::{Clock, check_start, clock, date, instant};

/// Prefix of the fields that keep texts which could not become numbers.
pub const RAW_PREFIX: &str = "APP_SHACKBOX_RAW_";

/// One contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qso {
    /// The other station.
    #[serde(rename = "c")]
    pub call: Callsign,
    /// Begin, whole seconds UTC.
    #[serde(rename = "t", with = "second::required")]
    pub start: Timestamp,
    /// End.
    #[serde(
        rename = "e",
        default,
        with = "second::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub end: Option<Timestamp>,
    /// Own transmit frequency.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub freq: Option<Hertz>,
    /// Own receive frequency when it differs.
    #[serde(rename = "fr", default, skip_serializing_if = "Option::is_none")]
    pub freq_rx: Option<Hertz>,
    /// Band, as logged; it may contradict the frequency.
    #[serde(rename = "b")]
    pub band: Band,
    /// Band received on when it differs.
    #[serde(rename = "br", default, skip_serializing_if = "Option::is_none")]
    pub band_rx: Option<Band>,
    /// Mode and submode.
    #[serde(rename = "m")]
    pub mode: Mode,
    /// How the log spelled frequencies and times.
    #[serde(rename = "sp", default, skip_serializing_if = "Spelling::is_plain")]
    pub spelling: Spelling,
    /// Report sent.
    #[serde(rename = "rs", default, skip_serializing_if = "Option::is_none")]
    pub rst_sent: Option<SmolStr>,
    /// Report received.
    #[serde(rename = "rr", default, skip_serializing_if = "Option::is_none")]
    pub rst_rcvd: Option<SmolStr>,
    /// The other station's locator.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<Grid>,
    /// Own locator.
    #[serde(rename = "mg", default, skip_serializing_if = "Option::is_none")]
    pub my_grid: Option<Grid>,
    /// Call used on the air.
    #[serde(rename = "sc", default, skip_serializing_if = "Option::is_none")]
    pub station_call: Option<Callsign>,
    /// The operator's own call.
    #[serde(rename = "op", default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Callsign>,
    /// Call of the station's owner.
    #[serde(rename = "oc", default, skip_serializing_if = "Option::is_none")]
    pub owner_call: Option<Callsign>,
    /// Own power.
    #[serde(rename = "tp", default, skip_serializing_if = "Option::is_none")]
    pub tx_power: Option<Power>,
    /// The other operator's name.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub name: Option<SmolStr>,
    /// The other station's town.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub qth: Option<SmolStr>,
    /// One line.
    #[serde(rename = "cm", default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<SmolStr>,
    /// Several lines.
    #[serde(rename = "no", default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<SmolStr>,
    /// Contest exchange.
    #[serde(rename = "ct", default, skip_serializing_if = "Option::is_none")]
    pub contest: Option<Box<Contest>>,
    /// Parks, summits, islands.
    #[serde(rename = "rf", default, skip_serializing_if = "Option::is_none")]
    pub refs: Option<Box<Refs>>,
    /// Propagation mode and satellite.
    #[serde(rename = "pa", default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Box<Path>>,
    /// State of confirmations.
    #[serde(rename = "ql", default, skip_serializing_if = "Qsl::is_empty")]
    pub qsl: Qsl,
    /// DXCC entity, 0 for none.
    #[serde(rename = "dx", default, skip_serializing_if = "Option::is_none")]
    pub dxcc: Option<u16>,
    /// Name of the entity.
    #[serde(rename = "cy", default, skip_serializing_if = "Option::is_none")]
    pub country: Option<SmolStr>,
    /// Two letters.
    #[serde(rename = "co", default, skip_serializing_if = "Option::is_none")]
    pub continent: Option<SmolStr>,
    /// CQ zone, 1 to 40.
    #[serde(rename = "cz", default, skip_serializing_if = "Option::is_none")]
    pub cq_zone: Option<u8>,
    /// ITU zone, 1 to 90.
    #[serde(rename = "iz", default, skip_serializing_if = "Option::is_none")]
    pub itu_zone: Option<u8>,
    /// Code of the state, province or other primary division.
    #[serde(rename = "st", default, skip_serializing_if = "Option::is_none")]
    pub state: Option<SmolStr>,
    /// County or other secondary division, as ADIF writes it (`CA,San Mateo`).
    #[serde(rename = "cn", default, skip_serializing_if = "Option::is_none")]
    pub county: Option<SmolStr>,
    /// Solar and geomagnetic figures.
    #[serde(rename = "sw", default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Box<SpaceWeather>>,
    /// All other fields, in the order of the log.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
}

/// What is exchanged in a contest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contest {
    /// Contest, as ADIF's list or the log names it.
    #[serde(rename = "id", skip_serializing_if = "Option::is_none")]
    pub contest_id: Option<SmolStr>,
    /// Serial number sent, in the digits written (`007`).
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub stx: Option<SmolStr>,
    /// Serial number received, in the digits written.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub srx: Option<SmolStr>,
    /// Whole exchange sent.
    #[serde(rename = "ss", skip_serializing_if = "Option::is_none")]
    pub stx_string: Option<SmolStr>,
    /// Whole exchange received.
    #[serde(rename = "rs", skip_serializing_if = "Option::is_none")]
    pub srx_string: Option<SmolStr>,
}

/// References of outdoor and island programmes, in upper case; `my_` is the own place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refs {
    /// Parks on the Air.
    #[serde(rename = "p", skip_serializing_if = "Vec::is_empty")]
    pub pota: Vec<SmolStr>,
    /// Own parks.
    #[serde(rename = "mp", skip_serializing_if = "Vec::is_empty")]
    pub my_pota: Vec<SmolStr>,
    /// Summits on the Air.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub sota: Option<SmolStr>,
    /// Own summit.
    #[serde(rename = "ms", skip_serializing_if = "Option::is_none")]
    pub my_sota: Option<SmolStr>,
    /// Islands on the Air.
    #[serde(rename = "i", skip_serializing_if = "Option::is_none")]
    pub iota: Option<SmolStr>,
    /// Own island group.
    #[serde(rename = "mi", skip_serializing_if = "Option::is_none")]
    pub my_iota: Option<SmolStr>,
    /// World Wide Flora and Fauna.
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    pub wwff: Option<SmolStr>,
    /// Own flora and fauna area.
    #[serde(rename = "mw", skip_serializing_if = "Option::is_none")]
    pub my_wwff: Option<SmolStr>,
}

/// How the signal got there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Path {
    /// Propagation mode in upper case, `SAT` for satellites.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub prop_mode: Option<SmolStr>,
    /// Satellite.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub sat_name: Option<SmolStr>,
    /// Uplink and downlink bands in the satellite's own letters.
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub sat_mode: Option<SmolStr>,
}

/// Solar and geomagnetic figures at the time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpaceWeather {
    /// Solar flux index.
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    pub sfi: Option<u16>,
    /// A index.
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    pub a_index: Option<u16>,
    /// K index, 0 to 9.
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    pub k_index: Option<u8>,
}

/// A field without a typed place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// Name in upper case.
    pub name: SmolStr,
    /// Original text.
    pub value: SmolStr,
    /// ADIF's type letter, if the log gave one.
    pub kind: Option<char>,
}

impl Qso {
    /// A contact with what every contact has.
    pub fn new(call: Callsign, start: Timestamp, band: Band, mode: Mode) -> Self {
        Self {
            call,
            start,
            end: None,
            freq: None,
            freq_rx: None,
            band,
            band_rx: None,
            mode,
            spelling: Spelling::default(),
            rst_sent: None,
            rst_rcvd: None,
            grid: None,
            my_grid: None,
            station_call: None,
            operator: None,
            owner_call: None,
            tx_power: None,
            name: None,
            qth: None,
            comment: None,
            notes: None,
            contest: None,
            refs: None,
            path: None,
            qsl: Qsl::default(),
            dxcc: None,
            country: None,
            continent: None,
            cq_zone: None,
            itu_zone: None,
            state: None,
            county: None,
            space: None,
            extra: Vec::new(),
        }
    }

    /// Notes that the log gave the start without seconds.
    pub(crate) fn spell_start(&mut self, no_seconds: bool) {
        self.spelling.note(spelling::START, no_seconds.into());
    }

    /// Notes that the log gave the end without seconds.
    pub(crate) fn spell_end(&mut self, no_seconds: bool) {
        self.spelling.note(spelling::END, no_seconds.into());
    }

    /// The call on the air: `STATION_CALLSIGN`, without it `OPERATOR` (ADIF 3.1.7, `STATION_CALLSIGN`).
    pub fn station(&self) -> Option<&Callsign> {
        self.station_call.as_ref().or(self.operator.as_ref())
    }

    /// Propagation mode.
    pub fn prop_mode(&self) -> Option<&str> {
        self.path.as_ref()?.prop_mode.as_deref()
    }

    /// Satellite.
    pub fn sat_name(&self) -> Option<&str> {
        self.path.as_ref()?.sat_name.as_deref()
    }

    /// Text of a field without a typed place.
    pub fn extra(&self, name: &str) -> Option<&str> {
        self.extra
            .iter()
            .find(|extra| extra.name.eq_ignore_ascii_case(name))
            .map(|extra| extra.value.as_str())
    }

    /// The contest exchange, made if there is none.
    pub fn contest_mut(&mut self) -> &mut Contest {
        self.contest.get_or_insert_default()
    }

    /// The references, made if there are none.
    pub fn refs_mut(&mut self) -> &mut Refs {
        self.refs.get_or_insert_default()
    }

    /// The path, made if there is none.
    pub fn path_mut(&mut self) -> &mut Path {
        self.path.get_or_insert_default()
    }

    /// The space weather, made if there is none.
    pub fn space_mut(&mut self) -> &mut SpaceWeather {
        self.space.get_or_insert_default()
    }
}

/// Name, value and, if there is one, the type letter: without field names, a third shorter.
impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(3)?;
        tuple.serialize_element(&self.name)?;
        tuple.serialize_element(&self.value)?;
        tuple.serialize_element(&self.kind)?;
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (name, value, kind) = Deserialize::deserialize(deserializer)?;
        Ok(Self { name, value, kind })
    }
}

#[cfg(test)]
mod tests;
