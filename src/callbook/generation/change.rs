//! Changes of a live generation: deltas, an index that has to follow, and what differs between two generations.
//!
//! A delta is one durable commit of units, calls and the list of changed calls under its number; then the index
//! commits with that number. After a crash in between, the list says what the index lacks.

use std::collections::BTreeSet;
use std::sync::{Arc, MutexGuard, PoisonError};

use jiff::civil::Date;
use smol_str::SmolStr;

use super::super::model::{Day, Entry, Standing};
use super::super::registers::fcc::Unit;
use super::documents::{LAYOUT, document};
use super::tables::{CALL, CHANGED, META, Meta, Row, UNIT};
use super::{Generation, GenerationError, INDEX};
use crate::ham::callsign::Callsign;
use crate::search::{Build, Key, Writer};
use crate::store::{Direction, Read, Rows, STEP_ROWS, Span, StoreError, Write};

/// A call whose entry is another one than before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub(crate) call: Callsign,
    pub(crate) before: Option<Entry>,
    pub(crate) after: Option<Entry>,
}

/// Hears what a delta changes, before it is committed.
pub(crate) type Note<'n> = &'n mut dyn FnMut(&[Change], u64) -> Result<(), GenerationError>;

impl Generation {
    /// Puts units in the place of those with their numbers, and chooses anew for every call that has or had one of
    /// them, by the register's calendar day. Durable when it returns; where the index failed, it needs mending.
    /// `note` hears what changes, with the delta's number, before it is committed; its error undoes all.
    pub(crate) fn apply(
        &self,
        units: Vec<Unit>,
        today: Date,
        note: Note<'_>,
    ) -> Result<Vec<Change>, GenerationError> {
        let _changing = self.claim();
        let read = self.records.read()?;
        let affected = affected(&read, &units)?;
        let mut changes = Vec::with_capacity(affected.len());
        for call in &affected {
            let before = self.entry(&read, call)?;
            changes.push(Change {
                call: call.clone(),
                before,
                after: None,
            });
        }
        drop(read);
        let indexed = self.index.load().as_ref().map_or(0, |index| index.number());
        let meta = self.records.write(|tx| {
            let meta = self.store(tx, &units, &mut changes, today, indexed)?;
            changes.retain(|change| change.before != change.after);
            note(&changes, meta.delta)?;
            Ok::<_, GenerationError>(meta)
        })?;
        self.meta.store(Arc::new(meta));
        if let Err(error) = self.catch_up() {
            let authority = self.authority();
            tracing::warn!(%authority, %error, "the search index of {authority} is behind its records: {error}");
        }
        Ok(changes)
    }

    /// Writes a delta; fills in what the calls are afterwards.
    fn store(
        &self,
        tx: &mut Write<'_>,
        units: &[Unit],
        changes: &mut [Change],
        today: Date,
        indexed: u64,
    ) -> Result<Meta, StoreError> {
        let mut meta = Meta::clone(&self.meta.load());
        meta.delta += 1;
        for unit in units {
            tx.put(UNIT, &unit.usi, unit)?;
        }
        let is_active = |entry: &Entry| entry.licence.standing(today) == Standing::Active;
        for change in changes {
            let key = SmolStr::new(change.call.as_str());
            let numbers = numbers(tx, &key, &change.call, units)?;
            let row = Row {
                units: numbers,
                day: Some(Day(today)),
                ..Row::default()
            };
            if row.units.is_empty() {
                tx.remove(CALL, &key)?;
            } else {
                tx.put(CALL, &key, &row)?;
                change.after = self.entry_of(tx, &key, row)?;
            }
            meta.entries += u64::from(change.after.is_some());
            meta.entries = meta.entries.saturating_sub(u64::from(change.before.is_some()));
            meta.active += u64::from(change.after.as_ref().is_some_and(is_active));
            meta.active = meta
                .active
                .saturating_sub(u64::from(change.before.as_ref().is_some_and(is_active)));
            tx.put(CHANGED, &(meta.delta, key), &())?;
        }
        if indexed > meta.forgotten {
            tx.remove_span(CHANGED, Span::all().at_most(&(indexed,)), usize::MAX)?;
            meta.forgotten = indexed;
        }
        tx.put(META, &(), &meta)?;
        Ok(meta)
    }

    /// Whether the index is missing, or behind the records.
    pub(crate) fn needs_mending(&self) -> bool {
        let delta = self.meta.load().delta;
        self.index
            .load()
            .as_ref()
            .is_none_or(|index| index.number() < delta)
    }

    /// Makes the index say what the records say: by what has changed since, or wholly anew. Blocking; seconds for a
    /// large register.
    pub(crate) fn mend(&self) -> Result<(), GenerationError> {
        let _changing = self.claim();
        match self.catch_up() {
            Err(GenerationError::Mending(_)) => self.rebuild(),
            Err(GenerationError::Search(error)) if error.is_damage() => self.rebuild(),
            other => other,
        }
    }

    fn claim(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes to the index what changed behind its number.
    fn catch_up(&self) -> Result<(), GenerationError> {
        let index = self.index()?;
        let Meta { delta, forgotten, .. } = **self.meta.load();
        if index.number() >= delta {
            return Ok(());
        }
        if index.number() < forgotten {
            return Err(GenerationError::Mending(self.setup.authority.clone()));
        }
        let read = self.records.read()?;
        let mut writer = Writer::open(&index)?;
        for key in changed_since(&read, index.number())? {
            let entry = match read.get(CALL, &key)? {
                Some(row) => self.entry_of(&read, &key, row)?,
                None => None,
            };
            match entry.and_then(|entry| document(&entry.licence, &self.setup)) {
                Some(document) => writer.put(&document)?,
                None => Key::new(&key).into_iter().for_each(|key| writer.remove(key)),
            }
        }
        writer.commit(&index, delta)?;
        Ok(())
    }

    /// Builds the index from the records.
    fn rebuild(&self) -> Result<(), GenerationError> {
        let delta = self.meta.load().delta;
        self.index.store(None);
        let dir = self.dir.join(INDEX);
        match std::fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let mut build = Build::create(&dir, LAYOUT)?;
        let read = self.records.read()?;
        for row in read.scan(CALL, Span::all(), Direction::Forward) {
            let (call, row) = row?;
            let entry = self.entry_of(&read, &call, row)?;
            if let Some(document) = entry.and_then(|entry| document(&entry.licence, &self.setup)) {
                build.add(document)?;
            }
        }
        self.index.store(Some(Arc::new(build.finish(delta)?)));
        Ok(())
    }
}

/// The calls that have or had one of the units.
fn affected(read: &Read, units: &[Unit]) -> Result<BTreeSet<Callsign>, StoreError> {
    let mut calls = BTreeSet::new();
    for unit in units {
        calls.insert(unit.call.clone());
        calls.extend(read.get(UNIT, &unit.usi)?.map(|known| known.call));
    }
    Ok(calls)
}

/// The numbers of a call's units: those it had that are still its own, and new ones.
fn numbers(tx: &Write<'_>, key: &SmolStr, call: &Callsign, units: &[Unit]) -> Result<Vec<u32>, StoreError> {
    let known = tx.get(CALL, key)?.map(|row| row.units).unwrap_or_default();
    let new = units
        .iter()
        .filter(|unit| unit.call == *call)
        .map(|unit| unit.usi);
    let mut all: Vec<u32> = known.into_iter().chain(new).collect();
    all.sort_unstable();
    all.dedup();
    let mut own = Vec::with_capacity(all.len());
    for usi in all {
        if tx.get(UNIT, &usi)?.is_some_and(|unit| unit.call == *call) {
            own.push(usi);
        }
    }
    Ok(own)
}

/// Calls changed by deltas behind this one.
fn changed_since(read: &Read, delta: u64) -> Result<BTreeSet<SmolStr>, StoreError> {
    let span = Span::all().at_least(&(delta + 1,));
    let rows = read.scan(CHANGED, span, Direction::Forward);
    rows.map(|row| Ok(row?.0.1)).collect()
}

/// Walks two generations side by side in the order of calls and tells each difference; `false` ends the walk.
pub(crate) fn differences(
    old: &Generation,
    new: &Generation,
    tell: &mut dyn FnMut(Change) -> bool,
) -> Result<(), GenerationError> {
    let (mut before, mut after) = (Walk::of(old), Walk::of(new));
    loop {
        let (left, right) = (before.peek()?, after.peek()?);
        let call = match (left, right) {
            (None, None) => return Ok(()),
            (Some(call), None) | (None, Some(call)) => call,
            (Some(left), Some(right)) => left.min(right),
        };
        let change = Change {
            before: before.take(&call),
            after: after.take(&call),
            call,
        };
        if change.before != change.after && !tell(change) {
            return Ok(());
        }
    }
}

/// Entries of a generation one after the other, some hundred at a time.
struct Walk<'g> {
    generation: &'g Generation,
    chunk: std::collections::VecDeque<Entry>,
    after: Option<Callsign>,
    ended: bool,
}

impl<'g> Walk<'g> {
    fn of(generation: &'g Generation) -> Self {
        Self {
            generation,
            chunk: std::collections::VecDeque::new(),
            after: None,
            ended: false,
        }
    }

    /// The next call.
    fn peek(&mut self) -> Result<Option<Callsign>, GenerationError> {
        if self.chunk.is_empty() && !self.ended {
            let chunk = self.generation.range("", self.after.as_ref(), STEP_ROWS)?;
            self.ended = chunk.is_empty();
            self.after = chunk.last().map(|entry| entry.licence.call.clone());
            self.chunk = chunk.into();
        }
        Ok(self.chunk.front().map(|entry| entry.licence.call.clone()))
    }

    /// The next entry, if it is of this call.
    fn take(&mut self, call: &Callsign) -> Option<Entry> {
        self.chunk.pop_front_if(|entry| entry.licence.call == *call)
    }
}
