//! Pages of those who prove a call by a certificate of Logbook of the World.

use askama::Template;

use super::Frame;

/// The two ways to do it. Plain POST to `/login/certificate` with `next`.
#[derive(Debug, Template)]
#[template(path = "verify_lotw.html")]
pub(crate) struct LotwPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// Whether the browser can be asked for a certificate.
    pub(crate) by_browser: bool,
    /// Whether a log can be judged.
    pub(crate) by_log: bool,
}

/// How it ended for somebody who came with a certificate and could not go on. Plain POST to `/login/certificate/done`
/// with `token, claim` where the call can be taken.
#[derive(Debug, Template)]
#[template(path = "arrival.html")]
pub(crate) struct ArrivalPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What is wrong, a sentence.
    pub(crate) what: String,
    /// What to do about it, may be empty.
    pub(crate) help: String,
    /// The case in one word, may be empty.
    pub(crate) code: String,
    /// The call that an unproven account has, may be empty.
    pub(crate) call: String,
    /// Takes that call, may be empty.
    pub(crate) token: String,
}

/// A signed log. Plain POST to itself with `do=begin`, and multipart with `file`.
#[derive(Debug, Template)]
#[template(path = "log_proof.html")]
pub(crate) struct LogProofPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was wrong with the last one, a sentence; may be empty.
    pub(crate) wrong: String,
    /// What to do about it, may be empty.
    pub(crate) help: String,
    /// Whether anything can be proven here.
    pub(crate) possible: bool,
    /// The call to log; empty before one was given out.
    pub(crate) challenge: String,
    /// Until when it works.
    pub(crate) until_iso: String,
    /// The same in words.
    pub(crate) until: String,
}
