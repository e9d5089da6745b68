//! Cutting text of records into tokens: blanks, quotes, escapes, parentheses over lines, comments (RFC 1035 5.1).
//!
//! A [`Token`] is a piece of the text as it stands there, with its escapes, because a name and a string unescape
//! differently. The lexer copies nothing and keeps no more than a position and a depth, so no input costs memory.
//! It goes on after every defect: what follows is cut as if the defect were not there.

use std::borrow::Cow;

/// A word or a quoted string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// The octets as they stand in the text, without the quotes around them.
    pub(crate) raw: &'a [u8],
    /// Whether it stood in quotes.
    pub(crate) quoted: bool,
    /// Where it begins in the text, in octets.
    pub(crate) at: usize,
}

impl<'a> Token<'a> {
    /// The octets meant: `\DDD` is one octet, a backslash before any other character is that character.
    /// Fails with the place of an escape that means nothing.
    pub(crate) fn octets(&self) -> Result<Cow<'a, [u8]>, usize> {
        unescape(self.raw).map_err(|at| self.at + at)
    }

    /// The text of a word that needs no escapes; `None` when it is quoted or not ASCII.
    pub(crate) fn word(&self) -> Option<&'a str> {
        let text = std::str::from_utf8(self.raw).ok()?;
        (!self.quoted && text.is_ascii()).then_some(text)
    }
}

/// Undoes the escapes of a string; fails with the place of a bad one.
pub(super) fn unescape(raw: &[u8]) -> Result<Cow<'_, [u8]>, usize> {
    let Some(first) = memchr::memchr(b'\\', raw) else {
        return Ok(Cow::Borrowed(raw));
    };
    let mut octets = Vec::with_capacity(raw.len());
    octets.extend_from_slice(&raw[..first]);
    let mut at = first;
    while let Some(&octet) = raw.get(at) {
        if octet != b'\\' {
            octets.push(octet);
            at += 1;
            continue;
        }
        match raw[at + 1..] {
            [a, b, c, ..] if [a, b, c].iter().all(u8::is_ascii_digit) => {
                let value = [a, b, c]
                    .iter()
                    .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
                octets.push(u8::try_from(value).map_err(|_| at)?);
                at += 4;
            }
            [next, ..] if !next.is_ascii_digit() => {
                octets.push(next);
                at += 2;
            }
            _ => return Err(at),
        }
    }
    Ok(Cow::Owned(octets))
}

/// What the lexer finds next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lexeme<'a> {
    /// A word or string.
    Token(Token<'a>),
    /// The end of a line outside of parentheses; the next octet begins a new one.
    LineEnd,
    /// Something that cannot stand there, and where.
    Defect(LexDefect, usize),
}

/// What cannot stand where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LexDefect {
    /// A quote is open at the end of its line or of the text.
    #[error("a quote is not closed before the end of the line")]
    OpenQuote,
    /// A closing parenthesis without its opening one.
    #[error("a parenthesis is closed that was never opened")]
    StrayParenthesis,
    /// The text ends inside of parentheses; the place is that of the first open one.
    #[error("a parenthesis is never closed")]
    OpenParenthesis,
}

/// Cuts a text into tokens.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    depth: u32,
    opened_at: usize,
}

impl<'a> Lexer<'a> {
    /// A lexer at the beginning of a text.
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self::from(text, 0)
    }

    /// A lexer at octet `at` of a text, outside of parentheses.
    pub(crate) fn from(text: &'a [u8], at: usize) -> Self {
        Self {
            text,
            at,
            depth: 0,
            opened_at: 0,
        }
    }

    /// The place of the next octet.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Whether the next octet is a blank; said of a line's beginning it means "the owner of the record before".
    pub(crate) fn at_blank(&self) -> bool {
        matches!(self.text.get(self.at), Some(b' ' | b'\t'))
    }

    fn quoted(&mut self) -> Lexeme<'a> {
        let begin = self.at + 1;
        match close_of(self.text, begin) {
            Ok(end) => {
                self.at = end + 1;
                Lexeme::Token(Token {
                    raw: &self.text[begin..end],
                    quoted: true,
                    at: begin - 1,
                })
            }
            Err(end) => {
                self.at = end;
                Lexeme::Defect(LexDefect::OpenQuote, begin - 1)
            }
        }
    }

    /// A word, up to a blank or a sign; `key="a b"` is one word.
    fn word(&mut self) -> Lexeme<'a> {
        let begin = self.at;
        let mut at = begin;
        while let Some(&octet) = self.text.get(at) {
            match octet {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'(' | b')' => break,
                b'\\' if !matches!(self.text.get(at + 1), None | Some(b'\n')) => at += 2,
                b'"' if at > begin && self.text[at - 1] == b'=' => match close_of(self.text, at + 1) {
                    Ok(end) => at = end + 1,
                    Err(end) => {
                        self.at = end;
                        return Lexeme::Defect(LexDefect::OpenQuote, at);
                    }
                },
                b'"' => break,
                _ => at += 1,
            }
        }
        self.at = at;
        Lexeme::Token(Token {
            raw: &self.text[begin..at],
            quoted: false,
            at: begin,
        })
    }
}

/// The place of the quote that closes the string beginning at `at`; fails with the place of the line's end.
fn close_of(text: &[u8], mut at: usize) -> Result<usize, usize> {
    while let Some(&octet) = text.get(at) {
        match octet {
            b'"' => return Ok(at),
            b'\n' => return Err(at),
            b'\\' if text.get(at + 1) != Some(&b'\n') => at += 2,
            _ => at += 1,
        }
    }
    Err(text.len())
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Lexeme<'a>;

    fn next(&mut self) -> Option<Lexeme<'a>> {
        loop {
            let Some(&octet) = self.text.get(self.at) else {
                // Said once: afterwards the depth is none.
                return (std::mem::take(&mut self.depth) > 0)
                    .then_some(Lexeme::Defect(LexDefect::OpenParenthesis, self.opened_at));
            };
            match octet {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    if self.depth == 0 {
                        return Some(Lexeme::LineEnd);
                    }
                }
                b';' => {
                    let rest = &self.text[self.at..];
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                b'(' => {
                    if self.depth == 0 {
                        self.opened_at = self.at;
                    }
                    self.depth += 1;
                    self.at += 1;
                }
                b')' => {
                    self.at += 1;
                    match self.depth.checked_sub(1) {
                        Some(depth) => self.depth = depth,
                        None => return Some(Lexeme::Defect(LexDefect::StrayParenthesis, self.at - 1)),
                    }
                }
                b'"' => return Some(self.quoted()),
                _ => return Some(self.word()),
            }
        }
    }
}
