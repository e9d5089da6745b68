//! Dates and times of day as ADIF writes them; all are UTC.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

/// The begin of 1930: before it a date is a slip.
const EARLIEST: Timestamp = Timestamp::constant(-1_262_304_000, 0);

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

/// Says what is wrong with the begin of a contact: a log that is earlier or later than these holds a slip.
pub(crate) fn check_start(start: Timestamp, now: Timestamp) -> Result<(), &'static str> {
    if start < EARLIEST {
        return Err("is before 1930");
    }
    match now.checked_add(24.hours()) {
        Ok(latest) if start > latest => Err("is in the future"),
        _ => Ok(()),
    }
}

/// The instant of a date and time in UTC.
pub(crate) fn instant(date: Date, time: Time) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(date.to_datetime(time)).ok()
}
