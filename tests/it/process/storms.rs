//! `kill -9` at any instant: what was acknowledged stays, nothing is doubled, an import goes on by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{ADMIN, Box_, http, text};

/// Rounds of the storm; each is a start, some writes, and a kill.
const ROUNDS: usize = 50;
/// Records of one imported file.
const RECORDS: usize = 8_000;

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
async fn stored(client: &reqwest::Client, url: &str, key: &str) -> BTreeMap<usize, usize> {
    let reply = client.get(url).bearer_auth(key).send().await.unwrap();
    let adif = reply.text().await.unwrap();
    let mut seen = BTreeMap::new();
    for (at, word) in adif.match_indices("storm ") {
        let number: String = adif[at + word.len()..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        *seen.entry(number.parse().unwrap()).or_insert(0) += 1;
    }
    seen
}

/// What a program that pushes contacts remembers.
#[derive(Default)]
struct Logger {
    acknowledged: Vec<usize>,
    next: usize,
}

impl Logger {
    /// Pushes contacts, each until it is acknowledged, until the server is gone.
    async fn push(&mut self, client: &reqwest::Client, url: &str, key: &str) {
        loop {
            let request = client
                .post(url)
                .bearer_auth(key)
                .header("idempotency-key", format!("storm-{}", self.next))
                .json(&contact(self.next));
            // The same contact is sent again after the restart, as a logger would.
            let Ok(reply) = request.send().await else { return };
            if reply.status() == 503 {
                return;
            }
            assert_eq!(reply.status(), 201, "{}", reply.text().await.unwrap_or_default());
            self.acknowledged.push(self.next);
            self.next += 1;
        }
    }
}

async fn json_of(client: &reqwest::Client, url: &str, key: &str) -> Value {
    let reply = client.get(url).bearer_auth(key).send().await.unwrap();
    reply.json().await.unwrap()
}

/// Waits until a job has ended, and returns it.
async fn ended(client: &reqwest::Client, url: &str, key: &str) -> Value {
    for _ in 0..4_000 {
        let job = json_of(client, url, key).await;
        if job["state"] == "done" || job["state"] == "failed" {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the job does not end")
}

/// Fifty times: start, push contacts while a file is imported, and `kill -9`. `SHACKBOX_STORM_SEED` repeats a storm.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_nothing_acknowledged_double_nothing_and_stop_no_import() {
    let seed = std::env::var("SHACKBOX_STORM_SEED").ok();
    let seed = seed.and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121);
    super::say(&format!("storm seed {seed}"));
    let mut dice = Dice(seed);
    let shack = Box_::with_admin();
    let key = shack.key();
    let client = http();
    let (mut logger, mut jobs) = (Logger::default(), Vec::<String>::new());
    for round in 0..ROUNDS {
        let serving = shack.serve();
        if round % 10 == 0 {
            // A new file while the one before may still be waiting.
            let mut file = Vec::new();
            shackbox::testkit::adif_gen::generate(RECORDS, seed + round as u64, &mut file).unwrap();
            let url = serving.url(&format!("/api/v1/logbook/adif?callsign={ADMIN}"));
            let reply = client
                .post(url)
                .bearer_auth(&key)
                .body(file)
                .send()
                .await
                .unwrap();
            assert_eq!(reply.status(), 202);
            let job: Value = reply.json().await.unwrap();
            jobs.push(job["url"].as_str().unwrap().to_owned());
        }
        let url = serving.url("/api/v1/logbook/qsos");
        let pause = Duration::from_millis(5 + dice.roll(800));
        let killer = async {
            tokio::time::sleep(pause).await;
            serving.kill_hard();
        };
        tokio::join!(killer, logger.push(&client, &url, &key));
    }
    let serving = shack.serve();
    let mut added = 0;
    for job in &jobs {
        let job = ended(&client, &serving.url(job), &key).await;
        assert_eq!(job["state"], "done", "{job}");
        let of = |name: &str| job["result"][name].as_u64().unwrap();
        let all = of("added") + of("merged") + of("duplicates") + of("rejected");
        assert_eq!(all, RECORDS as u64, "every record counted once: {job}");
        added += of("added");
    }
    let seen = stored(&client, &serving.url("/api/v1/logbook/adif"), &key).await;
    assert!(!logger.acknowledged.is_empty());
    for number in &logger.acknowledged {
        assert!(seen.contains_key(number), "acknowledged contact {number} is lost");
    }
    assert!(seen.values().all(|&n| n == 1), "nothing doubled: {seen:?}");
    let list = json_of(&client, &serving.url("/api/v1/logbook/qsos?limit=1"), &key).await;
    assert_eq!(list["total"], added + seen.len() as u64, "{list}");
    super::say(&format!(
        "{} contacts acknowledged, {added} imported",
        logger.acknowledged.len()
    ));
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
async fn a_gentle_stop_interrupts_an_import_that_goes_on_at_the_next_start() {
    let shack = Box_::with_admin();
    let key = shack.key();
    let client = http();
    let serving = shack.serve();
    let mut file = Vec::new();
    shackbox::testkit::adif_gen::generate(4 * RECORDS, 3, &mut file).unwrap();
    let url = serving.url("/api/v1/logbook/adif");
    let reply = client
        .post(url)
        .bearer_auth(&key)
        .body(file)
        .send()
        .await
        .unwrap();
    let job: Value = reply.json().await.unwrap();
    let path = job["url"].as_str().unwrap().to_owned();
    loop {
        let job = json_of(&client, &serving.url(&path), &key).await;
        if job["done"].as_u64().unwrap() > 0 {
            break;
        }
    }
    assert_eq!(serving.stop_within(Duration::from_secs(10)), Some(0));
    let check = shack.run(&["check"]);
    assert!(check.status.success(), "{}", text(&check.stderr));

    let serving = shack.serve();
    let job = ended(&client, &serving.url(&path), &key).await;
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(job["tries"], 1, "a stop is no try: {job}");
    assert_eq!(serving.stop(), Some(0));
}
