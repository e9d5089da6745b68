//! Stations to test on: a program with its administrator signed in, colleagues, logs to import.
//!
//! When a test fails its error carries what the program printed last, and a picture of the window is left in the
//! build directory.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;
use shackbox_e2e::{Chrome, Server};

/// The administrator.
pub(crate) const CALL: &str = "K6XYZ";
pub(crate) const PASSWORD: &str = "three unrelated words here";
/// A colleague's.
pub(crate) const OTHER_PASSWORD: &str = "quite another set of words";

/// Runs a test on a station whose administrator is signed in and sees the empty dashboard.
pub(crate) async fn founded(test: impl AsyncFnOnce(&mut Server, &Chrome) -> Result<()>) -> Result<()> {
    on(&[], async |server, chrome| {
        found(server, chrome).await?;
        test(server, chrome).await
    })
    .await
}

/// Runs a test on a program just started, with these arguments.
pub(crate) async fn on(
    args: &[&str],
    test: impl AsyncFnOnce(&mut Server, &Chrome) -> Result<()>,
) -> Result<()> {
    let mut server = Server::start(args).await?;
    let chrome = Chrome::start().await?;
    if let Err(error) = test(&mut server, &chrome).await {
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.png", test_name()));
        let shot = chrome.picture(&picture).await.map(|()| picture);
        let output = server.output().unwrap_or_default();
        let tail: Vec<&str> = output.lines().rev().take(15).collect();
        let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n");
        let complaints = chrome.complaints().join("\n");
        return Err(error.context(format!(
            "picture: {shot:?}\nthe browser complained: {complaints}\nthe program printed:\n{tail}"
        )));
    }
    chrome.finish().await?;
    server.stop().await
}

fn test_name() -> String {
    let thread = std::thread::current();
    thread.name().unwrap_or("test").replace("::", "-")
}

/// Makes the administrator by the printed link.
pub(crate) async fn found(server: &Server, chrome: &Chrome) -> Result<()> {
    chrome.open(&server.setup_link()?).await?;
    chrome.fill("#call", CALL).await?;
    chrome.fill("#name", "Robin").await?;
    chrome.fill("#password", PASSWORD).await?;
    chrome.fill("#grid", "CM87").await?;
    chrome.click("[data-setup] button.primary").await?;
    chrome.arrives("/").await?;
    chrome.has(&format!("body[data-account={CALL}]")).await
}

/// Makes an account through the signed-in administrator's page.
pub(crate) async fn colleague(chrome: &Chrome, call: &str) -> Result<()> {
    let new = json!({"call": call, "name": "", "password": OTHER_PASSWORD, "role": "member"});
    chrome.api("POST", "/users", Some(new)).await?;
    Ok(())
}

/// Signs in by the form.
pub(crate) async fn sign_in(server: &Server, chrome: &Chrome, call: &str, password: &str) -> Result<()> {
    chrome.open(&format!("{}/login", server.url)).await?;
    chrome.fill("#call", call).await?;
    chrome.fill("#password", password).await?;
    chrome.click("form[data-login] button.primary").await?;
    chrome.arrives("/").await?;
    chrome.has(&format!("body[data-account={call}]")).await
}

/// Logs a contact through the page's session.
pub(crate) async fn log(
    chrome: &Chrome,
    logbook: &str,
    call: &str,
    start: &str,
    band: &str,
    mode: &str,
) -> Result<String> {
    let contact = json!({"logbook": logbook, "call": call, "start": start, "band": band, "mode": mode});
    let stored = chrome.api("POST", "/logbook/qsos", Some(contact)).await?;
    let id = stored["id"].as_str().context("no id")?;
    Ok(id.to_owned())
}

/// Imports a file on the import page and waits for its report; answers the import's page.
pub(crate) async fn import(server: &Server, chrome: &Chrome, file: &Path) -> Result<String> {
    chrome.open(&format!("{}/import", server.url)).await?;
    chrome.choose_file("#file", file).await?;
    chrome.has("[data-uploads] a[href^='/import/']").await?;
    chrome
        .text("document.querySelector(\"[data-uploads] a[href^='/import/']\").getAttribute('href')")
        .await
}

/// Says, past the runner's capture, what was not tested because something is not installed.
pub(crate) fn skipped(what: &str) {
    use std::io::Write;
    // A closed terminal is no reason to fail.
    drop(writeln!(std::io::stderr(), "skipped: {what}"));
}

/// A test input of the repository.
pub(crate) fn fixture(name: &str) -> PathBuf {
    repository().join("fixtures/adif").join(name)
}

pub(crate) fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// A valid log of `count` contacts: distinct calls, five bands, three modes, one contact every ten minutes from
/// the first of May 2024, with names, grids, comments and fields that Shackbox has no column for.
pub(crate) fn generated_log(count: u32) -> String {
    let bands = [
        ("80m", "3.573"),
        ("40m", "7.030"),
        ("20m", "14.074"),
        ("15m", "21.250"),
        ("10m", "28.480"),
    ];
    let places = [("JA", "PM95"), ("DL", "JO31"), ("VK", "QF22"), ("PY", "GG66")];
    let modes = ["CW", "SSB", "FT8"];
    let mut log = String::from("A log made for a test\r\n<ADIF_VER:5>3.1.4<PROGRAMID:4>TEST<EOH>\r\n");
    for n in 0..count {
        let at = |list: usize| usize::try_from(n).unwrap_or_default() % list;
        let ((band, freq), (prefix, grid)) = (bands[at(5)], places[at(4)]);
        let letter =
            |place: u32| char::from(b'A' + u8::try_from(n / 26_u32.pow(place) % 26).unwrap_or_default());
        let call = format!("{prefix}{}{}{}{}", n % 10, letter(2), letter(1), letter(0));
        let (day, minute) = (1 + n / 144, n % 144 * 10);
        let date = format!("2024{:02}{:02}", 5 + (day - 1) / 28, (day - 1) % 28 + 1);
        let time = format!("{:02}{:02}00", minute / 60, minute % 60);
        let comment = format!("contact {n}, 73 & thanks <tnx>");
        for (name, value) in [
            ("CALL", call.as_str()),
            ("QSO_DATE", &date),
            ("TIME_ON", &time),
            ("BAND", band),
            ("FREQ", freq),
            ("MODE", modes[at(3)]),
            ("RST_SENT", "59"),
            ("GRIDSQUARE", grid),
            ("NAME", "Kim"),
            ("COMMENT", &comment),
            ("ANT_AZ", "123"),
            ("APP_TEST_SERIAL", &n.to_string()),
        ] {
            log += &["<", name, ":", &value.len().to_string(), ">", value, " "].concat();
        }
        log += "<EOR>\r\n";
    }
    log
}
