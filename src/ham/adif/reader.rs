//! Reading a log record by record.
//!
//! The state between two records is small and can be kept ([`Checkpoint`]), so that an import goes on where it was
//! interrupted. Reading never fails: what is wrong is told as defects, and an input error ends the records early
//! and is there to be asked for.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::adi::{self, Ending, Input, Outcome, Scanned};
use super::adx::{self, Item};
use super::record::is_definition;
use super::value::Credit;
use super::window::{Encoding, MOST, Window};
use super::{Defect, Entry, Fault, Header, Record, UserDef};

/// Most bytes of a record kept as its original text.
const MOST_RAW: usize = 1 << 16;

/// The two forms of ADIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Tags with lengths.
    Adi,
    /// XML.
    Adx,
}

/// All that is needed to go on reading behind a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Position in the file.
    pub offset: u64,
    /// Line there.
    pub line: u32,
    /// Number of the record read last.
    pub record: u32,
    format: Format,
    encoding: Encoding,
    stage: Stage,
    userdefs: Vec<UserDef>,
}

/// Where in the file reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    /// Nothing was found yet.
    Start,
    /// Header or records were found.
    Inside,
    /// In a record too large to take.
    Skipping,
    /// The end.
    Done,
}

/// Reads a log as a stream; an iterator of [`Entry`].
pub struct Reader<R> {
    window: Window<R>,
    format: Format,
    encoding: Encoding,
    stage: Stage,
    header: Header,
    records: u32,
    pending: Vec<Defect>,
    credit: Credit,
    likely_fields: usize,
}

impl<R: Read> Reader<R> {
    /// Begins to read; form and encoding are found from the first bytes.
    pub fn new(input: R) -> Self {
        let (mut window, encoding) = Window::opened(input);
        let format = sniff(&mut window);
        let mut reader = Self::with(window, format, encoding);
        if encoding != Encoding::Utf8 {
            reader
                .pending
                .push(Defect::warning("utf-16", "the file is UTF-16: decoded").at(1));
        }
        reader
    }

    /// Goes on behind a record; `input` stands at the checkpoint's offset.
    pub fn resume_at(input: R, checkpoint: &Checkpoint) -> Self {
        let Checkpoint {
            offset,
            line,
            encoding,
            ..
        } = *checkpoint;
        let mut reader = Self::with(
            Window::resumed(input, encoding, offset, line),
            checkpoint.format,
            encoding,
        );
        reader.header.userdefs.clone_from(&checkpoint.userdefs);
        reader.records = checkpoint.record;
        reader.stage = checkpoint.stage;
        reader
    }

    fn with(window: Window<R>, format: Format, encoding: Encoding) -> Self {
        Self {
            window,
            format,
            encoding,
            stage: Stage::Start,
            header: Header::default(),
            records: 0,
            pending: Vec::new(),
            credit: Credit(1 << 16),
            likely_fields: 0,
        }
    }

    /// What to keep to go on after the entry read last.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            offset: self.window.offset(),
            line: self.window.line(),
            record: self.records,
            format: self.format,
            encoding: self.encoding,
            stage: self.stage,
            userdefs: self.header.userdefs.clone(),
        }
    }

    /// The header as far as it was read; complete once the first record is there.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The form of the file.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The encoding as far as it was seen.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The error that ended the input early: what was read is good, but not all there is.
    pub fn error(&self) -> Option<&io::Error> {
        self.window.error()
    }

    fn next_adi(&mut self) -> Option<Record> {
        loop {
            let full = self.window.bytes().len() >= MOST;
            let scanned = match self.scan(full) {
                Outcome::Need(more) => {
                    let doubled = 2 * self.window.bytes().len();
                    self.window.fill(doubled.max(more).min(MOST));
                    continue;
                }
                Outcome::Whole(scanned) => scanned,
            };
            let at_end = scanned.ending == Ending::File && (!full || self.window.is_last());
            let record = self.take_adi(scanned);
            if at_end {
                self.finish();
            }
            if record.is_some() || at_end {
                return record;
            }
        }
    }

    fn scan(&mut self, full: bool) -> Outcome {
        let mut input = Input {
            bytes: self.window.bytes(),
            last: self.window.is_last() || full,
            userdefs: &self.header.userdefs,
            clip_first: false,
            discard: self.stage == Stage::Skipping,
            likely_fields: self.likely_fields,
        };
        let first = adi::scan(&input, &mut self.credit);
        let Outcome::Whole(scanned) = &first else {
            return first;
        };
        if scanned.fields.is_empty() || scanned.ending == Ending::Eoh || scanned.has("CALL") {
            return first;
        }
        // The call may be inside another field's value whose length was too large, and right by chance.
        input.clip_first = true;
        match adi::scan(&input, &mut self.credit) {
            Outcome::Whole(second) if second.has("CALL") => Outcome::Whole(second),
            _ => first,
        }
    }

    /// Turns what was scanned into a record, or into header, or into nothing, and moves on.
    fn take_adi(&mut self, mut scanned: Scanned) -> Option<Record> {
        // At the limit of the window the scanner was told that nothing more comes.
        if scanned.ending == Ending::File && !self.window.is_last() {
            scanned.ending = Ending::Full;
        }
        let skipping = self.stage == Stage::Skipping;
        if skipping || scanned.fields.is_empty() && scanned.ending != Ending::Eoh {
            if skipping && scanned.ending != Ending::Full {
                self.stage = Stage::Inside;
            }
            self.consume(scanned.end);
            return None;
        }
        // A header in the middle, as of files put together: what came before it is a record whose end is missing.
        let cut_off = scanned.ending == Ending::Eoh && self.stage == Stage::Inside && scanned.has("CALL");
        if cut_off {
            scanned.ending = Ending::Eor;
            return Some(self.emit(scanned, Some(Fault::Unterminated)));
        }
        if scanned.ending == Ending::Eoh {
            self.note(&mut scanned);
            for field in std::mem::take(&mut scanned.fields) {
                self.header.take(field);
            }
            self.stage = Stage::Inside;
            self.consume(scanned.end);
            return None;
        }
        if self.stage == Stage::Start {
            self.split_off_header(&mut scanned);
            self.stage = Stage::Inside;
        }
        if scanned.fields.is_empty() {
            self.consume(scanned.end);
            return None;
        }
        let fault = match scanned.ending {
            Ending::File => Some(Fault::Unterminated),
            Ending::Full => Some(Fault::TooLarge),
            Ending::Eor | Ending::Eoh => None,
        };
        if scanned.ending == Ending::Full {
            self.stage = Stage::Skipping;
        }
        Some(self.emit(scanned, fault))
    }

    /// Without `<EOH>` the header's fields stand in front of the first record's.
    fn split_off_header(&mut self, scanned: &mut Scanned) {
        let before = &self.window.bytes()[..scanned.begin];
        if before.iter().any(|byte| *byte > b' ') {
            let text = "the file begins with text but has no <EOH>: records are read anyway";
            self.pending
                .push(Defect::warning("no-eoh", text).at(self.window.line()));
        }
        let is_header = |field: &super::Field| {
            field.name.id().is_some_and(super::FieldId::is_header) || is_definition(&field.name)
        };
        for field in scanned.fields.extract_if(.., |field| is_header(field)) {
            self.header.take(field);
        }
    }

    /// Numbers the record, keeps its text, and moves behind it.
    fn emit(&mut self, mut scanned: Scanned, fault: Option<Fault>) -> Record {
        self.records = self.records.saturating_add(1);
        self.likely_fields = scanned.fields.len();
        self.note(&mut scanned);
        let begin = scanned.begin.min(scanned.end);
        self.consume(begin);
        let (line, offset) = (self.window.line(), self.window.offset());
        let length = scanned.end - begin;
        let raw = self.window.bytes()[..length.min(MOST_RAW)].into();
        self.consume(length);
        Record {
            fields: scanned.fields,
            number: self.records,
            line,
            offset,
            fault,
            raw,
        }
    }

    /// Places the defects; called before anything is consumed.
    fn note(&mut self, scanned: &mut Scanned) {
        let line_of = |at: usize| {
            let lines = memchr::memchr_iter(b'\n', &self.window.bytes()[..at]).count();
            self.window
                .line()
                .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX))
        };
        let number = (scanned.ending != Ending::Eoh).then_some(self.records);
        if let Some(at) = scanned.not_utf8
            && self.encoding == Encoding::Utf8
        {
            self.encoding = Encoding::Windows1252;
            let text = "the file is not UTF-8: such values are read as windows-1252";
            self.pending
                .push(Defect::warning("encoding", text).at(line_of(at)));
        }
        for (at, defect) in scanned.defects.drain(..) {
            self.pending.push(Defect {
                record: number,
                ..defect.at(line_of(at))
            });
        }
    }

    fn consume(&mut self, count: usize) {
        self.credit.0 = self.credit.0.saturating_add(8 * count as u64).min(1 << 26);
        self.window.consume(count);
    }

    fn next_adx(&mut self) -> Option<Record> {
        loop {
            let full = self.window.bytes().len() >= MOST;
            let last = self.window.is_last() || full;
            match adx::next(self.window.bytes(), last) {
                Item::Need => {
                    let doubled = 2 * self.window.bytes().len();
                    self.window.fill(doubled.clamp(64, MOST));
                }
                Item::Skip(count) if count > self.window.bytes().len() => self.window.fill(count),
                Item::Skip(count) => self.consume(count),
                Item::End if full && !self.window.is_last() => self.consume(self.window.bytes().len()),
                Item::End => {
                    self.finish();
                    return None;
                }
                Item::Refused => {
                    let text = "document types and entity definitions are refused";
                    self.pending
                        .push(Defect::error("doctype", text).at(self.window.line()));
                    self.stage = Stage::Done;
                    return None;
                }
                Item::Header(length) => self.take_adx_header(length),
                Item::Record(length, closed) => return Some(self.take_adx(length, closed)),
            }
        }
    }

    fn take_adx_header(&mut self, length: usize) {
        let mut element = adx::fields(&self.window.bytes()[..length]);
        element.scanned.ending = Ending::Eoh;
        self.note(&mut element.scanned);
        if let Some(fault) = element.fault {
            let text = format!("the header is not well-formed: {fault}");
            self.pending
                .push(Defect::warning("xml", text).at(self.window.line()));
        }
        for def in element.userdefs {
            self.header.define(def);
        }
        for field in element.scanned.fields {
            self.header.take(field);
        }
        self.stage = Stage::Inside;
        self.consume(length);
    }

    fn take_adx(&mut self, length: usize, closed: bool) -> Record {
        let element = adx::fields(&self.window.bytes()[..length]);
        self.stage = Stage::Inside;
        let too_large = element.scanned.ending == Ending::Full || length >= MOST;
        let fault = match element.fault {
            _ if too_large => Some(Fault::TooLarge),
            Some(_) if !closed && length == self.window.bytes().len() => Some(Fault::Unterminated),
            Some(_) => Some(Fault::NotXml),
            None => None,
        };
        let record = self.emit(element.scanned, fault);
        if let Some(text) = element.fault {
            let defect = Defect::error("xml", format!("not well-formed: {text}"));
            self.pending.push(defect.within(record.number).at(record.line));
        }
        record
    }

    /// Ends with the file: what is left of it means nothing, and how much that is depends on how it arrived.
    fn finish(&mut self) {
        self.consume(self.window.bytes().len());
        let line = self.window.line();
        if let Some(error) = self.window.error() {
            let text = format!("the file could not be read to its end: {error}");
            self.pending.push(Defect::error("input", text).at(line));
        } else if self.stage == Stage::Start && self.window.offset() > 0 {
            let text = "this is no ADIF: no field, header or record was found";
            self.pending.push(Defect::error("not-adif", text).at(1));
        }
        self.stage = Stage::Done;
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let record = match (self.stage, self.format) {
            (Stage::Done, _) => None,
            (_, Format::Adi) => self.next_adi(),
            (_, Format::Adx) => self.next_adx(),
        };
        let defects = std::mem::take(&mut self.pending);
        let some = record.is_some() || !defects.is_empty();
        some.then(|| Entry {
            record,
            defects,
            end_offset: self.window.offset(),
        })
    }
}

/// XML begins with a declaration, a comment, or the root element.
fn sniff<R: Read>(window: &mut Window<R>) -> Format {
    window.fill(256);
    let first = window.bytes().trim_ascii_start();
    let begins = |word: &[u8]| {
        first
            .get(..word.len())
            .is_some_and(|b| b.eq_ignore_ascii_case(word))
    };
    if [&b"<?xml"[..], b"<ADX", b"<!"].into_iter().any(begins) {
        Format::Adx
    } else {
        Format::Adi
    }
}
