//! Where a contact counts: entity, zones, continent, and who decided.
//!
//! The log's own DXCC field wins if it names an entity; one set by hand is the same field, marked. Else the table
//! decides. The table in use is one immutable value behind a handle: it is exchanged when a newer one is fetched,
//! and a job then settles the stored contacts anew.

use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use smol_str::SmolStr;

use super::error::Error;
use super::stored::{Place, StoredQso};
use crate::ham::dxcc::{EntityId, Resolution, Resolver, TableError, TableInfo, TableKind};
use crate::ham::geo::LatLon;
use crate::ham::qso::Qso;

/// [`Place::decided_by`] of an entity set by hand.
pub(crate) const MANUAL: &str = "manual";
/// [`Place::decided_by`] of an entity that the log named.
const ADIF: &str = "adif";

/// The table built into the program: also where all entities, deleted ones too, have their names from.
static EMBEDDED: LazyLock<Arc<Resolver>> = LazyLock::new(Resolver::shared);

/// The name of an entity by its code, empty for none.
pub(crate) fn country(code: u16) -> SmolStr {
    EMBEDDED
        .entity(EntityId(code))
        .map(|entity| entity.name.clone())
        .unwrap_or_default()
}

/// A table of entities; clones share it.
#[derive(Clone)]
pub(crate) struct Table {
    resolver: Arc<Resolver>,
}

impl Table {
    /// The table built into the program.
    pub(crate) fn embedded() -> Table {
        Table {
            resolver: Arc::clone(&EMBEDDED),
        }
    }

    /// Reads a country file: AD1C's `cty.csv` or `CTY.DAT`, or Club Log's XML, told apart by how they begin.
    pub(crate) fn read(bytes: &[u8]) -> Result<Table, TableError> {
        let text = String::from_utf8_lossy(bytes);
        let begin = text.trim_start();
        let resolver = if begin.starts_with('<') {
            Resolver::from_clublog_xml(bytes)
        } else if begin
            .lines()
            .next()
            .is_some_and(|line| line.matches(':').count() >= 8)
        {
            Resolver::from_cty_dat(&text)
        } else {
            Resolver::from_cty_csv(&text)
        }?;
        Ok(Table {
            resolver: Arc::new(resolver),
        })
    }

    /// The table to work with: the one that was fetched and kept, unless the program came with a newer one since. Club
    /// Log's knows dates that the built-in one does not, and is always preferred.
    pub(crate) fn choose(kept: Option<Table>) -> Table {
        let built_in = Table::embedded();
        let is_better = |kept: &Table| {
            let is_older = kept
                .info()
                .release
                .is_some_and(|release| Some(release) < built_in.info().release);
            kept.info().kind == TableKind::ClubLog || !is_older
        };
        kept.filter(is_better).unwrap_or(built_in)
    }

    /// Names the table among all others: places worked out under another mark may differ.
    pub(crate) fn mark(&self) -> String {
        let info = self.info();
        let release = info.release.map(|date| date.to_string()).unwrap_or_default();
        let (name, entities, prefixes, calls) = (self.name(), info.entities, info.prefixes, info.calls);
        format!("{name} {release} {entities}/{prefixes}/{calls}")
    }

    /// What the table is, and how much it holds.
    pub(crate) fn info(&self) -> &TableInfo {
        self.resolver.source()
    }

    /// Where a call counts at a time.
    pub(crate) fn resolve(&self, call: &str, at: jiff::Timestamp) -> Resolution<'_> {
        self.resolver.resolve(call, at)
    }

    /// Works out where a contact counts.
    pub(crate) fn place(&self, qso: &Qso) -> Place {
        let found = self.resolver.resolve(qso.call.as_str(), qso.start);
        match qso
            .dxcc
            .filter(|code| *code == 0 || self.resolver.entity(EntityId(*code)).is_some())
        {
            None => Place {
                dxcc: found.dxcc(),
                decided_by: found.dxcc().map_or_else(SmolStr::default, |_| self.name()),
                ..details(&found)
            },
            // The same entity: the call may still tell the call area's zones.
            Some(code) if found.dxcc() == Some(code) => Place {
                dxcc: Some(code),
                decided_by: SmolStr::new_static(ADIF),
                ..details(&found)
            },
            Some(code) => self.of_entity(code),
        }
    }

    /// Refuses an entity that somebody names and the table does not know.
    pub(crate) fn check_entity(&self, qso: &Qso) -> Result<(), Error> {
        match qso.dxcc {
            Some(code) if code != 0 && self.resolver.entity(EntityId(code)).is_none() => {
                Err(Error::invalid("dxcc", format!("there is no entity {code}")))
            }
            _ => Ok(()),
        }
    }

    /// Settles the place of a contact anew; a choice by hand stays marked as one.
    pub(crate) fn settle(&self, record: &mut StoredQso) {
        let by_hand = record.place.decided_by == MANUAL && record.qso.dxcc.is_some();
        record.place = self.place(&record.qso);
        if by_hand {
            record.place.decided_by = SmolStr::new_static(MANUAL);
        }
    }

    /// The codes of the entities a name, a prefix or a fragment of a name stands for.
    pub(crate) fn entities(&self, text: &str) -> Vec<u16> {
        let wanted = text.to_lowercase();
        let found = self.resolver.find(text);
        let exact: Vec<_> = found
            .iter()
            .filter(|entity| entity.name.to_lowercase() == wanted)
            .collect();
        let codes = |entity: &&crate::ham::dxcc::Entity| entity.id.0;
        if exact.is_empty() {
            found.iter().map(codes).collect()
        } else {
            exact.into_iter().map(codes).collect()
        }
    }

    /// The rough position of a contact: of the call area, or of the entity.
    pub(crate) fn position(&self, record: &StoredQso) -> Option<LatLon> {
        let code = record.dxcc()?;
        let found = self.resolver.resolve(record.qso.call.as_str(), record.qso.start);
        let near = found.position.filter(|_| found.dxcc() == Some(code));
        near.or_else(|| self.resolver.entity(EntityId(code)).map(|entity| entity.position))
    }

    fn of_entity(&self, code: u16) -> Place {
        let place = Place {
            dxcc: Some(code),
            decided_by: SmolStr::new_static(ADIF),
            ..Place::default()
        };
        match self.resolver.entity(EntityId(code)) {
            Some(entity) => Place {
                continent: SmolStr::new_static(entity.continent.as_str()),
                cq_zone: Some(entity.cq_zone),
                itu_zone: entity.itu_zone,
                ..place
            },
            None => place,
        }
    }

    fn name(&self) -> SmolStr {
        SmolStr::new_static(match self.info().kind {
            TableKind::Embedded => "embedded",
            TableKind::CtyCsv | TableKind::CtyDat => "cty",
            TableKind::ClubLog => "clublog",
        })
    }
}

fn details(found: &Resolution<'_>) -> Place {
    Place {
        continent: found
            .continent
            .map(|continent| SmolStr::new_static(continent.as_str()))
            .unwrap_or_default(),
        cq_zone: found.cq_zone,
        itu_zone: found.itu_zone,
        ..Place::default()
    }
}

/// The table in use; clones share it.
#[derive(Clone)]
pub(crate) struct Countries {
    table: Arc<ArcSwap<Table>>,
}

impl Countries {
    /// Begins with this table.
    pub(crate) fn new(table: Arc<Table>) -> Countries {
        Countries {
            table: Arc::new(ArcSwap::new(table)),
        }
    }

    /// The table as it is now; a command keeps to one.
    pub(crate) fn table(&self) -> Arc<Table> {
        self.table.load_full()
    }

    /// Uses this table from now on.
    pub(crate) fn exchange(&self, table: Table) {
        self.table.store(Arc::new(table));
    }
}
