//! Which names this server answers to: the defence against DNS rebinding.
//!
//! A foreign name that is made to point here would let a stranger's page speak to us as its own origin. An
//! address written in digits cannot be rebound, so those are always answered.

use std::net::IpAddr;

use axum::http::{HeaderMap, StatusCode, Uri, header};

use super::Problem;

/// The names that are answered.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    names: Vec<String>,
}

impl Hosts {
    /// Loopback names, the public address's host, and this machine's own name.
    pub(crate) fn new(public_url: Option<&url::Url>, machine: &str) -> Self {
        let mut names = vec!["localhost".to_owned()];
        names.extend(
            public_url
                .and_then(|url| url.host_str())
                .map(str::to_ascii_lowercase),
        );
        let machine = machine.to_ascii_lowercase();
        if !machine.is_empty() {
            // As printers and small computers are found on a home network (RFC 6762).
            names.push(format!("{machine}.local"));
            names.push(machine);
        }
        Self { names }
    }

    /// These names too.
    #[must_use]
    pub(crate) fn and(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.names.extend(names);
        self
    }

    /// This name alone.
    pub(crate) fn only(name: &str) -> Self {
        Self {
            names: vec![name.to_ascii_lowercase()],
        }
    }

    /// Refuses a request for a name that is not ours.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let written = headers.get(header::HOST).and_then(|value| value.to_str().ok());
        let Some(host) = written.or_else(|| uri.authority().map(axum::http::uri::Authority::as_str)) else {
            return Err(Problem::bad_request("no_host", "the request names no host"));
        };
        if self.answers_to(host) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "unknown_host",
            format!(
                "this server does not answer to {host:?}; its administrator sets web.public_url to the name people use"
            ),
        ))
    }

    fn answers_to(&self, host: &str) -> bool {
        let name = without_port(host);
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        if bare.parse::<IpAddr>().is_ok() {
            return true;
        }
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.names.contains(&name) || name.ends_with(".localhost")
    }
}

pub(super) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
