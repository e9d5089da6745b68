//! What happens, told live: the firehose for programs, the pages' own bus.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, WebSocket, qso};

const QSOS: &str = "/api/v1/logbook/qsos";

async fn station(settings: &[(&str, &str)]) -> (TestApp, Caller) {
    let app = TestApp::with(settings).await;
    app.account("K6BP", true, PASSWORD).await;
    let logger = Caller::with_key(&app, app.key("K6BP", &["full"]).await);
    (app, logger)
}

async fn log(caller: &Caller, second: u32) -> Value {
    let start = format!("2026-11-21T09:{:02}:{:02}Z", second / 60, second % 60);
    let body = qso(
        &format!("K{}X{}", second % 10, LETTERS[second as usize % 7]),
        &start,
    );
    caller.post(QSOS, &body).await.expect(201).json()
}

const LETTERS: [&str; 7] = ["AB", "CD", "EF", "GH", "IJ", "KL", "MN"];

async fn hello(socket: &mut WebSocket) -> u64 {
    let hello = socket.next().await;
    assert_eq!(hello["type"], "hello", "{hello}");
    hello["seq"].as_u64().unwrap()
}

#[tokio::test]
async fn the_firehose_tells_each_contact_in_order() {
    let (_app, logger) = station(&[]).await;
    let mut socket = logger.socket("/ws/firehose").await.unwrap();
    let begin = hello(&mut socket).await;
    for second in 0..20 {
        log(&logger, second).await;
    }
    let mut last = begin;
    for second in 0..20 {
        let message = socket.next().await;
        let seq = message["seq"].as_u64().unwrap();
        assert!(seq > last, "{seq} after {last}");
        last = seq;
        assert_eq!(message["type"], "qso");
        let start = format!("2026-11-21T09:00:{second:02}Z");
        assert_eq!(message["qso"]["start"], start);
        if second == 0 {
            assert_json_snapshot!(message, {".seq" => "[seq]"});
        }
    }
}

#[tokio::test]
async fn what_was_missed_is_replayed_and_then_it_goes_on_live() {
    let (_app, logger) = station(&[]).await;
    let mut socket = logger.socket("/ws/firehose").await.unwrap();
    let begin = hello(&mut socket).await;
    for second in 0..5 {
        log(&logger, second).await;
    }
    let mut socket = logger
        .socket(&format!("/ws/firehose?since={begin}"))
        .await
        .unwrap();
    let newest = hello(&mut socket).await;
    log(&logger, 5).await;
    let mut seen = Vec::new();
    for second in 0..6 {
        let message = socket.next().await;
        assert_eq!(
            message["qso"]["start"],
            format!("2026-11-21T09:00:{second:02}Z"),
            "{message}"
        );
        seen.push(message["seq"].as_u64().unwrap());
    }
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(seen[4] <= newest && seen[5] > newest, "{seen:?} {newest}");
}

#[tokio::test]
async fn what_the_ring_no_longer_holds_is_told_as_a_gap() {
    let (_app, logger) = station(&[("limits.firehose_ring", "100")]).await;
    let mut socket = logger.socket("/ws/firehose").await.unwrap();
    let begin = hello(&mut socket).await;
    for second in 0..150 {
        log(&logger, second).await;
    }
    let mut socket = logger
        .socket(&format!("/ws/firehose?since={begin}"))
        .await
        .unwrap();
    hello(&mut socket).await;
    let gap = socket.next().await;
    assert_eq!(
        (&gap["type"], &gap["from"]),
        (&json!("gap"), &json!(begin + 1)),
        "{gap}"
    );
    let next = socket.next().await;
    assert!(next["seq"].as_u64() > gap["to"].as_u64(), "{next} after {gap}");
}

#[tokio::test]
async fn numbers_go_on_rising_after_a_restart_and_the_gap_is_told() {
    let (mut app, logger) = station(&[]).await;
    log(&logger, 0).await;
    let mut socket = logger.socket("/ws/firehose").await.unwrap();
    let before = hello(&mut socket).await;
    app.advance(std::time::Duration::from_secs(1));
    app.restart().await;
    let logger = logger.at(&app);
    let mut socket = logger
        .socket(&format!("/ws/firehose?since={before}"))
        .await
        .unwrap();
    let after = hello(&mut socket).await;
    assert!(after >= before, "{after} after {before}");
    log(&logger, 1).await;
    let mut message = socket.next().await;
    if message["type"] == "gap" {
        message = socket.next().await;
    }
    assert!(message["seq"].as_u64().unwrap() > before);
}

#[tokio::test]
async fn a_listener_hears_only_what_it_may_see() {
    let (mut app, logger) = station(&[]).await;
    app.account("W1AW", false, PASSWORD).await;
    let other = Caller::with_key(&app, app.key("W1AW", &["full"]).await);
    let mut socket = other.socket("/ws/firehose").await.unwrap();
    hello(&mut socket).await;
    log(&logger, 0).await;
    log(&other, 1).await;
    let message = socket.next().await;
    assert_eq!(message["qso"]["logbook"], "W1AW", "only its own: {message}");

    Caller::guest(&app).socket("/ws/firehose").await.err().unwrap();
    let weak = Caller::with_key(&app, app.key("K6BP", &["dx.read"]).await);
    let mut socket = weak.socket("/ws/firehose").await.unwrap();
    hello(&mut socket).await;
    log(&logger, 2).await;
    app.stop().await;
    let heard = socket.event().await;
    assert!(heard.is_err(), "nothing but the end: {heard:?}");
}

#[tokio::test]
async fn a_revoked_key_s_socket_is_closed() {
    let (app, _) = station(&[]).await;
    let member = Caller::signed_in(&app, "K6BP").await;
    let wish = json!({"name": "logger", "scopes": ["logbook.read"]});
    let made = member.post("/api/v1/apikeys", &wish).await.expect(201).json();
    let key = Caller::with_key(&app, made["key"].as_str().unwrap());
    let mut socket = key.socket("/ws/firehose").await.unwrap();
    hello(&mut socket).await;
    let id = made["id"].as_str().unwrap();
    member.delete(&format!("/api/v1/apikeys/{id}")).await.expect(204);
    assert!(socket.closed().await.is_some(), "it is told why");
}

#[tokio::test]
async fn a_page_hears_the_channels_it_subscribed_to() {
    let (app, logger) = station(&[]).await;
    let page = Caller::signed_in(&app, "K6BP").await;
    let mut socket = page.socket("/websocket").await.unwrap();
    socket
        .say(&json!({"event_name": "subscribe", "data": {"channels": ["jobs"], "last": 0}}).to_string())
        .await;
    // What is not understood is passed over.
    socket.say("nonsense").await;
    let log = "<CALL:5>DL1AB <QSO_DATE:8>20240102 <TIME_ON:4>0310 <BAND:3>20m <MODE:3>FT8 <EOR>";
    // The subscription is in force once something of it is heard.
    logger.import(&app, log).await;
    let done = loop {
        let mut frame = socket.next().await;
        let messages = frame.as_array_mut().unwrap();
        messages.retain(|message| message["message"]["payload"]["state"] == "done");
        if !messages.is_empty() {
            break frame;
        }
    };
    assert_json_snapshot!(done, {"[].id" => "[seq]", "[].message.payload.id" => "[job]"});
    Caller::guest(&app).socket("/websocket").await.err().unwrap();
}

#[tokio::test]
async fn a_contact_pushed_by_a_program_is_on_the_open_page() {
    let (app, logger) = station(&[]).await;
    let page = Caller::signed_in(&app, "K6BP").await;
    let mut socket = page.socket("/websocket").await.unwrap();
    socket
        .say(
            &json!({"event_name": "subscribe", "data": {"channels": ["logbook", "jobs"], "last": 0}})
                .to_string(),
        )
        .await;
    // Asked again until the subscription is in force: a page cannot know either.
    let mut second = 0;
    let frame = loop {
        log(&logger, second).await;
        second += 1;
        let next = tokio::time::timeout(std::time::Duration::from_millis(200), socket.next());
        if let Ok(frame) = next.await {
            break frame;
        }
    };
    assert_json_snapshot!(
        frame,
        {"[].id" => "[seq]", "[].message.payload.qso.id" => "[id]", "[].message.payload.qso.start" => "[start]",
         "[].message.payload.qso.call" => "[call]", "[].message.payload.qso.cq_zone" => "[zone]",
         "[].message.payload.qso.itu_zone" => "[zone]"}
    );
}
