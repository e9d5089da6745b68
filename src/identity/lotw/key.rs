//! RSA keys of certificates, and what may be verified with them.
//!
//! LoTW's users have keys of 1024 bits, which the TLS library's own verification refuses: so signatures are checked
//! here, with public keys only. The advisory RUSTSEC-2023-0071 on the `rsa` crate is about the timing of private-key
//! operations, of which the program does none.

use rsa::sha2::{Sha256, Sha384, Sha512};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha1::Sha1;
use sha1::digest::Digest as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// Shortest modulus, in bits: what TQSL makes.
const SHORTEST: usize = 1024;
/// Longest modulus, in bits: a longer one only costs time.
const LONGEST: usize = 8192;

/// Why a certificate's key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadKey {
    /// An elliptic curve, for one.
    #[error("its key is not an RSA key")]
    NotRsa,
    /// Easily broken.
    #[error("its key has only {0} bits; {SHORTEST} is the least")]
    TooShort(usize),
    /// Made to cost time.
    #[error("its key has {0} bits; {LONGEST} is the most")]
    TooLong(usize),
    /// An exponent of 1, an even one, or one of absurd size.
    #[error("its key is broken: the exponent does not fit")]
    Exponent,
}

/// A hash that signatures are made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    /// In signed logs only: the text is short and set by us.
    Sha1,
    /// What LoTW uses for users and production authorities.
    Sha256,
    Sha384,
    /// What LoTW's root uses.
    Sha512,
}

/// A public key within the bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RsaKey(RsaPublicKey);

impl RsaKey {
    /// The key of a certificate.
    pub(crate) fn of(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, BadKey> {
        let Ok(PublicKey::RSA(key)) = info.parsed() else {
            return Err(BadKey::NotRsa);
        };
        let modulus = BigUint::from_bytes_be(key.modulus);
        let exponent = BigUint::from_bytes_be(key.exponent);
        match modulus.bits() {
            bits @ ..SHORTEST => return Err(BadKey::TooShort(bits)),
            SHORTEST..=LONGEST => {}
            bits => return Err(BadKey::TooLong(bits)),
        }
        if exponent < BigUint::from(3_u8) {
            return Err(BadKey::Exponent);
        }
        let key = RsaPublicKey::new_with_max_size(modulus, exponent, LONGEST);
        key.map(Self).map_err(|_| BadKey::Exponent)
    }

    /// Length of the modulus in bits.
    pub(crate) fn bits(&self) -> usize {
        self.0.n().bits()
    }

    /// Whether this is the key's PKCS#1 v1.5 signature of `message`.
    pub(crate) fn signed(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let (scheme, hashed) = match hash {
            Hash::Sha1 => (Pkcs1v15Sign::new::<Sha1>(), Sha1::digest(message).to_vec()),
            Hash::Sha256 => (Pkcs1v15Sign::new::<Sha256>(), Sha256::digest(message).to_vec()),
            Hash::Sha384 => (Pkcs1v15Sign::new::<Sha384>(), Sha384::digest(message).to_vec()),
            Hash::Sha512 => (Pkcs1v15Sign::new::<Sha512>(), Sha512::digest(message).to_vec()),
        };
        self.0.verify(scheme, &hashed, signature).is_ok()
    }

    /// Whether this is the key's PSS signature of `message`, with a salt as long as the hash.
    ///
    /// Only with the two hashes that TLS may use with keys of 1024 bits.
    pub(crate) fn signed_pss(&self, hash: PssHash, message: &[u8], signature: &[u8]) -> bool {
        let (scheme, hashed) = match hash {
            PssHash::Sha256 => (Pss::new::<Sha256>(), Sha256::digest(message).to_vec()),
            PssHash::Sha384 => (Pss::new::<Sha384>(), Sha384::digest(message).to_vec()),
        };
        self.0.verify(scheme, &hashed, signature).is_ok()
    }
}

/// A hash that PSS signatures are taken with; SHA-512 does not fit a key of 1024 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PssHash {
    /// What browsers choose.
    Sha256,
    Sha384,
}
