//! Harness of the browser tests: starts the real program on a free port with a throw-away data directory,
//! and drives Debian's Chromium against it as a ham would: by what is on the page.
//!
//! Waiting is always for a condition with a deadline, never for time alone.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chromiumoxide::Page;
use chromiumoxide::browser::{Browser, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams,
};
use chromiumoxide::cdp::browser_protocol::log::EventEntryAdded;
use chromiumoxide::cdp::browser_protocol::page::CaptureScreenshotFormat;
use chromiumoxide::cdp::js_protocol::runtime::EventExceptionThrown;
use chromiumoxide::page::ScreenshotParams;
use futures_util::StreamExt;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

/// How long a page may take to show what a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The running program.
pub struct Server {
    child: Child,
    log: PathBuf,
    /// Where it answers, for example `http://127.0.0.1:40123`.
    pub url: String,
    dir: tempfile::TempDir,
}

impl Server {
    /// Starts `shackbox serve` with the given extra arguments and waits until it is ready.
    pub async fn start(extra: &[&str]) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let port = free_port()?;
        let log = dir.path().join("log.txt");
        let out = std::fs::File::create(&log)?;
        let mut command = Command::new(binary()?);
        command
            .arg("serve")
            .args(extra)
            .arg("--listen")
            .arg(format!("127.0.0.1:{port}"));
        if !extra.contains(&"--demo") {
            command.arg("--data-dir").arg(dir.path().join("data"));
        }
        let child = command
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .kill_on_drop(true)
            .spawn()
            .context("starting the program")?;
        let mut server = Self {
            child,
            log,
            url: format!("http://127.0.0.1:{port}"),
            dir,
        };
        let deadline = Instant::now() + Duration::from_secs(90);
        while !server.ready().await {
            if let Some(status) = server.child.try_wait()? {
                bail!("the program ended with {status}:\n{}", server.output()?);
            }
            if Instant::now() > deadline {
                bail!("not ready in time:\n{}", server.output()?);
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(server)
    }

    async fn ready(&self) -> bool {
        let address = self.url.trim_start_matches("http://");
        raw_get(address, "/readyz")
            .await
            .is_ok_and(|reply| reply.starts_with("HTTP/1.1 200"))
    }

    /// What the program printed so far.
    pub fn output(&self) -> Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// The one-time link that creates the first administrator, as printed.
    pub fn setup_link(&self) -> Result<String> {
        let output = self.output()?;
        let link = output
            .split_whitespace()
            .find(|word| word.starts_with("http://") && word.contains("/setup?"))
            .context("no setup link printed")?;
        Ok(link.to_owned())
    }

    /// Callsign and password of the demo's administrator, as printed.
    pub fn demo_login(&self) -> Result<(String, String)> {
        let output = self.output()?;
        let mut words = output.split_whitespace().skip_while(|word| *word != "N0CALL");
        let call = words.next().context("no demo login printed")?;
        let password = words.next().context("no demo password printed")?;
        Ok((call.to_owned(), password.to_owned()))
    }

    /// A directory of the test's own, removed at its end.
    pub fn scratch(&self) -> &Path {
        self.dir.path()
    }

    /// Asks the program to stop and waits for its exit.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(id) = self.child.id() {
            Command::new("kill")
                .arg("-TERM")
                .arg(id.to_string())
                .status()
                .await?;
        }
        let status = tokio::time::timeout(Duration::from_secs(15), self.child.wait())
            .await
            .context("did not stop")??;
        if !status.success() {
            bail!("stopped with {status}:\n{}", self.output()?);
        }
        Ok(())
    }
}

async fn raw_get(address: &str, path: &str) -> Result<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())
        .await?;
    let mut reply = String::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_string(&mut reply)).await??;
    Ok(reply)
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The program under test: `SHACKBOX_BIN`, else the debug build of this workspace.
fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("SHACKBOX_BIN") {
        return Ok(path.into());
    }
    let mut dir = std::env::current_exe()?;
    while dir.pop() {
        let candidate = dir.join("shackbox");
        if candidate.is_file() {
            return Ok(candidate);
        }
    }
    bail!("no built shackbox found: run `cargo build` first or set SHACKBOX_BIN")
}

/// A browser with one page; complains at the end about script errors and policy violations it saw.
pub struct Chrome {
    browser: Browser,
    /// The page under test.
    pub page: Page,
    complaints: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
    _profile: tempfile::TempDir,
}

impl Chrome {
    /// Starts Chromium without a window.
    pub async fn start() -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let config = BrowserConfig::builder()
            .no_sandbox()
            .user_data_dir(profile.path())
            .window_size(1400, 900)
            .args([
                "disable-gpu",
                "no-first-run",
                "disable-quic",
                "disable-background-networking",
                "disable-component-update",
                "disable-sync",
                "disable-dev-shm-usage",
            ])
            .build()
            .map_err(anyhow::Error::msg)?;
        let (browser, mut handler) = Browser::launch(config).await.context("starting Chromium")?;
        tokio::spawn(async move { while handler.next().await.is_some() {} });
        let page = browser.new_page("about:blank").await?;
        let complaints = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        collect_complaints(&page, &complaints).await?;
        let chrome = Self {
            browser,
            page,
            complaints,
            _profile: profile,
        };
        chrome.size(1400, 900).await?;
        Ok(chrome)
    }

    /// Sets the window's size in CSS pixels.
    pub async fn size(&self, width: i64, height: i64) -> Result<()> {
        let metrics = SetDeviceMetricsOverrideParams::builder()
            .width(width)
            .height(height)
            .device_scale_factor(1.0)
            .mobile(width < 600)
            .build()
            .map_err(anyhow::Error::msg)?;
        self.page.execute(metrics).await?;
        Ok(())
    }

    /// Prefers the dark or the light scheme, as the visitor's system would.
    pub async fn scheme(&self, name: &str) -> Result<()> {
        let feature = MediaFeature {
            name: "prefers-color-scheme".into(),
            value: name.into(),
        };
        self.page
            .execute(SetEmulatedMediaParams::builder().features(vec![feature]).build())
            .await?;
        Ok(())
    }

    /// Opens a page and waits for its load.
    pub async fn open(&self, url: &str) -> Result<()> {
        self.page
            .goto(url)
            .await
            .with_context(|| format!("opening {url}"))?;
        self.until("document.readyState === 'complete'").await
    }

    /// Evaluates an expression to JSON.
    pub async fn eval(&self, expression: &str) -> Result<serde_json::Value> {
        let reply = self
            .page
            .evaluate(expression)
            .await
            .with_context(|| format!("evaluating {expression}"))?;
        Ok(reply.value().cloned().unwrap_or(serde_json::Value::Null))
    }

    /// Waits until a script expression is true.
    pub async fn until(&self, expression: &str) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // While a page changes, evaluation can fail for a moment; only the deadline decides.
            if let Ok(value) = self.eval(expression).await
                && value == serde_json::Value::Bool(true)
            {
                return Ok(());
            }
            if Instant::now() > deadline {
                let body = self
                    .eval("document.body ? document.body.innerText.slice(0, 3000) : ''")
                    .await?;
                bail!(
                    "never true: {expression}\non page {:?}:\n{}",
                    self.page.url().await?,
                    body.as_str().unwrap_or_default()
                );
            }
            sleep(Duration::from_millis(40)).await;
        }
    }

    /// Waits until the page's visible text contains `text`.
    pub async fn sees(&self, text: &str) -> Result<()> {
        let quoted = serde_json::to_string(text)?;
        self.until(&format!("document.body.innerText.includes({quoted})"))
            .await
    }

    /// Types into the field a selector names, replacing what it held.
    pub async fn fill(&self, selector: &str, text: &str) -> Result<()> {
        let quoted = serde_json::to_string(selector)?;
        self.until(&format!("!!document.querySelector({quoted})")).await?;
        self.eval(&format!("(() => {{ const f = document.querySelector({quoted}); f.focus(); if (f.select) f.select(); return true; }})()"))
            .await?;
        let field = self.page.find_element(selector).await?;
        self.eval(&format!("document.querySelector({quoted}).value = ''"))
            .await?;
        field.type_str(text).await?;
        Ok(())
    }

    /// Presses a key on the focused element.
    pub async fn press(&self, selector: &str, key: &str) -> Result<()> {
        self.page.find_element(selector).await?.press_key(key).await?;
        Ok(())
    }

    /// Clicks the first element a selector names, once it is there.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let quoted = serde_json::to_string(selector)?;
        self.until(&format!("!!document.querySelector({quoted})")).await?;
        self.eval(&format!(
            "(document.querySelector({quoted}).scrollIntoView({{block:'center'}}), true)"
        ))
        .await?;
        self.page
            .find_element(selector)
            .await?
            .click()
            .await
            .with_context(|| format!("clicking {selector}"))?;
        Ok(())
    }

    /// Clicks the first button or link whose text contains `words`.
    pub async fn click_text(&self, words: &str) -> Result<()> {
        let quoted = serde_json::to_string(words)?;
        let find = format!(
            "[...document.querySelectorAll('button, a, summary, [role=button], [role=tab]')].find(e => e.checkVisibility() && e.innerText.trim().includes({quoted}))"
        );
        self.until(&format!("!!({find})")).await?;
        self.eval(&format!("({find}).click(), true")).await?;
        Ok(())
    }

    /// Hands files to a file input.
    pub async fn choose_file(&self, selector: &str, file: &Path) -> Result<()> {
        use chromiumoxide::cdp::browser_protocol::dom::SetFileInputFilesParams;
        let element = self.page.find_element(selector).await?;
        let params = SetFileInputFilesParams::builder()
            .file(file.to_string_lossy())
            .backend_node_id(element.backend_node_id)
            .build()
            .map_err(anyhow::Error::msg)?;
        self.page.execute(params).await?;
        Ok(())
    }

    /// Writes a picture of the window.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        let params = ScreenshotParams::builder()
            .format(CaptureScreenshotFormat::Png)
            .build();
        self.page.save_screenshot(params, file).await?;
        Ok(())
    }

    /// Runs the accessibility checker on the present page; answers its findings as text, or `None` where
    /// the checker is not installed.
    pub async fn axe(&self) -> Result<Option<Vec<String>>> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
        let Ok(source) = std::fs::read_to_string(file) else {
            return Ok(None);
        };
        self.page.evaluate(source).await?;
        let found = self
            .page
            .evaluate(
                "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})\
                 .then(r => r.violations.map(v => v.impact + ' ' + v.id + ': ' + v.help + ' -- ' + v.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')))",
            )
            .await?;
        Ok(Some(found.into_value()?))
    }

    /// Ends the browser; script errors and policy violations seen on the way are an error.
    pub async fn finish(mut self) -> Result<()> {
        self.browser.close().await?;
        self.browser.wait().await?;
        let complaints = self.complaints.lock().map_err(|_| anyhow::anyhow!("poisoned"))?;
        if !complaints.is_empty() {
            bail!("the browser complained:\n{}", complaints.join("\n"));
        }
        Ok(())
    }
}

async fn collect_complaints(page: &Page, into: &std::sync::Arc<std::sync::Mutex<Vec<String>>>) -> Result<()> {
    let mut thrown = page.event_listener::<EventExceptionThrown>().await?;
    let list = into.clone();
    tokio::spawn(async move {
        while let Some(event) = thrown.next().await {
            if let Ok(mut list) = list.lock() {
                list.push(format!("script error: {:?}", event.exception_details.exception));
            }
        }
    });
    let mut entries = page.event_listener::<EventEntryAdded>().await?;
    page.execute(chromiumoxide::cdp::browser_protocol::log::EnableParams::default())
        .await?;
    let list = into.clone();
    tokio::spawn(async move {
        while let Some(event) = entries.next().await {
            let text = &event.entry.text;
            // A refused request is the page's business (it shows the problem); a violated policy is ours.
            if text.contains("Content Security Policy") || text.contains("Refused to") {
                if let Ok(mut list) = list.lock() {
                    list.push(format!("policy: {text}"));
                }
            }
        }
    });
    Ok(())
}
