//! The cluster beside one's own log: what is needed, what was worked, rules and filters that are kept.

use anyhow::Result;
use serde_json::json;
use shackbox_e2e::{Chrome, Server};

use crate::cluster::{FIRST_CALL, ROWS, push};
use crate::station::{CALL, founded, log};

/// What the log lacks, as the row of a call says it.
async fn need(chrome: &Chrome, call: &str, need: &str) -> Result<()> {
    chrome
        .until(&format!(
            "[...document.querySelectorAll('sb-table .tr:not([hidden])')].some((row) => \
             row.querySelector('.call')?.textContent === '{call}' && row.querySelector('.need')?.dataset.need === '{need}')"
        ))
        .await
}

/// A log with one Japanese station on 20 m in CW, and spots that it lacks in each way.
async fn worked(server: &Server, chrome: &Chrome) -> Result<String> {
    // The dashboard would begin anew with its first contact.
    chrome.open(&format!("{}/settings", server.url)).await?;
    log(chrome, CALL, "JA1XYZ", "2025-05-01T10:00:00Z", "20m", "CW").await?;
    let key = chrome.spot_key().await?;
    for (call, freq) in [
        ("JA1XYZ", 14_025_000),
        ("JA2AB", 14_027_000),
        ("JA3AB", 7_010_000),
        ("VK2ABC", 14_030_000),
    ] {
        push(server, &key, call, freq).await?;
    }
    let voice = json!({"call": "JA4AB", "freq_hz": 14_250_000, "comment": "SSB", "spotter": "W3LPL"});
    server.spot(&key, &voice).await?;
    chrome.open_cluster(server).await?;
    chrome.until(&format!("{ROWS} === 6")).await?;
    Ok(key)
}

#[tokio::test(flavor = "multi_thread")]
async fn spots_are_marked_by_the_log_and_follow_it() -> Result<()> {
    founded(async |server, chrome| {
        let key = worked(server, chrome).await?;
        for (call, lacks) in [
            ("JA1XYZ", ""),
            ("JA2AB", ""),
            ("JA3AB", "band"),
            ("VK2ABC", "entity"),
            ("JA4AB", "mode"),
        ] {
            need(chrome, call, lacks).await?;
        }
        // Needed alone, and without who was worked.
        chrome.click(".marks .fchip:nth-of-type(1)").await?;
        chrome.until(&format!("{ROWS} === 4")).await?;
        chrome.click(".marks .fchip:nth-of-type(1)").await?;
        chrome.click(".marks .fchip:nth-of-type(2)").await?;
        chrome
            .until(&format!("{ROWS} === 5 && {FIRST_CALL} === 'JA4AB'"))
            .await?;
        assert!(
            chrome.place().await?.ends_with("unworked=true"),
            "{}",
            chrome.place().await?
        );
        // A contact logged meanwhile, anywhere, changes the marks and what is hidden.
        log(chrome, CALL, "VK2ABC", "2025-05-02T10:00:00Z", "20m", "CW").await?;
        chrome.until(&format!("{ROWS} === 4")).await?;
        chrome.click(".marks .fchip:nth-of-type(2)").await?;
        need(chrome, "VK2ABC", "").await?;
        push(server, &key, "VK3ABC", 14_033_000).await?;
        need(chrome, "VK3ABC", "").await?;
        // An import or an undo may have changed anything: the log is read anew.
        let last = chrome.api("GET", "/logbook/qsos?limit=1", None).await?["items"][0]["id"].clone();
        chrome
            .api(
                "DELETE",
                &format!("/logbook/qsos/{}", last.as_str().unwrap_or_default()),
                None,
            )
            .await?;
        need(chrome, "VK3ABC", "entity").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_kept_with_the_account_word_by_word() -> Result<()> {
    const WORDS: &str = "bands=20m&modes=cw,FT8&de_cont=NA&calls=VK*&spotters=W3*&needs=entity,band&skimmer=all&unworked=true";
    founded(async |server, chrome| {
        worked(server, chrome).await?;
        chrome.open(&format!("{}/dx?{WORDS}", server.url)).await?;
        chrome
            .until(&format!("{ROWS} === 2 && {FIRST_CALL} === 'VK2ABC'"))
            .await?;
        chrome.click(".saved summary").await?;
        chrome.click(".saved .sheet > .item").await?;
        chrome.fill("#dialog-value", "Far south").await?;
        chrome.key("Enter").await?;
        chrome.until("!document.querySelector('dialog')").await?;
        let kept = chrome.api("GET", "/dx/filters", None).await?;
        let wanted = json!({
            "bands": "20m", "modes": "cw,FT8", "de_cont": "NA", "calls": "VK*", "spotters": "W3*",
            "needs": "entity,band", "skimmer": "all", "unworked": "true",
        });
        assert_eq!(kept["items"], json!([{"name": "Far south", "filter": wanted}]));
        // From nothing, as on another computer.
        chrome.eval("(localStorage.clear(), true)").await?;
        chrome.open(&format!("{}/dx", server.url)).await?;
        chrome.until(&format!("{ROWS} === 6")).await?;
        assert_eq!(chrome.place().await?, "/dx");
        chrome.click(".saved summary").await?;
        chrome.click(".savedline .item").await?;
        chrome
            .until(&format!("{ROWS} === 2 && {FIRST_CALL} === 'VK2ABC'"))
            .await?;
        assert_eq!(chrome.place().await?, format!("/dx?{WORDS}"));
        chrome.click(".saved summary").await?;
        chrome.has(".savedline .item[aria-current=true]").await?;
        chrome.click(".savedline .icon").await?;
        chrome.until("!document.querySelector('.savedline')").await?;
        assert_eq!(chrome.api("GET", "/dx/filters", None).await?["items"], json!([]));
        chrome.click("sb-toast button").await?;
        chrome.has(".savedline").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_tells_on_any_page_by_a_line_a_tone_and_a_notice() -> Result<()> {
    /// Counts tones, and stands in for the system's notices, which a browser without a window has none of.
    const EARS: &str = "(window.tones = 0, window.notices = [], (() => { \
        const glide = AudioParam.prototype.setTargetAtTime; \
        AudioParam.prototype.setTargetAtTime = function (level, ...rest) { if (level > 0) window.tones += 1; return glide.call(this, level, ...rest); }; \
        window.Notification = class extends EventTarget { static permission = 'granted'; constructor(title, more) { super(); window.notices.push([title, more.body]); } close() {} }; \
        })(), true)";
    founded(async |server, chrome| {
        let key = worked(server, chrome).await?;
        chrome.click("[data-tools] .wide").await?;
        chrome.click("dialog footer .primary").await?;
        chrome.fill("#rule-name", "New ones").await?;
        chrome.click("dialog.rule footer .primary").await?;
        // A rule that names nothing would tell of everything.
        chrome.until("document.querySelector('dialog.rule [data-error=needs]').textContent !== ''").await?;
        chrome.click("dialog.rule input[name=needs][value=entity]").await?;
        chrome.fill("#rule-quiet_from", "2200").await?;
        chrome.fill("#rule-quiet_to", "2200").await?;
        chrome.click("dialog.rule footer .primary").await?;
        chrome.has("dialog .alerts li").await?;
        let rules = chrome.api("GET", "/dx/alerts", None).await?;
        let rule = &rules["items"][0];
        assert_eq!((&rule["name"], &rule["needs"], &rule["sound"]), (&json!("New ones"), &json!(["entity"]), &json!(true)));
        assert_eq!(rule["quiet"], json!({"from": "22:00", "to": "22:00"}));

        chrome.open(&format!("{}/logbook/new", server.url)).await?;
        chrome.has("[data-link][data-state=open]").await?;
        chrome.eval(EARS).await?;
        chrome.click("#call").await?;
        chrome.eval("(localStorage.setItem('dx.notices', 'yes'), Object.defineProperty(document, 'hidden', {value: true, configurable: true}), true)").await?;
        push(server, &key, "JA9AB", 14_040_000).await?;
        push(server, &key, "ZL1AB", 14_035_000).await?;
        chrome.until("document.querySelector('sb-toast').textContent.includes('ZL1AB')").await?;
        chrome.until("window.tones === 2").await?;
        let notices = chrome.eval("window.notices").await?;
        assert_eq!(notices, json!([["ZL1AB 14035.0 kHz CW", "New Zealand · New ones"]]));
        chrome.eval("(delete document.hidden, true)").await?;
        chrome.click("sb-toast a").await?;
        chrome.arrives("/dx").await?;
        chrome.until(&format!("{ROWS} === 2 && {FIRST_CALL} === 'ZL1AB'")).await?;

        // Off it is silent; gone it can be had back.
        chrome.click("[data-tools] .wide").await?;
        chrome.click("dialog .alerts li input").await?;
        chrome.until("fetch('/api/v1/dx/alerts').then((r) => r.json()).then(({items}) => items[0].enabled === false)").await?;
        chrome.click("dialog .alerts li .icon").await?;
        chrome.click("dialog .gone button").await?;
        chrome.until("fetch('/api/v1/dx/alerts').then((r) => r.json()).then(({items}) => items.length === 1)").await
    })
    .await
}
