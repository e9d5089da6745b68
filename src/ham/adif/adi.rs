//! One record of an ADI file, or its header: they differ only in how they end.
//!
//! The scanner looks at a slice that begins where the last record ended. It either finds the end, or asks for more
//! bytes and starts over; it never keeps bytes itself.

use memchr::memchr;
use smol_str::SmolStr;

use super::tag::{Found, Tag};
use super::value::{Around, Credit, End, Rule, text};
use super::{Defect, Field, FieldName, UserDef, excerpt};

/// Most fields taken for one record.
pub(super) const MOST_FIELDS: usize = 1000;
/// Most defects told of one record.
const MOST_DEFECTS: usize = 50;

/// How a record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// `<EOR>`.
    Eor,
    /// `<EOH>`: it was a header.
    Eoh,
    /// The file ended.
    File,
    /// More bytes or fields than any record has.
    Full,
}

/// A record as scanned.
pub(super) struct Scanned {
    pub(super) fields: Vec<Field>,
    /// With the place of each.
    pub(super) defects: Vec<(usize, Defect)>,
    /// Where its first tag begins.
    pub(super) begin: usize,
    /// Where the next one may begin.
    pub(super) end: usize,
    pub(super) ending: Ending,
    /// A value was not UTF-8.
    pub(super) not_utf8: Option<usize>,
}

/// A whole record, or how many bytes the window needs.
pub(super) enum Outcome {
    Whole(Scanned),
    Need(usize),
}

/// What the scanner is told.
pub(super) struct Input<'a> {
    pub(super) bytes: &'a [u8],
    /// No more bytes come, or no more are wanted.
    pub(super) last: bool,
    pub(super) userdefs: &'a [UserDef],
    pub(super) clip_first: bool,
    /// Only the end is of interest.
    pub(super) discard: bool,
    /// How many fields to expect.
    pub(super) likely_fields: usize,
}

/// Scans the record at the begin of the bytes.
pub(super) fn scan(input: &Input<'_>, credit: &mut Credit) -> Outcome {
    let mut record = Scanned {
        fields: Vec::with_capacity(input.likely_fields),
        defects: Vec::new(),
        begin: input.bytes.len(),
        end: input.bytes.len(),
        ending: Ending::File,
        not_utf8: None,
    };
    let mut seen = Seen::default();
    let mut around = Around {
        bytes: input.bytes,
        last: input.last,
        userdefs: input.userdefs,
        clip_first: input.clip_first,
        searched: 0,
    };
    let mut at = 0;
    while let Some(next) = input.bytes.get(at..).and_then(|rest| memchr(b'<', rest)) {
        at += next;
        let tag = match Tag::read(input.bytes, at) {
            Found::Tag(tag) => tag,
            Found::Cut if !input.last => return Outcome::Need(input.bytes.len() + 1),
            Found::Text | Found::Cut => {
                at += 1;
                continue;
            }
        };
        record.begin = record.begin.min(at);
        record.ending = match tag.name() {
            b"EOR" => Ending::Eor,
            b"EOH" => Ending::Eoh,
            _ if record.fields.len() >= MOST_FIELDS => Ending::Full,
            _ => Ending::File,
        };
        if record.ending != Ending::File {
            record.end = if record.ending == Ending::Full {
                at
            } else {
                tag.end
            };
            return Outcome::Whole(record);
        }
        let (end, rule) = match around.end_of(tag.end, tag.length, credit) {
            End::At(end, rule) => (end, rule),
            End::Need(more) => return Outcome::Need(more),
        };
        if !input.discard {
            record.take(&tag, at, &input.bytes[tag.end..end], rule, &mut seen);
        }
        at = end;
    }
    if input.last {
        Outcome::Whole(record)
    } else {
        Outcome::Need(input.bytes.len() + 1)
    }
}

/// Which fields a record has so far.
#[derive(Default)]
pub(super) struct Seen([u64; super::FIELD_COUNT.div_ceil(64)]);

impl Seen {
    /// Notes the field; true if it was there already.
    fn note(&mut self, name: &FieldName, fields: &[Field]) -> bool {
        let Some(id) = name.id() else {
            return fields.iter().any(|field| field.name == *name);
        };
        let (word, bit) = (&mut self.0[id.index() / 64], 1 << (id.index() % 64));
        let before = *word & bit != 0;
        *word |= bit;
        before
    }

    fn has(&self, name: &FieldName, fields: &[Field]) -> bool {
        match name.id() {
            Some(id) => self.0[id.index() / 64] & 1 << (id.index() % 64) != 0,
            None => fields.iter().any(|field| field.name == *name),
        }
    }
}

impl Scanned {
    fn take(&mut self, tag: &Tag, at: usize, bytes: &[u8], rule: Rule, seen: &mut Seen) {
        let name = FieldName::from_upper(tag.name());
        let bytes = if rule == Rule::Clipped {
            bytes.trim_ascii_end()
        } else {
            bytes
        };
        let text = text(bytes);
        if text.was_not_utf8 {
            self.not_utf8.get_or_insert(at);
        }
        if text.had_controls {
            self.tell(
                at,
                Defect::warning("control", "control characters were dropped"),
                &name,
            );
        }
        if let Some(defect) = told(rule, &text.value) {
            self.tell(at, defect, &name);
        }
        self.put(
            Field {
                name,
                value: text.value,
                kind: tag.kind,
            },
            at,
            seen,
        );
    }

    /// Adds a field: of a repeated one the last that is not empty counts.
    pub(super) fn put(&mut self, field: Field, at: usize, seen: &mut Seen) {
        let repeated = || Defect::warning("repeated", "repeated: the last value that is not empty counts");
        if field.value.is_empty() {
            if seen.has(&field.name, &self.fields) {
                self.tell(at, repeated(), &field.name);
            }
            return;
        }
        if !seen.note(&field.name, &self.fields) {
            self.fields.push(field);
            return;
        }
        self.tell(at, repeated(), &field.name);
        if let Some(earlier) = self.fields.iter_mut().find(|earlier| earlier.name == field.name) {
            *earlier = field;
        }
    }

    pub(super) fn tell(&mut self, at: usize, defect: Defect, name: &FieldName) {
        if self.defects.len() < MOST_DEFECTS {
            self.defects.push((at, defect.of(name.to_smol())));
        }
    }

    /// Whether a field is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name.as_str() == name)
    }
}

fn told(rule: Rule, value: &SmolStr) -> Option<Defect> {
    let (code, what) = match rule {
        Rule::Exact => return None,
        Rule::TextFollows => ("text-follows", "text that belongs to no field follows"),
        Rule::Clipped => ("length-too-long", "length runs beyond the value: took"),
        Rule::Extended => ("length-too-short", "length ends inside a word: took"),
    };
    Some(Defect::warning(code, format!("{what} {}", excerpt(value))))
}
