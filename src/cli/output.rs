//! What commands say: results on stdout, words on stderr. The only place that writes to either.
//!
//! Colour only marks what words say already, and only on a terminal without `NO_COLOR`. A reader that went away is no
//! error: the command ends as if its output had been read.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write as _};

use serde::Serialize;

/// Why a command failed, with what to do about it.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    hint: Option<String>,
}

/// How a command ends.
pub(super) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure in one clear line.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    /// What helps.
    #[must_use]
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(format!("{:#}", error.into()))
    }
}

/// A result for programs or people, on stdout.
pub(super) fn result(text: impl Display) {
    drop(writeln!(io::stdout().lock(), "{text}"));
}

/// A result as JSON, on stdout.
pub(super) fn json(value: &impl Serialize) -> Outcome {
    let text = serde_json::to_string_pretty(value)?;
    result(text);
    Ok(())
}

/// Words for people, on stderr.
pub(super) fn say(text: impl Display) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Words without a line end: a question.
pub(super) fn ask(text: impl Display) {
    let mut stderr = io::stderr().lock();
    drop(write!(stderr, "{text}").and_then(|()| stderr.flush()));
}

/// What could be done next.
pub(super) fn hint(text: impl Display) {
    say(format_args!("{} {text}", paint("hint:", "36")));
}

/// Why the command failed.
pub(super) fn failure(failure: &Failure) {
    for line in failure.message.lines() {
        say(format_args!("{} {line}", paint("error:", "1;31")));
    }
    if let Some(text) = &failure.hint {
        hint(text);
    }
}

/// Whether people watch stderr.
pub(super) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

fn paint(word: &str, colour: &str) -> String {
    // NO_COLOR counts when present and not empty (no-color.org).
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if is_watched() && !refused {
        format!("\x1b[{colour}m{word}\x1b[0m")
    } else {
        word.to_owned()
    }
}

/// Rows under headings, in columns as wide as they need to be.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    result(line(&headings));
    for row in rows {
        result(line(row));
    }
}
