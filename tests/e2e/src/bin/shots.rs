//! Shoots every page of the demo, light and dark, wide and narrow, and runs the accessibility checker on each:
//! `cargo run -p shackbox-e2e --bin shots -- DIRECTORY [WORD ...]`, with words only the pages whose names have
//! one. The pictures are for the eye and are not committed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use shackbox_e2e::{Chrome, Server};

/// Pages for those who are not.
const STRANGERS: &[(&str, &str)] = &[
    ("login", "/login"),
    ("signup", "/signup"),
    ("signup-swl", "/signup?as=swl"),
    ("recover", "/recover"),
];

/// Pages for those who are signed in; the first word names the file.
const PAGES: &[(&str, &str)] = &[
    ("dashboard", "/"),
    ("shack", "/shack"),
    ("dx", "/dx"),
    ("wall", "/wall"),
    ("logbook", "/logbook"),
    ("logbook-filtered", "/logbook?q=band:20m+mode:CW"),
    ("logbook-empty", "/logbook?q=ZZ9ZZZ"),
    ("new", "/logbook/new"),
    ("import", "/import"),
    ("export", "/export"),
    ("logbooks", "/logbooks"),
    ("dns-list", "/dns"),
    ("dns-name", "/dns/n0call.demo.example?look=shack&type=A"),
    ("dns-zone", "/dns/demo.example"),
    ("dns-file", "/dns/n0call.demo.example/file"),
    ("settings", "/settings"),
    ("verify-lotw", "/verify/lotw"),
    ("verify-log", "/verify/lotw-log"),
    ("verify-morse", "/verify/morse"),
    ("verify-document", "/verify/document"),
    ("admin-users", "/admin/users"),
    ("admin-review", "/admin/review"),
    ("settings-privacy", "/settings/privacy"),
    ("directory", "/directory"),
    ("admin-audit", "/admin/audit"),
    ("verify", "/verify"),
    ("admin-user", "/admin/users/1"),
    ("admin-jobs", "/admin/jobs"),
    ("admin-health", "/admin/health"),
    ("admin-log", "/admin/log"),
    ("admin-outbox", "/admin/outbox"),
    ("admin-backups", "/admin/backups"),
    ("api-docs", "/api/docs"),
    ("missing", "/no/such/page"),
];

const LOOKS: &[(&str, &str, i64, i64)] = &[
    ("light-1400", "light", 1400, 900),
    ("dark-1400", "dark", 1400, 900),
    ("light-360", "light", 360, 740),
    ("dark-360", "dark", 360, 740),
];

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a tool's report")]
async fn main() -> Result<()> {
    let out = PathBuf::from(std::env::args().nth(1).context("usage: shots DIRECTORY")?);
    std::fs::create_dir_all(&out)?;
    let only: Vec<String> = std::env::args().skip(2).collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|word| name.contains(word.as_str()));
    let server = Server::start(&["--demo"]).await?;
    let chrome = Chrome::start().await?;
    let mut findings = 0;
    for (look, scheme, width, height) in LOOKS {
        chrome.size(*width, *height).await?;
        chrome.scheme(scheme).await?;
        for (name, path) in STRANGERS.iter().filter(|(name, _)| wanted(name)) {
            chrome.open(&format!("{}{path}", server.url)).await?;
            whole(&chrome, *width, *height).await?;
            chrome.picture(&out.join(format!("{name}-{look}.png"))).await?;
            chrome.size(*width, *height).await?;
            findings += report(&chrome, name, look).await?;
        }
    }
    sign_in(&server, &chrome).await?;
    for (look, scheme, width, height) in LOOKS {
        chrome.size(*width, *height).await?;
        chrome.scheme(scheme).await?;
        for (name, path) in PAGES.iter().filter(|(name, _)| wanted(name)) {
            chrome.open(&format!("{}{path}", server.url)).await?;
            // Maps and tables draw after their data has come; two frames after the network is quiet is enough.
            chrome
                .until("document.querySelectorAll('[aria-busy=true], .skeleton').length === 0")
                .await?;
            let drawing = if name.contains("dx") || name.contains("wall") {
                3_000
            } else {
                900
            };
            tokio::time::sleep(std::time::Duration::from_millis(drawing)).await;
            whole(&chrome, *width, *height).await?;
            chrome.picture(&out.join(format!("{name}-{look}.png"))).await?;
            chrome.size(*width, *height).await?;
            findings += report(&chrome, name, look).await?;
        }
    }
    findings += empty(&chrome, &out, wanted).await?;
    // One of the pages is meant to be missing.
    chrome.forgive(&["404"]);
    chrome.finish().await?;
    server.stop().await?;
    println!("{findings} accessibility findings");
    std::process::exit(i32::from(findings > 0));
}

/// The cluster's pages of a station that has heard nothing yet.
async fn empty(chrome: &Chrome, out: &Path, wanted: impl Fn(&str) -> bool) -> Result<usize> {
    let pages = [("dx-empty", "/dx"), ("wall-empty", "/wall")];
    if !pages.iter().any(|(name, _)| wanted(name)) {
        return Ok(0);
    }
    let server = Server::start(&[]).await?;
    chrome.size(1400, 900).await?;
    chrome.open(&server.setup_link()?).await?;
    for (field, text) in [
        ("#call", "K6XYZ"),
        ("#name", "Robin"),
        ("#password", "three unrelated words"),
    ] {
        chrome.fill(field, text).await?;
    }
    chrome.click("[data-setup] button.primary").await?;
    chrome.arrives("/").await?;
    let mut findings = 0;
    for (look, scheme, width, height) in LOOKS {
        chrome.size(*width, *height).await?;
        chrome.scheme(scheme).await?;
        for (name, path) in pages.iter().filter(|(name, _)| wanted(name)) {
            chrome.open(&format!("{}{path}", server.url)).await?;
            chrome.has("[data-link][data-state=open]").await?;
            tokio::time::sleep(std::time::Duration::from_millis(900)).await;
            chrome.picture(&out.join(format!("{name}-{look}.png"))).await?;
            findings += report(chrome, name, look).await?;
        }
    }
    // A page left open would go on asking for the server.
    chrome.open("about:blank").await?;
    server.stop().await?;
    Ok(findings)
}

/// Makes the window as high as its page, within reason.
async fn whole(chrome: &Chrome, width: i64, height: i64) -> Result<()> {
    let needed = chrome.eval("document.documentElement.scrollHeight").await?;
    let needed = needed.as_i64().unwrap_or(height).clamp(height, 6_000);
    chrome.size(width, needed).await
}

/// Signs in as the demo's administrator.
async fn sign_in(server: &Server, chrome: &Chrome) -> Result<()> {
    let (call, password) = server.demo_login()?;
    chrome.open(&format!("{}/login", server.url)).await?;
    chrome.fill("#call", &call).await?;
    chrome.fill("#password", &password).await?;
    chrome.click("form[data-login] button").await?;
    chrome
        .until("location.pathname === '/' && document.body.dataset.account !== ''")
        .await
}

#[expect(clippy::print_stdout, reason = "a tool's report")]
async fn report(chrome: &Chrome, name: &str, look: &str) -> Result<usize> {
    let findings = chrome.axe().await?.unwrap_or_default();
    for finding in &findings {
        println!("{name} {look}: {finding}");
    }
    Ok(findings.len())
}
