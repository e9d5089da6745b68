//! Paging: the opaque, authenticated cursor of the next page.
//!
//! A cursor holds the bytes of the last key and a hash of the filter it belongs to. A cursor that was
//! altered, made elsewhere, or used with another filter is refused, never guessed at.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};

use super::{Problem, Signer, sign};

/// Where the next page starts: the bytes of the last key of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) Vec<u8>);

const PURPOSE: &str = "cursor";

impl Cursor {
    /// The cursor as text for a client, bound to `filter` (everything that shapes the list, sort included).
    pub(crate) fn seal(&self, signer: &Signer, filter: &str) -> String {
        let tag = signer.tag(PURPOSE, &[filter.as_bytes(), &self.0]);
        BASE64_URL_SAFE_NO_PAD.encode([&tag[..], &self.0].concat())
    }

    /// Reads a client's text back; 400 `bad_cursor` unless it was sealed here for the same filter.
    pub(crate) fn open(signer: &Signer, filter: &str, text: &str) -> Result<Self, Problem> {
        let refused = || {
            Problem::bad_request(
                "bad_cursor",
                "the cursor does not belong to this list; start again",
            )
        };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
        let (tag, key) = bytes.split_at_checked(sign::TAG).ok_or_else(refused)?;
        if signer.verify(PURPOSE, &[filter.as_bytes(), key], tag) {
            Ok(Self(key.to_vec()))
        } else {
            Err(refused())
        }
    }
}
