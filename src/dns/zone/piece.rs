//! Records written ahead of time, so that an answer is put together by copying.
//!
//! A piece is a set of records as it stands in a packet, with the owner's name as a pointer to the question. Names
//! inside the data of the types of RFC 1035 (no others: RFC 3597 4) that share their end with the owner end in a
//! pointer, too: a *hole*, which says how many octets before the end of the question's name it points to. Whatever the
//! question is, if this set answers it, its name ends with the set's base, so the octets are there; wildcards work
//! alike, with the wildcard's parent as base.

use std::sync::Arc;

use super::super::name::Name;
use super::super::rr::{RecordType, RrSet, Ttl};

/// Octets of a packet's header, and so where the question's name stands.
pub(crate) const HEADER: usize = 12;

const CLASS_IN: u16 = 1;
const POINTER: u16 = 0xc000;

/// A set of records in the form of a packet.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    octets: Box<[u8]>,
    holes: Box<[Hole]>,
    records: u16,
}

/// A pointer to be filled in.
#[derive(Debug, Clone, Copy)]
struct Hole {
    /// Where it is.
    at: u32,
    /// How many octets before the end of the question's name it points to.
    back: u8,
}

/// Where the names are inside the data of a type of RFC 1035: octets before them, and how many there are.
pub(crate) fn names_inside(kind: RecordType) -> Option<(usize, usize)> {
    match kind {
        RecordType::NS
        | RecordType::CNAME
        | RecordType::PTR
        | RecordType::MB
        | RecordType::MG
        | RecordType::MR
        | RecordType::MD
        | RecordType::MF => Some((0, 1)),
        RecordType::MX => Some((2, 1)),
        RecordType::SOA | RecordType::MINFO => Some((0, 2)),
        _ => None,
    }
}

impl Piece {
    /// No records.
    pub(super) fn empty() -> Self {
        Self {
            octets: Box::default(),
            holes: Box::default(),
            records: 0,
        }
    }

    /// The set as the answer to a question of its own name, or of a name that its wildcard covers.
    pub(super) fn of_answer(set: &RrSet) -> Self {
        let base = match set.name().parent() {
            Some(parent) if set.name().is_wildcard() => parent,
            _ => set.name().clone(),
        };
        Self::of(set, set.ttl(), &base, None)
    }

    /// The set as proof that something below its name is missing.
    pub(super) fn of_authority(set: &RrSet, ttl: Ttl) -> Self {
        let back = u8::try_from(set.name().wire().len()).ok();
        Self::of(set, ttl, set.name(), back)
    }

    fn of(set: &RrSet, ttl: Ttl, base: &Name, owner_back: Option<u8>) -> Self {
        let mut draft = Draft {
            octets: Vec::new(),
            holes: Vec::new(),
        };
        for datum in set.data() {
            match owner_back {
                Some(back) => draft.hole(back),
                None => draft.number(POINTER | 0x0c),
            }
            draft.number(set.kind().0);
            draft.number(CLASS_IN);
            draft.octets.extend_from_slice(&ttl.seconds().to_be_bytes());
            let length_at = draft.octets.len();
            draft.number(0);
            draft.data(set.kind(), datum.wire(), base);
            let length = draft.octets.len() - length_at - 2;
            let length =
                u16::try_from(length).expect("data have at most 65535 octets, and only become shorter");
            draft.octets[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
        }
        Self {
            octets: draft.octets.into(),
            holes: draft.holes.into(),
            // More records than a packet can count are more octets than it can have, too.
            records: u16::try_from(set.data().len()).unwrap_or(u16::MAX),
        }
    }

    /// How many octets it takes.
    pub(crate) fn len(&self) -> usize {
        self.octets.len()
    }

    /// How many records it is.
    pub(crate) fn records(&self) -> u16 {
        self.records
    }

    /// Appends it to a packet whose question's name ends before `name_end`, counted from the packet's start.
    pub(crate) fn write(&self, name_end: usize, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.octets);
        for hole in &self.holes {
            let at = start + hole.at as usize;
            let target = u16::try_from(name_end - usize::from(hole.back)).unwrap_or_default();
            out[at..at + 2].copy_from_slice(&(POINTER | target).to_be_bytes());
        }
    }

    /// Octets of memory beside the value itself.
    pub(super) fn heap(&self) -> usize {
        self.octets.len() + size_of_val(&*self.holes)
    }
}

struct Draft {
    octets: Vec<u8>,
    holes: Vec<Hole>,
}

impl Draft {
    fn number(&mut self, number: u16) {
        self.octets.extend_from_slice(&number.to_be_bytes());
    }

    fn hole(&mut self, back: u8) {
        let at = u32::try_from(self.octets.len()).expect("sets are smaller than 4 GiB");
        self.holes.push(Hole { at, back });
        self.number(0);
    }

    fn data(&mut self, kind: RecordType, wire: &[u8], base: &Name) {
        let (before, count) = names_inside(kind).unwrap_or((wire.len(), 0));
        let (head, mut rest) = wire.split_at(before.min(wire.len()));
        self.octets.extend_from_slice(head);
        for _ in 0..count {
            let Ok((name, length)) = Name::from_wire_prefix(rest) else {
                break;
            };
            rest = &rest[length..];
            match shared_end(&name, base) {
                Some(shared) => {
                    let own = name.wire().len() - usize::from(shared);
                    self.octets.extend_from_slice(&name.wire()[..own]);
                    self.hole(shared);
                }
                None => self.octets.extend_from_slice(name.wire()),
            }
        }
        self.octets.extend_from_slice(rest);
    }
}

/// How many octets of the names' ends are the same labels, if that is more than the root.
fn shared_end(name: &Name, base: &Name) -> Option<u8> {
    let ends = |name: &Name| -> Vec<usize> {
        let mut left = name.wire().len();
        let ends = name.labels().map(|label| {
            let end = left;
            left -= 1 + label.len();
            end
        });
        ends.collect()
    };
    let held = ends(base);
    let shared = ends(name)
        .into_iter()
        .find(|end| held.contains(end) && name.wire().ends_with(&base.wire()[base.wire().len() - end..]))?;
    u8::try_from(shared).ok()
}

/// A set of records with what is written ahead of it.
#[derive(Debug)]
pub(crate) struct Set {
    /// The records.
    pub(crate) records: RrSet,
    /// As the answer to a question.
    pub(crate) piece: Piece,
    /// A number of its own for counting answers: the same for the same owner and type.
    pub(crate) id: u64,
}

impl Set {
    pub(super) fn new(records: RrSet) -> Arc<Self> {
        let id = super::node::hash(records.name().wire()) ^ u64::from(records.kind().0);
        Arc::new(Self {
            piece: Piece::of_answer(&records),
            records,
            id,
        })
    }

    /// About how many octets of memory it takes, its share of the node it stands at included.
    pub(super) fn memory(&self) -> usize {
        let data: usize = self
            .records
            .data()
            .iter()
            .map(|datum| 32 + datum.wire().len())
            .sum();
        160 + self.records.name().wire().len() + data + self.piece.heap()
    }
}
