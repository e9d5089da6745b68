//! How often a client says what is known already: sixty times an hour is every minute, and more is a mistake of its
//! configuration that it will not see by itself. In memory, and bounded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use smol_str::SmolStr;

/// Repetitions in an hour that are taken.
const REPEATS: u32 = 60;
const HOUR: i64 = 3_600;
/// Tokens remembered at most.
const MOST: usize = 20_000;

/// What each token has repeated; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Abuse(Arc<Mutex<HashMap<SmolStr, Repeats>>>);

/// What a token has repeated.
#[derive(Debug, Clone, Copy)]
struct Repeats {
    begin: Timestamp,
    count: u32,
    blocked: Option<Timestamp>,
}

impl Abuse {
    /// Whether a token is blocked.
    pub(super) fn is_blocked(&self, token: &str, now: Timestamp) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = all.get(token).and_then(|repeats| repeats.blocked);
        since.is_some_and(|since| age(since, now) < HOUR)
    }

    /// Counts a repetition; whether it is one too many, which blocks the token for an hour.
    pub(super) fn repeated(&self, token: &SmolStr, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, repeats| age(repeats.blocked.unwrap_or(repeats.begin), now) < HOUR);
            if all.len() >= MOST {
                all.clear();
            }
        }
        let fresh = Repeats {
            begin: now,
            count: 0,
            blocked: None,
        };
        let repeats = all.entry(token.clone()).or_insert(fresh);
        if age(repeats.begin, now) >= HOUR {
            *repeats = fresh;
        }
        repeats.count += 1;
        if repeats.count > REPEATS {
            *repeats = Repeats {
                blocked: Some(now),
                ..fresh
            };
            return true;
        }
        false
    }
}

fn age(since: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(since).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_repeats_himself_every_half_minute_is_told_for_an_hour() {
        let abuse = Abuse::default();
        let at = |second: i64| Timestamp::from_second(1_790_000_000 + second).unwrap();
        let token = SmolStr::new("abc");
        for repetition in 0..60 {
            assert!(!abuse.repeated(&token, at(repetition * 30)), "{repetition}");
        }
        assert!(abuse.repeated(&token, at(1_800)));
        assert!(abuse.is_blocked("abc", at(5_399)));
        assert!(!abuse.is_blocked("abc", at(5_400)));
        assert!(!abuse.is_blocked("def", at(1_800)));
        for minute in 100..300 {
            assert!(!abuse.repeated(&token, at(minute * 60)), "once a minute is taken");
        }
    }
}
