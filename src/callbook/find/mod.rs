//! Searching the callbook: one box, the fields one may search by, the order of what is found.
//!
//! Invariants:
//! - All words of a query are required; only where nothing is found are words taken that differ by a letter or two,
//!   and the page says so.
//! - Hits come in one order: how they were found, what the licence is worth, how near it is to the asker, the call. A
//!   page goes on exactly behind the last one.
//! - A field that the asker may not search by is refused by name; free words are looked for where they may be.
//!
//! Not here: what of a hit is shown (`view`), limits on how often one may ask (`web`).

mod country;
mod cursor;
mod meaning;
mod parse;
mod plan;
mod search;
#[cfg(test)]
mod tests;
mod typeahead;
pub(crate) mod words;

use jiff::civil::Date;
use smol_str::SmolStr;

pub(crate) use cursor::Cursor;
pub(crate) use parse::{Query, QueryError};

use super::generation::{Found, GenerationError};
use super::model::Authority;

/// What can be searched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Field {
    Call,
    Previous,
    /// Words of clubs' names and cities.
    Club,
    /// Names of persons.
    Name,
    City,
    Region,
    Zip,
    /// Locators of up to four characters.
    Grid,
    /// Longer locators.
    ExactGrid,
    Country,
    Class,
    Status,
    /// The register's number of a person (FCC: FRN).
    Person,
}

/// A set of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Fields(u16);

impl Fields {
    /// None.
    pub(crate) const NONE: Self = Self(0);
    /// What anybody may search by.
    pub(crate) const GUEST: Self = Self::NONE
        .with(Field::Call)
        .with(Field::Previous)
        .with(Field::Club)
        .with(Field::Region)
        .with(Field::Grid)
        .with(Field::Country)
        .with(Field::Class)
        .with(Field::Status);
    /// What members may search by.
    pub(crate) const MEMBER: Self = Self::GUEST.with(Field::Name).with(Field::City).with(Field::Zip);
    /// Everything.
    pub(crate) const ALL: Self = Self::MEMBER.with(Field::ExactGrid).with(Field::Person);

    /// These and one more.
    #[must_use]
    pub(crate) const fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << field as u16)
    }

    /// These but for those.
    #[must_use]
    pub(crate) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether a field is among them.
    pub(crate) const fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u16 != 0
    }

    /// Whether there are none.
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// From where somebody asks: what is near comes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asker {
    /// Two letters of ISO 3166, in any case.
    pub(crate) country: Option<SmolStr>,
    /// State, province or region as the register writes it, in any case.
    pub(crate) region: Option<SmolStr>,
}

/// A search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) query: &'a Query,
    pub(crate) asker: &'a Asker,
    pub(crate) allowed: Fields,
    pub(crate) today: Date,
    /// Where the page before ended.
    pub(crate) after: Option<&'a Cursor>,
    /// At most 50.
    pub(crate) limit: usize,
}

/// A page of hits.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Page {
    pub(crate) hits: Vec<Hit>,
    /// Where to go on; `None`: this was the last.
    pub(crate) next: Option<Cursor>,
    /// The words that were found in the place of the wanted ones.
    pub(crate) widened: Option<String>,
    /// Registers that were left out, because their index is being made.
    pub(crate) missing: Vec<Authority>,
}

/// Something found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    pub(crate) found: Found,
    pub(crate) how: How,
}

/// How a hit was found, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    /// It is the call.
    Call,
    /// The holder had the call before.
    Previous,
    /// The call begins so, or is like the pattern.
    CallStart,
    /// The last name is a wanted word.
    LastName,
    /// All words are there.
    Words,
    /// Words begin so.
    NameStart,
    /// Words differ by a letter or two.
    Similar,
}

/// Why a search found nothing to say.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FindError {
    /// The query names fields that the asker may not search by: these.
    #[error("the query searches by something that needs another role")]
    Forbidden(Fields),
    /// The cursor is of another query, or none at all.
    #[error("the cursor does not belong to this query")]
    Cursor,
    /// The index of a register is being made.
    #[error("the search index of the register {0} is being made")]
    Mending(Authority),
    #[error("{0}")]
    Generation(GenerationError),
}

impl From<GenerationError> for FindError {
    fn from(error: GenerationError) -> Self {
        match error {
            GenerationError::Mending(authority) => Self::Mending(authority),
            other => Self::Generation(other),
        }
    }
}

impl From<crate::search::SearchError> for FindError {
    fn from(error: crate::search::SearchError) -> Self {
        Self::Generation(error.into())
    }
}
