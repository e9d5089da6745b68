//! Requests signed with a shared secret.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::json;
use sha2::Sha256;
use shackbox::testkit::{BEGIN, TestApp};

use crate::kit::{Caller, PASSWORD, Reply, qso, send};

/// A program that signs.
struct Program {
    guest: Caller,
    user: &'static str,
    secret: String,
    prefix: &'static str,
}

fn sign(secret: &str, parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&parts.join(&b'|'));
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Seconds since 1970 at the test's begin, and some more.
fn at(later: i64) -> String {
    let begin: jiff::Timestamp = BEGIN.parse().unwrap();
    (begin.as_second() + later).to_string()
}

impl Program {
    fn request(
        &self,
        method: Method,
        path: &str,
        (time, nonce): (&str, &str),
        body: &str,
    ) -> reqwest::RequestBuilder {
        let signature = if method.is_safe() {
            sign(&self.secret, &[time.as_bytes(), nonce.as_bytes()])
        } else {
            sign(
                &self.secret,
                &[time.as_bytes(), nonce.as_bytes(), body.as_bytes()],
            )
        };
        self.headers(self.guest.request(method, path), (time, nonce), &signature)
            .header("content-type", "application/json")
            .body(body.to_owned())
    }

    fn headers(
        &self,
        request: reqwest::RequestBuilder,
        (time, nonce): (&str, &str),
        signature: &str,
    ) -> reqwest::RequestBuilder {
        let name = |part: &str| format!("{}{part}", self.prefix);
        request
            .header(name("user"), self.user)
            .header(name("timestamp"), time)
            .header(name("nonce"), nonce)
            .header(name("signature"), signature)
    }

    async fn get(&self, path: &str, time: &str, nonce: &str) -> Reply {
        send(self.request(Method::GET, path, (time, nonce), "")).await
    }
}

async fn member_with_secret() -> (TestApp, Caller, Program) {
    let app = TestApp::start().await;
    app.account("K6BP", false, PASSWORD).await;
    let member = Caller::signed_in(&app, "K6BP").await;
    let made = member
        .post("/api/v1/account/secret", &json!({}))
        .await
        .expect(201);
    assert_eq!(made.header("cache-control"), "no-store");
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let program = Program {
        guest: Caller::guest(&app),
        user: "K6BP",
        secret,
        prefix: "x-shackbox-",
    };
    (app, member, program)
}

#[tokio::test]
async fn a_signed_request_stands_for_its_member() {
    let (_app, member, mut program) = member_with_secret().await;
    let body = qso("JA1XYZ", "2026-11-21T09:32:02Z").to_string();
    let push = program.request(Method::POST, "/api/v1/logbook/qsos", (&at(0), "n1"), &body);
    send(push).await.expect(201);
    program.get("/api/v1/account", &at(0), "n2").await.expect(200);
    program.prefix = "x-odoo-";
    program.get("/api/v1/account", &at(0), "n3").await.expect(200);
    let log = "<CALL:6>JA2ABC<QSO_DATE:8>20261120<TIME_ON:4>1200<BAND:3>20M<MODE:2>CW<EOR>";
    let upload = program.request(Method::POST, "/api/v1/logbook/adif", (&at(0), "n4"), log);
    send(upload).await.expect(202);
    let shown = member.get("/api/v1/account/secret").await.expect(200).json();
    assert_eq!(shown["last_used"], BEGIN);
    assert!(shown.get("secret").is_none());
}

#[tokio::test]
async fn a_signature_is_good_once_and_for_five_minutes() {
    let (app, _, program) = member_with_secret().await;
    program.get("/api/v1/account", &at(0), "once").await.expect(200);
    program
        .get("/api/v1/account", &at(0), "once")
        .await
        .problem(401, "signature_replayed");
    program
        .get("/api/v1/account", &at(299), "early")
        .await
        .expect(200);
    program
        .get("/api/v1/account", &at(301), "too-early")
        .await
        .problem(401, "bad_signature");
    app.advance(Duration::from_secs(301));
    program
        .get("/api/v1/account", &at(0), "late")
        .await
        .problem(401, "bad_signature");
    program
        .get("/api/v1/account", &at(299), "early")
        .await
        .problem(401, "signature_replayed");
}

#[tokio::test]
async fn what_was_signed_before_a_restart_is_refused_after_it() {
    let (mut app, _, program) = member_with_secret().await;
    program.get("/api/v1/account", &at(0), "once").await.expect(200);
    app.advance(Duration::from_secs(10));
    app.restart().await;
    let program = Program {
        guest: Caller::guest(&app),
        ..program
    };
    program
        .get("/api/v1/account", &at(0), "once")
        .await
        .problem(401, "bad_signature");
    program.get("/api/v1/account", &at(10), "again").await.expect(200);
}

#[tokio::test]
async fn anything_changed_spoils_the_signature() {
    let (_app, member, program) = member_with_secret().await;
    let body = qso("JA1XYZ", "2026-11-21T09:32:02Z").to_string();
    let path = "/api/v1/logbook/qsos";
    let time = at(0);
    let right = sign(&program.secret, &[time.as_bytes(), b"n", body.as_bytes()]);
    let tries: [(&str, &str, &str, &str); 6] = [
        (&time, "n", &right, "{}"),
        (&time, "m", &right, &body),
        (&time, "n", &right[..62], &body),
        (&time, "n", "", &body),
        (&time, "n", "zz", &body),
        (&time, "", &right, &body),
    ];
    for (time, nonce, signature, body) in tries {
        let request = program.guest.request(Method::POST, path).body(body.to_owned());
        let request = program.headers(request, (time, nonce), signature);
        let reply = send(request.header("content-type", "application/json")).await;
        reply.problem(401, "bad_signature");
    }
    let somebody_else = Program {
        guest: program.guest.clone(),
        user: "W1AW",
        secret: program.secret.clone(),
        prefix: "x-shackbox-",
    };
    somebody_else
        .get("/api/v1/account", &time, "n5")
        .await
        .problem(401, "bad_signature");

    // A new secret ends the old one, and none opens nothing.
    member
        .post("/api/v1/account/secret", &json!({}))
        .await
        .expect(201);
    program
        .get("/api/v1/account", &time, "n6")
        .await
        .problem(401, "bad_signature");
    member.delete("/api/v1/account/secret").await.expect(204);
    member
        .delete("/api/v1/account/secret")
        .await
        .problem(404, "not_found");
    member
        .get("/api/v1/account/secret")
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_signature_administers_no_secrets() {
    let (app, member, program) = member_with_secret().await;
    for (nonce, path) in [("a", "/api/v1/account/secret"), ("b", "/api/v1/apikeys")] {
        let body = json!({"name": "x", "scopes": ["full"]}).to_string();
        let reply = send(program.request(Method::POST, path, (&at(0), nonce), &body)).await;
        reply.problem(403, "session_required");
    }
    app.advance(Duration::from_mins(11));
    let late = member.post("/api/v1/account/secret", &json!({})).await;
    late.problem(401, "reauthentication_required");
}
