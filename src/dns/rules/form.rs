//! What people type into a form, as the text that `rdata` reads strictly.

use super::super::name::Name;
use super::super::rdata::{self, RdataError};
use super::super::rr::{Rdata, RecordType};

/// Reads what was typed into the form's one field of data. A TXT record may be typed without quotes and of any length:
/// it is put into quotes and split where the protocol needs it. All other types are read as they are.
pub(crate) fn read(kind: RecordType, typed: &str, origin: &Name) -> Result<Rdata, RdataError> {
    let typed = typed.trim();
    let is_text = matches!(kind, RecordType::TXT);
    if is_text && !typed.is_empty() && !typed.starts_with(['"', '(']) && !typed.starts_with("\\#") {
        return rdata::read(kind, &quoted(typed), origin);
    }
    rdata::read(kind, typed, origin)
}

/// A text as one quoted string, with what would mean something else escaped.
pub(crate) fn quoted(typed: &str) -> String {
    let mut text = String::with_capacity(typed.len() + 2);
    rdata::push_quoted(typed.as_bytes(), &mut text);
    text
}
