//! `callbook import`, `callbook lookup`, `callbook search`, `callbook sources`: with the server running or stopped.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::output::{self, Failure, Outcome};
use super::place::{Json, Place, tell};
use super::progress::Meter;
use super::reach::{self, Content, config};
use crate::app::admin::{Command, Reply};

/// `callbook import`
pub(super) fn import(
    place: &Place,
    authority: &str,
    (files, map): (&[PathBuf], Option<&Path>),
    force: bool,
    json: Json,
) -> Outcome {
    let config = config(place)?;
    let map = map.map(|path| std::fs::read_to_string(path).map_err(|error| failed(path, &error)));
    let mut sent = Vec::new();
    let mut content: Box<dyn Read + Send> = Box::new(io::empty());
    for path in files {
        let file = File::open(path).map_err(|error| failed(path, &error))?;
        let length = file.metadata().map_err(|error| failed(path, &error))?.len();
        let name = path.file_name().unwrap_or(path.as_os_str());
        sent.push((name.to_string_lossy().into_owned(), length));
        content = Box::new(content.chain(file.take(length)));
    }
    let command = Command::CallbookImport {
        authority: authority.to_owned(),
        map: map.transpose()?,
        force,
        files: sent,
    };
    let meter = Arc::new(Meter::of(0));
    let reply = reach::run(config, command, Content::from(content), Some(meter))?;
    let Reply::Callbook(done) = reply else {
        return Err(Failure::odd_reply());
    };
    tell(json.json, &done, || print_import(&done))
}

fn print_import(done: &Value) {
    for reject in done["rejects"].as_array().into_iter().flatten() {
        output::say(format_args!(
            "{} line {}: not used: {}: {}",
            text(&reject["file"]),
            reject["line"],
            text(&reject["reason"]),
            text(&reject["excerpt"])
        ));
    }
    let (calls, active, rejected) = (&done["calls"], &done["active"], &done["rejected"]);
    let changed = done["changed"]
        .as_u64()
        .map_or_else(String::new, |changed| format!("{changed} changed, "));
    output::result(format_args!(
        "{}: {changed}{calls} calls, {active} of them valid, {rejected} rows not used, {} s",
        text(&done["authority"]),
        done["seconds"]
    ));
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

/// `callbook lookup`
pub(super) fn lookup(place: &Place, call: &str, json: Json) -> Outcome {
    let command = Command::CallbookLookup {
        call: call.to_owned(),
    };
    let record = asked(place, command)?;
    tell(json.json, &record, || print_record(&record))
}

/// The members that people want to see, in this order.
const SHOWN: [(&str, &str); 22] = [
    ("call", "Call"),
    ("asked", "Asked as"),
    ("name", "Name"),
    ("status", "Status"),
    ("class", "Class"),
    ("authority_name", "Register"),
    ("country", "Country"),
    ("attention", "Attention"),
    ("street", "Street"),
    ("po_box", "PO box"),
    ("city", "City"),
    ("state", "State"),
    ("zip", "Postcode"),
    ("grid", "Locator"),
    ("grid_source", "known by"),
    ("granted", "Granted"),
    ("expires", "Expires"),
    ("cancelled", "Cancelled"),
    ("previous_call", "Call before"),
    ("frn", "FRN"),
    ("email", "Mail"),
    ("web", "Page"),
];

fn print_record(record: &Value) {
    for (name, label) in SHOWN {
        let value = text(&record[name]);
        if !value.is_empty() {
            output::result(format_args!("{label:<12} {value}"));
        }
    }
    let trustee = &record["trustee"];
    if trustee.is_object() {
        output::result(format_args!(
            "{:<12} {} {}",
            "Trustee",
            text(&trustee["call"]),
            text(&trustee["name"])
        ));
    }
    for former in record["history"].as_array().into_iter().flatten() {
        output::result(format_args!(
            "{:<12} {} {} {} to {}",
            "Before",
            text(&former["name"]),
            text(&former["status"]),
            text(&former["granted"]),
            text(&former["expires"])
        ));
    }
}

/// `callbook search`
pub(super) fn search(place: &Place, query: &str, limit: u8, json: Json) -> Outcome {
    let command = Command::CallbookSearch {
        query: query.to_owned(),
        limit: limit.into(),
    };
    let found = asked(place, command)?;
    tell(json.json, &found, || {
        let rows: Vec<Vec<String>> = found["items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|item| {
                ["call", "name", "class", "status", "city", "state", "grid"].map(|name| text(&item[name]))
            })
            .map(Vec::from)
            .collect();
        if let Some(widened) = found["widened"].as_str() {
            output::hint(format_args!("nothing is just so; these are like {widened}"));
        }
        if rows.is_empty() {
            output::say("nothing found");
        } else {
            output::table(
                &["CALL", "NAME", "CLASS", "STATUS", "CITY", "STATE", "GRID"],
                &rows,
            );
        }
        if found["next"].is_string() {
            output::hint("there are more; --limit takes up to 50, or say more of what you want");
        }
    })
}

/// `callbook sources`
pub(super) fn sources(place: &Place, json: Json) -> Outcome {
    let found = asked(place, Command::CallbookSources)?;
    tell(json.json, &found, || {
        let rows: Vec<Vec<String>> = found["items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(source)
            .collect();
        output::table(
            &[
                "REGISTER",
                "KEPT",
                "TAKEN",
                "CALLS",
                "VALID",
                "LAST ATTEMPT",
                "TROUBLE",
            ],
            &rows,
        );
    })
}

fn source(item: &Value) -> Vec<String> {
    let day = |name: &str| text(&item[name]).chars().take(16).collect::<String>();
    vec![
        text(&item["authority"]),
        if item["enabled"] == true { "yes" } else { "no" }.to_owned(),
        day("taken"),
        item["entries"].to_string(),
        item["active"].to_string(),
        day("last_attempt"),
        text(&item["error"]),
    ]
}

fn asked(place: &Place, command: Command) -> Outcome<Value> {
    let Reply::Callbook(value) = reach::ask(place, command)? else {
        return Err(Failure::odd_reply());
    };
    Ok(value)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
