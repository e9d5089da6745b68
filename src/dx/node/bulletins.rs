//! What is said to everybody beside spots: announcements, the weather, figures of the sun.
//!
//! The last few of each are kept. What comes by several ways is told once: announcements within 18 hours by their
//! text, figures within 12 hours by their hour and values.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::ham::cluster::{Announce, Talk, Wcy, Wwv, write};

/// Most of each kind that are kept.
const KEPT: usize = 50;
/// Most sayings remembered to tell repetitions by.
const REMEMBERED: usize = 4_000;
/// Letters of a saying that tell it from another.
const TOLD_BY: usize = 128;

/// Something said to everybody.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bulletin {
    Announce(Announce),
    Weather(Talk),
    Wwv(Wwv),
    Wcy(Wcy),
}

impl Bulletin {
    /// Its line.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Announce(said) => write::announce(&said.to, &said.from, &said.text),
            Self::Weather(said) => write::weather(&said.from, &said.text),
            Self::Wwv(figures) => write::wwv(figures),
            Self::Wcy(figures) => write::wcy(figures),
        }
    }

    /// What makes it the same as another, and for how long.
    fn mark(&self) -> (String, SignedDuration) {
        let letters = |text: &str| -> String {
            let kept = text.chars().filter(|c| c.is_alphanumeric() || *c == '#');
            kept.flat_map(char::to_lowercase).take(TOLD_BY).collect()
        };
        match self {
            Self::Announce(said) => (
                format!("a{}", letters(&said.text)),
                SignedDuration::from_hours(18),
            ),
            Self::Weather(said) => (format!("x{}", letters(&said.text)), SignedDuration::from_hours(1)),
            Self::Wwv(figures) => {
                let Wwv { hour, sfi, a, k, .. } = figures;
                (format!("w{hour}/{sfi}/{a}/{k}"), SignedDuration::from_hours(12))
            }
            Self::Wcy(figures) => (format!("y{}", figures.hour), SignedDuration::from_hours(12)),
        }
    }
}

/// The last of each kind.
#[derive(Debug, Default)]
pub(crate) struct Bulletins(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    said: VecDeque<(Timestamp, Bulletin)>,
    until: HashMap<String, Timestamp>,
}

impl Bulletins {
    /// Keeps one; whether it is new.
    pub(super) fn take(&self, bulletin: &Bulletin, now: Timestamp) -> bool {
        let mut kept = self.lock();
        let (mark, lasts) = bulletin.mark();
        if kept.until.get(&mark).is_some_and(|until| *until > now) {
            return false;
        }
        if kept.until.len() >= REMEMBERED {
            kept.until.retain(|_, until| *until > now);
        }
        // A flood of different ones: better one told twice than memory without bound.
        if kept.until.len() >= REMEMBERED {
            kept.until.clear();
        }
        kept.until
            .insert(mark, now.saturating_add(lasts).unwrap_or(Timestamp::MAX));
        let kind = std::mem::discriminant(bulletin);
        let same = |(_, other): &(Timestamp, Bulletin)| std::mem::discriminant(other) == kind;
        if kept.said.iter().filter(|one| same(one)).count() >= KEPT
            && let Some(oldest) = kept.said.iter().position(same)
        {
            kept.said.remove(oldest);
        }
        kept.said.push_back((now, bulletin.clone()));
        true
    }

    /// The newest of those that `wanted` says yes to, newest first.
    pub(crate) fn newest(
        &self,
        count: usize,
        wanted: impl Fn(&Bulletin) -> bool,
    ) -> Vec<(Timestamp, Bulletin)> {
        let kept = self.lock();
        kept.said
            .iter()
            .rev()
            .filter(|(_, one)| wanted(one))
            .take(count)
            .cloned()
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announce(text: &str) -> Bulletin {
        Bulletin::Announce(Announce {
            to: "ALL".into(),
            from: "G1AAA".into(),
            text: text.to_owned(),
        })
    }

    #[test]
    fn what_comes_twice_is_told_once_and_again_the_next_day() {
        let kept = Bulletins::default();
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        assert!(kept.take(&announce("Hello, all!"), now));
        assert!(!kept.take(&announce("hello all"), now));
        assert!(kept.take(&announce("hello others"), now));
        assert!(kept.take(&announce("hello all"), now + SignedDuration::from_hours(19)));
        assert_eq!(kept.newest(2, |_| true).len(), 2);
    }

    #[test]
    fn floods_are_bounded() {
        let kept = Bulletins::default();
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        for number in 0..10_000 {
            kept.take(&announce(&format!("number {number}")), now);
        }
        assert_eq!(kept.newest(1_000, |_| true).len(), KEPT);
        assert!(kept.lock().until.len() <= REMEMBERED);
    }
}
