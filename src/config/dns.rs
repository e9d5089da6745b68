//! The keys of the name server: `dns.*`.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::error::Mistake;
use super::layers::{Source, Values};
use super::schema::{Key, key};
use super::value::Kind;

const SETS: Kind = Kind::Number {
    least: 1,
    most: 10_000_000,
};

/// The keys, in the order of the documentation.
pub(super) const KEYS: [Key; 18] = [
    key(
        "dns.listen",
        Kind::MaybeListen,
        "127.0.0.1:5300",
        "Where the name server answers, by UDP and TCP. Left as it is, a port that another program has is done without; `0.0.0.0:53` opens it to the world.",
    ),
    key(
        "dns.tls.listen",
        Kind::MaybeListen,
        "",
        "Where the name server answers by TLS, with the certificate of `web.tls`; usually port 853. Off when unset.",
    ),
    key(
        "dns.workers",
        Kind::Number { least: 0, most: 64 },
        "0",
        "Threads that answer by UDP. 0: half as many as there are processors.",
    ),
    key(
        "dns.rate",
        Kind::Number {
            least: 0,
            most: 1_000_000,
        },
        "200",
        "Most equal answers by UDP in a second to one network (a /24 or /56); what is over it is dropped, or sent on to TCP. 0: no limit.",
    ),
    key(
        "dns.unlimited",
        Kind::Networks,
        "",
        "Addresses or networks that `dns.rate` does not limit, beside this machine.",
    ),
    key(
        "dns.identity",
        Kind::Text,
        "",
        "What the server answers to `id.server` and `hostname.bind` and gives as NSID. Unset: nothing.",
    ),
    key(
        "dns.version",
        Kind::Flag,
        "false",
        "Whether the server tells its version to `version.server` and `version.bind`.",
    ),
    key(
        "dns.base_domain",
        Kind::Text,
        "",
        "The domain below which verified members get their callsign: `club.example` gives `k6bp.club.example`. Unset: nobody gets one.",
    ),
    key(
        "dns.nameservers",
        Kind::Text,
        "",
        "Names of the name servers, the primary first, as a list; with `=` and addresses where they are in the base domain: `ns1.club.example=192.0.2.53 ns2.example.net`. Unset: `ns1` in the base domain.",
    ),
    key(
        "dns.hostmaster",
        Kind::Text,
        "",
        "Mail address of whoever looks after the zones, for their SOA record. Unset: `hostmaster` in each zone.",
    ),
    key(
        "dns.web_address",
        Kind::Text,
        "",
        "Addresses that `@` and `www` of a new member's name point to, as a list. Unset: a name begins without records.",
    ),
    key(
        "dns.secondaries",
        Kind::Text,
        "",
        "Other name servers of the zones, as a list; shown to administrators.",
    ),
    key(
        "dns.sets_per_name",
        SETS,
        "500",
        "Most record sets (of one name and type) of a member's name and all below it.",
    ),
    key(
        "dns.sets_per_zone",
        SETS,
        "20000",
        "Most record sets of one of the administrators' zones; a zone from a file may have more.",
    ),
    key(
        "dns.records_per_set",
        Kind::Number {
            least: 1,
            most: 10_000,
        },
        "100",
        "Most records of one name and type.",
    ),
    key(
        "dns.changes_per_minute",
        Kind::Number {
            least: 1,
            most: 1_000_000,
        },
        "30",
        "Changes of records by one account, key or token in a minute, twice as many at once.",
    ),
    key(
        "dns.dyndns_plain",
        Kind::Flag,
        "false",
        "Whether routers that know no HTTPS may update addresses over plain HTTP beside it: their tokens then pass the network in clear.",
    ),
    key(
        "dns.dyndns_private",
        Kind::Flag,
        "false",
        "Whether routers may publish addresses that only a local network reaches, for servers within one.",
    ),
];

/// `dns.*`
#[derive(Debug, Clone)]
pub(crate) struct Dns {
    pub(crate) listen: Option<SocketAddr>,
    /// Whether somebody asked for that address: then not having it is a failure.
    pub(crate) listen_wanted: bool,
    pub(crate) tls_listen: Option<SocketAddr>,
    /// Threads for UDP; none is as many as fit the machine.
    pub(crate) workers: usize,
    /// Most equal answers a second to one network; 0 for no limit.
    pub(crate) rate: u32,
    /// Networks without that limit.
    pub(crate) unlimited: Vec<IpNet>,
    /// Which server it says it is.
    pub(crate) identity: Option<String>,
    /// Whether it tells its version.
    pub(crate) version: bool,
    /// A domain name of letters, digits and hyphens.
    pub(crate) base_domain: Option<String>,
    pub(crate) nameservers: Vec<NameServer>,
    pub(crate) hostmaster: Option<String>,
    pub(crate) web_address: Vec<IpAddr>,
    pub(crate) secondaries: Vec<String>,
    pub(crate) sets_per_name: u32,
    pub(crate) sets_per_zone: u32,
    pub(crate) records_per_set: usize,
    pub(crate) changes_per_minute: u32,
    pub(crate) dyndns: Dyndns,
}

/// `dns.dyndns_*`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dyndns {
    /// Whether addresses are updated over plain HTTP where there is HTTPS.
    pub(crate) plain: bool,
    /// Whether local addresses are taken from routers.
    pub(crate) private: bool,
}

/// A name server, with its addresses where they are to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameServer {
    pub(crate) name: String,
    pub(crate) addresses: Vec<IpAddr>,
}

/// Reads the keys.
pub(super) fn dns(values: &Values) -> Dns {
    let list = |key| parts(values.text(key).as_deref().unwrap_or_default());
    Dns {
        listen: values.address("dns.listen"),
        listen_wanted: values
            .source("dns.listen")
            .is_some_and(|source| *source != Source::Default),
        tls_listen: values.address("dns.tls.listen"),
        workers: values.count("dns.workers"),
        rate: values.small("dns.rate"),
        unlimited: values.networks("dns.unlimited"),
        identity: values.text("dns.identity"),
        version: values.flag("dns.version"),
        base_domain: values.text("dns.base_domain"),
        nameservers: list("dns.nameservers")
            .iter()
            .filter_map(|part| server(part))
            .collect(),
        hostmaster: values.text("dns.hostmaster"),
        web_address: list("dns.web_address")
            .iter()
            .filter_map(|part| part.parse().ok())
            .collect(),
        secondaries: list("dns.secondaries"),
        sets_per_name: values.small("dns.sets_per_name"),
        sets_per_zone: values.small("dns.sets_per_zone"),
        records_per_set: values.count("dns.records_per_set"),
        changes_per_minute: values.small("dns.changes_per_minute"),
        dyndns: Dyndns {
            plain: values.flag("dns.dyndns_plain"),
            private: values.flag("dns.dyndns_private"),
        },
    }
}

/// Adds what cannot be meant.
pub(super) fn check(values: &Values, mistakes: &mut Vec<Mistake>) {
    if values.address("dns.tls.listen").is_some() && values.address("web.tls.listen").is_none() {
        mistakes.push(Mistake::Incomplete {
            given: "dns.tls.listen",
            missing: "web.tls.listen",
        });
    }
    let mut look = |key: &'static str, expected: &str, is_good: fn(&str) -> bool| {
        let Some((text, place)) = values.text(key).zip(values.source(key)) else {
            return;
        };
        if let Some(bad) = parts(&text).iter().find(|part| !is_good(part)) {
            mistakes.push(Mistake::WrongValue {
                place: place.clone(),
                key,
                value: format!("{bad:?}"),
                expected: expected.to_owned(),
            });
        }
    };
    look("dns.base_domain", "a domain such as club.example", |text| {
        is_domain(text, 2)
    });
    look(
        "dns.nameservers",
        "names such as ns1.club.example=192.0.2.53, as a list",
        |text| server(text).is_some(),
    );
    look(
        "dns.hostmaster",
        "a mail address such as hostmaster@club.example",
        |text| {
            let (local, domain) = text.split_once('@').unwrap_or(("hostmaster", text));
            (1..=63).contains(&local.len()) && is_domain(domain, 2)
        },
    );
    look(
        "dns.web_address",
        "addresses such as 192.0.2.80 or 2001:db8::80, as a list",
        |text| text.parse::<IpAddr>().is_ok(),
    );
}

fn parts(text: &str) -> Vec<String> {
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn server(text: &str) -> Option<NameServer> {
    let (name, addresses) = text.split_once('=').unwrap_or((text, ""));
    let addresses = addresses.split('+').filter(|part| !part.is_empty());
    Some(NameServer {
        name: is_domain(name, 2).then(|| name.to_owned())?,
        addresses: addresses.map(str::parse).collect::<Result<_, _>>().ok()?,
    })
}

fn is_domain(text: &str, labels: usize) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').count() >= labels && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_server_comes_with_its_addresses() {
        let read = server("ns1.club.example=192.0.2.53+2001:db8::53").unwrap();
        assert_eq!(read.addresses.len(), 2);
        assert_eq!(server("ns2.example.net").unwrap().addresses, Vec::<IpAddr>::new());
        for bad in ["ns1", "ns1.club.example=1.2.3", "-a.example", "a..b", ""] {
            assert_eq!(server(bad), None, "{bad}");
        }
    }
}
