//! Whether every part of the program runs: what `/readyz`, the health page and the supervisor ask.
//!
//! A part says so itself through its [`Part`]; a part that was dropped without saying anything counts as
//! ended. While the program stops it is not ready, so that a load balancer looks elsewhere.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// The state of all parts; clones are the same registry.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    stopping: AtomicBool,
    parts: Mutex<BTreeMap<&'static str, Option<String>>>,
    remarks: Mutex<Vec<String>>,
}

/// One part's voice.
#[derive(Debug)]
pub(crate) struct Part {
    name: &'static str,
    health: Health,
}

/// All parts at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    /// Whether all of them run and the program is not stopping.
    pub(crate) ready: bool,
    /// Whether the program is on its way out.
    pub(crate) stopping: bool,
    /// What is wrong with each part; `None` when it runs.
    pub(crate) parts: BTreeMap<&'static str, Option<String>>,
    /// What keeps nothing from running, but should be looked at.
    pub(crate) remarks: Vec<String>,
}

impl Health {
    /// Registers a part, which is not up until it says so.
    pub(crate) fn part(&self, name: &'static str) -> Part {
        self.set(name, Some("starting".to_owned()));
        Part {
            name,
            health: self.clone(),
        }
    }

    /// From now on the program is not ready.
    pub(crate) fn stopping(&self) {
        self.inner.stopping.store(true, Ordering::Relaxed);
    }

    /// Something the administrator should look at, though everything runs.
    pub(crate) fn remark(&self, text: impl Into<String>) {
        self.inner
            .remarks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(text.into());
    }

    /// All parts as they are.
    pub(crate) fn report(&self) -> Report {
        let parts = self
            .inner
            .parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let stopping = self.inner.stopping.load(Ordering::Relaxed);
        Report {
            ready: !stopping && parts.values().all(Option::is_none),
            stopping,
            parts,
            remarks: self
                .inner
                .remarks
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        }
    }

    fn set(&self, name: &'static str, reason: Option<String>) {
        self.inner
            .parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, reason);
    }
}

impl Part {
    /// The part runs.
    pub(crate) fn up(&self) {
        self.health.set(self.name, None);
    }

    /// The part does not do its work, for this reason.
    pub(crate) fn down(&self, reason: impl Into<String>) {
        self.health.set(self.name, Some(reason.into()));
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.health.set(self.name, Some("ended".to_owned()));
    }
}
