//! Past imports: what they came to, what they refused, taking them back.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::LogbookState;
use super::bulk::accepted;
use super::upload::Accepted;
use crate::identity::api::gate::Who;
use crate::identity::{Actor, Scope};
use crate::jobs::{self, NewJob};
use crate::logbook::error::Error;
use crate::logbook::jobs::{UndoImportJob, undo_all};
use crate::logbook::read::imports::{self, REJECTS_TOLD};
use crate::logbook::tables::{Import, ImportState, OnDuplicate};
use crate::logbook::write::undo::{Step, begin_import};
use crate::logbook::{Logbook, rights, writer};
use crate::store::{Read, Rows, Write};
use crate::web::{Json, Path, Problem, ProblemBody, Query, Result};

/// Imports listed.
const LISTED: usize = 100;
/// Contacts that are taken back while the caller waits.
const AT_ONCE: u64 = 2_000;
/// Rejected records per piece of the download.
const PIECE: usize = 1_000;

/// Which logbook.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct OfLogbook {
    /// Call of the logbook; without it the account's own.
    logbook: Option<String>,
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportView {
    /// Its number.
    import: u32,
    /// The job that ran it.
    #[serde(skip_serializing_if = "String::is_empty")]
    job: String,
    logbook: String,
    file: String,
    bytes: u64,
    #[schema(value_type = String)]
    state: ImportState,
    #[schema(value_type = String)]
    duplicates_are: OnDuplicate,
    window: u8,
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended: Option<Timestamp>,
    added: u64,
    merged: u64,
    duplicates: u64,
    rejected: u64,
    warnings: u64,
    /// Contacts made under other calls than the logbook's, by call.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    other_calls: Value,
    /// What was odd in the file, the first of it.
    #[schema(value_type = Vec<Object>)]
    remarks: Value,
    /// The first rejected records; all of them are in `rejects.adi`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    rejects: Vec<Value>,
}

/// Past imports, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportList {
    items: Vec<ImportView>,
}

/// What undoing an import did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportUndone {
    /// Contacts taken out that it had added.
    removed: u64,
    /// Contacts brought back to what they were before it merged into them.
    restored: u64,
    /// Contacts left alone because they changed since.
    kept: u64,
}

/// The imports of a logbook, newest first.
#[utoipa::path(get, path = "/api/v1/logbook/imports", tag = "logbook", params(OfLogbook), responses(
    (status = 200, body = ImportList), (status = 404, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Query(params): Query<OfLogbook>,
) -> Result<Json<ImportList>> {
    let read = move |r: &Read| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, params.logbook.as_deref())?;
        let imports = imports::of_book(r, opened.id, LISTED)?;
        let view = |(number, import)| view(number, import, &opened.book.call, Vec::new());
        Ok::<_, Error>(imports.into_iter().map(view).collect())
    };
    Ok(Json(ImportList {
        items: state.logbook.store.read(read).await.map_err(Problem::from)?,
    }))
}

/// One import, by its job or its number.
#[utoipa::path(get, path = "/api/v1/logbook/imports/{job}", tag = "logbook",
    params(("job" = String, Path, description = "the job's id, or the import's number")), responses(
    (status = 200, body = ImportView), (status = 404, body = ProblemBody)))]
pub(super) async fn show(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(job): Path<String>,
) -> Result<Json<ImportView>> {
    let read = move |r: &Read| {
        let number = number_of(r, &job)?;
        let (opened, import) = imports::visible(r, &actor, Scope::LogbookRead, number)?;
        let rejects = imports::rejects(r, number, 0, REJECTS_TOLD)?
            .into_iter()
            .map(|(_, reject)| {
                serde_json::json!({"record": reject.record, "line": reject.line, "reason": reject.reason})
            })
            .collect();
        Ok::<_, Error>(view(number, import, &opened.book.call, rejects))
    };
    Ok(Json(state.logbook.store.read(read).await.map_err(Problem::from)?))
}

/// The rejected records as they stood in the file, each with the reason in front: to be corrected and sent again.
#[utoipa::path(get, path = "/api/v1/logbook/imports/{job}/rejects.adi", tag = "logbook",
    params(("job" = String, Path, description = "the job's id, or the import's number")), responses(
    (status = 200, body = String, content_type = "text/plain"), (status = 404, body = ProblemBody)))]
pub(super) async fn rejects(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(job): Path<String>,
) -> Result<Response> {
    let read = move |r: &Read| {
        let number = number_of(r, &job)?;
        let (_, import) = imports::visible(r, &actor, Scope::LogbookRead, number)?;
        Ok::<_, Error>((number, import.counts.rejected))
    };
    let (number, rejected) = state.logbook.store.read(read).await.map_err(Problem::from)?;
    let piece = Piece {
        logbook: state.logbook.clone(),
        number,
        after: Some(0),
        left: rejected,
        text: format!("Records rejected by import {number}\r\n<EOH>\r\n"),
    };
    let pieces = stream::try_unfold(piece, next_piece);
    let headers = writer::Form::Adi.headers(&format!("rejects-{number}"));
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Takes back an import: removes what it added, and what it merged into contacts unless they changed since.
#[utoipa::path(post, path = "/api/v1/logbook/imports/{job}/undo", tag = "logbook",
    params(("job" = String, Path, description = "the job's id, or the import's number")), responses(
    (status = 200, body = ImportUndone), (status = 202, body = Accepted), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody)))]
pub(super) async fn undo(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(job): Path<String>,
) -> Result<Response> {
    Ok(match take_back(&state, actor, job).await? {
        TakenBack::Now(sum) => Json(ImportUndone {
            removed: sum.removed,
            restored: sum.restored,
            kept: sum.kept,
        })
        .into_response(),
        TakenBack::Later(job) => accepted(job),
    })
}

/// What became of the wish to take an import back.
pub(crate) enum TakenBack {
    /// It is done.
    Now(Step),
    /// A job does it.
    Later(String),
}

/// Takes an import back, at once where it is small.
pub(crate) async fn take_back(state: &LogbookState, actor: Actor, job: String) -> Result<TakenBack> {
    let new = NewJob::now(&state.logbook.env, actor.account().map(|account| account.0));
    let live = state.logbook.live.clone();
    let begin = move |tx: &mut Write<'_>| {
        let number = number_of(tx, &job)?;
        let import = begin_import(tx, &actor, number, &live)?;
        let job = UndoImportJob::of(number, &import);
        let total = job.total;
        // Also where the caller waits: a stop in between must not leave it half done.
        let job = jobs::enqueue(tx, &job, undo_later(new, total))?;
        Ok::<_, Error>((number, total, job.to_string()))
    };
    let (number, total, job) = state.logbook.store.write(begin).await.map_err(Problem::from)?;
    if total > AT_ONCE {
        return Ok(TakenBack::Later(job));
    }
    let mut sum = Step::default();
    undo_all(&state.logbook, number, &mut sum, |_| {})
        .await
        .map_err(Problem::from)?;
    Ok(TakenBack::Now(sum))
}

/// A small undo is done at once; its job only comes for what a stop left over.
fn undo_later(new: NewJob, total: u64) -> NewJob {
    if total > AT_ONCE {
        new
    } else {
        new.after(std::time::Duration::from_mins(1))
    }
}

/// The import a path names: by its job or by its number.
pub(crate) fn number_of(r: &impl Rows, text: &str) -> std::result::Result<u32, Error> {
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) => imports::of_job(r, text),
    }
}

/// Where the download of rejected records stands.
struct Piece {
    logbook: Logbook,
    number: u32,
    /// The last one given; `None` at the end.
    after: Option<u32>,
    /// How many were rejected and not given yet.
    left: u64,
    /// What goes in front of the next.
    text: String,
}

async fn next_piece(mut piece: Piece) -> std::io::Result<Option<(Bytes, Piece)>> {
    let Some(after) = piece.after else {
        return Ok(None);
    };
    let number = piece.number;
    let read = move |r: &Read| Ok::<_, Error>(imports::rejects(r, number, after, PIECE)?);
    let rejects = piece
        .logbook
        .store
        .read(read)
        .await
        .map_err(std::io::Error::other)?;
    piece.after = rejects.last().map(|(n, _)| *n);
    piece.left = piece.left.saturating_sub(rejects.len() as u64);
    let mut text = std::mem::take(&mut piece.text);
    for (_, reject) in &rejects {
        // Text between records is ignored by readers; an angle bracket in it would not be.
        let reason = reject.reason.replace(['<', '>', '\r', '\n'], " ");
        text.push_str(&format!(
            "record {}, line {}: {reason}\r\n",
            reject.record, reject.line
        ));
        text.push_str(reject.text.trim());
        text.push_str("\r\n");
    }
    if piece.after.is_none() && piece.left > 0 {
        text.push_str(&format!("{} more were rejected and are not kept\r\n", piece.left));
    }
    Ok(Some((Bytes::from(text), piece)))
}

fn view(number: u32, import: Import, logbook: &str, rejects: Vec<Value>) -> ImportView {
    ImportView {
        import: number,
        job: import.job.into(),
        logbook: logbook.to_owned(),
        file: import.file,
        bytes: import.bytes,
        state: import.state,
        duplicates_are: import.on_duplicate,
        window: import.window,
        created: import.created,
        ended: import.ended,
        added: import.counts.added,
        merged: import.counts.merged,
        duplicates: import.counts.duplicates,
        rejected: import.counts.rejected,
        warnings: import.counts.warnings,
        other_calls: serde_json::to_value(import.other_calls).unwrap_or_default(),
        remarks: serde_json::to_value(import.remarks).unwrap_or_default(),
        rejects,
    }
}
