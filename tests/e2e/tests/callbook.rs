//! The callbook: a list made into a register, calls found while one types, records read, the members' map.

use anyhow::Result;
use serde_json::json;
use shackbox_e2e::{Chrome, Server};

use crate::station::{CALL, OTHER_PASSWORD, colleague, founded, log, on, sign_in, skipped};

/// A list with a club, a holder whose licence ran out, and a row that cannot be read.
const LIST: &str = "Call,First,Last,City,Region,Country,Class,Grid,Expires,Kind\n\
    K6BP,Bruce,Perens,Berkeley,CA,US,Amateur Extra,CM87vv,2031-02-03,\n\
    K6BPX,Ana,Mu\u{f1}oz,Oakland,CA,US,General,CM87vt,2030-05-06,\n\
    W6CLB,,Radio Club of the Bay,Oakland,CA,US,,CM87vt,2032-01-01,club\n\
    KD6OLD,Otto,Alt,Fresno,CA,US,Technician,DM06,2001-01-01,\n\
    not a call,No,Body,Nowhere,CA,US,,,,\n";
const MAP: &str = "authority = \"bay-list\"\ntitle = \"List of the bay\"\ncredit = \"List of the bay, by its clubs\"\n\n\
    [columns]\ncall = \"Call\"\nfirst = \"First\"\nlast = \"Last\"\ncity = \"City\"\nregion = \"Region\"\nclass = \"Class\"\n\
    grid = \"Grid\"\nexpires = \"Expires\"\nkind = \"Kind\"\n\n[kind]\nmissing = \"person\"\nvalues = { \"club\" = \"club\" }\n";

/// What stands in the first card.
const FIRST: &str = "document.querySelector('.licence')?.innerText ?? ''";

/// Makes the list a register by the administrator's pages.
async fn stocked(server: &Server, chrome: &Chrome) -> Result<()> {
    let file = server.scratch().join("bay.csv");
    std::fs::write(&file, LIST)?;
    chrome
        .open(&format!("{}/admin/callbook/list", server.url))
        .await?;
    // Typed keys have no line ends in a field of several lines.
    let map = json!(MAP);
    chrome
        .eval(&format!("(document.querySelector('#map').value = {map}, true)"))
        .await?;
    chrome.choose_file("#list-file", &file).await?;
    chrome.click("button[value=preview]").await?;
    chrome
        .until("document.querySelectorAll('#preview tbody tr').length === 5")
        .await?;
    chrome
        .until("document.querySelector('#preview').innerText.includes('Bruce')")
        .await?;
    chrome.has("#preview .bad").await?;
    chrome.click("button[value=save]").await?;
    chrome.arrives("/admin/callbook").await?;
    chrome.has("#bay-list").await?;
    chrome.eval("(document.querySelector('#bay-list form[action$=\"/file\"]').closest('details').open = true, true)").await?;
    chrome.choose_file("#bay-list-file", &file).await?;
    chrome.click("#bay-list form[action$='/file'] button").await?;
    // The page follows the import by itself; a fast one has ended before it is looked at.
    chrome
        .until("document.querySelector('#bay-list .figures dd')?.innerText === '4'")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_becomes_a_register_and_what_was_refused_is_told() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/callbook", server.url)).await?;
        chrome.click("main .empty a[href='/admin/callbook']").await?;
        chrome.arrives("/admin/callbook").await?;
        // The registers of authorities are offered, and none is fetched by itself.
        chrome.until("document.querySelectorAll('[data-register]').length >= 5").await?;
        chrome.until("!document.querySelector('[data-job]')").await?;

        stocked(server, chrome).await?;
        chrome.until("document.querySelector('#bay-list .chip').innerText.includes('in use')").await?;
        chrome.click("#bay-list details.reasons summary").await?;
        chrome.click("#bay-list details.reasons a[href$='/rejects']").await?;
        chrome.arrives("/admin/callbook/bay-list/rejects").await?;
        chrome.until("document.querySelector('main').innerText.includes('not a call')").await?;

        // A map that cannot be followed is said at its field, and stays.
        chrome.open(&format!("{}/admin/callbook/list", server.url)).await?;
        chrome.fill("#map", "authority = \"x\"").await?;
        chrome.click("button[value=save]").await?;
        chrome.until("document.querySelector('#map-error').textContent.length > 5 && document.querySelector('#map').value.includes('authority')").await?;
        chrome.forgive(&["status of 4"]);

        chrome.open(&format!("{}/admin/callbook", server.url)).await?;
        chrome.eval("(document.querySelector('#bay-list-confirm').closest('details').open = true, true)").await?;
        chrome.fill("#bay-list-confirm", "something").await?;
        chrome.key("Enter").await?;
        chrome.until("document.querySelector('#bay-list-confirm-error').textContent.length > 5").await?;
        chrome.forgive(&["status of 4"]);
        chrome.fill("#bay-list-confirm", "bay-list").await?;
        chrome.key("Enter").await?;
        chrome.until("document.readyState === 'complete' && !document.querySelector('#bay-list .figures')").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_found_while_one_types_and_opened_by_keys() -> Result<()> {
    founded(async |server, chrome| {
        stocked(server, chrome).await?;
        log(chrome, CALL, "K6BP", "2026-05-01T09:32:00Z", "20m", "CW").await?;
        chrome.open(&format!("{}/", server.url)).await?;
        chrome.key("g").await?;
        chrome.key("c").await?;
        chrome.arrives("/callbook").await?;
        chrome.until("document.activeElement.id === 'cb-q'").await?;

        chrome.type_text("k6b").await?;
        chrome.until("document.querySelectorAll('[role=option]').length === 2").await?;
        chrome.until("document.querySelector('[role=option]').innerText.includes('Bruce')").await?;
        if let Some(findings) = chrome.axe().await? {
            assert!(findings.is_empty(), "{}", findings.join("\n"));
        } else {
            skipped("accessibility of completions, for axe-core is not installed");
        }
        chrome.key("ArrowDown").await?;
        chrome.until("document.querySelector('#cb-q').getAttribute('aria-activedescendant') === document.querySelector('[aria-selected=true]').id").await?;
        chrome.key("Enter").await?;
        chrome.arrives("/callbook/K6BP").await?;
        chrome.until("document.querySelector('h1').innerText.includes('Perens')").await?;
        chrome.until("document.querySelector('main').innerText.includes('2031-02-03')").await?;
        chrome.has("main a[href^='/logbook/1-']").await?;
        chrome.has("[data-map] sb-map canvas").await?;
        // Other callbooks answer, or it is said why none does.
        chrome.until("document.querySelector('[data-answers]').innerText.length > 5 && !document.querySelector('[data-answers] > p.muted')?.innerText.startsWith('Asking')").await?;
        chrome.forgive(&["/elsewhere", "status of 404"]);

        chrome.open(&format!("{}/callbook/DL%2FK6BP%2FP", server.url)).await?;
        chrome.until("document.querySelector('.asked').innerText.includes('DL/K6BP/P')").await?;
        chrome.open(&format!("{}/callbook/KD6OLD", server.url)).await?;
        chrome.has(".sub .chip.bad").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn results_come_without_loading_the_page_and_the_way_back_works() -> Result<()> {
    founded(async |server, chrome| {
        stocked(server, chrome).await?;
        chrome.open(&format!("{}/callbook", server.url)).await?;
        chrome.eval("(window.same = true)").await?;
        chrome.fill("#cb-q", "city:oakland").await?;
        chrome.key("Enter").await?;
        chrome.until("document.querySelectorAll('.licence').length === 2 && location.search === '?q=city%3Aoakland'").await?;
        chrome.fill("#cb-q", "munoz").await?;
        chrome.key("Enter").await?;
        chrome.until(&format!("({FIRST}).includes('K6BPX') && ({FIRST}).includes('active')")).await?;
        // A slip of a letter is made good, and said.
        chrome.fill("#cb-q", "perenz").await?;
        // Found while typing, before it is asked for: what was asked before stays on the way back.
        chrome.until("location.search === '?q=perenz'").await?;
        chrome.key("Enter").await?;
        chrome.until(&format!("({FIRST}).includes('K6BP') && document.querySelector('.widened').innerText.includes('perens')")).await?;
        chrome.eval("(history.back(), true)").await?;
        chrome.until(&format!("({FIRST}).includes('K6BPX') && document.querySelector('#cb-q').value === 'munoz'")).await?;
        chrome.until("window.same === true").await?;
        // What is no query says what helps, at the box.
        chrome.fill("#cb-q", "colour:red").await?;
        chrome.key("Enter").await?;
        chrome.until("document.querySelector('#cb-error').textContent.length > 10 && document.querySelector('#cb-q').getAttribute('aria-invalid') === 'true'").await?;
        chrome.forgive(&["status of 4"]);
        chrome.fill("#cb-q", "k6bpx").await?;
        chrome.until(&format!("({FIRST}).includes('K6BPX')")).await?;
        chrome.key("Escape").await?;
        chrome.click(".licence").await?;
        chrome.arrives("/callbook/K6BPX").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_callbook_are_sound_for_all() -> Result<()> {
    founded(async |server, chrome| {
        stocked(server, chrome).await?;
        let pages = [
            "/callbook",
            "/callbook?q=oakland",
            "/callbook?q=zzzzzzzz",
            "/callbook/K6BP",
            "/callbook/K6BP/edit",
            "/callbook/K6BPX/removal",
            "/callbook/W6CLB",
            "/callbook/map",
            "/callbook/credits",
            "/admin/callbook",
            "/admin/callbook/bay-list/rejects",
            "/admin/callbook/list",
        ];
        let mut found = Vec::new();
        for page in pages {
            found.extend(faults(chrome, &server.url, page).await?);
        }
        chrome.forgive(&["/elsewhere", "status of 404"]);
        found.extend(faults(chrome, &server.url, "/callbook/K6ZZZ").await?);
        chrome.forgive(&["status of 404"]);
        assert!(found.is_empty(), "{}", found.join("\n"));

        // A guest sees calls and what they are worth, not who it is; and is told so.
        chrome.open(&format!("{}/callbook", server.url)).await?;
        chrome.click("details.account summary").await?;
        chrome.click("form[action='/logout'] button").await?;
        chrome.arrives("/login").await?;
        chrome.open(&format!("{}/callbook?q=K6BP", server.url)).await?;
        chrome
            .until(&format!(
                "({FIRST}).includes('Amateur Extra') && !document.body.innerText.includes('Perens')"
            ))
            .await?;
        chrome.has(".guestnote a[href^='/login']").await?;
        chrome
            .open(&format!("{}/callbook?q=name:perens", server.url))
            .await?;
        chrome
            .until("document.querySelector('#cb-error').textContent.includes('name:')")
            .await?;
        chrome.forgive(&["status of 403"]);
        chrome.open(&format!("{}/callbook/W6CLB", server.url)).await?;
        chrome
            .until("document.querySelector('h1').innerText.includes('Radio Club')")
            .await
    })
    .await
}

/// What is wrong with a page: accessibility in both schemes, and width on a phone.
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
    Ok(found
        .into_iter()
        .map(|fault| format!("{page}: {fault}"))
        .collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn members_stand_on_the_map_who_allow_it() -> Result<()> {
    founded(async |server, chrome| {
        colleague(chrome, "N6MEM").await?;
        chrome.open(&format!("{}/callbook/map", server.url)).await?;
        let before = chrome
            .eval("document.querySelectorAll('[data-pins] tr[data-call]').length")
            .await?;
        let wish = json!({"directory": true, "grid_precision": "square"});
        chrome.api("PATCH", "/account", Some(wish)).await?;
        chrome.open(&format!("{}/callbook/map", server.url)).await?;
        chrome.has(&format!("[data-pins] tr[data-call={CALL}]")).await?;
        chrome.has("[data-map] sb-map canvas").await?;
        assert!(before.as_u64().unwrap_or_default() <= 1, "{before}");
        // A colleague sees the square and no more.
        chrome.api("DELETE", "/session", None).await?;
        sign_in(server, chrome, "N6MEM", OTHER_PASSWORD).await?;
        chrome.open(&format!("{}/callbook/map", server.url)).await?;
        chrome
            .until(&format!(
                "document.querySelector('[data-pins] tr[data-call={CALL}]').innerText.includes('CM87')"
            ))
            .await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_calls_are_found_and_read() -> Result<()> {
    on(&["--demo"], async |server, chrome| {
        let (call, password) = server.demo_login()?;
        sign_in(server, chrome, &call, &password).await?;
        stocked(server, chrome).await?;
        chrome.without_script().await?;
        chrome.open(&format!("{}/callbook", server.url)).await?;
        chrome.fill("#cb-q", "name:perens").await?;
        chrome.click("[data-find] button").await?;
        chrome
            .until(&format!(
                "document.readyState === 'complete' && ({FIRST}).includes('K6BP')"
            ))
            .await?;
        chrome.click(".licence .call").await?;
        chrome.arrives("/callbook/K6BP").await?;
        chrome
            .until("document.querySelector('main').innerText.includes('CM87')")
            .await?;
        chrome.open(&format!("{}/callbook/K6BPZ", server.url)).await?;
        chrome.has(".licences a[href='/callbook/K6BP']").await?;
        chrome.forgive(&["status of 404"]);
        Ok(())
    })
    .await
}
