//! Registers, for administrators.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::CallbookState;
use crate::callbook::registers::Reject;
use crate::callbook::sources::SourceView;
use crate::callbook::write::SourceChange;
use crate::identity::api::gate::Who;
use crate::jobs::JobId;
use crate::web::{Json, Path, ProblemBody, Query, Result};

/// All registers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookSources)]
pub(super) struct SourceList {
    items: Vec<SourceView>,
}

/// What is to be changed; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbookSourceChange)]
pub(super) struct ChangeBody {
    /// Whether it is kept current; switched on, it is looked for at once.
    enabled: Option<bool>,
    /// Where it is fetched; empty: where it usually is.
    url: Option<String>,
}

/// A job that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookJob)]
pub(super) struct Accepted {
    job: String,
    url: String,
}

/// How a register is looked for.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct FetchParams {
    /// Take the whole file, even if it did not change.
    #[serde(default)]
    anyway: bool,
}

/// Rows that were not used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookRejects)]
pub(super) struct RejectList {
    items: Vec<RejectView>,
}

/// A row of a register that was not used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookReject)]
struct RejectView {
    /// The file in the archive.
    file: String,
    /// Its first line, from 1.
    line: u64,
    reason: String,
    /// The row's beginning.
    excerpt: String,
}

impl From<Reject> for RejectView {
    fn from(reject: Reject) -> Self {
        Self {
            file: reject.file.to_string(),
            line: reject.line,
            reason: reject.reason.to_string(),
            excerpt: reject.excerpt.to_string(),
        }
    }
}

/// 202 with the job to look at.
pub(super) fn accepted(job: JobId) -> Response {
    let url = format!("/api/v1/jobs/{job}");
    let body = Accepted {
        job: job.to_string(),
        url: url.clone(),
    };
    (StatusCode::ACCEPTED, [(header::LOCATION, url)], Json(body)).into_response()
}

/// All registers: what is in use, how it is kept, what went wrong.
#[utoipa::path(get, path = "/api/v1/callbook/sources", tag = "callbook", responses(
    (status = 200, body = SourceList), (status = 403, body = ProblemBody)))]
pub(super) async fn list(State(state): State<CallbookState>, Who(actor): Who) -> Result<Json<SourceList>> {
    let items = state.callbook.sources(&actor).await?;
    Ok(Json(SourceList { items }))
}

/// Changes how a register is kept.
#[utoipa::path(patch, path = "/api/v1/callbook/sources/{authority}", tag = "callbook",
    params(("authority" = String, Path)), request_body = ChangeBody, responses(
    (status = 204), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "the configuration says it"),
    (status = 422, body = ProblemBody)))]
pub(super) async fn change(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(authority): Path<String>,
    Json(body): Json<ChangeBody>,
) -> Result<StatusCode> {
    let authority = state.callbook.authority(&authority)?;
    let change = SourceChange {
        enabled: body.enabled,
        url: body.url,
    };
    state.callbook.set_source(&actor, &authority, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a register go, and of a list its column map too.
#[utoipa::path(delete, path = "/api/v1/callbook/sources/{authority}", tag = "callbook",
    params(("authority" = String, Path)), responses(
    (status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn remove(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(authority): Path<String>,
) -> Result<StatusCode> {
    let authority = state.callbook.authority(&authority)?;
    state.callbook.remove(&actor, &authority).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Looks for a register now.
#[utoipa::path(post, path = "/api/v1/callbook/sources/{authority}/fetch", tag = "callbook",
    params(("authority" = String, Path), FetchParams), responses(
    (status = 202, body = Accepted), (status = 404, body = ProblemBody)))]
pub(super) async fn fetch(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(authority): Path<String>,
    Query(params): Query<FetchParams>,
) -> Result<Response> {
    let authority = state.callbook.authority(&authority)?;
    let job = state
        .callbook
        .fetch_now(&actor, &authority, params.anyway)
        .await?;
    Ok(accepted(job))
}

/// The first 10,000 rows of the register in use that were not used.
#[utoipa::path(get, path = "/api/v1/callbook/sources/{authority}/rejects", tag = "callbook",
    params(("authority" = String, Path)), responses(
    (status = 200, body = RejectList), (status = 404, body = ProblemBody)))]
pub(super) async fn rejects(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(authority): Path<String>,
) -> Result<Json<RejectList>> {
    let authority = state.callbook.authority(&authority)?;
    let rejects = state.callbook.rejects(&actor, &authority).await?;
    let items = rejects.into_iter().map(RejectView::from).collect();
    Ok(Json(RejectList { items }))
}
