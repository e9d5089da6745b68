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
#[expect(
    clippy::struct_excessive_bools,
    reason = "the template asks for them one by one"
)]
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// Path to go on to, own origin only.
    pub(crate) next: String,
    /// The passkey that is asked for after the password just shown.
    pub(crate) second: Option<SecondStep>,
    /// Whether there is no account yet.
    pub(crate) setup_pending: bool,
    /// Whether passkeys work at the address this page has.
    pub(crate) passkeys: bool,
    /// Whether a certificate can be shown.
    pub(crate) certificates: bool,
    /// Whether one can sign up.
    pub(crate) may_sign_up: bool,
}

/// What the page's script needs to ask for a passkey.
#[derive(Debug, Clone)]
pub(crate) struct SecondStep {
    /// To be sent back with the credential.
    pub(crate) token: String,
    /// For `navigator.credentials`, as JSON.
    pub(crate) options: String,
}

/// A question of the knowledge gate.
#[derive(Debug, Clone)]
pub(crate) struct AskedRow {
    /// The question.
    pub(crate) ask: String,
    /// The answers to choose from.
    pub(crate) choices: Vec<String>,
}

/// Sign-up. Plain POST to `/signup` with `as, call, name, grid, swl, first_name, last_name, postal_code, register_id,
/// email, password, token, answer0..2, proof`.
#[derive(Debug, Template)]
#[template(path = "signup.html")]
pub(crate) struct SignUpPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// Whether a listener signs up.
    pub(crate) swl: bool,
    /// Whether nobody may sign up here.
    pub(crate) closed: bool,
    /// Whether an administrator lets people in.
    pub(crate) approval: bool,
    /// Names the questions; works once.
    pub(crate) token: String,
    /// Zero bits of the work for the browser.
    pub(crate) bits: u32,
    /// The questions for an operator.
    pub(crate) questions: Vec<AskedRow>,
}

/// A link from a mail. Plain POST to `/confirm` with `token`.
#[derive(Debug, Template)]
#[template(path = "confirm.html")]
pub(crate) struct ConfirmPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// The link's token.
    pub(crate) token: String,
    /// Whether it works.
    pub(crate) valid: bool,
    /// Whether it makes an account; otherwise it gives one an address.
    pub(crate) signs_up: bool,
    /// The account's name.
    pub(crate) call: String,
}

/// A lost password. Plain POST to `/recover` with `call`.
#[derive(Debug, Template)]
#[template(path = "recover.html")]
pub(crate) struct RecoverPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// Whether mails go to the administrator's page instead.
    pub(crate) mail_off: bool,
}

/// A new password by a link. Plain POST to `/recover/set` with `token, password`.
#[derive(Debug, Template)]
#[template(path = "set_password.html")]
pub(crate) struct SetPasswordPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// The link's token.
    pub(crate) token: String,
    /// Whether it works.
    pub(crate) valid: bool,
    /// The account's name.
    pub(crate) call: String,
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
