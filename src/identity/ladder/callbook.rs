//! The callbooks that members edit: one way to ask either for a call's entry and biography.
//!
//! A session with a callbook is kept in memory and begun anew when it has ended; a login that is refused is not tried
//! again with the same request. What a callbook answers is logged by its kind only.

use std::sync::{Arc, Mutex};

use url::Url;

use crate::config::Verify;
use crate::env::{Outbound, OutboundError};
use crate::ham::callsign::Callsign;
use crate::identity::service::lock;

use super::refusal::Refusal;

/// How the program names itself to callbooks.
pub(crate) const AGENT: &str = concat!("Shackbox/", env!("CARGO_PKG_VERSION"));

/// What a callbook has of a call.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The call that the entry is of; another one than was asked for where that was an alias.
    pub(super) call: String,
    /// The holder's own page.
    pub(super) web: Option<String>,
}

/// The callbooks that are configured.
pub(super) struct Callbooks {
    pub(super) outbound: Outbound,
    pub(super) policy: Arc<Verify>,
    pub(super) qrz: Session,
    pub(super) hamqth: Session,
}

impl Callbooks {
    /// The callbooks of this policy.
    pub(super) fn new(outbound: Outbound, policy: Arc<Verify>) -> Self {
        Self {
            outbound,
            policy,
            qrz: Session::default(),
            hamqth: Session::default(),
        }
    }

    /// The host names that a call's callbook pages give as its holder's own.
    pub(super) async fn named_hosts(&self, call: &Callsign) -> Result<Vec<String>, Refusal> {
        let mut hosts = Vec::new();
        let mut failed = None;
        for asked in [self.qrz_entry(call).await, self.hamqth_entry(call).await] {
            match asked {
                Ok(entry) if is_call(&entry.call, call) => hosts.extend(entry.web.as_deref().and_then(host)),
                Ok(_) | Err(Refusal::Off | Refusal::NoEntry { .. }) => {}
                Err(refusal) => failed = Some(refusal),
            }
        }
        match failed {
            Some(refusal) if hosts.is_empty() => Err(refusal),
            _ => Ok(hosts),
        }
    }
}

/// Whether an answer's call is the one asked for.
pub(super) fn is_call(answered: &str, call: &Callsign) -> bool {
    Callsign::parse(answered).is_ok_and(|answered| answered == *call)
}

/// The host of an address as people write it, with or without `https://`.
fn host(web: &str) -> Option<String> {
    let read = |text: &str| Url::parse(text).ok()?.host_str().map(str::to_owned);
    if web.contains("://") {
        read(web)
    } else {
        read(&format!("https://{web}"))
    }
}

/// A session's key, while there is one.
#[derive(Default)]
pub(super) struct Session(Mutex<Option<Arc<str>>>);

impl Session {
    /// The key, where a session is open.
    pub(super) fn key(&self) -> Option<Arc<str>> {
        lock(&self.0).clone()
    }

    /// A session was opened.
    pub(super) fn open(&self, key: &str) -> Arc<str> {
        let key: Arc<str> = key.into();
        *lock(&self.0) = Some(Arc::clone(&key));
        key
    }

    /// The session has ended.
    pub(super) fn end(&self) {
        *lock(&self.0) = None;
    }
}

/// A request that brought nothing, in a few words; the log has the rest, without the address.
pub(super) fn unreachable(place: &'static str, error: &OutboundError) -> Refusal {
    tracing::warn!(source = place, %error, "{error}");
    Refusal::Unreachable(place)
}

/// An answer that cannot be used. Only that is said of it: the rest is a stranger's text.
pub(super) fn odd(place: &'static str, what: &'static str) -> Refusal {
    tracing::warn!(source = place, "{place}: {what}");
    Refusal::Unreachable(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_read_out_of_what_people_write() {
        for (web, told) in [
            ("https://www.k1abc.net/radio", Some("www.k1abc.net")),
            ("k1abc.net", Some("k1abc.net")),
            ("K1ABC.NET/x", Some("k1abc.net")),
            ("", None),
            ("http://", None),
        ] {
            assert_eq!(host(web).as_deref(), told, "{web}");
        }
    }
}
