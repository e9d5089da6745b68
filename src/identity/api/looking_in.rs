//! Looking in as a member over HTTP, and what members see of it.

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::IdentityState;
use super::gate::{Visitor, Who, session_cookie};
use crate::identity::model::AccountId;
use crate::web::{Json, Path, ProblemBody, Result, Sensitive};

/// Times that a member is shown.
const SHOWN: usize = 200;

/// Starts a session as a member: the answer's cookie takes the place of the administrator's own.
#[utoipa::path(post, path = "/api/v1/users/{id}/session", tag = "users", params(("id" = u32, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
pub(super) async fn start(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Path(id): Path<u32>,
) -> Result<impl IntoResponse> {
    let token = state
        .identity
        .look_in(&visitor.actor, AccountId(id), &visitor.browser)
        .await?;
    let cookie = session_cookie(&token, visitor.https, false);
    let cookies = AppendHeaders([(header::SET_COOKIE, cookie)]);
    Ok((StatusCode::NO_CONTENT, cookies, Extension(Sensitive)))
}

/// An administrator who looked in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LookInItem {
    #[schema(value_type = String, format = "date-time")]
    time: Timestamp,
    who: String,
    /// `acting.started`, `acting.act` or `acting.ended`.
    action: String,
    detail: String,
}

/// The newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LookInList {
    items: Vec<LookInItem>,
}

/// When administrators looked in as you, and what they did.
#[utoipa::path(get, path = "/api/v1/account/looked-in", tag = "account", responses((status = 200, body = LookInList)))]
pub(super) async fn list(State(state): State<IdentityState>, Who(actor): Who) -> Result<Json<LookInList>> {
    let found = state.identity.looked_in(&actor, SHOWN).await?;
    let item = |line: crate::identity::LookIn| LookInItem {
        time: line.at,
        who: line.who.into(),
        action: line.action.into(),
        detail: line.detail.into(),
    };
    Ok(Json(LookInList {
        items: found.into_iter().map(item).collect(),
    }))
}
