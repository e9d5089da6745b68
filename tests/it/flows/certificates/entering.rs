//! What the holder of a good certificate gets.

use rustls::version::TLS12;
use shackbox::testkit::lotw::{Extension, Key, Template};

use super::*;

#[tokio::test]
async fn a_key_of_1024_bits_signs_its_owner_in_over_both_versions_of_tls() {
    let station = Station::start().await;
    for (version, call) in [(&TLS13, "N0CALL"), (&TLS12, "W1AW")] {
        let card = Card {
            version,
            ..Card::of(call)
        };
        let reply = station.enter(station.browser(), &card).await.expect(303);
        assert_eq!(
            reply.header("location"),
            "/settings#passkeys",
            "a passkey is suggested the first time"
        );
        let errand = set_cookie(&reply, "__Host-errand").unwrap();
        assert!(errand.contains("Max-Age=0"), "{errand}");
        let (browser, told) = session(&station, &reply).await;
        assert_eq!(told["account"]["call"], call);
        assert_eq!(told["account"]["verified"], true);
        assert_eq!(told["account"]["name"], "Test Operator");
        let proofs = browser
            .get("/api/v1/account/verifications")
            .await
            .expect(200)
            .json();
        assert_eq!(proofs["items"].as_array().unwrap().len(), 1);
        assert_eq!(proofs["items"][0]["method"], "lotw_certificate");
        assert_eq!(proofs["items"][0]["by"], "verifier");
        assert!(
            proofs["items"][0]["evidence"]
                .as_str()
                .unwrap()
                .starts_with("serial 730425 SHA-256 ")
        );
    }
    // The second time nothing is recorded, and the page asked for is next.
    let reply = station
        .enter(station.browser(), &Card::of("N0CALL"))
        .await
        .expect(303);
    assert_eq!(reply.header("location"), "/logbook");
    let (browser, _) = session(&station, &reply).await;
    let proofs = browser
        .get("/api/v1/account/verifications")
        .await
        .expect(200)
        .json();
    assert_eq!(proofs["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_of_2048_bits_signs_in_too_and_so_does_one_of_an_authority_that_ended_since() {
    let station = Station::start().await;
    let long = Template {
        key: Key::Server.public(),
        ..Template::user("N0CALL")
    };
    let card = Card {
        key: Key::Server,
        ..Card::made(long)
    };
    station.enter(station.browser(), &card).await.expect(303);
    let old = Template {
        not_before: "2025-03-27".to_owned(),
        ..Template::user("W1AW")
    };
    let chain = vec![
        old.signed_by(Key::OldProduction),
        shackbox::testkit::lotw::old_production(),
    ];
    station
        .enter(station.browser(), &Card::chain(chain))
        .await
        .expect(303);
}

#[tokio::test]
async fn who_comes_without_the_chain_gets_in_once_somebody_has_brought_it() {
    let mut station = Station::start().await;
    let alone = Card::chain(vec![Template::user("W1AW").signed_by(Key::Production)]);
    assert_eq!(station.refusal(Some(&alone)).await, "unknown-authority");
    station
        .enter(station.browser(), &Card::of("N0CALL"))
        .await
        .expect(303);
    station.enter(station.browser(), &alone).await.expect(303);
    station.app.restart().await;
    station.enter(station.browser(), &alone).await.expect(303);
    // What was learned counts only while its root is trusted.
    std::fs::remove_file(station.file("root.pem")).unwrap();
    station.app.reload_authorities().await;
    assert_eq!(station.refusal(Some(&alone)).await, "no-authorities");
}

#[tokio::test]
async fn a_member_proves_the_call_of_the_account_that_is_signed_in() {
    let station = Station::start().await;
    let admin = station.member(ADMIN).await;
    let user = serde_json::json!({"call": "DL1ABC", "password": PASSWORD});
    admin.post("/api/v1/users", &user).await.expect(201);
    let member = station.member("DL1ABC").await;
    let account = member.get("/api/v1/session").await.expect(200).json()["account"].clone();
    assert_eq!(account["verified"], false);
    let sent = station.send(member.clone()).await;
    let token = station
        .show(Some(&Card::of("DL1ABC")), &sent.path, PAGE)
        .await
        .token();
    let reply = sent.back(&token).await;
    assert_eq!(reply.expect(303).header("location"), "/logbook");
    let now = member.get("/api/v1/session").await.expect(200).json()["account"].clone();
    assert_eq!(
        (&now["id"], &now["verified"]),
        (&account["id"], &serde_json::json!(true))
    );
    // Proven, it is nobody else's: another member is told so.
    admin
        .post(
            "/api/v1/users",
            &serde_json::json!({"call": "DL2XYZ", "password": PASSWORD}),
        )
        .await
        .expect(201);
    let other = station.member("DL2XYZ").await;
    let sent = station.send(other.clone()).await;
    let token = station
        .show(Some(&Card::of("DL1ABC")), &sent.path, PAGE)
        .await
        .token();
    let reply = sent.back(&token).await;
    assert!(reply.expect(409).text.contains("held by somebody who proved it"));
    let kept = member.get("/api/v1/session").await.expect(200).json()["account"].clone();
    assert_eq!(kept, now, "the first holder keeps everything");
    let waiting = admin.get("/api/v1/reviews").await.expect(200).json();
    assert_eq!(
        (&waiting["items"][0]["kind"], &waiting["items"][0]["login"]),
        (&serde_json::json!("contested_call"), &serde_json::json!("DL2XYZ"))
    );
}

#[tokio::test]
async fn an_account_that_only_claims_the_call_is_neither_opened_nor_displaced_without_a_question() {
    let station = Station::start().await;
    let admin = station.member(ADMIN).await;
    let user = serde_json::json!({"call": "DL1ABC", "password": PASSWORD});
    let squatter = admin.post("/api/v1/users", &user).await.expect(201).json()["id"].clone();
    let sent = station.send(station.browser()).await;
    let token = station
        .show(Some(&Card::of("DL1ABC")), &sent.path, PAGE)
        .await
        .token();
    let asked = sent.back(&token).await.expect(409);
    assert!(set_cookie(&asked, "__Host-session").is_none());
    assert!(
        asked.text.contains("It is not mine: take the call"),
        "{}",
        asked.text
    );
    let page = Answer {
        status: 409,
        head: String::new(),
        body: asked.text.clone(),
    };
    let fields = format!("token={}&claim=take", page.token());
    let reply = post(
        &sent.browser,
        "/login/certificate/done",
        Some(&sent.errand),
        &fields,
    )
    .await
    .expect(303);
    let (_, told) = session(&station, &reply).await;
    assert_eq!(told["account"]["call"], "DL1ABC");
    assert_ne!(
        told["account"]["id"], squatter,
        "the account of whoever only claimed the call stays theirs"
    );
    let left = admin
        .get(&format!("/api/v1/users/{squatter}"))
        .await
        .expect(200)
        .json();
    assert_eq!(left["role"], "swl");
}

#[tokio::test]
async fn who_may_make_an_account_is_respected() {
    let closed = Station::with(&[("identity.signup", "closed")]).await;
    let reply = closed
        .enter(closed.browser(), &Card::of("N0CALL"))
        .await
        .expect(403);
    assert!(
        reply.text.contains("made by the administrators"),
        "{}",
        reply.text
    );
    closed.app.account("N0CALL", false, PASSWORD).await;
    closed
        .enter(closed.browser(), &Card::of("N0CALL"))
        .await
        .expect(303);

    let approval = Station::with(&[("identity.signup", "approval")]).await;
    for _ in 0..2 {
        let reply = approval
            .enter(approval.browser(), &Card::of("N0CALL"))
            .await
            .expect(200);
        assert!(
            reply.text.contains("An administrator must let you in"),
            "{}",
            reply.text
        );
        assert!(set_cookie(&reply, "__Host-session").is_none());
    }
    let admin = approval.member(ADMIN).await;
    let users = admin.get("/api/v1/users").await.expect(200).json();
    let waiting = users["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["call"] == "N0CALL")
        .unwrap()
        .clone();
    assert_eq!(waiting["waiting"], true);
    let id = &waiting["id"];
    admin
        .patch(
            &format!("/api/v1/users/{id}"),
            &serde_json::json!({"disabled": false}),
        )
        .await
        .expect(200);
    approval
        .enter(approval.browser(), &Card::of("N0CALL"))
        .await
        .expect(303);
}

#[tokio::test]
async fn who_was_given_the_call_after_the_account_proved_it_does_not_get_the_account() {
    let station = Station::start().await;
    station.app.account("N0CALL", false, PASSWORD).await;
    station.app.advance(std::time::Duration::from_hours(24 * 30));
    let mut later = Template::user("N0CALL");
    later.extensions[2] = Extension::arrl(2, "2026-12-10");
    let reply = station
        .enter(station.browser(), &Card::made(later))
        .await
        .expect(409);
    assert!(
        reply.text.contains("an administrator must settle this"),
        "{}",
        reply.text
    );
    assert!(set_cookie(&reply, "__Host-session").is_none());
    station
        .enter(station.browser(), &Card::of("N0CALL"))
        .await
        .expect(303);
}

#[tokio::test]
async fn a_call_on_the_move_is_its_home_call_s() {
    let station = Station::start().await;
    let reply = station
        .enter(station.browser(), &Card::of("N0CALL/KH6"))
        .await
        .expect(303);
    let (browser, told) = session(&station, &reply).await;
    assert_eq!(told["account"]["call"], "N0CALL");
    let proofs = browser
        .get("/api/v1/account/verifications")
        .await
        .expect(200)
        .json();
    assert!(
        proofs["items"][0]["note"]
            .as_str()
            .unwrap()
            .starts_with("for N0CALL/KH6")
    );
}

#[tokio::test]
async fn a_port_of_its_own_needs_no_name() {
    let roots = roots();
    let folder = roots.path().display().to_string();
    let own_port = [("web.mtls.listen", "127.0.0.1:0")];
    let app = TestApp::with(&[&by_tls(&folder)[..], &own_port].concat()).await;
    let browser = Caller::by_https(&app, "localhost");
    let sent = post(&browser, "/login/certificate", None, "").await.expect(303);
    let own = app.asking_address();
    let path = sent
        .header("location")
        .strip_prefix(&format!("https://localhost:{}", own.port()))
        .unwrap();
    let config = client(&TLS13, Shown::new(&Card::of("N0CALL").chain, Key::User, SCHEMES));
    let stream = TcpStream::connect(own).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(config).connect(name, stream).await.unwrap();
    let host = format!(
        "Host: localhost:{}\r\nAccept: {PAGE}\r\nConnection: close",
        own.port()
    );
    let page = Answer::read(&ask(stream, &format!("GET {path} HTTP/1.1\r\n{host}\r\n\r\n")).await);
    let home = format!("https://localhost:{}", app.tls_address().port());
    assert!(
        page.body
            .contains(&format!("action=\"{home}/login/certificate/done\"")),
        "{}",
        page.body
    );
    assert!(
        page.head.contains(&format!("form-action {home};")),
        "{}",
        page.head
    );
    let errand = set_cookie(&sent, "__Host-errand").unwrap();
    let errand = errand.split(';').next();
    let done = post(
        &browser,
        "/login/certificate/done",
        errand,
        &format!("token={}", page.token()),
    )
    .await;
    assert!(set_cookie(&done.expect(303), "__Host-session").is_some());
}
