//! Signing in with a certificate of Logbook of the World from an unmodified browser: a key of 1024 bits, issued by an
//! authority that ended long ago, in the browser's own store as TQSL saved it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use shackbox_e2e::{Chrome, Server};

use crate::station::{repository, skipped};

const MAIN: &str = "log.shackbox.test";
const AUTH: &str = "auth.log.shackbox.test";

/// A home directory whose browser has the certificate; none where the tools for it are missing.
fn home() -> Result<Option<tempfile::TempDir>> {
    if Command::new("certutil").arg("-H").output().is_err() {
        return Ok(None);
    }
    let home = tempfile::tempdir()?;
    let store = home.path().join(".pki/nssdb");
    std::fs::create_dir_all(&store)?;
    let store = format!("sql:{}", store.display());
    run(Command::new("certutil").args(["-N", "--empty-password", "-d", &store]))?;
    let file = repository().join("fixtures/lotw/n0call.p12");
    run(Command::new("pk12util").args(["-i", &file.to_string_lossy(), "-d", &store, "-W", "", "-K", ""]))?;
    Ok(Some(home))
}

fn run(command: &mut Command) -> Result<()> {
    let done = command.output()?;
    if !done.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}

/// A profile whose browser shows the only certificate it has, instead of asking which.
fn profile(port: u16) -> Result<tempfile::TempDir> {
    let profile = tempfile::tempdir()?;
    let choice =
        json!({ format!("https://{AUTH}:{port},*"): {"last_modified": "0", "setting": {"filters": [{}]}} });
    let settings =
        json!({"profile": {"content_settings": {"exceptions": {"auto_select_certificate": choice}}}});
    std::fs::create_dir_all(profile.path().join("Default"))?;
    std::fs::write(profile.path().join("Default/Preferences"), settings.to_string())?;
    Ok(profile)
}

/// A station that trusts the fixture's root.
async fn station(dir: &Path, port: u16) -> Result<Server> {
    let roots = dir.join("roots");
    std::fs::create_dir_all(&roots)?;
    std::fs::copy(
        repository().join("fixtures/lotw/root.pem"),
        roots.join("root.pem"),
    )?;
    let settings = format!(
        "[web]\npublic_url = \"https://{MAIN}:{port}\"\n[web.tls]\nlisten = \"127.0.0.1:{port}\"\nself_signed = true\n\
         [web.mtls]\nserver_name = \"{AUTH}\"\nroots = \"{}\"\n[sources.lotw]\nenabled = false\n",
        roots.display()
    );
    let file = dir.join("shackbox.toml");
    std::fs::write(&file, settings)?;
    Server::start(&["--config", &file.to_string_lossy()]).await
}

async fn browser(port: u16, home: &Path) -> Result<Chrome> {
    let names = format!("host-resolver-rules=MAP *.shackbox.test 127.0.0.1:{port}");
    Chrome::start_in(profile(port)?, Some(home), &["ignore-certificate-errors", &names]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_1024_bits_signs_its_owner_in() -> Result<()> {
    let Some(home) = home()? else {
        skipped("certutil and pk12util are not installed: no sign-in by certificate");
        return Ok(());
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let dir = tempfile::tempdir()?;
    let server = station(dir.path(), port).await?;
    let chrome = browser(port, home.path()).await?;
    chrome.open(&format!("https://{MAIN}:{port}/login")).await?;
    findings(&chrome).await?;
    chrome.click("form[action='/login/certificate'] button").await?;
    chrome
        .until(&format!("location.host.startsWith('{AUTH}')"))
        .await?;
    chrome
        .sees("You are N0CALL")
        .await
        .with_context(|| server.output().unwrap_or_default())?;
    findings(&chrome).await?;
    chrome.click("form button").await?;
    chrome.arrives("/settings").await?;
    chrome.has("body[data-account=N0CALL]").await?;
    chrome.sees("You are signed in by your certificate").await?;
    let told = chrome.api("GET", "/account/verifications", None).await?;
    if told["items"][0]["method"] != "lotw_certificate" {
        bail!("{told}");
    }
    chrome.open(&format!("https://{MAIN}:{port}/verify/lotw")).await?;
    findings(&chrome).await?;
    // A good certificate whose bearer did not begin on the main host is sent back there.
    chrome.open(&format!("https://{AUTH}:{port}/")).await?;
    chrome.has("main a[href$='/login']").await?;
    findings(&chrome).await?;
    chrome.forgive(&["403", "404"]);
    chrome.finish().await?;
    server.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_a_certificate_is_told_what_to_do() -> Result<()> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let dir = tempfile::tempdir()?;
    let server = station(dir.path(), port).await?;
    let empty = tempfile::tempdir()?;
    let chrome = browser(port, empty.path()).await?;
    chrome.open(&format!("https://{AUTH}:{port}/")).await?;
    chrome.sees("Your browser sent no certificate").await?;
    findings(&chrome).await?;
    chrome.click("a[href$='/login']").await?;
    chrome.arrives("/login").await?;
    // The answer to somebody without a certificate is a refusal, and the browser says so.
    chrome.forgive(&["403"]);
    chrome.finish().await?;
    server.stop().await
}

/// Nothing for the accessibility checker to find in light and dark, nothing wider than a phone.
async fn findings(chrome: &Chrome) -> Result<()> {
    for scheme in ["light", "dark"] {
        chrome.scheme(scheme).await?;
        chrome.settled().await?;
        match chrome.axe().await? {
            Some(found) if !found.is_empty() => bail!("{scheme}: {}", found.join("\n")),
            Some(_) => {}
            None => skipped("accessibility of the certificates' pages, for axe-core is not installed"),
        }
    }
    chrome.size(360, 740).await?;
    chrome.settled().await?;
    let wide = chrome.sticking_out().await?;
    chrome.size(1400, 900).await?;
    if !wide.is_empty() {
        bail!("{wide:?}");
    }
    Ok(())
}
