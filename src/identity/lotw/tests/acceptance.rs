//! What must be accepted, and what a claim says.

use crate::identity::lotw::{CertificateName, Circumstances, Refusal};
use crate::testkit::lotw::{
    BUILT, Digest, Extension, Key, NOW, Template, examine, examine_at, old_production, production, root,
    roots,
};

#[test]
fn a_short_key_with_its_chain_is_accepted_with_the_root_alone_pinned() {
    let certificate = Template::user("N0CALL").signed_by(Key::Production);
    let claim = examine(&[root()], &[certificate, production()]).unwrap();
    assert_eq!(claim.callsign.as_str(), "N0CALL");
    assert_eq!(claim.dxcc, Some(291));
    assert_eq!(claim.first_qso, Some("2018-04-01".parse().unwrap()));
    assert_eq!(claim.last_qso, None);
    assert_eq!(claim.common_name.as_deref(), Some("Test Operator"));
    assert_eq!(claim.email.unwrap().as_str(), "user@example.org");
    assert_eq!(claim.certificate.serial, "730425");
    let issuer = "/C=US/O=Testing Radio League/CN=Testing Logbook Production CA/Email=lotw@example.org";
    assert_eq!(claim.certificate.issuer, issuer);
    assert_eq!(claim.not_after, "2029-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(
        claim.new_authority,
        Some(production()),
        "to be kept for those who come without it"
    );
}

#[test]
fn a_certificate_without_chain_is_accepted_when_its_authority_is_pinned() {
    let certificate = Template::user("N0CALL").signed_by(Key::Production);
    let claim = examine(&[production()], &[certificate]).unwrap();
    assert_eq!(claim.new_authority, None);
}

#[test]
fn a_certificate_without_chain_is_accepted_when_its_authority_was_learned() {
    let certificate = Template::user("N0CALL").signed_by(Key::Production);
    let mut roots = roots(&[root()]);
    assert!(roots.learn(&production()));
    let circumstances = Circumstances {
        now: NOW.parse().unwrap(),
        built: BUILT.parse().unwrap(),
        superseded: &|_| false,
    };
    let claim = roots.examine(&[certificate], &circumstances).unwrap();
    assert_eq!(claim.new_authority, None);
}

#[test]
fn an_authority_that_has_ended_since_does_not_matter() {
    let certificate = Template {
        not_before: "2025-04-01".to_owned(),
        not_after: "2028-03-31".to_owned(),
        ..Template::user("N0OLD")
    };
    let certificate = certificate.signed_by(Key::OldProduction);
    assert!(examine(&[root()], &[certificate.clone(), old_production()]).is_ok());
    assert!(
        examine(&[production(), old_production()], &[certificate]).is_ok(),
        "of two of one name"
    );
}

#[test]
fn the_longer_hashes_and_keys_are_accepted() {
    for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
        let certificate = Template {
            digest,
            ..Template::user("N0CALL")
        };
        assert!(
            examine(&[production()], &[certificate.signed_by(Key::Production)]).is_ok(),
            "{digest:?}"
        );
    }
    let certificate = Template {
        key: Key::Server.public(),
        ..Template::user("N0CALL")
    };
    assert!(examine(&[production()], &[certificate.signed_by(Key::Production)]).is_ok());
}

#[test]
fn absent_usage_extensions_and_usual_critical_ones_are_accepted() {
    let bare = Template {
        extensions: Vec::new(),
        ..Template::user("N0CALL")
    };
    let claim = examine(&[production()], &[bare.signed_by(Key::Production)]).unwrap();
    assert_eq!((claim.dxcc, claim.first_qso), (None, None));
    let mut strict = Template::user("N0CALL");
    strict.extensions = vec![
        Extension {
            critical: true,
            ..Extension::basic_constraints(false)
        },
        Extension {
            critical: true,
            ..Extension::key_usage(0x80)
        },
        Extension {
            critical: true,
            ..Extension::extended_key_usage(2)
        },
    ];
    assert!(examine(&[production()], &[strict.signed_by(Key::Production)]).is_ok());
}

#[test]
fn calls_with_a_slash_are_as_good() {
    let certificate = Template::user("N0CALL/KH6").signed_by(Key::Production);
    let claim = examine(&[production()], &[certificate]).unwrap();
    assert_eq!(claim.callsign.as_str(), "N0CALL/KH6");
}

#[test]
fn the_last_day_of_contacts_and_a_clock_five_minutes_slow_still_count() {
    let mut certificate = Template::user("N0CALL");
    certificate.extensions.push(Extension::arrl(3, "2026-11-21"));
    assert!(examine(&[production()], &[certificate.signed_by(Key::Production)]).is_ok());
    let tomorrow = Template {
        not_before: "2026-11-22".to_owned(),
        ..Template::user("N0CALL")
    };
    let tomorrow = tomorrow.signed_by(Key::Production);
    assert!(
        examine_at(
            &[production()],
            std::slice::from_ref(&tomorrow),
            "2026-11-21T23:55:00Z"
        )
        .is_ok()
    );
    let early = examine_at(&[production()], &[tomorrow], "2026-11-21T23:54:59Z");
    assert!(matches!(early, Err(Refusal::NotYetValid(_))));
}

#[test]
fn a_certificate_names_the_one_whose_place_it_took() {
    let older = Template {
        serial: 517_421,
        ..Template::user("N0CALL")
    };
    let older = examine(&[production()], &[older.signed_by(Key::Production)]).unwrap();
    let mut newer = Template::user("N0CALL");
    let line = "/C=US/CN=Testing Logbook Production CA/emailAddress=lotw@example.org;517421";
    newer.extensions.push(Extension::arrl(5, line));
    let newer = examine(&[production()], &[newer.signed_by(Key::Production)]).unwrap();
    let superseded = newer.supersedes.unwrap();
    assert!(superseded.means(&older.certificate));
    assert!(!superseded.means(&newer.certificate), "another number");
    let elsewhere = CertificateName {
        issuer: "/CN=Other".to_owned(),
        ..older.certificate
    };
    assert!(!superseded.means(&elsewhere), "another issuer");
}
