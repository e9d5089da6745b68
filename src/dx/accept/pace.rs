//! How fast each sender may send: feeds as fast as the program takes spots in, people as fast as people spot.
//!
//! GCRA keeps one time per sender: when the sender's bucket is full again; a full one needs no entry.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// So many at once, and one more each so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) burst: u32,
    pub(crate) every: Duration,
}

impl Rate {
    /// A feed: 1,000 a second, 5,000 at once.
    pub(crate) const FEED: Self = Self {
        burst: 5_000,
        every: Duration::from_millis(1),
    };
    /// A person: 30 a minute, 15 at once.
    pub(crate) const PERSON: Self = Self {
        burst: 15,
        every: Duration::from_secs(2),
    };
}

/// Most senders remembered.
const MOST: usize = 16_384;

/// Counts by sender.
#[derive(Debug)]
pub(crate) struct Pace<K> {
    /// Microseconds since 1970 at which each bucket is full again.
    full_at: HashMap<K, i64>,
}

impl<K: Hash + Eq> Pace<K> {
    pub(crate) fn new() -> Self {
        Self {
            full_at: HashMap::new(),
        }
    }

    /// Counts one; the error says how long to wait. `now` is in microseconds since 1970.
    pub(crate) fn take(&mut self, who: K, rate: Rate, now: i64) -> Result<(), Duration> {
        let micros = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        let full = micros(rate.every.saturating_mul(rate.burst));
        let before = self.full_at.get(&who).copied().unwrap_or(now).max(now);
        // A clock that ran ahead and came back must not lock anybody out.
        let before = before.min(now + full);
        let after = before + micros(rate.every);
        if after > now + full {
            self.full_at.insert(who, before);
            let wait = u64::try_from(after - now - full).unwrap_or(0);
            return Err(Duration::from_micros(wait));
        }
        if self.full_at.len() >= MOST && !self.full_at.contains_key(&who) {
            self.full_at.retain(|_, at| *at > now);
            if self.full_at.len() >= MOST {
                self.full_at.clear();
            }
        }
        self.full_at.insert(who, after);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_each_so_often() {
        let mut pace = Pace::new();
        let mut now = 1_700_000_000_000_000;
        for _ in 0..15 {
            assert!(pace.take("K1ABC", Rate::PERSON, now).is_ok());
        }
        assert_eq!(pace.take("K1ABC", Rate::PERSON, now), Err(Duration::from_secs(2)));
        assert!(pace.take("K2ABC", Rate::PERSON, now).is_ok());
        now += 2_000_000;
        assert!(pace.take("K1ABC", Rate::PERSON, now).is_ok());
        assert!(pace.take("K1ABC", Rate::PERSON, now).is_err());
        assert!(
            pace.take("K1ABC", Rate::PERSON, now - 3_600_000_000).is_err(),
            "an hour back"
        );
        assert!(
            pace.take("K1ABC", Rate::PERSON, now - 3_600_000_000 + 2_000_000)
                .is_ok()
        );
    }

    #[test]
    fn a_feed_may_send_a_thousand_a_second() {
        let mut pace = Pace::new();
        let start = 1_700_000_000_000_000_i64;
        let taken = (0..20_000)
            .filter(|n| pace.take(1, Rate::FEED, start + n * 500).is_ok())
            .count();
        assert!(
            (14_990..=15_010).contains(&taken),
            "{taken}: 5,000 and ten seconds"
        );
    }
}
