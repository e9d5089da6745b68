//! The logbook's page: filtering, sorting, editing in place, deleting and bulk changes with their undo.

use anyhow::Result;
use shackbox_e2e::{Chrome, Server};

use crate::station::{founded, generated_log, import};

/// Rows of the table on show, as calls.
const CALLS: &str = "[...document.querySelectorAll('sb-table .tr:not([hidden])')]\
    .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map(row => row.querySelector('.td.call')?.textContent ?? '')";

/// A log of 300 contacts on the logbook's page.
async fn with_log(server: &Server, chrome: &Chrome) -> Result<()> {
    let file = server.scratch().join("log.adi");
    std::fs::write(&file, generated_log(300))?;
    import(server, chrome, &file).await?;
    open(server, chrome, "").await?;
    shows(chrome, 300).await
}

async fn open(server: &Server, chrome: &Chrome, query: &str) -> Result<()> {
    chrome.open(&format!("{}/logbook{query}", server.url)).await?;
    chrome.has("sb-table.live .tr:not([hidden]) .call").await
}

/// Waits until the table holds so many rows.
async fn shows(chrome: &Chrome, rows: u64) -> Result<()> {
    let count = format!("sb-table [role=grid][aria-rowcount='{}']", rows + 1);
    chrome.has(&count).await
}

async fn filter(chrome: &Chrome, words: &str, rows: u64) -> Result<()> {
    chrome.fill("#q", words).await?;
    chrome.key("Enter").await?;
    shows(chrome, rows).await?;
    // Chips hold what was typed; they go one by one.
    while chrome
        .eval("!!document.querySelector('[data-chips] .remove')")
        .await?
        == true
    {
        chrome.click("[data-chips] .remove").await?;
    }
    chrome.fill("#q", "").await?;
    shows(chrome, 300).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_filter_box_finds_by_call_band_mode_entity_date_and_grid() -> Result<()> {
    founded(async |server, chrome| {
        with_log(server, chrome).await?;
        filter(chrome, "JA0AAA", 1).await?;
        filter(chrome, "call:JA*", 75).await?;
        filter(chrome, "band:20m", 60).await?;
        filter(chrome, "band:20m,40m", 120).await?;
        filter(chrome, "-band:20m", 240).await?;
        filter(chrome, "mode:FT8", 100).await?;
        filter(chrome, "entity:Japan", 75).await?;
        filter(chrome, "entity:\"Fed. Rep. of Germany\"", 75).await?;
        filter(chrome, "from:2024-05-02 to:2024-05-02", 144).await?;
        filter(chrome, "grid:PM95", 75).await?;
        filter(chrome, "band:20m mode:FT8 grid:PM", 5).await?;
        // The address carries the filter: it can be kept and given away.
        open(server, chrome, "?q=band:20m+mode:CW").await?;
        shows(chrome, 20).await?;
        chrome.until("[...document.querySelectorAll('[data-chips] .chip')].map(e => e.textContent.trim()).join() === 'band:20m,mode:CW'").await?;
        chrome.until("document.querySelector('[data-export]').getAttribute('href').includes('band')").await?;
        // What cannot be read is said beside the box.
        open(server, chrome, "").await?;
        chrome.fill("#q", "bnad:20m").await?;
        chrome.key("Enter").await?;
        chrome.until("document.querySelector('#q-error').textContent.includes('bnad')").await?;
        chrome.forgive(&["/api/v1/logbook/qsos?"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_sort_and_sort_the_other_way() -> Result<()> {
    founded(async |server, chrome| {
        with_log(server, chrome).await?;
        let head = "[role=columnheader][aria-sort] button";
        let nth = |n: u32| format!("[role=columnheader][aria-colindex='{n}'] button");
        chrome.has(head).await?;
        chrome.has("[role=columnheader][aria-colindex='1'][aria-sort=descending]").await?;
        chrome.click(&nth(1)).await?;
        chrome.until(&format!("({CALLS})[0] === 'JA0AAA'")).await?;
        chrome.click(&nth(2)).await?;
        chrome.has("[role=columnheader][aria-colindex='2'][aria-sort=ascending]").await?;
        chrome.until(&format!("({CALLS})[0].startsWith('DL')")).await?;
        chrome.until(&format!("(calls => calls.length > 10 && calls.every((call, n) => !n || calls[n - 1] <= call))({CALLS})")).await?;
        chrome.click(&nth(2)).await?;
        chrome.has("[role=columnheader][aria-colindex='2'][aria-sort=descending]").await?;
        chrome.until(&format!("({CALLS})[0].startsWith('VK')")).await?;
        chrome.until("location.search.includes('sort=-call')").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_edited_in_place_and_the_table_follows() -> Result<()> {
    founded(async |server, chrome| {
        with_log(server, chrome).await?;
        open(server, chrome, "?q=call:JA0AAA").await?;
        shows(chrome, 1).await?;
        chrome.click("sb-table .tr .call").await?;
        chrome.has("[data-detail]:not([hidden]) button.value").await?;
        // Everything the file brought is there, also what has no column.
        chrome.sees("ANT_AZ").await?;
        chrome.sees("APP_TEST_SERIAL").await?;

        let value = |label: &str| format!("[data-detail] button.value[aria-label^='{label}:']");
        chrome.click(&value("Name")).await?;
        chrome.fill("[data-detail] dd input", "Akira Ōta").await?;
        chrome.key("Enter").await?;
        chrome.until("document.querySelector('[data-detail]').innerText.includes('Akira Ōta') && !document.querySelector('[data-detail] dd input')").await?;

        // What the server refuses stays in the field with its reason.
        chrome.click(&value("Grid")).await?;
        chrome.fill("[data-detail] dd input", "ZZ99").await?;
        chrome.key("Enter").await?;
        chrome.until("document.querySelector('[data-detail] dd .error')?.textContent.length > 3").await?;
        chrome.forgive(&["/api/v1/logbook/qsos/"]);
        chrome.key("Escape").await?;
        chrome.until("!document.querySelector('[data-detail] dd input')").await?;

        // Escape in a field leaves it as it was, and a second one closes the panel.
        chrome.click(&value("Comment")).await?;
        chrome.fill("[data-detail] dd input", "not kept").await?;
        chrome.key("Escape").await?;
        chrome.until("document.querySelector('[data-detail]').innerText.includes('73 & thanks')").await?;
        chrome.key("Escape").await?;
        chrome.has("[data-detail][hidden]").await?;
        chrome.until("document.querySelector('sb-table .tr').innerText.includes('Akira Ōta')").await?;

        let stored = chrome.api("GET", "/logbook/qsos?q=call:JA0AAA", None).await?;
        assert_eq!(stored["items"][0]["name"], "Akira Ōta");
        assert_eq!(stored["items"][0]["grid"], "PM95");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_contact_comes_back_by_undo() -> Result<()> {
    founded(async |server, chrome| {
        with_log(server, chrome).await?;
        // By keyboard alone: into the table, open the first row.
        chrome
            .eval("(document.querySelector('sb-table [role=grid]').focus(), true)")
            .await?;
        chrome.key("ArrowDown").await?;
        chrome.key("Enter").await?;
        chrome
            .has("[data-detail]:not([hidden]) header .button.quiet")
            .await?;
        chrome.click("[data-detail] header .button.quiet").await?;
        shows(chrome, 299).await?;
        chrome.click("sb-toast button").await?;
        shows(chrome, 300).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_contacts_are_changed_and_deleted_at_once_and_taken_back_at_once() -> Result<()> {
    founded(async |server, chrome| {
        with_log(server, chrome).await?;
        open(server, chrome, "?q=band:20m").await?;
        shows(chrome, 60).await?;
        chrome.eval("(document.querySelector('sb-table [role=grid]').focus(), true)").await?;
        chrome.key("Control+a").await?;
        chrome.has(".bulk button.danger").await?;
        // Set a field in all of the filter.
        chrome.click(".bulk .button:not(.danger)").await?;
        chrome.choose("#bulk-field", "operator").await?;
        chrome.fill("#dialog-value", "N6OP").await?;
        chrome.click("dialog[open] footer .primary").await?;
        chrome.until("!document.querySelector('dialog[open]')").await?;
        let changed = chrome.api("GET", "/logbook/qsos?q=op:N6OP&limit=1&offset=0", None).await?;
        assert_eq!(changed["total"], 60);
        chrome.click("sb-toast button").await?;
        chrome.until("fetch('/api/v1/logbook/qsos?q=op:N6OP&limit=1&offset=0').then(r => r.json()).then(a => a.total === 0)").await?;

        // Three by Control and click, deleted and taken back.
        open(server, chrome, "?q=band:20m").await?;
        for row in [0, 1, 2] {
            chrome.control_click(&format!("#log-row-{row} .call")).await?;
        }
        chrome.until("document.querySelectorAll('sb-table .tr[aria-selected=true]').length === 3").await?;
        chrome.click(".bulk button.danger").await?;
        shows(chrome, 57).await?;
        chrome.click("sb-toast button").await?;
        shows(chrome, 60).await
    })
    .await
}
