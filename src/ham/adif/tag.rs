//! The tags of ADI: `<NAME>`, `<NAME:LENGTH>`, `<NAME:LENGTH:TYPE>`.

use super::field::{FieldId, LONGEST_NAME};

/// A well-formed tag.
pub(super) struct Tag {
    name: [u8; LONGEST_NAME],
    name_length: usize,
    /// How long the value is said to be.
    pub(super) length: Length,
    /// Type letter in upper case.
    pub(super) kind: Option<char>,
    /// Where the value begins.
    pub(super) end: usize,
}

/// What a tag says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// Nothing: there is no value.
    None,
    /// A number that can be right.
    Of(usize),
    /// A number that cannot.
    Absurd,
}

/// What stands at a `<`.
pub(super) enum Found {
    /// A tag.
    Tag(Tag),
    /// Anything else: the `<` is text.
    Text,
    /// What could become a tag, at the end of what is there.
    Cut,
}

impl Tag {
    /// Reads the tag at a `<`.
    pub(super) fn read(bytes: &[u8], at: usize) -> Found {
        let mut tag = Self {
            name: [0; LONGEST_NAME],
            name_length: 0,
            length: Length::None,
            kind: None,
            end: 0,
        };
        let mut at = at + 1;
        loop {
            match bytes.get(at) {
                None => return Found::Cut,
                Some(b':' | b'>') => break,
                Some(b'<' | b',' | b'{' | b'}' | ..=b' ' | 0x7F) => return Found::Text,
                Some(byte) => {
                    let Some(place) = tag.name.get_mut(tag.name_length) else {
                        return Found::Text;
                    };
                    *place = byte.to_ascii_uppercase();
                    tag.name_length += 1;
                }
            }
            at += 1;
        }
        if tag.has_name() {
            tag.read_length(bytes, at)
        } else {
            Found::Text
        }
    }

    /// Whether the name can be written again as a name.
    fn has_name(&self) -> bool {
        let name = self.name();
        !name.is_empty() && (name.is_ascii() || super::value::is_name(&super::value::decode(name).0))
    }

    /// Reads on behind the name.
    fn read_length(mut self, bytes: &[u8], mut at: usize) -> Found {
        let mut digits = 0_u32;
        let mut value = 0_usize;
        let mut colons = 0;
        loop {
            match bytes.get(at) {
                None => return Found::Cut,
                Some(b'>') => break,
                Some(b':') if colons < 2 => colons += 1,
                Some(digit @ b'0'..=b'9') if colons == 1 && digits < 40 => {
                    digits += 1;
                    value = value.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
                }
                Some(letter) if letter.is_ascii_alphabetic() && colons == 2 && self.kind.is_none() => {
                    self.kind = Some(char::from(letter.to_ascii_uppercase()));
                }
                Some(_) => return Found::Text,
            }
            at += 1;
        }
        self.length = match digits {
            0 => Length::None,
            1..=7 => Length::Of(value),
            _ => Length::Absurd,
        };
        self.end = at + 1;
        Found::Tag(self)
    }

    /// The name in upper case.
    pub(super) fn name(&self) -> &[u8] {
        &self.name[..self.name_length]
    }

    /// Whether the name is one that stands in a log on purpose, so that a value may be cut off before it.
    pub(super) fn is_known(&self, userdefs: &[super::UserDef]) -> bool {
        let name = self.name();
        FieldId::find(name).is_some()
            || matches!(name, b"EOR" | b"EOH")
            || name.starts_with(b"APP_")
            || name
                .strip_prefix(b"USERDEF")
                .is_some_and(|rest| rest.iter().all(u8::is_ascii_digit))
            || userdefs
                .iter()
                .any(|def| def.name.as_bytes().eq_ignore_ascii_case(name))
    }
}
