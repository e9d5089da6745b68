use serde_json::{Value, json};

use super::{Relay, http, with_radio};
use crate::process::{Box_, text};

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_listens_where_and_tells_its_status() {
    let (_at, radio, mut relay) = with_radio(&[]).await;
    let output = relay.output();
    for part in ["page and API", "radio", "WSJT-X", "server"] {
        assert!(output.contains(part), "{part}: {output}");
    }
    let status = relay.status().await;
    assert_eq!(status["version"], json!(env!("CARGO_PKG_VERSION")));
    assert_eq!(status["rig"]["backend"], json!("rigctld"));
    assert_eq!(status["rig"]["freq_hz"], json!(7_074_000));
    assert_eq!(status["queue"], json!({ "pending": 0, "failed": 0 }));
    assert_eq!(status["link"]["connected"], json!(false));
    let by_text = http().get(relay.url("/qsy?freq=14.074&mode=USB"));
    let (code, tuned) = relay.acts(by_text).await;
    assert_eq!(
        (code, &tuned["freq_hz"], &tuned["mode"]),
        (200, &json!(14_074_000), &json!("USB"))
    );
    let unmarked = http().get(relay.url("/qsy?freq=7.1")).send().await.unwrap();
    assert_eq!(unmarked.status().as_u16(), 403);
    assert_eq!(radio.moves(), [14_074_000]);
    let rig: Value = http()
        .get(relay.url("/api/rig"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&rig["rig"], &rig["state"]["freq_hz"]),
        (&json!("main"), &json!(14_074_000))
    );
    let home = http().get(relay.url("/")).send().await.unwrap();
    assert!(
        home.status().is_success() && home.url().path() == "/setup",
        "{}",
        home.url()
    );
    relay.signal("INT");
    assert_eq!(relay.ended(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_relays_do_not_share_a_directory() {
    let (at, radio, relay) = with_radio(&[]).await;
    let mut second = at.command(&[
        "relay",
        "--listen",
        "127.0.0.1:0",
        "--rigctld",
        &radio.address().to_string(),
    ]);
    let out = second
        .env("SHACKBOX_DATA_DIR", at.dir.path().join("relay"))
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(
        text(&out.stderr).contains("another relay works with it"),
        "{}",
        text(&out.stderr)
    );
    assert_eq!(relay.tune(14_074_000).await.0, 200, "the first goes on");
}

#[test]
fn what_cannot_be_is_refused_with_words() {
    let box_ = Box_::empty();
    let refused = |args: &[&str], code, words: &str| {
        let out = box_.run(args);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    };
    refused(&["relay", "--listen", "0.0.0.0:8089"], 1, "relay.server");
    refused(&["relay", "--rigctld", "localhost"], 1, "host and port");
    refused(&["relay", "--serial", "/dev/ttyUSB0"], 2, "--model");
    refused(
        &[
            "relay",
            "--serial",
            "/dev/null",
            "--model",
            "Teapot",
            "--listen",
            "127.0.0.1:0",
        ],
        1,
        "shackbox relay models",
    );
    refused(&["relay", "--listen", "192.0.2.1:8089"], 1, "this computer alone");
}

#[test]
fn radios_ports_and_keys_are_listed() {
    let box_ = Box_::empty();
    let models = box_.run(&["relay", "models", "--json"]);
    let models: Value = serde_json::from_slice(&models.stdout).unwrap();
    let known = models.as_array().unwrap();
    assert!(
        known.iter().any(|model| model["name"] == json!("Icom IC-7300")),
        "{models}"
    );
    assert!(text(&box_.run(&["relay", "models"]).stdout).contains("Icom IC-7300"));
    assert!(box_.run(&["relay", "ports"]).status.success());
    let shown = text(&box_.run(&["config", "show"]).stdout);
    for key in ["relay.listen", "relay.server", "relay.transmit"] {
        assert!(shown.contains(key), "{key}: {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_without_a_radio_says_so_and_has_it_when_it_comes() {
    let at = Box_::empty();
    let port = super::free_port();
    let relay = Relay::start(&at, &format!("127.0.0.1:{port}"), &[]);
    let (code, told) = relay.tune(14_074_000).await;
    assert_eq!(
        (code, &told["code"]),
        (502, &json!("radio_unreachable")),
        "{told}"
    );
    assert!(
        told["detail"].as_str().unwrap().contains(&port.to_string()),
        "{told}"
    );
    let error = relay.status().await["rig"]["error"].clone();
    assert!(error["help"].is_string(), "{error}");
}
