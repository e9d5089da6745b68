//! Questions by TCP and TLS: length and message, one after the other (RFC 7766).
//!
//! A client may send many at once; they are answered in order, as many as have come with one write. What limits it: a
//! number of streams in all and for one client, the time without a whole question, the time the other side needs to take
//! what was written. While answers wait to be taken, nothing is read, so that a stream never holds more than one
//! batch of answers.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::super::answer::{Asker, Outcome, Transport};
use super::Shared;
use super::figures::{Counts, Event};
use crate::net::Listener;
use crate::net::tls::Reception;

/// The most octets of a question.
const MOST_OF_QUESTION: usize = 16 << 10;
/// Answers that are gathered before they are written.
const BATCH: usize = 64 << 10;
/// Octets read at once.
const CHUNK: usize = 4 << 10;
/// How long to wait when the system has no more connections to give.
const BREATHE: Duration = Duration::from_millis(100);
/// How long stopping may take for answers under way.
const FAREWELL: Duration = Duration::from_secs(1);
/// "dot" (RFC 7858, as registered for ALPN).
const SPEAKS: &[u8] = b"dot";

/// Serves all streams.
#[derive(Clone)]
pub(super) struct Streams {
    pub(super) shared: Arc<Shared>,
    pub(super) counts: Arc<Counts>,
    pub(super) most: usize,
    pub(super) most_of_one: usize,
    pub(super) patience: Duration,
    pub(super) stop: CancellationToken,
}

/// How many streams there are, in all and of whom.
#[derive(Default)]
struct Guests {
    all: usize,
    each: HashMap<IpAddr, usize>,
}

/// A stream's place.
struct Place {
    guests: Arc<Mutex<Guests>>,
    address: IpAddr,
}

impl Streams {
    /// Works until told to stop, on a runtime of its own.
    pub(super) fn run(self, listener: std::net::TcpListener, tls: Option<(Listener, Reception)>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(self.serve(listener, tls)),
            Err(error) => tracing::error!(%error, "questions by TCP are not answered: {error}"),
        }
    }

    async fn serve(self, listener: std::net::TcpListener, tls: Option<(Listener, Reception)>) {
        let tasks = TaskTracker::new();
        let guests = Arc::default();
        let plain = async {
            match TcpListener::from_std(listener) {
                Ok(listener) => self.accept(listener, None, &guests, &tasks).await,
                Err(error) => tracing::error!(%error, "questions by TCP are not answered: {error}"),
            }
        };
        let encrypted = async {
            let Some((listener, reception)) = tls else { return };
            let reception = reception.speaking(SPEAKS);
            let socket = listener.into_socket().into_std().and_then(TcpListener::from_std);
            match socket {
                Ok(listener) => self.accept(listener, Some(reception), &guests, &tasks).await,
                Err(error) => tracing::error!(%error, "questions by TLS are not answered: {error}"),
            }
        };
        tokio::join!(plain, encrypted);
        tasks.close();
        drop(timeout(FAREWELL, tasks.wait()).await);
    }

    async fn accept(
        &self,
        listener: TcpListener,
        tls: Option<Reception>,
        guests: &Arc<Mutex<Guests>>,
        tasks: &TaskTracker,
    ) {
        while let Some(accepted) = self.stop.run_until_cancelled(listener.accept()).await {
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection for a question could not be had: {error}");
                    tokio::time::sleep(BREATHE).await;
                    continue;
                }
            };
            let Some(place) = self.place(guests, peer.ip().to_canonical()) else {
                self.counts.happened(Event::Crowded);
                continue;
            };
            self.counts.happened(Event::Opened);
            let (own, tls) = (self.clone(), tls.clone());
            tasks.spawn(async move {
                // How it ended is of no matter to anybody: the client has gone, or was too slow.
                drop(own.attend(stream, peer, tls).await);
                drop(place);
            });
        }
    }

    fn place(&self, guests: &Arc<Mutex<Guests>>, address: IpAddr) -> Option<Place> {
        let mut counted = guests.lock().unwrap_or_else(PoisonError::into_inner);
        let own = counted.each.get(&address).copied().unwrap_or(0);
        if counted.all >= self.most || own >= self.most_of_one {
            return None;
        }
        counted.all += 1;
        *counted.each.entry(address).or_default() += 1;
        Some(Place {
            guests: Arc::clone(guests),
            address,
        })
    }

    async fn attend(&self, stream: TcpStream, peer: SocketAddr, tls: Option<Reception>) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let ended = match tls {
            None => {
                let asker = Asker {
                    peer,
                    transport: Transport::Tcp,
                };
                self.stop.run_until_cancelled(self.converse(stream, asker)).await
            }
            Some(reception) => {
                let asker = Asker {
                    peer,
                    transport: Transport::Tls,
                };
                let met = self
                    .stop
                    .run_until_cancelled(reception.meet_speaker(stream))
                    .await;
                let Some(stream) = met.transpose()? else {
                    return Ok(());
                };
                self.stop.run_until_cancelled(self.converse(stream, asker)).await
            }
        };
        ended.unwrap_or(Ok(()))
    }

    /// Answers until the other side ends, is silent, or does not take its answers.
    async fn converse(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        asker: Asker,
    ) -> io::Result<()> {
        let mut input = Vec::new();
        let mut output = Vec::new();
        let mut chunk = [0; CHUNK];
        let mut deadline = Instant::now() + self.patience;
        loop {
            if self.answer(&mut input, asker, &mut output)? {
                deadline = Instant::now() + self.patience;
            }
            if !output.is_empty() {
                timeout(self.patience, write(&mut stream, &output)).await??;
                output.clear();
                continue;
            }
            match timeout_at(deadline, stream.read(&mut chunk)).await?? {
                0 => return Ok(()),
                length => input.extend_from_slice(&chunk[..length]),
            }
        }
    }

    /// Answers whole questions at the beginning of the input, one batch; whether there were any.
    fn answer(&self, input: &mut Vec<u8>, asker: Asker, output: &mut Vec<u8>) -> io::Result<bool> {
        let shared = &self.shared;
        let catalogue = shared.zones.load();
        let now = shared.now();
        let mut taken = 0;
        while output.len() < BATCH {
            let Some(([high, low], rest)) = input[taken..].split_first_chunk() else {
                break;
            };
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if length > MOST_OF_QUESTION {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let Some(question) = rest.get(..length) else { break };
            let start = output.len();
            output.extend_from_slice(&[0; 2]);
            match shared.responder.respond(&catalogue, question, asker, now, output) {
                Outcome::Drop => {
                    output.truncate(start);
                    self.counts.happened(Event::Ignored);
                }
                Outcome::Reply(told) => {
                    self.counts.answered(asker.transport, told);
                    let length = u16::try_from(output.len() - start - 2);
                    let length = length.map_err(|_| io::ErrorKind::InvalidData)?;
                    output[start..start + 2].copy_from_slice(&length.to_be_bytes());
                }
            }
            taken += 2 + length;
        }
        input.drain(..taken);
        Ok(taken > 0)
    }
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), octets: &[u8]) -> io::Result<()> {
    stream.write_all(octets).await?;
    stream.flush().await
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        guests.all -= 1;
        if let Some(own) = guests.each.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                guests.each.remove(&self.address);
            }
        }
    }
}
