//! Paging: the opaque, authenticated cursor of the next page.
//!
//! A cursor holds the bytes of the last key and a hash of the filter it belongs to. A cursor that was
//! altered, made elsewhere, or used with another filter is refused, never guessed at.

use super::{Problem, Signer, sign};

/// Where the next page starts: the bytes of the last key of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) Vec<u8>);

const PURPOSE: &str = "cursor";

impl Cursor {
    /// The cursor as text for a client, bound to `filter` (everything that shapes the list, sort included).
    pub(crate) fn seal(&self, signer: &Signer, filter: &str) -> String {
        let tag = signer.tag(PURPOSE, &[filter.as_bytes(), &self.0]);
        base64url(&[&tag[..], &self.0].concat())
    }

    /// Reads a client's text back; 400 `bad_cursor` unless it was sealed here for the same filter.
    pub(crate) fn open(signer: &Signer, filter: &str, text: &str) -> Result<Self, Problem> {
        let refused = || {
            Problem::bad_request(
                "bad_cursor",
                "the cursor does not belong to this list; start again",
            )
        };
        let bytes = unbase64url(text).ok_or_else(refused)?;
        let (tag, key) = bytes.split_at_checked(sign::TAG).ok_or_else(refused)?;
        if signer.verify(PURPOSE, &[filter.as_bytes(), key], tag) {
            Ok(Self(key.to_vec()))
        } else {
            Err(refused())
        }
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 for URLs, without padding (RFC 4648 5).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0u8; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(group);
        for place in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * place)) & 63;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

/// Reads [`base64url`] back; `None` for anything that it would not have written.
pub(crate) fn unbase64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for (place, letter) in chunk.iter().enumerate() {
            let index = ALPHABET.iter().position(|known| known == letter)?;
            bits |= u32::try_from(index).ok()? << (18 - 6 * place);
        }
        let group = bits.to_be_bytes();
        let length = chunk.len() - 1;
        // A lone letter, or bits beyond the last byte, are not canonical.
        if length == 0 || group[1 + length..].iter().any(|rest| *rest != 0) {
            return None;
        }
        bytes.extend_from_slice(&group[1..=length]);
    }
    Some(bytes)
}
