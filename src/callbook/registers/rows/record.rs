//! Cutting bytes into rows and fields.
//!
//! Quoted rows follow RFC 4180, except that within one line a quotation mark closes a field only where a separator
//! or the end follows. A field may hold line breaks; a mark that nothing closes spoils its own line alone, not the
//! rest of the file. Fields are decoded one by one: UTF-8 where it is valid, else the given encoding.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::ops::Range;

use encoding_rs::{Encoding, WINDOWS_1252};
use smol_str::{SmolStr, SmolStrBuilder};

/// The longest row taken.
const LONGEST: usize = 64 * 1024;
/// The most lines a quoted row may have.
const MOST_LINES: usize = 20;
const EXCERPT: usize = 120;

/// How rows are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// Between two fields; an ASCII character.
    pub(crate) separator: u8,
    /// Whether fields may stand in quotation marks.
    pub(crate) quotes: bool,
    /// What bytes are that are not UTF-8.
    pub(crate) encoding: &'static Encoding,
    /// Whether bytes that are valid UTF-8 are read as such first.
    pub(crate) utf8_first: bool,
}

impl Dialect {
    /// Fields between separators, without quotation marks: UTF-8, else Windows-1252.
    pub(crate) fn bare(separator: u8) -> Self {
        Self {
            separator,
            quotes: false,
            encoding: WINDOWS_1252,
            utf8_first: true,
        }
    }

    /// The same with quotation marks.
    pub(crate) fn quoted(separator: u8) -> Self {
        Self {
            quotes: true,
            ..Self::bare(separator)
        }
    }
}

/// One row; used again for the next, so that reading allocates little.
#[derive(Debug)]
pub(crate) struct Record {
    bytes: Vec<u8>,
    fields: Vec<Range<usize>>,
    line: u64,
    dialect: Dialect,
}

/// What came next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The record is filled.
    Row,
    /// The record holds a line that is no row, for this reason.
    Damaged(&'static str),
    /// There is no more.
    End,
}

/// Reads rows.
#[derive(Debug)]
pub(crate) struct Records<R> {
    reader: R,
    dialect: Dialect,
    /// Lines read and not used yet, the first one with number `line + 1`.
    ahead: VecDeque<Line>,
    line: u64,
    bytes: u64,
}

#[derive(Debug)]
struct Line {
    bytes: Vec<u8>,
    too_long: bool,
}

impl<R: BufRead> Records<R> {
    pub(crate) fn new(reader: R, dialect: Dialect) -> Self {
        Self {
            reader,
            dialect,
            ahead: VecDeque::new(),
            line: 0,
            bytes: 0,
        }
    }

    /// An empty record to read into.
    pub(crate) fn record(&self) -> Record {
        Record {
            bytes: Vec::new(),
            fields: Vec::new(),
            line: 0,
            dialect: self.dialect,
        }
    }

    /// Bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Passes over lines.
    pub(crate) fn skip_lines(&mut self, lines: u64) -> io::Result<()> {
        for _ in 0..lines {
            if self.take_line()?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Reads the next row that is not blank.
    pub(crate) fn next(&mut self, record: &mut Record) -> io::Result<Next> {
        loop {
            let Some(line) = self.take_line()? else {
                return Ok(Next::End);
            };
            record.line = self.line;
            record.bytes = line.bytes;
            record.fields.clear();
            if line.too_long {
                return Ok(Next::Damaged("longer than 64 KiB"));
            }
            if record.bytes.iter().all(u8::is_ascii_whitespace)
                && !record.bytes.contains(&self.dialect.separator)
            {
                continue;
            }
            if record.split(false) {
                return Ok(Next::Row);
            }
            return self.close_quotes(record);
        }
    }

    /// Adds lines until the open quotation mark is closed; if none closes it well, the lines are left for later.
    fn close_quotes(&mut self, record: &mut Record) -> io::Result<Next> {
        let alone = record.bytes.len();
        for more in 0..MOST_LINES {
            if self.ahead.len() <= more && !self.read_line()? {
                break;
            }
            let line = &self.ahead[more];
            if line.too_long || record.bytes.len() + line.bytes.len() > LONGEST {
                break;
            }
            record.bytes.push(b'\n');
            record.bytes.extend_from_slice(&line.bytes);
            if record.split(true) {
                self.ahead.drain(..=more);
                self.line += more as u64 + 1;
                return Ok(Next::Row);
            }
        }
        record.bytes.truncate(alone);
        record.fields.clear();
        Ok(Next::Damaged("a quotation mark is not closed"))
    }

    fn take_line(&mut self) -> io::Result<Option<Line>> {
        if self.ahead.is_empty() && !self.read_line()? {
            return Ok(None);
        }
        self.line += 1;
        let mut line = self.ahead.pop_front().expect("a line was just read");
        if self.line == 1 && line.bytes.starts_with(b"\xEF\xBB\xBF") {
            line.bytes.drain(..3);
        }
        Ok(Some(line))
    }

    /// Reads one line, at most [`LONGEST`] of it kept.
    fn read_line(&mut self) -> io::Result<bool> {
        let mut line = Line {
            bytes: Vec::new(),
            too_long: false,
        };
        let mut any = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', buffer);
            let taken = end.map_or(buffer.len(), |end| end + 1);
            let room = LONGEST.saturating_sub(line.bytes.len());
            line.bytes.extend_from_slice(&buffer[..taken.min(room)]);
            line.too_long |= taken > room;
            self.reader.consume(taken);
            self.bytes += taken as u64;
            if end.is_some() {
                break;
            }
        }
        while matches!(line.bytes.last(), Some(b'\n' | b'\r')) {
            line.bytes.pop();
        }
        if any {
            self.ahead.push_back(line);
        }
        Ok(any)
    }
}

impl Record {
    /// The row's first line, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Number of fields.
    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    /// A field, cleaned; empty beyond the last.
    pub(crate) fn text(&self, field: usize) -> SmolStr {
        self.fields.get(field).map_or_else(SmolStr::default, |range| {
            let raw = &self.bytes[range.clone()];
            let quoted = self.dialect.quotes && raw.first() == Some(&b'"') && raw.len() >= 2;
            if quoted {
                let inner = self.decode(&raw[1..raw.len() - 1]);
                clean(&inner.replace("\"\"", "\""))
            } else {
                clean(&self.decode(raw))
            }
        })
    }

    /// Fields from `from` up to `until`, with their separators, as one text.
    pub(crate) fn joined(&self, from: usize, until: usize) -> SmolStr {
        let range = self.fields[from].start..self.fields[until - 1].end;
        clean(&self.decode(&self.bytes[range]))
    }

    /// Whether the row begins as a file of 16-bit characters does.
    pub(crate) fn is_utf16(&self) -> bool {
        self.bytes.starts_with(b"\xFF\xFE") || self.bytes.starts_with(b"\xFE\xFF") || self.bytes.contains(&0)
    }

    /// The first 120 characters.
    pub(crate) fn excerpt(&self) -> SmolStr {
        let from = &self.bytes[..self.bytes.len().min(4 * EXCERPT)];
        self.decode(from)
            .chars()
            .filter(|c| !c.is_control())
            .take(EXCERPT)
            .collect()
    }

    fn decode<'b>(&self, bytes: &'b [u8]) -> Cow<'b, str> {
        if self.dialect.utf8_first
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Cow::Borrowed(text);
        }
        self.dialect.encoding.decode_without_bom_handling(bytes).0
    }

    /// Finds the fields; false when a quotation mark is open at the end, or, if `strict`, stands where none may.
    fn split(&mut self, strict: bool) -> bool {
        self.fields.clear();
        let separator = self.dialect.separator;
        if !self.dialect.quotes {
            let mut from = 0;
            for at in memchr::memchr_iter(separator, &self.bytes) {
                self.fields.push(from..at);
                from = at + 1;
            }
            self.fields.push(from..self.bytes.len());
            return true;
        }
        let mut from = 0;
        loop {
            let Some(end) = self.field_end(from, strict) else {
                return false;
            };
            self.fields.push(from..end);
            if end == self.bytes.len() {
                return true;
            }
            from = end + 1;
        }
    }

    /// Where the field that begins at `from` ends: at a separator or the end of the row.
    fn field_end(&self, from: usize, strict: bool) -> Option<usize> {
        let bytes = &self.bytes;
        let separator = self.dialect.separator;
        if bytes.get(from) != Some(&b'"') {
            return Some(memchr::memchr(separator, &bytes[from..]).map_or(bytes.len(), |at| from + at));
        }
        let mut at = from + 1;
        loop {
            at += memchr::memchr(b'"', &bytes[at..])?;
            match bytes.get(at + 1) {
                None => return Some(at + 1),
                Some(&next) if next == separator => return Some(at + 1),
                Some(b'"') => at += 2,
                Some(_) if strict => return None,
                Some(_) => at += 1,
            }
            if at > bytes.len() {
                return None;
            }
        }
    }
}

/// Without control characters and outer blanks; line breaks and tabs become blanks.
fn clean(text: &str) -> SmolStr {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if !text.chars().any(char::is_control) {
        return text.into();
    }
    let mut cleaned = SmolStrBuilder::new();
    for c in text.chars() {
        match c {
            '\n' | '\t' | '\u{85}' => cleaned.push(' '),
            c if c.is_control() => {}
            c => cleaned.push(c),
        }
    }
    cleaned.finish()
}
