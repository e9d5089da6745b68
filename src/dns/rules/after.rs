//! The state after a change: the edits laid over the records before.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::super::name::Name;
use super::super::rr::{RecordType, RrSet};
use super::{Edit, State};

/// What an edit makes of a set, and which edit it is. Of several about one set the last holds.
type Edited<'a> = (usize, Option<&'a RrSet>);

/// Records with edits over them.
pub(super) struct After<'a, S> {
    before: &'a S,
    edits: BTreeMap<&'a Name, BTreeMap<RecordType, Edited<'a>>>,
}

impl<'a, S: State> After<'a, S> {
    pub(super) fn new(before: &'a S, edits: &'a [Edit]) -> Self {
        let mut by_name: BTreeMap<&Name, BTreeMap<RecordType, Edited<'_>>> = BTreeMap::new();
        for (index, edit) in edits.iter().enumerate() {
            let at = by_name.entry(&edit.name).or_default();
            at.insert(edit.kind, (index, edit.after.as_ref()));
        }
        Self {
            before,
            edits: by_name,
        }
    }

    pub(super) fn origin(&self) -> &Name {
        self.before.origin()
    }

    /// The names that edits are about.
    pub(super) fn touched(&self) -> impl Iterator<Item = &'a Name> {
        self.edits.keys().copied()
    }

    /// The sets at a name that edits put there.
    pub(super) fn put_at(&self, name: &Name) -> impl Iterator<Item = &'a RrSet> {
        let edits = self.edits.get(name).into_iter();
        edits.flat_map(|edits| edits.values().filter_map(|(_, set)| *set))
    }

    /// Whether edits put that set there.
    pub(super) fn is_put(&self, name: &Name, kind: RecordType) -> bool {
        self.edited(name, kind).is_some_and(|(_, set)| set.is_some())
    }

    /// Whether edits put that set there, or take it away.
    pub(super) fn is_edited(&self, name: &Name, kind: RecordType) -> bool {
        self.edited(name, kind).is_some()
    }

    fn edited(&self, name: &Name, kind: RecordType) -> Option<Edited<'a>> {
        self.edits.get(name)?.get(&kind).copied()
    }

    /// The edit that is answerable for a name having a type: the one of that type, or the first one of the name.
    pub(super) fn index_of(&self, name: &Name, kind: RecordType) -> usize {
        let Some(edits) = self.edits.get(name) else {
            return 0;
        };
        let own = edits.get(&kind).map(|(index, _)| *index);
        own.or_else(|| edits.values().map(|(index, _)| *index).min())
            .unwrap_or_default()
    }

    /// The types that a name has.
    pub(super) fn kinds(&self, name: &Name) -> Result<Vec<RecordType>, S::Error> {
        let mut kinds = self.before.kinds(name)?;
        if let Some(edits) = self.edits.get(name) {
            kinds.retain(|kind| !edits.contains_key(kind));
            kinds.extend(
                edits
                    .iter()
                    .filter(|(_, (_, set))| set.is_some())
                    .map(|(kind, _)| *kind),
            );
        }
        Ok(kinds)
    }

    /// The records of a name and type.
    pub(super) fn set(&self, name: &Name, kind: RecordType) -> Result<Option<RrSet>, S::Error> {
        match self.edited(name, kind) {
            Some((_, set)) => Ok(set.cloned()),
            None => self.before.set(name, kind),
        }
    }

    /// Any set strictly below a name that is wanted.
    pub(super) fn any_below(
        &self,
        name: &Name,
        wanted: impl Fn(&Name, RecordType) -> bool,
    ) -> Result<Option<(Name, RecordType)>, S::Error> {
        let below = self
            .edits
            .range::<Name, _>(name..)
            .take_while(|(at, _)| at.is_at_or_below(name));
        for (at, edits) in below.filter(|(at, _)| **at != name) {
            let put = edits.iter().filter(|(_, (_, set))| set.is_some());
            if let Some((kind, _)) = put.into_iter().find(|(kind, _)| wanted(at, **kind)) {
                return Ok(Some(((*at).clone(), *kind)));
            }
        }
        let mut found = None;
        self.before.below(name, &mut |at, kind| {
            let edited = self.edits.get(at).is_some_and(|edits| edits.contains_key(&kind));
            if edited || !wanted(at, kind) {
                return ControlFlow::Continue(());
            }
            found = Some((at.clone(), kind));
            ControlFlow::Break(())
        })?;
        Ok(found)
    }
}
