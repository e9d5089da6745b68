//! Keys: typed values written as bytes that sort as the values do.
//!
//! Numbers are big-endian and of fixed width (signed ones with the sign bit flipped), text ends with a
//! zero byte, tuples are their parts one after the other. So `a < b` exactly when `encode(a) < encode(b)`,
//! and a shorter tuple is a prefix of all longer ones that start with it: a `Span` is a range of bytes.
//!
//! Text that itself contains a zero byte cannot be a key; such a key is refused by every operation.

use std::marker::PhantomData;
use std::ops::Bound;

use jiff::Timestamp;
use smol_str::SmolStr;

/// Bytes of a key that fit without a heap allocation; owner, time and a call sign take about 30.
const INLINE: usize = 72;

/// Where a key is encoded: on the stack while it is short.
pub(crate) struct KeyBuf {
    inline: [u8; INLINE],
    len: usize,
    spilled: Vec<u8>,
    refused: bool,
}

impl KeyBuf {
    /// An empty buffer.
    pub(crate) const fn new() -> Self {
        Self {
            inline: [0; INLINE],
            len: 0,
            spilled: Vec::new(),
            refused: false,
        }
    }

    /// Appends bytes as they are.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if self.spilled.is_empty() && end <= INLINE {
            self.inline[self.len..end].copy_from_slice(bytes);
        } else {
            if self.spilled.is_empty() {
                self.spilled.extend_from_slice(&self.inline[..self.len]);
            }
            self.spilled.extend_from_slice(bytes);
        }
        self.len = end;
    }

    /// Appends text and its terminator; text with a zero byte inside spoils the key.
    pub(crate) fn push_text(&mut self, text: &str) {
        self.refused |= memchr::memchr(0, text.as_bytes()).is_some();
        self.push(text.as_bytes());
        self.push(&[0]);
    }

    /// The encoded key; `None` if it held text that no key may hold.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        let bytes = if self.spilled.is_empty() {
            &self.inline[..self.len]
        } else {
            &self.spilled
        };
        (!self.refused).then_some(bytes)
    }
}

/// Bytes in a key that its type could not have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key does not decode")]
pub(crate) struct Corrupt;

/// A value that can be a key: `a < b` exactly when `encode(a) < encode(b)`.
pub(crate) trait Key: Sized {
    /// Appends the key's bytes.
    fn encode(&self, out: &mut KeyBuf);

    /// Takes the key's bytes from the front of `input`.
    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt>;

    /// Reads a key that must fill `bytes` exactly.
    fn decode(mut bytes: &[u8]) -> Result<Self, Corrupt> {
        let key = Self::decode_from(&mut bytes)?;
        if bytes.is_empty() { Ok(key) } else { Err(Corrupt) }
    }
}

/// A value whose encoding starts the encoding of keys of type `K`.
pub(crate) trait PrefixOf<K> {
    /// Appends the prefix' bytes.
    fn encode_prefix(&self, out: &mut KeyBuf);
}

impl<K: Key> PrefixOf<K> for K {
    fn encode_prefix(&self, out: &mut KeyBuf) {
        self.encode(out);
    }
}

fn take<const N: usize>(input: &mut &[u8]) -> Result<[u8; N], Corrupt> {
    let (head, tail) = input.split_first_chunk::<N>().ok_or(Corrupt)?;
    *input = tail;
    Ok(*head)
}

macro_rules! unsigned_key {
    ($($t:ty),*) => {$(
        impl Key for $t {
            fn encode(&self, out: &mut KeyBuf) {
                out.push(&self.to_be_bytes());
            }
            fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
                Ok(Self::from_be_bytes(take(input)?))
            }
        }
    )*};
}
unsigned_key!(u8, u16, u32, u64, u128);

const SIGN: u64 = 1 << 63;

impl Key for i64 {
    fn encode(&self, out: &mut KeyBuf) {
        out.push(&(self.cast_unsigned() ^ SIGN).to_be_bytes());
    }
    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
        Ok((u64::from_be_bytes(take(input)?) ^ SIGN).cast_signed())
    }
}

impl Key for bool {
    fn encode(&self, out: &mut KeyBuf) {
        out.push(&[u8::from(*self)]);
    }
    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
        match take::<1>(input)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Corrupt),
        }
    }
}

/// Microseconds since 1970; what is finer is cut off.
impl Key for Timestamp {
    fn encode(&self, out: &mut KeyBuf) {
        self.as_microsecond().encode(out);
    }
    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
        Self::from_microsecond(i64::decode_from(input)?).map_err(|_| Corrupt)
    }
}

impl<const N: usize> Key for [u8; N] {
    fn encode(&self, out: &mut KeyBuf) {
        out.push(self);
    }
    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
        take(input)
    }
}

impl Key for uuid::Uuid {
    fn encode(&self, out: &mut KeyBuf) {
        out.push(self.as_bytes());
    }
    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
        Ok(Self::from_bytes(take(input)?))
    }
}

fn take_text<'a>(input: &mut &'a [u8]) -> Result<&'a str, Corrupt> {
    let end = memchr::memchr(0, input).ok_or(Corrupt)?;
    let text = std::str::from_utf8(&input[..end]).map_err(|_| Corrupt)?;
    *input = &input[end + 1..];
    Ok(text)
}

impl Key for String {
    fn encode(&self, out: &mut KeyBuf) {
        out.push_text(self);
    }
    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
        take_text(input).map(str::to_owned)
    }
}

impl Key for SmolStr {
    fn encode(&self, out: &mut KeyBuf) {
        out.push_text(self);
    }
    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
        take_text(input).map(SmolStr::new)
    }
}

/// The key of a table that has one row.
impl Key for () {
    fn encode(&self, _: &mut KeyBuf) {}
    fn decode_from(_: &mut &[u8]) -> Result<Self, Corrupt> {
        Ok(())
    }
}

macro_rules! tuple_key {
    ($($part:ident $at:tt),+) => {
        impl<$($part: Key),+> Key for ($($part,)+) {
            fn encode(&self, out: &mut KeyBuf) {
                $(self.$at.encode(out);)+
            }
            fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
                Ok(($($part::decode_from(input)?,)+))
            }
        }
    };
}
tuple_key!(A 0, B 1);
tuple_key!(A 0, B 1, C 2);
tuple_key!(A 0, B 1, C 2, D 3);
tuple_key!(A 0, B 1, C 2, D 3, E 4);

macro_rules! tuple_prefix {
    ($($part:ident $at:tt),+ => $($rest:ident),+) => {
        impl<$($part: Key,)+ $($rest: Key),+> PrefixOf<($($part,)+ $($rest,)+)> for ($($part,)+) {
            fn encode_prefix(&self, out: &mut KeyBuf) {
                $(self.$at.encode(out);)+
            }
        }
    };
}
tuple_prefix!(A 0 => B);
tuple_prefix!(A 0 => B, C);
tuple_prefix!(A 0 => B, C, D);
tuple_prefix!(A 0 => B, C, D, E);
tuple_prefix!(A 0, B 1 => C);
tuple_prefix!(A 0, B 1 => C, D);
tuple_prefix!(A 0, B 1 => C, D, E);
tuple_prefix!(A 0, B 1, C 2 => D);
tuple_prefix!(A 0, B 1, C 2 => D, E);
tuple_prefix!(A 0, B 1, C 2, D 3 => E);

/// The start of a text: all keys whose next part is text that begins so.
///
/// Used as the last part of a prefix, as in `((book,), TextStart("K1"))`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextStart<'a>(pub(crate) &'a str);

impl<K: Key, P: PrefixOf<K>> PrefixOf<K> for (P, TextStart<'_>) {
    fn encode_prefix(&self, out: &mut KeyBuf) {
        self.0.encode_prefix(out);
        out.refused |= memchr::memchr(0, self.1.0.as_bytes()).is_some();
        out.push(self.1.0.as_bytes());
    }
}

impl PrefixOf<SmolStr> for TextStart<'_> {
    fn encode_prefix(&self, out: &mut KeyBuf) {
        out.push(self.0.as_bytes());
    }
}

impl PrefixOf<String> for TextStart<'_> {
    fn encode_prefix(&self, out: &mut KeyBuf) {
        out.push(self.0.as_bytes());
    }
}

/// A range of keys of one table, as bytes.
#[derive(Debug, Clone)]
pub(crate) struct Span<K> {
    pub(super) low: Bound<Vec<u8>>,
    pub(super) high: Bound<Vec<u8>>,
    pub(super) refused: bool,
    key: PhantomData<fn() -> K>,
}

impl<K: Key> Span<K> {
    /// Every key.
    pub(crate) fn all() -> Self {
        Self {
            low: Bound::Unbounded,
            high: Bound::Unbounded,
            refused: false,
            key: PhantomData,
        }
    }

    /// The keys that start with `prefix`.
    pub(crate) fn prefix(prefix: &impl PrefixOf<K>) -> Self {
        Self::all().at_least(prefix).at_most(prefix)
    }

    /// Only keys at or after the first that starts with `prefix`.
    #[must_use]
    pub(crate) fn at_least(mut self, prefix: &impl PrefixOf<K>) -> Self {
        self.low = Bound::Included(self.encoded(prefix));
        self
    }

    /// Only keys behind `key`: where the next page of a forward scan starts.
    #[must_use]
    pub(crate) fn after(mut self, key: &K) -> Self {
        self.low = Bound::Excluded(self.encoded(key));
        self
    }

    /// Only keys before `prefix` and those that start with it; with a whole key, where the next page of a
    /// backward scan starts.
    #[must_use]
    pub(crate) fn before(mut self, prefix: &impl PrefixOf<K>) -> Self {
        self.high = Bound::Excluded(self.encoded(prefix));
        self
    }

    /// Only keys up to and including all that start with `prefix`.
    #[must_use]
    pub(crate) fn at_most(mut self, prefix: &impl PrefixOf<K>) -> Self {
        self.high = end_of_prefix(self.encoded(prefix));
        self
    }

    fn encoded(&mut self, prefix: &impl PrefixOf<K>) -> Vec<u8> {
        let mut buf = KeyBuf::new();
        prefix.encode_prefix(&mut buf);
        self.refused |= buf.refused;
        buf.bytes().unwrap_or_default().to_vec()
    }
}

/// The upper bound of all byte strings that start with `prefix`: its successor of the same length or less.
fn end_of_prefix(mut prefix: Vec<u8>) -> Bound<Vec<u8>> {
    while let Some(last) = prefix.pop() {
        if last < u8::MAX {
            prefix.push(last + 1);
            return Bound::Excluded(prefix);
        }
    }
    Bound::Unbounded
}
