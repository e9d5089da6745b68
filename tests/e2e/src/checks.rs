//! What has to hold on every page, and asking the API as the page's own scripts do.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::Chrome;

impl Chrome {
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

    /// Waits until nothing on the page is still being loaded or drawn.
    pub async fn settled(&self) -> Result<()> {
        self.until(
            "document.readyState === 'complete' && !document.querySelector('[aria-busy=true], .skeleton') \
             && document.getAnimations().every(a => a.playState !== 'running')",
        )
        .await
    }

    /// Elements that make the page wider than the window; scrolling parts of their own do not count.
    pub async fn sticking_out(&self) -> Result<Vec<String>> {
        let found = self
            .eval(
                "(() => { const root = document.documentElement; if (root.scrollWidth <= root.clientWidth) return []; \
                 const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 0.5); \
                 return [`page ${root.scrollWidth} in ${root.clientWidth}`, ...wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120))]; })()",
            )
            .await?;
        Ok(serde_json::from_value(found)?)
    }

    /// Asks the API as the signed-in page does; anything but success is an error.
    pub async fn api(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value> {
        let init = serde_json::json!({
            "method": method,
            "headers": {"Content-Type": "application/json", "Accept": "application/json"},
            "body": body.map(|body| body.to_string()),
        });
        let path = serde_json::to_string(path)?;
        let reply = self
            .eval(&format!(
                "(async () => {{ const init = {init}; if (init.body === null) delete init.body; \
                 init.headers['X-CSRF-Token'] = document.body.dataset.csrf; \
                 const reply = await fetch('/api/v1' + {path}, init); const text = await reply.text(); \
                 return {{ok: reply.ok, status: reply.status, body: text ? JSON.parse(text) : null}}; }})()"
            ))
            .await?;
        if reply["ok"] != true {
            bail!("{method} {path}: {} {}", reply["status"], reply["body"]);
        }
        Ok(reply["body"].clone())
    }
}
