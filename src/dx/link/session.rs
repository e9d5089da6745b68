//! One connection of the link, from connecting to its end.

use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::leaf::{Heard, Leaf, Stage};
use crate::config::{Host, Link};
use crate::dx::event::Source;
use crate::dx::model::{Accepted, RawSpot, Sender};
use crate::dx::node::Node;
use crate::dx::own::OwnSpot;
use crate::dx::upstream::Tally;
use crate::dx::upstream::wire::{Ended, Manners, Sanity, Turn, Wire};
use crate::ham::cluster::{Line, Piece, Splitter, encode};
use crate::identity::{Actor, Service};

/// Pings come and go every five minutes; a peer that answers none of two is gone.
const MANNERS: Manners = Manners {
    keepalive: Duration::from_hours(1),
    silence: Duration::from_mins(11),
};
/// How long to wait for the question for our call, and how long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Waits of that length after which a handshake has failed.
const MOST_WAITS: u32 = 6;
/// How often it is looked whether something is to be said.
const LOOK: Duration = Duration::from_secs(15);

/// A link at work.
struct Session<'a> {
    node: &'a Node,
    number: usize,
    name: &'a str,
    actor: Actor,
    leaf: Leaf<'a>,
    splitter: Splitter,
    sanity: Sanity,
    answers: Vec<String>,
    end: Option<Ended>,
    tally: Tally,
}

/// What a turn of the link brings.
enum Next {
    /// The connection's, already dealt with.
    Done,
    Look,
    Own(Result<OwnSpot, RecvError>),
}

/// Keeps the link until the connection ends.
pub(super) async fn run(node: &Node, number: usize, link: &Link, host: &Host) -> Ended {
    let wire = match Wire::connect(host, MANNERS).await {
        Ok(wire) => wire,
        Err(ended) => return ended,
    };
    let now = node.now();
    node.upstreams().change(number, |state| state.connected(now));
    let mut session = Session {
        node,
        number,
        name: link.peer.as_deref().unwrap_or("link"),
        actor: Actor::Service(Service::DxFeed),
        leaf: Leaf::new(link, &link.call),
        splitter: Splitter::new(),
        sanity: Sanity::default(),
        answers: Vec::new(),
        end: None,
        tally: Tally::default(),
    };
    let own = node.cluster().own_spots();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    match session.run(wire, own, look).await {
        Ended::Closed => session.leaf.refused.take().map_or(Ended::Closed, Ended::Refused),
        ended => ended,
    }
}

impl Session<'_> {
    async fn run(&mut self, mut wire: Wire, mut own: Receiver<OwnSpot>, mut look: Interval) -> Ended {
        let mut waits = 0;
        loop {
            let is_up = self.leaf.stage() == Stage::Up;
            let next = tokio::select! {
                turn = wire.turn((!is_up).then_some(PATIENCE)) => {
                    match turn {
                        Ok(Turn::Bytes(bytes)) => self.read(bytes),
                        Ok(Turn::Quiet) => {
                            waits += 1;
                            let heard = self.leaf.lose_patience();
                            self.take(heard);
                        }
                        Ok(Turn::Idle) => {}
                        Err(ended) => return ended,
                    }
                    Next::Done
                }
                _ = look.tick() => Next::Look,
                spot = own.recv() => Next::Own(spot),
            };
            match next {
                Next::Look => self.answers.extend(self.leaf.due(self.node.now())),
                Next::Own(spot) => self.own(spot),
                Next::Done => {}
            }
            if waits >= MOST_WAITS {
                return Ended::Silent;
            }
            self.tell();
            let mut out = self.splitter.replies();
            for line in self.answers.drain(..) {
                out.extend_from_slice(&encode(&line, true));
                out.extend_from_slice(b"\r\n");
            }
            if let Err(ended) = wire.send(&out).await {
                return ended;
            }
            if let Some(end) = self.end.take() {
                return end;
            }
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        let mut splitter = std::mem::take(&mut self.splitter);
        self.sanity.bytes(bytes.len());
        splitter.feed(bytes, |piece| match piece {
            Piece::Line(line) => {
                self.sanity.line(true);
                self.tally.lines += 1;
                let heard = self.leaf.hear(line, self.node.now());
                self.take(heard);
            }
            // Large nodes tell their routing in such; a leaf does not need it.
            Piece::TooLong => {
                self.tally.too_long += 1;
                self.sanity.line(true);
            }
        });
        if self.sanity.is_lost() {
            self.end = Some(Ended::Garbage);
        }
        // A question has no end of line.
        if self.leaf.stage() < Stage::Greeted
            && matches!(
                Line::parse(splitter.partial()),
                Line::LoginPrompt | Line::PasswordPrompt
            )
        {
            let heard = self.leaf.hear(splitter.partial(), self.node.now());
            splitter.forget_partial();
            self.take(heard);
        }
        self.splitter = splitter;
    }

    fn take(&mut self, heard: Heard) {
        match heard {
            Heard::Nothing => {}
            Heard::Say(lines) => self.answers.extend(lines),
            Heard::Spot(raw) => self.spot(raw),
            Heard::Refused => self.tally.rejected += 1,
            Heard::Bulletin(bulletin) => {
                self.node.tell(bulletin);
            }
            Heard::Talk(to, line) => {
                self.node.directory().tell(&to, &line);
            }
            Heard::End(ended) => self.end = Some(ended),
        }
    }

    fn spot(&mut self, raw: RawSpot) {
        let from = Sender {
            actor: &self.actor,
            source: Source::Node,
            origin: self.name,
        };
        match self.node.cluster().accept(raw, &from) {
            Ok(Accepted::New(_)) => self.tally.spots += 1,
            Ok(Accepted::Duplicate) => self.tally.duplicates += 1,
            Err(_) => self.tally.rejected += 1,
        }
    }

    fn own(&mut self, spot: Result<OwnSpot, RecvError>) {
        // Lagging behind takes hundreds of members spotting at once: what was missed is no news by then.
        if let Ok(spot) = spot
            && let Some(line) = self.leaf.tell(&spot, self.node.now())
        {
            self.tally.sent += 1;
            self.answers.push(line);
        }
    }

    /// Passes the counts on.
    fn tell(&mut self) {
        let tally = std::mem::take(&mut self.tally);
        let is_up = self.leaf.stage() == Stage::Up;
        let now = self.node.now();
        self.node
            .upstreams()
            .change(self.number, |state| state.tell(tally, is_up, now));
    }
}
