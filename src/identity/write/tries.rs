//! How often something may be tried: counted in the store, so that a restart forgives nothing, and before it is tried,
//! so that of parallel tries none gets in uncounted.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::identity::error::Error;
use crate::identity::tables::TRY_COUNT;
use crate::identity::throttle::Wait;
use crate::store::{Direction, Rows, Span, Write};

/// Nothing is counted for longer.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// When something was tried, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::identity) struct TryCount {
    times: Vec<Timestamp>,
}

/// So many within a stretch of time of at most a day.
#[derive(Debug, Clone, Copy)]
pub(in crate::identity) struct Limit {
    pub(in crate::identity) most: usize,
    pub(in crate::identity) within: SignedDuration,
}

/// Counts one more under a name, or says how long to wait.
pub(in crate::identity) fn count_try(
    tx: &mut Write<'_>,
    name: &SmolStr,
    limit: Limit,
    now: Timestamp,
) -> Result<(), Error> {
    let mut count = tx.get(TRY_COUNT, name)?.unwrap_or_default();
    count
        .times
        .retain(|time| now.duration_since(*time) < limit.within);
    if let (true, Some(first)) = (count.times.len() >= limit.most, count.times.first()) {
        let until = first.checked_add(limit.within).unwrap_or(now);
        return Err(Error::Wait(Wait(until.duration_since(now))));
    }
    count.times.push(now);
    tx.put(TRY_COUNT, name, &count)?;
    Ok(())
}

/// Forgets what was more than a day ago.
pub(in crate::identity) fn sweep_tries(tx: &mut Write<'_>, now: Timestamp) -> Result<(), Error> {
    let mut over = Vec::new();
    for row in tx.scan(TRY_COUNT, Span::all(), Direction::Forward) {
        let (name, count) = row?;
        if count
            .times
            .iter()
            .all(|time| now.duration_since(*time) >= LONGEST)
        {
            over.push(name);
        }
    }
    for name in over {
        tx.remove(TRY_COUNT, &name)?;
    }
    Ok(())
}
