//! Certificates of Logbook of the World: `cargo bench --bench mtls --features testkit`.
//!
//! One certificate examined, and whole handshakes in memory, both ends counted: a key of 1024 bits with our verifier
//! beside a P-256 key with the TLS library's own. The client's RSA signature is made by slow code that the program does
//! not have; `client_signature` tells how much of a handshake that is.

use std::sync::Arc;

use divan::{Bencher, black_box};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig, SignatureScheme};
use shackbox::testkit::lotw::tls::{Shown, client, handshake, lotw_server};
use shackbox::testkit::lotw::{Examiner, Key, Template, production, root};

const PSS: &[SignatureScheme] = &[SignatureScheme::RSA_PSS_SHA256];

fn main() {
    divan::main();
}

fn user() -> Vec<Vec<u8>> {
    vec![Template::user("N0CALL").signed_by(Key::Production), production()]
}

#[divan::bench]
fn examine_one_certificate(bencher: Bencher) {
    let examiner = Examiner::default();
    let certificates = user();
    assert!(examiner.accepts(&certificates));
    bencher.bench_local(|| examiner.accepts(black_box(&certificates)));
}

#[divan::bench]
fn client_signature(bencher: Bencher) {
    Key::User.sign_pss(b"warm");
    bencher.bench_local(|| Key::User.sign_pss(black_box(b"a message of the handshake")));
}

#[divan::bench]
fn handshake_rsa_1024_our_verifier(bencher: Bencher) {
    let server = lotw_server(&[root(), production()], p256_server());
    let client = client(&TLS13, Shown::new(&user(), Key::User, PSS));
    bench(bencher, &client, &server);
}

#[divan::bench]
fn handshake_p256_stock_verifier(bencher: Bencher) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, p256()).expect("a sound key");
    let key = p256();
    let params = CertificateParams::new(vec!["n0call.example.org".to_owned()]).expect("a host name");
    let certificate = params.signed_by(&key, &authority).expect("a sound key");
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).expect("an authority");
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let verifier = verifier.allow_unauthenticated().build().expect("one root");
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions that the provider has")
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(p256_server());
    server.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    server.send_tls13_tickets = 0;
    let shown: Arc<dyn ResolvesClientCert> = Arc::new(single(certificate.der().to_vec(), &key));
    bench(bencher, &client(&TLS13, shown), &Arc::new(server));
}

fn bench(bencher: Bencher, client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) {
    let first = handshake(client, server).expect("both ends agree");
    assert!(first.server.peer_certificates().is_some());
    bencher.bench_local(|| handshake(client, server).is_ok());
}

fn p256() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("the provider makes keys")
}

fn p256_server() -> Arc<dyn ResolvesServerCert> {
    let key = p256();
    let params = CertificateParams::new(vec!["auth.example.org".to_owned()]).expect("a host name");
    let certificate = params.self_signed(&key).expect("a sound key");
    Arc::new(single(certificate.der().to_vec(), &key))
}

fn single(certificate: Vec<u8>, key: &KeyPair) -> SingleCertAndKey {
    let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let key = ring::sign::any_supported_type(&der).expect("a key of a usual kind");
    SingleCertAndKey::from(CertifiedKey::new(vec![certificate.into()], key))
}
