//! Signing in, and proving a call, with a certificate: the two ends of it on the main host.
//!
//! The first form sends the browser with an errand to the host that examines certificates (`app::asking`); that host's
//! form brings it back with a token. The errand's cookie is this host's alone, so the token is of use only in the browser
//! that began here.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum_extra::extract::cookie::CookieJar;
use smol_str::SmolStr;

use super::entrance::{entered, own_path};
use super::fields::Fields;
use super::frame::Shelf;
use super::notice::Done;
use super::reader::{Reader, see_other};
use super::views::{ArrivalPage, LotwPage, sentence};
use crate::app::asking;
use crate::ham::callsign::Callsign;
use crate::identity::certificates::{Chain, ERRAND_LIFE, EnterError, Entered, Errand, QUESTION_LIFE};
use crate::web::{Policy, Problem, Result};

/// The cookie with the errand. The prefix makes browsers insist on Secure, Path=/ and no Domain, so that the other host,
/// which may be a subdomain, neither sees nor sets it.
const COOKIE: &str = "__Host-errand";

impl Reader {
    /// Where the reader can show a certificate: the origin of the host that asks for one.
    pub(super) fn certificate_host(&self) -> Option<String> {
        // The way back is by HTTPS, and the cookie that is needed there goes one way with it.
        self.visitor
            .https
            .then(|| asking::origin(&self.app, &self.host))
            .flatten()
    }

    /// A page with a form that leads to the host that asks for certificates.
    pub(super) fn leading_there(&self, mut response: Response) -> Response {
        if let Some(origin) = self.certificate_host() {
            response.extensions_mut().insert(Policy {
                forms: vec!["'self'".to_owned(), origin],
                ..Policy::default()
            });
        }
        response
    }
}

/// `/verify/lotw`: the two ways to prove one's call by a certificate of Logbook of the World.
pub(super) async fn choose(reader: Reader) -> Result<Response> {
    let page = LotwPage {
        frame: reader.frame_of("", "verify_lotw.title").await,
        by_browser: reader.certificate_host().is_some(),
        by_log: reader.app.certificates.can_prove(),
    };
    Ok(reader.leading_there(reader.show(StatusCode::OK, &page)?))
}

/// Sends the browser off.
pub(super) async fn begin(reader: Reader, fields: Fields) -> Result<Response> {
    let Some(origin) = reader.certificate_host() else {
        return Err(Problem::not_found(
            "nobody can sign in by certificate at this address",
        ));
    };
    let next = match own_path(fields.text("next")) {
        "/" if reader.account.is_some() => "/verify/lotw",
        next => next,
    };
    let hop = reader.app.certificates.hop();
    let errand = hop.send(
        reader.visitor.actor.account(),
        fields.ticked("remember"),
        next,
        reader.now,
    );
    let mut response = see_other(&format!("{origin}/?begun={}", errand.challenge()))?;
    let life = ERRAND_LIFE.as_secs();
    let cookie = cookie(&errand.sealed(&reader.app.signer), life)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Takes the browser back in.
pub(super) async fn arrive(reader: Reader, headers: HeaderMap, fields: Fields) -> Result<Response> {
    check_origin(&reader, &headers)?;
    let jar = CookieJar::from_headers(&headers);
    let errand = jar.get(COOKIE);
    let errand = errand.and_then(|cookie| Errand::open(cookie.value(), &reader.app.signer, reader.now));
    // Whatever else is wrong, the token has been shown and is over.
    let chain = reader
        .app
        .certificates
        .hop()
        .take(fields.text("token"), errand.as_ref(), reader.now);
    let own = |errand: &Errand| errand.account == reader.visitor.actor.account();
    let (Some(errand), Some(chain)) = (errand.filter(own), chain) else {
        return home(ended(&reader, StatusCode::FORBIDDEN, Ending::Lost)?);
    };
    let take = fields.text("claim") == "take";
    let visitor = &reader.visitor;
    let certificates = &reader.app.certificates;
    let done = certificates
        .enter(&chain, &errand, (&visitor.actor, &visitor.browser), take)
        .await;
    match done {
        Ok(Entered::SignedIn {
            session,
            suggest_passkey,
        }) => {
            let response = if suggest_passkey && reader.passkeys_here() {
                reader.go_on("/settings#passkeys", Done::CertificateFirst)?
            } else {
                see_other(own_path(&errand.next))?
            };
            home(entered(response, &reader, &session, errand.remember))
        }
        Ok(Entered::Verified) => home(reader.go_on(own_path(&errand.next), Done::CallProven)?),
        Ok(Entered::Waiting) => home(ended(&reader, StatusCode::OK, Ending::Waiting)?),
        Ok(Entered::Contested { call, may_take }) => contested(&reader, (call, may_take), &errand, chain),
        Err(EnterError::Refused(refusal)) => home(refused(&reader, refusal.into())?),
        Err(EnterError::Failed(error)) => home(refused(&reader, error.into())?),
    }
}

/// How it can end without going on.
#[derive(Debug, Clone, Copy)]
enum Ending {
    /// Not begun in this browser, or too late.
    Lost,
    /// An administrator must let them in.
    Waiting,
}

fn ended(reader: &Reader, status: StatusCode, ending: Ending) -> Result<Response> {
    let (what, help) = match ending {
        Ending::Lost => ("arrival.lost", "arrival.lost_help"),
        Ending::Waiting => ("arrival.waiting", "arrival.waiting_help"),
    };
    let page = ArrivalPage {
        what: reader.t.s(what).to_owned(),
        help: reader.t.s(help).to_owned(),
        ..page(reader)
    };
    reader.show(status, &page)
}

/// Why not, in words; what is nobody's to mend stays a problem.
fn refused(reader: &Reader, problem: Problem) -> Result<Response> {
    if problem.status().is_server_error() && problem.body().extra.get("refusal").is_none() {
        return Err(problem);
    }
    let body = problem.body();
    let extra = |name: &str| {
        body.extra
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
    };
    let mut what = sentence(&body.detail);
    if !what.ends_with('.') {
        what.push('.');
    }
    let page = ArrivalPage {
        what,
        help: extra("help").to_owned(),
        code: extra("refusal").to_owned(),
        ..page(reader)
    };
    reader.show(problem.status(), &page)
}

/// Asks whose the account is that has the call and has not proven it.
fn contested(
    reader: &Reader,
    (call, may_take): (Callsign, bool),
    errand: &Errand,
    chain: Chain,
) -> Result<Response> {
    let hop = reader.app.certificates.hop();
    let token = hop.issue(chain, &errand.challenge(), QUESTION_LIFE, reader.now);
    let page = ArrivalPage {
        what: reader.t.s("arrival.contested").to_owned(),
        help: reader
            .t
            .s(if may_take {
                "arrival.contested_help"
            } else {
                "arrival.contested_closed"
            })
            .to_owned(),
        call: call.to_string(),
        token: token.filter(|_| may_take).unwrap_or_default(),
        ..page(reader)
    };
    reader.show(StatusCode::CONFLICT, &page)
}

fn page(reader: &Reader) -> ArrivalPage {
    ArrivalPage {
        frame: reader.frame("", reader.t.s("arrival.title"), Shelf::default()),
        what: String::new(),
        help: String::new(),
        code: String::new(),
        call: String::new(),
        token: String::new(),
    }
}

/// The form comes from a page of the host that asks, or of this one. A page that tells nobody its address sends `null`;
/// browsers say with `Sec-Fetch-Site`, checked before, that it is of this site.
fn check_origin(reader: &Reader, headers: &HeaderMap) -> Result<()> {
    let Some(sent) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let sent = SmolStr::new(sent.to_str().unwrap_or("?"));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = host.and_then(|host| asking::main_origin(&reader.app, host));
    let known = [own, asking::origin(&reader.app, &reader.host)];
    if sent == "null" || known.iter().flatten().any(|known| *known == sent) {
        return Ok(());
    }
    Err(Problem::forbidden(
        "cross_site",
        "the request comes from another site's page",
    ))
}

/// The errand is over.
fn home(mut response: Response) -> Result<Response> {
    response.headers_mut().append(header::SET_COOKIE, cookie("", 0)?);
    Ok(response)
}

fn cookie(value: &str, seconds: i64) -> Result<HeaderValue> {
    let text = format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax; Secure");
    HeaderValue::try_from(text).map_err(Problem::internal)
}
