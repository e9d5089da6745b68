//! ADIF by TCP, as the clients of N3FJP's log and of `DXKeeper` send it: records one after the other, with no
//! answer.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Ear, ListenError};
use crate::relay::logs::adif;

/// Connections at once.
const MOST: usize = 16;
/// Bytes that may be without the end of a record.
const LARGEST: usize = 1 << 20;
/// So much is read before whole records are looked for even though more comes.
const PORTION: usize = 256 << 10;
/// A record this near to the end of what has come may go on.
const MARGIN: usize = 16 << 10;
/// A pause of the sender after which what has come is looked at.
const QUIET: Duration = Duration::from_millis(200);
/// A connection on which nothing comes is given up.
const IDLE: Duration = Duration::from_hours(1);

/// A bound port, not read yet.
#[derive(Debug)]
pub(crate) struct AdifPort {
    listener: TcpListener,
    address: SocketAddr,
}

impl AdifPort {
    /// Binds a port.
    pub(super) async fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let failed = |error: io::Error| ListenError::of("TCP", address, &error);
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Where it listens; the port was chosen by the system when 0 was asked for.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes connections until it is told to stop.
    pub(super) async fn listen(self, ear: Ear, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(MOST));
        let tasks = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "TCP {} takes no connection: {error}", self.address);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                tracing::warn!("{from} is turned away: {MOST} programs send ADIF already");
                continue;
            };
            let (ear, stop) = (ear.clone(), stop.clone());
            tasks.spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = take(stream, from, &ear) => {}
                }
                drop(place);
            });
        }
        tasks.close();
        tasks.wait().await;
    }
}

/// Reads a connection to its end.
async fn take(mut stream: TcpStream, from: SocketAddr, ear: &Ear) {
    let mut held = Vec::with_capacity(4096);
    loop {
        let patience = if held.is_empty() { IDLE } else { QUIET };
        match tokio::time::timeout(patience, stream.read_buf(&mut held)).await {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(_)) if is_http(&held) => {
                // A page in a browser may send text to any local port; it must not write into a log.
                tracing::warn!("{from} speaks HTTP on a port for ADIF and is turned away");
                return;
            }
            Ok(Ok(_)) if held.len() < PORTION => continue,
            Ok(Ok(_)) => ear.hear_adif(&take_whole(&mut held, MARGIN), from).await,
            Err(_) if held.is_empty() => return,
            Err(_) => {
                ear.hear_adif(&take_whole(&mut held, 0), from).await;
                if !held.is_empty() && wait_for_more(&mut stream, &mut held).await.is_none() {
                    break;
                }
            }
        }
        if held.len() > LARGEST {
            tracing::warn!("{from} sends more than a record without an end of it and is turned away");
            return;
        }
    }
    // The last record may lack its end.
    ear.hear_adif(&held, from).await;
}

/// The beginning of a record is there, and the sender pauses.
async fn wait_for_more(stream: &mut TcpStream, held: &mut Vec<u8>) -> Option<()> {
    let read = tokio::time::timeout(IDLE, stream.read_buf(held)).await;
    matches!(read, Ok(Ok(count)) if count > 0).then_some(())
}

/// Takes the whole records out of what is held; with a margin those only that end well before the end of it.
fn take_whole(held: &mut Vec<u8>, margin: usize) -> Vec<u8> {
    let end = adif::whole(held, held.len().saturating_sub(margin));
    held.drain(..end).collect()
}

/// Whether the first line is that of a request.
fn is_http(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.trim_ascii_end()
        .windows(7)
        .any(|word| word == b" HTTP/1" || word == b" HTTP/2")
}
