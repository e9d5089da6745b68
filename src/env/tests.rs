//! The outside world behaves as told: clocks stand, services are asked politely, mails are kept.

use std::time::Duration;

use jiff::Timestamp;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::mailer::Mail;
use super::*;

fn outbound(server: &MockServer, change: impl FnOnce(&mut Service)) -> Outbound {
    let mut service = Service::at(server.uri().parse().unwrap());
    service.pause = Duration::from_millis(1);
    change(&mut service);
    Outbound::new([("place".to_owned(), service)])
}

#[test]
fn a_fake_clock_stands_until_it_is_wound() {
    let clock = Clock::fake(Timestamp::UNIX_EPOCH);
    let twin = clock.clone();
    clock.advance(Duration::from_secs(90));
    assert_eq!(twin.now().as_second(), 90);
}

#[test]
fn seeded_randomness_repeats_and_system_randomness_does_not() {
    assert_eq!(Entropy::seeded(5).bytes::<16>(), Entropy::seeded(5).bytes::<16>());
    assert_ne!(Entropy::seeded(5).bytes::<16>(), Entropy::seeded(6).bytes::<16>());
    assert_ne!(Entropy::system().bytes::<16>(), Entropy::system().bytes::<16>());
    assert!(Entropy::seeded(1).jitter(Duration::from_secs(10)) <= Duration::from_secs(10));
}

#[test]
fn tokens_are_url_safe_and_ids_sort_by_time() {
    let entropy = Entropy::seeded(1);
    for (bytes, characters) in [(0, 0), (1, 2), (2, 3), (3, 4), (32, 43)] {
        let token = entropy.token(bytes);
        assert_eq!(token.len(), characters);
        assert!(
            token
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
            "{token}"
        );
    }
    let early = entropy.uuid7("2026-01-01T00:00:00Z".parse().unwrap());
    let late = entropy.uuid7("2026-01-01T00:00:00.002Z".parse().unwrap());
    assert!(early < late);
    assert_eq!(early.get_version_num(), 7);
}

#[tokio::test]
async fn a_service_is_asked_below_its_base_url() {
    let server = MockServer::start().await;
    let reply = ResponseTemplate::new(200)
        .set_body_string("73")
        .insert_header("etag", "\"a\"");
    Mock::given(method("GET"))
        .and(path("/base/cty.dat"))
        .and(query_param("q", "a b"))
        .respond_with(reply)
        .mount(&server)
        .await;
    let outbound = outbound(&server, |service| service.base.set_path("/base/"));
    let reply = outbound.get("place", "cty.dat", &[("q", "a b")]).await.unwrap();
    assert_eq!(
        (reply.status, reply.body.as_slice(), reply.etag.as_deref()),
        (200, b"73".as_slice(), Some("\"a\""))
    );
    assert!(matches!(
        outbound.get("place", "../secret", &[]).await,
        Err(OutboundError::Path(_))
    ));
    assert!(matches!(
        outbound.get("elsewhere", "", &[]).await,
        Err(OutboundError::Unknown(_))
    ));
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again() {
    let server = MockServer::start().await;
    Mock::given(header("if-none-match", "\"a\""))
        .respond_with(ResponseTemplate::new(304))
        .mount(&server)
        .await;
    let reply = outbound(&server, |_| ())
        .get_unless("place", "cty.dat", "\"a\"")
        .await
        .unwrap();
    assert_eq!((reply.status, reply.body.len()), (304, 0));
}

#[tokio::test]
async fn an_error_status_says_when_to_come_again() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(503).insert_header("retry-after", "60"))
        .mount(&server)
        .await;
    let error = outbound(&server, |_| ())
        .get("place", "x", &[])
        .await
        .unwrap_err();
    assert!(
        matches!(error, OutboundError::Status { status: 503, retry_after: Some(after), .. } if after.as_secs() == 60),
        "{error}"
    );
}

#[tokio::test]
async fn too_long_and_too_large_replies_are_refused() {
    let server = MockServer::start().await;
    Mock::given(path("/large"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(vec![0; 2_000]))
        .mount(&server)
        .await;
    Mock::given(path("/slow"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(30)))
        .mount(&server)
        .await;
    let outbound = outbound(&server, |service| {
        service.most_bytes = 1_000;
        service.timeout = Duration::from_millis(300);
    });
    assert!(matches!(
        outbound.get("place", "large", &[]).await,
        Err(OutboundError::TooLarge { .. })
    ));
    assert!(matches!(
        outbound.get("place", "slow", &[]).await,
        Err(OutboundError::Timeout(_))
    ));
}

#[tokio::test]
async fn requests_to_one_service_keep_their_distance() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    let outbound = outbound(&server, |service| service.pause = Duration::from_millis(60));
    let start = tokio::time::Instant::now();
    let (a, b, c) = tokio::join!(
        outbound.get("place", "1", &[]),
        outbound.get("place", "2", &[]),
        outbound.get("place", "3", &[])
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert!(start.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn an_unreachable_service_is_named_without_its_address() {
    let mut service = Service::at("http://127.0.0.1:1/path?password=geheim".parse().unwrap());
    service.pause = Duration::ZERO;
    let outbound = Outbound::new([("place".to_owned(), service)]);
    let error = outbound.get("place", "x", &[]).await.unwrap_err().to_string();
    assert!(
        error.starts_with("place cannot be reached") && !error.contains("geheim"),
        "{error}"
    );
}

#[tokio::test]
async fn without_a_mail_server_mails_are_kept_for_the_administrator() {
    let mailer = Mailer::off(Clock::fake(Timestamp::UNIX_EPOCH));
    for n in 0..120 {
        let mail = Mail {
            to: "op@example.org".into(),
            subject: n.to_string(),
            text: "73".into(),
        };
        mailer.send(mail).await.unwrap();
    }
    let recent = mailer.recent();
    assert_eq!(recent.len(), 100);
    assert_eq!(
        (recent[0].mail.subject.as_str(), recent[0].mail.text.as_str()),
        ("119", "73")
    );
    assert!(recent[0].outcome.is_none());
    let nowhere = Mail {
        to: "nobody".into(),
        subject: String::new(),
        text: String::new(),
    };
    assert!(matches!(mailer.send(nowhere).await, Err(MailError::Address(_))));
}

#[tokio::test]
async fn with_a_mail_server_mails_go_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = SmtpSettings {
        host: "127.0.0.1".into(),
        port: Some(listener.local_addr().unwrap().port()),
        security: SmtpSecurity::Plain,
        login: None,
        from: "Shack <shack@example.org>".into(),
    };
    let server = tokio::spawn(crate::testkit::take_mail(listener));
    let mailer = Mailer::smtp(&settings, Clock::fake(Timestamp::UNIX_EPOCH)).unwrap();
    mailer
        .send(Mail {
            to: "op@example.org".into(),
            subject: "Hi".into(),
            text: "73 de K1ABC".into(),
        })
        .await
        .unwrap();
    let told = server.await.unwrap();
    assert!(
        told.contains("RCPT TO:<op@example.org>") && told.contains("73 de K1ABC"),
        "{told}"
    );
    let recent = mailer.recent();
    assert_eq!(
        (recent[0].outcome.clone(), recent[0].mail.text.as_str()),
        (Some(Ok(())), "")
    );
}
