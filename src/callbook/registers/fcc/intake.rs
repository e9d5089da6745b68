//! From the three files to joined rows: every usable row goes into one sort by unique system identifier.
//!
//! A string of the sort is the identifier, the file and the line, so that rows of one unit come together in that
//! order and of two alike the later one wins; then the call and the row in their short form.

use std::io::{self, Read};

use smol_str::SmolStr;

use super::pack::{Pack, Unreadable, split_call, unit_of_packed};
use super::rows::{Kind, Notes, Row, read};
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

/// Sorted rows, joined to units in their stored form.
pub(super) struct Joined {
    sorted: Sorted,
    /// The unit whose rows are being gathered.
    usi: Option<u32>,
    /// Of each kind, the latest row with its call before it.
    rows: [Vec<u8>; 3],
    /// The last unit handed out.
    unit: Vec<u8>,
    /// Rows that another of the same file and unit replaced.
    pub(super) doubled: u64,
}

impl Joined {
    pub(super) fn new(sort: Sort) -> io::Result<Self> {
        Ok(Self {
            sorted: sort.finish()?,
            usi: None,
            rows: Default::default(),
            unit: Vec::new(),
            doubled: 0,
        })
    }

    /// The next unit, in ascending order of identifiers.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            let Some(string) = self.sorted.next()? else {
                return match self.usi.take() {
                    Some(usi) => give(usi, &mut self.rows, &mut self.unit).map(Some),
                    None => Ok(None),
                };
            };
            let (key, row) = string.split_at_checked(KEY).ok_or_else(broken)?;
            let usi = u32::from_be_bytes([key[0], key[1], key[2], key[3]]);
            let before = self.usi.replace(usi).filter(|before| *before != usi);
            if let Some(before) = before {
                give(before, &mut self.rows, &mut self.unit)?;
            }
            let kept = self.rows.get_mut(usize::from(key[4])).ok_or_else(broken)?;
            self.doubled += u64::from(!kept.is_empty());
            kept.clear();
            kept.extend_from_slice(row);
            if before.is_some() {
                return Ok(Some(&self.unit));
            }
        }
    }
}

/// Puts gathered rows together. The header is the licence itself; the others repeat its call.
fn give<'u>(usi: u32, rows: &mut [Vec<u8>; 3], unit: &'u mut Vec<u8>) -> io::Result<&'u [u8]> {
    let mut call: &[u8] = &[];
    let mut parts: [&[u8]; 3] = [&[]; 3];
    for kind in [1, 0, 2] {
        if !rows[kind].is_empty() {
            (call, parts[kind]) = split_call(&rows[kind]).map_err(|_| broken())?;
        }
    }
    unit.clear();
    unit_of_packed(usi, call, parts, unit);
    for row in rows {
        row.clear();
    }
    Ok(unit)
}

/// What was written to the disk is not what is read.
fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Unreadable)
}
