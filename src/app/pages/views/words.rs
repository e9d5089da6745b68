//! Numbers, times and forms as they stand on a page.
//!
//! Times are UTC as operators write them, the year only where it is not the present one.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::web::{Catalogue, Problem, Text};

/// A count with its thousands grouped: `1,234,567`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Grouped(pub(crate) u64);

impl Grouped {
    /// Whether it is nothing.
    pub(crate) fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Grouped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.write_str(",")?;
            }
            write!(out, "{digit}")?;
        }
        Ok(())
    }
}

/// `21 Nov 09:32z`, with the year when it is not that of `now`.
pub(crate) fn utc_words(time: Timestamp, now: Timestamp) -> String {
    let (time, now) = (time.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    let form = if time.year() == now.year() {
        "%-d\u{a0}%b %H:%Mz"
    } else {
        "%-d\u{a0}%b\u{a0}%Y %H:%Mz"
    };
    time.strftime(form).to_string()
}

/// The text for a key that was put together, if the catalogue has it.
pub(crate) fn words_of(t: Text<'static>, key: &str) -> Option<String> {
    let text = Catalogue::shared().get(t.language(), key);
    (text != key).then(|| text.to_owned())
}

/// The text for `group.name`, or the name itself where the catalogue has none.
pub(crate) fn word_or_name(t: Text<'static>, group: &str, name: &str) -> String {
    words_of(t, &format!("{group}.{name}")).unwrap_or_else(|| name.to_owned())
}

/// A size for people: `820 kB`, `4.2 MB`, in powers of ten.
pub(crate) fn size_words(bytes: u64) -> String {
    // Above ten of a unit nobody reads the tenths.
    let tenths = |unit: u64| match bytes / unit {
        whole @ 10.. => whole.to_string(),
        whole => format!("{whole}.{}", bytes % unit * 10 / unit),
    };
    match bytes {
        0..1_000 => format!("{bytes}\u{a0}B"),
        1_000..1_000_000 => format!("{}\u{a0}kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{}\u{a0}MB", tenths(1_000_000)),
        _ => format!("{}\u{a0}GB", tenths(1_000_000_000)),
    }
}

/// A message that begins like a sentence.
pub(crate) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a plain form was sent with and what was wrong with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    /// What was wrong as a whole, empty if nothing.
    pub(crate) message: String,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

impl Form {
    /// A form refused as a whole.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// A form as the server refused it: each word at its field, the rest on top.
    pub(crate) fn of_problem(problem: &Problem) -> Self {
        let body = problem.body();
        let form = if body.errors.is_empty() {
            Self::refused(body.detail.clone())
        } else {
            Self::default()
        };
        body.errors.iter().fold(form, |form, error| {
            form.with_error(&error.field, &sentence(&error.message))
        })
    }

    /// Keeps what was typed into a field; never for passwords.
    #[must_use]
    pub(crate) fn with_value(mut self, field: &str, value: &str) -> Self {
        self.values.insert(field.to_owned(), value.to_owned());
        self
    }

    /// Says what is wrong with a field.
    #[must_use]
    pub(crate) fn with_error(mut self, field: &str, message: &str) -> Self {
        self.errors.insert(field.to_owned(), message.to_owned());
        self
    }

    /// Says at another field what is wrong with this one.
    #[must_use]
    pub(crate) fn with_error_moved(mut self, from: &str, to: &str) -> Self {
        if let Some(message) = self.errors.remove(from) {
            self.errors.insert(to.to_owned(), message);
        }
        self
    }

    /// Says on top what is wrong with fields other than these, which have a place of their own.
    #[must_use]
    pub(crate) fn with_places(mut self, places: &[&str]) -> Self {
        let errors = std::mem::take(&mut self.errors);
        let mut homeless: Vec<String> =
            Vec::from_iter((!self.message.is_empty()).then(|| self.message.clone()));
        for (field, message) in errors {
            if places.contains(&field.as_str()) {
                self.errors.insert(field, message);
            } else if field.is_empty() {
                homeless.push(message);
            } else {
                homeless.push(format!("{field}: {message}"));
            }
        }
        self.message = homeless.join("; ");
        self
    }

    /// The same with the values of another form in fields that have none.
    #[must_use]
    pub(crate) fn filled_up(mut self, other: &Self) -> Self {
        for (field, value) in &other.values {
            self.values.entry(field.clone()).or_insert_with(|| value.clone());
        }
        self
    }

    /// What was typed into a field, empty for a fresh form.
    pub(crate) fn value(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// What is wrong with a field, empty if nothing.
    pub(crate) fn error(&self, field: &str) -> &str {
        self.errors.get(field).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        let said: Vec<String> = [0, 999, 1000, 1_234_567].map(|n| Grouped(n).to_string()).to_vec();
        assert_eq!(said, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn sizes_are_said_in_their_unit() {
        let said = [999, 52_000, 4_210_000, 52_428_800, 3_000_000_000].map(size_words);
        assert_eq!(
            said,
            [
                "999\u{a0}B",
                "52\u{a0}kB",
                "4.2\u{a0}MB",
                "52\u{a0}MB",
                "3.0\u{a0}GB"
            ]
        );
    }

    #[test]
    fn the_year_stands_only_where_it_is_needed() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-21T12:00:00Z");
        assert_eq!(utc_words(at("2026-11-21T09:32:07Z"), now), "21\u{a0}Nov 09:32z");
        assert_eq!(
            utc_words(at("2019-02-03T00:05:00Z"), now),
            "3\u{a0}Feb\u{a0}2019 00:05z"
        );
    }
}
