//! Who asks: the layer that turns a cookie or a bearer token into an [`Actor`], and keeps other sites' pages out.
//!
//! A browser sends its cookie with whatever a page elsewhere makes it send; so a change that comes with a session must
//! prove that one of our pages sent it: by `Origin` and `Sec-Fetch-Site` where the browser sends them, and by the
//! session's CSRF token in `X-CSRF-Token` or in a form field `csrf`. A bearer token is never sent by itself, so it
//! needs no such proof. What a route asks for in its declaration is enforced here; the domains check again.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use smol_str::SmolStr;
use url::Url;

use crate::identity::actor::{Actor, Credential, Denied};
use crate::identity::model::Scope;
use crate::identity::service::{Browser, Identity};
use crate::identity::token::SessionToken;
use crate::net::Peer;
use crate::web::{Access, Caller, Guard, Problem};

/// The session cookie over HTTPS; the prefix makes browsers insist on Secure, Path=/ and no Domain.
const SECURE_COOKIE: &str = "__Host-session";
/// The session cookie over plain HTTP, where the other name is not allowed.
const PLAIN_COOKIE: &str = "shackbox-session";
/// How long a browser keeps a remembered session's cookie; the server's limits decide before.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);
/// How much of a form is looked through for its token, which our forms have at their start.
const FORM_START: usize = 16 << 10;

/// What the layer knows of the installation.
#[derive(Clone)]
pub(crate) struct Gate {
    identity: Identity,
    public: Option<Arc<Url>>,
}

/// Who sent a request, as handlers get it.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// With which rights.
    pub(crate) actor: Actor,
    /// The session's CSRF token, for forms and scripts; empty without a session.
    pub(crate) csrf: String,
    /// Where the browser is.
    pub(crate) browser: Browser,
    /// Whether the browser reached us over HTTPS.
    pub(crate) https: bool,
}

/// The actor alone.
#[derive(Debug, Clone)]
pub(crate) struct Who(pub(crate) Actor);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let visitor = parts.extensions.get::<Self>().cloned();
        visitor.ok_or_else(|| Problem::internal("a handler was reached without passing the gate"))
    }
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Visitor::from_request_parts(parts, state)
            .await
            .map(|visitor| Self(visitor.actor))
    }
}

impl Gate {
    /// The layer for an installation that people reach under `public`, where that is configured.
    pub(crate) fn new(identity: Identity, public: Option<Url>) -> Self {
        Self {
            identity,
            public: public.map(Arc::new),
        }
    }

    /// Whether a request came over HTTPS, as the browser sees it.
    fn is_https(&self, peer: Peer, headers: &HeaderMap) -> bool {
        let public = self.public.as_deref().filter(|public| public.scheme() == "https");
        peer.https || public.is_some_and(|public| host(headers) == Some(authority(public).as_str()))
    }

    /// Whether a browser says that another site's page sent this.
    fn is_foreign(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
            return true;
        }
        let Some(origin) = text("origin") else {
            return false;
        };
        let Ok(origin) = Url::parse(origin) else {
            return true;
        };
        let ours = |public: &Arc<Url>| public.origin() == origin.origin();
        let same_host =
            matches!(origin.scheme(), "http" | "https") && host(headers) == Some(&authority(&origin));
        !same_host && !self.public.as_ref().is_some_and(ours)
    }

    /// Who the request's cookie or bearer token stands for, and the session's CSRF token.
    fn identify(&self, headers: &HeaderMap, https: bool) -> Result<(Actor, Option<SessionToken>), Problem> {
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            let bearer = value.to_str().ok().and_then(bearer_token);
            let actor = bearer.and_then(|token| self.identity.by_key(token));
            let unknown =
                || Problem::unauthenticated().with("hint", "the API key is unknown, expired or revoked");
            return actor.map(|actor| (actor, None)).ok_or_else(unknown);
        }
        let jar = CookieJar::from_headers(headers);
        let names = [Some(SECURE_COOKIE), (!https).then_some(PLAIN_COOKIE)];
        for name in names.into_iter().flatten() {
            let token = jar
                .get(name)
                .and_then(|cookie| SessionToken::parse(cookie.value()));
            let known = token.and_then(|token| self.identity.by_session(&token).map(|actor| (actor, token)));
            if let Some((actor, token)) = known {
                return Ok((actor, Some(token)));
            }
        }
        Ok((Actor::Guest, None))
    }
}

/// The layer: identifies, refuses what other sites' pages send, enforces the route's declaration.
pub(crate) async fn gate(gate: Gate, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied().unwrap_or(Peer::LOCAL);
    let headers = request.headers();
    let https = gate.is_https(peer, headers);
    let (actor, token) = match gate.identify(headers, https) {
        Ok(known) => known,
        Err(problem) => return problem.into_response(),
    };
    let by_itself =
        !matches!(&actor, Actor::Member(member) if matches!(member.credential, Credential::Key(_)));
    if by_itself && !request.method().is_safe() && gate.is_foreign(headers) {
        return Problem::forbidden(
            "cross_site",
            "another site's page sent this; open ours and try again",
        )
        .into_response();
    }
    if let Some(token) = token.as_ref().filter(|_| !request.method().is_safe()) {
        match carries_token(request, token).await {
            Ok(checked) => request = checked,
            Err(problem) => return problem.into_response(),
        }
    }
    let guard = request.extensions().get::<Guard>().copied();
    if let Err(denied) = admit(guard, &actor) {
        return refuse(&request, denied);
    }
    let extensions = request.extensions_mut();
    extensions.insert(caller(&actor));
    let visitor = Visitor {
        csrf: token.map(|token| token.csrf()).unwrap_or_default(),
        browser: Browser {
            address: peer.address,
            agent: agent(request.headers()),
        },
        actor,
        https,
    };
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

/// What the route's declaration asks for.
fn admit(guard: Option<Guard>, actor: &Actor) -> Result<(), Denied> {
    match guard.map(|guard| guard.access) {
        None | Some(Access::Public) => Ok(()),
        Some(Access::Session) => actor.in_person().map(drop),
        Some(Access::Key(scope)) => match scope.parse::<Scope>() {
            Ok(scope) => actor.require(scope),
            // A route declared with a scope nobody can have is closed, and the route test names it.
            Err(_) => Err(Denied::Forbidden("this is closed")),
        },
        Some(Access::Admin) => actor.admin().map(drop),
    }
}

/// A person is led to the sign-in page and back; a program gets the problem.
fn refuse(request: &Request, denied: Denied) -> Response {
    let path = request.uri().path();
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let page = request.method() == Method::GET && !path.starts_with("/api/") && accept.contains("text/html");
    if page && matches!(denied, Denied::SignIn | Denied::Confirm) {
        let next = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        return Redirect::to(&format!("/login?next={next}")).into_response();
    }
    Problem::from(denied).into_response()
}

/// Refuses unless the request carries the session's CSRF token; the body read for it is put back.
async fn carries_token(request: Request, token: &SessionToken) -> Result<Request, Problem> {
    let refused = || {
        let detail =
            "the page's token is missing or belongs to an older session; reload the page and try again";
        Problem::forbidden("csrf", detail)
    };
    if let Some(shown) = request.headers().get("x-csrf-token") {
        return if token.allows(shown.to_str().unwrap_or_default()) {
            Ok(request)
        } else {
            Err(refused())
        };
    }
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let find: fn(&[u8]) -> Option<String> = if kind.starts_with("application/x-www-form-urlencoded") {
        urlencoded_token
    } else if kind.starts_with("multipart/form-data") {
        multipart_token
    } else {
        return Err(refused());
    };
    let (parts, body) = request.into_parts();
    let mut rest = body.into_data_stream();
    let mut start: Vec<Bytes> = Vec::new();
    let mut seen = Vec::new();
    while seen.len() < FORM_START {
        let Some(piece) = rest.next().await else { break };
        let piece = piece.map_err(|error| Problem::bad_request("unreadable_body", error.to_string()))?;
        let wanted = piece.len().min(FORM_START - seen.len());
        seen.extend_from_slice(&piece[..wanted]);
        start.push(piece);
    }
    if !find(&seen).is_some_and(|shown| token.allows(&shown)) {
        return Err(refused());
    }
    let whole = stream::iter(start.into_iter().map(Ok)).chain(rest.into_stream());
    Ok(Request::from_parts(parts, Body::from_stream(whole)))
}

fn urlencoded_token(start: &[u8]) -> Option<String> {
    let found = url::form_urlencoded::parse(start).find(|(name, _)| name == "csrf");
    found.map(|(_, value)| value.into_owned())
}

fn multipart_token(start: &[u8]) -> Option<String> {
    let name = br#"name="csrf""#;
    let head = memchr::memmem::find(start, name)? + name.len();
    let value = head + memchr::memmem::find(&start[head..], b"\r\n\r\n")? + 4;
    let end = value + memchr::memmem::find(&start[value..], b"\r\n")?;
    String::from_utf8(start[value..end].to_vec()).ok()
}

fn bearer_token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn caller(actor: &Actor) -> Caller {
    match actor {
        Actor::Member(member) => Caller {
            account: Some(member.account.0),
            administrator: actor.admin().is_ok(),
            key: match member.credential {
                Credential::Key(id) => Some(id.number()),
                Credential::Session { .. } => None,
            },
        },
        Actor::Guest | Actor::System(..) => Caller::GUEST,
    }
}

fn agent(headers: &HeaderMap) -> SmolStr {
    headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .into()
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

/// Host and, where it is not the scheme's own, port.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The `Set-Cookie` that keeps a session in the browser.
pub(crate) fn session_cookie(token: &SessionToken, https: bool, remember: bool) -> HeaderValue {
    set_cookie(token.expose(), https, remember.then_some(REMEMBERED))
}

/// The `Set-Cookie`s that make a browser forget its session.
pub(crate) fn ended_cookies() -> [HeaderValue; 2] {
    [true, false].map(|https| set_cookie("", https, Some(Duration::ZERO)))
}

fn set_cookie(value: &str, https: bool, age: Option<Duration>) -> HeaderValue {
    let (name, secure) = if https {
        (SECURE_COOKIE, "; Secure")
    } else {
        (PLAIN_COOKIE, "")
    };
    let age = age
        .map(|age| format!("; Max-Age={}", age.as_secs()))
        .unwrap_or_default();
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    HeaderValue::try_from(text).expect("tokens are base64url")
}
