//! Serving HTTP/1.1 and HTTP/2 on a listener, plain or by TLS, until told to stop.
//!
//! Limits that hold before any request exists: places, the time for a handshake and for the headers, their size.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ipnet::IpNet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::bind::Listener;
use super::connection::Connection;
use super::forwarded::ForwardedHeaders;
use super::peer::Strangers;
use super::places::Places;
use super::tls::{Asking, Reception};

/// Most bytes of a request's headers.
const HEADER_BYTES: usize = 64 << 10;
/// Most streams of one HTTP/2 connection: a page's assets, with room.
const STREAMS: u32 = 128;
/// What one listener serves, and within what limits.
#[derive(Clone)]
pub(crate) struct Server {
    /// The routes.
    pub(crate) router: Router,
    /// Places for connections, shared by all listeners that should count together.
    pub(crate) places: Places,
    /// How long a client may take to send its headers, and may stay silent between requests.
    pub(crate) header_timeout: Duration,
    /// Whose `X-Forwarded-*` headers count.
    pub(crate) trusted: Arc<[IpNet]>,
    /// In which headers a trusted proxy passes on its client's certificate.
    pub(crate) forwarded: ForwardedHeaders,
    /// Hears of proxies that are not among them.
    pub(crate) strangers: Strangers,
    /// How clients get in.
    pub(crate) door: Door,
}

/// How clients get in.
#[derive(Clone)]
pub(crate) enum Door {
    /// Without encryption.
    Plain,
    /// By TLS.
    Tls {
        /// How they are met.
        reception: Reception,
        /// The host that asks for a client certificate, where this listener has it.
        asking: Option<AskingHost>,
        /// Whether trusted proxies pass connections through and announce each client before its first byte.
        announced: bool,
    },
}

/// The host that asks for a client certificate, with what it serves.
#[derive(Clone)]
pub(crate) struct AskingHost {
    /// How it asks.
    pub(crate) asking: Asking,
    /// Its routes: none of the main host's are reached by its connections.
    pub(crate) router: Router,
}

/// How HTTP is spoken. One of the two, known before: what finds it out by itself waits for a client's first bytes
/// without a clock, and does not keep to one where it should.
#[derive(Clone)]
pub(super) struct Speakers {
    pub(super) http1: http1::Builder,
    pub(super) http2: http2::Builder<TokioExecutor>,
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Served {
    /// Connections that were cut off because they did not finish in time.
    pub(crate) cut: usize,
}

impl Server {
    /// Serves until `stop` is cancelled, then lets open requests finish for up to `drain`.
    pub(crate) async fn run(self, listener: Listener, stop: CancellationToken, drain: Duration) -> Served {
        let open = TaskTracker::new();
        let speakers = Arc::new(Speakers::new(self.header_timeout));
        // Connections end with this task: a second, harder stop is the runtime's.
        let cut_off = CancellationToken::new();
        while let Some(accepted) = stop.run_until_cancelled(listener.socket.accept()).await {
            match accepted {
                Ok((stream, direct)) => {
                    let connection = Connection {
                        server: self.clone(),
                        stream,
                        direct,
                        stop: stop.clone(),
                    };
                    connection.admit(&speakers, &open, &cut_off);
                }
                Err(error) => {
                    // Out of files: the condition lasts, so a pause spares the processor and the log.
                    tracing::warn!(%error, "a connection could not be accepted: {error}");
                    sleep(Duration::from_millis(200)).await;
                }
            }
        }
        drop(listener);
        open.close();
        let finished = timeout(drain, open.wait()).await.is_ok();
        let cut = if finished { 0 } else { open.len() };
        cut_off.cancel();
        Served { cut }
    }
}

impl Speakers {
    fn new(header_timeout: Duration) -> Self {
        let mut http1 = http1::Builder::new();
        http1
            .timer(TokioTimer::new())
            .header_read_timeout(header_timeout)
            .max_buf_size(HEADER_BYTES);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(HEADER_BYTES).expect("64 KiB fit"))
            .max_concurrent_streams(STREAMS)
            .keep_alive_interval(Duration::from_secs(20));
        Self { http1, http2 }
    }
}
