//! A request that wants to become a websocket.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;

use crate::net::{Peer, Place};
use crate::web::Problem;

/// A request that wants to become a websocket, and may as far as its form goes.
pub(crate) struct SocketStart {
    pub(super) upgrade: OnUpgrade,
    /// What it is answered when it may.
    pub(super) accepted: Response,
    pub(super) headers: HeaderMap,
    pub(super) peer: Peer,
    pub(super) place: Option<Place>,
}

impl<S: Send + Sync> FromRequestParts<S> for SocketStart {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let refused = |why: String| {
            let sentence = format!("a websocket is served here: {why}");
            Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", sentence)
        };
        let mut request = Request::builder()
            .method(parts.method.clone())
            .version(parts.version)
            .uri(parts.uri.clone())
            .body(())
            .map_err(|error| refused(error.to_string()))?;
        *request.headers_mut() = parts.headers.clone();
        // RFC 6455 4.2.1 and 4.2.2.
        let accepted = tungstenite::handshake::server::create_response(&request)
            .map_err(|error| refused(error.to_string()))?;
        let upgrade = parts
            .extensions
            .remove::<OnUpgrade>()
            .ok_or_else(|| refused("this connection cannot become one".to_owned()))?;
        Ok(Self {
            upgrade,
            accepted: accepted.map(|()| Body::empty()),
            headers: parts.headers.clone(),
            peer: parts.extensions.get::<Peer>().copied().unwrap_or(Peer::LOCAL),
            place: parts.extensions.get::<Place>().cloned(),
        })
    }
}
