//! `/ws/firehose`: one JSON object per message, numbered.
//!
//! `?types=` chooses kinds, `?since=` replays what is still held, `?snapshot=n` begins with the newest n spots, `?batch=1`
//! puts what comes together into one array; the names of [`Choice`] choose among spots, in the address or later in a
//! message `{"type":"filter",…}`.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;
use smol_str::SmolStr;

use super::Live;
use super::archive::{self, Found};
use super::listeners::View;
use crate::bus::{Message, SPOTS};
use crate::dx::choice::{Choice, ChoiceError};
use crate::identity::api::gate::Who;
use crate::identity::{Actor, Scope};
use crate::logbook::encode::QSO_TOPIC;
use crate::web::{Closing, Frames, Problem, Query, Result, Socket, SocketStart, Voice};

/// Spots a snapshot may have.
const MOST_SNAPSHOT: usize = 1_000;
/// How often what came during a replay is replayed, too, when it was too much to be held back meanwhile: a client that
/// is slower than what happens would be replayed to for ever.
const MOST_REPLAYS: usize = 10;

/// Where a listener begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Now,
    /// With the newest so many spots.
    Snapshot(usize),
    /// With what followed a number.
    Since(u64),
}

/// What a listener wants.
#[derive(Debug, Clone, PartialEq, Default)]
struct Wanted {
    form: Form,
    spots: Choice,
}

/// The part of it that stays when the choice among spots changes.
#[derive(Debug, Clone, PartialEq, Default)]
struct Form {
    /// Types of messages; empty: all.
    types: Arc<[SmolStr]>,
    /// What comes together is one array.
    batch: bool,
    /// Whether it may hear of spots at all.
    may_hear_spots: bool,
}

/// What a socket begins with. In a box: the future of a socket keeps room for all that it was called with.
struct Opening {
    live: Live,
    actor: Actor,
    wanted: Wanted,
    start: Start,
}

/// Becomes a websocket.
pub(super) async fn open(
    State(live): State<Live>,
    Who(actor): Who,
    Query(asked): Query<Vec<(String, String)>>,
    start: SocketStart,
) -> Result<Response> {
    if matches!(actor, Actor::Guest) && !live.public {
        return Err(Problem::unauthenticated());
    }
    let (mut wanted, start_at) = read(&asked)?;
    wanted.form.may_hear_spots = may_hear_spots(&live, &actor);
    let sockets = live.sockets.clone();
    let opening = Box::new(Opening {
        live,
        actor,
        wanted,
        start: start_at,
    });
    sockets.open(start, gap, move |socket| serve(opening, socket))
}

/// Members and keys that may read spots; guests where the station says so.
fn may_hear_spots(live: &Live, actor: &Actor) -> bool {
    match actor {
        Actor::Guest => live.public,
        actor => actor.require(Scope::DxRead).is_ok(),
    }
}

fn read(asked: &[(String, String)]) -> Result<(Wanted, Start)> {
    let mut wanted = Wanted::default();
    let mut start = Start::Now;
    let mut lists = Vec::new();
    for (name, value) in asked {
        match name.as_str() {
            "types" => {
                let types = value.split(',').map(str::trim).filter(|kind| !kind.is_empty());
                wanted.form.types = types.map(SmolStr::new).collect();
            }
            "since" => {
                let number = value
                    .parse()
                    .map_err(|_| wrong("since", "is no sequence number"))?;
                start = Start::Since(number);
            }
            // Who comes back has had one.
            "snapshot" if !matches!(start, Start::Since(_)) => {
                let count: usize = value.parse().map_err(|_| wrong("snapshot", "is no number"))?;
                start = Start::Snapshot(count.min(MOST_SNAPSHOT));
            }
            "snapshot" => {}
            "batch" => wanted.form.batch = matches!(value.as_str(), "1" | "true"),
            name if Choice::knows(name) => lists.push((name, value.as_str())),
            // Signed addresses carry names of their own.
            _ => {}
        }
    }
    wanted.spots = Choice::read(lists).map_err(|error| unknown(&error))?;
    Ok((wanted, start))
}

fn wrong(field: &'static str, what: &'static str) -> Problem {
    Problem::invalid(field, what)
}

fn unknown(error: &ChoiceError) -> Problem {
    Problem::invalid("filter", error.to_string())
}

fn gap(from: u64, to: u64) -> String {
    format!(r#"{{"type":"gap","from":{from},"to":{to}}}"#)
}

async fn serve(opening: Box<Opening>, mut socket: Socket) {
    // What the beginning needs room for is given back: a socket listens for hours.
    let form = Box::pin(begin(opening, &mut socket)).await;
    listen(form, socket).await;
}

/// Takes part, says hello and what was missed.
async fn begin(opening: Box<Opening>, socket: &mut Socket) -> Form {
    let Opening {
        live,
        actor,
        wanted,
        start,
    } = *opening;
    let Some(view) = View::of(&live, &actor).await else {
        socket.close(Closing::REFUSED);
        return wanted.form;
    };
    let view = Arc::new(view);
    let newest = socket.join(wanted.voice(), view.sight());
    live.listeners.add(&live, &view, socket).await;
    let oldest = oldest(&live, &wanted);
    socket
        .say(&format!(r#"{{"type":"hello","seq":{newest},"oldest":{oldest}}}"#))
        .await;
    match start {
        Start::Since(since) => replay(&live, &view, &wanted, socket, since..=newest).await,
        Start::Snapshot(count) if wanted.topics().contains(&SPOTS) => {
            let archive = live.archive();
            let spots = archive.newest(&wanted.spots, count, newest).await.into_iter();
            socket
                .replay(spots.map(|spot| (spot.seq, archive::text(&spot))))
                .await;
        }
        Start::Snapshot(_) | Start::Now => {}
    }
    socket.go_live();
    wanted.form
}

/// The oldest number from which on nothing wanted is missing.
fn oldest(live: &Live, wanted: &Wanted) -> u64 {
    let oldest = live.bus.oldest();
    match live.cluster.range() {
        Some((kept, _)) if wanted.topics() == [SPOTS] => oldest.min(kept),
        _ => oldest,
    }
}

/// Hears what the client asks for; what is not understood is answered, and changes nothing.
async fn listen(form: Form, mut socket: Socket) {
    while let Some(text) = socket.next().await {
        match filter(&text) {
            Ok(Some(spots)) => {
                let form = form.clone();
                Box::pin(change(Wanted { form, spots }, &mut socket)).await;
            }
            Ok(None) => {}
            Err(error) => {
                let said = serde_json::json!({"type": "error", "detail": error.to_string()});
                socket.push(&said.to_string());
            }
        }
    }
}

/// Lets the client hear what it wants from now on, and says from which number.
async fn change(wanted: Wanted, socket: &mut Socket) {
    let seq = socket.change(wanted.voice()).await.unwrap_or(0);
    socket.say(&format!(r#"{{"type":"filter","seq":{seq}}}"#)).await;
    socket.go_live();
}

/// The filter in a client's message; `None` in a message of another kind.
fn filter(text: &str) -> std::result::Result<Option<Choice>, ChoiceError> {
    let Ok(Value::Object(said)) = serde_json::from_str::<Value>(text) else {
        return Ok(None);
    };
    if said.get("type").and_then(Value::as_str) != Some("filter") {
        return Ok(None);
    }
    let entry = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lists = said
        .iter()
        .filter(|(name, value)| *name != "type" && !value.is_null());
    let lists: Vec<(&str, String)> = lists
        .map(|(name, value)| match value {
            Value::Array(entries) => (
                name.as_str(),
                entries.iter().map(entry).collect::<Vec<_>>().join(","),
            ),
            other => (name.as_str(), entry(other)),
        })
        .collect();
    Choice::read(lists.iter().map(|(name, entries)| (*name, entries.as_str()))).map(Some)
}

/// Says what was missed, and what came meanwhile if that was too much to be held back.
async fn replay(live: &Live, view: &View, wanted: &Wanted, socket: &Socket, mut range: RangeInclusive<u64>) {
    for _ in 0..MOST_REPLAYS {
        say_missed(live, view, wanted, socket, &range).await;
        let Some(newest) = socket.again() else {
            return;
        };
        range = *range.end()..=newest;
    }
}

async fn say_missed(live: &Live, view: &View, wanted: &Wanted, socket: &Socket, range: &RangeInclusive<u64>) {
    let mut missed = live.archive().missed(&wanted.topics(), range, &wanted.spots);
    if let Some(gap) = missed.gap {
        socket.say(&self::gap(gap.from, gap.to)).await;
    }
    loop {
        let part = missed.next().await;
        if part.is_empty() {
            return;
        }
        let texts = part.into_iter().filter_map(|found| match found {
            Found::Spot(spot) => Some((spot.seq, archive::text(&spot))),
            Found::Message(message) => {
                let is_seen = view.sees(&message.audience) && wanted.wants(&message);
                Some((message.seq, text(&message).filter(|_| is_seen)?.into_owned()))
            }
        });
        socket.replay(texts).await;
    }
}

/// The message as the firehose says it.
fn text(message: &Message) -> Option<Cow<'_, str>> {
    if message.spot.is_some() {
        return std::str::from_utf8(&message.frame).ok().map(Cow::Borrowed);
    }
    let payload = std::str::from_utf8(&message.payload).ok()?;
    let Message {
        seq,
        time,
        kind,
        topic,
        ..
    } = message;
    Some(Cow::Owned(format!(
        r#"{{"seq":{seq},"time":"{time}","type":"{kind}","{topic}":{payload}}}"#
    )))
}

impl Wanted {
    fn wants(&self, message: &Message) -> bool {
        let form = &self.form;
        let is_wanted = form.types.is_empty() || form.types.contains(&message.kind);
        is_wanted
            && match &message.spot {
                Some(spot) => form.may_hear_spots && self.spots.wants(spot),
                None => message.topic == QSO_TOPIC,
            }
    }

    /// What of the bus can be wanted.
    fn topics(&self) -> Vec<&'static str> {
        let types = &self.form.types;
        let spots = self.form.may_hear_spots && (types.is_empty() || types.iter().any(|kind| kind == SPOTS));
        let only_spots = !types.is_empty() && types.iter().all(|kind| kind == SPOTS);
        let qsos = (!only_spots).then_some(QSO_TOPIC);
        qsos.into_iter().chain(spots.then_some(SPOTS)).collect()
    }

    fn voice(&self) -> Arc<dyn Voice> {
        let Form {
            types,
            batch,
            may_hear_spots,
        } = &self.form;
        let name = format!(
            "firehose {may_hear_spots} {batch} {types:?} {}",
            self.spots.name()
        );
        Arc::new(Listener {
            name: name.into(),
            wanted: self.clone(),
        })
    }
}

/// Listeners who want the same.
struct Listener {
    name: SmolStr,
    wanted: Wanted,
}

impl Voice for Listener {
    fn name(&self) -> &str {
        &self.name
    }

    fn say(&self, messages: &[Arc<Message>], into: &mut Frames) {
        let wanted = messages.iter().filter(|message| self.wanted.wants(message));
        let mut texts = wanted.filter_map(|message| text(message));
        if self.wanted.form.batch {
            let texts: Vec<Cow<'_, str>> = texts.collect();
            if !texts.is_empty() {
                into.text(&format!("[{}]", texts.join(",")));
            }
        } else {
            texts.by_ref().for_each(|text| into.text(&text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> (Wanted, Start) {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        read(&pairs).unwrap()
    }

    #[test]
    fn types_choose_what_is_looked_for() {
        let topics = |types: &str| {
            let (mut wanted, _) = asked(&[("types", types)]);
            wanted.form.may_hear_spots = true;
            wanted.topics()
        };
        assert_eq!(topics(""), [QSO_TOPIC, SPOTS]);
        assert_eq!(topics("spot"), [SPOTS]);
        assert_eq!(topics("qso, spot"), [QSO_TOPIC, SPOTS]);
        assert_eq!(topics("qso_changed"), [QSO_TOPIC]);
        assert_eq!(asked(&[]).0.topics(), [QSO_TOPIC], "not without the right");
    }

    #[test]
    fn a_filter_says_the_same_in_an_address_and_in_a_message() {
        let (wanted, start) = asked(&[
            ("bands", "20m,40M"),
            ("modes", "cw"),
            ("calls", "k6*"),
            ("call", "W1AW"),
            ("skimmer", "false"),
            ("since", "7"),
            ("user", "K6BP"),
        ]);
        let said =
            r#"{"type":"filter","bands":["20m","40m"],"modes":"CW","calls":["K6*","W1AW"],"skimmer":false}"#;
        assert_eq!(filter(said), Ok(Some(wanted.spots)));
        assert_eq!(start, Start::Since(7));
        assert_eq!(filter("[]"), Ok(None));
        assert!(filter(r#"{"type":"filter","bands":["11m"]}"#).is_err());
        assert!(filter(r#"{"type":"filter","colour":["red"]}"#).is_err());
    }

    #[test]
    fn a_gap_is_told_by_its_ends() {
        assert_eq!(gap(3, 9), r#"{"type":"gap","from":3,"to":9}"#);
    }
}
