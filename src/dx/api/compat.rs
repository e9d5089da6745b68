//! `/compat/dxcluster/...`: spots for programs that were written for other spot caches, with their odd paths.
//!
//! Who may is decided by [`Reader`](super::compat_reader::Reader). Their live socket and their figures for Prometheus
//! stand in `app::live`, where the sockets are.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::DxState;
use super::compat_reader::Reader;
use super::compat_v2 as v2;
use super::compat_view::{class, source, view, when};
use crate::dx::Query;
use crate::dx::event::Spot;
use crate::ham::band::Band;
use crate::ham::dxcc::Continent;
use crate::ham::freq::Hertz;
use crate::ham::spot::{ModeClass, frequency};
use crate::web::{Access, Routes};

/// Where these paths begin, without and with a key.
pub(crate) const BASES: [&str; 2] = ["/compat/dxcluster", "/compat/dxcluster/k/{key}"];
/// Spots of a list.
const LIMIT: usize = 200;
/// Most spots of a list that asks for more.
pub(super) const MOST: usize = 1_000;
/// How long a single frequency's last spot counts, in seconds.
const FRESH: i64 = 7_200;
/// What every answer may be read by.
pub(super) const CORS: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, x-api-key"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, OPTIONS"),
];

type Handler = fn() -> MethodRouter<DxState>;

/// The routes.
pub(super) fn routes(state: &DxState) -> Routes {
    let handlers: [(&str, Handler); 27] = [
        ("/spots", || get(all)),
        ("/spots/", || get(all)),
        ("/spots/{band}", || get(of_band)),
        ("/spots/{band}/", || get(of_band)),
        ("/spots/source/{source}", || get(of_source)),
        ("/spots/callsign/{call}", || get(of_call)),
        ("/spots/spotted/{call}", || get(of_spotted)),
        ("/spots/spotter/{call}", || get(of_spotter)),
        ("/spots/dxcc/{place}", || get(of_place)),
        ("/spotted/{call}", || get(of_spotted)),
        ("/spotter/{call}", || get(of_spotter)),
        ("/spot/{khz}", || get(at)),
        ("/spot/{khz}/", || get(at)),
        ("/stats", || get(stats)),
        ("/stats/", || get(stats)),
        ("/health", || get(v2::health)),
        ("/api/v2/spots", || get(v2::spots)),
        ("/api/v2/spots/", || get(v2::spots)),
        ("/api/v2/spots/{call}", || get(v2::of_call)),
        ("/api/v2/spot/{khz}", || get(v2::at)),
        ("/api/v2/bands", || get(v2::bands)),
        ("/api/v2/sources", || get(v2::sources)),
        ("/api/v2/heatmap", || get(v2::heatmap)),
        ("/api/v2/info", || get(v2::info)),
        ("/api/v2/info/", || get(v2::info)),
        ("/api/v2/stats", || get(stats)),
        ("/api/v2/health", || get(v2::health)),
    ];
    let mut routes = Routes::new();
    for base in BASES {
        for (path, handler) in handlers {
            let handler = handler().options(preflight);
            routes = routes.page(Access::Public, &format!("{base}{path}"), handler);
        }
    }
    routes.with_state(state.clone())
}

async fn preflight() -> Response {
    (StatusCode::NO_CONTENT, CORS).into_response()
}

/// An answer that pages of any origin may read.
pub(super) fn answer(value: &Value) -> Response {
    (
        CORS,
        [(header::CONTENT_TYPE, "application/json")],
        value.to_string(),
    )
        .into_response()
}

/// The newest spots that are wanted.
pub(super) async fn newest(
    state: &DxState,
    query: Query,
    wanted: impl FnMut(&Spot) -> bool + Send + 'static,
) -> Vec<Spot> {
    let cluster = state.cluster.clone();
    let found = tokio::task::spawn_blocking(move || cluster.history(&query, wanted));
    found.await.unwrap_or_default()
}

/// Looks at every spot of a query without keeping any.
pub(super) async fn summed<T: Default + Send + 'static>(
    state: &DxState,
    query: Query,
    mut add: impl FnMut(&mut T, &Spot) + Send + 'static,
) -> T {
    let cluster = state.cluster.clone();
    let summed = tokio::task::spawn_blocking(move || {
        let mut sum = T::default();
        cluster.history(&query, |spot| {
            add(&mut sum, spot);
            false
        });
        sum
    });
    summed.await.unwrap_or_default()
}

/// The newest spots of one station, by whomever.
pub(super) async fn of_station(state: &DxState, call: &str, limit: usize) -> Vec<Spot> {
    let (cluster, call) = (state.cluster.clone(), call.to_owned());
    let found = tokio::task::spawn_blocking(move || cluster.of_call(&call, limit));
    found.await.unwrap_or_default()
}

/// People's spots, and those of machines with `?skimmer=true`: these are many times as many, and few programs that read
/// here expect them.
pub(super) fn newest_of(uri: &Uri, limit: usize) -> Query {
    let mut asked = uri.query().unwrap_or_default().split('&');
    let machines = asked.any(|pair| pair == "skimmer=true");
    Query {
        skimmer: (!machines).then_some(false),
        ..Query::newest(limit)
    }
}

fn list(state: &DxState, spots: &[Spot]) -> Response {
    answer(&spots.iter().map(|spot| view(&state.cluster, spot)).collect())
}

/// `?limit=`, where it is given.
fn limit(uri: &Uri) -> usize {
    let asked = uri.query().unwrap_or_default().split('&');
    let mut asked = asked.filter_map(|pair| pair.strip_prefix("limit=")?.parse().ok());
    asked.next_back().unwrap_or(LIMIT).clamp(1, MOST)
}

/// The last part of a path that may begin with a key.
type Last = Path<Vec<(String, String)>>;

pub(super) fn last(Path(parts): &Last) -> &str {
    parts.last().map_or("", |(_, value)| value.as_str())
}

async fn all(_: Reader, State(state): State<DxState>, uri: Uri) -> Response {
    list(
        &state,
        &newest(&state, newest_of(&uri, limit(&uri)), |_| true).await,
    )
}

async fn of_band(_: Reader, State(state): State<DxState>, uri: Uri, path: Last) -> Response {
    let name = last(&path);
    if name.eq_ignore_ascii_case("all") {
        return list(
            &state,
            &newest(&state, newest_of(&uri, limit(&uri)), |_| true).await,
        );
    }
    let Ok(band) = Band::parse(name) else {
        return answer(&json!([]));
    };
    let query = Query {
        bands: crate::dx::Bands::default().and(band),
        ..newest_of(&uri, limit(&uri))
    };
    list(&state, &newest(&state, query, |_| true).await)
}

async fn of_source(_: Reader, State(state): State<DxState>, uri: Uri, path: Last) -> Response {
    let name = last(&path).to_ascii_lowercase();
    let query = Query {
        skimmer: Some(name == "rbn" || name == "skimmer"),
        ..Query::newest(limit(&uri))
    };
    let wanted = move |spot: &Spot| name == "skimmer" || source(spot) == name || spot.source.as_str() == name;
    list(&state, &newest(&state, query, wanted).await)
}

async fn of_call(_: Reader, State(state): State<DxState>, uri: Uri, path: Last) -> Response {
    let call = last(&path).to_ascii_uppercase();
    let limit = limit(&uri);
    let mut found = of_station(&state, &call, limit).await;
    let wanted = move |spot: &Spot| is_call(&spot.spotter, &call);
    found.extend(newest(&state, newest_of(&uri, limit), wanted).await);
    found.sort_unstable_by_key(|spot| std::cmp::Reverse(spot.seq));
    found.dedup_by_key(|spot| spot.seq);
    found.truncate(limit);
    list(&state, &found)
}

async fn of_spotted(_: Reader, State(state): State<DxState>, uri: Uri, path: Last) -> Response {
    list(&state, &of_station(&state, last(&path), limit(&uri)).await)
}

async fn of_spotter(_: Reader, State(state): State<DxState>, uri: Uri, path: Last) -> Response {
    let call = last(&path).to_ascii_uppercase();
    let wanted = move |spot: &Spot| is_call(&spot.spotter, &call);
    list(
        &state,
        &newest(&state, newest_of(&uri, limit(&uri)), wanted).await,
    )
}

async fn of_place(_: Reader, State(state): State<DxState>, uri: Uri, path: Last) -> Response {
    let place = last(&path).to_ascii_uppercase();
    let wanted = move |spot: &Spot| match place.parse::<u16>() {
        Ok(dxcc) => spot.place.dxcc == Some(dxcc),
        Err(_) => spot
            .place
            .continent
            .is_some_and(|continent| continent.as_str() == place),
    };
    list(
        &state,
        &newest(&state, newest_of(&uri, limit(&uri)), wanted).await,
    )
}

fn is_call(has: &str, wanted: &str) -> bool {
    let base = has.split_once('-').map_or(has, |(base, _)| base);
    has == wanted || base == wanted
}

async fn at(_: Reader, State(state): State<DxState>, uri: Uri, path: Last) -> Response {
    let found = nearest(&state, &uri, last(&path)).await;
    answer(&found.map_or_else(|| json!({}), |spot| view(&state.cluster, &spot)))
}

/// The newest spot at a frequency in kilohertz, as near as one hears its mode.
pub(super) async fn nearest(state: &DxState, uri: &Uri, khz: &str) -> Option<Spot> {
    let wanted = frequency::guess(khz.trim()).ok()?.frequency;
    let from = state
        .cluster
        .now()
        .saturating_sub(jiff::SignedDuration::from_secs(FRESH))
        .ok()?;
    let query = Query {
        from: Some(from),
        ..newest_of(uri, 1)
    };
    let found = newest(state, query, move |spot| is_near(spot, wanted)).await;
    found.into_iter().next()
}

fn is_near(spot: &Spot, wanted: Hertz) -> bool {
    let width = match spot.class() {
        Some(ModeClass::Cw) => 500,
        Some(ModeClass::Data) | None => 1_000,
        Some(ModeClass::Phone) => 2_500,
    };
    spot.freq.get().abs_diff(wanted.get()) <= width
}

/// What the statistics count.
#[derive(Default)]
struct Stats {
    entries: u32,
    sources: BTreeMap<&'static str, u32>,
    classes: BTreeMap<&'static str, u32>,
    spotted: BTreeMap<&'static str, u32>,
    spotters: BTreeMap<&'static str, u32>,
    times: Option<(Timestamp, Timestamp)>,
}

impl Stats {
    fn add(&mut self, spot: &Spot) {
        self.entries += 1;
        let count = |map: &mut BTreeMap<&'static str, u32>, name| *map.entry(name).or_default() += 1;
        count(&mut self.sources, source(spot));
        count(&mut self.classes, class(spot));
        count(
            &mut self.spotted,
            spot.place.continent.map_or("", Continent::as_str),
        );
        count(
            &mut self.spotters,
            spot.spotter_place.continent.map_or("", Continent::as_str),
        );
        let (oldest, freshest) = self.times.unwrap_or((spot.time, spot.time));
        self.times = Some((oldest.min(spot.time), freshest.max(spot.time)));
    }
}

async fn stats(_: Reader, State(state): State<DxState>, uri: Uri) -> Response {
    let stats: Stats = summed(&state, newest_of(&uri, 1), Stats::add).await;
    let of = |map: &BTreeMap<&str, u32>, name| map.get(name).copied().unwrap_or(0);
    let continents = |map: &BTreeMap<&str, u32>| -> Value {
        let all = Continent::ALL.into_iter().map(Continent::as_str);
        let counts: serde_json::Map<_, _> = all.map(|name| (name.to_owned(), of(map, name).into())).collect();
        counts.into()
    };
    let [cluster, pota, sota, wwff] =
        ["cluster", "pota", "sota", "wwff"].map(|name| of(&stats.sources, name));
    answer(&json!({
        "entries": stats.entries,
        "cluster": cluster,
        "pota": pota,
        "sota": sota,
        "sources": {"cluster": cluster, "pota": pota, "sota": sota, "wwff": wwff},
        "modeTypes": {
            "phone": of(&stats.classes, "phone"), "digi": of(&stats.classes, "digi"),
            "cw": of(&stats.classes, "cw"), "unknown": of(&stats.classes, ""),
        },
        "continents": continents(&stats.spotted),
        "continents_de": continents(&stats.spotters),
        "freshest": stats.times.map(|(_, freshest)| when(freshest)),
        "oldest": stats.times.map(|(oldest, _)| when(oldest)),
    }))
}
