//! Relays that are refused, and relays that misbehave.

use futures_util::SinkExt as _;
use serde_json::{Value, json};
use shackbox::testkit::{FakeRadio, TestApp, TestRelay};
use tokio_tungstenite::tungstenite::Error;

use crate::kit::{Caller, PASSWORD, WebSocket};

const HELLO: &str = r#"{"type":"hello","v":1,"version":"0.1.0","name":"main"}"#;

async fn station() -> (TestApp, Caller, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let relay = Caller::with_key(&app, app.key("K6BP", &["rig"]).await);
    let page = Caller::signed_in(&app, "K6BP").await;
    (app, relay, page)
}

/// A relay of the test's own that has said hello.
async fn greeted(relay: &Caller) -> WebSocket {
    let mut socket = relay.socket("/ws/relay").await.unwrap();
    socket.say(HELLO).await;
    let welcome = socket.next().await;
    assert_eq!(
        (&welcome["type"], &welcome["account"]),
        (&json!("welcome"), &json!("K6BP")),
        "{welcome}"
    );
    let watch = socket.next().await;
    assert_eq!(
        (&watch["type"], &watch["visible"]),
        (&json!("watch"), &json!(false))
    );
    socket
}

async fn rigs(page: &Caller) -> Value {
    page.get("/api/v1/rigs").await.expect(200).json()["items"].clone()
}

/// The words with which a socket of a relay that says this is closed.
async fn closed_for(relay: &Caller, words: &str) -> (u16, String) {
    let mut socket = relay.socket("/ws/relay").await.unwrap();
    socket.say(words).await;
    let frame = socket.closed().await.unwrap();
    (frame.code.into(), frame.reason.as_str().to_owned())
}

fn status(refused: Result<WebSocket, Error>) -> u16 {
    match refused {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was let in"),
    }
}

#[tokio::test]
async fn who_has_no_key_for_radios_links_none() {
    let (app, _, page) = station().await;
    assert_eq!(status(Caller::guest(&app).socket("/ws/relay").await), 401);
    let reader = Caller::with_key(&app, app.key("K6BP", &["logbook.read"]).await);
    assert_eq!(status(reader.socket("/ws/relay").await), 403);
    assert_eq!(status(page.socket("/ws/relay").await), 403, "a session is no key");
    let radio = FakeRadio::start().await;
    let mut relay = TestRelay::start(&app.url("/"), "sbx_nonsense", "main", &radio);
    let words = relay.refused().await;
    assert!(
        words.contains("scopes rig") && words.contains("relay.key"),
        "{words}"
    );
    let key = app.key("K6BP", &["dx.read"]).await;
    let mut relay = TestRelay::start(&app.url("/"), &key, "main", &radio);
    let words = relay.refused().await;
    assert!(words.contains("scope rig"), "{words}");
}

#[tokio::test]
async fn a_listener_reaches_no_radio() {
    let (app, _, _) = station().await;
    app.listener("SWL_ANNA", PASSWORD).await;
    let key = app.key("SWL_ANNA", &["rig"]).await;
    let radio = FakeRadio::start().await;
    let mut relay = TestRelay::start(&app.url("/"), &key, "main", &radio);
    let words = relay.refused().await;
    assert!(words.contains("licensed operators"), "{words}");
    let page = Caller::signed_in(&app, "SWL_ANNA").await;
    page.get("/api/v1/rigs").await.problem(403, "forbidden");
    let wish = json!({"freq_hz": 7_000_000});
    page.post("/api/v1/rigs/main/tune", &wish)
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn a_call_that_nobody_has_proven_reaches_no_radio() {
    let (app, _, admin) = station().await;
    app.account("W1AW", false, PASSWORD).await;
    let key = app.key("W1AW", &["rig"]).await;
    let relay = Caller::with_key(&app, key.clone());
    let mut socket = relay.socket("/ws/relay").await.unwrap();
    socket.say(HELLO).await;
    assert_eq!(socket.next().await["account"], "W1AW");
    let unproven = json!({"verified": false});
    admin.patch("/api/v1/users/2", &unproven).await.expect(200);
    let frame = socket.closed().await.unwrap();
    assert_eq!(u16::from(frame.code), 1008);
    let radio = FakeRadio::start().await;
    let mut relay = TestRelay::start(&app.url("/"), &key, "main", &radio);
    let words = relay.refused().await;
    assert!(words.contains("not proven"), "{words}");
}

#[tokio::test]
async fn a_revoked_key_ends_its_link() {
    let (app, relay, page) = station().await;
    let mut socket = greeted(&relay).await;
    let keys = page.get("/api/v1/apikeys").await.expect(200).json();
    let id = keys["items"][0]["id"].as_str().unwrap().to_owned();
    page.delete(&format!("/api/v1/apikeys/{id}")).await.expect(204);
    let frame = socket.closed().await.unwrap();
    assert_eq!(u16::from(frame.code), 1008);
    let wish = json!({"freq_hz": 7_000_000});
    page.post("/api/v1/rigs/main/tune", &wish)
        .await
        .problem(404, "rig_away");
    drop(app);
}

#[tokio::test]
async fn what_is_no_hello_is_answered_by_the_reason() {
    let (_app, relay, page) = station().await;
    let other_name = HELLO.replace("main", "a b");
    let other_version = HELLO.replace("\"v\":1", "\"v\":2");
    for (said, words) in [
        ("garbage", "no message of a relay"),
        ("[]", "no message of a relay"),
        (r#"{"type":"hello"}"#, "no message of a relay"),
        (r#"{"type":"state","freq_hz":14074000}"#, "hello first"),
        (&other_name, "relay.name"),
        (&other_version, "version 1"),
    ] {
        let (code, reason) = closed_for(&relay, said).await;
        assert_eq!(code, 1008, "{said}");
        assert!(reason.contains(words), "{said}: {reason}");
    }
    assert_eq!(rigs(&page).await, json!([]));
}

#[tokio::test]
async fn garbage_floods_and_long_messages_end_a_link_and_nothing_else() {
    let (_app, relay, page) = station().await;
    let mut socket = greeted(&relay).await;
    socket.say(r#"{"type":"state","freq_hz":"fourteen"}"#).await;
    assert_eq!(u16::from(socket.closed().await.unwrap().code), 1008);
    let mut socket = greeted(&relay).await;
    socket.say(&"x".repeat(1 << 20)).await;
    let closed = socket.closed().await;
    assert!(closed.is_none_or(|frame| u16::from(frame.code) == 1009));
    let mut socket = greeted(&relay).await;
    for n in 0..2_000 {
        let said = format!(r#"{{"type":"state","seq":{n},"freq_hz":14074000}}"#);
        let message = tokio_tungstenite::tungstenite::Message::text(said);
        if socket.stream.send(message).await.is_err() {
            break;
        }
    }
    let closed = socket.closed().await;
    assert!(closed.is_none_or(|frame| u16::from(frame.code) == 1008));
    let mut socket = greeted(&relay).await;
    // Something of a later version is passed over.
    socket.say(r#"{"type":"spectrum","bins":[1,2,3]}"#).await;
    socket.say(r#"{"type":"done","id":77}"#).await;
    socket.say(r#"{"type":"queue","pending":1,"failed":0}"#).await;
    loop {
        let rigs = rigs(&page).await;
        if rigs[0]["queue"]["pending"] == 1 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_relay_that_never_answers_is_told_of_in_time() {
    let (_app, relay, page) = station().await;
    let mut socket = greeted(&relay).await;
    let wish = json!({"freq_hz": 14_074_000, "mode": "USB"});
    let asked = page.post("/api/v1/rigs/main/tune", &wish);
    let (answer, order) = tokio::join!(asked, socket.next());
    assert_eq!(
        (&order["type"], &order["freq_hz"], &order["mode"]),
        (&json!("tune"), &json!(14_074_000), &json!("USB"))
    );
    assert!(order["sent_ms"].is_u64() && order["id"].is_u64(), "{order}");
    answer.problem(504, "relay_timed_out");
    // Its answer is late; the next one is in time.
    let late = json!({"type": "done", "id": order["id"], "freq_hz": 14_074_000, "split": false});
    socket.say(&late.to_string()).await;
    let asked = page.post("/api/v1/rigs/main/tune", &wish);
    let answered = async {
        let order = socket.next().await;
        let fault = json!({"type": "fault", "id": order["id"], "status": 200, "code": "made_up",
            "detail": "the radio is upside down", "rprt": -9});
        socket.say(&fault.to_string()).await;
    };
    let (answer, ()) = tokio::join!(asked, answered);
    let problem = answer.problem(502, "relay_fault");
    assert_eq!(
        (&problem["detail"], &problem["rprt"]),
        (&json!("the radio is upside down"), &json!(-9))
    );
}

#[tokio::test]
async fn an_account_links_eight_radios() {
    let (_app, relay, page) = station().await;
    let mut sockets = Vec::new();
    for n in 0..8 {
        let mut socket = relay.socket("/ws/relay").await.unwrap();
        socket.say(&HELLO.replace("main", &format!("rig-{n}"))).await;
        socket.next().await;
        sockets.push(socket);
    }
    let (code, reason) = closed_for(&relay, HELLO).await;
    assert_eq!(code, 1008);
    assert!(reason.contains("8 radios"), "{reason}");
    assert_eq!(rigs(&page).await.as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn nobody_who_looks_in_moves_the_members_radio() {
    let (app, _, admin) = station().await;
    app.account("W1AW", false, PASSWORD).await;
    let eyes = super::looking_in::look_in(&app, &admin).await;
    eyes.get("/api/v1/rigs").await.problem(403, "looking_in");
    let wish = json!({"freq_hz": 7_000_000});
    eyes.post("/api/v1/rigs/main/tune", &wish)
        .await
        .problem(403, "looking_in");
}
