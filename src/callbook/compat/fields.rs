//! What several formats say in the same way: names, streets, places, days, codes.

use jiff::civil::Date;

use crate::callbook::model::{Class, HolderKind, PlaceSource, Standing};
use crate::callbook::view::is_club;
use crate::callbook::view::record::{RecordView, STREET_WITHHELD};

/// A position as decimal degrees, and its locator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) lat: String,
    pub(super) lon: String,
    pub(super) grid: String,
}

/// Where the record is. Of what is known by its square alone it is the square's centre, to as few digits.
pub(super) fn position(record: &RecordView) -> Option<Position> {
    let place = record.place.as_ref()?;
    let (lat, lon) = if place.exact {
        (place.lat.to_string(), place.lon.to_string())
    } else {
        let centre = place.grid.centre();
        (format!("{:.2}", centre.lat()), format!("{:.2}", centre.lon()))
    };
    Some(Position {
        lat,
        lon,
        grid: place.grid.as_str().to_owned(),
    })
}

/// By what the position is known, in the words that QRZ has for it.
pub(super) fn located_by(record: &RecordView) -> &'static str {
    let exact = record.place.as_ref().is_some_and(|place| place.exact);
    match record.grid_source {
        None => "none",
        Some(PlaceSource::Region) => "state",
        Some(PlaceSource::Dxcc) => "dxcc",
        Some(_) if !exact => "grid",
        Some(PlaceSource::User) => "user",
        Some(PlaceSource::Register) => "geocode",
        Some(PlaceSource::Zip | PlaceSource::City) => "zip",
    }
}

/// The lines of the address above the city: street and post-office box, or that they are withheld.
pub(super) fn streets(record: &RecordView) -> Vec<String> {
    if record.street_withheld {
        return vec![STREET_WITHHELD.to_owned()];
    }
    let street = Some(record.street.clone()).filter(|street| !street.is_empty());
    let po_box = (!record.po_box.is_empty()).then(|| format!("PO Box {}", record.po_box));
    street.into_iter().chain(po_box).collect()
}

/// The same on one line.
pub(super) fn street_line(record: &RecordView) -> String {
    streets(record).join(" ")
}

/// Whether the record is a person's; also where nobody may know.
pub(super) fn is_person(record: &RecordView) -> bool {
    !record.kind.is_some_and(is_club)
}

/// The name as one word has it: a club's, or a person's family name. Where the register does not part a name, all of it.
pub(super) fn family_name(record: &RecordView) -> &str {
    if record.last_name.is_empty() && record.first_name.is_empty() {
        &record.name
    } else {
        &record.last_name
    }
}

/// What the holder wants to be called, where that is not what the register says.
pub(super) fn own_name(record: &RecordView) -> Option<&str> {
    let parts = [
        &record.first_name,
        &record.middle_name,
        &record.last_name,
        &record.suffix,
    ];
    let parts: Vec<&str> = parts
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    let differs = !parts.is_empty() && parts.join(" ") != record.name;
    (differs && !record.name.is_empty()).then_some(record.name.as_str())
}

/// `MM/DD/YYYY`; empty for none.
pub(super) fn american(day: Option<Date>) -> String {
    day.map(|day| day.strftime("%m/%d/%Y").to_string())
        .unwrap_or_default()
}

/// `YYYY-MM-DD`; empty for none.
pub(super) fn iso(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// A class by the letter of the FCC; another register's own word.
pub(super) fn class_letter(class: Option<&Class>) -> String {
    match class {
        None => "",
        Some(Class::Novice) => "N",
        Some(Class::Technician) => "T",
        Some(Class::TechnicianPlus) => "P",
        Some(Class::General) => "G",
        Some(Class::Advanced) => "A",
        Some(Class::Extra) => "E",
        Some(Class::Canada(held)) => held.as_str(),
        Some(Class::Other(word)) => word.as_str(),
    }
    .to_owned()
}

/// A class by the word of callook.info, which knows no others than these.
pub(super) fn class_word(class: Option<&Class>) -> &'static str {
    match class {
        Some(Class::Novice) => "NOVICE",
        Some(Class::Technician) => "TECHNICIAN",
        Some(Class::TechnicianPlus) => "TECHNICIAN PLUS",
        Some(Class::General) => "GENERAL",
        Some(Class::Advanced) => "ADVANCED",
        Some(Class::Extra) => "EXTRA",
        Some(Class::Canada(_) | Class::Other(_)) | None => "",
    }
}

/// Active, expired or cancelled, by the letter of the FCC; a call that is nobody's yet has none.
pub(super) fn status_letter(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "A",
        Standing::Grace | Standing::Expired => "E",
        Standing::Cancelled => "C",
        Standing::Reserved => "",
    }
}

/// The letter of the FCC for who holds a licence.
pub(super) fn holder_letter(kind: Option<HolderKind>) -> &'static str {
    match kind {
        Some(HolderKind::Person) => "I",
        Some(HolderKind::Club) => "B",
        Some(HolderKind::Military | HolderKind::Recreation) => "M",
        Some(HolderKind::Races) => "R",
        Some(HolderKind::Other) | None => "",
    }
}
