//! A generation: one register as it was imported, its records and their search index, in a directory of its own.
//!
//! Invariants:
//! - The file of records has its name only when everything is whole: that is what makes a generation exist.
//! - Records decide. The index names calls only; what it says is found again in the records, and it is caught up or
//!   built anew from them: every change is durable in the records, with the calls it touched, before the index has it.
//! - Readers of a generation that was replaced go on; its directory goes with the last of them.
//!
//! Not here: which generation of a register is live after a restart (`service`), what is searched (`find`).

mod build;
mod change;
pub(crate) mod documents;
mod registers;
mod tables;
#[cfg(test)]
pub(crate) mod tests;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use arc_swap::{ArcSwap, ArcSwapOption};
use smol_str::SmolStr;

pub(crate) use build::{BuildError, Builder, Built};
pub(crate) use change::{Change, differences};
pub(crate) use registers::{Found, Registers, base, country, typed_call};
pub(crate) use tables::Meta;

use self::tables::{CALL, META, REJECT, Row, UNIT};
use super::model::{Authority, Entry, Licence, Place};
use super::registers::Reject;
use super::registers::fcc::{Unit, choose};
use crate::ham::callsign::Callsign;
use crate::ham::dxcc::EntityId;
use crate::search::{Index, SearchError};
use crate::store::aside::Aside;
use crate::store::{Direction, OpenError, Rows, Span, StoreError, TextStart};

const RECORDS: &str = "records.redb";
const INDEX: &str = "index";
/// Memory for pages of the records; the system's own cache does the rest.
const CACHE_BYTES: usize = 8 << 20;

/// Whose register it is, and how its licences are placed.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) authority: Authority,
    /// Where a licence is, from its address.
    pub(crate) locate: fn(&Licence, &Authority) -> Option<Place>,
    /// In which DXCC entity a licence is.
    pub(crate) entity: fn(&Licence, &Authority) -> Option<EntityId>,
}

/// Why a generation does not answer or change.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GenerationError {
    #[error("{0}")]
    Open(#[from] OpenError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Search(#[from] SearchError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The index is being made; records can be read.
    #[error("the search index of the register {0} is being made")]
    Mending(Authority),
}

/// One register, open.
#[derive(Debug)]
pub(crate) struct Generation {
    dir: PathBuf,
    setup: Setup,
    records: Aside,
    meta: ArcSwap<Meta>,
    index: ArcSwapOption<Index>,
    /// Held by whoever changes.
    changing: Mutex<()>,
    retired: AtomicBool,
}

impl Generation {
    /// Opens what a [`Builder`] has finished. Lookups work at once; the index may need mending.
    pub(crate) fn open(dir: &Path, setup: Setup) -> Result<Self, GenerationError> {
        let records = Aside::open(&dir.join(RECORDS), CACHE_BYTES)?;
        let meta = records.read()?.get(META, &())?;
        let meta =
            meta.ok_or_else(|| StoreError::Refused("the register's file says nothing of itself".into()))?;
        let index = match Index::open(&dir.join(INDEX), documents::LAYOUT) {
            Ok(index) if index.number() <= meta.delta => Some(Arc::new(index)),
            Ok(_) => None,
            Err(error) => {
                let authority = &setup.authority;
                tracing::warn!(%authority, %error, "the search index of {authority} is to be built anew: {error}");
                None
            }
        };
        Ok(Self {
            dir: dir.to_owned(),
            setup,
            records,
            meta: ArcSwap::from_pointee(meta),
            index: ArcSwapOption::from(index),
            changing: Mutex::default(),
            retired: AtomicBool::new(false),
        })
    }

    /// Whether a [`Builder`] came to its end in this directory.
    #[cfg(test)]
    pub(crate) fn is_whole(dir: &Path) -> bool {
        dir.join(RECORDS).is_file()
    }

    /// Whose register it is.
    pub(crate) fn authority(&self) -> &Authority {
        &self.setup.authority
    }

    /// Counts, and the number of the last delta.
    pub(crate) fn meta(&self) -> Arc<Meta> {
        self.meta.load_full()
    }

    /// Bytes on disk.
    pub(crate) fn bytes(&self) -> u64 {
        let index = std::fs::read_dir(self.dir.join(INDEX));
        let files = index.into_iter().flatten().flatten();
        let index: u64 = files.filter_map(|file| Some(file.metadata().ok()?.len())).sum();
        self.records.bytes() + index
    }

    /// Everything of a call, in the exact form the register has it: a few microseconds.
    pub(crate) fn get(&self, call: &Callsign) -> Result<Option<Entry>, GenerationError> {
        Ok(self.entry(&self.records.read()?, call)?)
    }

    /// Entries whose calls begin with `prefix`, in their order, behind `after`.
    pub(crate) fn range(
        &self,
        prefix: &str,
        after: Option<&Callsign>,
        limit: usize,
    ) -> Result<Vec<Entry>, GenerationError> {
        let read = self.records.read()?;
        let mut span = Span::prefix(&TextStart(prefix));
        if let Some(after) = after {
            span = span.after(&SmolStr::new(after.as_str()));
        }
        let mut found = Vec::new();
        for row in read.scan(CALL, span, Direction::Forward).take(limit) {
            let (call, row) = row?;
            found.extend(self.entry_of(&read, &call, row)?);
        }
        Ok(found)
    }

    /// The rows of a number, of a register that has such.
    pub(crate) fn unit(&self, usi: u32) -> Result<Option<Unit>, GenerationError> {
        Ok(self.records.read()?.get(UNIT, &usi)?)
    }

    /// The rows of the register that were not used, as many as are kept.
    pub(crate) fn rejects(&self) -> Result<Vec<Reject>, GenerationError> {
        let read = self.records.read()?;
        let rows = read.scan(REJECT, Span::all(), Direction::Forward);
        Ok(rows.map(|row| Ok(row?.1)).collect::<Result<_, StoreError>>()?)
    }

    /// Lets its directory go with the last handle of it.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    /// The index, if there is one to be searched.
    pub(crate) fn index(&self) -> Result<Arc<Index>, GenerationError> {
        let index = self.index.load_full();
        index.ok_or_else(|| GenerationError::Mending(self.setup.authority.clone()))
    }

    fn entry(&self, rows: &impl Rows, call: &Callsign) -> Result<Option<Entry>, StoreError> {
        match rows.get(CALL, &SmolStr::new(call.as_str()))? {
            Some(row) => self.entry_of(rows, call.as_str(), row),
            None => Ok(None),
        }
    }

    fn entry_of(&self, rows: &impl Rows, call: &str, row: Row) -> Result<Option<Entry>, StoreError> {
        let call = Callsign::parse(call)
            .map_err(|_| StoreError::Refused(format!("a stored call cannot be read: {call:?}").into()))?;
        let entry = if row.units.is_empty() {
            row.into_entry(call)
        } else {
            let day = row.day.unwrap_or_else(|| self.meta.load().built);
            let mut units = Vec::with_capacity(row.units.len());
            for usi in &row.units {
                units.extend(rows.get(UNIT, usi)?);
            }
            choose(&call, units, day.0)
        };
        Ok(entry.map(|mut entry| {
            self.setup.place(&mut entry.licence);
            entry
        }))
    }
}

impl Setup {
    /// Fills in where a licence is.
    fn place(&self, licence: &mut Licence) {
        licence.place = (self.locate)(licence, &self.authority);
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        if !*self.retired.get_mut() {
            return;
        }
        // The records go first: without them nothing of it exists.
        let gone =
            std::fs::remove_file(self.dir.join(RECORDS)).and_then(|()| std::fs::remove_dir_all(&self.dir));
        if let Err(error) = gone {
            tracing::warn!(%error, "{} of a replaced register stays until the next start: {error}", self.dir.display());
        }
    }
}
