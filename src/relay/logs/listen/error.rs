//! Why a port cannot be had, and what to do.

use std::io;
use std::net::SocketAddr;

/// Why a port cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ListenError {
    /// Another program has it.
    #[error(
        "{kind} port {} on {} is taken by another program, usually {}; {}",
        address.port(), address.ip(), holder(address.port()), way_out(address.port())
    )]
    Taken {
        /// `UDP` or `TCP`.
        kind: &'static str,
        /// What was asked for.
        address: SocketAddr,
    },
    /// No interface has the address.
    #[error("this computer has no address {}; use 127.0.0.1, or 0.0.0.0 for all of its own", _0.ip())]
    NotOurs(SocketAddr),
    /// Ports below 1024.
    #[error("this user may not listen on port {}; take a port above 1023", _0.port())]
    Denied(SocketAddr),
    /// The group can be joined on no interface.
    #[error("the multicast group {0} can be joined on no network interface: {1}")]
    NoGroup(SocketAddr, String),
    /// Datagrams would come back to us.
    #[error(
        "datagrams cannot be forwarded to {0}: the relay listens there itself, they would go round in circles"
    )]
    Circle(SocketAddr),
    /// Anything else.
    #[error("{kind} {address} cannot be used: {reason}")]
    Other {
        /// `UDP` or `TCP`.
        kind: &'static str,
        /// What was asked for.
        address: SocketAddr,
        /// The system's words.
        reason: String,
    },
}

impl ListenError {
    /// Which address could not be had.
    pub(crate) fn address(&self) -> SocketAddr {
        match self {
            Self::Taken { address, .. }
            | Self::Other { address, .. }
            | Self::NotOurs(address)
            | Self::Denied(address)
            | Self::NoGroup(address, _)
            | Self::Circle(address) => *address,
        }
    }

    /// What the system's words mean.
    pub(super) fn of(kind: &'static str, address: SocketAddr, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::Taken { kind, address },
            io::ErrorKind::AddrNotAvailable => Self::NotOurs(address),
            // Where a port is used by another program alone, Windows says that access is denied.
            io::ErrorKind::PermissionDenied if cfg!(windows) => Self::Taken { kind, address },
            io::ErrorKind::PermissionDenied => Self::Denied(address),
            _ => Self::Other {
                kind,
                address,
                reason: error.to_string(),
            },
        }
    }
}

/// Who usually has a port.
fn holder(port: u16) -> &'static str {
    match port {
        2237 => "GridTracker, JTAlert, or a logging program that listens to WSJT-X",
        2233 | 2333 => "a logging program that takes ADIF from WSJT-X, such as N1MM, Log4OM or HRD",
        2242 => "a companion of JS8Call, such as GridTracker",
        12060 => "a companion of N1MM, such as a scoreboard or WaveLogGate",
        1100 => "N3FJP's log",
        52001 => "DXKeeper",
        _ => "a logging program",
    }
}

fn way_out(port: u16) -> String {
    match port {
        2237 => "in WSJT-X under File, Settings, Reporting set the UDP server to 239.255.0.1 (with the loopback \
                 interface) and listen there as well: a multicast group is shared by all programs. Or have that program \
                 forward what it hears to another port, and listen to that"
            .to_owned(),
        _ => {
            let other = port.checked_add(1).unwrap_or(12_061);
            format!(
                "have the sending program send to another port as well (such as {other}) and listen there, or have that \
                 program forward what it hears"
            )
        }
    }
}
