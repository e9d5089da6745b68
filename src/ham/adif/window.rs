//! A bounded window over a stream, as UTF-8 or any 8-bit text.
//!
//! Invariants: at most [`MOST`] bytes (and as many again of slack) are held; UTF-16 is decoded on the way in, and
//! [`Window::offset`] is still the position in the original, so that reading can go on from there later.
//! An input error ends the stream and is kept, not hidden: see [`Window::error`].

use std::io::{self, Read};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

/// Most bytes held for one record.
pub(super) const MOST: usize = 1 << 20;
const CHUNK: usize = 1 << 18;

/// How the bytes of a log are to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, of which ASCII is a part.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252, the superset of Latin 1: at least one value was not UTF-8.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// UTF-16, low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

pub(super) struct Window<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    offset: u64,
    line: u32,
    utf16: Option<Utf16>,
    error: Option<io::Error>,
}

struct Utf16 {
    decoder: Decoder,
    raw: Vec<u8>,
    held: usize,
}

impl<R: Read> Window<R> {
    /// A window at a place of the input that was reached before.
    pub(super) fn resumed(input: R, encoding: Encoding, offset: u64, line: u32) -> Self {
        let decoder = match encoding {
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            Encoding::Utf8 | Encoding::Windows1252 => None,
        };
        let utf16 = decoder.map(|decoder| Utf16 {
            decoder,
            raw: vec![0; CHUNK / 4],
            held: 0,
        });
        let (buffer, error) = (vec![0; CHUNK], None);
        Self {
            input,
            buffer,
            start: 0,
            end: 0,
            ended: false,
            offset,
            line,
            utf16,
            error,
        }
    }

    /// A window at the begin of the input; a byte-order mark is taken off.
    pub(super) fn opened(input: R) -> (Self, Encoding) {
        let mut window = Self::resumed(input, Encoding::Utf8, 0, 1);
        window.fill(4);
        let (encoding, mark) = sniff(window.bytes());
        window.start += mark;
        window.offset = mark as u64;
        if matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
            window = window.decoding(encoding);
        }
        (window, encoding)
    }

    /// The same input, with what was read so far and all that comes decoded from UTF-16.
    fn decoding(self, encoding: Encoding) -> Self {
        let mut window = Self::resumed(self.input, encoding, self.offset, 1);
        (window.ended, window.error) = (self.ended, self.error);
        if let Some(utf16) = &mut window.utf16 {
            let first = &self.buffer[self.start..self.end];
            utf16.raw.resize(utf16.raw.len().max(first.len()), 0);
            utf16.raw[..first.len()].copy_from_slice(first);
            utf16.held = first.len();
        }
        window
    }

    /// What is in the window.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether nothing comes after what is in the window.
    pub(super) fn is_last(&self) -> bool {
        self.ended && self.utf16.as_ref().is_none_or(|utf16| utf16.held == 0)
    }

    /// Position in the input of the window's first byte.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Line of the window's first byte.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    /// The error that ended the input early.
    pub(super) fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// Reads until the window holds so many bytes or the input ends.
    pub(super) fn fill(&mut self, want: usize) {
        while self.end - self.start < want && !self.is_last() {
            if self.start + want > self.buffer.len() {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
                if self.buffer.len() < 2 * want {
                    self.buffer.resize(2 * want, 0);
                }
            }
            self.read_some();
        }
    }

    /// Takes bytes out of the window.
    pub(super) fn consume(&mut self, count: usize) {
        let (taken, _) = self.bytes().split_at(count);
        let lines = memchr::memchr_iter(b'\n', taken).count();
        let size = if self.utf16.is_some() {
            2 * utf16_units(taken)
        } else {
            count as u64
        };
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.offset += size;
        self.start += count;
    }

    fn read_some(&mut self) {
        let Some(utf16) = &mut self.utf16 else {
            let count = read(&mut self.input, &mut self.buffer[self.end..], &mut self.error);
            self.ended = count == 0;
            self.end += count;
            return;
        };
        if !self.ended && utf16.held < utf16.raw.len() {
            let count = read(&mut self.input, &mut utf16.raw[utf16.held..], &mut self.error);
            self.ended = count == 0;
            utf16.held += count;
        }
        let space = &mut self.buffer[self.end..];
        let (_, taken, made, _) = utf16
            .decoder
            .decode_to_utf8(&utf16.raw[..utf16.held], space, false);
        utf16.raw.copy_within(taken..utf16.held, 0);
        utf16.held -= taken;
        self.end += made;
        if self.ended && taken == 0 {
            // Half a character at the end of the file: nothing can be made of it.
            utf16.held = 0;
        }
    }
}

/// One read; an error counts as the end and is kept.
fn read(input: &mut impl Read, space: &mut [u8], error: &mut Option<io::Error>) -> usize {
    loop {
        match input.read(space) {
            Ok(count) => return count.min(space.len()),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => {
                *error = Some(e);
                return 0;
            }
        }
    }
}

/// The encoding told by the first bytes, and the length of the mark.
fn sniff(first: &[u8]) -> (Encoding, usize) {
    match first {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
        [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
        [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
        // Without a mark: ASCII letters with a zero beside each.
        [1..=0x7F, 0, 1..=0x7F, 0, ..] => (Encoding::Utf16Le, 0),
        [0, 1..=0x7F, 0, 1..=0x7F, ..] => (Encoding::Utf16Be, 0),
        _ => (Encoding::Utf8, 0),
    }
}

/// How many 16-bit units a UTF-8 text was decoded from.
fn utf16_units(text: &[u8]) -> u64 {
    text.iter()
        .map(|byte| match byte {
            0x80..=0xBF => 0,
            0xF0.. => 2,
            _ => 1,
        })
        .sum()
}
