//! Spots told live: the firehose with its filters and its memory, the pages' channels, alerts, what a log has.

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, WebSocket, qso};

const SPOTS: &str = "/api/v1/dx/spots";

async fn station(settings: &[(&str, &str)]) -> (TestApp, Caller) {
    let app = TestApp::with(settings).await;
    app.account("K6BP", true, PASSWORD).await;
    let feed = Caller::with_key(&app, app.key("K6BP", &["full"]).await);
    (app, feed)
}

async fn spot(feed: &Caller, call: &str, hertz: u64, more: &Value) -> u64 {
    let mut body = json!({"call": call, "freq_hz": hertz});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    feed.post(SPOTS, &body).await.expect(201).json()["seq"]
        .as_u64()
        .unwrap()
}

async fn hello(socket: &mut WebSocket) -> u64 {
    let hello = socket.next().await;
    assert_eq!(hello["type"], "hello", "{hello}");
    hello["seq"].as_u64().unwrap()
}

/// The next message that is a spot.
async fn next_call(socket: &mut WebSocket) -> String {
    let message = socket.next().await;
    assert_eq!(message["type"], "spot", "{message}");
    assert_eq!(message["seq"], message["spot"]["seq"]);
    message["spot"]["call"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_firehose_tells_the_spots_that_were_asked_for() {
    let (_app, feed) = station(&[]).await;
    let mut all = feed.socket("/ws/firehose?types=spot").await.unwrap();
    let mut some = feed
        .socket("/ws/firehose?types=spot&bands=20m&modes=cw")
        .await
        .unwrap();
    hello(&mut all).await;
    hello(&mut some).await;
    for (call, hertz, mode) in [
        ("JA1XYZ", 14_025_000, "CW"),
        ("DL1ABC", 14_074_000, "FT8"),
        ("VK9XX", 7_005_000, "CW"),
        ("3Y0J", 14_010_000, "CW"),
    ] {
        spot(&feed, call, hertz, &json!({"mode": mode})).await;
    }
    for call in ["JA1XYZ", "DL1ABC", "VK9XX", "3Y0J"] {
        assert_eq!(next_call(&mut all).await, call);
    }
    for call in ["JA1XYZ", "3Y0J"] {
        assert_eq!(next_call(&mut some).await, call);
    }
    some.say(r#"{"type":"filter","calls":["VK*"]}"#).await;
    assert_eq!(some.next().await["type"], "filter");
    spot(&feed, "VK9YY", 14_026_000, &json!({"mode": "CW"})).await;
    assert_eq!(next_call(&mut some).await, "VK9YY");
    some.say(r#"{"type":"filter","bands":["11m"]}"#).await;
    let error = some.next().await;
    assert_eq!(error["type"], "error", "{error}");
    let refused = feed.socket("/ws/firehose?bands=11m").await;
    assert!(
        refused.is_err(),
        "a filter that cannot be meant is refused at once"
    );
}

#[tokio::test]
async fn whoever_comes_back_gets_what_was_missed_from_the_history_too() {
    // The bus keeps a hundred messages; the history keeps hours.
    let (_app, feed) = station(&[("limits.firehose_ring", "100")]).await;
    let mut socket = feed.socket("/ws/firehose?types=spot").await.unwrap();
    let begin = hello(&mut socket).await;
    let calls: Vec<String> = (0..150_u8)
        .map(|n| {
            format!(
                "K{}{}{}",
                n % 10,
                char::from(b'A' + n % 26),
                char::from(b'A' + n / 26)
            )
        })
        .collect();
    for (n, call) in (0..).zip(&calls) {
        spot(&feed, call, 14_000_000 + n * 1_000, &json!({})).await;
    }
    let path = format!("/ws/firehose?types=spot&since={begin}");
    let mut socket = feed.socket(&path).await.unwrap();
    hello(&mut socket).await;
    for call in &calls {
        assert_eq!(&next_call(&mut socket).await, call);
    }
    spot(&feed, "JA1XYZ", 21_025_000, &json!({})).await;
    assert_eq!(next_call(&mut socket).await, "JA1XYZ");
}

#[tokio::test]
async fn who_asks_for_a_snapshot_begins_with_the_newest_spots_of_the_choice() {
    let (_app, feed) = station(&[]).await;
    for (call, hertz) in [
        ("JA1XYZ", 14_025_000),
        ("DL1ABC", 7_025_000),
        ("VK9YY", 14_026_000),
        ("3Y0J", 14_027_000),
    ] {
        spot(&feed, call, hertz, &json!({})).await;
    }
    let mut socket = feed
        .socket("/ws/firehose?types=spot&bands=20m&snapshot=2")
        .await
        .unwrap();
    hello(&mut socket).await;
    spot(&feed, "K1ABC", 14_028_000, &json!({})).await;
    for call in ["VK9YY", "3Y0J", "K1ABC"] {
        assert_eq!(next_call(&mut socket).await, call);
    }
    let refused = feed.socket("/ws/firehose?snapshot=some").await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_page_hears_spots_under_both_names_of_the_channel() {
    let (app, feed) = station(&[]).await;
    let page = Caller::signed_in(&app, "K6BP").await;
    for channel in ["dx", "ham_dx_cluster"] {
        let mut socket = page.socket("/websocket").await.unwrap();
        let before = spot(&feed, "DL1ABC", 14_074_000, &json!({"comment": channel})).await;
        let subscribe =
            json!({"event_name": "subscribe", "data": {"channels": [channel], "last": before - 1}});
        socket.say(&subscribe.to_string()).await;
        let frame = socket.next().await;
        assert_eq!(frame[0]["id"], before, "{frame}");
        assert_eq!(frame[0]["channel"], channel);
        assert_eq!(frame[0]["message"]["type"], "new_spot");
        assert_eq!(frame[0]["message"]["payload"]["call"], "DL1ABC");
        spot(&feed, "JA1XYZ", 14_025_000, &json!({"comment": channel})).await;
        let frame = socket.next().await;
        assert_eq!(frame[0]["message"]["payload"]["call"], "JA1XYZ");
    }
}

#[tokio::test]
async fn a_key_without_the_scope_hears_of_no_spot() {
    let (app, feed) = station(&[]).await;
    let logger = Caller::with_key(&app, app.key("K6BP", &["logbook.read"]).await);
    let mut socket = logger.socket("/ws/firehose").await.unwrap();
    hello(&mut socket).await;
    spot(&feed, "JA1XYZ", 14_025_000, &json!({})).await;
    feed.post("/api/v1/logbook/qsos", &qso("DL1ABC", "2026-11-21T09:00:00Z"))
        .await
        .expect(201);
    assert_eq!(socket.next().await["type"], "qso");
}

/// A page that hears of spots and alerts: in force once something of it is heard.
async fn listening(caller: &Caller, feed: &Caller, begin: u64) -> WebSocket {
    let listen = json!({"event_name": "subscribe", "data": {"channels": ["notifications", "dx"], "last": 0}});
    let mut socket = caller.socket("/websocket").await.unwrap();
    socket.say(&listen.to_string()).await;
    for hertz in (begin..).step_by(1_000) {
        spot(feed, "JA1XYZ", hertz, &json!({})).await;
        let next = tokio::time::timeout(std::time::Duration::from_millis(300), socket.next());
        if next.await.is_ok() {
            break;
        }
    }
    socket
}

#[tokio::test]
async fn what_is_needed_follows_the_log() {
    let (app, feed) = station(&[]).await;
    let owner = Caller::signed_in(&app, "K6BP").await;
    let mut socket = listening(&owner, &feed, 14_025_000).await;
    let rule = json!({"name": "new ones", "enabled": true, "needs": ["entity"]});
    owner.post("/api/v1/dx/alerts", &rule).await.expect(201);
    let told = async |socket: &mut WebSocket| loop {
        for message in socket.next().await.as_array().unwrap() {
            let message = &message["message"];
            if message["type"] == "dx_alert" {
                return (
                    message["payload"]["spot"]["call"].clone(),
                    message["payload"]["need"].clone(),
                );
            }
        }
    };
    spot(&feed, "DL1ABC", 14_010_000, &json!({})).await;
    assert_eq!(told(&mut socket).await, (json!("DL1ABC"), json!("entity")));
    let contact = qso("DL2ABC", "2026-11-21T09:00:00Z");
    owner.post("/api/v1/logbook/qsos", &contact).await.expect(201);
    spot(&feed, "DL3ABC", 14_011_000, &json!({})).await;
    spot(&feed, "VK9END", 14_020_000, &json!({})).await;
    assert_eq!(
        told(&mut socket).await.0,
        "VK9END",
        "the entity of the other one is worked"
    );
}

#[tokio::test]
async fn a_rule_tells_its_owner_once_and_nobody_else() {
    let (app, feed) = station(&[]).await;
    app.account("W1AW", true, PASSWORD).await;
    let (owner, other) = (
        Caller::signed_in(&app, "K6BP").await,
        Caller::signed_in(&app, "W1AW").await,
    );
    let rule = json!({"name": "Bouvet", "enabled": true, "calls": ["3Y0*"], "sound": true});
    let made = owner.post("/api/v1/dx/alerts", &rule).await.expect(201).json();
    let refused = owner
        .post("/api/v1/dx/alerts", &json!({"name": "all", "enabled": true}))
        .await;
    refused.expect(422);
    let mut sockets = Vec::new();
    for (caller, begin) in [(&owner, 14_025_000), (&other, 14_125_000)] {
        sockets.push(listening(caller, &feed, begin).await);
    }
    spot(&feed, "3Y0J", 14_010_000, &json!({"comment": "first"})).await;
    spot(&feed, "3Y0J", 14_010_500, &json!({"comment": "second"})).await;
    spot(&feed, "VK9END", 14_020_000, &json!({"comment": "the last"})).await;
    let mut alerts = Vec::new();
    for socket in &mut sockets {
        let mut own = Vec::new();
        let mut ended = false;
        while !ended {
            for message in socket.next().await.as_array().unwrap() {
                let message = &message["message"];
                if message["type"] == "dx_alert" {
                    own.push(message["payload"].clone());
                }
                ended |= message["payload"]["call"] == "VK9END";
            }
        }
        alerts.push(own);
    }
    // An alert follows its spot, but perhaps not before the next one.
    if alerts[0].is_empty() {
        let frame = sockets[0].next().await;
        alerts[0].push(frame[0]["message"]["payload"].clone());
    }
    assert_eq!(alerts[0].len(), 1, "{alerts:?}");
    assert_eq!(alerts[0][0]["rule"], made["id"]);
    assert_eq!(alerts[0][0]["spot"]["comment"], "first");
    assert!(alerts[1].is_empty(), "{alerts:?}");
}

#[tokio::test]
async fn what_a_log_has_is_given_as_bits_and_follows_it() {
    let (app, feed) = station(&[]).await;
    let mut contact = qso("JA1XYZ", "2026-11-21T09:00:00Z");
    contact["band"] = "20m".into();
    contact["mode"] = "CW".into();
    feed.post("/api/v1/logbook/qsos", &contact).await.expect(201);
    let page = Caller::signed_in(&app, "K6BP").await;
    let worked = page.get("/api/v1/dx/worked").await.expect(200).json();
    assert_eq!(worked["logbook"], "K6BP");
    assert_eq!(worked["classes"], json!(["cw", "phone", "data"]));
    let band = worked["bands"]
        .as_array()
        .unwrap()
        .iter()
        .position(|band| band == "20m")
        .unwrap();
    let digits = worked["entities"]["339"].as_str().unwrap();
    let bytes: Vec<u8> = (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect();
    let at = band * 3 * 2;
    assert_eq!(bytes[at / 8] >> (at % 8) & 3, 1, "worked in Morse, not confirmed");
    assert_eq!(bytes.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);

    let key = Caller::with_key(&app, app.key("K6BP", &["dx.read"]).await);
    key.get("/api/v1/dx/worked").await.expect(403);
}

#[tokio::test]
async fn filters_are_kept_for_their_owner() {
    let (app, _feed) = station(&[]).await;
    let page = Caller::signed_in(&app, "K6BP").await;
    assert_eq!(
        page.get("/api/v1/dx/filters").await.expect(200).json(),
        json!({"items": []})
    );
    let list = json!({"items": [{"name": "DX on 20", "filter": {"bands": ["20m"], "skimmer": false}}]});
    assert_eq!(
        page.put("/api/v1/dx/filters", &list).await.expect(200).json(),
        list
    );
    assert_eq!(page.get("/api/v1/dx/filters").await.expect(200).json(), list);
    let wrong = json!({"items": [{"name": "", "filter": {}}]});
    page.put("/api/v1/dx/filters", &wrong).await.expect(422);
}

#[tokio::test]
async fn programs_for_other_caches_hear_spots_and_read_figures() {
    let (app, feed) = station(&[]).await;
    let reading = app.key("K6BP", &["dx.read"]).await;
    let base = format!("/compat/dxcluster/k/{reading}");
    let guest = Caller::guest(&app);
    let mut socket = guest.socket(&format!("{base}/ws")).await.unwrap();
    assert_eq!(socket.next().await["type"], "connected");
    spot(
        &feed,
        "K6BP",
        14_025_000,
        &json!({"spotter": "W3LPL-#", "comment": "CW 12 dB 24 WPM CQ"}),
    )
    .await;
    spot(
        &feed,
        "JA1XYZ",
        14_025_300,
        &json!({"spotter": "W1AW", "comment": "CW"}),
    )
    .await;
    let told = socket.next().await;
    assert_eq!(
        (
            &told["type"],
            &told["data"]["spotted"],
            &told["data"]["frequency"]
        ),
        (&json!("spot"), &json!("JA1XYZ"), &json!(14_025.3))
    );
    let listed = guest.get(&format!("{base}/spots/20m")).await.json();
    assert_eq!(told["data"], listed[0]);
    let figures = guest.get(&format!("{base}/metrics")).await.expect(200);
    assert!(figures.header("content-type").starts_with("text/plain"));
    for line in [
        "dxcluster_spots_total 2",
        "dxcluster_websocket_connections 1",
        "dxcluster_spots_by_band{band=\"20m\"} 2",
    ] {
        assert!(
            figures.text.lines().any(|own| own == line),
            "{line}: {}",
            figures.text
        );
    }
    for path in ["/ws", "/metrics"] {
        assert_eq!(
            guest.get(&format!("/compat/dxcluster{path}")).await.status,
            401,
            "{path}"
        );
    }
}
