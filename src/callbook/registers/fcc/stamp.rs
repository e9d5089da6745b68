//! The file `counts` that every archive of ULS has: when it was made, and how many lines each file has.
//!
//! It is what `date` and `wc -l` print. The time tells an older archive from a newer one, the lines tell an archive
//! that was cut short from a whole one. What is not understood of it is left out, it is never an error.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What an archive says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Stamp {
    pub(crate) created: Option<Timestamp>,
    /// Lines by the file's name.
    pub(crate) lines: BTreeMap<SmolStr, u64>,
}

impl Stamp {
    /// Reads the file's text.
    pub(crate) fn parse(text: &str) -> Self {
        let mut stamp = Self::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let [count, name] = words[..]
                && let Ok(count) = count.parse()
            {
                let name = name.rsplit('/').next().unwrap_or(name);
                stamp.lines.insert(name.into(), count);
            } else if stamp.created.is_none() {
                stamp.created = words.windows(6).find_map(created);
            }
        }
        stamp.lines.remove("total");
        stamp
    }
}

/// `Sun Aug 30 09:07:53 EDT 2026`.
fn created(words: &[&str]) -> Option<Timestamp> {
    let [_, month, day, time, zone, year] = words else {
        return None;
    };
    let hours = match *zone {
        "EDT" => -4,
        "EST" => -5,
        "UTC" | "GMT" => 0,
        _ => return None,
    };
    let text = format!("{month} {day} {time} {year}");
    let local = DateTime::strptime("%b %d %H:%M:%S %Y", text).ok()?;
    Offset::constant(hours).to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTS: &str = "File Creation Date: Sun Aug 30 09:07:53 EDT 2026\n\
        1583213 /export/uls/l_amat/AM.dat\n 1583999 ./EN.dat\n1583998 HD.dat\n 4751210 total\n";

    #[test]
    fn the_time_is_that_of_the_east_coast_and_lines_go_by_the_names_of_files() {
        let stamp = Stamp::parse(COUNTS);
        assert_eq!(stamp.created, Some("2026-08-30T13:07:53Z".parse().unwrap()));
        let lines: Vec<_> = stamp
            .lines
            .iter()
            .map(|(name, lines)| (name.as_str(), *lines))
            .collect();
        assert_eq!(
            lines,
            [
                ("AM.dat", 1_583_213),
                ("EN.dat", 1_583_999),
                ("HD.dat", 1_583_998)
            ]
        );
        let winter = Stamp::parse("Sun Jan  4 08:00:00 EST 2026");
        assert_eq!(winter.created, Some("2026-01-04T13:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        for text in [
            "",
            "Sun Aug 32 09:07:53 EDT 2026",
            "Sun Aug 30 09:07:53 XYZ 2026",
            "-1 EN.dat",
            "many EN.dat",
        ] {
            assert_eq!(Stamp::parse(text), Stamp::default(), "{text}");
        }
    }
}
