//! Who may do what: by the name the relay was called by, the page's origin, and a header that only scripts carry.
//!
//! A browser lets any page send requests here, also such as it may not read the answer of: so what counts is decided
//! before anything is done. Requests without `Origin` and `Sec-Fetch-Site` come from no browser of today.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::Refused;
use crate::relay::desk::Desk;

/// The headers of which one marks a request that is to move something, with the value `execute`.
pub(super) const ACTION: [HeaderName; 2] = [
    HeaderName::from_static("x-shackbox-action"),
    HeaderName::from_static("x-hams-action"),
];
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// What a route does, as far as the gate tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Shows a page of the relay's own, or a part of one. A link from elsewhere may lead here.
    Page,
    /// Tells of the radio: for allowed pages.
    Read,
    /// Moves something: for allowed pages, with the action header.
    Act,
    /// Pairing: for everybody.
    Pair,
    /// Settings: for the relay's own pages, with the action header where something is changed.
    Own,
    /// The websocket: for allowed pages; whoever is none of a browser listens only, unless it has the action header.
    Socket,
}

/// Whose request it is; a handler finds it among the request's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The page's origin as the browser gave it; `None` for a program.
    pub(crate) origin: Option<String>,
    /// Whether it may move something.
    pub(crate) acts: bool,
}

impl Caller {
    /// The origin by which pairings know it.
    pub(crate) fn name(&self) -> &str {
        self.origin.as_deref().unwrap_or_default()
    }
}

/// Whom the house knows.
pub(super) trait House {
    /// Whether pages of an origin may look at the radio and tune it.
    fn allows(&self, origin: &str) -> bool;
    /// Whether an origin is that of the relay's own pages.
    fn is_own(&self, origin: &str) -> bool;
    /// Whether this is the relay's own name, with port.
    fn is_own_host(&self, host: &str) -> bool;
}

impl House for Desk {
    fn allows(&self, origin: &str) -> bool {
        Self::allows(self, origin)
    }

    fn is_own(&self, origin: &str) -> bool {
        Self::is_own(self, origin)
    }

    fn is_own_host(&self, host: &str) -> bool {
        Self::is_own_host(self, host)
    }
}

/// Middleware of the routes of a kind.
pub(super) async fn guard(
    State((desk, kind)): State<(Arc<Desk>, Kind)>,
    mut request: Request,
    next: Next,
) -> Response {
    match judge(kind, request.method(), request.headers(), &*desk) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refused) => {
            tracing::debug!(
                ?kind,
                code = refused.0.code,
                "a request was refused: {}",
                refused.0.detail
            );
            refused.into_response()
        }
    }
}

/// The one value of a header; an error if there are several or it is no text.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refused> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    let text = first.map(|value| value.to_str()).transpose().ok();
    match (text, values.next()) {
        (Some(text), None) => Ok(text),
        _ => Err(Refused::forbidden(
            "bad_header",
            format!("{name}: more than one value, or none that is text"),
        )),
    }
}

/// The page's origin, if the request tells.
pub(super) fn origin(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    one(headers, &header::ORIGIN)
}

/// Whether a request was sent to the relay by its own name: keeps out pages whose name was made to lead here.
pub(super) fn check_host(uri: &Uri, headers: &HeaderMap, house: &impl House) -> Result<(), Refused> {
    let named = one(headers, &header::HOST)?;
    let asked = uri.authority().map(|authority| authority.as_str());
    if named.is_some_and(|host| house.is_own_host(host)) && asked.is_none_or(|host| house.is_own_host(host)) {
        return Ok(());
    }
    Err(Refused::forbidden(
        "wrong_host",
        "this relay answers to 127.0.0.1 and localhost with its port only",
    ))
}

/// Lets a request through to a route of a kind, or says why not.
pub(super) fn judge(
    kind: Kind,
    method: &Method,
    headers: &HeaderMap,
    house: &impl House,
) -> Result<Caller, Refused> {
    let origin = origin(headers)?;
    let site = one(headers, &SEC_FETCH_SITE)?;
    let reads = matches!(*method, Method::GET | Method::HEAD);
    match origin {
        Some(origin) if kind == Kind::Own && !house.is_own(origin) => {
            return Err(Refused::forbidden(
                "own_pages_only",
                "settings are changed on the relay's own page: open /setup there",
            ));
        }
        Some(origin) if kind != Kind::Pair && !house.allows(origin) => return Err(stranger(origin)),
        Some(_) => {}
        None => {
            let near = site.is_none_or(|site| matches!(site, "none" | "same-origin"));
            let link = kind == Kind::Page && reads && one(headers, &SEC_FETCH_DEST)? == Some("document");
            if !near && !link {
                return Err(Refused::forbidden(
                    "cross_site",
                    "a page from elsewhere sent this without saying whose it is",
                ));
            }
        }
    }
    let marked = is_marked(headers);
    let changes = match kind {
        Kind::Act => true,
        Kind::Own => !reads,
        Kind::Page | Kind::Read | Kind::Pair | Kind::Socket => false,
    };
    if changes && !marked {
        return Err(Refused::forbidden(
            "action_header_missing",
            "send the header X-Shackbox-Action: execute along with what is to be done",
        ));
    }
    if !reads {
        check_type(headers)?;
    }
    Ok(Caller {
        origin: origin.map(str::to_owned),
        acts: marked || kind == Kind::Socket && origin.is_some(),
    })
}

/// Whether it has the action header.
fn is_marked(headers: &HeaderMap) -> bool {
    let execute = |name| headers.get(name).is_some_and(|value| value == "execute");
    ACTION.iter().any(execute)
}

/// A body is JSON: other kinds are sent by browsers without asking first.
fn check_type(headers: &HeaderMap) -> Result<(), Refused> {
    let Some(kind) = one(headers, &header::CONTENT_TYPE)? else {
        return Ok(());
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Refused::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send the body as application/json",
    ))
}

/// A page that nobody has allowed.
pub(super) fn stranger(origin: &str) -> Refused {
    let origin: String = origin.chars().take(100).collect();
    Refused::forbidden(
        "origin_not_allowed",
        format!("pages of {origin} are not allowed at this relay: pair them first (POST /api/pair)"),
    )
}
