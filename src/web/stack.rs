//! The layers around every route, in two halves with the accounts' middleware between them.
//!
//! From the outside in: security headers; request id, span, figures, problem log; panic catch; overload and
//! host check; body limit and time limit; compression; (session, CSRF: the accounts' layer); rate class;
//! idempotency; panic catch again, so that a page's error page still gets through the layers.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Uri, Version, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{Predicate as _, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::timeout::TimeoutBody;
use tracing::Instrument as _;

use super::{
    BodyLimit, Caller, Class, Declared, Guard, Hosts, Idempotency, Kind, Limiter, Metrics, Network, Problem,
    Sensitive, headers, https,
};
use crate::config::{Hsts, Limits};
use crate::env::Env;
use crate::net::{Peer, TlsInfo};

/// What the layers work with.
pub(crate) struct Edge {
    /// Sizes and times.
    pub(crate) limits: Limits,
    /// The names that are answered.
    pub(crate) hosts: Hosts,
    /// Randomness for request ids, time.
    pub(crate) env: Env,
    /// Figures.
    pub(crate) metrics: Metrics,
    /// Rate classes.
    pub(crate) limiter: Limiter,
    /// Kept answers.
    pub(crate) idempotency: Idempotency,
    /// The routes' declarations.
    pub(crate) declared: Arc<Declared>,
    hsts: Hsts,
    in_flight: Semaphore,
}

/// What [`Edge`] is made of.
pub(crate) struct EdgeParts {
    /// Sizes and times.
    pub(crate) limits: Limits,
    /// The names that are answered.
    pub(crate) hosts: Hosts,
    /// Randomness for request ids, time.
    pub(crate) env: Env,
    /// Figures.
    pub(crate) metrics: Metrics,
    /// Kept answers.
    pub(crate) idempotency: Idempotency,
    /// The routes' declarations.
    pub(crate) declared: Arc<Declared>,
    /// For how long browsers are to insist on HTTPS.
    pub(crate) hsts: Hsts,
}

impl Edge {
    /// The layers' shared state.
    pub(crate) fn new(parts: EdgeParts) -> Arc<Self> {
        let EdgeParts {
            limits,
            hosts,
            env,
            metrics,
            idempotency,
            declared,
            hsts,
        } = parts;
        let (limiter, in_flight) = (Limiter::new(&limits), Semaphore::new(limits.in_flight));
        Arc::new(Self {
            limits,
            hosts,
            env,
            metrics,
            limiter,
            idempotency,
            declared,
            hsts,
            in_flight,
        })
    }
}

/// The layers next to the routes: they need to know who is calling.
pub(crate) fn inner_layers(router: Router, edge: &Arc<Edge>) -> Router {
    let (limits, answers) = (Arc::clone(edge), edge.idempotency.clone());
    router
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(move |request, next| {
            answers.clone().handle(request, next)
        }))
        .layer(from_fn(move |request, next| {
            count(Arc::clone(&limits), request, next)
        }))
}

/// The layers towards the network.
pub(crate) fn outer_layers(router: Router, edge: &Arc<Edge>) -> Router {
    let hsts = edge.hsts;
    let (bounds, doors, eyes) = (Arc::clone(edge), Arc::clone(edge), Arc::clone(edge));
    router
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Precise(4))
                .compress_when(SizeAbove::new(512).and(worth_compressing)),
        )
        .layer(from_fn(move |request, next| {
            bound(Arc::clone(&bounds), request, next)
        }))
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(move |request, next| {
            admit(Arc::clone(&doors), request, next)
        }))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(move |request, next| {
            observe(Arc::clone(&eyes), request, next)
        }))
        .layer(from_fn(move |request, next| {
            headers::security_headers(hsts, request, next)
        }))
}

/// Request id, declaration, span, figures, and the log line of what went wrong.
async fn observe(edge: Arc<Edge>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id: Arc<str> = edge.env.entropy.token(9).into();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    if let Some(guard) = edge.declared.find(&route, &method) {
        request.extensions_mut().insert(guard);
    }
    let peer = request.extensions().get::<Peer>().copied().unwrap_or(Peer::LOCAL);
    request.extensions_mut().insert(peer);
    let span = tracing::info_span!("request", request.id = %id, %method, route, peer.ip = %peer.address);
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();
    edge.metrics
        .answered(&method, &route, response.status().as_u16(), took);
    let _inside = span.enter();
    let status = response.status().as_u16();
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(
        status,
        took_ms,
        "{method} {route} answered {status} in {took_ms} ms"
    );
    if let Some(problem) = response.extensions().get::<Problem>().cloned() {
        if let Some(cause) = problem.cause() {
            tracing::error!(cause, "request {id} ({method} {route}) failed: {cause}");
        }
        response = with_id(response, problem, &id);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Puts the id into a problem document; a page made from the problem stays as it is.
fn with_id(response: Response, problem: Problem, id: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    let is_document = parts
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json");
    if !is_document || parts.headers.contains_key(header::CONTENT_ENCODING) {
        return Response::from_parts(parts, body);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    let renewed = problem.request_id(id).into_response();
    Response::from_parts(parts, renewed.into_body())
}

/// Overload and foreign host names.
async fn admit(edge: Arc<Edge>, request: Request, next: Next) -> Response {
    let guard = request.extensions().get::<Guard>().copied();
    let tls = request.extensions().get::<TlsInfo>();
    let host = https::same_host(tls, request.headers());
    if let Err(problem) = host.and_then(|()| edge.hosts.check(request.uri(), request.headers())) {
        return problem.into_response();
    }
    // Health checks must get through exactly when it is crowded, and sockets would hold their place for days.
    if guard.is_some_and(|guard| guard.class == Some(Class::Free) || guard.kind == Kind::Stream) {
        return next.run(request).await;
    }
    let Ok(_permit) = edge.in_flight.try_acquire() else {
        return Problem::unavailable(
            "overloaded",
            "too much to do at the moment",
            Duration::from_secs(2),
        )
        .into_response();
    };
    let _counted = Counted::new(&edge.metrics);
    next.run(request).await
}

struct Counted<'a>(&'a Metrics);

impl<'a> Counted<'a> {
    fn new(metrics: &'a Metrics) -> Self {
        metrics.in_flight.inc();
        Self(metrics)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.in_flight.dec();
    }
}

/// Body and time limits by the route's declaration.
async fn bound(edge: Arc<Edge>, request: Request, next: Next) -> Response {
    let guard = request.extensions().get::<Guard>();
    let kind = guard.map_or(Kind::Plain, |guard| guard.kind);
    let usual = if kind == Kind::Upload {
        edge.limits.upload_bytes
    } else {
        edge.limits.body_bytes
    };
    let most = guard.and_then(|guard| guard.most).unwrap_or(usual);
    let mut request = match limit_body(request, most) {
        Ok(request) => request,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(BodyLimit(most));
    if kind != Kind::Plain {
        // Without a limit to the whole, a body may still not stand still.
        let patience = edge.limits.request_timeout;
        let request = request.map(|body| Body::new(TimeoutBody::new(patience, body)));
        return next.run(request).await;
    }
    match timeout(edge.limits.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("timeout", "the request took too long", Duration::from_secs(5))
            .into_response(),
    }
}

fn limit_body(request: Request, most: u64) -> Result<Request, Problem> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(Problem::too_large(most));
    }
    let limit = usize::try_from(most).unwrap_or(usize::MAX);
    Ok(request.map(|body| Body::new(http_body_util::Limited::new(body, limit))))
}

/// Rate classes.
async fn count(edge: Arc<Edge>, request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let default = if request.method().is_safe() {
        Class::Read
    } else {
        Class::Write
    };
    let class = extensions
        .get::<Guard>()
        .map_or(default, |guard| guard.class_of(request.method()));
    let caller = extensions.get::<Caller>().copied().unwrap_or(Caller::GUEST);
    let peer = extensions.get::<Peer>().copied().unwrap_or(Peer::LOCAL);
    match edge.limiter.count(class, caller, Network::of(peer.address)) {
        Ok(()) => next.run(request).await,
        Err(wait) => Problem::too_many(wait).into_response(),
    }
}

fn worth_compressing(status: StatusCode, _: Version, headers: &HeaderMap, extensions: &Extensions) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let packable = kind.starts_with("text/") && !kind.starts_with("text/event-stream")
        || kind.starts_with("application/json")
        || kind.starts_with("application/xml");
    status.is_success() && packable && extensions.get::<Sensitive>().is_none()
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = crate::store::panic_text(panic.as_ref());
    Problem::internal(format!("panic: {text}")).into_response()
}

async fn no_route(uri: Uri) -> Problem {
    Problem::not_found(format!("there is nothing at {}", uri.path()))
}

async fn no_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address does not take that method",
    )
}
