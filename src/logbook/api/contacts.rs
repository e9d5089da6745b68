//! Single contacts: log, show, change, delete.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::LogbookState;
use crate::ham::adif::{Reader, to_qso};
use crate::ham::band::Band;
use crate::ham::freq::Hertz;
use crate::ham::mode::Mode;
use crate::ham::qso::{Qso, check_start};
use crate::identity::Scope;
use crate::identity::api::gate::{Visitor, Who};
use crate::logbook::event::{Contact, QsoId};
use crate::logbook::place::Table;
use crate::logbook::rights;
use crate::logbook::view::QsoView;
use crate::logbook::write::edit::{self, FieldEdit, Target};
use crate::logbook::write::log;
use crate::logbook::write::merge::Incoming;
use crate::web::{Json, Path, Problem, ProblemBody, Query, Result, Whole, parse_json};

/// Where a contact goes.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct LogParams {
    /// Call of the logbook; without it the account's own. In JSON the field `logbook` says the same.
    #[serde(alias = "logbook")]
    callsign: Option<String>,
    /// Whether the contact is told to the DX cluster too. In JSON the field `spot` says the same.
    #[serde(default)]
    spot: bool,
}

/// A contact to be logged. All fields of a contact may be given; ADIF fields without a name of their own under `adif`.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the API document; the fields are read one by one"
)]
pub(super) struct NewQso {
    /// Call of the logbook; without it the account's own.
    #[serde(default)]
    logbook: Option<String>,
    #[schema(example = "JA1XYZ")]
    call: String,
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// ADIF band; without it that of the frequency.
    #[serde(default)]
    #[schema(example = "20m")]
    band: Option<String>,
    /// Own transmit frequency in hertz.
    #[serde(default)]
    freq_hz: Option<u64>,
    /// ADIF mode or submode.
    #[schema(example = "FT4")]
    mode: String,
    /// Whether it is told to the DX cluster too. What cannot be spotted is logged all the same: `spot` of the reply says
    /// why not.
    #[serde(default)]
    spot: bool,
}

/// The way back from a deletion.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Undoable {
    /// Send this to `/api/v1/logbook/undo`, within a day.
    pub(super) undo: String,
}

/// Logs a contact: JSON, or one ADIF record as text. One that is there already is merged: what it lacks is filled in.
#[utoipa::path(post, path = "/api/v1/logbook/qsos", tag = "logbook", params(LogParams),
    request_body(content((NewQso = "application/json"), (String = "text/plain"))), responses(
    (status = 201, body = QsoView, description = "`outcome` says what it came to: added, merged, duplicate"),
    (status = 404, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn log(
    State(state): State<LogbookState>,
    Visitor { actor, browser, .. }: Visitor,
    Query(params): Query<LogParams>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response> {
    let now = state.logbook.env.clock.now();
    let table = state.logbook.countries.table();
    let (named, spots, incoming) = match kind(&headers) {
        "application/json" => {
            let fields = parse_json(&body)?;
            let (named, incoming) = from_json(&fields, &table, now)?;
            (named, wants_spot(&fields)?, incoming)
        }
        "text/plain" | "application/octet-stream" | "" => (None, false, from_adif(&body, &table, now)?),
        _ => {
            let text = "send application/json, or one ADIF record as text/plain";
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                text,
            ));
        }
    };
    let named = params.callsign.or(named);
    let logger = actor.clone();
    let write = move |tx: &mut crate::store::Write<'_>| {
        let opened = rights::open(tx, &logger, Scope::LogbookWrite, named.as_deref())?;
        log::log(tx, &opened, incoming, now)
    };
    let (contact, outcome) = state.logbook.store.write(write).await.map_err(Problem::from)?;
    let spot = (spots || params.spot).then(|| state.spots.spot(&actor, browser.address, &contact));
    let view = QsoView::of_contact(&contact).with_outcome(outcome, spot);
    let mut response = (StatusCode::CREATED, reply(&contact, view)).into_response();
    let place = format!("/api/v1/logbook/qsos/{}", contact.id);
    response.headers_mut().insert(
        header::LOCATION,
        HeaderValue::from_str(&place).map_err(Problem::internal)?,
    );
    Ok(response)
}

/// One contact.
#[utoipa::path(get, path = "/api/v1/logbook/qsos/{id}", tag = "logbook",
    params(("id" = String, Path, description = "the contact's id")), responses(
    (status = 200, body = QsoView, headers(("ETag" = String, description = "the revision"))),
    (status = 304, description = "it is still at the revision named in If-None-Match"),
    (status = 404, body = ProblemBody)))]
pub(super) async fn show(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let id = parse_id(&id)?;
    let found = state
        .logbook
        .store
        .read(move |r| edit::find(r, &actor, Scope::LogbookRead, id))
        .await;
    let (opened, record) = found?;
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known == etag(record.revision)) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag(record.revision))]).into_response());
    }
    let contact = Contact {
        id,
        logbook: opened.book.call,
        record,
    };
    Ok(reply(&contact, QsoView::of_contact(&contact)))
}

/// Changes fields of a contact; `null` empties one. `If-Match` guards against changing what somebody else changed.
#[utoipa::path(patch, path = "/api/v1/logbook/qsos/{id}", tag = "logbook",
    params(("id" = String, Path, description = "the contact's id")), request_body = Object, responses(
    (status = 200, body = QsoView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn change(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(fields): Json<Map<String, Value>>,
) -> Result<Response> {
    let target = target(&id, &headers)?;
    let edits = FieldEdit::from_json(&fields)?;
    let (table, now) = (state.logbook.countries.table(), state.logbook.env.clock.now());
    let write = move |tx: &mut crate::store::Write<'_>| edit::edit(tx, &actor, target, &edits, &table, now);
    let contact = state.logbook.store.write(write).await.map_err(Problem::from)?;
    Ok(reply(&contact, QsoView::of_contact(&contact)))
}

/// Deletes a contact; the reply holds the way back.
#[utoipa::path(delete, path = "/api/v1/logbook/qsos/{id}", tag = "logbook",
    params(("id" = String, Path, description = "the contact's id")), responses(
    (status = 200, body = Undoable), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 412, body = ProblemBody)))]
pub(super) async fn delete(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Undoable>> {
    let target = target(&id, &headers)?;
    let back = state.way_back();
    let undo = back.token.to_string();
    let write = move |tx: &mut crate::store::Write<'_>| edit::delete(tx, &actor, target, &back);
    state.logbook.store.write(write).await.map_err(Problem::from)?;
    Ok(Json(Undoable { undo }))
}

fn reply(contact: &Contact, view: QsoView) -> Response {
    ([(header::ETAG, etag(contact.record.revision))], Json(view)).into_response()
}

fn etag(revision: u32) -> String {
    format!("\"{revision}\"")
}

fn parse_id(text: &str) -> Result<QsoId> {
    text.parse()
        .map_err(|error: crate::logbook::event::QsoIdError| Problem::not_found(error.to_string()))
}

fn target(id: &str, headers: &HeaderMap) -> Result<Target> {
    let id = parse_id(id)?;
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(Target { id, revision: None });
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(Target { id, revision: None });
    }
    match text.trim_start_matches("W/").trim_matches('"').parse() {
        Ok(revision) => Ok(Target {
            id,
            revision: Some(revision),
        }),
        Err(_) => Err(Problem::precondition_failed(
            "If-Match names no revision of this contact",
        )),
    }
}

fn kind(headers: &HeaderMap) -> &str {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}

fn from_adif(body: &[u8], table: &Table, now: Timestamp) -> Result<Incoming> {
    let mut records = Reader::new(body).filter_map(|entry| entry.record);
    let none = || Problem::unprocessable("no_record", "the body holds no ADIF record");
    let record = records.next().ok_or_else(none)?;
    if records.next().is_some() {
        let text = "the body holds several records; send a file to /api/v1/logbook/adif";
        return Err(Problem::unprocessable("several_records", text));
    }
    let (qso, _) = to_qso(&record, now).map_err(|reject| {
        Problem::unprocessable("rejected", reject.reason.clone()).field("", reject.reason)
    })?;
    Ok(Incoming {
        place: table.place(&qso),
        qso,
    })
}

/// A contact as the API is sent it, and the logbook it names.
pub(crate) fn from_json(
    fields: &Map<String, Value>,
    table: &Table,
    now: Timestamp,
) -> Result<(Option<String>, Incoming)> {
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.trim().is_empty())
    };
    let needed = |name: &str| text(name).ok_or_else(|| Problem::invalid(name, "is needed"));
    let call = needed("call")?
        .parse()
        .map_err(|error| Problem::invalid("call", format!("{error}")))?;
    let start: Timestamp = needed("start")?
        .parse()
        .map_err(|_| Problem::invalid("start", "is not a time such as 2026-11-21T09:32:02Z"))?;
    let start = Timestamp::from_second(start.as_second()).map_err(Problem::internal)?;
    check_start(start, now).map_err(|why| Problem::invalid("start", why))?;
    let band = band(fields, text("band"))?;
    let mode = Mode::parse(needed("mode")?, text("submode"));
    let (mode, _) = mode.map_err(|error| Problem::invalid("mode", error.to_string()))?;
    let mut record = log::blank(Qso::new(call, start, band, mode), now);
    let given = |name: &str| {
        matches!(
            name,
            "call" | "start" | "band" | "mode" | "submode" | "logbook" | "spot"
        )
    };
    let others: Map<String, Value> = fields
        .iter()
        .filter(|(name, value)| !given(name) && !value.is_null())
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    for field in FieldEdit::from_json(&others)? {
        field.apply(&mut record)?;
    }
    // A frequency outside its band is kept as logged, and so is the band that was named.
    record.qso.band = band;
    table.check_entity(&record.qso)?;
    let by_hand = record.place.decided_by.clone();
    let mut place = table.place(&record.qso);
    if !by_hand.is_empty() {
        place.decided_by = by_hand;
    }
    Ok((
        text("logbook").map(str::to_owned),
        Incoming {
            qso: record.qso,
            place,
        },
    ))
}

/// Whether a contact is to be spotted too.
fn wants_spot(fields: &Map<String, Value>) -> Result<bool> {
    match fields.get("spot") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(wanted)) => Ok(*wanted),
        Some(_) => Err(Problem::invalid("spot", "is true or false")),
    }
}

fn band(fields: &Map<String, Value>, named: Option<&str>) -> Result<Band> {
    if let Some(named) = named {
        return named
            .parse()
            .map_err(|_| Problem::invalid("band", format!("`{named}` is not an ADIF band")));
    }
    let hertz = fields.get("freq_hz").filter(|value| !value.is_null());
    let hertz = hertz.ok_or_else(|| Problem::invalid("band", "`band` or `freq_hz` is needed"))?;
    let hertz = hertz
        .as_u64()
        .ok_or_else(|| Problem::invalid("freq_hz", "is a whole number of hertz"))?;
    Band::of(Hertz::new(hertz))
        .ok_or_else(|| Problem::invalid("freq_hz", "is in no amateur band; name the band"))
}
