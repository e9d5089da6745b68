//! Who is at the other end of a connection.
//!
//! `X-Forwarded-For` and `X-Forwarded-Proto` count only when the connection comes from a configured proxy.
//! The list is read from its end: the first address that is no proxy of ours is the client, and whatever
//! stands before it is the client's own invention.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The client of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer {
    /// Its address.
    pub(crate) address: IpAddr,
    /// Whether the client's own connection is encrypted.
    pub(crate) https: bool,
    /// Whether a proxy, ours or not, stands between.
    pub(crate) proxied: bool,
}

/// A connection to one of our listeners.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Direct {
    /// From where.
    pub(crate) address: SocketAddr,
    /// Whether by TLS.
    pub(crate) tls: bool,
    /// Whether a proxy passes it through: what it says in headers is then its client's own invention, unless that
    /// client is a proxy of ours as well.
    pub(crate) passed_on: PassedOn,
}

/// Whether and how a proxy passes a connection through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PassedOn {
    /// Nobody does.
    No,
    /// For a client, whose address is the connection's.
    For,
    /// For nobody, as far as the proxy tells: the address is the proxy's own.
    ForNobody,
}

impl Direct {
    /// Whether its headers say for whom it asks.
    pub(super) fn may_forward(&self, trusted: &[IpNet]) -> bool {
        let address = self.address.ip().to_canonical();
        self.passed_on != PassedOn::ForNobody && trusted.iter().any(|network| network.contains(&address))
    }
}

impl Peer {
    /// The client behind a connection that sent these headers.
    pub(crate) fn find(from: Direct, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let direct = from.address.ip().to_canonical();
        let proxied = from.passed_on != PassedOn::No
            || headers.contains_key("x-forwarded-for")
            || headers.contains_key("forwarded");
        let trusts = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
        if !from.may_forward(trusted) {
            return Self {
                address: direct,
                https: from.tls,
                proxied,
            };
        }
        let mut address = direct;
        for text in forwarded_for(headers).into_iter().rev() {
            let Some(before) = read_address(text) else { break };
            address = before;
            if !trusts(before) {
                break;
            }
        }
        let scheme = headers
            .get("x-forwarded-proto")
            .and_then(|value| value.to_str().ok());
        // What a proxy says of its client's connection; one that says nothing passes its own on.
        let https = scheme.map_or(from.tls, |text| last(text).eq_ignore_ascii_case("https"));
        Self {
            address,
            https,
            proxied,
        }
    }

    /// Somebody on this machine, for requests that did not come through a listener.
    pub(crate) const LOCAL: Self = Self {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        https: false,
        proxied: false,
    };

    /// Whether the request comes from this machine itself, not through a proxy on it.
    pub(crate) fn is_local(&self) -> bool {
        self.address.is_loopback() && !self.proxied
    }
}

/// The network that strangers are counted by: an IPv4 address, or an IPv6 /56.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network(IpAddr);

impl Network {
    /// The network of an address; IPv4 written as IPv6 counts as IPv4.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let mask = u128::MAX << (128 - 56);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }

    /// The network with its neighbours: an IPv4 /24, where one customer often has several addresses.
    pub(crate) fn with_neighbours(self) -> Self {
        Self(match self.0 {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8))),
            v6 @ IpAddr::V6(_) => v6,
        })
    }
}

/// Told of the first neighbour that forwards for others without being trusted to: then everybody behind it counts as
/// one client, and nobody would notice.
#[derive(Clone)]
pub(crate) struct Strangers {
    first: Arc<OnceLock<IpAddr>>,
    tell: Arc<dyn Fn(IpAddr) + Send + Sync>,
}

impl Strangers {
    /// Calls `tell` once, with the first such neighbour.
    pub(crate) fn told_to(tell: impl Fn(IpAddr) + Send + Sync + 'static) -> Self {
        Self {
            first: Arc::default(),
            tell: Arc::new(tell),
        }
    }

    /// Hears of a neighbour that announces a client and is not listened to.
    pub(super) fn announces(&self, direct: SocketAddr, trusted: &[IpNet]) {
        let direct = direct.ip().to_canonical();
        let is_trusted = trusted.iter().any(|network| network.contains(&direct));
        if !is_trusted && is_next_door(direct) && self.first.set(direct).is_ok() {
            (self.tell)(direct);
        }
    }

    /// Looks at a request. From the open internet anybody may make the header up; a proxy that was forgotten in the
    /// configuration is next door.
    pub(super) fn look(&self, direct: SocketAddr, headers: &HeaderMap, trusted: &[IpNet]) {
        if self.first.get().is_some() || !headers.contains_key("x-forwarded-for") {
            return;
        }
        self.announces(direct, trusted);
    }
}

/// Whether an address is of this machine or of a private network.
fn is_next_door(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

fn forwarded_for(headers: &HeaderMap) -> Vec<&str> {
    let values = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).collect()
}

fn last(list: &str) -> &str {
    list.rsplit(',').next().unwrap_or_default().trim()
}

/// An address as proxies write it: bare, with port, or bracketed.
fn read_address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare
        .parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}
