//! Errors for people: where a browser asked for a page, a problem becomes one.
//!
//! Programs and scripts keep getting `application/problem+json`: only what accepts HTML, outside the API, gets the
//! page. It says what happened, where, and what to do, and has the status and the headers that the problem had.
//! This layer is outside all others, so that what they refuse is a page too.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use super::reader::{Reader, quoted, see_other};
use super::views::ErrorPage;
use crate::app::App;
use crate::identity::api::gate::Visitor;
use crate::net::Peer;
use crate::web::Problem;

/// Where nobody waits for a page.
const NO_PAGES: [&str; 7] = [
    "/api/",
    "/a/",
    "/ws/",
    "/websocket",
    "/healthz",
    "/readyz",
    "/metrics",
];

/// What is kept of a request to answer it with a page.
struct Asked {
    uri: Uri,
    headers: HeaderMap,
    peer: Peer,
}

/// The router with error pages around it.
pub(in crate::app) fn with_error_pages(router: Router, app: &App) -> Router {
    router.layer(from_fn_with_state(app.clone(), error_pages))
}

async fn error_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    if !wants_page(request.uri().path(), request.headers()) {
        return next.run(request).await;
    }
    let asked = Asked {
        uri: request.uri().clone(),
        headers: request.headers().clone(),
        peer: request.extensions().get::<Peer>().copied().unwrap_or(Peer::LOCAL),
    };
    let response = next.run(request).await;
    match response.extensions().get::<Problem>().cloned() {
        // Forms show what was wrong with them themselves.
        Some(problem) if !is_page(&response) => page(&app, asked, &problem, response).await,
        _ => response,
    }
}

async fn page(app: &App, asked: Asked, problem: &Problem, response: Response) -> Response {
    let visitor = response.extensions().get::<Visitor>().cloned();
    let visitor = visitor.unwrap_or_else(|| Visitor::unknown(asked.peer));
    let mut reader = Reader::of(app, visitor, &asked.uri, &asked.headers);
    if problem.body().code == "reauthentication_required" {
        let next = quoted(asked.uri.path());
        return see_other(&format!("/login?next={next}")).unwrap_or(response);
    }
    // A logbook that there is not must not keep the page about it from being shown.
    reader.named = None;
    let shelf = reader.shelf().await;
    let id = response.headers().get("x-request-id");
    let id = id.and_then(|id| id.to_str().ok()).unwrap_or_default();
    let frame = reader.frame("", "", shelf);
    let page = ErrorPage::of_problem(frame, problem, id);
    match reader.show(problem.status(), &page) {
        Ok(html) => with_headers_of(response, html),
        Err(_) => response,
    }
}

/// The page with the headers that the problem was sent with: security, waiting times, the request's id.
fn with_headers_of(response: Response, page: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    let (own, body) = page.into_parts();
    for name in [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::CACHE_CONTROL,
    ] {
        parts.headers.remove(name);
    }
    // A browser has no use for the programs' challenge.
    parts.headers.remove(header::WWW_AUTHENTICATE);
    parts.headers.extend(own.headers);
    Response::from_parts(parts, body)
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Whether a person waits for an answer to look at.
fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("text/html") && !NO_PAGES.iter().any(|start| path.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_for_browsers_outside_the_api() {
        let accepting =
            |accept: &'static str| HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
        let browser = accepting("text/html,application/xhtml+xml,*/*;q=0.8");
        assert!(wants_page("/logbook", &browser));
        assert!(wants_page("/nowhere", &browser));
        assert!(!wants_page("/api/v1/logbook/qsos", &browser));
        assert!(!wants_page("/a/0123/css/app.css", &browser));
        assert!(!wants_page("/logbook", &accepting("application/json")));
        assert!(!wants_page("/logbook", &HeaderMap::new()));
    }
}
