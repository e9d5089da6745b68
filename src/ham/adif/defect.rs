//! What was wrong with a log, told so that its owner finds the place.
//!
//! Defects never stop reading. Codes are stable words that programs may act on; texts are for people.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// How bad a defect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The value could be used, perhaps altered, or was set aside without loss.
    Warning,
    /// Something could not be used.
    Error,
}

/// One finding about a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// How bad it is.
    pub severity: Severity,
    /// Number of the record, from 1; none for the header and the file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u32>,
    /// Line of the file, from 1; 0 where there is no file.
    pub line: u32,
    /// Name of the field, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<SmolStr>,
    /// Stable word for the kind of defect.
    pub code: &'static str,
    /// A sentence for people.
    pub text: String,
}

impl Defect {
    /// A warning that does not know its place yet.
    pub fn warning(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            record: None,
            line: 0,
            field: None,
            code,
            text: text.into(),
        }
    }

    /// An error that does not know its place yet.
    pub fn error(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            ..Self::warning(code, text)
        }
    }

    /// The same about a field.
    #[must_use]
    pub fn of(mut self, field: impl Into<SmolStr>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same on a line.
    #[must_use]
    pub fn at(mut self, line: u32) -> Self {
        self.line = line;
        self
    }

    /// The same in a record.
    #[must_use]
    pub fn within(mut self, record: u32) -> Self {
        self.record = Some(record);
        self
    }
}

/// A value shortened for a message: at most forty characters.
pub(crate) fn excerpt(value: &str) -> String {
    match value.char_indices().nth(40) {
        Some((end, _)) => format!("\"{}…\"", value[..end].escape_debug()),
        None => format!("\"{}\"", value.escape_debug()),
    }
}
