//! `kill -9` at any instant: what was acknowledged stays, nothing is doubled, an import goes on by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{ADMIN, Box_, http, text};

/// Rounds of the storm; each is a start, some writes, and a kill.
const ROUNDS: usize = 50;

/// A small generator, so that a failing storm can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn contact(number: usize) -> Value {
    let band = ["20m", "40m", "15m"][number % 3];
    let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60);
    json!({
        "call": format!("W{}{}X", number % 10, ["AB", "CD", "EF", "GH"][number / 10 % 4]),
        "start": format!("2024-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", 1 + number / 2800 % 12, 1 + number / 100 % 28),
        "band": band,
        "mode": "CW",
        "comment": format!("storm {number}"),
    })
}

/// Comments of all stored contacts with how often each occurs.
async fn stored(client: &reqwest::Client, url: &str, key: &str) -> BTreeMap<String, usize> {
    let adif = client
        .get(url)
        .bearer_auth(key)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let mut seen = BTreeMap::new();
    for (at, word) in adif.match_indices("storm ") {
        let number: String = adif[at + word.len()..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        *seen.entry(number).or_insert(0) += 1;
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_contacts_survive_fifty_kills_and_none_is_doubled() {
    let shack = Box_::with_admin();
    let key = shack.key();
    let client = http();
    let mut dice = Dice(20_261_121);
    let mut acknowledged = Vec::new();
    let mut next = 0;
    for round in 0..ROUNDS {
        let serving = shack.serve();
        let url = serving.url("/api/v1/logbook/qsos");
        let pause = Duration::from_millis(5 + dice.roll(60));
        let killer = tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            serving.kill_hard();
        });
        loop {
            let number = next;
            let reply = client
                .post(&url)
                .bearer_auth(&key)
                .json(&contact(number))
                .send()
                .await;
            match reply {
                Ok(reply) => {
                    assert_eq!(
                        reply.status(),
                        201,
                        "round {round}: {}",
                        reply.text().await.unwrap_or_default()
                    );
                    acknowledged.push(number);
                    next += 1;
                }
                // The server is gone; the same contact is sent again after the restart, as a logger would.
                Err(_) => break,
            }
        }
        killer.await.unwrap();
    }
    let serving = shack.serve();
    let seen = stored(&client, &serving.url("/api/v1/logbook/adif"), &key).await;
    for number in &acknowledged {
        assert_eq!(
            seen.get(&number.to_string()),
            Some(&1),
            "contact {number} of {}",
            acknowledged.len()
        );
    }
    assert!(seen.values().all(|&n| n == 1), "nothing doubled");
    assert!(!acknowledged.is_empty());
    assert_eq!(serving.stop(), Some(0));
    let check = shack.run(&["check"]);
    assert!(
        check.status.success(),
        "{}{}",
        text(&check.stdout),
        text(&check.stderr)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_goes_on_after_kills_and_doubles_nothing() {
    let shack = Box_::with_admin();
    let key = shack.key();
    let client = http();
    let count = 20_000;
    let mut file = Vec::new();
    shackbox::testkit::adif_gen::generate(count, 7, &mut file).unwrap();

    let mut serving = shack.serve();
    let reply = client
        .post(serving.url(&format!("/api/v1/logbook/adif?callsign={ADMIN}")))
        .bearer_auth(&key)
        .body(file)
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 202);
    let job: Value = reply.json().await.unwrap();
    let path = job["url"].as_str().unwrap().to_owned();

    let mut dice = Dice(42);
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_millis(20 + dice.roll(250))).await;
        serving.kill_hard();
        serving = shack.serve();
    }
    let mut state = Value::Null;
    for _ in 0..1200 {
        state = client
            .get(serving.url(&path))
            .bearer_auth(&key)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        if state["state"] == "done" || state["state"] == "failed" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(state["state"], "done", "{state}");
    let result = &state["result"];
    let of = |name: &str| result[name].as_u64().unwrap();
    assert_eq!(
        of("added") + of("merged") + of("duplicates") + of("rejected"),
        count as u64,
        "{state}"
    );
    let list: Value = client
        .get(serving.url("/api/v1/logbook/qsos?limit=1"))
        .bearer_auth(&key)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(list["total"].as_u64().unwrap(), of("added"), "{list}");
    assert_eq!(serving.stop(), Some(0));
    let check = shack.run(&["check"]);
    assert!(
        check.status.success(),
        "{}{}",
        text(&check.stdout),
        text(&check.stderr)
    );
}
