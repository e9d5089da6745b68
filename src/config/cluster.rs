//! The keys of the telnet cluster: `cluster.*`.
//!
//! What is said of other nodes is read in `upstream`.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::error::Mistake;
use super::layers::{Source, Values};
use super::schema::{Key, key};
use super::upstream::{self, Link, Upstream};
use super::value::Kind;
use crate::ham::spot::Spotter;

/// The keys, in the order of the documentation.
pub(super) const KEYS: [Key; 11] = [
    key(
        "cluster.listen",
        Kind::MaybeListen,
        "127.0.0.1:7300",
        "Where logging programs reach the telnet cluster. Left as it is, a port that another program has is done without.",
    ),
    key(
        "cluster.call",
        Kind::Text,
        "",
        "The call of the cluster node, such as `K1ABC-2`. Unset: `admin.call` with `-2`.",
    ),
    key(
        "cluster.qth",
        Kind::Text,
        "",
        "Where the node is, as its greeting tells.",
    ),
    key(
        "cluster.motd",
        Kind::Text,
        "",
        "What the greeting says beside that. Lines that programs take for a question at sign-in are left out.",
    ),
    key(
        "cluster.connections",
        Kind::Number {
            least: 1,
            most: 100_000,
        },
        "1000",
        "Most telnet connections at once, a quarter of them from one network.",
    ),
    key(
        "cluster.proxy_protocol",
        Kind::Flag,
        "false",
        "Whether proxies of `web.trusted_proxies` pass telnet connections through and announce each client by the PROXY protocol. Then each of their connections must begin so; nobody else's may.",
    ),
    key(
        "cluster.upstreams",
        Kind::Upstreams,
        "",
        "Cluster nodes and skimmer feeds to take spots from: `host` (several, separated by blanks, are tried in turn, each with `:port` if it has its own), `port`, `login` (the call to sign in with), and if wanted `kind` (`plain`, `spider`, `ar`, `cc`, `rbn`), `password`, `commands` (a list), `name`, `digest` (of an `rbn` feed).",
    ),
    key(
        "cluster.link.host",
        Kind::Hosts,
        "",
        "A node to be linked with as a leaf (several addresses, separated by blanks, are tried in turn). Unset: no link. Members' spots go there with the address they came from.",
    ),
    key(
        "cluster.link.call",
        Kind::Text,
        "",
        "The node call that its sysop has entered for this station. Unset: `cluster.call`.",
    ),
    key(
        "cluster.link.peer",
        Kind::Text,
        "",
        "The call that node has to have. Unset: whatever it says.",
    ),
    key(
        "cluster.link.password",
        Kind::Secret,
        "",
        "Password, where that node asks for one.",
    ),
];

/// `cluster.*`
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    pub(crate) listen: Option<SocketAddr>,
    /// Whether somebody asked for that address: then not having it is a failure.
    pub(crate) listen_wanted: bool,
    /// The node's call.
    pub(crate) call: String,
    pub(crate) qth: Option<String>,
    pub(crate) motd: Option<String>,
    pub(crate) connections: usize,
    /// Proxies that announce each client by the PROXY protocol.
    pub(crate) proxies: Vec<IpNet>,
    pub(crate) upstreams: Vec<Upstream>,
    pub(crate) link: Option<Link>,
}

impl Cluster {
    /// Whether connections from there begin with a PROXY header.
    pub(crate) fn announces(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(&address))
    }
}

/// Reads the keys.
pub(super) fn cluster(values: &Values) -> Cluster {
    let admin = values.call("admin.call").map(|call| format!("{}-2", call.base()));
    let call = values
        .text("cluster.call")
        .and_then(|call| Spotter::parse(&call).ok())
        .map(|call| call.to_string())
        .or(admin)
        .unwrap_or_else(|| "N0CALL-2".to_owned());
    Cluster {
        listen: values.address("cluster.listen"),
        listen_wanted: values
            .source("cluster.listen")
            .is_some_and(|source| *source != Source::Default),
        link: upstream::link(values, &call),
        call,
        qth: values.text("cluster.qth"),
        motd: values.text("cluster.motd"),
        connections: values.count("cluster.connections"),
        proxies: if values.flag("cluster.proxy_protocol") {
            values.networks("web.trusted_proxies")
        } else {
            Vec::new()
        },
        upstreams: values.upstreams("cluster.upstreams"),
    }
}

/// Adds what cannot be meant.
pub(super) fn check(values: &Values, mistakes: &mut Vec<Mistake>) {
    if values.flag("cluster.proxy_protocol") && values.networks("web.trusted_proxies").is_empty() {
        mistakes.push(Mistake::Incomplete {
            given: "cluster.proxy_protocol",
            missing: "web.trusted_proxies",
        });
    }
    let call = values.text("cluster.call");
    if let Some((value, place)) = call
        .filter(|call| Spotter::parse(call).is_err())
        .zip(values.source("cluster.call"))
    {
        mistakes.push(Mistake::WrongValue {
            place: place.clone(),
            key: "cluster.call",
            value: format!("{value:?}"),
            expected: "a callsign such as K1ABC-2".to_owned(),
        });
    }
}
