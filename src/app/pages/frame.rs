//! Fills the frame around a page: who is here, their looks, their logbooks.
//!
//! The logbook in use is the one named by `?logbook=`, else the one looked at last, else the account's own. A name the
//! account may not use is refused where an address has it, and passed over where a cookie does.

use super::reader::Reader;
use super::views::{Frame, FrameAccount, FrameLogbook, Grouped};
use crate::callbook::wishes::read;
use crate::dns::grants;
use crate::ham::callsign::Callsign;
use crate::identity::review;
use crate::identity::{Capability, Density, Role, Scope, StoredAccount, Theme, Units};
use crate::logbook::error::Error;
use crate::logbook::event::LogbookId;
use crate::logbook::read::stats;
use crate::logbook::rights::{self, Opened};
use crate::store::{Read, Status};
use crate::web::{Result, asset_base};

/// The logbooks a reader may use, with their contacts, and which of them is in use.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf {
    books: Vec<(Opened, u64)>,
    chosen: Option<LogbookId>,
    /// Matters that wait for the reader, who administers.
    reviews: u64,
    /// Requests for removal that do.
    removals: u64,
    /// Whether the reader has a hand in names, or may come by one.
    names: bool,
}

impl Shelf {
    /// The logbooks of the reader; none for a guest.
    pub(super) fn of(r: &Read, reader: &Reader) -> Result<Self> {
        if reader.account.is_none() {
            return Ok(Self::default());
        }
        let mut books = Vec::new();
        for opened in rights::all(r, &reader.visitor.actor)? {
            let contacts = stats::total(r, opened.id)?;
            books.push((opened, contacts));
        }
        let chosen = chosen(r, reader, &books)?;
        let settles = reader.visitor.actor.may(Capability::SettleReviews).is_ok();
        let reviews = if settles { review::open_count(r)? } else { 0 };
        let governs = read::governs(&reader.visitor.actor);
        Ok(Self {
            books,
            chosen,
            reviews,
            removals: if governs { read::waiting(r)? } else { 0 },
            names: may_have_names(r, reader)?,
        })
    }

    /// The logbook in use, with the reader's right in it.
    pub(super) fn current(&self) -> Option<&Opened> {
        let mut books = self.books.iter().map(|(opened, _)| opened);
        books.find(|opened| Some(opened.id) == self.chosen)
    }

    /// All of them, with their contacts.
    pub(super) fn books(&self) -> &[(Opened, u64)] {
        &self.books
    }

    fn lines(&self) -> Vec<FrameLogbook> {
        let line = |(opened, contacts): &(Opened, u64)| FrameLogbook {
            call: opened.book.call.to_string(),
            title: opened.book.title.clone(),
            right: opened.right.as_str(),
            count: Grouped(*contacts),
            current: Some(opened.id) == self.chosen,
        };
        self.books.iter().map(line).collect()
    }
}

/// Whether the pages of names have something for the reader.
fn may_have_names(r: &Read, reader: &Reader) -> Result<bool> {
    let Some(account) = &reader.account else {
        return Ok(false);
    };
    let actor = &reader.visitor.actor;
    let base = reader.app.services.dns.settings.base.is_some();
    if grants::governs(actor) || (base && account.role != Role::Swl) {
        return Ok(true);
    }
    let Some(id) = actor.account() else {
        return Ok(false);
    };
    Ok(!grants::tops_of(r, id.0)?.is_empty())
}

fn chosen(r: &Read, reader: &Reader, books: &[(Opened, u64)]) -> Result<Option<LogbookId>> {
    let find = |call: &str| {
        let call = Callsign::parse(call).ok()?;
        let found = books.iter().find(|(opened, _)| opened.book.call == call.as_str());
        found.map(|(opened, _)| opened.id)
    };
    if let Some(named) = &reader.named {
        let found = find(named).ok_or_else(|| Error::NoLogbook(named.into()))?;
        return Ok(Some(found));
    }
    if let Some(kept) = reader.kept.as_deref().and_then(find) {
        return Ok(Some(kept));
    }
    match rights::open(r, &reader.visitor.actor, Scope::LogbookRead, None) {
        Ok(own) => Ok(Some(own.id)),
        Err(Error::NoneNamed) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Reader {
    /// The reader's own grid while their own logbook is in use: another's station is elsewhere.
    fn home_grid(&self, shelf: &Shelf) -> String {
        let call = self.account.as_ref().map(|account| account.call.as_str());
        let used = shelf.current().map(|opened| opened.book.call.as_str());
        if used.is_some() && used == call {
            self.grid()
        } else {
            String::new()
        }
    }

    /// The frame of a page with this title, in this section.
    pub(super) fn frame(&self, section: &'static str, title: &str, shelf: Shelf) -> Frame {
        let config = &self.app.services.config;
        let looks = self
            .account
            .as_ref()
            .map(|account| account.preferences.clone())
            .unwrap_or_default();
        let club = Some(&config.club.name).filter(|name| !name.is_empty());
        Frame {
            title: title.to_owned(),
            t: self.t,
            lang: self.t.language().to_owned(),
            theme: theme(looks.theme),
            density: density(looks.density),
            units: units(looks.units),
            club_name: club.map_or("Shackbox", |name| name).to_owned(),
            account: self.account.as_deref().map(account),
            may_spot: self.visitor.actor.require(Scope::DxWrite).is_ok(),
            home_grid: self.home_grid(&shelf),
            logbooks: shelf.lines(),
            reviews: shelf.reviews,
            removals: shelf.removals,
            names: shelf.names,
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
            behind: self
                .visitor
                .actor
                .member()
                .ok()
                .and_then(|member| member.behind.as_ref())
                .map(ToString::to_string),
            notice: self.done.map(|done| done.notice(self.t)),
        }
    }
}

fn account(account: &StoredAccount) -> FrameAccount {
    FrameAccount {
        call: account.call.to_string(),
        name: account.name.as_str().to_owned(),
        role: role(account.role),
        verified: account.verified.is_some(),
        second_factor: account.second_factor,
    }
}

fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
        Theme::Contrast => "contrast",
    }
}

fn density(density: Density) -> &'static str {
    match density {
        Density::Dense => "dense",
        Density::Comfortable => "comfortable",
    }
}

fn units(units: Units) -> &'static str {
    match units {
        Units::Metric => "metric",
        Units::Imperial => "imperial",
    }
}

/// The word for a role.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Swl => "swl",
        Role::Administrator => "administrator",
    }
}
