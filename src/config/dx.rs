//! The keys of the DX cluster's memory and of the programmes whose activators are spotted: `dx.*`, `sources.pota.*`,
//! `sources.sota.*`, `sources.wwff.*`.
//!
//! A station that takes part in no network asks nobody: the programmes are polled once a telnet cluster is configured,
//! or a key of theirs is.

use std::time::Duration;

use super::layers::{Source, Values};
use super::schema::{self, Key, key};
use super::value::Kind;

const POLLED: Kind = Kind::Duration {
    least: 30,
    most: 86_400,
};

/// The keys, in the order of the documentation.
pub(super) const KEYS: [Key; 12] = [
    key(
        "dx.history",
        Kind::Duration {
            least: 600,
            most: 86_400,
        },
        "4h",
        "How long spots are kept, in memory.",
    ),
    key(
        "dx.memory",
        Kind::Size {
            least: 1 << 20,
            most: 1 << 34,
        },
        "96MiB",
        "Most memory for kept spots; the oldest go first. A spot takes at most 96 bytes. People's spots have an eighth to themselves.",
    ),
    key(
        "dx.snapshot",
        Kind::Flag,
        "true",
        "Whether spots outlive a clean stop, in a file of the data directory.",
    ),
    key(
        "sources.pota.url",
        Kind::Service,
        "https://api.pota.app/",
        "Base address of Parks on the Air; `spot/activator` is asked under it.",
    ),
    key(
        "sources.pota.interval",
        POLLED,
        "90s",
        "How often it is asked for activators.",
    ),
    key(
        "sources.pota.enabled",
        Kind::Flag,
        "true",
        "Whether it is asked. Left as it is, only once a telnet cluster or a key of `sources.pota` is configured.",
    ),
    key(
        "sources.sota.url",
        Kind::Service,
        "https://api-db2.sota.org.uk/",
        "Base address of Summits on the Air; `api/spots/...` is asked under it.",
    ),
    key(
        "sources.sota.interval",
        POLLED,
        "90s",
        "How often it is asked for activators.",
    ),
    key(
        "sources.sota.enabled",
        Kind::Flag,
        "true",
        "Whether it is asked. Left as it is, only once a telnet cluster or a key of `sources.sota` is configured.",
    ),
    key(
        "sources.wwff.url",
        Kind::Service,
        "https://spots.wwff.co/",
        "Base address of World Wide Flora and Fauna; `static/spots.json` is asked under it.",
    ),
    key(
        "sources.wwff.interval",
        POLLED,
        "90s",
        "How often it is asked for activators.",
    ),
    key(
        "sources.wwff.enabled",
        Kind::Flag,
        "true",
        "Whether it is asked. Left as it is, only once a telnet cluster or a key of `sources.wwff` is configured.",
    ),
];

/// `dx.*`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dx {
    /// How long spots are kept.
    pub(crate) history: Duration,
    /// Most bytes of memory for them.
    pub(crate) memory: usize,
    /// Whether they outlive a clean stop.
    pub(crate) snapshot: bool,
    /// How often Parks on the Air is asked, where it is.
    pub(crate) pota: Option<Duration>,
    /// How often Summits on the Air is asked, where it is.
    pub(crate) sota: Option<Duration>,
    /// How often World Wide Flora and Fauna is asked, where it is.
    pub(crate) wwff: Option<Duration>,
}

/// Reads the keys.
pub(super) fn dx(values: &Values) -> Dx {
    Dx {
        history: values.duration("dx.history"),
        memory: values.count("dx.memory"),
        snapshot: values.flag("dx.snapshot"),
        pota: polled(values, "pota"),
        sota: polled(values, "sota"),
        wwff: polled(values, "wwff"),
    }
}

fn polled(values: &Values, name: &str) -> Option<Duration> {
    let key = |leaf: &str| format!("sources.{name}.{leaf}");
    let is_set = |key: &str| {
        let source = schema::find(key).and_then(|_| values.source(key));
        source.is_some_and(|source| *source != Source::Default)
    };
    let takes_part = is_set("cluster.upstreams")
        || ["url", "interval", "enabled"]
            .iter()
            .any(|leaf| is_set(&key(leaf)));
    (values.flag(&key("enabled")) && takes_part).then(|| values.duration(&key("interval")))
}
