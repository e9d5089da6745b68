//! The children of a node: a persistent hash trie, 32 ways at each level.
//!
//! Copies share everything; a change copies the branches on its way (`Arc::make_mut`) and nothing where nobody shares.
//! So building a zone and changing one are the same code, a change costs the depth of the trie, and readers of older
//! copies never see it. Hashes are given by the caller ([`super::node::hash`]), who draws a seed per process: names
//! are chosen by strangers. Labels whose hashes are the same in all bits stand in one list at the bottom.

use std::mem;
use std::sync::Arc;

/// Bits of a hash that one level takes.
const STEP: u32 = 5;
/// Where the bits of a hash end.
const BITS: u32 = u64::BITS;

/// Something found by a label.
pub(super) trait Labelled {
    /// Its label, lower-cased.
    fn label(&self) -> &[u8];
}

/// A map from labels to shared values.
#[derive(Debug)]
pub(super) struct Trie<V> {
    root: Option<Arc<Branch<V>>>,
}

#[derive(Debug)]
struct Branch<V> {
    /// Which of the 32 ways lead somewhere; meaningless below the last bit of hashes.
    ways: u32,
    slots: Vec<Slot<V>>,
}

#[derive(Debug)]
enum Slot<V> {
    Value { hash: u64, value: Arc<V> },
    Branch(Arc<Branch<V>>),
}

impl<V: Labelled + Clone> Trie<V> {
    /// Whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// What has this label.
    pub(super) fn get(&self, hash: u64, label: &[u8]) -> Option<&Arc<V>> {
        let mut branch = self.root.as_deref()?;
        let mut shift = 0;
        while shift < BITS {
            let way = way(hash, shift);
            if branch.ways & way == 0 {
                return None;
            }
            match &branch.slots[branch.at(way)] {
                Slot::Value { hash: held, value } => {
                    return (*held == hash && value.label() == label).then_some(value);
                }
                Slot::Branch(below) => branch = below,
            }
            shift += STEP;
        }
        branch.values().find(|value| value.label() == label)
    }

    /// What has this label, to be changed; made when there is nothing.
    pub(super) fn get_or_insert(&mut self, hash: u64, label: &[u8], make: impl FnOnce() -> V) -> &mut V {
        let root = self.root.get_or_insert_with(|| Arc::new(Branch::empty()));
        let value = value_mut(root, 0, hash, label, make);
        Arc::make_mut(value)
    }

    /// What has this label, to be changed, if there is something.
    pub(super) fn get_mut(&mut self, hash: u64, label: &[u8]) -> Option<&mut V> {
        // Looked for first: the way to nothing must not be copied.
        self.get(hash, label)?;
        Some(self.get_or_insert(hash, label, || unreachable!("it was found just now")))
    }

    /// Takes out what has this label.
    pub(super) fn remove(&mut self, hash: u64, label: &[u8]) {
        if self.get(hash, label).is_none() {
            return;
        }
        if let Some(root) = &mut self.root {
            remove(root, 0, hash, label);
            if root.slots.is_empty() {
                self.root = None;
            }
        }
    }

    /// Everything, in canonical order of the labels.
    pub(super) fn sorted(&self) -> Vec<&Arc<V>> {
        let mut found = Vec::new();
        let mut pending: Vec<&Branch<V>> = self.root.as_deref().into_iter().collect();
        while let Some(branch) = pending.pop() {
            for slot in &branch.slots {
                match slot {
                    Slot::Value { value, .. } => found.push(value),
                    Slot::Branch(below) => pending.push(below),
                }
            }
        }
        found.sort_unstable_by(|a, b| a.label().cmp(b.label()));
        found
    }
}

/// The one bit of a level's map that a hash leads to.
fn way(hash: u64, shift: u32) -> u32 {
    1 << ((hash >> shift) & 31)
}

fn value_mut<'t, V: Labelled + Clone>(
    branch: &'t mut Arc<Branch<V>>,
    shift: u32,
    hash: u64,
    label: &[u8],
    make: impl FnOnce() -> V,
) -> &'t mut Arc<V> {
    let branch = Arc::make_mut(branch);
    let at = branch.place(shift, hash, label);
    let is_new = match branch.slots.get(at) {
        None => true,
        Some(_) if shift >= BITS => false,
        Some(_) => branch.ways & way(hash, shift) == 0,
    };
    if is_new {
        let value = Arc::new(make());
        branch.slots.insert(at, Slot::Value { hash, value });
        if shift < BITS {
            branch.ways |= way(hash, shift);
        }
        return branch.slots[at].value_mut();
    }
    if let Slot::Value { value, .. } = &branch.slots[at]
        && value.label() != label
    {
        let below = Slot::Branch(Arc::new(Branch::empty()));
        let moved = mem::replace(&mut branch.slots[at], below);
        branch.slots[at].take_in(moved, shift + STEP);
    }
    match &mut branch.slots[at] {
        Slot::Value { value, .. } => value,
        Slot::Branch(below) => value_mut(below, shift + STEP, hash, label, make),
    }
}

fn remove<V: Labelled + Clone>(branch: &mut Arc<Branch<V>>, shift: u32, hash: u64, label: &[u8]) {
    let branch = Arc::make_mut(branch);
    let at = branch.place(shift, hash, label);
    if let Slot::Branch(below) = &mut branch.slots[at] {
        remove(below, shift + STEP, hash, label);
        match below.slots.as_slice() {
            [] => {}
            [Slot::Value { hash, value }] => {
                branch.slots[at] = Slot::Value {
                    hash: *hash,
                    value: Arc::clone(value),
                };
                return;
            }
            _ => return,
        }
    }
    branch.slots.remove(at);
    if shift < BITS {
        branch.ways &= !way(hash, shift);
    }
}

impl<V: Labelled> Branch<V> {
    fn empty() -> Self {
        Self {
            ways: 0,
            slots: Vec::new(),
        }
    }

    /// Which slot a way has, or would have.
    fn at(&self, way: u32) -> usize {
        (self.ways & (way - 1)).count_ones() as usize
    }

    /// Which slot a label has at this level, or would have.
    fn place(&self, shift: u32, hash: u64, label: &[u8]) -> usize {
        if shift < BITS {
            return self.at(way(hash, shift));
        }
        self.values()
            .position(|value| value.label() == label)
            .unwrap_or(self.slots.len())
    }

    fn values(&self) -> impl Iterator<Item = &Arc<V>> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Value { value, .. } => Some(value),
            Slot::Branch(_) => None,
        })
    }
}

impl<V> Slot<V> {
    fn value_mut(&mut self) -> &mut Arc<V> {
        match self {
            Self::Value { value, .. } => value,
            Self::Branch(_) => unreachable!("a value was put here just now"),
        }
    }

    /// Puts a value into this new, empty branch.
    fn take_in(&mut self, moved: Slot<V>, shift: u32)
    where
        V: Clone,
    {
        if let (Self::Branch(below), Slot::Value { hash, .. }) = (self, &moved)
            && let Some(below) = Arc::get_mut(below)
        {
            if shift < BITS {
                below.ways = way(*hash, shift);
            }
            below.slots.push(moved);
        }
    }
}

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Self { root: None }
    }
}

impl<V> Clone for Trie<V> {
    fn clone(&self) -> Self {
        Self {
            root: self.root.clone(),
        }
    }
}

impl<V> Clone for Branch<V> {
    fn clone(&self) -> Self {
        Self {
            ways: self.ways,
            slots: self.slots.clone(),
        }
    }
}

impl<V> Clone for Slot<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Value { hash, value } => Self::Value {
                hash: *hash,
                value: Arc::clone(value),
            },
            Self::Branch(below) => Self::Branch(Arc::clone(below)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Word(Vec<u8>, u32);

    impl Labelled for Word {
        fn label(&self) -> &[u8] {
            &self.0
        }
    }

    fn apply(trie: &mut Trie<Word>, hash: u64, label: &[u8], value: Option<u32>) {
        match value {
            Some(value) => trie.get_or_insert(hash, label, || Word(label.to_vec(), 0)).1 = value,
            None => trie.remove(hash, label),
        }
    }

    proptest! {
        /// With hashes that often agree in many bits, or in all.
        #[test]
        fn does_what_an_ordered_map_does(
            steps in prop::collection::vec((0_u8..24, prop::option::weighted(0.7, any::<u32>())), 0..120),
        ) {
            let mut trie = Trie::default();
            let mut map = BTreeMap::new();
            let mut older = Vec::new();
            for (label, value) in steps {
                let key = vec![label];
                let hash = match label % 4 {
                    0 => 7,
                    1 => 7 | 1 << 63,
                    2 => u64::from(label) << 58 | 7,
                    _ => u64::from(label),
                };
                apply(&mut trie, hash, &key, value);
                match value {
                    Some(value) => map.insert((hash, key), value),
                    None => map.remove(&(hash, key)),
                };
                older.push((trie.clone(), map.clone()));
            }
            for (trie, map) in &older {
                let mut expected: Vec<_> = map.iter().map(|((_, key), value)| Word(key.clone(), *value)).collect();
                expected.sort_by(|a, b| a.0.cmp(&b.0));
                let held: Vec<_> = trie.sorted().into_iter().map(|word| (**word).clone()).collect();
                prop_assert_eq!(held, expected);
                prop_assert_eq!(trie.is_empty(), map.is_empty());
                for ((hash, key), value) in map {
                    prop_assert_eq!(trie.get(*hash, key).map(|word| word.1), Some(*value));
                }
            }
        }
    }

    #[test]
    fn what_is_not_there_is_neither_found_nor_changed() {
        let mut trie = Trie::default();
        assert!(trie.get(1, b"a").is_none() && trie.get_mut(1, b"a").is_none());
        apply(&mut trie, 1, b"a", Some(1));
        trie.remove(1, b"b");
        trie.remove(2, b"a");
        assert!(trie.get(1, b"b").is_none());
        assert_eq!(trie.get_mut(1, b"a").map(|word| word.1), Some(1));
    }
}
