//! What Logbook of the World says of a certificate.

use std::time::Duration;

use wiremock::matchers::{path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

async fn lotw(status: &str) -> MockServer {
    let server = MockServer::start().await;
    say(&server, status).await;
    server
}

async fn say(server: &MockServer, status: &str) {
    server.reset().await;
    let page = ResponseTemplate::new(200).set_body_string(format!("<html><Status>{status}</Status></html>"));
    let asked = Mock::given(path("/lotw/crl")).and(query_param("serial", "730425"));
    asked.respond_with(page).mount(server).await;
}

/// How often certificates were asked about; the list of users is fetched from there too.
async fn times_asked(server: &MockServer) -> usize {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .filter(|request| request.url.path() == "/lotw/crl")
        .count()
}

async fn asking(server: &MockServer) -> Station {
    let base = format!("{}/", server.uri());
    Station::with(&[("sources.lotw.enabled", "true"), ("sources.lotw.url", &base)]).await
}

async fn proof(browser: &Caller) -> serde_json::Value {
    let proofs = browser
        .get("/api/v1/account/verifications")
        .await
        .expect(200)
        .json();
    proofs["items"][0].clone()
}

#[tokio::test]
async fn a_certificate_that_stands_is_asked_about_once_and_weekly_after() {
    let server = lotw("Unrevoked").await;
    let station = asking(&server).await;
    station.app.settle().await;
    let reply = station.enter(station.browser(), &Card::of("N0CALL")).await;
    let (browser, _) = session(&station, &reply).await;
    assert_eq!(proof(&browser).await["note"], "LoTW says: Unrevoked");
    station
        .enter(station.browser(), &Card::of("N0CALL"))
        .await
        .expect(303);
    assert_eq!(times_asked(&server).await, 1);
    station.app.advance(Duration::from_hours(24 * 8));
    station.app.settle().await;
    assert_eq!(times_asked(&server).await, 2);
    // What has run out has still been issued.
    say(&server, "Expired").await;
    station.app.advance(Duration::from_hours(24 * 8));
    station.app.settle().await;
    let browser = station.member_again(&Card::of("N0CALL")).await;
    assert!(proof(&browser).await["ended"].is_null());
    say(&server, "Superceded").await;
    station.app.advance(Duration::from_hours(24 * 8));
    station.app.settle().await;
    let admin = station.member(ADMIN).await;
    let users = admin.get("/api/v1/users").await.expect(200).json();
    let user = users["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["call"] == "N0CALL")
        .unwrap();
    assert_eq!(user["verified"], false);
    let path = format!("/api/v1/users/{}/verifications", user["id"]);
    let proofs = admin.get(&path).await.expect(200).json();
    assert_eq!(
        proofs["items"][0]["why"],
        "Logbook of the World says of the certificate: Superceded"
    );
}

#[tokio::test]
async fn one_that_does_not_stand_is_refused() {
    for status in ["Superceded", "Bad serial", "Revoked"] {
        let server = lotw(status).await;
        let station = asking(&server).await;
        let reply = station
            .enter(station.browser(), &Card::of("N0CALL"))
            .await
            .expect(403);
        assert!(
            reply.text.contains(status) && reply.text.contains("<code>revoked</code>"),
            "{}",
            reply.text
        );
        assert!(set_cookie(&reply, "__Host-session").is_none());
    }
}

#[tokio::test]
async fn a_silent_logbook_of_the_world_keeps_nobody_out() {
    let server = MockServer::start().await;
    let station = asking(&server).await;
    let reply = station.enter(station.browser(), &Card::of("N0CALL")).await;
    let (browser, _) = session(&station, &reply).await;
    let note = proof(&browser).await["note"].as_str().unwrap().to_owned();
    assert!(
        note.starts_with("LoTW was not asked: lotw answered with status 404"),
        "{note}"
    );
}
