//! Pages for those who are not in yet, and for what went wrong.

use askama::Template;

use super::{Form, Frame, words_of};
use crate::web::Problem;

/// First run: creates the administrator. Plain POST to `/setup` with `token, call, name, password, grid`.
#[derive(Debug, Template)]
#[template(path = "setup.html")]
pub(crate) struct SetupPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// The one-time token of the link.
    pub(crate) token: String,
    /// Whether the token is good; otherwise the page says how to get another.
    pub(crate) token_valid: bool,
    /// The public address in force.
    pub(crate) public_url: String,
    /// Where the program listens.
    pub(crate) listens: String,
    /// Whether only this computer can reach it.
    pub(crate) loopback_only: bool,
}

/// Sign-in. Plain POST to `/login` with `call, password, remember, next`.
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// Path to go on to, own origin only.
    pub(crate) next: String,
    /// Whether there is no account yet.
    pub(crate) setup_pending: bool,
}

/// 403, 404, 500, 503 for people.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// HTTP status, as a number.
    pub(crate) status: u16,
    /// What it is, in three words.
    pub(crate) heading: String,
    /// What happened and where.
    pub(crate) what: String,
    /// What to do about it, may be empty.
    pub(crate) help: String,
    /// Words of the one action that helps, with `action_href`.
    pub(crate) action: String,
    /// Where that action leads, empty for none.
    pub(crate) action_href: String,
    /// Request id for the administrator, empty where it helps nobody.
    pub(crate) reference: String,
}

impl ErrorPage {
    /// The page about a problem: in the words of the catalogue where it has better ones than the problem's own.
    /// `id`: the request's, for the administrator.
    pub(crate) fn of_problem(mut frame: Frame, problem: &Problem, id: &str) -> Self {
        let body = problem.body();
        let kind = match (body.status, body.code) {
            (401, _) => "sign_in",
            (403, "csrf") => "stale",
            (403, _) => "forbidden",
            (404, _) => "missing",
            (503, "storage_unavailable") => "unavailable",
            (503, _) => "busy",
            (400..=499, _) => "refused",
            _ => "fault",
        };
        let t = frame.t;
        let words = |part: &str| words_of(t, &format!("error.{kind}_{part}"));
        let heading = words("heading").unwrap_or_default();
        frame.title.clone_from(&heading);
        let (action, action_href) = match body.status {
            401 => (t.s("login.go").to_owned(), "/login".to_owned()),
            404 => (t.s("error.to_logbook").to_owned(), "/logbook".to_owned()),
            _ => (String::new(), String::new()),
        };
        Self {
            status: body.status,
            heading,
            what: words("what").unwrap_or_else(|| body.detail.clone()),
            help: words("help").unwrap_or_default(),
            action,
            action_href,
            reference: if body.status >= 500 {
                id.to_owned()
            } else {
                String::new()
            },
            frame,
        }
    }
}
