//! The tokens of one record's data, taken field by field, with errors that say where they stand.

use std::borrow::Cow;

use super::super::name::Name;
use super::error::{RdataError, Rule, shown};
use super::token::Token;

/// How much a text may leave to guessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// What a member or a program of his writes: strings of TXT in quotes (longer ones are split), nothing that would
    /// be stored differently from what it says.
    Strict,
    /// What stands in master files: strings without quotes too, and values cut as the standard's own code cuts them.
    Master,
}

/// What is left of the data's text.
pub(super) struct Source<'t, 'a> {
    tokens: &'t [Token<'a>],
    /// The place after the last token.
    end: usize,
    /// What relative names are below.
    pub(super) origin: &'t Name,
    /// How strict to be.
    pub(super) form: Form,
}

impl<'t, 'a> Source<'t, 'a> {
    pub(super) fn new(tokens: &'t [Token<'a>], end: usize, origin: &'t Name, form: Form) -> Self {
        Self {
            tokens,
            end,
            origin,
            form,
        }
    }

    /// The next token, which stays.
    pub(super) fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.first()
    }

    /// The place of the next token.
    pub(super) fn at(&self) -> usize {
        self.peek().map_or(self.end, |token| token.at)
    }

    /// The next token.
    pub(super) fn token(&mut self, field: &'static str) -> Result<Token<'a>, RdataError> {
        let (first, rest) = self
            .tokens
            .split_first()
            .ok_or_else(|| RdataError::new(field, Rule::Missing, self.end, "is missing"))?;
        self.tokens = rest;
        Ok(*first)
    }

    /// The next token as a word of ASCII without quotes.
    pub(super) fn word(&mut self, field: &'static str) -> Result<(&'a str, usize), RdataError> {
        let token = self.token(field)?;
        let word = token.word().ok_or_else(|| {
            let text = format!(
                "\"{}\" cannot stand here in quotes or with these letters",
                shown(token.raw)
            );
            RdataError::new(field, Rule::Form, token.at, text)
        })?;
        Ok((word, token.at))
    }

    /// The octets of the next token, quoted or not.
    pub(super) fn octets(&mut self, field: &'static str) -> Result<(Cow<'a, [u8]>, usize), RdataError> {
        let token = self.token(field)?;
        let octets = token.octets().map_err(|at| bad_escape(field, at))?;
        Ok((octets, token.at))
    }

    /// All that is left, joined: digits that may be cut in groups.
    pub(super) fn joined(&mut self, field: &'static str) -> Result<(Vec<u8>, usize), RdataError> {
        let at = self.at();
        let mut joined = Vec::new();
        while let Some((first, rest)) = self.tokens.split_first() {
            self.tokens = rest;
            let word = first.word().ok_or_else(|| {
                let text = format!(
                    "\"{}\" are no digits; write them without quotes",
                    shown(first.raw)
                );
                RdataError::new(field, Rule::Encoding, first.at, text)
            })?;
            joined.extend_from_slice(word.as_bytes());
        }
        Ok((joined, at))
    }
}

pub(super) fn bad_escape(field: &'static str, at: usize) -> RdataError {
    let text = "a backslash is followed by neither a character nor three digits up to 255; write \\\\ for a backslash";
    RdataError::new(field, Rule::Text, at, text)
}
