//! API keys, and idempotency keys.

use std::time::Duration;

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, Reply, qso, send};

const QSOS: &str = "/api/v1/logbook/qsos";

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_no_more() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let body = qso("JA1XYZ", "2026-11-21T09:32:02Z");

    let reader = Caller::with_key(&app, app.key("K6BP", &["logbook.read"]).await);
    reader.get(QSOS).await.expect(200);
    let problem = reader.post(QSOS, &body).await.problem(403, "insufficient_scope");
    assert_eq!(problem["scope"], "logbook.write");

    let writer = Caller::with_key(&app, app.key("K6BP", &["logbook.write"]).await);
    writer.post(QSOS, &body).await.expect(201);
    writer
        .get("/api/v1/users")
        .await
        .problem(403, "insufficient_scope");

    let full = Caller::with_key(&app, app.key("K6BP", &["full"]).await);
    full.post(QSOS, &body).await.expect(201);

    let wrong = Caller::with_key(&app, "sbx_nosuchkey_0000000000000000000000000000000000000000000");
    wrong.get(QSOS).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_key_made_in_a_page_is_shown_once_and_ends_when_revoked() {
    let app = TestApp::start().await;
    app.account("K6BP", false, PASSWORD).await;
    let member = Caller::signed_in(&app, "K6BP").await;
    let wish = json!({"name": "logger", "scopes": ["logbook.read"]});
    let made = member.post("/api/v1/apikeys", &wish).await.expect(201);
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.json();
    let key = Caller::with_key(&app, made["key"].as_str().unwrap());
    key.get(QSOS).await.expect(200);
    let list = member.get("/api/v1/apikeys").await.expect(200);
    assert!(!list.text.contains(made["key"].as_str().unwrap()));

    let id = list.json()["items"][0]["id"].as_str().unwrap().to_owned();
    member.delete(&format!("/api/v1/apikeys/{id}")).await.expect(204);
    key.get(QSOS).await.problem(401, "unauthenticated");
}

async fn push(caller: &Caller, key: &str, body: &Value) -> Reply {
    let request = caller
        .request(reqwest::Method::POST, QSOS)
        .header("idempotency-key", key)
        .json(body);
    send(request).await
}

#[tokio::test]
async fn the_same_push_twice_is_answered_alike_also_after_a_restart() {
    let mut app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let logger = Caller::with_key(&app, app.key("K6BP", &["full"]).await);
    let body = qso("JA1XYZ", "2026-11-21T09:32:02Z");
    let first = push(&logger, "contact-1", &body).await.expect(201);
    let again = push(&logger, "contact-1", &body).await.expect(201);
    assert_eq!(first.text, again.text);

    app.restart().await;
    let logger = logger.at(&app);
    let later = push(&logger, "contact-1", &body).await.expect(201);
    assert_eq!(first.text, later.text);
    assert_eq!(later.json()["outcome"], "added", "the reply of the first time");
    assert_eq!(first.header("etag"), later.header("etag"));
    assert_eq!(first.header("location"), later.header("location"));

    let other = qso("DL1ABC", "2026-11-21T09:40:00Z");
    push(&logger, "contact-1", &other)
        .await
        .problem(422, "idempotency_key_reused");
    assert_eq!(logger.get(QSOS).await.json()["total"], 1);

    app.advance(Duration::from_hours(24));
    push(&logger, "contact-1", &other).await.expect(201);
    assert_eq!(logger.get(QSOS).await.json()["total"], 2);
}

#[tokio::test]
async fn a_refused_push_may_be_mended_under_the_same_key() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let logger = Caller::with_key(&app, app.key("K6BP", &["full"]).await);
    let bad = json!({"call": "JA1XYZ", "start": "yesterday", "band": "20m", "mode": "CW"});
    push(&logger, "k", &bad).await.problem(422, "invalid");
    push(&logger, "k", &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201);
}

#[tokio::test]
async fn idempotency_keys_of_two_accounts_are_apart() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    app.account("W1AW", false, PASSWORD).await;
    let one = Caller::with_key(&app, app.key("K6BP", &["full"]).await);
    let other = Caller::with_key(&app, app.key("W1AW", &["full"]).await);
    let first = push(&one, "k", &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201);
    let second = push(&other, "k", &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201);
    assert_eq!(first.json()["logbook"], "K6BP");
    assert_eq!(second.json()["logbook"], "W1AW");
}
