//! The columns of a record, and the texts and days in them.
//!
//! Columns are split at `|` and at nothing else: there is no quoting and no escaping. A text is UTF-8, or else
//! Windows-1252, each for itself, because files hold both. Not here: which column means what.

use jiff::civil::Date;
use smol_str::SmolStr;

use crate::callbook::model::Day;

/// The columns of a record. A column beyond the last is an empty one.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    row: &'a [u8],
    /// Where each column ends.
    ends: &'a [usize],
}

impl<'a> Columns<'a> {
    /// Splits a row; `ends` lends the room.
    pub(super) fn split(row: &'a [u8], ends: &'a mut Vec<usize>) -> Self {
        ends.clear();
        // Columns are three bytes on average: too short for a search to pay.
        for (at, byte) in row.iter().enumerate() {
            if *byte == b'|' {
                ends.push(at);
            }
        }
        ends.push(row.len());
        Self { row, ends }
    }

    /// How many there are.
    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    /// A column without the blanks around it.
    pub(super) fn get(self, at: usize) -> &'a [u8] {
        self.joined(at, at)
    }

    /// Columns from the first to the last with what separates them, without the blanks around.
    pub(super) fn joined(self, first: usize, last: usize) -> &'a [u8] {
        self.raw(first, last).trim_ascii()
    }

    /// The same with the blanks.
    pub(super) fn raw(self, first: usize, last: usize) -> &'a [u8] {
        let Some(end) = self.ends.get(last.min(self.len() - 1)) else {
            return &[];
        };
        let start = match first.checked_sub(1) {
            None => 0,
            Some(before) => self
                .ends
                .get(before)
                .map_or(*end, |before| (before + 1).min(*end)),
        };
        if first >= self.len() {
            return &[];
        }
        &self.row[start..*end]
    }

    /// A column as text.
    pub(super) fn text(self, at: usize) -> SmolStr {
        text(self.get(at))
    }
}

/// Bytes as text: line breaks and tabs become one blank, other control characters nothing.
pub(super) fn text(bytes: &[u8]) -> SmolStr {
    let bytes = bytes.trim_ascii();
    if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return std::str::from_utf8(bytes).map(SmolStr::new).unwrap_or_default();
    }
    let decoded = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    };
    let mut clean = String::with_capacity(decoded.len());
    for character in decoded.chars() {
        if matches!(character, '\t' | '\n' | '\r') {
            if !clean.ends_with(' ') {
                clean.push(' ');
            }
        } else if !character.is_control() {
            clean.push(character);
        }
    }
    clean.trim().into()
}

/// A text that is no day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoDay;

/// Reads `MM/DD/YYYY`; nothing for an empty column.
pub(super) fn day(bytes: &[u8]) -> Result<Option<Day>, NoDay> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let [m1, m0, b'/', d1, d0, b'/', y3, y2, y1, y0] = bytes else {
        return Err(NoDay);
    };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0_i16, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + i16::from(**digit - b'0'))
        })
    };
    let part = |digits: &[&u8]| number(digits).and_then(|number| i8::try_from(number).ok());
    let year = number(&[y3, y2, y1, y0]).filter(|year| (1900..2200).contains(year));
    let (Some(year), Some(month), Some(day)) = (year, part(&[m1, m0]), part(&[d1, d0])) else {
        return Err(NoDay);
    };
    Date::new(year, month, day)
        .map(|date| Some(Day(date)))
        .map_err(|_| NoDay)
}

/// Whether all are digits and there are so many of them.
pub(super) fn all_digits(bytes: &[u8], count: usize) -> bool {
    bytes.len() == count && bytes.iter().all(u8::is_ascii_digit)
}

/// Whether all are letters and there are so many of them.
pub(super) fn all_letters(bytes: &[u8], count: usize) -> bool {
    bytes.len() == count && bytes.iter().all(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_end_at_bars_and_nowhere_else() {
        let mut ends = Vec::new();
        let columns = Columns::split(b"EN| 1 |\"a|b\"|\r", &mut ends);
        assert_eq!(columns.len(), 5);
        let all: Vec<&[u8]> = (0..7).map(|at| columns.get(at)).collect();
        assert_eq!(all, [&b"EN"[..], b"1", b"\"a", b"b\"", b"", b"", b""]);
        assert_eq!(columns.joined(2, 3), b"\"a|b\"");
        assert_eq!(columns.joined(3, 9), b"b\"|");
        assert_eq!(columns.joined(9, 9), b"");
    }

    #[test]
    fn texts_are_utf_8_or_windows_1252_without_control_characters() {
        for (bytes, expected) in [
            (&b" Plain "[..], "Plain"),
            (b"Mu\xf1oz", "Mu\u{f1}oz"),
            ("Mu\u{f1}oz".as_bytes(), "Mu\u{f1}oz"),
            (b"O\x92Brien", "O\u{2019}Brien"),
            (b"5 Test St\r\nApt 4", "5 Test St Apt 4"),
            (b"a\0b\x07c\td", "abc d"),
            (b"a\xc2\x85b", "ab"),
            (b"\x81\xff", "\u{ff}"),
            (b"", ""),
        ] {
            assert_eq!(text(bytes), expected);
        }
    }

    #[test]
    fn days_that_no_calendar_has_are_told_from_none() {
        let day_of = |text: &str| day(text.as_bytes());
        assert_eq!(day_of(""), Ok(None));
        assert_eq!(day_of("02/29/2024"), Ok(Some(Day(Date::constant(2024, 2, 29)))));
        for text in [
            "02/30/2023",
            "02/29/2033",
            "13/01/2020",
            "00/00/0000",
            "1/2/2020",
            "2020-01-02",
            "0a/01/2020",
        ] {
            assert_eq!(day_of(text), Err(NoDay), "{text}");
        }
    }
}
