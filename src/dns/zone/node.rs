//! A node of a zone: what one name has, and the names below it.
//!
//! A name that has no records but names below it (an *empty non-terminal*) is a node without sets. No node is without
//! both, the apex apart: what becomes empty is taken away.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock};

use super::super::rr::{RecordType, RrSet};
use super::piece::Set;
use super::trie::{Labelled, Trie};

/// The hash of labels, with a seed of this process: strangers choose them.
pub(super) fn hash(label: &[u8]) -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    SEED.hash_one(label)
}

/// One name of a zone.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    label: Box<[u8]>,
    sets: Vec<(RecordType, Arc<Set>)>,
    children: Trie<Node>,
    wildcard: bool,
}

impl Labelled for Node {
    fn label(&self) -> &[u8] {
        &self.label
    }
}

impl Node {
    /// A name without anything.
    pub(super) fn new(label: &[u8]) -> Self {
        Self {
            label: label.into(),
            sets: Vec::new(),
            children: Trie::default(),
            wildcard: false,
        }
    }

    /// The set of a type.
    pub(crate) fn get(&self, kind: RecordType) -> Option<&Set> {
        let found = self.sets.iter().find(|(held, _)| *held == kind);
        found.map(|(_, set)| &**set)
    }

    /// All sets, by type.
    pub(crate) fn sets(&self) -> impl Iterator<Item = &Set> {
        self.sets.iter().map(|(_, set)| &**set)
    }

    /// The name below with this label, given lower-cased.
    pub(crate) fn child(&self, label: &[u8]) -> Option<&Node> {
        if self.children.is_empty() {
            return None;
        }
        self.children.get(hash(label), label).map(|child| &**child)
    }

    /// The name below that stands for those that are missing.
    pub(crate) fn wildcard(&self) -> Option<&Node> {
        if self.wildcard { self.child(b"*") } else { None }
    }

    /// The names below, in canonical order.
    pub(super) fn children(&self) -> Vec<&Arc<Node>> {
        self.children.sorted()
    }

    /// Puts a set in, below this name by these labels (rightmost first); what was there before.
    pub(super) fn put(&mut self, below: &[&[u8]], set: RrSet) -> Option<Arc<Set>> {
        let Some((label, rest)) = below.split_first() else {
            let kind = set.kind();
            let set = Set::new(set);
            return match self.sets.binary_search_by_key(&kind, |(held, _)| *held) {
                Ok(at) => Some(std::mem::replace(&mut self.sets[at].1, set)),
                Err(at) => {
                    self.sets.insert(at, (kind, set));
                    None
                }
            };
        };
        self.wildcard |= *label == b"*";
        let child = self
            .children
            .get_or_insert(hash(label), label, || Node::new(label));
        child.put(rest, set)
    }

    /// Takes a set out; what was there.
    pub(super) fn take(&mut self, below: &[&[u8]], kind: RecordType) -> Option<Arc<Set>> {
        let Some((label, rest)) = below.split_first() else {
            let at = self.sets.binary_search_by_key(&kind, |(held, _)| *held).ok()?;
            return Some(self.sets.remove(at).1);
        };
        let hash = hash(label);
        let child = self.children.get_mut(hash, label)?;
        let taken = child.take(rest, kind);
        if child.sets.is_empty() && child.children.is_empty() {
            self.children.remove(hash, label);
            self.wildcard &= *label != b"*";
        }
        taken
    }
}
