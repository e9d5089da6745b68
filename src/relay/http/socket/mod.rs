//! The websocket of a page: state pushed, tunes and transmissions taken.

mod programs;
mod said;
mod talk;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::answer::Refused;
use super::gate::Caller;
use super::serve::Place;
use crate::relay::desk::Desk;

/// Most bytes of a message from a page.
const MESSAGE: usize = 8 << 10;

/// `GET /ws`.
pub(super) async fn start(State(desk): State<Arc<Desk>>, mut request: Request) -> Result<Response, Refused> {
    let refused = |why: &str| {
        let words = format!("a websocket is served here: {why}");
        Refused::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", words)
    };
    let extensions = request.extensions_mut();
    let caller = extensions.remove::<Caller>();
    let caller = caller.ok_or_else(|| refused("nobody knows who asks"))?;
    let place = extensions.remove::<Place>();
    let upgrade = extensions
        .remove::<OnUpgrade>()
        .ok_or_else(|| refused("this connection cannot become one"))?;
    // RFC 6455 4.2.1 and 4.2.2.
    let (parts, _) = request.into_parts();
    let accepted = create_response(&axum::http::Request::from_parts(parts, ()));
    let accepted = accepted.map_err(|error| refused(&error.to_string()))?;
    tokio::spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE))
            .max_frame_size(Some(MESSAGE));
        let stream = TokioIo::new(upgraded);
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        talk::run(socket, desk, caller).await;
        drop(place);
    });
    Ok(accepted.map(|()| Body::empty()))
}
