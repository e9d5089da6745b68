//! The way in and out for browsers with and without script: first run, sign-in, sign-out.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::fields::{Again, Fields};
use super::frame::Shelf;
use super::notice::Done;
use super::reader::{Reader, see_other};
use super::views::{LoginPage, SecondStep, SetupPage};
use crate::app::App;
use crate::config::SignUp;
use crate::identity::api::first_account;
use crate::identity::api::gate::{ended_cookies, session_cookie};
use crate::identity::{Ceremony, Entry, Error, SessionToken, SignIn};
use crate::web::{Problem, Query, Result, Sensitive};

/// Where to go on after signing in.
#[derive(Debug, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

/// The one-time token of the first-run link.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

/// `/login`. Whoever is signed in sees it only where the password is asked for again.
pub(super) async fn login(reader: Reader, Query(query): Query<Next>) -> Result<Response> {
    let mut again = Again::default();
    match &reader.account {
        Some(_) if query.next.is_empty() => return see_other("/"),
        Some(account) => {
            reader.t.s("login.again").clone_into(&mut again.form.message);
            again.form = again.form.with_value("call", account.call.as_str());
        }
        None => {}
    }
    login_page(&reader, again, &query.next)
}

/// Signs in; a session the browser had before ends. Where the account wants a passkey as well, it is asked for next.
pub(super) async fn sign_in(State(app): State<App>, reader: Reader, fields: Fields) -> Result<Response> {
    let remember = fields.ticked("remember");
    let shown = SignIn {
        call: fields.text("call").to_owned(),
        password: fields.password("password"),
        remember,
    };
    let token = match app
        .services
        .identity
        .sign_in(shown, &reader.visitor.browser)
        .await
    {
        Ok(Entry::Open(token)) => token,
        Ok(Entry::Half(step)) => return second_page(&reader, step, fields.text("next")),
        Err(error) => {
            let again = Again::after(error.into())?.having(&["call", "password"]);
            return login_page(&reader, again.keeping(&fields, &["call"]), fields.text("next"));
        }
    };
    end_session(&app, &reader).await?;
    let way_on = see_other(own_path(fields.text("next")))?;
    Ok(entered(way_on, &reader, &token, remember))
}

/// Signs out.
pub(super) async fn sign_out(State(app): State<App>, reader: Reader) -> Result<Response> {
    end_session(&app, &reader).await?;
    let mut response = reader.go_on("/login", Done::SignedOut)?;
    for cookie in ended_cookies() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `/setup?token=…`; once there is an administrator it leads to the sign-in.
pub(super) async fn first_run(reader: Reader, Query(link): Query<Link>) -> Result<Response> {
    setup_page(&reader, Again::default(), &link.token)
}

/// Makes the first administrator and signs them in.
pub(super) async fn set_up(State(app): State<App>, reader: Reader, fields: Fields) -> Result<Response> {
    match make_first(&app, &reader, &fields).await {
        Ok(session) => Ok(entered(reader.go_on("/", Done::SetUp)?, &reader, &session, false)),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["call", "name", "password", "grid"]);
            let again = again.keeping(&fields, &["call", "name", "grid"]);
            setup_page(&reader, again, fields.text("token"))
        }
    }
}

async fn make_first(app: &App, reader: &Reader, fields: &Fields) -> Result<SessionToken> {
    let (new, password) = first_account(
        fields.text("call"),
        fields.text("name"),
        fields.text("grid"),
        fields.password("password"),
    )?;
    let identity = &app.services.identity;
    let made = identity.set_up(fields.text("token"), new, password, &reader.visitor.browser);
    made.await.map_err(Problem::from)
}

/// Gives the browser its session.
pub(super) fn entered(
    mut response: Response,
    reader: &Reader,
    token: &SessionToken,
    remember: bool,
) -> Response {
    let cookie = session_cookie(token, reader.visitor.https, remember);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

async fn end_session(app: &App, reader: &Reader) -> Result<()> {
    if reader.visitor.actor.in_person().is_err() {
        return Ok(());
    }
    match app.services.identity.sign_out(&reader.visitor.actor).await {
        Ok(()) | Err(Error::UnknownSession) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The passkey is asked for, which takes the page's script.
pub(super) fn second_page(reader: &Reader, step: Ceremony, next: &str) -> Result<Response> {
    let second = SecondStep {
        token: step.token,
        options: step.options.to_string(),
    };
    let mut response = page_of(reader, Again::default(), next, Some(second))?;
    response.extensions_mut().insert(Sensitive);
    Ok(response)
}

fn login_page(reader: &Reader, again: Again, next: &str) -> Result<Response> {
    page_of(reader, again, next, None)
}

fn page_of(reader: &Reader, again: Again, next: &str, second: Option<SecondStep>) -> Result<Response> {
    let page = LoginPage {
        frame: reader.frame("", reader.t.s("login.title"), Shelf::default()),
        form: again.form,
        next: own_path(next).to_owned(),
        second,
        setup_pending: reader.app.services.identity.needs_administrator(),
        passkeys: reader.passkeys_here(),
        certificates: reader.certificate_host().is_some(),
        may_sign_up: reader.app.services.identity.sign_up_policy() != SignUp::Closed,
    };
    Ok(reader.leading_there(reader.show(again.status, &page)?))
}

fn setup_page(reader: &Reader, again: Again, token: &str) -> Result<Response> {
    let identity = &reader.app.services.identity;
    if !identity.needs_administrator() {
        return see_other("/login");
    }
    let config = &reader.app.services.config;
    let token_valid = identity.check_first_run(token).is_ok();
    let page = SetupPage {
        frame: reader.frame("", reader.t.s("setup.title"), Shelf::default()),
        form: again.form,
        token: token.to_owned(),
        token_valid,
        public_url: config.public_origin(),
        listens: config.web.listen.to_string(),
        loopback_only: config.web.listen.ip().is_loopback(),
    };
    let status = if token_valid {
        again.status
    } else {
        StatusCode::FORBIDDEN
    };
    reader.show(status, &page)
}

/// A path of this site, whatever was asked for: browsers read `//`, `/\` and hidden tabs as other sites.
pub(super) fn own_path(text: &str) -> &str {
    let begins = text.starts_with('/') && !text[1..].starts_with(['/', '\\']);
    let plain = text.chars().all(|letter| letter.is_ascii_graphic());
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let leads_on = !matches!(
        path,
        "/login"
            | "/login/certificate"
            | "/login/certificate/done"
            | "/logout"
            | "/setup"
            | "/signup"
            | "/confirm"
            | "/recover"
    );
    if begins && plain && leads_on { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn signing_in_leads_nowhere_else() {
        for fine in [
            "/",
            "/logbook",
            "/logbook?q=band:20m&offset=50",
            "/logbooks/K6BP%2FP",
        ] {
            assert_eq!(own_path(fine), fine);
        }
        for foreign in [
            "",
            "logbook",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "/login?next=/",
            "/logout",
        ] {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
    }
}
