//! A domain name as every part of the server holds it: absolute, in wire form, letters A-Z lower-cased.
//!
//! RFC 4343 makes names equal that differ in the case of ASCII letters only; as they are lower-cased on the way in,
//! equal names are equal bytes, and maps and stored keys need no more thought. Any octet may stand in a label (what a
//! member may type is the business of `rules`). The order is the canonical one of RFC 4034 6.1: by labels from the
//! right, so that a zone in order has its apex first and each subtree in one piece. [`Name::to_key`] says the same
//! order in bytes, for tables. The letters of a query as they came are kept by `answer`, not here.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The most octets of a name in wire form, its final 0 included (RFC 1035 3.1).
pub(crate) const MAX_NAME: usize = 255;

/// The most octets of one label.
pub(crate) const MAX_LABEL: usize = 63;

/// The most labels a name can have, the root not counted.
const MAX_LABELS: usize = MAX_NAME / 2;

/// An absolute domain name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Name(Box<[u8]>);

/// Why something is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameError {
    /// Nothing was given.
    #[error("a name is missing")]
    Empty,
    /// Two dots in a row, or a dot first.
    #[error("a label of a name is empty")]
    EmptyLabel,
    /// A label has more than 63 octets.
    #[error("a label of a name is longer than 63 characters")]
    LabelTooLong,
    /// The name has more than 255 octets.
    #[error("a name is longer than 255 characters")]
    NameTooLong,
    /// A backslash is followed neither by three digits up to 255 nor by a character.
    #[error("a backslash in a name is followed by neither a character nor three digits up to 255")]
    BadEscape,
    /// The octets end before the name does, go on after it, or hold a compression pointer.
    #[error("these octets are not one uncompressed name")]
    BadWire,
}

impl Name {
    /// The root, `.`.
    pub(crate) fn root() -> Self {
        Self(Box::new([0]))
    }

    /// The name whose uncompressed wire form is exactly these octets.
    pub(crate) fn from_wire(wire: &[u8]) -> Result<Self, NameError> {
        let (name, length) = Self::from_wire_prefix(wire)?;
        if length == wire.len() {
            Ok(name)
        } else {
            Err(NameError::BadWire)
        }
    }

    /// The uncompressed name these octets begin with, and how many octets it takes.
    pub(crate) fn from_wire_prefix(wire: &[u8]) -> Result<(Self, usize), NameError> {
        let mut at = 0;
        loop {
            let length = usize::from(*wire.get(at).ok_or(NameError::BadWire)?);
            at += 1;
            if length == 0 {
                break;
            }
            if length > MAX_LABEL {
                return Err(NameError::BadWire);
            }
            at += length;
            if at >= MAX_NAME {
                return Err(NameError::NameTooLong);
            }
        }
        // A length octet is at most 63 and so never a letter: all octets can be folded alike.
        Ok((Self(wire[..at].to_ascii_lowercase().into()), at))
    }

    /// The name a text of a master file means: relative to `origin` unless it ends in a dot; `@` is the origin.
    pub(crate) fn parse(text: &str, origin: &Name) -> Result<Self, NameError> {
        match text {
            "" => return Err(NameError::Empty),
            "@" => return Ok(origin.clone()),
            "." => return Ok(Self::root()),
            _ => {}
        }
        let mut wire = Vec::with_capacity(text.len() + 2 + origin.0.len());
        let absolute = push_labels(text.as_bytes(), &mut wire)?;
        wire.extend_from_slice(if absolute { &[0] } else { &origin.0 });
        if wire.len() > MAX_NAME {
            return Err(NameError::NameTooLong);
        }
        Ok(Self(wire.into()))
    }

    /// The uncompressed wire form, the final 0 included.
    pub(crate) fn wire(&self) -> &[u8] {
        &self.0
    }

    /// The labels, leftmost first, without the root.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest: &[u8] = &self.0;
        std::iter::from_fn(move || {
            let (&length, after) = rest.split_first()?;
            if length == 0 {
                return None;
            }
            let (label, after) = after.split_at(usize::from(length));
            rest = after;
            Some(label)
        })
    }

    /// How many labels there are; the root has none.
    pub(crate) fn label_count(&self) -> usize {
        self.labels().count()
    }

    /// Whether this is the root.
    pub(crate) fn is_root(&self) -> bool {
        self.0.len() == 1
    }

    /// The name without its leftmost label; the root has no parent.
    pub(crate) fn parent(&self) -> Option<Name> {
        (!self.is_root()).then(|| Self(self.0[1 + usize::from(self.0[0])..].into()))
    }

    /// The name with one more label at its left.
    pub(crate) fn child(&self, label: &[u8]) -> Result<Name, NameError> {
        match label.len() {
            0 => return Err(NameError::EmptyLabel),
            1..=MAX_LABEL => {}
            _ => return Err(NameError::LabelTooLong),
        }
        let length = u8::try_from(label.len()).map_err(|_| NameError::LabelTooLong)?;
        let mut wire = Vec::with_capacity(1 + label.len() + self.0.len());
        wire.push(length);
        wire.extend(label.iter().map(u8::to_ascii_lowercase));
        wire.extend_from_slice(&self.0);
        if wire.len() > MAX_NAME {
            return Err(NameError::NameTooLong);
        }
        Ok(Self(wire.into()))
    }

    /// The last `labels` labels of the name; the whole name when it has no more than that.
    pub(crate) fn ancestor(&self, labels: usize) -> Name {
        let mut at = 0;
        for _ in labels..self.label_count() {
            at += 1 + usize::from(self.0[at]);
        }
        Self(self.0[at..].into())
    }

    /// Whether this is `other` or stands below it, label by label.
    pub(crate) fn is_at_or_below(&self, other: &Name) -> bool {
        let Some(mut skip) = self.0.len().checked_sub(other.0.len()) else {
            return false;
        };
        // The tail must begin at a label, or `evilk6bp.example.` would be below `k6bp.example.`.
        let mut at = 0;
        while skip > 0 {
            let step = 1 + usize::from(self.0[at]);
            let Some(left) = skip.checked_sub(step) else {
                return false;
            };
            at += step;
            skip = left;
        }
        self.0[at..] == *other.0
    }

    /// Whether this stands below `other` and is not the same.
    pub(crate) fn is_below(&self, other: &Name) -> bool {
        self.0.len() > other.0.len() && self.is_at_or_below(other)
    }

    /// The text relative to `origin`: `@` for the origin itself, `None` for names not below it.
    pub(crate) fn relative_to(&self, origin: &Name) -> Option<String> {
        if !self.is_at_or_below(origin) {
            return None;
        }
        let own = self.label_count() - origin.label_count();
        if own == 0 {
            return Some("@".to_owned());
        }
        let mut text = String::new();
        for label in self.labels().take(own) {
            if !text.is_empty() {
                text.push('.');
            }
            push_text(label, &mut text);
        }
        Some(text)
    }

    /// Whether the leftmost label is `*`.
    pub(crate) fn is_wildcard(&self) -> bool {
        self.0.starts_with(b"\x01*")
    }

    /// Bytes whose order is the canonical order of names: labels from the right, each ended by a 0, with 0 and 1
    /// inside of labels escaped. A name's key is the beginning of the keys of all that is below it, and of no others.
    pub(crate) fn to_key(&self) -> Vec<u8> {
        let mut key = Vec::with_capacity(self.0.len());
        for &label in self.offsets().as_slice().iter().rev() {
            for &octet in self.label_at(label) {
                match octet {
                    0 | 1 => key.extend_from_slice(&[1, octet + 1]),
                    _ => key.push(octet),
                }
            }
            key.push(0);
        }
        key
    }

    /// The name [`Name::to_key`] made this of.
    pub(crate) fn from_key(key: &[u8]) -> Result<Self, NameError> {
        let mut name = Self::root();
        let mut label = Vec::new();
        let mut octets = key.iter().copied();
        while let Some(octet) = octets.next() {
            match octet {
                0 => {
                    name = name.child(&label)?;
                    label.clear();
                }
                1 => match octets.next() {
                    Some(escaped @ (1 | 2)) => label.push(escaped - 1),
                    _ => return Err(NameError::BadWire),
                },
                _ => label.push(octet),
            }
        }
        if label.is_empty() {
            Ok(name)
        } else {
            Err(NameError::BadWire)
        }
    }

    fn label_at(&self, offset: u8) -> &[u8] {
        let at = usize::from(offset);
        &self.0[at + 1..=at + usize::from(self.0[at])]
    }

    /// Where each label begins, leftmost first.
    fn offsets(&self) -> Offsets {
        let mut offsets = Offsets {
            at: [0; MAX_LABELS],
            count: 0,
        };
        let mut at = 0_u8;
        while self.0[usize::from(at)] != 0 {
            offsets.at[offsets.count] = at;
            offsets.count += 1;
            at += 1 + self.0[usize::from(at)];
        }
        offsets
    }
}

/// The places of a name's labels, without an allocation.
struct Offsets {
    at: [u8; MAX_LABELS],
    count: usize,
}

impl Offsets {
    fn as_slice(&self) -> &[u8] {
        &self.at[..self.count]
    }
}

/// Appends the labels of a text in wire form; `true` when it ended in a dot.
fn push_labels(text: &[u8], wire: &mut Vec<u8>) -> Result<bool, NameError> {
    let mut head = wire.len();
    wire.push(0);
    let mut rest = text;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        if octet == b'.' {
            close_label(head, wire)?;
            if rest.is_empty() {
                return Ok(true);
            }
            head = wire.len();
            wire.push(0);
            continue;
        }
        let octet = if octet == b'\\' {
            unescape(&mut rest)?
        } else {
            octet
        };
        wire.push(octet.to_ascii_lowercase());
    }
    close_label(head, wire)?;
    Ok(false)
}

fn close_label(head: usize, wire: &mut [u8]) -> Result<(), NameError> {
    match wire.len() - head - 1 {
        0 => Err(NameError::EmptyLabel),
        length if length > MAX_LABEL => Err(NameError::LabelTooLong),
        length => {
            wire[head] = u8::try_from(length).map_err(|_| NameError::LabelTooLong)?;
            Ok(())
        }
    }
}

/// The octet that an escape means whose backslash has been read.
fn unescape(rest: &mut &[u8]) -> Result<u8, NameError> {
    match **rest {
        [a, b, c, ref after @ ..] if a.is_ascii_digit() => {
            let digits = [a, b, c];
            if !digits.iter().all(u8::is_ascii_digit) {
                return Err(NameError::BadEscape);
            }
            let value = digits
                .iter()
                .fold(0_u16, |sum, digit| sum * 10 + u16::from(digit - b'0'));
            *rest = after;
            u8::try_from(value).map_err(|_| NameError::BadEscape)
        }
        [a, ref after @ ..] if !a.is_ascii_digit() => {
            *rest = after;
            Ok(a)
        }
        _ => Err(NameError::BadEscape),
    }
}

/// Appends a label as text, with the escapes of RFC 1035 5.1.
fn push_text(label: &[u8], text: &mut String) {
    for &octet in label {
        match octet {
            b'.' | b'\\' | b'"' | b'(' | b')' | b';' | b'@' | b'$' => {
                text.push('\\');
                text.push(char::from(octet));
            }
            b'!'..=b'~' => text.push(char::from(octet)),
            _ => text.push_str(&format!("\\{octet:03}")),
        }
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        let (own, others) = (self.offsets(), other.offsets());
        let own = own.as_slice().iter().rev().map(|&at| self.label_at(at));
        let others = others.as_slice().iter().rev().map(|&at| other.label_at(at));
        own.cmp(others)
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        let mut text = String::with_capacity(self.0.len());
        for label in self.labels() {
            push_text(label, &mut text);
            text.push('.');
        }
        f.write_str(&text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads an absolute name; the final dot may be missing.
impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == "@" {
            return Err(NameError::Empty);
        }
        Self::parse(text, &Self::root())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
