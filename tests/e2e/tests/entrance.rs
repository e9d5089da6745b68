//! Signing in and out, and being led back to where one wanted to go.

use anyhow::Result;
use shackbox_e2e::Chrome;

use crate::station::{CALL, PASSWORD, founded, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_and_the_right_one_leads_where_one_wanted_to_go() -> Result<()> {
    founded(async |server, chrome| {
        chrome.click("details.account summary").await?;
        chrome.click("form[action='/logout'] button").await?;
        chrome.arrives("/login").await?;
        chrome.has("body[data-account='']").await?;

        chrome.open(&format!("{}/logbook?q=band:20m", server.url)).await?;
        chrome.arrives("/login").await?;
        assert_eq!(chrome.place().await?, "/login?next=%2Flogbook%3Fq%3Dband%3A20m");
        chrome.fill("#call", "k6xyz").await?;
        chrome.fill("#password", "not the right password").await?;
        chrome.key("Enter").await?;
        chrome
            .until("document.querySelector('[data-form-error]').innerText.length > 10")
            .await?;
        chrome.forgive(&["/api/v1/session"]);
        chrome.fill("#password", PASSWORD).await?;
        chrome.key("Enter").await?;
        chrome.arrives("/logbook").await?;
        chrome.until("location.search.includes('band')").await?;
        chrome.has(&format!("body[data-account={CALL}]")).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_leads_off_this_site_after_signing_in() -> Result<()> {
    founded(async |server, chrome| {
        chrome.api("DELETE", "/session", None).await?;
        for away in ["//example.org/", "https://example.org/", "/\\example.org"] {
            chrome.open(&format!("{}/login?next={away}", server.url)).await?;
            chrome.fill("#call", CALL).await?;
            chrome.fill("#password", PASSWORD).await?;
            chrome.key("Enter").await?;
            chrome.arrives("/").await?;
            assert_eq!(chrome.text("location.origin").await?, server.url);
            chrome.api("DELETE", "/session", None).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ended_elsewhere_leads_to_signing_in_and_back() -> Result<()> {
    founded(async |server, chrome| {
        let elsewhere = Chrome::start().await?;
        sign_in(server, &elsewhere, CALL, PASSWORD).await?;
        elsewhere.open(&format!("{}/logbook", server.url)).await?;
        elsewhere.has("[data-link][data-state=open]").await?;

        chrome.open(&format!("{}/settings", server.url)).await?;
        chrome.click("[data-end-session] button").await?;
        chrome
            .until("!document.querySelector('[data-end-session]')")
            .await?;

        // The page over there hears that nothing comes any more, and the next thing one does asks to sign in.
        elsewhere
            .until("document.querySelector('[data-link]').dataset.state !== 'open'")
            .await?;
        elsewhere.fill("#q", "JA1").await?;
        elsewhere.arrives("/login").await?;
        elsewhere.fill("#call", CALL).await?;
        elsewhere.fill("#password", PASSWORD).await?;
        elsewhere.key("Enter").await?;
        elsewhere.arrives("/logbook").await?;
        elsewhere.forgive(&["status of 401", "WebSocket"]);
        elsewhere.finish().await
    })
    .await
}
