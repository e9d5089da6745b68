//! What operators type: a band or a frequency in kilohertz or megahertz, a time as four digits.
//!
//! Reads as the pages' script does, so that a form is taken the same way with and without it.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::ham::band::Band;
use crate::ham::freq::Hertz;

/// Where the operator was on the dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tuned {
    Band(Band),
    Frequency(Hertz),
}

/// Reads `20m`, `14074`, `14.074`, `14081.5`, `144.3 MHz`, `14.081.500`: a bare number is kilohertz from 1000 on,
/// below that megahertz.
pub(super) fn read_frequency(text: &str) -> Option<Tuned> {
    let tidy: String = text.to_lowercase().replace(',', ".").split_whitespace().collect();
    if let Ok(band) = Band::parse(&tidy) {
        return Some(Tuned::Band(band));
    }
    let digits = tidy
        .find(|letter: char| letter.is_ascii_alphabetic())
        .unwrap_or(tidy.len());
    let (number, unit) = tidy.split_at(digits);
    // 14.081.500 is how a rig writes hertz.
    if let [mhz, khz, hz] = number.split('.').collect::<Vec<_>>()[..]
        && unit.is_empty()
        && khz.len() == 3
        && hz.len() == 3
    {
        return format!("{mhz}{khz}{hz}")
            .parse()
            .ok()
            .map(|hertz| Tuned::Frequency(Hertz::new(hertz)));
    }
    let millions = Hertz::from_mhz_text(number).ok()?.get();
    let hertz = match unit {
        "hz" => millions / 1_000_000,
        "khz" | "k" => millions / 1_000,
        "ghz" | "g" => millions.checked_mul(1_000)?,
        // From a thousand on it is kilohertz.
        "" if millions >= 1_000_000_000 => millions / 1_000,
        "" | "m" | "mhz" => millions,
        _ => return None,
    };
    (hertz > 0).then(|| Tuned::Frequency(Hertz::new(hertz)))
}

/// The time of a contact. Without a date it is today's, or yesterday's where today's is still to come; without a
/// time it is now.
pub(super) fn read_start(date: &str, time: &str, now: Timestamp) -> Option<Timestamp> {
    let today = now.to_zoned(TimeZone::UTC).date();
    if time.is_empty() && date.is_empty() {
        return Timestamp::from_second(now.as_second()).ok();
    }
    let time = if time.is_empty() {
        now.to_zoned(TimeZone::UTC).time()
    } else {
        read_time(time)?
    };
    let at = |date: Date| {
        date.to_datetime(time)
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    if !date.is_empty() {
        return at(date.parse().ok()?);
    }
    let start = at(today)?;
    if start > now {
        at(today.checked_sub(1.day()).ok()?)
    } else {
        Some(start)
    }
}

/// Reads `0932`, `932`, `9:32`, `093207`, `09:32z`.
fn read_time(text: &str) -> Option<Time> {
    let text = text.trim().trim_end_matches(['z', 'Z']);
    let digits = match text.split_once(':') {
        Some((hour, rest)) => format!("{hour:0>2}{}", rest.replace(':', "")),
        None => format!("{text:0>4}"),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let two = |from: usize| {
        digits
            .get(from..from + 2)
            .map_or(Some(0), |part| part.parse::<i8>().ok())
    };
    Time::new(two(0)?, two(2)?, two(4)?, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hertz(text: &str) -> Option<u64> {
        match read_frequency(text)? {
            Tuned::Frequency(hertz) => Some(hertz.get()),
            Tuned::Band(_) => None,
        }
    }

    #[test]
    fn frequencies_are_read_as_operators_write_them() {
        let read = [
            "14074",
            "14.074",
            "14081,5",
            "144.3 MHz",
            "10.368 GHz",
            "14.081.500",
            "7100 k",
            "472 khz",
        ]
        .map(hertz);
        let wanted = [
            14_074_000,
            14_074_000,
            14_081_500,
            144_300_000,
            10_368_000_000,
            14_081_500,
            7_100_000,
            472_000,
        ]
        .map(Some);
        assert_eq!(read, wanted);
        assert_eq!(read_frequency("20 M"), Band::parse("20m").ok().map(Tuned::Band));
        for nothing in ["", "0", "fast", "14.07.4", "-7", "14 parsecs"] {
            assert_eq!(read_frequency(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn times_are_read_as_operators_write_them() {
        let now: Timestamp = "2026-11-21T00:05:30Z".parse().unwrap();
        let start = |date: &str, time: &str| read_start(date, time, now).map(|at| at.to_string());
        assert_eq!(start("2026-11-20", "0932").unwrap(), "2026-11-20T09:32:00Z");
        assert_eq!(start("", "0004").unwrap(), "2026-11-21T00:04:00Z");
        assert_eq!(
            start("", "23:59z").unwrap(),
            "2026-11-20T23:59:00Z",
            "today's is still to come"
        );
        assert_eq!(start("", "").unwrap(), "2026-11-21T00:05:30Z");
        assert_eq!(read_time("932"), Time::new(9, 32, 0, 0).ok());
        assert_eq!(read_time("9:32:07"), Time::new(9, 32, 7, 0).ok());
        assert_eq!(["2460", "25:00", "noon", "12345"].map(read_time), [None; 4]);
    }
}
