//! Configuration: built-in defaults, then one TOML file, then the environment, then flags.
//!
//! Invariants: every key stands in [`schema::KEYS`], with its kind, default and help, and nowhere else;
//! every effective value knows where it came from; a mistake names key, place, value and what was expected,
//! and all mistakes are told at once. Secrets never leave through [`Config::shown`].
//!
//! Deliberately not here: settings made in pages (the database's business, and they never override these),
//! and what a change at run time means.

mod cluster;
mod dns;
mod dx;
mod edge;
mod elsewhere;
mod error;
mod layers;
mod nearest;
mod outside;
mod registers;
mod relay;
mod schema;
mod site;
mod upstream;
mod value;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::defaults;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use serde::Serialize;
use url::Url;

use crate::ham::callsign::Callsign;

pub(crate) use cluster::Cluster;
pub(crate) use dns::Dns;
pub(crate) use dx::Dx;
pub(crate) use edge::{Acme, CertificateSource, ForwardedForm, Hsts, Mtls, Proof, Tls};
pub(crate) use elsewhere::{Elsewhere, NativeHost};
pub(crate) use error::ConfigError;
pub(crate) use layers::{Source, Sources};
pub(crate) use outside::{Callbook, Verify};
pub(crate) use registers::{RegisterSource, Registers};
pub(crate) use relay::{Relay, RelayServe, civ_address, host_port, origin, relay_name, relay_serve};
pub(crate) use schema::KEYS;
pub(crate) use upstream::{Host, Link, Upstream, UpstreamKind};
pub(crate) use value::Secret;

use layers::Values;

/// The effective configuration.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Where everything is kept.
    pub(crate) data_dir: PathBuf,
    /// The file that was read, if there was one.
    pub(crate) file: Option<PathBuf>,
    /// The web server.
    pub(crate) web: Web,
    /// An administrator without the first-run link.
    pub(crate) admin: Admin,
    /// Who may make an account.
    pub(crate) sign_up: SignUp,
    /// How long scans of licences are kept after the decision.
    pub(crate) documents_kept: Duration,
    /// What proves a call.
    pub(crate) verify: Verify,
    /// The DX cluster's memory, and whom it asks.
    pub(crate) dx: Dx,
    /// The telnet cluster.
    pub(crate) cluster: Cluster,
    /// The name server.
    pub(crate) dns: Dns,
    /// The callbook's registers.
    pub(crate) registers: Registers,
    /// Other callbooks: served and asked.
    pub(crate) elsewhere: Elsewhere,
    /// The relay on a radio amateur's own computer.
    pub(crate) relay: Relay,
    /// The club behind this station.
    pub(crate) club: Club,
    /// Sizes, rates and times.
    pub(crate) limits: Limits,
    /// The database.
    pub(crate) store: Store,
    /// Automatic backups.
    pub(crate) backup: Backup,
    /// Outgoing mail.
    pub(crate) smtp: Smtp,
    /// The program's log.
    pub(crate) log: Log,
    values: Values,
}

/// `web.*`
#[derive(Debug, Clone)]
pub(crate) struct Web {
    /// Where HTTP is served.
    pub(crate) listen: SocketAddr,
    /// The address people use, when it differs from [`Web::listen`].
    pub(crate) public_url: Option<Url>,
    /// Whose `X-Forwarded-*` headers count.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// HTTPS.
    pub(crate) tls: Tls,
    /// The host that asks for a client certificate.
    pub(crate) mtls: Mtls,
}

/// `admin.*`
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    /// Callsign of the administrator made at start.
    pub(crate) call: Option<Callsign>,
    /// The hash that `shackbox hash-password` printed.
    pub(crate) password_hash: Option<Secret>,
}

/// `club.*`
#[derive(Debug, Clone)]
pub(crate) struct Club {
    /// Shown in page titles; empty for a single ham.
    pub(crate) name: String,
}

/// `limits.*`
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Largest uploaded file, bytes.
    pub(crate) upload_bytes: u64,
    /// Largest other request body, bytes.
    pub(crate) body_bytes: u64,
    /// A request that takes longer is answered 503.
    pub(crate) request_timeout: Duration,
    /// A client that has not sent its headers by then is closed.
    pub(crate) header_timeout: Duration,
    /// Open connections.
    pub(crate) connections: usize,
    /// A client that has not finished its TLS handshake by then is closed.
    pub(crate) handshake_timeout: Duration,
    /// TLS handshakes under way.
    pub(crate) handshakes: usize,
    /// Requests worked on at once.
    pub(crate) in_flight: usize,
    /// Reading requests of a guest network, per minute.
    pub(crate) read_per_minute: u32,
    /// Changing requests of a guest network, per minute.
    pub(crate) write_per_minute: u32,
    /// Requests of an account or an API key, per minute.
    pub(crate) member_per_minute: u32,
    /// Lookups of a guest network in the callbook, per minute.
    pub(crate) lookup_per_minute: u32,
    /// Sign-in attempts of a network, per ten minutes.
    pub(crate) login_per_10min: u32,
    /// Files sent by an account, key or network, per hour.
    pub(crate) upload_per_hour: u32,
    /// Websockets of one address, loopback apart.
    pub(crate) ws_per_ip: usize,
    /// Messages that the firehose can replay.
    pub(crate) firehose_ring: usize,
    /// Whether guests may listen to the firehose's public messages.
    pub(crate) firehose_public: bool,
}

/// `store.*`
#[derive(Debug, Clone)]
pub(crate) struct Store {
    /// Memory for the database's cache, bytes.
    pub(crate) cache_bytes: usize,
}

/// `backup.*`
#[derive(Debug, Clone)]
pub(crate) struct Backup {
    /// Whether a backup is made every night.
    pub(crate) enabled: bool,
    /// Where backups go.
    pub(crate) dir: PathBuf,
    /// Daily backups kept.
    pub(crate) keep_daily: u32,
    /// Weekly backups kept.
    pub(crate) keep_weekly: u32,
    /// Hour of the day, UTC.
    pub(crate) hour: u8,
}

/// `smtp.*`
#[derive(Debug, Clone)]
pub(crate) struct Smtp {
    /// Mail server; none: mails are shown to the administrator instead.
    pub(crate) host: Option<String>,
    /// Its port.
    pub(crate) port: u16,
    /// User name, when the server asks for one.
    pub(crate) user: Option<String>,
    /// Password.
    pub(crate) password: Option<Secret>,
    /// Sender of all mails.
    pub(crate) from: Option<String>,
    /// How the connection is protected.
    pub(crate) tls: SmtpTls,
}

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SmtpTls {
    /// Plain first, then upgraded; refused when the server cannot.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all: for a server on this machine.
    None,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignUp {
    /// Anybody who passes the questions.
    Open,
    /// The same, once an administrator has let them in.
    Approval,
    /// Nobody; administrators make the accounts.
    Closed,
}

/// `log.*`
#[derive(Debug, Clone)]
pub(crate) struct Log {
    /// A level, or directives such as `info,shackbox::web=debug`.
    pub(crate) level: String,
    /// JSON lines instead of text.
    pub(crate) json: bool,
}

/// An outside service: `sources.<name>.*`
#[derive(Debug, Clone)]
pub(crate) struct OutsideSource {
    /// Base address.
    pub(crate) url: Url,
    /// How often it is asked.
    pub(crate) interval: Duration,
    /// Whether it is asked at all.
    pub(crate) enabled: bool,
}

/// A key with its effective value as people may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Shown {
    /// Dotted name.
    pub(crate) key: &'static str,
    /// The value, masked when it is a secret; empty when unset.
    pub(crate) value: String,
    /// Where it came from: `default`, `file <path>:<line>`, `environment <NAME>`, `flag`.
    pub(crate) source: String,
    /// What the key is for.
    pub(crate) help: &'static str,
    /// Whether file, environment or flags fixed it, so that a page shows it locked.
    pub(crate) locked: bool,
}

impl Config {
    /// Reads all layers.
    pub(crate) fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let data_dir = sources.data_dir();
        let (file, values) = Values::collect(sources, &data_dir)?;
        Ok(Self {
            web: Web {
                listen: values.listen("web.listen"),
                public_url: values.url("web.public_url"),
                trusted_proxies: values.networks("web.trusted_proxies"),
                tls: edge::tls(&values),
                mtls: edge::mtls(&values, &data_dir),
            },
            admin: Admin {
                call: values.call("admin.call"),
                password_hash: values.secret("admin.password_hash"),
            },
            sign_up: match values.text("identity.signup").as_deref() {
                Some("approval") => SignUp::Approval,
                Some("closed") => SignUp::Closed,
                _ => SignUp::Open,
            },
            documents_kept: values.duration("identity.documents_kept"),
            verify: outside::verify(&values),
            dx: dx::dx(&values),
            cluster: cluster::cluster(&values),
            dns: dns::dns(&values),
            registers: registers::registers(&values),
            elsewhere: elsewhere::elsewhere(&values),
            relay: relay::relay(&values),
            club: Club {
                name: values.text("club.name").unwrap_or_default(),
            },
            limits: limits(&values),
            store: Store {
                cache_bytes: values.count("store.cache_bytes"),
            },
            backup: backup(&values, &data_dir),
            smtp: smtp(&values),
            log: Log {
                level: values.text("log.level").unwrap_or_default(),
                json: values.text("log.format").as_deref() == Some("json"),
            },
            data_dir,
            file,
            values,
        })
    }

    /// The outside service of this name that data are fetched from time and again; `None` for one this program does not
    /// know.
    pub(crate) fn source(&self, name: &str) -> Option<OutsideSource> {
        let key = |leaf: &str| format!("sources.{name}.{leaf}");
        schema::find(&key("interval"))?;
        Some(OutsideSource {
            url: self
                .values
                .url(&key("url"))
                .expect("sources have a default address"),
            interval: self.values.duration(&key("interval")),
            enabled: self.values.flag(&key("enabled")),
        })
    }

    /// The names of the outside services that are asked time and again.
    pub(crate) fn source_names() -> impl Iterator<Item = &'static str> {
        KEYS.iter()
            .filter_map(|key| key.name.strip_prefix("sources.")?.strip_suffix(".interval"))
    }

    /// All keys in the order of the documentation, secrets masked.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        KEYS.iter()
            .map(|key| Shown {
                key: key.name,
                value: self.values.shown(key),
                source: self
                    .values
                    .source(key.name)
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                help: key.help,
                locked: self
                    .values
                    .source(key.name)
                    .is_some_and(|source| *source != Source::Default),
            })
            .collect()
    }

    /// The address people reach the pages under, without a final slash.
    pub(crate) fn public_origin(&self) -> String {
        match (&self.web.public_url, self.web.tls.listen) {
            (Some(url), _) => url.as_str().trim_end_matches('/').to_owned(),
            (None, Some(address)) => format!("https://{address}"),
            (None, None) => format!("http://{}", self.web.listen),
        }
    }
}

fn limits(values: &Values) -> Limits {
    Limits {
        upload_bytes: values.number("limits.upload_bytes"),
        body_bytes: values.number("limits.body_bytes"),
        request_timeout: values.duration("limits.request_timeout"),
        header_timeout: values.duration("limits.header_timeout"),
        connections: values.count("limits.connections"),
        handshake_timeout: values.duration("limits.handshake_timeout"),
        handshakes: values.count("limits.handshakes"),
        in_flight: values.count("limits.in_flight"),
        read_per_minute: values.small("limits.read_per_minute"),
        write_per_minute: values.small("limits.write_per_minute"),
        member_per_minute: values.small("limits.member_per_minute"),
        lookup_per_minute: values.small("limits.lookup_per_minute"),
        login_per_10min: values.small("limits.login_per_10min"),
        upload_per_hour: values.small("limits.upload_per_hour"),
        ws_per_ip: values.count("limits.ws_per_ip"),
        firehose_ring: values.count("limits.firehose_ring"),
        firehose_public: values.flag("limits.firehose_public"),
    }
}

fn backup(values: &Values, data_dir: &Path) -> Backup {
    Backup {
        enabled: values.flag("backup.enabled"),
        dir: values
            .text("backup.dir")
            .map_or_else(|| data_dir.join("backup"), PathBuf::from),
        keep_daily: values.small("backup.keep_daily"),
        keep_weekly: values.small("backup.keep_weekly"),
        hour: values.small("backup.hour"),
    }
}

fn smtp(values: &Values) -> Smtp {
    Smtp {
        host: values.text("smtp.host"),
        port: values.small("smtp.port"),
        user: values.text("smtp.user"),
        password: values.secret("smtp.password"),
        from: values.text("smtp.from"),
        tls: match values.text("smtp.tls").as_deref() {
            Some("tls") => SmtpTls::Tls,
            Some("none") => SmtpTls::None,
            _ => SmtpTls::Starttls,
        },
    }
}
