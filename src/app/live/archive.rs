//! What a listener missed: from the bus' ring, and spots that it no longer holds from the history of the cluster.
//!
//! The history keeps hours where the ring keeps minutes. It is read some thousand spots at a time, while the client takes
//! them; everything leaves in the order of numbers.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::bus::{Bus, Gap, Message, SPOTS};
use crate::dx::choice::Choice;
use crate::dx::event::Spot;
use crate::dx::{Cluster, json};

/// Spots read from the history at once.
const PART: usize = 2_000;

/// Where missed messages are.
pub(super) struct Archive<'a> {
    pub(super) bus: &'a Bus,
    pub(super) cluster: &'a Cluster,
}

/// Missed messages, to be taken one after the other.
pub(super) struct Missed<'a> {
    /// What nobody has any more.
    pub(super) gap: Option<Gap>,
    cluster: &'a Cluster,
    choice: &'a Choice,
    /// Still in the ring.
    recent: VecDeque<Arc<Message>>,
    /// Read from the history and not yet given.
    older: VecDeque<Spot>,
    /// The last number read from the history, and the last that is to be.
    at: u64,
    until: u64,
}

/// A message that was missed.
pub(super) enum Found {
    Message(Arc<Message>),
    /// A spot of the history.
    Spot(Box<Spot>),
}

impl<'a> Archive<'a> {
    /// The messages of these topics in a range of numbers, its first excluded.
    pub(super) fn missed(
        &self,
        topics: &[&str],
        range: &RangeInclusive<u64>,
        choice: &'a Choice,
    ) -> Missed<'a>
    where
        Self: 'a,
    {
        let (since, end) = (*range.start(), *range.end());
        let others: Vec<&str> = topics.iter().copied().filter(|topic| *topic != SPOTS).collect();
        let mut replay = self.bus.replay(&others, since, end);
        let (mut at, mut until) = (end, end);
        if others.len() < topics.len() {
            let spots = self.bus.replay(&[SPOTS], since, end);
            replay.messages.extend(spots.messages);
            replay.messages.sort_unstable_by_key(|message| message.seq);
            if let Some(Gap { to, .. }) = spots.gap {
                (at, until) = (since, to.min(end));
                let oldest = self.cluster.range().map_or(until + 1, |(oldest, _)| oldest);
                let lost = (oldest > since + 1).then(|| Gap {
                    from: since + 1,
                    to: (oldest - 1).min(until),
                });
                replay.gap = [replay.gap, lost].into_iter().flatten().max_by_key(|gap| gap.to);
            }
        }
        Missed {
            gap: replay.gap,
            cluster: self.cluster,
            choice,
            recent: replay.messages.into(),
            older: VecDeque::new(),
            at,
            until,
        }
    }
}

impl Iterator for Missed<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if self.older.is_empty() && self.at < self.until {
            let (choice, until) = (self.choice, self.until);
            let wanted = |spot: &Spot| spot.seq <= until && choice.wants(spot);
            self.older = self.cluster.since(self.at, PART, wanted).into();
            let newest = self.older.back().filter(|_| self.older.len() == PART);
            self.at = newest.map_or(until, |spot| spot.seq);
        }
        match (self.older.front(), self.recent.front()) {
            (Some(older), Some(recent)) if recent.seq < older.seq => {
                self.recent.pop_front().map(Found::Message)
            }
            (Some(_), _) => self.older.pop_front().map(Box::new).map(Found::Spot),
            (None, _) => self.recent.pop_front().map(Found::Message),
        }
    }
}

/// The spot as the firehose says it.
pub(super) fn text(spot: &Spot) -> String {
    format!(
        r#"{{"seq":{},"time":"{}","type":"spot","spot":{}}}"#,
        spot.seq,
        spot.time,
        json::encode(spot)
    )
}
