//! The connection to another node: bytes in, lines out, and the signs by which a dead one is told from a quiet one.
//!
//! Nothing is held beyond one read's bytes. A peer that sends without ever ending a line is as dead as a silent one,
//! however much it sends.

use std::fmt;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

use crate::config::Host;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(15);
/// How long sending may take.
const SEND: Duration = Duration::from_secs(15);
/// Bytes read at once.
const BUFFER: usize = 8 << 10;
/// Lines in a row that are too long to be any, after which a connection is no cluster.
const MOST_GARBAGE: u32 = 20;
/// Bytes without an end of line, likewise.
const MOST_UNBROKEN: usize = 1 << 20;

/// Why a connection ended.
#[derive(Debug)]
pub(in crate::dx) enum Ended {
    NoConnection(std::io::Error),
    Closed,
    Silent,
    Garbage,
    /// The node's words, before it closed the connection.
    Refused(String),
    /// Our call has signed in elsewhere.
    Replaced,
    /// A node that we would be linked with takes us for one of its users.
    TakenForUser,
    /// Another node than the one that is configured.
    WrongPeer(String),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConnection(error) => write!(f, "no connection: {error}"),
            Self::Closed => f.write_str("the node closed the connection"),
            Self::Silent => f.write_str("the node fell silent"),
            Self::Garbage => f.write_str("what came are no lines of a cluster"),
            Self::Refused(words) => write!(f, "the node refused us: {words}"),
            Self::Replaced => f.write_str("our call has signed in elsewhere"),
            Self::TakenForUser => f.write_str(
                "the node takes us for a user: its sysop has to make our call a node there, with set/spider",
            ),
            Self::WrongPeer(call) => write!(f, "the node is {call}, not the one in cluster.link.peer"),
        }
    }
}

/// When a connection counts as dead, and what is done against that.
#[derive(Debug, Clone, Copy)]
pub(in crate::dx) struct Manners {
    /// Nothing was sent for so long: time to say something, for firewalls' memory and to make a quiet node speak.
    pub(in crate::dx) keepalive: Duration,
    /// Nothing came for so long: the node is gone.
    pub(in crate::dx) silence: Duration,
}

/// What happened on a connection.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::dx) enum Turn<'a> {
    Bytes(&'a [u8]),
    /// Nothing came for as long as the caller has patience.
    Quiet,
    /// Something should be sent.
    Idle,
}

/// See the module's description.
pub(in crate::dx) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    manners: Manners,
    heard: Instant,
    sent: Instant,
    /// Since when the caller waits.
    quiet: Instant,
}

impl Wire {
    /// Connects.
    pub(in crate::dx) async fn connect(host: &Host, manners: Manners) -> Result<Self, Ended> {
        let connecting = TcpStream::connect((host.name.as_str(), host.port));
        let stream = match timeout(CONNECT, connecting).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(Ended::NoConnection(error)),
            Err(_) => return Err(Ended::NoConnection(std::io::ErrorKind::TimedOut.into())),
        };
        drop(stream.set_nodelay(true));
        let now = Instant::now();
        Ok(Self {
            stream,
            buffer: vec![0; BUFFER],
            manners,
            heard: now,
            sent: now,
            quiet: now,
        })
    }

    /// Waits for what comes next. Nothing is lost when the waiting is broken off.
    pub(in crate::dx) async fn turn(&mut self, patience: Option<Duration>) -> Result<Turn<'_>, Ended> {
        let far = self.heard + self.manners.silence;
        tokio::select! {
            read = self.stream.read(&mut self.buffer) => match read {
                Ok(0) => Err(Ended::Closed),
                Ok(count) => {
                    self.heard = Instant::now();
                    self.quiet = self.heard;
                    Ok(Turn::Bytes(&self.buffer[..count]))
                }
                Err(error) => Err(Ended::NoConnection(error)),
            },
            () = sleep_until(patience.map_or(far, |patience| self.quiet + patience)), if patience.is_some() => {
                self.quiet = Instant::now();
                Ok(Turn::Quiet)
            }
            () = sleep_until(self.sent + self.manners.keepalive) => {
                self.sent = Instant::now();
                Ok(Turn::Idle)
            }
            () = sleep_until(far) => Err(Ended::Silent),
        }
    }

    /// Sends bytes, if there are any.
    pub(in crate::dx) async fn send(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.sent = Instant::now();
        match timeout(SEND, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Ended::NoConnection(error)),
            Err(_) => Err(Ended::Silent),
        }
    }
}

/// Whether what comes are lines at all.
#[derive(Debug, Default)]
pub(in crate::dx) struct Sanity {
    garbage: u32,
    unbroken: usize,
}

impl Sanity {
    /// Bytes came.
    pub(in crate::dx) fn bytes(&mut self, count: usize) {
        self.unbroken = self.unbroken.saturating_add(count);
    }

    /// A line came to its end, a good one or one that was too long.
    pub(in crate::dx) fn line(&mut self, good: bool) {
        self.unbroken = 0;
        self.garbage = if good { 0 } else { self.garbage.saturating_add(1) };
    }

    /// Whether it is time to give up.
    pub(in crate::dx) fn is_lost(&self) -> bool {
        self.garbage >= MOST_GARBAGE || self.unbroken > MOST_UNBROKEN
    }
}
