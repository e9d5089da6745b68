//! Who reads a page, in which language and looks, and with which logbook in use: what every page begins with.
//!
//! The logbook in use is the one named by `?logbook=`, else by the cookie `logbook`, else the account's own. A name
//! the account may not use counts as none. Nothing is decided here about rights: that is asked where things happen.

use axum::extract::{FromRequestParts, Query as RawQuery};
use axum::http::request::Parts;
use axum_extra::extract::cookie::CookieJar;
use jiff::Timestamp;

use super::views::{Frame, FrameAccount, FrameLogbook, Grouped, Notice, words_of};
use crate::app::App;
use crate::identity::api::gate::Visitor;
use crate::identity::{Actor, Density, Preferences, Role, Theme, Units};
use crate::logbook::error::Error;
use crate::logbook::read::stats;
use crate::logbook::rights::{self, Opened};
use crate::logbook::tables::Right;
use crate::store::{Read, Status};
use crate::web::{Problem, Result, Text, asset_base};

/// The reader of a page.
pub(super) struct Reader {
    pub(super) app: App,
    pub(super) visitor: Visitor,
    pub(super) t: Text<'static>,
    pub(super) now: Timestamp,
    /// The logbooks the reader may use, with their contacts.
    pub(super) books: Vec<(Opened, u64)>,
    account: Option<FrameAccount>,
    looks: Preferences,
    grid: String,
    current: Option<usize>,
    path: String,
    said: Option<String>,
    /// Taken before anything is read, so that nothing falls between the page and its live data.
    seq: u64,
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let RawQuery(query) = RawQuery::<Vec<(String, String)>>::from_request_parts(parts, app)
            .await
            .map_err(|error| Problem::bad_request("bad_query", error.body_text()))?;
        let asked = |name: &str| {
            query
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        };
        let kept = || {
            CookieJar::from_headers(&parts.headers)
                .get("logbook")
                .map(|cookie| cookie.value().to_owned())
        };
        let mut reader = Self::new(app, visitor).await?;
        reader.t = Text::pick(reader.language(), &parts.headers);
        reader.choose(asked("logbook").or_else(kept).as_deref());
        parts.uri.path().clone_into(&mut reader.path);
        reader.said = asked("said");
        Ok(reader)
    }
}

impl Reader {
    async fn new(app: &App, visitor: Visitor) -> Result<Self> {
        let mut reader = Self {
            app: app.clone(),
            t: Text::english(),
            now: app.services.env.clock.now(),
            books: Vec::new(),
            account: None,
            looks: Preferences::default(),
            grid: String::new(),
            current: None,
            path: "/".to_owned(),
            said: None,
            seq: app.services.bus.seq(),
            visitor,
        };
        if let Some(id) = reader.visitor.actor.account() {
            let account = app.services.identity.account(id)?;
            reader.account = Some(FrameAccount {
                call: account.call.to_string(),
                name: account.name.as_str().to_owned(),
                role: match account.role {
                    Role::Administrator => "administrator",
                    Role::Member => "member",
                },
            });
            reader.looks = account.preferences.clone();
            reader.grid = account
                .grid
                .map(|grid| grid.as_str().to_owned())
                .unwrap_or_default();
            let actor = reader.visitor.actor.clone();
            // A page that says why the store fails must not fail for it.
            reader.books = app
                .services
                .store
                .read(move |r| books(r, &actor))
                .await
                .unwrap_or_default();
        }
        Ok(reader)
    }

    fn choose(&mut self, named: Option<&str>) {
        let find = |call: &str| {
            self.books
                .iter()
                .position(|(opened, _)| opened.book.call.eq_ignore_ascii_case(call))
        };
        let own = || self.account.as_ref().and_then(|account| find(&account.call));
        let first = || (!self.books.is_empty()).then_some(0);
        self.current = named.and_then(find).or_else(own).or_else(first);
    }

    fn language(&self) -> Option<&'static str> {
        let wanted = self.looks.language.as_str();
        crate::web::Catalogue::shared()
            .languages()
            .find(|known| *known == wanted)
    }

    /// The reader as commands want it.
    pub(super) fn actor(&self) -> Actor {
        self.visitor.actor.clone()
    }

    /// The logbook in use.
    pub(super) fn book(&self) -> Option<&Opened> {
        self.current.map(|at| &self.books[at].0)
    }

    /// The logbook in use, for pages that are about it.
    pub(super) fn book_in_use(&self) -> Result<&Opened> {
        self.book()
            .ok_or_else(|| Problem::not_found("there is no logbook yet; make one under Logbooks"))
    }

    /// The reader's own grid while their own logbook is in use: another's station is elsewhere.
    fn home_grid(&self) -> &str {
        let call = self.account.as_ref().map(|account| account.call.as_str());
        let own = self
            .book()
            .is_some_and(|opened| Some(opened.book.call.as_str()) == call);
        if own { &self.grid } else { "" }
    }

    /// The reader's own grid, empty where it is not known.
    pub(super) fn grid(&self) -> &str {
        &self.grid
    }

    /// The frame of a page with this title, in this section.
    pub(super) fn frame(&self, section: &'static str, title: &str) -> Frame {
        let config = &self.app.services.config;
        Frame {
            title: title.to_owned(),
            t: self.t,
            lang: self.t.language().to_owned(),
            theme: match self.looks.theme {
                Theme::Light => "light",
                Theme::Dark => "dark",
                Theme::Contrast => "contrast",
                Theme::Auto => "auto",
            },
            density: match self.looks.density {
                Density::Comfortable => "comfortable",
                Density::Dense => "dense",
            },
            units: match self.looks.units {
                Units::Imperial => "imperial",
                Units::Metric => "metric",
            },
            club_name: if config.club.name.is_empty() {
                "Shackbox".to_owned()
            } else {
                config.club.name.clone()
            },
            account: self.account.clone(),
            logbooks: self.logbooks(),
            home_grid: self.home_grid().to_owned(),
            csrf: self.visitor.csrf.clone(),
            seq: self.seq,
            asset_base: asset_base(),
            section,
            path: self.path.clone(),
            version: env!("CARGO_PKG_VERSION"),
            degraded: match self.app.services.store.status() {
                Status::Ok => None,
                Status::Degraded(reason) => Some(reason.to_string()),
            },
            notice: self.notice(),
        }
    }

    fn logbooks(&self) -> Vec<FrameLogbook> {
        let line = |(at, (opened, count)): (usize, &(Opened, u64))| FrameLogbook {
            call: opened.book.call.to_string(),
            title: opened.book.title.clone(),
            right: opened.right.as_str(),
            count: Grouped(*count),
            current: self.current == Some(at),
        };
        self.books.iter().enumerate().map(line).collect()
    }

    /// What the form before said it did: only words that the catalogue has.
    fn notice(&self) -> Option<Notice> {
        let key = format!("said.{}", self.said.as_deref()?);
        let text = words_of(self.t, &key)?;
        Some(Notice { kind: "good", text })
    }
}

/// Whether the right reaches what officers do.
pub(super) fn is_officer(opened: &Opened) -> bool {
    opened.right >= Right::Officer
}

fn books(r: &Read, actor: &Actor) -> std::result::Result<Vec<(Opened, u64)>, Error> {
    let opened = rights::all(r, actor)?;
    opened
        .into_iter()
        .map(|opened| Ok((opened.clone(), stats::total(r, opened.id)?)))
        .collect()
}
