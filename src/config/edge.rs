//! The keys of the TLS edge: `web.tls.*`, `web.mtls.*`, `web.acme.*`, and what of them goes together.
//!
//! A certificate comes from exactly one place: files, an own one made here, or a certificate authority asked by ACME.
//! What a configuration cannot mean is refused here, before anything listens; what is in the files is looked at later.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::{Host, Url};

use super::error::Mistake;
use super::layers::{Source, Values};
use super::site::same_site;
use super::value::{Secret, Value};

/// `web.tls.*`
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    /// Where HTTPS is served.
    pub(crate) listen: Option<SocketAddr>,
    /// Where the certificate comes from; `None` when nothing speaks TLS.
    pub(crate) source: Option<CertificateSource>,
    /// Whether trusted proxies pass connections through and announce each client by the PROXY protocol.
    pub(crate) proxy_protocol: bool,
    /// Whether `web.listen` sends browsers on to HTTPS.
    pub(crate) redirect: bool,
    /// How long browsers are to insist on HTTPS.
    pub(crate) hsts: Hsts,
}

/// `web.tls.hsts`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hsts {
    /// For how long; zero makes browsers forget it.
    pub(crate) max_age: Duration,
    /// Whether somebody wrote it down: then it is also said of loopback names and over a self-signed certificate.
    pub(crate) asked: bool,
}

/// Where the certificate comes from.
#[derive(Debug, Clone)]
pub(crate) enum CertificateSource {
    /// PEM files that somebody else looks after.
    Files {
        /// The chain, the host's own certificate first.
        cert: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// One that nobody vouches for, made here.
    SelfSigned,
    /// A certificate authority that speaks RFC 8555.
    Acme(Box<Acme>),
}

/// `web.acme.*`
#[derive(Debug, Clone)]
pub(crate) struct Acme {
    /// The authority's directory.
    pub(crate) directory: Url,
    /// A mail address for it.
    pub(crate) contact: Option<String>,
    /// An account elsewhere that the new one is bound to (RFC 8555 7.3.4).
    pub(crate) binding: Option<Binding>,
    /// How the names may be proven.
    pub(crate) challenge: Proof,
}

/// `web.acme.eab_*`
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    /// The key's name.
    pub(crate) id: String,
    /// The key, base64url.
    pub(crate) key: Secret,
}

/// How a name is proven to the certificate authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// One way, and the other one after a failure.
    Any,
    /// A file fetched from port 80.
    Http,
    /// A handshake on port 443.
    TlsAlpn,
}

/// `web.mtls.*`
#[derive(Debug, Clone)]
pub(crate) struct Mtls {
    /// A port of its own for the host that asks for a client certificate.
    pub(crate) listen: Option<SocketAddr>,
    /// Its name; without a port of its own it is told by the name on `web.tls.listen`.
    pub(crate) server_name: Option<String>,
    /// Where browsers reach it, where that differs from what is listened on.
    pub(crate) public_url: Option<Url>,
    /// Folder of the authorities whose certificates count.
    pub(crate) roots: PathBuf,
    /// How a trusted proxy passes certificates on; `None` when none does.
    pub(crate) forwarded: Option<ForwardedForm>,
}

impl Mtls {
    /// Whether there is such a host.
    pub(crate) fn is_set(&self) -> bool {
        self.listen.is_some() || self.server_name.is_some()
    }
}

/// The headers in which a proxy passes a client's certificate on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ForwardedForm {
    /// `Client-Cert` and `Client-Cert-Chain` of RFC 9440.
    Rfc9440,
    /// `X-Client-Cert`: percent-encoded PEM.
    Nginx,
    /// `X-Client-Verify` and `X-Client-DN`: the proxy's word for a name.
    Dn,
}

/// Reads `web.tls.*` and `web.acme.*`.
pub(super) fn tls(values: &Values) -> Tls {
    let files = values.text("web.tls.cert").zip(values.text("web.tls.key"));
    let source = if let Some((cert, key)) = files {
        Some(CertificateSource::Files {
            cert: cert.into(),
            key: key.into(),
        })
    } else if values.flag("web.tls.acme") {
        Some(CertificateSource::Acme(Box::new(acme(values))))
    } else {
        values
            .flag("web.tls.self_signed")
            .then_some(CertificateSource::SelfSigned)
    };
    Tls {
        listen: values.address("web.tls.listen"),
        source,
        proxy_protocol: values.flag("web.tls.proxy_protocol"),
        redirect: values.flag("web.tls.redirect"),
        hsts: Hsts {
            max_age: values.duration("web.tls.hsts"),
            asked: values
                .source("web.tls.hsts")
                .is_some_and(|source| *source != Source::Default),
        },
    }
}

fn acme(values: &Values) -> Acme {
    let binding = values
        .text("web.acme.eab_key_id")
        .zip(values.secret("web.acme.eab_hmac_key"));
    Acme {
        directory: values
            .url("web.acme.directory")
            .expect("an address that is always set"),
        contact: values.text("web.acme.contact"),
        binding: binding.map(|(id, key)| Binding { id, key }),
        challenge: match values.text("web.acme.challenge").as_deref() {
            Some("http-01") => Proof::Http,
            Some("tls-alpn-01") => Proof::TlsAlpn,
            _ => Proof::Any,
        },
    }
}

/// Reads `web.mtls.*`.
pub(super) fn mtls(values: &Values, data_dir: &Path) -> Mtls {
    Mtls {
        listen: values.address("web.mtls.listen"),
        server_name: server_name(values),
        public_url: values.url("web.mtls.public_url"),
        roots: values
            .text("web.mtls.roots")
            .map_or_else(|| data_dir.join("lotw"), PathBuf::from),
        forwarded: match values.text("web.mtls.forwarded").as_deref() {
            Some("rfc9440") => Some(ForwardedForm::Rfc9440),
            Some("nginx") => Some(ForwardedForm::Nginx),
            Some("dn") => Some(ForwardedForm::Dn),
            _ => None,
        },
    }
}

fn server_name(values: &Values) -> Option<String> {
    let name = values.text("web.mtls.server_name")?;
    Some(name.trim_end_matches('.').to_ascii_lowercase())
}

fn is_forwarded(values: &Values) -> bool {
    values
        .text("web.mtls.forwarded")
        .is_some_and(|form| form != "off")
}

/// What of these keys makes no sense together.
pub(super) fn check(values: &Values, mistakes: &mut Vec<Mistake>) {
    let set = |key: &'static str| match values.value(key) {
        Value::Unset | Value::Flag(false) => None,
        _ => Some(key),
    };
    let sources: Vec<_> = ["web.tls.cert", "web.tls.acme", "web.tls.self_signed"]
        .into_iter()
        .filter_map(set)
        .collect();
    let listeners: Vec<_> = ["web.tls.listen", "web.mtls.listen"]
        .into_iter()
        .filter_map(set)
        .collect();
    if let (Some(&given), []) = (listeners.first(), &sources[..]) {
        mistakes.push(Mistake::NoCertificate { given });
    }
    if let (Some(&given), []) = (sources.first(), &listeners[..]) {
        mistakes.push(Mistake::Incomplete {
            given,
            missing: "web.tls.listen",
        });
    }
    if let [first, second, ..] = sources[..] {
        mistakes.push(Mistake::Either { first, second });
    }
    if let Some(given) = set("web.tls.proxy_protocol") {
        let needed = [listeners.first().copied(), set("web.trusted_proxies")];
        let names = ["web.tls.listen", "web.trusted_proxies"];
        let missing = names.into_iter().zip(needed).find(|(_, found)| found.is_none());
        mistakes.extend(missing.map(|(missing, _)| Mistake::Incomplete { given, missing }));
    }
    if set("web.tls.acme").is_some() {
        mistakes.extend(no_public_name(values));
    }
    let asks = set("web.mtls.listen").is_some() || set("web.mtls.server_name").is_some();
    let wrong = no_own_host(values).or_else(|| asks.then(|| no_way_back(values)).flatten());
    mistakes.extend(wrong);
    if is_forwarded(values) {
        let needed = ["web.mtls.server_name", "web.trusted_proxies"];
        let missing = needed.into_iter().find(|key| set(key).is_none());
        mistakes.extend(missing.map(|missing| Mistake::Incomplete {
            given: "web.mtls.forwarded",
            missing,
        }));
    }
}

/// An authority vouches for names that lead here from everywhere, and for nothing else.
fn no_public_name(values: &Values) -> Option<Mistake> {
    let url = values.url("web.public_url");
    let told = match url.as_ref().map(|url| (url.scheme(), url.host())) {
        None => "it is not set".to_owned(),
        Some(("https", Some(Host::Domain(name)))) if is_public(name) => return None,
        Some(("https", Some(host))) => format!("{host} is no name that a certificate authority could reach"),
        Some(_) => "it does not start with https://".to_owned(),
    };
    Some(Mistake::NoPublicName { told })
}

/// Whether a name may be known outside this network (RFC 6761, RFC 6762, RFC 8375).
fn is_public(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let private = ["localhost", "local", "internal", "test", "invalid", "home.arpa"];
    name.contains('.')
        && !private
            .iter()
            .any(|zone| name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.')))
}

/// The host that asks for certificates must be told from the main one.
fn no_own_host(values: &Values) -> Option<Mistake> {
    let name = server_name(values)?;
    let wrong = |told: &str| {
        Some(Mistake::NoOwnHost {
            name: name.clone(),
            told: told.to_owned(),
        })
    };
    if !matches!(Host::parse(&name), Ok(Host::Domain(_))) {
        return wrong("is no host name");
    }
    let url = values.url("web.public_url");
    let main = url.as_ref().and_then(Url::host_str);
    let by_name = values.address("web.mtls.listen").is_none();
    if (by_name || is_forwarded(values)) && main.is_some_and(|main| main.eq_ignore_ascii_case(&name)) {
        return wrong("is the main host's name too: browsers would ask everybody for a certificate");
    }
    if by_name && !is_forwarded(values) && values.address("web.tls.listen").is_none() {
        return wrong("needs a port: set web.tls.listen to share it, or web.mtls.listen for one of its own");
    }
    None
}

/// A browser goes to the host that asks and comes back to the main one. It takes the cookie along that binds the two
/// visits only where both are of one site: by HTTPS, under one registrable domain.
fn no_way_back(values: &Values) -> Option<Mistake> {
    let wrong = |given: &'static str, told: &str| {
        Some(Mistake::NoWayBack {
            given,
            told: told.to_owned(),
        })
    };
    let main = values.url("web.public_url");
    let by_https = match &main {
        Some(url) => url.scheme() == "https",
        None => values.address("web.tls.listen").is_some(),
    };
    if !by_https {
        let given = if server_name(values).is_some() {
            "web.mtls.server_name"
        } else {
            "web.mtls.listen"
        };
        return wrong(
            given,
            "needs the main host to be reached by HTTPS: set web.tls.listen, or a web.public_url that starts with https://",
        );
    }
    let own = values.url("web.mtls.public_url");
    if own.as_ref().is_some_and(|own| own.scheme() != "https") {
        return wrong("web.mtls.public_url", "does not start with https://");
    }
    let (key, name) = match (&own, server_name(values)) {
        (Some(own), _) => ("web.mtls.public_url", own.host_str()?.to_owned()),
        (None, name) => ("web.mtls.server_name", name?),
    };
    let Some(main) = main.as_ref().and_then(Url::host_str) else {
        return wrong(
            key,
            "needs web.public_url, so that the two names can be of one domain",
        );
    };
    if same_site(main, &name) {
        return None;
    }
    let told = format!(
        "is of another domain than {main} in web.public_url, so browsers would not bring back who began to sign in; take a name such as auth.{main}"
    );
    wrong(key, &told)
}
