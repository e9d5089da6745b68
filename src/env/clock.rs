//! What time it is: the system's clock, or one that a test winds.

use jiff::Timestamp;
#[cfg(any(test, feature = "testkit"))]
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// A source of the present time.
#[derive(Debug, Clone)]
pub(crate) struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    /// Microseconds since 1970.
    #[cfg(any(test, feature = "testkit"))]
    Fake(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    pub(crate) fn system() -> Self {
        Self(Source::System)
    }

    /// The present time.
    pub(crate) fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => system_now(),
            #[cfg(any(test, feature = "testkit"))]
            Source::Fake(micros) => Timestamp::from_microsecond(micros.load(Ordering::SeqCst))
                .expect("a fake clock stays in range"),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks the system's clock"
)]
fn system_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(any(test, feature = "testkit"))]
impl Clock {
    /// A clock that stands still at `at` until it is advanced; clones are the same clock.
    pub(crate) fn fake(at: Timestamp) -> Self {
        Self(Source::Fake(Arc::new(AtomicI64::new(at.as_microsecond()))))
    }

    /// Winds a fake clock forward.
    pub(crate) fn advance(&self, by: std::time::Duration) {
        match &self.0 {
            Source::System => panic!("the system's clock cannot be wound"),
            Source::Fake(micros) => {
                let by = i64::try_from(by.as_micros()).expect("tests wind by less than ages");
                micros.fetch_add(by, Ordering::SeqCst);
            }
        }
    }
}
