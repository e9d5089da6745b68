//! Privacy over HTTP: the directory of members, and wishes to be erased. The export is the application's, which knows
//! all parts.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::IdentityState;
use super::gate::Who;
use crate::identity::authority::Capability;
use crate::identity::licence::{LicenceEvent, Outcome};
use crate::identity::login::Login;
use crate::identity::model::AccountId;
use crate::identity::write::StoredErasure;
use crate::identity::{Found, Profile};
use crate::web::{Json, Path, ProblemBody, Result};

/// A member, as who asks may see them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProfileBody {
    #[schema(value_type = String)]
    call: Login,
    /// Left out for guests.
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    /// As exactly as the member wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    grid: Option<String>,
    /// Where a pin stands: in the grid, and not where the member is unless they want that.
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lon: Option<f64>,
    verified: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    previous_calls: Vec<String>,
    #[schema(value_type = String, format = "date-time")]
    since: Timestamp,
}

impl From<Profile> for ProfileBody {
    fn from(seen: Profile) -> Self {
        let rounded = |degrees: f64| (degrees * 1e4).round() / 1e4;
        Self {
            call: seen.call,
            name: seen.name.into(),
            grid: seen.grid.map(|grid| grid.as_str().to_owned()),
            lat: seen.position.map(|at| rounded(at.lat())),
            lon: seen.position.map(|at| rounded(at.lon())),
            verified: seen.verified,
            previous_calls: seen.previous.iter().map(ToString::to_string).collect(),
            since: seen.since,
        }
    }
}

/// Members who want to be found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Directory {
    items: Vec<ProfileBody>,
}

/// Members who want to be found, by call.
#[utoipa::path(get, path = "/api/v1/directory", tag = "directory", responses((status = 200, body = Directory)))]
pub(super) async fn directory(State(state): State<IdentityState>, Who(actor): Who) -> Json<Directory> {
    let items = state
        .identity
        .directory(&actor)
        .into_iter()
        .map(ProfileBody::from);
    Json(Directory {
        items: items.collect(),
    })
}

/// One of them; a call that a member had before leads to the one they have.
#[utoipa::path(get, path = "/api/v1/directory/{call}", tag = "directory", params(("call" = String, Path)), responses(
    (status = 200, body = ProfileBody), (status = 301, description = "the call was theirs before"),
    (status = 404, body = ProblemBody)))]
pub(super) async fn member(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(call): Path<String>,
) -> Result<Response> {
    Ok(match state.identity.look_up(&actor, &call)? {
        Found::Member(seen) => Json(ProfileBody::from(*seen)).into_response(),
        Found::Moved(to) => {
            let to = format!("/api/v1/directory/{to}");
            (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]).into_response()
        }
    })
}

/// An account that is to be erased.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErasureBody {
    /// Whether somebody asked for it.
    asked: bool,
    /// When it begins; until then it can be taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    due: Option<Timestamp>,
    /// Whether the logbooks that are the member's alone go too.
    logs: bool,
    by: String,
}

impl From<Option<StoredErasure>> for ErasureBody {
    fn from(erasure: Option<StoredErasure>) -> Self {
        Self {
            asked: erasure.is_some(),
            due: erasure.as_ref().map(|erasure| erasure.due),
            logs: erasure.as_ref().is_some_and(|erasure| erasure.logs),
            by: erasure.map(|erasure| erasure.by.into()).unwrap_or_default(),
        }
    }
}

/// How an account is to be erased.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ErasureWish {
    /// Remove the logbooks that are the member's alone, too.
    logs: bool,
}

/// Whether the own account is to be erased.
#[utoipa::path(get, path = "/api/v1/account/erasure", tag = "account", responses((status = 200, body = ErasureBody)))]
pub(super) async fn show_own(
    State(state): State<IdentityState>,
    Who(actor): Who,
) -> Result<Json<ErasureBody>> {
    let id = actor.in_person()?.account;
    Ok(Json(state.identity.erasure(&actor, id).await?.into()))
}

/// Asks for the own account to be erased, a week from now.
#[utoipa::path(post, path = "/api/v1/account/erasure", tag = "account", request_body = ErasureWish, responses(
    (status = 200, body = ErasureBody), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn ask_own(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Json(wish): Json<ErasureWish>,
) -> Result<Json<ErasureBody>> {
    let id = actor.in_person()?.account;
    let asked = state.identity.ask_erasure(&actor, id, wish.logs).await?;
    Ok(Json(Some(asked).into()))
}

/// Takes it back.
#[utoipa::path(delete, path = "/api/v1/account/erasure", tag = "account", responses(
    (status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn cancel_own(State(state): State<IdentityState>, Who(actor): Who) -> Result<StatusCode> {
    let id = actor.in_person()?.account;
    state.identity.cancel_erasure(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for somebody's account to be erased, a week from now.
#[utoipa::path(post, path = "/api/v1/users/{id}/erasure", tag = "users", params(("id" = u32, Path)),
    request_body = ErasureWish, responses((status = 200, body = ErasureBody), (status = 401, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn ask(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u32>,
    Json(wish): Json<ErasureWish>,
) -> Result<Json<ErasureBody>> {
    let asked = state
        .identity
        .ask_erasure(&actor, AccountId(id), wish.logs)
        .await?;
    Ok(Json(Some(asked).into()))
}

/// Takes it back.
#[utoipa::path(delete, path = "/api/v1/users/{id}/erasure", tag = "users", params(("id" = u32, Path)), responses(
    (status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn cancel(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u32>,
) -> Result<StatusCode> {
    state.identity.cancel_erasure(&actor, AccountId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a register says of licences, in its order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LicenceEvents {
    events: Vec<LicenceEvent>,
}

/// What came of them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LicenceOutcomes {
    /// Events that were read.
    events: usize,
    /// What changed, for each account that something did.
    outcomes: Vec<Outcome>,
}

/// Applies what a register says of licences: grants, changes of calls, ends.
#[utoipa::path(post, path = "/api/v1/admin/licence-events", tag = "admin", request_body = LicenceEvents, responses(
    (status = 200, body = LicenceOutcomes), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn licence_events(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Json(body): Json<LicenceEvents>,
) -> Result<Json<LicenceOutcomes>> {
    actor.may(Capability::ApplyLicences)?;
    let events = body.events.len();
    let outcomes = state.identity.licence_events(&actor, body.events).await?;
    Ok(Json(LicenceOutcomes { events, outcomes }))
}
