use serde_json::json;

use super::house::{ACTION, GOOD, House, JSON, wait_for};

const ON: &str = r#"{"on":true}"#;

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn nobody_transmits_without_a_token_for_it() {
    let house = House::new(&[]).await;
    let answer = house.ask("POST /api/ptt", &[GOOD, ACTION, JSON], ON).await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (403, Some("no_transmit"))
    );
    let asked = r#"{"name":"log","transmit":true}"#;
    let answer = house.ask("POST /api/pair", &[GOOD, JSON], asked).await;
    assert_eq!(answer.json()["code"], json!("no_transmit"));

    let house = House::new(&[("relay.transmit", "true")]).await;
    let answer = house.ask("POST /api/ptt", &[GOOD, ACTION, JSON], ON).await;
    assert_eq!(answer.status, 401, "{answer:?}");
    let token = bearer(&house.pair(GOOD.1).await);
    let stolen = [
        ("origin", "http://localhost:1"),
        ACTION,
        JSON,
        ("authorization", &token),
    ];
    assert_eq!(house.ask("POST /api/ptt", &stolen, ON).await.status, 403);
    let script = [ACTION, JSON, ("authorization", token.as_str())];
    assert_eq!(house.ask("POST /api/ptt", &script, ON).await.status, 401);
    let unmarked = [GOOD, JSON, ("authorization", token.as_str())];
    assert_eq!(house.ask("POST /api/ptt", &unmarked, ON).await.status, 403);
    assert!(!house.radio.with(|daemon| daemon.ptt));
}

#[tokio::test]
async fn a_transmission_is_renewed_or_ends() {
    let house = House::new(&[("relay.transmit", "true")]).await;
    let token = bearer(&house.pair(GOOD.1).await);
    let headers = [GOOD, ACTION, JSON, ("authorization", token.as_str())];
    let begun = house.ask("POST /api/ptt", &headers, ON).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    assert!(house.radio.with(|daemon| daemon.ptt));
    let lease = begun.json()["lease"].as_str().unwrap().to_owned();
    let renew = json!({ "renew": lease }).to_string();
    assert_eq!(house.ask("POST /api/ptt", &headers, &renew).await.status, 200);
    let moved = house.ask("GET /qsy?freq=14.074", &headers, "").await;
    assert_eq!(
        (moved.status, moved.json()["code"].as_str()),
        (409, Some("transmitting"))
    );
    // Nobody renews it.
    wait_for("silence", || !house.radio.with(|daemon| daemon.ptt)).await;
    let late = house.ask("POST /api/ptt", &headers, &renew).await;
    assert_eq!(
        (late.status, late.json()["code"].as_str()),
        (409, Some("lease_over"))
    );
    house.ask("POST /api/ptt", &headers, ON).await;
    let off = house.ask("POST /api/ptt", &headers, r#"{"on":false}"#).await;
    assert_eq!(off.json(), json!({ "ptt": false }));
    assert!(!house.radio.with(|daemon| daemon.ptt));
}

#[tokio::test]
async fn a_socket_that_closes_takes_its_transmission_along() {
    let house = House::new(&[("relay.transmit", "true")]).await;
    let token = house.pair(GOOD.1).await;
    let mut page = house.socket(&[GOOD]).await.ok().unwrap();
    page.say(&json!({ "type": "ptt", "id": 1, "on": true })).await;
    assert_eq!(page.hear("fault").await["code"], json!("unauthenticated"));
    page.say(&json!({ "type": "token", "token": token })).await;
    page.say(&json!({ "type": "ptt", "id": 2, "on": true })).await;
    let keyed = page.hear("ptt").await;
    assert_eq!((&keyed["id"], &keyed["on"]), (&json!(2), &json!(true)));
    assert!(house.radio.with(|daemon| daemon.ptt));
    drop(page);
    wait_for("silence", || !house.radio.with(|daemon| daemon.ptt)).await;
    let mut page = house.socket(&[GOOD]).await.ok().unwrap();
    page.say(&json!({ "type": "token", "token": token })).await;
    page.say(&json!({ "type": "ptt", "id": 3, "on": true })).await;
    page.hear("ptt").await;
    page.say(&json!({ "type": "ptt", "id": 4, "on": false })).await;
    let off = page.hear("ptt").await;
    assert_eq!((&off["id"], &off["on"]), (&json!(4), &json!(false)));
    assert!(!house.radio.with(|daemon| daemon.ptt));
}

#[tokio::test]
async fn a_page_that_falls_silent_is_told_that_it_transmits_no_more() {
    let house = House::new(&[("relay.transmit", "true")]).await;
    let token = house.pair(GOOD.1).await;
    let mut page = house.socket(&[GOOD]).await.ok().unwrap();
    page.say(&json!({ "type": "token", "token": token })).await;
    page.say(&json!({ "type": "ptt", "on": true })).await;
    page.hear("ptt").await;
    let told = page.hear("ptt").await;
    assert_eq!(told["on"], json!(false));
    assert!(told["why"].is_string());
    assert!(!house.radio.with(|daemon| daemon.ptt));
}
