//! A name server's records on a data directory of a test's or bench's choice: durable commits, journal, serials, and the
//! zone that follows them, as in the program. No socket.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::bus::{Bus, BusConfig};
use crate::dns::error::Error;
use crate::dns::model::Change;
use crate::dns::name::Name;
use crate::dns::rr::{Rdata, RecordType, RrSet, Ttl};
use crate::dns::settings::{Settings, address, soa};
use crate::dns::{Dns, check};
use crate::env::{Clock, Entropy, Env, Mailer, Outbound};
use crate::identity::Actor;
use crate::store::{Store, StoreConfig};

const ORIGIN: &str = "bench.example.";
const GOOD: &str = "a scratch name server does what is asked of it";

/// Zones in a data directory.
pub struct ScratchZones {
    runtime: Runtime,
    dns: Dns,
    stop: CancellationToken,
}

impl ScratchZones {
    /// Opens the directory and reads its zones; how long that took.
    pub fn open(dir: &Path) -> (Self, Duration) {
        let runtime = Runtime::new().expect(GOOD);
        let clock = Clock::system();
        let bus = Bus::new(BusConfig::default(), clock.clone());
        let published = bus.clone();
        let store = Store::open(StoreConfig {
            registry: crate::app::registry(),
            on_commit: Box::new(move |events| published.publish(&events)),
            ..StoreConfig::new(dir)
        });
        let env = Env {
            mailer: Mailer::off(clock.clone()),
            entropy: Entropy::seeded(1),
            outbound: Outbound::new([]),
            clock,
        };
        let dns = Dns::new(store.expect(GOOD), &env, Settings::none());
        let stop = CancellationToken::new();
        let begun = Instant::now();
        let started = runtime.block_on(dns.live.start(&dns.store, &bus, stop.clone()));
        started.expect(GOOD);
        let taken = begun.elapsed();
        (Self { runtime, dns, stop }, taken)
    }

    /// Brings in a zone of so many names, each with an address.
    pub fn fill(&self, names: u32) {
        let (origin, server) = (origin(), name("ns.example.net."));
        let data = Rdata::new(server.wire()).expect(GOOD);
        let mut sets = vec![
            RrSet::single(
                origin.clone(),
                RecordType::SOA,
                Ttl::DEFAULT,
                soa(&server, &server, 1),
            ),
            RrSet::single(origin.clone(), RecordType::NS, Ttl::DEFAULT, data),
        ];
        sets.extend((0..names).map(|number| set(number, number)));
        let imported = self.dns.import_zone(&Actor::COMMAND_LINE, origin, sets);
        self.runtime.block_on(imported).expect(GOOD);
    }

    /// Gives a name another address; the serial that is answered afterwards.
    pub fn change(&self, number: u32, value: u32) -> u32 {
        self.runtime
            .block_on(change(&self.dns, number, value))
            .expect(GOOD)
    }

    /// Changes as many names at once, each by a task of its own.
    pub fn change_together(&self, tasks: u32, value: u32) {
        self.runtime.block_on(async {
            let tasks: Vec<_> = (0..tasks)
                .map(|number| {
                    let dns = self.dns.clone();
                    tokio::spawn(async move { change(&dns, number, value).await })
                })
                .collect();
            for task in tasks {
                task.await.expect(GOOD).expect(GOOD);
            }
        });
    }

    /// Changes names by so many writers until each has made so many changes: from sent to answered, and from committed
    /// to answered, of each change.
    pub fn waits(&self, writers: u32, each: u32) -> (Vec<Duration>, Vec<Duration>) {
        self.runtime.block_on(async {
            let writers: Vec<_> = (0..writers)
                .map(|writer| tokio::spawn(write(self.dns.clone(), writer * 1_000, each)))
                .collect();
            let (mut whole, mut visible) = (Vec::new(), Vec::new());
            for writer in writers {
                let (sent, committed) = writer.await.expect(GOOD);
                whole.extend(sent);
                visible.extend(committed);
            }
            (whole, visible)
        })
    }

    /// The address a name is answered with, its last three octets.
    pub fn answered(&self, number: u32) -> Option<u32> {
        let catalogue = self.dns.live.zones().snapshot();
        let set = catalogue
            .zone(&origin())?
            .get(&host(number), RecordType::A)?
            .clone();
        let octets: [u8; 4] = set.data().first()?.wire().try_into().ok()?;
        Some(u32::from_be_bytes(octets) & 0x00ff_ffff)
    }

    /// The serial that is answered; none without a zone.
    pub fn serial(&self) -> Option<u32> {
        let catalogue = self.dns.live.zones().snapshot();
        catalogue.zone(&origin()).map(|zone| zone.serial())
    }

    /// What is wrong with indexes, records and answers; nothing, one hopes.
    pub fn findings(&self) -> Vec<String> {
        let mut findings = self.dns.store.check().expect(GOOD).findings;
        findings.extend(check::compare(&self.dns, true).expect(GOOD).findings);
        findings
    }

    /// Whether serial `a` is later than `b`.
    pub fn is_later(a: u32, b: u32) -> bool {
        crate::dns::model::is_later(a, b)
    }

    /// Lets go of the directory.
    pub fn close(self) {
        self.stop.cancel();
        self.runtime.block_on(self.dns.store.close());
    }
}

async fn write(dns: Dns, from: u32, each: u32) -> (Vec<Duration>, Vec<Duration>) {
    let (mut whole, mut visible) = (Vec::new(), Vec::new());
    for number in 0..each {
        let sent = Instant::now();
        let (name, changes) = (
            origin(),
            vec![Change::put(set(from + number % 1_000, number + 7))],
        );
        let now = dns.now();
        let quotas = dns.settings.quotas;
        let written = dns.store.write(move |tx| {
            let terms = crate::dns::model::Terms { now, quotas: &quotas };
            crate::dns::write::apply(tx, &Actor::COMMAND_LINE, &name, &changes.into(), terms)
        });
        let applied = written.await.expect(GOOD);
        let committed = Instant::now();
        let reached = dns
            .live
            .reached(applied.zone, applied.version, Duration::from_secs(5));
        assert!(reached.await, "{GOOD}");
        visible.push(committed.elapsed());
        whole.push(sent.elapsed());
    }
    (whole, visible)
}

async fn change(dns: &Dns, number: u32, value: u32) -> Result<u32, Error> {
    let set = vec![Change::put(set(number, value))];
    let applied = dns.apply(&Actor::COMMAND_LINE, &origin(), set.into()).await?;
    Ok(applied.version.serial())
}

fn set(number: u32, value: u32) -> RrSet {
    let octets = (0x0a00_0000 | value & 0x00ff_ffff).to_be_bytes();
    let (kind, datum) = address(IpAddr::V4(Ipv4Addr::from(octets)));
    RrSet::single(host(number), kind, Ttl::DEFAULT, datum)
}

fn host(number: u32) -> Name {
    name(&format!("h{number}.{ORIGIN}"))
}

fn origin() -> Name {
    name(ORIGIN)
}

fn name(text: &str) -> Name {
    text.parse().expect(GOOD)
}
