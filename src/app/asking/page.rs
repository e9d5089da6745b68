//! The page: examines what the request shows, on every request anew, and tells a person or a program.
//!
//! A good certificate gives nobody a session here. The page's form takes a token to the main host, where only the browser
//! that began there can use it; what is shown of a certificate is escaped by the template. The page runs no script, and
//! its address is told to nobody.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

use super::shown::shown;
use super::views::{BadPage, Frame, GoodPage};
use crate::app::App;
use crate::app::pages::sentence;
use crate::identity::certificates::{Chain, Holder, TOKEN_LIFE};
use crate::net::{Forwarded, TlsInfo};
use crate::web::{
    Access, Class, Json, Policy, Problem, Query, Result, Routes, Sensitive, Text, asset_base, render,
};

/// What the main host sent the browser with.
#[derive(Debug, Deserialize)]
struct Begun {
    /// Digest of the browser's secret there.
    #[serde(default)]
    begun: String,
}

/// The routes of this host.
pub(super) fn routes(app: &App) -> Routes {
    Routes::new()
        .page(Access::Public.class(Class::Login), "/", get(show))
        .with_state(app.clone())
}

async fn show(State(app): State<App>, Query(query): Query<Begun>, request: Request) -> Result<Response> {
    let extensions = request.extensions();
    let form = app.services.config.web.mtls.forwarded;
    let chain = shown(extensions.get::<TlsInfo>(), extensions.get::<Forwarded>(), form)?;
    let holder = app.certificates.examine(&chain)?;
    if !wants_page(request.headers()) {
        return Ok(told(&holder));
    }
    let token = token(&app, chain, &query.begun);
    page(
        &app,
        request.headers(),
        &good(&app, request.headers(), &holder, token),
        StatusCode::OK,
    )
}

fn token(app: &App, chain: Chain, begun: &str) -> Option<String> {
    let now = app.services.env.clock.now();
    app.certificates.hop().issue(chain, begun, TOKEN_LIFE, now)
}

/// The same for programs; it tells who somebody is, and lets nobody in.
fn told(holder: &Holder) -> Response {
    let claim = holder.claim.as_deref();
    let body = json!({
        "call": holder.call.as_str(),
        "name": claim.and_then(|claim| claim.common_name.as_deref()),
        "serial": claim.map(|claim| claim.certificate.serial.as_str()),
        "dxcc": claim.and_then(|claim| claim.dxcc),
        "first_qso": claim.and_then(|claim| claim.first_qso).map(|day| day.to_string()),
        "last_qso": claim.and_then(|claim| claim.last_qso).map(|day| day.to_string()),
        "valid_until": claim.map(|claim| claim.not_after.to_string()),
    });
    let mut response = Json(body).into_response();
    response.extensions_mut().insert(Sensitive);
    response
}

fn good(app: &App, headers: &HeaderMap, holder: &Holder, token: Option<String>) -> GoodPage {
    let claim = holder.claim.as_deref();
    let text = |text: Option<String>| text.unwrap_or_default();
    GoodPage {
        frame: frame(app, headers),
        call: holder.call.to_string(),
        name: text(
            claim
                .and_then(|claim| claim.common_name.as_ref())
                .map(ToString::to_string),
        ),
        until: text(claim.map(|claim| claim.not_after.strftime("%F").to_string())),
        serial: text(claim.map(|claim| claim.certificate.serial.clone())),
        token: token.unwrap_or_default(),
    }
}

fn bad(app: &App, headers: &HeaderMap, problem: &Problem) -> BadPage {
    let body = problem.body();
    let extra = |name: &str| {
        body.extra
            .get(name)
            .and_then(|value| value.as_str())
            .map(str::to_owned)
    };
    let refusal = extra("refusal");
    let frame = frame(app, headers);
    let heading = match refusal.as_deref() {
        Some("no-certificate") => "certificate_in.none",
        Some(_) => "certificate_in.refused",
        None => "certificate_in.fault",
    };
    BadPage {
        heading: frame.t.s(heading).to_owned(),
        frame,
        what: sentence(&body.detail),
        help: extra("help").unwrap_or_default(),
        refused: refusal.is_some(),
        code: refusal.unwrap_or_else(|| body.code.to_owned()),
    }
}

fn frame(app: &App, headers: &HeaderMap) -> Frame {
    let t = Text::pick(None, headers);
    let club = &app.services.config.club.name;
    Frame {
        t,
        lang: t.language().to_owned(),
        club_name: if club.is_empty() {
            "Shackbox".to_owned()
        } else {
            club.clone()
        },
        asset_base: asset_base(),
        main: main(app, headers).unwrap_or_default(),
    }
}

fn main(app: &App, headers: &HeaderMap) -> Option<String> {
    super::main_origin(app, headers.get(header::HOST)?.to_str().ok()?)
}

/// The page with what keeps it to itself.
fn page(
    app: &App,
    headers: &HeaderMap,
    page: &impl askama::Template,
    status: StatusCode,
) -> Result<Response> {
    let mut response = render(page)?;
    *response.status_mut() = status;
    let none = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(header::REFERRER_POLICY, none);
    response.extensions_mut().insert(Sensitive);
    response.extensions_mut().insert(Policy {
        forms: vec![main(app, headers).unwrap_or_else(|| "'none'".to_owned())],
        without_script: true,
        ..Policy::default()
    });
    Ok(response)
}

/// Problems as pages for people, whichever layer refused.
pub(super) fn with_error_pages(router: Router, app: &App) -> Router {
    router.layer(from_fn_with_state(app.clone(), error_pages))
}

async fn error_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    if !wants_page(request.headers()) {
        return next.run(request).await;
    }
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else {
        return response;
    };
    let shown = page(&app, &headers, &bad(&app, &headers, &problem), problem.status());
    let Ok(mut shown) = shown else { return response };
    // This layer stands outside the one that says what a page may do.
    if let Some(policy) = shown.extensions_mut().remove::<Policy>()
        && let Ok(policy) = HeaderValue::try_from(policy.render(None))
    {
        shown
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let (mut parts, body) = shown.into_parts();
    for (name, value) in response.headers() {
        let own = [
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            header::WWW_AUTHENTICATE,
        ];
        if !own.contains(name) && !parts.headers.contains_key(name) {
            parts.headers.insert(name, value.clone());
        }
    }
    Response::from_parts(parts, body)
}

/// Whether a person waits for an answer to look at.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
