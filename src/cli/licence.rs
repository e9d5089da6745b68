//! `licence`

use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::output::{self, Failure, Outcome};
use super::place::{Json, Place, tell};
use super::reach::ask;
use crate::app::admin::{Command, Reply};
use crate::identity::licence::LicenceEvent;

/// Bytes of a file of events.
const LARGEST: u64 = 256 << 20;
/// Events in one command, which the admin socket must carry.
const PIECE: usize = 2_000;

/// A file of events, in either form.
#[derive(Deserialize)]
#[serde(untagged)]
enum Events {
    List(Vec<LicenceEvent>),
    Object { events: Vec<LicenceEvent> },
}

/// `licence apply`
pub(super) fn apply(place: &Place, file: &Path, json: Json) -> Outcome {
    let text = read(file)?;
    let events = match serde_json::from_str(&text) {
        Ok(Events::List(events) | Events::Object { events }) => events,
        Err(_) => {
            // The untagged form does not say what is wrong with an event.
            let value: Vec<LicenceEvent> = serde_json::from_str(&text)
                .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
            value
        }
    };
    let read = events.len();
    let mut outcomes = Vec::new();
    for piece in events.chunks(PIECE) {
        let events = piece.to_vec();
        let Reply::Licences(mut told) = ask(place, Command::LicenceApply { events })? else {
            return Err(Failure::odd_reply());
        };
        outcomes.extend(
            told["outcomes"]
                .as_array_mut()
                .map(std::mem::take)
                .unwrap_or_default(),
        );
    }
    let told = serde_json::json!({"events": read, "outcomes": outcomes});
    tell(json.json, &told, || {
        output::say(format_args!("{read} events read, {} effects", outcomes.len()));
        let text =
            |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let row = |outcome: &serde_json::Value| {
            ["call", "account", "before", "effect"]
                .map(|field| text(&outcome[field]))
                .to_vec()
        };
        if !outcomes.is_empty() {
            let rows: Vec<_> = outcomes.iter().map(row).collect();
            output::table(&["CALL", "ACCOUNT", "BEFORE", "EFFECT"], &rows);
        }
    })
}

fn read(file: &Path) -> Outcome<String> {
    let mut text = String::new();
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", file.display()));
    if file == Path::new("-") {
        std::io::stdin()
            .take(LARGEST)
            .read_to_string(&mut text)
            .map_err(failed)?;
    } else {
        let opened = std::fs::File::open(file).map_err(failed)?;
        opened.take(LARGEST).read_to_string(&mut text).map_err(failed)?;
    }
    Ok(text)
}
