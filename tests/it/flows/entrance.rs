//! The first run, signing in and out, and what guards a session.

use std::time::Duration;

use serde_json::json;
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, qso, send};

#[tokio::test]
async fn the_first_run_link_works_once() {
    let app = TestApp::start().await;
    let token = app.first_run_token().unwrap();
    let guest = Caller::guest(&app);
    let wish =
        |token: &str, call: &str| json!({"token": token, "call": call, "password": PASSWORD, "grid": "CM87"});

    guest
        .post("/api/v1/setup", &wish("guessed", "W1AW"))
        .await
        .problem(403, "bad_link");
    let made = guest
        .post("/api/v1/setup", &wish(&token, "K6BP"))
        .await
        .expect(201);
    assert_eq!(made.json()["account"]["role"], "administrator");
    assert_eq!(
        made.json()["logbooks"][0]["call"],
        "K6BP",
        "a logbook of their own comes with it: {}",
        made.text
    );
    guest
        .post("/api/v1/setup", &wish(&token, "W1AW"))
        .await
        .problem(409, "already_set_up");
    assert_eq!(app.first_run_token(), None, "there is no second link");

    let admin = guest.in_session(&made);
    admin.get("/api/v1/users").await.expect(200);
    admin
        .post("/api/v1/logbook/qsos", &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201);
}

#[tokio::test]
async fn of_two_browsers_with_the_first_run_link_one_wins() {
    let app = TestApp::start().await;
    let token = app.first_run_token().unwrap();
    let guest = Caller::guest(&app);
    let claim = async |call: &str| {
        let body = json!({"token": token, "call": call, "password": PASSWORD});
        guest.post("/api/v1/setup", &body).await.status.as_u16()
    };
    let (one, other) = tokio::join!(claim("K6BP"), claim("W1AW"));
    let mut both = [one, other];
    both.sort_unstable();
    assert_eq!(both, [201, 409]);
}

#[tokio::test]
async fn the_first_run_link_ends_after_half_an_hour() {
    let app = TestApp::start().await;
    let token = app.first_run_token().unwrap();
    app.advance(Duration::from_mins(30));
    let body = json!({"token": token, "call": "K6BP", "password": PASSWORD});
    Caller::guest(&app)
        .post("/api/v1/setup", &body)
        .await
        .problem(403, "bad_link");
    let page = Caller::guest(&app).get(&format!("/setup?token={token}")).await;
    assert_eq!(page.status, 403);
}

#[tokio::test]
async fn a_refused_first_run_names_the_field_and_leaves_the_link() {
    let app = TestApp::start().await;
    let token = app.first_run_token().unwrap();
    let guest = Caller::guest(&app);
    let short = json!({"token": token, "call": "K6BP", "password": "short"});
    let problem = guest.post("/api/v1/setup", &short).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "password");
    let good = json!({"token": token, "call": "K6BP", "password": PASSWORD});
    guest.post("/api/v1/setup", &good).await.expect(201);
}

#[tokio::test]
async fn a_session_begins_with_the_password_and_ends_with_signing_out() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let guest = Caller::guest(&app);
    let wrong = json!({"call": "K6BP", "password": "not the password at all"});
    guest
        .post("/api/v1/session", &wrong)
        .await
        .problem(401, "wrong_credentials");
    let nobody = json!({"call": "W1AW", "password": PASSWORD});
    guest
        .post("/api/v1/session", &nobody)
        .await
        .problem(401, "wrong_credentials");

    let member = Caller::signed_in(&app, "k6bp").await;
    assert_eq!(
        member.get("/api/v1/session").await.expect(200).json()["account"]["call"],
        "K6BP"
    );
    member.delete("/api/v1/session").await.expect(204);
    member
        .get("/api/v1/session")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_session_survives_a_restart() {
    let mut app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let member = Caller::signed_in(&app, "K6BP").await;
    app.restart().await;
    member.at(&app).get("/api/v1/session").await.expect(200);
}

#[tokio::test]
async fn a_change_without_the_page_s_token_is_refused() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let member = Caller::signed_in(&app, "K6BP").await;
    let body = qso("JA1XYZ", "2026-11-21T09:32:02Z");
    let problem = member.without_csrf().post("/api/v1/logbook/qsos", &body).await;
    assert_eq!(problem.status, 403, "{}", problem.text);
    assert_eq!(problem.header("content-type"), "application/problem+json");

    let foreign = member
        .request(reqwest::Method::POST, "/api/v1/logbook/qsos")
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .json(&body);
    assert_eq!(send(foreign).await.status, 403);

    member.post("/api/v1/logbook/qsos", &body).await.expect(201);
}

#[tokio::test]
async fn guessing_passwords_gets_slower() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let guest = Caller::guest(&app);
    let mut refused = None;
    for guess in 0..40 {
        let body = json!({"call": "K6BP", "password": format!("guess number {guess} of many")});
        let reply = guest.post("/api/v1/session", &body).await;
        if reply.status == 429 {
            refused = Some(reply);
            break;
        }
    }
    let reply = refused.expect("forty guesses in a row are too many");
    assert!(reply.header("retry-after").parse::<u64>().unwrap() >= 1);
    reply.problem(429, "rate_limited");
}
