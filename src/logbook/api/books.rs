//! Logbooks themselves, and who shares them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LogbookState;
use crate::ham::callsign::Callsign;
use crate::identity::api::gate::Who;
use crate::identity::{self, Scope};
use crate::jobs::{self, NewJob};
use crate::logbook::error::Error;
use crate::logbook::jobs::ClearJob;
use crate::logbook::read::books::members as members_of;
use crate::logbook::read::stats;
use crate::logbook::rights::{self, Opened};
use crate::logbook::tables::Right;
use crate::logbook::write::books::{self, NewBook, Person};
use crate::store::{Read, Rows, StoreError, Write};
use crate::web::{Json, Path, Problem, ProblemBody, Result};

/// A logbook.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BookView {
    call: String,
    title: String,
    /// Several operators keep it together.
    club: bool,
    /// What the caller may do: `owner`, `officer`, `member`.
    right: &'static str,
    /// Contacts in it.
    count: u64,
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
}

/// Logbooks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BookList {
    items: Vec<BookView>,
}

/// A logbook to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewBookBody {
    call: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    club: bool,
}

/// What is to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct BookChange {
    title: Option<String>,
    club: Option<bool>,
}

/// Somebody who shares a logbook.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberView {
    call: String,
    right: &'static str,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// Those who share a logbook.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberList {
    items: Vec<MemberView>,
}

/// A right to be given: `member`, `officer`, `owner`.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RightBody {
    #[schema(value_type = String)]
    right: Right,
}

/// The logbooks the caller may read.
#[utoipa::path(get, path = "/api/v1/logbooks", tag = "logbooks", responses((status = 200, body = BookList)))]
pub(super) async fn list(State(state): State<LogbookState>, Who(actor): Who) -> Result<Json<BookList>> {
    let read = move |r: &Read| {
        let items = rights::all(r, &actor)?
            .into_iter()
            .map(|opened| Ok(view(r, opened)?));
        items.collect::<std::result::Result<_, Error>>()
    };
    Ok(Json(BookList {
        items: state.logbook.store.read(read).await.map_err(Problem::from)?,
    }))
}

/// Makes a logbook; the caller owns it.
#[utoipa::path(post, path = "/api/v1/logbooks", tag = "logbooks", request_body = NewBookBody, responses(
    (status = 201, body = BookView), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
pub(super) async fn create(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Json(body): Json<NewBookBody>,
) -> Result<impl IntoResponse> {
    let new = NewBook {
        call: callsign(&body.call)?,
        title: body.title,
        club: body.club,
    };
    let now = state.logbook.env.clock.now();
    let write = move |tx: &mut Write<'_>| {
        let opened = books::create(tx, &actor, new, now)?;
        Ok::<_, Error>(view(tx, opened)?)
    };
    Ok((
        StatusCode::CREATED,
        Json(state.logbook.store.write(write).await.map_err(Problem::from)?),
    ))
}

/// Changes a logbook's title or kind.
#[utoipa::path(patch, path = "/api/v1/logbooks/{call}", tag = "logbooks",
    params(("call" = String, Path, description = "the logbook's call; a slash in it is written %2F")),
    request_body = BookChange, responses(
    (status = 200, body = BookView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn change(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(call): Path<String>,
    Json(body): Json<BookChange>,
) -> Result<Json<BookView>> {
    let write = move |tx: &mut Write<'_>| {
        let opened = books::rename(tx, &actor, &call, body.title, body.club)?;
        Ok::<_, Error>(view(tx, opened)?)
    };
    Ok(Json(
        state.logbook.store.write(write).await.map_err(Problem::from)?,
    ))
}

/// Removes a logbook with all its contacts. There is no way back.
#[utoipa::path(delete, path = "/api/v1/logbooks/{call}", tag = "logbooks",
    params(("call" = String, Path, description = "the logbook's call; a slash in it is written %2F")), responses(
    (status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn remove(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(call): Path<String>,
) -> Result<StatusCode> {
    let new = NewJob::now(&state.logbook.env, actor.account().map(|account| account.0));
    let write = move |tx: &mut Write<'_>| {
        let book = books::close(tx, &actor, &call)?;
        jobs::enqueue(tx, &ClearJob { book }, new)?;
        Ok::<_, Error>(())
    };
    state.logbook.store.write(write).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Those who share a logbook.
#[utoipa::path(get, path = "/api/v1/logbooks/{call}/members", tag = "logbooks",
    params(("call" = String, Path, description = "the logbook's call; a slash in it is written %2F")), responses(
    (status = 200, body = MemberList), (status = 404, body = ProblemBody)))]
pub(super) async fn members(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(call): Path<String>,
) -> Result<Json<MemberList>> {
    let read = move |r: &Read| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, Some(&call))?;
        members_of(r, opened.id)
    };
    let members = state.logbook.store.read(read).await.map_err(Problem::from)?;
    let view = |(_, membership): (u32, crate::logbook::tables::Membership)| MemberView {
        call: membership.call.into(),
        right: membership.right.as_str(),
        since: membership.since,
    };
    Ok(Json(MemberList {
        items: members.into_iter().map(view).collect(),
    }))
}

/// Gives an account a right, or another one.
#[utoipa::path(put, path = "/api/v1/logbooks/{call}/members/{member}", tag = "logbooks", params(
    ("call" = String, Path, description = "the logbook's call; a slash in it is written %2F"),
    ("member" = String, Path, description = "the account's call")), request_body = RightBody, responses(
    (status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn share(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path((call, member)): Path<(String, String)>,
    Json(body): Json<RightBody>,
) -> Result<StatusCode> {
    let member = callsign(&member)?;
    let now = state.logbook.env.clock.now();
    let write = move |tx: &mut Write<'_>| {
        let account = account(tx, &member)?;
        let person = Person {
            account,
            call: member,
        };
        books::share(tx, &actor, &call, &person, body.right, now)
    };
    state.logbook.store.write(write).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends an account's membership; everybody may leave.
#[utoipa::path(delete, path = "/api/v1/logbooks/{call}/members/{member}", tag = "logbooks", params(
    ("call" = String, Path, description = "the logbook's call; a slash in it is written %2F"),
    ("member" = String, Path, description = "the account's call")), responses(
    (status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn unshare(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path((call, member)): Path<(String, String)>,
) -> Result<StatusCode> {
    let member = callsign(&member)?;
    let write = move |tx: &mut Write<'_>| {
        let account = account(tx, &member)?;
        books::unshare(tx, &actor, &call, account)
    };
    state.logbook.store.write(write).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

fn account(r: &impl Rows, call: &Callsign) -> std::result::Result<identity::AccountId, Error> {
    identity::read::account_of(r, call)?.ok_or(Error::NoAccount(call.as_str().into()))
}

fn callsign(text: &str) -> Result<Callsign> {
    Callsign::parse(text).map_err(|error| Problem::invalid("call", error.to_string()))
}

fn view(r: &impl Rows, opened: Opened) -> std::result::Result<BookView, StoreError> {
    Ok(BookView {
        count: stats::total(r, opened.id)?,
        call: opened.book.call.into(),
        title: opened.book.title,
        club: opened.book.club,
        right: opened.right.as_str(),
        created: opened.book.created,
    })
}
