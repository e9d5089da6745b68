//! A server for programs that want a radio: the protocol of Hamlib's daemon, as "Hamlib NET rigctl" speaks it.
//!
//! With the serial port in the relay's hands WSJT-X, fldigi or a logger reach the radio here. Every line is read into
//! a typed command or refused with a code at once: an unknown command never leaves a client waiting, a missing
//! argument never swallows the next line, what a browser could send ends the connection. A client that is gone
//! leaves no keyed transmitter behind.

mod answer;
pub(crate) mod command;
mod dump;
mod session;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::handle::Rig;

/// The port of Hamlib's daemon, and the one used if that is taken.
pub(crate) const PORTS: [u16; 2] = [4_532, 4_534];
/// Clients at once.
const CLIENTS: usize = 32;

/// Binds the usual port on this computer only, or the next one.
pub(crate) async fn bind() -> io::Result<TcpListener> {
    let mut failure = None;
    for port in PORTS {
        match TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

/// Serves clients until `stop` turns true or its sender is gone; their leases end then.
pub(crate) async fn serve(listener: TcpListener, rig: Rig, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CLIENTS));
    let mut sessions = tokio::task::JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = sessions.join_next() => continue,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "a client could not be accepted");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(%peer, "too many clients at the radio");
            continue;
        };
        let rig = rig.clone();
        sessions.spawn(async move {
            session::run(stream, rig).await;
            drop(place);
        });
    }
    sessions.shutdown().await;
}
