//! What a ham's hands do: click, type, press keys, choose files.
//!
//! A click goes to where the element is and is refused while something covers it or it still moves.

use std::path::Path;

use anyhow::{Result, bail};
use chromiumoxide::cdp::browser_protocol::dom::SetFileInputFilesParams;
use chromiumoxide::cdp::browser_protocol::input::{DispatchKeyEventParams, DispatchKeyEventType};
use chromiumoxide::layout::Point;
use tokio::time::{Instant, sleep};

use crate::{Chrome, GLANCE, PATIENCE};

/// Finds the middle of `e` where a pointer would reach it; `null` while it does not, or while the page's scripts are
/// still to come.
const REACH: &str = "(e => { if (!e || e.disabled || document.readyState !== 'complete') return null; \
    e.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'}); \
    const box = e.getClientRects()[0]; if (!box || !box.width || !box.height) return null; \
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]; \
    const top = document.elementFromPoint(x, y); \
    return top && (e.contains(top) || top.closest('label')?.control === e) ? [x, y] : null; })";

impl Chrome {
    /// Types into the field a selector names, replacing what it held.
    pub async fn fill(&self, selector: &str, text: &str) -> Result<()> {
        let quoted = serde_json::to_string(selector)?;
        self.until(&format!(
            "(f => document.readyState === 'complete' && !!f && !f.disabled && (f.focus(), f.select?.(), document.activeElement === f))(document.querySelector({quoted}))"
        ))
        .await?;
        if text.is_empty() {
            return self.key("Backspace").await;
        }
        self.type_text(text).await
    }

    /// Types where the focus is, key by key.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        for letter in text.chars() {
            let letter = letter.to_string();
            self.stroke(&letter, "", 0, Some(&letter), 0).await?;
        }
        Ok(())
    }

    /// Presses a key where the focus is: `Enter`, `Tab`, `Shift+Tab`, `Escape`, `ArrowDown`, ` `, `g`, …
    pub async fn key(&self, name: &str) -> Result<()> {
        let (modifiers, name) = match name.split_once('+') {
            Some(("Shift", rest)) => (8, rest),
            Some(("Control", rest)) => (2, rest),
            _ => (0, name),
        };
        let (code, number, text) = match name {
            "Enter" => ("Enter", 13, Some("\r")),
            "Tab" => ("Tab", 9, None),
            "Escape" => ("Escape", 27, None),
            "Backspace" => ("Backspace", 8, None),
            "Home" => ("Home", 36, None),
            "End" => ("End", 35, None),
            "ArrowUp" => ("ArrowUp", 38, None),
            "ArrowDown" => ("ArrowDown", 40, None),
            " " => ("Space", 32, Some(" ")),
            letter if letter.chars().count() == 1 => ("", 0, (modifiers != 2).then_some(letter)),
            other => bail!("unknown key {other}"),
        };
        self.stroke(name, code, number, text, modifiers).await
    }

    async fn stroke(
        &self,
        key: &str,
        code: &str,
        number: i64,
        text: Option<&str>,
        modifiers: i64,
    ) -> Result<()> {
        let event = |kind| {
            DispatchKeyEventParams::builder()
                .r#type(kind)
                .key(key)
                .code(code)
                .windows_virtual_key_code(number)
                .modifiers(modifiers)
        };
        let down = match text {
            Some(text) => event(DispatchKeyEventType::KeyDown).text(text),
            None => event(DispatchKeyEventType::RawKeyDown),
        };
        self.page
            .execute(down.build().map_err(anyhow::Error::msg)?)
            .await?;
        let up = event(DispatchKeyEventType::KeyUp);
        self.page.execute(up.build().map_err(anyhow::Error::msg)?).await?;
        Ok(())
    }

    /// Clicks the first element a selector names, once a pointer reaches it.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let quoted = serde_json::to_string(selector)?;
        self.click_found(&format!("document.querySelector({quoted})"), 0)
            .await
    }

    /// As `click`, with the Control key held.
    pub async fn control_click(&self, selector: &str) -> Result<()> {
        let quoted = serde_json::to_string(selector)?;
        self.click_found(&format!("document.querySelector({quoted})"), 2)
            .await
    }

    /// Clicks the first visible button or link whose text contains `words`.
    pub async fn click_text(&self, words: &str) -> Result<()> {
        let quoted = serde_json::to_string(words)?;
        let find = format!(
            "[...document.querySelectorAll('button, a, summary, [role=button], [role=tab]')].find(e => e.checkVisibility() && e.innerText.trim().includes({quoted}))"
        );
        self.click_found(&find, 0).await
    }

    /// Clicks what an expression finds, with modifier keys held.
    async fn click_found(&self, find: &str, modifiers: i64) -> Result<()> {
        use chromiumoxide::cdp::browser_protocol::input::{
            DispatchMouseEventParams, DispatchMouseEventType, MouseButton,
        };
        let point = self.reach(find).await?;
        let event = |kind, button, count| {
            DispatchMouseEventParams::builder()
                .r#type(kind)
                .x(point.x)
                .y(point.y)
                .button(button)
                .click_count(count)
                .modifiers(modifiers)
                .build()
                .map_err(anyhow::Error::msg)
        };
        for (kind, button, count) in [
            (DispatchMouseEventType::MouseMoved, MouseButton::None, 0),
            (DispatchMouseEventType::MousePressed, MouseButton::Left, 1),
            (DispatchMouseEventType::MouseReleased, MouseButton::Left, 1),
        ] {
            self.page.execute(event(kind, button, count)?).await?;
        }
        Ok(())
    }

    /// Waits until what an expression finds stands still where a pointer reaches it.
    async fn reach(&self, find: &str) -> Result<Point> {
        let deadline = Instant::now() + PATIENCE;
        let mut before = serde_json::Value::Null;
        loop {
            let now = self.eval(&format!("{REACH}({find})")).await.unwrap_or_default();
            if let (false, Some([x, y])) = (now != before, now.as_array().map(Vec::as_slice)) {
                return Ok(Point::new(
                    x.as_f64().unwrap_or_default(),
                    y.as_f64().unwrap_or_default(),
                ));
            }
            if Instant::now() > deadline {
                bail!("never to be clicked: {find}\n{}", self.situation().await);
            }
            before = now;
            sleep(GLANCE).await;
        }
    }

    /// Chooses an option of a list, or a date, by its value.
    pub async fn choose(&self, selector: &str, value: &str) -> Result<()> {
        self.has(selector).await?;
        let (selector, value) = (serde_json::to_string(selector)?, serde_json::to_string(value)?);
        self.until(&format!(
            "(f => {{ f.value = {value}; f.dispatchEvent(new Event('input', {{bubbles: true}})); f.dispatchEvent(new Event('change', {{bubbles: true}})); return f.value === {value}; }})(document.querySelector({selector}))"
        ))
        .await
    }

    /// Hands a file to a file input.
    pub async fn choose_file(&self, selector: &str, file: &Path) -> Result<()> {
        self.choose_files(selector, &[file]).await
    }

    /// Hands several files to a file input.
    pub async fn choose_files(&self, selector: &str, files: &[impl AsRef<Path>]) -> Result<()> {
        self.has(selector).await?;
        let element = self.page.find_element(selector).await?;
        let params = SetFileInputFilesParams::builder()
            .files(
                files
                    .iter()
                    .map(|file| file.as_ref().to_string_lossy().into_owned()),
            )
            .backend_node_id(element.backend_node_id)
            .build()
            .map_err(anyhow::Error::msg)?;
        self.page.execute(params).await?;
        Ok(())
    }
}
