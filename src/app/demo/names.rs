//! Records under the demo's names: what members publish of their stations.

use jiff::SignedDuration;

use crate::app::services::{Services, StartError};
use crate::dns::error::Error;
use crate::dns::model::{Change, ChangeSet};
use crate::dns::name::Name;
use crate::dns::rr::{RecordType, RrSet, Ttl};
use crate::dns::{provision, rdata};
use crate::identity::{Actor, Service};

/// The domain of the members' names, and what their web pages are at; addresses are of documentation.
pub(crate) const SETTINGS: [(&str, &str); 3] = [
    ("dns.base_domain", "demo.example"),
    (
        "dns.nameservers",
        "ns1.demo.example=192.0.2.53 ns2.demo.example=198.51.100.53",
    ),
    ("dns.web_address", "192.0.2.80 2001:db8::80"),
];

/// Name, owner relative to it, type, data.
const RECORDS: [(&str, &str, RecordType, &str); 15] = [
    (
        "n0call",
        "@",
        RecordType::LOC,
        "41 42 45.000 N 72 43 45.000 W 25m 1m 10000m 10m",
    ),
    ("n0call", "@", RecordType::MX, "10 mail"),
    ("n0call", "@", RecordType::TXT, "\"v=spf1 mx -all\""),
    ("n0call", "mail", RecordType::A, "192.0.2.25"),
    ("n0call", "mail", RecordType::AAAA, "2001:db8::25"),
    ("n0call", "shack", RecordType::A, "198.51.100.17"),
    ("n0call", "rig", RecordType::CNAME, "shack"),
    ("n0call", "blog", RecordType::HTTPS, "1 . alpn=h2"),
    ("n0call", "12345.nodes", RecordType::A, "198.51.100.17"),
    (
        "n0call",
        "_iax._udp.12345.nodes",
        RecordType::SRV,
        "10 10 4569 12345.nodes",
    ),
    ("aa0dem", "@", RecordType::TXT, "\"Kim's remote station\""),
    ("aa0dem", "*", RecordType::A, "203.0.113.9"),
    ("kd0dem", "gateway", RecordType::A, "203.0.113.44"),
    (
        "kd0dem",
        "gateway",
        RecordType::TXT,
        "\"APRS gateway, two metres\"",
    ),
    ("wb0dem", "@", RecordType::HINFO, "\"IC-7300\" \"Hexbeam\""),
];

/// Publishes them, where there is a domain.
pub(super) async fn publish(services: &Services) -> Result<(), StartError> {
    let dns = &services.dns;
    provision::prepare(dns).await?;
    let Some(base) = &dns.settings.base else {
        return Ok(());
    };
    let origin = &base.zone.origin;
    for (label, owner, kind, text) in RECORDS {
        let wrong =
            |error: &dyn std::fmt::Display| StartError::Demo(format!("{owner}.{label} {kind}: {error}"));
        let top = origin.child(label.as_bytes()).map_err(|error| wrong(&error))?;
        let name = Name::parse(owner, &top).map_err(|error| wrong(&error))?;
        let datum = rdata::read(kind, text, &top).map_err(|error| wrong(&error))?;
        let set = ChangeSet::from(vec![Change::put(RrSet::single(name, kind, Ttl::DEFAULT, datum))]);
        let made = dns.apply(&Actor::Service(Service::Demo), &top, set).await;
        made.map_err(|error: Error| wrong(&error))?;
    }
    heartbeat(services, origin).await
}

/// A record as a station keeps alive that calls now and then; this one has called for the last time.
async fn heartbeat(services: &Services, origin: &Name) -> Result<(), StartError> {
    let wrong = |error: &dyn std::fmt::Display| StartError::Demo(format!("alive.n0call: {error}"));
    let top = origin.child(b"n0call").map_err(|error| wrong(&error))?;
    let name = top.child(b"alive").map_err(|error| wrong(&error))?;
    let datum = rdata::read(RecordType::A, "198.51.100.17", &top).map_err(|error| wrong(&error))?;
    let minute = Ttl::new(60).expect("a minute is short");
    let change = Change::Put {
        set: RrSet::single(name, RecordType::A, minute, datum),
        until: services.dns.now().checked_add(SignedDuration::from_hours(6)).ok(),
    };
    let set = ChangeSet::from(vec![change]);
    let made = services
        .dns
        .apply(&Actor::Service(Service::Demo), &top, set)
        .await;
    made.map(drop).map_err(|error: Error| wrong(&error))
}
