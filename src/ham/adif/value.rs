//! Where a value ends and what it says.
//!
//! Declared lengths count bytes in half of all logging programs and characters in the other half, some count
//! wrong, and values may hold text that looks like tags. So the end is the first of these that fits:
//! (a) so many bytes, (b) so many characters, either only if nothing but blanks then comes before the next `<`,
//! a `//` remark or the end; (c) so many bytes if a blank follows; (d) the first tag of a known name inside
//! the declared length; (e) the end of the word in which the length ends. Clipping before known tags comes late
//! so that a remark may mention `<eor>`; the caller asks for it first when the call got lost.

use std::borrow::Cow;

use memchr::memchr;
use smol_str::SmolStr;

use super::UserDef;
use super::tag::{Found, Length, Tag};

/// How many bytes of searching may be spent on doubtful lengths; linear in what was read.
pub(super) struct Credit(pub(super) u64);

impl Credit {
    fn spend(&mut self, bytes: usize) -> bool {
        let enough = self.0 >= bytes as u64;
        if enough {
            self.0 -= bytes as u64;
        }
        enough
    }
}

/// What is known about the bytes around a value.
pub(super) struct Around<'a> {
    /// The window, from the begin of the record.
    pub(super) bytes: &'a [u8],
    /// Whether nothing comes after it.
    pub(super) last: bool,
    /// User-defined fields of the file.
    pub(super) userdefs: &'a [UserDef],
    /// Look for known tags before believing a length.
    pub(super) clip_first: bool,
    /// Before this there is no known tag.
    pub(super) searched: usize,
}

/// Which rule found the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// The length was right.
    Exact,
    /// Text follows that belongs to nothing.
    TextFollows,
    /// The length was too large.
    Clipped,
    /// The length was too small.
    Extended,
}

/// The end of a value, or how many bytes the window needs to tell.
pub(super) enum End {
    At(usize, Rule),
    Need(usize),
}

impl Around<'_> {
    /// Finds the end of the value that begins at `from`.
    pub(super) fn end_of(&mut self, from: usize, length: Length, credit: &mut Credit) -> End {
        let declared = match length {
            Length::None => return End::At(from, Rule::Exact),
            Length::Of(length) => from.saturating_add(length),
            Length::Absurd => usize::MAX,
        };
        if declared >= self.bytes.len() && !(self.last && declared == self.bytes.len()) {
            if !self.last && declared < super::window::MOST {
                return End::Need(declared + 2);
            }
            return self.end_unknown(from);
        }
        if self.clip_first {
            match self.known_tag(from, declared) {
                Search::At(at) => return End::At(at, Rule::Clipped),
                Search::Need(more) => return End::Need(more),
                Search::Nothing => {}
            }
        }
        match self.is_clean(declared) {
            None => return End::Need(self.bytes.len() + 1),
            Some(true) => return End::At(declared, Rule::Exact),
            Some(false) => {}
        }
        match self.characters(from, declared, credit) {
            Search::At(at) => return End::At(at, Rule::Exact),
            Search::Need(more) => return End::Need(more),
            Search::Nothing => {}
        }
        if self.bytes[declared] <= b' ' {
            return End::At(declared, Rule::TextFollows);
        }
        match self.known_tag(from, declared) {
            Search::At(at) => End::At(at, Rule::Clipped),
            Search::Need(more) => End::Need(more),
            Search::Nothing => self.end_of_word(declared),
        }
    }

    /// The end when the length cannot be right: the next known tag, or the end of the file.
    fn end_unknown(&mut self, from: usize) -> End {
        match self.known_tag(from, self.bytes.len()) {
            Search::At(at) => End::At(at, Rule::Clipped),
            Search::Need(more) => End::Need(more),
            Search::Nothing if !self.last => End::Need(self.bytes.len() + 1),
            Search::Nothing => End::At(self.bytes.len(), Rule::Clipped),
        }
    }

    /// Whether only blanks stand before the next tag, remark, or end; `None` if the window ends too early.
    fn is_clean(&self, at: usize) -> Option<bool> {
        let rest = &self.bytes[at..];
        // Control bytes are no better than blanks here: padding, or the end mark of old systems.
        match rest.iter().position(|byte| *byte > b' ') {
            Some(next) if rest[next] == b'<' => Some(true),
            Some(next) if rest[next] == b'/' => match rest.get(next + 1) {
                Some(byte) => Some(*byte == b'/'),
                None if self.last => Some(false),
                None => None,
            },
            Some(_) => Some(false),
            None if self.last => Some(true),
            None => None,
        }
    }

    /// Rule (b). Without a character of several bytes it is the same as (a).
    fn characters(&self, from: usize, declared: usize, credit: &mut Credit) -> Search {
        let count = declared - from;
        if !credit.spend(count) || self.bytes[from..declared].is_ascii() || !credit.spend(3 * count) {
            return Search::Nothing;
        }
        let starts = self.bytes[from..]
            .iter()
            .enumerate()
            .filter(|(_, byte)| !matches!(byte, 0x80..=0xBF));
        let end = match starts.map(|(at, _)| from + at).nth(count) {
            Some(end) => end,
            None if self.last => self.bytes.len(),
            None => return Search::Need(self.bytes.len() + 1),
        };
        if std::str::from_utf8(&self.bytes[from..end]).is_err() {
            return Search::Nothing;
        }
        match self.is_clean(end) {
            None => Search::Need(self.bytes.len() + 1),
            Some(true) => Search::At(end),
            Some(false) => Search::Nothing,
        }
    }

    /// The first tag of a known name that begins between two places.
    fn known_tag(&mut self, from: usize, to: usize) -> Search {
        let mut at = from.max(self.searched);
        while let Some(next) = self.bytes.get(at..to).and_then(|span| memchr(b'<', span)) {
            at += next;
            match Tag::read(self.bytes, at) {
                Found::Tag(tag) if tag.is_known(self.userdefs) => return Search::At(at),
                Found::Cut if !self.last => return Search::Need(self.bytes.len() + 1),
                Found::Tag(_) | Found::Text | Found::Cut => {}
            }
            at += 1;
            self.searched = at;
        }
        self.searched = self.searched.max(to.min(self.bytes.len()));
        Search::Nothing
    }

    /// The end of the word that goes on at `at`.
    fn end_of_word(&self, at: usize) -> End {
        match self.bytes[at..]
            .iter()
            .position(|byte| *byte <= b' ' || *byte == b'<')
        {
            Some(length) => End::At(at + length, Rule::Extended),
            None if self.last => End::At(self.bytes.len(), Rule::Extended),
            None => End::Need(self.bytes.len() + 1),
        }
    }
}

enum Search {
    At(usize),
    Nothing,
    Need(usize),
}

/// A value's text.
pub(super) struct Text {
    /// The text; empty if there is nothing but blanks.
    pub(super) value: SmolStr,
    /// Control characters were dropped.
    pub(super) had_controls: bool,
    /// It was not UTF-8 and was read as windows-1252.
    pub(super) was_not_utf8: bool,
}

/// Decodes a value and drops control characters, line breaks and tabs excepted.
pub(super) fn text(bytes: &[u8]) -> Text {
    let (decoded, was_not_utf8) = decode(bytes);
    Text {
        was_not_utf8,
        ..clean(&decoded)
    }
}

/// The text of bytes, and whether it had to be read as windows-1252 because it is not UTF-8.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    let utf8 = std::str::from_utf8(bytes).map(Cow::Borrowed);
    let not_utf8 = utf8.is_err();
    (
        utf8.unwrap_or_else(|_| encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0),
        not_utf8,
    )
}

/// Drops control characters, line breaks and tabs excepted.
pub(super) fn clean(text: &str) -> Text {
    // Nearly all values are printable ASCII: one pass without branches tells.
    let plain = !text
        .bytes()
        .fold(false, |odd, byte| odd | !matches!(byte, b' '..=b'~'));
    let banned = |c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t');
    let had_controls = !plain && text.contains(banned);
    let value: SmolStr = if had_controls {
        text.chars().filter(|c| !banned(*c)).collect()
    } else {
        SmolStr::new(text)
    };
    let blank = value.bytes().all(|byte| byte <= b' ');
    Text {
        value: if blank { SmolStr::default() } else { value },
        had_controls,
        was_not_utf8: false,
    }
}

/// Whether a name could stand in an ADI tag.
pub(super) fn is_name(name: &str) -> bool {
    let bad = |c: char| matches!(c, '<' | '>' | ':' | ',' | '{' | '}' | ' ') || c.is_control();
    !name.is_empty() && name.len() <= super::field::LONGEST_NAME && !name.contains(bad)
}
