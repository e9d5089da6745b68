//! Dates and times of day as ADIF writes them; all are UTC.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

/// A time of day as ADIF writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    /// The time.
    pub(crate) time: Time,
    /// Whether only hours and minutes were given.
    pub(crate) no_seconds: bool,
}

/// Reads `HHMM` or `HHMMSS`.
pub(crate) fn clock(text: &str) -> Option<Clock> {
    let text = text.trim();
    if !matches!(text.len(), 4 | 6) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let two = |at: usize| {
        text.get(at..at + 2)
            .map_or(Some(0), |digits| digits.parse::<i8>().ok())
    };
    let time = Time::new(two(0)?, two(2)?, two(4)?, 0).ok()?;
    Some(Clock {
        time,
        no_seconds: text.len() == 4,
    })
}

/// Reads `YYYYMMDD`.
pub(crate) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Date::new(
        text[..4].parse().ok()?,
        text[4..6].parse().ok()?,
        text[6..].parse().ok()?,
    )
    .ok()
}

/// The instant of a date and time in UTC.
pub(crate) fn instant(date: Date, time: Time) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(date.to_datetime(time)).ok()
}
