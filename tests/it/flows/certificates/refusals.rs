//! Certificates that prove nothing: each by a word for programs and a page for people, over a real handshake.

use shackbox::testkit::lotw::{
    Digest, Extension, Key, Template, forged_production, old_production, production_name, root_name,
    user_name,
};

use super::*;

/// A change to an operator's certificate.
fn with(change: impl FnOnce(&mut Template)) -> Card {
    let mut template = Template::user("N0CALL");
    change(&mut template);
    Card::made(template)
}

#[tokio::test]
async fn every_certificate_that_is_not_good_is_refused_with_a_page_that_says_why() {
    let station = Station::start().await;
    assert_eq!(station.refusal(None).await, "no-certificate");
    let subject = |call: &str| user_name(call);
    let cases: Vec<(&str, Card)> = vec![
        (
            "expired",
            with(|t| (t.not_before, t.not_after) = ("2025-07-01".into(), "2026-11-20".into())),
        ),
        ("not-yet-valid", with(|t| t.not_before = "2026-11-22".into())),
        (
            "issued-before-authority",
            with(|t| t.not_before = "2025-01-01".into()),
        ),
        (
            "issued-after-authority",
            Card::chain(vec![
                with_not_before("2025-07-01").signed_by(Key::OldProduction),
                old_production(),
            ]),
        ),
        ("sha-1", with(|t| t.digest = Digest::Sha1)),
        (
            "unknown-authority",
            Card::chain(vec![
                Template::user("N0CALL").signed_by(Key::Forger),
                forged_production(),
            ]),
        ),
        (
            "not-version-3",
            with(|t| (t.version, t.extensions) = (None, Vec::new())),
        ),
        (
            "authority",
            with(|t| t.extensions = vec![Extension::basic_constraints(true)]),
        ),
        (
            "key-usage",
            with(|t| t.extensions = vec![Extension::key_usage(0x20)]),
        ),
        (
            "extended-key-usage",
            with(|t| t.extensions = vec![Extension::extended_key_usage(1)]),
        ),
        ("several-callsigns", with(|t| t.subject = two_calls())),
        ("no-callsign", with(|t| t.subject = name_only("N0CALL"))),
        ("malformed-callsign", with(|t| t.subject = subject("n0call"))),
        (
            "malformed-callsign",
            with(|t| t.subject = subject("N\u{41e}CALL")),
        ),
        ("malformed-callsign", with(|t| t.subject = subject("N0CALL/"))),
        (
            "extension",
            with(|t| t.extensions[2] = Extension::arrl(2, "yesterday")),
        ),
        (
            "former-call",
            with(|t| t.extensions.push(Extension::arrl(3, "2026-11-20"))),
        ),
        ("foreign-issuer", foreign()),
        ("foreign-issuer", of_a_leaf()),
        ("foreign-issuer", self_signed()),
    ];
    for (wanted, card) in cases {
        assert_eq!(station.refusal(Some(&card)).await, wanted);
    }
}

fn with_not_before(day: &str) -> Template {
    Template {
        not_before: day.to_owned(),
        ..Template::user("N0CALL")
    }
}

const CALLSIGN: &[u8] = &[0x2B, 0x06, 0x01, 0x04, 0x01, 0xE0, 0x3C, 0x01, 0x01];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const UTF8: u8 = 0x0C;

fn two_calls() -> Vec<u8> {
    shackbox::testkit::lotw::name(&[(CALLSIGN, UTF8, "N0CALL"), (CALLSIGN, UTF8, "K6BP")])
}

fn name_only(name: &str) -> Vec<u8> {
    shackbox::testkit::lotw::name(&[(COMMON_NAME, UTF8, name)])
}

/// Issued by somebody else altogether.
fn foreign() -> Card {
    with(|t| t.issuer = name_only("Another CA"))
}

/// Signed by an operator's certificate instead of an authority's.
fn of_a_leaf() -> Card {
    let template = Template {
        issuer: user_name("W1AW"),
        ..Template::user("N0CALL")
    };
    let leaf = Template {
        key: Key::OtherUser.public(),
        ..Template::user("W1AW")
    };
    Card::chain(vec![
        template.signed_by(Key::OtherUser),
        leaf.signed_by(Key::Production),
        production(),
    ])
}

fn self_signed() -> Card {
    let template = Template {
        issuer: user_name("N0CALL"),
        ..Template::user("N0CALL")
    };
    Card::chain(vec![template.signed_by(Key::User)])
}

#[tokio::test]
async fn an_operator_s_certificate_that_names_the_authority_is_not_one() {
    let station = Station::start().await;
    // As if an operator were the production authority, and as if the root had not signed it.
    let posing = Template {
        issuer: root_name(),
        subject: production_name(),
        key: Key::OtherUser.public(),
        ..Template::user("W1AW")
    };
    let leaf = Template::user("N0CALL").signed_by(Key::OtherUser);
    for posing in [posing.signed_by(Key::Root), posing.signed_by(Key::Forger)] {
        let card = Card::chain(vec![leaf.clone(), posing]);
        assert_eq!(station.refusal(Some(&card)).await, "unknown-authority");
    }
}

#[tokio::test]
async fn markup_in_a_certificate_stays_text() {
    let station = Station::start().await;
    let name = "<script>alert(1)</script>";
    let subject = shackbox::testkit::lotw::name(&[(CALLSIGN, UTF8, "N0CALL"), (COMMON_NAME, UTF8, name)]);
    let sent = station.send(station.browser()).await;
    let page = station
        .show(Some(&with(|t| t.subject = subject)), &sent.path, PAGE)
        .await;
    assert_eq!(page.status, 200);
    assert!(
        !page.body.contains("<script") && page.body.contains("script"),
        "{}",
        page.body
    );
    let foreign = with(|t| t.issuer = name_only("<img src=x>"));
    let page = station.show(Some(&foreign), "/", PAGE).await;
    assert!(!page.body.contains("<img"), "{}", page.body);
}

#[tokio::test]
async fn a_program_is_told_who_it_is_and_gets_nothing_to_enter_with() {
    let station = Station::start().await;
    let sent = station.send(station.browser()).await;
    let told = station.show(Some(&Card::of("N0CALL")), &sent.path, "*/*").await;
    let body: serde_json::Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(
        (&body["call"], &body["serial"]),
        (&"N0CALL".into(), &"730425".into())
    );
    assert!(body.get("token").is_none() && told.head.contains("cache-control: no-store"));
}

#[tokio::test]
async fn an_older_certificate_is_refused_once_a_newer_one_has_named_it() {
    let mut station = Station::start().await;
    let old = Card::of("N0CALL");
    let reply = station.enter(station.browser(), &old).await.expect(303);
    let (browser, _) = session(&station, &reply).await;
    let line = "/C=US/O=Testing Radio League/CN=Testing Logbook Production CA/Email=lotw@example.org;730425";
    let mut newer = Template {
        serial: 730_999,
        ..Template::user("N0CALL")
    };
    newer.extensions.push(Extension::arrl(5, line));
    // Of another call it says nothing.
    let mut other = Template {
        serial: 730_998,
        ..Template::user("W1AW")
    };
    other.extensions.push(Extension::arrl(5, line));
    station
        .enter(station.browser(), &Card::made(other))
        .await
        .expect(303);
    station.enter(station.browser(), &old).await.expect(303);

    station
        .enter(station.browser(), &Card::made(newer.clone()))
        .await
        .expect(303);
    assert_eq!(station.refusal(Some(&old)).await, "superseded");
    let proofs = browser
        .get("/api/v1/account/verifications")
        .await
        .expect(200)
        .json();
    let why: Vec<_> = proofs["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|proof| proof["why"].clone())
        .collect();
    assert_eq!(why[0], "a newer certificate has taken the place of this one");
    assert!(why[1].is_null(), "{proofs}");
    station.app.restart().await;
    assert_eq!(station.refusal(Some(&old)).await, "superseded");
    station
        .enter(station.browser(), &Card::made(newer))
        .await
        .expect(303);
}
