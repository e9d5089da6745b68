//! What goes together with HTTPS: the plain listener that sends browsers on, HSTS, and that a connection made for one
//! host is not used for another.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

use super::hosts::without_port;
use super::{Hosts, Problem};
use crate::config::Hsts;
use crate::net::tls::Proofs;
use crate::net::{Peer, TlsInfo};

/// Where a certificate authority fetches what proves a name (RFC 8555 8.3).
const PROOFS: &str = "/.well-known/acme-challenge/";
/// What is answered without encryption all the same: it tells nothing of anybody, and supervisors and routers ask it.
const OPEN: [&str; 4] = ["/healthz", "/readyz", "/checkip", "/ip"];

/// What the plain listener does beside HTTPS.
#[derive(Debug, Clone)]
pub(crate) struct Onward {
    /// Whether browsers are sent on.
    pub(crate) redirect: bool,
    /// The address people use, where it is configured: nobody is sent anywhere else.
    pub(crate) public: Option<Url>,
    /// The port of HTTPS, where the address is not configured.
    pub(crate) port: u16,
    /// The names that are answered.
    pub(crate) hosts: Hosts,
    /// What an authority may fetch.
    pub(crate) proofs: Proofs,
    /// Paths that are answered without encryption, since their clients know none.
    pub(crate) plain: &'static [&'static str],
}

impl Onward {
    /// Puts itself before the routes of the plain listener.
    pub(crate) fn before(self, router: Router) -> Router {
        router.layer(from_fn(move |request, next| {
            let onward = self.clone();
            async move { onward.handle(request, next).await }
        }))
    }

    async fn handle(&self, request: Request, next: Next) -> Response {
        let path = request.uri().path();
        if let Some(token) = path.strip_prefix(PROOFS) {
            return self.proof(token, request.method());
        }
        let peer = request.extensions().get::<Peer>().copied().unwrap_or(Peer::LOCAL);
        let open =
            OPEN.contains(&path) || self.plain.contains(&path) || (path == "/metrics" && peer.is_local());
        if !self.redirect || peer.https || open {
            return next.run(request).await;
        }
        if let Err(problem) = self.hosts.check(request.uri(), request.headers()) {
            return problem.into_response();
        }
        match self.target(&request) {
            Some(target) => moved(&target),
            None => Problem::bad_request("https_only", "this is answered by HTTPS only").into_response(),
        }
    }

    fn proof(&self, token: &str, method: &Method) -> Response {
        match self.proofs.by_token(token) {
            Some(proof) if *method == Method::GET => {
                ([(header::CONTENT_TYPE, "application/octet-stream")], proof).into_response()
            }
            _ => Problem::not_found("no such name is being proven").into_response(),
        }
    }

    /// The same path and query at the public address.
    fn target(&self, request: &Request) -> Option<HeaderValue> {
        let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
        let origin = match &self.public {
            Some(url) if url.scheme() == "https" => url.origin().ascii_serialization(),
            public => {
                let host = match public.as_ref().and_then(Url::host_str) {
                    Some(host) => host,
                    None => without_port(request.headers().get(header::HOST)?.to_str().ok()?),
                };
                with_port(host, self.port)
            }
        };
        HeaderValue::try_from(format!("{origin}{rest}")).ok()
    }
}

fn with_port(host: &str, port: u16) -> String {
    if port == 443 {
        format!("https://{host}")
    } else {
        format!("https://{host}:{port}")
    }
}

/// 308 keeps method and body, so that a program that was set up with `http://` goes on working.
fn moved(target: &HeaderValue) -> Response {
    let mut response = StatusCode::PERMANENT_REDIRECT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, target.clone());
    // The configuration may change: browsers ask again tomorrow.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=86400"),
    );
    response
}

/// What is said to browsers of HTTPS on this connection; `None` for nothing.
pub(super) fn insist(hsts: Hsts, tls: Option<&TlsInfo>, host: Option<&str>) -> Option<HeaderValue> {
    let Hsts { max_age, asked } = hsts;
    let tls = tls?;
    if !asked && (max_age == Duration::ZERO || tls.self_signed || host.is_none_or(is_here)) {
        return None;
    }
    HeaderValue::try_from(format!("max-age={}", max_age.as_secs())).ok()
}

/// Whether a host is this machine, whichever it is, or no name at all: then it would be said of others too, or of
/// nobody (RFC 6797 8.1.1).
fn is_here(host: &str) -> bool {
    match Host::parse(without_port(host)) {
        Ok(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        _ => true,
    }
}

/// Refuses a request for another host than the connection was made for (RFC 9110 15.5.20): another host may ask for
/// other certificates, or have other cookies.
pub(super) fn same_host(tls: Option<&TlsInfo>, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(name) = tls.and_then(|tls| tls.server_name.as_deref()) else {
        return Ok(());
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.map(|host| without_port(host).trim_end_matches('.'));
    if host.is_some_and(|host| host.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::MISDIRECTED_REQUEST,
        "misdirected",
        format!("this connection was made for {name}"),
    ))
}
