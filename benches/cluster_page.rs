//! The cluster's open page, measured: how long a spot takes from Python's `xmlrpc.client` to standing on it, and what two
//! minutes of 20 spots a second keep Chromium's main thread from longest.
//!
//! `cargo run --release -p shackbox-e2e --bin cluster_page [SECONDS [SPOTS_A_SECOND]]` after `cargo build --release`, on
//! a machine with nothing else to do. To reach: a spot seen within 300 ms, no task over 100 ms, a paused list that
//! stands still.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use shackbox_e2e::{Chrome, Server};

/// Watches for long tasks, and keeps when each call was first seen in the table.
const WATCH: &str = "(window.long = [], window.seen = {}, \
    new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration))).observe({entryTypes: ['longtask']}), \
    new MutationObserver(() => { for (const cell of document.querySelectorAll('sb-table .tr:not([hidden]) .call')) seen[cell.textContent] ??= Date.now(); }) \
        .observe(document.querySelector('sb-table'), {subtree: true, childList: true, characterData: true}), true)";

/// Pushes single spots as a script of Odoo's world does, and prints each with the moment before it was sent.
const PYTHON: &str = "
import sys, time, xmlrpc.client
url, login, key, count = sys.argv[1:]
uid = xmlrpc.client.ServerProxy(url + '/xmlrpc/2/common').authenticate('shackbox', login, key, {})
models = xmlrpc.client.ServerProxy(url + '/xmlrpc/2/object')
for number in range(int(count)):
    call = 'W%d%sPY' % (number % 10, chr(65 + number // 10))
    vals = {'callsign': call, 'frequency': 18070.0 + number, 'spotter': 'W3LPL', 'comment': 'CW'}
    before = int(time.time() * 1000)
    assert models.execute_kw('shackbox', uid, key, 'ham.dx.spot', 'push_spot', [vals]) is True
    print(call, before)
    time.sleep(0.5)
";
/// How many it pushes.
const PUSHED: &str = "40";

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
    by_python(&server, &chrome, &key).await?;
    stands_still(&server, &chrome, &key).await?;
    chrome.eval("(long.length = 0, true)").await?;
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
    let waits = waits(&chrome, &sent).await?;
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
    println!("sent to seen: {}", shares(&waits));
    chrome.finish().await?;
    server.stop().await
}

/// Single spots by XML-RPC, from Python to the page.
#[expect(clippy::print_stdout, reason = "a tool's report")]
async fn by_python(server: &Server, chrome: &Chrome, key: &str) -> Result<()> {
    let (call, _) = server.demo_login()?;
    let mut python = tokio::process::Command::new("python3");
    let python = python.args(["-c", PYTHON, &server.url, &call, key, PUSHED]);
    let Ok(output) = python.output().await else {
        println!("no python3: nothing is pushed by XML-RPC");
        return Ok(());
    };
    anyhow::ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = String::from_utf8(output.stdout)?;
    let mut sent = Vec::new();
    for line in lines.lines() {
        let (call, at) = line.split_once(' ').context("a call and a time")?;
        sent.push((call.to_owned(), at.parse()?));
    }
    let waits = waits(chrome, &sent).await?;
    println!(
        "{} spots by Python's xmlrpc.client, {} seen in the table: {}",
        sent.len(),
        waits.len(),
        shares(&waits)
    );
    Ok(())
}

/// What a paused list shows and counts while spots come.
#[expect(clippy::print_stdout, reason = "a tool's report")]
async fn stands_still(server: &Server, chrome: &Chrome, key: &str) -> Result<()> {
    const SHOWN: &str = "[...document.querySelectorAll('sb-table .tr:not([hidden]) .call')].map((cell) => cell.textContent).join()";
    const WAITING: &str = "Number(document.querySelector('[data-tools] [aria-pressed=true]')?.textContent.match(/\\d+/)?.[0] ?? 0)";
    chrome.key("p").await?;
    chrome.has("main.paused").await?;
    let before = chrome.text(SHOWN).await?;
    for number in 0..50 {
        push(server, key, &call(number + 5_000), number).await?;
    }
    chrome.until(&format!("{WAITING} >= 50")).await?;
    let is_same = chrome.text(SHOWN).await? == before;
    println!(
        "paused while 50 spots came: {} waiting, the list {}",
        chrome.eval(WAITING).await?,
        if is_same { "stood still" } else { "CHANGED" }
    );
    chrome.key("p").await?;
    chrome.until("!document.querySelector('main.paused')").await
}

/// Milliseconds from being sent to being seen, in order, of those that were.
async fn waits(chrome: &Chrome, sent: &[(String, u64)]) -> Result<Vec<u64>> {
    let seen = chrome.eval("window.seen").await?;
    let waits = sent
        .iter()
        .filter_map(|(call, at)| Some(seen[call].as_u64()?.saturating_sub(*at)));
    let mut waits: Vec<u64> = waits.collect();
    waits.sort_unstable();
    Ok(waits)
}

fn shares(waits: &[u64]) -> String {
    let share = |percent: usize| {
        waits
            .get(waits.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    let most = waits.last().copied().unwrap_or_default();
    format!("p50 {} ms, p99 {} ms, longest {most} ms", share(50), share(99))
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
    let key = chrome.spot_key().await?;
    chrome.open_cluster(server).await?;
    Ok(key)
}

async fn push(server: &Server, key: &str, call: &str, number: u64) -> Result<()> {
    let bases = [
        1_810_000, 3_510_000, 7_005_000, 14_005_000, 21_010_000, 28_020_000,
    ];
    let freq_hz = pick(&bases, number) + number % 400 * 100;
    let spot = json!({"call": call, "freq_hz": freq_hz, "comment": "CW up 2", "spotter": "W3LPL"});
    server.spot(key, &spot).await
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
