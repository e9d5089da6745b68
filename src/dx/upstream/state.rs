//! How each upstream and link does: for the node's own `sh/cluster`, for metrics, the API and pages.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::config::{Cluster, Host};

/// Longest error kept, in characters: it may be the other node's words.
const LONGEST_ERROR: usize = 160;
/// A feed that has not been heard for so long is told of as down.
const DOWN_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// Where a connection has got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Not begun.
    Idle,
    Connecting,
    /// Connected, signing in.
    Entering,
    /// Reading.
    Listening,
    /// Until the next attempt.
    Waiting,
}

impl Phase {
    /// As in lists.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Entering => "entering",
            Self::Listening => "listening",
            Self::Waiting => "waiting",
        }
    }
}

/// How one upstream does; counts are since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UpstreamState {
    pub(crate) name: String,
    /// What it is: `spider`, `ar`, `cc`, `rbn`, `plain`, or `link` for a link between nodes.
    pub(crate) kind: &'static str,
    /// The host in use, or tried last.
    pub(crate) host: String,
    pub(crate) phase: Phase,
    /// Since when it is connected.
    pub(crate) since: Option<Timestamp>,
    /// Since when it is not; `None` while it listens.
    pub(crate) down: Option<Timestamp>,
    /// When the next attempt is.
    pub(crate) retry: Option<Timestamp>,
    /// When the last line came.
    pub(crate) heard: Option<Timestamp>,
    /// When the last spot came, whatever became of it.
    pub(crate) last_spot: Option<Timestamp>,
    pub(crate) lines: u64,
    /// Spots that were new.
    pub(crate) spots: u64,
    /// Spots that had been said before.
    pub(crate) duplicates: u64,
    /// Spots that were refused.
    pub(crate) rejected: u64,
    /// Spots that a digest made one of, or found too little confirmed.
    pub(crate) digested: u64,
    /// Our users' spots that it was sent.
    pub(crate) sent: u64,
    /// Lines dropped for their length.
    pub(crate) too_long: u64,
    pub(crate) connections: u64,
    pub(crate) last_error: Option<String>,
}

/// Counts not yet told.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::dx) struct Tally {
    pub(in crate::dx) lines: u64,
    pub(in crate::dx) spots: u64,
    pub(in crate::dx) duplicates: u64,
    pub(in crate::dx) rejected: u64,
    pub(in crate::dx) digested: u64,
    pub(in crate::dx) sent: u64,
    pub(in crate::dx) too_long: u64,
}

impl UpstreamState {
    fn new(name: String, kind: &'static str, hosts: &[Host]) -> Self {
        Self {
            name,
            kind,
            host: hosts.first().map(Host::to_string).unwrap_or_default(),
            phase: Phase::Idle,
            since: None,
            down: None,
            retry: None,
            heard: None,
            last_spot: None,
            lines: 0,
            spots: 0,
            duplicates: 0,
            rejected: 0,
            digested: 0,
            sent: 0,
            too_long: 0,
            connections: 0,
            last_error: None,
        }
    }

    /// Since when the feed gives nothing, if for long enough to tell people.
    pub(crate) fn outage(&self, now: Timestamp) -> Option<Timestamp> {
        self.down.filter(|since| now.duration_since(*since) >= DOWN_AFTER)
    }

    pub(super) fn connecting(&mut self, host: &Host) {
        self.phase = Phase::Connecting;
        self.host = host.to_string();
    }

    pub(in crate::dx) fn connected(&mut self, now: Timestamp) {
        self.phase = Phase::Entering;
        self.since = Some(now);
        self.retry = None;
        self.connections += 1;
    }

    /// Something came; `is_in`: signing in is over.
    pub(in crate::dx) fn tell(&mut self, tally: Tally, is_in: bool, now: Timestamp) {
        if is_in {
            self.phase = Phase::Listening;
            self.last_error = None;
            self.down = None;
        }
        if tally.lines > 0 {
            self.heard = Some(now);
        }
        if tally.spots + tally.duplicates + tally.rejected + tally.digested > 0 {
            self.last_spot = Some(now);
        }
        self.lines += tally.lines;
        self.spots += tally.spots;
        self.duplicates += tally.duplicates;
        self.rejected += tally.rejected;
        self.digested += tally.digested;
        self.sent += tally.sent;
        self.too_long += tally.too_long;
    }

    pub(super) fn failed(&mut self, error: &str, retry: Option<Timestamp>, now: Timestamp) {
        self.phase = Phase::Waiting;
        self.since = None;
        self.down.get_or_insert(now);
        self.retry = retry;
        self.last_error = Some(error.chars().take(LONGEST_ERROR).collect());
    }
}

/// All upstreams in the order of the configuration, then the link.
#[derive(Debug)]
pub(crate) struct Upstreams(Mutex<Vec<UpstreamState>>);

impl Upstreams {
    /// As they are before anything was tried.
    pub(crate) fn new(configured: &Cluster) -> Self {
        let upstreams = configured.upstreams.iter().map(|upstream| {
            UpstreamState::new(upstream.name.clone(), upstream.kind.as_str(), &upstream.hosts)
        });
        let link = configured.link.iter().map(|link| {
            let name = link.peer.clone().unwrap_or_else(|| "link".to_owned());
            UpstreamState::new(name, "link", &link.hosts)
        });
        Self(Mutex::new(upstreams.chain(link).collect()))
    }

    /// All of them now.
    pub(crate) fn all(&self) -> Vec<UpstreamState> {
        self.lock().clone()
    }

    pub(in crate::dx) fn change(&self, number: usize, change: impl FnOnce(&mut UpstreamState)) {
        if let Some(state) = self.lock().get_mut(number) {
            change(state);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<UpstreamState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
