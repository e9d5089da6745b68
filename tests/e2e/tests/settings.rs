//! A member's settings: looks, name and place, password, keys.

use anyhow::Result;
use shackbox_e2e::Chrome;

use crate::station::{CALL, PASSWORD, founded, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn looks_are_shown_as_they_are_chosen_and_kept() -> Result<()> {
    founded(async |server, chrome| {
        let page = format!("{}/settings", server.url);
        chrome.open(&page).await?;
        for (name, value) in [("theme", "dark"), ("density", "comfortable"), ("units", "imperial")] {
            chrome.click(&format!("[data-patch=appearance] [name={name}][value={value}]")).await?;
        }
        chrome.has("html[data-theme=dark][data-density=comfortable]").await?;
        chrome.click("[data-patch=appearance] button.primary").await?;
        chrome.has("[data-patch=appearance] .state.good").await?;
        chrome.open(&format!("{}/logbook", server.url)).await?;
        chrome.has("html[data-theme=dark][data-density=comfortable] body[data-units=imperial]").await?;

        chrome.open(&page).await?;
        chrome.fill("#name", "Robin the Elder").await?;
        chrome.fill("#grid", "nonsense").await?;
        chrome.click("[data-patch=account] button.primary").await?;
        chrome.until("document.querySelector('[data-patch=account] [data-error=grid]').textContent.length > 5").await?;
        chrome.forgive(&["/api/v1/account"]);
        chrome.fill("#grid", "JO31lk").await?;
        chrome.click("[data-patch=account] button.primary").await?;
        chrome.has("[data-patch=account] .state.good").await?;
        chrome.open(&page).await?;
        chrome.until("document.querySelector('#name').value === 'Robin the Elder' && document.querySelector('#grid').value.toUpperCase() === 'JO31LK'").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_holds_at_once_and_signs_other_devices_out() -> Result<()> {
    founded(async |server, chrome| {
        let elsewhere = Chrome::start().await?;
        sign_in(server, &elsewhere, CALL, PASSWORD).await?;

        let fresh = "words nobody has used before";
        chrome.open(&format!("{}/settings", server.url)).await?;
        chrome.fill("#current", "this is not it at all").await?;
        chrome.fill("#new", fresh).await?;
        chrome.click("[data-password] button.primary").await?;
        chrome
            .until("document.querySelector('[data-error=current]').textContent.length > 5")
            .await?;
        chrome.forgive(&["/api/v1/account/password"]);
        chrome.fill("#current", PASSWORD).await?;
        chrome.click("[data-password] button.primary").await?;
        chrome.has("[data-password] .state.good").await?;
        // This device goes on.
        chrome.open(&format!("{}/settings", server.url)).await?;
        chrome.arrives("/settings").await?;

        elsewhere.open(&format!("{}/settings", server.url)).await?;
        elsewhere.arrives("/login").await?;
        elsewhere.forgive(&["WebSocket", "status of 401"]);
        sign_in(server, &elsewhere, CALL, fresh).await?;
        elsewhere.finish().await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_shut_out() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/settings", server.url)).await?;
        chrome.fill("#key-name", "Logger").await?;
        chrome.key("Enter").await?;
        chrome.has("dialog[open] .secret code").await?;
        let key = chrome
            .text("document.querySelector('dialog[open] .secret code').textContent")
            .await?;
        chrome.key("Escape").await?;
        chrome.until("!document.querySelector('dialog[open]')").await?;
        let bearer = format!("Bearer {key}");
        let headers = [("Authorization", bearer.as_str())];
        assert_eq!(
            server
                .ask("GET", "/api/v1/logbook/qsos", &headers, b"")
                .await?
                .status,
            200
        );
        chrome.click("[data-keys] tbody button").await?;
        chrome
            .until("!document.querySelector('[data-keys] tbody tr')")
            .await?;
        assert_eq!(
            server
                .ask("GET", "/api/v1/logbook/qsos", &headers, b"")
                .await?
                .status,
            401
        );
        Ok(())
    })
    .await
}
