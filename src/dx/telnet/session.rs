//! One user's connection, from the greeting to the end: his lines answered, what is new told.
//!
//! Live spots come from the session's place in the bus' ring, only while there is room for them; a user who reads too
//! slowly falls behind there, is told of the gap, and costs nobody anything. While a long answer waits page by page
//! nothing live is told, and nothing is lost that the ring still holds.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use smol_str::SmolStr;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::facts::{self, Atlas, Layout};
use super::login::{self, Entered};
use super::settings::{self, Settings};
use super::wire::{Turn, Wire};
use super::{LOGIN_TIME, texts};
use crate::bus::{Delivery, SPOTS, Subscription};
use crate::dx::event::Spot;
use crate::dx::node::{Guest, Node, Note, Present, Stay};
use crate::ham::cluster::command::Command;
use crate::ham::cluster::{HourMinute, write};
use crate::identity::{Actor, Role, Scope};

/// A prompt at least so often, so that a peer that vanished is noticed.
const IDLE_PROMPT: Duration = Duration::from_mins(5);
/// Empty lines get a prompt at most so often: some programs send one after every spot.
const EMPTY_PROMPT: Duration = Duration::from_secs(5);

/// See the module's description.
pub(super) struct Session {
    pub(super) wire: Wire,
    pub(super) node: Node,
    pub(super) actor: Actor,
    pub(super) settings: Box<Settings>,
    /// The call with its identifier.
    pub(super) call: SmolStr,
    /// Without it.
    pub(super) own: SmolStr,
    /// Where its user is.
    pub(super) address: IpAddr,
    pub(super) stay: Stay,
    /// Settings that are not stored yet.
    pub(super) dirty: bool,
    /// Spots whose lines have been shown before the bus told of them.
    shown: Vec<u64>,
    notes: mpsc::Receiver<Note>,
    subscription: Subscription,
    /// What of a long answer waits for the next page.
    pages: VecDeque<String>,
    prompted: Instant,
}

/// Whether a session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Prompt,
    /// It goes on, without a prompt.
    Quiet,
    End,
}

/// Serves a connection until it ends.
pub(super) async fn run(stream: TcpStream, from: IpAddr, node: Node, stop: CancellationToken) {
    let mut wire = Wire::new(stream);
    let entering = Box::pin(login::enter(&mut wire, &node, from));
    let entered = tokio::select! {
        entered = tokio::time::timeout(LOGIN_TIME, entering) => entered,
        () = stop.cancelled() => Ok(None),
    };
    match entered {
        Ok(Some(entered)) => match Session::begin(wire, node, entered) {
            Ok(mut session) => {
                session.live(&stop).await;
                session.end().await;
            }
            Err(wire) => wire.finish().await,
        },
        Ok(None) => wire.finish().await,
        Err(_) => {
            wire.say("");
            wire.say("Sorry, nobody signed in");
            wire.finish().await;
        }
    }
}

impl Session {
    /// A session with its greeting; the wire alone, with what there is to say, where another one of the call may not
    /// be sent away.
    fn begin(mut wire: Wire, node: Node, entered: Entered) -> Result<Self, Box<Wire>> {
        let own = entered.own_call();
        let Entered {
            call,
            actor,
            settings,
            first,
            address,
        } = entered;
        let present = Present {
            call: call.clone(),
            since: node.now(),
            known: actor.account().is_some(),
            speaks: actor.require(Scope::DxWrite).is_ok(),
            watches: settings.logins,
            here: settings.here,
            name: SmolStr::new(&settings.name),
            qth: SmolStr::new(&settings.qth),
            grid: SmolStr::new(&settings.grid),
        };
        let Some((stay, notes)) = node.directory().enter(Guest { present, address }) else {
            wire.say(&format!(
                "Sorry, {call} is here already: come as {own}-9, or any other number"
            ));
            return Err(Box::new(wire));
        };
        node.directory()
            .tell_all(&Note::Login(format!("User {call} has signed in").into()));
        let subscription = node.bus().subscribe([SPOTS], None);
        let mut session = Self {
            wire,
            actor,
            own,
            address,
            call,
            stay,
            dirty: false,
            shown: Vec::new(),
            notes,
            subscription,
            pages: VecDeque::new(),
            prompted: Instant::now(),
            settings,
            node,
        };
        session.wire.set_utf8(session.settings.utf8);
        for line in texts::greeting(&session) {
            session.wire.say(&line);
        }
        session.prompt();
        if let Some(first) = first {
            session.wire.put_back(first);
        }
        Ok(session)
    }

    async fn live(&mut self, stop: &CancellationToken) {
        loop {
            // Who does not take answers gets none, and is not read either.
            while self.wire.has_room()
                && let Some(line) = self.wire.line()
            {
                if self.answer(line).await == After::End {
                    return;
                }
            }
            if std::mem::take(&mut self.dirty) {
                self.keep_settings().await;
            }
            let may_tell = self.pages.is_empty() && self.wire.has_room();
            tokio::select! {
                turn = self.wire.turn() => if turn == Turn::Gone { return },
                news = self.subscription.next(), if may_tell => self.tell(news),
                note = self.notes.recv() => if self.note(note) == After::End { return },
                () = tokio::time::sleep_until(self.prompted + IDLE_PROMPT), if may_tell => self.prompt(),
                () = stop.cancelled() => {
                    self.wire.say("This node stops; come back in a minute");
                    return;
                }
            }
        }
    }

    async fn end(self) {
        let Self {
            wire,
            node,
            call,
            stay,
            ..
        } = self;
        drop(stay);
        node.directory()
            .tell_all(&Note::Login(format!("User {call} has signed out").into()));
        wire.finish().await;
    }

    async fn answer(&mut self, line: Option<String>) -> After {
        let Some(line) = line else {
            self.wire.say("Sorry, that line is too long");
            self.prompt();
            return After::Prompt;
        };
        if !self.pages.is_empty() {
            return self.next_page(&line);
        }
        let command = Command::parse(&line);
        if command == Command::Empty {
            if self.prompted.elapsed() >= EMPTY_PROMPT {
                self.prompt();
            }
            return After::Quiet;
        }
        // On the heap while it lasts: a session should be small while it waits.
        let after = Box::pin(self.obey(command)).await;
        if after == After::Prompt && self.pages.is_empty() {
            self.prompt();
        }
        after
    }

    /// Gives lines, page by page where the user wants that.
    pub(super) fn give(&mut self, lines: Vec<String>) {
        self.pages.extend(lines);
        self.page();
    }

    fn page(&mut self) {
        let most = match self.settings.page {
            0 => usize::MAX,
            page => usize::from(page),
        };
        for line in self.pages.drain(..most.min(self.pages.len())) {
            self.wire.say(&line);
        }
        if !self.pages.is_empty() {
            let left = self.pages.len();
            self.wire
                .say(&format!("Press Enter to continue, A to abort ({left} lines) >"));
        }
    }

    fn next_page(&mut self, line: &str) -> After {
        if line.trim().eq_ignore_ascii_case("a") {
            self.pages.clear();
        } else {
            self.page();
        }
        if self.pages.is_empty() {
            self.prompt();
        }
        After::Prompt
    }

    pub(super) fn prompt(&mut self) {
        let now = self.node.now();
        let date = now.to_zoned(TimeZone::UTC).date();
        let prompt = write::prompt(&self.call, self.node.call(), date, HourMinute::of(now));
        self.wire.say(&prompt);
        self.prompted = Instant::now();
    }

    /// Shows a spot at once, before the prompt; the bus' message of it is then left out.
    pub(super) fn show(&mut self, spot: &Spot) {
        self.shown.push(spot.seq);
        self.spot(spot);
    }

    fn spot(&mut self, spot: &Spot) {
        let line = facts::line(spot, &self.settings, self.node.call(), Layout::Live);
        self.live_line(&line);
    }

    /// A line that nobody asked for.
    fn live_line(&mut self, line: &str) {
        if self.settings.beep {
            self.wire.say(&format!("{line}\u{7}\u{7}"));
        } else {
            self.wire.say(line);
        }
    }

    fn tell(&mut self, news: Vec<Delivery>) {
        for delivery in news {
            match delivery {
                Delivery::Message(message) => {
                    let Some(spot) = &message.spot else { continue };
                    let told = self.shown.contains(&spot.seq);
                    // Numbers rise: what came before this one will not come any more.
                    self.shown.retain(|seq| *seq > spot.seq);
                    if !told && self.settings.wants(spot, &self.own) {
                        self.spot(spot);
                    }
                }
                Delivery::Gap(_) => {
                    self.wire
                        .say("*** Some spots were missed: this connection does not keep up");
                }
            }
        }
    }

    fn note(&mut self, note: Option<Note>) -> After {
        let has_room = self.wire.has_room();
        match note {
            Some(Note::Bulletin(bulletin)) if has_room => {
                let places = Atlas(self.node.cluster().table());
                if self.settings.wants_bulletin(&bulletin, &places, self.node.now()) {
                    self.live_line(&bulletin.line());
                }
            }
            Some(Note::Talk(line)) if self.settings.talk => self.wire.say(&line),
            Some(Note::Login(line)) if has_room && self.settings.logins => self.wire.say(&line),
            Some(Note::Bulletin(_) | Note::Talk(_) | Note::Login(_)) => {}
            Some(Note::Replaced(address)) => {
                let line = format!(
                    "Reconnected as {} at {address}, this instance is disconnected",
                    self.call
                );
                self.wire.say(&line);
                return After::End;
            }
            None => return After::End,
        }
        After::Quiet
    }

    /// What the user has set is there the next time.
    async fn keep_settings(&mut self) {
        let settings = &self.settings;
        let (name, qth, grid) = (&settings.name, &settings.qth, &settings.grid);
        self.stay.update(|present| {
            (present.here, present.watches) = (settings.here, settings.logins);
            (present.name, present.qth, present.grid) = (name.into(), qth.into(), grid.into());
        });
        if self.actor.account().is_some() {
            settings::save(&self.node, &self.actor, &self.settings).await;
        }
    }

    /// Whether the user may say something to others, and if so as whom; the account may have changed meanwhile.
    pub(super) fn speaker(&self) -> Option<Actor> {
        self.node
            .identity()
            .still(&self.actor)
            .filter(|actor| actor.require(Scope::DxWrite).is_ok())
    }

    /// Whether the user administers the station.
    pub(super) fn is_administrator(&self) -> bool {
        self.speaker().is_some_and(|actor| {
            actor
                .member()
                .is_ok_and(|member| member.role == Role::Administrator)
        })
    }

    /// Tells a call, or all of its sessions.
    pub(super) fn talk(&self, to: &str, text: &str) -> bool {
        let line: Arc<str> = write::talk(to, &self.call, text).into();
        self.node.directory().tell(to, &line)
    }
}
