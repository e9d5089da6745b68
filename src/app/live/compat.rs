//! `/compat/dxcluster/ws` and `/compat/dxcluster/metrics`: the live socket and the figures of other spot caches, for
//! programs written for them.
//!
//! The socket says `{"type":"connected","data":{…}}` and then `{"type":"spot","data":{…}}` with the spot as the lists
//! beside have it. Skimmers' spots are left out as there, unless the address asks (`?skimmer=true`); the other names of
//! [`Choice`] narrow it too. Numbers, resuming and gaps are the firehose's.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use smol_str::{SmolStr, format_smolstr};

use super::Live;
use super::listeners::View;
use crate::bus::Message;
use crate::dx::Cluster;
use crate::dx::api::compat::BASES;
use crate::dx::api::compat_reader::{reader, refused};
use crate::dx::api::compat_view::view;
use crate::dx::choice::Choice;
use crate::dx::event::Source;
use crate::identity::Actor;
use crate::web::{Access, Closing, Frames, Problem, Query, Result, Routes, Socket, SocketStart, Voice};

/// How long a feed that sends nothing counts as connected.
const QUIET: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// The routes, without and with a key in the address.
pub(super) fn routes() -> Routes<Live> {
    let mut routes = Routes::new();
    for base in BASES {
        routes = routes
            .page(Access::Public.stream(), &format!("{base}/ws"), get(open))
            .page(Access::Public, &format!("{base}/metrics"), get(metrics));
    }
    routes
}

/// Somebody who may read spots.
struct Reader(Actor);

impl FromRequestParts<Live> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, live: &Live) -> std::result::Result<Self, Response> {
        reader(&live.identity, live.public, parts)
            .map(Self)
            .ok_or_else(refused)
    }
}

async fn open(
    State(live): State<Live>,
    Reader(actor): Reader,
    Query(asked): Query<Vec<(String, String)>>,
    start: SocketStart,
) -> Result<Response> {
    let asked = asked.iter().filter(|(name, _)| Choice::knows(name));
    let mut lists: Vec<(&str, &str)> = asked.map(|(name, list)| (name.as_str(), list.as_str())).collect();
    if !lists.iter().any(|(name, _)| *name == "skimmer") {
        lists.push(("skimmer", "false"));
    }
    let choice = Choice::read(lists).map_err(|error| Problem::invalid("filter", error.to_string()))?;
    let sockets = live.sockets.clone();
    // Who falls behind loses the oldest, as there; there is no word for it.
    let gap = |_, _| r#"{"type":"gap","data":{}}"#.to_owned();
    let opening = Box::new((live, actor, choice));
    sockets.open(start, gap, move |socket| serve(opening, socket))
}

async fn serve(opening: Box<(Live, Actor, Choice)>, mut socket: Socket) {
    // What the beginning needs room for is given back: a socket listens for hours.
    Box::pin(begin(opening, &mut socket)).await;
    while socket.next().await.is_some() {}
}

async fn begin(opening: Box<(Live, Actor, Choice)>, socket: &mut Socket) {
    let (live, actor, choice) = *opening;
    let Some(seen) = View::of(&live, &actor).await else {
        return socket.close(Closing::REFUSED);
    };
    let seen = Arc::new(seen);
    let listener = Listener {
        name: format_smolstr!("cache {}", choice.name()),
        choice,
        cluster: live.cluster.clone(),
    };
    socket.join(Arc::new(listener), seen.sight());
    live.listeners.add(&live, &seen, socket).await;
    let hello =
        json!({"type": "connected", "data": {"name": "Shackbox", "version": env!("CARGO_PKG_VERSION")}});
    socket.say(&hello.to_string()).await;
    socket.go_live();
}

/// Listeners who want the same.
struct Listener {
    name: SmolStr,
    choice: Choice,
    cluster: Cluster,
}

impl Voice for Listener {
    fn name(&self) -> &str {
        &self.name
    }

    fn say(&self, messages: &[Arc<Message>], into: &mut Frames) {
        let spots = messages.iter().filter_map(|message| message.spot.as_deref());
        for spot in spots.filter(|spot| self.choice.wants(spot)) {
            into.text(&json!({"type": "spot", "data": view(&self.cluster, spot)}).to_string());
        }
    }
}

async fn metrics(State(live): State<Live>, _: Reader) -> Response {
    let text = Figures::of(&live.cluster).text(live.sockets.len());
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response()
}

/// What is counted.
struct Figures {
    spots: usize,
    bands: Vec<(&'static str, usize)>,
    /// Whether each feed is there.
    feeds: BTreeMap<SmolStr, bool>,
}

impl Figures {
    fn of(cluster: &Cluster) -> Self {
        let bands: Vec<_> = cluster
            .by_band()
            .into_iter()
            .map(|(band, count)| (band.map_or("unknown", |band| band.name()), count))
            .collect();
        let now = cluster.now();
        let feeds = cluster.feeds().into_iter();
        let named = feeds
            .filter(|feed| matches!(feed.source, Source::Telnet | Source::Node) && !feed.origin.is_empty())
            .map(|feed| (feed.origin, now.duration_since(feed.last) < QUIET));
        let polls = cluster.polls().into_iter();
        let polled = polls.map(|poll| (SmolStr::new_static(poll.name), poll.failures == 0));
        Self {
            spots: bands.iter().map(|(_, count)| count).sum(),
            bands,
            feeds: named.chain(polled).collect(),
        }
    }

    /// As Prometheus reads it.
    fn text(&self, sockets: usize) -> String {
        let mut text = String::new();
        let mut figure = |name: &str, help: &str, lines: Vec<(String, usize)>| {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
            for (labels, number) in lines {
                let _ = writeln!(text, "{name}{labels} {number}");
            }
        };
        let whole = |number| vec![(String::new(), number)];
        figure("dxcluster_spots_total", "Spots kept", whole(self.spots));
        figure(
            "dxcluster_websocket_connections",
            "Open websockets",
            whole(sockets),
        );
        let feeds = self.feeds.iter().map(|(name, is_there)| {
            let status = if *is_there { "connected" } else { "disconnected" };
            // A name is the administrator's own words.
            let name = name.replace(['"', '\\', '\n'], "_");
            (
                format!(r#"{{cluster="{name}",status="{status}"}}"#),
                usize::from(*is_there),
            )
        });
        figure("dxcluster_cluster_connections", "Feeds", feeds.collect());
        let bands = self.bands.iter();
        let bands = bands.map(|(band, count)| (format!(r#"{{band="{band}"}}"#), *count));
        figure("dxcluster_spots_by_band", "Spots kept, by band", bands.collect());
        text
    }
}
