//! What a reader gives: records of fields, and the file's header.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Defect, FieldName};

/// One field as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name in upper case.
    pub name: FieldName,
    /// Text, not blank, without control characters but line breaks and tabs.
    pub value: SmolStr,
    /// Type letter in upper case, if given.
    pub kind: Option<char>,
}

/// One record as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Fields in their order, each name once.
    pub fields: Vec<Field>,
    /// From 1, in the order of the file; what cannot become a contact counts too.
    pub number: u32,
    /// Line of its first tag, from 1.
    pub line: u32,
    /// Position of its first byte in the file.
    pub offset: u64,
    /// What is wrong with the record as a whole.
    pub fault: Option<Fault>,
    /// Its original bytes (decoded from UTF-16, if it was that), at most 64 KiB.
    pub raw: Box<[u8]>,
}

/// Why a record is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The file ended before the record did.
    Unterminated,
    /// It has more bytes or fields than any record of a contact.
    TooLarge,
    /// It is not well-formed XML.
    NotXml,
}

impl Record {
    /// Text of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name.as_str() == name)
            .map(|field| field.value.as_str())
    }

    /// The original text.
    pub fn text(&self) -> String {
        super::value::decode(&self.raw).0.into_owned()
    }
}

/// What one step of reading gives.
#[derive(Debug)]
pub struct Entry {
    /// The record; none at the end of a file about which there is something left to say.
    pub record: Option<Record>,
    /// What was wrong with it, or with the file before it.
    pub defects: Vec<Defect>,
    /// Position in the file after it.
    pub end_offset: u64,
}

/// Definition of a user-defined field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDef {
    /// Name as the header spells it.
    pub name: SmolStr,
    /// Type letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<char>,
    /// Allowed values `{S,M,L}` or range `{5:20}`, empty if free.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub values: SmolStr,
}

impl UserDef {
    /// Reads an ADI definition, `SweaterSize,{S,M,L}`.
    pub(super) fn parse(text: &str, kind: Option<char>) -> Option<Self> {
        let (name, values) = text.split_once(',').unwrap_or((text, ""));
        let name = name.trim();
        let bad = |c: char| matches!(c, '<' | '>' | ':' | '{' | '}') || c.is_whitespace();
        (!name.is_empty() && !name.contains(bad)).then(|| Self {
            name: name.into(),
            kind,
            values: values.trim().into(),
        })
    }
}

/// The header of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// All fields but the definitions, in their order.
    pub fields: Vec<Field>,
    /// User-defined fields.
    pub userdefs: Vec<UserDef>,
}

impl Header {
    /// Most definitions kept.
    const MOST_USERDEFS: usize = 100;
    /// Most other fields kept.
    const MOST_FIELDS: usize = 200;

    /// Text of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name.as_str() == name)
            .map(|field| field.value.as_str())
    }

    pub(super) fn define(&mut self, def: UserDef) {
        let known = self
            .userdefs
            .iter()
            .any(|other| other.name.eq_ignore_ascii_case(&def.name));
        if !known && self.userdefs.len() < Self::MOST_USERDEFS {
            self.userdefs.push(def);
        }
    }

    /// Takes a field of the header.
    pub(super) fn take(&mut self, field: Field) {
        if is_definition(&field.name) {
            if let Some(def) = UserDef::parse(&field.value, field.kind) {
                self.define(def);
            }
        } else if let Some(earlier) = self.fields.iter_mut().find(|earlier| earlier.name == field.name) {
            *earlier = field;
        } else if self.fields.len() < Self::MOST_FIELDS {
            self.fields.push(field);
        }
    }
}

/// Whether it is `USERDEF1`, `USERDEF2` and so on.
pub(super) fn is_definition(name: &str) -> bool {
    name.strip_prefix("USERDEF")
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}
