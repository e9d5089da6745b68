//! Pages where members prove something by themselves: keying their call, showing a licence.

use askama::Template;

use super::{Form, Frame};

/// `/verify/morse`. The script asks for the challenge and answers it.
#[derive(Debug, Template)]
#[template(path = "verify_morse.html")]
pub(crate) struct MorsePage {
    /// The frame.
    pub(crate) frame: Frame,
    /// The call to key; empty for a listener.
    pub(crate) call: String,
    /// The same in dots and dashes.
    pub(crate) pattern: String,
    /// The same as it is read aloud.
    pub(crate) spoken: String,
    /// What is recorded of an earlier keying; empty for nothing.
    pub(crate) keyed: String,
}

/// A licence that was shown.
#[derive(Debug, Clone)]
pub(crate) struct DocumentRow {
    /// Its number.
    pub(crate) number: u64,
    /// The call it is to prove.
    pub(crate) call: String,
    /// The file's name.
    pub(crate) name: String,
    /// The file's size in words.
    pub(crate) size: String,
    /// Colour of the state.
    pub(crate) tone: &'static str,
    /// The sign that says the same as the colour.
    pub(crate) glyph: &'static str,
    /// State in words.
    pub(crate) state_word: String,
    /// Sent, RFC 3339.
    pub(crate) sent_iso: String,
    /// Sent, in words.
    pub(crate) sent: String,
    /// What the administrator wrote.
    pub(crate) reason: String,
    /// What becomes, or has become, of the file.
    pub(crate) file_words: String,
    /// Whether it can be withdrawn.
    pub(crate) can_withdraw: bool,
}

/// `/verify/document`. Plain POST of a form with a file.
#[derive(Debug, Template)]
#[template(path = "verify_document.html")]
pub(crate) struct DocumentPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// What this is for, and what becomes of the file.
    pub(crate) about: String,
    /// Largest file, in bytes.
    pub(crate) most: u64,
    /// Whether only the account's own call can be proven.
    pub(crate) call_locked: bool,
    /// Newest first.
    pub(crate) documents: Vec<DocumentRow>,
}
