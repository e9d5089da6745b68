//! Proof that a request with a session cookie comes from a page of ours.
//!
//! Two independent checks: where the browser says the request comes from, and a token bound to the session
//! that only our pages can read. The token is different on every page (a nonce goes in), so compressed pages
//! do not give it away bit by bit. Who must pass these checks is the accounts' middleware's decision.

use axum::http::{HeaderMap, Method, header};

use super::cursor::{base64url, unbase64url};
use super::{Problem, Signer, sign};

const PURPOSE: &str = "csrf";
const NONCE: usize = 8;
/// The header scripts send the token in.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";

/// A token for a session; `nonce` must be fresh randomness.
pub(crate) fn issue_csrf(signer: &Signer, session: &[u8], nonce: [u8; NONCE]) -> String {
    let tag = signer.tag(PURPOSE, &[session, &nonce]);
    base64url(&[&nonce[..], &tag].concat())
}

/// Whether a token was issued for this session.
pub(crate) fn verify_csrf(signer: &Signer, session: &[u8], token: &str) -> bool {
    let bytes = unbase64url(token).unwrap_or_default();
    match bytes.split_at_checked(NONCE) {
        Some((nonce, tag)) if tag.len() == sign::TAG => signer.verify(PURPOSE, &[session, nonce], tag),
        _ => false,
    }
}

/// Both checks for a request by session cookie; safe methods pass. A form without script sends its token as
/// a field, which its handler reads: give it as `form_token`.
pub(crate) fn check_csrf(
    signer: &Signer,
    session: &[u8],
    request: (&Method, &HeaderMap),
    form_token: Option<&str>,
) -> Result<(), Problem> {
    let (method, headers) = request;
    if method.is_safe() {
        return Ok(());
    }
    same_origin(headers)?;
    let sent = headers
        .get(CSRF_HEADER)
        .and_then(|value| value.to_str().ok())
        .or(form_token);
    match sent {
        Some(token) if verify_csrf(signer, session, token) => Ok(()),
        Some(_) => Err(refused("the page is out of date; reload it and try again")),
        None => Err(refused(
            "a request with a session cookie needs the X-CSRF-Token header",
        )),
    }
}

/// Refuses what a browser says comes from another site; programs say nothing and pass.
pub(crate) fn same_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return match site {
            "same-origin" | "none" => Ok(()),
            _ => Err(foreign()),
        };
    }
    let Some(origin) = text(header::ORIGIN) else {
        return Ok(());
    };
    let host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    match (host, text(header::HOST)) {
        (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host) => Ok(()),
        _ => Err(foreign()),
    }
}

fn foreign() -> Problem {
    refused("the request comes from another site")
}

fn refused(why: &str) -> Problem {
    Problem::forbidden("cross_site", why)
}
