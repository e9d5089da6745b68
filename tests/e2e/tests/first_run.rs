//! From nothing: the printed link, the form, the administrator, the empty dashboard.

use anyhow::Result;

use crate::station::{CALL, PASSWORD, founded, on};

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_link_makes_the_administrator_once() -> Result<()> {
    on(&[], async |server, chrome| {
        chrome.open(&server.url).await?;
        chrome.arrives("/login").await?;
        // Nobody can sign in yet, and the page says where to begin.
        chrome.has("main .notice.warn").await?;

        let link = server.setup_link()?;
        chrome.open(&link).await?;
        chrome.fill("#call", &CALL.to_lowercase()).await?;
        chrome
            .until(&format!("document.querySelector('#call').value === '{CALL}'"))
            .await?;
        chrome.fill("#password", "too short").await?;
        chrome.fill("#grid", "CM87").await?;
        chrome.click("[data-setup] button.primary").await?;
        chrome
            .until("document.querySelector('[data-error=password]').textContent.includes('15')")
            .await?;
        chrome.until("document.activeElement.id === 'password'").await?;
        chrome.forgive(&["/api/v1/setup"]);

        chrome.fill("#password", PASSWORD).await?;
        chrome.key("Enter").await?;
        chrome.arrives("/").await?;
        chrome
            .has(&format!(
                "body[data-account={CALL}][data-role=administrator][data-logbook={CALL}]"
            ))
            .await?;

        chrome.open(&link).await?;
        chrome.until("!document.querySelector('[data-setup]')").await?;
        chrome.forgive(&["/setup?"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_empty_dashboard_leads_to_the_import_and_to_the_first_contact() -> Result<()> {
    founded(async |_, chrome| {
        chrome.has("main .empty a[href='/logbook/new']").await?;
        chrome.click("main .empty a[href='/import']").await?;
        chrome.arrives("/import").await?;
        chrome.has("[data-past-empty]").await
    })
    .await
}
