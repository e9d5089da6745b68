//! How fast somebody may change records: so many a minute, twice as many at once. In memory, and bounded.
//!
//! What turns out to change nothing is given back, so a router that says the same address every minute is never too
//! fast.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use smol_str::SmolStr;

use super::error::Error;

/// Callers remembered at most; those who have not changed anything lately go first.
const MOST: usize = 20_000;

/// Who changes something.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    /// An account, by a session.
    Account(u32),
    /// One of its API keys.
    Key(u64),
    /// A token for addresses, which may do little.
    Dyndns(SmolStr),
    /// A token for proofs of certificates.
    Acme(SmolStr),
}

/// All callers.
#[derive(Debug)]
pub(crate) struct Pace {
    per_minute: u32,
    left: Mutex<HashMap<Caller, Left>>,
}

/// What a caller has left.
#[derive(Debug, Clone, Copy)]
struct Left {
    /// Thousandths of a change.
    milli: u64,
    at: Timestamp,
}

impl Pace {
    /// So many changes a minute.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self {
            per_minute: per_minute.max(1),
            left: Mutex::default(),
        }
    }

    /// Counts one change, or says how long to wait.
    pub(crate) fn take(&self, caller: &Caller, now: Timestamp) -> Result<(), Error> {
        let (per_minute, burst) = self.measure(caller);
        let mut all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(caller) {
            // Two minutes fill every measure.
            all.retain(|_, left| now.duration_since(left.at).as_secs() < 120);
            if all.len() >= MOST {
                return Err(Error::TooFast(Duration::from_mins(1)));
            }
        }
        let full = burst * 1_000;
        let left = all.entry(caller.clone()).or_insert(Left { milli: full, at: now });
        let passed = u64::try_from(now.duration_since(left.at).as_millis()).unwrap_or(0);
        left.milli = full.min(left.milli + passed * per_minute / 60);
        left.at = now;
        if left.milli < 1_000 {
            let wait = (1_000 - left.milli) * 60 / per_minute;
            return Err(Error::TooFast(Duration::from_millis(wait.max(1))));
        }
        left.milli -= 1_000;
        Ok(())
    }

    /// Takes back the count of what changed nothing.
    pub(crate) fn give_back(&self, caller: &Caller) {
        let (_, burst) = self.measure(caller);
        let mut all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = all.get_mut(caller) {
            left.milli = (left.milli + 1_000).min(burst * 1_000);
        }
    }

    /// Changes a minute, and at once.
    fn measure(&self, caller: &Caller) -> (u64, u64) {
        match caller {
            // Two changes in two minutes are more than any line at home needs.
            Caller::Dyndns(_) => (1, 2),
            _ => (u64::from(self.per_minute), 2 * u64::from(self.per_minute)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_may_so_much_at_once_and_then_waits() {
        let pace = Pace::new(30);
        let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let after = |seconds| {
            start
                .checked_add(jiff::SignedDuration::from_secs(seconds))
                .unwrap()
        };
        let caller = Caller::Account(7);
        for _ in 0..60 {
            pace.take(&caller, start).unwrap();
        }
        let Err(Error::TooFast(wait)) = pace.take(&caller, start) else {
            panic!("61 changes at once")
        };
        assert_eq!(wait, Duration::from_secs(2));
        pace.take(&caller, after(2)).unwrap();
        assert!(pace.take(&caller, after(2)).is_err());
        pace.give_back(&caller);
        pace.take(&caller, after(2)).unwrap();
        pace.take(&Caller::Account(8), after(2)).unwrap();
    }

    #[test]
    fn an_address_changes_twice_in_two_minutes() {
        let pace = Pace::new(30);
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let token = Caller::Dyndns("abc".into());
        pace.take(&token, now).unwrap();
        pace.take(&token, now).unwrap();
        let Err(Error::TooFast(wait)) = pace.take(&token, now) else {
            panic!("three addresses at once")
        };
        assert_eq!(wait, Duration::from_mins(1));
    }
}
