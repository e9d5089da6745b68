//! A radio by the outbound link: from a page's click to the radio and back.

use serde_json::{Value, json};
use shackbox::testkit::{FakeRadio, TestApp, TestRelay};

use crate::kit::{Caller, PASSWORD, WebSocket};

/// Somebody with a radio that is linked.
struct Shack {
    app: TestApp,
    radio: FakeRadio,
    relay: TestRelay,
    key: String,
    page: Caller,
}

async fn shack() -> Shack {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let key = app.key("K6BP", &["rig"]).await;
    let radio = FakeRadio::start().await;
    let mut relay = TestRelay::start(&app.url("/"), &key, "main", &radio);
    assert_eq!(relay.linked().await, "K6BP");
    let page = Caller::signed_in(&app, "K6BP").await;
    Shack {
        app,
        radio,
        relay,
        key,
        page,
    }
}

/// A page that shows radios.
async fn watching(page: &Caller) -> WebSocket {
    let mut socket = page.socket("/websocket").await.unwrap();
    socket
        .say(r#"{"event_name":"subscribe","data":{"channels":["rig"],"last":0}}"#)
        .await;
    socket
}

/// The next message of this kind on channel `rig` that the test looks for.
async fn told(socket: &mut WebSocket, kind: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    loop {
        let messages = socket.next().await;
        for message in messages.as_array().unwrap() {
            assert_eq!(message["channel"], "rig", "{message}");
            let payload = &message["message"]["payload"];
            if message["message"]["type"] == kind && is_it(payload) {
                assert!(message["id"].is_u64(), "{message}");
                return payload.clone();
            }
        }
    }
}

async fn item(page: &Caller) -> Value {
    let list = page.get("/api/v1/rigs").await.expect(200).json();
    list["items"][0].clone()
}

#[tokio::test]
async fn a_click_moves_the_radio_and_the_page_sees_where_it_stands() {
    let shack = shack().await;
    let mut socket = watching(&shack.page).await;
    let wish = json!({"freq_hz": 14_074_000, "mode": "FT8"});
    let tuned = shack.page.post("/api/v1/rigs/main/tune", &wish).await;
    assert_eq!(
        tuned.expect(200).json(),
        json!({"freq_hz": 14_074_000, "mode": "PKTUSB", "passband_hz": 2400, "split": false})
    );
    assert_eq!(shack.radio.moves(), [14_074_000]);
    assert_eq!(shack.radio.mode(), "PKTUSB");
    let state = told(&mut socket, "state", |state| state["freq_hz"] == 14_074_000).await;
    assert_eq!(
        (&state["rig"], &state["connected"]),
        (&json!("main"), &json!(true))
    );
}

#[tokio::test]
async fn a_turned_knob_is_seen_on_the_page() {
    let shack = shack().await;
    let mut socket = watching(&shack.page).await;
    told(&mut socket, "link", |link| link["connected"] == true).await;
    shack.radio.turn_knob(7_030_000);
    let state = told(&mut socket, "state", |state| state["freq_hz"] == 7_030_000).await;
    assert_eq!(state["mode"], "USB");
    told(&mut socket, "meters", |meters| meters["strength_db"] == -22.0).await;
    shack.relay.queue(3, 1);
    told(&mut socket, "queue", |queue| {
        queue["pending"] == 3 && queue["failed"] == 1
    })
    .await;
    let item = item(&shack.page).await;
    assert_eq!(item["name"], "main");
    assert_eq!(item["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(item["state"]["freq_hz"], 7_030_000);
    assert_eq!(item["queue"], json!({"pending": 3, "failed": 1}));
    assert!(!item["facts"]["receive"].as_array().unwrap().is_empty(), "{item}");
}

#[tokio::test]
async fn a_burst_of_tunes_ends_on_the_last_and_all_are_answered() {
    let shack = shack().await;
    let tunes = (1..=100_u64).map(|n| {
        let page = shack.page.clone();
        async move {
            let wish = json!({"freq_hz": 14_000_000 + n * 100});
            page.post("/api/v1/rigs/main/tune", &wish)
                .await
                .expect(200)
                .json()
        }
    });
    // Sent one after the other, answered in their time: the requests of a turned knob.
    let mut answers = tokio::task::JoinSet::new();
    for tune in tunes {
        answers.spawn(tune);
    }
    for answer in answers.join_all().await {
        assert!(answer["freq_hz"].as_u64().unwrap() > 14_000_000, "{answer}");
    }
    let last = json!({"freq_hz": 14_200_000});
    shack.page.post("/api/v1/rigs/main/tune", &last).await.expect(200);
    let moves = shack.radio.moves();
    assert_eq!(moves.last(), Some(&14_200_000));
    assert!(moves.len() < 60, "{} moves", moves.len());
}

#[tokio::test]
async fn what_the_radio_refuses_is_told_by_its_reason() {
    let shack = shack().await;
    let tune = |wish: Value| {
        let page = shack.page.clone();
        async move { page.post("/api/v1/rigs/main/tune", &wish).await }
    };
    let problem = tune(json!({"freq_hz": 10_368_000_000_u64}))
        .await
        .problem(422, "out_of_range");
    assert!(
        problem["detail"].as_str().unwrap().contains("rigctld at"),
        "{problem}"
    );
    tune(json!({"freq_hz": 14})).await.problem(422, "invalid");
    tune(json!({"mode": "XYZ"})).await.problem(422, "invalid");
    tune(json!({"freq_hz": 14_074_000, "mode": "USB\nT 1"}))
        .await
        .problem(422, "invalid");
    tune(json!({"frequency": 14_074_000}))
        .await
        .problem(422, "invalid");
    tune(json!({})).await.problem(422, "invalid");
    shack.radio.transmit(true);
    let mut socket = watching(&shack.page).await;
    told(&mut socket, "state", |state| state["ptt"] == true).await;
    tune(json!({"freq_hz": 14_074_000}))
        .await
        .problem(409, "transmitting");
    assert!(shack.radio.moves().is_empty());
    let turned = shack
        .page
        .post("/api/v1/rigs/main/rotate", &json!({"azimuth": 90}))
        .await;
    turned.problem(409, "no_rotator");
    let other = shack
        .page
        .post("/api/v1/rigs/second/tune", &json!({"freq_hz": 7_000_000}))
        .await;
    other.problem(404, "rig_away");
}

#[tokio::test]
async fn a_relay_that_goes_is_told_and_one_that_comes_back_too() {
    let shack = shack().await;
    let mut socket = watching(&shack.page).await;
    told(&mut socket, "link", |link| link["connected"] == true).await;
    shack.relay.stop().await;
    told(&mut socket, "link", |link| link["connected"] == false).await;
    let wish = json!({"freq_hz": 7_000_000});
    let away = shack.page.post("/api/v1/rigs/main/tune", &wish).await;
    away.problem(404, "rig_away");
    let mut relay = TestRelay::start(&shack.app.url("/"), &shack.key, "main", &shack.radio);
    relay.linked().await;
    told(&mut socket, "link", |link| link["connected"] == true).await;
    told(&mut socket, "state", |state| state["connected"] == true).await;
}

#[tokio::test]
async fn the_newer_of_two_relays_of_one_name_stays() {
    let mut shack = shack().await;
    let radio = FakeRadio::start().await;
    let mut newer = TestRelay::start(&shack.app.url("/"), &shack.key, "main", &radio);
    newer.linked().await;
    let words = shack.relay.refused().await;
    assert!(words.contains("relay.name"), "{words}");
    let wish = json!({"freq_hz": 14_010_000});
    shack.page.post("/api/v1/rigs/main/tune", &wish).await.expect(200);
    assert_eq!((radio.moves(), shack.radio.moves()), (vec![14_010_000], vec![]));
    // Another name is another radio.
    let mut second = TestRelay::start(&shack.app.url("/"), &shack.key, "second", &shack.radio);
    second.linked().await;
    let list = shack.page.get("/api/v1/rigs").await.expect(200).json();
    let names: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["name"])
        .collect();
    assert_eq!(names, ["main", "second"]);
}

#[tokio::test]
async fn a_radio_is_its_owners_alone() {
    let shack = shack().await;
    shack.app.account("W1AW", true, PASSWORD).await;
    let other = Caller::signed_in(&shack.app, "W1AW").await;
    let list = other.get("/api/v1/rigs").await.expect(200).json();
    assert_eq!(list["items"], json!([]));
    let wish = json!({"freq_hz": 7_000_000});
    other
        .post("/api/v1/rigs/main/tune", &wish)
        .await
        .problem(404, "rig_away");
    let mut socket = watching(&other).await;
    socket
        .say(r#"{"event_name":"subscribe","data":{"channels":["presence"],"last":1}}"#)
        .await;
    shack.radio.turn_knob(7_010_000);
    let mut own = watching(&shack.page).await;
    told(&mut own, "state", |state| state["freq_hz"] == 7_010_000).await;
    // What comes first to the other's page is what was meant for it.
    let on_air = json!({"freq_hz": 7_010_000, "mode": "CW"});
    shack
        .page
        .put("/api/v1/shack/presence", &on_air)
        .await
        .expect(200);
    let first = loop {
        let messages = socket.next().await;
        if messages[0]["type"] != "gap" {
            break messages;
        }
    };
    assert_eq!(first[0]["channel"], "presence", "{first}");
}
