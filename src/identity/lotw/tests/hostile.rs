//! Any bytes: nothing panics, and nothing but the real thing is accepted.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::testkit::lotw::{Digest, Extension, Key, Template, examine, fuzz, production, sign};

static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| full().signed_by(Key::Production));
static TO_BE_SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| full().to_be_signed());

fn full() -> Template {
    let mut template = Template::user("N0CALL");
    template.extensions.extend([
        Extension::extended_key_usage(2),
        Extension::arrl(3, "2030-01-01"),
        Extension::arrl(5, "/C=US/CN=Testing Logbook Production CA;517421"),
    ]);
    template
}

/// Some bytes replaced, one place cut out or doubled.
fn mutated(original: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let places = proptest::collection::vec((0..original.len(), any::<u8>()), 1..4);
    let cut = (0..original.len(), 0..8_usize, any::<bool>());
    (places, proptest::option::of(cut)).prop_map(move |(places, cut)| {
        let mut bytes = original.to_vec();
        for (at, byte) in places {
            bytes[at] = byte;
        }
        if let Some((at, length, doubles)) = cut {
            let end = (at + length).min(bytes.len());
            let piece: Vec<u8> = bytes.drain(at..end).collect();
            if doubles {
                bytes.splice(at..at, [piece.clone(), piece].concat());
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_changed_certificate_is_never_accepted(bytes in mutated(&SIGNED)) {
        let accepted = examine(&[production()], std::slice::from_ref(&bytes)).is_ok();
        prop_assert_eq!(accepted, bytes == *SIGNED);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        fuzz::certificate(&bytes);
        fuzz::tq8(&bytes);
    }

    #[test]
    fn any_text_is_read_without_panic(text in "[-:<>=,;+\\\\#\"/%A-Za-z0-9. \u{e9}]{0,200}") {
        fuzz::certificate(text.as_bytes());
        fuzz::tq8(text.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_changed_certificate_that_was_signed_is_read_without_panic(bytes in mutated(&TO_BE_SIGNED)) {
        // Nothing is longer than a certificate may be, so the writer's bound holds.
        let signed = sign(&bytes, Digest::Sha256, Key::Production);
        if let Ok(claim) = examine(&[production()], &[signed]) {
            let call = claim.callsign.as_str();
            prop_assert!(call.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'/'));
        }
    }
}
