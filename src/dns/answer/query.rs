//! What a packet asks.
//!
//! Reads the header, the one question, and the OPT record; all else is only measured. The question's name is kept
//! lower-cased with the places of its labels, on the stack; its own letters stay in the packet and are copied from
//! there. A compression pointer in the question is never right: there is nothing before it to point to.

use super::super::name::MAX_NAME;
use super::super::rr::RecordType;
use super::super::zone::HEADER;
use super::edns::{Edns, Malformed};

/// The most labels a name has.
const MAX_LABELS: usize = MAX_NAME / 2;

/// A name in lower-cased wire form with the places of its labels.
pub(super) struct Path {
    wire: [u8; MAX_NAME],
    length: usize,
    offsets: [u8; MAX_LABELS],
    labels: usize,
}

impl Path {
    /// The name these octets begin with.
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let mut path = Self {
            wire: [0; MAX_NAME],
            length: 0,
            offsets: [0; MAX_LABELS],
            labels: 0,
        };
        let mut at = 0;
        loop {
            let length = usize::from(*octets.get(at)?);
            if length == 0 {
                break;
            }
            // The name's last octet needs a place, too.
            if length > 63 || at + 1 + length >= MAX_NAME {
                return None;
            }
            path.offsets[path.labels] = u8::try_from(at).ok()?;
            path.labels += 1;
            at += 1 + length;
        }
        path.length = at + 1;
        path.wire[..path.length].copy_from_slice(octets.get(..path.length)?);
        // Lengths are at most 63 and so no letters.
        path.wire[..path.length].make_ascii_lowercase();
        Some(path)
    }

    /// The wire form.
    pub(super) fn wire(&self) -> &[u8] {
        &self.wire[..self.length]
    }

    /// How many labels there are.
    pub(super) fn labels(&self) -> usize {
        self.labels
    }

    /// The label with this number from the left.
    pub(super) fn label(&self, number: usize) -> &[u8] {
        let at = usize::from(self.offsets[number]);
        &self.wire[at + 1..=at + usize::from(self.wire[at])]
    }

    /// The wire form of the last so many labels.
    pub(super) fn end(&self, labels: usize) -> &[u8] {
        let from = match self.labels - labels {
            whole if whole == self.labels => self.length - 1,
            number => usize::from(self.offsets[number]),
        };
        &self.wire[from..self.length]
    }
}

/// The fixed part of a packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    /// The identity and flags, first four octets.
    pub(super) id: [u8; 2],
    /// All flags.
    pub(super) flags: u16,
    counts: [u16; 4],
}

impl Header {
    /// Reads it; `None` for what cannot be a packet.
    pub(super) fn read(packet: &[u8]) -> Option<Self> {
        let head: &[u8; HEADER] = packet.first_chunk()?;
        let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        Some(Self {
            id: [head[0], head[1]],
            flags: number(2),
            counts: [number(4), number(6), number(8), number(10)],
        })
    }

    /// Whether it says that it is an answer.
    pub(super) fn is_answer(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// What kind of request it is; 0 asks.
    pub(super) fn opcode(&self) -> u8 {
        u8::try_from(self.flags >> 11 & 15).expect("four bits")
    }

    /// How many questions it says there are.
    pub(super) fn questions(&self) -> u16 {
        self.counts[0]
    }
}

/// The one question.
pub(super) struct Question {
    /// Whose records are asked for.
    pub(super) path: Path,
    /// Which.
    pub(super) kind: RecordType,
    /// Of which class.
    pub(super) class: u16,
    /// Where the question ends in the packet.
    pub(super) end: usize,
}

impl Question {
    /// Reads the first question.
    pub(super) fn read(packet: &[u8]) -> Option<Self> {
        let path = Path::read(packet.get(HEADER..)?)?;
        let at = HEADER + path.length;
        let [a, b, c, d] = *packet.get(at..)?.first_chunk()?;
        Some(Self {
            path,
            kind: RecordType(u16::from_be_bytes([a, b])),
            class: u16::from_be_bytes([c, d]),
            end: at + 4,
        })
    }
}

/// Finds the OPT record among the records after the question. What comes after the last counted record is ignored.
pub(super) fn read_edns(header: Header, packet: &[u8], mut at: usize) -> Result<Option<Edns<'_>>, Malformed> {
    let [_, answers, authority, additional] = header.counts.map(usize::from);
    let mut edns = None;
    for number in 0..answers + authority + additional {
        let owner = at;
        at = skip_name(packet, at).ok_or(Malformed)?;
        let fixed: &[u8; 10] = packet.get(at..).and_then(<[u8]>::first_chunk).ok_or(Malformed)?;
        let length = usize::from(u16::from_be_bytes([fixed[8], fixed[9]]));
        let data = packet.get(at + 10..at + 10 + length).ok_or(Malformed)?;
        if [fixed[0], fixed[1]] == RecordType::OPT.0.to_be_bytes() {
            let at_root = packet[owner] == 0;
            if edns.is_some() || !at_root || number < answers + authority {
                return Err(Malformed);
            }
            edns = Some(Edns::read(fixed, data)?);
        }
        at += 10 + length;
    }
    Ok(edns)
}

/// Where the name ends that begins here; pointers are not followed.
fn skip_name(packet: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *packet.get(at)? {
            0 => return Some(at + 1),
            length @ 1..=63 => at += 1 + usize::from(length),
            0xc0.. => return packet.get(at + 1).map(|_| at + 2),
            _ => return None,
        }
    }
}
