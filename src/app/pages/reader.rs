//! Who reads a page, in which language, with which logbook in use, and the two ways to answer: a page, or a way on.
//!
//! What a form did is told on the next page by a [`Done`], which travels in a cookie for a minute: an address carries
//! no words, so nobody can make a link that puts some on a page. Nothing is decided here about rights.

use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use jiff::Timestamp;

use super::frame::Shelf;
use super::notice::Done;
use super::views::Frame;
use crate::app::App;
use crate::identity::api::gate::Visitor;
use crate::identity::{Actor, StoredAccount};
use crate::store::Read;
use crate::web::{Catalogue, Problem, Result, Text, render};

/// The cookie that says which logbook was looked at last; the pages' script keeps it too.
const LOGBOOK: &str = "logbook";
/// The cookie that says what a form did.
const NOTICE: &str = "notice";
/// How long a browser remembers the logbook, in seconds: a year.
const REMEMBERED: u32 = 365 * 24 * 3600;
/// How long what a form did waits to be told, in seconds.
const TOLD_WITHIN: u32 = 60;

/// The reader of a page.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) app: App,
    pub(super) visitor: Visitor,
    /// The reader's account, none for a guest.
    pub(super) account: Option<Arc<StoredAccount>>,
    pub(super) t: Text<'static>,
    pub(super) now: Timestamp,
    /// Taken before anything is read, so that nothing falls between the page and its live data.
    pub(super) seq: u64,
    /// The path, without the query.
    pub(super) path: String,
    /// The host of the address, without its port.
    pub(super) host: String,
    /// The logbook that the address names.
    pub(super) named: Option<String>,
    /// The logbook looked at last.
    pub(super) kept: Option<String>,
    /// What the form before did.
    pub(super) done: Option<Done>,
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        Ok(Self::of(app, visitor, &parts.uri, &parts.headers))
    }
}

impl Reader {
    /// The reader that sent a request.
    pub(super) fn of(app: &App, visitor: Visitor, uri: &Uri, headers: &HeaderMap) -> Self {
        let identity = &app.services.identity;
        let account = visitor.actor.account().and_then(|id| identity.account(id).ok());
        let wanted = account
            .as_ref()
            .map(|account| account.preferences.language.as_str());
        let language = Catalogue::shared()
            .languages()
            .find(|known| Some(*known) == wanted);
        let jar = CookieJar::from_headers(headers);
        let cookie = |name: &str| jar.get(name).map(|cookie| cookie.value().to_owned());
        let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let named = query
            .filter(|(name, value)| name == LOGBOOK && !value.trim().is_empty())
            .last();
        Self {
            app: app.clone(),
            account,
            t: Text::pick(language, headers),
            now: app.services.env.clock.now(),
            seq: app.services.bus.seq(),
            path: uri.path().to_owned(),
            host: host(headers),
            named: named.map(|(_, value)| value.into_owned()),
            kept: cookie(LOGBOOK),
            done: cookie(NOTICE).and_then(|code| Done::named(&code)),
            visitor,
        }
    }

    /// The reader as commands want it.
    pub(super) fn actor(&self) -> Actor {
        self.visitor.actor.clone()
    }

    /// The reader's own grid, empty where it is not known.
    pub(super) fn grid(&self) -> String {
        let grid = self.account.as_ref().and_then(|account| account.grid.as_ref());
        grid.map(|grid| grid.as_str().to_owned()).unwrap_or_default()
    }

    /// Whether passkeys work under the name that this page was opened by.
    pub(super) fn passkeys_here(&self) -> bool {
        let place = self.app.services.identity.passkey_place();
        place.is_some_and(|(name, _)| name == self.host)
    }

    /// Reads all that a page shows, in one transaction: the logbooks, and what `question` asks for.
    pub(super) async fn gather<T, F>(&self, question: F) -> Result<(Shelf, T)>
    where
        F: FnOnce(&Read, &Shelf) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let reader = self.clone();
        let read = move |r: &Read| {
            let shelf = Shelf::of(r, &reader)?;
            let found = question(r, &shelf)?;
            Ok::<_, Problem>((shelf, found))
        };
        self.app.services.store.read(read).await
    }

    /// The logbooks alone, for pages about something else: none where they cannot be read, so that a page that says
    /// why the store fails does not fail for it.
    pub(super) async fn shelf(&self) -> Shelf {
        let gathered = self.gather(|_, _| Ok(())).await;
        gathered.map(|(shelf, ())| shelf).unwrap_or_default()
    }

    /// The frame of a page about something else than the logbook in use, titled by a text of the catalogue.
    pub(super) async fn frame_of(&self, section: &'static str, title: &'static str) -> Frame {
        let shelf = self.shelf().await;
        self.frame(section, self.t.s(title), shelf)
    }

    /// The finished page. What a form did has been told by then, a logbook named by the address is remembered.
    pub(super) fn show(&self, status: StatusCode, page: &impl Template) -> Result<Response> {
        let mut response = render(page)?;
        *response.status_mut() = status;
        let headers = response.headers_mut();
        if self.done.is_some() {
            headers.append(header::SET_COOKIE, self.cookie(NOTICE, "", 0)?);
        }
        let named = self.named.as_ref();
        if let Some(named) = named.filter(|named| status.is_success() && self.kept.as_ref() != Some(*named)) {
            headers.append(header::SET_COOKIE, self.cookie(LOGBOOK, named, REMEMBERED)?);
        }
        Ok(response)
    }

    /// On to another page, which says what was done.
    pub(super) fn go_on(&self, path: &str, done: Done) -> Result<Response> {
        let mut response = see_other(path)?;
        let cookie = self.cookie(NOTICE, done.code(), TOLD_WITHIN)?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
        Ok(response)
    }

    /// The pages' script reads and writes the logbook's cookie, the other is for the server alone.
    fn cookie(&self, name: &str, value: &str, seconds: u32) -> Result<HeaderValue> {
        let value = quoted(value);
        let hidden = if name == NOTICE { "; HttpOnly" } else { "" };
        let secure = if self.visitor.https { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{hidden}{secure}");
        HeaderValue::try_from(text).map_err(Problem::internal)
    }
}

/// The name in `Host`, without its port.
fn host(headers: &HeaderMap) -> String {
    let text = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let text = text.unwrap_or_default();
    let name = match text.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => text,
    };
    name.to_ascii_lowercase()
}

/// On to another page of this site; after a form, so that loading it again sends nothing twice.
pub(super) fn see_other(path: &str) -> Result<Response> {
    let place = HeaderValue::try_from(path).map_err(Problem::internal)?;
    let headers = [
        (header::LOCATION, place),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// A text as part of an address.
pub(super) fn quoted(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
