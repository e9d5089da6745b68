//! Connections: few, with small headers that come soon, to clients that take what they are sent.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::net::{self, BindError, Paced};

/// Connections at once, sockets included.
const CONNECTIONS: usize = 32;
/// Most bytes of a request's headers.
const HEADERS: usize = 16 << 10;
/// How long headers may take, how long a kept connection may be silent, and how long a write may stand still.
pub(super) const SLOW: Duration = Duration::from_secs(5);
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A connection's place, which a socket keeps when the connection is handed over to it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Binds `relay.listen`; a socket and the address it really has.
pub(crate) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BindError> {
    let listener = net::bind("relay.listen", address).await?;
    let address = listener.address();
    Ok((listener.into_socket(), address))
}

/// Serves until it is told to stop; what has begun is finished.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = TaskTracker::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                pause(&error).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&places).try_acquire_owned() else {
            // Whatever of it fits into the socket's empty buffer: a full house does not wait for anybody.
            drop(stream.try_write(FULL));
            continue;
        };
        let place = Place {
            _permit: Arc::new(permit),
        };
        open.spawn(connection(stream, router.clone(), place, stop.clone()));
    }
    drop(listener);
    open.close();
    open.wait().await;
}

/// Out of files, as a rule: the condition lasts, so a pause spares the processor and the log.
async fn pause(error: &io::Error) {
    tracing::warn!(%error, "a connection could not be accepted: {error}");
    sleep(Duration::from_millis(200)).await;
}

async fn connection(stream: TcpStream, router: Router, place: Place, stop: CancellationToken) {
    // Small answers leave at once; a failure costs no more than that.
    drop(stream.set_nodelay(true));
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(place.clone());
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SLOW)
        .max_buf_size(HEADERS)
        .serve_connection(TokioIo::new(Paced::within(SLOW, stream)), service)
        .with_upgrades();
    tokio::pin!(connection);
    let served = tokio::select! {
        served = &mut connection => served,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early: {error}");
    }
}
