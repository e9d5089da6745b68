//! The bus's memory: the last messages, in two lanes, so that spots, of which there are many, push out only spots.
//!
//! Invariants: the numbers in a lane rise; both lanes together hold every number from the newest of what they lost on.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::sync::Arc;

use super::{BusConfig, Gap, Message, SPOTS};

/// Which lanes are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lanes {
    pub(super) events: bool,
    pub(super) spots: bool,
}

impl Lanes {
    pub(super) const ALL: Self = Self {
        events: true,
        spots: true,
    };
}

/// The last messages.
pub(super) struct Ring {
    events: Lane,
    spots: Lane,
    /// The number the next message will have.
    next: u64,
}

struct Lane {
    messages: VecDeque<Arc<Message>>,
    bytes: usize,
    /// The newest number that this lane may have held and holds no longer.
    lost: u64,
}

impl Ring {
    /// Nothing yet; the first message will have number `next`.
    pub(super) fn new(next: u64) -> Self {
        Self {
            events: Lane::new(next),
            spots: Lane::new(next),
            next,
        }
    }

    /// The number the next message will have.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Leaves out the numbers up to this one.
    pub(super) fn skip(&mut self, seq: u64) {
        self.next = self.next.max(seq + 1);
    }

    /// Adds the message that has number [`Ring::next`].
    pub(super) fn push(&mut self, message: Message, config: &BusConfig) {
        self.next += 1;
        let lane = if message.topic == SPOTS {
            &mut self.spots
        } else {
            &mut self.events
        };
        lane.push(message, config);
    }

    /// The messages of these lanes after number `since`, in order.
    pub(super) fn after(&self, since: u64, lanes: Lanes) -> impl Iterator<Item = &Arc<Message>> {
        Merged {
            left: self.events.after(since, lanes.events).peekable(),
            right: self.spots.after(since, lanes.spots).peekable(),
        }
    }

    /// What may be missing of these lanes after number `since`.
    pub(super) fn missing(&self, since: u64, lanes: Lanes) -> Option<Gap> {
        if since >= self.next {
            // A number from another life of this program, whose clock was ahead.
            return Some(Gap {
                from: self.next - 1,
                to: self.next - 1,
            });
        }
        let lost = |lane: &Lane, asked: bool| if asked { lane.lost } else { 0 };
        let to = lost(&self.events, lanes.events).max(lost(&self.spots, lanes.spots));
        (since < to).then_some(Gap { from: since + 1, to })
    }
}

impl Lane {
    fn new(next: u64) -> Self {
        Self {
            messages: VecDeque::new(),
            bytes: 0,
            lost: next - 1,
        }
    }

    fn push(&mut self, message: Message, config: &BusConfig) {
        self.bytes += message.frame.len();
        self.messages.push_back(Arc::new(message));
        while self.messages.len() > config.ring_messages || self.bytes > config.ring_bytes {
            let Some(oldest) = self.messages.pop_front() else {
                break;
            };
            self.bytes -= oldest.frame.len();
            self.lost = oldest.seq;
        }
    }

    fn after(&self, since: u64, asked: bool) -> impl Iterator<Item = &Arc<Message>> {
        let start = if asked {
            self.messages.partition_point(|message| message.seq <= since)
        } else {
            self.messages.len()
        };
        self.messages.range(start..)
    }
}

/// Two rows of messages as one, by their numbers.
struct Merged<L: Iterator, R: Iterator> {
    left: Peekable<L>,
    right: Peekable<R>,
}

impl<'r, L, R> Iterator for Merged<L, R>
where
    L: Iterator<Item = &'r Arc<Message>>,
    R: Iterator<Item = &'r Arc<Message>>,
{
    type Item = &'r Arc<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        match (self.left.peek(), self.right.peek()) {
            (Some(left), Some(right)) if right.seq < left.seq => self.right.next(),
            (Some(_), _) => self.left.next(),
            (None, _) => self.right.next(),
        }
    }
}
