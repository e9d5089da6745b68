//! One's own API keys.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::model::{DisplayName, Scope};
use crate::identity::own::KeyLine;
use crate::identity::token::KeyId;
use crate::identity::write::NewKey;
use crate::web::{Json, Path, Problem, ProblemBody, Result, Sensitive};

use super::IdentityState;
use super::gate::Who;

/// A key in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyItem {
    #[schema(value_type = String)]
    id: KeyId,
    name: DisplayName,
    scopes: Vec<Scope>,
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    expires: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    last_used: Option<Timestamp>,
}

/// One's keys.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyList {
    items: Vec<KeyItem>,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewKeyBody {
    /// What it is for.
    #[serde(default)]
    name: DisplayName,
    /// What it allows; at least one.
    scopes: Vec<Scope>,
    /// When it stops working; never, where left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date-time")]
    expires: Option<Timestamp>,
}

/// A key just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeKey {
    #[schema(value_type = String)]
    id: KeyId,
    /// The whole key: shown now and never again.
    key: String,
}

/// One's API keys, newest first.
#[utoipa::path(get, path = "/api/v1/apikeys", tag = "keys", responses((status = 200, body = KeyList)))]
pub(super) async fn list(State(state): State<IdentityState>, Who(actor): Who) -> Result<Json<KeyList>> {
    let items = state
        .identity
        .keys(&actor)?
        .into_iter()
        .map(KeyItem::from)
        .collect();
    Ok(Json(KeyList { items }))
}

/// Makes an API key. Asks for the password again where it was shown more than ten minutes ago.
#[utoipa::path(post, path = "/api/v1/apikeys", tag = "keys", request_body = NewKeyBody, responses(
    (status = 201, body = MadeKey), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn create(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Json(new): Json<NewKeyBody>,
) -> Result<(StatusCode, Extension<Sensitive>, Json<MadeKey>)> {
    let account = actor.member()?.account;
    let scopes = new.scopes.into_iter().collect();
    let new = NewKey {
        account,
        name: new.name,
        scopes,
        expires: new.expires,
    };
    let key = state.identity.create_api_key(&actor, new).await?;
    let made = MadeKey {
        id: key.id(),
        key: key.expose().to_owned(),
    };
    Ok((StatusCode::CREATED, Extension(Sensitive), Json(made)))
}

/// Revokes an API key at once.
#[utoipa::path(delete, path = "/api/v1/apikeys/{id}", tag = "keys",
    params(("id" = String, Path, description = "the key's id")),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn revoke(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    let id = id
        .parse()
        .map_err(|_| Problem::not_found("there is no such API key"))?;
    state.identity.revoke_api_key(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<KeyLine> for KeyItem {
    fn from(line: KeyLine) -> Self {
        Self {
            id: line.id,
            name: line.name,
            scopes: line.scopes.iter().collect(),
            created: line.created,
            expires: line.expires,
            last_used: line.last_used,
        }
    }
}
