//! The rustls configurations of our hosts: TLS 1.2 and 1.3 by ring, nothing else.
//!
//! The main host never asks for a certificate, so no browser shows its chooser to everybody. The host that asks resumes
//! no session: who somebody is must not outlive the certificate it was shown with. It speaks HTTP/1.1 only, because
//! browsers join HTTP/2 connections of several hosts.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, ResolvesServerCert};

use super::shown::{Proofs, Shown};

const H2: &[u8] = b"h2";
const H1: &[u8] = b"http/1.1";
const ACME: &[u8] = b"acme-tls/1";

type Builder = rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier>;

fn builder() -> Builder {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("ring has what both versions need")
}

/// The main host's.
pub(super) fn main(shown: Arc<Shown>) -> Arc<ServerConfig> {
    let mut config = builder().with_no_client_auth().with_cert_resolver(shown);
    config.alpn_protocols = vec![H2.to_vec(), H1.to_vec()];
    Arc::new(config)
}

/// For the certificate authority that checks a name: it sees the proof, and nothing else of us.
pub(super) fn proving(proofs: Proofs) -> Arc<ServerConfig> {
    let mut config = builder()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(proofs));
    config.alpn_protocols = vec![ACME.to_vec()];
    forget(&mut config);
    Arc::new(config)
}

/// For the host that asks for a client certificate. The verifier says what is asked for, and what is let through the
/// handshake.
pub(crate) fn asking(
    shown: Arc<dyn ResolvesServerCert>,
    verifier: Arc<dyn ClientCertVerifier>,
) -> Arc<ServerConfig> {
    let mut config = builder()
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(shown);
    config.alpn_protocols = vec![H1.to_vec()];
    forget(&mut config);
    Arc::new(config)
}

fn forget(config: &mut ServerConfig) {
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
}
