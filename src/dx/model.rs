//! What comes in, before it is understood, and what is answered to whoever sent it.
//!
//! Every way in makes a [`RawSpot`] of its own words and hands it to [`Cluster::accept`](super::Cluster::accept) with a
//! [`Sender`]; rights, limits, validation and everything that is derived are decided there, once, for all of them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use smol_str::SmolStr;

use super::event::{Source, Spot};
use crate::ham::freq::Hertz;
use crate::ham::grid::Grid;
use crate::ham::spot::{References, SpotMode, Spotter};
use crate::identity::{Actor, Denied};

/// A spot as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RawSpot {
    /// The spotted call, as written.
    pub(crate) call: SmolStr,
    pub(crate) freq: Hertz,
    /// Who heard it; `None`: whoever sends it.
    pub(crate) spotter: Option<Spotter>,
    pub(crate) comment: SmolStr,
    /// The mode, where a field of its own names it.
    pub(crate) mode: Option<SpotMode>,
    /// `None`: now.
    pub(crate) time: Option<Timestamp>,
    pub(crate) grid: Option<Grid>,
    pub(crate) spotter_grid: Option<Grid>,
    /// Decibels; `None`: what the comment says.
    pub(crate) snr: Option<i8>,
    /// Words a minute or baud; `None`: what the comment says.
    pub(crate) wpm: Option<u8>,
    /// References, where fields of their own name them.
    pub(crate) refs: References,
    /// From where a member sent it, for the network of nodes, which takes no spot without; not kept.
    pub(crate) address: Option<IpAddr>,
}

impl RawSpot {
    /// A spot of which nothing is said but who was heard where.
    pub(crate) fn of(call: impl Into<SmolStr>, freq: Hertz) -> Self {
        Self {
            call: call.into(),
            freq,
            spotter: None,
            comment: SmolStr::default(),
            mode: None,
            time: None,
            grid: None,
            spotter_grid: None,
            snr: None,
            wpm: None,
            refs: References::default(),
            address: None,
        }
    }
}

/// Whoever sends a spot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender<'a> {
    pub(crate) actor: &'a Actor,
    /// By which way.
    pub(crate) source: Source,
    /// The feed's name; for members empty.
    pub(crate) origin: &'a str,
}

/// What became of a spot.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Accepted {
    /// It has a number, and everybody is told.
    New(Arc<Spot>),
    /// It has been said before.
    Duplicate,
}

/// Why a spot was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("{0:?} is no callsign that could be on the air")]
    Call(SmolStr),
    #[error("the frequency must lie between 30 kHz and 300 GHz")]
    Frequency,
    #[error("the spotter is missing")]
    NoSpotter,
    #[error("only feeds spot for others; leave the spotter out, or make it your own call")]
    NotYours,
    #[error("the time is too long ago, or in the future")]
    Time,
    #[error("no entity is known for the call, and machines mishear")]
    NoEntity,
    #[error("too many spots; wait {} s", .0.as_secs().max(1))]
    TooMany(Duration),
}

impl Refused {
    /// The field that is wrong, as the API names it; `None` where it is not the spot that is wrong.
    pub(crate) fn field(&self) -> Option<&'static str> {
        match self {
            Self::Call(_) | Self::NoEntity => Some("call"),
            Self::Frequency => Some("freq_hz"),
            Self::NoSpotter | Self::NotYours => Some("spotter"),
            Self::Time => Some("time"),
            Self::Denied(_) | Self::TooMany(_) => None,
        }
    }
}
