//! What a listener missed: from the bus' ring, and spots that it no longer holds from the history of the cluster.
//!
//! The history keeps hours where the ring keeps minutes. It is read some thousand spots at a time beside the async
//! threads, while the client takes them; everything leaves in the order of numbers.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::bus::{Bus, Gap, Message, SPOTS};
use crate::dx::choice::Choice;
use crate::dx::event::Spot;
use crate::dx::{Cluster, Query, json};

/// Spots read from the history at once.
const PART: usize = 2_000;

/// Where missed messages are.
pub(super) struct Archive<'a> {
    pub(super) bus: &'a Bus,
    pub(super) cluster: &'a Cluster,
}

/// Missed messages, to be taken part by part.
pub(super) struct Missed {
    /// What nobody has any more.
    pub(super) gap: Option<Gap>,
    cluster: Cluster,
    choice: Choice,
    /// Still in the ring.
    recent: Vec<Arc<Message>>,
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

impl Archive<'_> {
    /// The messages of these topics in a range of numbers, its first excluded.
    pub(super) fn missed(&self, topics: &[&str], range: &RangeInclusive<u64>, choice: &Choice) -> Missed {
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
            cluster: self.cluster.clone(),
            choice: choice.clone(),
            recent: replay.messages,
            at,
            until,
        }
    }

    /// The newest spots of a choice up to a number, oldest first: later ones, which the rounds tell of, take no place.
    pub(super) async fn newest(&self, choice: &Choice, limit: usize, until: u64) -> Vec<Spot> {
        let query = Query {
            below: Some(until + 1),
            ..Query::newest(limit)
        };
        let mut spots = find(self.cluster, query, choice).await;
        spots.reverse();
        spots
    }
}

impl Missed {
    /// The next messages, in the order of numbers; none when that was all.
    pub(super) async fn next(&mut self) -> Vec<Found> {
        while self.at < self.until {
            let query = Query {
                after: Some(self.at),
                below: Some(self.until + 1),
                rising: true,
                ..Query::newest(PART)
            };
            let older = find(&self.cluster, query, &self.choice).await;
            let newest = older.last().filter(|_| older.len() == PART);
            self.at = newest.map_or(self.until, |spot| spot.seq);
            let mut part: Vec<Found> = older.into_iter().map(Box::new).map(Found::Spot).collect();
            part.extend(self.recent_until(self.at));
            part.sort_by_key(Found::seq);
            if !part.is_empty() {
                return part;
            }
        }
        self.recent_until(u64::MAX).collect()
    }

    fn recent_until(&mut self, until: u64) -> impl Iterator<Item = Found> + use<'_> {
        let count = self.recent.partition_point(|message| message.seq <= until);
        self.recent.drain(..count).map(Found::Message)
    }
}

impl Found {
    fn seq(&self) -> u64 {
        match self {
            Self::Message(message) => message.seq,
            Self::Spot(spot) => spot.seq,
        }
    }
}

/// Reads the history, which takes some milliseconds: not on an async thread.
async fn find(cluster: &Cluster, query: Query, choice: &Choice) -> Vec<Spot> {
    let (cluster, choice) = (cluster.clone(), choice.clone());
    let found = tokio::task::spawn_blocking(move || cluster.history(&query, |spot| choice.wants(spot)));
    // Reading does not panic; were it to, there is nothing to give.
    found.await.unwrap_or_default()
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
