//! What each way in has sent: counts by source and feed, for the status page. Members count by their way together.

use std::collections::BTreeMap;

use jiff::Timestamp;
use smol_str::SmolStr;

use super::event::Source;
use super::model::Sender;
use crate::identity::Actor;

/// Most feeds told apart; further ones count for their way.
const MOST: usize = 256;

/// What came of a spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    New,
    Duplicate,
    Refused,
}

/// A way in and what it has sent since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FeedLine {
    pub(crate) source: Source,
    /// The feed's name; empty for members.
    pub(crate) origin: SmolStr,
    pub(crate) new: u64,
    pub(crate) duplicates: u64,
    pub(crate) refused: u64,
    /// When the last spot came, whatever became of it.
    pub(crate) last: Timestamp,
}

/// All ways in that have sent something.
#[derive(Debug, Default)]
pub(super) struct Feeds(BTreeMap<(Source, SmolStr), FeedLine>);

impl Feeds {
    pub(super) fn count(&mut self, from: &Sender<'_>, outcome: Outcome, now: Timestamp) {
        let is_feed = matches!(from.actor, Actor::Service(_));
        let mut key = (from.source, SmolStr::new(if is_feed { from.origin } else { "" }));
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            key.1 = SmolStr::default();
        }
        let line = self.0.entry(key).or_insert_with_key(|(source, origin)| FeedLine {
            source: *source,
            origin: origin.clone(),
            new: 0,
            duplicates: 0,
            refused: 0,
            last: now,
        });
        line.last = now;
        match outcome {
            Outcome::New => line.new += 1,
            Outcome::Duplicate => line.duplicates += 1,
            Outcome::Refused => line.refused += 1,
        }
    }

    pub(super) fn lines(&self) -> Vec<FeedLine> {
        self.0.values().cloned().collect()
    }
}

/// A service that is asked time and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PollLine {
    pub(crate) name: &'static str,
    /// When it answered last.
    pub(crate) answered: Option<Timestamp>,
    /// Failures since.
    pub(crate) failures: u32,
    /// What went wrong last, while it does.
    pub(crate) error: Option<String>,
}

/// All services that are asked.
#[derive(Debug, Default)]
pub(super) struct Polls(Vec<PollLine>);

impl Polls {
    pub(super) fn note(&mut self, name: &'static str, polled: Result<usize, String>, now: Timestamp) {
        if !self.0.iter().any(|line| line.name == name) {
            self.0.push(PollLine {
                name,
                answered: None,
                failures: 0,
                error: None,
            });
        }
        let Some(line) = self.0.iter_mut().find(|line| line.name == name) else {
            return;
        };
        match polled {
            Ok(_) => (line.answered, line.failures, line.error) = (Some(now), 0, None),
            Err(error) => (line.failures, line.error) = (line.failures.saturating_add(1), Some(error)),
        }
    }

    pub(super) fn lines(&self) -> Vec<PollLine> {
        self.0.clone()
    }
}
