//! Presence: who is on the air.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::ShackState;
use crate::identity::api::gate::Who;
use crate::shack::presence::{OnAir, Present};
use crate::web::{Json, ProblemBody, Result};

/// Members on the air, by call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PresenceList {
    items: Vec<Present>,
}

/// Members who say that they are on the air.
#[utoipa::path(get, path = "/api/v1/shack/presence", tag = "shack", responses((status = 200, body = PresenceList)))]
pub(super) async fn list(State(state): State<ShackState>, Who(actor): Who) -> Result<Json<PresenceList>> {
    let items = state.shack.on_air(&actor)?;
    Ok(Json(PresenceList { items }))
}

/// Says that you are on the air, for ten minutes unless said again. Whoever follows you is told.
#[utoipa::path(put, path = "/api/v1/shack/presence", tag = "shack", request_body = OnAir, responses(
    (status = 200, body = Present), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn put(
    State(state): State<ShackState>,
    Who(actor): Who,
    Json(on_air): Json<OnAir>,
) -> Result<Json<Present>> {
    Ok(Json(state.shack.go_on_air(&actor, on_air).await?))
}

/// Says that you are not on the air any more.
#[utoipa::path(delete, path = "/api/v1/shack/presence", tag = "shack", responses(
    (status = 204), (status = 403, body = ProblemBody)))]
pub(super) async fn remove(State(state): State<ShackState>, Who(actor): Who) -> Result<StatusCode> {
    state.shack.go_off_air(&actor)?;
    Ok(StatusCode::NO_CONTENT)
}
