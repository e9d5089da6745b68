//! Kinds of values and how their text is read: sizes such as `50MiB`, times such as `30s`, networks.
//!
//! TOML numbers and booleans are turned into text before they come here, so file, environment and flags
//! mean the same by the same words.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use url::Url;
use zeroize::Zeroizing;

use super::elsewhere::{self, NativeHost};
use super::upstream::{self, Host, Upstream};
use crate::ham::callsign::Callsign;

/// What values a key takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Secret,
    PasswordHash,
    Call,
    Flag,
    Url,
    /// The base address of an outside service: always set, ends in a slash so that names hang under it.
    Service,
    /// The address of one document: always set.
    Directory,
    Listen,
    /// As [`Kind::Listen`], but may be off.
    MaybeListen,
    Networks,
    /// Addresses of servers, with the port of those that name none.
    Servers(u16),
    /// Cluster nodes to take spots from.
    Upstreams,
    /// Where a cluster node is.
    Hosts,
    /// Names under which interfaces of other callbooks are served.
    Natives,
    Choice(&'static [&'static str]),
    Number {
        least: u64,
        most: u64,
    },
    /// Bytes.
    Size {
        least: u64,
        most: u64,
    },
    /// Bounds in seconds.
    Duration {
        least: u64,
        most: u64,
    },
}

/// A value that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Unset,
    Text(String),
    Secret(Secret),
    Call(Callsign),
    Flag(bool),
    Url(Url),
    Listen(SocketAddr),
    Networks(Vec<IpNet>),
    Servers(Vec<SocketAddr>),
    Upstreams(Vec<Upstream>),
    Hosts(Vec<Host>),
    Natives(Vec<NativeHost>),
    Number(u64),
    Size(u64),
    Duration(Duration),
}

/// A text that is never printed and is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps a text secret.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Kind {
    fn may_be_unset(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Secret
                | Self::PasswordHash
                | Self::Call
                | Self::Url
                | Self::MaybeListen
                | Self::Networks
                | Self::Servers(_)
                | Self::Upstreams
                | Self::Hosts
                | Self::Natives
        )
    }

    /// Reads a value; `None` when the text is none of this kind.
    pub(super) fn read(self, text: &str) -> Option<Value> {
        let text = text.trim();
        if text.is_empty() {
            return self.may_be_unset().then_some(Value::Unset);
        }
        Some(match self {
            Self::Text => Value::Text(text.to_owned()),
            Self::Secret => Value::Secret(Secret::new(text)),
            Self::PasswordHash => {
                let known = text.starts_with("$pbkdf2-sha512$") || text.starts_with("$argon2id$");
                Value::Secret(known.then(|| Secret::new(text))?)
            }
            Self::Call => Value::Call(Callsign::parse(text).ok()?),
            Self::Flag => Value::Flag(flag(text)?),
            Self::Url | Self::Directory => Value::Url(web_address(text)?),
            Self::Service => Value::Url(folder(web_address(text)?)),
            Self::MaybeListen if text.eq_ignore_ascii_case("off") => Value::Unset,
            Self::Listen | Self::MaybeListen => Value::Listen(listen(text)?),
            Self::Networks => Value::Networks(
                text.split([',', ' '])
                    .filter(|part| !part.is_empty())
                    .map(network)
                    .collect::<Option<_>>()?,
            ),
            Self::Servers(port) => Value::Servers(
                text.split([',', ' '])
                    .filter(|part| !part.is_empty())
                    .map(|part| server(part, port))
                    .collect::<Option<_>>()?,
            ),
            Self::Upstreams => Value::Upstreams(upstream::upstreams(text)?),
            Self::Hosts => Value::Hosts(upstream::hosts(text)?),
            Self::Natives => Value::Natives(elsewhere::natives(text)?),
            Self::Choice(choices) => {
                Value::Text((*choices.iter().find(|choice| **choice == text)?).to_owned())
            }
            Self::Number { least, most } => Value::Number(within(number(text)?, least, most)?),
            Self::Size { least, most } => Value::Size(within(size(text)?, least, most)?),
            Self::Duration { least, most } => {
                Value::Duration(Duration::from_secs(within(seconds(text)?, least, most)?))
            }
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text | Self::Secret => f.write_str("a text"),
            Self::PasswordHash => f.write_str("a hash as `shackbox hash-password` prints it"),
            Self::Call => f.write_str("a callsign"),
            Self::Flag => f.write_str("true or false"),
            Self::Url | Self::Service | Self::Directory => {
                f.write_str("an address that starts with http:// or https://")
            }
            Self::Listen => f.write_str("an address with port such as 127.0.0.1:8073"),
            Self::MaybeListen => f.write_str("an address with port such as 0.0.0.0:8443, or off"),
            Self::Networks => f.write_str("addresses or networks such as 192.0.2.1 or 10.0.0.0/8, as a list"),
            Self::Servers(port) => {
                write!(f, "addresses such as 192.0.2.53 or 127.0.0.1:{port}, as a list")
            }
            Self::Upstreams => f.write_str("a list of { host, port, login, commands }"),
            Self::Hosts => f.write_str("a host such as node.example:7300"),
            Self::Natives => f.write_str(
                "a list of hamdb, callook, hamqth or qrz with a host, such as hamdb=api.hamdb.example.org",
            ),
            Self::Choice(choices) => write!(f, "one of {}", choices.join(", ")),
            Self::Number { least, most } => write!(f, "a number from {least} to {most}"),
            Self::Size { least, most } => write!(
                f,
                "a size such as 50MiB, from {} to {}",
                show_size(*least),
                show_size(*most)
            ),
            Self::Duration { least, most } => {
                let (least, most) = (Duration::from_secs(*least), Duration::from_secs(*most));
                write!(
                    f,
                    "a time such as 30s, 5m, 12h or 7d, from {} to {}",
                    show_duration(least),
                    show_duration(most)
                )
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Secret(_) => f.write_str("********"),
            Self::Call(call) => f.write_str(call.as_str()),
            Self::Flag(flag) => flag.fmt(f),
            Self::Url(url) => f.write_str(url.as_str()),
            Self::Listen(address) => address.fmt(f),
            Self::Networks(networks) => {
                let texts: Vec<String> = networks.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join(", "))
            }
            Self::Servers(servers) => {
                let texts: Vec<String> = servers.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join(", "))
            }
            Self::Upstreams(upstreams) => {
                let texts: Vec<String> = upstreams.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join(", "))
            }
            Self::Hosts(hosts) => {
                let texts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join(" "))
            }
            Self::Natives(natives) => {
                let texts: Vec<String> = natives.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join(", "))
            }
            Self::Number(number) => number.fmt(f),
            Self::Size(bytes) => f.write_str(&show_size(*bytes)),
            Self::Duration(time) => f.write_str(&show_duration(*time)),
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn web_address(text: &str) -> Option<Url> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn folder(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

fn listen(text: &str) -> Option<SocketAddr> {
    if let Some(port) = text.strip_prefix("localhost:") {
        return Some(SocketAddr::new(
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            port.parse().ok()?,
        ));
    }
    text.parse().ok()
}

fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn server(text: &str, port: u16) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| {
        let address: IpAddr = text.parse().ok()?;
        Some(SocketAddr::new(address, port))
    })
}

fn number(text: &str) -> Option<u64> {
    text.replace('_', "").parse().ok()
}

fn within(value: u64, least: u64, most: u64) -> Option<u64> {
    (least..=most).contains(&value).then_some(value)
}

const SIZES: [(&str, u64); 9] = [
    ("tib", 1 << 40),
    ("gib", 1 << 30),
    ("mib", 1 << 20),
    ("kib", 1 << 10),
    ("gb", 1_000_000_000),
    ("mb", 1_000_000),
    ("kb", 1_000),
    ("bytes", 1),
    ("b", 1),
];

fn size(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    for (unit, factor) in SIZES {
        if let Some(count) = text.strip_suffix(unit) {
            return number(count.trim_end())?.checked_mul(factor);
        }
    }
    number(&text)
}

fn show_size(bytes: u64) -> String {
    for (unit, factor) in [
        ("TiB", 1u64 << 40),
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("KiB", 1 << 10),
    ] {
        if bytes >= factor && bytes.is_multiple_of(factor) {
            return format!("{}{unit}", bytes / factor);
        }
    }
    bytes.to_string()
}

const TIMES: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

fn seconds(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    for (unit, factor) in TIMES {
        if let Some(count) = text.strip_suffix(unit) {
            return number(count.trim_end())?.checked_mul(factor);
        }
    }
    number(&text)
}

fn show_duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let unit = TIMES
        .iter()
        .find(|(_, factor)| seconds >= *factor && seconds.is_multiple_of(*factor));
    unit.map_or_else(
        || "0s".to_owned(),
        |(unit, factor)| format!("{}{unit}", seconds / factor),
    )
}
