//! The telnet cluster: what logging programs connect to, speaking as nodes of the `DXSpider` family do.
//!
//! A session is a task with a place in the bus' ring of spots: it costs one connection's buffers, however slow its
//! reader. One that does not read is told of the gap and closed after [`wire::STALLED`]; one that does not sign in is
//! closed after [`LOGIN_TIME`]. A session without password only reads. What lines mean is `ham::cluster`'s business;
//! what users set is kept per account, in [`settings`].

mod allowed;
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

use std::net::IpAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::node::Node;
use crate::net::{self, Announced, Network, Place, Places};

/// How long signing in may take.
pub(super) const LOGIN_TIME: Duration = Duration::from_mins(1);
/// How long stopping may take for sessions to be told.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long to wait when the system has no more connections to give.
const BREATHE: Duration = Duration::from_millis(100);
/// What those hear for whom there is no place.
const FULL: &[u8] = b"Sorry, there are too many connections here or from your network; try again later\r\n";

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
        prepare(&stream);
        let address = from.ip().to_canonical();
        let guest = Arrival {
            announced: node.settings().announces(address),
            address,
            places: places.clone(),
        };
        let Some(place) = guest.place() else {
            turn_away(&stream);
            continue;
        };
        let (node, stop) = (node.clone(), stop.clone());
        tasks.spawn(guest.attend(stream, place, node, stop));
    }
    tasks.close();
    drop(tokio::time::timeout(FAREWELL, tasks.wait()).await);
}

/// Somebody who has connected.
struct Arrival {
    address: IpAddr,
    /// Whether it is a proxy that says for whom.
    announced: bool,
    places: Places,
}

impl Arrival {
    /// A place. This machine's own programs are trusted not to take all places from others; whoever comes by a proxy
    /// is counted once it has said who it is.
    fn place(&self) -> Option<Place> {
        let counted = !self.announced && !self.address.is_loopback();
        self.places.take(counted.then(|| Network::of(self.address)))
    }

    async fn attend(self, mut stream: TcpStream, place: Place, node: Node, stop: CancellationToken) {
        let (mut address, mut place) = (self.address, place);
        if self.announced {
            let header = tokio::time::timeout(LOGIN_TIME, net::take_announced(&mut stream));
            match header.await {
                Ok(Ok(Ok(Announced::Client(client)))) => {
                    address = client.ip().to_canonical();
                    match self.places.count(place, Network::of(address)) {
                        Some(counted) => place = counted,
                        None => return turn_away(&stream),
                    }
                }
                Ok(Ok(Ok(Announced::Nobody))) => {}
                Ok(Ok(Err(bad))) => {
                    tracing::warn!(%address, "a telnet connection from the proxy {address} is refused: {bad}");
                    return;
                }
                Ok(Err(_)) | Err(_) => return,
            }
        }
        // On the heap by itself: most sessions wait most of the time, and should be small then.
        Box::pin(session::run(stream, address, node, stop)).await;
        drop(place);
    }
}

/// Tells somebody that there is no place, as far as the socket's empty buffer takes it.
fn turn_away(stream: &TcpStream) {
    drop(stream.try_write(FULL));
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
