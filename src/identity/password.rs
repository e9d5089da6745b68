//! Passwords: which new ones are accepted, how they are hashed and checked.
//!
//! New hashes are Argon2id with OWASP's minimum (19 MiB, 2 passes, 1 lane); the passlib form is accepted for
//! configured administrators and replaced at their next login. Hashing happens on the blocking pool, two at a time,
//! so that a flood of logins holds at most two working memories. Checking an unknown person's password costs what
//! checking a known person's costs. Composition rules and forced changes are deliberately absent (NIST SP 800-63B).

use std::sync::Arc;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use icu_normalizer::ComposingNormalizerBorrowed;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroizing;

use super::passlib::{self, Pbkdf2Hash};

/// Shortest new password that is the only factor, in characters.
const ALONE: usize = 15;
/// Shortest new password where a passkey is asked for as well.
const BESIDE_PASSKEY: usize = 8;
/// Longest password looked at, in bytes; a longer one would only cost time.
const MAX_BYTES: usize = 1024;
/// Concurrent hash computations; each holds 19 MiB.
const SLOTS: usize = 2;
/// Room asked for by a computation, of which it touches what it needs: glibc maps a block of more than 32 MiB for
/// itself and gives it back at once, and keeps smaller ones for each thread of the blocking pool. Two hundred people
/// who sign in at once made 950 MB of those.
const MAPPED_BLOCKS: usize = 33 * 1024 * 1024 / Block::SIZE;
/// Argon2 parameters above these come from a hostile hash string.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_PASSES: u32 = 10;
const MAX_LANES: u32 = 4;
/// Sorted 32-bit digests of what many people choose; made by `assets/identity/make_common.py`.
static COMMON: &[u8] = include_bytes!("../../assets/identity/common.bin");
/// Stands in for the hash of an account that does not exist.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2hhY2tib3hub2JvZHk$IR7AHi9cC4lBqXhKOyvBu0Cv6uIuDH5kLrXQzYzKQzM";

/// A password in Unicode NFC, erased from memory when dropped.
#[derive(Clone)]
pub(crate) struct Password(Zeroizing<String>);

/// Why a new password is refused; the text is for the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WeakPassword {
    #[error("use at least {0} characters; a few unrelated words are easy to remember")]
    TooShort(usize),
    #[error("use at most {MAX_BYTES} bytes")]
    TooLong,
    #[error("this password is one of those that are guessed first; choose another")]
    Common,
}

impl WeakPassword {
    /// What a password is told that is too short to be the only factor.
    pub(super) const ALONE: Self = Self::TooShort(ALONE);
}

impl Password {
    /// A password that somebody wants to have from now on.
    pub(crate) fn chosen(text: &str) -> Result<Self, WeakPassword> {
        Self::entered(text).for_use()
    }

    /// The same password, where the rules for new ones allow it.
    pub(crate) fn for_use(self) -> Result<Self, WeakPassword> {
        self.of_at_least(ALONE)
    }

    /// The same password, where the rules allow it for an account that asks for a passkey as well.
    pub(super) fn for_use_beside_passkey(self) -> Result<Self, WeakPassword> {
        self.of_at_least(BESIDE_PASSKEY)
    }

    /// Whether it is too short to be the only factor.
    pub(super) fn is_short(&self) -> bool {
        self.0.chars().count() < ALONE
    }

    fn of_at_least(self, least: usize) -> Result<Self, WeakPassword> {
        if self.0.len() > MAX_BYTES {
            return Err(WeakPassword::TooLong);
        }
        if self.0.chars().count() < least {
            return Err(WeakPassword::TooShort(least));
        }
        if is_common(&self.0) {
            return Err(WeakPassword::Common);
        }
        Ok(self)
    }

    /// A password that somebody shows to sign in: no rules, the hash decides.
    pub(crate) fn entered(text: &str) -> Self {
        let normal = ComposingNormalizerBorrowed::new_nfc().normalize(text);
        Self(Zeroizing::new(normal.into_owned()))
    }

    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// As it was entered: whether it may become a new password is a question of its own.
impl<'de> serde::Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::entered(&Zeroizing::new(text)))
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Repeats, runs and the list: what a guesser tries before anything else.
fn is_common(password: &str) -> bool {
    let core: Vec<char> = password
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let text: String = core.iter().collect();
    let repeats = (1..=core.len() / 2)
        .take(6)
        .any(|unit| core.chunks(unit).all(|c| core.starts_with(c)));
    let steps = |step: i64| {
        core.windows(2)
            .all(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])) == step)
    };
    let digits_run = "12345678901234567890".contains(&text) || "09876543210987654321".contains(&text);
    core.len() < 4 || repeats || steps(1) || steps(-1) || digits_run || is_listed(&text)
}

fn is_listed(text: &str) -> bool {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let (entries, _) = COMMON.as_chunks::<4>();
    entries
        .binary_search_by(|entry| entry[..].cmp(&digest[..4]))
        .is_ok()
}

/// A stored password hash of a kind this program accepts, its cost within bounds.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PasswordHash(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Argon2(Box<phc::PasswordHash>),
    Pbkdf2(Pbkdf2Hash),
}

/// A hash string that is none of ours, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an accepted password hash: {0}")]
pub(crate) struct BadHash(&'static str);

impl std::str::FromStr for PasswordHash {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, BadHash> {
        if text.starts_with(passlib::PREFIX) {
            return Pbkdf2Hash::parse(text)
                .map(|hash| Self(Kind::Pbkdf2(hash)))
                .map_err(BadHash);
        }
        if !text.starts_with("$argon2id$") {
            return Err(BadHash(
                "it begins neither with $argon2id$ nor with $pbkdf2-sha512$",
            ));
        }
        let hash = phc::PasswordHash::new(text).map_err(|_| BadHash("it is no PHC string"))?;
        let params = Params::try_from(&hash).map_err(|_| BadHash("its parameters are not Argon2's"))?;
        let within = params.m_cost() <= MAX_MEMORY_KIB
            && params.t_cost() <= MAX_PASSES
            && params.p_cost() <= MAX_LANES
            && hash.salt.is_some()
            && hash.hash.is_some();
        if !within {
            return Err(BadHash(
                "its parameters are out of bounds, or salt or hash is missing",
            ));
        }
        Ok(Self(Kind::Argon2(Box::new(hash))))
    }
}

impl std::fmt::Display for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Argon2(hash) => hash.fmt(f),
            Kind::Pbkdf2(hash) => hash.fmt(f),
        }
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl PasswordHash {
    /// Hashes with Argon2id. Blocks for tens of milliseconds: use [`HashPool`] from asynchronous code.
    pub(crate) fn of(password: &Password, salt: [u8; 16]) -> Self {
        let (params, version) = (Params::DEFAULT, Version::V0x13);
        let output = argon2id(&params, version, password.bytes(), &salt);
        Self(Kind::Argon2(Box::new(phc::PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(version.into()),
            params: phc::ParamsString::try_from(&params).expect("the default parameters have a text"),
            salt: Some(phc::Salt::new(&salt).expect("16 bytes make a salt")),
            hash: Some(output.expect("the default parameters and a password below 4 GiB always hash")),
        })))
    }

    /// Hashes in passlib's form, for the configuration file. Blocks for some 0.2 s.
    pub(crate) fn for_configuration(password: &Password, salt: [u8; 16]) -> Self {
        Self(Kind::Pbkdf2(Pbkdf2Hash::of(password.bytes(), salt)))
    }

    /// Whether this is the password. Blocks as long as hashing.
    pub(crate) fn matches(&self, password: &Password) -> bool {
        match &self.0 {
            _ if password.bytes().len() > MAX_BYTES => false,
            Kind::Argon2(hash) => {
                let (Ok(params), Some(salt), Some(expected)) =
                    (Params::try_from(hash.as_ref()), hash.salt, hash.hash)
                else {
                    return false;
                };
                let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from);
                let shown = version
                    .ok()
                    .and_then(|version| argon2id(&params, version, password.bytes(), &salt));
                // Outputs are compared in constant time.
                shown.is_some_and(|shown| shown == expected)
            }
            Kind::Pbkdf2(hash) => hash.matches(password.bytes()),
        }
    }

    /// Whether the password should be hashed anew when it is next shown.
    pub(crate) fn is_outdated(&self) -> bool {
        match &self.0 {
            Kind::Argon2(hash) => Params::try_from(hash.as_ref()).map_or(true, |params| {
                params.m_cost() < Params::DEFAULT_M_COST || params.t_cost() < 2
            }),
            Kind::Pbkdf2(_) => true,
        }
    }
}

/// One computation; `None` where the parameters make none.
fn argon2id(params: &Params, version: Version, password: &[u8], salt: &[u8]) -> Option<phc::Output> {
    let blocks = params.block_count();
    let mut memory = Vec::with_capacity(blocks.max(MAPPED_BLOCKS));
    memory.resize(blocks, Block::new());
    let argon2 = Argon2::new(Algorithm::Argon2id, version, params.clone());
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut output = [0; phc::Output::MAX_LENGTH];
    let output = output.get_mut(..length)?;
    argon2
        .hash_password_into_with_memory(password, salt, output, &mut memory)
        .ok()?;
    phc::Output::new(output).ok()
}

/// Runs hashes on the blocking pool, at most two at a time.
#[derive(Debug, Clone)]
pub(crate) struct HashPool(Arc<Semaphore>);

impl Default for HashPool {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(SLOTS)))
    }
}

impl HashPool {
    /// Waits for a place. Whoever holds one may look at the throttle and then hash, so that of parallel guesses only
    /// the first two are computed before their failure counts.
    pub(crate) async fn slot(&self) -> Slot<'_> {
        let place = self.0.acquire().await;
        Slot {
            _place: place.expect("the semaphore is never closed"),
        }
    }
}

/// A place in the [`HashPool`].
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    _place: SemaphorePermit<'a>,
}

impl Slot<'_> {
    /// Hashes a new password with Argon2id.
    pub(crate) async fn hash(&self, password: Password, salt: [u8; 16]) -> PasswordHash {
        run(move || PasswordHash::of(&password, salt)).await
    }

    /// Checks a shown password; without a hash (nobody of that call) it costs the same and fails.
    pub(crate) async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> bool {
        run(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.parse().expect("the constant is a valid hash"));
            hash.matches(&password) && known
        })
        .await
    }
}

async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .expect("hashing does not panic")
}
