//! Commands on logbooks themselves: make, rename, share, remove.
//!
//! Invariants: one logbook per call on the whole installation, so that `?logbook=CALL` means one thing; an
//! account's own call is reserved for its owner. Every logbook has at least one owner.

use jiff::Timestamp;
use smol_str::{SmolStr, format_smolstr};

use crate::event::Event;
use crate::ham::callsign::Callsign;
use crate::identity::{AccountId, Actor, Capability, Scope};
use crate::logbook::error::Error;
use crate::logbook::event::{LogbookEvent, LogbookId};
use crate::logbook::read::books::members;
use crate::logbook::rights::{self, Opened};
use crate::logbook::tables::{BOOK, BOOK_BY_CALL, Book, MEMBER, MEMBER_BY_ACCOUNT, Membership, Right};
use crate::store::{Direction, Rows, Span, Write};

/// Logbooks one account may own: its own, its club's, its contests' and its holidays', with room.
pub(crate) const MOST_BOOKS: usize = 50;

/// A logbook to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewBook {
    pub(crate) call: Callsign,
    pub(crate) title: String,
    pub(crate) club: bool,
}

/// An account as the sharing of a logbook names it.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) call: Callsign,
}

/// Makes a logbook; the actor becomes its owner.
pub(crate) fn create(
    tx: &mut Write<'_>,
    actor: &Actor,
    new: NewBook,
    now: Timestamp,
) -> Result<Opened, Error> {
    actor.require(Scope::LogbookWrite)?;
    let member = actor.member()?;
    if owned(tx, member.account)? >= MOST_BOOKS {
        return Err(Error::TooManyBooks(MOST_BOOKS));
    }
    let call = member.call.call();
    let owner = Person {
        account: member.account,
        call: call
            .ok_or(Error::NotAllowed("a logbook belongs to a licensed operator"))?
            .clone(),
    };
    make(tx, &owner, new, now)
}

/// Makes a logbook for an account: the first one when the account is made, or one asked for.
pub(crate) fn create_for(
    tx: &mut Write<'_>,
    actor: &Actor,
    owner: &Person,
    new: NewBook,
    now: Timestamp,
) -> Result<Opened, Error> {
    actor.may(Capability::KeepLogbooks)?;
    make(tx, owner, new, now)
}

fn make(tx: &mut Write<'_>, owner: &Person, new: NewBook, now: Timestamp) -> Result<Opened, Error> {
    let call = SmolStr::new(new.call.as_str());
    if tx.get(BOOK_BY_CALL, &call)?.is_some() {
        return Err(Error::CallTaken(call));
    }
    let reserved = crate::identity::read::account_of(tx, &new.call)?;
    if reserved.is_some_and(|account| account != owner.account) {
        return Err(Error::NotAllowed("this call belongs to another account"));
    }
    let id = LogbookId(
        u32::try_from(tx.next_id("logbook.book")?).map_err(|_| Error::TooMany(u64::from(u32::MAX)))?,
    );
    let book = Book {
        call: call.clone(),
        title: title(&new)?,
        club: new.club,
        created: now,
        closed: false,
    };
    tx.put(BOOK, &id.0, &book)?;
    tx.put(BOOK_BY_CALL, &call, &id.0)?;
    join(tx, id, owner, Right::Owner, now)?;
    tx.emit(Event::Logbook(LogbookEvent::SharingChanged {
        book: id,
        account: owner.account.0,
    }));
    Ok(Opened {
        id,
        book,
        right: Right::Owner,
        account: Some(owner.account.0),
        writes: true,
    })
}

/// The logbook of the account's own call, made if it is not there yet.
pub(crate) fn ensure_own(
    tx: &mut Write<'_>,
    actor: &Actor,
    owner: &Person,
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::KeepLogbooks)?;
    if let Some(book) = tx.get(BOOK_BY_CALL, &owner.call.as_str().into())? {
        if !tx.contains(MEMBER, &(book, owner.account.0))? {
            let call = &owner.call;
            tracing::warn!(%call, "{call} has an account now, but the logbook of that call is somebody else's");
        }
        return Ok(());
    }
    let new = NewBook {
        call: owner.call.clone(),
        title: String::new(),
        club: false,
    };
    make(tx, owner, new, now).map(drop)
}

/// Renames the logbook that an account owns under its old name, where nobody has one under the new.
pub(crate) fn move_own(
    tx: &mut Write<'_>,
    actor: &Actor,
    account: AccountId,
    (from, to): (&str, &str),
) -> Result<(), Error> {
    actor.may(Capability::KeepLogbooks)?;
    let (from, to) = (SmolStr::new(from), SmolStr::new(to));
    let Some(id) = tx.get(BOOK_BY_CALL, &from)? else {
        return Ok(());
    };
    let held = tx.get(MEMBER, &(id, account.0))?;
    let owns = held.is_some_and(|held| held.right == Right::Owner);
    let Some(mut book) = tx.get(BOOK, &id)?.filter(|_| owns) else {
        return Ok(());
    };
    if tx.contains(BOOK_BY_CALL, &to)? {
        return Ok(());
    }
    book.call = to.clone();
    tx.remove(BOOK_BY_CALL, &from)?;
    tx.put(BOOK_BY_CALL, &to, &id)?;
    tx.put(BOOK, &id, &book)?;
    tx.emit(Event::Logbook(LogbookEvent::BooksChanged { book: LogbookId(id) }));
    Ok(())
}

/// Puts the logbook that an account keeps under a call it had before under a name that is no call: the call is
/// somebody else's now.
pub(crate) fn set_aside(
    tx: &mut Write<'_>,
    actor: &Actor,
    account: AccountId,
    call: &Callsign,
) -> Result<(), Error> {
    for extra in 1_u32.. {
        let name = format_smolstr!("{call}-{extra}");
        if !tx.contains(BOOK_BY_CALL, &name)? {
            return move_own(tx, actor, account, (call.as_str(), &name));
        }
    }
    Ok(())
}

/// How many logbooks an account owns.
fn owned(rows: &impl Rows, account: AccountId) -> Result<usize, Error> {
    let mut count = 0;
    for row in rows.scan(MEMBER_BY_ACCOUNT, Span::prefix(&(account.0,)), Direction::Forward) {
        let ((_, book), ()) = row?;
        let held = rows.get(MEMBER, &(book, account.0))?;
        count += usize::from(held.is_some_and(|held| held.right == Right::Owner));
    }
    Ok(count)
}

/// Changes title or kind.
pub(crate) fn rename(
    tx: &mut Write<'_>,
    actor: &Actor,
    call: &str,
    title: Option<String>,
    club: Option<bool>,
) -> Result<Opened, Error> {
    let mut opened = rights::open(tx, actor, Scope::LogbookWrite, Some(call))?;
    opened.at_least(Right::Owner)?;
    if let Some(title) = title {
        opened.book.title = checked_title(&title)?;
    }
    if let Some(club) = club {
        opened.book.club = club;
    }
    tx.put(BOOK, &opened.id.0, &opened.book)?;
    tx.emit(Event::Logbook(LogbookEvent::BooksChanged { book: opened.id }));
    Ok(opened)
}

/// Gives or changes somebody's right.
pub(crate) fn share(
    tx: &mut Write<'_>,
    actor: &Actor,
    call: &str,
    person: &Person,
    right: Right,
    now: Timestamp,
) -> Result<(), Error> {
    let opened = open_to_share(tx, actor, call)?;
    let present = tx.get(MEMBER, &(opened.id.0, person.account.0))?;
    if present.is_some_and(|membership| membership.right == Right::Owner) && right != Right::Owner {
        keep_an_owner(tx, opened.id, person.account.0)?;
    }
    join(tx, opened.id, person, right, now)?;
    tx.emit(Event::Logbook(LogbookEvent::SharingChanged {
        book: opened.id,
        account: person.account.0,
    }));
    Ok(())
}

/// Ends somebody's membership; everybody may leave by themselves.
pub(crate) fn unshare(
    tx: &mut Write<'_>,
    actor: &Actor,
    call: &str,
    account: AccountId,
) -> Result<(), Error> {
    let opened = if actor.account() == Some(account) {
        rights::open(tx, actor, Scope::LogbookWrite, Some(call))?
    } else {
        open_to_share(tx, actor, call)?
    };
    let key = (opened.id.0, account.0);
    let membership = tx
        .get(MEMBER, &key)?
        .ok_or(Error::NotAllowed("this account is not a member of the logbook"))?;
    if membership.right == Right::Owner {
        keep_an_owner(tx, opened.id, account.0)?;
    }
    tx.remove(MEMBER, &key)?;
    tx.remove(MEMBER_BY_ACCOUNT, &(account.0, opened.id.0))?;
    tx.emit(Event::Logbook(LogbookEvent::SharingChanged {
        book: opened.id,
        account: account.0,
    }));
    Ok(())
}

/// Closes a logbook: it is no longer shown, its call is free. A job removes the contacts afterwards.
pub(crate) fn close(tx: &mut Write<'_>, actor: &Actor, call: &str) -> Result<LogbookId, Error> {
    let mut opened = rights::open(tx, actor, Scope::LogbookWrite, Some(call))?;
    opened.at_least(Right::Owner)?;
    opened.book.closed = true;
    tx.put(BOOK, &opened.id.0, &opened.book)?;
    tx.remove(BOOK_BY_CALL, &opened.book.call)?;
    for (account, _) in members(tx, opened.id)? {
        tx.remove(MEMBER, &(opened.id.0, account))?;
        tx.remove(MEMBER_BY_ACCOUNT, &(account, opened.id.0))?;
        tx.emit(Event::Logbook(LogbookEvent::SharingChanged {
            book: opened.id,
            account,
        }));
    }
    tx.emit(Event::Logbook(LogbookEvent::BooksChanged { book: opened.id }));
    Ok(opened.id)
}

/// Owners share; administrators put clubs in order, even those whose owner is gone.
fn open_to_share(tx: &Write<'_>, actor: &Actor, call: &str) -> Result<Opened, Error> {
    if actor.may(Capability::ShareClubs).is_ok()
        && let Some(id) = tx.get(BOOK_BY_CALL, &call.trim().to_ascii_uppercase().into())?
        && let Some(book) = tx.get(BOOK, &id)?
        && book.club
    {
        let account = actor.account().map(|account| account.0);
        return Ok(Opened {
            id: LogbookId(id),
            book,
            right: Right::Owner,
            account,
            writes: true,
        });
    }
    let opened = rights::open(tx, actor, Scope::LogbookWrite, Some(call))?;
    opened.at_least(Right::Owner)?;
    Ok(opened)
}

fn join(
    tx: &mut Write<'_>,
    book: LogbookId,
    person: &Person,
    right: Right,
    now: Timestamp,
) -> Result<(), Error> {
    let membership = Membership {
        right,
        call: person.call.as_str().into(),
        since: now,
    };
    tx.put(MEMBER, &(book.0, person.account.0), &membership)?;
    tx.put(MEMBER_BY_ACCOUNT, &(person.account.0, book.0), &())?;
    Ok(())
}

fn keep_an_owner(tx: &Write<'_>, book: LogbookId, leaving: u32) -> Result<(), Error> {
    let owner_stays = members(tx, book)?
        .iter()
        .any(|(account, membership)| *account != leaving && membership.right == Right::Owner);
    if owner_stays {
        Ok(())
    } else {
        Err(Error::NotAllowed("a logbook keeps at least one owner"))
    }
}

fn title(new: &NewBook) -> Result<String, Error> {
    match checked_title(&new.title)? {
        empty if empty.is_empty() => Ok(new.call.to_string()),
        title => Ok(title),
    }
}

fn checked_title(title: &str) -> Result<String, Error> {
    let title = title.trim();
    if title.chars().count() > 100 || title.chars().any(char::is_control) {
        return Err(Error::invalid("title", "at most 100 characters on one line"));
    }
    Ok(title.to_owned())
}
