//! Contacts on their way to the server.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refused;
use crate::relay::desk::Desk;
use crate::relay::logs::queue::QueueError;

/// Most lines of the list.
const LINES: usize = 200;

/// Which contacts are listed.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    /// Those that are done as well.
    #[serde(default)]
    all: bool,
}

fn refused(error: QueueError) -> Refused {
    let (status, code) = match &error {
        QueueError::Unknown(_) => (StatusCode::NOT_FOUND, "not_found"),
        QueueError::Full { .. } => (StatusCode::CONFLICT, "full"),
        QueueError::File { .. } | QueueError::Stopped => (StatusCode::INTERNAL_SERVER_ERROR, "not_kept"),
    };
    Refused::new(status, code, error.to_string())
}

/// `GET /api/contacts[?all=true]`: the newest first.
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, Refused> {
    let items = desk.queue.rows(LINES, !which.all).await.map_err(refused)?;
    let sums = *desk.queue.sums().borrow();
    Ok(Json(json!({ "items": items, "sums": sums })))
}

/// `POST /api/contacts/{number}/retry`
pub(super) async fn retry(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<u64>,
) -> Result<Json<Value>, Refused> {
    again(&desk, Some(number)).await
}

/// `POST /api/contacts/retry`: all that were refused.
pub(super) async fn retry_all(State(desk): State<Arc<Desk>>) -> Result<Json<Value>, Refused> {
    again(&desk, None).await
}

async fn again(desk: &Desk, number: Option<u64>) -> Result<Json<Value>, Refused> {
    let tried = desk.queue.try_again(number, desk.clock.now()).await;
    Ok(Json(json!({ "tried": tried.map_err(refused)? })))
}

/// `DELETE /api/contacts/{number}`: it is not sent any more; what the server has stays there.
pub(super) async fn give_up(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<u64>,
) -> Result<StatusCode, Refused> {
    let given_up = desk.queue.give_up(number, desk.clock.now()).await;
    given_up.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
