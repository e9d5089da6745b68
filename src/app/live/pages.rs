//! `/websocket`: the pages' bus. A page subscribes to channels and gets arrays of messages.
//!
//! `{"event_name":"subscribe","data":{"channels":["jobs"],"last":n}}` adds channels, and with `last` above 0 replays
//! what followed that number; `unsubscribe` takes channels away. Channels of parts that are not there stay silent.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use smol_str::SmolStr;
use tokio::time::Instant;

use super::{Live, View, Watch};
use crate::bus::{Delivery, Message, Subscription};
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::web::{Closing, Result, Socket, SocketStart};

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
    sockets.open(start, gap, move |socket| serve(live, actor, socket))
}

fn gap(from: u64, to: u64) -> String {
    format!(r#"[{{"type":"gap","from":{from},"to":{to}}}]"#)
}

async fn serve(live: Live, actor: Actor, mut socket: Socket) {
    let mut watch = Watch::new(&live);
    let Some(view) = View::of(&live, &actor).await else {
        return socket.outbox.close(Closing::REFUSED);
    };
    let subscription = live.bus.subscribe([""; 0], None);
    let mut page = Page {
        live,
        view,
        subscription,
        channels: Vec::new(),
        replayed: Replayed::default(),
    };
    loop {
        tokio::select! {
            deliveries = page.subscription.next() => {
                for delivery in deliveries {
                    page.deliver(&socket, delivery);
                }
            }
            cause = watch.cause(actor.account()) => match page.view.renewed(&page.live, cause).await {
                Some(now) => page.view = now,
                None => return socket.outbox.close(Closing::REFUSED),
            },
            said = socket.next() => match said {
                Some(text) => page.hear(&socket, &text).await,
                None => return,
            },
        }
    }
}

/// One page's place on the bus.
struct Page {
    live: Live,
    view: View,
    subscription: Subscription,
    channels: Vec<SmolStr>,
    replayed: Replayed,
}

impl Page {
    fn deliver(&self, socket: &Socket, delivery: Delivery) {
        match delivery {
            Delivery::Gap(gap) => socket.outbox.lost(gap.from, gap.to),
            Delivery::Message(message) => {
                if let Some(text) = self.frame(&message) {
                    socket.outbox.push(text, Some(message.seq));
                }
            }
        }
    }

    /// The message as an array of one, if the page may see it.
    fn frame(&self, message: &Message) -> Option<String> {
        let frame = std::str::from_utf8(&message.frame).ok()?;
        self.view.may_see(&message.audience).then(|| format!("[{frame}]"))
    }

    /// Does what a page asks; what is not understood is passed over, as by the original.
    async fn hear(&mut self, socket: &Socket, text: &str) {
        let Ok(said) = serde_json::from_str::<Said>(text) else {
            return;
        };
        match said.event_name.as_str() {
            "subscribe" => self.add(socket, said.data).await,
            "unsubscribe" => {
                self.channels
                    .retain(|channel| !said.data.channels.contains(channel));
                self.subscription.set_topics(self.channels.clone());
            }
            _ => {}
        }
    }

    async fn add(&mut self, socket: &Socket, asked: Channels) {
        // What waits belongs to the channels held so far.
        for delivery in self.subscription.ready() {
            self.deliver(socket, delivery);
        }
        let new: Vec<SmolStr> = asked
            .channels
            .into_iter()
            .filter(|channel| !self.channels.contains(channel))
            .collect();
        self.channels.extend(
            new.iter()
                .take(MOST_CHANNELS.saturating_sub(self.channels.len()))
                .cloned(),
        );
        self.subscription.set_topics(self.channels.clone());
        if asked.last == 0 {
            return;
        }
        let seen = self.subscription.seen();
        let (wanted, refused): (Vec<_>, Vec<_>) = new
            .into_iter()
            .partition(|channel| self.replayed.may(channel, Instant::now()));
        if !refused.is_empty() && asked.last < seen {
            // The page learns that it has missed something, as it would have from a ring that is too short.
            socket.outbox.lost(asked.last + 1, seen);
        }
        if wanted.is_empty() {
            return;
        }
        let replay = self.live.bus.replay(asked.last);
        if let Some(gap) = replay.gap {
            socket.outbox.lost(gap.from, gap.to);
        }
        let missed = replay.messages.iter().take_while(|message| message.seq <= seen);
        for message in missed.filter(|message| wanted.contains(&message.topic)) {
            if let Some(text) = self.frame(message) {
                socket.outbox.send(text, Some(message.seq)).await;
            }
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
