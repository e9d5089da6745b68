//! Taking in a log file: streamed to the spool, synced, then named by a job. Only then the sender hears 202.

use std::io::Write as _;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::{IntoParams, ToSchema};

use super::LogbookState;
use crate::identity::api::gate::Who;
use crate::identity::{Actor, Scope};
use crate::jobs::{self, NewJob};
use crate::logbook::error::Error;
use crate::logbook::jobs::ImportJob;
use crate::logbook::rights;
use crate::logbook::tables::{IMPORT, IMPORT_BY_JOB, OnDuplicate};
use crate::logbook::write::import::{self, Options};
use crate::web::{Json, MOST_AT_ONCE, Pace, Problem, ProblemBody, Query, Result};

/// How a file is to be imported.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(crate) struct UploadParams {
    /// Call of the logbook; without it the account's own.
    #[serde(alias = "logbook")]
    pub(crate) callsign: Option<String>,
    /// What to do with contacts that are there already: `merge` (fill in what they lack), `skip`, `keep_all`.
    #[serde(default)]
    duplicates: Option<String>,
    /// Minutes by which two records of one contact may differ, 0 to 30.
    #[serde(default)]
    window: u8,
    /// The file's name, to show; a multipart body names it itself.
    #[serde(default)]
    filename: Option<String>,
}

/// The job that imports the file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accepted {
    pub(super) job: String,
    pub(super) url: String,
}

/// Imports an ADI or ADX file: raw, or as `file` of a multipart form.
#[utoipa::path(post, path = "/api/v1/logbook/adif", tag = "logbook", params(UploadParams),
    request_body(content = String, content_type = "application/octet-stream"), responses(
    (status = 202, body = Accepted, headers(("Location" = String, description = "the job"))),
    (status = 404, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn upload(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Query(params): Query<UploadParams>,
    request: Request,
) -> Result<Response> {
    let job = take_in(&state, actor, params, request).await?;
    let url = format!("/api/v1/jobs/{job}");
    let location = [(header::LOCATION, url.clone())];
    Ok((StatusCode::ACCEPTED, location, Json(Accepted { job, url })).into_response())
}

/// Takes a file in and asks for the job that imports it, whose id it returns.
pub(crate) async fn take_in(
    state: &LogbookState,
    actor: Actor,
    params: UploadParams,
    request: Request,
) -> Result<String> {
    let account = actor.account().map(|account| account.0);
    let Some(_arrival) = state.logbook.arriving.begin(account) else {
        return Err(too_many_at_once());
    };
    let on_duplicate = on_duplicate(params.duplicates.as_deref())?;
    refuse_early(state, &actor, params.callsign.as_deref()).await?;
    let env = &state.logbook.env;
    let spool = SmolStr::from(env.entropy.uuid7(env.clock.now()).to_string());
    let sent = receive(state, &spool, request).await?;
    let options = Options {
        file: sent
            .name
            .or(params.filename)
            .unwrap_or_default()
            .chars()
            .take(200)
            .collect(),
        bytes: sent.bytes,
        on_duplicate,
        window: params.window,
    };
    let begun = begin(state, actor, params.callsign, options, spool.clone()).await;
    begun.map_err(|error| {
        state.logbook.remove_spool(&spool);
        error.into()
    })
}

/// Refuses before the file is taken in what would be refused after.
async fn refuse_early(state: &LogbookState, actor: &Actor, call: Option<&str>) -> Result<()> {
    let (actor, call) = (actor.clone(), call.map(str::to_owned));
    let opened = state
        .logbook
        .store
        .read(move |r| rights::open(r, &actor, Scope::LogbookWrite, call.as_deref()));
    opened.await.map(drop).map_err(Problem::from)
}

/// Notes the import and asks for its job, in one transaction.
async fn begin(
    state: &LogbookState,
    actor: Actor,
    call: Option<String>,
    options: Options,
    spool: SmolStr,
) -> std::result::Result<String, Error> {
    let env = state.logbook.env.clone();
    let new = NewJob::now(&env, actor.account().map(|account| account.0));
    let write = move |tx: &mut crate::store::Write<'_>| {
        let (number, _) = import::begin(tx, &actor, call.as_deref(), options, new.now)?;
        let job = jobs::enqueue(
            tx,
            &ImportJob {
                import: number,
                spool,
            },
            new,
        )?
        .to_string();
        let mut row = import::load(tx, number)?;
        row.job = job.as_str().into();
        tx.put(IMPORT, &number, &row)?;
        tx.put(IMPORT_BY_JOB, &row.job, &number)?;
        Ok(job)
    };
    state.logbook.store.write(write).await
}

fn on_duplicate(text: Option<&str>) -> Result<OnDuplicate> {
    match text.unwrap_or("merge") {
        "merge" => Ok(OnDuplicate::Merge),
        "skip" => Ok(OnDuplicate::Skip),
        "keep_all" => Ok(OnDuplicate::KeepAll),
        other => Err(Problem::invalid(
            "duplicates",
            format!("`{other}` is not one of merge, skip, keep_all"),
        )),
    }
}

/// A file in the spool.
struct Sent {
    name: Option<String>,
    bytes: u64,
}

async fn receive(state: &LogbookState, spool: &str, request: Request) -> Result<Sent> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        return receive_form(state, spool, request).await;
    }
    let body: BodyDataStream = Body::into_data_stream(request.into_body());
    let bytes = keep(state, spool, body.map_err(|error| state.broken(&error))).await?;
    Ok(Sent { name: None, bytes })
}

async fn receive_form(state: &LogbookState, spool: &str, request: Request) -> Result<Sent> {
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|rejection| Problem::bad_request("bad_form", rejection.body_text()))?;
    while let Some(part) = form.next_field().await.map_err(|error| state.broken(&error))? {
        // A form whose file field was left alone still has that part, with no name and nothing in it.
        let left_alone = part.file_name() == Some("");
        if left_alone || part.name() != Some("file") && part.file_name().is_none() {
            continue;
        }
        let name = part.file_name().map(str::to_owned);
        let bytes = keep(state, spool, part.map_err(|error| state.broken(&error))).await?;
        return Ok(Sent { name, bytes });
    }
    Err(Problem::unprocessable(
        "no_file",
        "choose a file: the form has none in a part named `file`",
    ))
}

impl LogbookState {
    fn broken(&self, error: &(dyn std::error::Error + 'static)) -> Problem {
        Problem::unread_body(self.limits.upload_bytes, error)
    }
}

/// Writes the stream to the spool: under a name of its own, synced, then renamed, so that what has the name is whole.
async fn keep(
    state: &LogbookState,
    spool: &str,
    stream: impl Stream<Item = std::result::Result<Bytes, Problem>>,
) -> Result<u64> {
    let path = state.logbook.spool(spool);
    let part = path.with_extension("part");
    let kept = write_all(state, &part, stream).await;
    let kept = match kept {
        Ok(bytes) => finish(part.clone(), path)
            .await
            .map(|()| bytes)
            .map_err(|error| spool_failed(&error)),
        Err(problem) => Err(problem),
    };
    if kept.is_err() {
        // What is left of it is swept away later.
        drop(tokio::fs::remove_file(&part).await);
    }
    kept
}

async fn write_all(
    state: &LogbookState,
    part: &std::path::Path,
    stream: impl Stream<Item = std::result::Result<Bytes, Problem>>,
) -> Result<u64> {
    let failed = |error: std::io::Error| spool_failed(&error);
    tokio::fs::create_dir_all(state.logbook.spool_dir())
        .await
        .map_err(failed)?;
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(part).await.map_err(failed)?.into_std().await;
    let mut stream = std::pin::pin!(stream.ready_chunks(16));
    let (pace, mut bytes) = (Pace::begin(), 0);
    while let Some(chunks) = stream.next().await {
        let chunks: Vec<Bytes> = chunks.into_iter().collect::<Result<_>>()?;
        bytes += chunks.iter().map(|chunk| chunk.len() as u64).sum::<u64>();
        if pace.is_too_slow(bytes) {
            return Err(Problem::body_stalled());
        }
        if bytes > state.limits.upload_bytes {
            return Err(Problem::too_large(state.limits.upload_bytes));
        }
        let written = tokio::task::spawn_blocking(move || {
            chunks
                .iter()
                .try_for_each(|chunk| file.write_all(chunk))
                .map(|()| file)
        });
        file = written.await.map_err(Problem::internal)?.map_err(failed)?;
    }
    Ok(bytes)
}

async fn finish(part: std::path::PathBuf, path: std::path::PathBuf) -> std::io::Result<()> {
    let finish = move || {
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, &path)?;
        match path.parent() {
            Some(folder) => std::fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    tokio::task::spawn_blocking(finish)
        .await
        .map_err(std::io::Error::other)?
}

fn too_many_at_once() -> Problem {
    let detail = format!("you are sending {MOST_AT_ONCE} files already; wait until one has arrived");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_uploads", detail)
        .retry_after(std::time::Duration::from_secs(10))
}

fn spool_failed(error: &std::io::Error) -> Problem {
    if error.kind() == std::io::ErrorKind::StorageFull {
        let wait = std::time::Duration::from_mins(1);
        return Problem::unavailable("storage_unavailable", "there is no room for the file", wait);
    }
    Problem::internal(format!("spool: {error}"))
}
