//! The name server on the network: UDP, TCP, and TLS where it is wanted.
//!
//! It has threads of its own. Each UDP worker has its own socket on the shared port and does nothing but receive,
//! answer and send, so that a flood costs those threads their time and the rest of the program nothing but its share of
//! the processors; what they cannot take, the system throws away. All streams share one more thread. Nothing here
//! waits for the store: answers come from what [`Zones`] holds at that moment.
//!
//! How a question is answered is the business of `answer`; here is who gets an answer, how fast, and what is counted.

mod figures;
mod limit;
mod packets;
mod stream;
#[cfg(test)]
mod tests;
mod worker;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use ipnet::IpNet;
use socket2::{Domain, Protocol, Socket, Type};
use tokio_util::sync::CancellationToken;

pub(crate) use figures::{Figures, figures};
use limit::Limit;
use packets::Packets;
use stream::Streams;
use worker::Worker;

use super::answer::{Calls, Cookies, Responder};
use super::zone::Zones;
use crate::env::Clock;
use crate::net::tls::Reception;
use crate::net::{BindError, Listener};

/// How often a worker that hears nothing looks whether it is to end.
const LOOK: Duration = Duration::from_millis(200);
/// Octets that wait in the system for each worker.
const QUEUE: usize = 1 << 20;
/// Connections that wait to be accepted.
const BACKLOG: i32 = 256;
/// How often another port is tried where the system chooses it.
const TRIES: usize = 16;

/// How the server is to behave.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// UDP workers.
    pub(crate) workers: usize,
    /// Most answers of one kind a second to one network; 0 for no limit.
    pub(crate) rate: u32,
    /// Networks without a limit, beside this machine.
    pub(crate) unlimited: Vec<IpNet>,
    /// What the server says it is, where it is asked in class CHAOS.
    pub(crate) version: Option<String>,
    /// Which server it says it is, in class CHAOS and as NSID.
    pub(crate) identity: Option<String>,
    /// Most streams at once.
    pub(crate) streams: usize,
    /// Most streams at once of one client.
    pub(crate) streams_of_one: usize,
    /// How long a stream is kept that asks nothing, or does not take its answers.
    pub(crate) patience: Duration,
    /// Callsigns that are asked for by name.
    pub(crate) calls: Option<Calls>,
}

impl Default for Settings {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            // The rest is for the rest of the program.
            workers: (processors / 2).clamp(1, 8),
            rate: 200,
            unlimited: Vec::new(),
            version: None,
            identity: None,
            streams: 512,
            streams_of_one: 32,
            patience: Duration::from_secs(10),
            calls: None,
        }
    }
}

/// The server's sockets for plain questions, bound and not yet read from.
#[derive(Debug)]
pub(crate) struct Doors {
    packets: Vec<Packets>,
    streams: TcpListener,
    address: SocketAddr,
}

impl Doors {
    /// Binds UDP sockets and a listener to the address that the configuration's `key` names.
    pub(crate) fn bind(key: &'static str, address: SocketAddr, workers: usize) -> Result<Self, BindError> {
        let mut tries = if address.port() == 0 { TRIES } else { 1 };
        loop {
            tries -= 1;
            match Self::try_bind(address, workers) {
                Err(reason) if reason.kind() == io::ErrorKind::AddrInUse && tries > 0 => {}
                Err(reason) => return Err(BindError::of(key, address, reason)),
                Ok(doors) => return Ok(doors),
            }
        }
    }

    fn try_bind(address: SocketAddr, workers: usize) -> io::Result<Self> {
        // The listener first: it shares its port with no other process, as the other sockets would.
        let listener = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        #[cfg(unix)]
        listener.set_reuse_address(true)?;
        listener.bind(&address.into())?;
        listener.listen(BACKLOG)?;
        listener.set_nonblocking(true)?;
        let streams = TcpListener::from(listener);
        let address = streams.local_addr()?;
        Ok(Self {
            packets: packets(address, workers.max(1))?,
            streams,
            address,
        })
    }

    /// Where they are.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Sockets that share a port, where the system can: it gives each client's packets to one of them.
fn packets(address: SocketAddr, workers: usize) -> io::Result<Vec<Packets>> {
    let sockets = if cfg!(unix) { workers } else { 1 };
    (0..sockets).map(|_| Packets::bind(address)).collect()
}

/// What the server needs of the rest of the program.
#[derive(Clone)]
pub(crate) struct Needs {
    /// What is served.
    pub(crate) zones: Zones,
    /// What time it is.
    pub(crate) clock: Clock,
    /// A secret that nobody else knows, new at each start.
    pub(crate) secret: [u8; 16],
}

/// What all parts of the server share.
struct Shared {
    zones: Zones,
    clock: Clock,
    responder: Responder,
    limit: Limit,
}

impl Shared {
    /// Seconds since 1970, of which the lower 32 bits count.
    fn now(&self) -> u32 {
        let seconds = self.clock.now().as_second();
        u32::try_from(seconds & i64::from(u32::MAX)).unwrap_or_default()
    }
}

/// The server while it runs.
#[derive(Debug)]
pub(crate) struct Running {
    stop: CancellationToken,
    threads: Vec<JoinHandle<()>>,
    figures: Figures,
}

impl Running {
    /// What it has done so far.
    pub(crate) fn figures(&self) -> Figures {
        self.figures.clone()
    }

    /// Ends it; what was received is answered.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        let threads = std::mem::take(&mut self.threads);
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                if thread.join().is_err() {
                    tracing::error!("a thread of the name server ended unexpectedly");
                }
            }
        });
        drop(joined.await);
    }
}

/// Begins to answer; by TLS too, where there is a listener and a way to be met there.
pub(crate) fn start(
    doors: Doors,
    tls: Option<(Listener, Reception)>,
    settings: &Settings,
    needs: Needs,
) -> io::Result<Running> {
    let shared = Arc::new(Shared {
        zones: needs.zones,
        clock: needs.clock,
        responder: Responder {
            cookies: Cookies::new(&needs.secret),
            version: settings.version.clone(),
            identity: settings.identity.clone(),
            patience: u16::try_from(settings.patience.as_millis() / 100).unwrap_or(u16::MAX),
            calls: settings.calls.clone(),
        },
        limit: Limit::new(settings.rate, settings.unlimited.clone()),
    });
    let mut running = Running {
        stop: CancellationToken::new(),
        threads: Vec::new(),
        figures: Figures::default(),
    };
    for socket in doors.packets {
        let counts = running.figures.add();
        let worker = Worker {
            socket,
            shared: Arc::clone(&shared),
            counts,
            stop: running.stop.clone(),
        };
        running.spawn("dns-udp", move || worker.run())?;
    }
    let streams = Streams {
        shared,
        counts: running.figures.add(),
        most: settings.streams,
        most_of_one: settings.streams_of_one,
        patience: settings.patience,
        stop: running.stop.clone(),
    };
    let listener = doors.streams;
    running.spawn("dns-streams", move || streams.run(listener, tls))?;
    Ok(running)
}

impl Running {
    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work)?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
