//! The keys of other callbooks: under which names their interfaces are served here (`callbook.hosts`), and which of them
//! are asked (`sources.hamdb.*`, `sources.callook.*`, and the accounts of `sources.qrz.*` and `sources.hamqth.*`).

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::layers::Values;
use super::outside::{Callbook, callbook};
use super::schema::{Key, key};
use super::value::Kind;

/// The keys, in the order of the documentation.
pub(super) const KEYS: [Key; 5] = [
    key(
        "callbook.hosts",
        Kind::Natives,
        "",
        "Names under which programs reach the interfaces of other callbooks as they are used to, beside `/compat`. They must lead to this program.",
    ),
    key(
        "sources.hamdb.url",
        Kind::Service,
        "https://api.hamdb.org/",
        "Base address of HamDB.",
    ),
    key(
        "sources.hamdb.enabled",
        Kind::Flag,
        "false",
        "Whether members can ask HamDB for a call of the United States or Canada.",
    ),
    key(
        "sources.callook.url",
        Kind::Service,
        "https://callook.info/",
        "Base address of callook.info.",
    ),
    key(
        "sources.callook.enabled",
        Kind::Flag,
        "false",
        "Whether members can ask callook.info for a call of the United States.",
    ),
];

/// Services that have an interface here.
const SERVICES: [&str; 4] = ["hamdb", "callook", "hamqth", "qrz"];

/// A name and the interface that is served by it: `hamdb=api.hamdb.example.org`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NativeHost {
    /// The interface.
    pub(crate) service: &'static str,
    /// The name, in small letters.
    pub(crate) host: String,
}

impl FromStr for NativeHost {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (service, host) = text.trim().split_once('=').ok_or(())?;
        let service = SERVICES.iter().find(|known| **known == service.trim());
        let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        match service {
            Some(service) if !host.is_empty() && host.bytes().all(plain) => Ok(Self { service, host }),
            _ => Err(()),
        }
    }
}

impl fmt::Display for NativeHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.service, self.host)
    }
}

/// Reads a list of such names.
pub(super) fn natives(text: &str) -> Option<Vec<NativeHost>> {
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}

/// Other callbooks, as far as they are asked.
#[derive(Debug, Clone)]
pub(crate) struct Elsewhere {
    /// Names under which their interfaces are served here.
    pub(crate) hosts: Vec<NativeHost>,
    /// Where QRZ is, also for members' own accounts.
    pub(crate) qrz: Option<Url>,
    /// Where `HamQTH` is, likewise.
    pub(crate) hamqth: Option<Url>,
    /// The station's account at QRZ.
    pub(crate) qrz_account: Option<Callbook>,
    /// The station's account at `HamQTH`.
    pub(crate) hamqth_account: Option<Callbook>,
    /// `HamDB`, where it is asked.
    pub(crate) hamdb: Option<Url>,
    /// callook.info, where it is asked.
    pub(crate) callook: Option<Url>,
}

/// Reads the keys.
pub(super) fn elsewhere(values: &Values) -> Elsewhere {
    let enabled = |name: &str| {
        let url = values.url(&format!("sources.{name}.url"));
        url.filter(|_| values.flag(&format!("sources.{name}.enabled")))
    };
    Elsewhere {
        hosts: values.natives("callbook.hosts"),
        qrz: values.url("sources.qrz.url"),
        hamqth: values.url("sources.hamqth.url"),
        qrz_account: callbook(values, "qrz"),
        hamqth_account: callbook(values, "hamqth"),
        hamdb: enabled("hamdb"),
        callook: enabled("callook"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_no_service_is_refused() {
        assert_eq!(
            natives("hamdb=API.hamdb.example.org., qrz=xml.example.org")
                .unwrap()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            ["hamdb=api.hamdb.example.org", "qrz=xml.example.org"]
        );
        for text in [
            "hamdb",
            "hamdb=",
            "aprs=example.org",
            "qrz=a/b",
            "qrz=http://x",
            "=x.example",
        ] {
            assert!(natives(text).is_none(), "{text}");
        }
    }
}
