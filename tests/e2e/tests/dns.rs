//! A member's name: records made, mended, taken back; tokens; what the world sees.

use anyhow::Result;
use shackbox_e2e::{Chrome, Server};

use crate::station::{on, sign_in};

const PAGE: &str = "/dns/n0call.demo.example";

/// The demo's administrator on the page of their own name.
async fn opened(server: &Server, chrome: &Chrome) -> Result<()> {
    let (call, password) = server.demo_login()?;
    sign_in(server, chrome, &call, &password).await?;
    chrome.click(".bar a[href='/dns']").await?;
    chrome.click("main a[href='/dns/n0call.demo.example']").await?;
    chrome.arrives(PAGE).await?;
    chrome.has("#add [data-field=address]").await
}

/// The row of a record, as an expression.
fn row(name: &str, content: &str) -> String {
    format!(
        "[...document.querySelectorAll('[data-part=records] tr[data-id]')].find(r => r.dataset.name === '{name}' && r.dataset.content === '{content}')"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_added_edited_deleted_and_brought_back() -> Result<()> {
    on(&["--demo"], async |server, chrome| {
        opened(server, chrome).await?;
        // By keys alone: n leads to the form, Enter sends it.
        chrome.key("n").await?;
        chrome.until("document.activeElement.id === 'add-name'").await?;
        chrome.type_text("rotor").await?;
        chrome.fill("#add-address", "192.0.2.300").await?;
        chrome.key("Enter").await?;
        chrome
            .until("document.querySelector('#add [data-error=\"content.address\"]').textContent.length > 10")
            .await?;
        chrome.until("document.activeElement.id === 'add-address' && document.activeElement.getAttribute('aria-invalid') === 'true'").await?;
        chrome.forgive(&["status of 422"]);
        chrome.fill("#add-address", "192.0.2.30").await?;
        chrome.key("Enter").await?;
        chrome.until(&format!("!!({})", row("rotor", "192.0.2.30"))).await?;
        chrome.until("document.querySelector('[data-news]').textContent.length > 10 && document.activeElement.id === 'add-name'").await?;
        let answer = chrome.api("GET", "/dns/lookup?name=rotor.n0call.demo.example&type=A", None).await?;
        assert_eq!(answer["answer"][0]["content"], "192.0.2.30");

        chrome.eval(&format!("({}.querySelector('[data-edit]').click(), true)", row("rotor", "192.0.2.30"))).await?;
        chrome.fill("#edit-address", "192.0.2.31").await?;
        chrome.choose("#edit-ttl", "300").await?;
        chrome.key("Enter").await?;
        chrome.until(&format!("{}?.innerText.includes('5\u{a0}min')", row("rotor", "192.0.2.31"))).await?;
        chrome.until("!document.querySelector('form[data-record=edit]')").await?;

        chrome.eval(&format!("({}.querySelector('[data-delete] button').click(), true)", row("rotor", "192.0.2.31"))).await?;
        chrome.until(&format!("!({})", row("rotor", "192.0.2.31"))).await?;
        chrome.click("sb-toast button").await?;
        chrome.until(&format!("!!({})", row("rotor", "192.0.2.31"))).await?;
        // The page's own history takes back as well.
        chrome.click("[data-part=history] tr:first-child [data-undo] button").await?;
        chrome.until(&format!("!({})", row("rotor", "192.0.2.31"))).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_and_help_follow_the_type_and_rows_are_found() -> Result<()> {
    on(&["--demo"], async |server, chrome| {
        opened(server, chrome).await?;
        chrome.choose("#add-type", "SRV").await?;
        for field in ["priority", "weight", "port", "target"] {
            chrome.has(&format!("#add [data-field={field}]")).await?;
        }
        chrome.until("document.querySelector('#add [data-help]').innerText.includes('AllStar')").await?;
        chrome.choose("#add-type", "TXT").await?;
        chrome.fill("#add-name", "note").await?;
        chrome.fill("#add-text", "say \"73\"").await?;
        chrome.click("#add button.primary").await?;
        chrome.until("[...document.querySelectorAll('tr[data-id]')].some(r => r.dataset.content === '\"say \\\\\"73\\\\\"\"')").await?;
        // A rule about the set: an alias stands alone.
        chrome.choose("#add-type", "CNAME").await?;
        chrome.has("#add [data-field=target]").await?;
        chrome.fill("#add-name", "note").await?;
        chrome.fill("#add-target", "shack").await?;
        chrome.click("#add button.primary").await?;
        chrome.until("[...document.querySelectorAll('#add .error')].some(e => e.textContent.length > 10)").await?;
        chrome.forgive(&["status of 422"]);

        chrome.key("Escape").await?;
        chrome.fill("#rec-q", "note txt").await?;
        chrome.until("[...document.querySelectorAll('[data-part=records] tbody tr')].filter(r => r.checkVisibility()).length === 1").await?;
        chrome.key("Escape").await?;
        chrome.until("[...document.querySelectorAll('[data-part=records] tbody tr')].filter(r => r.checkVisibility()).length > 5").await?;

        chrome.click("[data-template=loc] button").await?;
        chrome.until("document.querySelector('sb-toast')?.innerText.length > 5").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_stands_in_the_lines_and_is_revoked() -> Result<()> {
    on(&["--demo"], async |server, chrome| {
        opened(server, chrome).await?;
        chrome.fill("#token-name", "home").await?;
        chrome.fill("#token-label", "the router").await?;
        chrome.click(".tokenform button").await?;
        chrome
            .until("document.querySelector('#new-token').textContent.startsWith('sbd_')")
            .await?;
        let token = chrome
            .text("document.querySelector('#new-token').textContent")
            .await?;
        chrome.has("[data-token-id].chosen").await?;
        let line = chrome
            .text("document.querySelector('#line-curl').textContent")
            .await?;
        assert!(
            line.contains(&token) && line.contains("home.n0call.demo.example"),
            "{line}"
        );

        // The line works.
        let credentials = format!("Bearer {token}");
        let headers = [
            ("Authorization", credentials.as_str()),
            ("User-Agent", "curl/8.5.0"),
        ];
        let said = server
            .ask(
                "GET",
                "/nic/update?hostname=home.n0call.demo.example&myip=192.0.2.44",
                &headers,
                b"",
            )
            .await?;
        assert_eq!(said.status, 200);
        // What the router did shows by itself, at the latest when the page is looked at again.
        chrome
            .eval("(document.dispatchEvent(new Event('visibilitychange')), true)")
            .await?;
        chrome
            .until(
                "[...document.querySelectorAll('tr[data-id]')].some(r => r.dataset.content === '192.0.2.44')",
            )
            .await?;

        chrome.open(&format!("{}{PAGE}", server.url)).await?;
        chrome.has("[data-token-id]").await?;
        let shown = chrome
            .eval(&format!("document.documentElement.innerHTML.includes('{token}')"))
            .await?;
        assert_eq!(shown, false);
        chrome.click("[data-revoke] button").await?;
        chrome.until("!document.querySelector('[data-token-id]')").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_server_is_asked_from_the_page() -> Result<()> {
    on(&["--demo"], async |server, chrome| {
        opened(server, chrome).await?;
        chrome.fill("#look-name", "shack").await?;
        chrome.key("Enter").await?;
        chrome.until("document.querySelector('[data-part=answer]').innerText.includes('198.51.100.17')").await?;
        chrome.until("document.querySelector('[data-part=answer]').innerText.includes('NOERROR')").await?;
        chrome.fill("#look-name", "nobody-here").await?;
        chrome.key("Enter").await?;
        chrome.until("document.querySelector('[data-part=answer]').innerText.includes('NXDOMAIN')").await?;
        chrome.click("tr[data-name='mail'][data-type=AAAA] [data-ask]").await?;
        chrome.until("document.querySelector('[data-part=answer]').innerText.includes('2001:db8::25') && document.querySelector('#look-type').value === 'AAAA'").await?;
        chrome.arrives(PAGE).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_look_for_names_and_suspend_them() -> Result<()> {
    on(&["--demo"], async |server, chrome| {
        let (call, password) = server.demo_login()?;
        sign_in(server, chrome, &call, &password).await?;
        chrome.open(&format!("{}/dns", server.url)).await?;
        chrome.fill("#names-q", "kd0").await?;
        chrome
            .until("document.querySelectorAll('[data-part=names] tbody tr').length === 1")
            .await?;
        chrome.click("[data-part=names] button[value=suspend]").await?;
        chrome.has("[data-part=names] button[value=restore]").await?;
        let answer = chrome
            .api("GET", "/dns/lookup?name=gateway.kd0dem.demo.example&type=A", None)
            .await?;
        assert_eq!(answer["status"], "NXDOMAIN");
        chrome
            .click("[data-part=names] a[href='/dns/kd0dem.demo.example']")
            .await?;
        chrome.has("[data-part=status][data-state=suspended]").await?;
        chrome.click("#govern button[value=restore]").await?;
        chrome.has("[data-part=status][data-state=live]").await
    })
    .await
}
