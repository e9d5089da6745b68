//! Many contacts at once, and taking back.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::LogbookState;
use super::contacts::Undoable;
use super::upload::Accepted;
use crate::identity::api::gate::Who;
use crate::identity::{Actor, Scope};
use crate::jobs::{self, NewJob};
use crate::logbook::error::Error;
use crate::logbook::event::{LogbookId, QsoId};
use crate::logbook::filter::Filter;
use crate::logbook::jobs::{BulkJob, UndoJob};
use crate::logbook::read::list;
use crate::logbook::rights::Opened;
use crate::logbook::tables::QSO;
use crate::logbook::write::edit::{self, Action, FieldEdit, MOST_AT_ONCE};
use crate::logbook::write::undo;
use crate::logbook::{filter, rights};
use crate::store::{Read, Rows, Write};
use crate::web::{Json, Problem, ProblemBody, Result};

/// Ids one request may name; more are said by a filter.
const MOST_IDS: usize = 10_000;

/// Which contacts, and what to do to them.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct BulkBody {
    /// Call of the logbook; without it the account's own.
    logbook: Option<String>,
    /// These contacts, or
    #[serde(default)]
    ids: Vec<String>,
    /// those that this filter accepts.
    q: Option<String>,
    /// Fields to set, as in a PATCH of one contact; not call, start or end.
    #[schema(value_type = Option<Object>)]
    set: Option<Map<String, Value>>,
    #[serde(default)]
    delete: bool,
}

/// What was done at once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkDone {
    changed: u64,
    #[serde(flatten)]
    undo: Undoable,
}

/// What is to be taken back.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct UndoBody {
    /// The token of a deletion or a change of many.
    undo: String,
}

/// What was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Undone {
    restored: u64,
    /// Contacts left alone because they changed since.
    kept: u64,
}

/// What a bulk request came to.
enum Outcome {
    Done(u64),
    Job(String),
}

/// Changes or deletes many contacts: up to 1,000 at once, more as a job. Contacts the caller may not change are passed
/// over.
#[utoipa::path(post, path = "/api/v1/logbook/bulk", tag = "logbook", request_body = BulkBody, responses(
    (status = 200, body = BulkDone), (status = 202, body = Accepted), (status = 404, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
pub(super) async fn bulk(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Json(body): Json<BulkBody>,
) -> Result<Response> {
    let action = action(&body)?;
    let numbers = numbers(&body.ids)?;
    let typed = body.q.unwrap_or_default();
    if numbers.is_empty() == typed.trim().is_empty() {
        return Err(Problem::invalid(
            "ids",
            "name contacts by `ids`, or by a filter in `q`",
        ));
    }
    let table = state.logbook.countries.table();
    let filter = filter::parse(&typed, &|name| table.entities(name)).map_err(Error::from)?;
    let (back, env) = (state.way_back(), state.logbook.env.clone());
    let undo = back.token.to_string();
    let named = body.logbook;
    let new = NewJob::now(&env, actor.account().map(|account| account.0));
    // The walk may be long: it is done beside the writer, and what it found is looked at again in the command.
    let (reader, walk, asked) = (actor.clone(), filter.clone(), named.clone());
    let read = move |r: &Read| {
        let opened = rights::open(r, &reader, Scope::LogbookWrite, asked.as_deref())?;
        let numbers = own_numbers(&opened, &numbers)?;
        let found = if numbers.is_empty() {
            list::numbers(r, opened.id, &walk, None, MOST_AT_ONCE + 1)?.numbers
        } else {
            numbers.clone()
        };
        Ok::<_, Error>((opened.id, numbers, found))
    };
    let (book, numbers, mut found) = state.logbook.store.read(read).await.map_err(Problem::from)?;
    let write = move |tx: &mut Write<'_>| {
        let unknown = || Error::NoLogbook(named.unwrap_or_default().into());
        let opened = rights::open_id(tx, &actor, Scope::LogbookWrite, book)?.ok_or_else(unknown)?;
        if found.len() <= MOST_AT_ONCE {
            if numbers.is_empty() {
                found = still_matching(tx, book, &filter, found)?;
            }
            let changed = edit::bulk(tx, &opened, &found, &action, &table, &back, new.now)?;
            return Ok(Outcome::Done(changed));
        }
        let total = found.len() as u64;
        let job = BulkJob {
            book,
            account: opened.account,
            filter: typed,
            numbers,
            action,
            back,
            total,
        };
        Ok::<_, Error>(Outcome::Job(jobs::enqueue(tx, &job, new)?.to_string()))
    };
    match state.logbook.store.write(write).await.map_err(Problem::from)? {
        Outcome::Done(changed) => Ok(Json(BulkDone {
            changed,
            undo: Undoable { undo },
        })
        .into_response()),
        Outcome::Job(job) => Ok(accepted(job)),
    }
}

/// Takes back a deletion or a change of many contacts; what changed since is left alone.
#[utoipa::path(post, path = "/api/v1/logbook/undo", tag = "logbook", request_body = UndoBody, responses(
    (status = 200, body = Undone), (status = 202, body = Accepted), (status = 410, body = ProblemBody)))]
pub(super) async fn undo(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Json(body): Json<UndoBody>,
) -> Result<Response> {
    let env = state.logbook.env.clone();
    let new = NewJob::now(&env, actor.account().map(|account| account.0));
    let write = move |tx: &mut Write<'_>| undo_in(tx, &actor, &body.undo, new);
    match state.logbook.store.write(write).await.map_err(Problem::from)? {
        Ok(step) => Ok(Json(Undone {
            restored: step.restored,
            kept: step.kept,
        })
        .into_response()),
        Err(job) => Ok(accepted(job)),
    }
}

/// Takes back at once, or asks for the job that does.
fn undo_in(
    tx: &mut Write<'_>,
    actor: &Actor,
    token: &str,
    new: NewJob,
) -> std::result::Result<std::result::Result<undo::Step, String>, Error> {
    let (opened, undo) = undo::look_up(tx, actor, token, new.now)?;
    if undo.rows < MOST_AT_ONCE as u64 {
        return Ok(Ok(undo::edits(tx, &opened, token, new.now)?));
    }
    let job = UndoJob {
        book: opened.id,
        account: opened.account,
        token: token.into(),
        total: undo.rows,
    };
    Ok(Err(jobs::enqueue(tx, &job, new)?.to_string()))
}

pub(super) fn accepted(job: String) -> Response {
    let url = format!("/api/v1/jobs/{job}");
    (
        StatusCode::ACCEPTED,
        [(axum::http::header::LOCATION, url.clone())],
        Json(Accepted { job, url }),
    )
        .into_response()
}

/// Those of the contacts that a filter found a moment ago and accepts now.
fn still_matching(
    r: &impl Rows,
    book: LogbookId,
    filter: &Filter,
    mut numbers: Vec<u64>,
) -> std::result::Result<Vec<u64>, Error> {
    let mut gone = BTreeSet::new();
    for &number in &numbers {
        let record = r.get(QSO, &book.qso(number))?;
        let matches = record.is_some_and(|record| filter.accepts(&record));
        if !matches {
            gone.insert(number);
        }
    }
    numbers.retain(|number| !gone.contains(number));
    Ok(numbers)
}

fn action(body: &BulkBody) -> Result<Action> {
    match (&body.set, body.delete) {
        (None, true) => Ok(Action::Delete),
        (Some(fields), false) => {
            let edits = FieldEdit::from_json(fields)?;
            if let Some(edit) = edits.iter().find(|edit| edit.is_identity()) {
                return Err(Problem::invalid(
                    edit.name(),
                    "is not to be set on many contacts at once",
                ));
            }
            Ok(Action::Set(edits))
        }
        _ => Err(Problem::invalid(
            "set",
            "give either fields to `set` or `delete`: true",
        )),
    }
}

fn numbers(ids: &[String]) -> Result<Vec<QsoId>> {
    if ids.len() > MOST_IDS {
        return Err(Problem::invalid(
            "ids",
            format!("at most {MOST_IDS}; name more by a filter"),
        ));
    }
    let parse = |id: &String| {
        id.parse()
            .map_err(|error| Problem::invalid("ids", format!("{error}")))
    };
    ids.iter().map(parse).collect()
}

/// The numbers of contacts that must all be in this logbook.
fn own_numbers(opened: &Opened, ids: &[QsoId]) -> std::result::Result<Vec<u64>, Error> {
    match ids.iter().find(|id| id.book != opened.id) {
        Some(other) => Err(Error::NoContact(other.to_string())),
        None => Ok(ids.iter().map(|id| id.number).collect()),
    }
}
