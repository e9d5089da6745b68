//! Keys of documents, as two numbers that sort as their text does, and patterns of keys.

use std::fmt;

use smol_str::SmolStr;

/// Bytes of a key.
const LONGEST: usize = 16;

/// The key of a document: a text of 1 to 16 bytes without a zero byte.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key([u8; LONGEST]);

impl Key {
    /// A key, unless the text is empty, too long, or holds a zero byte.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.len() <= LONGEST && !text.as_bytes().contains(&0);
        fits.then(|| Self(padded(text.as_bytes())))
    }

    /// The text it was made of; what follows a byte that is no text is left out.
    pub(crate) fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        let text = &self.0[..end];
        std::str::from_utf8(text).unwrap_or_else(|error| {
            std::str::from_utf8(&text[..error.valid_up_to()]).expect("valid up to there")
        })
    }

    /// The greatest key below this one, to go on from in a list that may have this one too.
    pub(crate) fn before(self) -> Self {
        Self(u128::from_be_bytes(self.0).saturating_sub(1).to_be_bytes())
    }

    pub(super) fn bytes(&self) -> &[u8; LONGEST] {
        &self.0
    }

    /// The text backwards, by characters: so an ending becomes a beginning.
    pub(super) fn backwards(&self) -> String {
        backwards(self.as_str())
    }

    pub(super) fn numbers(self) -> (u64, u64) {
        let (high, low) = self.0.split_at(LONGEST / 2);
        let number = |half: &[u8]| u64::from_be_bytes(half.try_into().expect("half of sixteen bytes"));
        (number(high), number(low))
    }

    pub(super) fn from_numbers(high: u64, low: u64) -> Self {
        let mut bytes = [0; LONGEST];
        bytes[..LONGEST / 2].copy_from_slice(&high.to_be_bytes());
        bytes[LONGEST / 2..].copy_from_slice(&low.to_be_bytes());
        Self(bytes)
    }

    /// The first key that begins with `text`; longer texts are cut.
    pub(super) fn first_with(text: &str) -> Self {
        Self(padded(&text.as_bytes()[..text.len().min(LONGEST)]))
    }
}

fn padded(text: &[u8]) -> [u8; LONGEST] {
    let mut bytes = [0; LONGEST];
    bytes[..text.len()].copy_from_slice(text);
    bytes
}

/// A text backwards, by characters.
pub(super) fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A pattern of keys: letters and digits as they are, `?` for any one byte, `*` for any number of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(SmolStr);

impl Pattern {
    /// A pattern of capital letters, digits, `/`, `?` and `*`; nothing else can be one.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'/' | b'?' | b'*');
        (!text.is_empty() && text.len() <= 2 * LONGEST && text.bytes().all(plain)).then(|| Self(text.into()))
    }

    /// Characters that are no wildcards.
    pub(crate) fn literals(&self) -> usize {
        self.0.bytes().filter(|b| !matches!(b, b'?' | b'*')).count()
    }

    /// What stands in front of the first wildcard.
    pub(super) fn start(&self) -> &str {
        let end = self.0.find(['?', '*']).unwrap_or(self.0.len());
        &self.0[..end]
    }

    /// The pattern as a regular expression of the key backwards.
    pub(super) fn backwards_regex(&self) -> String {
        let mut regex = String::new();
        for character in self.0.chars().rev() {
            match character {
                '?' => regex.push('.'),
                '*' => regex.push_str(".*"),
                plain => regex.push(plain),
            }
        }
        regex
    }

    /// Whether a key is like this.
    pub(crate) fn matches(&self, key: &str) -> bool {
        like(self.0.as_bytes(), key.as_bytes())
    }
}

/// Matches a pattern without going back further than to its last `*`.
pub(super) fn like(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut in_text) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[in_text] => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else {
                    return false;
                };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                in_text = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}
