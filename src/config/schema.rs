//! Every configuration key: name, kind, default, help. `config show`, the documentation and the loader use
//! this one table.
//!
//! A key is added together with the part that obeys it: a key that does nothing is not accepted.

use super::value::Kind;
use super::{cluster, dns, dx, elsewhere, outside, registers, relay};

/// One configuration key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Dotted name, as in the file.
    pub(crate) name: &'static str,
    /// What values it takes.
    pub(super) kind: Kind,
    /// Built-in value as it would be written in the environment; empty for unset.
    pub(crate) default: &'static str,
    /// What it is for, one or two sentences.
    pub(crate) help: &'static str,
}

impl Key {
    /// What values it takes, in words.
    pub(crate) fn expects(&self) -> String {
        self.kind.to_string()
    }

    /// Whether its value must not be shown.
    pub(crate) fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret | Kind::PasswordHash)
    }

    /// Its name in the environment.
    pub(crate) fn environment(&self) -> String {
        format!("SHACKBOX_{}", self.name.replace('.', "__").to_ascii_uppercase())
    }
}

/// The key of this name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

pub(super) const fn key(name: &'static str, kind: Kind, default: &'static str, help: &'static str) -> Key {
    Key {
        name,
        kind,
        default,
        help,
    }
}

const MINUTE_RATE: Kind = Kind::Number {
    least: 1,
    most: 1_000_000,
};

/// All keys, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &joined::<{ APPLIANCE.len() + relay::KEYS.len() }>(APPLIANCE, &relay::KEYS);

const APPLIANCE: &[Key] =
    &joined::<{ WITH_REGISTERS.len() + elsewhere::KEYS.len() }>(WITH_REGISTERS, &elsewhere::KEYS);

const WITH_REGISTERS: &[Key] =
    &joined::<{ WITH_DNS.len() + registers::KEYS.len() }>(WITH_DNS, &registers::KEYS);

const WITH_DNS: &[Key] = &joined::<{ WITH_CLUSTER.len() + dns::KEYS.len() }>(WITH_CLUSTER, &dns::KEYS);

const WITH_CLUSTER: &[Key] = &joined::<{ WITH_DX.len() + cluster::KEYS.len() }>(WITH_DX, &cluster::KEYS);

const WITH_DX: &[Key] = &joined::<{ OWN.len() + dx::KEYS.len() }>(OWN, &dx::KEYS);

const OWN: &[Key] = &joined::<{ GENERAL.len() + outside::KEYS.len() }>(GENERAL, &outside::KEYS);

/// Two lists of keys as one.
const fn joined<const N: usize>(first: &[Key], second: &[Key]) -> [Key; N] {
    assert!(first.len() + second.len() == N, "no key is lost");
    let mut all = [first[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < first.len() {
            first[at]
        } else {
            second[at - first.len()]
        };
        at += 1;
    }
    all
}

/// The keys of the program itself.
const GENERAL: &[Key] = &[
    key(
        "web.listen",
        Kind::Listen,
        "127.0.0.1:8073",
        "Address and port of the pages and the API. `0.0.0.0:8073` opens them to the network.",
    ),
    key(
        "web.public_url",
        Kind::Url,
        "",
        "The address people use, such as `https://log.example.org`; derived from `web.listen` when unset. Used in mails, cookies and origin checks.",
    ),
    key(
        "web.trusted_proxies",
        Kind::Networks,
        "",
        "Addresses or networks of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count, and with `web.tls.proxy_protocol` their PROXY header.",
    ),
    key(
        "web.tls.listen",
        Kind::MaybeListen,
        "",
        "Address and port of HTTPS. Off when unset.",
    ),
    key(
        "web.tls.cert",
        Kind::Text,
        "",
        "PEM file with the certificate chain, the host's own certificate first. Read again when it changes.",
    ),
    key(
        "web.tls.key",
        Kind::Text,
        "",
        "PEM file with the certificate's private key.",
    ),
    key(
        "web.tls.acme",
        Kind::Flag,
        "false",
        "Whether the certificate is got, and renewed, from a certificate authority by ACME; setting it agrees to that authority's terms.",
    ),
    key(
        "web.tls.self_signed",
        Kind::Flag,
        "false",
        "Whether a certificate is made here that nobody vouches for; browsers warn of it.",
    ),
    key(
        "web.tls.proxy_protocol",
        Kind::Flag,
        "false",
        "Whether a proxy of `web.trusted_proxies` passes TLS through and announces each client by the PROXY protocol, version 1 or 2. Then each of its connections to `web.tls.listen` and `web.mtls.listen` must begin so; nobody else's may.",
    ),
    key(
        "web.tls.redirect",
        Kind::Flag,
        "true",
        "Whether `web.listen` sends everybody on to HTTPS once `web.tls.listen` is set. `/healthz`, `/readyz`, this machine's `/metrics`, and what a trusted proxy got by HTTPS are answered there all the same.",
    ),
    key(
        "web.tls.hsts",
        Kind::Duration {
            least: 0,
            most: 63_072_000,
        },
        "180d",
        "How long browsers are to insist on HTTPS. Unless it is set here, it is not said of loopback names and not over a self-signed certificate.",
    ),
    key(
        "web.acme.directory",
        Kind::Directory,
        "https://acme-v02.api.letsencrypt.org/directory",
        "Directory of the certificate authority. For trials: `https://acme-staging-v02.api.letsencrypt.org/directory`.",
    ),
    key(
        "web.acme.contact",
        Kind::Text,
        "",
        "Mail address that the certificate authority may write to.",
    ),
    key(
        "web.acme.challenge",
        Kind::Choice(&["any", "http-01", "tls-alpn-01"]),
        "any",
        "How names are proven: `http-01` needs port 80 to lead to `web.listen`, `tls-alpn-01` needs port 443 to lead to `web.tls.listen`; `any` changes over after a failure.",
    ),
    key(
        "web.acme.eab_key_id",
        Kind::Text,
        "",
        "Name of the key that binds the account to one at the authority, where it asks for that.",
    ),
    key(
        "web.acme.eab_hmac_key",
        Kind::Secret,
        "",
        "That key, in base64url as the authority gives it.",
    ),
    key(
        "web.mtls.listen",
        Kind::MaybeListen,
        "",
        "Address and port of the host that asks for a client certificate, when it has a port of its own.",
    ),
    key(
        "web.mtls.server_name",
        Kind::Text,
        "",
        "Name of the host that asks for a client certificate. Without `web.mtls.listen` it shares the port of `web.tls.listen`.",
    ),
    key(
        "web.mtls.public_url",
        Kind::Url,
        "",
        "The address at which browsers reach that host, where its port is another one than it listens on; derived when unset.",
    ),
    key(
        "web.mtls.roots",
        Kind::Text,
        "",
        "Folder of PEM files with the authorities of Logbook of the World; `lotw` in the data directory when unset. Read again when it changes.",
    ),
    key(
        "web.mtls.forwarded",
        Kind::Choice(&["off", "rfc9440", "nginx", "dn"]),
        "off",
        "How a proxy of `web.trusted_proxies` that ends TLS for `web.mtls.server_name` passes the client's certificate on: `Client-Cert` of RFC 9440, `X-Client-Cert` with nginx's `$ssl_client_escaped_cert`, or only its name in `X-Client-DN`, which is believed.",
    ),
    key(
        "admin.call",
        Kind::Call,
        "",
        "Callsign of an administrator that exists from the first start on, without the one-time link.",
    ),
    key(
        "admin.password_hash",
        Kind::PasswordHash,
        "",
        "That administrator's password, as `shackbox hash-password` prints it.",
    ),
    key(
        "identity.signup",
        Kind::Choice(&["open", "approval", "closed"]),
        "open",
        "Who may make an account: anybody who passes the questions, the same once an administrator has let them in, or nobody.",
    ),
    key(
        "identity.documents_kept",
        Kind::Duration {
            least: 0,
            most: 31_536_000,
        },
        "30d",
        "How long the scan of a licence is kept after an administrator decided on it.",
    ),
    key(
        "club.name",
        Kind::Text,
        "",
        "Name of the club or station, shown in page titles.",
    ),
    key(
        "limits.upload_bytes",
        Kind::Size {
            least: 1 << 10,
            most: 1 << 34,
        },
        "50MiB",
        "Largest file that may be uploaded.",
    ),
    key(
        "limits.body_bytes",
        Kind::Size {
            least: 1 << 10,
            most: 1 << 30,
        },
        "1MiB",
        "Largest body of any other request.",
    ),
    key(
        "limits.request_timeout",
        Kind::Duration {
            least: 1,
            most: 3_600,
        },
        "30s",
        "A request that takes longer is given up with status 503. Uploads, exports and websockets are not meant.",
    ),
    key(
        "limits.header_timeout",
        Kind::Duration { least: 1, most: 300 },
        "10s",
        "A client that has not sent its request's headers by then is disconnected.",
    ),
    key(
        "limits.connections",
        Kind::Number {
            least: 8,
            most: 1_000_000,
        },
        "8192",
        "Open connections; a further one is answered 503 and closed.",
    ),
    key(
        "limits.handshake_timeout",
        Kind::Duration { least: 1, most: 60 },
        "10s",
        "A client that has not finished its TLS handshake by then is disconnected.",
    ),
    key(
        "limits.handshakes",
        Kind::Number {
            least: 4,
            most: 100_000,
        },
        "512",
        "TLS handshakes under way at once, a quarter of them at most for one network; a further connection is closed.",
    ),
    key(
        "limits.in_flight",
        Kind::Number {
            least: 1,
            most: 100_000,
        },
        "512",
        "Requests worked on at once; a further one is answered 503.",
    ),
    key(
        "limits.read_per_minute",
        MINUTE_RATE,
        "1200",
        "Reading requests of guests, per network.",
    ),
    key(
        "limits.write_per_minute",
        MINUTE_RATE,
        "240",
        "Changing requests of guests, per network.",
    ),
    key(
        "limits.member_per_minute",
        MINUTE_RATE,
        "60000",
        "Requests of a signed-in account, or of an API key.",
    ),
    key(
        "limits.login_per_10min",
        MINUTE_RATE,
        "120",
        "Sign-in attempts per network.",
    ),
    key(
        "limits.upload_per_hour",
        MINUTE_RATE,
        "600",
        "Uploaded files per account, API key or guest network.",
    ),
    key(
        "limits.ws_per_ip",
        Kind::Number {
            least: 1,
            most: 100_000,
        },
        "20",
        "Websockets per address; this machine's own are not counted.",
    ),
    key(
        "limits.firehose_ring",
        Kind::Number {
            least: 100,
            most: 10_000_000,
        },
        "20000",
        "Messages that `/ws/firehose?since=` can replay.",
    ),
    key(
        "limits.firehose_public",
        Kind::Flag,
        "false",
        "Whether guests may listen to the public messages of `/ws/firehose`.",
    ),
    key(
        "store.cache_bytes",
        Kind::Size {
            least: 1 << 20,
            most: 1 << 40,
        },
        "32MiB",
        "Memory for the database's cache.",
    ),
    key(
        "backup.enabled",
        Kind::Flag,
        "true",
        "Whether a backup is made every night.",
    ),
    key(
        "backup.dir",
        Kind::Text,
        "",
        "Folder for backups; `backup` in the data directory when unset.",
    ),
    key(
        "backup.keep_daily",
        Kind::Number {
            least: 1,
            most: 3_650,
        },
        "7",
        "Daily backups kept.",
    ),
    key(
        "backup.keep_weekly",
        Kind::Number { least: 0, most: 520 },
        "4",
        "Weekly backups kept beside them.",
    ),
    key(
        "backup.hour",
        Kind::Number { least: 0, most: 23 },
        "3",
        "Hour of the night's backup, UTC.",
    ),
    key(
        "sources.country.url",
        Kind::Service,
        "https://www.country-files.com/cty/",
        "Base address of the country table; `cty.dat` is fetched from under it.",
    ),
    key(
        "sources.country.interval",
        Kind::Duration {
            least: 3_600,
            most: 31_536_000,
        },
        "7d",
        "How often the country table is refreshed.",
    ),
    key(
        "sources.country.enabled",
        Kind::Flag,
        "true",
        "Whether the country table is refreshed at all; without, the built-in one serves.",
    ),
    key(
        "sources.lotw.url",
        Kind::Service,
        "https://lotw.arrl.org/",
        "Base address of Logbook of the World, which is asked whether a certificate still stands.",
    ),
    key(
        "sources.lotw.interval",
        Kind::Duration {
            least: 86_400,
            most: 31_536_000,
        },
        "7d",
        "How often it is asked again about certificates that prove somebody's call.",
    ),
    key(
        "sources.lotw.enabled",
        Kind::Flag,
        "true",
        "Whether it is asked at all; without, a revoked certificate goes on proving its call.",
    ),
    key(
        "smtp.host",
        Kind::Text,
        "",
        "Mail server. Unset: mails are shown to the administrator in the outbox page.",
    ),
    key(
        "smtp.port",
        Kind::Number {
            least: 1,
            most: 65_535,
        },
        "587",
        "Its port.",
    ),
    key("smtp.user", Kind::Text, "", "User name at the mail server."),
    key("smtp.password", Kind::Secret, "", "Password at the mail server."),
    key(
        "smtp.from",
        Kind::Text,
        "",
        "Sender of all mails, such as `Shackbox <shackbox@example.org>`.",
    ),
    key(
        "smtp.tls",
        Kind::Choice(&["starttls", "tls", "none"]),
        "starttls",
        "How the connection to the mail server is protected.",
    ),
    key(
        "log.level",
        Kind::Text,
        "info",
        "`error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,shackbox::web=debug`.",
    ),
    key(
        "log.format",
        Kind::Choice(&["text", "json"]),
        "text",
        "Form of the log on standard error.",
    ),
];
