//! Data of records between text and wire, for every type that a zone can hold.
//!
//! One table (`schema`) says what a type's data are made of; reading text, writing it, and checking octets go by that
//! table, so a type is right in all three or in none. [`read`] takes what a member writes and refuses what would mean
//! something else than it says; [`read_tokens`] takes what stands in master files; [`check`] takes octets. All three
//! give data whose names are lower-cased: equal data are equal octets. [`write`] gives the one canonical text, which
//! [`read`] takes back. What a record may say where it stands (owner, neighbours, quotas) is the business of `rules`.

mod apl;
mod check;
mod codec;
mod error;
mod loc;
mod octets;
mod read;
mod schema;
mod source;
mod svcb;
#[cfg(test)]
mod tests;
mod token;
mod types;
mod write;

use super::name::Name;
use super::rr::{Rdata, RecordType};

pub(crate) use codec::{period, push_quoted};
pub(crate) use error::{RdataError, Rule, shown};
pub(crate) use loc::location_of_grid;
pub(crate) use read::any_name;
pub(crate) use schema::{fields, form_of};
pub(crate) use source::Form;
pub(crate) use token::{LexDefect, Lexeme, Lexer, Token};

use octets::Octets;
use schema::Field;
use source::Source;

/// The name of the field that errors about the whole of the data are given.
const WHOLE: &str = "data";

/// Reads what a member or a program of his wrote, strictly; relative names are below `origin`.
pub(crate) fn read(kind: RecordType, text: &str, origin: &Name) -> Result<Rdata, RdataError> {
    read_as(kind, text, origin, Form::Strict)
}

/// Reads one record's text as strictly as `form` says.
pub(crate) fn read_as(kind: RecordType, text: &str, origin: &Name, form: Form) -> Result<Rdata, RdataError> {
    let mut tokens = Vec::new();
    let mut lexer = Lexer::new(text.as_bytes());
    while let Some(lexeme) = lexer.next() {
        match lexeme {
            Lexeme::Token(token) => tokens.push(token),
            Lexeme::LineEnd if text.as_bytes()[lexer.at()..].trim_ascii().is_empty() => {}
            Lexeme::LineEnd => {
                let text = "goes on after the end of the line; write one record at a time";
                return Err(RdataError::new(WHOLE, Rule::Surplus, lexer.at(), text));
            }
            Lexeme::Defect(defect, at) => {
                return Err(RdataError::new(WHOLE, Rule::Text, at, defect.to_string()));
            }
        }
    }
    read_tokens(kind, &tokens, text.len(), origin, form)
}

/// Reads the tokens of one record's data; `end` is the place after them, for errors.
pub(crate) fn read_tokens(
    kind: RecordType,
    tokens: &[Token<'_>],
    end: usize,
    origin: &Name,
    form: Form,
) -> Result<Rdata, RdataError> {
    let begin = tokens.first().map_or(end, |token| token.at);
    if kind.is_meta() {
        let text = format!("no zone can hold records of type {kind}");
        return Err(RdataError::new(WHOLE, Rule::Form, begin, text));
    }
    let mut from = Source::new(tokens, end, origin, form);
    if from
        .peek()
        .is_some_and(|token| !token.quoted && token.raw == b"\\#")
    {
        return generic(kind, &mut from, begin);
    }
    let Some(fields) = fields(kind) else {
        let text = format!("write {kind} as \\# and the number of octets and their hexadecimal digits");
        return Err(RdataError::new(WHOLE, Rule::Form, begin, text));
    };
    let mut wire = Vec::new();
    for field in fields {
        read::field(field, &mut from, &mut wire).map_err(|error| with_order(error, kind, fields))?;
    }
    if let Some(token) = from.peek() {
        let text = format!("\"{}\" is too much; {}", shown(token.raw), order(kind, fields));
        return Err(RdataError::new(WHOLE, Rule::Surplus, token.at, text));
    }
    check::between_fields(kind, &wire).map_err(|error| RdataError { at: begin, ..error })?;
    stored(wire, begin)
}

/// `\# length digits`, for any type; known ones are held to their form.
fn generic(kind: RecordType, from: &mut Source<'_, '_>, begin: usize) -> Result<Rdata, RdataError> {
    from.token(WHOLE)?;
    let (text, at) = from.word("length")?;
    let length = codec::number(text).and_then(|length| u16::try_from(length).ok());
    let length = length.ok_or_else(|| {
        let text = format!(
            "\"{}\" is not a whole number from 0 to 65535",
            shown(text.as_bytes())
        );
        RdataError::new("length", Rule::Number, at, text)
    })?;
    let (digits, at) = from.joined(WHOLE)?;
    let wire = codec::from_hex(&digits).ok_or_else(|| {
        let text = format!(
            "\"{}\" is not written in hexadecimal digits, two for each octet",
            shown(&digits)
        );
        RdataError::new(WHOLE, Rule::Encoding, at, text)
    })?;
    if wire.len() != usize::from(length) {
        let text = format!("{length} octets are announced and {} are given", wire.len());
        return Err(RdataError::new("length", Rule::Length, begin, text));
    }
    check(kind, &wire).map_err(|error| RdataError { at: begin, ..error })
}

/// How the data of a type are written, after an error.
fn order(kind: RecordType, fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    format!("{kind} is written as: {}", names.join(", "))
}

fn with_order(mut error: RdataError, kind: RecordType, fields: &[Field]) -> RdataError {
    if error.rule == Rule::Missing {
        error.text = format!("{}; {}", error.text, order(kind, fields));
    }
    error
}

fn stored(wire: Vec<u8>, at: usize) -> Result<Rdata, RdataError> {
    Rdata::new(wire).map_err(|error| RdataError::new(WHOLE, Rule::Length, at, error.to_string()))
}

/// The canonical text of data, with absolute names; data that have no text of their own in the form for unknown types.
pub(crate) fn write(kind: RecordType, data: &Rdata) -> String {
    fields(kind)
        .and_then(|fields| write::fields(fields, data.wire()).ok())
        .unwrap_or_else(|| write::generic(data.wire()))
}

/// Takes octets of a type: checks their form, and lower-cases the names inside.
pub(crate) fn check(kind: RecordType, wire: &[u8]) -> Result<Rdata, RdataError> {
    if kind.is_meta() {
        let text = format!("no zone can hold records of type {kind}");
        return Err(RdataError::new(WHOLE, Rule::Form, 0, text));
    }
    let Some(fields) = fields(kind) else {
        return stored(wire.to_vec(), 0);
    };
    let mut from = Octets::new(wire);
    let mut checked = Vec::with_capacity(wire.len());
    for field in fields {
        check::field(field, &mut from, &mut checked)?;
    }
    if !from.is_empty() {
        let text = "the data go on after their last field";
        return Err(RdataError::new(WHOLE, Rule::Surplus, from.at(), text));
    }
    check::between_fields(kind, &checked)?;
    stored(checked, 0)
}

/// The names inside of data, in their order.
pub(crate) fn names(kind: RecordType, data: &Rdata) -> impl Iterator<Item = Name> {
    let fields = fields(kind).unwrap_or_default();
    check::names(fields, data.wire()).into_iter()
}
