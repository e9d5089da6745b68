//! Datagrams passed on as they came, so that other programs still get them.
//!
//! One way only: what those programs answer is not brought back, for it could make a program transmit.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::UdpSocket;

use super::listen::ListenError;

/// Passes datagrams on.
#[derive(Debug, Default)]
pub(crate) struct Forward {
    targets: Vec<SocketAddr>,
    v4: Option<UdpSocket>,
    v6: Option<UdpSocket>,
}

impl Forward {
    /// Passes on to `targets`, but not to where we listen ourselves; gives those that are refused as errors.
    pub(crate) async fn open(targets: &[SocketAddr], own: &[SocketAddr]) -> (Self, Vec<ListenError>) {
        let (mut forward, mut errors) = (Self::default(), Vec::new());
        for target in targets {
            if own.iter().any(|own| is_heard_by(*target, *own)) {
                errors.push(ListenError::Circle(*target));
                continue;
            }
            let (socket, any): (_, IpAddr) = match target {
                SocketAddr::V4(_) => (&mut forward.v4, Ipv4Addr::UNSPECIFIED.into()),
                SocketAddr::V6(_) => (&mut forward.v6, Ipv6Addr::UNSPECIFIED.into()),
            };
            if socket.is_none() {
                match UdpSocket::bind((any, 0)).await {
                    Ok(bound) => *socket = Some(bound),
                    Err(error) => {
                        errors.push(ListenError::Other {
                            kind: "UDP",
                            address: *target,
                            reason: error.to_string(),
                        });
                        continue;
                    }
                }
            }
            forward.targets.push(*target);
        }
        (forward, errors)
    }

    /// Passes a datagram on; nobody waits for those who do not take it.
    pub(crate) async fn pass_on(&self, bytes: &[u8]) {
        for target in &self.targets {
            let socket = if target.is_ipv4() { &self.v4 } else { &self.v6 };
            if let Some(socket) = socket
                && let Err(error) = socket.try_send_to(bytes, *target)
                && error.kind() != std::io::ErrorKind::WouldBlock
            {
                tracing::debug!(%error, "{target} does not take a datagram: {error}");
            }
        }
    }
}

/// Whether what is sent to `target` is heard at `own`.
fn is_heard_by(target: SocketAddr, own: SocketAddr) -> bool {
    let local = target.ip().is_loopback() || target.ip().is_unspecified();
    target.port() == own.port()
        && (target.ip() == own.ip() || local && (own.ip().is_unspecified() || own.ip().is_loopback()))
}
