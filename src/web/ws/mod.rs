//! Websockets: everything between an upgraded connection and the code that has something to say.
//!
//! Each socket has a bounded queue. When it is full the oldest whole messages go, and the client is told
//! which numbers it missed; a client that takes nothing for 30 s is closed with 1013. Messages that come
//! close together are written together, the first one after a pause at once. One task runs a socket and the
//! code behind it: when either ends, both do. Fan-out happens here and nowhere else in the program.

mod outbox;
mod pump;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseCode, Utf8Bytes, WebSocketUpgrade, close_code};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::{Metrics, Network, Problem, same_origin};
use crate::net::{Peer, Place};

pub(crate) use outbox::Outbox;

/// Longest message a client may send, bytes.
const CLIENT_MESSAGE: usize = 4 << 10;
/// Client messages that may wait for the code behind the socket.
const INBOX: usize = 16;

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
        code: close_code::NORMAL,
        reason: "",
    };
    /// 1001: the program stops.
    pub(crate) const STOPPING: Self = Self {
        code: close_code::AWAY,
        reason: "the server restarts; come back in a few seconds",
    };
    /// 1008: the session or key behind the socket is no longer valid, or the client is too loud.
    pub(crate) const REFUSED: Self = Self {
        code: close_code::POLICY,
        reason: "not allowed any longer",
    };
    const LOUD: Self = Self {
        code: close_code::POLICY,
        reason: "too many messages",
    };
    const BINARY: Self = Self {
        code: close_code::UNSUPPORTED,
        reason: "text messages only",
    };
    const LONG: Self = Self {
        code: close_code::SIZE,
        reason: "message too long",
    };
    const STALLED: Self = Self {
        code: close_code::AGAIN,
        reason: "nothing was read for 30 seconds",
    };
    /// The connection is gone; nothing can be said.
    const GONE: Self = Self {
        code: close_code::ABNORMAL,
        reason: "",
    };
}

/// All open websockets; clones share them.
#[derive(Clone)]
pub(crate) struct Sockets {
    stop: CancellationToken,
    tasks: TaskTracker,
    counts: Arc<Mutex<HashMap<Network, usize>>>,
    most_per_network: usize,
    public_url: Option<Url>,
    metrics: Metrics,
}

/// A socket in the hands of the code behind it.
pub(crate) struct Socket {
    /// What is to be sent.
    pub(crate) outbox: Outbox,
    inbox: mpsc::Receiver<Utf8Bytes>,
}

impl Socket {
    /// The client's next message; `None` when it has no more. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<Utf8Bytes> {
        self.inbox.recv().await
    }
}

/// A request that wants to become a websocket.
pub(crate) struct SocketStart {
    upgrade: WebSocketUpgrade,
    headers: HeaderMap,
    peer: Peer,
    place: Option<Place>,
}

impl<S: Send + Sync> FromRequestParts<S> for SocketStart {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state)
            .await
            .map_err(|rejection| {
                Problem::new(
                    StatusCode::UPGRADE_REQUIRED,
                    "upgrade_required",
                    format!("a websocket is served here: {rejection}"),
                )
            })?;
        let peer = parts.extensions.get::<Peer>().copied().unwrap_or(Peer::LOCAL);
        let place = parts.extensions.get::<Place>().cloned();
        Ok(Self {
            upgrade,
            headers: parts.headers.clone(),
            peer,
            place,
        })
    }
}

impl Sockets {
    /// No sockets yet; at most so many per network, loopback apart. Pages under `public_url` are ours.
    pub(crate) fn new(most_per_network: usize, public_url: Option<Url>, metrics: Metrics) -> Self {
        Self {
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            counts: Arc::default(),
            most_per_network,
            public_url,
            metrics,
        }
    }

    /// Answers the upgrade and runs `serve` with the socket until either ends.
    pub(crate) fn open<F, Fut>(&self, start: SocketStart, gap: GapText, serve: F) -> Result<Response, Problem>
    where
        F: FnOnce(Socket) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        same_origin(&start.headers, self.public_url.as_ref())?;
        let ticket = self.ticket(start.peer)?;
        let (stop, tasks, metrics) = (self.stop.clone(), self.tasks.clone(), self.metrics.clone());
        let place = start.place;
        let upgrade = start
            .upgrade
            // The default of 128 KiB each would cost 5,000 listeners 640 MB.
            .read_buffer_size(1024)
            .write_buffer_size(16 << 10)
            .max_write_buffer_size(1 << 20)
            .max_message_size(CLIENT_MESSAGE)
            .max_frame_size(CLIENT_MESSAGE);
        Ok(upgrade.on_upgrade(move |ws| {
            tasks.track_future(async move {
                let _held = (ticket, place);
                let outbox = Outbox::new(gap, metrics.dropped);
                let (sender, inbox) = mpsc::channel(INBOX);
                let code = serve(Socket {
                    outbox: outbox.clone(),
                    inbox,
                });
                pump::run(ws, outbox, sender, stop, code).await;
            })
        }))
    }

    /// Closes all sockets with 1001 and waits until they are closed.
    pub(crate) async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Sockets open at present.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    fn ticket(&self, peer: Peer) -> Result<Ticket, Problem> {
        let network = Network::of(peer.address);
        if self.stop.is_cancelled() {
            let wait = std::time::Duration::from_secs(5);
            return Err(Problem::unavailable(
                "stopping",
                "the server restarts; come back in a few seconds",
                wait,
            ));
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(network).or_insert(0);
        if *count >= self.most_per_network && !peer.is_local() {
            return Err(Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_sockets",
                format!("there are {count} websockets from your address already"),
            ));
        }
        *count += 1;
        self.metrics.websockets.inc();
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
        let mut counts = self.sockets.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
        self.sockets.metrics.websockets.dec();
    }
}
