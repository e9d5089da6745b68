use std::time::Duration;

use serde_json::json;

use super::{Relay, with_radio};
use crate::process::wait_until;

const TRANSMIT: (&str, &str) = ("SHACKBOX_RELAY__TRANSMIT", "true");

#[tokio::test(flavor = "multi_thread")]
async fn the_transmitter_is_off_when_the_relay_is_told_to_stop() {
    for signal in ["TERM", "INT", "HUP"] {
        let (_at, radio, mut relay) = with_radio(&[TRANSMIT]).await;
        let token = relay.pair().await;
        let (code, told) = relay.key(&token, &json!({ "on": true })).await;
        assert_eq!(code, 200, "{told}");
        assert!(radio.is_transmitting());
        relay.signal(signal);
        wait_until("silence", || !radio.is_transmitting());
        assert_eq!(relay.ended(), Some(0), "{signal}: {}", relay.output());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_was_killed_unkeys_when_it_comes_back() {
    let (at, radio, mut relay) = with_radio(&[TRANSMIT]).await;
    let token = relay.pair().await;
    assert_eq!(relay.key(&token, &json!({ "on": true })).await.0, 200);
    relay.signal("KILL");
    relay.ended();
    assert!(radio.is_transmitting(), "nobody could unkey it");
    let relay = Relay::start(&at, &radio.address().to_string(), &[TRANSMIT]);
    wait_until("silence", || !radio.is_transmitting());
    relay.reaches_its_radio().await;
    // The pairing has outlived it.
    assert_eq!(relay.key(&token, &json!({ "on": true })).await.0, 200);
    assert_eq!(relay.key(&token, &json!({ "on": false })).await.0, 200);
    assert!(!radio.is_transmitting());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_falls_silent_transmits_no_more() {
    let (_at, radio, relay) = with_radio(&[TRANSMIT]).await;
    let token = relay.pair().await;
    let (_, keyed) = relay.key(&token, &json!({ "on": true })).await;
    let renew = json!({ "renew": keyed["lease"] });
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(relay.key(&token, &renew).await.0, 200);
    }
    assert!(radio.is_transmitting(), "it is renewed");
    wait_until("silence", || !radio.is_transmitting());
    assert_eq!(relay.key(&token, &renew).await.0, 409);
}
