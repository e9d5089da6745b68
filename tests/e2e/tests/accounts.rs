//! Accounts of one's own: signing up, passkeys, a lost password.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use shackbox_e2e::{Chrome, Server};

use crate::station::{CALL, PASSWORD, founded, repository, sign_in};

const SHORT_PASSWORD: &str = "qrm4ever";
const NEW_PASSWORD: &str = "seven quiet antennas on a hill";

/// Ticks the right answers, which only the repository knows.
async fn answer(chrome: &Chrome) -> Result<()> {
    let file = std::fs::read_to_string(repository().join("assets/identity/gate.toml"))?;
    let value = |line: &str, key: &str| {
        Some(
            line.strip_prefix(key)?
                .strip_prefix(" = \"")?
                .strip_suffix('"')?
                .to_owned(),
        )
    };
    let asks = file.lines().filter_map(|line| value(line, "ask"));
    let known: Vec<_> = asks
        .zip(file.lines().filter_map(|line| value(line, "right")))
        .collect();
    for place in 0..3 {
        let shown = format!("document.querySelector('[data-question=\"{place}\"]')");
        let asked = chrome
            .text(&format!("{shown}.querySelector('legend').textContent"))
            .await?;
        let known = known.iter().find(|(ask, _)| *ask == asked);
        let (_, right) = known.context("an unknown question")?;
        let choices = chrome
            .eval(&format!(
                "[...{shown}.querySelectorAll('label span')].map(s => s.textContent)"
            ))
            .await?;
        let choices: Vec<String> = serde_json::from_value(choices)?;
        let Some(at) = choices.iter().position(|choice| choice == right) else {
            bail!("{asked}: {right} is not among {choices:?}");
        };
        chrome
            .click(&format!("[data-question=\"{place}\"] [value=\"{at}\"]"))
            .await?;
    }
    Ok(())
}

async fn sign_out(chrome: &Chrome) -> Result<()> {
    chrome.api("DELETE", "/session", None).await?;
    // The page still open notices that its socket is for members.
    chrome.forgive(&["/websocket"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_signs_up_after_a_mistake_and_signs_in() -> Result<()> {
    founded(async |server, chrome| {
        sign_out(chrome).await?;
        chrome.open(&format!("{}/login", server.url)).await?;
        chrome.click("a[href='/signup']").await?;
        chrome.arrives("/signup").await?;
        chrome.fill("#call", "dl1abc").await?;
        chrome.fill("#password", NEW_PASSWORD).await?;
        // Robots guess: the first choice three times is hardly ever right, and an honest mistake gets new questions.
        let token = chrome.text("document.querySelector('[name=token]').value").await?;
        for place in 0..3 {
            chrome.click(&format!("[data-question=\"{place}\"] [value=\"0\"]")).await?;
        }
        chrome.click("[data-signup] button.primary").await?;
        chrome
            .until(&format!("document.querySelector('[data-done]') || document.querySelector('[name=token]').value !== '{token}'"))
            .await?;
        chrome.forgive(&["/api/v1/signup"]);
        if chrome.eval("!document.querySelector('[data-done]')").await? == Value::Bool(true) {
            chrome.until("document.querySelector('[data-error=answers]').textContent.length > 10").await?;
            answer(chrome).await?;
            chrome.click("[data-signup] button.primary").await?;
        }
        chrome.has("[data-done=ready]").await?;
        sign_in(server, chrome, "DL1ABC", NEW_PASSWORD).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_signs_up_without_script_by_a_mail() -> Result<()> {
    founded(async |server, chrome| {
        let guest = Chrome::start().await?;
        guest.without_script().await?;
        guest.open(&format!("{}/signup?as=swl", server.url)).await?;
        guest.fill("#swl", "robin").await?;
        guest.fill("#first_name", "Robin").await?;
        guest.fill("#last_name", "Hood").await?;
        guest.fill("#email", "robin@example.org").await?;
        guest.fill("#password", NEW_PASSWORD).await?;
        guest.click("[data-signup] button.primary").await?;
        guest.arrives("/login").await?;

        // No mail server: the administrator finds the link in the outbox.
        let outbox = chrome.api("GET", "/admin/outbox", None).await?;
        let text = outbox["items"][0]["text"].as_str().context("no mail")?.to_owned();
        let token = text
            .split("token=")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        let token = token.context("no link")?;
        guest
            .open(&format!("{}/confirm?token={token}", server.url))
            .await?;
        guest.click("form[action='/confirm'] button").await?;
        guest.arrives("/login").await?;
        guest.fill("#call", "swl_robin").await?;
        guest.fill("#password", NEW_PASSWORD).await?;
        guest.click("form[data-login] button.primary").await?;
        guest.arrives("/").await?;
        guest.has("body[data-account=SWL_ROBIN]").await?;
        guest.finish().await
    })
    .await
}

/// The same server under its name: a passkey belongs to one, and a number is none.
fn named(server: &Server) -> String {
    server.url.replace("127.0.0.1", "localhost")
}

/// Call and password into the form, for the page of settings.
async fn enter(chrome: &Chrome, place: &str, password: &str) -> Result<()> {
    chrome.open(&format!("{place}/login?next=%2Fsettings")).await?;
    chrome.fill("#call", CALL).await?;
    chrome.fill("#password", password).await?;
    chrome.click("form[data-login] button.primary").await
}

/// Signs in by the password and makes a passkey.
async fn with_passkey(chrome: &Chrome, place: &str) -> Result<()> {
    chrome.virtual_authenticator().await?;
    enter(chrome, place, PASSWORD).await?;
    chrome.arrives("/settings").await?;
    chrome.click("[data-make-passkey]").await?;
    chrome.fill("#dialog-value", "Workbench").await?;
    chrome.key("Enter").await?;
    chrome.has("[data-forget]").await
}

/// The present session was begun with a passkey.
async fn came_in_by_passkey(chrome: &Chrome) -> Result<()> {
    let sessions = chrome.api("GET", "/sessions", None).await?;
    let sessions = sessions["items"].as_array().context("no sessions")?;
    let current = sessions.iter().find(|session| session["current"] == true);
    assert_eq!(current.context("no session")?["proven"], "passkey");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_made_used_and_revoked() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/settings", server.url)).await?;
        let elsewhere = format!("#passkeys a[href='{}/settings#passkeys']", named(server));
        chrome.has(&elsewhere).await?;

        let place = named(server);
        with_passkey(chrome, &place).await?;
        chrome
            .until("document.querySelector('[data-passkeys] [name=passkey_name]').value === 'Workbench'")
            .await?;

        sign_out(chrome).await?;
        chrome.open(&format!("{place}/login?next=%2Fsettings")).await?;
        chrome.click("[data-passkey]").await?;
        chrome.arrives("/settings").await?;
        came_in_by_passkey(chrome).await?;

        // Who came in by passkey sets a password without the present one.
        chrome.fill("#new", NEW_PASSWORD).await?;
        chrome.click("[data-password] button.primary").await?;
        chrome.has("[data-password] .state.good").await?;

        chrome.click("[data-forget] button").await?;
        chrome.until("!document.querySelector('[data-forget]')").await?;
        sign_out(chrome).await?;
        chrome.open(&format!("{place}/login")).await?;
        chrome.click("[data-passkey]").await?;
        chrome
            .until("document.querySelector('[data-form-error]').textContent.length > 10")
            .await?;
        chrome.forgive(&["/api/v1/session/passkey", "/websocket"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_asked_for_after_the_password() -> Result<()> {
    founded(async |server, chrome| {
        let place = named(server);
        with_passkey(chrome, &place).await?;

        chrome.click("[data-demand] button").await?;
        chrome
            .has("body[data-wants-passkey] [name=required][value=false]")
            .await?;
        // A shorter password does now.
        chrome.fill("#current", PASSWORD).await?;
        chrome.fill("#new", SHORT_PASSWORD).await?;
        chrome.click("[data-password] button.primary").await?;
        chrome.has("[data-password] .state.good").await?;

        sign_out(chrome).await?;
        enter(chrome, &place, SHORT_PASSWORD).await?;
        chrome.arrives("/settings").await?;
        came_in_by_passkey(chrome).await?;

        // The short password does not become the only one.
        chrome.fill("#second-password", NEW_PASSWORD).await?;
        chrome.click("[data-demand] button").await?;
        chrome
            .has("body:not([data-wants-passkey]) [name=required][value=true]")
            .await?;
        sign_out(chrome).await?;
        enter(chrome, &place, NEW_PASSWORD).await?;
        chrome.arrives("/settings").await?;
        chrome.forgive(&["/websocket", "/ws"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_passkey_s_device_the_password_leads_nowhere() -> Result<()> {
    founded(async |server, chrome| {
        let place = named(server);
        with_passkey(chrome, &place).await?;
        chrome.click("[data-demand] button").await?;
        chrome.has("body[data-wants-passkey]").await?;

        // Somebody else's browser, whose device has no passkey for this place.
        let elsewhere = Chrome::start().await?;
        enter(&elsewhere, &place, PASSWORD).await?;
        elsewhere.has("[data-second]:not([hidden])").await?;
        elsewhere.has("[data-password-step][hidden]").await?;
        elsewhere.settled().await?;
        if let Some(found) = elsewhere.axe().await? {
            assert!(found.is_empty(), "{found:?}");
        }
        elsewhere.open(&format!("{place}/settings")).await?;
        elsewhere.arrives("/login").await?;
        elsewhere.finish().await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signing_secret_is_shown_once() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/settings", server.url)).await?;
        chrome.click("[data-secret] button").await?;
        chrome.has("dialog .secret code").await?;
        let secret = chrome
            .text("document.querySelector('dialog .secret code').textContent")
            .await?;
        assert_eq!(secret.len(), 43);
        chrome.key("Escape").await?;
        chrome.has("[data-drop-secret]").await?;
        let page = chrome.text("document.body.textContent").await?;
        assert!(!page.contains(&secret));
        chrome.click("[data-drop-secret] button").await?;
        chrome
            .until("!document.querySelector('[data-drop-secret]')")
            .await
    })
    .await
}
