//! Which of the FCC's daily files are due.
//!
//! A file is named after the day on which it is made and is overwritten a week later, so a week's absence cannot be
//! made up: then the next whole archive is due. Some days have no file or still last week's one, which its stamp
//! tells; both are normal. Files must be applied in order: stop at the first that fails, for a day left out is lost.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;

/// Files older than this are overwritten.
const MOST_DAYS: i32 = 6;
/// Eastern time, an hour off in summer: files are made in the small hours.
const EASTERN: Offset = Offset::constant(-5);

/// What to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Due {
    /// The whole archive: nothing was applied yet, or too long ago.
    Full,
    /// These days' files, in this order; none when all is applied.
    Days(Vec<Date>),
}

/// What is due at `now`, when the newest file applied was made at `applied`.
pub(crate) fn due(applied: Option<Timestamp>, now: Timestamp) -> Due {
    let Some(applied) = applied else {
        return Due::Full;
    };
    let (from, today) = (
        EASTERN.to_datetime(applied).date(),
        EASTERN.to_datetime(now).date(),
    );
    let days = from.until(today).map_or(i32::MAX, |span| span.get_days());
    if days > MOST_DAYS {
        return Due::Full;
    }
    let day = |n: i32| from.checked_add(jiff::Span::new().days(n)).ok();
    Due::Days((1..=days).filter_map(day).collect())
}

/// The file of a day, at an address with `{day}` in it.
pub(crate) fn address(pattern: &str, day: Date) -> String {
    pattern.replace("{day}", name(day.weekday()))
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_applied_or_too_long_ago_needs_the_whole_archive() {
        let now = time("2026-11-22T12:00:00Z");
        assert_eq!(due(None, now), Due::Full);
        assert_eq!(due(Some(time("2026-11-15T13:00:00Z")), now), Due::Full);
    }

    #[test]
    fn the_days_since_are_due_in_order() {
        let sunday = Some(time("2026-11-15T13:00:00Z"));
        let due = due(sunday, time("2026-11-18T12:00:00Z"));
        let days = vec![date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)];
        assert_eq!(due, Due::Days(days.clone()));
        let pattern = "https://fcc.example/l_am_{day}.zip";
        let names: Vec<_> = days.iter().map(|day| address(pattern, *day)).collect();
        assert_eq!(names[2], "https://fcc.example/l_am_wed.zip");
        assert!(names[0].ends_with("l_am_mon.zip"));
    }

    #[test]
    fn nothing_is_due_on_the_same_day_nor_with_a_clock_behind() {
        let applied = Some(time("2026-11-18T08:00:00Z"));
        assert_eq!(due(applied, time("2026-11-18T20:00:00Z")), Due::Days(Vec::new()));
        assert_eq!(due(applied, time("2026-11-10T20:00:00Z")), Due::Days(Vec::new()));
    }
}
