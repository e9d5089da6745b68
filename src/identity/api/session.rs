//! Signing in and out, the first run, and the list of one's own sessions.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::error::Error;
use crate::identity::login::Login;
use crate::identity::model::{DisplayName, Role};
use crate::identity::own::SessionLine;
use crate::identity::password::Password;
use crate::identity::second_factor::{Ceremony, Entry};
use crate::identity::sign_in::SignIn;
use crate::identity::token::SessionToken;
use crate::identity::write::NewAccount;
use crate::web::{Json, Path, Problem, ProblemBody, Result, Sensitive};

use super::gate::{self, Visitor, Who};
use super::{AccountBody, IdentityState, LogbookLine};

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionBody {
    account: AccountBody,
    /// To be sent back as `X-CSRF-Token` with every change; empty for an API key, which needs none.
    csrf: String,
    /// The logbooks one may use.
    logbooks: Vec<LogbookLine>,
}

/// Call and password.
#[derive(Deserialize, ToSchema)]
pub(super) struct SignInBody {
    call: String,
    #[schema(value_type = String, format = Password)]
    password: Password,
    /// Stay signed in on this device.
    #[serde(default)]
    remember: bool,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
pub(super) struct SetUpBody {
    /// The token of the one-time link that the program printed.
    token: String,
    call: String,
    #[schema(value_type = String, format = Password, min_length = 15)]
    password: Password,
    #[serde(default)]
    name: String,
    /// Maidenhead locator; empty for none.
    #[serde(default)]
    grid: String,
}

/// The password, once more.
#[derive(Deserialize, ToSchema)]
pub(super) struct ConfirmBody {
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// The passkey that is asked for after the password: no session yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SecondStepBody {
    /// `passkey`: the way on is `POST /api/v1/session/second`, with the token, within five minutes. One answer is taken.
    next: &'static str,
    /// To be sent back with the credential.
    token: String,
    /// For `navigator.credentials`, binary values in base64url.
    #[schema(value_type = Object)]
    options: Value,
}

/// A session in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionItem {
    id: String,
    #[schema(value_type = String, format = "date-time")]
    created: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    last_seen: Timestamp,
    /// The network address it was started from.
    address: String,
    /// What the browser says it is.
    agent: String,
    /// What it began with, or was last confirmed by: `password`, `passkey`, `certificate` or `link`.
    #[serde(skip_serializing_if = "String::is_empty")]
    proven: String,
    /// The administrator who looks in, where it is not yours.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

/// A list that is never long enough to page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionList {
    items: Vec<SessionItem>,
}

/// Who is signed in, with the token for changes and the logbooks.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses(
    (status = 200, body = SessionBody), (status = 401, body = ProblemBody)))]
pub(super) async fn show(
    State(state): State<IdentityState>,
    visitor: Visitor,
) -> Result<(Extension<Sensitive>, Json<SessionBody>)> {
    let body = body(&state, visitor.actor, visitor.csrf).await?;
    Ok((Extension(Sensitive), Json(body)))
}

/// Signs in: the answer sets the session's cookie, or asks for a passkey first (202).
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignInBody, responses(
    (status = 200, body = SessionBody), (status = 202, body = SecondStepBody), (status = 401, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn start(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(shown): Json<SignInBody>,
) -> Result<Response> {
    let remember = shown.remember;
    let shown = SignIn {
        call: shown.call,
        password: shown.password,
        remember,
    };
    let entry = state.identity.sign_in(shown, &visitor.browser).await?;
    admitted(&state, &visitor, entry, remember).await
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub(super) async fn end(State(state): State<IdentityState>, Who(actor): Who) -> Result<impl IntoResponse> {
    if actor.in_person().is_ok() {
        match state.identity.sign_out(&actor).await {
            Ok(()) | Err(Error::UnknownSession) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let cookies = gate::ended_cookies().map(|cookie| (header::SET_COOKIE, cookie));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies)))
}

/// Creates the first administrator with a logbook of their own, and signs them in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "session", request_body = SetUpBody, responses(
    (status = 201, body = SessionBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
pub(super) async fn set_up(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(shown): Json<SetUpBody>,
) -> Result<impl IntoResponse> {
    let (new, password) = first_account(&shown.call, &shown.name, &shown.grid, shown.password)?;
    let token = state
        .identity
        .set_up(&shown.token, new, password, &visitor.browser)
        .await?;
    let body = started(&state, &token).await?;
    Ok((
        StatusCode::CREATED,
        set_cookie(&token, &visitor, false),
        Extension(Sensitive),
        Json(body),
    ))
}

/// Shows the password once more, so that secrets may be changed for the next ten minutes.
#[utoipa::path(post, path = "/api/v1/session/confirm", tag = "session", request_body = ConfirmBody, responses(
    (status = 204), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn confirm(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(shown): Json<ConfirmBody>,
) -> Result<StatusCode> {
    let confirmed = state
        .identity
        .confirm(&visitor.actor, shown.password, &visitor.browser)
        .await;
    confirmed.map_err(|error| match error {
        Error::WrongPassword => Problem::invalid("password", "this is not your password"),
        error @ Error::PasskeyWanted => Problem::invalid("password", error.to_string()),
        other => other.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where one is signed in, last seen first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session", responses((status = 200, body = SessionList)))]
pub(super) async fn list(State(state): State<IdentityState>, Who(actor): Who) -> Result<Json<SessionList>> {
    let items = state
        .identity
        .sessions(&actor)?
        .into_iter()
        .map(SessionItem::from)
        .collect();
    Ok(Json(SessionList { items }))
}

/// Signs out elsewhere.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session",
    params(("id" = String, Path, description = "the session's id from the list")),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn end_one(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    state.identity.end_session(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads what the first-run page asks for; a refusal names the field.
pub(crate) fn first_account(
    call: &str,
    name: &str,
    grid: &str,
    password: Password,
) -> Result<(NewAccount, Password)> {
    let new = NewAccount {
        call: call
            .parse::<Callsign>()
            .map(Login::Call)
            .map_err(|error| Problem::invalid("call", format!("{error}")))?,
        name: name
            .parse::<DisplayName>()
            .map_err(|error| Problem::invalid("name", error.to_string()))?,
        grid: super::accounts::optional_grid(grid)?,
        email: None,
        role: Role::Administrator,
        person: None,
        password: None,
        verified: true,
    };
    let password = password
        .for_use()
        .map_err(|weak| Problem::invalid("password", weak.to_string()))?;
    Ok((new, password))
}

pub(super) fn set_cookie(
    token: &SessionToken,
    visitor: &Visitor,
    remember: bool,
) -> [(header::HeaderName, HeaderValue); 1] {
    [(
        header::SET_COOKIE,
        gate::session_cookie(token, visitor.https, remember),
    )]
}

/// The answer where a password or a link leads.
pub(super) async fn admitted(
    state: &IdentityState,
    visitor: &Visitor,
    entry: Entry,
    remember: bool,
) -> Result<Response> {
    match entry {
        Entry::Open(token) => {
            let body = started(state, &token).await?;
            let cookie = set_cookie(&token, visitor, remember);
            Ok((cookie, Extension(Sensitive), Json(body)).into_response())
        }
        Entry::Half(Ceremony { token, options }) => {
            let body = SecondStepBody {
                next: "passkey",
                token,
                options,
            };
            Ok((StatusCode::ACCEPTED, Extension(Sensitive), Json(body)).into_response())
        }
    }
}

/// The answer for a session that has just begun.
pub(super) async fn started(state: &IdentityState, token: &SessionToken) -> Result<SessionBody> {
    let actor = state
        .identity
        .by_session(token)
        .ok_or_else(Problem::unauthenticated)?;
    let csrf = super::csrf::issue(&state.signer, token, state.identity.nonce());
    body(state, actor, csrf).await
}

async fn body(state: &IdentityState, actor: Actor, csrf: String) -> Result<SessionBody> {
    let id = actor.member()?.account;
    let account = AccountBody::new(id, &*state.identity.account(id)?);
    let logbooks = state.identity.ask(actor, state.logbooks).await?;
    Ok(SessionBody {
        account,
        csrf,
        logbooks,
    })
}

impl From<SessionLine> for SessionItem {
    fn from(line: SessionLine) -> Self {
        Self {
            id: line.id,
            created: line.created,
            last_seen: line.last_seen,
            address: line.address.into(),
            agent: line.agent.into(),
            proven: line.proven.into(),
            behind: line.behind.map(|behind| behind.to_string()),
            current: line.current,
        }
    }
}
