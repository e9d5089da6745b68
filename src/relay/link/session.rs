//! One connection of the link, from its hello to its end.

use std::pin::Pin;
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::stream::FuturesUnordered;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout};
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, Message, Utf8Bytes};

use super::LinkParts;
use super::age::{Age, OLDEST};
use super::eyes::{Eyes, changed, changed_or_due, moved};
use super::message::{Said, Told, TuneOrder, VERSION};
use crate::env::OpenSocket;
use crate::relay::logs::queue::Sums;
use crate::relay::rig::RigError;
use crate::relay::rig::rotator::{Rotator, RotatorState};
use crate::relay::wish::{Fault, Tuned};

/// How long the server's welcome is waited for.
const WELCOME: Duration = Duration::from_secs(10);
/// How often the server is asked for a sign of life.
const PING: Duration = Duration::from_secs(20);
/// Without any sign for so long the connection is given up.
const DEAD: Duration = Duration::from_secs(45);
/// How long one message may take to be written.
const WRITE: Duration = Duration::from_secs(10);
/// Commands under way at once; a server that sends more without waiting is told so.
const MOST_UNDER_WAY: usize = 256;
/// The close code of a server that another relay of this name has come to.
const REPLACED: u16 = 4001;

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// It broke, or the server restarts: it is tried again soon.
    Lost(String),
    /// The server does not want it: somebody has to change something.
    Refused(String),
}

/// A command under way; its answer as it is sent.
type UnderWay = Pin<Box<dyn Future<Output = String> + Send>>;

/// One connection.
pub(super) struct Session<'p> {
    parts: &'p LinkParts,
    socket: OpenSocket,
    heard: Instant,
    age: Age,
    under_way: FuturesUnordered<UnderWay>,
    eyes: Eyes,
}

enum Event {
    Said(Option<Result<Message, Error>>),
    Answer(String),
    State,
    Facts,
    Meters,
    Position,
    Sums,
    OtherRig,
    OtherRotator,
    Ping,
    Silence,
}

impl<'p> Session<'p> {
    pub(super) fn new(parts: &'p LinkParts, socket: OpenSocket) -> Self {
        Self {
            parts,
            socket,
            heard: Instant::now(),
            age: Age::default(),
            under_way: FuturesUnordered::new(),
            eyes: Eyes::new(parts.rig.clone(), parts.rotator.clone()),
        }
    }

    /// Runs the connection to its end; `welcomed` is told the account when the server has taken the radio in.
    pub(super) async fn run(mut self, welcomed: impl FnOnce(String)) -> Ended {
        match self.greet().await {
            Ok(account) => welcomed(account),
            Err(ended) => return ended,
        }
        let mut ticks = interval_at(Instant::now() + PING, PING);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sums = self.parts.sums.clone();
        sums.mark_changed();
        loop {
            let event = self.next(&mut ticks, &mut sums).await;
            if let Err(ended) = self.on(event, &mut sums).await {
                return ended;
            }
        }
    }

    /// Says hello and waits for the welcome; the account.
    async fn greet(&mut self) -> Result<String, Ended> {
        let hello = Told::Hello {
            v: VERSION,
            version: env!("CARGO_PKG_VERSION"),
            name: &self.parts.name,
            facts: &self.eyes.facts.borrow_and_update().clone(),
        };
        let hello = hello.text();
        self.send(Message::text(hello)).await?;
        let deadline = Instant::now() + WELCOME;
        loop {
            let message = tokio::select! {
                message = self.socket.next() => message,
                () = sleep_until(deadline) => return Err(Ended::Lost("the server did not say welcome".to_owned())),
            };
            if let Some(text) = self.heard(message)?
                && let Ok(Said::Welcome { account, sent_ms }) = serde_json::from_str(&text)
            {
                self.age.of(sent_ms, self.parts.clock.now());
                self.eyes.states.is_due = true;
                self.eyes.positions.is_due = self.eyes.rotator.is_some();
                return Ok(account.chars().take(20).collect());
            }
        }
    }

    async fn next(&mut self, ticks: &mut Interval, sums: &mut watch::Receiver<Sums>) -> Event {
        let eyes = &mut self.eyes;
        tokio::select! {
            said = self.socket.next() => Event::Said(said),
            Some(answer) = self.under_way.next() => Event::Answer(answer),
            () = changed_or_due(&mut eyes.state, &mut eyes.states) => Event::State,
            () = changed(&mut eyes.facts) => Event::Facts,
            () = changed_or_due(&mut eyes.meters, &mut eyes.readings) => Event::Meters,
            () = moved(eyes.rotator.as_mut(), &mut eyes.positions) => Event::Position,
            () = changed(sums) => Event::Sums,
            () = changed(&mut eyes.rigs) => Event::OtherRig,
            () = changed(&mut eyes.rotators) => Event::OtherRotator,
            _ = ticks.tick() => Event::Ping,
            () = sleep_until(self.heard + DEAD) => Event::Silence,
        }
    }

    async fn on(&mut self, event: Event, sums: &mut watch::Receiver<Sums>) -> Result<(), Ended> {
        let text = match event {
            Event::Said(message) => {
                let Some(text) = self.heard(message)? else {
                    return Ok(());
                };
                // What is not understood is of a later version.
                match serde_json::from_str(&text) {
                    Ok(said) => return self.obey(said).await,
                    Err(_) => return Ok(()),
                }
            }
            Event::Answer(answer) => answer,
            Event::State => {
                self.eyes.states.told();
                Told::State(&self.eyes.state.borrow_and_update()).text()
            }
            Event::Facts => Told::Facts {
                facts: &self.eyes.facts.borrow_and_update(),
            }
            .text(),
            Event::Meters => {
                self.eyes.readings.told();
                Told::Meters(*self.eyes.meters.borrow_and_update()).text()
            }
            Event::Position => {
                self.eyes.positions.told();
                let Some(state) = &mut self.eyes.rotator else {
                    return Ok(());
                };
                Told::Rotator(&state.borrow_and_update()).text()
            }
            Event::Sums => Told::Queue(*sums.borrow_and_update()).text(),
            Event::OtherRig => {
                self.eyes.look_at_rig();
                return Ok(());
            }
            Event::OtherRotator => {
                self.eyes.look_at_rotator();
                if self.eyes.rotator.is_some() {
                    return Ok(());
                }
                Told::Rotator(&RotatorState::default()).text()
            }
            Event::Ping => return self.send(Message::Ping(Vec::new().into())).await,
            Event::Silence => return Err(Ended::Lost("the server gave no sign of life for 45 s".to_owned())),
        };
        self.send(Message::text(text)).await
    }

    /// What came, if it is a text.
    fn heard(&mut self, message: Option<Result<Message, Error>>) -> Result<Option<Utf8Bytes>, Ended> {
        match message {
            Some(Ok(Message::Close(frame))) => Err(closed(frame)),
            Some(Ok(message)) => {
                self.heard = Instant::now();
                let Message::Text(text) = message else {
                    return Ok(None);
                };
                Ok(Some(text))
            }
            Some(Err(error)) => Err(Ended::Lost(format!("the connection broke: {error}"))),
            None => Err(Ended::Lost("the server closed the connection".to_owned())),
        }
    }

    /// Does what the server says.
    async fn obey(&mut self, said: Said) -> Result<(), Ended> {
        match said {
            Said::Tune(order) => {
                self.fresh(order.id, order.sent_ms).await?;
                self.begin(order.id, |eyes| tune(eyes, order)).await
            }
            Said::Rotate {
                id,
                sent_ms,
                azimuth,
                stop,
            } => {
                self.fresh(id, sent_ms).await?;
                let rotator = self.parts.rotator.borrow().clone();
                self.begin(id, |_| rotate(id, rotator, azimuth, stop)).await
            }
            Said::Watch { visible, sent_ms } => {
                self.age.of(sent_ms, self.parts.clock.now());
                self.eyes.show(visible);
                Ok(())
            }
            Said::Welcome { .. } | Said::Other => Ok(()),
        }
    }

    /// Refuses a command that is too old. The connection is given up then: what else waits on it is old as well, or
    /// this computer's clock was set.
    async fn fresh(&mut self, id: u64, sent_ms: u64) -> Result<(), Ended> {
        let age = self.age.of(sent_ms, self.parts.clock.now());
        if age <= OLDEST {
            return Ok(());
        }
        let detail = format!(
            "the command came {:.1} s late and was not carried out; try again",
            age.as_secs_f64()
        );
        let fault = Fault::new(StatusCode::GATEWAY_TIMEOUT, "expired", detail);
        self.send(Message::text(Told::Fault { id, fault: &fault }.text()))
            .await?;
        Err(Ended::Lost(
            "a command came late; the link is made anew".to_owned(),
        ))
    }

    /// Begins a command. It is begun before the next one is heard, so that the radio gets them in order.
    async fn begin(&mut self, id: u64, command: impl FnOnce(&Eyes) -> UnderWay) -> Result<(), Ended> {
        if self.under_way.len() >= MOST_UNDER_WAY {
            let detail = "too many commands at once; the radio has not answered the earlier ones";
            let fault = Fault::new(StatusCode::SERVICE_UNAVAILABLE, "too_many", detail);
            return self
                .send(Message::text(Told::Fault { id, fault: &fault }.text()))
                .await;
        }
        let mut command = command(&self.eyes);
        match futures_util::poll!(&mut command) {
            std::task::Poll::Ready(answer) => self.send(Message::text(answer)).await,
            std::task::Poll::Pending => {
                self.under_way.push(command);
                Ok(())
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), Ended> {
        match timeout(WRITE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Ended::Lost(format!("the connection broke: {error}"))),
            Err(_) => Err(Ended::Lost("the server takes nothing any more".to_owned())),
        }
    }
}

fn tune(eyes: &Eyes, order: TuneOrder) -> UnderWay {
    let id = order.id;
    let now_hz = eyes.state.borrow().freq_hz;
    let rig = eyes.rig.clone();
    Box::pin(async move {
        let tuned = match order.wish().tune(now_hz) {
            Ok(tune) => rig.tune(tune).await.map_err(|error| Fault::from(&error)),
            Err(error) => Err(Fault::from(&error)),
        };
        match tuned {
            Ok(state) => Told::Done {
                id,
                tuned: Some(&Tuned::of(&state)),
            }
            .text(),
            Err(fault) => Told::Fault { id, fault: &fault }.text(),
        }
    })
}

fn rotate(id: u64, rotator: Option<Rotator>, azimuth: Option<f64>, stop: bool) -> UnderWay {
    Box::pin(async move {
        let Some(rotator) = rotator else {
            let detail = "this relay has no rotator: name its rotctld in the relay's setup";
            let fault = Fault::new(StatusCode::CONFLICT, "no_rotator", detail);
            return Told::Fault { id, fault: &fault }.text();
        };
        let turned: Result<(), RigError> = match azimuth {
            Some(azimuth) => rotator.turn(azimuth, None).await,
            None if stop => rotator.stop().await,
            None => Ok(()),
        };
        match turned {
            Ok(()) => Told::Done { id, tuned: None }.text(),
            Err(error) => Told::Fault {
                id,
                fault: &Fault::from(&error),
            }
            .text(),
        }
    })
}

/// Why the server has closed the connection.
fn closed(frame: Option<CloseFrame>) -> Ended {
    let Some(frame) = frame else {
        return Ended::Lost("the server closed the connection".to_owned());
    };
    let words = frame.reason.as_str().to_owned();
    match frame.code {
        CloseCode::Policy => Ended::Refused(words),
        code if u16::from(code) == REPLACED => Ended::Refused(words),
        _ => Ended::Lost(words),
    }
}
