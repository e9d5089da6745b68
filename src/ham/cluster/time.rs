//! Times and dates as cluster lines have them: `0929Z`, ` 1-Mar-2026`.

use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// A time of the UTC day to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HourMinute {
    hour: u8,
    minute: u8,
}

/// English names, as every node writes them.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl HourMinute {
    /// A time of day; `None` beyond 23:59.
    pub fn new(hour: u8, minute: u8) -> Option<Self> {
        (hour < 24 && minute < 60).then_some(Self { hour, minute })
    }

    /// The time of day of an instant.
    pub fn of(at: Timestamp) -> Self {
        let time = at.to_zoned(TimeZone::UTC).time();
        Self {
            hour: time.hour().unsigned_abs(),
            minute: time.minute().unsigned_abs(),
        }
    }

    /// Whether four digits and a `Z`, and the time if there is one: `2460Z` has the form and is none.
    pub(super) fn token(word: &[u8]) -> Option<Option<Self>> {
        let [a, b, c, d, b'Z' | b'z'] = word else {
            return None;
        };
        if ![a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let two = |tens: u8, ones: u8| (tens - b'0') * 10 + (ones - b'0');
        Some(Self::new(two(*a, *b), two(*c, *d)))
    }

    /// Reads `0929Z`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::token(text.trim().as_bytes()).flatten()
    }

    /// The hour, 0 to 23.
    pub fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    pub fn minute(self) -> u8 {
        self.minute
    }

    /// The instant with this time of day that is nearest to `now`: around midnight that may be yesterday
    /// or tomorrow.
    pub fn near(self, now: Timestamp) -> Timestamp {
        let today = now.to_zoned(TimeZone::UTC).date();
        [today.yesterday(), Ok(today), today.tomorrow()]
            .into_iter()
            .flatten()
            .filter_map(|date| self.on(date))
            .min_by_key(|at| at.duration_since(now).abs())
            .unwrap_or(now)
    }

    /// The instant on a date.
    pub fn on(self, date: Date) -> Option<Timestamp> {
        let hour = i8::try_from(self.hour).ok()?;
        let minute = i8::try_from(self.minute).ok()?;
        date.at(hour, minute, 0, 0)
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    }

    /// The instant on a date, but no more than `ahead` in the future of `now`, else the one nearest to `now`.
    pub fn on_or_near(self, date: Option<Date>, now: Timestamp, ahead: SignedDuration) -> Timestamp {
        date.and_then(|date| self.on(date))
            .filter(|at| at.duration_since(now) <= ahead)
            .unwrap_or_else(|| self.near(now))
    }
}

impl fmt::Display for HourMinute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}{:02}Z", self.hour, self.minute)
    }
}

/// Reads `1-Mar-2026`, `01-Mar-2026`, ` 1-mar-2026`.
pub fn date(text: &str) -> Option<Date> {
    let mut parts = text.trim().split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || !(1..=2).contains(&day.len()) {
        return None;
    }
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
    if !year.bytes().chain(day.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    Date::new(
        year.parse().ok()?,
        i8::try_from(month + 1).ok()?,
        day.parse().ok()?,
    )
    .ok()
}

/// Writes ` 1-Mar-2026`: the day right-aligned in two.
pub fn date_text(date: Date) -> String {
    let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
    format!(
        "{:>2}-{}-{:04}",
        date.day(),
        MONTHS.get(month).copied().unwrap_or("Jan"),
        date.year()
    )
}
