//! From an accepted connection to an encrypted one, within limits.
//!
//! A client has one time limit for its whole handshake, its network has a share of the handshakes that may be under way
//! at all, and nobody sends more than [`MOST_BYTES`] before the handshake is through: so neither silence nor a very long
//! certificate holds anything. The name in the client's hello decides which host it has reached; only the host that asks
//! for certificates asks for one.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::server::{Acceptor, ClientHello};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::info::{PeerCertificate, TlsInfo};
use super::shown::Shown;
use crate::net::announced::BadHeader;
use crate::net::places::{Place, Places};

/// Most bytes a client may send until the handshake is through: a hello, 8 KiB of certificates, and what goes with them.
const MOST_BYTES: usize = 12 << 10;
/// What a certificate authority speaks when it checks a name (RFC 8737 6.2).
const ACME: &[u8] = b"acme-tls/1";
/// What an HTTP/2 client speaks.
const H2: &[u8] = b"h2";

/// How TLS connections of the main host are met. Clones share the limits.
#[derive(Debug, Clone)]
pub(crate) struct Reception {
    pub(super) shown: Arc<Shown>,
    pub(super) main: Arc<ServerConfig>,
    pub(super) proving: Arc<ServerConfig>,
    pub(super) under_way: Places,
    pub(super) patience: Duration,
}

/// The host that asks for a client certificate: how it asks, and by which name it is told from the main one.
#[derive(Clone)]
pub(crate) struct Asking {
    /// Asked for each handshake, so that what is asked for may change. It shows the certificate of
    /// [`super::Keeper::shown`], resumes no sessions, and speaks HTTP/1.1 alone.
    pub(crate) config: Arc<dyn Fn() -> Arc<ServerConfig> + Send + Sync>,
    /// Its name, in lower case; without one, every connection of the listener is for it.
    pub(crate) server_name: Option<String>,
}

/// An encrypted connection.
pub(in crate::net) struct Met<S> {
    pub(in crate::net) stream: TlsStream<Measured<S>>,
    /// What handlers are told.
    pub(in crate::net) info: TlsInfo,
    /// Whether HTTP/2 was agreed on.
    pub(in crate::net) is_h2: bool,
}

/// A connection that came to nothing.
#[derive(Debug, thiserror::Error)]
pub(in crate::net) enum Unmet {
    #[error("the handshake took too long")]
    Slow,
    #[error("{0}")]
    Broken(#[from] io::Error),
    #[error("it does not speak TLS")]
    Plain,
    #[error(
        "it has a PROXY header, which counts from web.trusted_proxies and with web.tls.proxy_protocol alone"
    )]
    Uncalled,
    #[error("{0}")]
    Unannounced(#[from] BadHeader),
    #[error("its network has too many connections or handshakes")]
    Crowded,
    /// A certificate authority has seen what it wanted.
    #[error("a name was proven")]
    Proven,
}

/// Which host a hello is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Main,
    Asking,
    Proving,
}

impl Reception {
    /// A place among the handshakes under way; `None` when there is none left for this network.
    pub(in crate::net) fn enter(&self, network: Option<crate::net::Network>) -> Option<Place> {
        self.under_way.take(network)
    }

    /// The same for a handshake that was let in before its network was known.
    pub(in crate::net) fn count(&self, place: Place, network: crate::net::Network) -> Option<Place> {
        self.under_way.count(place, network)
    }

    /// When a handshake that begins now must be through.
    pub(in crate::net) fn deadline(&self) -> Instant {
        Instant::now() + self.patience
    }

    /// Meets a client.
    pub(in crate::net) async fn meet<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        asking: Option<&Asking>,
        deadline: Instant,
    ) -> Result<Met<S>, Unmet> {
        let met = timeout_at(deadline, self.shake(stream, asking)).await;
        met.unwrap_or(Err(Unmet::Slow))
    }

    /// The same for a service that speaks this protocol instead of HTTP.
    pub(crate) fn speaking(&self, protocol: &[u8]) -> Self {
        let mut main = ServerConfig::clone(&self.main);
        main.alpn_protocols = vec![protocol.to_vec()];
        Self {
            main: Arc::new(main),
            ..self.clone()
        }
    }

    /// Meets a client of such a service.
    pub(crate) async fn meet_speaker<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Unpin> {
        let met = self.meet(stream, None, self.deadline()).await;
        met.map(|met| met.stream).map_err(io::Error::other)
    }

    async fn shake<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        asking: Option<&Asking>,
    ) -> Result<Met<S>, Unmet> {
        let start = LazyConfigAcceptor::new(Acceptor::default(), Measured::new(stream)).await?;
        let hello = start.client_hello();
        let server_name = hello.server_name().map(str::to_ascii_lowercase);
        let (host, config) = self.choose(&hello, server_name.as_deref(), asking);
        let mut stream = start.into_stream(config).await?;
        if host == Host::Proving {
            drop(tokio::io::AsyncWriteExt::shutdown(&mut stream).await);
            return Err(Unmet::Proven);
        }
        stream.get_mut().0.left = None;
        let session = stream.get_ref().1;
        let peer = session.peer_certificates().and_then(PeerCertificate::new);
        let info = TlsInfo {
            server_name: server_name.map(Into::into),
            asked: host == Host::Asking,
            peer,
            self_signed: self.shown.is_self_signed(),
        };
        let is_h2 = session.alpn_protocol() == Some(H2);
        Ok(Met { stream, info, is_h2 })
    }

    fn choose(
        &self,
        hello: &ClientHello<'_>,
        name: Option<&str>,
        asking: Option<&Asking>,
    ) -> (Host, Arc<ServerConfig>) {
        if hello
            .alpn()
            .is_some_and(|mut spoken| spoken.any(|protocol| protocol == ACME))
        {
            return (Host::Proving, Arc::clone(&self.proving));
        }
        match asking {
            Some(asking) if asking.server_name.is_none() || asking.server_name.as_deref() == name => {
                (Host::Asking, (asking.config)())
            }
            _ => (Host::Main, Arc::clone(&self.main)),
        }
    }
}

/// A stream that gives only so many bytes while [`Measured::left`] says how many.
#[derive(Debug)]
pub(in crate::net) struct Measured<S> {
    stream: S,
    left: Option<usize>,
}

impl<S> Measured<S> {
    fn new(stream: S) -> Self {
        Self {
            stream,
            left: Some(MOST_BYTES),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Measured<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(left) = self.left else {
            return Pin::new(&mut self.stream).poll_read(cx, into);
        };
        if left == 0 {
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the client's handshake is too long",
            )));
        }
        // What may follow the handshake at once stays in the socket until it is through.
        let room = left.min(into.remaining());
        let mut part = ReadBuf::new(into.initialize_unfilled_to(room));
        let polled = Pin::new(&mut self.stream).poll_read(cx, &mut part);
        let read = part.filled().len();
        into.advance(read);
        self.left = Some(left - read);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Measured<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
