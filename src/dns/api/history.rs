//! What was changed, by whom, and the way back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::applied::Outcome;
use super::{DnsState, shown, top, view};
use crate::dns::error::Error;
use crate::dns::model::Version;
use crate::dns::name::Name;
use crate::dns::read::{self, Line};
use crate::dns::rr::RecordType;
use crate::dns::tables::{StoredSet, What};
use crate::identity::api::gate::Who;
use crate::web::{Cursor, Json, Path, Problem, ProblemBody, Query, Result};

/// Changes of a page.
const PAGE: usize = 50;
/// Most changes of a page.
const MOST: usize = 200;

/// Which changes.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct HistoryParams {
    /// Most changes of a page; up to 200.
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A change that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsLine)]
pub(crate) struct LineView {
    /// The state it led to, by which it is taken back.
    pub(crate) version: u64,
    /// The serial it led to.
    pub(crate) serial: u32,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    /// Who made it, in words.
    pub(crate) by: String,
    /// `edited`, `undone`, `imported`, `suspended`, `restored`, `provisioned`, `ended`, `configured`, `other`.
    pub(crate) what: &'static str,
    /// The name or version that `what` is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<String>,
    /// The sets that differ; none are kept of very large changes.
    pub(crate) changes: Vec<TurnView>,
}

/// A set before and after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnView {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<SetView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<SetView>,
}

/// The records of a name and type.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetView {
    pub(crate) ttl: u32,
    pub(crate) records: Vec<String>,
}

/// Changes, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LineList {
    items: Vec<LineView>,
    /// The cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What was changed at and below a name, newest first.
#[utoipa::path(get, path = "/api/v1/dns/zones/{zone}/history", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name of the caller's"), HistoryParams),
    responses((status = 200, body = LineList), (status = 404, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
    Query(params): Query<HistoryParams>,
) -> Result<Json<LineList>> {
    let top = top(&zone)?;
    let limit = params.limit.unwrap_or(PAGE).clamp(1, MOST);
    let filter = format!("history {zone}");
    let before = match &params.cursor {
        Some(text) => Some(version_of(&Cursor::open(&state.signer, &filter, text)?)?),
        None => None,
    };
    let asked = top.clone();
    let found = state.dns.store.read(move |r| {
        let (opened, _) = read::zone(r, &actor, &asked)?;
        read::history(r, &opened, before, limit + 1)
    });
    let mut lines: Vec<Line> = found.await?;
    let is_more = lines.len() > limit;
    lines.truncate(limit);
    let last = lines.last().filter(|_| is_more);
    Ok(Json(LineList {
        next: last.map(|line| Cursor(line.version.0.to_be_bytes().to_vec()).seal(&state.signer, &filter)),
        items: lines.into_iter().map(|line| LineView::of(line, &top)).collect(),
    }))
}

/// Takes a change back: all it changed is as it was before. Refused where it was changed again since.
#[utoipa::path(post, path = "/api/v1/dns/zones/{zone}/history/{version}/undo", tag = "dns", params(
    ("zone" = String, Path, description = "a zone, or a name of the caller's"),
    ("version" = u64, Path, description = "the change, as the history names it")), responses(
    (status = 200, body = Outcome), (status = 202, body = Outcome), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 410, body = ProblemBody),
    (status = 412, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn undo(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path((zone, version)): Path<(String, u64)>,
) -> Result<Response> {
    let done = state.dns.undo(&actor, &top(&zone)?, Version(version)).await;
    let outcome = Outcome::of(done).map_err(|error| match error {
        Error::Changed => {
            Problem::precondition_failed("the records were changed again since; change them yourself")
        }
        other => other.into(),
    })?;
    Ok((outcome.status(StatusCode::OK), Json(outcome)).into_response())
}

fn version_of(cursor: &Cursor) -> Result<Version> {
    let bytes = <[u8; 8]>::try_from(&cursor.0[..]);
    let number =
        bytes.map_err(|_| Problem::bad_request("bad_cursor", "the cursor is of an older version"))?;
    Ok(Version(u64::from_be_bytes(number)))
}

impl LineView {
    /// How a change is shown below `top`.
    pub(crate) fn of(line: Line, top: &Name) -> Self {
        let Line { version, entry } = line;
        let (what, about) = match entry.what {
            What::Edited => ("edited", None),
            What::Undone(version) => ("undone", Some(version.0.to_string())),
            What::Imported => ("imported", None),
            What::Suspended(name) => ("suspended", Some(shown(&name))),
            What::Restored(name) => ("restored", Some(shown(&name))),
            What::Provisioned(name) => ("provisioned", Some(shown(&name))),
            What::Ended => ("ended", None),
            What::Configured => ("configured", None),
            What::Other => ("other", None),
        };
        let turned = entry.turned.into_iter().map(|turned| TurnView {
            name: view::relative(&turned.name, top),
            before: turned.before.map(|set| SetView::of(turned.kind, &set)),
            after: turned.after.map(|set| SetView::of(turned.kind, &set)),
            kind: turned.kind.to_string(),
        });
        Self {
            version: version.0,
            serial: version.serial(),
            at: entry.at,
            by: entry.by.to_string(),
            what,
            about,
            changes: turned.collect(),
        }
    }
}

impl SetView {
    fn of(kind: RecordType, set: &StoredSet) -> Self {
        Self {
            ttl: set.ttl.seconds(),
            records: view::contents(kind, set),
        }
    }
}
