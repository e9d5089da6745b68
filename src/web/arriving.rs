//! Files on their way in: how many at once for one account, and that they do not come in a trickle.
//!
//! A body that is taken in has no limit to its whole time, since a large log over a thin line takes long. What is
//! bounded is how slow it is on the whole, and how many an account sends at once. That it does not stand still is
//! seen to by the web server's layers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Files that one account may send at once.
pub(crate) const MOST_AT_ONCE: usize = 4;
/// Bytes a second that it must come to in the long run: less than any line that is still in use.
const SLOWEST: u64 = 256;
/// How long it may take to come to that.
const GRACE: Duration = Duration::from_mins(2);

/// The files on their way in. Clones are the same count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arriving(Arc<Mutex<HashMap<Option<u32>, usize>>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Arrival {
    arriving: Arriving,
    account: Option<u32>,
}

impl Arriving {
    /// One more file of an account; `None` when it sends as many as it may.
    pub(crate) fn begin(&self, account: Option<u32>) -> Option<Arrival> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(account).or_insert(0);
        if *count >= MOST_AT_ONCE {
            return None;
        }
        *count += 1;
        Some(Arrival {
            arriving: self.clone(),
            account,
        })
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let mut counts = self.arriving.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.account);
            }
        }
    }
}

/// How fast a file comes.
#[derive(Debug)]
pub(crate) struct Pace {
    began: Instant,
}

impl Pace {
    /// It begins to come.
    pub(crate) fn begin() -> Self {
        Self {
            began: Instant::now(),
        }
    }

    /// Whether it comes too slowly, after so many bytes.
    pub(crate) fn is_too_slow(&self, bytes: u64) -> bool {
        let took = self.began.elapsed();
        took > GRACE && bytes / took.as_secs() < SLOWEST
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[test]
    fn an_account_sends_a_few_files_at_once_and_another_is_not_in_its_way() {
        let arriving = Arriving::default();
        let held: Vec<_> = std::iter::from_fn(|| arriving.begin(Some(1))).collect();
        assert_eq!(held.len(), MOST_AT_ONCE);
        assert!(arriving.begin(Some(2)).is_some());
        drop(held);
        assert!(arriving.begin(Some(1)).is_some());
        assert!(arriving.0.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_may_come_slowly_but_not_trickle() {
        let (pace, mut bytes) = (Pace::begin(), 0);
        for _ in 0..3_600 {
            sleep(Duration::from_secs(1)).await;
            bytes += 1_000;
            assert!(!pace.is_too_slow(bytes));
        }
        let pace = Pace::begin();
        sleep(GRACE).await;
        assert!(!pace.is_too_slow(0), "the beginning may take its time");
        sleep(Duration::from_secs(10)).await;
        assert!(pace.is_too_slow(130));
    }
}
