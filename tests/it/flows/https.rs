//! HTTPS: the certificate, what goes with it, and what the plain listener still does.

use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::json;
use shackbox::testkit::TestApp;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::kit::{Caller, PASSWORD, Reply, qso, send};
use crate::tls::{Client, TestAuthority, ask, put};

const SELF_SIGNED: [(&str, &str); 2] = [("web.tls.listen", "127.0.0.1:0"), ("web.tls.self_signed", "true")];
const HOST: &str = "log.example.org";
const PUBLIC: (&str, &str) = ("web.public_url", "https://log.example.org");
const DAY: Duration = Duration::from_hours(24);

async fn self_signed(more: &[(&str, &str)]) -> TestApp {
    TestApp::with(&[&SELF_SIGNED, more].concat()).await
}

/// A station with certificate files that an authority made, and the folder they are in.
async fn with_files(pem: &(String, String), more: &[(&str, &str)]) -> (TestApp, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = put(dir.path(), pem);
    let settings = [
        ("web.tls.listen", "127.0.0.1:0"),
        ("web.tls.cert", cert.as_str()),
        ("web.tls.key", key.as_str()),
        PUBLIC,
    ];
    (TestApp::with(&[&settings, more].concat()).await, dir)
}

async fn told(app: &TestApp) -> serde_json::Value {
    let admin = Caller::with_key(app, app.key("K6BP", &["admin"]).await);
    let by_https = Caller::by_https(app, HOST);
    let reply = by_https
        .with(&admin)
        .get("/api/v1/admin/health")
        .await
        .expect(200);
    reply.json()["certificate"].clone()
}

async fn plain(app: &TestApp, host: &str, path: &str) -> Reply {
    let http = crate::process::https("unused", app.address());
    send(http.get(app.url(path)).header("host", host)).await
}

#[tokio::test]
async fn a_self_signed_certificate_is_made_once_and_kept_private() {
    let mut app = self_signed(&[PUBLIC]).await;
    let first = Client::default().sees(app.tls_address(), HOST).await;
    let (_, read) = X509Certificate::from_der(&first).unwrap();
    let names = format!("{:?}", read.subject_alternative_name().unwrap().unwrap().value);
    for name in [HOST, "localhost", "IPAddress"] {
        assert!(names.contains(name), "{names}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &str| {
            std::fs::metadata(app.data_dir().join(path))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!((mode("tls"), mode("tls/self-signed.pem")), (0o700, 0o600));
    }
    app.restart().await;
    assert_eq!(Client::default().sees(app.tls_address(), HOST).await, first);
    app.advance(DAY * 380);
    app.settle().await;
    let renewed = Client::default().sees(app.tls_address(), HOST).await;
    assert_ne!(
        renewed, first,
        "it is made anew before it runs out, without a restart"
    );
}

#[tokio::test]
async fn both_versions_of_tls_and_of_http_are_spoken() {
    let app = self_signed(&[]).await;
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        for (spoken, agreed) in [(vec!["h2", "http/1.1"], "h2"), (vec!["http/1.1"], "http/1.1")] {
            let client = Client {
                versions: vec![version],
                alpn: spoken,
                ..Client::default()
            };
            let stream = client.connect(app.tls_address(), "localhost").await.unwrap();
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(agreed.as_bytes()));
            assert!(
                !client.was_asked(),
                "nobody is asked for a certificate on the main host"
            );
        }
    }
    let by_h2 = Caller::by_https(&app, "localhost")
        .get("/healthz")
        .await
        .expect(200);
    assert_eq!(by_h2.json()["status"], "ok");
    let stream = Client::http1()
        .connect(app.tls_address(), "localhost")
        .await
        .unwrap();
    let reply = ask(
        stream,
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    let bare = Client {
        alpn: Vec::new(),
        ..Client::default()
    };
    let stream = bare.connect(app.tls_address(), "127.0.0.1").await.unwrap();
    let reply = ask(stream, "GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").await;
    assert!(reply.contains("200 OK"), "{reply}");
}

#[tokio::test]
async fn a_session_by_https_has_the_cookie_that_only_https_can_have() {
    let app = self_signed(&[]).await;
    app.account("K6BP", true, PASSWORD).await;
    let guest = Caller::by_https(&app, "localhost");
    let body = json!({"call": "K6BP", "password": PASSWORD});
    let reply = guest.post("/api/v1/session", &body).await.expect(200);
    let cookie = reply.header("set-cookie").to_owned();
    assert!(
        cookie.starts_with("__Host-session=") && cookie.contains("; Secure"),
        "{cookie}"
    );
    let browser = guest.in_session(&reply);
    let origin = format!("https://localhost:{}", app.tls_address().port());
    let change = browser.request(reqwest::Method::POST, "/api/v1/logbook/qsos");
    let change = change
        .header("origin", origin)
        .json(&qso("JA1XYZ", "2026-11-21T09:32:02Z"));
    send(change).await.expect(201);
}

#[tokio::test]
async fn the_firehose_is_heard_by_wss() {
    let app = self_signed(&[]).await;
    app.account("K6BP", true, PASSWORD).await;
    let key = app.key("K6BP", &["full"]).await;
    // As browsers do: they offer HTTP/2 for pages, and HTTP/1.1 alone for sockets.
    let stream = Client::http1()
        .connect(app.tls_address(), "localhost")
        .await
        .unwrap();
    let url = format!("wss://localhost:{}/ws/firehose", app.tls_address().port());
    let mut request = url.into_client_request().unwrap();
    request
        .headers_mut()
        .insert("authorization", format!("Bearer {key}").parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let mut next = async || loop {
        let message = tokio::time::timeout(DAY, socket.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        if let Message::Text(text) = message {
            return serde_json::from_str::<serde_json::Value>(&text).unwrap();
        }
    };
    assert_eq!(next().await["type"], "hello");
    let logger = Caller::by_https(&app, "localhost").with(&Caller::with_key(&app, key));
    logger
        .post("/api/v1/logbook/qsos", &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201);
    assert_eq!(next().await["qso"]["call"], "JA1XYZ");
}

#[tokio::test]
async fn the_plain_listener_sends_on_to_the_public_host_and_nowhere_else() {
    let app = self_signed(&[PUBLIC]).await;
    for host in [HOST, "127.0.0.1", "localhost:8073"] {
        let reply = plain(&app, host, "/logbook?call=K6BP&x=%20").await.expect(308);
        assert_eq!(
            reply.header("location"),
            "https://log.example.org/logbook?call=K6BP&x=%20"
        );
    }
    plain(&app, "evil.example", "/")
        .await
        .problem(421, "unknown_host");
    plain(&app, HOST, "/healthz").await.expect(200);
    plain(&app, HOST, "/readyz").await.expect(200);
    let metrics = plain(&app, "127.0.0.1", "/metrics").await;
    assert_eq!(metrics.status.as_u16(), 200, "this machine's own");
    // A path that looks like another host stays a path.
    let reply = plain(&app, HOST, "//evil.example/").await.expect(308);
    assert_eq!(reply.header("location"), "https://log.example.org//evil.example/");
}

#[tokio::test]
async fn without_a_public_address_it_sends_on_to_the_host_that_was_asked() {
    let app = self_signed(&[]).await;
    let port = app.tls_address().port();
    let reply = plain(&app, "localhost:1234", "/dx").await.expect(308);
    assert_eq!(reply.header("location"), format!("https://localhost:{port}/dx"));
}

#[tokio::test]
async fn what_a_trusted_proxy_got_by_https_is_answered_on_the_plain_listener() {
    let app = self_signed(&[PUBLIC, ("web.trusted_proxies", "127.0.0.1")]).await;
    let http = crate::process::https("unused", app.address());
    let request = |proto: &str| {
        let request = http.get(app.url("/login")).header("host", HOST);
        request
            .header("x-forwarded-for", "198.51.100.7")
            .header("x-forwarded-proto", proto)
    };
    send(request("https")).await.expect(200);
    send(request("http")).await.expect(308);
}

#[tokio::test]
async fn the_redirect_can_be_switched_off() {
    let app = self_signed(&[("web.tls.redirect", "false")]).await;
    plain(&app, "127.0.0.1", "/login").await.expect(200);
}

#[tokio::test]
async fn a_connection_made_for_one_host_is_not_used_for_another() {
    let app = self_signed(&[PUBLIC]).await;
    for (name, host, status) in [
        (HOST, "log.example.org", 200),
        (HOST, "LOG.example.org.:443", 200),
        (HOST, "localhost", 421),
        (HOST, "127.0.0.1", 421),
        ("localhost", "log.example.org", 421),
        // Who goes by address says no name in the hello.
        ("127.0.0.1", "127.0.0.1", 200),
        ("127.0.0.1", "evil.example", 421),
    ] {
        let stream = Client::http1().connect(app.tls_address(), name).await.unwrap();
        let request = format!("GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let reply = ask(stream, &request).await;
        assert!(
            reply.starts_with(&format!("HTTP/1.1 {status}")),
            "{name} {host}: {reply}"
        );
    }
    // The absolute form of the request decides, not the header beside it.
    let stream = Client::http1().connect(app.tls_address(), HOST).await.unwrap();
    let request = "GET http://localhost/login HTTP/1.1\r\nHost: log.example.org\r\nConnection: close\r\n\r\n";
    assert!(ask(stream, request).await.starts_with("HTTP/1.1 421"));
}

#[tokio::test]
async fn browsers_are_told_to_insist_where_they_can_rely_on_it() {
    let hsts = async |app: &TestApp, host: &str| {
        let reply = Caller::by_https(app, host).get("/login").await.expect(200);
        let value = reply.headers.get("strict-transport-security");
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    let app = self_signed(&[PUBLIC]).await;
    assert_eq!(hsts(&app, HOST).await, None, "self-signed");
    let app = self_signed(&[PUBLIC, ("web.tls.hsts", "1d")]).await;
    assert_eq!(hsts(&app, HOST).await.unwrap(), "max-age=86400", "asked for");
    let pem = TestAuthority::new("Club CA").certify_now(&[HOST, "localhost"]);
    let (app, _dir) = with_files(&pem, &[]).await;
    assert_eq!(hsts(&app, HOST).await.unwrap(), "max-age=15552000");
    assert_eq!(
        hsts(&app, "localhost").await,
        None,
        "every program here is localhost"
    );
    let reply = plain(&app, HOST, "/healthz").await.expect(200);
    assert!(!reply.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn changed_files_are_taken_and_broken_ones_are_not() {
    let authority = TestAuthority::new("Club CA");
    let (app, dir) = with_files(&authority.certify_now(&[HOST]), &[]).await;
    app.account("K6BP", true, PASSWORD).await;
    let first = Client::default().sees(app.tls_address(), HOST).await;
    let line = told(&app).await;
    assert_eq!(line["source"], "files");
    assert_eq!(line["names"], json!([HOST]));
    assert_eq!(line["issuer"], "Club CA, rcgen self signed cert");
    assert_eq!(line["not_after"], "2027-02-01T00:00:00Z");
    assert_eq!(line["problem"], json!(null));

    let fresh = authority.certify_now(&[HOST]);
    let other = authority.certify_now(&[HOST]);
    let over = authority.certify(&[HOST], (2026, 1, 1), (2026, 11, 1));
    let mixed = (fresh.0.clone(), other.1);
    for (broken, words) in [
        (
            ("no certificate".to_owned(), fresh.1.clone()),
            "there is no certificate in",
        ),
        (
            (fresh.0.clone(), "no key".to_owned()),
            "there is no private key in",
        ),
        (mixed, "does not belong to the certificate in"),
        (over, "ran out on 2026-11-01"),
    ] {
        put(dir.path(), &broken);
        app.reload_certificates().await;
        assert_eq!(Client::default().sees(app.tls_address(), HOST).await, first);
        let line = told(&app).await;
        let problem = line["problem"].as_str().unwrap();
        assert!(problem.contains(words), "{problem}");
        assert_eq!(
            line["not_after"], "2027-02-01T00:00:00Z",
            "of the one that is shown"
        );
    }
    std::fs::remove_file(dir.path().join("key.pem")).unwrap();
    app.reload_certificates().await;
    assert!(
        told(&app).await["problem"]
            .as_str()
            .unwrap()
            .contains("cannot be read")
    );

    put(dir.path(), &fresh);
    app.reload_certificates().await;
    let second = Client::default().sees(app.tls_address(), HOST).await;
    assert_ne!(second, first, "shown from the next handshake on");
    assert_eq!(told(&app).await["problem"], json!(null));
}

#[tokio::test]
async fn an_end_that_is_near_and_a_name_that_is_missing_are_told() {
    let authority = TestAuthority::new("Club CA");
    let pem = authority.certify(&["www.example.org"], (2026, 1, 1), (2026, 12, 31));
    let (app, _dir) = with_files(&pem, &[]).await;
    app.account("K6BP", true, PASSWORD).await;
    assert_eq!(
        told(&app).await["problem"],
        "the certificate is not for log.example.org"
    );
    app.advance(DAY * 30);
    assert_eq!(told(&app).await["problem"], "the certificate runs out soon");
    app.advance(DAY * 30);
    assert_eq!(told(&app).await["problem"], "the certificate has run out");
    let admin = Caller::signed_in_by_https(&app, HOST, "K6BP").await;
    let page = admin.get("/admin/health").await.expect(200).text;
    assert!(
        page.contains("the certificate has run out") && page.contains("www.example.org"),
        "{page}"
    );
}

#[tokio::test]
async fn the_host_that_asks_for_certificates_shares_the_port_by_name() {
    let app = self_signed(&[PUBLIC, ("web.mtls.server_name", "auth.log.example.org")]).await;
    let main = Client::default();
    main.connect(app.tls_address(), HOST).await.unwrap();
    assert!(!main.was_asked());

    for shows in [None, Some(TestAuthority::new("LoTW").client("K6BP"))] {
        let client = Client {
            shows,
            ..Client::default()
        };
        let stream = client
            .connect(app.tls_address(), "Auth.Log.Example.org")
            .await
            .unwrap();
        assert!(client.was_asked());
        assert_eq!(
            stream.get_ref().1.alpn_protocol(),
            Some(&b"http/1.1"[..]),
            "HTTP/2 connections are shared by hosts"
        );
        let request = "GET /login HTTP/1.1\r\nHost: auth.log.example.org\r\nConnection: close\r\n\r\n";
        let reply = ask(stream, request).await;
        assert!(
            reply.starts_with("HTTP/1.1 404"),
            "no page of the main host is there: {reply}"
        );
    }
    for (name, host) in [("auth.log.example.org", HOST), (HOST, "auth.log.example.org")] {
        let stream = Client::http1().connect(app.tls_address(), name).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert!(
            ask(stream, &request).await.starts_with("HTTP/1.1 421"),
            "{name} {host}"
        );
    }
}

#[tokio::test]
async fn the_host_that_asks_for_certificates_can_have_a_port_of_its_own() {
    let app = self_signed(&[("web.mtls.listen", "127.0.0.1:0")]).await;
    let client = Client::default();
    let stream = client.connect(app.asking_address(), "localhost").await.unwrap();
    assert!(client.was_asked());
    let reply = ask(
        stream,
        "GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(reply.starts_with("HTTP/1.1 404"), "{reply}");
    let main = Client::default();
    main.connect(app.tls_address(), "localhost").await.unwrap();
    assert!(!main.was_asked());
}
