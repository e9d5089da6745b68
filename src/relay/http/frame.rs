//! What is around every route: the relay's name, preflights, headers, sizes and times of bodies.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;

use super::answer::Refused;
use super::gate;
use crate::relay::desk::Desk;
use crate::web::Policy;

/// Most bytes of a body.
pub(super) const BODY: usize = 8 << 10;
/// How long a body may take to come.
const COMES_IN: Duration = Duration::from_secs(5);
/// How long a browser may keep the answer to a preflight, in seconds.
const KEPT: &str = "600";

const ALLOW_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

const FIXED: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Puts the frame around the routes.
pub(super) fn around(routes: Router, desk: &Arc<Desk>) -> Router {
    routes
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(desk), frame))
}

async fn frame(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).cloned();
    let only = gate::origin(request.headers()).ok().flatten();
    let origin = only.and_then(|origin| HeaderValue::from_str(origin).ok());
    let path = request.uri().path().to_owned();
    let mut response = admit(&desk, request, next)
        .await
        .unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let host = host.as_ref().and_then(|host| host.to_str().ok());
    if let Ok(policy) = HeaderValue::from_str(&Policy::default().render(host)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    // An unknown origin is told of nothing but the way to become a known one.
    let known = |origin: &str| desk.allows(origin) || is_pairing(&path);
    if let Some(origin) = origin.filter(|origin| origin.to_str().is_ok_and(known)) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

async fn admit(desk: &Arc<Desk>, request: Request, next: Next) -> Result<Response, Refused> {
    gate::check_host(request.uri(), request.headers(), &**desk)?;
    let is_known = match gate::origin(request.headers())? {
        Some(origin) if !desk.allows(origin) && !is_pairing(request.uri().path()) => {
            return Err(gate::stranger(origin));
        }
        origin => origin.is_some(),
    };
    if request.method() == Method::OPTIONS {
        return Ok(preflight(is_known, request.headers()));
    }
    let request = whole(request).await?;
    Ok(next.run(request).await)
}

/// Whether a path belongs to pairing, which is for everybody.
fn is_pairing(path: &str) -> bool {
    path == "/api/pair" || path.starts_with("/api/pair/")
}

/// The answer to a browser that asks whether a page may send a request.
fn preflight(is_known: bool, asked: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static("GET, POST, PUT, DELETE");
    headers.insert(header::ALLOW, methods.clone());
    if !is_known {
        return response;
    }
    let named = "content-type, authorization, x-shackbox-action, x-hams-action";
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(named),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(KEPT));
    // Browsers that ask for it want to hear that a private address is meant to be reached.
    if asked.contains_key("access-control-request-private-network") {
        headers.insert(ALLOW_PRIVATE, HeaderValue::from_static("true"));
    }
    response
}

/// The request with its whole body, which must be small and come soon.
async fn whole(request: Request) -> Result<Request, Refused> {
    let (parts, body) = request.into_parts();
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced == Some(0) || announced.is_none() && !parts.headers.contains_key(header::TRANSFER_ENCODING) {
        return Ok(Request::from_parts(parts, body));
    }
    let too_large = || {
        let words = format!("the request body is larger than the limit of {BODY} bytes");
        Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words)
    };
    if announced.is_some_and(|length| length > BODY) {
        return Err(too_large());
    }
    match timeout(COMES_IN, to_bytes(body, BODY)).await {
        Ok(Ok(bytes)) => Ok(Request::from_parts(parts, Body::from(bytes))),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(Refused::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_stalled",
            "the request body stopped coming in",
        )),
    }
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!("a request ended in a bug: {text}");
    let words = "something went wrong in the relay; its log says what";
    Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", words).into_response()
}

async fn no_route(uri: Uri) -> Refused {
    let words = format!("there is nothing at {}", uri.path());
    Refused::new(StatusCode::NOT_FOUND, "not_found", words)
}

async fn no_method() -> Refused {
    Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address does not take that method",
    )
}
