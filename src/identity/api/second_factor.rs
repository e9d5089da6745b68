//! Whether a passkey is asked for after one's password.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::identity::password::Password;
use crate::web::{Json, ProblemBody, Result};

use super::IdentityState;
use super::gate::Who;

/// What the account is to ask for.
#[derive(Deserialize, ToSchema)]
pub(super) struct SecondFactorBody {
    /// Whether a passkey is asked for after the password.
    required: bool,
    /// A longer password, where the present one is too short to be asked for alone.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, min_length = 15)]
    password: Option<Password>,
}

/// Has a passkey asked for after the password, or no longer. Asks for proof again where the last is older than ten
/// minutes.
#[utoipa::path(put, path = "/api/v1/account/second-factor", tag = "account", request_body = SecondFactorBody,
    responses((status = 204), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
pub(super) async fn set(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Json(wish): Json<SecondFactorBody>,
) -> Result<StatusCode> {
    if wish.required {
        state.identity.require_second_factor(&actor).await?;
    } else {
        state.identity.end_second_factor(&actor, wish.password).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
