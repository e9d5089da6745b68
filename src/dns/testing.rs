//! A name server for tests: a store of its own, a clock that is wound, zones that follow each commit.

use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::model::{Applied, Change, Quotas, ZoneId};
use super::name::Name;
use super::provision;
use super::rr::{RecordType, RrSet, Ttl};
use super::service::Dns;
use super::settings::{BaseZone, Settings, address};
use super::write::NewZone;
use super::{CHECKS, rdata, tables};
use crate::bus::{Bus, BusConfig};
use crate::env::{Clock, Entropy};
use crate::identity::write::{NewAccount, Standing, add_account, set_standing};
use crate::identity::{self, AccountId, Actor, Credential, Member, Role, Scope, ScopeSet};
use crate::store::{Registry, Store, StoreConfig};

/// When tests begin.
pub(crate) const BEGIN: &str = "2026-11-22T12:00:00Z";
/// The command line, which governs names.
pub(crate) const LINE: Actor = Actor::COMMAND_LINE;

/// A running name server.
pub(crate) struct World {
    pub(crate) dns: Dns,
    pub(crate) clock: Clock,
    stop: CancellationToken,
    dir: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Quotas::DEFAULT).await
    }

    pub(crate) async fn with(quotas: Quotas) -> Self {
        Self::at(tempfile::tempdir().unwrap(), BEGIN.parse().unwrap(), quotas).await
    }

    async fn at(dir: TempDir, begin: Timestamp, quotas: Quotas) -> Self {
        let clock = Clock::fake(begin);
        let bus = Bus::new(BusConfig::default(), clock.clone());
        let published = bus.clone();
        let mut all = tables();
        all.extend(identity::tables());
        let store = Store::open(StoreConfig {
            registry: Registry {
                tables: all,
                index_checks: CHECKS.to_vec(),
                ..Registry::default()
            },
            on_commit: Box::new(move |events| published.publish(&events)),
            ..StoreConfig::new(dir.path())
        });
        let settings = Settings {
            base: Some(BaseZone {
                zone: NewZone {
                    origin: name("club.example."),
                    nameservers: vec![name("ns1.club.example."), name("ns2.example.net.")],
                    hostmaster: name("hostmaster.club.example."),
                    glue: vec![(name("ns1.club.example."), IpAddr::V4(Ipv4Addr::LOCALHOST))],
                },
                web: vec!["192.0.2.80".parse().unwrap(), "2001:db8::80".parse().unwrap()],
            }),
            quotas,
            nameservers: vec![name("ns1.club.example.")],
            ..Settings::none()
        };
        let dns = Dns::with(store.unwrap(), (clock.clone(), Entropy::seeded(1)), settings);
        let stop = CancellationToken::new();
        provision::prepare(&dns).await.unwrap();
        dns.live.start(&dns.store, &bus, stop.clone()).await.unwrap();
        Self {
            dns,
            clock,
            stop,
            dir,
        }
    }

    /// The same data after the program has ended and begun again.
    pub(crate) async fn restarted(self) -> Self {
        let now = self.clock.now();
        self.stop.cancel();
        self.dns.store.close().await;
        let (quotas, dir) = (self.dns.settings.quotas, self.dir);
        Self::at(dir, now, quotas).await
    }

    /// A member whose call is proven, with the name that follows from it.
    pub(crate) async fn member(&self, call: &str) -> Actor {
        let id = self.account(call, true).await;
        provision::settle(&self.dns).await.unwrap();
        session(id, call)
    }

    /// An account, noted to be looked at.
    pub(crate) async fn account(&self, call: &str, verified: bool) -> AccountId {
        let (call, now) = (call.to_owned(), self.dns.now());
        let made = self.dns.store.write(move |tx| {
            let new = NewAccount {
                verified,
                ..NewAccount::of(call.parse().unwrap())
            };
            let id = add_account(tx, &LINE, &new, now)?;
            super::write::note_account(tx, id)?;
            Ok::<_, identity::Error>(id)
        });
        made.await.unwrap()
    }

    /// Locks an account or lets it in, and has its names follow.
    pub(crate) async fn lock(&self, id: AccountId, disabled: bool) {
        let now = self.dns.now();
        let standing = Standing {
            disabled: Some(disabled),
            ..Standing::default()
        };
        let done = self.dns.store.write(move |tx| {
            set_standing(tx, &LINE, id, standing, now)?;
            Ok::<_, identity::Error>(super::write::note_account(tx, id)?)
        });
        done.await.unwrap();
        provision::settle(&self.dns).await.unwrap();
    }

    /// Changes records below a name.
    pub(crate) async fn apply(
        &self,
        actor: &Actor,
        top: &str,
        changes: Vec<Change>,
    ) -> Result<Applied, Error> {
        self.dns.apply(actor, &name(top), changes.into()).await
    }

    /// The data of a set as it is answered, as text.
    pub(crate) fn answered(&self, at: &str, kind: RecordType) -> Vec<String> {
        let catalogue = self.dns.live.zones().snapshot();
        let at = name(at);
        let zone = catalogue.zones().find(|zone| at.is_at_or_below(zone.origin()));
        let set = zone.and_then(|zone| zone.get(&at, kind));
        set.map(|set| set.data().iter().map(|datum| rdata::write(kind, datum)).collect())
            .unwrap_or_default()
    }

    /// The serial that is answered for the members' zone.
    pub(crate) fn serial(&self) -> u32 {
        let catalogue = self.dns.live.zones().snapshot();
        catalogue.zone(&name("club.example.")).unwrap().serial()
    }

    /// The members' zone.
    pub(crate) fn base(&self) -> ZoneId {
        let base = self.dns.store.read_now(super::grants::base).unwrap();
        base.unwrap().0
    }

    /// Fails unless all indexes are as their records, and all answers too.
    pub(crate) fn assert_sound(&self) {
        assert_eq!(self.dns.store.check().unwrap().findings, Vec::<String>::new());
        let compared = super::check::compare(&self.dns, true).unwrap();
        assert_eq!(compared.findings, Vec::<String>::new());
    }
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// Somebody at a browser.
pub(crate) fn session(account: AccountId, call: &str) -> Actor {
    Actor::Member(Member {
        account,
        call: call.parse().unwrap(),
        role: Role::Member,
        scopes: None,
        credential: Credential::Session {
            digest: [0; 32],
            confirmed: false,
            active: true,
        },
        behind: None,
    })
}

/// The same with an API key of this scope.
pub(crate) fn with_key(actor: &Actor, scope: Scope) -> Actor {
    Actor::Member(Member {
        scopes: Some([scope].into_iter().collect::<ScopeSet>()),
        credential: Credential::Key("aaaaaaaa".parse().unwrap()),
        ..actor.member().unwrap().clone()
    })
}

/// A set with one address.
pub(crate) fn a(at: &str, ip: [u8; 4]) -> Change {
    let (kind, datum) = address(ip.into());
    Change::put(RrSet::single(name(at), kind, Ttl::DEFAULT, datum))
}

/// A set of this text.
pub(crate) fn put(at: &str, kind: RecordType, text: &str) -> Change {
    let datum = rdata::read(kind, text, &name(at)).unwrap();
    Change::put(RrSet::single(name(at), kind, Ttl::DEFAULT, datum))
}

/// One more text record, for as long as it says.
pub(crate) fn add_txt(at: &str, text: &str, until: Option<Timestamp>) -> Change {
    Change::Add {
        name: name(at),
        kind: RecordType::TXT,
        ttl: Ttl::new(60).unwrap(),
        datum: rdata::read(RecordType::TXT, &format!("\"{text}\""), &name(at)).unwrap(),
        until,
    }
}

/// One text record less.
pub(crate) fn take_txt(at: &str, text: &str) -> Change {
    Change::Take {
        name: name(at),
        kind: RecordType::TXT,
        datum: rdata::read(RecordType::TXT, &format!("\"{text}\""), &name(at)).unwrap(),
    }
}

pub(crate) fn gone(at: &str, kind: RecordType) -> Change {
    Change::Remove { name: name(at), kind }
}
