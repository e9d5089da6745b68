//! Spots that our own users made, for whoever passes them on to other nodes.
//!
//! Only what a signed-in member spotted under his own call counts, and only where it is known from which address:
//! the network of nodes takes no spot without one.

use std::net::IpAddr;
use std::sync::Arc;

use super::event::{Source, Spot};
use super::model::Sender;
use crate::ham::callsign::Callsign;

/// Spots that wait for a link at most.
pub(super) const WAITING: usize = 256;

/// A spot of one of our users, with where he is.
#[derive(Debug, Clone)]
pub(crate) struct OwnSpot {
    pub(crate) spot: Arc<Spot>,
    pub(crate) address: IpAddr,
}

impl OwnSpot {
    /// The spot, if it is a user's own.
    pub(super) fn of(spot: &Arc<Spot>, from: &Sender<'_>, address: Option<IpAddr>) -> Option<Self> {
        let member = from.actor.member().ok()?;
        let spotter = Callsign::parse(&spot.spotter).ok()?;
        let is_his = member.call.call().is_some_and(|own| own.base() == spotter.base());
        let by_a_person = !spot.skimmer && !matches!(spot.source, Source::Node | Source::Demo);
        (is_his && by_a_person).then_some(())?;
        Some(Self {
            spot: Arc::clone(spot),
            address: address?,
        })
    }
}
