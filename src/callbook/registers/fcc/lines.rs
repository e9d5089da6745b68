//! Records of a ULS file: bytes between one line that begins like a record and the next.
//!
//! A record begins where a line begins with the file's two letters, `|` and a digit; any other line goes on with the
//! record before it, because fields hold line breaks. A record longer than 64 KiB is given cut short and marked, and
//! reading goes on with the next. Not here: columns, and what is in them.

use std::io::{self, Read};

use memchr::memchr;

/// A record is at most this long, in bytes.
const LONGEST: usize = 64 * 1024;
/// Bytes of a longer one that are given, for its listing.
const HEAD: usize = 512;
const BUFFER: usize = 256 * 1024;
/// NULs and the byte-order mark are overlooked before a record, so many bytes of them.
const OVERLOOKED: usize = 8;
/// Bytes by which the beginning of a record is known.
const AHEAD: usize = OVERLOOKED + 4;

/// Reads the records of a file.
pub(super) struct Records<R> {
    from: R,
    kind: [u8; 2],
    buffer: Vec<u8>,
    /// What is read and not yet given: `buffer[start..end]`.
    start: usize,
    end: usize,
    ended: bool,
    /// Line ends passed.
    lines: u64,
    /// Bytes taken.
    bytes: u64,
    /// The beginning of a record that is too long.
    head: Vec<u8>,
}

/// A record and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// Its first line, from 1.
    pub(super) line: u64,
    pub(super) bytes: &'a [u8],
    /// It has more than one line.
    pub(super) broken: bool,
    /// It is longer than any record; these are its first bytes.
    pub(super) too_long: bool,
}

/// Where a record was found in the buffer.
struct Found {
    line: u64,
    start: usize,
    end: usize,
    broken: bool,
    too_long: bool,
}

impl<R: Read> Records<R> {
    /// Reads records that begin with these two letters.
    pub(super) fn new(from: R, kind: [u8; 2]) -> Self {
        Self {
            from,
            kind,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            ended: false,
            lines: 0,
            bytes: 0,
            head: Vec::new(),
        }
    }

    /// Line ends passed so far.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// Bytes taken from the file so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next record; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        let found = loop {
            let Some(found) = self.find()? else {
                return Ok(None);
            };
            let blank = |byte: &u8| *byte <= b' ';
            if found.too_long || !self.buffer[found.start..found.end].iter().all(blank) {
                break found;
            }
        };
        Ok(Some(Record {
            line: found.line,
            bytes: if found.too_long {
                &self.head
            } else {
                &self.buffer[found.start..found.end]
            },
            broken: found.broken,
            too_long: found.too_long,
        }))
    }

    fn find(&mut self) -> io::Result<Option<Found>> {
        let first = self.lines + 1;
        let mut scanned = 0;
        let mut too_long = false;
        let found = |start, end, broken, too_long| Found {
            line: first,
            start,
            end,
            broken,
            too_long,
        };
        loop {
            let from = self.start + scanned;
            let line_end = memchr(b'\n', &self.buffer[from..self.end]).map(|at| from + at);
            match line_end {
                Some(at) if self.end - at <= AHEAD && !self.ended => {
                    self.fill()?;
                    continue;
                }
                Some(at) => {
                    self.lines += 1;
                    let next = &self.buffer[at + 1..self.end];
                    if next.is_empty() || begins(next, self.kind) {
                        too_long = too_long || self.is_too_long(at);
                        let start = std::mem::replace(&mut self.start, at + 1);
                        let broken = self.lines > first;
                        return Ok(Some(found(start, at, broken, too_long)));
                    }
                    scanned = at + 1 - self.start;
                }
                None if self.ended => {
                    too_long = too_long || self.is_too_long(self.end);
                    let start = std::mem::replace(&mut self.start, self.end);
                    let rest = found(start, self.end, self.lines >= first, too_long);
                    return Ok((start < self.end || too_long).then_some(rest));
                }
                None => scanned = self.end - self.start,
            }
            if too_long || self.is_too_long(self.start + scanned) {
                too_long = true;
                self.start += scanned;
                scanned = 0;
            }
            if line_end.is_none() {
                self.fill()?;
            }
        }
    }

    /// Whether a record up to there is too long; then its beginning is kept.
    fn is_too_long(&mut self, end: usize) -> bool {
        let too_long = end - self.start > LONGEST;
        if too_long {
            self.head.clear();
            self.head.extend_from_slice(&self.buffer[self.start..][..HEAD]);
        }
        too_long
    }

    /// Takes more from the file; there is always room, for what is held is never much longer than a record.
    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let read = loop {
            match self.from.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.ended = read == 0;
        self.end += read;
        self.bytes += read as u64;
        Ok(())
    }
}

/// Whether a line begins a record.
pub(super) fn begins(line: &[u8], kind: [u8; 2]) -> bool {
    let overlooked = |byte: &&u8| matches!(**byte, 0 | 0xef | 0xbb | 0xbf);
    let before = line.iter().take(OVERLOOKED).take_while(overlooked).count();
    matches!(&line[before..], [a, b, b'|', digit, ..] if [*a, *b] == kind && digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let take = bytes.len().min(self.1).min(self.0.len());
            let (now, later) = self.0.split_at(take);
            bytes[..take].copy_from_slice(now);
            self.0 = later;
            Ok(take)
        }
    }

    /// Line, bytes, whether broken, whether too long.
    type Given = (u64, Vec<u8>, bool, bool);

    fn records(text: &[u8], step: usize) -> (Vec<Given>, u64) {
        let mut records = Records::new(Slow(text, step), *b"EN");
        let mut all = Vec::new();
        while let Some(record) = records.next().unwrap() {
            all.push((record.line, record.bytes.to_vec(), record.broken, record.too_long));
        }
        assert_eq!(records.bytes(), text.len() as u64);
        (all, records.lines())
    }

    #[test]
    fn a_record_ends_where_the_next_begins_however_the_bytes_come() {
        let text = b"\xef\xbb\xbfEN|1|a\r\nEN|2|b\nApt 4|c\r\n\r\nEN|x|d\r\n\0EN|3|\r\n\r\n";
        let expected = (
            vec![
                (1, b"\xef\xbb\xbfEN|1|a\r".to_vec(), false, false),
                (2, b"EN|2|b\nApt 4|c\r\n\r\nEN|x|d\r".to_vec(), true, false),
                (6, b"\0EN|3|\r\n\r".to_vec(), true, false),
            ],
            7,
        );
        for step in [1, 2, 3, 7, 1000] {
            assert_eq!(records(text, step), expected, "{step} bytes at a time");
        }
    }

    #[test]
    fn what_comes_before_the_first_record_is_a_record_of_its_own() {
        let (all, lines) = records(b"\r\nnothing\nEN|1|a", 5);
        assert_eq!(
            all,
            [
                (1, b"\r\nnothing".to_vec(), true, false),
                (3, b"EN|1|a".to_vec(), false, false)
            ]
        );
        assert_eq!(lines, 2);
        assert_eq!(records(b"", 5), (vec![], 0));
        assert_eq!(records(b" \r\n\r\n", 5), (vec![], 2));
    }

    #[test]
    fn a_record_without_end_is_cut_and_the_next_is_whole() {
        for filling in [b'x', b'\n'] {
            for length in [65_000, 66_000, 300_000, 1_000_000] {
                let mut text = b"EN|1|a\r\nEN|2|".to_vec();
                text.resize(text.len() + length, filling);
                text.extend_from_slice(b"\r\nEN|3|c\r\n");
                for step in [911, 1 << 20] {
                    let (all, lines) = records(&text, step);
                    let long = length > 65_536;
                    assert_eq!(all.len(), 3);
                    assert_eq!((all[1].0, all[1].3), (2, long), "{length}");
                    assert!(!long || all[1].1.len() == HEAD);
                    assert_eq!(all[2].1, b"EN|3|c\r");
                    assert_eq!(lines, memchr::memchr_iter(b'\n', &text).count() as u64);
                    assert_eq!(all[2].0, lines);
                }
            }
        }
    }
}
