//! Spots by the API: in, out, who may, and where they are kept.

use serde_json::json;
use shackbox::testkit::TestApp;

use super::{SPOTS, calls, spot, station};
use crate::kit::{Caller, PASSWORD};

#[tokio::test]
async fn a_spot_is_answered_and_kept_in_the_promised_form() {
    let (app, feed) = station().await;
    let sent = spot("JA1XYZ", 14_025_000, "CW 12 dB up 2 in US-1234");
    let made = feed.post(SPOTS, &sent).await.expect(201).json();
    let fields = [
        ("call", json!("JA1XYZ")),
        ("freq_hz", json!(14_025_000)),
        ("band", json!("20m")),
        ("mode", json!("CW")),
        ("class", json!("cw")),
        ("mode_by", json!("stated")),
        ("spotter", json!("W1AW")),
        ("dxcc", json!(339)),
        ("country", json!("Japan")),
        ("continent", json!("AS")),
        ("cq_zone", json!(25)),
        ("spotter_dxcc", json!(291)),
        ("source", json!("rest")),
        ("skimmer", json!(false)),
        ("snr", json!(12)),
        ("pota", json!("US-1234")),
        ("split", json!("UP 2")),
        ("self", json!(false)),
        ("time", json!("2026-11-21T12:00:00Z")),
    ];
    for (name, value) in fields {
        assert_eq!(made[name], value, "{name}");
    }
    let again = feed.post(SPOTS, &sent).await.expect(200).json();
    assert_eq!(again["outcome"], "duplicate");
    let list = feed.get(SPOTS).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    for name in ["seq", "call", "dxcc", "pota", "split", "time", "mode_by"] {
        assert_eq!(list["items"][0][name], made[name], "{name}");
    }
    let member = Caller::signed_in(&app, "K6BP").await;
    let own = json!({"call": "DL1ABC", "freq_hz": 7_032_000});
    let own = member.post(SPOTS, &own).await.expect(201).json();
    assert_eq!(
        (&own["spotter"], &own["source"]),
        (&json!("K6BP"), &json!("user"))
    );
    member
        .post(SPOTS, &spot("DL1ABD", 7_032_000, ""))
        .await
        .problem(403, "not_your_call");
}

#[tokio::test]
async fn spots_come_from_licensed_operators_only() {
    let (app, feed) = station().await;
    app.listener("SWL_BOB", PASSWORD).await;
    let sent = spot("JA1XYZ", 14_025_000, "");
    Caller::guest(&app)
        .post(SPOTS, &sent)
        .await
        .problem(403, "forbidden");
    let listener = Caller::signed_in(&app, "SWL_BOB").await;
    assert_eq!(listener.post(SPOTS, &sent).await.status, 403);
    listener.get(SPOTS).await.expect(200);
    let reader = Caller::with_key(&app, app.key("K6BP", &["dx.read"]).await);
    reader.post(SPOTS, &sent).await.problem(403, "insufficient_scope");
    Caller::guest(&app)
        .get(SPOTS)
        .await
        .problem(401, "unauthenticated");
    for (wrong, field) in [
        (
            json!({"call": "NO CALL", "freq_hz": 14_025_000, "spotter": "W1AW"}),
            "call",
        ),
        (json!({"call": "W1AW", "freq_hz": 5}), "freq_hz"),
        (
            json!({"call": "W1AW", "freq_hz": 14_025_000, "mode": "loud"}),
            "mode",
        ),
        (
            json!({"call": "W1AW", "freq_hz": 14_025_000, "time": "2026-11-21T15:00:00Z"}),
            "time",
        ),
    ] {
        let problem = feed.post(SPOTS, &wrong).await.expect(422).json();
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    feed.post(SPOTS, &json!({"call": "W1AW"})).await.expect(422);
    let open = TestApp::with(&[("limits.firehose_public", "true")]).await;
    Caller::guest(&open).get(SPOTS).await.expect(200);
}

#[tokio::test]
async fn the_history_is_filtered_and_paged() {
    let (_app, feed) = station().await;
    for (call, hertz, comment) in [
        ("JA1XYZ", 14_025_000, "CW"),
        ("DL1ABC", 14_074_500, "FT8"),
        ("DL2ABC/P", 7_032_000, "CW"),
        ("VK3ABC", 21_200_000, "SSB"),
    ] {
        feed.post(SPOTS, &spot(call, hertz, comment)).await.expect(201);
    }
    let get = async |query: &str| feed.get(&format!("{SPOTS}?{query}")).await.expect(200).json();
    assert_eq!(calls(&get("").await), ["VK3ABC", "DL2ABC/P", "DL1ABC", "JA1XYZ"]);
    assert_eq!(calls(&get("band=20m").await), ["DL1ABC", "JA1XYZ"]);
    assert_eq!(calls(&get("band=20m,40m&mode=cw").await), ["DL2ABC/P", "JA1XYZ"]);
    assert_eq!(calls(&get("mode=FT8").await), ["DL1ABC"]);
    assert_eq!(calls(&get("entity=Japan").await), ["JA1XYZ"]);
    assert_eq!(calls(&get("entity=230").await), ["DL2ABC/P", "DL1ABC"]);
    assert_eq!(calls(&get("continent=OC").await), ["VK3ABC"]);
    assert_eq!(calls(&get("call=DL2ABC").await), ["DL2ABC/P"]);
    assert_eq!(calls(&get("call=DL*&limit=1").await), ["DL2ABC/P"]);
    assert_eq!(calls(&get("source=telnet").await), Vec::<&str>::new());
    assert_eq!(calls(&get("skimmer=true").await), Vec::<&str>::new());
    assert_eq!(calls(&get("since=2026-11-21T11:00:00Z").await).len(), 4);
    let all = get("").await;
    let since = all["items"][2]["seq"].as_u64().unwrap();
    assert_eq!(
        calls(&get(&format!("since={since}")).await),
        ["DL2ABC/P", "VK3ABC"],
        "oldest first"
    );
    let first = get("limit=3").await;
    let next = first["next"].as_str().unwrap();
    let second = get(&format!("limit=3&cursor={next}")).await;
    assert_eq!((calls(&second), second.get("next")), (vec!["JA1XYZ"], None));
    feed.get(&format!("{SPOTS}?band=20m&cursor={next}"))
        .await
        .problem(400, "bad_cursor");
    feed.get(&format!("{SPOTS}?colour=red"))
        .await
        .problem(400, "bad_query");
    assert_eq!(feed.get(&format!("{SPOTS}?band=19m")).await.status, 422);
    assert_eq!(feed.get(&format!("{SPOTS}?since=yesterday")).await.status, 422);
    let status = feed.get("/api/v1/dx/status").await.expect(200).json();
    assert_eq!(status["spots"]["people"], 4);
    assert_eq!(status["feeds"][0]["new"], 4);
    let busy = feed.get("/api/v1/dx/activity?minutes=5").await.expect(200).json();
    assert_eq!(
        busy["bands"][1],
        json!({"band": "20m", "counts": [0, 0, 0, 0, 2]})
    );
}

#[tokio::test]
async fn spots_write_nothing_to_the_store_and_outlive_a_clean_stop() {
    let (mut app, feed) = station().await;
    feed.get(SPOTS).await.expect(200);
    app.settle().await;
    let before = app.stored();
    for number in 0..300 {
        feed.post(SPOTS, &spot("JA1XYZ", 14_000_000 + number * 1_000, "CW"))
            .await
            .expect(201);
    }
    app.settle().await;
    assert!(app.stored() == before, "a spot never touches the store");
    let kept = feed.get(&format!("{SPOTS}?limit=1000")).await.expect(200);
    app.restart().await;
    let feed = feed.at(&app);
    let later = feed.get(&format!("{SPOTS}?limit=1000")).await.expect(200);
    assert_eq!(later.json()["items"].as_array().unwrap().len(), 300);
    assert_eq!(kept.json()["items"], later.json()["items"], "with their numbers");
}
