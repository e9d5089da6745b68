//! Behind a proxy that ends TLS: its word counts only where it was chosen, and what it forwards is examined by us.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use shackbox::testkit::lotw::{Key, Template, forged_production};

use super::*;

/// A station behind a proxy on this machine that forwards certificates in this form.
async fn behind(form: &str, trusted: &str) -> (TestApp, tempfile::TempDir) {
    let roots = tempfile::tempdir().unwrap();
    std::fs::write(roots.path().join("root.pem"), pem(&root())).unwrap();
    let folder = roots.path().display().to_string();
    let settings = [
        ("web.public_url", "https://log.example.org"),
        ("web.mtls.server_name", AUTH),
        ("web.mtls.roots", folder.as_str()),
        ("web.mtls.forwarded", form),
        ("web.trusted_proxies", trusted),
    ];
    (TestApp::with(&settings).await, roots)
}

/// What the proxy passes on.
async fn through(app: &TestApp, host: &str, headers: &[(&str, String)]) -> Reply {
    let mut request = crate::process::https("unused", app.address())
        .get(app.url("/"))
        .header("host", host);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    send(
        request
            .header("x-forwarded-proto", "https")
            .header("accept", "application/json"),
    )
    .await
}

fn rfc9440(der: &[u8]) -> String {
    format!(":{}:", BASE64_STANDARD.encode(der))
}

fn escaped(der: &[u8]) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    pem(der).bytes().map(escape).collect()
}

fn user() -> Vec<u8> {
    Template::user("N0CALL").signed_by(Key::Production)
}

const NAME: &str = "emailAddress=user@example.org,CN=Test,1.3.6.1.4.1.12348.1.1=#0C064E3043414C4C";

#[tokio::test]
async fn a_forwarded_certificate_is_examined_like_one_shown_here() {
    let (app, _roots) = behind("rfc9440", "127.0.0.1").await;
    let chain = [
        ("Client-Cert", rfc9440(&user())),
        ("Client-Cert-Chain", rfc9440(&production())),
    ];
    let told = through(&app, AUTH, &chain).await.expect(200).json();
    assert_eq!(told["call"], "N0CALL");
    // The chain was learned by nobody: looking gives nothing away.
    let alone = [("Client-Cert", rfc9440(&user()))];
    assert_eq!(
        through(&app, AUTH, &alone)
            .await
            .problem(403, "certificate_refused")["refusal"],
        "unknown-authority"
    );
    let forged = Template::user("N0CALL").signed_by(Key::Forger);
    let forged = [
        ("Client-Cert", rfc9440(&forged)),
        ("Client-Cert-Chain", rfc9440(&forged_production())),
    ];
    let refused = through(&app, AUTH, &forged)
        .await
        .problem(403, "certificate_refused");
    assert_eq!(refused["refusal"], "unknown-authority");
    assert_eq!(
        through(&app, AUTH, &[]).await.problem(403, "certificate_refused")["refusal"],
        "no-certificate"
    );
    through(&app, AUTH, &[("Client-Cert", "garbage".to_owned())])
        .await
        .problem(400, "bad_forward");

    let (app, roots) = behind("nginx", "127.0.0.1").await;
    std::fs::write(roots.path().join("issuer.pem"), pem(&production())).unwrap();
    app.reload_authorities().await;
    let told = through(&app, AUTH, &[("X-Client-Cert", escaped(&user()))])
        .await
        .expect(200)
        .json();
    assert_eq!(told["serial"], "730425");
    let empty = through(&app, AUTH, &[("X-Client-Cert", String::new())]).await;
    assert_eq!(
        empty.problem(403, "certificate_refused")["refusal"],
        "no-certificate"
    );
}

#[tokio::test]
async fn nobody_but_the_chosen_proxy_in_the_chosen_header_is_heard() {
    let all = |der: &[u8]| {
        [
            ("Client-Cert", rfc9440(der)),
            ("Client-Cert-Chain", rfc9440(&production())),
            ("Client_Cert", rfc9440(der)),
            ("X-Client-Cert", escaped(der)),
            ("X_Client_Cert", escaped(der)),
            ("X-Client-Verify", "SUCCESS".to_owned()),
            ("X-Client-DN", NAME.to_owned()),
            ("X_Client_DN", NAME.to_owned()),
        ]
    };
    // The neighbour is no proxy: it does not even reach that host.
    for form in ["rfc9440", "nginx", "dn"] {
        let (app, _roots) = behind(form, "192.0.2.1").await;
        through(&app, AUTH, &all(&user()))
            .await
            .problem(421, "unknown_host");
    }
    // The proxy forwards in another form than the chosen one, or with a spelling that some servers take for it.
    let chosen = [
        ("rfc9440", "client-cert"),
        ("nginx", "x-client-cert"),
        ("dn", "x-client-dn"),
    ];
    for (form, own) in chosen {
        let (app, _roots) = behind(form, "127.0.0.1").await;
        let others: Vec<_> = all(&user())
            .into_iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case(own))
            .collect();
        let refused = through(&app, AUTH, &others)
            .await
            .problem(403, "certificate_refused");
        assert_eq!(refused["refusal"], "no-certificate", "{form}");
        let twice: Vec<_> = all(&user()).into_iter().chain(all(&user())).collect();
        through(&app, AUTH, &twice)
            .await
            .problem(400, "doubtful_certificate");
    }
    // Switched off, or on a connection that was asked itself, headers say nothing.
    let station = Station::with(&[
        ("web.trusted_proxies", "127.0.0.1"),
        ("web.mtls.forwarded", "rfc9440"),
    ])
    .await;
    let stream = station.connect(None).await.unwrap();
    let forged = rfc9440(&user());
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {AUTH}\r\nClient-Cert: {forged}\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
    );
    let answer = Answer::read(&ask(stream, &request).await);
    assert!(answer.body.contains("no-certificate"), "{}", answer.body);
}

#[tokio::test]
async fn a_name_counts_only_with_the_proxy_s_verdict_and_in_the_form_that_cannot_be_forged() {
    let (app, _roots) = behind("dn", "127.0.0.1").await;
    let verdict = |text: &str| ("X-Client-Verify", text.to_owned());
    let name = |text: &str| ("X-Client-DN", text.to_owned());
    let told = through(&app, AUTH, &[verdict("SUCCESS"), name(NAME)])
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&told["call"], &told["serial"]),
        (&"N0CALL".into(), &serde_json::Value::Null)
    );
    let refused = through(&app, AUTH, &[name(NAME)])
        .await
        .problem(403, "certificate_refused");
    assert_eq!(refused["refusal"], "no-certificate");
    let failed = [verdict("FAILED:certificate has expired"), name(NAME)];
    assert_eq!(
        through(&app, AUTH, &failed)
            .await
            .problem(403, "certificate_refused")["refusal"],
        "proxy"
    );
    let slashes = name("/CN=A/1.3.6.1.4.1.12348.1.1=N0CALL");
    through(&app, AUTH, &[verdict("SUCCESS"), slashes])
        .await
        .problem(400, "bad_forward");
    let two = name(&format!("{NAME},1.3.6.1.4.1.12348.1.1=K6BP"));
    let refused = through(&app, AUTH, &[verdict("SUCCESS"), two])
        .await
        .problem(403, "certificate_refused");
    assert_eq!(refused["refusal"], "several-callsigns");
}

#[tokio::test]
async fn the_whole_way_in_works_through_a_proxy() {
    let (app, _roots) = behind("rfc9440", "127.0.0.1").await;
    let http = crate::process::https("unused", app.address());
    let form = |path: &str, cookie: &str, body: String| {
        http.post(app.url(path))
            .header("host", MAIN)
            .header("x-forwarded-proto", "https")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookie.to_owned())
            .body(body)
    };
    let sent = send(form("/login/certificate", "", String::new()))
        .await
        .expect(303);
    let errand = set_cookie(&sent, "__Host-errand").unwrap();
    let path = sent
        .header("location")
        .strip_prefix("https://auth.log.example.org")
        .unwrap()
        .to_owned();
    let page = http
        .get(app.url(&path))
        .header("host", AUTH)
        .header("x-forwarded-proto", "https")
        .header("accept", PAGE)
        .header("client-cert", rfc9440(&user()))
        .header("client-cert-chain", rfc9440(&production()));
    let page = send(page).await.expect(200);
    let answer = Answer {
        status: 200,
        head: String::new(),
        body: page.text,
    };
    let done = send(form(
        "/login/certificate/done",
        errand.split(';').next().unwrap(),
        format!("token={}", answer.token()),
    ));
    assert!(set_cookie(&done.await.expect(303), "__Host-session").is_some());
}
