//! Slows down whoever guesses passwords, without giving an enemy a way to lock a member out.
//!
//! Failures count per network (30 in 10 minutes) and per account: after 5 the next try must wait 1 s, doubling to
//! 15 minutes. Networks from which the account's owner signed in lately have a counter of their own, so that
//! guessing from elsewhere does not delay the owner. A call nobody has is counted like any other. All in memory and
//! bounded: what is forgotten first is what was quiet longest.

use std::collections::HashMap;
use std::hash::Hash;

use jiff::{SignedDuration, Timestamp};

use crate::web::Network;

/// Failures that cost nothing yet: people mistype.
const FREE_FAILURES: u32 = 5;
const FIRST_DELAY: SignedDuration = SignedDuration::from_secs(1);
const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(15);
/// Failures are forgotten after this long without another.
const MEMORY: SignedDuration = SignedDuration::from_hours(24);
const NETWORK_FAILURES: u32 = 30;
const NETWORK_WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// How long a network counts as the owner's after a success.
const FAMILIAR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Entries per map; at some 100 bytes each this bounds the memory to a few megabytes.
const CAPACITY: usize = 16_384;

/// The next try must wait this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many tries; try again in {} s", .0.as_secs().max(1))]
pub(crate) struct Wait(pub(crate) SignedDuration);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    first: Timestamp,
    last: Timestamp,
}

/// The counters. `account` is the call meant, or what was typed, in capitals, where it is none.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    accounts: HashMap<String, Failures>,
    at_home: HashMap<(String, Network), Failures>,
    familiar: HashMap<(String, Network), Timestamp>,
    networks: HashMap<Network, Failures>,
}

impl Throttle {
    /// Whether a try may be made now. Ask before the password is looked at.
    pub(crate) fn check(&self, account: &str, network: Network, now: Timestamp) -> Result<(), Wait> {
        if let Some(failures) = self.networks.get(&network) {
            let until = after(failures.first, NETWORK_WINDOW);
            if failures.count >= NETWORK_FAILURES && now < until {
                return Err(Wait(now.duration_until(until)));
            }
        }
        let key = (account.to_owned(), network);
        let failures = if self.is_familiar(&key, now) {
            self.at_home.get(&key)
        } else {
            self.accounts.get(account)
        };
        let Some(until) = failures.map(|failures| after(failures.last, delay(failures.count))) else {
            return Ok(());
        };
        if now < until {
            Err(Wait(now.duration_until(until)))
        } else {
            Ok(())
        }
    }

    /// Counts a wrong password.
    pub(crate) fn failed(&mut self, account: &str, network: Network, now: Timestamp) {
        count(&mut self.networks, network, now, |failures| {
            after(failures.first, NETWORK_WINDOW)
        });
        self.unfinished(account, network, now);
    }

    /// Counts a right password whose passkey has not come yet, against the account alone: the network's people may be
    /// many, and each has shown one.
    pub(crate) fn unfinished(&mut self, account: &str, network: Network, now: Timestamp) {
        let key = (account.to_owned(), network);
        if self.is_familiar(&key, now) {
            count(&mut self.at_home, key, now, |failures| {
                after(failures.last, MEMORY)
            });
        } else {
            count(&mut self.accounts, key.0, now, |failures| {
                after(failures.last, MEMORY)
            });
        }
    }

    /// Forgets the account's failures from this network, which is the owner's from now on.
    pub(crate) fn succeeded(&mut self, account: &str, network: Network, now: Timestamp) {
        let key = (account.to_owned(), network);
        if !self.is_familiar(&key, now) {
            self.accounts.remove(account);
        }
        self.at_home.remove(&key);
        make_room(&mut self.familiar, |seen| *seen);
        self.familiar.insert(key, now);
    }

    fn is_familiar(&self, key: &(String, Network), now: Timestamp) -> bool {
        self.familiar
            .get(key)
            .is_some_and(|seen| now < after(*seen, FAMILIAR))
    }
}

/// How often something may be done in a stretch of time, counted per network.
#[derive(Debug)]
pub(crate) struct Quota {
    most: u32,
    window: SignedDuration,
    seen: HashMap<Network, Failures>,
}

impl Quota {
    /// So many within `window`.
    pub(crate) fn new(most: u32, window: SignedDuration) -> Self {
        Self {
            most,
            window,
            seen: HashMap::new(),
        }
    }

    /// Counts one more, or says how long to wait.
    pub(crate) fn take(&mut self, network: Network, now: Timestamp) -> Result<(), Wait> {
        self.check(network, now)?;
        let window = self.window;
        count(&mut self.seen, network, now, |seen| after(seen.first, window));
        Ok(())
    }

    /// Whether there is room for one more.
    pub(crate) fn check(&self, network: Network, now: Timestamp) -> Result<(), Wait> {
        let Some(seen) = self.seen.get(&network) else {
            return Ok(());
        };
        let until = after(seen.first, self.window);
        if seen.count >= self.most && now < until {
            return Err(Wait(now.duration_until(until)));
        }
        Ok(())
    }
}

/// The wait that so many failures in a row bring.
fn delay(failures: u32) -> SignedDuration {
    match failures.checked_sub(FREE_FAILURES) {
        None => SignedDuration::ZERO,
        Some(doublings) => FIRST_DELAY
            .checked_mul(1 << doublings.min(10))
            .unwrap_or(LONGEST_DELAY)
            .min(LONGEST_DELAY),
    }
}

fn count<K: Hash + Eq + Clone>(
    map: &mut HashMap<K, Failures>,
    key: K,
    now: Timestamp,
    forgotten_at: impl Fn(&Failures) -> Timestamp,
) {
    if !map.contains_key(&key) {
        make_room(map, |failures| failures.last);
    }
    let failures = map.entry(key).or_insert(Failures {
        count: 0,
        first: now,
        last: now,
    });
    if now >= forgotten_at(failures) {
        *failures = Failures {
            count: 0,
            first: now,
            last: now,
        };
    }
    failures.count = failures.count.saturating_add(1);
    failures.last = now;
}

/// Drops the older half of a full map, so that the cost of looking for the oldest is paid rarely.
fn make_room<K: Hash + Eq + Clone, V>(map: &mut HashMap<K, V>, age: impl Fn(&V) -> Timestamp) {
    if map.len() < CAPACITY {
        return;
    }
    let mut ages: Vec<Timestamp> = map.values().map(&age).collect();
    let middle = ages.len() / 2;
    let (_, median, _) = ages.select_nth_unstable(middle);
    let median = *median;
    map.retain(|_, value| age(value) > median);
}

fn after(time: Timestamp, span: SignedDuration) -> Timestamp {
    time.checked_add(span).unwrap_or(Timestamp::MAX)
}
