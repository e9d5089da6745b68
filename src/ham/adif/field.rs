//! Names of fields: the specification's by number, all others by their text.
//!
//! Invariant: a name is in upper case. Known names cost no allocation, are compared by number, and are
//! found by one hash: half of a log's bytes are field names.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

/// Longest field name read, in bytes.
pub(super) const LONGEST_NAME: usize = 64;

/// Data types of ADIF as far as they decide how a value is read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text, and the types that are texts of a certain form.
    Text,
    /// Text of several lines.
    Multiline,
    /// One line of text in any script.
    Intl,
    /// Text of several lines in any script.
    IntlMultiline,
    /// Decimal number.
    Number,
    /// `YYYYMMDD`.
    Date,
    /// `HHMM` or `HHMMSS`.
    Time,
    /// `Y` or `N`.
    Boolean,
    /// One of a list.
    Enumeration,
    /// Latitude or longitude.
    Location,
}

struct FieldRow {
    name: &'static str,
    kind: Kind,
    header: bool,
}

include!("../../../assets/ham/fields.rs");

/// How many fields the specification has.
pub(crate) const FIELD_COUNT: usize = FIELDS.len();

const SLOTS: usize = 1024;
const EMPTY: u8 = u8::MAX;

/// Open addressing over the names' hashes; made by the compiler.
static INDEX: [u8; SLOTS] = {
    let mut index = [EMPTY; SLOTS];
    let mut id = 0_u8;
    while (id as usize) < FIELDS.len() {
        let mut slot = slot_of(FIELDS[id as usize].name.as_bytes());
        while index[slot] != EMPTY {
            slot = (slot + 1) % SLOTS;
        }
        index[slot] = id;
        id += 1;
    }
    index
};

/// FNV-1a, folded to the table's size.
const fn slot_of(name: &[u8]) -> usize {
    let mut hash = 0x811c_9dc5_u32;
    let mut at = 0;
    while at < name.len() {
        hash = (hash ^ name[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    ((hash ^ (hash >> 15)) as usize) % SLOTS
}

/// Number of a field of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldId(u8);

impl FieldId {
    /// The field of that name in upper case.
    pub fn find(name: &[u8]) -> Option<Self> {
        let mut slot = slot_of(name);
        loop {
            let id = INDEX[slot];
            if id == EMPTY {
                return None;
            }
            if FIELDS[usize::from(id)].name.as_bytes() == name {
                return Some(Self(id));
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// The name in upper case.
    pub fn name(self) -> &'static str {
        FIELDS[self.index()].name
    }

    /// The data type.
    pub fn kind(self) -> Kind {
        FIELDS[self.index()].kind
    }

    /// Whether it belongs to the header.
    pub fn is_header(self) -> bool {
        FIELDS[self.index()].header
    }

    /// Position in the specification's list, below [`FIELD_COUNT`].
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Name of a field in upper case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FieldName(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Known(FieldId),
    Other(SmolStr),
}

impl FieldName {
    /// The name in upper case.
    pub fn new(name: &str) -> Self {
        let upper = name.to_ascii_uppercase();
        match FieldId::find(upper.as_bytes()) {
            Some(id) => Self(Repr::Known(id)),
            None => Self(Repr::Other(upper.into())),
        }
    }

    /// The name from bytes that are in upper case already; what is not UTF-8 is read as windows-1252.
    pub(super) fn from_upper(name: &[u8]) -> Self {
        if let Some(id) = FieldId::find(name) {
            return Self(Repr::Known(id));
        }
        Self(Repr::Other(super::value::decode(name).0.into()))
    }

    /// The number, if it is a field of the specification.
    pub fn id(&self) -> Option<FieldId> {
        match self.0 {
            Repr::Known(id) => Some(id),
            Repr::Other(_) => None,
        }
    }

    /// The name in upper case.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Known(id) => id.name(),
            Repr::Other(name) => name,
        }
    }

    /// The name for keeping.
    pub fn to_smol(&self) -> SmolStr {
        match &self.0 {
            Repr::Known(id) => SmolStr::new_static(id.name()),
            Repr::Other(name) => name.clone(),
        }
    }
}

impl From<FieldId> for FieldName {
    fn from(id: FieldId) -> Self {
        Self(Repr::Known(id))
    }
}

impl std::ops::Deref for FieldName {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for FieldName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for FieldName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SmolStr::deserialize(deserializer).map(|name| Self::new(&name))
    }
}
