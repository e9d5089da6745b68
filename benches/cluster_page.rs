//! Two minutes of spots at 20 a second on the cluster's open page: what kept Chromium's main thread longest, and how
//! long a spot takes from being sent to standing on the page.
//!
//! `cargo run --release -p shackbox-e2e --bin cluster_page [SECONDS [SPOTS_A_SECOND]]`, on a machine with nothing else
//! to do; the figure to reach is no task over 100 ms.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use shackbox_e2e::{Chrome, Server};

/// Watches for long tasks, and keeps when each call was first seen in the table.
const WATCH: &str = "(window.long = [], window.seen = {}, \
    new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration))).observe({entryTypes: ['longtask']}), \
    new MutationObserver(() => { for (const cell of document.querySelectorAll('sb-table .tr:not([hidden]) .call')) seen[cell.textContent] ??= Date.now(); }) \
        .observe(document.querySelector('sb-table'), {subtree: true, childList: true, characterData: true}), true)";

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a tool's report")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let seconds = arguments.next().transpose()?.unwrap_or(120);
    let rate = arguments.next().transpose()?.unwrap_or(20);
    let server = Server::start(&["--demo"]).await?;
    let chrome = Chrome::start().await?;
    let key = begin(&server, &chrome).await?;
    chrome.eval(WATCH).await?;
    let mut sent = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_micros(1_000_000 / rate.max(1)));
    for number in 0..seconds * rate {
        pace.tick().await;
        let call = call(number);
        sent.push((call.clone(), now()?));
        push(&server, &key, &call, number).await?;
    }
    chrome
        .until("document.querySelector('sb-table') !== null")
        .await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut long = numbers(&chrome.eval("window.long").await?);
    long.sort_by(f64::total_cmp);
    let seen = chrome.eval("window.seen").await?;
    let mut waits: Vec<u64> = sent
        .iter()
        .filter_map(|(call, at)| Some(seen[call].as_u64()?.saturating_sub(*at)))
        .collect();
    waits.sort_unstable();
    let share = |percent: usize| {
        waits
            .get(waits.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "{} spots at {rate} a second for {seconds} s; {} seen in the table",
        sent.len(),
        waits.len()
    );
    println!(
        "tasks over 50 ms: {}, longest {:.0} ms, over 100 ms: {}",
        long.len(),
        long.last().unwrap_or(&0.0),
        long.iter().filter(|ms| **ms > 100.0).count()
    );
    println!("sent to seen: p50 {} ms, p99 {} ms", share(50), share(99));
    chrome.finish().await?;
    server.stop().await
}

/// Signs in, makes a key and opens the page.
async fn begin(server: &Server, chrome: &Chrome) -> Result<String> {
    let (call, password) = server.demo_login()?;
    chrome.open(&format!("{}/login", server.url)).await?;
    chrome.fill("#call", &call).await?;
    chrome.fill("#password", &password).await?;
    chrome.click("form[data-login] button").await?;
    chrome
        .until("location.pathname === '/' && document.body.dataset.account !== ''")
        .await?;
    let asked = json!({"name": "bench", "scopes": ["dx.read", "dx.write"]});
    let made = chrome.api("POST", "/apikeys", Some(asked)).await?;
    chrome.open(&format!("{}/dx", server.url)).await?;
    chrome.has("[data-link][data-state=open]").await?;
    made["key"].as_str().map(str::to_owned).context("no key made")
}

async fn push(server: &Server, key: &str, call: &str, number: u64) -> Result<()> {
    let bases = [
        1_810_000, 3_510_000, 7_005_000, 14_005_000, 21_010_000, 28_020_000,
    ];
    let freq_hz = pick(&bases, number) + number % 400 * 100;
    let spot = json!({"call": call, "freq_hz": freq_hz, "comment": "CW up 2", "spotter": "W3LPL"});
    let bearer = format!("Bearer {key}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    let reply = server
        .ask("POST", "/api/v1/dx/spots", &headers, spot.to_string().as_bytes())
        .await?;
    anyhow::ensure!(reply.status == 201, "{} {}", reply.status, reply.body);
    Ok(())
}

/// A call of its own for each number, from all over the world.
fn call(number: u64) -> String {
    const PREFIXES: [&str; 12] = [
        "K", "DL", "JA", "VK", "ZL", "PY", "ZS", "G", "UA", "LU", "OH", "HS",
    ];
    let letter = |n: u64| char::from(b'A' + u8::try_from(n % 26).unwrap_or_default());
    let prefix = pick(&PREFIXES, number);
    format!(
        "{prefix}{}{}{}{}",
        number % 10,
        letter(number / 676),
        letter(number / 26),
        letter(number)
    )
}

/// One of a list, in turn.
fn pick<T: Copy>(list: &[T], number: u64) -> T {
    let at = usize::try_from(number).unwrap_or_default() % list.len();
    list[at]
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_f64)
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "the browser's clock is this machine's")]
fn now() -> Result<u64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(u64::try_from(since.as_millis())?)
}
