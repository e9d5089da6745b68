//! Websockets: everything between an upgraded connection and the code that has something to say.
//!
//! What happens reaches sockets in rounds ([`fan`]); what is said to one alone goes the same way out ([`link`]), whose
//! bounds are the socket's: when it is full the oldest whole messages go, and the client is told which numbers it
//! missed; a client that takes nothing for 30 s is closed with 1013. One task runs a socket and the code behind it:
//! when either ends, both do. Fan-out happens here and nowhere else in the program.

mod drive;
mod fan;
mod frames;
mod inbox;
mod link;
mod upgrade;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use hyper_util::rt::TokioIo;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tungstenite::Utf8Bytes;
use tungstenite::protocol::frame::coding::CloseCode;
use url::Url;

use super::{Metrics, Network, Problem, same_origin};
use crate::bus::Bus;
use crate::net::Peer;
use drive::{Code, Drive, Life};
use fan::{Fan, Member};
use inbox::Inbox;
use link::Link;
use wire::{Protocol, Reader, Writer};

pub(crate) use fan::{Sight, Voice};
pub(crate) use frames::Frames;
pub(crate) use upgrade::SocketStart;

/// Bytes of a replay that are written together.
const REPLAYED_AT_ONCE: usize = 64 << 10;

/// What a client may send before its socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Bytes of a message.
    pub(crate) message: usize,
    /// Messages in a second, and at once.
    pub(crate) per_second: u32,
}

impl Allowance {
    /// What a page or a listening program needs.
    const USUAL: Self = Self {
        message: 4 << 10,
        per_second: 20,
    };
}

/// Writes the message that tells a client which sequence numbers it missed, first and last.
pub(crate) type GapText = fn(u64, u64) -> String;

/// How and why a socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closing {
    /// RFC 6455 7.4 status code.
    pub(crate) code: CloseCode,
    /// For people.
    pub(crate) reason: &'static str,
}

impl Closing {
    /// 1000: all is said.
    pub(crate) const DONE: Self = Self {
        code: CloseCode::Normal,
        reason: "",
    };
    /// 1001: the program stops.
    pub(crate) const STOPPING: Self = Self {
        code: CloseCode::Away,
        reason: "the server restarts; come back in a few seconds",
    };
    /// 1008: the session or key behind the socket is no longer valid, or the client is too loud.
    pub(crate) const REFUSED: Self = Self {
        code: CloseCode::Policy,
        reason: "not allowed any longer",
    };
    const LOUD: Self = Self {
        code: CloseCode::Policy,
        reason: "too many messages",
    };
    const BINARY: Self = Self {
        code: CloseCode::Unsupported,
        reason: "text messages only",
    };
    const LONG: Self = Self {
        code: CloseCode::Size,
        reason: "message too long",
    };
    const STALLED: Self = Self {
        code: CloseCode::Again,
        reason: "nothing was read for 30 seconds",
    };
    /// The connection is gone; nothing can be said.
    const GONE: Self = Self {
        code: CloseCode::Abnormal,
        reason: "",
    };
}

/// All open websockets; clones are the same, and small: each socket has one.
#[derive(Clone)]
pub(crate) struct Sockets {
    inner: Arc<Inner>,
}

struct Inner {
    stop: CancellationToken,
    tasks: TaskTracker,
    counts: Mutex<HashMap<Network, usize>>,
    most_per_network: usize,
    public_url: Option<Url>,
    metrics: Metrics,
    fan: Fan,
}

/// A socket in the hands of the code behind it.
pub(crate) struct Socket {
    link: Arc<Link>,
    inbox: Arc<Inbox>,
    life: Arc<Life>,
    fan: Fan,
    member: Option<Arc<Member>>,
}

/// A socket in the hands of others, for whom it does not stay open.
#[derive(Clone)]
pub(crate) struct Remote {
    member: Weak<Member>,
}

impl Socket {
    /// The client's next message; `None` when it has no more. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<Utf8Bytes> {
        self.inbox.next().await
    }

    /// Says something to this client alone, before all that is held back.
    pub(crate) async fn say(&self, text: &str) {
        self.link.send(frames::Chunk::text(text, None)).await;
    }

    /// Says something to this client alone; never waits.
    pub(crate) fn push(&self, text: &str) {
        self.link.push(frames::Chunk::text(text, None));
    }

    /// Says what was missed, in order, as fast as the client reads.
    pub(crate) async fn replay(&self, texts: impl Iterator<Item = (u64, String)>) {
        let mut frames = Frames::default();
        let mut numbers: Option<(u64, u64)> = None;
        for (number, text) in texts {
            frames.text(&text);
            numbers = Some((numbers.map_or(number, |(first, _)| first), number));
            if frames.len() >= REPLAYED_AT_ONCE
                && let Some(chunk) = std::mem::take(&mut frames).chunk(numbers.take())
            {
                self.link.send(chunk).await;
            }
        }
        if let Some(chunk) = frames.chunk(numbers) {
            self.link.send(chunk).await;
        }
    }

    /// Takes part in what happens after the returned number, told by `voice`. All of it is held back until
    /// [`Socket::go_live`], so that what was missed can be said before.
    pub(crate) fn join(&mut self, voice: Arc<dyn Voice>, sight: Sight) -> u64 {
        let (member, since) = self.fan.join(&self.link, &self.life, voice, sight);
        self.member = Some(member);
        since
    }

    /// What happens after the returned number is told by another voice; it is held back, too, until
    /// [`Socket::go_live`]. Of no use before [`Socket::join`].
    pub(crate) async fn change(&mut self, voice: Arc<dyn Voice>) -> Option<u64> {
        let member = self.member.as_ref()?;
        Some(self.fan.change(member, voice).await)
    }

    /// Begins anew when more came during a replay than can be held back: the number up to which it is to be replayed,
    /// too. What follows that number is held back again.
    pub(crate) fn again(&self) -> Option<u64> {
        let member = self.member.as_ref().filter(|_| !self.link.holds_all())?;
        Some(self.fan.again(member))
    }

    /// What was held back is said, and from now on all at once.
    pub(crate) fn go_live(&self) {
        self.link.release();
    }

    /// Closes the socket.
    pub(crate) fn close(&self, closing: Closing) {
        self.link.close(closing);
    }

    /// A handle to it for others; of no use before it has joined.
    pub(crate) fn remote(&self) -> Remote {
        Remote {
            member: self.member.as_ref().map(Arc::downgrade).unwrap_or_default(),
        }
    }
}

impl Remote {
    /// Changes what the socket may see.
    pub(crate) fn set_sight(&self, sight: Sight) {
        if let Some(member) = self.member.upgrade() {
            member.set_sight(sight);
        }
    }

    /// Says something to this client alone; never waits.
    pub(crate) fn push(&self, text: &str) {
        if let Some(member) = self.member.upgrade() {
            member.link.push(frames::Chunk::text(text, None));
        }
    }

    /// Closes the socket.
    pub(crate) fn close(&self, closing: Closing) {
        if let Some(member) = self.member.upgrade() {
            member.link.close(closing);
        }
    }

    /// Whether the socket is still there.
    pub(crate) fn is_open(&self) -> bool {
        self.member.upgrade().is_some_and(|member| !member.link.is_gone())
    }
}

impl Sockets {
    /// No sockets yet; at most so many per network, loopback apart. Pages under `public_url` are ours. What happens on
    /// `bus` is told to those that join.
    pub(crate) fn new(most_per_network: usize, public_url: Option<Url>, metrics: Metrics, bus: &Bus) -> Self {
        let stop = CancellationToken::new();
        let inner = Inner {
            fan: Fan::start(bus, stop.clone()),
            stop,
            tasks: TaskTracker::new(),
            counts: Mutex::default(),
            most_per_network,
            public_url,
            metrics,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Answers the upgrade and runs `serve` with the socket until either ends.
    pub(crate) fn open<F, Fut>(&self, start: SocketStart, gap: GapText, serve: F) -> Result<Response, Problem>
    where
        F: FnOnce(Socket) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.open_to(start, Allowance::USUAL, gap, serve)
    }

    /// The same for a client that may send more, or less, than is usual.
    pub(crate) fn open_to<F, Fut>(
        &self,
        start: SocketStart,
        allowance: Allowance,
        gap: GapText,
        serve: F,
    ) -> Result<Response, Problem>
    where
        F: FnOnce(Socket) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        same_origin(&start.headers, self.inner.public_url.as_ref())?;
        let ticket = self.ticket(start.peer)?;
        let SocketStart {
            upgrade,
            accepted,
            place,
            ..
        } = start;
        self.inner.tasks.spawn(async move {
            let sockets = ticket.sockets.clone();
            let stop = &sockets.inner.stop;
            // A client that went away before the upgrade wants nothing any more.
            let Some(Ok(upgraded)) = stop.run_until_cancelled(upgrade).await else {
                return;
            };
            let (mut drive, socket) = sockets.take_over(upgraded, allowance, gap);
            let code: Code = Box::pin(serve(socket));
            // A task of its own: it is there for hours, and has no room for how it came to be.
            sockets.inner.tasks.spawn(async move {
                let _held = &place;
                drive.run(&ticket.sockets.inner.stop, code).await;
            });
        });
        Ok(accepted)
    }

    /// Closes all sockets with 1001 and waits until they are closed.
    pub(crate) async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// Sockets open at present.
    pub(crate) fn len(&self) -> usize {
        self.inner.tasks.len()
    }

    /// A connection that has become a socket.
    fn take_over(
        &self,
        upgraded: hyper::upgrade::Upgraded,
        allowance: Allowance,
        gap: GapText,
    ) -> (Drive, Socket) {
        let (direct, wrapped, already) = match crate::net::plain(upgraded) {
            Ok((stream, already)) => (Some(stream), None, already),
            Err(upgraded) => (None, Some(tokio::io::split(TokioIo::new(upgraded))), Bytes::new()),
        };
        let link = Arc::new(Link::new(direct, gap, self.inner.metrics.dropped.clone()));
        let (reader, writer) = match wrapped {
            None => (Reader::Direct(Arc::clone(&link)), Writer::Direct),
            Some((reader, writer)) => (Reader::Wrapped(reader), Writer::Wrapped(writer)),
        };
        let (inbox, life) = (Arc::new(Inbox::default()), Arc::new(Life::new()));
        let drive = Drive {
            link: Arc::clone(&link),
            inbox: Arc::clone(&inbox),
            life: Arc::clone(&life),
            protocol: Protocol::new(already, allowance.message),
            per_second: allowance.per_second,
            reader,
            writer,
        };
        let socket = Socket {
            link,
            inbox,
            life,
            fan: self.inner.fan.clone(),
            member: None,
        };
        (drive, socket)
    }

    fn ticket(&self, peer: Peer) -> Result<Ticket, Problem> {
        let network = Network::of(peer.address);
        if self.inner.stop.is_cancelled() {
            let wait = std::time::Duration::from_secs(5);
            return Err(Problem::unavailable(
                "stopping",
                "the server restarts; come back in a few seconds",
                wait,
            ));
        }
        let mut counts = self.inner.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(network).or_insert(0);
        if *count >= self.inner.most_per_network && !peer.is_local() {
            return Err(Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_sockets",
                format!("there are {count} websockets from your address already"),
            ));
        }
        *count += 1;
        self.inner.metrics.websockets.inc();
        Ok(Ticket {
            network,
            sockets: self.clone(),
        })
    }
}

/// One socket's share of its network's allowance.
struct Ticket {
    network: Network,
    sockets: Sockets,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let sockets = &self.sockets.inner;
        let mut counts = sockets.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
        drop(counts);
        sockets.metrics.websockets.dec();
    }
}
