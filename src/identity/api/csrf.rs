//! The proof that a change with a session's cookie comes from one of our pages: a token bound to the session.
//!
//! Each page gets another one (a nonce goes in), so that compressed pages do not give it away bit by bit. Scripts send
//! it in a header, forms as their field `csrf`, which is read from the start of the body; the body is put back whole,
//! so that an upload is not held in memory: our forms have the token in front of their other fields.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use futures_util::{StreamExt as _, stream};

use crate::identity::token::SessionToken;
use crate::web::{Problem, Signer};

/// The header scripts send the token in.
const HEADER: &str = "x-csrf-token";
const PURPOSE: &str = "csrf";
const NONCE: usize = 8;
/// How much of a form is looked through.
const START: usize = 16 << 10;

/// A token for a session; `nonce` is fresh randomness.
pub(super) fn issue(signer: &Signer, session: &SessionToken, nonce: [u8; NONCE]) -> String {
    let tag = signer.tag(PURPOSE, &[&session.digest(), &nonce]);
    BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &tag].concat())
}

fn belongs(signer: &Signer, session: &SessionToken, shown: &str) -> bool {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(shown).unwrap_or_default();
    let Some((nonce, tag)) = bytes.split_at_checked(NONCE) else {
        return false;
    };
    signer.verify(PURPOSE, &[&session.digest(), nonce], tag)
}

/// The request as it was, where it carries a token of this session.
pub(super) async fn check(
    signer: &Signer,
    session: &SessionToken,
    request: Request,
) -> Result<Request, Problem> {
    let header = request
        .headers()
        .get(HEADER)
        .map(|value| value.to_str().unwrap_or_default().to_owned());
    let (request, shown) = match header {
        Some(shown) => (request, Some(shown)),
        None => take(request).await?,
    };
    if shown.is_some_and(|shown| belongs(signer, session, &shown)) {
        return Ok(request);
    }
    let detail = "the page's token is missing or of an older session; reload the page and try again";
    Err(Problem::forbidden("csrf", detail))
}

/// The request, whole, and the field's value where it is a form that has one.
async fn take(request: Request) -> Result<(Request, Option<String>), Problem> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let find: fn(&[u8]) -> Option<String> = if kind.starts_with("application/x-www-form-urlencoded") {
        urlencoded
    } else if kind.starts_with("multipart/form-data") {
        multipart
    } else {
        return Ok((request, None));
    };
    let (parts, body) = request.into_parts();
    let mut rest = body.into_data_stream();
    let mut pieces: Vec<Bytes> = Vec::new();
    let mut start = Vec::new();
    while start.len() < START {
        let Some(piece) = rest.next().await else { break };
        let piece = piece.map_err(|error| Problem::bad_request("unreadable_body", error.to_string()))?;
        let wanted = piece.len().min(START - start.len());
        start.extend_from_slice(&piece[..wanted]);
        pieces.push(piece);
    }
    let whole = stream::iter(pieces.into_iter().map(Ok)).chain(rest);
    Ok((Request::from_parts(parts, Body::from_stream(whole)), find(&start)))
}

fn urlencoded(start: &[u8]) -> Option<String> {
    let found = url::form_urlencoded::parse(start).find(|(name, _)| name == "csrf");
    found.map(|(_, value)| value.into_owned())
}

fn multipart(start: &[u8]) -> Option<String> {
    let name = br#"name="csrf""#;
    let head = memchr::memmem::find(start, name)? + name.len();
    let value = head + memchr::memmem::find(&start[head..], b"\r\n\r\n")? + 4;
    let end = value + memchr::memmem::find(&start[value..], b"\r\n")?;
    String::from_utf8(start[value..end].to_vec()).ok()
}
