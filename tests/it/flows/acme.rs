//! Certificates by ACME, against an authority that really looks.

use std::time::Duration;

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::authority::{Authority, Manners};
use crate::kit::{Caller, PASSWORD};
use crate::tls::Client;

const HOST: &str = "log.example.org";
const HOUR: Duration = Duration::from_hours(1);

/// A station that asks this authority, once it has tried.
async fn station(authority: &Authority, more: &[(&str, &str)]) -> TestApp {
    let directory = authority.directory();
    let settings = [
        ("web.tls.listen", "127.0.0.1:0"),
        ("web.tls.acme", "true"),
        ("web.public_url", "https://log.example.org"),
        ("web.acme.directory", directory.as_str()),
    ];
    let app = TestApp::with(&[&settings, more].concat()).await;
    authority.knows(app.address(), app.tls_address());
    app.settle().await;
    app
}

/// What the administrator is told.
async fn told(app: &TestApp) -> Value {
    let key = app.key("K6BP", &["admin"]).await;
    let caller = Caller::by_https(app, HOST).with(&Caller::with_key(app, key));
    caller.get("/api/v1/admin/health").await.expect(200).json()["certificate"].clone()
}

async fn with_admin(authority: &Authority, more: &[(&str, &str)]) -> TestApp {
    let app = station(authority, more).await;
    app.account("K6BP", true, PASSWORD).await;
    app
}

#[tokio::test]
async fn a_certificate_comes_by_a_handshake_or_by_a_file() {
    for (way, word) in [
        ("tls-alpn-01", "tls-alpn-01"),
        ("http-01", "http-01"),
        ("any", "tls-alpn-01"),
    ] {
        let authority = Authority::start(Manners::default()).await;
        let app = with_admin(
            &authority,
            &[
                ("web.acme.challenge", way),
                ("web.acme.contact", "k6bp@example.org"),
            ],
        )
        .await;
        let line = told(&app).await;
        assert_eq!(line["problem"], json!(null));
        assert_eq!(line["source"], "acme");
        assert_eq!(line["names"], json!([HOST]));
        assert!(
            line["issuer"].as_str().unwrap().starts_with("Test Authority"),
            "{line}"
        );
        assert_eq!(line["last_attempt"], "2026-11-21T12:00:00Z");
        assert_eq!(authority.proven(), [word]);
        assert_eq!(authority.contacts(), [json!(["mailto:k6bp@example.org"])]);
        #[cfg(unix)]
        for file in ["account.json", "certificate.pem", "attempts.json"] {
            use std::os::unix::fs::PermissionsExt as _;
            let data = std::fs::metadata(app.data_dir().join("tls/acme").join(file)).unwrap();
            assert_eq!(data.permissions().mode() & 0o777, 0o600, "{file}");
        }
    }
}

#[tokio::test]
async fn every_name_of_the_station_is_proven() {
    let authority = Authority::start(Manners::default()).await;
    let app = with_admin(&authority, &[("web.mtls.server_name", "auth.log.example.org")]).await;
    assert_eq!(told(&app).await["names"], json!([HOST, "auth.log.example.org"]));
    assert_eq!(authority.proven().len(), 2);
}

#[tokio::test]
async fn it_is_kept_over_a_restart_and_renewed_without_one() {
    let authority = Authority::start(Manners::default()).await;
    let mut app = with_admin(&authority, &[]).await;
    let first = Client::default().sees(app.tls_address(), HOST).await;
    app.restart().await;
    authority.knows(app.address(), app.tls_address());
    app.settle().await;
    assert_eq!(Client::default().sees(app.tls_address(), HOST).await, first);
    app.advance(HOUR * 24 * 7);
    app.settle().await;
    assert_eq!(authority.orders(), 1, "two thirds of its life are not over");

    authority.behave(|manners| manners.until = (2027, 6, 1));
    app.advance(HOUR * 24 * 40);
    app.settle().await;
    assert_eq!(authority.orders(), 2);
    assert_ne!(Client::default().sees(app.tls_address(), HOST).await, first);
    assert_eq!(told(&app).await["not_after"], "2027-06-01T00:00:00Z");
    assert_eq!(authority.contacts().len(), 1, "by the same account");
}

#[tokio::test]
async fn a_refused_nonce_is_no_failure() {
    let authority = Authority::start(Manners {
        bad_nonces: 2,
        ..Manners::default()
    })
    .await;
    let app = with_admin(&authority, &[]).await;
    assert_eq!(told(&app).await["problem"], json!(null));
}

#[tokio::test]
async fn an_authority_that_has_forgotten_the_account_gets_a_new_one() {
    let authority = Authority::start(Manners::default()).await;
    let app = with_admin(&authority, &[]).await;
    authority.forget_accounts();
    app.advance(HOUR * 24 * 60);
    app.settle().await;
    assert_eq!(authority.orders(), 2);
    assert_eq!(told(&app).await["last_attempt"], "2027-01-20T12:00:00Z");
}

#[tokio::test]
async fn a_name_that_cannot_be_checked_is_told_and_tried_again_later_in_the_other_way() {
    let authority = Authority::start(Manners {
        sees_nothing: true,
        ..Manners::default()
    })
    .await;
    let app = with_admin(&authority, &[]).await;
    let line = told(&app).await;
    assert_eq!(
        line["problem"],
        "the certificate authority could not check log.example.org: log.example.org: Connection refused. \
         From the internet, port 443 of that name must lead to web.tls.listen"
    );
    assert_eq!(
        line["issuer"], "Shackbox, self-signed",
        "there is always one to show"
    );
    assert_eq!(line["next_attempt"], "2026-11-21T12:15:00Z");
    app.settle().await;
    assert_eq!(authority.orders(), 1, "it waits");

    app.advance(Duration::from_mins(15));
    app.settle().await;
    assert_eq!(authority.orders(), 2);
    let line = told(&app).await;
    assert!(
        line["problem"]
            .as_str()
            .unwrap()
            .ends_with("port 80 of that name must lead to web.listen"),
        "{line}"
    );
    assert_eq!(line["next_attempt"], "2026-11-21T12:45:00Z", "twice as long");

    authority.behave(|manners| manners.sees_nothing = false);
    app.advance(Duration::from_mins(30));
    app.settle().await;
    assert_eq!(told(&app).await["problem"], json!(null));
    assert_eq!(authority.proven(), ["tls-alpn-01"]);
}

#[tokio::test]
async fn an_authority_that_wants_to_be_left_alone_is() {
    let authority = Authority::start(Manners {
        limited: Some(36 * 3_600),
        ..Manners::default()
    })
    .await;
    let mut app = with_admin(&authority, &[]).await;
    let line = told(&app).await;
    assert_eq!(
        line["problem"],
        "the certificate authority wants to be left alone for 36 hours: too many certificates for this name"
    );
    assert_eq!(line["next_attempt"], "2026-11-23T00:00:00Z");
    authority.behave(|manners| manners.limited = None);
    for _ in 0..3 {
        app.advance(HOUR * 9);
        app.settle().await;
    }
    app.restart().await;
    authority.knows(app.address(), app.tls_address());
    app.reload_certificates().await;
    app.settle().await;
    assert_eq!(authority.orders(), 0, "whatever happens meanwhile");
    // The clock of a station that starts anew goes on where the test began.
    app.advance(HOUR * 9);
    app.settle().await;
    assert_eq!(authority.orders(), 1);
    assert_eq!(told(&app).await["problem"], json!(null));
}

#[tokio::test]
async fn mending_something_and_sighup_shortens_the_wait() {
    let authority = Authority::start(Manners {
        sees_nothing: true,
        ..Manners::default()
    })
    .await;
    let app = with_admin(&authority, &[]).await;
    authority.behave(|manners| manners.sees_nothing = false);
    let first = Client::default().sees(app.tls_address(), HOST).await;
    app.reload_certificates().await;
    while Client::default().sees(app.tls_address(), HOST).await == first {
        tokio::task::yield_now().await;
    }
    assert_eq!(told(&app).await["problem"], json!(null));
}

#[tokio::test]
async fn an_account_is_bound_where_the_authority_knows_its_customers() {
    let manners = || Manners {
        binding: Some((
            "customer-7".into(),
            b"a key of thirty-two bytes, no less".to_vec(),
        )),
        ..Manners::default()
    };
    let key = "YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgbm8gbGVzcw";
    for (settings, problem) in [
        (
            vec![
                ("web.acme.eab_key_id", "customer-7"),
                ("web.acme.eab_hmac_key", key),
            ],
            None,
        ),
        (
            Vec::new(),
            Some("Set web.acme.eab_key_id and web.acme.eab_hmac_key"),
        ),
        (
            vec![
                ("web.acme.eab_key_id", "customer-8"),
                ("web.acme.eab_hmac_key", key),
            ],
            Some("refuses: the binding does not hold"),
        ),
    ] {
        let authority = Authority::start(manners()).await;
        let app = with_admin(&authority, &settings).await;
        let line = told(&app).await;
        match problem {
            None => assert_eq!(line["problem"], json!(null)),
            Some(words) => assert!(line["problem"].as_str().unwrap().contains(words), "{line}"),
        }
    }
}

#[tokio::test]
async fn an_authority_that_is_none_is_told_in_words() {
    let authority = Authority::start(Manners {
        broken: Some((200, "<html>welcome</html>")),
        ..Manners::default()
    })
    .await;
    let app = with_admin(&authority, &[]).await;
    let problem = told(&app).await["problem"].clone();
    assert_eq!(
        problem,
        "the certificate authority cannot be used: its answer is none of this protocol; is web.acme.directory right?"
    );
    let away = with_admin(
        &authority,
        &[("web.acme.directory", "http://127.0.0.1:1/directory")],
    )
    .await;
    let problem = told(&away).await["problem"].clone();
    assert!(
        problem
            .as_str()
            .unwrap()
            .contains("cannot be used: Connection refused"),
        "{problem}"
    );
}

#[tokio::test]
async fn an_authority_that_knows_one_way_only_is_asked_by_that() {
    let authority = Authority::start(Manners {
        ways: vec!["http-01"],
        ..Manners::default()
    })
    .await;
    let app = with_admin(&authority, &[]).await;
    assert_eq!(told(&app).await["problem"], json!(null));
    let strict = with_admin(&authority, &[("web.acme.challenge", "tls-alpn-01")]).await;
    let problem = told(&strict).await["problem"].clone();
    assert!(
        problem
            .as_str()
            .unwrap()
            .contains("offers no way to prove log.example.org"),
        "{problem}"
    );
}
