//! Records, searches and completions.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::CallbookState;
use crate::callbook::credits::CreditView;
use crate::callbook::error::Error;
use crate::callbook::service::{Ask, HitView, Results};
use crate::callbook::view::RecordView;
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::web::{Json, Path, ProblemBody, Query, Result};

/// Rows of a page where nobody says how many.
const USUAL: usize = 20;
/// Robots are not to list people.
const ROBOTS: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-robots-tag"),
    HeaderValue::from_static("noindex"),
);

/// What is searched for.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct SearchParams {
    /// As it stands in the one box: `K6BP`, `K6*`, `*BP`, `name:perens state:CA`, `zip:945`, `grid:CM87`.
    #[serde(default)]
    q: String,
    /// At most 50; 20 without it.
    limit: Option<usize>,
    /// From `next` of the page before.
    cursor: Option<String>,
}

/// What was typed so far.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct SuggestParams {
    #[serde(default)]
    q: String,
    /// At most 10.
    limit: Option<usize>,
}

/// Completions, best first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookSuggestions)]
pub(super) struct Suggestions {
    items: Vec<HitView>,
}

/// Whose data is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookCredits)]
pub(super) struct Credits {
    items: Vec<CreditView>,
}

/// Marks an answer that differs by who asks.
fn personal(actor: &Actor, body: impl IntoResponse) -> Response {
    let cache = if matches!(actor, Actor::Guest) {
        "public, max-age=300"
    } else {
        "private, no-store"
    };
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static(cache)), ROBOTS];
    (headers, body).into_response()
}

/// What is known of a call, as whoever asks may see it. Portable forms answer with their base call and `asked`.
#[utoipa::path(get, path = "/api/v1/callbook/{call}", tag = "callbook",
    params(("call" = String, Path, description = "a call in any form; a slash as `%2F`")), responses(
    (status = 200, body = RecordView), (status = 404, body = ProblemBody, description = "no register here has it"),
    (status = 429, body = ProblemBody)))]
pub(super) async fn record(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(call): Path<String>,
) -> Result<Response> {
    let found = state.callbook.lookup(&actor, &call).await?;
    let shown: String = call.chars().take(20).collect();
    let record = found.ok_or(Error::NoCall(shown))?;
    Ok(personal(&actor, Json(record)))
}

/// A page of what a query finds: how it was found, what the licence is worth, how near it is, the call.
#[utoipa::path(get, path = "/api/v1/callbook/search", tag = "callbook", params(SearchParams), responses(
    (status = 200, body = Results), (status = 400, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "a field that needs another role"),
    (status = 422, body = ProblemBody, description = "no query: `at` and `errors` say where and what helps"),
    (status = 429, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(super) async fn search(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Query(params): Query<SearchParams>,
) -> Result<Response> {
    let ask = Ask {
        q: params.q,
        cursor: params.cursor,
        limit: params.limit.unwrap_or(USUAL),
    };
    let results = state.callbook.search(&actor, ask).await?;
    Ok(personal(&actor, Json(results)))
}

/// Calls and names that begin as typed; nothing for less than two characters.
#[utoipa::path(get, path = "/api/v1/callbook/suggest", tag = "callbook", params(SuggestParams), responses(
    (status = 200, body = Suggestions), (status = 429, body = ProblemBody)))]
pub(super) async fn suggest(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Query(params): Query<SuggestParams>,
) -> Result<Response> {
    let limit = params.limit.unwrap_or(10);
    let items = state.callbook.suggest(&actor, &params.q, limit).await?;
    Ok(personal(&actor, Json(Suggestions { items })))
}

/// Whose data the callbook shows, in the words their terms ask for.
#[utoipa::path(get, path = "/api/v1/callbook/credits", tag = "callbook", responses(
    (status = 200, body = Credits)))]
pub(super) async fn credits(State(state): State<CallbookState>) -> Result<Json<Credits>> {
    let book = state.callbook.clone();
    let read = tokio::task::spawn_blocking(move || book.credits()).await;
    let items = read.map_err(crate::web::Problem::internal)??;
    Ok(Json(Credits { items }))
}
