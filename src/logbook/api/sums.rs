//! Sums of a log, its points on a map, and what it knows of a call.

use std::collections::BTreeMap;

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use smol_str::SmolStr;
use utoipa::{IntoParams, ToSchema};

use super::LogbookState;
use super::adif::times;
use crate::ham::callsign::Callsign;
use crate::ham::geo::LatLon;
use crate::identity::Scope;
use crate::identity::api::gate::Who;
use crate::logbook::error::Error;
use crate::logbook::event::{LogbookId, QsoId};
use crate::logbook::place::{Table, country};
use crate::logbook::read::lookup::{self, Worked};
use crate::logbook::read::points;
use crate::logbook::read::stats::{self, Stats};
use crate::logbook::rights;
use crate::logbook::view::QsoView;
use crate::store::{Read, Rows, StoreError};
use crate::web::{Json, Path, Problem, ProblemBody, Query, Result};

/// Points unless the request says otherwise.
const USUAL_POINTS: usize = 500;
/// Points at most.
const MOST_POINTS: usize = 5_000;

/// Which logbook.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct OfLogbook {
    /// Call of the logbook; without it the account's own.
    logbook: Option<String>,
}

/// What a log adds up to.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StatsView {
    qsos: u64,
    entities: u64,
    /// Entities with a card or a Logbook of the World confirmation.
    entities_confirmed: u64,
    /// Contacts whose entity is not known.
    unresolved: u64,
    /// Four-character grids.
    grids: u64,
    #[schema(value_type = Option<String>, format = DateTime)]
    first: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last: Option<Timestamp>,
    bands: Vec<BandCount>,
    modes: Vec<ModeCount>,
    years: Vec<YearCount>,
    #[schema(value_type = BTreeMap<String, u64>)]
    continents: BTreeMap<SmolStr, u64>,
    /// The entities worked most.
    top_entities: Vec<EntityCount>,
}

/// Contacts on a band.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BandCount {
    #[schema(value_type = String)]
    band: SmolStr,
    qsos: u64,
}

/// Contacts in a mode.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModeCount {
    #[schema(value_type = String)]
    mode: SmolStr,
    qsos: u64,
}

/// Contacts of a year.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct YearCount {
    year: u16,
    qsos: u64,
    /// By band.
    #[schema(value_type = BTreeMap<String, u64>)]
    bands: serde_json::Map<String, serde_json::Value>,
}

/// Contacts with an entity.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntityCount {
    dxcc: u16,
    #[schema(value_type = String)]
    country: SmolStr,
    qsos: u64,
}

/// The sums of a logbook.
#[utoipa::path(get, path = "/api/v1/logbook/stats", tag = "logbook", params(OfLogbook), responses(
    (status = 200, body = StatsView), (status = 404, body = ProblemBody)))]
pub(super) async fn stats(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Query(params): Query<OfLogbook>,
) -> Result<Json<StatsView>> {
    let read = move |r: &Read| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, params.logbook.as_deref())?;
        Ok::<_, Error>(stats::stats(r, opened.id)?)
    };
    Ok(Json(
        state
            .logbook
            .store
            .read(read)
            .await
            .map_err(Problem::from)?
            .into(),
    ))
}

impl From<Stats> for StatsView {
    fn from(stats: Stats) -> StatsView {
        let mut entities = stats.entities;
        let worked = entities.len() as u64;
        entities.sort_by_key(|(code, qsos)| (std::cmp::Reverse(*qsos), *code));
        let top = entities.into_iter().take(10);
        StatsView {
            qsos: stats.qsos,
            entities: worked,
            entities_confirmed: stats.entities_confirmed,
            unresolved: stats.unresolved,
            grids: stats.grids,
            first: stats.first,
            last: stats.last,
            bands: stats
                .bands
                .into_iter()
                .map(|(band, qsos)| BandCount { band, qsos })
                .collect(),
            modes: stats
                .modes
                .into_iter()
                .map(|(mode, qsos)| ModeCount { mode, qsos })
                .collect(),
            years: stats
                .years
                .into_iter()
                .map(|(year, sums)| YearCount {
                    year: year.parse().unwrap_or(0),
                    qsos: sums.qsos,
                    bands: sums
                        .bands
                        .into_iter()
                        .map(|(band, qsos)| (band.into(), qsos.into()))
                        .collect(),
                })
                .collect(),
            continents: stats.continents.into_iter().collect(),
            top_entities: top
                .map(|(dxcc, qsos)| EntityCount {
                    dxcc,
                    country: country(dxcc),
                    qsos,
                })
                .collect(),
        }
    }
}

/// Which points.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct PointParams {
    /// Call of the logbook; without it the account's own.
    logbook: Option<String>,
    /// First day or time.
    from: Option<String>,
    /// Last day or time.
    to: Option<String>,
    limit: Option<usize>,
}

/// The newest contacts as points.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Points {
    /// Where the station is, as its newest contact with a grid of its own says.
    home: Option<HomeView>,
    items: Vec<PointView>,
}

/// Where the station is.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HomeView {
    lat: f64,
    lon: f64,
    grid: Option<String>,
}

/// A contact on the map.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PointView {
    id: String,
    call: String,
    lat: f64,
    lon: f64,
    #[schema(value_type = String)]
    band: &'static str,
    mode: String,
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// From a grid; else it is the middle of the entity.
    precise: bool,
}

/// The newest contacts with a known position.
#[utoipa::path(get, path = "/api/v1/logbook/points", tag = "logbook", params(PointParams), responses(
    (status = 200, body = Points), (status = 404, body = ProblemBody)))]
pub(super) async fn points(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Query(params): Query<PointParams>,
) -> Result<Json<Points>> {
    let times = times(params.from.as_deref(), params.to.as_deref())?;
    let limit = params.limit.unwrap_or(USUAL_POINTS).clamp(1, MOST_POINTS);
    let table = state.logbook.countries.table();
    let read = move |r: &Read| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, params.logbook.as_deref())?;
        let found = points::points(r, opened.id, times, limit, &table)?;
        let home = home(&opened.book.call, &found, &table);
        let items = found
            .into_iter()
            .map(|point| point_view(opened.id, &point))
            .collect();
        Ok::<_, Error>(Points { home, items })
    };
    Ok(Json(state.logbook.store.read(read).await.map_err(Problem::from)?))
}

/// The own locator of the newest contact that names one, else the middle of the call's entity.
fn home(call: &str, points: &[points::Point], table: &Table) -> Option<HomeView> {
    let own = points.iter().find_map(|point| point.record.qso.my_grid.as_ref());
    match own.filter(|grid| !grid.is_placeholder()) {
        Some(grid) => {
            let at = grid.centre();
            Some(HomeView {
                lat: at.lat(),
                lon: at.lon(),
                grid: Some(grid.as_str().to_owned()),
            })
        }
        None => {
            let newest = points.first()?.record.qso.start;
            let at = table.resolve(call, newest).position?;
            Some(HomeView {
                lat: at.lat(),
                lon: at.lon(),
                grid: None,
            })
        }
    }
}

fn point_view(book: LogbookId, point: &points::Point) -> PointView {
    let qso = &point.record.qso;
    PointView {
        id: QsoId {
            book,
            number: point.number,
        }
        .to_string(),
        call: qso.call.to_string(),
        lat: point.at.lat(),
        lon: point.at.lon(),
        band: qso.band.name(),
        mode: qso.mode.label().to_owned(),
        start: qso.start,
        precise: point.precise,
    }
}

/// Where and when to look a call up.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct LookupParams {
    /// Call of the logbook; without it the account's own.
    logbook: Option<String>,
    /// The time of the contact, RFC 3339; without it now.
    #[param(value_type = Option<String>)]
    at: Option<Timestamp>,
}

/// What is known of a call.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LookupView {
    call: String,
    dxcc: Option<u16>,
    country: String,
    continent: Option<&'static str>,
    cq_zone: Option<u8>,
    itu_zone: Option<u8>,
    lat: Option<f64>,
    lon: Option<f64>,
    /// What decided the entity: `exact`, `prefix`, `exception` and so on.
    decided_by: &'static str,
    note: Option<&'static str>,
    worked: WorkedView,
    /// Whether the entity has been worked at all.
    entity_worked: bool,
    /// The bands it was worked on.
    #[schema(value_type = Vec<String>)]
    entity_bands: Vec<SmolStr>,
    /// From earlier contacts with the call.
    #[schema(value_type = Option<String>)]
    name: Option<SmolStr>,
    grid: Option<String>,
    #[schema(value_type = Option<String>)]
    qth: Option<SmolStr>,
}

/// Earlier contacts with a call.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkedView {
    count: u64,
    #[schema(value_type = Option<String>, format = DateTime)]
    last: Option<Timestamp>,
    #[schema(value_type = Vec<String>)]
    bands: Vec<SmolStr>,
    #[schema(value_type = Vec<String>)]
    modes: Vec<SmolStr>,
    /// The last ten, newest first.
    qsos: Vec<QsoView>,
}

/// Where a call counts, and what the own log knows of it.
#[utoipa::path(get, path = "/api/v1/logbook/lookup/{call}", tag = "logbook", params(
    ("call" = String, Path, description = "the call; a slash in it is written %2F"), LookupParams), responses(
    (status = 200, body = LookupView), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn lookup(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Path(call): Path<String>,
    Query(params): Query<LookupParams>,
) -> Result<Json<LookupView>> {
    let call = Callsign::parse(&call).map_err(|error| Problem::invalid("call", error.to_string()))?;
    let at = params.at.unwrap_or_else(|| state.logbook.env.clock.now());
    let table = state.logbook.countries.table();
    let read = move |r: &Read| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, params.logbook.as_deref())?;
        let worked = lookup::worked(r, opened.id, &call)?;
        let logbook = (opened.id, opened.book.call);
        Ok::<_, Error>(lookup_view(r, &logbook, &call, at, &table, worked)?)
    };
    Ok(Json(state.logbook.store.read(read).await.map_err(Problem::from)?))
}

fn lookup_view(
    r: &impl Rows,
    (book, logbook): &(LogbookId, SmolStr),
    call: &Callsign,
    at: Timestamp,
    table: &Table,
    worked: Worked,
) -> std::result::Result<LookupView, StoreError> {
    let found = table.resolve(call.as_str(), at);
    let bands = match found.dxcc().filter(|code| *code != 0) {
        Some(code) => stats::entity_bands(r, *book, code)?,
        None => Vec::new(),
    };
    let earlier = || worked.last.iter().map(|(_, record)| &record.qso);
    Ok(LookupView {
        call: call.to_string(),
        dxcc: found.dxcc(),
        country: found.name.to_owned(),
        continent: found.continent.map(|continent| continent.as_str()),
        cq_zone: found.cq_zone,
        itu_zone: found.itu_zone,
        lat: found.position.map(LatLon::lat),
        lon: found.position.map(LatLon::lon),
        decided_by: found.decided_by.as_str(),
        note: found.note,
        entity_worked: !bands.is_empty(),
        entity_bands: bands,
        name: earlier().find_map(|qso| qso.name.clone()),
        grid: earlier()
            .find_map(|qso| qso.grid.as_ref())
            .map(|grid| grid.as_str().to_owned()),
        qth: earlier().find_map(|qso| qso.qth.clone()),
        worked: WorkedView {
            count: worked.count,
            last: earlier().next().map(|qso| qso.start),
            qsos: worked
                .last
                .iter()
                .map(|(number, record)| {
                    QsoView::of(
                        QsoId {
                            book: *book,
                            number: *number,
                        },
                        logbook,
                        record,
                    )
                })
                .collect(),
            bands: worked.bands,
            modes: worked.modes,
        },
    })
}
