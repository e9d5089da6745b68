//! From a call and a time to DXCC entity, zones and position.
//!
//! A [`Resolver`] is one immutable table: the embedded one, an AD1C country file or Club Log's XML fetched at
//! run time. Share it in an `Arc` and swap the `Arc` when a newer table arrives. Lookups do not allocate.
//! Invariants: an unknown call is unresolved, never a default entity; a contact counts for the entity that
//! was valid at its time; the table says which of its rows decided ([`DecidedBy`]).
//! Not here: fetching tables, the user's manual override, award rules.

mod builder;
mod clublog;
mod country_file;
mod embedded;
mod entity;
mod index;
mod parts;
mod resolve;
mod wpx;

use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use serde::Serialize;

pub use entity::{Continent, Entity, EntityId};
pub use resolve::{DecidedBy, Resolution};
pub use wpx::wpx_prefix;

use builder::Ruling;
use entity::Place;
use index::Index;

/// Why a table could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A line (or XML record ending there) is not understood.
    #[error("line {line}: {what}")]
    Line {
        /// 1-based line number.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// The text as a whole is no table.
    #[error("not a country table: {0}")]
    Whole(&'static str),
}

impl TableError {
    fn at(line: usize, what: String) -> Self {
        Self::Line { line, what }
    }

    fn whole(what: &'static str) -> Self {
        Self::Whole(what)
    }
}

/// Format and origin of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// Built into the program.
    Embedded,
    /// AD1C's `cty.csv`.
    CtyCsv,
    /// AD1C's `CTY.DAT`.
    CtyDat,
    /// Club Log's XML.
    ClubLog,
}

/// What a table is and how much it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableInfo {
    /// Format and origin.
    pub kind: TableKind,
    /// Date of release its publisher wrote into it.
    pub release: Option<Date>,
    /// Entities, deleted ones included.
    pub entities: usize,
    /// Different prefixes.
    pub prefixes: usize,
    /// Different whole calls.
    pub calls: usize,
}

/// An entity table, ready for lookups.
#[derive(Debug)]
pub struct Resolver {
    info: TableInfo,
    /// Sorted by number.
    entities: Vec<Entity>,
    calls: Index<Ruling>,
    prefixes: Index<Place>,
    slashes: Index<Place>,
    history: Index<Place>,
    invalid: Index<()>,
    zones: Index<u8>,
    /// Where ITU zones come from when the table has none.
    itu: Option<Box<Resolver>>,
}

impl Resolver {
    /// The table built into the program.
    pub fn embedded() -> Self {
        embedded::resolver().expect("the embedded table is read in the tests")
    }

    /// The table built into the program, read once for all who ask.
    pub fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Resolver>> = LazyLock::new(|| Arc::new(Resolver::embedded()));
        Arc::clone(&SHARED)
    }

    /// AD1C's `cty.csv`; dates and deleted entities are added from the embedded table.
    pub fn from_cty_csv(text: &str) -> Result<Self, TableError> {
        country_file::from_csv(text)
    }

    /// AD1C's `CTY.DAT`; numbers, dates and deleted entities are added from the embedded table.
    pub fn from_cty_dat(text: &str) -> Result<Self, TableError> {
        country_file::from_dat(text)
    }

    /// Club Log's `cty.xml`, not compressed.
    pub fn from_clublog_xml(xml: &[u8]) -> Result<Self, TableError> {
        clublog::from_xml(xml)
    }

    /// What this table is.
    pub fn source(&self) -> &TableInfo {
        &self.info
    }

    /// The entity with this number.
    pub fn entity(&self, id: EntityId) -> Option<&Entity> {
        let at = self.entities.binary_search_by_key(&id, |entity| entity.id).ok()?;
        Some(&self.entities[at])
    }

    /// All entities by number, deleted ones included.
    pub fn entities(&self) -> impl ExactSizeIterator<Item = &Entity> {
        self.entities.iter()
    }

    /// Entities for a search box: by number, prefix or part of the name, current before deleted, best first.
    pub fn find(&self, text: &str) -> Vec<&Entity> {
        let wanted = text.trim().to_lowercase();
        let mut found: Vec<_> = self
            .entities
            .iter()
            .filter_map(|entity| Some((rank(entity, &wanted)?, entity)))
            .collect();
        found.sort_by_key(|&(rank, entity)| (entity.deleted, rank, &entity.name));
        found.into_iter().map(|(_, entity)| entity).collect()
    }
}

/// How well an entity fits a search text in lower case, 0 best.
fn rank(entity: &Entity, wanted: &str) -> Option<u8> {
    let (name, prefix) = (entity.name.to_lowercase(), entity.prefix.to_lowercase());
    if wanted.is_empty() {
        None
    } else if prefix == wanted || name == wanted || entity.id.to_string() == wanted {
        Some(0)
    } else if name.starts_with(wanted) {
        Some(1)
    } else if name
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word.starts_with(wanted))
    {
        Some(2)
    } else if prefix.starts_with(wanted) {
        Some(3)
    } else {
        name.contains(wanted).then_some(4)
    }
}

#[cfg(test)]
mod tests;
