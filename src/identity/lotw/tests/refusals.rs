//! Every refusal, each by a certificate with one thing wrong. A guard removed makes one of these fail.

use crate::identity::lotw::{BadKey, Circumstances, Refusal};
use crate::testkit::lotw::{
    self, BUILT, Digest, Extension, Key, NOW, Template, curve_public_key, examine, examine_at,
    forged_production, old_production, production, production_name, root, rsa_public_key, user_name,
};

const UTF8_STRING: u8 = 0x0C;
const CALLSIGN: &[u8] = &[0x2B, 0x06, 0x01, 0x04, 0x01, 0xE0, 0x3C, 0x01, 0x01];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// What is said of an operator's certificate after `change`.
fn refusal(change: impl FnOnce(&mut Template)) -> Refusal {
    let mut template = Template::user("N0CALL");
    change(&mut template);
    let certificate = template.signed_by(Key::Production);
    examine(&[root(), production()], &[certificate]).unwrap_err()
}

fn code(change: impl FnOnce(&mut Template)) -> &'static str {
    refusal(change).code()
}

#[test]
fn nothing_is_decided_on_a_wrong_clock() {
    let certificate = Template::user("N0CALL").signed_by(Key::Production);
    let early = examine_at(&[production()], &[certificate], "2026-10-31T23:59:59Z").unwrap_err();
    assert_eq!(early.code(), "clock-wrong");
    let sentence =
        "The clock of this Shackbox is wrong: it shows 2026-10-31, which is before the program was made";
    assert_eq!(early.to_string(), sentence);
}

#[test]
fn nothing_is_proven_without_authorities_or_certificate() {
    let certificate = Template::user("N0CALL").signed_by(Key::Production);
    assert_eq!(examine(&[], &[certificate]), Err(Refusal::NoAuthorities));
    assert_eq!(examine(&[root()], &[]), Err(Refusal::NoCertificate));
}

#[test]
fn bytes_that_are_no_single_certificate_are_refused() {
    let good = Template::user("N0CALL").signed_by(Key::Production);
    let one = |bytes: Vec<u8>| examine(&[production()], &[bytes]).unwrap_err();
    assert_eq!(one([good.clone(), vec![0]].concat()), Refusal::TrailingBytes);
    assert_eq!(one([good.clone(), good.clone()].concat()), Refusal::TrailingBytes);
    assert_eq!(one(good[..good.len() - 1].to_vec()), Refusal::NotACertificate);
    assert_eq!(one(Vec::new()), Refusal::NotACertificate);
    assert_eq!(
        one(b"-----BEGIN CERTIFICATE-----".to_vec()),
        Refusal::NotACertificate
    );
    assert_eq!(one(vec![0x30; 8193]), Refusal::TooLarge);
    let mut padded = Template::user("N0CALL");
    padded
        .extensions
        .push(Extension::plain(&[0x55, 0x1D, 0x7F], &[0; 8000]));
    assert_eq!(one(padded.signed_by(Key::Production)), Refusal::TooLarge);
}

#[test]
fn bytes_behind_the_signature_but_inside_are_refused() {
    let good = Template::user("N0CALL").signed_by(Key::Production);
    let mut longer = good.clone();
    longer.extend([0x05, 0x00]);
    let length = u16::from_be_bytes([good[2], good[3]]) + 2;
    longer[2..4].copy_from_slice(&length.to_be_bytes());
    assert_eq!(examine(&[production()], &[longer]), Err(Refusal::NotACertificate));
}

#[test]
fn old_versions_are_refused() {
    let version_1 = |t: &mut Template| {
        t.version = None;
        t.extensions.clear();
    };
    assert_eq!(code(version_1), "not-version-3");
    assert_eq!(code(|t| t.version = Some(1)), "not-version-3");
}

#[test]
fn an_authority_is_nobody() {
    assert_eq!(
        code(|t| t.extensions = vec![Extension::basic_constraints(true)]),
        "authority"
    );
    assert_eq!(examine(&[root()], &[production()]), Err(Refusal::Authority));
}

#[test]
fn unknown_critical_and_doubled_extensions_are_refused() {
    let unknown = |t: &mut Template| {
        t.extensions.push(Extension {
            critical: true,
            ..Extension::plain(&[0x55, 0x1D, 0x1E], b"\x30\x00")
        });
    };
    assert_eq!(
        refusal(unknown),
        Refusal::CriticalExtension("2.5.29.30".to_owned())
    );
    let arrl = |t: &mut Template| {
        t.extensions.push(Extension {
            critical: true,
            ..Extension::arrl(3, "2030-01-01")
        });
    };
    assert_eq!(code(arrl), "critical-extension");
    let twice = |t: &mut Template| t.extensions.push(Extension::arrl(2, "2030-01-01"));
    assert_eq!(
        refusal(twice),
        Refusal::RepeatedExtension("1.3.6.1.4.1.12348.1.2".to_owned())
    );
    let garbled = |t: &mut Template| t.extensions = vec![Extension::plain(&[0x55, 0x1D, 0x0F], b"\xFF")];
    assert_eq!(code(garbled), "not-a-certificate");
}

#[test]
fn keys_for_other_uses_are_refused() {
    assert_eq!(
        code(|t| t.extensions = vec![Extension::key_usage(0x20)]),
        "key-usage"
    );
    assert_eq!(
        code(|t| t.extensions = vec![Extension::extended_key_usage(1)]),
        "extended-key-usage"
    );
}

#[test]
fn weak_and_foreign_signatures_are_refused() {
    assert_eq!(code(|t| t.digest = Digest::Sha1), "sha-1");
    let good = Template::user("N0CALL").signed_by(Key::Production);
    // The number of RSA with SHA-256 turned into that of RSA with MD5, at both places.
    let with_sha256 = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
    let mut md5 = good.clone();
    let places = |bytes: &[u8]| -> Vec<usize> {
        (0..bytes.len() - 9)
            .filter(|at| bytes[*at..*at + 9] == with_sha256)
            .collect()
    };
    assert_eq!(places(&good).len(), 2);
    for at in places(&good) {
        md5[at + 8] = 4;
    }
    let refusal = examine(&[production()], &[md5]).unwrap_err();
    assert_eq!(
        refusal,
        Refusal::SignatureAlgorithm("1.2.840.113549.1.1.4".to_owned())
    );
    // Only outside, where nobody signed it.
    let mut outside = good.clone();
    outside[places(&good)[1] + 8] = 12;
    assert_eq!(
        examine(&[production()], &[outside]),
        Err(Refusal::NotACertificate)
    );
}

#[test]
fn keys_out_of_bounds_are_refused() {
    assert_eq!(
        refusal(|t| t.key = Key::Weak.public()),
        Refusal::Key(BadKey::TooShort(512))
    );
    assert_eq!(
        refusal(|t| t.key = curve_public_key()),
        Refusal::Key(BadKey::NotRsa)
    );
    let long = rsa_public_key(&[0xFF; 1025], &[1, 0, 1]);
    assert_eq!(refusal(|t| t.key = long), Refusal::Key(BadKey::TooLong(8200)));
    for exponent in [&[1][..], &[2], &[4], &[0xFF; 9]] {
        let key = rsa_public_key(&Key::User.modulus(), exponent);
        assert_eq!(
            refusal(|t| t.key = key),
            Refusal::Key(BadKey::Exponent),
            "{exponent:?}"
        );
    }
}

#[test]
fn certificates_of_others_are_refused_by_name() {
    let foreign = |t: &mut Template| t.issuer = lotw::name(&[(COMMON_NAME, UTF8_STRING, "Other CA")]);
    let refusal = refusal(foreign);
    assert_eq!(
        refusal,
        Refusal::ForeignIssuer {
            issuer: "Other CA".to_owned()
        }
    );
    let sentence = "This is not a certificate of Logbook of the World: it was issued by \"Other CA\"";
    assert_eq!(refusal.to_string(), sentence);
    let self_signed = Template {
        issuer: user_name("N0CALL"),
        ..Template::user("N0CALL")
    };
    let refusal = examine(&[root()], &[self_signed.signed_by(Key::User)]).unwrap_err();
    assert_eq!(refusal.code(), "foreign-issuer");
}

#[test]
fn a_forgers_authority_of_the_same_name_is_refused() {
    let forged = Template::user("W1AW").signed_by(Key::Forger);
    for pinned in [
        vec![root()],
        vec![production()],
        vec![root(), production()],
        vec![production(), old_production()],
    ] {
        for sent in [vec![forged.clone()], vec![forged.clone(), forged_production()]] {
            let refusal = examine(&pinned, &sent).unwrap_err();
            assert_eq!(refusal.code(), "unknown-authority");
        }
    }
}

#[test]
fn a_users_certificate_signs_no_other() {
    let user = Template::user("N0CALL").signed_by(Key::Production);
    let below = Template {
        issuer: user_name("N0CALL"),
        subject: user_name("W1AW"),
        key: Key::OtherUser.public(),
        ..Template::user("W1AW")
    };
    let below = below.signed_by(Key::User);
    let refusal = examine(&[root(), production()], &[below, user, production()]).unwrap_err();
    assert_eq!(refusal.code(), "foreign-issuer");
    // Nor under the production authority's name, with a self-made authority's certificate.
    let own = Template::authority(production_name(), Key::User).signed_by(Key::User);
    let below = Template {
        key: Key::OtherUser.public(),
        ..Template::user("W1AW")
    }
    .signed_by(Key::User);
    let refusal = examine(&[root(), production()], &[below, own]).unwrap_err();
    assert_eq!(refusal.code(), "unknown-authority");
}

#[test]
fn an_authority_that_an_authority_signed_is_not_vouched_for() {
    let middle = Template {
        issuer: production_name(),
        ..Template::authority(user_name("N0CALL"), Key::OtherUser)
    };
    let middle = middle.signed_by(Key::Production);
    let user = Template {
        issuer: user_name("N0CALL"),
        ..Template::user("W1AW")
    }
    .signed_by(Key::OtherUser);
    let refusal = examine(&[root(), production()], &[user, middle, production()]).unwrap_err();
    assert_eq!(refusal.code(), "foreign-issuer");
}

#[test]
fn a_date_outside_the_authoritys_time_is_refused() {
    let after = Template {
        not_before: "2025-06-20".to_owned(),
        ..Template::user("N0CALL")
    };
    let refusal = examine(
        &[root()],
        &[after.signed_by(Key::OldProduction), old_production()],
    )
    .unwrap_err();
    assert_eq!(refusal.code(), "issued-after-authority");
    let sentence = "The certificate is dated 2025-06-20, after its authority had ended (2025-06-19)";
    assert_eq!(refusal.to_string(), sentence);
    assert_eq!(
        code(|t| t.not_before = "2025-06-28".to_owned()),
        "issued-before-authority"
    );
}

#[test]
fn times_outside_the_certificates_own_are_refused() {
    assert_eq!(code(|t| t.not_before = "2026-11-22".to_owned()), "not-yet-valid");
    let expired = refusal(|t| t.not_after = "2026-11-21".to_owned());
    assert_eq!(expired.to_string(), "The certificate expired on 2026-11-21");
}

#[test]
fn a_call_counts_only_alone_and_in_its_own_attribute() {
    let only_in_name = lotw::name(&[(COMMON_NAME, UTF8_STRING, "W1AW")]);
    assert_eq!(code(|t| t.subject = only_in_name), "no-callsign");
    let slashes = "Eve/1.3.6.1.4.1.12348.1.1=W1AW/AROcallsign=W1AW";
    let hidden = lotw::name(&[(COMMON_NAME, UTF8_STRING, slashes)]);
    assert_eq!(code(|t| t.subject = hidden), "no-callsign");
    let two = lotw::name(&[(CALLSIGN, UTF8_STRING, "N0CALL"), (CALLSIGN, UTF8_STRING, "W1AW")]);
    assert_eq!(refusal(|t| t.subject = two), Refusal::SeveralCallsigns(2));
    let same = lotw::name(&[(CALLSIGN, UTF8_STRING, "W1AW"), (CALLSIGN, UTF8_STRING, "W1AW")]);
    assert_eq!(refusal(|t| t.subject = same), Refusal::SeveralCallsigns(2));
    let beside = lotw::name(&[
        (CALLSIGN, UTF8_STRING, "W1AW"),
        (COMMON_NAME, UTF8_STRING, slashes),
    ]);
    let certificate = Template {
        subject: beside,
        ..Template::user("N0CALL")
    }
    .signed_by(Key::Production);
    assert_eq!(
        examine(&[production()], &[certificate])
            .unwrap()
            .callsign
            .as_str(),
        "W1AW"
    );
}

#[test]
fn calls_not_spelled_as_the_league_does_are_refused() {
    let spellings = [
        "",
        "w1aw",
        "W1aw",
        " W1AW",
        "W1AW ",
        "W1AW\n",
        "W1AW\0",
        "W\u{406}AW",
        "\u{FF37}1AW",
        "W1AØ",
        "W1\u{410}W",
        "/W1AW",
        "W1AW/",
        "W1AW//P",
        "WAW",
        "123",
        "Q1AW",
        "0W1AW",
        "W1AW;W2AW",
        "W1AW/AROcallsign=W2AW",
        "W1AW-7",
    ];
    for call in spellings {
        assert_eq!(
            code(|t| t.subject = user_name(call)),
            "malformed-callsign",
            "{call:?}"
        );
    }
    let wrong_type = lotw::name(&[(CALLSIGN, 0x1E, "W1AW")]);
    assert_eq!(code(|t| t.subject = wrong_type), "malformed-callsign");
}

#[test]
fn fields_of_the_league_that_cannot_be_read_are_refused() {
    for (number, text) in [
        (2, "yesterday"),
        (3, ""),
        (3, "2030-02-30"),
        (3, "2030-01-01T00:00"),
        (4, "USA"),
        (4, "-1"),
    ] {
        let change = |t: &mut Template| {
            t.extensions
                .retain(|extension| *extension.oid.last().unwrap() != number);
            t.extensions.push(Extension::arrl(number, text));
        };
        assert_eq!(code(change), "extension", "{number} {text:?}");
    }
}

#[test]
fn a_superseded_certificate_is_refused() {
    let certificate = Template::user("N0CALL").signed_by(Key::Production);
    let circumstances = Circumstances {
        now: NOW.parse().unwrap(),
        built: BUILT.parse().unwrap(),
        superseded: &|claim| claim.certificate.serial == "730425",
    };
    let refusal = lotw::roots(&[production()]).examine(&[certificate], &circumstances);
    assert_eq!(refusal, Err(Refusal::Superseded));
}

#[test]
fn a_former_call_is_shown_but_not_granted() {
    let refusal = refusal(|t| t.extensions.push(Extension::arrl(3, "2026-11-20")));
    assert_eq!(
        refusal.to_string(),
        "The certificate is for a call you used to hold: N0CALL, until 2026-11-20"
    );
    let Refusal::FormerCall { claim, .. } = refusal else {
        panic!("a former call")
    };
    assert_eq!(claim.callsign.as_str(), "N0CALL");
}

#[test]
fn every_refusal_has_words_and_a_way_out() {
    let claim = examine(
        &[production()],
        &[Template::user("N0CALL").signed_by(Key::Production)],
    )
    .unwrap();
    let at = NOW.parse().unwrap();
    let all = [
        Refusal::ClockWrong { shows: at },
        Refusal::NoAuthorities,
        Refusal::NoCertificate,
        Refusal::TooLarge,
        Refusal::NotACertificate,
        Refusal::TrailingBytes,
        Refusal::NotVersion3,
        Refusal::Authority,
        Refusal::CriticalExtension("2.5.29.30".to_owned()),
        Refusal::RepeatedExtension("2.5.29.30".to_owned()),
        Refusal::KeyUsage,
        Refusal::ExtendedKeyUsage,
        Refusal::Sha1,
        Refusal::SignatureAlgorithm("1.2.3".to_owned()),
        Refusal::Key(BadKey::NotRsa),
        Refusal::Key(BadKey::TooShort(512)),
        Refusal::Key(BadKey::TooLong(9000)),
        Refusal::Key(BadKey::Exponent),
        Refusal::ForeignIssuer {
            issuer: "X".to_owned(),
        },
        Refusal::UnknownAuthority {
            issuer: "X".to_owned(),
        },
        Refusal::IssuedBeforeAuthority {
            issued: at,
            began: at,
        },
        Refusal::IssuedAfterAuthority {
            issued: at,
            ended: at,
        },
        Refusal::NotYetValid(at),
        Refusal::Expired(at),
        Refusal::NoCallsign,
        Refusal::SeveralCallsigns(2),
        Refusal::MalformedCallsign("x".to_owned()),
        Refusal::Extension,
        Refusal::Superseded,
        Refusal::Revoked {
            said: "Superceded".into(),
        },
        Refusal::FormerCall {
            claim: Box::new(claim),
            last_qso: "2026-11-20".parse().unwrap(),
        },
    ];
    let mut codes: Vec<&str> = all.iter().map(Refusal::code).collect();
    for refusal in &all {
        let sentence = refusal.to_string();
        assert!(sentence.len() > 20 && !sentence.ends_with('.'), "{sentence}");
        assert!(
            refusal.help().len() > 20 && refusal.help().ends_with(|c| ".”".contains(c)),
            "{sentence}"
        );
        assert!(!refusal.help().contains("  "), "{sentence}");
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all.len(), "every code is of its own");
}

#[test]
fn foreign_text_in_a_claim_moves_no_cursor() {
    let name = "Eve\u{1b}[2J\u{202E}<script>\n";
    let subject = lotw::name(&[(CALLSIGN, UTF8_STRING, "W1AW"), (COMMON_NAME, UTF8_STRING, name)]);
    let certificate = Template {
        subject,
        ..Template::user("W1AW")
    }
    .signed_by(Key::Production);
    let claim = examine(&[production()], &[certificate]).unwrap();
    assert_eq!(claim.common_name.as_deref(), Some("Eve[2J<script>"));
}
