//! How old a command is when it arrives, without comparing the clocks of two computers.
//!
//! The server says with each message how long after the beginning of the link it was sent. What came the quickest way
//! shows how far the two clocks are apart; whatever arrives later than that way would have it is that much older.

use std::time::Duration;

use jiff::Timestamp;

/// A command that was longer on its way is not carried out: the radio would move when nobody expects it.
pub(super) const OLDEST: Duration = Duration::from_secs(3);

/// What is known of the way.
#[derive(Debug, Default)]
pub(super) struct Age {
    /// The smallest difference of arrival and sending seen, in milliseconds.
    least: Option<i64>,
}

impl Age {
    /// How long a message was on its way, at least, that was sent `sent_ms` into the link and arrived now.
    pub(super) fn of(&mut self, sent_ms: u64, now: Timestamp) -> Duration {
        let sent = i64::try_from(sent_ms).unwrap_or(i64::MAX);
        let difference = now.as_millisecond().saturating_sub(sent);
        let least = self.least.map_or(difference, |least| least.min(difference));
        self.least = Some(least);
        Duration::from_millis(u64::try_from(difference.saturating_sub(least)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    #[test]
    fn what_comes_as_quickly_as_ever_is_new() {
        let mut age = Age::default();
        // This computer's clock is hours off; that is nobody's business.
        assert_eq!(age.of(0, at(9_000_000)), Duration::ZERO);
        assert_eq!(age.of(60_000, at(9_060_010)), Duration::from_millis(10));
        assert_eq!(
            age.of(61_000, at(9_060_995)),
            Duration::ZERO,
            "the quickest so far"
        );
        assert_eq!(age.of(62_000, at(9_062_000)), Duration::from_millis(5));
    }

    #[test]
    fn what_waited_while_the_computer_slept_is_old() {
        let mut age = Age::default();
        age.of(0, at(0));
        assert!(age.of(60_000, at(660_000)) > OLDEST);
    }

    #[test]
    fn nonsense_is_no_panic() {
        let mut age = Age::default();
        age.of(u64::MAX, at(0));
        assert!(age.of(0, Timestamp::MAX) > OLDEST);
    }
}
