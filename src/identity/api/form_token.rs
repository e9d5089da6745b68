//! The CSRF token that a form sends as its field `csrf`, read from the start of the body.
//!
//! The body is put back whole, so that a handler sees what was sent, and an upload is not held in memory: our forms
//! have the token in front of their other fields.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use futures_util::{StreamExt as _, stream};

use crate::web::Problem;

/// How much of a form is looked through.
const START: usize = 16 << 10;

/// The request, whole, and the field's value where it is a form that has one.
pub(super) async fn take(request: Request) -> Result<(Request, Option<String>), Problem> {
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
