//! Rate classes: how many calls an account, a key or a guest network may make.
//!
//! GCRA (ITU-T I.371) keeps one time per key: when the key's bucket would be full again. A bucket that is
//! full needs no entry, so eviction loses nothing; only a flood of more than 65,536 active keys makes the
//! emptiest-used ones start anew. Time is tokio's, so paused tests work.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Caller, Class, Network};
use crate::config::Limits;

/// Most keys remembered at once.
const CAPACITY: usize = 65_536;

/// So many calls in such a time, all at once if need be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rate {
    calls: u32,
    per: Duration,
}

/// Whom a call is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Key(u64),
    Account(u32),
    Network(Network),
}

/// Counts calls by class and caller.
pub(crate) struct Limiter {
    start: Instant,
    rates: Rates,
    /// When each bucket is full again, since `start`.
    full_at: Mutex<HashMap<(Class, Who), Duration>>,
    capacity: usize,
}

struct Rates {
    guest_read: Rate,
    guest_write: Rate,
    guest_lookup: Rate,
    member: Rate,
    login: Rate,
    upload: Rate,
}

impl Limiter {
    /// A limiter with the configured rates.
    pub(crate) fn new(limits: &Limits) -> Self {
        let minutely = |calls| Rate {
            calls,
            per: Duration::from_mins(1),
        };
        let rates = Rates {
            guest_read: minutely(limits.read_per_minute),
            guest_write: minutely(limits.write_per_minute),
            guest_lookup: minutely(limits.lookup_per_minute),
            member: minutely(limits.member_per_minute),
            login: Rate {
                calls: limits.login_per_10min,
                per: Duration::from_mins(10),
            },
            upload: Rate {
                calls: limits.upload_per_hour,
                per: Duration::from_hours(1),
            },
        };
        Self {
            start: Instant::now(),
            rates,
            full_at: Mutex::default(),
            capacity: CAPACITY,
        }
    }

    #[cfg(test)]
    pub(super) fn with_capacity(limits: &Limits, capacity: usize) -> Self {
        Self {
            capacity,
            ..Self::new(limits)
        }
    }

    /// Counts a call; the error says how long to wait.
    pub(crate) fn count(&self, class: Class, caller: Caller, network: Network) -> Result<(), Duration> {
        let member = caller.key.map(Who::Key).or(caller.account.map(Who::Account));
        let (rate, who) = match (class, member) {
            (Class::Free, _) => return Ok(()),
            // Before anybody is known, and whoever is known by then: the network counts.
            (Class::Login, _) => (self.rates.login, Who::Network(network)),
            (Class::Upload, member) => (self.rates.upload, member.unwrap_or(Who::Network(network))),
            (_, Some(member)) => (self.rates.member, member),
            (Class::Read, None) => (self.rates.guest_read, Who::Network(network)),
            (Class::Write, None) => (self.rates.guest_write, Who::Network(network)),
            (Class::Lookup, None) => (self.rates.guest_lookup, Who::Network(network)),
        };
        self.take((class, who), rate)
    }

    /// Keys remembered at present.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self, key: (Class, Who), rate: Rate) -> Result<(), Duration> {
        let now = self.start.elapsed();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let before = full_at.get(&key).copied().unwrap_or(now).max(now);
        let after = before + rate.per / rate.calls;
        if after > now + rate.per {
            return Err(after.saturating_sub(now + rate.per));
        }
        if full_at.len() >= self.capacity && !full_at.contains_key(&key) {
            make_room(&mut full_at, now, self.capacity);
        }
        full_at.insert(key, after);
        Ok(())
    }
}

/// Forgets full buckets, and, when those were too few, the quarter that is nearest to full.
fn make_room(full_at: &mut HashMap<(Class, Who), Duration>, now: Duration, capacity: usize) {
    full_at.retain(|_, at| *at > now);
    let keep = capacity / 4 * 3;
    if full_at.len() > keep {
        let mut times: Vec<Duration> = full_at.values().copied().collect();
        let surplus = times.len() - keep;
        let (_, threshold, _) = times.select_nth_unstable(surplus);
        let threshold = *threshold;
        full_at.retain(|_, at| *at > threshold);
    }
}
