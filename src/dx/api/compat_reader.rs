//! Who reads under `/compat/dxcluster`.
//!
//! Whoever may read spots: a session, a key in `Authorization` or `X-API-Key`, guests where the station is open to them.
//! Programs that can send no key put one into the address, `/compat/dxcluster/k/<key>/...`; addresses end up in logs, so
//! only a key that can do nothing but read spots is taken there. Refusals are as short as the empty answer: there are
//! clients that take any longer text for a spot.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::compat::CORS;
use super::{DxState, may_read};
use crate::identity::api::gate::Visitor;
use crate::identity::{Actor, Identity, Scope};

/// Somebody who may read spots.
pub(super) struct Reader;

impl FromRequestParts<DxState> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &DxState) -> Result<Self, Response> {
        reader(&state.identity, state.public, parts)
            .map(|_| Self)
            .ok_or_else(refused)
    }
}

/// Who asks, if they may read spots; `public`: whether guests may.
pub(crate) fn reader(identity: &Identity, public: bool, parts: &Parts) -> Option<Actor> {
    let key = parts
        .headers
        .get("x-api-key")
        .and_then(|value| value.to_str().ok());
    let path = parts.uri.path();
    let shown = path
        .strip_prefix("/compat/dxcluster/k/")
        .and_then(|rest| rest.split('/').next());
    let actor = match (shown, key) {
        (Some(key), _) => reading_key(identity, key),
        (None, Some(key)) => identity.by_key(key),
        (None, None) => parts
            .extensions
            .get::<Visitor>()
            .map(|visitor| visitor.actor.clone()),
    };
    actor.filter(|actor| may_read(actor, public).is_ok())
}

/// What everybody else gets.
pub(crate) fn refused() -> Response {
    let head = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::UNAUTHORIZED, CORS, head, "[]").into_response()
}

/// Who has this key, if it is one that reads spots and nothing else.
fn reading_key(identity: &Identity, key: &str) -> Option<Actor> {
    let actor = identity.by_key(key)?;
    let scopes = actor.member().ok()?.scopes?;
    scopes.iter().eq([Scope::DxRead]).then_some(actor)
}
