//! Links from mails, and the way back in for whoever lost the password.
//!
//! Opening a link shows a page with a button: mail programs open links by themselves.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::entrance::second_page;
use super::fields::{Again, Fields};
use super::frame::Shelf;
use super::notice::Done;
use super::reader::Reader;
use super::views::{ConfirmPage, RecoverPage, SetPasswordPage};
use crate::app::App;
use crate::identity::api::gate::session_cookie;
use crate::identity::{Confirmed, Entry, Password, Purpose, SignedUp};
use crate::web::{Problem, Query, Result, Sensitive};

/// A link's token.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

/// `/confirm?token=…`
pub(super) async fn link(reader: Reader, Query(link): Query<Link>) -> Result<Response> {
    let found = reader.app.services.identity.link(&link.token).await.ok();
    let found = found.filter(|(purpose, _)| matches!(purpose, Purpose::SignUp | Purpose::Mail));
    let (purpose, call) = found.map_or((None, None), |(purpose, call)| (Some(purpose), call));
    let page = ConfirmPage {
        frame: reader.frame("", reader.t.s("confirm.title"), Shelf::default()),
        token: link.token,
        valid: purpose.is_some(),
        signs_up: purpose == Some(Purpose::SignUp),
        call: call.unwrap_or_default(),
    };
    secret(reader.show(status(page.valid), &page))
}

/// Uses the link.
pub(super) async fn confirm(State(app): State<App>, reader: Reader, fields: Fields) -> Result<Response> {
    let identity = &app.services.identity;
    let done = match identity.confirm_link(fields.text("token")).await? {
        Confirmed::SignUp(SignedUp::Waiting) => Done::SignedUpWaiting,
        Confirmed::SignUp(_) => Done::SignedUp,
        Confirmed::Mail => Done::MailConfirmed,
    };
    let place = if reader.account.is_some() {
        "/settings"
    } else {
        "/login"
    };
    reader.go_on(place, done)
}

/// `/recover`
pub(super) async fn show(reader: Reader) -> Result<Response> {
    ask_page(&reader, Again::default())
}

/// Asks for a link; the answer is the same for every call.
pub(super) async fn ask(State(app): State<App>, reader: Reader, fields: Fields) -> Result<Response> {
    let identity = &app.services.identity;
    let asked = identity.ask_recovery(fields.text("call"), &reader.visitor.browser);
    match asked.await {
        Ok(()) => reader.go_on("/login", Done::RecoveryAsked),
        Err(error) => {
            let again = Again::after(error.into())?.having(&["call"]);
            ask_page(&reader, again.keeping(&fields, &["call"]))
        }
    }
}

/// `/recover/set?token=…`
pub(super) async fn show_set(reader: Reader, Query(link): Query<Link>) -> Result<Response> {
    set_page(&reader, Again::default(), &link.token).await
}

/// Sets the new password and signs in.
pub(super) async fn set(State(app): State<App>, reader: Reader, fields: Fields) -> Result<Response> {
    let token = fields.text("token");
    let chosen = Password::chosen(fields.secret("password"));
    let set = match chosen {
        Ok(chosen) => {
            let identity = &app.services.identity;
            let set = identity.recover(token, chosen, &reader.visitor.browser);
            set.await.map_err(Problem::from)
        }
        Err(weak) => Err(Problem::invalid("password", weak.to_string())),
    };
    match set {
        Ok(Entry::Half(step)) => second_page(&reader, step, "/"),
        Ok(Entry::Open(session)) => {
            let mut response = reader.go_on("/", Done::PasswordSet)?;
            let cookie = session_cookie(&session, reader.visitor.https, false);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(problem) => {
            let again = Again::after(problem)?.having(&["password"]);
            set_page(&reader, again, token).await
        }
    }
}

fn ask_page(reader: &Reader, again: Again) -> Result<Response> {
    let page = RecoverPage {
        frame: reader.frame("", reader.t.s("recover.title"), Shelf::default()),
        form: again.form,
        mail_off: !reader.app.services.env.mailer.is_on(),
    };
    reader.show(again.status, &page)
}

async fn set_page(reader: &Reader, again: Again, token: &str) -> Result<Response> {
    let found = reader.app.services.identity.link(token).await.ok();
    let found = found.filter(|(purpose, _)| *purpose == Purpose::Recovery);
    let page = SetPasswordPage {
        frame: reader.frame("", reader.t.s("recover.set_title"), Shelf::default()),
        form: again.form,
        token: token.to_owned(),
        valid: found.is_some(),
        call: found.and_then(|(_, call)| call).unwrap_or_default(),
    };
    let status = if page.valid { again.status } else { status(false) };
    secret(reader.show(status, &page))
}

fn status(valid: bool) -> StatusCode {
    if valid {
        StatusCode::OK
    } else {
        StatusCode::FORBIDDEN
    }
}

/// The page holds a link's token: nothing in between keeps it.
fn secret(response: Result<Response>) -> Result<Response> {
    let mut response = response?;
    response.extensions_mut().insert(Sensitive);
    Ok(response)
}
