//! One connection to an upstream, from connecting to its end.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;

use super::digest::Digest;
use super::script::{PATIENCE, Script, Stage};
use super::state::Tally;
use super::wire::{Ended, Manners, Sanity, Turn, Wire};
use crate::config::{Host, Upstream, UpstreamKind};
use crate::dx::Query;
use crate::dx::event::Source;
use crate::dx::model::{Accepted, RawSpot, Refused, Sender};
use crate::dx::node::{Bulletin, Node};
use crate::ham::cluster::{Line, Piece, Splitter, SpotLine};
use crate::identity::{Actor, Service};

/// Nodes may be quiet for long; an empty line makes them speak.
const NODE: Manners = Manners {
    keepalive: Duration::from_mins(4),
    silence: Duration::from_mins(15),
};
/// Somewhere a skimmer always hears something.
const FEED: Manners = Manners {
    keepalive: Duration::from_mins(2),
    silence: Duration::from_mins(5),
};
/// How often it is looked what a digest has to tell.
const TICK: Duration = Duration::from_secs(1);
/// How far the minute of a line may be from now for the spot to be of now, to the second.
const SAME_MINUTE: SignedDuration = SignedDuration::from_secs(90);
/// How far apart two tellings of one spot may be: one has seconds, the other minutes.
const SAME_SPOT: SignedDuration = SignedDuration::from_mins(2);
/// Spots of one call that a spot of the past is looked for among.
const LOOKED_AT: usize = 50;

/// A connection at work.
struct Client<'a> {
    node: &'a Node,
    number: usize,
    upstream: &'a Upstream,
    actor: Actor,
    script: Script<'a>,
    splitter: Splitter,
    sanity: Sanity,
    digest: Option<Digest>,
    /// Lines to be sent.
    answers: Vec<String>,
    /// Words that sounded like a refusal, in case the node closes.
    refused: Option<String>,
    end: Option<Ended>,
    tally: Tally,
}

/// Listens until the connection ends.
pub(super) async fn listen(node: &Node, number: usize, upstream: &Upstream, host: &Host) -> Ended {
    let manners = match upstream.kind {
        UpstreamKind::Rbn => FEED,
        _ => NODE,
    };
    let wire = match Wire::connect(host, manners).await {
        Ok(wire) => wire,
        Err(ended) => return ended,
    };
    let now = node.now();
    node.upstreams().change(number, |state| state.connected(now));
    let mut client = Client {
        node,
        number,
        upstream,
        actor: Actor::Service(Service::DxFeed),
        script: Script::new(upstream),
        splitter: Splitter::new(),
        sanity: Sanity::default(),
        digest: upstream.digest.then(Digest::default),
        answers: Vec::new(),
        refused: None,
        end: None,
        tally: Tally::default(),
    };
    match client.run(wire).await {
        Ended::Closed => client.refused.take().map_or(Ended::Closed, Ended::Refused),
        ended => ended,
    }
}

impl Client<'_> {
    async fn run(&mut self, mut wire: Wire) -> Ended {
        loop {
            let is_in = self.script.stage() == Stage::In;
            let patience = match (is_in, &self.digest) {
                (false, _) => Some(PATIENCE),
                (true, digest) => digest.as_ref().map(|_| TICK),
            };
            match wire.turn(patience).await {
                Ok(Turn::Bytes(bytes)) => self.read(bytes),
                Ok(Turn::Quiet) if !is_in => self.answers.extend(self.script.lose_patience()),
                Ok(Turn::Quiet) => {}
                Ok(Turn::Idle) => self.answers.push(String::new()),
                Err(ended) => return ended,
            }
            self.tell_digested();
            self.tell();
            if let Some(end) = self.end.take() {
                return end;
            }
            let mut out = self.splitter.replies();
            for line in self.answers.drain(..) {
                out.extend_from_slice(line.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            if let Err(ended) = wire.send(&out).await {
                return ended;
            }
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        let mut splitter = std::mem::take(&mut self.splitter);
        self.sanity.bytes(bytes.len());
        splitter.feed(bytes, |piece| match piece {
            Piece::Line(line) => {
                self.sanity.line(true);
                self.line(&Line::parse(line));
            }
            Piece::TooLong => {
                self.tally.too_long += 1;
                self.sanity.line(false);
            }
        });
        if self.sanity.is_lost() {
            self.end = Some(Ended::Garbage);
        }
        // A question has no end of line.
        if self.script.stage() != Stage::In && !splitter.partial().is_empty() {
            let line = Line::parse(splitter.partial());
            if matches!(line, Line::LoginPrompt | Line::PasswordPrompt) {
                splitter.forget_partial();
                self.answers.extend(self.script.hear(&line));
            }
        }
        self.splitter = splitter;
    }

    fn line(&mut self, line: &Line) {
        self.tally.lines += 1;
        if self.script.stage() != Stage::In {
            self.answers.extend(self.script.hear(line));
        }
        match line {
            Line::Spot(spot) => self.live(spot),
            Line::Past(spot) => self.past(spot),
            // Live and past ones look alike.
            Line::Cc11(record) => self.past(&record.spot),
            Line::Wwv(figures) => self.bulletin(Bulletin::Wwv(figures.clone())),
            Line::Wcy(figures) => self.bulletin(Bulletin::Wcy(figures.clone())),
            Line::Announce(said) => self.bulletin(Bulletin::Announce(said.clone())),
            Line::Weather(said) => self.bulletin(Bulletin::Weather(said.clone())),
            Line::Replaced => self.end = Some(Ended::Replaced),
            // Once in, a refusal is about a command of ours: the spots come all the same. Before, it may be a rule of
            // the house in the greeting: only a node that closes has refused us.
            Line::Refused(words) if self.script.stage() != Stage::In => self.refused = Some(words.clone()),
            _ => {}
        }
    }

    fn live(&mut self, spot: &SpotLine) {
        let now = self.node.now().as_millisecond();
        match &mut self.digest {
            Some(digest) if spot.spotter.skimmer => {
                self.tally.digested += 1;
                if let Some(told) = digest.hear(spot.clone(), now) {
                    self.spot(&told);
                }
            }
            _ => self.spot(spot),
        }
    }

    fn tell_digested(&mut self) {
        let now = self.node.now().as_millisecond();
        let told = self.digest.as_mut().map(|digest| digest.due(now));
        for spot in told.into_iter().flatten() {
            self.spot(&spot);
        }
    }

    /// A spot with its date: one of `sh/dx`, which was perhaps heard before this connection, or before a restart.
    fn past(&mut self, spot: &SpotLine) {
        if self.is_known(spot) {
            self.tally.duplicates += 1;
        } else {
            self.spot(spot);
        }
    }

    fn is_known(&self, spot: &SpotLine) -> bool {
        let now = self.node.now();
        let Some(at) = raw(spot, now).time else {
            return false;
        };
        // The ring of people is short, and `sh/dx` tells of people.
        let of_call = Query {
            call: Some(SmolStr::new(spot.call.as_str())),
            skimmer: Some(spot.spotter.skimmer),
            ..Query::newest(LOOKED_AT)
        };
        let known = self.node.cluster().history(&of_call, |_| true);
        known.iter().any(|other| {
            other.spotter.split('-').next() == Some(spot.spotter.call.as_str())
                && other.freq.get() / 1_000 == spot.freq.get() / 1_000
                && other.time.duration_since(at).abs() <= SAME_SPOT
        })
    }

    fn spot(&mut self, spot: &SpotLine) {
        let raw = raw(spot, self.node.now());
        let from = Sender {
            actor: &self.actor,
            source: Source::Telnet,
            origin: &self.upstream.name,
        };
        match self.node.cluster().accept(raw, &from) {
            Ok(Accepted::New(_)) => self.tally.spots += 1,
            Ok(Accepted::Duplicate) => self.tally.duplicates += 1,
            Err(Refused::Denied(error)) => {
                tracing::error!(%error, "the cluster's feeds may not send spots: {error}");
                self.tally.rejected += 1;
            }
            Err(_) => self.tally.rejected += 1,
        }
    }

    fn bulletin(&self, bulletin: Bulletin) {
        self.node.tell(bulletin);
    }

    /// Passes the counts on.
    fn tell(&mut self) {
        let tally = std::mem::take(&mut self.tally);
        let is_in = self.script.stage() == Stage::In;
        let now = self.node.now();
        self.node
            .upstreams()
            .change(self.number, |state| state.tell(tally, is_in, now));
    }
}

/// A spot as the cluster takes it. Lines have minutes: one of this minute is a spot of now.
fn raw(spot: &SpotLine, now: Timestamp) -> RawSpot {
    let told = spot
        .at
        .map(|at| at.on_or_near(spot.date, now, SignedDuration::from_mins(15)));
    RawSpot {
        spotter: Some(spot.spotter.clone()),
        comment: SmolStr::clone(&spot.comment),
        time: told.filter(|at| at.duration_since(now).abs() > SAME_MINUTE),
        grid: spot.grid,
        spotter_grid: spot.spotter_grid,
        snr: spot.snr,
        wpm: spot.wpm,
        ..RawSpot::of(spot.call.as_str(), spot.freq)
    }
}
