//! `/ws/relay`: a relay's end of the outbound link.
//!
//! It says hello first; what it says from then on is noted and told to its owner's pages. What the radio is to do goes
//! the other way, from whoever asks, without this task.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use tokio::time::timeout;
use tungstenite::protocol::frame::coding::CloseCode;

use super::ShackState;
use crate::bus::Message;
use crate::identity::api::gate::Who;
use crate::identity::{AccountId, Actor};
use crate::shack::link::Link;
use crate::shack::model::is_rig_name;
use crate::shack::rigs::{Joined, TOO_MANY};
use crate::shack::service::Shack;
use crate::shack::wire::{Hello, Said, VERSION};
use crate::web::{Allowance, Closing, Frames, Result, Socket, SocketStart, Voice};

/// How long the first words are waited for.
const HELLO: Duration = Duration::from_secs(10);
/// What a relay may say: states twenty times a second, meters, and an answer to each of fifty tunes.
const ALLOWANCE: Allowance = Allowance {
    message: 16 << 10,
    per_second: 200,
};

const LATE: Closing = refused("a relay says hello first");
const GARBLED: Closing = refused("that is no message of a relay");
const OTHER_VERSION: Closing =
    refused("this server speaks version 1 of the link; update the older of the two");
const BAD_NAME: Closing = refused("relay.name is 1 to 32 letters, digits, dashes, dots and underscores");

const fn refused(reason: &'static str) -> Closing {
    Closing {
        code: CloseCode::Policy,
        reason,
    }
}

/// Becomes a websocket.
pub(super) async fn open(
    State(state): State<ShackState>,
    Who(actor): Who,
    start: SocketStart,
) -> Result<Response> {
    let account = state.shack.relay(&actor)?;
    let ShackState { shack, sockets } = state;
    let opening = Box::new((shack, account, actor));
    sockets.open_to(start, ALLOWANCE, gap, move |socket| serve(opening, socket))
}

/// A relay takes part in no rounds; it passes over messages that it does not know.
fn gap(_: u64, _: u64) -> String {
    r#"{"type":"gap"}"#.to_owned()
}

/// What happens elsewhere is not told to relays: they take part only to be looked after.
struct Silent;

impl Voice for Silent {
    fn name(&self) -> &'static str {
        "relay"
    }

    fn say(&self, _: &[Arc<Message>], _: &mut Frames) {}
}

async fn serve(opening: Box<(Shack, AccountId, Actor)>, mut socket: Socket) {
    let (shack, account, actor) = *opening;
    socket.join(Arc::new(Silent), Arc::new(|_| false));
    socket.go_live();
    let hello = match timeout(HELLO, socket.next()).await {
        Ok(Some(text)) => hello(&text),
        Ok(None) => return,
        Err(_) => Err(LATE),
    };
    let joined = hello.and_then(|hello| join(&shack, (account, actor), hello, &socket));
    let joined = match joined {
        Ok(joined) => joined,
        Err(closing) => return end(socket, closing).await,
    };
    // Rights may have ended between the upgrade and the entry in the list.
    shack.review(account);
    while let Some(text) = socket.next().await {
        let Ok(said) = serde_json::from_str::<Said>(&text) else {
            return end(socket, GARBLED).await;
        };
        hear(&shack, &joined.link, said);
    }
}

/// Closes the socket, and stays until it is closed: the end of this code would close it without a word.
async fn end(mut socket: Socket, closing: Closing) {
    socket.close(closing);
    while socket.next().await.is_some() {}
}

/// A relay's first words.
fn hello(text: &str) -> std::result::Result<Hello, Closing> {
    let Ok(said) = serde_json::from_str::<Said>(text) else {
        return Err(GARBLED);
    };
    let Said::Hello(hello) = said else {
        return Err(LATE);
    };
    if hello.v != VERSION {
        return Err(OTHER_VERSION);
    }
    if !is_rig_name(&hello.name) {
        return Err(BAD_NAME);
    }
    Ok(hello)
}

fn join(
    shack: &Shack,
    (account, actor): (AccountId, Actor),
    hello: Hello,
    socket: &Socket,
) -> std::result::Result<Joined, Closing> {
    let call = actor.member().map(|member| member.call.clone());
    let call = call.map_err(|_| Closing::REFUSED)?;
    let link = Link::new((account, actor), hello, socket.remote(), shack.now());
    shack.rigs().join(link, call.as_str()).ok_or(TOO_MANY)
}

fn hear(shack: &Shack, link: &Link, said: Said) {
    match said {
        Said::State(state) => {
            link.note(|latest| latest.state.clone_from(&state));
            shack.rigs().tell(link, "state", &state);
        }
        Said::Meters(meters) => {
            link.note(|latest| latest.meters = Some(meters));
            shack.rigs().tell(link, "meters", &meters);
        }
        Said::Queue(queue) => {
            link.note(|latest| latest.queue = Some(queue));
            shack.rigs().tell(link, "queue", &queue);
        }
        Said::Rotator(rotator) => {
            link.note(|latest| latest.rotator = Some(rotator.clone()));
            shack.rigs().tell(link, "rotator", &rotator);
        }
        Said::Facts { facts } => {
            link.note(|latest| latest.facts.clone_from(&facts));
            shack.rigs().tell(link, "facts", &facts);
        }
        Said::Done(done) => link.answer(done.id, &Ok(done.tuned)),
        Said::Fault(failed) => link.answer(failed.id, &Err(failed.fault)),
        // A second hello, or something of a later version.
        Said::Hello(_) | Said::Other => {}
    }
}
