//! Commands on wishes: what a holder wants shown, and to whom; not to be listed; the end with another holder.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::super::model::Licence;
use super::error::Error;
use super::model::{Consent, Override, holder_of, is_same_holder};
use super::read::{self, Right};
use super::tables::{OptOut, StoredWish, WISH, turn};
use crate::ham::callsign::Callsign;
use crate::identity::{AccountId, Actor, Capability};
use crate::store::{Direction, Rows, Span, Write};

/// What is to hold for a licence from now on, in the place of what was wished before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Checked by `form`.
    pub(crate) own: Override,
    pub(crate) consent: Consent,
    pub(crate) opted_out: bool,
}

/// When it is changed, and what the caller took it for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// The revision that was looked at; `None`: any.
    pub(crate) expected: Option<u64>,
    pub(crate) now: Timestamp,
}

/// A wish that ended with its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EndedWish {
    pub(crate) call: Callsign,
    /// Whose it was.
    pub(crate) account: Option<AccountId>,
}

/// Puts these wishes in the place of what was wished for the licence: its holder may, who is listed again at once by
/// it, and whoever governs the callbook. Returns the new revision, 0 where nothing is wished any more.
pub(crate) fn change(
    tx: &mut Write<'_>,
    actor: &Actor,
    licence: &Licence,
    wanted: Wanted,
    terms: Terms,
) -> Result<u64, Error> {
    let right = read::right(tx, actor, &licence.call, terms.now)?;
    let before = expected(tx, licence, terms)?;
    let (before_account, before_out) = before
        .as_ref()
        .map_or((None, None), |(_, wish)| (wish.account, wish.opted_out.clone()));
    let opted_out = wanted.opted_out.then(|| {
        before_out.unwrap_or_else(|| OptOut {
            at: terms.now,
            by: match right {
                Right::Holder(_) => SmolStr::default(),
                Right::Governor => actor.audit_name().into(),
            },
            request: None,
        })
    });
    let wish = StoredWish {
        account: match right {
            Right::Holder(AccountId(account)) => Some(account),
            Right::Governor => before_account,
        },
        own: wanted.own,
        consent: wanted.consent,
        opted_out,
        revision: tx.next_id("callbook.wish")?,
        changed: terms.now,
    };
    store(tx, licence, before, wish)
}

/// Gives the record its register's words back and closes what was opened: its holder may, and whoever governs the
/// callbook. Whoever is not listed stays so. Returns the new revision.
pub(crate) fn clear(
    tx: &mut Write<'_>,
    actor: &Actor,
    licence: &Licence,
    terms: Terms,
) -> Result<u64, Error> {
    read::right(tx, actor, &licence.call, terms.now)?;
    let Some((key, before)) = expected(tx, licence, terms)? else {
        return Ok(0);
    };
    let wish = StoredWish {
        account: before.account,
        own: Override::default(),
        consent: Consent::default(),
        opted_out: before.opted_out.clone(),
        revision: tx.next_id("callbook.wish")?,
        changed: terms.now,
    };
    store(tx, licence, Some((key, before)), wish)
}

/// Ends what former holders wished. `present` tells who holds a call now, and nothing of calls that no register has
/// at the moment: those are left as they are. Returns what ended.
pub(crate) fn end_of_former_holders(
    tx: &mut Write<'_>,
    actor: &Actor,
    mut present: impl FnMut(&Callsign) -> Option<SmolStr>,
) -> Result<Vec<EndedWish>, Error> {
    actor.may(Capability::KeepCallbook)?;
    let mut over = Vec::new();
    for row in tx.scan(WISH, Span::all(), Direction::Forward) {
        let (key, wish) = row?;
        let Ok(call) = Callsign::parse(&key.0) else {
            continue;
        };
        if present(&call).is_some_and(|now| !is_same_holder(&key.1, &now)) {
            over.push((call, key, wish));
        }
    }
    let mut ended = Vec::with_capacity(over.len());
    for (call, key, wish) in over {
        turn(tx, Some((&key, &wish)), None)?;
        ended.push(EndedWish {
            call,
            account: wish.account.map(AccountId),
        });
    }
    Ok(ended)
}

/// Records that the licensee is not to be listed, whatever else was wished.
pub(super) fn opt_out(
    tx: &mut Write<'_>,
    licence: &Licence,
    out: OptOut,
    now: Timestamp,
) -> Result<(), Error> {
    let before = read::held(tx, licence)?;
    if before.as_ref().is_some_and(|(_, wish)| wish.opted_out.is_some()) {
        return Ok(());
    }
    let words = before.as_ref().map(|(_, wish)| wish.clone());
    let wish = StoredWish {
        account: words.as_ref().and_then(|wish| wish.account),
        consent: words.as_ref().map_or_else(Consent::default, |wish| wish.consent),
        own: words.map_or_else(Override::default, |wish| wish.own),
        opted_out: Some(out),
        revision: tx.next_id("callbook.wish")?,
        changed: now,
    };
    store(tx, licence, before, wish).map(drop)
}

type Held = (super::tables::WishKey, StoredWish);

fn expected(tx: &Write<'_>, licence: &Licence, terms: Terms) -> Result<Option<Held>, Error> {
    let before = read::held(tx, licence)?;
    let revision = before.as_ref().map_or(0, |(_, wish)| wish.revision);
    match terms.expected {
        Some(expected) if expected != revision => Err(Error::Changed),
        _ => Ok(before),
    }
}

fn store(
    tx: &mut Write<'_>,
    licence: &Licence,
    before: Option<Held>,
    wish: StoredWish,
) -> Result<u64, Error> {
    let key = (SmolStr::new(licence.call.as_str()), holder_of(licence));
    let old = before.as_ref().map(|(key, wish)| (key, wish));
    if wish.is_empty() {
        turn(tx, old, None)?;
        return Ok(0);
    }
    turn(tx, old, Some((&key, &wish)))?;
    Ok(wish.revision)
}
