//! Who may do what in which logbook: the one place that decides.
//!
//! Rules: an actor sees the logbooks it is a member of, and no others exist for it. A member logs, and changes
//! the contacts logged by that account; an officer changes everything; an owner also shares, renames and
//! removes. Administrators of the installation have no right to read a member's log, but may put the sharing
//! of a club's logbook in order. Parts of the program (command line, jobs) act as owner within their scopes.

use super::error::Error;
use super::event::LogbookId;
use super::stored::StoredQso;
use super::tables::{BOOK, BOOK_BY_CALL, Book, MEMBER, MEMBER_BY_ACCOUNT, Right};
use crate::ham::callsign::Callsign;
use crate::identity::{self, AccountId, Actor, Login, Scope};
use crate::store::{Direction, Rows, Span};

/// A logbook together with what the actor may do in it.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) id: LogbookId,
    pub(crate) book: Book,
    pub(crate) right: Right,
    /// The account that acts; `None` for parts of the program.
    pub(crate) account: Option<u32>,
    /// Whether it was opened to be written to.
    pub(crate) writes: bool,
}

impl Opened {
    fn by(self, scope: Scope) -> Self {
        Self {
            writes: scope == Scope::LogbookWrite,
            ..self
        }
    }

    /// Refuses unless the right reaches `needed`.
    pub(crate) fn at_least(&self, needed: Right) -> Result<(), Error> {
        if self.right >= needed {
            return Ok(());
        }
        Err(Error::NotAllowed(match needed {
            Right::Member => "this needs a membership in the logbook",
            Right::Officer => "this needs an officer of the logbook",
            Right::Owner => "this needs the owner of the logbook",
        }))
    }

    /// Refuses what was opened to be read only: a key that may read must not write by what it read.
    pub(crate) fn to_write(&self) -> Result<(), Error> {
        if self.writes {
            Ok(())
        } else {
            Err(Error::NotAllowed("this logbook was opened to be read"))
        }
    }

    /// Refuses unless the actor may change this contact.
    pub(crate) fn may_edit(&self, record: &StoredQso) -> Result<(), Error> {
        if self.right >= Right::Officer || (record.by.is_some() && record.by == self.account) {
            Ok(())
        } else {
            Err(Error::NotAllowed(
                "members change the contacts they logged; officers change all",
            ))
        }
    }
}

/// Opens the logbook named, or the actor's own where none is named.
pub(crate) fn open(r: &impl Rows, actor: &Actor, scope: Scope, call: Option<&str>) -> Result<Opened, Error> {
    actor.require(scope)?;
    let Some(call) = call.map(str::trim).filter(|call| !call.is_empty()) else {
        return own(r, actor).map(|opened| opened.by(scope));
    };
    let unknown = || Error::NoLogbook(call.into());
    // A logbook whose owner lost the call has a name that is none.
    let name = Callsign::parse(call).map_or_else(|_| call.to_ascii_uppercase(), |call| call.to_string());
    let id = r.get(BOOK_BY_CALL, &name.as_str().into())?.ok_or_else(unknown)?;
    open_id(r, actor, scope, LogbookId(id))?.ok_or_else(unknown)
}

/// Opens a logbook by its number; `None` if the actor is not to know of it.
pub(crate) fn open_id(
    r: &impl Rows,
    actor: &Actor,
    scope: Scope,
    id: LogbookId,
) -> Result<Option<Opened>, Error> {
    actor.require(scope)?;
    let opened = match (actor, actor.account()) {
        (Actor::Service(_), _) => as_account(r, id, None)?,
        (_, Some(account)) => as_account(r, id, Some(account.0))?,
        _ => None,
    };
    Ok(opened.map(|opened| opened.by(scope)))
}

/// Opens a logbook for work that an account asked for and that runs on its own, with the right it has by now; no
/// account stands for the program itself.
pub(crate) fn as_account(
    r: &impl Rows,
    id: LogbookId,
    account: Option<u32>,
) -> Result<Option<Opened>, Error> {
    let right = match account {
        Some(account) => r
            .get(MEMBER, &(id.0, account))?
            .map(|membership| membership.right),
        None => Some(Right::Owner),
    };
    let Some(right) = right else { return Ok(None) };
    let book = r.get(BOOK, &id.0)?.filter(|book| !book.closed);
    Ok(book.map(|book| Opened {
        id,
        book,
        right,
        account,
        writes: true,
    }))
}

/// Every logbook the actor is a member of, in the order they were made.
pub(crate) fn all(r: &impl Rows, actor: &Actor) -> Result<Vec<Opened>, Error> {
    actor.require(Scope::LogbookRead)?;
    let Some(account) = actor.account() else {
        return every(r, actor);
    };
    let mut found = Vec::new();
    for row in r.scan(MEMBER_BY_ACCOUNT, Span::prefix(&(account.0,)), Direction::Forward) {
        let ((_, book), ()) = row?;
        found.extend(open_id(r, actor, Scope::LogbookRead, LogbookId(book))?);
    }
    Ok(found)
}

/// The numbers of the logbooks an account may read: what a subscriber of events is told about.
pub(crate) fn readable(r: &impl Rows, account: u32) -> Result<Vec<LogbookId>, Error> {
    let mut books = Vec::new();
    for row in r.scan(MEMBER_BY_ACCOUNT, Span::prefix(&(account,)), Direction::Forward) {
        let ((_, book), ()) = row?;
        books.push(LogbookId(book));
    }
    Ok(books)
}

fn every(r: &impl Rows, actor: &Actor) -> Result<Vec<Opened>, Error> {
    let mut found = Vec::new();
    for row in r.scan(BOOK, Span::all(), Direction::Forward) {
        let (id, _) = row?;
        found.extend(open_id(r, actor, Scope::LogbookRead, LogbookId(id))?);
    }
    Ok(found)
}

/// The logbook that is an account's own, as [`open`] finds it without a name.
pub(crate) fn own_of(r: &impl Rows, account: AccountId) -> Result<Option<LogbookId>, Error> {
    let login = identity::read::account(r, account)?.map(|account| account.call);
    let mut books = Vec::new();
    for id in readable(r, account.0)? {
        books.extend(as_account(r, id, Some(account.0))?);
    }
    Ok(best(&books, login.as_ref().map(Login::as_str)).map(|at| books[at].id))
}

/// The logbook of the account's own call, else the first it owns, else the first it is a member of.
fn own(r: &impl Rows, actor: &Actor) -> Result<Opened, Error> {
    let member = actor.member()?;
    let mut books = all_for(r, actor)?;
    let best = best(&books, Some(member.call.as_str())).ok_or(Error::NoneNamed)?;
    Ok(books.swap_remove(best))
}

fn best(books: &[Opened], login: Option<&str>) -> Option<usize> {
    let own = |opened: &Opened| login.is_some_and(|login| opened.book.call == login);
    let owned = |opened: &Opened| opened.right == Right::Owner;
    let first = (!books.is_empty()).then_some(0);
    books
        .iter()
        .position(own)
        .or_else(|| books.iter().position(owned))
        .or(first)
}

/// Like [`all`], whatever the scope that was asked for.
fn all_for(r: &impl Rows, actor: &Actor) -> Result<Vec<Opened>, Error> {
    let account = actor.member()?.account.0;
    let mut found = Vec::new();
    for id in readable(r, account)? {
        found.extend(as_account(r, id, Some(account))?);
    }
    Ok(found)
}
