//! Logging by keyboard alone.

use anyhow::Result;

use crate::station::{founded, log};

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_logged_without_touching_the_mouse() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/settings", server.url)).await?;
        log(chrome, "K6XYZ", "JA1XYZ", "2025-05-01T10:00:00Z", "20m", "CW").await?;
        let earlier = serde_json::json!({"name": "Akira", "grid": "PM95"});
        let listed = chrome.api("GET", "/logbook/qsos", None).await?;
        let id = listed["items"][0]["id"].as_str().unwrap_or_default();
        chrome.api("PATCH", &format!("/logbook/qsos/{id}"), Some(earlier)).await?;

        chrome.open(&server.url).await?;
        chrome.key("n").await?;
        chrome.arrives("/logbook/new").await?;
        chrome.until("document.activeElement.id === 'call'").await?;
        chrome.type_text("ja1xyz").await?;
        // Worked before: where, when, and what is known of the station.
        chrome.until("document.querySelector('[data-lookup]').innerText.includes('Japan')").await?;
        chrome.until("document.querySelectorAll('[data-lookup] tbody tr').length === 1").await?;
        chrome.until("document.querySelector('#name').value === 'Akira' && document.querySelector('#grid').value === 'PM95'").await?;
        focus(chrome, "freq").await?;
        chrome.type_text("14074").await?;
        chrome.until("document.querySelector('[data-freq-band]').textContent.includes('20')").await?;
        focus(chrome, "mode").await?;
        chrome.type_text("ft8").await?;
        chrome.key("Enter").await?;

        chrome.until("document.querySelector('[data-logged] tr')?.innerText.includes('JA1XYZ')").await?;
        chrome.until("document.activeElement.id === 'call' && document.querySelector('#call').value === ''").await?;
        // Frequency and mode stay for the next one.
        chrome.until("document.querySelector('#freq').value === '14074' && document.querySelector('#mode').value === 'FT8'").await?;
        chrome.type_text("dl1abc").await?;
        chrome.until("document.querySelector('[data-lookup]').innerText.includes('Germany')").await?;
        chrome.until("document.querySelector('#name').value === ''").await?;
        chrome.key("Enter").await?;
        chrome.until("document.querySelector('[data-logged] tr').innerText.includes('DL1ABC')").await?;

        let stored = chrome.api("GET", "/logbook/qsos", None).await?;
        assert_eq!(stored["total"], 3, "{stored}");
        let first = &stored["items"][1];
        assert_eq!((&first["call"], &first["band"], &first["mode"]), (&"JA1XYZ".into(), &"20m".into(), &"FT8".into()));
        assert_eq!((&first["freq_hz"], &first["name"]), (&14_074_000.into(), &"Akira".into()));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_at_its_field_and_escape_clears() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/logbook/new", server.url)).await?;
        chrome.until("document.activeElement.id === 'call'").await?;
        chrome.type_text("W1AW").await?;
        chrome.key("Enter").await?;
        chrome
            .until("document.querySelector('[data-error=freq]').textContent.length > 5")
            .await?;
        chrome.until("document.activeElement.id === 'freq'").await?;
        chrome.type_text("nonsense").await?;
        chrome.key("Escape").await?;
        chrome
            .until("document.querySelector('#call').value === '' && document.activeElement.id === 'call'")
            .await?;
        chrome
            .until("document.querySelector('[data-error=freq]').textContent === ''")
            .await
    })
    .await
}

/// A contact logged while the server is away is kept in the browser and arrives once.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_logged_while_the_server_is_away_arrives_later() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/logbook/new", server.url)).await?;
        chrome.fill("#freq", "7030").await?;
        chrome.fill("#mode", "CW").await?;
        chrome.fill("#call", "W1AW").await?;
        server.halt().await?;
        chrome.key("Enter").await?;
        chrome
            .until("document.querySelector('#call').value === ''")
            .await?;
        chrome.has("[data-form-state].warn").await?;
        server.resume().await?;
        chrome.open(&format!("{}/logbook/new", server.url)).await?;
        chrome
            .until("fetch('/api/v1/logbook/qsos?q=W1AW').then(r => r.json()).then(a => a.total === 1)")
            .await?;
        chrome.forgive(&["WebSocket", "ERR_CONNECTION_REFUSED"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_spotted_by_a_tick_and_logged_where_it_cannot_be() -> Result<()> {
    founded(async |server, chrome| {
        let spots =
            async || Ok::<_, anyhow::Error>(chrome.api("GET", "/dx/spots", None).await?["items"].clone());
        chrome.open(&format!("{}/logbook/new", server.url)).await?;
        chrome.fill("#freq", "14025").await?;
        chrome.fill("#mode", "CW").await?;
        chrome.fill("#comment", "loud").await?;
        chrome.click("[name=spot]").await?;
        chrome.fill("#call", "JA1XYZ").await?;
        chrome.key("Enter").await?;
        chrome
            .until("document.querySelector('[data-logged] tr')?.innerText.includes('JA1XYZ')")
            .await?;
        let first = spots().await?[0].clone();
        assert_eq!(
            (&first["call"], &first["source"], &first["comment"]),
            (&"JA1XYZ".into(), &"log".into(), &"CW 599".into())
        );
        // Each contact is asked about anew. Of a band alone there is no spot: the contact is logged, and it is said.
        chrome
            .until("!document.querySelector('[name=spot]').checked")
            .await?;
        chrome.fill("#freq", "20m").await?;
        chrome.click("[name=spot]").await?;
        chrome.fill("#call", "VK2ABC").await?;
        chrome.key("Enter").await?;
        chrome.has("[data-form-state].warn:not(:empty)").await?;
        chrome
            .until("document.querySelector('[data-logged] tr').innerText.includes('VK2ABC')")
            .await?;
        // The row above the log has the tick too.
        chrome.open(&format!("{}/logbook", server.url)).await?;
        chrome.fill("#entry-freq", "7010").await?;
        chrome.fill("#entry-mode", "CW").await?;
        chrome.click(".entry [name=spot]").await?;
        chrome.fill("#entry-call", "DL1ABC").await?;
        chrome.key("Enter").await?;
        chrome
            .until("!document.querySelector('.entry [name=spot]').checked")
            .await?;
        let calls = spots().await?;
        assert_eq!(
            (&calls[0]["call"], &calls[1]["call"], &calls[2]),
            (&"DL1ABC".into(), &"JA1XYZ".into(), &serde_json::Value::Null)
        );
        Ok(())
    })
    .await
}

/// Goes on to a field by the Tab key, as many times as it takes.
async fn focus(chrome: &shackbox_e2e::Chrome, id: &str) -> Result<()> {
    for _ in 0..12 {
        if chrome.text("document.activeElement.id").await? == id {
            return Ok(());
        }
        chrome.key("Tab").await?;
    }
    anyhow::bail!("the Tab key does not lead to {id}")
}
