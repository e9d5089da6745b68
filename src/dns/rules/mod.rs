//! What records may be, where they stand: the policy of members' edits, and the rules no zone can break.
//!
//! [`Level::User`] is the policy: owners and targets in letters that hosts have, times within bounds, each type by its
//! own rules, nothing hidden below a delegation. [`Level::Lenient`] is the protocol alone, for administrators' imports:
//! what any other server would serve is taken. Rules between records are judged on the state after the whole change, so
//! that taking an address away and putting an alias in its place is one change. Nothing is stored or read here: the
//! caller lends the records by [`State`]. How many records there may be is the business of `write`.

mod after;
mod conflict;
pub(crate) mod form;
pub(crate) mod help;
pub(crate) mod notes;
pub(crate) mod owner;
mod record;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::ops::ControlFlow;

use super::name::Name;
use super::rr::{RecordType, RrSet};
use after::After;
pub(crate) use record::about_unknown_type;

/// Which rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// The policy of edits by people and their programs.
    User,
    /// What the protocol demands.
    Lenient,
}

/// A rule that a change would break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleError {
    /// Which of the edits, from 0; the first for what is said of the zone.
    pub(crate) index: usize,
    /// `name`, `type`, `ttl`, `content`, or a field of the type's data.
    pub(crate) field: &'static str,
    /// The rule in one word, for programs.
    pub(crate) rule: &'static str,
    /// What is wrong and what to do, as a sentence that names the record.
    pub(crate) text: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.text)
    }
}

/// What one set is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The owner.
    pub(crate) name: Name,
    /// The type.
    pub(crate) kind: RecordType,
    /// The records afterwards; none where there are to be none.
    pub(crate) after: Option<RrSet>,
}

impl Edit {
    /// These are all records of their name and type.
    pub(crate) fn put(set: RrSet) -> Self {
        Self {
            name: set.name().clone(),
            kind: set.kind(),
            after: Some(set),
        }
    }

    /// There are no records of that name and type.
    #[cfg(test)]
    pub(crate) fn remove(name: Name, kind: RecordType) -> Self {
        Self {
            name,
            kind,
            after: None,
        }
    }
}

/// The records of a zone before a change.
pub(crate) trait State {
    /// What reading can fail with.
    type Error;

    /// The zone.
    fn origin(&self) -> &Name;

    /// The types that a name has.
    fn kinds(&self, name: &Name) -> Result<Vec<RecordType>, Self::Error>;

    /// The records of a name and type.
    fn set(&self, name: &Name, kind: RecordType) -> Result<Option<RrSet>, Self::Error>;

    /// Shows the sets strictly below a name, in any order, until told to stop.
    fn below(
        &self,
        name: &Name,
        visit: &mut dyn FnMut(&Name, RecordType) -> ControlFlow<()>,
    ) -> Result<(), Self::Error>;
}

/// The rules that the edits would break, in the edits' order; none when they may be made.
pub(crate) fn check_change<S: State>(
    before: &S,
    edits: &[Edit],
    level: Level,
) -> Result<Vec<RuleError>, S::Error> {
    let mut broken = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        let known = broken.len();
        record::check_edit(before, edit, level, &mut |field, rule, text| {
            broken.push(RuleError {
                index,
                field,
                rule,
                text,
            });
        })?;
        if broken.len() == known && level == Level::User && edit.kind == RecordType::SOA {
            record::check_serial(before, edit, index, &mut broken)?;
        }
    }
    conflict::check(&After::new(before, edits), level, &mut broken)?;
    broken.sort_by_key(|error| error.index);
    Ok(broken)
}

/// The rules that a whole zone breaks; [`RuleError::index`] is the set's place.
pub(crate) fn check_zone(origin: &Name, sets: &[RrSet], level: Level) -> Vec<RuleError> {
    let nothing = Sets::new(origin.clone(), &[]);
    let edits: Vec<Edit> = sets.iter().cloned().map(Edit::put).collect();
    let Ok(mut broken) = check_change(&nothing, &edits, level);
    let apex = |kind| sets.iter().any(|set| set.name() == origin && set.kind() == kind);
    for kind in [RecordType::SOA, RecordType::NS] {
        // With any record at the apex the change has been found to lack it already.
        if !sets.iter().any(|set| set.name() == origin) && !apex(kind) {
            broken.push(conflict::apex_lacks(origin, kind, 0));
        }
    }
    broken
}

/// A zone in memory.
#[derive(Debug, Clone)]
pub(crate) struct Sets {
    origin: Name,
    sets: BTreeMap<Name, BTreeMap<RecordType, RrSet>>,
}

impl Sets {
    /// The zone of these sets.
    pub(crate) fn new(origin: Name, all: &[RrSet]) -> Self {
        let mut sets: BTreeMap<Name, BTreeMap<RecordType, RrSet>> = BTreeMap::new();
        for set in all {
            let at = sets.entry(set.name().clone()).or_default();
            at.insert(set.kind(), set.clone());
        }
        Self { origin, sets }
    }
}

impl State for Sets {
    type Error = Infallible;

    fn origin(&self) -> &Name {
        &self.origin
    }

    fn kinds(&self, name: &Name) -> Result<Vec<RecordType>, Infallible> {
        let sets = self.sets.get(name);
        Ok(sets
            .map(|sets| sets.keys().copied().collect())
            .unwrap_or_default())
    }

    fn set(&self, name: &Name, kind: RecordType) -> Result<Option<RrSet>, Infallible> {
        Ok(self.sets.get(name).and_then(|sets| sets.get(&kind)).cloned())
    }

    fn below(
        &self,
        name: &Name,
        visit: &mut dyn FnMut(&Name, RecordType) -> ControlFlow<()>,
    ) -> Result<(), Infallible> {
        let there = self.sets.range(name..).skip_while(|(at, _)| *at == name);
        let sets = there
            .take_while(|(at, _)| at.is_below(name))
            .flat_map(|(at, sets)| sets.keys().map(move |kind| (at, *kind)));
        for (at, kind) in sets {
            if visit(at, kind).is_break() {
                break;
            }
        }
        Ok(())
    }
}
