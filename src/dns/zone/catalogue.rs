//! Which zones are served now.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::super::name::Name;
use super::Zone;

/// The zones served at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalogue {
    /// By the wire form of their names.
    zones: HashMap<Box<[u8]>, Arc<Zone>>,
    /// The most labels a zone's name has, so that longer ends of names need not be tried.
    most_labels: usize,
}

impl Catalogue {
    /// The zone of exactly this name.
    pub(crate) fn zone(&self, origin: &Name) -> Option<&Arc<Zone>> {
        self.zones.get(origin.wire())
    }

    /// All zones, in no order.
    pub(crate) fn zones(&self) -> impl Iterator<Item = &Arc<Zone>> {
        self.zones.values()
    }

    /// The zone of exactly the name with this lower-cased wire form.
    pub(crate) fn by_wire(&self, wire: &[u8]) -> Option<&Zone> {
        self.zones.get(wire).map(|zone| &**zone)
    }

    /// The most labels a zone's name has.
    pub(crate) fn most_labels(&self) -> usize {
        self.most_labels
    }

    fn with(&self, zone: Arc<Zone>) -> Self {
        let mut next = self.clone();
        next.zones.insert(zone.origin().wire().into(), zone);
        next.count()
    }

    fn without(&self, origin: &Name) -> Self {
        let mut next = self.clone();
        next.zones.remove(origin.wire());
        next.count()
    }

    fn count(mut self) -> Self {
        self.most_labels = self.zones.values().map(|zone| zone.labels()).max().unwrap_or(0);
        self
    }
}

/// The handle to what is served: cheap to copy, read without waiting.
#[derive(Debug, Clone, Default)]
pub(crate) struct Zones(Arc<ArcSwap<Catalogue>>);

impl Zones {
    /// Serves this zone from now on, in place of the one of its name.
    pub(crate) fn publish(&self, zone: Arc<Zone>) {
        self.0.rcu(|now| now.with(Arc::clone(&zone)));
    }

    /// Serves the zone of this name no more.
    pub(crate) fn withdraw(&self, origin: &Name) {
        self.0.rcu(|now| now.without(origin));
    }

    /// What is served now. Not to be held longer than an answer takes; [`Zones::snapshot`] is for that.
    pub(crate) fn load(&self) -> Guard<Arc<Catalogue>> {
        self.0.load()
    }

    /// What is served now, to be kept.
    pub(crate) fn snapshot(&self) -> Arc<Catalogue> {
        self.0.load_full()
    }
}
