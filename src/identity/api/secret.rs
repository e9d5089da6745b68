//! The secret that one shares with programs that sign their requests.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::web::{Json, Problem, ProblemBody, Result, Sensitive};

use super::IdentityState;
use super::gate::Who;

/// The signing secret, as one sees it later.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SecretBody {
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    last_used: Option<Timestamp>,
}

/// A signing secret just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeSecret {
    /// Shown now and never again.
    secret: String,
}

/// Whether one has a signing secret, and when it was last used.
#[utoipa::path(get, path = "/api/v1/account/secret", tag = "keys", responses(
    (status = 200, body = SecretBody), (status = 404, body = ProblemBody)))]
pub(super) async fn show(State(state): State<IdentityState>, Who(actor): Who) -> Result<Json<SecretBody>> {
    let found = state.identity.signing_secret(&actor)?;
    let (created, last_used) = found.ok_or_else(|| Problem::not_found("there is no signing secret"))?;
    Ok(Json(SecretBody { created, last_used }))
}

/// Makes a signing secret; the one before stops working. Asks for the password again where it was shown more than ten
/// minutes ago.
#[utoipa::path(post, path = "/api/v1/account/secret", tag = "keys", responses(
    (status = 201, body = MadeSecret), (status = 401, body = ProblemBody)))]
pub(super) async fn make(
    State(state): State<IdentityState>,
    Who(actor): Who,
) -> Result<(StatusCode, Extension<Sensitive>, Json<MadeSecret>)> {
    let secret = state.identity.make_signing_secret(&actor).await?;
    Ok((
        StatusCode::CREATED,
        Extension(Sensitive),
        Json(MadeSecret { secret }),
    ))
}

/// Revokes the signing secret at once.
#[utoipa::path(delete, path = "/api/v1/account/secret", tag = "keys", responses(
    (status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn revoke(State(state): State<IdentityState>, Who(actor): Who) -> Result<StatusCode> {
    state.identity.revoke_signing_secret(&actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
