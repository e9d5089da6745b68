//! Bringing a log: upload, progress, report, rejected records, the same file again, taking it back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use shackbox_e2e::{Chrome, Server};

use crate::station::{fixture, founded, generated_log, import, repository};

/// Added, merged, duplicates, rejected as the report on show says them.
async fn figures(chrome: &Chrome) -> Result<[u64; 4]> {
    chrome.has("[data-report][data-state=done]").await?;
    let said = chrome
        .eval("['added', 'merged', 'duplicates', 'rejected'].map(n => Number(document.querySelector(`[data-stat=${n}]`).textContent.replaceAll(',', '')))")
        .await?;
    Ok(serde_json::from_value(said)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_log_is_followed_while_it_comes_in_and_adds_nothing_the_second_time() -> Result<()> {
    founded(async |server, chrome| {
        let file = server.scratch().join("big.adi");
        std::fs::write(&file, generated_log(4000))?;
        chrome.open(&format!("{}/import", server.url)).await?;
        // Every value the progress shows is kept, however short it stands there.
        chrome
            .eval(
                "(() => { window.seen = []; new MutationObserver(() => { const bar = document.querySelector('[data-uploads] progress'); \
                 if (bar) seen.push(bar.value); }).observe(document.querySelector('[data-uploads]'), {subtree: true, childList: true, attributes: true}); return true; })()",
            )
            .await?;
        chrome.choose_file("#file", &file).await?;
        chrome.has("[data-uploads] a[href^='/import/']").await?;
        chrome.until("window.seen.length > 2").await?;
        chrome.until("[...document.querySelectorAll('[data-uploads] dd')].map(e => e.textContent).join() === '4,000,0,0,0'").await?;
        // The list of past imports has it without a reload.
        chrome.has("[data-past] tr[data-job] button").await?;

        let report = chrome.text("document.querySelector('[data-past] tbody a').getAttribute('href')").await?;
        chrome.open(&format!("{}{report}", server.url)).await?;
        assert_eq!(figures(chrome).await?, [4000, 0, 0, 0]);

        let again = import(server, chrome, &file).await?;
        chrome.open(&format!("{}{again}", server.url)).await?;
        assert_eq!(figures(chrome).await?, [0, 0, 4000, 0]);
        chrome.open(&format!("{}/logbook", server.url)).await?;
        chrome.has("sb-table [role=grid][aria-rowcount='4001']").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_tells_what_was_rejected_and_gives_it_back_as_it_came() -> Result<()> {
    founded(async |server, chrome| {
        let report = import(server, chrome, &fixture("bands_and_frequencies.adi")).await?;
        chrome.open(&format!("{}{report}", server.url)).await?;
        assert_eq!(figures(chrome).await?, [5, 0, 0, 3]);
        chrome.until("document.querySelectorAll('[aria-labelledby=rejects-h] tbody tr').length === 3").await?;
        chrome.until("[...document.querySelectorAll('[aria-labelledby=rejects-h] tbody tr')].every(row => row.cells[2].textContent.length > 8)").await?;

        chrome.click("a[download]").await?;
        let rejected = std::fs::read_to_string(chrome.downloaded(server.scratch()).await?)?;
        for record in [
            "<CALL:4>LA1C <QSO_DATE:8>20230405 <TIME_ON:6>120000 <MODE:2>CW <FREQ:6>27.555",
            "<CALL:4>LA1D",
            "<CALL:4>LA1E",
        ] {
            assert!(rejected.contains(record), "{record} in:\n{rejected}");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_taken_back_whole_and_leaves_what_was_there_before() -> Result<()> {
    founded(async |server, chrome| {
        // One contact of the file is in the log already and gains fields by the import.
        let known = "<CALL:6>JA0AAA<QSO_DATE:8>20240501<TIME_ON:6>000000<BAND:3>80m<MODE:2>CW<EOR>\n";
        let before = server.scratch().join("before.adi");
        std::fs::write(&before, known)?;
        import(server, chrome, &before).await?;
        let file = server.scratch().join("log.adi");
        std::fs::write(&file, generated_log(300))?;
        let report = import(server, chrome, &file).await?;
        chrome.open(&format!("{}{report}", server.url)).await?;
        assert_eq!(figures(chrome).await?, [299, 1, 0, 0]);

        chrome.click("[data-undo]").await?;
        chrome
            .until("document.querySelector('[data-report]').dataset.state === 'undone'")
            .await?;
        chrome.until("!document.querySelector('[data-undo]')").await?;
        let left = chrome.api("GET", "/logbook/qsos", None).await?;
        assert_eq!(left["total"], 1, "{left}");
        assert_eq!(left["items"][0]["call"], "JA0AAA");
        assert!(left["items"][0].get("name").is_none(), "{left}");

        // And it can be brought again.
        let again = import(server, chrome, &file).await?;
        chrome.open(&format!("{}{again}", server.url)).await?;
        assert_eq!(figures(chrome).await?, [299, 1, 0, 0]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_log_is_refused_in_words() -> Result<()> {
    founded(async |server, chrome| {
        chrome.open(&format!("{}/import", server.url)).await?;
        chrome
            .choose_file("#file", &fixture("page_instead_of_log.adi"))
            .await?;
        chrome.has("[data-uploads] [role=alert] .bad").await?;
        let said = chrome
            .text("document.querySelector('[data-uploads]').innerText")
            .await?;
        assert!(said.contains("this is no ADIF"), "{said}");
        chrome.click("[data-uploads] a[href^='/import/']").await?;
        chrome.has("[data-remarks] tbody tr").await?;
        Ok(())
    })
    .await
}

/// Where real logs of other programs stand beside the repository, each comes in without a fault of ours.
#[tokio::test(flavor = "multi_thread")]
async fn real_samples_come_in_and_add_nothing_the_second_time() -> Result<()> {
    let samples = repository().join("../shared/data/logbook/samples").canonicalize();
    // Without them there is nothing to test.
    let Ok(samples) = samples else { return Ok(()) };
    founded(async |server, chrome| {
        let mut files: Vec<_> = std::fs::read_dir(&samples)?
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.retain(|file| {
            let end = file.extension().and_then(|end| end.to_str()).unwrap_or_default();
            ["adi", "adif", "adx"].contains(&end.to_ascii_lowercase().as_str())
                && file.metadata().is_ok_and(|data| data.len() < 2_000_000)
        });
        files.sort();
        let first = all_at_once(server, chrome, &files).await?;
        let second = all_at_once(server, chrome, &files).await?;
        for (file, [added, merged, duplicates, rejected]) in first {
            let again = second.get(&file).copied().unwrap_or_default();
            assert_eq!(again, [0, 0, added + merged + duplicates, rejected], "{file}");
        }
        Ok(())
    })
    .await
}

/// Brings files in one go; what came of each by its name.
async fn all_at_once(
    server: &Server,
    chrome: &Chrome,
    files: &[PathBuf],
) -> Result<BTreeMap<String, [u64; 4]>> {
    chrome.open(&format!("{}/import", server.url)).await?;
    chrome.choose_files("#file", files).await?;
    chrome
        .until(&format!(
            "document.querySelectorAll('[data-uploads] .figures').length === {}",
            files.len()
        ))
        .await?;
    let said = chrome
        .eval(
            "Object.fromEntries([...document.querySelectorAll('[data-uploads] .upload')].map(e => [e.querySelector('strong').textContent, \
             [...e.querySelectorAll('dd')].map(d => Number(d.textContent.replaceAll(',', '')))]))",
        )
        .await?;
    Ok(serde_json::from_value(said)?)
}
