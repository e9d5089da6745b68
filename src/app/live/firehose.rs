//! `/ws/firehose`: one JSON object per message, numbered; `?types=` chooses, `?since=` replays what the ring holds.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::{Live, View, Watch};
use crate::bus::{Delivery, Message};
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::logbook::encode::QSO_TOPIC;
use crate::web::{Closing, Problem, Query, Result, Socket, SocketStart};

/// What a listener wants.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// Types of messages, parted by commas; without it all.
    types: Option<String>,
    /// The last number known: what follows it is replayed.
    since: Option<u64>,
}

/// Becomes a websocket.
pub(super) async fn open(
    State(live): State<Live>,
    Who(actor): Who,
    Query(wanted): Query<Wanted>,
    start: SocketStart,
) -> Result<Response> {
    if matches!(actor, Actor::Guest) && !live.public {
        return Err(Problem::unauthenticated());
    }
    let sockets = live.sockets.clone();
    sockets.open(start, gap, move |socket| serve(live, actor, wanted, socket))
}

fn gap(from: u64, to: u64) -> String {
    format!(r#"{{"type":"gap","from":{from},"to":{to}}}"#)
}

async fn serve(live: Live, actor: Actor, wanted: Wanted, mut socket: Socket) {
    let mut watch = Watch::new(&live);
    let Some(mut view) = View::of(&live, &actor).await else {
        return socket.outbox.close(Closing::REFUSED);
    };
    let mut subscription = live.bus.subscribe([QSO_TOPIC], wanted.since);
    let newest = live.bus.seq();
    socket
        .outbox
        .push(format!(r#"{{"type":"hello","seq":{newest}}}"#), None);
    loop {
        tokio::select! {
            deliveries = subscription.next() => {
                for delivery in deliveries {
                    deliver(&socket, &view, &wanted, delivery, newest).await;
                }
            }
            cause = watch.cause(actor.account()) => match view.renewed(&live, cause).await {
                Some(now) => view = now,
                None => return socket.outbox.close(Closing::REFUSED),
            },
            // A listener has nothing to say; what it says is passed over.
            said = socket.next() => if said.is_none() { return },
        }
    }
}

async fn deliver(socket: &Socket, view: &View, wanted: &Wanted, delivery: Delivery, newest: u64) {
    let message = match delivery {
        Delivery::Gap(gap) => return socket.outbox.lost(gap.from, gap.to),
        Delivery::Message(message) => message,
    };
    if !wanted.wants(&message.kind) || !view.may_see(&message.audience) {
        return;
    }
    let Some(text) = text(&message) else { return };
    // A replay is as fast as the client reads; what is live must not wait for it.
    if message.seq <= newest {
        socket.outbox.send(text, Some(message.seq)).await;
    } else {
        socket.outbox.push(text, Some(message.seq));
    }
}

/// The message as the firehose says it.
fn text(message: &Message) -> Option<String> {
    let payload = std::str::from_utf8(&message.payload).ok()?;
    let Message {
        seq,
        time,
        kind,
        topic,
        ..
    } = message;
    Some(format!(
        r#"{{"seq":{seq},"time":"{time}","type":"{kind}","{topic}":{payload}}}"#
    ))
}

impl Wanted {
    fn wants(&self, kind: &str) -> bool {
        self.types
            .as_deref()
            .is_none_or(|types| types.split(',').any(|wanted| wanted.trim() == kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_chosen_by_name() {
        let wanted = |types: Option<&str>| Wanted {
            types: types.map(str::to_owned),
            since: None,
        };
        assert!(wanted(None).wants("qso"));
        assert!(wanted(Some("spot, qso")).wants("qso"));
        assert!(!wanted(Some("spot")).wants("qso"));
        assert!(!wanted(Some("qso_changed")).wants("qso"));
    }

    #[test]
    fn a_gap_is_told_by_its_ends() {
        assert_eq!(gap(3, 9), r#"{"type":"gap","from":3,"to":9}"#);
    }
}
