//! One socket, from its opening to its end.
//!
//! News go out at most twenty times a second, the newest alone. What was asked for is carried out beside: many tunes
//! may be under way, of which the radio takes the newest. The right to transmit is the socket's and ends with it.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::programs::{self, Decodes, Order};
use super::said::{self, Said};
use crate::relay::desk::Desk;
use crate::relay::http::gate::Caller;
use crate::relay::http::ptt::{self, HEARTBEAT, Input};
use crate::relay::http::rotator::{self, Turn};
use crate::relay::http::status::Pushed;
use crate::relay::rig::{Listener, Meters, PttLease, Rig, RigError, RigState};
use crate::relay::wish::{Fault, Tuned};

/// The least time between two pushes.
const PACE: Duration = Duration::from_millis(50);
/// How often it is looked after: pings, leases that have ended.
const LOOK: Duration = Duration::from_millis(250);
/// Looks between two pings, and without a word from the page until it is taken for gone.
const PING: u32 = 80;
const GONE: u32 = 180;
/// Things under way at once; then the page is not read.
const UNDER_WAY: usize = 256;

type Socket = WebSocketStream<TokioIo<Upgraded>>;
type Doing = Pin<Box<dyn Future<Output = Done> + Send>>;

/// What has come to its end.
enum Done {
    Tuned(Value, Result<Tuned, Fault>),
    Rotated(Value, Result<(), Fault>),
    Ordered(Value, Result<(), Fault>),
    Keyed(Value, Result<PttLease, RigError>),
    Unkeyed(Value, Result<(), RigError>),
}

/// A page at the socket.
struct Talk {
    socket: Socket,
    desk: Arc<Desk>,
    caller: Caller,
    sight: Sight,
    decodes: Decodes,
    doing: FuturesUnordered<Doing>,
    token: Option<String>,
    /// The transmission, once it is keyed.
    lease: Option<PttLease>,
    /// Whether the page wants to transmit.
    wants: bool,
    silent: u32,
    looks: u32,
}

/// The radio as this page sees it.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
struct Sight {
    rigs: watch::Receiver<Rig>,
    state: watch::Receiver<RigState>,
    meters: watch::Receiver<Meters>,
    _listener: Listener,
    visible: bool,
    news: bool,
    swing: bool,
    parted: bool,
    next: Instant,
}

impl Sight {
    fn of(mut rigs: watch::Receiver<Rig>, visible: bool) -> Self {
        let rig = rigs.borrow_and_update().clone();
        Self {
            state: rig.state(),
            meters: rig.meters(),
            _listener: rig.listen(visible),
            rigs,
            visible,
            news: true,
            swing: false,
            parted: false,
            next: Instant::now(),
        }
    }

    /// Until something is to be pushed. May be dropped at any time.
    async fn due(&mut self) {
        loop {
            tokio::select! {
                () = sleep_until(self.next), if self.news || self.swing => return,
                // The desk has the other end, and the socket has the desk.
                _ = self.rigs.changed() => self.look_anew(self.visible),
                changed = self.state.changed(), if !self.news && !self.parted => {
                    self.news = changed.is_ok();
                    // A radio that was let go says nothing more; another one comes.
                    self.parted = changed.is_err();
                }
                changed = self.meters.changed(), if self.visible && !self.swing && !self.parted => {
                    self.swing = changed.is_ok();
                    self.parted = changed.is_err();
                }
            }
        }
    }

    fn look_anew(&mut self, visible: bool) {
        let next = self.next;
        *self = Self::of(self.rigs.clone(), visible);
        self.next = next;
    }
}

/// Talks until either side ends.
pub(super) async fn run(socket: Socket, desk: Arc<Desk>, caller: Caller) {
    let mut talk = Talk {
        socket,
        sight: Sight::of(desk.rig.subscribe(), true),
        desk,
        caller,
        decodes: Decodes::default(),
        doing: FuturesUnordered::new(),
        token: None,
        lease: None,
        wants: false,
        silent: 0,
        looks: 0,
    };
    let close = match talk.go().await {
        Ok(close) => close,
        Err(error) => {
            tracing::debug!(%error, "a page's socket ended: {error}");
            return;
        }
    };
    // The transmission ends here, before the page takes its time to say goodbye.
    drop(talk.lease.take());
    drop(talk.doing);
    if let Some((code, reason)) = close {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        drop(talk.socket.close(Some(frame)).await);
    }
}

type Close = Option<(CloseCode, &'static str)>;

impl Talk {
    async fn go(&mut self) -> Result<Close, Error> {
        let stop = self.desk.stop.clone();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(Some((CloseCode::Away, "the relay ends"))),
                Some(done) = self.doing.next(), if !self.doing.is_empty() => self.done(done).await?,
                message = self.socket.next(), if self.doing.len() < UNDER_WAY => {
                    let Some(message) = message.transpose()? else { return Ok(None) };
                    self.silent = 0;
                    match message {
                        Message::Text(text) => self.hear(&text).await?,
                        Message::Binary(_) => return Ok(Some((CloseCode::Unsupported, "text alone is understood"))),
                        Message::Close(_) => return Ok(None),
                        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                    }
                }
                () = self.sight.due() => self.push().await?,
                heard = self.decodes.hear() => {
                    let told = self.decodes.told(&heard, self.desk.clock.now());
                    if let Some(told) = told {
                        self.send(&told).await?;
                    }
                }
                _ = look.tick() => if let Some(close) = self.look().await? { return Ok(Some(close)) },
            }
        }
    }

    async fn push(&mut self) -> Result<(), Error> {
        let sight = &mut self.sight;
        sight.next = Instant::now() + PACE;
        if std::mem::take(&mut sight.news) {
            let state = sight.state.borrow_and_update().clone();
            let name = self.desk.settings().name.clone();
            let pushed = Pushed::new(&name, &state, self.desk.clock.now());
            self.send(&pushed).await?;
        }
        if std::mem::take(&mut self.sight.swing) {
            let meters = *self.sight.meters.borrow_and_update();
            let mut pushed = json!(meters);
            pushed["type"] = json!("meters");
            pushed["rig"] = json!(self.desk.settings().name);
            self.send(&pushed).await?;
        }
        Ok(())
    }

    async fn hear(&mut self, text: &str) -> Result<(), Error> {
        let (id, said) = match said::read(text) {
            Ok(read) => read,
            Err(unclear) => {
                let status = axum::http::StatusCode::BAD_REQUEST;
                let fault = Fault::new(status, "bad_message", unclear.words);
                return self.fault(unclear.id, &fault).await;
            }
        };
        match said {
            Said::Watch(visible) => {
                if visible != self.sight.visible {
                    self.sight.look_anew(visible);
                }
            }
            Said::Token(token) => self.token = Some(token),
            Said::Renew => self.renew(id).await?,
            Said::Decodes(on) => self.decodes.switch(on, &self.desk),
            _ if !self.caller.acts => {
                let words =
                    "this socket listens only: send the header X-Shackbox-Action: execute when opening it";
                let status = axum::http::StatusCode::FORBIDDEN;
                let fault = Fault::new(status, "action_header_missing", words);
                self.fault(id, &fault).await?;
            }
            Said::Tune(wish) => {
                let desk = Arc::clone(&self.desk);
                self.begin(async move {
                    let tuned = desk.tune(&wish).await;
                    Done::Tuned(id, tuned)
                });
            }
            Said::Rotate(turn) => self.rotate(id, turn),
            Said::Order(order) => self.order(id, order).await?,
            Said::Ptt(true, input) => self.key(id, input).await?,
            Said::Ptt(false, _) => self.unkey(id).await?,
        }
        Ok(())
    }

    fn begin(&self, doing: impl Future<Output = Done> + Send + 'static) {
        self.doing.push(Box::pin(doing));
    }

    fn rotate(&self, id: Value, turn: Turn) {
        let desk = Arc::clone(&self.desk);
        self.begin(async move {
            let turned = rotator::carry_out(&desk, &turn).await;
            Done::Rotated(id, turned)
        });
    }

    async fn order(&mut self, id: Value, order: Order) -> Result<(), Error> {
        let (program, message) = match self.decodes.command(order) {
            Ok(command) => command,
            Err(fault) => return self.fault(id, &fault).await,
        };
        if message.keys_the_transmitter()
            && let Err(fault) = ptt::may_transmit(&self.desk, self.token.as_deref(), self.caller.name())
        {
            return self.fault(id, &fault).await;
        }
        let desk = Arc::clone(&self.desk);
        self.begin(async move { Done::Ordered(id, programs::send(&desk, &program, message).await) });
        Ok(())
    }

    async fn key(&mut self, id: Value, input: Option<Input>) -> Result<(), Error> {
        if let Err(fault) = ptt::may_transmit(&self.desk, self.token.as_deref(), self.caller.name()) {
            return self.fault(id, &fault).await;
        }
        if self.wants {
            return self.renew(id).await;
        }
        self.wants = true;
        let rig = self.desk.rig();
        self.begin(async move { Done::Keyed(id, rig.key(Input::of(input), HEARTBEAT).await) });
        Ok(())
    }

    async fn unkey(&mut self, id: Value) -> Result<(), Error> {
        self.wants = false;
        match self.lease.take() {
            Some(lease) => {
                self.begin(async move { Done::Unkeyed(id, lease.release().await) });
                Ok(())
            }
            None => self.done(Done::Unkeyed(id, Ok(()))).await,
        }
    }

    async fn renew(&mut self, id: Value) -> Result<(), Error> {
        let is_alive = self.lease.as_ref().is_some_and(PttLease::renew);
        if is_alive || self.wants && self.lease.is_none() {
            return Ok(());
        }
        self.lease = None;
        self.wants = false;
        self.send(&json!({ "type": "ptt", "id": id, "on": false })).await
    }

    async fn done(&mut self, done: Done) -> Result<(), Error> {
        match done {
            Done::Tuned(id, Ok(tuned)) => {
                let mut told = json!(tuned);
                told["type"] = json!("tuned");
                told["id"] = id;
                self.send(&told).await
            }
            Done::Rotated(id, Ok(())) => self.send(&json!({ "type": "rotated", "id": id })).await,
            Done::Ordered(id, Ok(())) => self.send(&json!({ "type": "told", "id": id })).await,
            Done::Tuned(id, Err(fault)) | Done::Rotated(id, Err(fault)) | Done::Ordered(id, Err(fault)) => {
                self.fault(id, &fault).await
            }
            Done::Keyed(id, Ok(lease)) => {
                if self.wants {
                    self.lease = Some(lease);
                    let within = u64::try_from(HEARTBEAT.as_millis()).unwrap_or_default();
                    let told = json!({ "type": "ptt", "id": id, "on": true, "renew_within_ms": within });
                    return self.send(&told).await;
                }
                self.begin(async move { Done::Unkeyed(id, lease.release().await) });
                Ok(())
            }
            Done::Keyed(id, Err(error)) => {
                self.wants = false;
                self.fault(id, &Fault::from(&error)).await
            }
            Done::Unkeyed(id, Ok(())) => self.send(&json!({ "type": "ptt", "id": id, "on": false })).await,
            Done::Unkeyed(id, Err(error)) => self.fault(id, &Fault::from(&error)).await,
        }
    }

    /// Looks after the page: a transmission that has ended by itself is told, and who is gone is let go.
    async fn look(&mut self) -> Result<Close, Error> {
        let ended = self.lease.as_ref().and_then(|lease| {
            if lease.is_over() {
                return Some(
                    "it was not renewed in time, took three minutes, or the radio was lost".to_owned(),
                );
            }
            let may = ptt::may_transmit(&self.desk, self.token.as_deref(), self.caller.name());
            may.err().map(|fault| fault.detail)
        });
        if let Some(why) = ended {
            // Dropped, it is given back.
            self.lease = None;
            self.wants = false;
            self.send(&json!({ "type": "ptt", "on": false, "why": why }))
                .await?;
        }
        self.silent += 1;
        self.looks += 1;
        if self.silent > GONE {
            return Ok(Some((CloseCode::Policy, "nobody is there")));
        }
        if self.looks.is_multiple_of(PING) {
            self.socket.send(Message::Ping(bytes::Bytes::new())).await?;
        }
        Ok(None)
    }

    async fn fault(&mut self, id: Value, fault: &Fault) -> Result<(), Error> {
        let mut told = json!(fault);
        told["type"] = json!("fault");
        told["id"] = id;
        self.send(&told).await
    }

    async fn send(&mut self, message: &impl Serialize) -> Result<(), Error> {
        // Numbers and text always serialize.
        let text = serde_json::to_string(message).unwrap_or_default();
        self.socket.send(Message::text(text)).await
    }
}
