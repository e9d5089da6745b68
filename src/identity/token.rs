//! Secrets that stand for a person: session tokens, API keys, the first-run token.
//!
//! They are random and long, so the store keeps only their SHA-256; the plain text is shown or sent once. An API key
//! carries its own id, which finds the row; the digest then decides in constant time.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of a secret: what is stored of it.
pub(crate) type SecretDigest = [u8; 32];

/// Characters of an API key's id: Crockford's base32, which has no look-alikes.
const ID_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const KEY_PREFIX: &str = "sbx_";
const KEY_ID_LEN: usize = 8;
const KEY_SECRET_LEN: usize = 43;
const SESSION_LEN: usize = 22;

/// What the browser holds: 128 random bits.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SessionToken(String);

impl SessionToken {
    /// The token made of these random bits.
    pub(crate) fn from_random(random: [u8; 16]) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(random))
    }

    /// A cookie's value, where it has the form of a token.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == SESSION_LEN && BASE64_URL_SAFE_NO_PAD.decode(text).is_ok();
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The text for the cookie.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// What the store knows the session by.
    pub(crate) fn digest(&self) -> SecretDigest {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// The public half of an API key: eight characters that name it in lists and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct KeyId([u8; KEY_ID_LEN]);

impl KeyId {
    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ids are made of ASCII letters and digits")
    }
}

impl KeyId {
    /// The id as a number, for tables of counters.
    pub(crate) fn number(self) -> u64 {
        u64::from_be_bytes(self.0)
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for KeyId {
    type Err = NotAKeyId;

    fn from_str(text: &str) -> Result<Self, NotAKeyId> {
        let id: [u8; KEY_ID_LEN] = text.as_bytes().try_into().map_err(|_| NotAKeyId)?;
        if id.iter().all(|letter| ID_ALPHABET.contains(letter)) {
            Ok(Self(id))
        } else {
            Err(NotAKeyId)
        }
    }
}

impl TryFrom<String> for KeyId {
    type Error = NotAKeyId;

    fn try_from(text: String) -> Result<Self, NotAKeyId> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.as_str().to_owned()
    }
}

/// The text is not the id of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an API key's id has {KEY_ID_LEN} letters and digits")]
pub(crate) struct NotAKeyId;

/// A whole API key, as its owner holds it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ApiKey {
    id: KeyId,
    text: String,
}

impl ApiKey {
    /// The key made of these random bits.
    pub(crate) fn from_random(id: [u8; KEY_ID_LEN], secret: [u8; 32]) -> Self {
        let id = KeyId(id.map(|byte| ID_ALPHABET[usize::from(byte & 31)]));
        let text = format!("{KEY_PREFIX}{id}{}", BASE64_URL_SAFE_NO_PAD.encode(secret));
        Self { id, text }
    }

    /// A bearer token, where it has the form of a key.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(KEY_PREFIX)?;
        let (id, secret) = rest.split_at_checked(KEY_ID_LEN)?;
        let well_formed = secret.len() == KEY_SECRET_LEN && BASE64_URL_SAFE_NO_PAD.decode(secret).is_ok();
        well_formed.then_some(())?;
        Some(Self {
            id: id.parse().ok()?,
            text: text.to_owned(),
        })
    }

    /// The public half.
    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    /// The whole key, to be shown once.
    pub(crate) fn expose(&self) -> &str {
        &self.text
    }

    /// What the store knows of it.
    pub(crate) fn digest(&self) -> SecretDigest {
        Sha256::digest(self.text.as_bytes()).into()
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKey({})", self.id)
    }
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// Compares secrets in a time that depends on their length alone.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// SHA-256 of a secret text.
pub(super) fn digest(text: &str) -> SecretDigest {
    Sha256::digest(text.as_bytes()).into()
}

/// SHA-256 of anything.
pub(super) fn digest_of(bytes: &[u8]) -> SecretDigest {
    Sha256::digest(bytes).into()
}

/// A short name for a text that is not to be stored itself.
pub(super) fn fingerprint(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(text.as_bytes())[..12])
}
