//! What the configuration says of the name server, as the domain needs it; and the records made from it.

use std::net::IpAddr;

use super::model::Quotas;
use super::name::{Name, NameError};
use super::rr::{Rdata, RecordType};
use super::write::NewZone;
use crate::config;

/// Seconds of the SOA record: refresh, retry, expire, and how long nobody asks again for what is not there.
const TIMES: [u32; 4] = [14_400, 3_600, 1_209_600, 300];

/// `dns.*`, understood.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The members' zone, where there is one.
    pub(crate) base: Option<BaseZone>,
    pub(crate) quotas: Quotas,
    /// Name servers of zones that are made.
    pub(crate) nameservers: Vec<Name>,
    /// The mailbox of zones that are made, as a name; `hostmaster` of each zone, where none is configured.
    pub(crate) hostmaster: Option<Name>,
    /// Others that serve the zones too, as they are written; only shown.
    pub(crate) secondaries: Vec<String>,
    /// Changes a minute of one caller.
    pub(crate) changes_per_minute: u32,
}

/// The members' zone.
#[derive(Debug, Clone)]
pub(crate) struct BaseZone {
    pub(crate) zone: NewZone,
    /// What `@` and `www` of a new name point to.
    pub(crate) web: Vec<IpAddr>,
}

/// Why `dns.*` cannot be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("{key}: {text:?}: {error}")]
    Name {
        key: &'static str,
        text: String,
        error: NameError,
    },
}

impl Settings {
    /// Reads what is configured.
    pub(crate) fn of(config: &config::Dns) -> Result<Self, SettingsError> {
        let nameservers: Result<Vec<_>, _> = config
            .nameservers
            .iter()
            .map(|server| name("dns.nameservers", &server.name))
            .collect();
        let nameservers = nameservers?;
        let hostmaster = config.hostmaster.as_deref();
        let hostmaster = hostmaster
            .map(|text| mailbox("dns.hostmaster", text))
            .transpose()?;
        let mut settings = Self {
            base: None,
            quotas: Quotas {
                sets_per_name: u64::from(config.sets_per_name),
                sets_per_zone: u64::from(config.sets_per_zone),
                records_per_set: config.records_per_set,
                ..Quotas::DEFAULT
            },
            nameservers,
            hostmaster,
            secondaries: config.secondaries.clone(),
            changes_per_minute: config.changes_per_minute,
        };
        if let Some(domain) = &config.base_domain {
            let mut zone = settings.new_zone(name("dns.base_domain", domain)?);
            for server in &config.nameservers {
                let own = name("dns.nameservers", &server.name)?;
                zone.glue
                    .extend(server.addresses.iter().map(|address| (own.clone(), *address)));
            }
            settings.base = Some(BaseZone {
                zone,
                web: config.web_address.clone(),
            });
        }
        Ok(settings)
    }

    /// Nothing configured.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) fn none() -> Self {
        Self {
            base: None,
            quotas: Quotas::DEFAULT,
            nameservers: Vec::new(),
            hostmaster: None,
            secondaries: Vec::new(),
            changes_per_minute: 30,
        }
    }

    /// A zone of this name with the configured name servers; `ns1` of its own, where none is configured.
    pub(crate) fn new_zone(&self, origin: Name) -> NewZone {
        let below = |label: &[u8]| origin.child(label).unwrap_or_else(|_| origin.clone());
        let nameservers = if self.nameservers.is_empty() {
            vec![below(b"ns1")]
        } else {
            self.nameservers.clone()
        };
        NewZone {
            hostmaster: self.hostmaster.clone().unwrap_or_else(|| below(b"hostmaster")),
            nameservers,
            glue: Vec::new(),
            origin,
        }
    }
}

/// An SOA record.
pub(crate) fn soa(primary: &Name, hostmaster: &Name, serial: u32) -> Rdata {
    let mut wire = Vec::with_capacity(primary.wire().len() + hostmaster.wire().len() + 20);
    wire.extend_from_slice(primary.wire());
    wire.extend_from_slice(hostmaster.wire());
    for number in std::iter::once(serial).chain(TIMES) {
        wire.extend_from_slice(&number.to_be_bytes());
    }
    Rdata::new(wire).expect("two names and twenty octets are short")
}

/// The record of an address.
pub(crate) fn address(address: IpAddr) -> (RecordType, Rdata) {
    let (kind, wire) = match address {
        IpAddr::V4(address) => (RecordType::A, address.octets().to_vec()),
        IpAddr::V6(address) => (RecordType::AAAA, address.octets().to_vec()),
    };
    (kind, Rdata::new(wire).expect("addresses are short"))
}

fn name(key: &'static str, text: &str) -> Result<Name, SettingsError> {
    text.parse().map_err(|error| SettingsError::Name {
        key,
        text: text.to_owned(),
        error,
    })
}

/// `hostmaster@club.example` or `hostmaster.club.example` as a name (RFC 1035 8).
fn mailbox(key: &'static str, text: &str) -> Result<Name, SettingsError> {
    let Some((local, domain)) = text.split_once('@') else {
        return name(key, text);
    };
    let placed = name(key, domain)?.child(local.as_bytes());
    placed.map_err(|error| SettingsError::Name {
        key,
        text: text.to_owned(),
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::write::serial_of;

    #[test]
    fn a_mailbox_is_a_name() {
        let read = |text| mailbox("dns.hostmaster", text).unwrap().to_string();
        assert_eq!(read("hostmaster@club.example"), "hostmaster.club.example.");
        assert_eq!(read("first.last@club.example"), "first\\.last.club.example.");
        assert_eq!(read("hostmaster.club.example."), "hostmaster.club.example.");
        assert!(mailbox("dns.hostmaster", "a..b").is_err());
    }

    #[test]
    fn the_serial_stands_where_it_is_looked_for() {
        let name: Name = "ns1.club.example.".parse().unwrap();
        assert_eq!(serial_of(&soa(&name, &name, 2_026_112_201)), Some(2_026_112_201));
    }
}
