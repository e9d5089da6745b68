//! One connection to an upstream, from connecting to its end.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::script::{PATIENCE, Script, Stage};
use super::state::{Phase, UpstreamState};
use crate::config::Upstream;
use crate::dx::event::Source;
use crate::dx::model::{Accepted, RawSpot, Refused, Sender};
use crate::dx::node::{Bulletin, Node};
use crate::ham::cluster::{Line, Piece, Splitter, SpotLine};
use crate::identity::{Actor, Service};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(15);
/// How long sending a line may take.
const SEND: Duration = Duration::from_secs(15);
/// An empty line so often keeps the connection in every firewall's memory, and makes a quiet node speak.
const KEEPALIVE: Duration = Duration::from_mins(4);
/// A node that says nothing for so long, not even to an empty line, is gone.
const SILENCE: Duration = Duration::from_mins(15);
/// Lines that are too long, in a row, after which a connection is no cluster.
const MOST_GARBAGE: u32 = 20;
/// How far the minute of a line may be from now for the spot to be of now, to the second.
const SAME_MINUTE: SignedDuration = SignedDuration::from_secs(90);

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum Ended {
    NoConnection(std::io::Error),
    Closed,
    Silent,
    Garbage,
    /// The node's words.
    Refused(String),
    /// Our call has signed in elsewhere.
    Replaced,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConnection(error) => write!(f, "no connection: {error}"),
            Self::Closed => f.write_str("the node closed the connection"),
            Self::Silent => f.write_str("the node fell silent"),
            Self::Garbage => f.write_str("what came are no lines of a cluster"),
            Self::Refused(words) => write!(f, "the node refused us: {words}"),
            Self::Replaced => f.write_str("our call has signed in elsewhere"),
        }
    }
}

/// A connection at work.
struct Client<'a> {
    node: &'a Node,
    number: usize,
    upstream: &'a Upstream,
    actor: Actor,
    script: Script<'a>,
    splitter: Splitter,
    garbage: u32,
    /// Lines to be sent.
    answers: Vec<String>,
    end: Option<Ended>,
    tally: Tally,
}

/// Counts not yet told.
#[derive(Default)]
struct Tally {
    lines: u64,
    spots: u64,
    duplicates: u64,
    rejected: u64,
    too_long: u64,
}

/// Listens until the connection ends.
pub(super) async fn listen(node: &Node, number: usize, upstream: &Upstream, host: &str) -> Ended {
    node.upstreams().change(number, |state| {
        state.phase = Phase::Connecting;
        host.clone_into(&mut state.host);
    });
    let stream = match timeout(CONNECT, TcpStream::connect((host, upstream.port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Ended::NoConnection(error),
        Err(_) => return Ended::NoConnection(std::io::ErrorKind::TimedOut.into()),
    };
    drop(stream.set_nodelay(true));
    let now = node.now();
    node.upstreams().change(number, |state| {
        state.phase = Phase::Entering;
        state.since = Some(now);
        state.retry = None;
        state.connections += 1;
    });
    let mut client = Client {
        node,
        number,
        upstream,
        actor: Actor::Service(Service::DxFeed),
        script: Script::new(upstream),
        splitter: Splitter::new(),
        garbage: 0,
        answers: Vec::new(),
        end: None,
        tally: Tally::default(),
    };
    client.run(stream).await
}

impl Client<'_> {
    async fn run(&mut self, mut stream: TcpStream) -> Ended {
        let (mut reader, mut writer) = stream.split();
        let mut bytes = vec![0; 8 << 10];
        let (mut heard, mut sent) = (Instant::now(), Instant::now());
        let mut patience = Instant::now() + PATIENCE;
        loop {
            let is_in = self.script.stage() == Stage::In;
            tokio::select! {
                read = reader.read(&mut bytes) => match read {
                    Ok(0) => return self.end.take().unwrap_or(Ended::Closed),
                    Ok(count) => {
                        heard = Instant::now();
                        patience = heard + PATIENCE;
                        self.read(&bytes[..count]);
                    }
                    Err(error) => return Ended::NoConnection(error),
                },
                () = tokio::time::sleep_until(patience), if !is_in => {
                    patience = Instant::now() + PATIENCE;
                    self.answers.extend(self.script.lose_patience());
                }
                () = tokio::time::sleep_until(sent + KEEPALIVE), if is_in => self.answers.push(String::new()),
                () = tokio::time::sleep_until(heard + SILENCE) => return Ended::Silent,
            }
            self.tell();
            if let Some(end) = self.end.take() {
                return end;
            }
            let mut out = self.splitter.replies();
            for line in self.answers.drain(..) {
                out.extend_from_slice(line.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            if !out.is_empty() {
                sent = Instant::now();
                match timeout(SEND, writer.write_all(&out)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return Ended::NoConnection(error),
                    Err(_) => return Ended::Silent,
                }
            }
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        let mut splitter = std::mem::take(&mut self.splitter);
        splitter.feed(bytes, |piece| match piece {
            Piece::Line(line) => {
                self.garbage = 0;
                self.line(&Line::parse(line));
            }
            Piece::TooLong => {
                self.tally.too_long += 1;
                self.garbage += 1;
            }
        });
        if self.garbage >= MOST_GARBAGE {
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
            Line::Spot(spot) | Line::Past(spot) => self.spot(spot),
            Line::Cc11(record) => self.spot(&record.spot),
            Line::Wwv(figures) => self.bulletin(Bulletin::Wwv(figures.clone())),
            Line::Wcy(figures) => self.bulletin(Bulletin::Wcy(figures.clone())),
            Line::Announce(said) => self.bulletin(Bulletin::Announce(said.clone())),
            Line::Weather(said) => self.bulletin(Bulletin::Weather(said.clone())),
            Line::Replaced => self.end = Some(Ended::Replaced),
            // Once in, a refusal is about a command of ours: the spots come all the same.
            Line::Refused(words) if self.script.stage() != Stage::In => {
                self.end = Some(Ended::Refused(words.clone()));
            }
            _ => {}
        }
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
            .change(self.number, |state: &mut UpstreamState| {
                if is_in {
                    state.phase = Phase::Listening;
                    state.last_error = None;
                }
                if tally.lines > 0 {
                    state.heard = Some(now);
                }
                state.lines += tally.lines;
                state.spots += tally.spots;
                state.duplicates += tally.duplicates;
                state.rejected += tally.rejected;
                state.too_long += tally.too_long;
            });
    }
}

/// A spot as the cluster takes it. Lines have minutes: one of this minute is a spot of now.
fn raw(spot: &SpotLine, now: Timestamp) -> RawSpot {
    let told = spot
        .at
        .map(|at| at.on_or_near(spot.date, now, SignedDuration::from_mins(15)));
    let time = told.filter(|at| spot.date.is_some() || at.duration_since(now).abs() > SAME_MINUTE);
    RawSpot {
        spotter: Some(spot.spotter.clone()),
        comment: SmolStr::clone(&spot.comment),
        time,
        grid: spot.grid,
        spotter_grid: spot.spotter_grid,
        snr: spot.snr,
        wpm: spot.wpm,
        ..RawSpot::of(spot.call.as_str(), spot.freq)
    }
}
