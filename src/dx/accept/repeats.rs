//! Which spots have been said before: the same call by the same spotter on the same kilohertz with the same words.
//!
//! The rule is that of the cluster network: call cut to 12 letters, spotter without identifiers, whole kilohertz, and
//! the first 20 letters and digits of the comment in capitals, for an hour; for machines, who say the same again when
//! it is true again, ten minutes. Only a keyed digest of all that is kept, and of a bounded number.

use std::collections::hash_map::RandomState;
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use crate::ham::freq::Hertz;

/// Seconds within which a person's spot is a repetition.
const PEOPLE: u32 = 3_600;
/// The same for machines.
const SKIMMERS: u32 = 600;
/// Most spots remembered of each kind: ten minutes at the highest rate.
const MOST: usize = 600_000;

/// What makes two spots one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) call: &'a str,
    /// Base call of who said it.
    pub(super) spotter: &'a str,
    pub(super) freq: Hertz,
    pub(super) comment: &'a str,
    pub(super) skimmer: bool,
}

/// What has been said lately.
#[derive(Debug)]
pub(super) struct Repeats {
    windows: [Window; 2],
    /// Keyed at random, so that nobody can choose words that fall together.
    keys: RandomState,
}

#[derive(Debug, Default)]
struct Window {
    known: HashSet<u64, BuildHasherDefault<AsIs>>,
    order: VecDeque<(u32, u64)>,
}

impl Repeats {
    pub(super) fn new() -> Self {
        Self {
            windows: Default::default(),
            keys: RandomState::new(),
        }
    }

    /// Whether this has been said before; if not, it has now.
    pub(super) fn said(&mut self, what: &Said<'_>, now: u32) -> bool {
        let digest = self.digest(what);
        let span = if what.skimmer { SKIMMERS } else { PEOPLE };
        self.windows[usize::from(what.skimmer)].said(digest, now, span)
    }

    fn digest(&self, what: &Said<'_>) -> u64 {
        let mut hasher = self.keys.build_hasher();
        hasher.write(&what.call.as_bytes()[..what.call.len().min(12)]);
        hasher.write_u8(b'^');
        hasher.write(what.spotter.as_bytes());
        hasher.write_u64(what.freq.get() / 1_000);
        let words = what.comment.chars().filter(char::is_ascii_alphanumeric).take(20);
        for letter in words {
            hasher.write_u32(letter.to_ascii_uppercase().into());
        }
        hasher.finish()
    }
}

impl Window {
    fn said(&mut self, digest: u64, now: u32, span: u32) -> bool {
        while let Some(&(at, oldest)) = self.order.front() {
            if at.saturating_add(span) > now && self.order.len() < MOST {
                break;
            }
            self.order.pop_front();
            self.known.remove(&oldest);
        }
        let is_new = self.known.insert(digest);
        if is_new {
            self.order.push_back((now, digest));
        }
        !is_new
    }
}

/// A digest needs no hashing.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'a>(call: &'a str, khz: u64, comment: &'a str) -> Said<'a> {
        Said {
            call,
            spotter: "K1ABC",
            freq: Hertz::new(khz * 1_000),
            comment,
            skimmer: false,
        }
    }

    #[test]
    fn the_same_words_on_the_same_kilohertz_are_a_repetition_for_an_hour() {
        let mut repeats = Repeats::new();
        assert!(!repeats.said(&said("JA1XYZ", 14_025, "up 5, loud"), 1_000));
        assert!(repeats.said(&said("JA1XYZ", 14_025, "UP5 LOUD!"), 1_100));
        assert!(!repeats.said(&said("JA1XYZ", 14_026, "up 5, loud"), 1_100));
        assert!(!repeats.said(&said("JA1XYA", 14_025, "up 5, loud"), 1_100));
        assert!(!repeats.said(&said("JA1XYZ", 14_025, "no more split"), 1_100));
        assert!(!repeats.said(
            &Said {
                spotter: "K1ABD",
                ..said("JA1XYZ", 14_025, "up 5, loud")
            },
            1_100
        ));
        assert!(repeats.said(&said("JA1XYZ", 14_025, "up5loud"), 4_599));
        assert!(!repeats.said(&said("JA1XYZ", 14_025, "up5loud"), 4_600));
    }

    #[test]
    fn machines_are_forgotten_sooner_and_by_themselves() {
        let mut repeats = Repeats::new();
        let skimmer = |comment| Said {
            skimmer: true,
            ..said("JA1XYZ", 14_025, comment)
        };
        assert!(!repeats.said(&skimmer("CW 12 dB"), 0));
        assert!(!repeats.said(&said("JA1XYZ", 14_025, "CW 12 dB"), 1));
        assert!(repeats.said(&skimmer("CW 12 dB"), 599));
        assert!(!repeats.said(&skimmer("CW 12 dB"), 600));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut window = Window::default();
        for digest in 0..2 * MOST as u64 {
            window.said(digest, 5, 3_600);
        }
        assert!(window.order.len() <= MOST);
        assert_eq!(window.order.len(), window.known.len());
    }
}
