//! How each upstream does: for the node's own `sh/cluster`, for metrics and pages.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::config::Upstream;

/// Longest error kept, in characters: it may be the other node's words.
const LONGEST_ERROR: usize = 160;

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
    /// The host in use, or tried last.
    pub(crate) host: String,
    pub(crate) phase: Phase,
    /// Since when it is connected.
    pub(crate) since: Option<Timestamp>,
    /// When the next attempt is.
    pub(crate) retry: Option<Timestamp>,
    /// When the last line came.
    pub(crate) heard: Option<Timestamp>,
    pub(crate) lines: u64,
    /// Spots that were new.
    pub(crate) spots: u64,
    /// Spots that had been said before.
    pub(crate) duplicates: u64,
    /// Spots that were refused.
    pub(crate) rejected: u64,
    /// Lines dropped for their length.
    pub(crate) too_long: u64,
    pub(crate) connections: u64,
    pub(crate) last_error: Option<String>,
}

impl UpstreamState {
    pub(super) fn failed(&mut self, error: &str, retry: Option<Timestamp>) {
        self.phase = Phase::Waiting;
        self.since = None;
        self.retry = retry;
        self.last_error = Some(error.chars().take(LONGEST_ERROR).collect());
    }
}

/// All upstreams in the order of the configuration.
#[derive(Debug)]
pub(crate) struct Upstreams(Mutex<Vec<UpstreamState>>);

impl Upstreams {
    /// As they are before anything was tried.
    pub(crate) fn new(configured: &[Upstream]) -> Self {
        let state = |upstream: &Upstream| UpstreamState {
            name: upstream.name.clone(),
            host: upstream.hosts.first().cloned().unwrap_or_default(),
            phase: Phase::Idle,
            since: None,
            retry: None,
            heard: None,
            lines: 0,
            spots: 0,
            duplicates: 0,
            rejected: 0,
            too_long: 0,
            connections: 0,
            last_error: None,
        };
        Self(Mutex::new(configured.iter().map(state).collect()))
    }

    /// All of them now.
    pub(crate) fn all(&self) -> Vec<UpstreamState> {
        self.lock().clone()
    }

    pub(super) fn change(&self, number: usize, change: impl FnOnce(&mut UpstreamState)) {
        if let Some(state) = self.lock().get_mut(number) {
            change(state);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<UpstreamState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
