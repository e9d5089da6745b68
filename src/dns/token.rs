//! A token's text: what a router or a certificate client holds, and what is stored of it.
//!
//! As with API keys: a public id that finds the row, random bits that nobody guesses, and of all that only the SHA-256
//! is stored. Comparison takes the same time whatever differs.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;
use subtle::ConstantTimeEq as _;

use crate::env::Entropy;

const PREFIX: &str = "sbd_";
/// Characters of the id: 40 bits.
const ID: usize = 8;
/// Characters of the secret: 192 bits. Routers have short fields for passwords.
const SECRET: usize = 32;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A whole token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// A new one.
    pub(crate) fn random(entropy: &Entropy) -> Self {
        let id: [u8; ID] = entropy.bytes();
        let secret: [u8; 24] = entropy.bytes();
        let id: String = id
            .map(|octet| char::from(ALPHABET[usize::from(octet & 31)]))
            .iter()
            .collect();
        Self(format!("{PREFIX}{id}{}", BASE64_URL_SAFE_NO_PAD.encode(secret)))
    }

    /// A password, where it has the form of a token.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix(PREFIX)?;
        let (id, secret) = rest.split_at_checked(ID)?;
        let well_formed = id.bytes().all(|letter| ALPHABET.contains(&letter))
            && secret.len() == SECRET
            && BASE64_URL_SAFE_NO_PAD.decode(secret).is_ok();
        well_formed.then(|| Self(text.trim().to_owned()))
    }

    /// The public half, by which it is found and named.
    pub(crate) fn id(&self) -> SmolStr {
        SmolStr::new(&self.0[PREFIX.len()..PREFIX.len() + ID])
    }

    /// The whole token, to be shown once.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// Whether it is the one stored so.
    pub(crate) fn is(&self, digest: &[u8; 32]) -> bool {
        self.digest().ct_eq(digest).into()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_nothing_else_does() {
        let token = Token::random(&Entropy::seeded(1));
        let read = Token::parse(&format!(" {}\n", token.expose())).unwrap();
        assert_eq!(read, token);
        assert!(read.is(&token.digest()));
        assert!(!Token::random(&Entropy::seeded(2)).is(&token.digest()));
        assert_eq!(token.id().len(), ID);
        for wrong in [
            "",
            "sbd_",
            "sbx_00000000",
            &token.expose()[1..],
            &token.expose()[..40],
            "sbd_ÄÄÄÄ",
        ] {
            assert_eq!(Token::parse(wrong), None, "{wrong}");
        }
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
