//! `/websocket`: the pages' bus. A page subscribes to channels and gets arrays of messages.
//!
//! `{"event_name":"subscribe","data":{"channels":["jobs"],"last":n}}` adds channels, and with `last` above 0 replays
//! what followed that number; `unsubscribe` takes channels away. Channels of parts that are not there stay silent.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use smol_str::SmolStr;
use tokio::time::Instant;

use super::Live;
use super::listeners::View;
use crate::bus::{Message, SPOTS};
use crate::identity::api::gate::Who;
use crate::identity::{Actor, Scope};
use crate::shack::Watching;
use crate::web::{Closing, Frames, Result, Socket, SocketStart, Voice};

/// The channel of spots, by our name and by the original's.
const SPOT_CHANNELS: [&str; 2] = ["dx", "ham_dx_cluster"];
/// The channel of radios, which are told to their owners' pages without the bus.
const RIG_CHANNEL: &str = "rig";
/// The longest name a channel may have.
const LONGEST: usize = 64;
/// Channels one page may hold.
const MOST_CHANNELS: usize = 64;
/// How long a channel is not replayed again on one page: a replay costs as much as all it holds.
const REPLAY_PAUSE: Duration = Duration::from_secs(1);

/// What a page says.
#[derive(Debug, Deserialize)]
struct Said {
    event_name: SmolStr,
    data: Channels,
}

#[derive(Debug, Deserialize)]
struct Channels {
    #[serde(default)]
    channels: Vec<SmolStr>,
    /// The last number heard on these channels.
    #[serde(default)]
    last: u64,
}

/// Becomes a websocket.
pub(super) async fn open(State(live): State<Live>, Who(actor): Who, start: SocketStart) -> Result<Response> {
    actor.member()?;
    let sockets = live.sockets.clone();
    sockets.open(start, gap, move |socket| serve(live, Box::new(actor), socket))
}

fn gap(from: u64, to: u64) -> String {
    format!(r#"[{{"type":"gap","from":{from},"to":{to}}}]"#)
}

async fn serve(live: Live, actor: Box<Actor>, mut socket: Socket) {
    let Some(view) = Box::pin(View::of(&live, &actor)).await else {
        return socket.close(Closing::REFUSED);
    };
    let view = Arc::new(view);
    let hears_spots = actor.require(Scope::DxRead).is_ok();
    let mut page = Page {
        channels: Vec::new(),
        replayed: Replayed::default(),
        hears_spots,
        rigs: None,
    };
    socket.join(page.voice(), view.sight());
    socket.go_live();
    Box::pin(live.listeners.add(&live, &view, &socket)).await;
    drop(view);
    while let Some(text) = socket.next().await {
        // Not kept while the page listens: there are thousands, for hours.
        Box::pin(page.hear(&live, &actor, &mut socket, &text)).await;
    }
}

/// What one page has subscribed to.
struct Page {
    channels: Vec<SmolStr>,
    replayed: Replayed,
    hears_spots: bool,
    /// While it shows radios.
    rigs: Option<Box<Watching>>,
}

impl Page {
    /// Does what a page asks; what is not understood is passed over, as by the original.
    async fn hear(&mut self, live: &Live, actor: &Actor, socket: &mut Socket, text: &str) {
        let Ok(said) = serde_json::from_str::<Said>(text) else {
            return;
        };
        match said.event_name.as_str() {
            "subscribe" => self.add(live, actor, socket, said.data).await,
            "unsubscribe" => {
                self.channels
                    .retain(|channel| !said.data.channels.contains(channel));
                if !self.shows_rigs() {
                    self.rigs = None;
                }
                socket.change(self.voice()).await;
                socket.go_live();
            }
            _ => {}
        }
    }

    async fn add(&mut self, live: &Live, actor: &Actor, socket: &mut Socket, asked: Channels) {
        let new: Vec<SmolStr> = asked
            .channels
            .into_iter()
            .filter(|channel| !self.channels.contains(channel) && channel.len() <= LONGEST)
            .take(MOST_CHANNELS.saturating_sub(self.channels.len()))
            .collect();
        self.channels.extend(new.iter().cloned());
        let seen = socket.change(self.voice()).await.unwrap_or(0);
        if asked.last > 0 {
            self.catch_up(live, actor, socket, new, asked.last..=seen).await;
        }
        socket.go_live();
        if self.shows_rigs() && self.rigs.is_none() {
            self.rigs = live.shack.watch(actor, socket.remote()).map(Box::new);
        }
    }

    fn shows_rigs(&self) -> bool {
        self.channels.iter().any(|channel| channel == RIG_CHANNEL)
    }

    /// Says what was missed of new channels.
    async fn catch_up(
        &mut self,
        live: &Live,
        actor: &Actor,
        socket: &Socket,
        new: Vec<SmolStr>,
        missed: RangeInclusive<u64>,
    ) {
        let (wanted, refused): (Vec<_>, Vec<_>) = new
            .into_iter()
            .partition(|channel| self.replayed.may(channel, Instant::now()));
        if !refused.is_empty() && !missed.is_empty() {
            // The page learns that it has missed something, as it would have from a ring that is too short.
            socket.say(&gap(missed.start() + 1, *missed.end())).await;
        }
        let Some(view) = View::of(live, actor).await.filter(|_| !wanted.is_empty()) else {
            return;
        };
        let topics: Vec<&str> = wanted.iter().map(|channel| topic(channel)).collect();
        let replay = live.bus.replay(&topics, *missed.start(), *missed.end());
        if let Some(gap) = replay.gap {
            socket.say(&self::gap(gap.from, gap.to)).await;
        }
        let voice = Subscriber::new(wanted, self.hears_spots);
        let messages = replay
            .messages
            .iter()
            .filter(|message| view.sees(&message.audience));
        let texts = messages.flat_map(|message| {
            let texts = voice.texts(message);
            texts
                .map(|text| (message.seq, format!("[{text}]")))
                .collect::<Vec<_>>()
        });
        socket.replay(texts).await;
    }

    fn voice(&self) -> Arc<dyn Voice> {
        Arc::new(Subscriber::new(self.channels.clone(), self.hears_spots))
    }
}

/// The topic of the bus behind a channel.
fn topic(channel: &str) -> &str {
    if SPOT_CHANNELS.contains(&channel) {
        SPOTS
    } else {
        channel
    }
}

/// Pages with the same channels.
struct Subscriber {
    name: SmolStr,
    channels: Vec<SmolStr>,
    hears_spots: bool,
}

impl Subscriber {
    fn new(mut channels: Vec<SmolStr>, hears_spots: bool) -> Self {
        channels.sort_unstable();
        Self {
            name: format!("page {hears_spots} {channels:?}").into(),
            channels,
            hears_spots,
        }
    }

    /// The message on each of the channels that it belongs to.
    fn texts<'m>(&'m self, message: &'m Message) -> impl Iterator<Item = String> + 'm {
        let is_spot = message.spot.is_some();
        let channels = self.channels.iter().filter(move |channel| {
            topic(channel) == message.topic && (!is_spot || self.hears_spots && **channel != SPOTS)
        });
        channels.filter_map(move |channel| {
            if is_spot {
                let payload = std::str::from_utf8(&message.payload).ok()?;
                let seq = message.seq;
                let text = format!(
                    r#"{{"id":{seq},"channel":"{channel}","message":{{"type":"new_spot","payload":{payload}}}}}"#
                );
                return Some(text);
            }
            std::str::from_utf8(&message.frame).ok().map(str::to_owned)
        })
    }
}

impl Voice for Subscriber {
    fn name(&self) -> &str {
        &self.name
    }

    fn say(&self, messages: &[Arc<Message>], into: &mut Frames) {
        let texts: Vec<String> = messages.iter().flat_map(|message| self.texts(message)).collect();
        if !texts.is_empty() {
            into.text(&format!("[{}]", texts.join(",")));
        }
    }
}

/// Which channels were replayed lately, and when.
#[derive(Debug, Default)]
struct Replayed(Vec<(SmolStr, Instant)>);

impl Replayed {
    /// Whether a channel may be replayed now; it counts as replayed then.
    fn may(&mut self, channel: &SmolStr, now: Instant) -> bool {
        self.0.retain(|(_, at)| now.duration_since(*at) < REPLAY_PAUSE);
        let known = self.0.iter().any(|(replayed, _)| replayed == channel);
        let may = !known && self.0.len() < MOST_CHANNELS;
        if may {
            self.0.push((channel.clone(), now));
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_replayed_once_a_second() {
        let (mut replayed, start) = (Replayed::default(), Instant::now());
        assert!(replayed.may(&"jobs".into(), start));
        assert!(!replayed.may(&"jobs".into(), start + REPLAY_PAUSE / 2));
        assert!(replayed.may(&"logbook".into(), start));
        assert!(replayed.may(&"jobs".into(), start + REPLAY_PAUSE));
        for number in 0..200 {
            replayed.may(&format!("made up {number}").into(), start + REPLAY_PAUSE);
        }
        assert_eq!(replayed.0.len(), MOST_CHANNELS);
    }
}
