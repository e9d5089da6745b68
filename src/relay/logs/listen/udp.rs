//! A UDP port, of this program alone or of a group.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

use super::{Ear, ListenError, Place, interfaces};
use crate::relay::logs::forward::Forward;

/// The largest datagram there is.
const MOST: usize = 65_536;
/// Bytes that may wait in the system: a contest log sent again is a thousand datagrams at once.
const WAITING: usize = 4 << 20;
/// How often interfaces are looked for that came up since: a network cable, a wireless network.
const REJOIN: Duration = Duration::from_secs(30);

/// A bound port, not read yet.
#[derive(Debug)]
pub(crate) struct Port {
    socket: Arc<UdpSocket>,
    place: Place,
    address: SocketAddr,
}

impl Port {
    /// Binds a port; one of a group is shared with other programs and joined on every interface.
    pub(crate) fn bind(place: Place) -> Result<Self, ListenError> {
        let asked = place.address;
        let failed = |error: io::Error| ListenError::of("UDP", asked, &error);
        let socket = bind(place).map_err(failed)?;
        if let Some(group) = place.group() {
            let joined = interfaces::join(&socket, group);
            joined.map_err(|error| ListenError::NoGroup(asked, error.to_string()))?;
        }
        let socket = UdpSocket::from_std(socket.into()).map_err(failed)?;
        let mut address = socket.local_addr().map_err(failed)?;
        if place.group().is_some() {
            // Where the system has groups bound by any address, say the group all the same.
            address.set_ip(asked.ip());
        }
        Ok(Self {
            socket: Arc::new(socket),
            place,
            address,
        })
    }

    /// Where it listens; the port was chosen by the system when 0 was asked for.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reads datagrams until it is told to stop.
    pub(super) async fn listen(self, ear: Ear, forward: Arc<Forward>, stop: CancellationToken) {
        let mut buffer = vec![0; MOST];
        let mut rejoin = tokio::time::interval(REJOIN);
        loop {
            let received = tokio::select! {
                () = stop.cancelled() => return,
                _ = rejoin.tick(), if self.place.group().is_some() => {
                    self.rejoin();
                    continue;
                }
                received = self.socket.recv_from(&mut buffer) => received,
            };
            match received {
                Ok((length, from)) => {
                    let bytes = &buffer[..length];
                    forward.pass_on(bytes).await;
                    ear.hear(bytes, from, &self.socket).await;
                }
                // Windows tells here that an answer of ours found nobody.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
                Err(error) => {
                    tracing::warn!(%error, "UDP {} cannot be read: {error}", self.address);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    fn rejoin(&self) {
        if let Some(group) = self.place.group()
            && let Err(error) = join_again(&self.socket, group)
        {
            tracing::debug!(%error, "the group {group} is joined on no interface: {error}");
        }
    }
}

fn join_again(socket: &UdpSocket, group: std::net::IpAddr) -> io::Result<usize> {
    interfaces::join(&SockRef::from(socket), group)
}

fn bind(place: Place) -> io::Result<Socket> {
    let mut address = place.address;
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    // Smaller is no failure.
    drop(socket.set_recv_buffer_size(WAITING));
    if let Some(group) = place.group() {
        socket.set_reuse_address(true)?;
        #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos"))))]
        socket.set_reuse_port(true)?;
        // Bound to the group's own address, nothing else that comes to the port is heard. Windows cannot do
        // that.
        if cfg!(windows) {
            address.set_ip(interfaces::any_of(group));
        }
    }
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)?;
    if address.is_ipv4() && place.group().is_some() {
        socket.set_multicast_if_v4(&Ipv4Addr::UNSPECIFIED)?;
    }
    Ok(socket)
}
