//! Signing in and out, and the first run, for browsers with and without script.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::fields::Fields;
use super::reader::Reader;
use super::views::{Form, LoginPage, SetupPage};
use crate::app::App;
use crate::identity::api::first_account;
use crate::identity::api::gate::{self, Visitor};
use crate::identity::{Error, Password, SignIn};
use crate::web::{Problem, Query, Result, render};

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

/// `/login`
pub(super) async fn login(reader: Reader, Query(query): Query<Next>) -> Result<Response> {
    if reader.visitor.actor.in_person().is_ok() && query.next.is_empty() {
        return Ok(Redirect::to("/").into_response());
    }
    login_page(&reader, Form::default(), &query.next)
}

/// Plain sign-in.
pub(super) async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    reader: Reader,
    fields: Fields,
) -> Result<Response> {
    let remember = fields.get("remember") == "true";
    let shown = SignIn {
        call: fields.get("call").to_owned(),
        password: Password::entered(fields.get("password")),
        remember,
    };
    match app.services.identity.sign_in(shown, &visitor.browser).await {
        Ok(token) => {
            let cookie = gate::session_cookie(&token, visitor.https, remember);
            let place = own_path(fields.get("next"));
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(place)).into_response())
        }
        Err(error) => {
            let problem = Problem::from(error);
            let page = login_page(&reader, fields.refused(&problem), fields.get("next"))?;
            Ok((problem.status(), page).into_response())
        }
    }
}

/// Signs out.
pub(super) async fn sign_out(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    if visitor.actor.in_person().is_ok() {
        match app.services.identity.sign_out(&visitor.actor).await {
            Ok(()) | Err(Error::UnknownSession) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let cookies = gate::ended_cookies().map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookies), Redirect::to("/login")).into_response())
}

/// `/setup?token=…`
pub(super) async fn first_run(reader: Reader, Query(link): Query<Link>) -> Result<Response> {
    setup_page(&reader, Form::default(), &link.token)
}

/// Plain first run.
pub(super) async fn set_up(
    State(app): State<App>,
    visitor: Visitor,
    reader: Reader,
    fields: Fields,
) -> Result<Response> {
    let made = make_first(&app, &visitor, &fields).await;
    match made {
        Ok(cookie) => Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()),
        Err(problem) => {
            let page = setup_page(&reader, fields.refused(&problem), fields.get("token"))?;
            Ok((problem.status(), page).into_response())
        }
    }
}

async fn make_first(app: &App, visitor: &Visitor, fields: &Fields) -> Result<axum::http::HeaderValue> {
    let password = Password::entered(fields.get("password"));
    let (new, password) = first_account(
        fields.get("call"),
        fields.get("name"),
        fields.get("grid"),
        password,
    )?;
    let token = app
        .services
        .identity
        .set_up(fields.get("token"), new, password, &visitor.browser)
        .await?;
    Ok(gate::session_cookie(&token, visitor.https, false))
}

fn login_page(reader: &Reader, form: Form, next: &str) -> Result<Response> {
    let page = LoginPage {
        frame: reader.frame("", reader.t.s("login.title")),
        form,
        next: own_path(next).to_owned(),
        setup_pending: reader.app.services.identity.needs_administrator(),
    };
    render(&page)
}

fn setup_page(reader: &Reader, form: Form, token: &str) -> Result<Response> {
    let config = &reader.app.services.config;
    let valid = reader.app.services.identity.check_first_run(token).is_ok();
    let page = SetupPage {
        frame: reader.frame("", reader.t.s("setup.title")),
        form,
        token: token.to_owned(),
        token_valid: valid,
        public_url: config.public_origin(),
        listens: config.web.listen.to_string(),
        loopback_only: config.web.listen.ip().is_loopback(),
    };
    let status = if valid {
        StatusCode::OK
    } else {
        StatusCode::FORBIDDEN
    };
    Ok((status, render(&page)?).into_response())
}

/// A path on this very site; anything else leads to the dashboard.
fn own_path(path: &str) -> &str {
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n', '\r']);
    if own { path } else { "/" }
}
