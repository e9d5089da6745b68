//! Serving HTTP/1.1 and HTTP/2 on a listener until told to stop.
//!
//! Limits that hold before any request exists: places, the time to send the headers, their size. Silence at
//! the start of a connection is bounded here, because the protocol detection below has no clock.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use ipnet::IpNet;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::activity::{Activity, Answering};
use super::bind::Listener;
use super::paced::Paced;
use super::peer::{Network, Peer, Strangers};
use super::places::{Place, Places};

/// Most bytes of a request's headers.
const HEADER_BYTES: usize = 64 << 10;
/// Most streams of one HTTP/2 connection: a page's assets, with room.
const STREAMS: u32 = 128;
/// How many times the time for headers an HTTP/2 connection may go unused: opening one costs several round trips.
const IDLE: u32 = 4;
/// When a silent connection is asked whether anybody is still there.
const KEEPALIVE: Duration = Duration::from_mins(1);
/// How HTTP/2 connections begin (RFC 9113 3.4); no HTTP/1.1 request does.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

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
    /// Hears of proxies that are not among them.
    pub(crate) strangers: Strangers,
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
        let graceful = GracefulShutdown::new();
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_buf_size(HEADER_BYTES);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(HEADER_BYTES).expect("64 KiB fit"))
            .max_concurrent_streams(STREAMS)
            .keep_alive_interval(Duration::from_secs(20));
        let builder = Arc::new(builder);
        // Connections end with this task: a second, harder stop is the runtime's.
        let cut_off = CancellationToken::new();
        while let Some(accepted) = stop.run_until_cancelled(listener.socket.accept()).await {
            match accepted {
                Ok((stream, direct)) => {
                    let connection = Connection {
                        server: self.clone(),
                        stream,
                        direct,
                        watcher: graceful.watcher(),
                        stop: stop.clone(),
                    };
                    connection.admit(&builder, &cut_off);
                }
                Err(error) => {
                    // Out of files: the condition lasts, so a pause spares the processor and the log.
                    tracing::warn!(%error, "a connection could not be accepted: {error}");
                    sleep(Duration::from_millis(200)).await;
                }
            }
        }
        drop(listener);
        let open = graceful.count();
        let finished = timeout(drain, graceful.shutdown()).await.is_ok();
        cut_off.cancel();
        Served {
            cut: if finished { 0 } else { open },
        }
    }
}

struct Connection {
    server: Server,
    stream: TcpStream,
    direct: SocketAddr,
    watcher: Watcher,
    stop: CancellationToken,
}

impl Connection {
    fn admit(self, builder: &Arc<auto::Builder<TokioExecutor>>, cut_off: &CancellationToken) {
        let address = self.direct.ip().to_canonical();
        let is_proxy = self
            .server
            .trusted
            .iter()
            .any(|network| network.contains(&address));
        let counted = !is_proxy && !address.is_loopback();
        let Some(place) = self.server.places.take(counted.then(|| Network::of(address))) else {
            // Whatever of it fits into the socket's empty buffer: a full house does not wait for anybody.
            drop(self.stream.try_write(FULL));
            return;
        };
        let (builder, cut_off) = (Arc::clone(builder), cut_off.clone());
        tokio::spawn(async move {
            cut_off.run_until_cancelled(self.serve(&builder, place)).await;
        });
    }

    async fn serve(self, builder: &auto::Builder<TokioExecutor>, place: Place) {
        let Self {
            server,
            stream,
            direct,
            watcher,
            stop,
        } = self;
        prepare(&stream);
        let spoken = speaks(&stream, Instant::now() + server.header_timeout);
        let Some(Some(protocol)) = stop.run_until_cancelled(spoken).await else {
            return;
        };
        let Server {
            router,
            trusted,
            strangers,
            header_timeout,
            ..
        } = server;
        let activity = Activity::new();
        let seen = activity.clone();
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let busy = seen.begin();
            let mut request: Request = request.map(Body::new);
            strangers.look(direct, request.headers(), &trusted);
            let peer = Peer::find(direct, request.headers(), &trusted);
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(place.clone());
            let answer = router.clone().oneshot(request);
            async move { Ok::<_, Infallible>(answer.await?.map(|body| Answering::new(body, busy))) }
        });
        let stream = TokioIo::new(Paced::new(stream));
        let connection = builder.serve_connection_with_upgrades(stream, service);
        let address: IpAddr = direct.ip();
        tokio::select! {
            served = watcher.watch(connection.into_owned()) => if let Err(error) = served {
                tracing::debug!(peer.ip = %address, %error, "the connection of {address} ended early: {error}");
            },
            // HTTP/1 looks after its silence itself; with HTTP/2, pings would keep a place for ever.
            () = activity.idle_for(header_timeout * IDLE), if protocol == Protocol::Http2 => {
                tracing::debug!(peer.ip = %address, "the connection of {address} was not used and is closed");
            }
        }
    }
}

/// Small answers leave at once, and a client that has vanished is noticed. A failure costs no more than that.
fn prepare(stream: &TcpStream) {
    drop(stream.set_nodelay(true));
    let alive = socket2::TcpKeepalive::new().with_time(KEEPALIVE);
    drop(socket2::SockRef::from(stream).set_tcp_keepalive(&alive));
}

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

/// Waits until the client has sent enough to tell the protocol; `None` when it stays silent or goes away.
async fn speaks(stream: &TcpStream, deadline: Instant) -> Option<Protocol> {
    let mut start = [0; PREFACE.len()];
    loop {
        match timeout_at(deadline, stream.peek(&mut start)).await {
            Ok(Ok(length)) if length > 0 => {
                if start[..length] != PREFACE[..length] {
                    return Some(Protocol::Http1);
                }
                if length == start.len() {
                    return Some(Protocol::Http2);
                }
            }
            _ => return None,
        }
        // The beginning of a preface: look again when more may have come, peeking does not wait for more.
        if timeout_at(deadline, sleep(Duration::from_millis(20)))
            .await
            .is_err()
        {
            return None;
        }
    }
}
