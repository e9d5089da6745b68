//! Background work over HTTP: how it goes, calling it off, trying it again.
//!
//! Kept here because a member's jobs are those of logbooks; the jobs themselves stand below the web. A member sees
//! the own jobs, an administrator all.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::LogbookState;
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::jobs::event::{JobEvent, State as JobState};
use crate::jobs::{CancelOutcome, JobId};
use crate::logbook::jobs::call_off;
use crate::web::{Json, Path, Problem, ProblemBody, Query, Result};

/// Jobs on a page.
const PAGE: usize = 100;

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct JobParams {
    /// Administrators: everybody's, and the program's own.
    #[serde(default)]
    all: bool,
    /// The last job of the page before.
    cursor: Option<String>,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobView {
    id: String,
    kind: String,
    /// `queued`, `running`, `done`, `failed`, `cancelled`.
    #[schema(value_type = String)]
    state: JobState,
    /// How much is done, in the job's own unit; for an import bytes of the file.
    done: u64,
    /// How much there is to do, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// What it came to; for an import `added`, `merged`, `duplicates`, `rejected` and the first `rejects`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    tries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    created: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    started: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    finished: Option<Timestamp>,
}

/// Jobs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobList {
    items: Vec<JobView>,
    /// Give this as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Jobs of the last week, newest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", params(JobParams), responses((status = 200, body = JobList)))]
pub(super) async fn list(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Query(params): Query<JobParams>,
) -> Result<Json<JobList>> {
    let owner = if params.all {
        actor.admin()?;
        None
    } else {
        Some(actor.member()?.account.0)
    };
    let bad_cursor = |_| Problem::bad_request("bad_cursor", "the cursor does not belong to this list");
    let after = params
        .cursor
        .map(|text| text.parse())
        .transpose()
        .map_err(bad_cursor)?;
    let jobs = state.jobs.list(owner, after, PAGE).await?;
    let next = (jobs.len() == PAGE)
        .then(|| jobs.last().map(|job| job.id.to_string()))
        .flatten();
    Ok(Json(JobList {
        items: jobs.into_iter().map(JobView::from).collect(),
        next,
    }))
}

/// One job.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "the job's id")), responses(
    (status = 200, body = JobView), (status = 404, body = ProblemBody)))]
pub(super) async fn show(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<Json<JobView>> {
    let (_, job) = find(&state, &actor, &id).await?;
    Ok(Json(job.into()))
}

/// Calls a job off; a running one stops when it next looks.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "jobs",
    params(("id" = String, Path, description = "the job's id")), responses(
    (status = 202, body = JobView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn cancel(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<JobView>)> {
    let (job, _) = find(&state, &actor, &id).await?;
    match call_off(&state.logbook, &state.jobs, job).await? {
        CancelOutcome::Unknown => return Err(unknown(&id)),
        CancelOutcome::Ended => return Err(Problem::conflict("job_ended", "the job has ended already")),
        CancelOutcome::Refused => {
            return Err(Problem::conflict(
                "job_not_cancellable",
                "half of this work helps nobody: it is not called off",
            ));
        }
        CancelOutcome::Cancelled | CancelOutcome::Asked => {}
    }
    let (_, view) = find(&state, &actor, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(view.into())))
}

/// Tries a failed or cancelled job again.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "jobs",
    params(("id" = String, Path, description = "the job's id")), responses(
    (status = 202, body = JobView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(super) async fn retry(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<JobView>)> {
    let (job, _) = find(&state, &actor, &id).await?;
    if !state.jobs.retry(job).await? {
        return Err(Problem::conflict(
            "job_not_failed",
            "only a job that failed or was called off is tried again",
        ));
    }
    let (_, view) = find(&state, &actor, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(view.into())))
}

/// The job, if the actor may know of it.
async fn find(state: &LogbookState, actor: &Actor, text: &str) -> Result<(JobId, JobEvent)> {
    let id: JobId = text.parse().map_err(|_| unknown(text))?;
    let job = state.jobs.get(id).await?.ok_or_else(|| unknown(text))?;
    let own = job.owner.is_some() && job.owner == actor.account().map(|account| account.0);
    if own || actor.admin().is_ok() {
        Ok((id, job))
    } else {
        Err(unknown(text))
    }
}

fn unknown(id: &str) -> Problem {
    Problem::not_found(format!("there is no job {id}"))
}

impl From<JobEvent> for JobView {
    fn from(job: JobEvent) -> JobView {
        JobView {
            id: job.id.into(),
            kind: job.kind.into(),
            state: job.state,
            done: job.done,
            total: job.total,
            result: job.result,
            error: job.error,
            tries: job.tries,
            created: job.created,
            started: job.started,
            finished: job.finished,
        }
    }
}
