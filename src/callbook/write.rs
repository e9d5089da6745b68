//! Commands on what is known of registers. The registers' own files are made by `import`; here is which one is in use.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::error::Error;
use super::fetch::State;
use super::model::Authority;
use super::registers::columns::ColumnMap;
use super::tables::{LIST, PENDING, Pending, SOURCE, StoredList, StoredSource};
use crate::identity::licence::LicenceEvent;
use crate::identity::{Actor, Capability};
use crate::store::{Rows, Span, Write};

/// Longest address of a register.
const LONGEST_URL: usize = 500;
/// Longest column map, in bytes.
const LONGEST_MAP: usize = 64 << 10;
/// Most lists.
const MOST_LISTS: usize = 100;

/// A change of how a register is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SourceChange {
    /// Whether it is kept current.
    pub(crate) enabled: Option<bool>,
    /// Where it is fetched; empty: where it usually is.
    pub(crate) url: Option<String>,
}

/// How an attempt to get a register ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempt {
    pub(crate) at: Option<Timestamp>,
    /// What went wrong, and what helps; none: it went well.
    pub(crate) error: Option<(SmolStr, SmolStr)>,
    /// The whole file's state, where that is to be remembered.
    pub(crate) state: Option<State>,
    /// The next time.
    pub(crate) next: Option<Timestamp>,
}

/// A register that is to be in use.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) generation: u64,
    pub(crate) state: State,
    pub(crate) now: Timestamp,
}

fn key(authority: &Authority) -> SmolStr {
    SmolStr::new(authority.as_str())
}

pub(super) fn source(r: &impl Rows, authority: &Authority) -> Result<StoredSource, Error> {
    Ok(r.get(SOURCE, &key(authority))?.unwrap_or_default())
}

/// Changes how a register is kept; whether it is looked for at once is the caller's business.
pub(crate) fn change_source(
    tx: &mut Write<'_>,
    actor: &Actor,
    authority: &Authority,
    change: &SourceChange,
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::GovernCallbook)?;
    let mut row = source(tx, authority)?;
    if let Some(enabled) = change.enabled {
        row.enabled = Some(enabled);
        row.next = enabled.then_some(now);
    }
    if let Some(url) = &change.url {
        row.url = address(url)?;
        // Another place has other marks of what did not change.
        row.state.etag = None;
        row.state.last_modified = None;
    }
    tx.put(SOURCE, &key(authority), &row)?;
    Ok(())
}

fn address(text: &str) -> Result<Option<SmolStr>, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let invalid = |what: &str| Error::Invalid {
        field: "url",
        what: what.to_owned(),
    };
    if text.len() > LONGEST_URL {
        return Err(invalid("an address has at most 500 characters"));
    }
    let url: url::Url = text
        .parse()
        .map_err(|_| invalid("this is no address; one begins with https:// or http://"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(invalid("an address begins with https:// or http://"));
    }
    Ok(Some(text.into()))
}

/// Keeps the column map of a list, which makes the list a register.
pub(crate) fn put_list(
    tx: &mut Write<'_>,
    actor: &Actor,
    text: &str,
    now: Timestamp,
) -> Result<Authority, Error> {
    actor.may(Capability::GovernCallbook)?;
    if text.len() > LONGEST_MAP {
        return Err(Error::Invalid {
            field: "map",
            what: "a column map has at most 64 KiB".to_owned(),
        });
    }
    let authority = ColumnMap::parse(text)?.authority;
    let name = key(&authority);
    if tx.get(LIST, &name)?.is_none() && tx.len(LIST)? >= MOST_LISTS as u64 {
        return Err(Error::Invalid {
            field: "map",
            what: "there are 100 lists already; remove one that is not needed".to_owned(),
        });
    }
    let list = StoredList {
        map: text.to_owned(),
        changed: now,
    };
    tx.put(LIST, &name, &list)?;
    Ok(authority)
}

/// Lets a register go, and its column map with it, where it is a list.
pub(crate) fn forget_source(tx: &mut Write<'_>, actor: &Actor, authority: &Authority) -> Result<bool, Error> {
    actor.may(Capability::GovernCallbook)?;
    let name = key(authority);
    let before = tx.get(SOURCE, &name)?;
    let list = tx.remove(LIST, &name)?;
    tx.remove_span(PENDING, Span::prefix(&(name.clone(),)), usize::MAX)?;
    let Some(before) = before else {
        return Ok(list);
    };
    // The number goes on: what lies there of a former one is never taken for a new one.
    let row = StoredSource {
        enabled: Some(false),
        last: before.last,
        ..StoredSource::default()
    };
    tx.put(SOURCE, &name, &row)?;
    Ok(list || before.generation > 0)
}

/// Gives out the number of the next generation.
pub(crate) fn begin_generation(
    tx: &mut Write<'_>,
    actor: &Actor,
    authority: &Authority,
    now: Timestamp,
) -> Result<u64, Error> {
    actor.may(Capability::KeepCallbook)?;
    let mut row = source(tx, authority)?;
    row.last += 1;
    row.attempt = Some(now);
    tx.put(SOURCE, &key(authority), &row)?;
    Ok(row.last)
}

/// Puts a generation in use, or notes what a daily file made of it. What accounts are to hear was stored before.
pub(crate) fn take(
    tx: &mut Write<'_>,
    actor: &Actor,
    authority: &Authority,
    taken: Taken,
) -> Result<(), Error> {
    actor.may(Capability::KeepCallbook)?;
    let mut row = source(tx, authority)?;
    row.generation = taken.generation;
    row.state = taken.state;
    row.taken = Some(taken.now);
    row.attempt = Some(taken.now);
    row.success = Some(taken.now);
    row.error = SmolStr::default();
    row.advice = SmolStr::default();
    tx.put(SOURCE, &key(authority), &row)?;
    Ok(())
}

/// Notes what is known of a day's file.
pub(crate) fn note_day(
    tx: &mut Write<'_>,
    actor: &Actor,
    authority: &Authority,
    (day, state): (SmolStr, State),
) -> Result<(), Error> {
    actor.may(Capability::KeepCallbook)?;
    let mut row = source(tx, authority)?;
    row.days.insert(day, state);
    tx.put(SOURCE, &key(authority), &row)?;
    Ok(())
}

/// Notes how an attempt ended, and when the next one is due.
pub(crate) fn note_attempt(
    tx: &mut Write<'_>,
    actor: &Actor,
    authority: &Authority,
    attempt: Attempt,
) -> Result<(), Error> {
    actor.may(Capability::KeepCallbook)?;
    let mut row = source(tx, authority)?;
    if let Some(at) = attempt.at {
        row.attempt = Some(at);
        match attempt.error {
            Some((error, advice)) => {
                row.error = error;
                row.advice = advice;
            }
            None => {
                row.success = Some(at);
                row.error = SmolStr::default();
                row.advice = SmolStr::default();
            }
        }
    }
    if let Some(state) = attempt.state {
        row.state = state;
    }
    if attempt.next.is_some() {
        row.next = attempt.next;
    }
    tx.put(SOURCE, &key(authority), &row)?;
    Ok(())
}

/// Notes that the files of a register are not there any more, so that they are got anew.
pub(crate) fn lose(
    tx: &mut Write<'_>,
    actor: &Actor,
    authority: &Authority,
    why: SmolStr,
) -> Result<(), Error> {
    actor.may(Capability::KeepCallbook)?;
    let mut row = source(tx, authority)?;
    row.generation = 0;
    row.state = State::default();
    row.days.clear();
    row.error = why;
    row.next = row.attempt;
    tx.put(SOURCE, &key(authority), &row)?;
    Ok(())
}

/// Stores what a change of a register means for accounts, before the change itself is stored.
pub(crate) fn store_events(
    tx: &mut Write<'_>,
    actor: &Actor,
    authority: &Authority,
    (generation, delta): (u64, u64),
    events: Vec<LicenceEvent>,
) -> Result<(), Error> {
    actor.may(Capability::KeepCallbook)?;
    tx.put(PENDING, &(key(authority), generation, delta), &Pending { events })?;
    Ok(())
}

/// Drops events that were told.
pub(crate) fn drop_events(
    tx: &mut Write<'_>,
    actor: &Actor,
    authority: &Authority,
    (generation, delta): (u64, u64),
) -> Result<(), Error> {
    actor.may(Capability::KeepCallbook)?;
    tx.remove(PENDING, &(key(authority), generation, delta))?;
    Ok(())
}
