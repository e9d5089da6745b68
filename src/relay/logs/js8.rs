//! What `JS8Call` tells by UDP: JSON, one object a line.

use jiff::Timestamp;
use serde::Deserialize;
use smol_str::SmolStr;

use super::adif::{self, Rejected};
use super::contact::{Contact, Way};

/// Most lines read of one datagram.
const MOST: usize = 500;

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    /// Contacts were logged.
    Logged(Vec<Result<Contact, Rejected>>),
    /// Another message, by its type.
    Other(SmolStr),
}

/// The bytes are no JSON object of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no JSON object with a type")]
pub(crate) struct NotJson;

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: SmolStr,
    #[serde(default)]
    value: serde_json::Value,
}

/// Reads a datagram; `now` bounds the date of contacts.
pub(crate) fn read(bytes: &[u8], now: Timestamp) -> Result<Vec<Message>, NotJson> {
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines = lines.map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    lines.take(MOST).map(|line| read_line(line, now)).collect()
}

fn read_line(line: &[u8], now: Timestamp) -> Result<Message, NotJson> {
    let line: Line = serde_json::from_slice(line).map_err(|_| NotJson)?;
    match line.value.as_str() {
        Some(text) if line.kind == "LOG.QSO" => {
            Ok(Message::Logged(adif::contacts(text.as_bytes(), Way::Js8, now)))
        }
        _ => Ok(Message::Other(line.kind)),
    }
}
