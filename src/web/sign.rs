//! Tags that prove a text handed to a client came from here: cursors, undo tokens.
//!
//! HMAC-SHA-256 cut to 16 bytes, separated by purpose, so that a tag made for one use is worthless for
//! another. The key lives in the data directory; without it old cursors and tokens merely expire.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Bytes of a tag.
pub(crate) const TAG: usize = 16;

/// Holder of the process's signing key.
#[derive(Clone)]
pub(crate) struct Signer {
    key: Arc<[u8; 32]>,
}

impl Signer {
    /// A signer with this secret key.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self { key: Arc::new(key) }
    }

    /// The tag of `parts` for one purpose.
    pub(crate) fn tag(&self, purpose: &str, parts: &[&[u8]]) -> [u8; TAG] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key[..]).expect("HMAC takes keys of any length");
        for part in [purpose.as_bytes()].iter().chain(parts) {
            // The length goes first: ("a", "bc") and ("ab", "c") are different.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let full = mac.finalize().into_bytes();
        std::array::from_fn(|at| full[at])
    }

    /// Whether `tag` belongs to `parts`, compared in constant time.
    pub(crate) fn verify(&self, purpose: &str, parts: &[&[u8]], tag: &[u8]) -> bool {
        bool::from(self.tag(purpose, parts).ct_eq(tag))
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}
