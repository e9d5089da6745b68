//! The second version of the other spot caches' interface: everything in an envelope, filters in the query.

use std::collections::BTreeMap;

use axum::extract::{Path, Query as AxumQuery, State};
use axum::http::Uri;
use axum::response::Response;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::DxState;
use super::compat::{answer, last, nearest, newest_of, of_station, summed};
use super::compat_reader::Reader;
use super::compat_view::{class, is_contest, khz, source, view, when};
use crate::dx::event::Spot;
use crate::dx::{Bands, Query};
use crate::ham::band::Band;

/// Spots of a list without `limit`, and at most.
const LIMITS: (usize, usize) = (200, 500);

type Last = Path<Vec<(String, String)>>;

/// What a list is filtered by; texts are parted by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Filter {
    band: String,
    continent: String,
    source: String,
    mode: String,
    submode: String,
    /// Minutes.
    max_age: Option<u32>,
    /// Kilohertz.
    min_freq: Option<f64>,
    max_freq: Option<f64>,
    contest: String,
    pota: String,
    sota: String,
    iota: String,
    wwff: String,
    limit: Option<usize>,
    offset: Option<usize>,
}

impl Filter {
    fn query(&self, state: &DxState) -> Query {
        let bands = self.band.split(',').filter_map(|name| Band::parse(name).ok());
        let age = self
            .max_age
            .map(|minutes| SignedDuration::from_mins(minutes.into()));
        Query {
            bands: bands.fold(Bands::default(), Bands::and),
            from: age.and_then(|age| state.cluster.now().checked_sub(age).ok()),
            skimmer: if is_in(&self.source, "rbn") && !self.source.is_empty() {
                None
            } else {
                Some(false)
            },
            ..Query::newest(1)
        }
    }

    fn wants(&self, spot: &Spot) -> bool {
        let continent = spot.place.continent.map_or("", |continent| continent.as_str());
        let refs = &spot.refs;
        is_in(&self.continent, continent)
            && is_in(&self.source, source(spot))
            && is_in(&self.mode, class(spot))
            && is_in(&self.submode, spot.mode_label().unwrap_or(""))
            && self.min_freq.is_none_or(|least| khz(spot) >= least)
            && self.max_freq.is_none_or(|most| khz(spot) <= most)
            && asked(&self.contest, is_contest(spot))
            && asked(&self.pota, refs.pota.is_some())
            && asked(&self.sota, refs.sota.is_some())
            && asked(&self.iota, refs.iota.is_some())
            && asked(&self.wwff, refs.wwff.is_some())
    }
}

/// Whether a list is empty or has the entry.
fn is_in(list: &str, entry: &str) -> bool {
    list.is_empty() || list.split(',').any(|one| one.trim().eq_ignore_ascii_case(entry))
}

/// Whether a switch is not set, or the spot is as it says.
fn asked(switch: &str, has: bool) -> bool {
    match switch.to_ascii_lowercase().as_str() {
        "" => true,
        "true" | "1" | "yes" => has,
        _ => !has,
    }
}

fn envelope(state: &DxState, data: Value, meta: Value) -> Response {
    answer(&json!({
        "status": "success",
        "version": "2.0",
        "timestamp": when(state.cluster.now()),
        "error": null,
        "data": data,
        "meta": meta,
    }))
}

pub(super) async fn spots(
    _: Reader,
    State(state): State<DxState>,
    filter: Result<AxumQuery<Filter>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(AxumQuery(filter)) = filter else {
        return wrong(&state);
    };
    let limit = filter.limit.unwrap_or(LIMITS.0).clamp(1, LIMITS.1);
    let offset = filter.offset.unwrap_or(0);
    let (wanted, cluster) = (filter.clone(), state.cluster.clone());
    let add = move |(total, page): &mut (usize, Vec<Value>), spot: &Spot| {
        if wanted.wants(spot) {
            *total += 1;
            if *total > offset && page.len() < limit {
                page.push(view(&cluster, spot));
            }
        }
    };
    let (total, page) = summed(&state, filter.query(&state), add).await;
    let meta = json!({
        "total": total, "limit": limit, "offset": offset, "returned": page.len(),
        "filters": {
            "band": filter.band, "continent": filter.continent, "source": filter.source, "mode": filter.mode,
            "submode": filter.submode, "maxAge": filter.max_age, "minFreq": filter.min_freq, "maxFreq": filter.max_freq,
        },
    });
    envelope(&state, page.into(), meta)
}

fn wrong(state: &DxState) -> Response {
    let mut response = answer(&json!({
        "status": "error",
        "version": "2.0",
        "timestamp": when(state.cluster.now()),
        "error": {"code": "bad_query", "message": "a parameter is not of its kind"},
        "data": null,
        "meta": {},
    }));
    *response.status_mut() = axum::http::StatusCode::BAD_REQUEST;
    response
}

pub(super) async fn of_call(_: Reader, State(state): State<DxState>, path: Last) -> Response {
    let found = of_station(&state, last(&path), LIMITS.1).await;
    let meta = json!({"total": found.len(), "returned": found.len()});
    let list = found.iter().map(|spot| view(&state.cluster, spot));
    envelope(&state, list.collect(), meta)
}

pub(super) async fn at(_: Reader, State(state): State<DxState>, uri: Uri, path: Last) -> Response {
    let found = nearest(&state, &uri, last(&path)).await;
    let found = found.map_or(Value::Null, |spot| view(&state.cluster, &spot));
    envelope(&state, found, json!({}))
}

pub(super) async fn bands(_: Reader, State(state): State<DxState>, uri: Uri) -> Response {
    counted(&state, &uri, |spot| spot.band.map_or("", |band| band.name())).await
}

pub(super) async fn sources(_: Reader, State(state): State<DxState>, uri: Uri) -> Response {
    counted(&state, &uri, source).await
}

/// Spots by some name of theirs.
async fn counted(state: &DxState, uri: &Uri, name: fn(&Spot) -> &'static str) -> Response {
    let add = move |counts: &mut BTreeMap<&'static str, usize>, spot: &Spot| {
        *counts.entry(name(spot)).or_default() += 1;
    };
    let counts = summed(state, newest_of(uri, 1), add).await;
    let total: usize = counts.values().sum();
    envelope(state, json!(counts), json!({"total": total}))
}

/// Spots by band and continent of the spotted.
pub(super) async fn heatmap(_: Reader, State(state): State<DxState>, uri: Uri) -> Response {
    let add = |map: &mut BTreeMap<&'static str, BTreeMap<&'static str, usize>>, spot: &Spot| {
        let band = spot.band.map_or("", |band| band.name());
        let continent = spot.place.continent.map_or("", |continent| continent.as_str());
        *map.entry(band).or_default().entry(continent).or_default() += 1;
    };
    let map = summed(&state, newest_of(&uri, 1), add).await;
    let total: usize = map.values().flat_map(BTreeMap::values).sum();
    envelope(&state, json!(map), json!({"total": total}))
}

pub(super) async fn info(_: Reader, State(state): State<DxState>) -> Response {
    let size = state.cluster.size();
    let data = json!({
        "name": "Shackbox",
        "version": env!("CARGO_PKG_VERSION"),
        "maxAge": state.cluster.keeping().age.as_secs() / 60,
        "spots": size.people + size.skimmers,
        "sources": ["cluster", "rbn", "pota", "sota", "wwff"],
    });
    envelope(&state, data, json!({}))
}

pub(super) async fn health(_: Reader, State(state): State<DxState>) -> Response {
    let size = state.cluster.size();
    answer(&json!({"status": "ok", "spots": size.people + size.skimmers}))
}
