//! The administrator's pages.

use anyhow::Result;
use shackbox_e2e::Chrome;

use crate::station::{OTHER_PASSWORD, fixture, founded, import, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_added_disabled_enabled_and_given_a_new_password() -> Result<()> {
    founded(async |server, chrome| {
        let page = format!("{}/admin/users", server.url);
        chrome.open(&page).await?;
        chrome.fill("#call", "n6mem").await?;
        chrome.fill("#name", "Kim").await?;
        chrome.fill("#password", OTHER_PASSWORD).await?;
        chrome.click("[data-add-user] button.primary").await?;
        chrome.has("[data-user][data-call=N6MEM] .chip.good").await?;

        let member = Chrome::start().await?;
        sign_in(server, &member, "N6MEM", OTHER_PASSWORD).await?;
        // What is the administrator's alone is refused as a page that says so.
        member.open(&page).await?;
        member.has("main .fault").await?;
        member.forgive(&["/admin/users"]);

        chrome.click("[data-call=N6MEM] button[value=disable]").await?;
        chrome.has("[data-call=N6MEM] .chip.bad").await?;
        member.open(&format!("{}/logbook", server.url)).await?;
        member.arrives("/login").await?;
        member.fill("#call", "N6MEM").await?;
        member.fill("#password", OTHER_PASSWORD).await?;
        member.key("Enter").await?;
        member
            .until("document.querySelector('[data-form-error]').innerText.length > 10")
            .await?;
        member.forgive(&["WebSocket", "status of 401", "status of 403"]);

        chrome.click("[data-call=N6MEM] button[value=enable]").await?;
        chrome.has("[data-call=N6MEM] .chip.good").await?;
        chrome.click("[data-call=N6MEM] [data-reset]").await?;
        chrome.fill("#dialog-value", "a password they were told").await?;
        chrome.click("dialog[open] footer .primary").await?;
        chrome.until("!document.querySelector('dialog[open]')").await?;
        sign_in(server, &member, "N6MEM", "a password they were told").await?;
        member.finish().await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_health_log_and_mail_tell_how_the_station_is() -> Result<()> {
    founded(async |server, chrome| {
        import(server, chrome, &fixture("duplicates.adi")).await?;
        chrome.open(&format!("{}/admin/jobs", server.url)).await?;
        chrome
            .has("[data-jobs]:not([hidden]) tr[data-job] .chip.good")
            .await?;
        chrome.open(&format!("{}/admin/health", server.url)).await?;
        chrome.has("[aria-labelledby=parts-h] .chip.good").await?;
        chrome
            .until("!document.querySelector('[aria-labelledby=parts-h] .chip.bad')")
            .await?;
        chrome
            .until("document.querySelectorAll('[aria-labelledby=figures-h] dd').length > 5")
            .await?;
        chrome.open(&format!("{}/admin/log", server.url)).await?;
        chrome.has(".loglines tbody tr[data-level]").await?;
        chrome.open(&format!("{}/admin/outbox", server.url)).await?;
        chrome.has("main .empty").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_now_stands_in_the_list_when_it_is_done() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/admin/backups", server.url)).await?;
        chrome.has("main .empty").await?;
        chrome.click("[data-backup] button").await?;
        chrome.has("main table tbody tr code").await?;
        let file = chrome
            .text("document.querySelector('main table tbody code').textContent")
            .await?;
        let found = walk(&server.data_dir())
            .into_iter()
            .any(|path| path.ends_with(&file));
        assert!(found, "{file}");
        Ok(())
    })
    .await
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() { walk(&path) } else { vec![path] }
        })
        .collect()
}
