//! What is wrong with the data of a record: which field, which rule, what to write instead.
//!
//! The text is for the one who typed the data, in one sentence that says what to do. [`Rule`] is for programs: its
//! words are part of the API and are never used for something else.

use std::fmt;

/// The rule that a field breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The data end before the field.
    Missing,
    /// Something stands after the last field.
    Surplus,
    /// Not a whole number, or one out of range.
    Number,
    /// Not an address of the family.
    Address,
    /// Not a domain name.
    Name,
    /// A text that is not quoted, or an escape that means nothing.
    Text,
    /// Not the digits that the field is written in (hexadecimal, base32, base64).
    Encoding,
    /// Too long, too short, or another length than announced.
    Length,
    /// A value that the field cannot have.
    Value,
    /// Things given twice, or in an order in which they cannot stand.
    Order,
    /// The type has no written form, or cannot be stored.
    Form,
}

impl Rule {
    /// The word for programs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Surplus => "surplus",
            Self::Number => "number",
            Self::Address => "address",
            Self::Name => "name",
            Self::Text => "text",
            Self::Encoding => "encoding",
            Self::Length => "length",
            Self::Value => "value",
            Self::Order => "order",
            Self::Form => "form",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why data are not those of a record of their type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {text}")]
pub(crate) struct RdataError {
    /// The field's name, as in the help of the type.
    pub(crate) field: &'static str,
    /// The rule that is broken.
    pub(crate) rule: Rule,
    /// What is wrong and what to do, without the field's name.
    pub(crate) text: String,
    /// Where: octets from the beginning of the text or of the wire form.
    pub(crate) at: usize,
}

impl RdataError {
    pub(super) fn new(field: &'static str, rule: Rule, at: usize, text: impl Into<String>) -> Self {
        Self {
            field,
            rule,
            text: text.into(),
            at,
        }
    }
}

/// The beginning of what was given, for a message: printable, and short whatever it was.
pub(crate) fn shown(given: &[u8]) -> String {
    let text = String::from_utf8_lossy(given);
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}
