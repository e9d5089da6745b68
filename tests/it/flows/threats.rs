//! Threats that no other file of this folder stands for: who has an account, what the log keeps, the first link again.

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, Reply};
use crate::process::Box_;

/// A reply without what differs by nature: the request's own id.
fn told(reply: &Reply) -> (u16, Value) {
    let mut body: Value = serde_json::from_str(&reply.text).unwrap_or(Value::Null);
    if let Some(body) = body.as_object_mut() {
        body.remove("instance");
        body.remove("request_id");
    }
    (reply.status.as_u16(), body)
}

/// Threat 11: no answer tells whether a call has an account.
#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let guest = Caller::guest(&app);
    let mut answers = Vec::new();
    for call in ["K6BP", "W1AW"] {
        let sign_in = json!({"call": call, "password": "words that are wrong for sure"});
        let signed = guest.post("/api/v1/session", &sign_in).await;
        let recovery = guest.post("/api/v1/recovery", &json!({"call": call})).await;
        let listed = guest.get(&format!("/api/v1/directory/{call}")).await;
        answers.push([told(&signed), told(&recovery), told(&listed)]);
    }
    assert_eq!(answers[0], answers[1]);
}

/// Threat 16: what programs put into addresses and forms does not get into the log, however much it tells.
#[tokio::test]
async fn the_log_keeps_no_secret() {
    let made = Box_::with_admin();
    let serving = made.serve_with(&["--log-level", "trace"]);
    let at = |path: &str| format!("http://127.0.0.1:{}{path}", serving.port);
    let http = crate::process::http();
    let secret = "hunter2-in-the-address";
    for path in [
        format!("/api/v1/logbook/qsos?password={secret}&u=K6BP"),
        format!("/compat/hamqth/xml.php?u=K6BP&p={secret}"),
        format!("/recover/set?token={secret}"),
        format!("/setup?token={secret}"),
    ] {
        http.get(at(&path)).send().await.unwrap();
    }
    for password in [secret, PASSWORD] {
        let typed = json!({"call": "K6BP", "password": password});
        http.post(at("/api/v1/session"))
            .json(&typed)
            .send()
            .await
            .unwrap();
    }
    let key = http
        .get(at("/api/v1/account"))
        .bearer_auth(format!("sbx_{secret}"));
    key.send().await.unwrap();
    let log = serving.output();
    assert!(log.contains("sign-in failed"), "there is a log: {log}");
    assert!(!log.contains(secret), "{log}");
    assert!(!log.contains(PASSWORD), "{log}");
}

/// Threat 19: the link that makes the first administrator makes no second one, nor comes back with a restart.
#[tokio::test]
async fn the_first_run_link_is_of_no_use_again() {
    let mut app = TestApp::start().await;
    let token = app.first_run_token().unwrap();
    let guest = Caller::guest(&app);
    let wish = |call: &str| json!({"token": token, "call": call, "name": "Ann", "password": PASSWORD});
    guest.post("/api/v1/setup", &wish("K6BP")).await.expect(201);
    assert!(
        !guest
            .post("/api/v1/setup", &wish("W1AW"))
            .await
            .status
            .is_success()
    );
    assert_eq!(app.first_run_token(), None);
    app.restart().await;
    let guest = Caller::guest(&app);
    assert!(
        !guest
            .post("/api/v1/setup", &wish("W1AW"))
            .await
            .status
            .is_success()
    );
    assert_eq!(app.first_run_token(), None, "there is an administrator");
    let users = Caller::signed_in(&app, "K6BP")
        .await
        .get("/api/v1/users")
        .await
        .expect(200)
        .json();
    assert_eq!(users["items"].as_array().unwrap().len(), 1);
}
