//! The history over HTTP, and a new spot.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::DxState;
use crate::dx::choice::Choice;
use crate::dx::event::{Source, Spot};
use crate::dx::json::{self, SpotView};
use crate::dx::model::{Accepted, RawSpot, Refused, Sender};
use crate::dx::{Bands, Query as HistoryQuery};
use crate::ham::band::Band;
use crate::ham::freq::Hertz;
use crate::ham::grid::Grid;
use crate::ham::spot::{References, SpotMode, Spotter};
use crate::identity::api::gate::{Visitor, Who};
use crate::identity::{Actor, Credential, Scope};
use crate::web::{Cursor, Problem, ProblemBody, Query, Result, Whole, parse_json};

/// Spots of a page without `limit`.
const LIMIT: usize = 100;
/// Most spots of a page.
const MOST: usize = 1_000;

/// What `GET /api/v1/dx/spots` may be asked; entries of a list are parted by commas.
#[derive(Debug, Deserialize, IntoParams)]
#[expect(
    dead_code,
    reason = "describes the query in the API document; the names are read one by one"
)]
pub(super) struct ListParams {
    /// A number: what followed it, oldest first. A time: what was heard since, newest first.
    since: Option<String>,
    /// Most spots, at most 1,000; 100 without.
    limit: Option<usize>,
    /// Bands: `20m,40m`.
    band: Option<String>,
    /// Modes or classes: `FT8`, `cw`, `phone`, `data`.
    mode: Option<String>,
    /// Calls, also beginnings: `W1AW,DL*`.
    call: Option<String>,
    /// The same for spotters.
    spotter: Option<String>,
    /// Entities by number, prefix or name.
    entity: Option<String>,
    /// Continents of the spotted: `EU,AF`.
    continent: Option<String>,
    /// Continents of spotters.
    de_cont: Option<String>,
    /// Ways in: `telnet,pota`.
    source: Option<String>,
    /// Programmes: `pota,sota,wwff,iota`.
    r#ref: Option<String>,
    /// Only what skimmers heard, or only what people did.
    skimmer: Option<bool>,
    /// Only what was at least so strong, or has no report.
    min_snr: Option<i8>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A page of spots.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the reply in the API document")]
pub(super) struct SpotPage {
    items: Vec<SpotView<'static>>,
    /// Where the next page begins; absent at the end.
    next: Option<String>,
}

/// Spots of the last hours, newest first; with a number in `since`, what followed it, oldest first.
#[utoipa::path(get, path = "/api/v1/dx/spots", tag = "dx", security(("session" = []), ("key" = ["dx.read"])), params(ListParams), responses(
    (status = 200, body = SpotPage), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<DxState>,
    Who(actor): Who,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response> {
    state.may_read(&actor)?;
    let asked = Asked::read(&state, &asked)?;
    let cluster = state.cluster.clone();
    let (query, choice) = (asked.query.clone(), asked.choice.clone());
    // A rare call in a million spots takes some milliseconds: not on an async thread.
    let found = tokio::task::spawn_blocking(move || cluster.history(&query, |spot| choice.wants(spot)));
    let mut found = found.await.map_err(Problem::internal)?;
    let more = found.len() > asked.limit;
    found.truncate(asked.limit);
    Ok(page(&found, more.then(|| asked.next(&state, &found)).flatten()))
}

/// A page as JSON.
fn page(spots: &[Spot], next: Option<String>) -> Response {
    let mut body = String::from(r#"{"items":["#);
    for (number, spot) in spots.iter().enumerate() {
        if number > 0 {
            body.push(',');
        }
        body.push_str(&json::encode(spot));
    }
    body.push(']');
    if let Some(next) = next {
        // A cursor is base64url, which needs no escaping.
        body.push_str(&format!(r#","next":"{next}""#));
    }
    body.push('}');
    ([("content-type", "application/json")], body).into_response()
}

/// A query understood.
struct Asked {
    query: HistoryQuery,
    choice: Choice,
    limit: usize,
    /// Everything that shapes the list: cursors are bound to it.
    filter: String,
}

impl Asked {
    fn read(state: &DxState, asked: &[(String, String)]) -> Result<Self> {
        let mut query = HistoryQuery::default();
        let (mut limit, mut cursor) = (LIMIT, None);
        let mut lists: Vec<(&str, String)> = Vec::new();
        let mut filter = String::new();
        for (name, value) in asked {
            if name != "cursor" && name != "limit" {
                filter.push_str(&format!("{name}={value}&"));
            }
            match name.as_str() {
                "since" => since(value, &mut query)?,
                "limit" => {
                    limit = value
                        .parse()
                        .map_err(|_| Problem::invalid("limit", "is no number"))?;
                    limit = limit.clamp(1, MOST);
                }
                "cursor" => cursor = Some(value.as_str()),
                "entity" => lists.push(("dxcc", entities(state, value)?)),
                name if Choice::knows(name) => {
                    hint(name, value, &mut query);
                    lists.push((name, value.clone()));
                }
                other => {
                    let text = format!("there is no parameter {other:?}");
                    return Err(Problem::bad_request("bad_query", text.clone()).field(other, text));
                }
            }
        }
        if let Some(cursor) = cursor {
            let Cursor(bytes) = Cursor::open(&state.signer, &filter, cursor)?;
            let seq = bytes.try_into().map_or(0, u64::from_be_bytes);
            if query.rising {
                query.after = Some(seq);
            } else {
                query.below = Some(seq);
            }
        }
        let choice = Choice::read(lists.iter().map(|(name, value)| (*name, value.as_str())));
        let choice = choice.map_err(|error| Problem::invalid("filter", error.to_string()))?;
        // One more tells whether there is a next page.
        query.limit = limit + 1;
        Ok(Self {
            query,
            choice,
            limit,
            filter,
        })
    }

    fn next(&self, state: &DxState, found: &[Spot]) -> Option<String> {
        let last = found.last()?.seq;
        Some(Cursor(last.to_be_bytes().into()).seal(&state.signer, &self.filter))
    }
}

/// What records tell before a spot is made of them.
fn hint(name: &str, value: &str, query: &mut HistoryQuery) {
    match name {
        "band" | "bands" => {
            let bands = value.split(',').filter_map(|name| Band::parse(name).ok());
            query.bands = bands.fold(query.bands, Bands::and);
        }
        "skimmer" => query.skimmer = value.trim().parse().ok(),
        _ => {}
    }
}

fn since(value: &str, query: &mut HistoryQuery) -> Result<()> {
    if let Ok(number) = value.parse() {
        (query.after, query.rising) = (Some(number), true);
    } else {
        let time: Timestamp = value
            .parse()
            .map_err(|_| Problem::invalid("since", "is neither a number nor a time"))?;
        query.from = Some(time);
    }
    Ok(())
}

/// Entities by number, prefix or name, as a list of numbers.
fn entities(state: &DxState, names: &str) -> Result<String> {
    let table = state.cluster.table();
    let mut codes = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let found = match name.parse::<u16>() {
            Ok(code) => vec![code],
            Err(_) => table.entities(name),
        };
        if found.is_empty() {
            return Err(Problem::invalid("entity", format!("there is no entity {name:?}")));
        }
        codes.extend(found.into_iter().map(|code| code.to_string()));
    }
    Ok(codes.join(","))
}

/// A spot to be told.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewSpot {
    #[schema(example = "JA1XYZ")]
    call: String,
    freq_hz: u64,
    /// Who heard it; without it, who sends it. Only programs with an API key may name somebody else; `-#` behind marks
    /// a skimmer.
    #[serde(default)]
    spotter: Option<String>,
    #[serde(default, alias = "message")]
    comment: Option<String>,
    /// A mode as people write it; without it, what the comment or other spots tell.
    #[serde(default)]
    mode: Option<String>,
    /// When it was heard; without it, now.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    time: Option<Timestamp>,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "FN31")]
    grid: Option<Grid>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    spotter_grid: Option<Grid>,
    /// Whether a program heard it.
    #[serde(default)]
    skimmer: bool,
    /// Decibels.
    #[serde(default)]
    snr: Option<i8>,
    #[serde(default)]
    wpm: Option<u8>,
    #[serde(default)]
    pota: Option<String>,
    #[serde(default)]
    sota: Option<String>,
    #[serde(default)]
    wwff: Option<String>,
    #[serde(default)]
    iota: Option<String>,
    #[serde(default)]
    wwbota: Option<String>,
}

/// Tells a spot to everybody. One that was said before is answered with 200 and `{"outcome":"duplicate"}`.
#[utoipa::path(post, path = "/api/v1/dx/spots", tag = "dx", security(("session" = []), ("key" = ["dx.write"])), request_body = NewSpot, responses(
    (status = 201, body = SpotView), (status = 200, description = "it was said before"),
    (status = 403, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn post(
    State(state): State<DxState>,
    Visitor { actor, browser, .. }: Visitor,
    Whole(body): Whole,
) -> Result<Response> {
    // Before anything is read of it.
    actor.require(Scope::DxWrite).map_err(Refused::from)?;
    let new: NewSpot = parse_json(&body)?;
    let by_page =
        matches!(&actor, Actor::Member(member) if matches!(member.credential, Credential::Session { .. }));
    let from = Sender {
        actor: &actor,
        source: if by_page { Source::User } else { Source::Rest },
        origin: "",
    };
    let raw = RawSpot {
        address: Some(browser.address),
        ..new.raw()?
    };
    Ok(match state.cluster.accept(raw, &from)? {
        Accepted::New(spot) => {
            let head = [("content-type", "application/json")];
            (StatusCode::CREATED, head, json::encode(&spot)).into_response()
        }
        Accepted::Duplicate => crate::web::Json(serde_json::json!({"outcome": "duplicate"})).into_response(),
    })
}

impl NewSpot {
    fn raw(self) -> Result<RawSpot> {
        let spotter = match self.spotter.filter(|text| !text.trim().is_empty()) {
            Some(text) => {
                let parsed = Spotter::parse(&text);
                let mut spotter = parsed.map_err(|error| Problem::invalid("spotter", error.to_string()))?;
                spotter.skimmer |= self.skimmer;
                Some(spotter)
            }
            None => None,
        };
        let mode = match self.mode.filter(|text| !text.trim().is_empty()) {
            Some(text) => {
                let mode = SpotMode::parse(&text);
                Some(mode.ok_or_else(|| Problem::invalid("mode", "is no mode that spots have"))?)
            }
            None => None,
        };
        Ok(RawSpot {
            spotter,
            mode,
            comment: self.comment.unwrap_or_default().into(),
            time: self.time,
            grid: self.grid,
            spotter_grid: self.spotter_grid,
            snr: self.snr,
            wpm: self.wpm,
            refs: References {
                iota: reference("iota", self.iota)?,
                sota: reference("sota", self.sota)?,
                wwff: reference("wwff", self.wwff)?,
                pota: reference("pota", self.pota)?,
                wwbota: reference("wwbota", self.wwbota)?,
            },
            ..RawSpot::of(self.call, Hertz::new(self.freq_hz))
        })
    }
}

/// A reference in capitals: letters, digits, hyphens, slashes.
fn reference(field: &'static str, text: Option<String>) -> Result<Option<smol_str::SmolStr>> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    let text = text.trim().to_ascii_uppercase();
    let fits = text.len() <= 20
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-/".contains(&b));
    if fits {
        Ok(Some(text.into()))
    } else {
        Err(Problem::invalid(field, "is no reference"))
    }
}
