//! Who asks: the layer that turns a cookie or a bearer token into an [`Actor`], and keeps other sites' pages out.
//!
//! A browser sends its cookie with whatever a page elsewhere makes it send; so a change that comes with a session must
//! prove that one of our pages sent it: by `Origin` and `Sec-Fetch-Site` where the browser sends them, and by the
//! session's CSRF token in `X-CSRF-Token` or in a form field `csrf`. A bearer token or a signature is never sent by itself, so it
//! needs no such proof. What a route asks for in its declaration is enforced here; the domains check again.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use smol_str::SmolStr;
use url::Url;

use super::{csrf, signature};
use crate::identity::actor::{Actor, Credential, Denied};
use crate::identity::model::Scope;
use crate::identity::service::{Browser, Identity};
use crate::identity::token::SessionToken;
use crate::net::Peer;
use crate::web::{Access, Caller, Guard, Kind, Problem, Signer, same_origin, same_site};

/// The session cookie over HTTPS; the prefix makes browsers insist on Secure, Path=/ and no Domain.
const SECURE_COOKIE: &str = "__Host-session";
/// The session cookie over plain HTTP, where the other name is not allowed.
const PLAIN_COOKIE: &str = "shackbox-session";
/// How long a browser keeps a remembered session's cookie; the server's limits decide before.
const REMEMBERED: Duration = Duration::from_hours(720);

/// What the layer knows of the installation.
#[derive(Clone)]
pub(crate) struct Gate {
    identity: Identity,
    signer: Signer,
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

impl Visitor {
    /// Somebody of whom nothing is known.
    pub(crate) fn unknown(peer: Peer) -> Self {
        Self {
            actor: Actor::Guest,
            csrf: String::new(),
            browser: Browser {
                address: peer.address,
                agent: SmolStr::default(),
            },
            https: peer.https,
        }
    }
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
    pub(crate) fn new(identity: Identity, signer: Signer, public: Option<Url>) -> Self {
        Self {
            identity,
            signer,
            public: public.map(Arc::new),
        }
    }

    /// Whether a request came over HTTPS, as the browser sees it.
    fn is_https(&self, peer: Peer, headers: &HeaderMap) -> bool {
        let public = self.public.as_deref().filter(|public| public.scheme() == "https");
        peer.https || public.is_some_and(|public| host(headers) == Some(authority(public).as_str()))
    }

    /// Who the request's cookie or bearer token stands for, and the session's CSRF token.
    fn identify(&self, headers: &HeaderMap, https: bool) -> Result<(Actor, Option<SessionToken>), Problem> {
        // Other schemes are not for us: a proxy in front may ask for a password of its own.
        let shown = headers.get(header::AUTHORIZATION);
        let token = shown.and_then(|value| bearer_token(value.as_bytes()));
        if let Some(token) = token.filter(|token| !is_name_token(token)) {
            let unknown =
                || Problem::unauthenticated().with("hint", "the API key is unknown, expired or revoked");
            let actor = std::str::from_utf8(token)
                .ok()
                .and_then(|token| self.identity.by_key(token.trim()));
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

impl Gate {
    /// The request with who sent it, and the token of their session.
    async fn know(
        &self,
        request: Request,
        https: bool,
    ) -> Result<(Request, Actor, Option<SessionToken>), Problem> {
        if let Some(shown) = signature::find(&request) {
            let (actor, request) = signature::check(&self.identity, &shown, request).await?;
            return Ok((request, actor, None));
        }
        let (actor, token) = self.identify(request.headers(), https)?;
        Ok((request, actor, token))
    }

    /// Refuses a change that does not come from one of our pages.
    async fn check_change(&self, request: Request, token: Option<&SessionToken>) -> Result<Request, Problem> {
        same_origin(request.headers(), self.public.as_deref())?;
        match token {
            Some(token) => csrf::check(&self.signer, token, request).await,
            None => Ok(request),
        }
    }

    /// The layer: identifies, refuses what other sites' pages send, enforces the route's declaration.
    pub(crate) async fn handle(self, request: Request, next: Next) -> Response {
        let peer = request.extensions().get::<Peer>().copied().unwrap_or(Peer::LOCAL);
        let https = self.is_https(peer, request.headers());
        let (request, actor, token) = match self.know(request, https).await {
            Ok(known) => known,
            Err(problem) => return problem.into_response(),
        };
        let visitor = Visitor {
            csrf: token
                .as_ref()
                .map(|token| csrf::issue(&self.signer, token, self.identity.nonce()))
                .unwrap_or_default(),
            browser: Browser {
                address: peer.address,
                agent: agent(request.headers()),
            },
            actor,
            https,
        };
        let mut response = self.admit(request, token.as_ref(), &visitor, next).await;
        if response.extensions().get::<Problem>().is_some() {
            // Whoever shows the problem as a page shows it to them.
            response.extensions_mut().insert(visitor.clone());
        }
        if visitor.actor.account().is_some() {
            // Nothing in between may keep what one member sees for another.
            let own = HeaderValue::from_static("private, no-cache");
            response.headers_mut().entry(header::CACHE_CONTROL).or_insert(own);
        }
        response
    }

    /// Lets the request on to its handler, or not.
    async fn admit(
        &self,
        mut request: Request,
        token: Option<&SessionToken>,
        visitor: &Visitor,
        next: Next,
    ) -> Response {
        let actor = &visitor.actor;
        let shown = actor.member().ok().map(|member| member.credential);
        let by_itself = !matches!(shown, Some(Credential::Key(_) | Credential::Signature));
        let guard = request.extensions().get::<Guard>().copied();
        if guard.is_some_and(|guard| guard.from_sister) {
            if let Err(problem) = same_site(request.headers()) {
                return problem.into_response();
            }
        } else if by_itself && !request.method().is_safe() {
            request = match self.check_change(request, token).await {
                Ok(request) => request,
                Err(problem) => return problem.into_response(),
            };
        }
        if !request.method().is_safe() {
            let act = format!("{} {}", request.method(), request.uri().path());
            if let Err(error) = self.identity.note_act(actor, act).await {
                return Problem::from(error).into_response();
            }
        }
        if let Err(denied) = admit(guard, actor) {
            return refuse(&request, denied);
        }
        let extensions = request.extensions_mut();
        extensions.insert(caller(actor));
        extensions.insert(visitor.clone());
        next.run(request).await
    }
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
        Some(Access::Admin) => actor.admin(),
    }
}

/// A person is led to the sign-in page and back; a program gets the problem.
fn refuse(request: &Request, denied: Denied) -> Response {
    if is_page(request) && matches!(denied, Denied::SignIn | Denied::Confirm) {
        let next = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        return Redirect::to(&format!("/login?next={next}")).into_response();
    }
    Problem::from(denied).into_response()
}

/// Whether it is a page that is asked for: everything outside the API that does not stream, where HTML
/// is welcome. What says nothing of what it accepts is a program.
fn is_page(request: &Request) -> bool {
    let plain = request
        .extensions()
        .get::<Guard>()
        .is_some_and(|guard| guard.kind == Kind::Plain);
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let wanted = accept.contains("text/html") || accept.contains("*/*");
    request.method().is_safe() && plain && wanted && !request.uri().path().starts_with("/api/")
}

/// What follows the scheme `Bearer`; `None` where another scheme is named.
fn bearer_token(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(b"Bearer".len())?;
    let ends = token.first().is_none_or(|byte| *byte == b' ');
    (scheme.eq_ignore_ascii_case(b"bearer") && ends).then_some(token)
}

/// Whether it is a token of the name server's, which looks at it itself: nobody is signed in by one.
fn is_name_token(token: &[u8]) -> bool {
    token.trim_ascii().starts_with(b"sbd_")
}

fn caller(actor: &Actor) -> Caller {
    match actor {
        Actor::Member(member) => Caller {
            account: Some(member.account.0),
            administrator: actor.admin().is_ok(),
            key: match member.credential {
                Credential::Key(id) => Some(id.number()),
                Credential::Session { .. }
                | Credential::Signature
                | Credential::Password
                | Credential::Address => None,
            },
        },
        Actor::Guest | Actor::Service(_) => Caller::GUEST,
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
