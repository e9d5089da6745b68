//! What the tests of this domain share: an open store, members, contacts by the short.

use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;

use super::error::Error;
use super::place::Table;
use super::rights::Opened;
use super::stored::StoredQso;
use super::tables::QSO;
use super::write::books::{self, NewBook, Person};
use super::write::merge::Incoming;
use super::{Countries, Logbook, check};
use crate::bus::{Bus, BusConfig};
use crate::env::{Clock, Entropy, Env, Mailer, Outbound};
use crate::ham::adif::{Reader, to_qso};
use crate::ham::callsign::Callsign;
use crate::identity::{AccountId, Actor, Credential, Member, Role, ScopeSet};
use crate::jobs::{Jobs, JobsBuilder};
use crate::store::{Direction, Rows, Span, Store, StoreConfig, StoreError, Write};

/// The present of all tests.
pub(crate) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

/// A data directory with an open store and the logbook of K6BP, account 1.
pub(crate) struct Fixture {
    pub(crate) logbook: Logbook,
    /// Gone when the test ends.
    _dir: TempDir,
    bus: Bus,
}

impl Fixture {
    pub(crate) async fn new() -> Fixture {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fake(now());
        let bus = Bus::new(BusConfig::default(), clock.clone());
        let publisher = bus.clone();
        let config = StoreConfig {
            on_commit: Box::new(move |events| publisher.publish(&events)),
            ..StoreConfig::new(dir.path())
        };
        let store = Store::open(config).unwrap();
        let env = Env {
            mailer: Mailer::off(clock.clone()),
            clock,
            entropy: Entropy::seeded(1),
            outbound: Outbound::new([]),
        };
        let logbook = Logbook::new(store, env, Countries::new(table()), dir.path());
        let fixture = Fixture {
            logbook,
            _dir: dir,
            bus,
        };
        fixture.book("K6BP", 1, false).await;
        fixture
    }

    /// Runs the jobs of this domain; the first sweep is due at once.
    pub(crate) async fn jobs(&self) -> Jobs {
        let (store, env) = (self.logbook.store.clone(), self.logbook.env.clone());
        let builder = JobsBuilder::new(store, env, self.bus.clone());
        let jobs = super::jobs::register(builder, &self.logbook, None, 0);
        jobs.start().await.unwrap()
    }

    /// Makes a logbook for an account of the same call.
    pub(crate) async fn book(&self, call: &str, account: u32, club: bool) -> Opened {
        let owner = person(call, account);
        let new = NewBook {
            call: owner.call.clone(),
            title: String::new(),
            club,
        };
        self.write(move |tx| books::create_for(tx, &super::KEEPER, &owner, new, now()))
            .await
            .unwrap()
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Write<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.logbook.store.write(f).await
    }

    pub(crate) fn read<T>(&self, f: impl FnOnce(&crate::store::Read) -> Result<T, Error>) -> T {
        self.logbook.store.read_now(f).unwrap()
    }

    /// Every stored contact.
    pub(crate) fn contacts(&self) -> Vec<((u32, u64), StoredQso)> {
        self.read(|r| {
            let rows = r.scan(QSO, Span::all(), Direction::Forward);
            Ok(rows.collect::<Result<_, StoreError>>()?)
        })
    }

    /// Fails if an index or a tally differs from the contacts.
    pub(crate) fn check(&self) {
        let differences = self.read(|r| Ok(check::qso_indexes_in(r)?));
        assert_eq!(differences, Vec::<String>::new());
    }
}

pub(crate) fn person(call: &str, account: u32) -> Person {
    Person {
        account: AccountId(account),
        call: Callsign::parse(call).unwrap(),
    }
}

/// An account that acts through an API key with all scopes.
pub(crate) fn actor(call: &str, account: u32) -> Actor {
    Actor::Member(Member {
        account: AccountId(account),
        call: Callsign::parse(call).unwrap().into(),
        role: Role::Member,
        scopes: Some(ScopeSet::FULL),
        credential: Credential::Key("aaaaaaaa".parse().unwrap()),
        behind: None,
    })
}

/// A contact from the fields of an ADIF record, without its `<EOR>`.
pub(crate) fn incoming(adif: &str) -> Incoming {
    let text = format!("{adif}<EOR>");
    let record = Reader::new(text.as_bytes())
        .find_map(|entry| entry.record)
        .unwrap();
    let (qso, _) = to_qso(&record, now()).unwrap();
    Incoming {
        place: table().place(&qso),
        qso,
    }
}

/// A contact of a call at a time of 2026-11-20, such as `0932`, on 20 m in CW.
pub(crate) fn contact(call: &str, time: &str) -> Incoming {
    let fields = [
        ("CALL", call),
        ("QSO_DATE", "20261120"),
        ("TIME_ON", time),
        ("BAND", "20m"),
        ("MODE", "CW"),
    ];
    incoming(&adif(&fields))
}

pub(crate) fn adif(fields: &[(&str, &str)]) -> String {
    fields
        .iter()
        .map(|(name, value)| format!("<{name}:{}>{value}", value.len()))
        .collect()
}

pub(crate) fn table() -> Arc<Table> {
    Arc::new(Table::embedded())
}
