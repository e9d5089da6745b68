//! What holds on every page: no complaint of the browser, nothing wider than a phone, dark as well as light,
//! accessible, readable without script. The demo's station fills them all.

use anyhow::Result;
use shackbox_e2e::{Chrome, Server};

use crate::station::{fixture, founded, on, sign_in, skipped};

/// All pages of somebody who is signed in as the administrator.
const PAGES: &[&str] = &[
    "/",
    "/shack",
    "/shack?call=JA1XYZ&freq=14025.0&mode=CW",
    "/dx",
    "/dx?bands=20m&modes=cw",
    "/wall",
    "/logbook",
    "/logbook?q=band:20m+mode:CW",
    "/logbook?q=ZZ9ZZZ",
    "/logbook/new",
    "/callbook",
    "/callbook/map",
    "/callbook/accounts",
    "/callbook/credits",
    "/admin/callbook",
    "/admin/callbook/list",
    "/admin/removals",
    "/import",
    "/export",
    "/logbooks",
    "/dns",
    "/dns/n0call.demo.example",
    "/dns/n0call.demo.example?look=www&type=A",
    "/dns/demo.example",
    "/dns/n0call.demo.example/file",
    "/settings",
    "/verify/lotw",
    "/verify/lotw-log",
    "/verify/morse",
    "/verify/document",
    "/admin/users",
    "/admin/review",
    "/settings/privacy",
    "/directory",
    "/admin/audit",
    "/verify",
    "/admin/users/1",
    "/admin/jobs",
    "/admin/health",
    "/admin/log",
    "/admin/outbox",
    "/admin/backups",
    "/api/docs",
];

async fn demo(server: &Server, chrome: &Chrome) -> Result<Vec<String>> {
    let (call, password) = server.demo_login()?;
    sign_in(server, chrome, &call, &password).await?;
    // Pages about one thing: a contact, a logbook, an import.
    let contact = chrome.api("GET", "/logbook/qsos?limit=1", None).await?["items"][0]["id"].clone();
    let mut pages: Vec<String> = PAGES.iter().map(|&page| page.to_owned()).collect();
    pages.push(format!("/logbook/{}", contact.as_str().unwrap_or_default()));
    pages.push(format!("/logbooks/{call}"));
    chrome.open(&format!("{}/import", server.url)).await?;
    chrome
        .choose_file("#file", &fixture("bands_and_frequencies.adi"))
        .await?;
    chrome.has("[data-uploads] a[href^='/import/']").await?;
    pages.push(
        chrome
            .text("document.querySelector(\"[data-uploads] a[href^='/import/']\").getAttribute('href')")
            .await?,
    );
    Ok(pages)
}

/// Pages of a guest.
const GUEST_PAGES: &[&str] = &[
    "/login",
    "/login?next=%2Fexport",
    "/signup",
    "/signup?as=swl",
    "/recover",
    "/callbook",
    "/callbook/credits",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_sound_in_light_and_dark_and_on_a_phone() -> Result<()> {
    on(&["--demo"], async |server, chrome| {
        let mut found = Vec::new();
        for page in GUEST_PAGES {
            found.extend(faults(chrome, &server.url, page).await?);
        }
        for page in demo(server, chrome).await? {
            found.extend(faults(chrome, &server.url, &page).await?);
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        Ok(())
    })
    .await
}

/// What is wrong with a page: accessibility in both schemes, width on a phone, complaints of the browser.
async fn faults(chrome: &Chrome, url: &str, page: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    chrome.open(&format!("{url}{page}")).await?;
    for scheme in ["light", "dark"] {
        chrome.scheme(scheme).await?;
        chrome.settled().await?;
        match chrome.axe().await? {
            Some(findings) => found.extend(findings),
            None => skipped(&format!("accessibility of {page}, for axe-core is not installed")),
        }
    }
    chrome.size(360, 740).await?;
    chrome.open(&format!("{url}{page}")).await?;
    chrome.settled().await?;
    found.extend(chrome.sticking_out().await?);
    chrome.size(1400, 900).await?;
    found.extend(chrome.complaints());
    chrome.forgive(&[""]);
    Ok(found
        .into_iter()
        .map(|fault| format!("{page}: {fault}"))
        .collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dark_scheme_is_dark_and_the_chosen_theme_wins() -> Result<()> {
    const LIGHT: &str = "(() => { const probe = document.createElement('canvas').getContext('2d', {willReadFrequently: true}); \
        probe.fillStyle = getComputedStyle(document.documentElement).backgroundColor; probe.fillRect(0, 0, 1, 1); \
        const [r, g, b] = probe.getImageData(0, 0, 1, 1).data; return (r + g + b) / 765; })()";
    founded(async |server, chrome| {
        let page = format!("{}/export", server.url);
        chrome.scheme("dark").await?;
        chrome.open(&page).await?;
        chrome.until(&format!("{LIGHT} < 0.2")).await?;
        chrome.scheme("light").await?;
        chrome.until(&format!("{LIGHT} > 0.8")).await?;
        chrome
            .api("PATCH", "/account", Some(serde_json::json!({"theme": "dark"})))
            .await?;
        chrome.open(&page).await?;
        chrome.until(&format!("{LIGHT} < 0.2")).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_reads_without_script() -> Result<()> {
    on(&["--demo"], async |server, chrome| {
        let pages = demo(server, chrome).await?;
        chrome.without_script().await?;
        let mut found = Vec::new();
        for page in &pages {
            chrome.open(&format!("{}{page}", server.url)).await?;
            let words = chrome.eval("document.querySelector('main').innerText.trim().length").await?;
            let heading = chrome.text("document.querySelector('main h1')?.innerText").await?;
            // Nothing that only a script could do is offered.
            let vain = chrome
                .eval("[...document.querySelectorAll('main button')].filter(b => b.checkVisibility() && !b.form && b.closest('details:not([open])') === null).map(b => b.outerHTML.slice(0, 120))")
                .await?;
            if words.as_u64().unwrap_or_default() < 20 || heading.is_empty() || vain != serde_json::json!([]) {
                found.push(format!("{page}: {words} letters, heading {heading:?}, buttons in vain {vain}"));
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_a_page_is_answered_by_a_page() -> Result<()> {
    founded(async |server, chrome| {
        for path in [
            "/no/such/page",
            "/logbook/1-99999999",
            "/import/nothing",
            "/logbooks/NO1NE",
        ] {
            chrome.open(&format!("{}{path}", server.url)).await?;
            chrome.has("main .fault a[href='/']").await?;
        }
        chrome.forgive(&["status of 404"]);
        Ok(())
    })
    .await
}
