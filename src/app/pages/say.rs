//! Values as they stand on a page: bands, frequencies, spans of time, contacts in a list.

use jiff::Timestamp;

use super::views::{QsoRow, utc_words};
use crate::ham::freq::Hertz;
use crate::logbook::event::{LogbookId, QsoId};
use crate::logbook::place::country;
use crate::logbook::stored::StoredQso;

/// A time for programs: RFC 3339, whole seconds.
pub(super) fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A span of time in its two largest units: `3 d 4 h`.
pub(super) fn span(seconds: i64) -> String {
    let minutes = seconds / 60;
    let (hours, days) = (minutes / 60, minutes / 1440);
    match (days, hours) {
        (0, 0) => format!("{minutes}\u{a0}min"),
        (0, _) => format!("{hours}\u{a0}h {}\u{a0}min", minutes % 60),
        _ => format!("{days}\u{a0}d {}\u{a0}h", hours % 24),
    }
}

/// A number of seconds in its one or two units: `5 min`, `1 h 30 min`, `1 d`.
pub(super) fn seconds(seconds: u32) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let (mut rest, mut parts) = (seconds, Vec::new());
    for (length, unit) in units {
        if rest >= length && parts.len() < 2 {
            parts.push(format!("{}\u{a0}{unit}", rest / length));
            rest %= length;
        }
    }
    if parts.is_empty() {
        return "0\u{a0}s".to_owned();
    }
    parts.join(" ")
}

/// How long ago in one unit, as the pages' script goes on counting: `45 s`, `12 min`, `3 h`, `5 d`.
pub(super) fn ago(seconds: i64) -> String {
    match seconds.max(0) {
        young @ 0..60 => format!("{young}\u{a0}s"),
        minutes @ 60..3_600 => format!("{}\u{a0}min", minutes / 60),
        hours @ 3_600..172_800 => format!("{}\u{a0}h", hours / 3_600),
        old => format!("{}\u{a0}d", old / 86_400),
    }
}

/// A band for the eye: `20 m`.
pub(super) fn band(name: &str) -> String {
    match name.find(|letter: char| letter.is_ascii_alphabetic()) {
        Some(at) if at > 0 => format!("{}\u{a0}{}", &name[..at], &name[at..]),
        _ => name.to_owned(),
    }
}

/// Kilohertz with tenths, finer only where needed: `14074.0`, `14025.25`.
pub(super) fn kilohertz(frequency: Hertz) -> String {
    let (whole, rest) = (frequency.get() / 1_000, frequency.get() % 1_000);
    match rest {
        _ if rest.is_multiple_of(100) => format!("{whole}.{}", rest / 100),
        _ if rest.is_multiple_of(10) => format!("{whole}.{:02}", rest / 10),
        _ => format!("{whole}.{rest:03}"),
    }
}

/// A contact as a row of a list.
pub(super) fn row(book: LogbookId, number: u64, record: &StoredQso, now: Timestamp) -> QsoRow {
    let qso = &record.qso;
    let text = |value: &Option<smol_str::SmolStr>| value.as_deref().unwrap_or_default().to_owned();
    let entity = record.dxcc().map(country).filter(|name| !name.is_empty());
    QsoRow {
        id: QsoId { book, number }.to_string(),
        start_iso: iso(qso.start),
        start: utc_words(qso.start, now),
        call: qso.call.to_string(),
        band: qso.band.name().to_owned(),
        band_name: band(qso.band.name()),
        freq: qso.freq.map(kilohertz).unwrap_or_default(),
        mode: qso.mode.label().to_owned(),
        rst_sent: text(&qso.rst_sent),
        rst_rcvd: text(&qso.rst_rcvd),
        country: entity.map_or_else(|| text(&qso.country), String::from),
        grid: qso
            .grid
            .as_ref()
            .map(|grid| grid.as_str().to_owned())
            .unwrap_or_default(),
        name: text(&qso.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_in_two_units() {
        let said = [59, 3 * 3600 + 120, 3 * 86_400 + 4 * 3600].map(span);
        assert_eq!(said, ["0\u{a0}min", "3\u{a0}h 2\u{a0}min", "3\u{a0}d 4\u{a0}h"]);
    }

    #[test]
    fn times_to_live_and_ages_are_said_in_few_words() {
        let said = [0, 45, 300, 3_600, 5_400, 86_400, 90_061].map(seconds);
        assert_eq!(
            said.map(|text| text.replace('\u{a0}', " ")),
            ["0 s", "45 s", "5 min", "1 h", "1 h 30 min", "1 d", "1 d 1 h"]
        );
        let said = [-3, 59, 61, 7_200, 200_000].map(ago);
        assert_eq!(
            said.map(|text| text.replace('\u{a0}', " ")),
            ["0 s", "59 s", "1 min", "2 h", "2 d"]
        );
    }

    #[test]
    fn bands_and_frequencies_read_as_operators_write_them() {
        assert_eq!(
            ["20m", "1.25m", "70cm", "submm"].map(band),
            ["20\u{a0}m", "1.25\u{a0}m", "70\u{a0}cm", "submm"]
        );
        let said =
            [14_074_000, 14_025_250, 14_074_123, 10_489_551_100].map(|hertz| kilohertz(Hertz::new(hertz)));
        assert_eq!(said, ["14074.0", "14025.25", "14074.123", "10489551.1"]);
    }
}
