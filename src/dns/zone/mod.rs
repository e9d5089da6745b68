//! Zones as they are served: immutable, whole, shared.
//!
//! A [`Zone`] is a tree of names. It is built once and then only ever copied with a change, where the copy shares all
//! that did not change; readers hold the one they began with. [`Zones`] is what is served now: publishing swaps one
//! pointer, and no reader waits or sees half of a change.
//!
//! A zone takes all that the protocol allows, also what no member may enter (`*` in the middle of names, data below
//! cuts, a CNAME beside others); what it needs is one SOA at its apex. What users may do is the business of `rules`.

mod catalogue;
mod node;
mod piece;
#[cfg(test)]
mod tests;
mod trie;

use std::sync::Arc;

pub(crate) use catalogue::{Catalogue, Zones};
pub(crate) use node::Node;
pub(crate) use piece::{HEADER, Piece, Set, names_inside};

use super::name::Name;
use super::rr::{RecordType, RrSet, Ttl};

/// One zone, as it is at one serial.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    origin: Name,
    labels: usize,
    id: u64,
    apex: Arc<Node>,
    authority: Authority,
    sets: usize,
    records: usize,
    memory: usize,
}

/// What the SOA record says, read once.
#[derive(Debug, Clone)]
struct Authority {
    serial: u32,
    negative_ttl: Ttl,
    negative: Arc<Piece>,
}

/// Why records are not a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ZoneError {
    /// The apex has no SOA.
    #[error("{0} has no SOA record")]
    NoSoa(Name),
    /// The SOA is not one, or more than one.
    #[error("the SOA record of {0} cannot be read")]
    BadSoa(Name),
    /// A SOA that is not at the apex.
    #[error("{0} has a SOA record and is not the zone's own name")]
    SoaBelow(Name),
    /// Records of another zone.
    #[error("{name} is not in the zone {origin}")]
    OutOfZone {
        /// Whose they are.
        name: Name,
        /// The zone.
        origin: Name,
    },
    /// A type that no zone can hold.
    #[error("{0} is a type of questions, not of records")]
    Meta(RecordType),
    /// The same name and type in two sets.
    #[error("{0} {1} is there twice")]
    Twice(Name, RecordType),
}

impl Zone {
    /// The zone of these sets.
    pub(crate) fn build(origin: Name, sets: impl IntoIterator<Item = RrSet>) -> Result<Self, ZoneError> {
        let mut zone = Self {
            labels: origin.label_count(),
            id: node::hash(origin.wire()),
            apex: Arc::new(Node::new(b"")),
            authority: Authority {
                serial: 0,
                negative_ttl: Ttl::DEFAULT,
                negative: Arc::new(Piece::empty()),
            },
            sets: 0,
            records: 0,
            memory: 0,
            origin,
        };
        for set in sets {
            let (name, kind, before) = (set.name().clone(), set.kind(), zone.sets);
            zone.put(set)?;
            if zone.sets == before {
                return Err(ZoneError::Twice(name, kind));
            }
        }
        zone.read_authority()?;
        Ok(zone)
    }

    /// The zone with sets put in, in place of those of their name and type, after others were removed. Costs what is
    /// changed, not what is there.
    pub(crate) fn changed(&self, put: &[RrSet], removed: &[(Name, RecordType)]) -> Result<Self, ZoneError> {
        let mut zone = self.clone();
        for (name, kind) in removed {
            zone.remove(name, *kind)?;
        }
        for set in put {
            zone.put(set.clone())?;
        }
        zone.read_authority()?;
        Ok(zone)
    }

    /// The name of the zone.
    pub(crate) fn origin(&self) -> &Name {
        &self.origin
    }

    /// The number of the zone's state, from its SOA.
    pub(crate) fn serial(&self) -> u32 {
        self.authority.serial
    }

    /// How many sets there are.
    pub(crate) fn len(&self) -> usize {
        self.sets
    }

    /// How many records there are.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) fn records(&self) -> usize {
        self.records
    }

    /// About how many octets of memory it takes, what it shares with other states included.
    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    /// All sets, in canonical order of names and then by type.
    pub(crate) fn sets(&self) -> impl Iterator<Item = &RrSet> {
        let mut pending = vec![&self.apex];
        let nodes = std::iter::from_fn(move || {
            let node = pending.pop()?;
            pending.extend(node.children().into_iter().rev());
            Some(node)
        });
        nodes.flat_map(|node| node.sets().map(|set| &set.records))
    }

    /// The set of this name and type, as it is held: nothing is expanded or followed.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) fn get(&self, name: &Name, kind: RecordType) -> Option<&RrSet> {
        self.node(name)?.get(kind).map(|set| &set.records)
    }

    /// The node of this name.
    pub(crate) fn node(&self, name: &Name) -> Option<&Node> {
        let below = self.below(name)?;
        below
            .iter()
            .try_fold(&*self.apex, |node, label| node.child(label))
    }

    /// The node of the zone's own name.
    pub(crate) fn apex(&self) -> &Node {
        &self.apex
    }

    /// A number of its own, for counting answers; the same for all states of the zone.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// How many labels the zone's own name has.
    pub(crate) fn labels(&self) -> usize {
        self.labels
    }

    /// How long others may keep that something is missing (RFC 2308: the lesser of the SOA's TTL and its last field).
    pub(crate) fn negative_ttl(&self) -> Ttl {
        self.authority.negative_ttl
    }

    /// The SOA as it stands in answers that something is missing.
    pub(crate) fn negative(&self) -> &Piece {
        &self.authority.negative
    }

    /// The labels of a name below the origin, rightmost first.
    fn below<'n>(&self, name: &'n Name) -> Option<Vec<&'n [u8]>> {
        if !name.is_at_or_below(&self.origin) {
            return None;
        }
        let mut labels: Vec<&[u8]> = name.labels().collect();
        labels.truncate(labels.len() - self.labels);
        labels.reverse();
        Some(labels)
    }

    fn put(&mut self, set: RrSet) -> Result<(), ZoneError> {
        let name = set.name().clone();
        if set.kind().is_meta() {
            return Err(ZoneError::Meta(set.kind()));
        }
        let Some(below) = self.below(&name) else {
            return Err(ZoneError::OutOfZone {
                name,
                origin: self.origin.clone(),
            });
        };
        if set.kind() == RecordType::SOA && !below.is_empty() {
            return Err(ZoneError::SoaBelow(name));
        }
        let (records, kind) = (set.data().len(), set.kind());
        let apex = Arc::make_mut(&mut self.apex);
        let before = apex.put(&below, set);
        self.sets += 1;
        self.records += records;
        self.forget(before.as_deref());
        let put = self.node(&name).and_then(|node| node.get(kind));
        self.memory += put.map_or(0, Set::memory);
        Ok(())
    }

    fn remove(&mut self, name: &Name, kind: RecordType) -> Result<(), ZoneError> {
        let Some(below) = self.below(name) else {
            return Err(ZoneError::OutOfZone {
                name: name.clone(),
                origin: self.origin.clone(),
            });
        };
        let taken = Arc::make_mut(&mut self.apex).take(&below, kind);
        self.forget(taken.as_deref());
        Ok(())
    }

    /// Counts a set no more.
    fn forget(&mut self, set: Option<&Set>) {
        if let Some(set) = set {
            self.sets -= 1;
            self.records -= set.records.data().len();
            self.memory -= set.memory();
        }
    }

    fn read_authority(&mut self) -> Result<(), ZoneError> {
        let soa = self.apex.get(RecordType::SOA);
        let soa = &soa.ok_or_else(|| ZoneError::NoSoa(self.origin.clone()))?.records;
        let (serial, minimum) = numbers_of(soa).ok_or_else(|| ZoneError::BadSoa(self.origin.clone()))?;
        let negative_ttl = soa.ttl().min(Ttl::from_wire(minimum));
        self.authority = Authority {
            serial,
            negative_ttl,
            negative: Arc::new(Piece::of_authority(soa, negative_ttl)),
        };
        Ok(())
    }
}

/// The serial and the last field of a SOA.
fn numbers_of(soa: &RrSet) -> Option<(u32, u32)> {
    let [datum] = soa.data() else { return None };
    let (_, primary) = Name::from_wire_prefix(datum.wire()).ok()?;
    let (_, mailbox) = Name::from_wire_prefix(&datum.wire()[primary..]).ok()?;
    let numbers = &datum.wire()[primary + mailbox..];
    if numbers.len() != 20 {
        return None;
    }
    let number = |at: usize| numbers[at..at + 4].try_into().map(u32::from_be_bytes).ok();
    Some((number(0)?, number(16)?))
}
