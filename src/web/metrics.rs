//! Counters for Prometheus.
//!
//! Routes are named by their pattern and methods by a short list, never by what a client wrote, so that nobody can
//! make up series.
//! Other parts register their own figures through [`Metrics::register`].

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The registry and the web server's own figures; clones share them.
#[derive(Clone)]
pub(crate) struct Metrics {
    registry: Arc<Mutex<Registry>>,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram>,
    /// Requests being worked on.
    pub(crate) in_flight: Gauge,
    /// Open websockets.
    pub(crate) websockets: Gauge,
    /// Messages that slow websockets did not get.
    pub(crate) dropped: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

/// The method's name, where HTTP itself knows it: a client may write any word.
fn known(method: &Method) -> &'static str {
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    const NAMES: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let at = KNOWN.iter().position(|known| known == method);
    at.map_or("other", |at| NAMES[at])
}

const BUCKETS: [f64; 9] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

impl Metrics {
    /// A registry with the web server's figures in it.
    pub(crate) fn new() -> Self {
        let seconds = Family::<RouteLabels, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let metrics = Self {
            registry: Arc::new(Mutex::new(Registry::with_prefix("shackbox"))),
            requests: Family::default(),
            seconds,
            in_flight: Gauge::default(),
            websockets: Gauge::default(),
            dropped: Counter::default(),
        };
        metrics.register(|registry| {
            registry.register("http_requests", "Requests answered", metrics.requests.clone());
            registry.register(
                "http_request_seconds",
                "Time to the head of the answer",
                metrics.seconds.clone(),
            );
            registry.register(
                "http_in_flight",
                "Requests being worked on",
                metrics.in_flight.clone(),
            );
            registry.register("websockets", "Open websockets", metrics.websockets.clone());
            registry.register(
                "websocket_dropped",
                "Messages slow websockets did not get",
                metrics.dropped.clone(),
            );
        });
        metrics
    }

    /// Lets another part add its figures.
    pub(crate) fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// All figures in the text format that Prometheus reads.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = encode(&mut text, &registry) {
            // Writing into memory does not fail; a foreign collector may.
            tracing::warn!(%error, "the metrics are incomplete: {error}");
            writeln!(text, "# incomplete").expect("memory takes every write");
        }
        text
    }

    pub(super) fn answered(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels {
            method: known(method),
            route: route.to_owned(),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        self.seconds
            .get_or_create(&RouteLabels {
                route: route.to_owned(),
            })
            .observe(took.as_secs_f64());
    }
}
