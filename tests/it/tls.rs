//! What tests know of TLS: a client that takes any certificate and tells what it saw, and certificates of an authority
//! of their own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, SignatureScheme, SupportedProtocolVersion};
use shackbox::testkit::tls::AnyServer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A client that is not choosy.
pub(crate) struct Client {
    /// What it says it speaks.
    pub(crate) alpn: Vec<&'static str>,
    pub(crate) versions: Vec<&'static SupportedProtocolVersion>,
    /// What it shows when it is asked.
    pub(crate) shows: Option<Shown>,
    /// Whether it was asked.
    pub(crate) asked: Arc<Mutex<bool>>,
}

/// A certificate of a client, with its key.
pub(crate) struct Shown {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// An authority nobody knows.
pub(crate) struct TestAuthority(CertifiedIssuer<'static, KeyPair>);

impl Default for Client {
    fn default() -> Self {
        Self {
            alpn: vec!["h2", "http/1.1"],
            versions: vec![&rustls::version::TLS13, &rustls::version::TLS12],
            shows: None,
            asked: Arc::default(),
        }
    }
}

impl Client {
    /// A client that speaks only HTTP/1.1.
    pub(crate) fn http1() -> Self {
        Self {
            alpn: vec!["http/1.1"],
            ..Self::default()
        }
    }

    /// Shakes hands; `name` may be an address, of which nothing is said in the hello.
    pub(crate) async fn connect(
        &self,
        address: SocketAddr,
        name: &str,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        self.over(TcpStream::connect(address).await?, name).await
    }

    /// Shakes hands over a connection that has begun otherwise.
    pub(crate) async fn over(&self, stream: TcpStream, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&self.versions)
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(AnyServer::new())
            .with_no_client_auth();
        config.client_auth_cert_resolver = Arc::new(Notes {
            asked: Arc::clone(&self.asked),
            key: self.shows.as_ref().map(|shown| {
                let key = ring::sign::any_supported_type(&shown.key).unwrap();
                Arc::new(CertifiedKey::new(shown.chain.clone(), key))
            }),
        });
        config.alpn_protocols = self.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }

    /// The certificate that is shown for a name.
    pub(crate) async fn sees(&self, address: SocketAddr, name: &str) -> CertificateDer<'static> {
        let stream = self.connect(address, name).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].clone()
    }

    /// Whether a connection was asked for a certificate.
    pub(crate) fn was_asked(&self) -> bool {
        *self.asked.lock().unwrap()
    }
}

/// Sends a request as it is written, and reads the answer to its end.
pub(crate) async fn ask(mut stream: TlsStream<TcpStream>, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    // A server may close without the last word of TLS.
    let _ = stream.read_to_end(&mut reply).await;
    String::from_utf8_lossy(&reply).into_owned()
}

impl TestAuthority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::OrganizationName, name);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// Chain and key for these names, valid in a year's days, as PEM text.
    pub(crate) fn certify(&self, names: &[&str], from: (i32, u8, u8), to: (i32, u8, u8)) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = rcgen::date_time_ymd(from.0, from.1, from.2);
        params.not_after = rcgen::date_time_ymd(to.0, to.1, to.2);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (
            format!("{}{}", certificate.pem(), self.0.pem()),
            key.serialize_pem(),
        )
    }

    /// The same, valid at the time tests begin.
    pub(crate) fn certify_now(&self, names: &[&str]) -> (String, String) {
        self.certify(names, (2026, 11, 1), (2027, 2, 1))
    }

    /// A certificate for a client.
    pub(crate) fn client(&self, name: &str) -> Shown {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Shown {
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }
}

/// Writes chain and key into a folder and returns both paths.
pub(crate) fn put(dir: &Path, (chain, key): &(String, String)) -> (String, String) {
    let (chain_path, key_path) = (dir.join("cert.pem"), dir.join("key.pem"));
    std::fs::write(&chain_path, chain).unwrap();
    std::fs::write(&key_path, key).unwrap();
    (chain_path.display().to_string(), key_path.display().to_string())
}

#[derive(Debug)]
struct Notes {
    asked: Arc<Mutex<bool>>,
    key: Option<Arc<CertifiedKey>>,
}

impl ResolvesClientCert for Notes {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        *self.asked.lock().unwrap() = true;
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        true
    }
}
