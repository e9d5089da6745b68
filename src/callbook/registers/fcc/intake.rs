//! From the three files to joined rows: every usable row goes into one sort by unique system identifier.
//!
//! A string of the sort is the identifier, the file and the line, so that rows of one unit come together in that
//! order and of two alike the later one wins; then the call and the row in their short form.

use std::io::{self, Read};

use smol_str::SmolStr;

use super::pack::{Pack, Unreadable};
use super::rows::{Kind, Notes, Row, read};
use super::unit::{AmateurRow, EntityRow, HeaderRow, Rows};
use super::{Error, MemberSummary, lines};
use crate::callbook::registers::sort::{Sort, Sorted};
use crate::callbook::registers::{Progress, Reject, Sink, Stage};
use crate::ham::callsign::Callsign;

/// Rows between two looks at whether to go on.
const EVERY: u64 = 4096;
const EXCERPT: usize = 120;
/// Identifier, file, line.
const KEY: usize = 4 + 1 + 8;

/// Takes files in.
pub(super) struct Intake<'s, S> {
    pub(super) sink: &'s mut S,
    pub(super) sort: Sort,
    pub(super) notes: Notes,
    /// Bytes of all files, read and altogether.
    pub(super) done: u64,
    pub(super) of: u64,
}

impl<S: Sink> Intake<'_, S> {
    /// Reads one file to its end.
    pub(super) fn take(&mut self, kind: Kind, from: impl Read) -> Result<MemberSummary, Error<S::Error>> {
        let file = SmolStr::new_static(kind.file());
        let mut records = lines::Records::new(from, kind.letters());
        let mut summary = MemberSummary::default();
        let (mut ends, mut string) = (Vec::new(), Vec::new());
        loop {
            if (summary.rows + summary.others + summary.rejected).is_multiple_of(EVERY) {
                self.progress(records.bytes())?;
            }
            let record = records.next().map_err(|source| Error::Read {
                file: kind.file(),
                source,
            })?;
            let Some(record) = record else { break };
            match read(kind, record, &mut ends, &mut self.notes) {
                Ok((_, _, Row::Other)) => summary.others += 1,
                Ok((usi, call, row)) => {
                    summary.rows += 1;
                    pack(kind, record.line, usi, &call, &row, &mut string);
                    self.sort.push(&string).map_err(Error::Work)?;
                }
                Err(reason) => {
                    summary.rejected += 1;
                    self.sink.reject(Reject {
                        file: file.clone(),
                        line: record.line,
                        reason: SmolStr::new_static(reason),
                        excerpt: excerpt(record.bytes),
                    });
                }
            }
        }
        summary.lines = records.lines();
        self.done += records.bytes();
        self.progress(0)?;
        Ok(summary)
    }

    fn progress(&mut self, within: u64) -> Result<(), Error<S::Error>> {
        let progress = Progress {
            stage: Stage::Reading,
            done: self.done + within,
            of: Some(self.of.max(self.done + within)),
        };
        self.sink.progress(progress).map_err(Error::Sink)
    }
}

/// The beginning of a row as it is listed.
fn excerpt(bytes: &[u8]) -> SmolStr {
    let head = &bytes[..bytes.len().min(4 * EXCERPT)];
    let text = super::columns::text(head);
    text.chars().take(EXCERPT).collect()
}

fn pack(kind: Kind, line: u64, usi: u32, call: &Callsign, row: &Row, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&usi.to_be_bytes());
    out.push(match kind {
        Kind::Entity => 0,
        Kind::Amateur => 1,
        Kind::Header => 2,
    });
    out.extend_from_slice(&line.to_be_bytes());
    call.pack(out);
    match row {
        Row::Entity(row) => row.pack(out),
        Row::Amateur(row) => row.pack(out),
        Row::Header(row) => row.pack(out),
        Row::Other => {}
    }
}

/// Sorted rows, joined.
pub(super) struct Joined {
    sorted: Sorted,
    /// The first of the next unit's, already read.
    ahead: Option<(u32, Rows)>,
    /// Rows that another of the same file and unit replaced.
    pub(super) doubled: u64,
}

impl Joined {
    pub(super) fn new(sort: Sort) -> io::Result<Self> {
        let mut joined = Self {
            sorted: sort.finish()?,
            ahead: None,
            doubled: 0,
        };
        joined.ahead = joined.following(None)?;
        Ok(joined)
    }

    /// All rows of the next identifier, in ascending order of it.
    pub(super) fn next(&mut self) -> io::Result<Option<(u32, Rows)>> {
        let Some((usi, mut rows)) = self.ahead.take() else {
            return Ok(None);
        };
        self.ahead = self.following(Some((usi, &mut rows)))?;
        Ok(Some((usi, rows)))
    }

    /// Adds rows to `unit` as long as they are its own, and gives the first that is not.
    fn following(&mut self, mut unit: Option<(u32, &mut Rows)>) -> io::Result<Option<(u32, Rows)>> {
        let broken = |_| io::Error::new(io::ErrorKind::InvalidData, Unreadable);
        while let Some(string) = self.sorted.next()? {
            let (key, row) = string.split_at_checked(KEY).ok_or(Unreadable).map_err(broken)?;
            let usi = u32::from_be_bytes([key[0], key[1], key[2], key[3]]);
            match &mut unit {
                Some((same, rows)) if *same == usi => {
                    self.doubled += u64::from(add(key[4], row, rows).map_err(broken)?);
                }
                _ => {
                    let mut rows = Rows::default();
                    add(key[4], row, &mut rows).map_err(broken)?;
                    return Ok(Some((usi, rows)));
                }
            }
        }
        Ok(None)
    }
}

/// Adds a packed row; true if it replaced one.
fn add(kind: u8, mut bytes: &[u8], rows: &mut Rows) -> Result<bool, Unreadable> {
    let call = Callsign::unpack(&mut bytes)?;
    Ok(match kind {
        0 => rows.en.replace((call, EntityRow::unpack(&mut bytes)?)).is_some(),
        1 => rows.am.replace((call, AmateurRow::unpack(&mut bytes)?)).is_some(),
        2 => rows.hd.replace((call, HeaderRow::unpack(&mut bytes)?)).is_some(),
        _ => return Err(Unreadable),
    })
}
