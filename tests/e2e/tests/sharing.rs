//! A club's logbook: shared on its page, members edit their own contacts, officers all.

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::json;
use shackbox_e2e::{Chrome, Server};

use crate::station::{CALL, OTHER_PASSWORD, colleague, founded, log, sign_in};

/// Opens a contact's panel in the club's logbook and changes its name there.
async fn rename(server: &Server, chrome: &Chrome, call: &str, name: &str) -> Result<()> {
    chrome
        .open(&format!("{}/logbook?logbook=W6CLUB&q=call:{call}", server.url))
        .await?;
    chrome.click("sb-table .tr .call").await?;
    chrome
        .click("[data-detail] button.value[aria-label^='Name:']")
        .await?;
    chrome.fill("[data-detail] dd input", name).await?;
    chrome.key("Enter").await
}

async fn name_of(chrome: &Chrome, call: &str) -> Result<String> {
    let found = chrome
        .api(
            "GET",
            &format!("/logbook/qsos?logbook=W6CLUB&q=call:{call}"),
            None,
        )
        .await?;
    Ok(found["items"][0]["name"].as_str().unwrap_or_default().to_owned())
}

/// Waits until the log says so: the page shows a name before the server has stored it.
async fn is_named(chrome: &Chrome, call: &str, name: &str) -> Result<()> {
    for _ in 0..100 {
        if name_of(chrome, call).await? == name {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("{call} is not named {name:?} in the log")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_edits_own_contacts_and_an_officer_all() -> Result<()> {
    founded(async |server, chrome| {
        colleague(chrome, "N6MEM").await?;
        chrome.open(&format!("{}/logbooks", server.url)).await?;
        chrome.fill("#call", "W6CLUB").await?;
        chrome.fill("#title", "The club").await?;
        chrome.click("[data-add] [name=club]").await?;
        chrome.click("[data-add] button.primary").await?;
        chrome.click("a.button[href='/logbooks/W6CLUB']").await?;
        chrome.arrives("/logbooks/W6CLUB").await?;
        chrome.fill("#member", "N6NOBODY").await?;
        chrome.click("[data-share] button.primary").await?;
        chrome.until("[...document.querySelectorAll('[data-share] .error, [data-share] [data-form-error]')].some(e => e.textContent.length > 5)").await?;
        chrome.forgive(&["/members/N6NOBODY"]);
        chrome.fill("#member", "N6MEM").await?;
        chrome.choose("#right", "member").await?;
        chrome.click("[data-share] button.primary").await?;
        chrome.has("[data-member=N6MEM]").await?;
        log(chrome, "W6CLUB", "JA1OWN", "2026-05-01T10:00:00Z", "20m", "CW").await?;

        let member = Chrome::start().await?;
        sign_in(server, &member, "N6MEM", OTHER_PASSWORD).await?;
        member.open(&format!("{}/settings", server.url)).await?;
        log(&member, "W6CLUB", "JA2MEM", "2026-05-01T11:00:00Z", "20m", "CW").await?;
        rename(server, &member, "JA2MEM", "Mine").await?;
        member.until("!document.querySelector('[data-detail] dd input')").await?;
        is_named(&member, "JA2MEM", "Mine").await?;

        // Another's contact: not offered, or refused in words; either way it stays as it was.
        member.open(&format!("{}/logbook?logbook=W6CLUB&q=call:JA1OWN", server.url)).await?;
        member.click("sb-table .tr .call").await?;
        member.until("document.querySelector('[data-detail]').innerText.includes('JA1OWN')").await?;
        let id = member.api("GET", "/logbook/qsos?logbook=W6CLUB&q=call:JA1OWN", None).await?["items"][0]["id"].clone();
        let path = format!("/logbook/qsos/{}", id.as_str().unwrap_or_default());
        let refused = member.api("PATCH", &path, Some(json!({"name": "Theirs"}))).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("403")));
        member.forgive(&["status of 403"]);
        if member.eval("!!document.querySelector('[data-detail] button.value')").await? == true {
            rename(server, &member, "JA1OWN", "Theirs").await?;
            member.until("document.querySelector('[data-detail] dd .error')?.textContent.length > 5").await?;
            member.forgive(&["status of 403"]);
        }
        assert_eq!(name_of(&member, "JA1OWN").await?, "");

        // Made an officer, the same person may; the page needs no new sign-in.
        chrome.fill("#member", "N6MEM").await?;
        chrome.choose("#right", "officer").await?;
        chrome.click("[data-share] button.primary").await?;
        chrome.until("document.querySelectorAll('[data-member]').length === 2 && performance.getEntriesByType('navigation').length === 1").await?;
        chrome.until(&format!("fetch('/api/v1/logbooks/W6CLUB/members').then(r => r.text()).then(text => text.includes('officer') && text.includes('{CALL}'))")).await?;
        rename(server, &member, "JA1OWN", "Now mine too").await?;
        member.until("!document.querySelector('[data-detail] dd input')").await?;
        is_named(&member, "JA1OWN", "Now mine too").await?;

        // Access ends.
        chrome.open(&format!("{}/logbooks/W6CLUB", server.url)).await?;
        chrome.click("[data-member=N6MEM] [data-remove] button").await?;
        chrome.until("!document.querySelector('[data-member=N6MEM]')").await?;
        member.open(&format!("{}/logbooks/W6CLUB", server.url)).await?;
        member.has("main .fault, main [data-status]").await?;
        // The page with the contacts, still open when the right ended, may have asked for them once more.
        member.forgive(&["/logbooks/W6CLUB", "/logbook/qsos?logbook=W6CLUB"]);
        member.finish().await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logbook_is_deleted_only_by_typing_its_call() -> Result<()> {
    founded(async |server, chrome| {
        chrome
            .api(
                "POST",
                "/logbooks",
                Some(json!({"call": "K6XYZ/P", "title": "Portable", "club": false})),
            )
            .await?;
        chrome.open(&format!("{}/logbooks/K6XYZ%2FP", server.url)).await?;
        chrome.fill("#confirm", "K6XYZ").await?;
        chrome.click("[data-delete] button.danger").await?;
        chrome
            .until("document.querySelector('[data-delete]').innerText.includes('K6XYZ/P')")
            .await?;
        chrome.fill("#confirm", "k6xyz/p").await?;
        chrome.click("[data-delete] button.danger").await?;
        chrome.arrives("/logbooks").await?;
        chrome.until("!document.body.innerText.includes('K6XYZ/P')").await
    })
    .await
}
