//! Taking the log away: the file that is downloaded holds the contacts that came in, read again by this program
//! and by another one's reader.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use shackbox_e2e::{Chrome, Server};

use crate::station::{founded, generated_log, import, skipped};

/// A contact's fields by name.
type Fields = BTreeMap<String, String>;

async fn with_log(server: &Server, chrome: &Chrome) -> Result<PathBuf> {
    let file = server.scratch().join("came.adi");
    std::fs::write(&file, generated_log(250))?;
    import(server, chrome, &file).await?;
    Ok(file)
}

async fn export(server: &Server, chrome: &Chrome) -> Result<PathBuf> {
    chrome.click("[data-export] button.primary").await?;
    let file = chrome.downloaded(server.scratch()).await?;
    let went = server.scratch().join(format!(
        "went.{}",
        file.extension().unwrap_or_default().to_string_lossy()
    ));
    std::fs::rename(file, &went)?;
    Ok(went)
}

/// The records of an ADI file, by what makes them one contact.
fn records(text: &str) -> Result<BTreeMap<String, Fields>> {
    let (_, mut rest) = text.split_once("<EOH>").context("no header")?;
    let (mut found, mut fields) = (BTreeMap::new(), Fields::new());
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').context("a tag without end")?;
        rest = after;
        if tag.eq_ignore_ascii_case("EOR") {
            let key = ["CALL", "QSO_DATE", "TIME_ON", "BAND"]
                .map(|name| fields.get(name).cloned().unwrap_or_default());
            found.insert(key.join(" "), std::mem::take(&mut fields));
            continue;
        }
        let mut parts = tag.split(':');
        let name = parts.next().unwrap_or_default().to_ascii_uppercase();
        let length: usize = parts.next().context("no length")?.parse()?;
        let value = rest.get(..length).context("a value that is cut")?;
        rest = &rest[length..];
        fields.insert(name, value.to_owned());
    }
    Ok(found)
}

/// Every field that came is there again with its value, whatever else was added.
fn assert_kept(came: &BTreeMap<String, Fields>, went: &BTreeMap<String, Fields>) {
    assert_eq!(came.len(), went.len());
    for (key, fields) in came {
        let again = &went[key];
        for (name, value) in fields {
            assert_eq!(again.get(name), Some(value), "{name} of {key}: {again:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exported_file_holds_every_contact_and_field_that_came() -> Result<()> {
    founded(async |server, chrome| {
        let came = with_log(server, chrome).await?;
        chrome.open(&format!("{}/export", server.url)).await?;
        chrome
            .until("document.querySelector('[data-form-state]').textContent.includes('250')")
            .await?;
        let went = export(server, chrome).await?;

        let checked = server
            .run(&["adif", "check", "--json", &went.to_string_lossy()], "")
            .await?;
        assert!(checked.success, "{checked:?}");
        let report: serde_json::Value = serde_json::from_str(&checked.stdout)?;
        assert_eq!(report["accepted"], 250, "{report}");
        assert_eq!(report["warnings"], 0, "{report}");
        let (came, went_text) = (std::fs::read_to_string(came)?, std::fs::read_to_string(&went)?);
        assert_kept(&records(&came)?, &records(&went_text)?);
        match read_elsewhere(&went)? {
            Some(elsewhere) => assert_kept(&records(&came)?, &elsewhere),
            None => skipped("reading the export by python3 with adif_io, which is not installed"),
        }

        // Brought back it adds nothing.
        let report = import(server, chrome, &went).await?;
        chrome.open(&format!("{}{report}", server.url)).await?;
        chrome
            .until("document.querySelector('[data-stat=duplicates]').textContent === '250'")
            .await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_narrowed_by_filter_and_dates_and_may_be_xml() -> Result<()> {
    founded(async |server, chrome| {
        with_log(server, chrome).await?;
        // From the logbook with a filter, which the export then begins with.
        chrome.open(&format!("{}/logbook?q=band:20m", server.url)).await?;
        chrome.has("sb-table [role=grid][aria-rowcount='51']").await?;
        chrome.click("a[data-export]").await?;
        chrome.arrives("/export").await?;
        chrome
            .until("document.querySelector('#q').value === 'band:20m'")
            .await?;
        chrome
            .until("document.querySelector('[data-form-state]').textContent.includes('50')")
            .await?;
        chrome.choose("#from", "2024-05-02").await?;
        chrome
            .until("document.querySelector('[data-form-state]').textContent.includes('21')")
            .await?;
        let went = export(server, chrome).await?;
        let found = records(&std::fs::read_to_string(went)?)?;
        assert_eq!(found.len(), 21);
        assert!(
            found
                .values()
                .all(|fields| fields["BAND"] == "20m" && fields["QSO_DATE"] == "20240502")
        );

        chrome.click("[name=format][value=adx]").await?;
        let went = export(server, chrome).await?;
        assert_eq!(went.extension(), Some("adx".as_ref()));
        let checked = server
            .run(&["adif", "check", "--json", &went.to_string_lossy()], "")
            .await?;
        let report: serde_json::Value = serde_json::from_str(&checked.stdout)?;
        assert_eq!(
            (&report["format"], &report["accepted"]),
            (&"adx".into(), &21.into()),
            "{report}"
        );
        Ok(())
    })
    .await
}

/// What the reader `adif_io` makes of a file; `None` where it is not installed.
fn read_elsewhere(file: &Path) -> Result<Option<BTreeMap<String, Fields>>> {
    const PROGRAM: &str = "import sys, json, adif_io\n\
        qsos, _ = adif_io.read_from_file(sys.argv[1])\n\
        print(json.dumps([dict(q) for q in qsos]))";
    let known = Command::new("python3").args(["-c", "import adif_io"]).output();
    if !known.is_ok_and(|output| output.status.success()) {
        return Ok(None);
    }
    let output = Command::new("python3").args(["-c", PROGRAM]).arg(file).output()?;
    anyhow::ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let list: Vec<Fields> = serde_json::from_slice(&output.stdout)?;
    let key = |fields: &Fields| {
        ["CALL", "QSO_DATE", "TIME_ON", "BAND"]
            .map(|name| fields[name].clone())
            .join(" ")
    };
    Ok(Some(
        list.into_iter().map(|fields| (key(&fields), fields)).collect(),
    ))
}
