//! Links that set a password and were not used yet: listed and ended by administrators.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::identity::model::AccountId;
use crate::identity::recovery::OpenLink;
use crate::web::{Json, Path, ProblemBody, Result};

use super::IdentityState;
use super::gate::Who;

/// A link that sets a password and was not used yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkItem {
    /// Names it, without being of use to anybody.
    id: String,
    account: AccountId,
    /// Who made it, or how it came about.
    by: String,
    /// Whether it went out by mail; else an administrator hands it over.
    mailed: bool,
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// The links that are open.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkList {
    items: Vec<LinkItem>,
}

/// The links that set a password and were not used yet.
#[utoipa::path(get, path = "/api/v1/links", tag = "users", responses((status = 200, body = LinkList)))]
pub(super) async fn list(State(state): State<IdentityState>, Who(actor): Who) -> Result<Json<LinkList>> {
    let links = state.identity.open_links(&actor).await?;
    let item = |link: OpenLink| LinkItem {
        id: link.id,
        account: link.account,
        by: link.by.into(),
        mailed: link.mailed,
        until: link.until,
    };
    Ok(Json(LinkList {
        items: links.into_iter().map(item).collect(),
    }))
}

/// Ends such a link before it is used.
#[utoipa::path(delete, path = "/api/v1/links/{id}", tag = "users", params(("id" = String, Path)), responses(
    (status = 204), (status = 403, body = ProblemBody)))]
pub(super) async fn revoke(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    state.identity.revoke_link(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
