//! Single records: list, make, change, take away.
//!
//! A record's id is made of what it says, so changing one is taking it away and adding another, in one change. Where
//! the caller names no state by `If-Match`, a change made meanwhile by somebody else is looked at and the change tried
//! again: nothing that was not seen is overwritten.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::{IntoParams, ToSchema};

use super::applied::Outcome;
use super::view::{self, Record, RecordBody, RecordView, TtlBody};
use super::{DnsState, etag, expected, of_one, top};
use crate::dns::error::Error;
use crate::dns::model::{Change, ChangeSet};
use crate::dns::name::Name;
use crate::dns::read::{self, SetLine};
use crate::dns::rr::{RecordType, Ttl};
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::web::{Cursor, Json, Path, Problem, ProblemBody, Query, Result};

/// Sets of a page.
const PAGE: usize = 200;
/// Most sets of a page.
const MOST: usize = 1_000;
/// How often a change is tried again that others' changes came before.
const TRIES: usize = 5;

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListParams {
    /// Records of this name alone.
    name: Option<String>,
    /// Records of this type alone.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Most names and types of a page; up to 1000.
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Records, in the order of their names.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordList {
    items: Vec<RecordView>,
    /// The cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A record with what its change came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordReply {
    #[serde(flatten)]
    pub(crate) record: RecordView,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// What is to change of a record; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct RecordChange {
    pub(crate) name: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) content: Option<String>,
    /// Of all records of that name and type.
    pub(crate) ttl: Option<TtlBody>,
}

/// The records at and below a name. The `ETag` goes with all of them, whatever is filtered.
#[utoipa::path(get, path = "/api/v1/dns/zones/{zone}/records", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name of the caller's"), ListParams),
    responses((status = 200, body = RecordList), (status = 404, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let top = top(&zone)?;
    let limit = params.limit.unwrap_or(PAGE).clamp(1, MOST);
    let after = params.cursor.as_deref();
    let after = after.map(|text| opened_cursor(&state, &zone, text)).transpose()?;
    let name = params.name.as_deref();
    let name = name.map(|text| view::name_of(text, &top, "")).transpose()?;
    let kind = params.kind.as_deref();
    let kind = kind.map(|text| view::kind_of(text, "")).transpose()?;
    let origin = top.clone();
    let found = state.dns.store.read(move |r| {
        let (opened, _) = read::zone(r, &actor, &top)?;
        // One more says whether there is a next page.
        let lines = read::records(r, &opened, after.as_ref(), limit + 1)?;
        Ok::<_, Error>((read::mark(r, &opened)?, lines))
    });
    let (mark, mut lines) = found.await?;
    let next = (lines.len() > limit).then(|| {
        lines.truncate(limit);
        lines.last().map(|line| cursor(line).seal(&state.signer, &zone))
    });
    let wanted = |line: &&SetLine| {
        name.as_ref().is_none_or(|name| line.name == *name) && kind.is_none_or(|kind| line.kind == kind)
    };
    let items = lines.iter().filter(wanted);
    let list = RecordList {
        items: items.flat_map(|line| view::records_of(line, &origin)).collect(),
        next: next.flatten(),
    };
    Ok(([(header::ETAG, etag(&mark))], Json(list)).into_response())
}

/// Adds a record to those of its name and type. One that is there already is answered with 200.
#[utoipa::path(post, path = "/api/v1/dns/zones/{zone}/records", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name of the caller's")),
    request_body = RecordBody, responses(
    (status = 201, body = RecordReply), (status = 200, body = RecordReply, description = "it was there"),
    (status = 202, body = RecordReply, description = "stored; queries are answered so in a moment"),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 412, body = ProblemBody),
    (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn create(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
    headers: HeaderMap,
    Json(body): Json<RecordBody>,
) -> Result<Response> {
    let (top, expected) = (top(&zone)?, expected(&headers)?);
    let reply = asking(&state, &actor, &top).add(&body, expected).await?;
    let status = reply.outcome.status(if reply.outcome.changed {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    });
    let place = format!(
        "/api/v1/dns/zones/{}/records/{}",
        super::shown(&top),
        reply.record.id
    );
    Ok((status, [(header::LOCATION, place)], Json(reply)).into_response())
}

/// Changes a record. Its id changes with it, and is in the reply.
#[utoipa::path(patch, path = "/api/v1/dns/zones/{zone}/records/{id}", tag = "dns", params(
    ("zone" = String, Path, description = "a zone, or a name of the caller's"),
    ("id" = String, Path, description = "the record's id")), request_body = RecordChange, responses(
    (status = 200, body = RecordReply), (status = 202, body = RecordReply), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 429, body = ProblemBody)))]
pub(super) async fn change(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path((zone, id)): Path<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<RecordChange>,
) -> Result<Response> {
    let (top, expected) = (top(&zone)?, expected(&headers)?);
    let reply = asking(&state, &actor, &top).change(&id, &body, expected).await?;
    Ok((reply.outcome.status(StatusCode::OK), Json(reply)).into_response())
}

/// Takes a record away.
#[utoipa::path(delete, path = "/api/v1/dns/zones/{zone}/records/{id}", tag = "dns", params(
    ("zone" = String, Path, description = "a zone, or a name of the caller's"),
    ("id" = String, Path, description = "the record's id")), responses(
    (status = 204), (status = 202, body = Outcome), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 429, body = ProblemBody)))]
pub(super) async fn remove(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path((zone, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let (top, expected) = (top(&zone)?, expected(&headers)?);
    let outcome = asking(&state, &actor, &top).remove(&id, expected).await?;
    Ok(match outcome.status(StatusCode::NO_CONTENT) {
        StatusCode::NO_CONTENT => StatusCode::NO_CONTENT.into_response(),
        status => (status, Json(outcome)).into_response(),
    })
}

/// Somebody who changes single records of a zone: what the API's handlers and the page's forms do.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    state: &'a DnsState,
    actor: &'a Actor,
    top: &'a Name,
}

/// Somebody who changes single records of what they call a zone.
pub(crate) fn asking<'a>(state: &'a DnsState, actor: &'a Actor, top: &'a Name) -> Asking<'a> {
    Asking { state, actor, top }
}

impl Asking<'_> {
    /// Adds a record.
    pub(crate) async fn add(self, body: &RecordBody, expected: Option<SmolStr>) -> Result<RecordReply> {
        let (name, kind) = (
            view::name_of(&body.name, self.top, "")?,
            view::kind_of(&body.kind, "")?,
        );
        let datum = view::datum_of(kind, &body.content, self.top, "")?;
        let wanted = body.ttl.as_ref().map(|ttl| view::ttl_of(ttl, "")).transpose()?;
        let ttl = match wanted {
            Some(ttl) => ttl,
            None => ttl_there(self.state, self.actor, self.top, (&name, kind)).await?,
        };
        let record = Record { name, kind, datum };
        let outcome = self.make(vec![record.added(ttl, None)], expected).await;
        Ok(RecordReply {
            record: record
                .view(self.top, ttl, None)
                .typed(&record, &body.content, self.top),
            outcome: outcome.map_err(of_one)?,
        })
    }

    /// Changes a record; looks again where others were first, unless a state was named.
    pub(crate) async fn change(
        self,
        id: &str,
        body: &RecordChange,
        wanted: Option<SmolStr>,
    ) -> Result<RecordReply> {
        for attempt in 1.. {
            let found = find(self.state, self.actor, (self.top, id)).await?;
            let (after, ttl) = body.applied_to(&found, self.top)?;
            let mut changes = Vec::new();
            if after.id() != id {
                changes.push(found.record.taken());
            }
            changes.push(after.added(ttl, found.until));
            let mark = wanted.clone().unwrap_or(found.mark);
            match self.make(changes, Some(mark)).await {
                Err(Error::Changed) if wanted.is_none() && attempt < TRIES => {}
                Err(error) => return Err(of_one(error)),
                Ok(outcome) => {
                    let typed = body.content.as_deref().unwrap_or_default();
                    let record = after
                        .view(self.top, ttl, found.until)
                        .typed(&after, typed, self.top);
                    return Ok(RecordReply { record, outcome });
                }
            }
        }
        Err(Error::Changed.into())
    }

    /// Takes a record away.
    pub(crate) async fn remove(self, id: &str, expected: Option<SmolStr>) -> Result<Outcome> {
        let found = find(self.state, self.actor, (self.top, id)).await?;
        let outcome = self.make(vec![found.record.taken()], expected).await;
        outcome.map_err(of_one)
    }

    /// What a change comes to.
    async fn make(
        self,
        changes: Vec<Change>,
        expected: Option<SmolStr>,
    ) -> std::result::Result<Outcome, Error> {
        let set = ChangeSet { changes, expected };
        Outcome::of(self.state.dns.apply(self.actor, self.top, set).await)
    }
}

/// A record that is there.
struct Found {
    record: Record,
    ttl: Ttl,
    until: Option<Timestamp>,
    mark: SmolStr,
}

impl RecordChange {
    /// The record that is to be, and its set's time to live.
    fn applied_to(&self, found: &Found, top: &Name) -> Result<(Record, Ttl)> {
        let before = &found.record;
        let name = match &self.name {
            Some(text) => view::name_of(text, top, "")?,
            None => before.name.clone(),
        };
        let kind = match &self.kind {
            Some(text) => view::kind_of(text, "")?,
            None => before.kind,
        };
        let datum = match &self.content {
            Some(text) => view::datum_of(kind, text, top, "")?,
            None if kind == before.kind => before.datum.clone(),
            None => return Err(Problem::invalid("content", "another type needs another content")),
        };
        let ttl = match &self.ttl {
            Some(ttl) => view::ttl_of(ttl, "")?,
            None => found.ttl,
        };
        Ok((Record { name, kind, datum }, ttl))
    }
}

impl Record {
    fn added(&self, ttl: Ttl, until: Option<Timestamp>) -> Change {
        Change::Add {
            name: self.name.clone(),
            kind: self.kind,
            ttl,
            datum: self.datum.clone(),
            until,
        }
    }

    fn taken(&self) -> Change {
        Change::Take {
            name: self.name.clone(),
            kind: self.kind,
            datum: self.datum.clone(),
        }
    }
}

async fn find(state: &DnsState, actor: &Actor, (top, id): (&Name, &str)) -> Result<Found> {
    let (actor, top, id) = (actor.clone(), top.clone(), id.to_owned());
    let found = state.dns.store.read(move |r| {
        let (opened, _) = read::zone(r, &actor, &top)?;
        for line in read::records(r, &opened, None, usize::MAX)? {
            for stored in &line.set.records {
                let record = Record {
                    name: line.name.clone(),
                    kind: line.kind,
                    datum: stored.datum.clone(),
                };
                if record.id() == id {
                    return Ok(Some(Found {
                        record,
                        ttl: line.set.ttl,
                        until: stored.until,
                        mark: read::mark(r, &opened)?,
                    }));
                }
            }
        }
        Ok::<_, Error>(None)
    });
    found
        .await?
        .ok_or_else(|| Problem::not_found("there is no such record any more"))
}

/// The time to live of the records that are there, or the usual one.
async fn ttl_there(
    state: &DnsState,
    actor: &Actor,
    top: &Name,
    (name, kind): (&Name, RecordType),
) -> Result<Ttl> {
    let (actor, top, name) = (actor.clone(), top.clone(), name.clone());
    let there = state.dns.store.read(move |r| {
        let (opened, _) = read::zone(r, &actor, &top)?;
        read::set(r, &opened, &name, kind)
    });
    Ok(there.await?.map_or(Ttl::DEFAULT, |set| set.ttl))
}

fn cursor(line: &SetLine) -> Cursor {
    let mut bytes = line.kind.0.to_be_bytes().to_vec();
    bytes.extend_from_slice(line.name.wire());
    Cursor(bytes)
}

fn opened_cursor(state: &DnsState, zone: &str, text: &str) -> Result<(Name, RecordType)> {
    let cursor = Cursor::open(&state.signer, zone, text)?;
    let read = || {
        let (kind, name) = cursor.0.split_first_chunk()?;
        Some((Name::from_wire(name).ok()?, RecordType(u16::from_be_bytes(*kind))))
    };
    read().ok_or_else(|| Problem::bad_request("bad_cursor", "the cursor is of an older version; start again"))
}
