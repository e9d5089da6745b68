//! One connection, from its acceptance to its end.
//!
//! What a plain connection speaks is found out from its first bytes, for which it has a limited time; a TLS connection
//! has agreed on it in the handshake, before which a trusted proxy may have announced its client. A request leaves here with its [`Peer`], its [`Place`], its
//! [`TlsInfo`] where it has one, and a `Host` that is the host it asked for in whichever way.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::activity::{Activity, Answering};
use super::announced::{self, Announced};
use super::paced::Paced;
use super::peer::{Direct, Network, PassedOn, Peer};
use super::places::Place;
use super::serve::{Door, Server, Speakers};
use super::tls::{Reception, TlsInfo, Unmet};

/// How many times the time for headers an HTTP/2 connection may go unused: opening one costs several round trips.
const IDLE: u32 = 4;
/// When a silent connection is asked whether anybody is still there.
const KEEPALIVE: Duration = Duration::from_mins(1);
/// How HTTP/2 connections begin (RFC 9113 3.4); no HTTP/1.1 request does.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// What a TLS connection begins with (RFC 8446 5.1); no HTTP request does.
const HANDSHAKE: u8 = 22;
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const WRONG_DOOR: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n\
    This port speaks HTTPS: open the address with https:// in front.\n";

/// An accepted connection.
pub(super) struct Connection {
    pub(super) server: Server,
    pub(super) stream: TcpStream,
    pub(super) direct: SocketAddr,
    pub(super) stop: CancellationToken,
}

/// What is known before the first request.
struct Opened<S> {
    stream: S,
    router: Router,
    tls: Option<TlsInfo>,
    is_h2: bool,
}

/// What was found out of one connection, for its requests.
struct Talk {
    server: Server,
    from: Direct,
    place: Place,
    stop: CancellationToken,
}

impl Connection {
    /// Takes it in where there is a place, and serves it in a task of its own.
    pub(super) fn admit(self, speakers: &Arc<Speakers>, open: &TaskTracker, cut_off: &CancellationToken) {
        let address = self.direct.ip().to_canonical();
        // A proxy that announces its clients takes part in their limits once it has said whose they are.
        let counted = !self.server.trusts(address) && !address.is_loopback();
        let network = counted.then(|| Network::of(address));
        let Some(place) = self.server.places.take(network) else {
            if matches!(self.server.door, Door::Plain) {
                // Whatever of it fits into the socket's empty buffer: a full house does not wait for anybody.
                drop(self.stream.try_write(FULL));
            }
            return;
        };
        let under_way = match &self.server.door {
            Door::Plain => None,
            Door::Tls { reception, .. } => match reception.enter(network) {
                Some(share) => Some(share),
                None => {
                    tracing::debug!(peer.ip = %address, "too many handshakes: the connection of {address} is closed");
                    return;
                }
            },
        };
        let (speakers, cut_off) = (Arc::clone(speakers), cut_off.clone());
        // In a box, which goes when it is done: the socket of a websocket goes on, and with it a waker of this task, whose
        // own memory stays as long as that.
        open.spawn(Box::pin(async move {
            let served = self.serve(&speakers, place, under_way);
            cut_off.run_until_cancelled(served).await;
        }));
    }

    async fn serve(self, speakers: &Speakers, place: Place, under_way: Option<Place>) {
        let Self {
            server,
            stream,
            direct,
            stop,
        } = self;
        prepare(&stream);
        let is_trusted = server.trusts(direct.ip().to_canonical());
        let talk = Talk {
            from: Direct {
                address: direct,
                tls: matches!(server.door, Door::Tls { .. }),
                passed_on: PassedOn::No,
            },
            place,
            server: server.clone(),
            stop: stop.clone(),
        };
        match server.door {
            Door::Plain => {
                let spoken = speaks(&stream, Instant::now() + server.header_timeout);
                let Some(Some(is_h2)) = stop.run_until_cancelled(spoken).await else {
                    return;
                };
                let opened = Opened {
                    stream: Paced::new(stream),
                    router: server.router,
                    tls: None,
                    is_h2,
                };
                Box::pin(talk.serve(speakers, opened)).await;
            }
            Door::Tls { .. } => {
                // On the heap, and gone when it is through: a connection should be small while it lasts.
                let met = Box::pin(talk.meet(stream, under_way));
                match stop.run_until_cancelled(met).await {
                    Some(Ok((talk, opened))) => Box::pin(talk.serve(speakers, opened)).await,
                    Some(Err(unmet)) => tell((direct, is_trusted), &unmet),
                    None => {}
                }
            }
        }
    }
}

/// Says why there was no handshake. A trusted proxy that does not announce its clients where it should, or does where it
/// should not, is not set up as this program is: that its operator must hear, or they look for the fault for long.
fn tell((direct, is_trusted): (SocketAddr, bool), unmet: &Unmet) {
    let address = direct.ip().to_canonical();
    if is_trusted && matches!(unmet, Unmet::Unannounced(_) | Unmet::Uncalled) {
        tracing::warn!(peer.ip = %address, %unmet, "the proxy {address} is not understood: {unmet}");
    } else {
        tracing::debug!(peer.ip = %address, %unmet, "no handshake with {address}: {unmet}");
    }
}

impl Server {
    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }
}

impl Talk {
    /// Through the announcement, where there must be one, and the handshake.
    async fn meet(
        mut self,
        mut stream: TcpStream,
        mut under_way: Option<Place>,
    ) -> Result<(Self, Opened<impl AsyncRead + AsyncWrite + Unpin + Send + 'static>), Unmet> {
        let Door::Tls {
            reception,
            asking,
            announced: is_announced,
        } = self.server.door.clone()
        else {
            return Err(Unmet::Plain);
        };
        let deadline = reception.deadline();
        if is_announced && self.server.trusts(self.from.address.ip().to_canonical()) {
            let taken = timeout_at(deadline, announced::take(&mut stream)).await;
            match taken.map_err(|_| Unmet::Slow)??? {
                Announced::Client(client) => {
                    (self, under_way) = self.on_behalf_of(client, &reception, under_way)?;
                }
                Announced::Nobody => self.from.passed_on = PassedOn::ForNobody,
            }
        }
        self.must_shake_hands(&mut stream, deadline).await?;
        let (asking, other) = asking.map(|host| (host.asking, host.router)).unzip();
        let met = reception
            .meet(Paced::new(stream), asking.as_ref(), deadline)
            .await?;
        drop(under_way);
        let opened = Opened {
            router: other
                .filter(|_| met.info.asked)
                .unwrap_or_else(|| self.server.router.clone()),
            stream: met.stream,
            is_h2: met.is_h2,
            tls: Some(met.info),
        };
        Ok((self, opened))
    }

    /// The connection is a client's, who counts as one that came by itself.
    fn on_behalf_of(
        self,
        client: SocketAddr,
        reception: &Reception,
        under_way: Option<Place>,
    ) -> Result<(Self, Option<Place>), Unmet> {
        let network = Network::of(client.ip());
        let place = self.server.places.count(self.place, network);
        let talk = Self {
            place: place.ok_or(Unmet::Crowded)?,
            from: Direct {
                address: client,
                passed_on: PassedOn::For,
                ..self.from
            },
            ..self
        };
        let under_way = match under_way {
            Some(share) => Some(reception.count(share, network).ok_or(Unmet::Crowded)?),
            None => None,
        };
        Ok((talk, under_way))
    }

    /// Looks at the first bytes: what is no handshake gets an answer that a person can read.
    async fn must_shake_hands(&self, stream: &mut TcpStream, deadline: Instant) -> Result<(), Unmet> {
        let mut first = [0; 12];
        let begun = timeout_at(deadline, stream.peek(&mut first)).await;
        let there = begun.map_err(|_| Unmet::Slow)??;
        if there == 0 || first[0] == HANDSHAKE {
            return Ok(());
        }
        if announced::begins(&first[..there]) {
            let address = self.from.address;
            self.server.strangers.announces(address, &self.server.trusted);
            return Err(Unmet::Uncalled);
        }
        drop(timeout_at(deadline, stream.write_all(WRONG_DOOR)).await);
        Err(Unmet::Plain)
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self,
        speakers: &Speakers,
        opened: Opened<S>,
    ) {
        let Self {
            server,
            from,
            place,
            stop,
        } = self;
        let Opened {
            stream,
            router,
            tls,
            is_h2,
        } = opened;
        let is_proxy = from.may_forward(&server.trusted);
        let idle = server.header_timeout * IDLE;
        let activity = Activity::new();
        let seen = activity.clone();
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let busy = seen.begin();
            let mut request: Request = request.map(Body::new);
            settle_host(&mut request);
            server
                .strangers
                .look(from.address, request.headers(), &server.trusted);
            let peer = Peer::find(from, request.headers(), &server.trusted);
            let forwarded = server.forwarded.take(request.headers_mut(), is_proxy);
            let extensions = request.extensions_mut();
            extensions.insert(peer);
            extensions.insert(place.clone());
            if let Some(forwarded) = forwarded {
                extensions.insert(forwarded);
            }
            if let Some(tls) = &tls {
                extensions.insert(tls.clone());
                if let Some(certificate) = &tls.peer {
                    extensions.insert(certificate.clone());
                }
            }
            let answer = router.clone().oneshot(request);
            async move { Ok::<_, Infallible>(answer.await?.map(|body| Answering::new(body, busy))) }
        });
        let (stream, address) = (TokioIo::new(stream), from.address.ip());
        let served = if is_h2 {
            let connection = speakers.http2.serve_connection(stream, service);
            let connection = until_stop(connection, &stop, http2::Connection::graceful_shutdown);
            tokio::select! {
                served = connection => served,
                // Pings would keep a place for ever; HTTP/1 looks after its silence itself.
                () = activity.idle_for(idle) => {
                    tracing::debug!(peer.ip = %address, "the connection of {address} was not used and is closed");
                    return;
                }
            }
        } else {
            let connection = speakers.http1.serve_connection(stream, service).with_upgrades();
            until_stop(connection, &stop, http1::UpgradeableConnection::graceful_shutdown).await
        };
        if let Err(error) = served {
            tracing::debug!(peer.ip = %address, %error, "the connection of {address} ended early: {error}");
        }
    }
}

/// Serves a connection; when the program stops, what it has begun is finished and it ends.
async fn until_stop<C: Future<Output = hyper::Result<()>>>(
    connection: C,
    stop: &CancellationToken,
    end: impl FnOnce(Pin<&mut C>),
) -> hyper::Result<()> {
    tokio::pin!(connection);
    tokio::select! {
        served = &mut connection => return served,
        () = stop.cancelled() => end(connection.as_mut()),
    }
    connection.await
}

/// HTTP/2 and requests by absolute address name the host in another place; that one counts (RFC 9112 3.2.2, RFC 9113
/// 8.3.1). Behind this there is one place, so that what is checked is what is used.
fn settle_host(request: &mut Request) {
    let named = request.uri().authority().map(|authority| {
        let text = authority.as_str();
        text.rsplit_once('@').map_or(text, |(_, host)| host).to_owned()
    });
    if let Some(Ok(host)) = named.map(HeaderValue::try_from) {
        request.headers_mut().insert(header::HOST, host);
    }
}

/// Small answers leave at once, and a client that has vanished is noticed. A failure costs no more than that.
fn prepare(stream: &TcpStream) {
    drop(stream.set_nodelay(true));
    let alive = socket2::TcpKeepalive::new().with_time(KEEPALIVE);
    drop(socket2::SockRef::from(stream).set_tcp_keepalive(&alive));
}

/// Takes a plain connection out of what HTTP left of it, with what its client has sent since; one that has TLS between
/// comes back.
pub(crate) fn plain(upgraded: Upgraded) -> Result<(TcpStream, Bytes), Upgraded> {
    let parts = upgraded.downcast::<TokioIo<Paced<TcpStream>>>()?;
    Ok((parts.io.into_inner().into_inner(), parts.read_buf))
}

/// Waits until the client has sent enough to tell whether it speaks HTTP/2; `None` when it stays silent or goes away.
async fn speaks(stream: &TcpStream, deadline: Instant) -> Option<bool> {
    let mut start = [0; PREFACE.len()];
    loop {
        match timeout_at(deadline, stream.peek(&mut start)).await {
            Ok(Ok(length)) if length > 0 => {
                if start[..length] != PREFACE[..length] {
                    return Some(false);
                }
                if length == start.len() {
                    return Some(true);
                }
            }
            _ => return None,
        }
        // The beginning of a preface: look again when more may have come, peeking does not wait for more.
        if timeout_at(deadline, sleep(Duration::from_millis(20)))
            .await
            .is_err()
        {
            return None;
        }
    }
}
