//! Tokens that a call's holder publishes where nobody else can: 50 random bits, bound to an account and a call.
//!
//! A token is no secret once it stands somewhere, and does nothing for another account; so it is kept as it is, to be
//! shown again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::ham::callsign::Callsign;

const PREFIX: &str = "HAMS-";
/// Crockford's base32, which has no look-alikes.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 10;

/// How long a token works.
pub(in crate::identity) const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// A token: `HAMS-` and ten letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ProofToken(SmolStr);

impl ProofToken {
    /// The token made of these random bytes, five bits of each.
    pub(crate) fn from_random(random: [u8; LENGTH]) -> Self {
        let letters = random.map(|byte| ALPHABET[usize::from(byte & 31)]);
        let letters = letters.map(char::from).into_iter().collect::<String>();
        Self(format_smolstr!("{PREFIX}{letters}"))
    }

    /// The token as it is to be published.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What a text record says that holds it.
    pub(crate) fn record(&self) -> String {
        format!("shackbox-verify={}", self.0)
    }
}

/// A token that was given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredToken {
    pub(crate) call: Callsign,
    pub(crate) token: ProofToken,
    pub(crate) until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_fifty_bits_without_look_alikes() {
        let token = ProofToken::from_random([0, 31, 32, 255, 18, 17, 16, 9, 10, 11]);
        assert_eq!(token.as_str(), "HAMS-0Z0ZJHG9AB");
        assert_eq!(token.record(), "shackbox-verify=HAMS-0Z0ZJHG9AB");
        assert!(!ALPHABET.iter().any(|letter| b"ILOU".contains(letter)));
    }
}
