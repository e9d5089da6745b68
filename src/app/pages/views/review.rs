//! The queue of what administrators decide.

use askama::Template;

use super::{Form, Frame, Labelled};

/// The scan that belongs to a matter.
#[derive(Debug, Clone)]
pub(crate) struct ScanLink {
    /// Where it is.
    pub(crate) href: String,
    /// Kind and size.
    pub(crate) words: String,
    /// Whether the page can show it.
    pub(crate) is_image: bool,
    /// Whether its file is not where it belongs.
    pub(crate) missing: bool,
}

/// A matter that waits.
#[derive(Debug, Clone)]
pub(crate) struct ReviewRow {
    /// Its number.
    pub(crate) id: u64,
    /// What it is, in words.
    pub(crate) kind_word: &'static str,
    /// The call or account it is about.
    pub(crate) subject: String,
    /// What is to be decided.
    pub(crate) question: &'static str,
    /// Opened, RFC 3339.
    pub(crate) opened_iso: String,
    /// Opened, in words.
    pub(crate) opened: String,
    /// All there is to know for deciding.
    pub(crate) facts: Vec<Labelled>,
    /// What the owner wrote.
    pub(crate) note: String,
    /// The scan, where there is one.
    pub(crate) file: Option<ScanLink>,
    /// What the button says that accepts.
    pub(crate) accept_word: &'static str,
    /// What the button says that refuses.
    pub(crate) refuse_word: &'static str,
    /// A reason typed before.
    pub(crate) reason: String,
    /// What was wrong with it.
    pub(crate) error: String,
}

/// A matter that was decided.
#[derive(Debug, Clone)]
pub(crate) struct DecidedRow {
    /// Its number.
    pub(crate) id: u64,
    /// What it was, in words.
    pub(crate) kind_word: &'static str,
    /// The call or account it was about.
    pub(crate) subject: String,
    /// Decided, RFC 3339.
    pub(crate) at_iso: String,
    /// Decided, in words.
    pub(crate) at: String,
    /// Colour of the state.
    pub(crate) tone: &'static str,
    /// The sign that says the same.
    pub(crate) glyph: &'static str,
    /// State in words.
    pub(crate) state_word: &'static str,
    /// Who decided.
    pub(crate) by: String,
    /// Why.
    pub(crate) reason: String,
    /// Whether it can be taken back.
    pub(crate) can_reopen: bool,
}

/// `/admin/review`. Plain POST with `do=accept|refuse|reopen, id, reason`.
#[derive(Debug, Template)]
#[template(path = "admin_review.html")]
pub(crate) struct AdminReviewPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `review`.
    pub(crate) part: &'static str,
    /// What was wrong with the form that was sent.
    pub(crate) form: Form,
    /// Oldest first.
    pub(crate) open: Vec<ReviewRow>,
    /// Newest first.
    pub(crate) decided: Vec<DecidedRow>,
}
