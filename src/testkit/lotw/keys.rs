//! RSA keys of the testing league, made when first asked for and always the same.

use std::sync::LazyLock;

use rsa::pkcs8::EncodePrivateKey as _;
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::sha2::{Digest as _, Sha256, Sha384, Sha512};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha1::Sha1;

/// Whose key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The league's root, 2048 bits.
    Root,
    /// Today's production authority, 2048 bits.
    Production,
    /// The production authority that ended, 1024 bits.
    OldProduction,
    /// A forger's, 1024 bits.
    Forger,
    /// An operator's, 1024 bits as TQSL makes them.
    User,
    /// Another operator's, 1024 bits.
    OtherUser,
    /// Too short, 512 bits.
    Weak,
    /// A web server's, 2048 bits.
    Server,
}

/// A hash to sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Digest {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    /// Last number of the object identifier of an RSA signature with it.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Sha1 => 5,
            Self::Sha256 => 11,
            Self::Sha384 => 12,
            Self::Sha512 => 13,
        }
    }
}

static KEYS: [LazyLock<RsaPrivateKey>; 8] = [
    LazyLock::new(|| generate(2048, 1)),
    LazyLock::new(|| generate(2048, 2)),
    LazyLock::new(|| generate(1024, 3)),
    LazyLock::new(|| generate(1024, 4)),
    LazyLock::new(|| generate(1024, 5)),
    LazyLock::new(|| generate(1024, 6)),
    LazyLock::new(|| generate(512, 7)),
    LazyLock::new(|| generate(2048, 8)),
];

impl Key {
    /// The private key.
    fn private(self) -> &'static RsaPrivateKey {
        &KEYS[self as usize]
    }

    /// DER of the public key, as it stands in a certificate.
    pub fn public(self) -> Vec<u8> {
        let key = self.private();
        super::rsa_public_key(&key.n().to_bytes_be(), &key.e().to_bytes_be())
    }

    /// The modulus, highest byte first.
    pub fn modulus(self) -> Vec<u8> {
        self.private().n().to_bytes_be()
    }

    /// PKCS#8 DER of the private key.
    pub fn pkcs8(self) -> Vec<u8> {
        let der = self.private().to_pkcs8_der().expect("a sound key");
        der.as_bytes().to_vec()
    }

    /// Its PKCS#1 v1.5 signature.
    pub fn sign(self, digest: Digest, message: &[u8]) -> Vec<u8> {
        let (scheme, hashed) = match digest {
            Digest::Sha1 => (Pkcs1v15Sign::new::<Sha1>(), Sha1::digest(message).to_vec()),
            Digest::Sha256 => (Pkcs1v15Sign::new::<Sha256>(), Sha256::digest(message).to_vec()),
            Digest::Sha384 => (Pkcs1v15Sign::new::<Sha384>(), Sha384::digest(message).to_vec()),
            Digest::Sha512 => (Pkcs1v15Sign::new::<Sha512>(), Sha512::digest(message).to_vec()),
        };
        self.private()
            .sign(scheme, &hashed)
            .expect("the hash fits the key")
    }

    /// Its PSS signature with SHA-256.
    pub fn sign_pss(self, message: &[u8]) -> Vec<u8> {
        let hashed = Sha256::digest(message).to_vec();
        let signed = self
            .private()
            .sign_with_rng(&mut Sequence(9), Pss::new::<Sha256>(), &hashed);
        signed.expect("the hash fits the key")
    }
}

fn generate(bits: usize, seed: u64) -> RsaPrivateKey {
    RsaPrivateKey::new(&mut Sequence(seed), bits).expect("a key of a usual size")
}

/// A fixed sequence of numbers in the place of randomness (splitmix64).
struct Sequence(u64);

impl RngCore for Sequence {
    fn next_u32(&mut self) -> u32 {
        let [a, b, c, d, ..] = self.next_u64().to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Sequence {}
