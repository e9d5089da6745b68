//! The relay on the ham's computer, from a browser: its own page, pages that may move the radio, pages that may not.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use shackbox_e2e::{Chrome, Dummy, Relay};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::station::skipped;

/// Where the radio stands before anybody tries.
const BEFORE: u64 = 14_074_000;

/// What a page of another site can try on the relay at `RELAY`: the name, and what it does. Each ends, whatever comes.
const TRIES: [(&str, &str); 9] = [
    ("fetch", "fetch(RELAY + '/qsy?freq=7.101').then(r => r.text())"),
    (
        "fetch without cors",
        "fetch(RELAY + '/qsy?freq=7.102', { mode: 'no-cors' })",
    ),
    (
        "image",
        "new Promise(done => { const img = new Image(); img.onload = img.onerror = done; img.src = RELAY + '/qsy?freq=7.103'; })",
    ),
    (
        "fetch with the header",
        "fetch(RELAY + '/qsy?freq=7.104', { headers: { 'X-Shackbox-Action': 'execute' } })",
    ),
    (
        "json",
        "fetch(RELAY + '/api/qsy', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Shackbox-Action': 'execute' }, body: '{\"freq_hz\":7105000}' })",
    ),
    (
        "text",
        "fetch(RELAY + '/api/qsy', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: '{\"freq_hz\":7106000}' })",
    ),
    (
        "form",
        "new Promise(done => { const frame = document.body.appendChild(document.createElement('iframe')); frame.name = 'sink'; \
         const form = document.body.appendChild(document.createElement('form')); form.method = 'post'; form.target = 'sink'; \
         form.action = RELAY + '/api/qsy'; form.enctype = 'text/plain'; frame.onload = done; setTimeout(done, 3000); form.submit(); })",
    ),
    (
        "frame",
        "new Promise(done => { const frame = document.createElement('iframe'); frame.onload = done; setTimeout(done, 3000); \
         frame.src = RELAY + '/qsy?freq=7.108'; document.body.append(frame); })",
    ),
    (
        "socket",
        "new Promise(done => { const socket = new WebSocket(RELAY.replace('http', 'ws') + '/ws'); socket.onclose = socket.onerror = done; \
         socket.onopen = () => { socket.send('{\"type\":\"tune\",\"id\":1,\"freq_hz\":7109000}'); setTimeout(done, 2000); }; })",
    ),
];

/// A page of some other site: nothing but a body. Its origin has another name than the relay's.
async fn other_site() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 2048];
            let page = "<!doctype html><title>elsewhere</title><link rel=icon href='data:,'><body></body>";
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{page}",
                page.len()
            );
            if stream.read(&mut asked).await.is_ok() {
                drop(stream.write_all(answer.as_bytes()).await);
            }
        }
    });
    Ok(format!("http://localhost:{port}"))
}

async fn beside_a_radio(test: impl AsyncFnOnce(&Dummy, &Relay, &Chrome) -> Result<()>) -> Result<()> {
    let Some(radio) = Dummy::start().await? else {
        skipped("the relay with a radio: rigctld (libhamlib-utils) is not installed");
        return Ok(());
    };
    radio.say(&format!("F {BEFORE}")).await?;
    let relay = Relay::start(&radio, &[]).await?;
    let chrome = Chrome::start().await?;
    test(&radio, &relay, &chrome)
        .await
        .with_context(|| format!("the relay printed:\n{}", relay.output().unwrap_or_default()))?;
    chrome.finish().await
}

/// Lets the open page do one thing, and waits for its end.
async fn attempt(chrome: &Chrome, relay: &Relay, deed: &str) -> Result<()> {
    let deed = deed.replace("RELAY", &format!("{:?}", relay.url));
    chrome
        .eval(&format!("({deed}).then(() => true, () => false)"))
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_moves_the_radio_in_none_of_nine_ways() -> Result<()> {
    beside_a_radio(async |radio, relay, chrome| {
        chrome.open(&other_site().await?).await?;
        for (name, deed) in TRIES {
            attempt(chrome, relay, deed).await?;
            assert_eq!(radio.hertz().await?, BEFORE, "{name}");
        }
        // The same relay obeys a script of its owner.
        let header = [("X-Shackbox-Action", "execute")];
        let answer = relay.ask("GET", "/qsy?freq=7.010&mode=CW", &header, b"").await?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()?["freq_hz"], 7_010_000);
        radio.arrives(7_010_000).await?;
        // The last way was the socket; the browser tells of it after all the others.
        chrome.complains("WebSocket").await?;
        chrome.forgive(&[relay.address()]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_paired_moves_the_radio() -> Result<()> {
    beside_a_radio(async |radio, relay, chrome| {
        chrome.open(&other_site().await?).await?;
        let ask = |body: Value| {
            format!(
                "fetch('{}/api/pair', {{ method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, body: {:?} }}).then(r => r.json())",
                relay.url,
                body.to_string()
            )
        };
        let waiting = chrome.eval(&ask(json!({"name": "Shack at the club"}))).await?;
        let request = waiting["request"].as_str().context("no request")?.to_owned();
        // The code stands where only the owner of the computer sees it.
        let output = relay.prints(", type ").await?;
        let (_, code) = output.split_once(", type ").context("no code printed")?;
        let code = code.get(..6).context("no code printed")?;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let refused = chrome.eval(&ask(json!({"request": request, "code": wrong}))).await?;
        assert!(refused["token"].is_null(), "{refused}");
        let given = chrome.eval(&ask(json!({"request": request, "code": code}))).await?;
        assert!(given["token"].as_str().is_some_and(|token| token.len() >= 22), "{given}");
        let tune = "fetch(RELAY + '/api/qsy', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Shackbox-Action': 'execute' }, body: '{\"freq_hz\":7105000}' })";
        attempt(chrome, relay, tune).await?;
        radio.arrives(7_105_000).await?;
        // What a pairing does not open: a form, an image.
        for (name, deed) in TRIES.iter().filter(|(name, _)| matches!(*name, "image" | "form" | "text")) {
            attempt(chrome, relay, deed).await?;
            assert_eq!(radio.hertz().await?, 7_105_000, "{name}");
        }
        chrome.forgive(&[relay.address()]);
        Ok(())
    })
    .await
}
