//! Spots of contacts: whoever logs a station and ticks "spot it" tells the others where it is.
//!
//! The spot is the operator's own, at the frequency the station was heard on, with mode, report and references. The
//! log's comment stays in the log: it is a note to oneself. Only a contact of the last minutes is news: logs entered
//! later, or kept in a browser that was offline, are not spotted.

use std::net::IpAddr;

use jiff::SignedDuration;

use super::cluster::Cluster;
use super::event::Source;
use super::model::{Accepted, RawSpot, Sender};
use crate::ham::qso::Qso;
use crate::ham::spot::{References, SpotMode};
use crate::identity::Actor;
use crate::logbook::event::Contact;
use crate::logbook::spotting::{SpotOutcome, Spotted};

/// How old a contact may be.
const FRESH: SignedDuration = SignedDuration::from_mins(30);

/// Spots a contact that was just logged, as whoever logged it, from wherever.
pub(crate) fn spot(cluster: &Cluster, (actor, address): (&Actor, IpAddr), contact: &Contact) -> Spotted {
    let qso = &contact.record.qso;
    let heard = qso.end.unwrap_or(qso.start);
    if cluster.now().duration_since(heard) > FRESH {
        return Spotted::refused("only contacts of the last half hour are spotted");
    }
    // Where the station sends is where others listen.
    let Some(freq) = qso.freq_rx.or(qso.freq) else {
        return Spotted::refused("a spot needs the frequency, not the band alone");
    };
    let raw = RawSpot {
        comment: comment(qso).into(),
        mode: SpotMode::parse(mode(qso)),
        time: Some(heard),
        refs: references(qso),
        address: Some(address),
        ..RawSpot::of(qso.call.as_str(), freq)
    };
    let sender = Sender {
        actor,
        source: Source::Log,
        origin: "",
    };
    match cluster.accept(raw, &sender) {
        Ok(Accepted::New(spot)) => Spotted {
            outcome: SpotOutcome::Spotted,
            seq: Some(spot.seq),
            reason: None,
        },
        Ok(Accepted::Duplicate) => Spotted {
            outcome: SpotOutcome::Duplicate,
            seq: None,
            reason: Some("the same spot was sent just before".to_owned()),
        },
        Err(refused) => Spotted::refused(refused.to_string()),
    }
}

/// `CW 599 US-1234`: mode, the report given, references.
fn comment(qso: &Qso) -> String {
    let named = references(qso);
    let named = [&named.pota, &named.sota, &named.wwff, &named.iota];
    let named = named.into_iter().flatten().map(smol_str::SmolStr::as_str);
    let report = qso.rst_sent.as_deref().unwrap_or_default();
    [mode(qso), report]
        .into_iter()
        .chain(named)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn mode(qso: &Qso) -> &str {
    qso.mode.submode().unwrap_or_else(|| qso.mode.main())
}

/// Where the other station is; of several parks the first.
fn references(qso: &Qso) -> References {
    let Some(refs) = qso.refs.as_deref() else {
        return References::default();
    };
    References {
        iota: refs.iota.clone(),
        sota: refs.sota.clone(),
        wwff: refs.wwff.clone(),
        pota: refs.pota.first().cloned(),
        wwbota: None,
    }
}
