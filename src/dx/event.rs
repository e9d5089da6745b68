//! A spot: somebody was heard at this frequency, as plain data.
//!
//! Below the bus in the layers (it stands in `Message`), so only `ham` and plain values. A spot never becomes an
//! event of the store: nothing of it is written there. What is derived (place, mode, flags) is settled when the spot
//! is accepted and does not change afterwards.

use jiff::Timestamp;
use smol_str::{SmolStr, format_smolstr};

use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::ham::dxcc::Continent;
use crate::ham::freq::Hertz;
use crate::ham::geo::LatLon;
use crate::ham::grid::Grid;
use crate::ham::spot::{ModeClass, Propagation, References, Split, SpotMode};

/// A spot with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_field_names, reason = "`self` alone is no name for a field")]
pub(crate) struct Spot {
    /// Its number among all messages of the bus.
    pub(crate) seq: u64,
    /// When the station was heard, to the second.
    pub(crate) time: Timestamp,
    /// Who was heard.
    pub(crate) call: Callsign,
    pub(crate) freq: Hertz,
    /// `None`: outside of every amateur band.
    pub(crate) band: Option<Band>,
    pub(crate) mode: Option<SpotMode>,
    /// What the mode was taken from.
    pub(crate) mode_by: Option<Evidence>,
    /// Who heard it: a callsign, for skimmers with their number (`KM3T-2`), without the `-#`.
    pub(crate) spotter: SmolStr,
    /// Whether a program heard it, not a person.
    pub(crate) skimmer: bool,
    /// What was said, at most 120 characters, without control characters.
    pub(crate) comment: SmolStr,
    /// Where the heard station is.
    pub(crate) place: Place,
    /// Where the spotter is.
    pub(crate) spotter_place: Place,
    pub(crate) grid: Option<Grid>,
    pub(crate) spotter_grid: Option<Grid>,
    /// By which way it came in.
    pub(crate) source: Source,
    /// The name of the feed, or of the member who sent it; may be empty.
    pub(crate) origin: SmolStr,
    /// Decibels.
    pub(crate) snr: Option<i8>,
    /// Words (Morse) or bits per second.
    pub(crate) wpm: Option<u8>,
    pub(crate) refs: References,
    /// Whether spotter and spotted are the same station.
    pub(crate) self_spot: bool,
    /// Days since the station last sent a log to Logbook of the World; `None`: not known there.
    pub(crate) lotw: Option<u16>,
    /// The call that was probably meant, where this one looks like a misread of it.
    pub(crate) busted_of: Option<Callsign>,
    /// How many different stations reported the call there within five minutes, this one included; not counted
    /// beyond a dozen.
    pub(crate) heard_by: u8,
    /// Where the station listens.
    pub(crate) split: Option<Split>,
    /// How the signal travelled.
    pub(crate) prop: Option<Propagation>,
}

/// Where a station is, as far as its call and grid tell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Place {
    /// ADIF entity number; `None`: in none, or not known.
    pub(crate) dxcc: Option<u16>,
    /// English name of the entity, empty without one.
    pub(crate) country: SmolStr,
    pub(crate) continent: Option<Continent>,
    pub(crate) cq_zone: Option<u8>,
    pub(crate) itu_zone: Option<u8>,
    /// Of the grid if one is known, else of the call area or entity.
    pub(crate) position: Option<LatLon>,
}

/// By which way a spot came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Source {
    /// A telnet session: one of our users, or a cluster or skimmer feed that we are a user of.
    Telnet,
    /// A link with another node.
    Node,
    /// XML-RPC, JSON-RPC and the other shapes of `push_spot`.
    Xmlrpc,
    /// The API.
    Rest,
    /// The form of the page.
    User,
    /// A contact logged with "spot it".
    Log,
    /// Parks on the Air.
    Pota,
    /// Summits on the Air.
    Sota,
    /// The simulated feed of the demo.
    Demo,
    /// World Wide Flora and Fauna.
    Wwff,
}

impl Source {
    pub(crate) const ALL: [Self; 10] = [
        Self::Telnet,
        Self::Node,
        Self::Xmlrpc,
        Self::Rest,
        Self::User,
        Self::Log,
        Self::Pota,
        Self::Sota,
        Self::Demo,
        Self::Wwff,
    ];

    /// As in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Telnet => "telnet",
            Self::Node => "node",
            Self::Xmlrpc => "xmlrpc",
            Self::Rest => "rest",
            Self::User => "user",
            Self::Log => "log",
            Self::Pota => "pota",
            Self::Sota => "sota",
            Self::Demo => "demo",
            Self::Wwff => "wwff",
        }
    }

    /// Reads the API's name in any case.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str().eq_ignore_ascii_case(text))
    }
}

/// What a mode was taken from, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Evidence {
    /// The spot says it.
    Stated,
    /// An earlier spot of the same station there.
    SameCall,
    /// The frequency is one that a digital mode meets on.
    Window,
    /// Other stations close by.
    Neighbours,
    /// The band plan.
    Plan,
}

impl Evidence {
    pub(crate) const ALL: [Self; 5] = [
        Self::Stated,
        Self::SameCall,
        Self::Window,
        Self::Neighbours,
        Self::Plan,
    ];

    /// As in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::SameCall => "same_call",
            Self::Window => "window",
            Self::Neighbours => "neighbours",
            Self::Plan => "plan",
        }
    }
}

impl Spot {
    /// The mode as in the API: `FT8`.
    pub(crate) fn mode_label(&self) -> Option<&'static str> {
        self.mode.map(SpotMode::label)
    }

    /// The class the mode counts in.
    pub(crate) fn class(&self) -> Option<ModeClass> {
        self.mode.map(SpotMode::class)
    }

    /// The spotter as cluster nodes write it: `KM3T-2-#` for skimmers.
    pub(crate) fn spotter_text(&self) -> SmolStr {
        if self.skimmer {
            format_smolstr!("{}-#", self.spotter)
        } else {
            self.spotter.clone()
        }
    }
}
