//! Commands: whom a member follows is their own business, and nobody else's.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::tables::{FOLLOWER, FOLLOWING, StoredFollow};
use crate::identity::Actor;
use crate::shack::error::Error;
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// Calls one account may follow.
const MOST: usize = 200;

/// Follows a call; nothing changes where it is followed already.
pub(crate) fn follow(tx: &mut Write<'_>, actor: &Actor, call: &str, now: Timestamp) -> Result<(), Error> {
    let account = actor.in_person()?.account.0;
    let call = SmolStr::new(call);
    if tx.contains(FOLLOWING, &(account, call.clone()))? {
        return Ok(());
    }
    if followed(tx, account)?.len() >= MOST {
        return Err(Error::Many(MOST));
    }
    tx.put(FOLLOWER, &(call.clone(), account), &())?;
    Ok(tx.put(FOLLOWING, &(account, call), &StoredFollow { since: now })?)
}

/// Follows a call no longer.
pub(crate) fn unfollow(tx: &mut Write<'_>, actor: &Actor, call: &str) -> Result<(), Error> {
    let account = actor.in_person()?.account.0;
    if take_out(tx, account, &SmolStr::new(call))? {
        Ok(())
    } else {
        Err(Error::NotFollowed(call.to_owned()))
    }
}

/// Takes out both ends; whether there were any.
pub(super) fn take_out(tx: &mut Write<'_>, account: u32, call: &SmolStr) -> Result<bool, StoreError> {
    tx.remove(FOLLOWER, &(call.clone(), account))?;
    tx.remove(FOLLOWING, &(account, call.clone()))
}

/// Whom an account follows, and since when, by call.
pub(crate) fn followed(r: &impl Rows, account: u32) -> Result<Vec<(SmolStr, Timestamp)>, StoreError> {
    let rows = r.scan(FOLLOWING, Span::prefix(&(account,)), Direction::Forward);
    rows.map(|row| row.map(|((_, call), stored)| (call, stored.since)))
        .collect()
}

/// The accounts that follow a call.
pub(crate) fn followers(r: &impl Rows, call: &str) -> Result<Vec<u32>, StoreError> {
    let rows = r.scan(FOLLOWER, Span::prefix(&(SmolStr::new(call),)), Direction::Forward);
    rows.map(|row| row.map(|((_, account), ())| account)).collect()
}
