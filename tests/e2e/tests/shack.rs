//! The shack: a click on a spot moves the radio through the relay's link, contacts are logged by keyboard alone, and
//! listeners have a receiver instead.

use anyhow::{Context, Result};
use serde_json::json;
use shackbox_e2e::{Chrome, Dummy, Relay, Server, StubRelay};

use crate::cluster::push;
use crate::station::{CALL, OTHER_PASSWORD, founded, log, sign_in, skipped};

/// The row of a call in the spot table.
fn row(call: &str) -> String {
    format!(
        "[...document.querySelectorAll('#shack .tr:not([hidden])')].find((row) => \
         row.querySelector('.call')?.textContent === '{call}')"
    )
}

/// Clicks the row of a call.
async fn click_row(chrome: &Chrome, call: &str) -> Result<()> {
    chrome.until(&format!("!!{}", row(call))).await?;
    chrome.eval(&format!("{}.id = 'wanted'", row(call))).await?;
    chrome.click("#wanted").await?;
    chrome
        .eval("document.getElementById('wanted')?.removeAttribute('id')")
        .await?;
    Ok(())
}

/// Opens the page and waits until it is live.
async fn open(server: &Server, chrome: &Chrome) -> Result<()> {
    chrome.open(&format!("{}/shack", server.url)).await?;
    chrome.has("[data-link][data-state=open]").await?;
    chrome.has("#shack.live [role=grid]").await
}

/// A key for the signed-in member's relay.
async fn relay_key(chrome: &Chrome) -> Result<String> {
    let asked = json!({"name": "relay", "scopes": ["rig"]});
    let made = chrome.api("POST", "/apikeys", Some(asked)).await?;
    made["key"].as_str().map(str::to_owned).context("no key made")
}

/// Dials as the signed-in member's relay.
async fn dial(server: &Server, chrome: &Chrome) -> Result<StubRelay> {
    StubRelay::dial(server, &relay_key(chrome).await?).await
}

async fn stands(chrome: &Chrome, standing: &str) -> Result<()> {
    chrome.has(&format!("[data-rig][data-standing={standing}]")).await
}

async fn shows(chrome: &Chrome, dial: &str) -> Result<()> {
    chrome
        .until(&format!(
            "document.querySelector('[data-rig] .digits').textContent === '{dial}'"
        ))
        .await
}

async fn field(chrome: &Chrome, name: &str, value: &str) -> Result<()> {
    chrome
        .until(&format!("document.querySelector('#{name}').value === '{value}'"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_spot_moves_the_radio_and_begins_the_contact() -> Result<()> {
    founded(async |server, chrome| {
        let key = chrome.spot_key().await?;
        server
            .spot(
                &key,
                &json!({"call": "JA1XYZ", "freq_hz": 14_025_000, "comment": "CW up 2", "spotter": "W3LPL"}),
            )
            .await?;
        push(server, &key, "VK2ABC", 7_010_000).await?;
        open(server, chrome).await?;
        stands(chrome, "none").await?;
        chrome.has("[data-rig] [data-connect]").await?;

        // A relay dials: the radio is there without loading the page again.
        let relay = dial(server, chrome).await?;
        stands(chrome, "ready").await?;
        shows(chrome, "14.074.000").await?;
        field(chrome, "freq", "14074.0").await?;
        field(chrome, "mode", "FT8").await?;

        click_row(chrome, "JA1XYZ").await?;
        relay.tuned(&json!({"freq_hz": 14_025_000, "mode": "CW"})).await?;
        shows(chrome, "14.025.000").await?;
        field(chrome, "call", "JA1XYZ").await?;
        field(chrome, "freq", "14025.0").await?;
        field(chrome, "mode", "CW").await?;
        field(chrome, "rst_sent", "599").await?;
        chrome
            .until("document.querySelector('[data-station]').innerText.includes('Japan')")
            .await?;
        // Where the station listens is offered, not done.
        chrome.click("[data-take-split]").await?;
        relay
            .tuned(&json!({"split": true, "tx_freq_hz": 14_027_000}))
            .await?;
        chrome
            .until("document.querySelector('.splitline .shift').innerText.includes('14.027.000')")
            .await?;

        // The band map leads the radio too, and follows it.
        relay.turn(&json!({"freq_hz": 7_005_000, "mode": "LSB", "split": false, "tx_freq_hz": null}))?;
        chrome
            .until("document.querySelector('sb-bandmap').band === '40m'")
            .await?;
        field(chrome, "freq", "7005.0").await?;
        field(chrome, "mode", "SSB").await?;
        chrome.click("sb-bandmap .marks button").await?;
        relay.tuned(&json!({"freq_hz": 7_010_000, "mode": "CW"})).await?;
        field(chrome, "call", "VK2ABC").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_radio_does_is_shown_and_what_is_typed_stays() -> Result<()> {
    founded(async |server, chrome| {
        let key = chrome.spot_key().await?;
        push(server, &key, "VK2ABC", 7_010_000).await?;
        let relay = dial(server, chrome).await?;
        open(server, chrome).await?;
        stands(chrome, "ready").await?;
        // Typed over it is the operator's; cleared it follows again.
        chrome.fill("#freq", "21025").await?;
        chrome.fill("#call", "DL1ABC").await?;
        relay.turn(&json!({"freq_hz": 14_100_000, "mode": "USB"}))?;
        shows(chrome, "14.100.000").await?;
        field(chrome, "freq", "21025").await?;
        chrome.has("[data-follow] button").await?;
        chrome.open(&format!("{}/shack", server.url)).await?;
        shows(chrome, "14.100.000").await?;
        field(chrome, "call", "DL1ABC").await?;
        field(chrome, "freq", "21025").await?;
        chrome.fill("#call", "DL1ABC").await?;
        chrome.key("Escape").await?;
        field(chrome, "call", "").await?;
        field(chrome, "freq", "14100.0").await?;

        // Contacts of local programs that wait, a transmission, a radio switched off, a relay gone.
        relay.say(json!({"type": "queue", "pending": 2, "failed": 1}))?;
        chrome.has("[data-rig] .queue a").await?;
        relay.turn(&json!({"ptt": true}))?;
        stands(chrome, "transmitting").await?;
        let before = relay.tunes().len();
        click_row(chrome, "VK2ABC").await?;
        field(chrome, "call", "VK2ABC").await?;
        relay.turn(&json!({"ptt": false}))?;
        stands(chrome, "ready").await?;
        assert_eq!(relay.tunes().len(), before, "nothing moves while it transmits");
        let trouble = json!({"kind": "unreachable", "device": "127.0.0.1:4532", "what": "nothing answers", "help": "start rigctld", "rprt": null});
        relay.turn(&json!({"connected": false, "error": trouble}))?;
        stands(chrome, "off").await?;
        chrome.until("document.querySelector('[data-rig]').innerText.includes('start rigctld')").await?;
        relay.leave().await;
        stands(chrome, "away").await?;
        // All else works without it.
        field(chrome, "call", "VK2ABC").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dial_is_turned_and_typed_by_keyboard() -> Result<()> {
    founded(async |server, chrome| {
        let relay = dial(server, chrome).await?;
        open(server, chrome).await?;
        stands(chrome, "ready").await?;
        chrome
            .eval("document.querySelector('[data-rig] .digits').focus()")
            .await?;
        chrome.key("ArrowUp").await?;
        relay.tuned(&json!({"freq_hz": 14_074_100})).await?;
        for _ in 0..20 {
            chrome.key("ArrowUp").await?;
        }
        // Steps that come faster than the radio are put together; the last one counts.
        relay.tuned(&json!({"freq_hz": 14_076_100})).await?;
        shows(chrome, "14.076.100").await?;
        chrome.key("Enter").await?;
        chrome.fill("[data-rig] .typed", "quick").await?;
        chrome.key("Enter").await?;
        chrome.has("[data-rig] .fault:not([hidden])").await?;
        chrome.fill("[data-rig] .typed", "7.0305").await?;
        chrome.key("Enter").await?;
        relay.tuned(&json!({"freq_hz": 7_030_500})).await?;
        // A frequency where the call goes is a frequency, and so is a mode.
        chrome.fill("#call", "21025").await?;
        chrome.key("Enter").await?;
        relay.tuned(&json!({"freq_hz": 21_025_000})).await?;
        field(chrome, "call", "").await?;
        chrome.type_text("cw").await?;
        chrome.key("Enter").await?;
        relay.tuned(&json!({"mode": "CW"})).await?;
        chrome.click("[data-rig] [data-mode=DATA]").await?;
        relay.tuned(&json!({"mode": "PKTUSB"})).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_logged_by_keyboard_alone_with_serial_numbers() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/settings", server.url)).await?;
        log(chrome, CALL, "JA1XYZ", "2025-05-01T10:00:00Z", "20m", "CW").await?;
        open(server, chrome).await?;
        chrome.until("document.activeElement.id === 'call'").await?;
        chrome.type_text("14025").await?;
        chrome.key("Enter").await?;
        field(chrome, "freq", "14025.0").await?;
        chrome.type_text("cw").await?;
        chrome.key("Enter").await?;
        field(chrome, "mode", "CW").await?;
        chrome.type_text("ja1xyz").await?;
        // Known from the log: the cell of the band and mode says so.
        chrome.has("[data-station] .workedgrid td.station.now").await?;
        chrome.key("Enter").await?;
        chrome
            .until("document.querySelector('[data-logged] tr')?.innerText.includes('JA1XYZ')")
            .await?;
        chrome
            .until("document.activeElement.id === 'call' && document.querySelector('#call').value === ''")
            .await?;

        chrome
            .eval("document.querySelector('[data-more]').open = true")
            .await?;
        chrome.click("[data-numbers]").await?;
        field(chrome, "stx", "001").await?;
        chrome.fill("#call", "DL1ABC").await?;
        // A reload keeps what is typed, number and all.
        field(chrome, "rst_sent", "599").await?;
        chrome.open(&format!("{}/shack", server.url)).await?;
        field(chrome, "call", "DL1ABC").await?;
        field(chrome, "stx", "001").await?;
        chrome.fill("#srx", "042").await?;
        chrome.key("Enter").await?;
        field(chrome, "stx", "002").await?;
        let stored = chrome.api("GET", "/logbook/qsos?sort=-start", None).await?;
        assert_eq!(stored["total"], 3, "{stored}");
        let first = &stored["items"][0];
        assert_eq!(
            (&first["call"], &first["freq_hz"], &first["mode"]),
            (&"DL1ABC".into(), &14_025_000.into(), &"CW".into())
        );
        let full = chrome
            .api(
                "GET",
                &format!("/logbook/qsos/{}", first["id"].as_str().unwrap_or_default()),
                None,
            )
            .await?;
        assert!(full.to_string().contains("042"), "{full}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_have_a_receiver_and_no_radio() -> Result<()> {
    founded(async |server, chrome| {
        let key = chrome.spot_key().await?;
        push(server, &key, "VK2ABC", 7_010_000).await?;
        let listener = json!({"call": "SWL_ANNA", "name": "", "password": OTHER_PASSWORD, "role": "swl"});
        chrome.api("POST", "/users", Some(listener)).await?;
        chrome.api("DELETE", "/session", None).await?;
        chrome.forgive(&["/websocket"]);
        sign_in(server, chrome, "SWL_ANNA", OTHER_PASSWORD).await?;
        open(server, chrome).await?;
        chrome.has("main[data-listens=true] [data-rig] .digits").await?;
        assert_eq!(chrome.eval("document.querySelector('[data-connect], .splitline, .onairbuttons:not([hidden])')").await?, json!(null));
        // The server says no as well, whatever a page asks.
        let refused = chrome.eval("fetch('/api/v1/rigs').then((answer) => answer.status)").await?;
        assert_eq!(refused, 403);
        // Nor does the page's policy let it near a relay.
        let policy = chrome.text("fetch('/shack').then((answer) => answer.headers.get('content-security-policy'))").await?;
        assert!(!policy.contains("8089"), "{policy}");

        chrome.click(".listen .button").await?;
        chrome.fill("#receiver-url", "not an address").await?;
        chrome.key("Enter").await?;
        chrome.has("dialog .error:not(:empty)").await?;
        chrome.fill("#receiver-url", "http://kiwi.example.org:8073/?f=7100lsb").await?;
        chrome.key("Enter").await?;
        chrome.until("!document.querySelector('dialog')").await?;
        click_row(chrome, "VK2ABC").await?;
        chrome.until("document.querySelector('[data-listen]').href === 'http://kiwi.example.org:8073/?f=7010.00cw'").await?;
        shows(chrome, "07.010.000").await?;
        chrome.forgive(&["status of 403"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_moves_a_radio_of_hamlib_through_the_relay_and_the_link() -> Result<()> {
    let Some(radio) = Dummy::start().await? else {
        skipped("the shack with Hamlib, which is not installed");
        return Ok(());
    };
    founded(async |server, chrome| {
        let key = chrome.spot_key().await?;
        push(server, &key, "JA1XYZ", 14_025_000).await?;
        open(server, chrome).await?;
        let linked = [
            ("SHACKBOX_RELAY__SERVER", server.url.clone()),
            ("SHACKBOX_RELAY__KEY", relay_key(chrome).await?),
        ];
        let linked = linked.each_ref().map(|(name, value)| (*name, value.as_str()));
        let relay = Relay::start(&radio, &linked).await?;
        stands(chrome, "ready").await?;
        click_row(chrome, "JA1XYZ").await?;
        radio.arrives(14_025_000).await?;
        shows(chrome, "14.025.000").await?;
        field(chrome, "mode", "CW").await?;
        // Somebody turns the knob.
        radio.say("F 7030000").await?;
        shows(chrome, "07.030.000").await?;
        drop(relay);
        stands(chrome, "away").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_moves_a_radio_on_the_same_computer_after_pairing() -> Result<()> {
    const HERE: &str = "127.0.0.1:8089";
    let Some(radio) = Dummy::start().await? else {
        skipped("the relay on the same computer, for Hamlib is not installed");
        return Ok(());
    };
    // Pages know a relay of their own computer by its usual port alone.
    if tokio::net::TcpListener::bind(HERE).await.is_err() {
        skipped("the relay on the same computer, for another one listens there");
        return Ok(());
    }
    founded(async |server, chrome| {
        let key = chrome.spot_key().await?;
        push(server, &key, "JA1XYZ", 14_025_000).await?;
        let relay = Relay::start(&radio, &[("SHACKBOX_RELAY__LISTEN", HERE)]).await?;
        open(server, chrome).await?;
        chrome.click("[data-connect]").await?;
        chrome.click("dialog [data-look]").await?;
        chrome.has("#pair-code").await?;
        let output = relay.prints(", type ").await?;
        let (_, shown) = output.rsplit_once(", type ").context("no code printed")?;
        chrome
            .fill("#pair-code", shown.get(..6).context("half a code printed")?)
            .await?;
        chrome.key("Enter").await?;
        // The dialog goes when the radio is there.
        stands(chrome, "ready").await?;
        chrome.until("!document.querySelector('dialog')").await?;
        click_row(chrome, "JA1XYZ").await?;
        radio.arrives(14_025_000).await?;
        shows(chrome, "14.025.000").await?;
        // What was chosen holds on the next visit.
        open(server, chrome).await?;
        shows(chrome, "14.025.000").await?;
        // A page that is not known is told nothing, not even why.
        chrome.forgive(&["CORS policy", "net::ERR_FAILED"]);
        drop(relay);
        stands(chrome, "away").await?;
        chrome.forgive(&["ERR_CONNECTION_REFUSED"]);
        chrome.click("[data-rig] .absent .button").await?;
        chrome.click("dialog [data-leave]").await?;
        stands(chrome, "none").await?;
        chrome.forgive(&["ERR_CONNECTION_REFUSED"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_all_spots_leads_the_radio_too() -> Result<()> {
    founded(async |server, chrome| {
        let key = chrome.spot_key().await?;
        push(server, &key, "VK2ABC", 7_010_000).await?;
        let relay = dial(server, chrome).await?;
        open(server, chrome).await?;
        stands(chrome, "ready").await?;
        chrome.open_cluster(server).await?;
        chrome.has("sb-table .tr:not([hidden]) .call").await?;
        chrome
            .until(
                "document.querySelector('sb-table .tr[aria-rowindex=\"2\"] .call')?.textContent === 'VK2ABC'",
            )
            .await?;
        chrome.click("sb-table .tr[aria-rowindex=\"2\"]").await?;
        chrome.has("[data-detail]:not([hidden]) [data-tune]").await?;
        chrome.click("[data-tune]").await?;
        relay.tuned(&json!({"freq_hz": 7_010_000, "mode": "CW"})).await
    })
    .await
}
