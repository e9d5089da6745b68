//! Who is on the air, and who is told of it.

use serde_json::json;
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD};

async fn members() -> (TestApp, Caller, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    app.account("W1AW", false, PASSWORD).await;
    let k6bp = Caller::signed_in(&app, "K6BP").await;
    let w1aw = Caller::signed_in(&app, "W1AW").await;
    (app, k6bp, w1aw)
}

const PRESENCE: &str = "/api/v1/shack/presence";
const FOLLOWING: &str = "/api/v1/shack/following";

#[tokio::test]
async fn who_calls_cq_is_seen_by_all_for_ten_minutes() {
    let (app, k6bp, w1aw) = members().await;
    let mut page = w1aw.socket("/websocket").await.unwrap();
    // From before, so that nothing is missed however late this is heard.
    page.say(r#"{"event_name":"subscribe","data":{"channels":["presence"],"last":1}}"#)
        .await;
    let cq = json!({"freq_hz": 14_044_000, "mode": "CW", "calling": true, "text": "QRP"});
    k6bp.put(PRESENCE, &cq).await.expect(200);
    let told = loop {
        let messages = page.next().await;
        if messages[0]["channel"] == "presence" {
            break messages[0]["message"].clone();
        }
    };
    assert_eq!(
        told,
        json!({"type": "on_air", "payload": {"call": "K6BP", "freq_hz": 14_044_000, "mode": "CW", "calling": true,
            "text": "QRP", "since": "2026-11-21T12:00:00Z", "until": "2026-11-21T12:10:00Z"}})
    );
    let list = w1aw.get(PRESENCE).await.expect(200).json();
    assert_eq!(list["items"][0]["call"], "K6BP");
    app.advance(std::time::Duration::from_mins(10));
    let list = w1aw.get(PRESENCE).await.expect(200).json();
    assert_eq!(list["items"], json!([]));
    k6bp.put(PRESENCE, &json!({})).await.expect(200);
    k6bp.delete(PRESENCE).await.expect(204);
    let list = w1aw.get(PRESENCE).await.expect(200).json();
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn a_listener_sees_who_is_on_the_air_and_is_not() {
    let (app, k6bp, _) = members().await;
    app.listener("SWL_ANNA", PASSWORD).await;
    let anna = Caller::signed_in(&app, "SWL_ANNA").await;
    k6bp.put(PRESENCE, &json!({"freq_hz": 7_030_000}))
        .await
        .expect(200);
    let list = anna.get(PRESENCE).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    anna.put(PRESENCE, &json!({})).await.problem(403, "forbidden");
    Caller::guest(&app)
        .get(PRESENCE)
        .await
        .problem(401, "unauthenticated");
    let nonsense = json!({"freq_hz": 14, "calling": true});
    k6bp.put(PRESENCE, &nonsense).await.problem(422, "invalid");
    let two_lines = json!({"text": "a\nb"});
    k6bp.put(PRESENCE, &two_lines).await.problem(422, "invalid");
}

#[tokio::test]
async fn followers_are_told_on_any_page() {
    let (app, k6bp, w1aw) = members().await;
    w1aw.put(&format!("{FOLLOWING}/k6bp"), &json!({}))
        .await
        .expect(204);
    w1aw.put(&format!("{FOLLOWING}/K6BP"), &json!({}))
        .await
        .expect(204);
    let mut page = w1aw.socket("/websocket").await.unwrap();
    let mut other = k6bp.socket("/websocket").await.unwrap();
    let seq = r#"{"event_name":"subscribe","data":{"channels":["notifications"],"last":1}}"#;
    page.say(seq).await;
    other.say(seq).await;
    let on_air = json!({"freq_hz": 14_044_000, "mode": "CW"});
    k6bp.put(PRESENCE, &on_air).await.expect(200);
    let told = loop {
        let messages = page.next().await;
        if messages[0]["channel"] == "notifications" {
            break messages[0]["message"].clone();
        }
    };
    assert_eq!(
        told,
        json!({"type": "on_air", "payload":
            {"call": "K6BP", "freq_hz": 14_044_000, "mode": "CW", "calling": false, "text": null}})
    );
    let list = w1aw.get(FOLLOWING).await.expect(200).json();
    assert_eq!(
        list["items"],
        json!([{"call": "K6BP", "since": "2026-11-21T12:00:00Z", "on_air": true}])
    );
    w1aw.delete(&format!("{FOLLOWING}/K6BP")).await.expect(204);
    w1aw.delete(&format!("{FOLLOWING}/K6BP"))
        .await
        .problem(404, "not_found");
    let odd = w1aw.put(&format!("{FOLLOWING}/no%20call"), &json!({})).await;
    odd.problem(422, "invalid");
    drop((app, other));
}

#[tokio::test]
async fn as_many_are_followed_as_one_can_hear() {
    let (_app, k6bp, _) = members().await;
    for n in 0..200 {
        let call = format!("{FOLLOWING}/K{}A{}", n % 10, letters(n));
        k6bp.put(&call, &json!({})).await.expect(204);
    }
    let more = k6bp.put(&format!("{FOLLOWING}/3Y0J"), &json!({})).await;
    more.problem(409, "too_many");
    k6bp.put(&format!("{FOLLOWING}/K0A{}", letters(0)), &json!({}))
        .await
        .expect(204);
}

fn letters(n: u32) -> String {
    let letter = |n: u32| char::from_u32(u32::from(b'A') + n % 26).unwrap();
    [letter(n / 26), letter(n)].iter().collect()
}
