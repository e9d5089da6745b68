//! What a leaf of the cluster network hears and says: pure, so that the handshake and every frame is a test.
//!
//! The peer is trusted to be a node and to nothing else. What it sends is taken in only after the handshake; its
//! routing is not followed, and no frame of it leaves this node again. Frames that name us as their origin are our own
//! come back, and dropped.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use smol_str::SmolStr;

use crate::config::Link;
use crate::dx::accept::{Pace, Rate};
use crate::dx::model::RawSpot;
use crate::dx::node::Bulletin;
use crate::dx::own::OwnSpot;
use crate::dx::upstream::wire::Ended;
use crate::ham::cluster::pc::{self, Frame, FrameError, NodeSpot};
use crate::ham::cluster::{Announce, HourMinute, Line, SpotLine, Talk, decode, write};
use crate::ham::spot::Spotter;

/// What we say our version is: nodes read it as 1.57, whose frames we speak.
const VERSION: &str = "5457";
/// Spots older than that are history, not news.
const OLDEST: SignedDuration = SignedDuration::from_hours(1);
/// How far a peer's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(15);
/// How far the minute of a frame may be from now for the spot to be of now, to the second.
const SAME_MINUTE: SignedDuration = SignedDuration::from_secs(90);
/// How often the peer is asked whether it is there.
const PING: SignedDuration = SignedDuration::from_mins(5);
/// How often we say that we are.
const ALIVE: SignedDuration = SignedDuration::from_hours(1);
/// When the configuration is told in full for the first time, and how often afterwards.
const FIRST_WHOLE: SignedDuration = SignedDuration::from_mins(15);
const WHOLE: SignedDuration = SignedDuration::from_hours(4);
/// Sayings that are taken in.
const SAYINGS: Rate = Rate {
    burst: 30,
    every: Duration::from_secs(2),
};
/// Longest text of a saying, in characters.
const LONGEST_SAYING: usize = 240;

/// Where the handshake has got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Nothing has been sent.
    Silent,
    /// The call has been sent.
    Named,
    /// The peer has greeted a node, and we have told what we are.
    Greeted,
    /// Linked.
    Up,
}

/// What a line means for us.
#[derive(Debug)]
pub(super) enum Heard {
    Nothing,
    /// To be answered.
    Say(Vec<String>),
    Spot(RawSpot),
    /// A spot, or figures, that cannot be taken in.
    Refused,
    Bulletin(Bulletin),
    /// For one call, and the line it is told with.
    Talk(SmolStr, Arc<str>),
    End(Ended),
}

/// One link, from connecting to its end.
pub(super) struct Leaf<'a> {
    link: &'a Link,
    /// Our call.
    call: &'a str,
    stage: Stage,
    peer: Option<SmolStr>,
    password_sent: bool,
    sayings: Pace<()>,
    /// Words that sounded like a refusal.
    pub(super) refused: Option<String>,
    due: Due,
}

/// When something is said unasked.
#[derive(Debug, Clone, Copy)]
struct Due {
    ping: Timestamp,
    alive: Timestamp,
    whole: Timestamp,
}

impl<'a> Leaf<'a> {
    /// `call`: what we are at the peer.
    pub(super) fn new(link: &'a Link, call: &'a str) -> Self {
        let never = Timestamp::MAX;
        Self {
            link,
            call,
            stage: Stage::Silent,
            peer: None,
            password_sent: false,
            sayings: Pace::new(),
            refused: None,
            due: Due {
                ping: never,
                alive: never,
                whole: never,
            },
        }
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    /// What came, a whole line or a question without its end.
    pub(super) fn hear(&mut self, line: &[u8], now: Timestamp) -> Heard {
        match Frame::parse(&decode(line)) {
            Ok(frame) => self.frame(frame, now),
            Err(FrameError::Fields(_)) => Heard::Refused,
            Err(FrameError::NotAFrame) => self.words(&Line::parse(line)),
        }
    }

    /// What to send when nothing was asked for a while.
    pub(super) fn lose_patience(&mut self) -> Heard {
        match self.stage {
            Stage::Silent => self.name(),
            _ => Heard::Nothing,
        }
    }

    fn name(&mut self) -> Heard {
        self.stage = Stage::Named;
        Heard::Say(vec![self.call.to_owned()])
    }

    /// What is said to everybody who connects, before frames are.
    fn words(&mut self, line: &Line) -> Heard {
        match (self.stage, line) {
            (Stage::Silent, Line::LoginPrompt) => self.name(),
            (Stage::Silent | Stage::Named, Line::PasswordPrompt) if !self.password_sent => {
                self.password_sent = true;
                let secret = self.link.password.as_ref();
                Heard::Say(vec![
                    secret
                        .map(|secret| secret.reveal().to_owned())
                        .unwrap_or_default(),
                ])
            }
            (Stage::Named, Line::Prompt) => Heard::End(Ended::TakenForUser),
            (Stage::Silent | Stage::Named, Line::Refused(words)) => {
                self.refused = Some(words.clone());
                Heard::Nothing
            }
            (_, Line::Replaced) => Heard::End(Ended::Replaced),
            _ => Heard::Nothing,
        }
    }

    fn frame(&mut self, frame: Frame, now: Timestamp) -> Heard {
        match frame {
            Frame::Greeting if self.stage < Stage::Greeted => {
                self.stage = Stage::Greeted;
                Heard::Say(pc::opening(self.call, second(now), VERSION).into())
            }
            Frame::Opened if self.stage == Stage::Greeted => {
                self.up(now);
                Heard::Say(vec!["PC22^".to_owned()])
            }
            Frame::Up if self.stage == Stage::Greeted => {
                self.up(now);
                Heard::Nothing
            }
            Frame::Routing { node } if self.stage >= Stage::Greeted && self.peer.is_none() => self.meet(node),
            Frame::Closing(words) => Heard::End(Ended::Refused(words)),
            Frame::Ping { to, from, asks } if to == self.call && asks => {
                Heard::Say(vec![pc::pong(self.call, &from)])
            }
            // Nobody is told anything before he knows who says it.
            _ if self.stage != Stage::Up => Heard::Nothing,
            Frame::Spot(spot) => self.spot(&spot, now),
            Frame::Wwv(figures) if is_past(figures.hour, now) => Heard::Bulletin(Bulletin::Wwv(figures)),
            Frame::Wcy(figures) if is_past(figures.hour, now) => Heard::Bulletin(Bulletin::Wcy(figures)),
            Frame::Wwv(_) | Frame::Wcy(_) => Heard::Refused,
            Frame::Said { node, to, from, text } if node != self.call => self.said(&to, from, &text, now),
            _ => Heard::Nothing,
        }
    }

    fn up(&mut self, now: Timestamp) {
        let after = |wait| now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        self.stage = Stage::Up;
        self.due = Due {
            ping: after(PING),
            alive: after(ALIVE),
            whole: after(FIRST_WHOLE),
        };
    }

    /// The first node that tells its configuration after the handshake is the peer.
    fn meet(&mut self, node: SmolStr) -> Heard {
        if node == self.call {
            return Heard::Nothing;
        }
        if self.link.peer.as_ref().is_some_and(|peer| *peer != *node) {
            return Heard::End(Ended::WrongPeer(node.into()));
        }
        self.peer = Some(node);
        Heard::Nothing
    }

    fn spot(&self, found: &NodeSpot, now: Timestamp) -> Heard {
        let told = found
            .spot
            .date
            .zip(found.spot.at)
            .and_then(|(date, at)| at.on(date));
        let Some(at) = told else { return Heard::Refused };
        let ahead = at.duration_since(now);
        if found.hops == 0 || found.node == self.call || ahead > AHEAD || ahead < -OLDEST {
            return Heard::Refused;
        }
        let spot = &found.spot;
        Heard::Spot(RawSpot {
            spotter: Some(spot.spotter.clone()),
            comment: spot.comment.clone(),
            time: (ahead.abs() > SAME_MINUTE).then_some(at),
            grid: spot.grid,
            snr: spot.snr,
            wpm: spot.wpm,
            ..RawSpot::of(spot.call.as_str(), spot.freq)
        })
    }

    /// Words to all, the weather, or to one of our users; groups and other nodes' sysops are not ours.
    fn said(&mut self, to: &str, from: SmolStr, text: &str, now: Timestamp) -> Heard {
        if self.sayings.take((), SAYINGS, now.as_microsecond()).is_err() {
            return Heard::Refused;
        }
        let text: String = text.trim().chars().take(LONGEST_SAYING).collect();
        if text.is_empty() {
            return Heard::Nothing;
        }
        match to {
            "*" => Heard::Bulletin(Bulletin::Announce(Announce {
                to: "ALL".into(),
                from,
                text,
            })),
            "WX" => Heard::Bulletin(Bulletin::Weather(Talk {
                to: SmolStr::default(),
                from,
                text,
            })),
            call if Spotter::parse(call).is_ok() => {
                Heard::Talk(call.into(), write::talk(call, &from, &text).into())
            }
            _ => Heard::Nothing,
        }
    }

    /// What is to be said unasked by now.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<String> {
        let mut lines = Vec::new();
        let is_due = |at: &mut Timestamp, every| {
            let is_due = *at <= now;
            if is_due {
                *at = now.saturating_add(every).unwrap_or(Timestamp::MAX);
            }
            is_due
        };
        if is_due(&mut self.due.whole, WHOLE) {
            lines.push(pc::configuration(self.call, second(now), VERSION));
        }
        if is_due(&mut self.due.alive, ALIVE) {
            lines.push(pc::keeping_alive(self.call, second(now), VERSION));
        }
        if let Some(peer) = &self.peer
            && is_due(&mut self.due.ping, PING)
        {
            lines.push(pc::ping(self.call, peer));
        }
        lines
    }

    /// The frame of one of our users' spots; `None` while there is nobody to tell, or when it is no news any more.
    pub(super) fn tell(&self, own: &OwnSpot, now: Timestamp) -> Option<String> {
        let spot = &own.spot;
        let age = now.duration_since(spot.time);
        if self.stage != Stage::Up || spot.skimmer || age >= OLDEST - AHEAD {
            return None;
        }
        let spotter = Spotter::person(spot.spotter.parse().ok()?);
        let line = SpotLine::new(spotter, spot.freq, spot.call.clone(), &spot.comment);
        let date = spot.time.to_zoned(TimeZone::UTC).date();
        let at = HourMinute::of(spot.time);
        Some(pc::spot(&line, date, at, self.call, own.address))
    }
}

/// Second of the UTC day.
fn second(now: Timestamp) -> u32 {
    u32::try_from(now.as_second().rem_euclid(86_400)).unwrap_or(0)
}

/// Whether an hour of the day has begun, today or, near midnight, yesterday.
fn is_past(hour: u8, now: Timestamp) -> bool {
    HourMinute::new(hour, 0).is_some_and(|at| at.near(now).duration_since(now) <= AHEAD)
}
