//! A cluster for tests: a clock that is wound, a bus of its own, no store at all.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::cluster::{Cluster, Keeping, Parts};
use super::event::{Source, Spot};
use super::lotw::LotwUsers;
use super::model::{Accepted, RawSpot, Refused, Sender};
use crate::bus::{Bus, BusConfig};
use crate::env::Clock;
use crate::ham::freq::Hertz;
use crate::ham::spot::Spotter;
use crate::identity::{AccountId, Actor, Credential, Member, Role, Scope, Service};
use crate::logbook::Countries;
use crate::logbook::place::Table;

/// A cluster with what is around it.
pub(crate) struct World {
    pub(crate) cluster: Cluster,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
    pub(crate) feed: Actor,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::at("2026-11-21T12:00:00Z", Path::new("/nonexistent"))
    }

    pub(crate) fn at(now: &str, data_dir: &Path) -> Self {
        let clock = Clock::fake(now.parse::<Timestamp>().unwrap());
        let lotw = LotwUsers::default();
        lotw.load(data_dir);
        let bus = Bus::new(BusConfig::default(), clock.clone());
        let cluster = Cluster::new(Parts {
            bus: bus.clone(),
            clock: clock.clone(),
            countries: Countries::new(Arc::new(Table::embedded())),
            lotw,
            keeping: Keeping {
                age: Duration::from_hours(4),
                bytes: 96 << 20,
                snapshot: true,
            },
            data_dir: data_dir.into(),
        });
        Self {
            cluster,
            bus,
            clock,
            feed: Actor::Service(Service::DxFeed),
        }
    }

    /// Sends a spot as a feed does.
    pub(crate) fn send(&self, raw: RawSpot) -> Result<Accepted, Refused> {
        self.send_as(&self.feed, Source::Telnet, raw)
    }

    pub(crate) fn send_as(&self, actor: &Actor, source: Source, raw: RawSpot) -> Result<Accepted, Refused> {
        let from = Sender {
            actor,
            source,
            origin: "test",
        };
        self.cluster.accept(raw, &from)
    }

    /// Sends a spot that must be new.
    pub(crate) fn new_spot(&self, raw: RawSpot) -> Arc<Spot> {
        match self.send(raw) {
            Ok(Accepted::New(spot)) => spot,
            other => panic!("{other:?}"),
        }
    }
}

/// A spot in short: `raw("K1ABC", "JA1XYZ", 14_025_000, "CW")`; the spotter as telnet writes it.
pub(crate) fn raw(spotter: &str, call: &str, hertz: u64, comment: &str) -> RawSpot {
    RawSpot {
        spotter: Some(Spotter::parse(spotter).unwrap()),
        comment: comment.into(),
        ..RawSpot::of(call, Hertz::new(hertz))
    }
}

/// A member, by a session or by a key with scopes.
pub(crate) fn member(call: &str, role: Role, scopes: Option<&[Scope]>) -> Actor {
    Actor::Member(Member {
        account: AccountId(7),
        call: call.parse().unwrap(),
        role,
        scopes: scopes.map(|scopes| scopes.iter().copied().collect()),
        credential: match scopes {
            Some(_) => Credential::Key("aaaaaaaa".parse().unwrap()),
            None => Credential::Session {
                digest: [1; 32],
                confirmed: false,
                active: true,
            },
        },
        behind: None,
    })
}
