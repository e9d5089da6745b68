//! Questions about wishes and requests, for any transaction.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::super::generation::base;
use super::super::model::Licence;
use super::error::Error;
use super::model::{Wishes, holder_of, is_same_holder};
use super::tables::{REMOVAL, REMOVAL_OPEN, StoredRemoval, StoredWish, WISH, WishKey};
use crate::ham::callsign::Callsign;
use crate::identity::{self, AccountId, Actor, Capability, Scope, Verification};
use crate::store::{Direction, Rows, Span, StoreError};

/// Who may change a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// This account has proven the call.
    Holder(AccountId),
    /// Whoever governs the callbook, for anybody.
    Governor,
}

/// A wish as whoever may change it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Own {
    pub(crate) right: Right,
    /// As it stands in the record; of another account's, only whether the call is listed.
    pub(crate) wishes: Wishes,
    /// 0 where there is none.
    pub(crate) revision: u64,
    pub(crate) changed: Option<Timestamp>,
}

/// What holds for the present holder of a licence; nothing, where nothing was wished.
pub(crate) fn of(r: &impl Rows, licence: &Licence) -> Result<Wishes, StoreError> {
    let Some((_, wish)) = held(r, licence)? else {
        return Ok(Wishes::default());
    };
    let opted_out = wish.opted_out.is_some();
    let stands = match wish.account {
        Some(account) => proofs(r, AccountId(account), &licence.call)?
            .iter()
            .any(Verification::stands),
        None => true,
    };
    Ok(if stands {
        Wishes {
            own: wish.own,
            consent: wish.consent,
            opted_out,
        }
    } else {
        Wishes {
            opted_out,
            ..Wishes::default()
        }
    })
}

/// Whether the actor's account has a standing proof of the call, or of the call it is a form of.
pub(crate) fn is_holder(
    r: &impl Rows,
    actor: &Actor,
    call: &Callsign,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(account) = actor
        .account()
        .filter(|_| actor.require(Scope::CallbookRead).is_ok())
    else {
        return Ok(false);
    };
    Ok(proofs(r, account, call)?.iter().any(|proof| proof.holds(now)))
}

/// Whether the actor sees requests and changes any wish.
pub(crate) fn governs(actor: &Actor) -> bool {
    actor.may(Capability::GovernCallbook).is_ok()
}

/// What the actor may do with the wish for a call: as its holder, in person and not looked in as, or as whoever
/// governs the callbook.
pub(super) fn right(r: &impl Rows, actor: &Actor, call: &Callsign, now: Timestamp) -> Result<Right, Error> {
    let holds = is_holder(r, actor, call, now)?;
    match actor.owner() {
        Ok(member) if holds => Ok(Right::Holder(member.account)),
        _ if governs(actor) => Ok(Right::Governor),
        Err(denied) if holds => Err(denied.into()),
        _ => {
            actor.member()?;
            Err(Error::NotHolder(call.to_string()))
        }
    }
}

/// The wish for a licence, for whoever may change it.
pub(crate) fn own(r: &impl Rows, actor: &Actor, licence: &Licence, now: Timestamp) -> Result<Own, Error> {
    let right = right(r, actor, &licence.call, now)?;
    let held = held(r, licence)?;
    let revision = held.as_ref().map_or(0, |(_, wish)| wish.revision);
    let changed = held.as_ref().map(|(_, wish)| wish.changed);
    let wishes = held.map_or_else(Wishes::default, |(_, wish)| {
        let opted_out = wish.opted_out.is_some();
        let is_theirs = match right {
            Right::Holder(AccountId(own)) => wish.account.is_none_or(|account| account == own),
            Right::Governor => true,
        };
        if is_theirs {
            Wishes {
                own: wish.own,
                consent: wish.consent,
                opted_out,
            }
        } else {
            Wishes {
                opted_out,
                ..Wishes::default()
            }
        }
    });
    Ok(Own {
        right,
        wishes,
        revision,
        changed,
    })
}

/// The record of what the present holder of a licence wished.
pub(super) fn held(r: &impl Rows, licence: &Licence) -> Result<Option<(WishKey, StoredWish)>, StoreError> {
    let call = SmolStr::new(licence.call.as_str());
    let holder = holder_of(licence);
    let exact = (call.clone(), holder.clone());
    if let Some(wish) = r.get(WISH, &exact)? {
        return Ok(Some((exact, wish)));
    }
    for row in r.scan(WISH, Span::prefix(&(call,)), Direction::Forward) {
        let (key, wish) = row?;
        if is_same_holder(&key.1, &holder) {
            return Ok(Some((key, wish)));
        }
    }
    Ok(None)
}

/// A request by its number. Administrators only.
pub(crate) fn removal(r: &impl Rows, actor: &Actor, id: u64) -> Result<StoredRemoval, Error> {
    actor.may(Capability::GovernCallbook)?;
    r.get(REMOVAL, &id)?.ok_or(Error::NoRequest(id))
}

/// Requests with their numbers, at most `limit`, behind the one with number `after`: those that wait, oldest first, or
/// those that were decided, newest first. Administrators only.
pub(crate) fn removals(
    r: &impl Rows,
    actor: &Actor,
    open: bool,
    (after, limit): (Option<u64>, usize),
) -> Result<Vec<(u64, StoredRemoval)>, Error> {
    actor.may(Capability::GovernCallbook)?;
    if !open {
        let span = after.map_or_else(Span::all, |after| Span::all().before(&after));
        let newest_first = r.scan(REMOVAL, span, Direction::Backward);
        let decided = newest_first.filter(|row| row.as_ref().map_or(true, |(_, one)| !one.is_open()));
        return Ok(decided.take(limit).collect::<Result<_, _>>()?);
    }
    let rows = r.scan(REMOVAL_OPEN, Span::all(), Direction::Forward);
    let mut ids: Vec<u64> = rows.map(|row| row.map(|(_, id)| id)).collect::<Result<_, _>>()?;
    ids.sort_unstable();
    let mut found = Vec::new();
    for id in ids
        .into_iter()
        .filter(|id| after.is_none_or(|after| *id > after))
        .take(limit)
    {
        found.extend(r.get(REMOVAL, &id)?.map(|removal| (id, removal)));
    }
    Ok(found)
}

/// How many requests wait.
pub(crate) fn waiting(r: &impl Rows) -> Result<u64, StoreError> {
    r.len(REMOVAL_OPEN)
}

/// The account's proofs of the call or of the call it is a form of, also those that ended.
fn proofs(r: &impl Rows, account: AccountId, call: &Callsign) -> Result<Vec<Verification>, StoreError> {
    let proofs = identity::read::verifications(r, account)?;
    let proofs = proofs.into_iter().map(|(_, proof)| proof);
    Ok(proofs
        .filter(|proof| proof.call == *call || proof.call.as_str() == base(call))
        .collect())
}
