//! Live pages: what a program pushes stands on open pages without a reload, also after the server was away.

use anyhow::Result;
use serde_json::json;
use shackbox_e2e::{Chrome, Server};

use crate::station::{founded, log};

/// Makes an API key in the settings; answers it as shown there once.
async fn make_key(server: &Server, chrome: &Chrome) -> Result<String> {
    chrome.open(&format!("{}/settings", server.url)).await?;
    chrome.fill("#key-name", "A logger").await?;
    chrome.click("[data-key] button.primary").await?;
    chrome.has("dialog[open] .secret code").await?;
    let key = chrome
        .text("document.querySelector('dialog[open] .secret code').textContent")
        .await?;
    chrome.click("dialog[open] footer button").await?;
    chrome.has("[data-keys]:not([hidden]) tbody tr").await?;
    Ok(key)
}

async fn push(server: &Server, key: &str, call: &str, start: &str) -> Result<()> {
    let contact =
        json!({"call": call, "start": start, "freq_hz": 14_081_500, "mode": "MFSK", "submode": "FT4"});
    let bearer = format!("Bearer {key}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    let reply = server
        .ask(
            "POST",
            "/api/v1/logbook/qsos",
            &headers,
            contact.to_string().as_bytes(),
        )
        .await?;
    assert_eq!(reply.status, 201, "{}", reply.body);
    assert_eq!(reply.json()?["outcome"], "added");
    Ok(())
}

/// Waits until the page's live connection stands, and marks the page so that a reload would be seen.
async fn live(chrome: &Chrome) -> Result<()> {
    chrome.has("[data-link][data-state=open]").await?;
    chrome.eval("(window.samepage = true, true)").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_pushed_by_a_program_stands_on_open_pages_at_once() -> Result<()> {
    founded(async |server, chrome| {
        let key = make_key(server, chrome).await?;
        // The key was shown this once.
        chrome.open(&format!("{}/settings", server.url)).await?;
        let page = chrome.text("document.documentElement.outerHTML").await?;
        assert!(!page.contains(&key));

        // The empty dashboard wakes up.
        chrome.open(&server.url).await?;
        chrome.has("main .empty").await?;
        live(chrome).await?;
        push(server, &key, "JA1XYZ", "2026-05-01T10:00:00Z").await?;
        chrome.until("document.querySelector('[data-last] tbody')?.innerText.includes('JA1XYZ')").await?;
        // A dashboard with contacts counts on without a reload.
        live(chrome).await?;
        push(server, &key, "VK2ABC", "2026-05-01T10:05:00Z").await?;
        chrome.until("document.querySelector('[data-last] tbody').innerText.includes('VK2ABC')").await?;
        chrome.until("document.querySelector('[data-stat=qsos]').textContent === '2' && document.querySelector('[data-stat=entities]').textContent === '2'").await?;
        assert_eq!(chrome.eval("window.samepage === true").await?, true);

        chrome.open(&format!("{}/logbook", server.url)).await?;
        chrome.has("sb-table [role=grid][aria-rowcount='3']").await?;
        live(chrome).await?;
        push(server, &key, "PY2DX", "2026-05-01T10:10:00Z").await?;
        chrome.until("document.querySelector('sb-table .tr[aria-rowindex=\"2\"]')?.innerText.includes('PY2DX')").await?;
        // A filtered list takes what fits, wherever it belongs.
        chrome.fill("#q", "call:DL*").await?;
        chrome.key("Enter").await?;
        chrome.has("sb-table [role=grid][aria-rowcount='1']").await?;
        push(server, &key, "G3ABC", "2026-05-01T10:15:00Z").await?;
        push(server, &key, "DL1ABC", "2020-05-01T10:15:00Z").await?;
        chrome.until("document.querySelector('sb-table .tr[aria-rowindex=\"2\"]')?.innerText.includes('DL1ABC')").await?;
        chrome.has("sb-table [role=grid][aria-rowcount='2']").await?;
        assert_eq!(chrome.eval("window.samepage === true").await?, true);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_while_the_server_was_away_is_shown_when_it_is_back() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/settings", server.url)).await?;
        log(chrome, "K6XYZ", "JA1XYZ", "2026-05-01T10:00:00Z", "20m", "CW").await?;
        for path in ["/logbook", "/"] {
            let call = if path == "/" { "VK9NN" } else { "ZL7QQ" };
            let shown = if path == "/" {
                "[data-last] tbody"
            } else {
                "sb-table"
            };
            chrome.open(&format!("{}{path}", server.url)).await?;
            chrome
                .until(&format!(
                    "document.querySelector('{shown}').innerText.includes('JA1XYZ')"
                ))
                .await?;
            live(chrome).await?;
            server.halt().await?;
            chrome
                .until("document.querySelector('[data-link]').dataset.state !== 'open'")
                .await?;
            // Nobody is told of this one: it is stored while no server runs.
            let record =
                format!("<CALL:5>{call}<QSO_DATE:8>20260501<TIME_ON:4>1100<BAND:3>40m<MODE:2>CW<EOR>");
            let ran = server
                .run(&["adif", "import", "-", "--callsign", "K6XYZ"], &record)
                .await?;
            assert!(ran.success, "{ran:?}");
            server.resume().await?;
            chrome.has("[data-link][data-state=open]").await?;
            chrome
                .until(&format!(
                    "document.querySelector('{shown}').innerText.includes('{call}')"
                ))
                .await?;
            assert_eq!(chrome.eval("window.samepage === true").await?, true);
        }
        // Tries while the server was away fail, and say so.
        chrome.forgive(&["WebSocket", "ERR_CONNECTION_REFUSED"]);
        Ok(())
    })
    .await
}
