//! Pages of other origins: those that ask, and those that were let in.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Refused;
use crate::relay::desk::Desk;
use crate::relay::pairings::{PairError, Pairings};

/// `GET /api/pairings`: who asks, who was let in, and which origins the settings let in.
pub(super) async fn list(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let settings = desk.settings();
    let server = settings.server.as_ref().map(|url| {
        let origin = url.origin().ascii_serialization();
        json!({ "origin": origin, "source": "your Shackbox" })
    });
    let configured = desk.origins.iter();
    let configured = configured.map(|origin| json!({ "origin": origin, "source": "the configuration" }));
    let origins: Vec<Value> = server.into_iter().chain(configured).collect();
    Json(json!({
        "waiting": desk.pairings.waiting(),
        "paired": desk.pairings.paired(),
        "origins": origins,
    }))
}

/// `POST /api/pairings/{request}/allow`
pub(super) async fn allow(
    State(desk): State<Arc<Desk>>,
    Path(request): Path<String>,
) -> Result<StatusCode, Refused> {
    kept(desk, move |pairings| pairings.allow(&request)).await
}

/// `POST /api/pairings/{request}/refuse`
pub(super) async fn refuse(
    State(desk): State<Arc<Desk>>,
    Path(request): Path<String>,
) -> Result<StatusCode, Refused> {
    kept(desk, move |pairings| pairings.refuse(&request)).await
}

/// `DELETE /api/pairings/{id}`
pub(super) async fn revoke(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refused> {
    kept(desk, move |pairings| pairings.revoke(&id)).await
}

async fn kept(
    desk: Arc<Desk>,
    work: impl FnOnce(&Pairings) -> Result<(), PairError> + Send + 'static,
) -> Result<StatusCode, Refused> {
    let done = tokio::task::spawn_blocking(move || work(&desk.pairings)).await;
    done.unwrap_or_else(|_| Err(PairError::Disk("it was cut short".to_owned())))?;
    Ok(StatusCode::NO_CONTENT)
}
