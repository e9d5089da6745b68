//! A browser with one page, and what it complains about.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, bail};
use chromiumoxide::Page;
use chromiumoxide::browser::{Browser, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::browser::{SetDownloadBehaviorBehavior, SetDownloadBehaviorParams};
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetScriptExecutionDisabledParams,
};
use chromiumoxide::cdp::browser_protocol::log::{self, EventEntryAdded, LogEntryLevel};
use chromiumoxide::cdp::browser_protocol::page::CaptureScreenshotFormat;
use chromiumoxide::cdp::browser_protocol::web_authn::{
    AddVirtualAuthenticatorParams, AuthenticatorProtocol, AuthenticatorTransport, EnableParams,
    VirtualAuthenticatorOptions,
};
use chromiumoxide::cdp::js_protocol::runtime::{
    ConsoleApiCalledType, EventConsoleApiCalled, EventExceptionThrown,
};
use chromiumoxide::page::ScreenshotParams;
use futures_util::StreamExt;
use tokio::time::{Instant, sleep};

use crate::{GLANCE, PATIENCE};

/// A browser with one page.
pub struct Chrome {
    browser: Browser,
    /// The page under test.
    pub page: Page,
    complaints: Arc<Mutex<Vec<String>>>,
    profile: tempfile::TempDir,
}

impl Chrome {
    /// Starts Chromium without a window.
    pub async fn start() -> Result<Self> {
        Self::start_in(tempfile::tempdir()?, None, &[]).await
    }

    /// Starts Chromium with a profile that was prepared, the certificates of a home directory, and further arguments.
    pub async fn start_in(profile: tempfile::TempDir, home: Option<&Path>, further: &[&str]) -> Result<Self> {
        let mut config = BrowserConfig::builder();
        if let Some(home) = home {
            config = config.env("HOME", home.to_string_lossy());
        }
        let config = config
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
            .args(further.iter().copied())
            .build()
            .map_err(anyhow::Error::msg)?;
        let (browser, mut handler) = Browser::launch(config).await.context("starting Chromium")?;
        tokio::spawn(async move { while handler.next().await.is_some() {} });
        let page = browser.new_page("about:blank").await?;
        let complaints = Arc::default();
        listen(&page, &complaints).await?;
        let chrome = Self {
            browser,
            page,
            complaints,
            profile,
        };
        chrome.keep_downloads().await?;
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

    /// Gives the browser a security key of its own, which keeps passkeys and always agrees.
    pub async fn virtual_authenticator(&self) -> Result<()> {
        self.page.execute(EnableParams::default()).await?;
        let options = VirtualAuthenticatorOptions::builder()
            .protocol(AuthenticatorProtocol::Ctap2)
            .transport(AuthenticatorTransport::Internal)
            .has_resident_key(true)
            .has_user_verification(true)
            .is_user_verified(true)
            .automatic_presence_simulation(true)
            .build()
            .map_err(anyhow::Error::msg)?;
        self.page
            .execute(AddVirtualAuthenticatorParams::new(options))
            .await?;
        Ok(())
    }

    /// Runs no script of any page opened from now on. What a test evaluates still runs.
    pub async fn without_script(&self) -> Result<()> {
        self.page
            .execute(SetScriptExecutionDisabledParams::new(true))
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

    /// Path and query of the page on show.
    pub async fn place(&self) -> Result<String> {
        let place = self.eval("location.pathname + location.search").await?;
        Ok(place.as_str().unwrap_or_default().to_owned())
    }

    /// Evaluates an expression to JSON; a promise is awaited.
    pub async fn eval(&self, expression: &str) -> Result<serde_json::Value> {
        let reply = self
            .page
            .evaluate(expression)
            .await
            .with_context(|| format!("evaluating {expression}"))?;
        Ok(reply.value().cloned().unwrap_or(serde_json::Value::Null))
    }

    /// Evaluates an expression to a text; empty for what is none.
    pub async fn text(&self, expression: &str) -> Result<String> {
        let value = self.eval(expression).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
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
                bail!("never true: {expression}\n{}", self.situation().await);
            }
            sleep(GLANCE).await;
        }
    }

    /// Waits until the page's visible text contains `text`.
    pub async fn sees(&self, text: &str) -> Result<()> {
        let quoted = serde_json::to_string(text)?;
        self.until(&format!("document.body.innerText.includes({quoted})"))
            .await
    }

    /// Waits until there is an element for this selector.
    pub async fn has(&self, selector: &str) -> Result<()> {
        let quoted = serde_json::to_string(selector)?;
        self.until(&format!("!!document.querySelector({quoted})")).await
    }

    /// Waits until the address' path is this one and its page is loaded.
    pub async fn arrives(&self, path: &str) -> Result<()> {
        let quoted = serde_json::to_string(path)?;
        self.until(&format!(
            "location.pathname === {quoted} && document.readyState === 'complete'"
        ))
        .await
    }

    /// What is on show, for the words of a failure.
    pub(crate) async fn situation(&self) -> String {
        let url = self.page.url().await.ok().flatten().unwrap_or_default();
        let body = self
            .text("document.body ? document.body.innerText.slice(0, 1500) : ''")
            .await
            .unwrap_or_default();
        format!("on page {url}:\n{body}")
    }

    /// Writes a picture of the window.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        let params = ScreenshotParams::builder()
            .format(CaptureScreenshotFormat::Png)
            .build();
        self.page.save_screenshot(params, file).await?;
        Ok(())
    }

    async fn keep_downloads(&self) -> Result<()> {
        let dir = self.downloads();
        std::fs::create_dir_all(&dir)?;
        let keep = SetDownloadBehaviorParams::builder()
            .behavior(SetDownloadBehaviorBehavior::Allow)
            .download_path(dir.to_string_lossy())
            .build()
            .map_err(anyhow::Error::msg)?;
        self.browser.execute(keep).await?;
        Ok(())
    }

    fn downloads(&self) -> PathBuf {
        self.profile.path().join("downloads")
    }

    /// Waits for the file that is being downloaded, and takes it: the next call waits for another one.
    pub async fn downloaded(&self, into: &Path) -> Result<PathBuf> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            for entry in std::fs::read_dir(self.downloads())? {
                let entry = entry?;
                let name = entry.file_name();
                let shown = name.to_string_lossy();
                // Chromium's names while a file is not whole, and the empty one that keeps its place.
                if shown.ends_with(".crdownload") || shown.starts_with('.') || entry.metadata()?.len() == 0 {
                    continue;
                }
                let target = into.join(&name);
                std::fs::copy(self.downloads().join(&name), &target)?;
                std::fs::remove_file(self.downloads().join(&name))?;
                return Ok(target);
            }
            if Instant::now() > deadline {
                bail!("nothing was downloaded\n{}", self.situation().await);
            }
            sleep(GLANCE).await;
        }
    }

    /// What the browser complained about so far.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints
            .lock()
            .map(|list| list.clone())
            .unwrap_or_default()
    }

    /// Waits until the browser has complained with this word.
    pub async fn complains(&self, word: &str) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.complaints().iter().any(|complaint| complaint.contains(word)) {
            if Instant::now() > deadline {
                bail!("no complaint about {word}: {:?}", self.complaints());
            }
            sleep(GLANCE).await;
        }
        Ok(())
    }

    /// Forgets complaints that the test provoked: those that contain one of these words.
    pub fn forgive(&self, words: &[&str]) {
        if let Ok(mut list) = self.complaints.lock() {
            list.retain(|complaint| !words.iter().any(|word| complaint.contains(word)));
        }
    }

    /// Ends the browser; what it complained about is an error.
    pub async fn finish(mut self) -> Result<()> {
        self.browser.close().await?;
        self.browser.wait().await?;
        let complaints = self.complaints();
        if !complaints.is_empty() {
            bail!("the browser complained:\n{}", complaints.join("\n"));
        }
        Ok(())
    }
}

/// Hears script errors, `console.error`, refused requests and violations of the page's policy.
async fn listen(page: &Page, into: &Arc<Mutex<Vec<String>>>) -> Result<()> {
    let mut thrown = page.event_listener::<EventExceptionThrown>().await?;
    let list = into.clone();
    tokio::spawn(async move {
        while let Some(event) = thrown.next().await {
            let details = &event.exception_details;
            let what = details.exception.as_ref().and_then(|it| it.description.clone());
            add(&list, format!("script error: {} {what:?}", details.text));
        }
    });
    let mut said = page.event_listener::<EventConsoleApiCalled>().await?;
    let list = into.clone();
    tokio::spawn(async move {
        while let Some(event) = said.next().await {
            if event.r#type == ConsoleApiCalledType::Error {
                let words = event.args.iter().map(|arg| format!("{:?}", arg.value));
                add(&list, format!("console: {}", words.collect::<Vec<_>>().join(" ")));
            }
        }
    });
    let mut entries = page.event_listener::<EventEntryAdded>().await?;
    page.execute(log::EnableParams::default()).await?;
    let list = into.clone();
    tokio::spawn(async move {
        while let Some(event) = entries.next().await {
            let entry = &event.entry;
            if entry.level == LogEntryLevel::Error {
                let url = entry.url.as_deref().unwrap_or_default();
                add(&list, format!("{}: {} {url}", entry.source.as_ref(), entry.text));
            }
        }
    });
    Ok(())
}

fn add(list: &Mutex<Vec<String>>, complaint: String) {
    if let Ok(mut list) = list.lock() {
        list.push(complaint);
    }
}
