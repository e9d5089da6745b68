//! Making an account of one's own: what keeps robots out, and what strangers do not learn.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, Reply, qso};

/// The questions as they are kept, to find the right answers.
const QUESTIONS: &str = include_str!("../../../assets/identity/gate.toml");

/// A set of questions with its right answers and its work done.
pub(super) struct Ready {
    token: String,
    answers: Vec<usize>,
    proof: String,
}

pub(super) async fn ready(guest: &Caller) -> Ready {
    let asked = guest.get("/api/v1/signup").await.expect(200);
    assert_eq!(asked.header("cache-control"), "no-store");
    let asked = asked.json();
    let token = asked["token"].as_str().unwrap().to_owned();
    let bits = u32::try_from(asked["proof"]["bits"].as_u64().unwrap()).unwrap();
    let answers = asked["questions"].as_array().unwrap().iter().map(right_answer);
    Ready {
        answers: answers.collect(),
        proof: work(&token, bits),
        token,
    }
}

fn right_answer(question: &Value) -> usize {
    let file: toml::Table = toml::from_str(QUESTIONS).unwrap();
    let known = file["question"].as_array().unwrap();
    let found = known
        .iter()
        .find(|known| known["ask"].as_str() == question["ask"].as_str());
    let right = found.unwrap()["right"].as_str();
    let choices = question["choices"].as_array().unwrap();
    choices
        .iter()
        .position(|choice| choice.as_str() == right)
        .unwrap()
}

/// What the page's script does.
fn work(token: &str, bits: u32) -> String {
    let proves = |n: &u32| {
        let digest: [u8; 32] = Sha256::digest(format!("{token}:{n}")).into();
        u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]).leading_zeros() >= bits
    };
    (0..u32::MAX).find(proves).unwrap().to_string()
}

pub(super) fn operator(call: &str, ready: &Ready) -> Value {
    json!({"call": call, "name": "Robin", "password": PASSWORD, "token": ready.token, "answers": ready.answers,
        "proof": ready.proof})
}

async fn calls(app: &TestApp) -> Vec<String> {
    let key = app.key("K6BP", &["admin"]).await;
    let users = Caller::with_key(app, key)
        .get("/api/v1/users")
        .await
        .expect(200)
        .json();
    let items = users["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|user| user["call"].as_str().unwrap().to_owned())
        .collect()
}

async fn started() -> (TestApp, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let guest = Caller::guest(&app);
    (app, guest)
}

/// What a stranger can tell of an answer.
fn seen(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.text.clone())
}

#[tokio::test]
async fn an_operator_signs_up_and_is_in_unverified() {
    let (app, guest) = started().await;
    let ready = ready(&guest).await;
    let done = guest
        .post("/api/v1/signup", &operator("dl1abc", &ready))
        .await
        .expect(202);
    assert_eq!(done.json(), json!({"state": "ready"}));
    let member = Caller::signed_in(&app, "DL1ABC").await;
    let session = member.get("/api/v1/session").await.expect(200).json();
    assert_eq!(session["account"]["verified"], false);
    assert_eq!(session["account"]["role"], "member");
    assert_eq!(session["logbooks"][0]["call"], "DL1ABC");
}

#[tokio::test]
async fn a_taken_call_looks_like_a_free_one() {
    let (app, guest) = started().await;
    let free = ready(&guest).await;
    let free = guest.post("/api/v1/signup", &operator("DL1ABC", &free)).await;
    let taken = ready(&guest).await;
    let mut wish = operator("K6BP", &taken);
    wish["email"] = "robin@example.org".into();
    let taken = guest.post("/api/v1/signup", &wish).await;
    assert_eq!(seen(&free), seen(&taken));
    // Nothing changed for the owner, and whoever reads the mail knows why.
    Caller::signed_in(&app, "K6BP").await;
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("There is one already"), "{mails:?}");
}

#[tokio::test]
async fn without_the_script_a_mail_makes_the_account() {
    let (app, guest) = started().await;
    let mut ready = ready(&guest).await;
    ready.proof = String::new();
    let mut wish = operator("DL1ABC", &ready);
    let problem = guest.post("/api/v1/signup", &wish).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "email");
    wish["email"] = "robin@example.org".into();
    let done = guest.post("/api/v1/signup", &wish).await.expect(202);
    assert_eq!(done.json(), json!({"state": "check_mail"}));
    assert_eq!(calls(&app).await, ["K6BP"]);

    let token = app.mails()[0].link_token();
    guest.get(&format!("/confirm?token={token}")).await.expect(200);
    assert_eq!(calls(&app).await, ["K6BP"], "opening a link does nothing");
    let confirm = json!({"token": token});
    guest.post("/api/v1/confirm", &confirm).await.expect(200);
    guest
        .post("/api/v1/confirm", &confirm)
        .await
        .problem(403, "bad_link");
    let member = Caller::signed_in(&app, "DL1ABC").await;
    let account = member.get("/api/v1/account").await.expect(200).json();
    assert_eq!(account["email"], "robin@example.org");
}

#[tokio::test]
async fn a_link_ends_after_a_day() {
    let (app, guest) = started().await;
    let mut ready = ready(&guest).await;
    ready.proof = String::new();
    let mut wish = operator("DL1ABC", &ready);
    wish["email"] = "robin@example.org".into();
    guest.post("/api/v1/signup", &wish).await.expect(202);
    let token = app.mails()[0].link_token();
    app.advance(Duration::from_hours(24));
    let confirm = json!({"token": token});
    guest
        .post("/api/v1/confirm", &confirm)
        .await
        .problem(403, "bad_link");
    assert_eq!(guest.get(&format!("/confirm?token={token}")).await.status, 403);
}

#[tokio::test]
async fn a_robot_that_fills_in_everything_is_thanked_and_forgotten() {
    let (app, guest) = started().await;
    let honest = ready(&guest).await;
    let honest = guest.post("/api/v1/signup", &operator("DL1ABC", &honest)).await;
    let ready = ready(&guest).await;
    let mut wish = operator("DL2ABC", &ready);
    wish["website"] = "https://spam.example".into();
    wish["email"] = "robin@example.org".into();
    let robot = guest.post("/api/v1/signup", &wish).await;
    assert_eq!(seen(&honest), seen(&robot));
    assert_eq!(calls(&app).await, ["DL1ABC", "K6BP"]);
    assert!(app.mails().is_empty());
}

#[tokio::test]
async fn questions_are_answered_once_and_rightly() {
    let (app, guest) = started().await;
    let set = ready(&guest).await;
    let mut wrong = operator("DL1ABC", &set);
    wrong["answers"] = set.answers.iter().map(|answer| (answer + 1) % 4).collect();
    let problem = guest.post("/api/v1/signup", &wrong).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "answers");
    let right = operator("DL1ABC", &set);
    let problem = guest.post("/api/v1/signup", &right).await.problem(422, "invalid");
    assert_eq!(problem["stale"], true, "a set of questions serves once");

    let set = ready(&guest).await;
    app.advance(Duration::from_mins(15));
    let late = guest.post("/api/v1/signup", &operator("DL1ABC", &set)).await;
    assert_eq!(late.problem(422, "invalid")["stale"], true);
    for made_up in ["", "x", &"A".repeat(54)] {
        let mut wish = operator("DL1ABC", &set);
        wish["token"] = made_up.into();
        wish["email"] = "robin@example.org".into();
        let refused = guest.post("/api/v1/signup", &wish).await;
        assert!(refused.status.is_client_error(), "{}", refused.text);
    }
    assert_eq!(calls(&app).await, ["K6BP"]);
}

#[tokio::test]
async fn guessing_at_the_gate_in_parallel_ends_after_ten_tries() {
    let (_app, guest) = started().await;
    let mut wishes = Vec::new();
    for _ in 0..16 {
        let asked = guest.get("/api/v1/signup").await.expect(200).json();
        wishes.push(
            json!({"call": "DL1ABC", "password": PASSWORD, "token": asked["token"], "answers": [0, 0, 0],
            "email": "robin@example.org"}),
        );
    }
    let tries = wishes
        .iter()
        .map(async |wish| guest.post("/api/v1/signup", wish).await.status.as_u16());
    let tries = futures_util::future::join_all(tries).await;
    let looked_at = tries.iter().filter(|status| **status != 429).count();
    assert!(looked_at <= 10, "{tries:?}");
    assert!(tries.contains(&429), "{tries:?}");
}

#[tokio::test]
async fn one_network_makes_five_accounts_a_day() {
    let (app, guest) = started().await;
    for n in 0..5 {
        let ready = ready(&guest).await;
        let wish = operator(&format!("DL{n}ABC"), &ready);
        guest.post("/api/v1/signup", &wish).await.expect(202);
    }
    let more = ready(&guest).await;
    let wish = operator("DL9ABC", &more);
    let refused = guest.post("/api/v1/signup", &wish).await;
    assert!(!refused.header("retry-after").is_empty());
    refused.problem(429, "rate_limited");
    assert_eq!(calls(&app).await.len(), 6);
}

#[tokio::test]
async fn a_listener_reads_and_neither_logs_nor_makes_logbooks() {
    let (app, guest) = started().await;
    let ready = ready(&guest).await;
    let wish = json!({"swl": "robin", "first_name": "Robin", "last_name": "Hood", "postal_code": "12345",
        "password": PASSWORD, "token": ready.token, "proof": ready.proof});
    guest.post("/api/v1/signup", &wish).await.expect(202);
    let listener = Caller::signed_in(&app, "swl_robin").await;
    let session = listener.get("/api/v1/session").await.expect(200).json();
    assert_eq!(session["account"]["call"], "SWL_ROBIN");
    assert_eq!(session["account"]["role"], "swl");
    assert_eq!(session["account"]["person"]["last_name"], "Hood");
    assert_eq!(session["logbooks"], json!([]));

    let log = listener
        .post("/api/v1/logbook/qsos", &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await;
    log.problem(403, "forbidden");
    let book = listener
        .post("/api/v1/logbooks", &json!({"call": "DL1ABC", "title": ""}))
        .await;
    book.problem(403, "forbidden");
    let key = listener
        .post("/api/v1/apikeys", &json!({"name": "x", "scopes": ["full"]}))
        .await
        .expect(201);
    let program = Caller::with_key(&app, key.json()["key"].as_str().unwrap());
    let log = program
        .post("/api/v1/logbook/qsos", &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await;
    log.problem(403, "forbidden");
    for page in ["/", "/settings", "/logbook", "/import"] {
        let page = listener.get(page).await;
        assert!(
            page.status.is_success() || page.status == 403,
            "{}: {}",
            page.status,
            page.text
        );
    }
}

#[tokio::test]
async fn who_may_sign_up_is_the_configuration_s_word() {
    let app = TestApp::with(&[("identity.signup", "closed")]).await;
    app.account("K6BP", true, PASSWORD).await;
    let guest = Caller::guest(&app);
    let ready_set = ready(&guest).await;
    let wish = operator("DL1ABC", &ready_set);
    guest
        .post("/api/v1/signup", &wish)
        .await
        .problem(403, "signup_closed");
    assert_eq!(guest.get("/signup").await.status, 403);
    assert!(!guest.get("/login").await.text.contains("/signup"));

    let app = TestApp::with(&[("identity.signup", "approval")]).await;
    app.account("K6BP", true, PASSWORD).await;
    let guest = Caller::guest(&app);
    let ready_set = ready(&guest).await;
    let done = guest
        .post("/api/v1/signup", &operator("DL1ABC", &ready_set))
        .await
        .expect(202);
    assert_eq!(done.json()["state"], "waiting");
    let sign_in = json!({"call": "DL1ABC", "password": PASSWORD});
    guest
        .post("/api/v1/session", &sign_in)
        .await
        .problem(401, "wrong_credentials");
    let admin = Caller::signed_in(&app, "K6BP").await;
    let users = admin.get("/api/v1/users").await.expect(200).json();
    let waiting = users["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["waiting"] == true)
        .unwrap();
    let path = format!("/api/v1/users/{}", waiting["id"]);
    let let_in = admin.patch(&path, &json!({"disabled": false})).await.expect(200);
    assert_eq!(let_in.json()["waiting"], false);
    guest.post("/api/v1/session", &sign_in).await.expect(200);
}

#[tokio::test]
async fn the_page_works_as_a_plain_form() {
    let (app, guest) = started().await;
    let page = guest.get("/signup").await.expect(200);
    let token = page.text.split("name=\"token\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap().to_owned();
    let wish = |password: &str| {
        vec![
            ("as", "swl".to_owned()),
            ("swl", "robin".to_owned()),
            ("first_name", "Robin".to_owned()),
            ("last_name", "Hood".to_owned()),
            ("email", "robin@example.org".to_owned()),
            ("password", password.to_owned()),
            ("token", token.clone()),
            ("proof", String::new()),
        ]
    };
    let send = async |wish: &[(&str, String)]| {
        crate::kit::send(guest.request(reqwest::Method::POST, "/signup").form(wish)).await
    };
    let short = send(&wish("short")).await.expect(422);
    assert!(short.text.contains("at least 15 characters") && short.text.contains("value=\"robin\""));
    // The client follows the way on.
    let done = send(&wish(PASSWORD)).await.expect(200);
    assert!(done.text.contains("data-login"), "{}", done.text);
    let link = app.mails()[0].link_token();
    let confirm = guest
        .request(reqwest::Method::POST, "/confirm")
        .form(&[("token", link)]);
    crate::kit::send(confirm).await.expect(200);
    Caller::signed_in(&app, "SWL_ROBIN").await;
}
