//! The harness itself: what it is to notice, it notices.

use anyhow::Result;

use crate::station::on;

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_script_refused_requests_and_broken_policy_are_complaints() -> Result<()> {
    on(&[], async |server, chrome| {
        let page = format!("{}/login", server.url);
        for (wrong, word) in [
            ("setTimeout(() => { throw new Error('deliberate'); })", "deliberate"),
            ("console.error('said aloud')", "said aloud"),
            ("fetch('/no/such/thing')", "404"),
            (
                "document.body.append(Object.assign(document.createElement('img'), {src: 'https://example.org/x.png'}))",
                "Content Security Policy",
            ),
        ] {
            chrome.open(&page).await?;
            chrome.eval(&format!("({wrong}, true)")).await?;
            chrome.complains(word).await?;
            chrome.forgive(&[word]);
        }
        chrome.forgive(&["example.org"]);

        chrome.open(&page).await?;
        assert!(chrome.sticking_out().await?.is_empty());
        chrome
            .eval("(Object.assign(document.querySelector('main').style, {minWidth: '3000px'}), true)")
            .await?;
        assert!(!chrome.sticking_out().await?.is_empty());
        Ok(())
    })
    .await
}
