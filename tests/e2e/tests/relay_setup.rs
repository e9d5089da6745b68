//! The relay's own page: from a computer on which nothing is set up to a radio, and pages let in by a click.

use anyhow::{Context, Result};
use serde_json::json;
use shackbox_e2e::{Chrome, Dummy, Relay};

use crate::station::skipped;

/// Where the radio stands.
const HERE: u64 = 14_074_000;

async fn on_its_page(relay: &Relay, test: impl AsyncFnOnce(&Chrome) -> Result<()>) -> Result<()> {
    let chrome = Chrome::start().await?;
    chrome.open(&format!("{}/", relay.url)).await?;
    chrome
        .until("document.querySelector('#version').textContent !== ''")
        .await?;
    test(&chrome)
        .await
        .with_context(|| format!("the relay printed:\n{}", relay.output().unwrap_or_default()))?;
    chrome.finish().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_for_every_width_light_and_dark_and_for_everybody() -> Result<()> {
    let relay = Relay::start_alone().await?;
    on_its_page(&relay, async |chrome| {
        // What is folded is looked at as well.
        chrome
            .eval("document.querySelectorAll('details').forEach(part => { part.open = true; })")
            .await?;
        for (width, scheme) in [
            (1400, "light"),
            (1400, "dark"),
            (768, "light"),
            (360, "dark"),
            (360, "light"),
        ] {
            chrome.size(width, 900).await?;
            chrome.scheme(scheme).await?;
            chrome.settled().await?;
            assert_eq!(
                chrome.sticking_out().await?,
                Vec::<String>::new(),
                "{width} {scheme}"
            );
            match chrome.axe().await? {
                Some(found) => assert_eq!(found, Vec::<String>::new(), "{width} {scheme}"),
                None => skipped("accessibility of the relay's page: axe-core is not installed"),
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_radio_is_tried_then_used_and_stays_after_a_new_start_of_the_page() -> Result<()> {
    let Some(radio) = Dummy::start().await? else {
        skipped("the relay's page with a radio: rigctld (libhamlib-utils) is not installed");
        return Ok(());
    };
    radio.say(&format!("F {HERE}")).await?;
    let relay = Relay::start_alone().await?;
    on_its_page(&relay, async |chrome| {
        chrome.fill("#f-rigctld", "127.0.0.1:1").await?;
        chrome.click("#test-radio").await?;
        chrome.sees("No rigctld answers at 127.0.0.1:1").await?;
        chrome.fill("#f-rigctld", "14.074 MHz").await?;
        chrome.click_text("Use this radio").await?;
        chrome.sees("write an address with its port").await?;
        chrome.fill("#f-rigctld", &radio.address).await?;
        chrome.click("#test-radio").await?;
        chrome.sees("Hamlib dummy on 14.074.000 MHz").await?;
        chrome.click_text("Use this radio").await?;
        chrome
            .until("document.querySelector('#dial-freq').textContent === '14.074.000'")
            .await?;
        // By hand at the radio: the page hears of it by itself.
        radio.say("F 7010000").await?;
        chrome
            .until("document.querySelector('#dial-freq').textContent === '7.010.000'")
            .await?;
        let kept = std::fs::read_to_string(relay.data_dir().join("relay-settings.json"))?;
        assert!(kept.contains(&radio.address), "{kept}");
        chrome.open(&format!("{}/setup", relay.url)).await?;
        chrome
            .until(&format!(
                "document.querySelector('#f-rigctld').value === '{}'",
                radio.address
            ))
            .await?;
        chrome.forgive(&["422"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_asks_is_let_in_by_a_click_and_out_by_another() -> Result<()> {
    let relay = Relay::start_alone().await?;
    on_its_page(&relay, async |chrome| {
        let origin = "https://shack.example.org";
        let headers = [("Origin", origin), ("Content-Type", "application/json")];
        let asked = json!({ "name": "Shack" }).to_string();
        let asked = relay.ask("POST", "/api/pair", &headers, asked.as_bytes()).await?;
        assert_eq!(asked.status, 202, "{}", asked.body);
        let status = async || relay.ask("GET", "/status", &[("Origin", origin)], b"").await;
        assert_eq!(status().await?.status, 403);
        chrome.has(".asks .code").await?;
        chrome.click_text("Allow").await?;
        chrome.has("#pages-list .row-actions .button").await?;
        assert_eq!(status().await?.status, 200);
        // Once more asked: this cannot be taken back.
        chrome.click("#pages-list .row-actions .button").await?;
        chrome.click_text("Remove for good").await?;
        chrome
            .until("!document.querySelector('#pages-list .row-actions .button')")
            .await?;
        assert_eq!(status().await?.status, 403);
        Ok(())
    })
    .await
}
