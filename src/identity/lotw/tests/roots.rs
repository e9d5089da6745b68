//! The pinned set: what may be in it, what is learned through it, how it is shown.

use crate::identity::lotw::der;
use crate::identity::lotw::{AuthorityLine, BadAuthority, Refusal, Roots, Validity};
use crate::testkit::lotw::{
    self, Extension, Key, Template, examine, forged_production, old_production, pem, production,
    production_name, root, roots,
};

#[test]
fn a_file_may_hold_several_authorities_and_each_counts_once() {
    let mut roots = Roots::default();
    let text = format!("subject=made for a test\n{}{}", pem(&root()), pem(&production()));
    roots.pin(&text).unwrap();
    roots.pin(&pem(&production())).unwrap();
    let lines: Vec<AuthorityLine> = roots.lines();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].is_root && lines[0].is_pinned && !lines[1].is_root);
    let validity = Validity {
        not_before: "2023-06-28T00:00:00Z".parse().unwrap(),
        not_after: "2033-06-25T00:00:00Z".parse().unwrap(),
    };
    assert_eq!(lines[0].validity, validity);
    assert_eq!((lines[0].key_bits, lines[0].fingerprint.len()), (2048, 95));
    assert!(
        lines[1]
            .subject
            .ends_with("/CN=Testing Logbook Production CA/Email=lotw@example.org")
    );
}

#[test]
fn files_without_an_authority_are_refused_whole() {
    let mut roots = Roots::default();
    assert_eq!(roots.pin("nothing"), Err(BadAuthority::NoPem));
    let damaged = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    assert_eq!(roots.pin(damaged), Err(BadAuthority::BadPem));
    let user = pem(&Template::user("N0CALL").signed_by(Key::Production));
    let refused = roots.pin(&format!("{}{user}", pem(&root()))).unwrap_err();
    assert!(refused.to_string().contains("AROcallsign=N0CALL"), "{refused}");
    assert!(roots.is_empty());
    let weak = Template::authority(production_name(), Key::Weak).signed_by(Key::Root);
    assert!(matches!(
        roots.pin(&pem(&weak)),
        Err(BadAuthority::Certificate(Refusal::Key(_)))
    ));
}

#[test]
fn only_what_a_pinned_root_signed_is_learned() {
    let mut known = roots(&[root()]);
    assert!(!known.learn(&forged_production()));
    assert!(!known.learn(b"garbage"));
    assert!(
        !known.learn(&Template::user("N0CALL").signed_by(Key::Root)),
        "no authority"
    );
    assert!(known.learn(&production()) && known.learn(&production()));
    assert_eq!(known.lines().iter().filter(|line| !line.is_pinned).count(), 1);
    let mut without_root = roots(&[old_production()]);
    assert!(!without_root.learn(&production()), "the root was removed");
}

#[test]
fn an_authority_whose_key_may_not_sign_certificates_is_none() {
    let mut template = Template::authority(production_name(), Key::Production);
    template.extensions.push(Extension::key_usage(0x80));
    let not_for_certificates = template.signed_by(Key::Root);
    assert!(!roots(&[root()]).learn(&not_for_certificates));
    let refused = Roots::default().pin(&pem(&not_for_certificates));
    assert!(matches!(refused, Err(BadAuthority::NotAuthority(_))));
    template.extensions.pop();
    template.extensions.push(Extension::key_usage(0x06));
    assert!(roots(&[root()]).learn(&template.signed_by(Key::Root)));
}

#[test]
fn an_authority_signed_after_its_root_ended_is_not_learned() {
    let late = Template {
        not_before: "2033-06-26".to_owned(),
        not_after: "2034-06-26".to_owned(),
        ..Template::authority(production_name(), Key::Production)
    };
    assert!(!roots(&[root()]).learn(&late.signed_by(Key::Root)));
}

#[test]
fn an_authority_taken_out_counts_no_more() {
    let certificate = Template::user("N0CALL").signed_by(Key::Production);
    assert!(examine(&[production()], std::slice::from_ref(&certificate)).is_ok());
    assert!(examine(&[old_production()], &[certificate]).is_err());
}

#[test]
fn browsers_are_told_every_encoding_of_every_name_once() {
    let hints = roots(&[root(), production(), old_production()]).hint_subjects();
    let contents: Vec<Vec<u8>> = hints.iter().map(|hint| hint.as_ref().to_vec()).collect();
    assert_eq!(contents.len(), 4, "two names in two encodings");
    assert!(contents.contains(&production_name()));
    let utf8 = lotw::name(&[
        (&[0x55, 0x04, 0x06], der::PRINTABLE_STRING, "US"),
        (&[0x55, 0x04, 0x0A], der::UTF8_STRING, "Testing Radio League"),
        (
            &[0x55, 0x04, 0x03],
            der::UTF8_STRING,
            "Testing Logbook Production CA",
        ),
        (
            &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01],
            der::IA5_STRING,
            "lotw@example.org",
        ),
    ]);
    assert!(contents.contains(&utf8));
}
