use serde_json::{Value, json};
use shackbox::testkit::FakeRadio;

use super::{Relay, http};
use crate::process::{ADMIN, Box_, text};

const LOGGED: &str =
    "<call:5>K1ABC<qso_date:8>20261122<time_on:6>120000<band:3>20m<mode:3>FT8<freq:9>14.075500<eor>";

/// The keys of the environment for a server.
fn linked<'a>(server: &'a str, key: &'a str) -> [(&'a str, &'a str); 2] {
    [("SHACKBOX_RELAY__SERVER", server), ("SHACKBOX_RELAY__KEY", key)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_reaches_the_log_and_a_click_there_moves_the_radio() {
    let box_ = Box_::with_admin();
    let full = box_.key();
    let args = [
        "apikey",
        "create",
        ADMIN,
        "--scope",
        "rig",
        "--scope",
        "logbook.write",
    ];
    let out = box_.run(&args);
    let key = text(&out.stdout).trim().to_owned();
    let serving = box_.serve();
    let server = serving.url("");
    let radio = FakeRadio::start().await;
    let relay = Relay::start(&box_, &radio.address().to_string(), &linked(&server, &key));
    let status = relay
        .is("the link", |status| status["link"]["connected"] == json!(true))
        .await;
    assert_eq!(status["link"]["account"], json!(ADMIN));
    relay.reaches_its_radio().await;

    relay.hears(LOGGED);
    relay.hears(LOGGED);
    let log = serving.url("/api/v1/logbook/qsos");
    let contacts = || async {
        let answer = http().get(&log).bearer_auth(&full).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["items"]
            .as_array()
            .unwrap()
            .clone()
    };
    let mut found = contacts().await;
    for _ in 0..600 {
        if !found.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        found = contacts().await;
    }
    assert_eq!(found.len(), 1, "{found:?}; {}", relay.output());
    assert_eq!(found[0]["call"], json!("K1ABC"));
    relay
        .is("an empty queue", |status| status["queue"]["pending"] == json!(0))
        .await;

    let tune = http()
        .post(serving.url("/api/v1/rigs/main/tune"))
        .bearer_auth(&full)
        .json(&json!({ "freq_hz": 14_080_000 }))
        .send()
        .await
        .unwrap();
    assert_eq!(tune.status().as_u16(), 200, "{}", tune.text().await.unwrap());
    assert_eq!(radio.moves(), [14_080_000]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_server_everything_local_goes_on_and_contacts_wait() {
    let at = Box_::empty();
    let radio = FakeRadio::start().await;
    let server = format!("http://127.0.0.1:{}", super::free_port());
    let mut relay = Relay::start(&at, &radio.address().to_string(), &linked(&server, "sbx_none"));
    relay.reaches_its_radio().await;
    relay.hears(LOGGED);
    relay
        .is("a contact that waits", |status| {
            status["queue"]["pending"] == json!(1)
        })
        .await;
    assert_eq!(relay.tune(14_074_000).await.0, 200);
    assert_eq!(relay.status().await["link"]["connected"], json!(false));
    relay.signal("KILL");
    relay.ended();
    let relay = Relay::start(&at, &radio.address().to_string(), &linked(&server, "sbx_none"));
    assert_eq!(
        relay.status().await["queue"]["pending"],
        json!(1),
        "it has outlived a kill"
    );
}
