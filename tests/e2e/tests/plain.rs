//! Without script: every page reads, and plain forms do the main job.

use anyhow::Result;
use shackbox_e2e::{Chrome, Server};

use crate::station::{CALL, OTHER_PASSWORD, PASSWORD, fixture, on};

/// Makes the administrator by the plain form.
async fn found(server: &Server, chrome: &Chrome) -> Result<()> {
    chrome.without_script().await?;
    chrome.open(&server.setup_link()?).await?;
    chrome.fill("#call", CALL).await?;
    chrome.fill("#password", PASSWORD).await?;
    chrome.fill("#grid", "CM87").await?;
    chrome.click("[data-setup] button.primary").await?;
    chrome.arrives("/").await?;
    chrome
        .has(&format!("body[data-account={CALL}][data-logbook={CALL}]"))
        .await?;
    assert_eq!(
        chrome
            .eval("document.documentElement.classList.contains('script')")
            .await?,
        false
    );
    Ok(())
}

async fn log(chrome: &Chrome, url: &str, call: &str) -> Result<()> {
    chrome.open(&format!("{url}/logbook/new")).await?;
    chrome.fill("#call", call).await?;
    chrome.fill("#freq", "14074").await?;
    chrome.fill("#mode", "FT8").await?;
    chrome.choose("#date", "2026-05-01").await?;
    chrome.fill("#time", "0932").await?;
    chrome.click("[data-entry] button.primary").await?;
    chrome.until(&format!("document.readyState === 'complete' && document.querySelector('main').innerText.includes('{call}')")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_out_works_by_plain_forms() -> Result<()> {
    on(&[], async |server, chrome| {
        found(server, chrome).await?;
        chrome.open(&format!("{}/settings", server.url)).await?;
        chrome.click("details.account summary").await?;
        chrome.click("form[action='/logout'] button").await?;
        chrome.arrives("/login").await?;

        chrome.open(&format!("{}/export", server.url)).await?;
        chrome.arrives("/login").await?;
        chrome.fill("#call", CALL).await?;
        chrome.fill("#password", "this is not the password").await?;
        chrome.click("[data-login] button.primary").await?;
        chrome
            .until("document.querySelector('[data-form-error]').textContent.trim().length > 10")
            .await?;
        chrome
            .until(&format!("document.querySelector('#call').value === '{CALL}'"))
            .await?;
        chrome.forgive(&["status of 4"]);
        chrome.fill("#password", PASSWORD).await?;
        chrome.click("[data-login] button.primary").await?;
        chrome.arrives("/export").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_brought_read_kept_and_taken_away_by_plain_forms() -> Result<()> {
    on(&[], async |server, chrome| {
        found(server, chrome).await?;
        chrome.open(&format!("{}/import", server.url)).await?;
        chrome.choose_file("#file", &fixture("duplicates.adi")).await?;
        chrome.click("sb-upload form button").await?;
        chrome.until("location.pathname.startsWith('/import/') && document.readyState === 'complete'").await?;
        // The page tells how far it is when it is loaded again.
        let report = format!("{}{}", server.url, chrome.place().await?);
        chrome.until(&format!("fetch('{report}').then(r => r.text()).then(text => text.includes('data-state=\"done\"'))")).await?;
        chrome.open(&report).await?;
        chrome.until("document.querySelector('[data-stat=added]').textContent !== '0'").await?;

        log(chrome, &server.url, "JA1XYZ").await?;
        chrome.open(&format!("{}/logbook", server.url)).await?;
        chrome.fill("#q", "call:JA1*").await?;
        chrome.click("[data-filter] button").await?;
        chrome.until("location.search.includes('q=') && document.querySelectorAll('sb-table tbody tr').length === 1").await?;
        chrome.click("sb-table tbody td.call a").await?;
        chrome.until("/^\\/logbook\\/\\d/.test(location.pathname) && document.querySelector('main').innerText.includes('FT8')").await?;

        chrome.open(&format!("{}/export", server.url)).await?;
        chrome.click("[data-export] button.primary").await?;
        let text = std::fs::read_to_string(chrome.downloaded(server.scratch()).await?)?;
        assert!(text.contains("<CALL:6>JA1XYZ"), "{text}");

        chrome.open(&report).await?;
        chrome.click("button[data-undo]").await?;
        chrome.until(&format!("fetch('{report}').then(r => r.text()).then(text => text.includes('data-state=\"undone\"'))")).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_logbooks_and_accounts_work_by_plain_forms() -> Result<()> {
    on(&[], async |server, chrome| {
        found(server, chrome).await?;
        let settings = format!("{}/settings", server.url);
        chrome.open(&settings).await?;
        chrome.click("[name=theme][value=dark]").await?;
        chrome.click("[data-patch=appearance] button.primary").await?;
        chrome.has("html[data-theme=dark] .notice.good").await?;
        chrome.fill("#name", "Robin").await?;
        chrome.fill("#grid", "not a grid").await?;
        chrome.click("[data-patch=account] button.primary").await?;
        chrome.until("document.querySelector('[data-patch=account] [data-error=grid]').textContent.length > 5").await?;
        chrome.forgive(&["status of 4"]);
        chrome.fill("#grid", "JO31").await?;
        chrome.click("[data-patch=account] button.primary").await?;
        chrome.has(".notice.good").await?;
        chrome.fill("#key-name", "Logger").await?;
        chrome.click("[data-key] button.primary").await?;
        chrome.has(".secret code").await?;
        let key = chrome.text("document.querySelector('.secret code').textContent").await?;
        let bearer = format!("Bearer {key}");
        let asked = server.ask("GET", "/api/v1/logbook/qsos", &[("Authorization", &bearer)], b"").await?;
        assert_eq!(asked.status, 200);

        chrome.open(&format!("{}/logbooks", server.url)).await?;
        chrome.fill("#call", "w6club").await?;
        chrome.fill("#title", "The club").await?;
        chrome.click("[name=club]").await?;
        chrome.click("[data-add] button.primary").await?;
        chrome.has("a[href='/logbooks/W6CLUB']").await?;

        chrome.open(&format!("{}/admin/users", server.url)).await?;
        chrome.fill("#call", "N6MEM").await?;
        chrome.fill("#password", OTHER_PASSWORD).await?;
        chrome.click("[data-add-user] button.primary").await?;
        chrome.has("[data-call=N6MEM] .chip.good").await?;
        chrome.click("[data-call=N6MEM] button[value=disable]").await?;
        chrome.has("[data-call=N6MEM] .chip.bad").await?;

        chrome.open(&format!("{}/logbooks/W6CLUB", server.url)).await?;
        chrome.fill("#member", "N6MEM").await?;
        chrome.click("[data-share] button.primary").await?;
        chrome.has("[data-member=N6MEM]").await?;
        chrome.click("[data-member=N6MEM] [data-remove] button").await?;
        chrome.until("document.readyState === 'complete' && !document.querySelector('[data-member=N6MEM]')").await?;
        chrome.fill("#confirm", "W6CLUB").await?;
        chrome.click("[data-delete] button.danger").await?;
        chrome.arrives("/logbooks").await?;
        chrome.until("!document.querySelector(\"a[href='/logbooks/W6CLUB']\")").await?;

        chrome.open(&format!("{}/admin/backups", server.url)).await?;
        chrome.click("[data-backup] button").await?;
        chrome.until("fetch('/admin/backups', {headers: {Accept: 'text/html'}}).then(r => r.text()).then(text => text.includes('<tbody>'))").await
    })
    .await
}
