//! This station as a node of the cluster world: its name, who is signed in, what was said, whom it listens to.
//!
//! What users of telnet and the upstreams share. Nothing of it is stored: announcements and the sun's figures are
//! few and go with the program. Talk reaches whoever is signed in here; it is passed on to no other node.

mod bulletins;
mod directory;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use smol_str::SmolStr;
use tokio::sync::Semaphore;

use super::accept::{Pace, Rate};
use super::event::Spot;
use super::upstream::Upstreams;
use super::{Cluster, Query};
use crate::bus::Bus;
use crate::env::Env;
use crate::identity::{AccountId, Actor, Identity};
use crate::store::Store;

pub(crate) use bulletins::{Bulletin, Bulletins};
pub(crate) use directory::{Directory, Guest, Note, Present, Stay};

/// What the node works with.
pub(crate) struct NodeParts {
    pub(crate) cluster: Cluster,
    pub(crate) identity: Identity,
    pub(crate) bus: Bus,
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) settings: crate::config::Cluster,
}

/// The node; clones are the same one.
#[derive(Clone)]
pub(crate) struct Node {
    inner: Arc<Inner>,
}

struct Inner {
    parts: NodeParts,
    call: SmolStr,
    since: Timestamp,
    directory: Directory,
    bulletins: Bulletins,
    upstreams: Upstreams,
    searches: Semaphore,
    sayings: Mutex<Pace<AccountId>>,
}

/// What a user may say to others: five at once, one more each half minute.
const SAYING: Rate = Rate {
    burst: 5,
    every: Duration::from_secs(30),
};

/// Searches of the history for users at once: each may look at a million spots.
const SEARCHES: usize = 2;

impl Node {
    /// A node nobody is signed in to yet.
    pub(crate) fn new(parts: NodeParts) -> Self {
        let call = SmolStr::new(&parts.settings.call);
        let since = parts.env.clock.now();
        let upstreams = Upstreams::new(&parts.settings);
        Self {
            inner: Arc::new(Inner {
                call,
                since,
                directory: Directory::default(),
                bulletins: Bulletins::default(),
                upstreams,
                searches: Semaphore::new(SEARCHES),
                sayings: Mutex::new(Pace::new()),
                parts,
            }),
        }
    }

    /// Its call, as in prompts.
    pub(crate) fn call(&self) -> &str {
        &self.inner.call
    }

    /// Where it is, as its greeting tells.
    pub(crate) fn qth(&self) -> &str {
        self.settings().qth.as_deref().unwrap_or("Shackbox")
    }

    /// Since when it runs.
    pub(crate) fn since(&self) -> Timestamp {
        self.inner.since
    }

    /// The present time.
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.parts.env.clock.now()
    }

    /// What is configured of it.
    pub(crate) fn settings(&self) -> &crate::config::Cluster {
        &self.inner.parts.settings
    }

    /// The spots.
    pub(crate) fn cluster(&self) -> &Cluster {
        &self.inner.parts.cluster
    }

    /// The accounts.
    pub(crate) fn identity(&self) -> &Identity {
        &self.inner.parts.identity
    }

    /// What is told live.
    pub(crate) fn bus(&self) -> &Bus {
        &self.inner.parts.bus
    }

    /// Where users' settings are.
    pub(crate) fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    /// Clock and randomness.
    pub(crate) fn env(&self) -> &Env {
        &self.inner.parts.env
    }

    /// Who is signed in.
    pub(crate) fn directory(&self) -> &Directory {
        &self.inner.directory
    }

    /// What was said to all.
    pub(crate) fn bulletins(&self) -> &Bulletins {
        &self.inner.bulletins
    }

    /// Whom it listens to.
    pub(crate) fn upstreams(&self) -> &Upstreams {
        &self.inner.upstreams
    }

    /// Spots of the past for a user, looked for beside the runtime's threads; who comes when others search waits.
    pub(crate) async fn search(
        &self,
        query: Query,
        wanted: impl FnMut(&Spot) -> bool + Send + 'static,
    ) -> Vec<Spot> {
        let _turn = self.inner.searches.acquire().await;
        let cluster = self.cluster().clone();
        let found = tokio::task::spawn_blocking(move || cluster.history(&query, wanted));
        found.await.unwrap_or_default()
    }

    /// Whether a user may say something to others now; the error says how long to wait.
    pub(crate) fn may_speak(&self, actor: &Actor) -> Result<(), Duration> {
        let Some(account) = actor.account() else {
            return Err(SAYING.every);
        };
        let now = self.now().as_microsecond();
        let mut sayings = self.inner.sayings.lock().unwrap_or_else(PoisonError::into_inner);
        sayings.take(account, SAYING, now)
    }

    /// Takes in a bulletin and tells everybody, unless it was said before; whether it was new.
    pub(crate) fn tell(&self, bulletin: Bulletin) -> bool {
        let new = self.inner.bulletins.take(&bulletin, self.now());
        if new {
            self.inner.directory.tell_all(&Note::Bulletin(Arc::new(bulletin)));
        }
        new
    }
}
