//! Handshakes in memory: short keys over both versions, no resumption, whatever certificate gets as far as a page.

use std::sync::Arc;

use rustls::server::ServerSessionMemoryCache;
use rustls::version::{TLS12, TLS13};
use rustls::{Error, HandshakeKind, ServerConfig, SignatureScheme, SupportedProtocolVersion};

use crate::testkit::lotw::tls::{Shown, client, handshake, lotw_server, server_certificate};
use crate::testkit::lotw::{Extension, Key, Template, examine, forged_production, production, root};

const PSS: &[SignatureScheme] = &[SignatureScheme::RSA_PSS_SHA256];
const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

fn server() -> Arc<ServerConfig> {
    lotw_server(&[root()], server_certificate())
}

fn user() -> Vec<u8> {
    Template::user("N0CALL").signed_by(Key::Production)
}

#[test]
fn a_key_of_1024_bits_signs_in_over_both_versions() {
    for version in VERSIONS {
        let client = client(version, Shown::new(&[user(), production()], Key::User, PSS));
        let connected = handshake(&client, &server()).unwrap();
        let shown: Vec<Vec<u8>> = connected
            .server
            .peer_certificates()
            .unwrap()
            .iter()
            .map(|der| der.to_vec())
            .collect();
        assert_eq!(examine(&[root()], &shown).unwrap().callsign.as_str(), "N0CALL");
        assert_eq!(
            connected.server.alpn_protocol(),
            Some(&b"http/1.1"[..]),
            "never HTTP/2"
        );
        assert_eq!(connected.server.protocol_version(), Some(version.version));
    }
}

#[test]
fn older_signatures_count_in_the_older_version_alone() {
    const PKCS1: [&[SignatureScheme; 1]; 3] = [
        &[SignatureScheme::RSA_PKCS1_SHA256],
        &[SignatureScheme::RSA_PKCS1_SHA384],
        &[SignatureScheme::RSA_PKCS1_SHA512],
    ];
    for scheme in PKCS1 {
        let connected = handshake(
            &client(&TLS12, Shown::new(&[user()], Key::User, scheme)),
            &server(),
        );
        assert!(
            connected.unwrap().server.peer_certificates().is_some(),
            "{scheme:?}"
        );
        let insisting = Shown::insisting(&[user()], Key::User, scheme);
        assert!(
            handshake(&client(&TLS13, insisting), &server()).is_err(),
            "{scheme:?}"
        );
    }
    for version in VERSIONS {
        let insisting = Shown::insisting(&[user()], Key::User, &[SignatureScheme::RSA_PKCS1_SHA1]);
        assert!(
            handshake(&client(version, insisting), &server()).is_err(),
            "SHA-1"
        );
    }
}

#[test]
fn who_does_not_hold_the_key_gets_nowhere() {
    for version in VERSIONS {
        let client = client(version, Shown::new(&[user(), production()], Key::OtherUser, PSS));
        let refused = handshake(&client, &server()).err();
        assert!(
            matches!(refused, Some(Error::InvalidCertificate(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_certificate_that_will_be_refused_still_reaches_the_page() {
    let expired = Template {
        not_after: "2026-02-01".to_owned(),
        ..Template::user("N0CALL")
    };
    let forged = Template::user("W1AW").signed_by(Key::Forger);
    for chain in [
        vec![expired.signed_by(Key::Production)],
        vec![forged, forged_production()],
    ] {
        for version in VERSIONS {
            let connected =
                handshake(&client(version, Shown::new(&chain, Key::User, PSS)), &server()).unwrap();
            assert_eq!(connected.server.peer_certificates().unwrap().len(), chain.len());
        }
    }
}

#[test]
fn no_certificate_still_reaches_the_page() {
    for version in VERSIONS {
        let shown = Shown::new(&[user()], Key::User, &[]);
        let connected = handshake(&client(version, shown), &server()).unwrap();
        assert!(connected.server.peer_certificates().is_none());
    }
}

#[test]
fn bytes_that_are_no_certificate_and_messages_too_long_end_the_handshake() {
    let long = Template {
        extensions: vec![Extension::plain(&[0x55, 0x1D, 0x7F], &[0; 7600])],
        ..Template::user("N0CALL")
    };
    for chain in [
        vec![b"garbage".to_vec()],
        vec![long.signed_by(Key::Production), production()],
    ] {
        let client = client(&TLS13, Shown::new(&chain, Key::User, PSS));
        assert!(matches!(
            handshake(&client, &server()).err(),
            Some(Error::InvalidCertificate(_))
        ));
    }
}

#[test]
fn a_session_is_never_resumed() {
    for version in VERSIONS {
        let server = server();
        let client = client(version, Shown::new(&[user(), production()], Key::User, PSS));
        for _ in 0..3 {
            let connected = handshake(&client, &server).unwrap();
            assert_eq!(connected.server.handshake_kind(), Some(HandshakeKind::Full));
        }
        // With the library's own settings the same client does resume: the test sees what it looks for.
        let mut usual = ServerConfig::clone(&server);
        usual.session_storage = ServerSessionMemoryCache::new(8);
        usual.send_tls13_tickets = 2;
        let usual = Arc::new(usual);
        let kinds = [0; 2].map(|_| handshake(&client, &usual).unwrap().server.handshake_kind());
        assert_eq!(kinds[1], Some(HandshakeKind::Resumed), "{version:?}");
    }
}
