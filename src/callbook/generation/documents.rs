//! What of an entry can be searched, and by what it ranks.
//!
//! Streets, licensee numbers and attention lines are never indexed. The words of a club's name and city stand in a
//! field of their own, for whoever may see clubs but no persons.

use jiff::civil::Date;
use smol_str::{SmolStr, ToSmolStr as _};

use super::super::find::words::words;
use super::super::model::{Class, Day, HolderKind, Licence, PlaceSource, Standing, Status};
use super::Setup;
use crate::ham::grid::Grid;
use crate::search::{Document, Field, Key, Layout};

/// Fields of the index.
pub(crate) const FIRST: Field = Field(0);
pub(crate) const LAST: Field = Field(1);
/// Names and cities of clubs.
pub(crate) const CLUB: Field = Field(2);
pub(crate) const CITY: Field = Field(3);
pub(crate) const REGION: Field = Field(4);
pub(crate) const POSTCODE: Field = Field(5);
pub(crate) const GRID: Field = Field(6);
pub(crate) const CLASS: Field = Field(7);
pub(crate) const PREVIOUS: Field = Field(8);
pub(crate) const PERSON: Field = Field(9);
/// The number of the DXCC entity.
pub(crate) const ENTITY: Field = Field(10);

/// The layout of a register's index.
pub(crate) const LAYOUT: Layout = Layout {
    version: 1,
    fields: &[
        "first", "last", "club", "city", "region", "postcode", "grid", "class", "previous", "person",
        "entity",
    ],
};

/// What is indexed of a licence; `None` if its call is longer than any.
pub(super) fn document(licence: &Licence, setup: &Setup) -> Option<Document> {
    let mut found = Words::default();
    found.names(licence);
    let address = &licence.address;
    found.all(CITY, words(&address.city, true));
    if !address.region.is_empty() {
        found.all(REGION, [region_word(&address.region)]);
    }
    if !address.postcode.is_empty() {
        found.all(POSTCODE, [postcode_word(&address.postcode)]);
    }
    if let Some(place) = licence.place {
        let pairs = match place.source {
            PlaceSource::Region | PlaceSource::Dxcc => 2,
            _ => 3,
        };
        let grid = Grid::from_latlon(place.at, pairs).as_str().to_ascii_uppercase();
        found.all(GRID, [grid.into()]);
    }
    if let Some(class) = &licence.class {
        found.all(CLASS, class_words(class));
    }
    if let Some(previous) = &licence.previous {
        found.all(PREVIOUS, [previous.call.as_str().into()]);
    }
    if !licence.holder.person.is_empty() {
        found.all(PERSON, [licence.holder.person.clone()]);
    }
    if let Some(entity) = (setup.entity)(licence, &setup.authority) {
        found.all(ENTITY, [entity.0.to_smolstr()]);
    }
    Some(Document {
        key: Key::new(licence.call.as_str())?,
        traits: Traits::of(licence).0,
        words: found.0,
    })
}

#[derive(Default)]
struct Words(Vec<(Field, SmolStr)>);

impl Words {
    fn all(&mut self, field: Field, words: impl IntoIterator<Item = SmolStr>) {
        self.0.extend(words.into_iter().map(|word| (field, word)));
    }

    fn names(&mut self, licence: &Licence) {
        let holder = &licence.holder;
        match holder.kind {
            HolderKind::Person => {}
            HolderKind::Other => return self.all(LAST, words(&holder.name, true)),
            HolderKind::Club | HolderKind::Military | HolderKind::Races | HolderKind::Recreation => {
                self.all(CLUB, words(&holder.name, false));
                let places = words(&licence.address.city, false);
                let new: Vec<_> = places
                    .into_iter()
                    .filter(|word| !self.0.contains(&(CLUB, word.clone())))
                    .collect();
                return self.all(CLUB, new);
            }
        }
        let (first, last) = if holder.last.is_empty() && holder.first.is_empty() {
            split_name(&holder.name)
        } else {
            (
                format!("{} {}", holder.first, holder.middle),
                holder.last.to_string(),
            )
        };
        self.all(FIRST, words(&first, false));
        self.all(LAST, words(&last, true));
    }
}

/// First and last names of a name in one field: `Last, First M` or `First M Last`.
fn split_name(name: &str) -> (String, String) {
    if let Some((last, first)) = name.split_once(',') {
        return (first.to_owned(), last.to_owned());
    }
    match name.trim().rsplit_once(char::is_whitespace) {
        Some((first, last)) => (first.to_owned(), last.to_owned()),
        None => (String::new(), name.to_owned()),
    }
}

/// A region as it is indexed: small letters, without blanks around.
pub(crate) fn region_word(region: &str) -> SmolStr {
    region.trim().to_lowercase().into()
}

/// A postcode as it is indexed: of a ZIP its five digits, since those behind name a street.
fn postcode_word(postcode: &str) -> SmolStr {
    let is_long_zip = postcode.len() == 9 && postcode.bytes().all(|b| b.is_ascii_digit());
    if is_long_zip {
        postcode[..5].into()
    } else {
        postcode.to_uppercase().into()
    }
}

/// The words by which a class is found.
pub(crate) fn class_words(class: &Class) -> Vec<SmolStr> {
    let one = |word: &'static str| vec![SmolStr::new_static(word)];
    match class {
        Class::Novice => one("novice"),
        Class::Technician => one("technician"),
        Class::TechnicianPlus => one("plus"),
        Class::General => one("general"),
        Class::Advanced => one("advanced"),
        Class::Extra => one("extra"),
        Class::Canada(letters) => letters.chars().filter_map(canadian).collect(),
        Class::Other(text) => words(text, true),
    }
}

fn canadian(letter: char) -> Option<SmolStr> {
    let word = match letter {
        'A' => "basic",
        'B' => "morse5",
        'C' => "morse12",
        'D' => "advanced",
        'E' => "honours",
        _ => return None,
    };
    Some(SmolStr::new_static(word))
}

/// By what licences rank: status, last day, and region, in one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits(pub(crate) u64);

const STATUSES: [Status; 7] = [
    Status::Active,
    Status::Expired,
    Status::Cancelled,
    Status::Terminated,
    Status::Kept,
    Status::Reserved,
    Status::Other,
];

impl Traits {
    fn of(licence: &Licence) -> Self {
        let status = STATUSES.iter().position(|status| *status == licence.status);
        let status = status.unwrap_or(0) as u64;
        let last = licence.days.expires.map_or(0, |day| u64::from(day_number(day)));
        let region = u64::from(region_mark(&licence.address.region));
        Self(status << 32 | last << 16 | region)
    }

    /// The mark of the region: equal regions have equal ones.
    pub(crate) fn region(self) -> u16 {
        u16::try_from(self.0 & 0xffff).unwrap_or(0)
    }
}

/// Days since 1970, from 1: what is earlier or later than can be said is moved to the ends.
fn day_number(day: Day) -> u16 {
    let since = Date::constant(1970, 1, 1)
        .until(day.0)
        .map_or(0, |span| span.get_days());
    u16::try_from(since.max(1)).unwrap_or(u16::MAX)
}

/// A mark of a region's text, 0 for none.
pub(crate) fn region_mark(region: &str) -> u16 {
    if region.trim().is_empty() {
        return 0;
    }
    let hash = blake3::hash(region_word(region).as_bytes());
    u16::from_le_bytes([hash.as_bytes()[0], hash.as_bytes()[1]]).max(1)
}

/// Tells the standing of traits on a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standings {
    today: u16,
    /// The earliest last day whose holder may still renew.
    grace_from: u16,
}

impl Standings {
    /// For a day of the register's calendar.
    pub(crate) fn on(today: Date) -> Self {
        let number = day_number(Day(today));
        let renewable = |last: u16| {
            let day = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(i64::from(last)));
            day.is_ok_and(|day| Standing::of(Status::Expired, Some(Day(day)), today) == Standing::Grace)
        };
        // Two years are 730 or 731 days.
        let earliest = number.saturating_sub(733);
        let grace_from = (earliest..=number)
            .find(|last| renewable(*last))
            .unwrap_or(number);
        Self {
            today: number,
            grace_from,
        }
    }

    /// As [`Licence::standing`] says it.
    pub(crate) fn of(self, traits: Traits) -> Standing {
        let last = u16::try_from(traits.0 >> 16 & 0xffff).unwrap_or(0);
        let status = usize::try_from(traits.0 >> 32).unwrap_or(0);
        let ended = || {
            if last != 0 && last >= self.grace_from {
                Standing::Grace
            } else {
                Standing::Expired
            }
        };
        match STATUSES.get(status).copied().unwrap_or(Status::Other) {
            Status::Active | Status::Other if last == 0 || last >= self.today => Standing::Active,
            Status::Active | Status::Other | Status::Expired => ended(),
            Status::Cancelled | Status::Terminated => Standing::Cancelled,
            Status::Kept => Standing::Grace,
            Status::Reserved => Standing::Reserved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callbook::generation::tests::licence;

    #[test]
    fn traits_tell_the_same_standing_as_the_licence() {
        let days = [
            "1999-02-28",
            "2024-02-29",
            "2024-11-21",
            "2024-11-22",
            "2024-11-23",
            "2026-11-21",
            "2026-11-22",
            "2036-01-01",
        ];
        for today in ["2026-11-22", "2026-02-28", "2026-03-01", "2028-02-29"] {
            let today: Date = today.parse().unwrap();
            let standings = Standings::on(today);
            for status in STATUSES {
                for last in days
                    .iter()
                    .map(|day| Some(Day(day.parse().unwrap())))
                    .chain([None])
                {
                    let mut licence = licence("K1ABC", "Ann", "Lee");
                    licence.status = status;
                    licence.days.expires = last;
                    let told = standings.of(Traits::of(&licence));
                    assert_eq!(told, licence.standing(today), "{status:?} {last:?} {today}");
                }
            }
        }
    }

    #[test]
    fn regions_have_marks() {
        assert_eq!(region_mark("CA"), region_mark(" ca"));
        assert_ne!(region_mark("CA"), region_mark("NV"));
        assert_eq!(region_mark(""), 0);
    }
}
