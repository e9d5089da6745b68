//! Addresses that change: the update protocol of home routers (dyndns2), and what tells them their address.
//!
//! `GET /nic/update` answers 200 with one line for each host, in the order of the request, whatever is wrong with it; only
//! bad credentials are 401, which clients take as final. A token is for one name, so the account's password is never in a
//! router. The same address again is `nochg`, costs no write, and is counted: whoever says it all the time is told
//! `abuse`. Of two families the one that is not spoken of is left alone.

mod abuse;
mod request;
mod update;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::credential::{Known, Shown, Strikes};
use crate::dns::Dns;
use crate::dns::model::TokenScope;
use crate::identity::api::gate::Visitor;
use crate::web::{Access, Class, Routes};
use abuse::Abuse;
use request::Wish;

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct DyndnsState {
    pub(crate) dns: Dns,
    pub(crate) strikes: Strikes,
    /// Whether addresses that nobody outside can reach are taken.
    pub(crate) private: bool,
    abuse: Abuse,
}

/// Where updates are taken; routers have these paths built in.
pub(crate) const UPDATES: [&str; 4] = ["/nic/update", "/v3/update", "/update", "/nic/dyndns"];

impl DyndnsState {
    /// Nobody has asked yet.
    pub(crate) fn new(dns: Dns, strikes: Strikes, private: bool) -> Self {
        Self {
            dns,
            strikes,
            private,
            abuse: Abuse::default(),
        }
    }
}

/// The routes.
pub(crate) fn routes(state: DyndnsState) -> Routes {
    let reads = Access::Public.class(Class::Read);
    let mut routes = Routes::new();
    for path in UPDATES {
        routes = routes.page(reads, path, get(update));
    }
    routes
        .page(reads, "/checkip", get(check_ip))
        .page(reads, "/ip", get(ip))
        .with_state(state)
}

/// Takes an update.
async fn update(
    State(state): State<DyndnsState>,
    Visitor { browser, .. }: Visitor,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let from = browser.address.to_canonical();
    let mut shown = Shown::of(&headers);
    let wish = Wish::read(query.as_deref().unwrap_or_default(), &mut shown);
    let known = shown.known(&state.dns, TokenScope::Dyndns, (&state.strikes, from));
    let token = match known.await {
        Ok(Known::Token(token)) => token,
        Ok(Known::Nobody) => return bad_auth(),
        Ok(Known::TooOften(wait)) => return too_often(wait),
        Err(error) => {
            tracing::error!(%error, "a token could not be looked up: {error}");
            return told("911");
        }
    };
    if browser.agent.trim().is_empty() {
        return told("badagent");
    }
    let hosts = match wish.hosts(shown.user.as_deref(), &token.token.name) {
        Ok(hosts) => hosts,
        Err(code) => return told(code),
    };
    let mut lines = Vec::with_capacity(hosts.len());
    for host in &hosts {
        lines.push(update::one(&state, &token, (host, &wish), from).await);
    }
    told(&lines.join("\n"))
}

/// The asker's address in a page, as the first of these services had it.
async fn check_ip(Visitor { browser, .. }: Visitor) -> Response {
    let address = browser.address.to_canonical();
    let page = format!(
        "<html><head><title>Current IP Check</title></head><body>Current IP Address: {address}</body></html>\n"
    );
    never_kept("text/html; charset=utf-8", page)
}

/// The asker's address alone.
async fn ip(Visitor { browser, .. }: Visitor) -> Response {
    let address: IpAddr = browser.address.to_canonical();
    never_kept("text/plain; charset=utf-8", format!("{address}\n"))
}

/// An answer of the protocol.
fn told(lines: &str) -> Response {
    never_kept("text/plain; charset=utf-8", format!("{lines}\n"))
}

fn never_kept(kind: &'static str, text: String) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")];
    (headers, text).into_response()
}

fn bad_auth() -> Response {
    let asks = HeaderValue::from_static("Basic realm=\"DynDNS\"");
    let mut response = (StatusCode::UNAUTHORIZED, told("badauth")).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, asks);
    response
}

fn too_often(wait: Duration) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, told("badauth")).into_response();
    let seconds = HeaderValue::from(wait.as_secs().max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}
