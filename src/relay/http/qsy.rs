//! Tuning by HTTP: the original's address, and JSON.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;

use super::answer::Refused;
use crate::relay::desk::Desk;
use crate::relay::wish::{TuneWish, Tuned};
use crate::web;

/// `GET /qsy?freq=14.074[&mode=USB]`: receiving only, whatever else the query holds.
pub(super) async fn by_text(
    State(desk): State<Arc<Desk>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Tuned>, Refused> {
    let query = query.unwrap_or_default();
    let (mut freq, mut mode) = (None, None);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let place = match &*name {
            "freq" => &mut freq,
            "mode" => &mut mode,
            _ => continue,
        };
        if place.replace(value).is_some() {
            let words = format!("{name} is given twice");
            return Err(Refused::new(StatusCode::BAD_REQUEST, "bad_query", words));
        }
    }
    let freq = freq.ok_or_else(|| {
        let words = "say where to tune: /qsy?freq=14.074";
        Refused::new(StatusCode::BAD_REQUEST, "bad_query", words)
    })?;
    let general = desk.settings().general_coverage;
    let wish = TuneWish::of_text(&freq, mode.as_deref(), general)?;
    Ok(Json(desk.tune(&wish).await?))
}

/// `POST /api/qsy` with a [`TuneWish`].
pub(super) async fn by_json(
    State(desk): State<Arc<Desk>>,
    web::Json(wish): web::Json<TuneWish>,
) -> Result<Json<Tuned>, Refused> {
    Ok(Json(desk.tune(&wish).await?))
}
