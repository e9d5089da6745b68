//! Errors for people: where a browser asked for a page, a problem becomes one.
//!
//! Programs and scripts keep getting `application/problem+json`: only a GET or a form that accepts HTML, outside
//! the API, gets the page. The page says what, where and what to do, and the request's id where that helps.

use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use super::reader::Reader;
use super::views::ErrorPage;
use crate::app::App;
use crate::web::{Problem, RequestId, render};

/// The router with error pages around it, and a page for paths there are none at.
pub(in crate::app) fn with_error_pages(router: Router, app: &App) -> Router {
    router
        .fallback(|| async { Problem::not_found("there is nothing at this address") })
        .layer(from_fn_with_state(app.clone(), error_pages))
}

async fn error_pages(state: axum::extract::State<App>, request: Request, next: Next) -> Response {
    let wanted = wants_page(request.uri().path(), request.headers());
    let (parts, body) = request.into_parts();
    let mut known = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    if !wanted {
        return response;
    }
    let Some(problem) = response.extensions().get::<Problem>().cloned() else {
        return response;
    };
    let id = known
        .extensions
        .get::<RequestId>()
        .map(|id| id.0.to_string())
        .unwrap_or_default();
    let Ok(reader) = Reader::from_request_parts(&mut known, &state).await else {
        return response;
    };
    page(&reader, &problem, &id).unwrap_or(response)
}

fn page(reader: &Reader, problem: &Problem, id: &str) -> Option<Response> {
    let status = problem.status().as_u16();
    let detail = match status {
        // The catalogue's words are better than the status line's.
        404 if problem.body().detail.contains("address") => "",
        500 => "",
        _ => &problem.body().detail,
    };
    let reference = if status >= 500 { id } else { "" };
    let page = ErrorPage::of_status(reader.frame("", ""), status, detail, reference);
    let mut page = page;
    page.frame.title.clone_from(&page.heading);
    let html = render(&page).ok()?;
    let mut response = (problem.status(), html).into_response();
    // The layers outside log the cause by the problem.
    response.extensions_mut().insert(problem.clone());
    Some(response)
}

/// Whether a person waits for an answer to look at.
fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let api = [
        "/api/",
        "/a/",
        "/ws/",
        "/websocket",
        "/healthz",
        "/readyz",
        "/metrics",
    ];
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accept.contains("text/html") && !api.iter().any(|start| path.starts_with(start))
}
