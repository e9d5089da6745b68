//! Sets as they were and as they are to be: what a list of changes comes to, before anything is written.
//!
//! Each set is read once. Changes of single records are worked out on what the transaction sees, so two clients that add
//! a value each never lose one. What comes back to what it was is no change.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::dns::model::{Change, ZoneId};
use crate::dns::name::Name;
use crate::dns::rr::{Rdata, RecordType, Ttl};
use crate::dns::tables::{RRSET, StoredRecord, StoredSet, Turned, set_key};
use crate::store::{Rows, StoreError};

/// A set before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) before: Option<StoredSet>,
    pub(crate) after: Option<StoredSet>,
}

/// All sets that a command looks at.
#[derive(Debug)]
pub(crate) struct Turning {
    pub(crate) zone: ZoneId,
    sets: BTreeMap<(Name, RecordType), Turn>,
}

impl Turning {
    /// Nothing to change yet.
    pub(crate) fn of(zone: ZoneId) -> Self {
        Self {
            zone,
            sets: BTreeMap::new(),
        }
    }

    /// One change more.
    pub(crate) fn change(&mut self, r: &impl Rows, change: &Change) -> Result<(), StoreError> {
        let (name, kind) = change.target();
        let turn = self.turn(r, name, kind)?;
        match change {
            Change::Put { set, until } => turn.after = Some(StoredSet::of(set, *until)),
            Change::Remove { .. } => turn.after = None,
            Change::Add {
                ttl, datum, until, ..
            } => turn.add(*ttl, datum, *until),
            Change::Take { datum, .. } => turn.take(|record| record.datum == *datum),
        }
        Ok(())
    }

    /// Has a set be as it is given, whatever it was.
    pub(crate) fn set(
        &mut self,
        r: &impl Rows,
        (name, kind): (&Name, RecordType),
        after: Option<StoredSet>,
    ) -> Result<(), StoreError> {
        self.turn(r, name, kind)?.after = after;
        Ok(())
    }

    /// Has the records go whose time is over.
    pub(crate) fn end(
        &mut self,
        r: &impl Rows,
        (name, kind): (&Name, RecordType),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let over = |record: &StoredRecord| record.until.is_some_and(|until| until <= now);
        self.turn(r, name, kind)?.take(over);
        Ok(())
    }

    /// A set as it is to be.
    pub(crate) fn after(
        &mut self,
        r: &impl Rows,
        (name, kind): (&Name, RecordType),
    ) -> Result<Option<StoredSet>, StoreError> {
        Ok(self.turn(r, name, kind)?.after.clone())
    }

    /// The sets that are stored differently afterwards, in canonical order.
    pub(crate) fn differing(&self) -> impl Iterator<Item = (&Name, RecordType, &Turn)> {
        let sets = self.sets.iter();
        sets.filter(|(_, turn)| turn.before != turn.after)
            .map(|((name, kind), turn)| (name, *kind, turn))
    }

    /// Whether anything would be answered differently.
    pub(crate) fn is_answered_differently(&self) -> bool {
        self.differing()
            .any(|(_, _, turn)| turn.is_answered_differently())
    }

    /// What goes into the journal.
    pub(crate) fn turned(&self) -> Vec<Turned> {
        self.differing()
            .filter(|(_, _, turn)| turn.is_answered_differently())
            .map(|(name, kind, turn)| Turned {
                name: name.clone(),
                kind,
                before: turn.before.clone(),
                after: turn.after.clone(),
            })
            .collect()
    }

    /// Sets more and sets fewer.
    pub(crate) fn growth(&self) -> (u64, u64) {
        self.differing().fold((0, 0), |(more, fewer), (_, _, turn)| {
            match (&turn.before, &turn.after) {
                (None, Some(_)) => (more + 1, fewer),
                (Some(_), None) => (more, fewer + 1),
                _ => (more, fewer),
            }
        })
    }

    fn turn(&mut self, r: &impl Rows, name: &Name, kind: RecordType) -> Result<&mut Turn, StoreError> {
        let zone = self.zone;
        match self.sets.entry((name.clone(), kind)) {
            std::collections::btree_map::Entry::Occupied(entry) => Ok(entry.into_mut()),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let before = r.get(RRSET, &set_key(zone, name, kind))?;
                Ok(entry.insert(Turn {
                    after: before.clone(),
                    before,
                }))
            }
        }
    }
}

impl Turn {
    /// Whether what is answered differs; when its records go is not told to anybody.
    pub(crate) fn is_answered_differently(&self) -> bool {
        match (&self.before, &self.after) {
            (None, None) => false,
            (Some(before), Some(after)) => !before.is_answered_as(after),
            _ => true,
        }
    }

    fn add(&mut self, ttl: Ttl, datum: &Rdata, until: Option<Timestamp>) {
        let set = self.after.get_or_insert_with(|| StoredSet {
            ttl,
            records: Vec::new(),
        });
        set.ttl = ttl;
        let found = set.records.binary_search_by(|record| record.datum.cmp(datum));
        match found {
            Ok(at) => set.records[at].until = until,
            Err(at) => {
                let record = StoredRecord {
                    datum: datum.clone(),
                    until,
                };
                set.records.insert(at, record);
            }
        }
    }

    fn take(&mut self, goes: impl Fn(&StoredRecord) -> bool) {
        if let Some(set) = &mut self.after {
            set.records.retain(|record| !goes(record));
            if set.records.is_empty() {
                self.after = None;
            }
        }
    }
}
