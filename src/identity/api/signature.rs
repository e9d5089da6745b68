//! Finds the signature of a request: in headers, or for the firehose in the query, since a browser's socket has no
//! headers of its own.
//!
//! The names of the platform that programs were written for are accepted beside ours.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, StatusCode};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::identity::actor::Actor;
use crate::identity::service::Identity;
use crate::identity::signed::{BadSignature, Signature};
use crate::web::{Problem, Whole};

/// What the names of the headers begin with.
const PREFIXES: [&str; 2] = ["x-shackbox-", "x-odoo-"];
/// The one path whose query may be signed.
const SIGNED_QUERY: &str = "/ws/firehose";
/// How long a signed body may take to arrive: it is held in memory until then.
const BODY_TIME: Duration = Duration::from_mins(5);

/// Bodies held at once until their signature is known.
static BODIES: Semaphore = Semaphore::const_new(8);

/// The signature that a request carries, if it carries one.
pub(super) fn find(request: &Request) -> Option<Signature> {
    let headers = PREFIXES
        .iter()
        .find_map(|prefix| in_headers(request.headers(), prefix));
    headers.or_else(|| {
        let query = request
            .uri()
            .query()
            .filter(|_| request.uri().path() == SIGNED_QUERY)?;
        in_query(query)
    })
}

/// Who signed the request, and the request as it was. The body is read only for somebody who could have signed it.
pub(super) async fn check(
    identity: &Identity,
    shown: &Signature,
    request: Request,
) -> Result<(Actor, Request), Problem> {
    if request.method().is_safe() {
        let actor = identity.by_signature(shown, None).map_err(refused)?;
        return Ok((actor, request));
    }
    identity.could_sign(shown).map_err(refused)?;
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts.clone(), body);
    let bytes = read(head).await?;
    let actor = identity.by_signature(shown, Some(&bytes)).map_err(refused)?;
    Ok((actor, Request::from_parts(parts, Body::from(bytes))))
}

async fn read(request: Request) -> Result<Bytes, Problem> {
    let place = BODIES.acquire().await;
    let _place = place.expect("the semaphore is never closed");
    let read = timeout(BODY_TIME, Whole::from_request(request, &())).await;
    let late = |_| {
        Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "timeout",
            "the body did not arrive in time",
        )
    };
    read.map_err(late)?.map(|Whole(bytes)| bytes)
}

fn refused(bad: BadSignature) -> Problem {
    let text = bad.to_string();
    match bad {
        BadSignature::Wrong | BadSignature::Time => {
            Problem::new(StatusCode::UNAUTHORIZED, "bad_signature", text)
        }
        BadSignature::Replayed => Problem::new(StatusCode::UNAUTHORIZED, "signature_replayed", text),
        BadSignature::Busy => Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", text)
            .retry_after(Duration::from_mins(5)),
    }
}

fn in_headers(headers: &HeaderMap, prefix: &str) -> Option<Signature> {
    let text = |name: &str| {
        let value = headers.get(format!("{prefix}{name}"))?.to_str().ok()?;
        Some(value.to_owned())
    };
    Some(Signature {
        hex: text("signature")?,
        user: text("user").unwrap_or_default(),
        timestamp: text("timestamp").unwrap_or_default(),
        nonce: text("nonce").unwrap_or_default(),
    })
}

fn in_query(query: &str) -> Option<Signature> {
    let text = |wanted: &str| {
        let found = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned())
    };
    Some(Signature {
        hex: text("signature")?,
        user: text("user").unwrap_or_default(),
        timestamp: text("timestamp").unwrap_or_default(),
        nonce: text("nonce").unwrap_or_default(),
    })
}
