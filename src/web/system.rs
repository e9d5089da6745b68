//! Routes about the program itself: health, readiness, figures, the API's definition.
//!
//! They answer without an account. The figures are for this machine and administrators: a stranger could
//! read from them who is on the air when.

use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use utoipa_axum::routes;

use super::openapi::Document;
use super::{Access, Caller, Class, Health, Json, Metrics, Problem, Routes, html};
use crate::net::Peer;

#[derive(Clone)]
struct System {
    health: Health,
    metrics: Metrics,
    document: Document,
}

/// `/healthz`, `/readyz`, `/metrics`, `/api/openapi.json`, `/api/docs`.
pub(crate) fn system_routes(health: Health, metrics: Metrics, document: Document) -> Routes {
    let free = Access::Public.class(Class::Free);
    Routes::new()
        .api(free, routes!(healthz))
        .api(free, routes!(readyz))
        .page(free, "/metrics", get(figures))
        .page(Access::Public, "/api/openapi.json", get(definition))
        .page(Access::Public, "/api/docs", get(docs))
        .with_state(System {
            health,
            metrics,
            document,
        })
}

/// Answers as soon as the program serves at all.
#[utoipa::path(get, path = "/healthz", tag = "system", responses((status = OK, description = "It serves.")))]
async fn healthz() -> Response {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })).into_response()
}

/// Whether every enabled part runs.
#[utoipa::path(get, path = "/readyz", tag = "system", responses(
    (status = OK, description = "Every part runs."),
    (status = SERVICE_UNAVAILABLE, description = "A part does not run; `failing` names it."),
))]
async fn readyz(State(system): State<System>) -> Response {
    let report = system.health.report();
    let failing: Vec<&str> = report
        .parts
        .iter()
        .filter(|(_, reason)| reason.is_some())
        .map(|(name, _)| *name)
        .collect();
    let status = if report.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let word = match (report.ready, report.stopping) {
        (true, _) => "ok",
        (false, true) => "stopping",
        (false, false) => "unavailable",
    };
    let body = json!({ "status": word, "failing": failing, "parts": report.parts });
    (status, Json(body)).into_response()
}

async fn figures(
    State(system): State<System>,
    Extension(peer): Extension<Peer>,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let administrator = caller.is_some_and(|Extension(caller)| caller.administrator);
    if !peer.is_local() && !administrator {
        return Err(Problem::forbidden(
            "forbidden",
            "the figures are for this machine, or an administrator's key",
        ));
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], system.metrics.text()).into_response())
}

async fn definition(State(system): State<System>) -> Result<Response, Problem> {
    let ready = system.document.ready()?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, ready.json.clone()).into_response())
}

async fn docs(State(system): State<System>) -> Result<Response, Problem> {
    Ok(html(system.document.ready()?.html.clone()))
}
