//! Passkeys: made, used, listed, renamed, revoked.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use smol_str::SmolStr;
use utoipa::ToSchema;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use crate::identity::model::DisplayName;
use crate::identity::second_factor::Ceremony;
use crate::web::{Json, Path, Problem, ProblemBody, Result, Sensitive};

use super::IdentityState;
use super::gate::{Visitor, Who};
use super::session::{SessionBody, set_cookie, started};

/// What the browser needs to make or use a passkey.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CeremonyBody {
    /// To be sent back with the credential, within five minutes.
    token: String,
    /// For `navigator.credentials`, binary values in base64url.
    #[schema(value_type = Object)]
    options: Value,
}

/// A passkey just made.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewPasskeyBody {
    token: String,
    /// What its owner calls it.
    #[serde(default)]
    name: DisplayName,
    /// The browser's answer, binary values in base64url.
    #[schema(value_type = Object)]
    credential: RegisterPublicKeyCredential,
}

/// A passkey that is shown.
#[derive(Deserialize, ToSchema)]
pub(super) struct ShownPasskeyBody {
    token: String,
    /// The browser's answer, binary values in base64url.
    #[schema(value_type = Object)]
    credential: PublicKeyCredential,
    /// Stay signed in on this device.
    #[serde(default)]
    remember: bool,
}

/// A passkey that is shown after the password.
#[derive(Deserialize, ToSchema)]
pub(super) struct SecondBody {
    token: String,
    /// The browser's answer, binary values in base64url.
    #[schema(value_type = Object)]
    credential: PublicKeyCredential,
}

/// A passkey in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PasskeyItem {
    id: String,
    name: DisplayName,
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    last_used: Option<Timestamp>,
}

/// One's passkeys.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PasskeyList {
    items: Vec<PasskeyItem>,
}

/// The id of a passkey just kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadePasskey {
    id: String,
}

/// Another name.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PasskeyPatch {
    name: DisplayName,
}

/// Begins to make a passkey. Asks for the password again where it was shown more than ten minutes ago.
#[utoipa::path(post, path = "/api/v1/passkeys/options", tag = "keys", responses(
    (status = 200, body = CeremonyBody), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn begin(
    State(state): State<IdentityState>,
    Who(actor): Who,
) -> Result<(Extension<Sensitive>, Json<CeremonyBody>)> {
    Ok(body(state.identity.begin_passkey(&actor).await?))
}

/// Keeps the passkey that the browser made.
#[utoipa::path(post, path = "/api/v1/passkeys", tag = "keys", request_body = NewPasskeyBody, responses(
    (status = 201, body = MadePasskey), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
pub(super) async fn add(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Json(new): Json<NewPasskeyBody>,
) -> Result<(StatusCode, Json<MadePasskey>)> {
    let made = state
        .identity
        .add_passkey(&actor, &new.token, new.name, &new.credential);
    let id = made.await?.into();
    Ok((StatusCode::CREATED, Json(MadePasskey { id })))
}

/// One's passkeys, newest first.
#[utoipa::path(get, path = "/api/v1/passkeys", tag = "keys", responses((status = 200, body = PasskeyList)))]
pub(super) async fn list(State(state): State<IdentityState>, Who(actor): Who) -> Result<Json<PasskeyList>> {
    let found = state.identity.passkeys(&actor).await?;
    let item = |line: crate::identity::own::PasskeyLine| PasskeyItem {
        id: line.id.into(),
        name: line.name,
        created: line.created,
        last_used: line.last_used,
    };
    Ok(Json(PasskeyList {
        items: found.into_iter().map(item).collect(),
    }))
}

/// Gives a passkey another name.
#[utoipa::path(patch, path = "/api/v1/passkeys/{id}", tag = "keys", request_body = PasskeyPatch,
    params(("id" = String, Path, description = "the passkey's id")),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn rename(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<SmolStr>,
    Json(patch): Json<PasskeyPatch>,
) -> Result<StatusCode> {
    state.identity.rename_passkey(&actor, id, patch.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revokes a passkey at once. Asks for the password again where it was shown more than ten minutes ago.
#[utoipa::path(delete, path = "/api/v1/passkeys/{id}", tag = "keys",
    params(("id" = String, Path, description = "the passkey's id")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn revoke(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<SmolStr>,
) -> Result<StatusCode> {
    state.identity.revoke_passkey(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins a sign-in, or a confirmation, with a passkey.
#[utoipa::path(post, path = "/api/v1/session/passkey/options", tag = "session", responses(
    (status = 200, body = CeremonyBody), (status = 409, body = ProblemBody)))]
pub(super) async fn ask(
    State(state): State<IdentityState>,
) -> Result<(Extension<Sensitive>, Json<CeremonyBody>)> {
    Ok(body(state.identity.ask_passkey()?))
}

/// Signs in with a passkey: the answer sets the session's cookie.
#[utoipa::path(post, path = "/api/v1/session/passkey", tag = "session", request_body = ShownPasskeyBody, responses(
    (status = 200, body = SessionBody), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn sign_in(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(shown): Json<ShownPasskeyBody>,
) -> Result<impl IntoResponse> {
    let entered =
        state
            .identity
            .sign_in_by_passkey(&shown.token, &shown.credential, shown.remember, &visitor.browser);
    let token = entered.await?;
    let body = started(&state, &token).await?;
    let cookie = set_cookie(&token, &visitor, shown.remember);
    Ok((cookie, Extension(Sensitive), Json(body)))
}

/// Signs in with the passkey that was asked for after the password: the answer sets the session's cookie.
#[utoipa::path(post, path = "/api/v1/session/second", tag = "session", request_body = SecondBody, responses(
    (status = 200, body = SessionBody), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn second(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(shown): Json<SecondBody>,
) -> Result<impl IntoResponse> {
    let entered = state
        .identity
        .finish_sign_in(&shown.token, &shown.credential, &visitor.browser);
    let (token, remember) = entered.await?;
    let body = started(&state, &token).await?;
    let cookie = set_cookie(&token, &visitor, remember);
    Ok((cookie, Extension(Sensitive), Json(body)))
}

/// Shows a passkey in the place of the password, so that secrets may be changed for the next ten minutes.
#[utoipa::path(post, path = "/api/v1/session/confirm/passkey", tag = "session", request_body = ShownPasskeyBody,
    responses((status = 204), (status = 422, body = ProblemBody)))]
pub(super) async fn confirm(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Json(shown): Json<ShownPasskeyBody>,
) -> Result<StatusCode> {
    let confirmed = state
        .identity
        .confirm_by_passkey(&actor, &shown.token, &shown.credential)
        .await;
    confirmed.map_err(|error| match Problem::from(error) {
        problem if problem.status() == StatusCode::UNAUTHORIZED => {
            Problem::invalid("credential", "this passkey is not one of yours")
        }
        problem => problem,
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn body(ceremony: Ceremony) -> (Extension<Sensitive>, Json<CeremonyBody>) {
    let Ceremony { token, options } = ceremony;
    (Extension(Sensitive), Json(CeremonyBody { token, options }))
}
