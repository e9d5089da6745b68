//! What people type into a form, as the text that `rdata` reads strictly.

use super::super::rdata;
use super::super::rr::RecordType;

/// What was typed into the form's one field of data, as a master file has it. A text may be typed without quotes and of
/// any length: it is put into quotes and split where the protocol needs it. All other types stay as they are.
pub(crate) fn content(kind: &str, typed: &str) -> String {
    let typed = typed.trim();
    let is_text = kind.parse() == Ok(RecordType::TXT);
    if !is_text || typed.is_empty() || typed.starts_with(['"', '(']) || typed.starts_with("\\#") {
        return typed.to_owned();
    }
    let mut text = String::with_capacity(typed.len() + 2);
    rdata::push_quoted(typed.as_bytes(), &mut text);
    text
}
