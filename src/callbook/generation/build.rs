//! Building a generation: entries in the order of their calls become records and an index, side by side.
//!
//! The index is finished first and the records get their name last, so a build that is cut off leaves nothing that
//! could be taken for a generation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use smol_str::{SmolStr, ToSmolStr as _};

use super::super::model::{Day, Entry, Standing};
use super::super::registers::fcc::{Unit, UnitSink};
use super::super::registers::{Progress, Reject, Sink, Stage};
use super::documents::{LAYOUT, document};
use super::tables::{CALL, META, Meta, REJECT, Row, UNIT};
use super::{CACHE_BYTES, INDEX, RECORDS, Setup};
use crate::ham::callsign::Callsign;
use crate::search::{self, SearchError};
use crate::store::StoreError;
use crate::store::aside;

/// Rejects that are kept one by one; the others are only counted.
const LISTED: usize = 10_000;
/// Entries between two looks at whether to go on.
const LOOK_EVERY: u64 = 5_000;

/// Why no generation came of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    #[error("the import was cancelled")]
    Cancelled,
    /// A reader broke the order of calls or of numbers.
    #[error("{0} comes behind what is greater")]
    Order(SmolStr),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Search(#[from] SearchError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// What came of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Built {
    pub(crate) entries: u64,
    pub(crate) active: u64,
    pub(crate) rejects: BTreeMap<SmolStr, u64>,
    /// The first of them.
    pub(crate) listed: Vec<Reject>,
}

/// Hears how far the build is; `false` ends it.
pub(crate) type Watch = Box<dyn FnMut(Progress) -> bool + Send>;

/// A generation in the making.
pub(crate) struct Builder {
    dir: PathBuf,
    setup: Setup,
    today: Date,
    watch: Watch,
    records: aside::Build,
    index: search::Build,
    /// Units were handed over: calls are kept as lists of them.
    has_units: bool,
    last_unit: Option<u32>,
    last_call: Option<Callsign>,
    built: Built,
}

impl Builder {
    /// Begins in `dir`, which is emptied; `today` is the register's calendar day.
    pub(crate) fn create(dir: &Path, setup: Setup, today: Date, watch: Watch) -> Result<Self, BuildError> {
        match std::fs::remove_dir_all(dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        std::fs::create_dir_all(dir)?;
        Ok(Self {
            records: aside::Build::create(&dir.join(RECORDS), CACHE_BYTES)?,
            index: search::Build::create(&dir.join(INDEX), LAYOUT)?,
            dir: dir.to_owned(),
            setup,
            today,
            watch,
            has_units: false,
            last_unit: None,
            last_call: None,
            built: Built {
                entries: 0,
                active: 0,
                rejects: BTreeMap::new(),
                listed: Vec::new(),
            },
        })
    }

    /// Makes everything durable and whole. Until it returns, there is no generation.
    pub(crate) fn finish(mut self) -> Result<Built, BuildError> {
        for (number, reject) in (0_u32..).zip(&self.built.listed) {
            self.records.put(REJECT, &number, reject)?;
        }
        let meta = Meta {
            entries: self.built.entries,
            active: self.built.active,
            rejects: self.built.rejects.clone(),
            built: Day(self.today),
            delta: 0,
            forgotten: 0,
        };
        self.records.put(META, &(), &meta)?;
        let done = Progress {
            stage: Stage::Indexing,
            done: 0,
            of: Some(self.built.entries),
        };
        self.progress(done)?;
        drop(self.index.finish(0)?);
        self.records.finish()?;
        if let Some(parent) = self.dir.parent() {
            std::fs::File::open(parent)?.sync_all()?;
        }
        Ok(self.built)
    }

    fn reject_call(&mut self, entry: &Entry) {
        self.reject(Reject {
            file: SmolStr::default(),
            line: 0,
            reason: "call longer than any".into(),
            excerpt: entry.licence.call.to_smolstr(),
        });
    }
}

impl Sink for Builder {
    type Error = BuildError;

    fn entry(&mut self, mut entry: Entry) -> Result<(), BuildError> {
        if self
            .last_call
            .as_ref()
            .is_some_and(|last| *last >= entry.licence.call)
        {
            return Err(BuildError::Order(entry.licence.call.to_smolstr()));
        }
        let key = SmolStr::new(entry.licence.call.as_str());
        let given = entry.licence.place;
        self.setup.place(&mut entry.licence);
        let Some(document) = document(&entry.licence, &self.setup) else {
            self.reject_call(&entry);
            return Ok(());
        };
        entry.licence.place = given;
        self.last_call = Some(entry.licence.call.clone());
        self.built.entries += 1;
        self.built.active += u64::from(entry.licence.standing(self.today) == Standing::Active);
        self.index.add(document)?;
        let row = if self.has_units {
            Row::of_units(&entry)
        } else {
            Row::of_entry(entry)
        };
        self.records.put(CALL, &key, &row)?;
        if self.built.entries.is_multiple_of(LOOK_EVERY) {
            self.progress(Progress {
                stage: Stage::Writing,
                done: self.built.entries,
                of: None,
            })?;
        }
        Ok(())
    }

    fn reject(&mut self, reject: Reject) {
        *self.built.rejects.entry(reject.reason.clone()).or_default() += 1;
        if self.built.listed.len() < LISTED {
            self.built.listed.push(reject);
        }
    }

    fn progress(&mut self, progress: Progress) -> Result<(), BuildError> {
        if (self.watch)(progress) {
            Ok(())
        } else {
            Err(BuildError::Cancelled)
        }
    }
}

impl UnitSink for Builder {
    fn unit(&mut self, unit: Unit) -> Result<(), BuildError> {
        if self.last_unit.is_some_and(|last| last >= unit.usi) || self.last_call.is_some() {
            return Err(BuildError::Order(unit.usi.to_smolstr()));
        }
        self.has_units = true;
        self.last_unit = Some(unit.usi);
        self.records.put(UNIT, &unit.usi, &unit)?;
        Ok(())
    }
}
