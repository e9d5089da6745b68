//! Handshakes within their limits, through real sockets; what PEM text is taken and what is not.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::routing::get;
use jiff::Timestamp;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{ClientConfig, DigitallySignedStruct, DistinguishedName, HandshakeKind, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

use super::certificate::{Certificate, Unusable};
use super::*;
use crate::config::{CertificateSource, Proof};
use crate::env::Outbound;
use crate::net::{AskingHost, Door, ForwardedHeaders, Places, Server, Strangers, bind};
use crate::testkit::tls::AnyServer;

const LONG: Duration = Duration::from_mins(1);
const ASK: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn station(dir: &std::path::Path, source: CertificateSource) -> Station {
    Station {
        source,
        names: vec!["log.example.org".into()],
        nicknames: vec!["shack.local".into()],
        addresses: vec![[127, 0, 0, 1].into(), [192, 0, 2, 7].into()],
        first_proof: Proof::TlsAlpn,
        dir: dir.join("tls"),
        outbound: Outbound::new([]),
        pause: Duration::ZERO,
    }
}

struct Running {
    address: SocketAddr,
    _dir: tempfile::TempDir,
    stop: CancellationToken,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A server with a self-signed certificate; `auth.example.org` asks for certificates.
async fn start(limits: HandshakeLimits) -> Running {
    start_with(limits, LONG).await
}

async fn start_with(limits: HandshakeLimits, header_timeout: Duration) -> Running {
    let dir = tempfile::tempdir().unwrap();
    let keeper = Keeper::open(station(dir.path(), CertificateSource::SelfSigned), now()).unwrap();
    let config = asking(keeper.shown(), Holder::new());
    let told = |Extension(info): Extension<TlsInfo>, shown: Option<Extension<PeerCertificate>>| async move {
        let chain = shown.map(|Extension(shown)| (shown.own().len(), shown.others().count()));
        format!("{:?} {} {chain:?}", info.server_name.as_deref(), info.asked)
    };
    let server = Server {
        router: Router::new().route("/", get(|| async { "main" })),
        places: Places::new(64),
        header_timeout,
        trusted: [].into(),
        forwarded: ForwardedHeaders::default(),
        strangers: Strangers::told_to(|_| {}),
        door: Door::Tls {
            reception: keeper.reception(limits),
            asking: Some(AskingHost {
                asking: Asking {
                    config: Arc::new(move || Arc::clone(&config)),
                    server_name: Some("auth.example.org".into()),
                },
                router: Router::new().route("/", get(told)),
            }),
            announced: false,
        },
    };
    let listener = bind("web.tls.listen", "127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let running = Running {
        address: listener.address(),
        _dir: dir,
        stop: CancellationToken::new(),
    };
    tokio::spawn(server.run(listener, running.stop.clone(), Duration::ZERO));
    running
}

async fn usual() -> Running {
    start(HandshakeLimits {
        most: 16,
        patience: LONG,
    })
    .await
}

/// A client that takes any certificate and shows `chain`.
fn client(chain: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(AnyServer::new());
    let config = match chain {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).unwrap(),
        None => builder.with_no_client_auth(),
    };
    Arc::new(config)
}

async fn connect(
    address: SocketAddr,
    config: &Arc<ClientConfig>,
    name: &'static str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(name).unwrap();
    TlsConnector::from(Arc::clone(config)).connect(name, stream).await
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(ASK.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply).await;
    String::from_utf8_lossy(&reply).into_owned()
}

/// Reads until the other side closes, which it must.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(LONG, stream.read_to_end(&mut rest))
        .await
        .expect("it is closed");
    rest
}

fn shown_by_client(length: usize) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    params.custom_extensions = vec![rcgen::CustomExtension::from_oid_content(
        &[1, 2, 3],
        vec![0; length],
    )];
    let certificate = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    (vec![certificate.der().clone()], key)
}

#[tokio::test]
async fn a_handler_finds_the_name_and_the_certificate() {
    let running = usual().await;
    let main = connect(
        running.address,
        &client(Some(shown_by_client(10))),
        "log.example.org",
    )
    .await;
    assert!(ask(&mut main.unwrap()).await.ends_with("main"));
    let bare = connect(running.address, &client(None), "auth.example.org").await;
    let reply = ask(&mut bare.unwrap()).await;
    assert!(reply.ends_with("Some(\"auth.example.org\") true None"), "{reply}");
    let shown = shown_by_client(10);
    let length = shown.0[0].len();
    let with = connect(running.address, &client(Some(shown)), "auth.example.org").await;
    let reply = ask(&mut with.unwrap()).await;
    assert!(reply.ends_with(&format!("true Some(({length}, 0))")), "{reply}");
}

#[tokio::test]
async fn the_host_that_asks_resumes_nothing() {
    let running = usual().await;
    for (name, wanted) in [
        ("log.example.org", HandshakeKind::Resumed),
        ("auth.example.org", HandshakeKind::Full),
    ] {
        let config = client(Some(shown_by_client(10)));
        let mut first = connect(running.address, &config, name).await.unwrap();
        ask(&mut first).await;
        let mut second = connect(running.address, &config, name).await.unwrap();
        ask(&mut second).await;
        assert_eq!(second.get_ref().1.handshake_kind(), Some(wanted), "{name}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_too_long_is_not_read() {
    let running = usual().await;
    let mut fits = connect(
        running.address,
        &client(Some(shown_by_client(7_000))),
        "auth.example.org",
    )
    .await
    .unwrap();
    assert!(ask(&mut fits).await.contains("200 OK"));
    // A client learns of it when it first reads: in TLS 1.3 it is done before the server is.
    let long = connect(
        running.address,
        &client(Some(shown_by_client(20_000))),
        "auth.example.org",
    )
    .await;
    if let Ok(mut long) = long {
        let sent = long.write_all(ASK.as_bytes()).await;
        let mut reply = Vec::new();
        let read = long.read_to_end(&mut reply).await;
        assert!(sent.is_err() || read.is_err() || reply.is_empty(), "{reply:?}");
    }
}

#[tokio::test]
async fn a_request_behind_the_handshake_is_not_cut_however_long() {
    let running = usual().await;
    let config = client(None);
    let mut stream = connect(running.address, &config, "log.example.org")
        .await
        .unwrap();
    let padding = "x".repeat(30_000);
    let request =
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {padding}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply).await;
    assert!(String::from_utf8_lossy(&reply).ends_with("main"));
}

#[tokio::test]
async fn handshakes_that_do_not_get_on_are_ended() {
    let running = start(HandshakeLimits {
        most: 16,
        patience: Duration::from_millis(50),
    })
    .await;
    for beginning in [&b""[..], &[22], &[22, 3, 1, 2, 0, 1]] {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(beginning).await.unwrap();
        assert!(rest(&mut stream).await.is_empty(), "{beginning:?}");
    }
}

#[tokio::test]
async fn who_is_silent_after_the_handshake_is_let_go() {
    let limits = HandshakeLimits {
        most: 16,
        patience: LONG,
    };
    let running = start_with(limits, Duration::from_millis(50)).await;
    for (spoken, beginning) in [
        (&b"http/1.1"[..], &b""[..]),
        (b"http/1.1", b"GET / HT"),
        (b"h2", b""),
    ] {
        let mut config = (*client(None)).clone();
        config.alpn_protocols = vec![spoken.to_vec()];
        let mut stream = connect(running.address, &Arc::new(config), "log.example.org")
            .await
            .unwrap();
        stream.write_all(beginning).await.unwrap();
        let mut rest = Vec::new();
        let read = tokio::time::timeout(LONG, stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "{spoken:?} {beginning:?} kept its place");
    }
}

#[tokio::test]
async fn the_host_that_asks_does_not_speak_http2_to_those_who_do_not_ask() {
    let running = usual().await;
    let mut stream = connect(running.address, &client(None), "auth.example.org")
        .await
        .unwrap();
    // The preface and empty settings, as RFC 9113 3.4 has them.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    stream.write_all(preface).await.unwrap();
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply).await;
    assert!(reply.is_empty() || reply.starts_with(b"HTTP/1.1 4"), "{reply:?}");
}

#[tokio::test]
async fn only_so_many_handshakes_are_under_way() {
    let running = start(HandshakeLimits {
        most: 2,
        patience: LONG,
    })
    .await;
    let config = client(None);
    // One that is through counts no more.
    let mut through = connect(running.address, &config, "log.example.org")
        .await
        .unwrap();
    assert!(ask(&mut through).await.ends_with("main"));
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(&[22]).await.unwrap();
        held.push(stream);
    }
    let mut third = TcpStream::connect(running.address).await.unwrap();
    assert!(
        rest(&mut third).await.is_empty(),
        "closed at once, whatever the time limit"
    );
    drop(held);
    loop {
        if let Ok(mut stream) = connect(running.address, &config, "log.example.org").await {
            assert!(ask(&mut stream).await.ends_with("main"));
            break;
        }
    }
}

#[tokio::test]
async fn who_speaks_plainly_is_told_so() {
    let running = usual().await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(ASK.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 400");
}

#[tokio::test]
async fn nobody_gets_a_proof_while_none_is_offered() {
    let running = usual().await;
    let mut config = (*client(None)).clone();
    config.alpn_protocols = vec![b"acme-tls/1".to_vec()];
    let met = connect(running.address, &Arc::new(config), "log.example.org").await;
    assert!(met.is_err());
}

#[test]
fn a_self_signed_certificate_names_what_people_type() {
    let dir = tempfile::tempdir().unwrap();
    let open = |now| Keeper::open(station(dir.path(), CertificateSource::SelfSigned), now).unwrap();
    let facts = open(now()).report(now()).facts;
    let wanted = [
        "127.0.0.1",
        "192.0.2.7",
        "::1",
        "localhost",
        "log.example.org",
        "shack.local",
    ];
    assert_eq!(facts.names, wanted);
    assert!(facts.self_signed && facts.not_before < now());
    let later = now().checked_add(Duration::from_hours(24 * 360)).unwrap();
    assert_eq!(open(later).report(later).facts, facts, "it is kept");
    let near = later.checked_add(Duration::from_hours(24 * 20)).unwrap();
    assert_ne!(open(near).report(near).facts, facts, "until its end is near");
    std::fs::write(dir.path().join("tls/self-signed.pem"), b"damaged").unwrap();
    assert_eq!(
        open(near).report(near).problem,
        None,
        "one that is damaged is made anew"
    );
}

#[test]
fn pem_text_is_judged_before_it_is_shown() {
    let key = |algorithm| rcgen::KeyPair::generate_for(algorithm).unwrap();
    let own = key(&rcgen::PKCS_ECDSA_P256_SHA256);
    let certify = |key: &rcgen::KeyPair| {
        let params = rcgen::CertificateParams::new(["*.example.org".to_owned()]).unwrap();
        params.self_signed(key).unwrap().pem()
    };
    let chain = certify(&own);
    let judged = |chain: &str, key: &str| Certificate::from_pem(chain.as_bytes(), key.as_bytes()).map(drop);
    assert_eq!(judged(&chain, &own.serialize_pem()), Ok(()));
    let both = format!("{}{chain}", own.serialize_pem());
    assert_eq!(judged(&both, &both), Ok(()), "both may stand in one file");
    assert_eq!(judged("", &both), Err(Unusable::NoCertificate));
    assert_eq!(judged(&own.serialize_pem(), &both), Err(Unusable::NoCertificate));
    assert_eq!(judged(&chain, &chain), Err(Unusable::NoKey));
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(judged(&chain, locked), Err(Unusable::LockedKey));
    let other = key(&rcgen::PKCS_ED25519);
    assert_eq!(judged(&chain, &other.serialize_pem()), Err(Unusable::OtherKey));
    let broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    assert!(matches!(judged(broken, &both), Err(Unusable::Unreadable(_))));
    let facts = Certificate::from_pem(both.as_bytes(), both.as_bytes())
        .unwrap()
        .facts;
    for (host, covered) in [
        ("log.example.org", true),
        ("LOG.EXAMPLE.ORG", true),
        ("example.org", false),
        ("a.b.example.org", false),
    ] {
        assert_eq!(facts.is_for(host), covered, "{host}");
    }
}

/// The plainest verifier: asks for any certificate, lets clients through without one, and has the others prove that
/// they hold the key. It trusts nobody: what a certificate says is looked at behind the handshake.
#[derive(Debug)]
struct Holder(WebPkiSupportedAlgorithms);

impl Holder {
    /// With the signatures that ring checks.
    fn new() -> Arc<Self> {
        Arc::new(Self(ring::default_provider().signature_verification_algorithms))
    }
}

impl ClientCertVerifier for Holder {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
