//! Encrypts what must be kept in clear to be of use, such as shared secrets and passwords of other services.
//!
//! XChaCha20-Poly1305 under a key drawn from the installation's key file: a copy of the records alone opens nothing,
//! and losing the file loses the secrets. Purpose and owner are bound in, so that nobody can put one member's
//! secret into another's record.

use std::sync::Arc;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// Seals and opens secrets.
#[derive(Clone)]
pub(crate) struct Sealer {
    key: Arc<Zeroizing<[u8; 32]>>,
}

impl Sealer {
    /// A sealer under this installation's secret key.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let drawn = blake3::derive_key("shackbox 2026-11 sealed secrets", key);
        Self {
            key: Arc::new(Zeroizing::new(drawn)),
        }
    }

    /// The secret as it may be stored; `nonce` is fresh randomness.
    pub(crate) fn seal(&self, purpose: &str, owner: u64, nonce: [u8; NONCE], secret: &[u8]) -> Vec<u8> {
        let bound = bound(purpose, owner);
        let payload = Payload {
            msg: secret,
            aad: &bound,
        };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("secrets are shorter than 256 GiB");
        [&nonce[..], &sealed].concat()
    }

    /// The secret again; none where it was sealed for something else, under another key, or is damaged.
    pub(crate) fn open(&self, purpose: &str, owner: u64, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let bound = bound(purpose, owner);
        let payload = Payload {
            msg: sealed,
            aad: &bound,
        };
        let opened = self.cipher().decrypt(&XNonce::from(*nonce), payload);
        opened.ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&**self.key).into())
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(..)")
    }
}

fn bound(purpose: &str, owner: u64) -> Vec<u8> {
    [purpose.as_bytes(), &[0], &owner.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_owner_and_purpose_alone() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal("signatures", 3, [1; NONCE], b"secret");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(
            sealer.open("signatures", 3, &sealed).as_deref(),
            Some(&b"secret".to_vec())
        );
        assert!(sealer.open("signatures", 4, &sealed).is_none());
        assert!(sealer.open("passwords", 3, &sealed).is_none());
        assert!(Sealer::new(&[8; 32]).open("signatures", 3, &sealed).is_none());
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert!(sealer.open("signatures", 3, &bent).is_none());
        assert!(sealer.open("signatures", 3, b"short").is_none());
    }
}
