//! Randomness: the system's, or a repeatable sequence in tests.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;
use rand::Rng as _;
use uuid::Uuid;
#[cfg(any(test, feature = "testkit"))]
use {
    rand::{SeedableRng as _, rngs::StdRng},
    std::sync::{Arc, Mutex, PoisonError},
};

/// A source of random bytes, good for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Entropy(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    #[cfg(any(test, feature = "testkit"))]
    Seeded(Arc<Mutex<StdRng>>),
}

impl Entropy {
    /// The operating system's randomness, through a generator that it seeds.
    pub(crate) fn system() -> Self {
        Self(Source::System)
    }

    /// A sequence that is the same for the same seed.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// Fills `out` with random bytes.
    pub(crate) fn fill(&self, out: &mut [u8]) {
        match &self.0 {
            Source::System => system_fill(out),
            #[cfg(any(test, feature = "testkit"))]
            Source::Seeded(rng) => rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(out),
        }
    }

    /// `N` random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A secret of `length` random bytes as URL-safe base64 without padding.
    pub(crate) fn token(&self, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.fill(&mut bytes);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// An id that sorts by time (RFC 9562 section 5.7): milliseconds of `now`, then 74 random bits.
    pub(crate) fn uuid7(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// A duration evenly spread from zero up to `most`.
    pub(crate) fn jitter(&self, most: Duration) -> Duration {
        let share = f64::from(u32::from_be_bytes(self.bytes())) / f64::from(u32::MAX);
        most.mul_f64(share)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that draws from the system's randomness"
)]
fn system_fill(out: &mut [u8]) {
    rand::rng().fill_bytes(out);
}
