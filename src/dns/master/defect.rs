//! What is wrong with a master file, and where.

use std::fmt;

use super::super::rdata::RdataError;

/// How bad a defect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    /// The record or line is not taken.
    Error,
    /// It is taken, but perhaps not as it was meant.
    Note,
}

/// Something wrong in one place of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Defect {
    /// How bad it is.
    pub(crate) severity: Severity,
    /// The line, from 1.
    pub(crate) line: u32,
    /// The character in the line, from 1.
    pub(crate) column: u32,
    /// `owner`, `ttl`, `class`, `type`, a directive such as `$ORIGIN`, or a field of the type's data.
    pub(crate) field: &'static str,
    /// The rule in one word.
    pub(crate) rule: &'static str,
    /// What is wrong and what to do.
    pub(crate) text: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            field,
            text,
            ..
        } = self;
        write!(f, "line {line}, column {column}: {field}: {text}")
    }
}

/// A defect before its place is counted: octets from the beginning of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) severity: Severity,
    pub(super) at: usize,
    pub(super) field: &'static str,
    pub(super) rule: &'static str,
    pub(super) text: String,
}

impl Fault {
    pub(super) fn new(field: &'static str, rule: &'static str, at: usize, text: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            at,
            field,
            rule,
            text: text.into(),
        }
    }
}

impl From<RdataError> for Fault {
    fn from(error: RdataError) -> Self {
        Self::new(error.field, error.rule.as_str(), error.at, error.text)
    }
}
