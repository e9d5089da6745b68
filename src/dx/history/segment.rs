//! A thousand spots in one block of memory: fixed records, and one text for all their words.
//!
//! A record holds numbers only; calls are numbers of [`Names`](super::names::Names). What few spots have (references,
//! grids, a split) stands behind the comment in the text, as tagged pieces, so that it costs nothing where it is absent.

use smol_str::{SmolStr, format_smolstr};

use crate::ham::freq::Hertz;
use crate::ham::grid::Grid;
use crate::ham::spot::{Propagation, References, Split};

/// Records of one segment.
pub(super) const RECORDS: usize = 1_024;
/// Longest comment kept, in bytes; a spot's is shorter.
const MOST_TEXT: usize = u8::MAX as usize;

/// Spotted by a program.
pub(super) const SKIMMER: u8 = 1;
/// Spotter and spotted are the same.
pub(super) const SELF: u8 = 2;

/// The previous spot of a call: there is none.
pub(super) const NONE: u32 = u32::MAX;

/// A spot in numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) seq: u64,
    pub(super) freq: u64,
    /// Unix seconds.
    pub(super) time: u32,
    /// When it came in, Unix seconds: what it ages by.
    pub(super) heard: u32,
    pub(super) call: u32,
    pub(super) spotter: u32,
    /// The record of the call's spot before this one.
    pub(super) before: u32,
    /// Where its words begin in the segment's text.
    pub(super) text: u32,
    pub(super) origin: u16,
    pub(super) comment: u8,
    pub(super) extra: u8,
    /// Index plus one; 0: none.
    pub(super) band: u8,
    pub(super) mode: u8,
    pub(super) mode_by: u8,
    pub(super) source: u8,
    pub(super) flags: u8,
    pub(super) snr: i8,
    pub(super) wpm: u8,
    pub(super) heard_by: u8,
}

impl Record {
    /// A record of nothing, to fill in.
    pub(super) const EMPTY: Self = Self {
        seq: 0,
        freq: 0,
        time: 0,
        heard: 0,
        call: 0,
        spotter: 0,
        before: NONE,
        text: 0,
        origin: 0,
        comment: 0,
        extra: 0,
        band: 0,
        mode: 0,
        mode_by: 0,
        source: 0,
        flags: 0,
        snr: NO_SNR,
        wpm: 0,
        heard_by: 0,
    };
}

/// [`Record::snr`] of a spot without one.
pub(super) const NO_SNR: i8 = i8::MIN;

/// What only few spots have.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Extra {
    pub(super) refs: References,
    pub(super) grid: Option<Grid>,
    pub(super) spotter_grid: Option<Grid>,
    pub(super) busted_of: Option<SmolStr>,
    pub(super) split: Option<Split>,
    pub(super) prop: Option<Propagation>,
}

/// Records with their words, oldest first.
#[derive(Debug)]
pub(super) struct Segment {
    records: Vec<Record>,
    text: Vec<u8>,
}

impl Segment {
    pub(super) fn new() -> Self {
        Self {
            records: Vec::with_capacity(RECORDS),
            text: Vec::with_capacity(RECORDS * 24),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.records.len() >= RECORDS
    }

    pub(super) fn get(&self, index: usize) -> Option<&Record> {
        self.records.get(index)
    }

    /// Adds a record; its words are cut to what is kept.
    pub(super) fn push(&mut self, mut record: Record, comment: &str, extra: &Extra) {
        record.text = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let end = comment.floor_char_boundary(MOST_TEXT);
        self.text.extend_from_slice(&comment.as_bytes()[..end]);
        record.comment = u8::try_from(end).unwrap_or(u8::MAX);
        let before = self.text.len();
        extra.write(&mut self.text);
        record.extra = u8::try_from(self.text.len() - before).unwrap_or_else(|_| {
            self.text.truncate(before);
            0
        });
        self.records.push(record);
        if self.is_full() {
            self.text.shrink_to_fit();
        }
    }

    /// A record's comment and what else stands with it.
    pub(super) fn words(&self, record: &Record) -> (&str, Extra) {
        let from = record.text as usize;
        let middle = from + usize::from(record.comment);
        let end = middle + usize::from(record.extra);
        let part = |range| {
            self.text
                .get(range)
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default()
        };
        (part(from..middle), Extra::read(part(middle..end)))
    }

    /// Memory it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.records.capacity() * size_of::<Record>() + self.text.capacity()
    }
}

/// Parts the pieces; no text has it.
const END: char = '\n';

impl Extra {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let split = self.split.map(split_text);
        let pieces = [
            (b'p', self.refs.pota.as_deref()),
            (b's', self.refs.sota.as_deref()),
            (b'w', self.refs.wwff.as_deref()),
            (b'i', self.refs.iota.as_deref()),
            (b'b', self.refs.wwbota.as_deref()),
            (b'g', self.grid.as_ref().map(Grid::as_str)),
            (b'h', self.spotter_grid.as_ref().map(Grid::as_str)),
            (b'x', self.busted_of.as_deref()),
            (b'q', split.as_deref()),
            (b'm', self.prop.map(Propagation::label)),
        ];
        for (tag, piece) in pieces {
            if let Some(piece) = piece.filter(|piece| !piece.contains(END)) {
                out.push(tag);
                out.extend_from_slice(piece.as_bytes());
                out.push(END as u8);
            }
        }
    }

    pub(super) fn read(text: &str) -> Self {
        let mut extra = Self::default();
        for piece in text.split_terminator(END) {
            let Some((tag, value)) = piece.split_at_checked(1) else {
                continue;
            };
            let text = SmolStr::new(value);
            match tag {
                "p" => extra.refs.pota = Some(text),
                "s" => extra.refs.sota = Some(text),
                "w" => extra.refs.wwff = Some(text),
                "i" => extra.refs.iota = Some(text),
                "b" => extra.refs.wwbota = Some(text),
                "g" => extra.grid = value.parse().ok(),
                "h" => extra.spotter_grid = value.parse().ok(),
                "x" => extra.busted_of = Some(text),
                "q" => extra.split = read_split(value),
                "m" => extra.prop = Propagation::ALL.into_iter().find(|one| one.label() == value),
                _ => {}
            }
        }
        extra
    }
}

/// `u5000`, `d`, `a7144000`: in hertz.
fn split_text(split: Split) -> SmolStr {
    let (tag, hertz) = match split {
        Split::Up(by) => ('u', by),
        Split::Down(by) => ('d', by),
        Split::At(at) => ('a', Some(at)),
    };
    hertz.map_or_else(
        || format_smolstr!("{tag}"),
        |hertz| format_smolstr!("{tag}{}", hertz.get()),
    )
}

fn read_split(text: &str) -> Option<Split> {
    let (tag, number) = text.split_at_checked(1)?;
    let hertz = number.parse().ok().map(Hertz::new);
    match tag {
        "u" => Some(Split::Up(hertz)),
        "d" => Some(Split::Down(hertz)),
        "a" => hertz.map(Split::At),
        _ => None,
    }
}
