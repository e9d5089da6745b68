//! The bus: what happens, told live to pages, sockets and the program's own memory.
//!
//! Invariants:
//! - All messages have one sequence of numbers without holes, in commit order; it starts from the clock, so it
//!   goes on rising over a restart.
//! - A message is encoded once; its frame is what a web socket sends.
//! - The ring is every subscriber's queue: a subscription is a place in it. One that falls behind the ring
//!   learns which numbers it missed (`Delivery::Gap`), and costs nobody memory or time.
//! - Spots have a lane of the ring to themselves: however many come, they push out nothing else.
//! - Listeners run before the command that caused the event is answered, so memory built from events is never
//!   behind what a caller knows.
//!
//! Not here: who may see what. A message names its audience; the edge that delivers it compares.

mod ring;
#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use jiff::Timestamp;
use smol_str::SmolStr;
use tokio::sync::watch;

use crate::env::Clock;
use crate::event::{Event, Spot};

use ring::{Lanes, Ring};

/// The topic of spots, which have their own lane.
pub(crate) const SPOTS: &str = "spot";

/// Who may see a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Everybody who may subscribe to the topic at all.
    Everyone,
    /// These accounts.
    Accounts(Arc<[u32]>),
    /// Those with a right in this logbook.
    Logbook(u32),
    /// Administrators.
    Administrators,
}

/// A message before it has a number.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    /// What is subscribed to, as `jobs` or `logbook`.
    pub(crate) topic: SmolStr,
    /// What happened, as `progress` or `added`.
    pub(crate) kind: SmolStr,
    /// Who may see it.
    pub(crate) audience: Audience,
    /// What it says.
    pub(crate) payload: serde_json::Value,
}

/// A message with its number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    /// Its place in the sequence of all messages.
    pub(crate) seq: u64,
    /// When it was published.
    pub(crate) time: Timestamp,
    /// What is subscribed to.
    pub(crate) topic: SmolStr,
    /// What happened.
    pub(crate) kind: SmolStr,
    /// Who may see it.
    pub(crate) audience: Audience,
    /// What a web socket sends: `{"id":seq,"channel":topic,"message":{"type":kind,"payload":{…}}}` on the pages' bus; of
    /// a spot, `{"seq":seq,"time":time,"type":"spot","spot":{…}}` of the firehose, where thousands hear it.
    pub(crate) frame: Bytes,
    /// The payload alone, as JSON.
    pub(crate) payload: Bytes,
    /// The spot it tells of, for readers that choose among spots or write them in another form.
    pub(crate) spot: Option<Arc<Spot>>,
}

/// Numbers of messages that a subscriber will not get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The first one missed.
    pub(crate) from: u64,
    /// The last one missed.
    pub(crate) to: u64,
}

/// What a subscription yields.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Delivery {
    /// A message of one of its topics.
    Message(Arc<Message>),
    /// Messages were missed, perhaps of its topics.
    Gap(Gap),
}

/// What is still known of the messages after a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Replay {
    /// What is missing before `messages`.
    pub(crate) gap: Option<Gap>,
    /// All messages after it, in order.
    pub(crate) messages: Vec<Arc<Message>>,
}

/// Makes the public message of an event, if it has one.
pub(crate) type Encoder = fn(&Event) -> Option<Outgoing>;

type Listener = Box<dyn Fn(&Event) + Send + Sync>;

/// Sizes of a bus, and how events become messages.
pub(crate) struct BusConfig {
    /// Messages kept for those who come back or fall behind.
    pub(crate) ring_messages: usize,
    /// Bytes of frames kept at most, in each lane.
    pub(crate) ring_bytes: usize,
    /// Asked in turn for each event; each may make a message of it.
    pub(crate) encoders: Vec<Encoder>,
}

impl Default for BusConfig {
    fn default() -> Self {
        Self {
            ring_messages: 20_000,
            ring_bytes: 16 << 20,
            encoders: Vec::new(),
        }
    }
}

/// The bus; clones are the same one.
#[derive(Clone)]
pub(crate) struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: BusConfig,
    ring: RwLock<Ring>,
    listeners: RwLock<Vec<Listener>>,
    latest: watch::Sender<u64>,
}

impl Bus {
    /// A bus whose numbers start from the present time in microseconds: above all of its predecessor, as long
    /// as the clock does not run backwards over the restart, and exact in a JavaScript number.
    pub(crate) fn new(config: BusConfig, clock: Clock) -> Self {
        let next = u64::try_from(clock.now().as_microsecond()).unwrap_or(0).max(1);
        let ring = RwLock::new(Ring::new(next));
        let latest = watch::Sender::new(next - 1);
        Self {
            inner: Arc::new(Inner {
                clock,
                config,
                ring,
                listeners: RwLock::default(),
                latest,
            }),
        }
    }

    /// Calls `listener` for each committed event from now on, in order, on the writer's thread: it must be
    /// quick, and must not ask the store or the bus for anything that waits.
    pub(crate) fn listen(&self, listener: impl Fn(&Event) + Send + Sync + 'static) {
        self.inner
            .listeners
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Box::new(listener));
    }

    /// Tells listeners and subscribers of committed events.
    pub(crate) fn publish(&self, events: &[Event]) {
        let listeners = self
            .inner
            .listeners
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        for event in events {
            for listener in listeners.iter() {
                listener(event);
            }
        }
        drop(listeners);
        let encoders = &self.inner.config.encoders;
        self.send(
            events
                .iter()
                .flat_map(|event| encoders.iter().filter_map(|encode| encode(event))),
        );
    }

    /// Sends messages that come from no stored event, as progress does.
    pub(crate) fn send(&self, outgoing: impl IntoIterator<Item = Outgoing>) {
        let time = self.inner.clock.now();
        // Encoding is done before the ring is locked: who reads it does not wait for that.
        let outgoing: Vec<_> = outgoing.into_iter().collect();
        let mut ring = self.inner.ring.write().unwrap_or_else(PoisonError::into_inner);
        let before = ring.next();
        for outgoing in outgoing {
            let message = Message::told(ring.next(), time, outgoing);
            ring.push(message, &self.inner.config);
        }
        let next = ring.next();
        drop(ring);
        if next > before {
            self.inner.latest.send_replace(next - 1);
        }
    }

    /// Announces a spot: `make` gets its number and returns it with its JSON. Numbers are given in the order of calls,
    /// and no reader sees a later message before this one.
    pub(crate) fn announce(&self, make: impl FnOnce(u64) -> (Arc<Spot>, String)) -> u64 {
        let time = self.inner.clock.now();
        let mut ring = self.inner.ring.write().unwrap_or_else(PoisonError::into_inner);
        let seq = ring.next();
        let (spot, payload) = make(seq);
        ring.push(Message::spotted(seq, time, spot, &payload), &self.inner.config);
        drop(ring);
        self.inner.latest.send_replace(seq);
        seq
    }

    /// Later messages get numbers above this one, which something kept over a restart has: the clock that the numbers
    /// begin from may have gone back.
    pub(crate) fn go_on_above(&self, seq: u64) {
        let mut ring = self.inner.ring.write().unwrap_or_else(PoisonError::into_inner);
        ring.skip(seq);
    }

    /// The number of the last message.
    pub(crate) fn seq(&self) -> u64 {
        let ring = self.inner.ring.read().unwrap_or_else(PoisonError::into_inner);
        ring.next() - 1
    }

    /// The number of the oldest message after which nothing is missing.
    pub(crate) fn oldest(&self) -> u64 {
        let ring = self.inner.ring.read().unwrap_or_else(PoisonError::into_inner);
        ring.missing(0, Lanes::ALL).map_or(0, |gap| gap.to) + 1
    }

    /// The messages of these topics after number `since`, up to number `until`.
    pub(crate) fn replay(&self, topics: &[impl AsRef<str>], since: u64, until: u64) -> Replay {
        let topics = Topics::of(topics.iter().map(|topic| SmolStr::new(topic.as_ref())));
        let ring = self.inner.ring.read().unwrap_or_else(PoisonError::into_inner);
        let messages = ring.after(since, topics.lanes());
        let messages = messages.take_while(|message| message.seq <= until);
        Replay {
            gap: ring.missing(since, topics.lanes()),
            messages: messages
                .filter(|message| topics.hold(&message.topic))
                .cloned()
                .collect(),
        }
    }

    /// A subscription to everything that comes from now on.
    pub(crate) fn follow(&self) -> Subscription {
        Subscription {
            topics: Topics::All,
            ..self.subscribe([""; 0], None)
        }
    }

    /// A subscription to topics: to what comes, or to all that follows number `since`, so that nothing is lost
    /// between two connections.
    pub(crate) fn subscribe(
        &self,
        topics: impl IntoIterator<Item = impl Into<SmolStr>>,
        since: Option<u64>,
    ) -> Subscription {
        let latest = self.inner.latest.subscribe();
        let seen = since.unwrap_or_else(|| self.seq());
        Subscription {
            bus: self.clone(),
            latest,
            topics: Topics::of(topics),
            seen,
        }
    }
}

impl Message {
    fn told(seq: u64, time: Timestamp, outgoing: Outgoing) -> Self {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let head = format!(
            r#"{{"id":{seq},"channel":{},"message":{{"type":{},"payload":"#,
            text(&outgoing.topic),
            text(&outgoing.kind)
        );
        let (frame, payload) = frame(&head, &outgoing.payload.to_string(), "}}");
        Self {
            seq,
            time,
            topic: outgoing.topic,
            kind: outgoing.kind,
            audience: outgoing.audience,
            frame,
            payload,
            spot: None,
        }
    }

    fn spotted(seq: u64, time: Timestamp, spot: Arc<Spot>, payload: &str) -> Self {
        let head = format!(r#"{{"seq":{seq},"time":"{time}","type":"{SPOTS}","{SPOTS}":"#);
        let (frame, payload) = frame(&head, payload, "}");
        Self {
            seq,
            time,
            topic: SmolStr::new_static(SPOTS),
            kind: SmolStr::new_static(SPOTS),
            audience: Audience::Everyone,
            frame,
            payload,
            spot: Some(spot),
        }
    }
}

/// A payload with what stands around it, and the payload's part of the same bytes.
fn frame(head: &str, payload: &str, tail: &str) -> (Bytes, Bytes) {
    let frame = Bytes::from([head, payload, tail].concat());
    let payload = frame.slice(head.len()..head.len() + payload.len());
    (frame, payload)
}

/// What a subscription is to.
enum Topics {
    All,
    Some(Vec<SmolStr>),
}

impl Topics {
    fn of(topics: impl IntoIterator<Item = impl Into<SmolStr>>) -> Self {
        Self::Some(topics.into_iter().map(Into::into).collect())
    }

    fn hold(&self, topic: &SmolStr) -> bool {
        match self {
            Self::All => true,
            Self::Some(topics) => topics.contains(topic),
        }
    }

    /// Which lanes of the ring hold messages of these topics.
    fn lanes(&self) -> Lanes {
        match self {
            Self::All => Lanes::ALL,
            Self::Some(topics) => Lanes {
                events: topics.iter().any(|topic| topic != SPOTS),
                spots: topics.iter().any(|topic| topic == SPOTS),
            },
        }
    }
}

/// A place in the ring, moving on.
pub(crate) struct Subscription {
    bus: Bus,
    latest: watch::Receiver<u64>,
    topics: Topics,
    /// The number of the last message looked at.
    seen: u64,
}

/// Messages handed over in one go, so that the ring's lock is taken seldom and never for long.
const MOST_AT_ONCE: usize = 256;

impl Subscription {
    /// The number of the last message looked at: all up to it have been handed over, as far as asked for.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    /// Waits for what comes next: at least one delivery, in order. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Vec<Delivery> {
        loop {
            self.latest.mark_unchanged();
            let ready = self.ready();
            if !ready.is_empty() {
                return ready;
            }
            if self.latest.changed().await.is_err() {
                // Cannot be: the subscription itself holds the bus.
                return ready;
            }
        }
    }

    /// What can be had without waiting.
    pub(crate) fn ready(&mut self) -> Vec<Delivery> {
        let ring = self.bus.inner.ring.read().unwrap_or_else(PoisonError::into_inner);
        let lanes = self.topics.lanes();
        let gap = ring.missing(self.seen, lanes);
        let mut ready: Vec<_> = gap.map(Delivery::Gap).into_iter().collect();
        for message in ring.after(self.seen, lanes) {
            if self.topics.hold(&message.topic) {
                ready.push(Delivery::Message(Arc::clone(message)));
                if ready.len() >= MOST_AT_ONCE {
                    self.seen = message.seq;
                    return ready;
                }
            }
        }
        self.seen = ring.next() - 1;
        ready
    }
}
