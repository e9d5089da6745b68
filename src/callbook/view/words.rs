//! The words for what a record holds: classes, registers, countries, sources of positions.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{self, TimeZone};

use super::super::model::{Authority, Class, PlaceSource};

/// What is known of a register beyond its name.
struct Register {
    authority: Authority,
    /// Who keeps it.
    keeper: &'static str,
    country: &'static str,
    /// Hours from UTC of the calendar that its days are of.
    hours: i8,
}

const REGISTERS: [Register; 5] = [
    register(
        Authority::FCC,
        "Federal Communications Commission",
        "United States",
        -5,
    ),
    register(
        Authority::ISED,
        "Innovation, Science and Economic Development Canada",
        "Canada",
        -5,
    ),
    register(Authority::TRAFICOM, "Traficom", "Finland", 2),
    register(
        Authority::ACMA,
        "Australian Communications and Media Authority",
        "Australia",
        10,
    ),
    register(
        Authority::JAPAN,
        "Ministry of Internal Affairs and Communications",
        "Japan",
        9,
    ),
];

const fn register(authority: Authority, keeper: &'static str, country: &'static str, hours: i8) -> Register {
    Register {
        authority,
        keeper,
        country,
        hours,
    }
}

fn known(authority: &Authority) -> Option<&'static Register> {
    // A constant's own copy has no place to be borrowed from.
    static KNOWN: [Register; 5] = REGISTERS;
    KNOWN.iter().find(|known| known.authority == *authority)
}

/// Who keeps a register; a list that was read by a column map has its own name only.
pub(crate) fn keeper(authority: &Authority) -> &str {
    known(authority).map_or(authority.as_str(), |known| known.keeper)
}

/// The country whose register it is; none for a list.
pub(crate) fn country(authority: &Authority) -> Option<&'static str> {
    known(authority).map(|known| known.country)
}

/// The day it is in a register's own calendar: a licence is valid through its last day there, not by UTC.
pub(crate) fn today(authority: &Authority, now: Timestamp) -> Date {
    let hours = known(authority).map_or(0, |known| known.hours);
    now.to_zoned(TimeZone::fixed(tz::offset(hours))).date()
}

/// A class in words.
pub(crate) fn class(class: &Class) -> String {
    match class {
        Class::Novice => "Novice".to_owned(),
        Class::Technician => "Technician".to_owned(),
        Class::TechnicianPlus => "Technician Plus".to_owned(),
        Class::General => "General".to_owned(),
        Class::Advanced => "Advanced".to_owned(),
        Class::Extra => "Amateur Extra".to_owned(),
        Class::Canada(held) => qualifications(held),
        Class::Other(word) => word.to_string(),
    }
}

fn qualifications(held: &str) -> String {
    let has = |letter: char| held.contains(letter);
    let basic = match (has('E'), has('A')) {
        (true, _) => Some("Basic with Honours"),
        (false, true) => Some("Basic"),
        (false, false) => None,
    };
    let morse = match (has('C'), has('B')) {
        (true, _) => Some("Morse 12 wpm"),
        (false, true) => Some("Morse 5 wpm"),
        (false, false) => None,
    };
    let parts = [basic, has('D').then_some("Advanced"), morse];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Where a position comes from, in words that follow the locator.
pub(crate) const fn source(source: PlaceSource) -> &'static str {
    match source {
        PlaceSource::User => "from the holder",
        PlaceSource::Register => "from the register",
        PlaceSource::Zip => "from the postcode",
        PlaceSource::City => "from the city",
        PlaceSource::Region => "from the state or province",
        PlaceSource::Dxcc => "from the country",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_has_its_own_day() {
        let new_year: Timestamp = "2026-01-01T03:00:00Z".parse().unwrap();
        let day = |authority: &Authority| today(authority, new_year).to_string();
        assert_eq!(day(&Authority::FCC), "2025-12-31");
        assert_eq!(day(&Authority::JAPAN), "2026-01-01");
        assert_eq!(day(&Authority::parse("ofcom").unwrap()), "2026-01-01");
    }

    #[test]
    fn qualifications_of_canada_are_told_in_words() {
        for (held, told) in [
            ("A", "Basic"),
            ("AE", "Basic with Honours"),
            ("ABD", "Basic, Advanced, Morse 5 wpm"),
            ("ABCDE", "Basic with Honours, Advanced, Morse 12 wpm"),
            ("", ""),
        ] {
            assert_eq!(class(&Class::Canada(held.into())), told, "{held}");
        }
    }
}
