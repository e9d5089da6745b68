//! An answer while it is written: sections, compression of names, what happens when it becomes too long.
//!
//! Names are compressed against the question and all names written before, letters compared without case, so owners
//! repeat the letters of the question (what resolvers check by "0x20"). Inside data only the types of RFC 1035 are
//! compressed. A set is written whole or not at all.

use super::super::name::Name;
use super::super::rr::{RecordType, RrSet, Ttl};
use super::super::zone::{HEADER, Piece, names_inside};
use super::edns::Opt;

/// Flags of an answer.
pub(super) mod flag {
    /// It is an answer.
    pub(in super::super) const ANSWER: u16 = 0x8000;
    /// By who is responsible for the name.
    pub(in super::super) const AUTHORITATIVE: u16 = 0x0400;
    /// It did not fit.
    pub(in super::super) const TRUNCATED: u16 = 0x0200;
    /// What an answer repeats of the question's flags: kind of request, recursion desired, checking disabled.
    pub(in super::super) const COPIED: u16 = 0x7910;
}

/// The sections of a message, by the order of their counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Section {
    /// What was asked for.
    Answer = 1,
    /// Who is responsible, or that nothing is there.
    Authority = 2,
    /// What will be asked next.
    Additional = 3,
}

/// The set did not fit.
pub(super) struct Full;

/// Records to be written.
pub(super) struct Part<'z> {
    /// Whose.
    pub(super) owner: Name,
    /// For how long.
    pub(super) ttl: Ttl,
    /// Which.
    pub(super) records: Records<'z>,
}

/// The records of a part.
pub(super) enum Records<'z> {
    /// Of a zone.
    Held(&'z RrSet),
    /// An alias that follows from a DNAME record.
    Alias(Name),
}

/// The most names that later ones are compared with.
const MOST_NAMES: usize = 96;

/// The message.
pub(super) struct Message<'o> {
    out: &'o mut Vec<u8>,
    /// Where it begins in `out`.
    start: usize,
    /// The most octets of it, without those its OPT record will take.
    most: usize,
    question_end: usize,
    counts: [u16; 4],
    names: Vec<u16>,
}

impl<'o> Message<'o> {
    /// Begins with the header and this question, both to be filled in and copied from the packet.
    pub(super) fn begin(out: &'o mut Vec<u8>, id: [u8; 2], question: &[u8], most: usize) -> Self {
        let start = out.len();
        out.extend_from_slice(&id);
        out.extend_from_slice(&[0; HEADER - 2]);
        out.extend_from_slice(question);
        Self {
            start,
            most,
            question_end: HEADER + question.len(),
            counts: [u16::from(!question.is_empty()), 0, 0, 0],
            names: Vec::new(),
            out,
        }
    }

    /// Lets later names be compared with the question's. For messages that are not made of pieces.
    pub(super) fn know_question(&mut self) {
        let mut at = HEADER;
        while let Some(&length) = self.out.get(self.start + at).filter(|length| **length != 0) {
            self.know(at);
            at += 1 + usize::from(length);
        }
    }

    /// Octets of header and question.
    pub(super) fn question_end(&self) -> usize {
        self.question_end
    }

    /// Octets so far.
    pub(super) fn len(&self) -> usize {
        self.out.len() - self.start
    }

    /// Appends records that were written ahead.
    pub(super) fn piece(&mut self, section: Section, piece: &Piece) -> Result<(), Full> {
        if self.len() + piece.len() > self.most {
            return Err(Full);
        }
        piece.write(self.question_end - 4, self.out);
        self.counts[section as usize] += piece.records();
        Ok(())
    }

    /// Appends one record whose owner is the question's name.
    pub(super) fn record(&mut self, section: Section, fixed: (RecordType, u16, Ttl), data: &[u8]) {
        self.out.extend_from_slice(&[0xc0, 12]);
        self.fixed(fixed);
        let length = u16::try_from(data.len()).expect("short texts only");
        self.out.extend_from_slice(&length.to_be_bytes());
        self.out.extend_from_slice(data);
        self.counts[section as usize] += 1;
    }

    /// Appends a part whole, or nothing of it.
    pub(super) fn part(&mut self, section: Section, part: &Part<'_>) -> Result<(), Full> {
        let (end, known) = (self.out.len(), self.names.len());
        let written = self.try_part(part);
        match written {
            Ok(records) => self.counts[section as usize] += records,
            Err(Full) => {
                self.out.truncate(end);
                self.names.truncate(known);
            }
        }
        written.map(|_| ())
    }

    fn try_part(&mut self, part: &Part<'_>) -> Result<u16, Full> {
        let mut records = 0;
        match &part.records {
            Records::Held(set) => {
                for datum in set.data() {
                    self.datum(part, set.kind(), datum.wire())?;
                    records += 1;
                }
            }
            Records::Alias(target) => {
                self.datum(part, RecordType::CNAME, target.wire())?;
                records = 1;
            }
        }
        Ok(records)
    }

    fn datum(&mut self, part: &Part<'_>, kind: RecordType, wire: &[u8]) -> Result<(), Full> {
        self.name(part.owner.wire());
        self.fixed((kind, 1, part.ttl));
        let length_at = self.out.len();
        self.out.extend_from_slice(&[0; 2]);
        let (before, count) = names_inside(kind).unwrap_or((wire.len(), 0));
        let (head, mut rest) = wire.split_at(before.min(wire.len()));
        self.out.extend_from_slice(head);
        for _ in 0..count {
            let Ok((name, length)) = Name::from_wire_prefix(rest) else {
                break;
            };
            self.name(name.wire());
            rest = &rest[length..];
        }
        self.out.extend_from_slice(rest);
        if self.len() > self.most {
            return Err(Full);
        }
        let length = self.out.len() - length_at - 2;
        let length = u16::try_from(length).map_err(|_| Full)?;
        self.out[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
        Ok(())
    }

    fn fixed(&mut self, (kind, class, ttl): (RecordType, u16, Ttl)) {
        self.out.extend_from_slice(&kind.0.to_be_bytes());
        self.out.extend_from_slice(&class.to_be_bytes());
        self.out.extend_from_slice(&ttl.seconds().to_be_bytes());
    }

    /// Appends a name, with a pointer for the longest end that stands somewhere already.
    fn name(&mut self, wire: &[u8]) {
        let mut at = 0;
        while wire[at] != 0 {
            if let Some(&known) = self
                .names
                .iter()
                .find(|known| self.is_at(usize::from(**known), &wire[at..]))
            {
                self.out.extend_from_slice(&(0xc000 | known).to_be_bytes());
                return;
            }
            let next = at + 1 + usize::from(wire[at]);
            self.know(self.len());
            self.out.extend_from_slice(&wire[at..next]);
            at = next;
        }
        self.out.push(0);
    }

    /// Remembers a place where a name begins, if a pointer reaches it.
    fn know(&mut self, at: usize) {
        if let Ok(at) = u16::try_from(at)
            && at < 0x4000
            && self.names.len() < MOST_NAMES
        {
            self.names.push(at);
        }
    }

    /// Whether the name at this place is the same but for case.
    fn is_at(&self, mut at: usize, mut wire: &[u8]) -> bool {
        let message = &self.out[self.start..];
        loop {
            let Some(&length) = message.get(at) else {
                return false;
            };
            if length >= 0xc0 {
                let Some(&low) = message.get(at + 1) else {
                    return false;
                };
                at = usize::from(length & 0x3f) << 8 | usize::from(low);
                continue;
            }
            let size = 1 + usize::from(length);
            let same = wire.len() >= size
                && message
                    .get(at..at + size)
                    .is_some_and(|held| held.eq_ignore_ascii_case(&wire[..size]));
            if !same || length == 0 {
                return same;
            }
            at += size;
            wire = &wire[size..];
        }
    }

    /// Takes everything after the question away.
    pub(super) fn clear(&mut self) {
        self.out.truncate(self.start + self.question_end);
        self.counts[1..].fill(0);
    }

    /// Writes flags and counts, and the OPT record.
    pub(super) fn finish(mut self, flags: u16, opt: Option<&Opt<'_>>, most: usize) {
        if let Some(opt) = opt {
            opt.write(self.start, most, self.out);
            self.counts[Section::Additional as usize] += 1;
        }
        let head = &mut self.out[self.start + 2..self.start + HEADER];
        head[..2].copy_from_slice(&flags.to_be_bytes());
        for (field, count) in head[2..].chunks_exact_mut(2).zip(self.counts) {
            field.copy_from_slice(&count.to_be_bytes());
        }
    }
}
