//! The telnet cluster: what logging programs connect to, speaking as nodes of the `DXSpider` family do.
//!
//! A session is a task with a place in the bus' ring of spots: it costs one connection's buffers, however slow its
//! reader. One that does not read is told of the gap and closed after [`wire::STALLED`]; one that does not sign in is
//! closed after [`LOGIN_TIME`]. A session without password only reads. What lines mean is `ham::cluster`'s business;
//! what users set is kept per account, in [`settings`].

mod answer;
mod facts;
mod login;
pub(crate) mod personal;
mod session;
mod settings;
mod show;
pub(crate) mod tables;
#[cfg(test)]
mod tests;
mod texts;
mod wire;
pub(crate) mod write;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::node::Node;
use crate::net::{Network, Places};

/// How long signing in may take.
pub(super) const LOGIN_TIME: Duration = Duration::from_mins(1);
/// How long stopping may take for sessions to be told.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long to wait when the system has no more connections to give.
const BREATHE: Duration = Duration::from_millis(100);

/// Serves sessions until told to stop.
pub(crate) async fn serve(listener: TcpListener, node: Node, stop: CancellationToken) {
    let places = Places::new(node.settings().connections);
    let tasks = TaskTracker::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a telnet connection could not be had: {error}");
                tokio::time::sleep(BREATHE).await;
                continue;
            }
        };
        let address = from.ip().to_canonical();
        // This machine's own programs are trusted not to take all places from others.
        let network = (!address.is_loopback()).then(|| Network::of(address));
        let Some(place) = places.take(network) else {
            continue;
        };
        prepare(&stream);
        let from = SocketAddr::new(address, from.port());
        let session = Box::pin(session::run(stream, from, node.clone(), stop.clone()));
        tasks.spawn(async move {
            session.await;
            drop(place);
        });
    }
    tasks.close();
    drop(tokio::time::timeout(FAREWELL, tasks.wait()).await);
}

/// Lines go out at once, and a peer that vanished is noticed.
fn prepare(stream: &TcpStream) {
    drop(stream.set_nodelay(true));
    let keepalive = socket2::TcpKeepalive::new().with_time(Duration::from_mins(1));
    let socket = socket2::SockRef::from(stream);
    drop(socket.set_tcp_keepalive(&keepalive));
    // A stalled reader must not hide megabytes in the system.
    drop(socket.set_send_buffer_size(64 << 10));
}
