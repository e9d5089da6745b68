//! What a client asks for: hosts, and what becomes of each family of addresses. Read as tolerantly as routers write.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::dns::api::credential::Shown;
use crate::dns::name::Name;

/// Most hosts of a request.
const HOSTS: usize = 20;
/// Most addresses of a family.
const ADDRESSES: usize = 20;

/// A request, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// As they were written; empty where none was.
    hosts: Vec<String>,
    pub(super) v4: Family,
    pub(super) v6: Family,
    /// Something was given for an address that is none.
    pub(super) is_bad: bool,
}

/// What becomes of the addresses of a family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Family {
    /// Nothing was said of it.
    #[default]
    Unsaid,
    /// It stays as it is.
    Kept,
    /// There are none.
    Gone,
    /// These.
    Set(Vec<Given>),
}

/// An address as it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) address: IpAddr,
    /// Only so many bits of it are meant; the others stay as they are.
    pub(super) prefix: Option<u8>,
}

impl Wish {
    /// Reads a query; what it says of user and password goes where those of the header are, unless they are there.
    pub(super) fn read(query: &str, shown: &mut Shown) -> Self {
        let mut wish = Self::default();
        // Parameters that may hold both families, and those of one.
        let mut mixed = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "hostname" | "host" | "host_id" | "domain" => wish.add_hosts(value),
                "myip" | "ip" => mixed.push(value.to_owned()),
                "myipv4" | "ipv4" | "ip4" => wish.v4 = wish.family(value, IpAddr::is_ipv4),
                "myipv6" | "ipv6" | "ip6" => wish.v6 = wish.family(value, IpAddr::is_ipv6),
                "username" | "user" => {
                    shown.user.get_or_insert_with(|| value.to_owned());
                }
                "password" | "pass" | "token" => {
                    shown.secret.get_or_insert_with(|| value.to_owned());
                }
                _ => {}
            }
        }
        for value in mixed {
            wish.mixed(&value);
        }
        wish
    }

    /// The hosts, in their order: those of the request; else the user where it is a whole name; else the token's name.
    pub(super) fn hosts(&self, user: Option<&str>, own: &Name) -> Result<Vec<String>, &'static str> {
        if self.hosts.len() > HOSTS {
            return Err("numhost");
        }
        if !self.hosts.is_empty() {
            return Ok(self.hosts.clone());
        }
        let user = user
            .map(str::trim)
            .filter(|user| user.contains('.') && !user.contains('@'));
        Ok(vec![user.map_or_else(|| own.to_string(), ToOwned::to_owned)])
    }

    /// What becomes of both families for a client at this address: where no address is given it is the client's own.
    pub(super) fn families(&self, from: IpAddr) -> (Family, Family) {
        let (mut v4, mut v6) = (self.v4.clone(), self.v6.clone());
        let is_given = matches!(v4, Family::Set(_)) || matches!(v6, Family::Set(_));
        let own = if from.is_ipv4() { &mut v4 } else { &mut v6 };
        if !is_given && *own == Family::Unsaid {
            *own = Family::Set(vec![Given {
                address: from,
                prefix: None,
            }]);
        }
        (v4, v6)
    }

    fn add_hosts(&mut self, value: &str) {
        // Some clients say YES here for "as configured".
        if value.eq_ignore_ascii_case("yes") {
            return;
        }
        let hosts = value.split(',').map(str::trim).filter(|host| !host.is_empty());
        self.hosts.extend(hosts.map(ToOwned::to_owned));
    }

    /// `myip`: addresses of both families; empty is as if it were not there.
    fn mixed(&mut self, value: &str) {
        if value.eq_ignore_ascii_case("preserve") {
            self.v4 = self.v4.clone().or(Family::Kept);
            self.v6 = self.v6.clone().or(Family::Kept);
            return;
        }
        for part in parts(value) {
            match Given::read(part) {
                Some(given) => {
                    let family = if given.address.is_ipv4() {
                        &mut self.v4
                    } else {
                        &mut self.v6
                    };
                    family.add(given);
                }
                None => self.is_bad = true,
            }
        }
    }

    /// `myipv4`, `myipv6`: empty means that there are to be none.
    fn family(&mut self, value: &str, fits: fn(&IpAddr) -> bool) -> Family {
        if value.eq_ignore_ascii_case("preserve") {
            return Family::Kept;
        }
        if value.is_empty() {
            return Family::Gone;
        }
        let mut family = Family::Unsaid;
        for part in parts(value) {
            match Given::read(part).filter(|given| fits(&given.address)) {
                Some(given) => family.add(given),
                None => self.is_bad = true,
            }
        }
        family
    }
}

impl Family {
    fn add(&mut self, given: Given) {
        match self {
            Self::Set(all) => {
                if all.len() < ADDRESSES && !all.contains(&given) {
                    all.push(given);
                }
            }
            _ => *self = Self::Set(vec![given]),
        }
    }

    fn or(self, other: Self) -> Self {
        if self == Self::Unsaid { other } else { self }
    }
}

impl Given {
    /// `192.0.2.1`, `[2001:db8::1]`, `2001:db8:1::/48`.
    fn read(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.trim().parse().ok()?)),
            None => (text, None),
        };
        let address = address.trim().trim_start_matches('[').trim_end_matches(']');
        let address = address.parse::<IpAddr>().ok()?.to_canonical();
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let fits = prefix.is_none_or(|prefix| (1..=bits).contains(&prefix));
        let prefix = prefix.filter(|prefix| *prefix < bits);
        fits.then_some(Self { address, prefix })
    }

    /// The address with the bits behind the prefix of another one.
    pub(super) fn with_host_of(self, other: IpAddr) -> IpAddr {
        let Some(prefix) = self.prefix else {
            return self.address;
        };
        match (self.address, other) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX << (32 - u32::from(prefix));
                IpAddr::V4(Ipv4Addr::from_bits(
                    own.to_bits() & mask | other.to_bits() & !mask,
                ))
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX << (128 - u32::from(prefix));
                IpAddr::V6(Ipv6Addr::from_bits(
                    own.to_bits() & mask | other.to_bits() & !mask,
                ))
            }
            _ => self.address,
        }
    }
}

fn parts(value: &str) -> impl Iterator<Item = &str> {
    value
        .split([',', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}
