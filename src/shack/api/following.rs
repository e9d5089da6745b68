//! Following: whose going on the air you are told of.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::ShackState;
use crate::ham::callsign::Callsign;
use crate::identity::api::gate::Who;
use crate::shack::error::Error;
use crate::shack::service::Followed;
use crate::web::{Json, Path, ProblemBody, Result};

/// A call that you follow.
#[derive(Debug, Serialize, ToSchema)]
struct FollowedView {
    #[schema(value_type = String)]
    call: SmolStr,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Whether they say that they are on the air now.
    on_air: bool,
}

/// Calls that you follow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FollowingList {
    items: Vec<FollowedView>,
}

impl From<Followed> for FollowedView {
    fn from(followed: Followed) -> Self {
        let Followed { call, since, on_air } = followed;
        Self { call, since, on_air }
    }
}

/// Calls that you follow.
#[utoipa::path(get, path = "/api/v1/shack/following", tag = "shack", responses((status = 200, body = FollowingList)))]
pub(super) async fn list(State(state): State<ShackState>, Who(actor): Who) -> Result<Json<FollowingList>> {
    let items = state.shack.followed(&actor).await?;
    Ok(Json(FollowingList {
        items: items.into_iter().map(FollowedView::from).collect(),
    }))
}

/// Follows a call: you are told, on whatever page is open, when they go on the air.
#[utoipa::path(put, path = "/api/v1/shack/following/{call}", tag = "shack", params(("call" = String, Path)), responses(
    (status = 204), (status = 409, description = "200 are followed already", body = ProblemBody),
    (status = 422, body = ProblemBody)))]
pub(super) async fn add(
    State(state): State<ShackState>,
    Who(actor): Who,
    Path(text): Path<String>,
) -> Result<StatusCode> {
    state.shack.follow(&actor, call(&text)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follows a call no longer.
#[utoipa::path(delete, path = "/api/v1/shack/following/{call}", tag = "shack", params(("call" = String, Path)), responses(
    (status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn remove(
    State(state): State<ShackState>,
    Who(actor): Who,
    Path(text): Path<String>,
) -> Result<StatusCode> {
    state.shack.unfollow(&actor, call(&text)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The call as it is kept: upper case.
fn call(text: &str) -> std::result::Result<String, Error> {
    let parsed = Callsign::parse(text);
    let call = parsed.map_err(|_| Error::Call(text.chars().take(20).collect()))?;
    Ok(call.as_str().to_owned())
}
