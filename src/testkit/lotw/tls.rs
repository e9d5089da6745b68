//! TLS handshakes in memory, with a client whose RSA key is of 1024 bits.

use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::ResolvesServerCert;
use rustls::sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey};
use rustls::{
    ClientConfig, ClientConnection, Error, ServerConfig, ServerConnection, SignatureAlgorithm,
    SignatureScheme, SupportedProtocolVersion,
};

use crate::identity::lotw::LotwClientVerifier;
use crate::net::tls::asking;
use crate::testkit::tls::AnyServer;

use super::{Digest, Key, Template, roots};

/// A server's settings as the program makes them for the listener that asks for certificates.
pub fn lotw_server(pinned: &[Vec<u8>], certificate: Arc<dyn ResolvesServerCert>) -> Arc<ServerConfig> {
    let verifier = Arc::new(LotwClientVerifier::new(&roots(pinned)));
    asking(certificate, verifier)
}

/// A self-signed certificate with a key that the TLS library signs with.
pub fn server_certificate() -> Arc<dyn ResolvesServerCert> {
    let name = super::name(&[(super::COMMON_NAME, super::UTF8_STRING, "auth.example.org")]);
    let template = Template {
        issuer: name.clone(),
        subject: name,
        key: Key::Server.public(),
        extensions: Vec::new(),
        ..Template::user("N0CALL")
    };
    let certificate = CertificateDer::from(template.signed_by(Key::Server));
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(Key::Server.pkcs8()));
    let key = ring::sign::any_supported_type(&key).expect("a key of 2048 bits");
    Arc::new(SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key)))
}

/// A client's settings: one TLS version, these certificates, any server trusted.
pub fn client(
    version: &'static SupportedProtocolVersion,
    certificate: Arc<dyn ResolvesClientCert>,
) -> Arc<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[version]);
    let builder = builder.expect("versions that the provider has").dangerous();
    let mut config = builder
        .with_custom_certificate_verifier(AnyServer::new())
        .with_client_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

/// What a client shows: certificates, and the key that signs.
#[derive(Debug)]
pub struct Shown {
    certificates: Vec<CertificateDer<'static>>,
    key: RsaSigner,
}

impl Shown {
    /// These certificates with this key, signing by the first scheme of these that fits.
    pub fn new(certificates: &[Vec<u8>], key: Key, schemes: &'static [SignatureScheme]) -> Arc<Self> {
        let certificates = certificates.iter().cloned().map(CertificateDer::from).collect();
        let key = RsaSigner {
            key,
            schemes,
            insists: false,
        };
        Arc::new(Self { certificates, key })
    }

    /// The same, but signing by this scheme whatever the server takes.
    pub fn insisting(certificates: &[Vec<u8>], key: Key, scheme: &'static [SignatureScheme; 1]) -> Arc<Self> {
        let certificates = certificates.iter().cloned().map(CertificateDer::from).collect();
        let key = RsaSigner {
            key,
            schemes: scheme,
            insists: true,
        };
        Arc::new(Self { certificates, key })
    }
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::new(CertifiedKey::new(
            self.certificates.clone(),
            Arc::new(self.key.clone()),
        )))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Signs with keys that the TLS library has no use for.
#[derive(Debug, Clone)]
struct RsaSigner {
    key: Key,
    schemes: &'static [SignatureScheme],
    insists: bool,
}

impl SigningKey for RsaSigner {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let fits = |scheme: &&SignatureScheme| self.insists || offered.contains(scheme);
        let scheme = *self.schemes.iter().find(fits)?;
        Some(Box::new(Chosen {
            key: self.key,
            scheme,
        }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::RSA
    }
}

/// A key and the scheme agreed upon.
#[derive(Debug)]
struct Chosen {
    key: Key,
    scheme: SignatureScheme,
}

impl Signer for Chosen {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        match self.scheme {
            SignatureScheme::RSA_PSS_SHA256 => Ok(self.key.sign_pss(message)),
            SignatureScheme::RSA_PKCS1_SHA256 => Ok(self.key.sign(Digest::Sha256, message)),
            SignatureScheme::RSA_PKCS1_SHA384 => Ok(self.key.sign(Digest::Sha384, message)),
            SignatureScheme::RSA_PKCS1_SHA512 => Ok(self.key.sign(Digest::Sha512, message)),
            SignatureScheme::RSA_PKCS1_SHA1 => Ok(self.key.sign(Digest::Sha1, message)),
            _ => Err(Error::General("no such scheme here".to_owned())),
        }
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

/// Both ends after a handshake.
pub struct Connected {
    /// The browser's end.
    pub client: ClientConnection,
    /// The program's end.
    pub server: ServerConnection,
}

/// Carries bytes between the two until neither has any more to say.
pub fn handshake(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> Result<Connected, Error> {
    let name = ServerName::try_from("auth.example.org").expect("a host name");
    let mut ends = Connected {
        client: ClientConnection::new(Arc::clone(client), name)?,
        server: ServerConnection::new(Arc::clone(server))?,
    };
    while ends.client.wants_write() || ends.server.wants_write() {
        let mut bytes = Vec::new();
        ends.client.write_tls(&mut bytes).expect("memory takes all");
        let mut unread = bytes.as_slice();
        while !unread.is_empty() {
            ends.server.read_tls(&mut unread).expect("memory gives all");
            ends.server.process_new_packets()?;
        }
        let mut bytes = Vec::new();
        ends.server.write_tls(&mut bytes).expect("memory takes all");
        let mut unread = bytes.as_slice();
        while !unread.is_empty() {
            ends.client.read_tls(&mut unread).expect("memory gives all");
            ends.client.process_new_packets()?;
        }
    }
    Ok(ends)
}
