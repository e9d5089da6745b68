//! Challenges for signed logs as they are stored: given to a member, used up once.

use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;

use super::tables::{LOG_CHALLENGE, StoredChallenge, challenge_of};
use crate::identity::actor::Actor;
use crate::identity::error::Error;
use crate::identity::model::AccountId;
use crate::store::{Rows, StoreError, Write};

/// How long a challenge works.
const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Keeps a challenge for the member who asks: the one that works, else this one.
pub(crate) fn give_challenge(
    tx: &mut Write<'_>,
    actor: &Actor,
    fresh: SmolStr,
    now: Timestamp,
) -> Result<StoredChallenge, Error> {
    let id = actor.owner()?.account;
    if let Some(live) = live_challenge(tx, id, now)? {
        return Ok(live);
    }
    let stored = StoredChallenge {
        call: fresh,
        until: now.checked_add(LIFE).unwrap_or(Timestamp::MAX),
    };
    tx.put(LOG_CHALLENGE, &id.0, &stored)?;
    Ok(stored)
}

/// Uses the member's challenge up; `false` where it is not theirs any more: of two uploads at the same time one is first.
pub(crate) fn use_challenge(
    tx: &mut Write<'_>,
    actor: &Actor,
    call: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let id = actor.owner()?.account;
    let works = live_challenge(tx, id, now)?.is_some_and(|live| live.call == call);
    if works {
        tx.remove(LOG_CHALLENGE, &id.0)?;
    }
    Ok(works)
}

/// The account's challenge, while it works.
pub(super) fn live_challenge(
    rows: &impl Rows,
    id: AccountId,
    now: Timestamp,
) -> Result<Option<StoredChallenge>, StoreError> {
    Ok(challenge_of(rows, id)?.filter(|stored| now < stored.until))
}
