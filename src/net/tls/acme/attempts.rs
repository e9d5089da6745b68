//! What is remembered of attempts, also over restarts: how many failed in a row, why, and when the next one is due.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::AcmeError;
use crate::net::tls::keep::Keep;

const FILE: &str = "attempts.json";
/// The first wait after a failure; doubled each time.
const SHORTEST: Duration = Duration::from_mins(15);
/// The longest wait of our own accord. Authorities allow a handful of failures an hour for one name.
const LONGEST: Duration = Duration::from_hours(12);
/// The longest wait that is taken from an authority: a week is the longest window of the usual limits.
const BELIEVED: Duration = Duration::from_hours(8 * 24);

/// Attempts to get a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Attempts {
    /// For which names, from which directory: for others it begins anew.
    pub(super) subject: String,
    /// When the last one was.
    pub(crate) last: Option<Timestamp>,
    /// Why it failed, if it did.
    pub(crate) error: Option<String>,
    /// How many failed in a row.
    pub(crate) failures: u32,
    /// Not before this time.
    pub(crate) next: Option<Timestamp>,
    /// Whether the authority said so.
    pub(super) asked: bool,
}

impl Attempts {
    /// What is remembered of attempts for `subject`.
    pub(in crate::net::tls) fn read(keep: &Keep, subject: &str) -> Self {
        let kept = keep.get(FILE).ok().flatten();
        let kept: Option<Self> = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        kept.filter(|kept| kept.subject == subject)
            .unwrap_or_else(|| Self {
                subject: subject.to_owned(),
                ..Self::default()
            })
    }

    /// Whether the next attempt may be made. A clock that was wrong must not silence it for years.
    pub(in crate::net::tls) fn may_try(&self, now: Timestamp) -> bool {
        self.last.is_some_and(|last| last > now) || self.next.is_none_or(|next| next <= now)
    }

    /// Somebody has mended something: no more waiting of our own accord.
    pub(in crate::net::tls) fn hurry(&mut self) {
        if !self.asked {
            self.next = None;
        }
    }

    /// One more, which ended well.
    pub(in crate::net::tls) fn succeeded(&mut self, now: Timestamp) {
        *self = Self {
            subject: std::mem::take(&mut self.subject),
            last: Some(now),
            ..Self::default()
        };
    }

    /// One more, which failed.
    pub(in crate::net::tls) fn failed(&mut self, error: &AcmeError, now: Timestamp) {
        let factor = 2_u32.saturating_pow(self.failures.min(16));
        let own = SHORTEST.saturating_mul(factor).min(LONGEST);
        let wait = error.wait().map_or(own, |asked| asked.min(BELIEVED).max(own));
        self.failures = self.failures.saturating_add(1);
        self.error = Some(error.to_string());
        self.last = Some(now);
        self.next = now.checked_add(wait).ok();
        self.asked = error.wait().is_some();
    }

    /// Remembers it.
    pub(in crate::net::tls) fn write(&self, keep: &Keep) -> std::io::Result<()> {
        keep.put(
            FILE,
            &serde_json::to_vec_pretty(self).map_err(std::io::Error::other)?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_an_authoritys_own_are_honoured() {
        let mut now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let mut attempts = Attempts::default();
        let mut waits = Vec::new();
        for _ in 0..9 {
            attempts.failed(&AcmeError::Slow, now);
            let next = attempts.next.unwrap();
            waits.push((next.as_second() - now.as_second()) / 60);
            assert!(!attempts.may_try(now));
            assert!(attempts.may_try(next));
            now = next;
        }
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 720, 720, 720]);
        let limited = AcmeError::Limited {
            wait: Duration::from_hours(30),
            detail: "too many certificates".into(),
        };
        attempts.failed(&limited, now);
        assert_eq!(attempts.next, now.checked_add(Duration::from_hours(30)).ok());
        attempts.hurry();
        assert!(!attempts.may_try(now), "an authority's wish stands");
        let earlier = now.checked_sub(Duration::from_hours(900)).unwrap();
        assert!(attempts.may_try(earlier), "the clock was set back");
        attempts.succeeded(now);
        assert!(attempts.may_try(now) && attempts.failures == 0 && attempts.error.is_none());
    }

    #[test]
    fn attempts_survive_a_restart_but_not_another_name() {
        let dir = tempfile::tempdir().unwrap();
        let keep = Keep::at(dir.path().join("acme"));
        let mut attempts = Attempts::read(&keep, "one");
        attempts.failed(&AcmeError::Slow, "2026-11-21T12:00:00Z".parse().unwrap());
        attempts.write(&keep).unwrap();
        assert_eq!(Attempts::read(&keep, "one"), attempts);
        assert_eq!(Attempts::read(&keep, "two").failures, 0);
    }
}
