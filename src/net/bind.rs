//! Binding listeners, with failures in words that say what to do.
//!
//! The number of open files is raised here too: it bounds connections as much as any setting of ours.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// Connections that may wait to be accepted: everybody comes back at once after a restart. Beyond that the system lets
/// them wait a second.
const WAITING: u32 = 4_096;

/// A bound, not yet served listener.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(super) socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// The address it really listens on; the port was chosen by the system when 0 was asked for.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The socket itself, for what is no HTTP.
    pub(crate) fn into_socket(self) -> TcpListener {
        self.socket
    }
}

/// Why a listener could not be had: one line that names the key and the way out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindError {
    /// Somebody else listens there.
    #[error(
        "{key}: port {} on {} is taken by another program; stop that one, or set {key} to another port",
        address.port(),
        address.ip()
    )]
    Taken {
        /// The configuration key.
        key: &'static str,
        /// The address asked for.
        address: SocketAddr,
    },
    /// Ports below 1024 need a right.
    #[error(
        "{key}: this user may not listen on port {}; take a port above 1023, or grant CAP_NET_BIND_SERVICE",
        address.port()
    )]
    Denied {
        /// The configuration key.
        key: &'static str,
        /// The address asked for.
        address: SocketAddr,
    },
    /// No interface has the address.
    #[error("{key}: this machine has no address {}; use one of its own, or 0.0.0.0 for all", address.ip())]
    NotOurs {
        /// The configuration key.
        key: &'static str,
        /// The address asked for.
        address: SocketAddr,
    },
    /// Anything else.
    #[error("{key}: cannot listen on {address}: {reason}")]
    Other {
        /// The configuration key.
        key: &'static str,
        /// The address asked for.
        address: SocketAddr,
        /// The system's words.
        reason: io::Error,
    },
}

impl BindError {
    /// What the system's words mean for the address that configuration key `key` asks for.
    pub(crate) fn of(key: &'static str, address: SocketAddr, reason: io::Error) -> Self {
        match reason.kind() {
            io::ErrorKind::AddrInUse => Self::Taken { key, address },
            io::ErrorKind::PermissionDenied => Self::Denied { key, address },
            io::ErrorKind::AddrNotAvailable => Self::NotOurs { key, address },
            _ => Self::Other { key, address, reason },
        }
    }
}

/// Binds the address that configuration key `key` asks for.
pub(crate) async fn bind(key: &'static str, address: SocketAddr) -> Result<Listener, BindError> {
    let failed = |reason| BindError::of(key, address, reason);
    let socket = listen(address).map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    Ok(Listener { socket, address })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // After a restart the address is free, however many connections of before are not quite over.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Raises the soft limit of open files towards `wanted`; returns the limit in force, `None` for no limit.
#[cfg(unix)]
pub(crate) fn raise_open_files(wanted: u64) -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let current = limit.current?;
    let target = limit.maximum.map_or(wanted, |most| wanted.min(most));
    if target <= current {
        return Some(current);
    }
    match setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(target),
            maximum: limit.maximum,
        },
    ) {
        Ok(()) => Some(target),
        Err(error) => {
            tracing::warn!(%error, "the limit of {current} open files cannot be raised: {error}");
            Some(current)
        }
    }
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn raise_open_files(_wanted: u64) -> Option<u64> {
    None
}
