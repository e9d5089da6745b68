//! How long is waited between two tries.

use std::time::Duration;

use crate::env::Entropy;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// Doubles from one second to half a minute; each is spread over its upper half, so that relays which lost the same
/// server do not come back together.
#[derive(Debug, Default)]
pub(super) struct Pause {
    tries: u32,
}

impl Pause {
    /// The next pause.
    pub(super) fn next(&mut self, entropy: &Entropy) -> Duration {
        let whole = (FIRST * 2_u32.saturating_pow(self.tries.min(5))).min(LONGEST);
        self.tries += 1;
        (whole / 2 + entropy.jitter(whole / 2)).max(FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_soon_then_seldom_and_never_in_step() {
        let entropy = Entropy::seeded(7);
        let mut pause = Pause::default();
        let pauses: Vec<_> = (0..12).map(|_| pause.next(&entropy)).collect();
        assert_eq!(pauses[0], FIRST);
        assert!(pauses.iter().all(|pause| (FIRST..=LONGEST).contains(pause)));
        assert!(pauses[6..].iter().all(|pause| *pause >= LONGEST / 2));
        assert_ne!(pauses[10], pauses[11]);
    }
}
