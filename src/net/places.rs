//! Places for connections: so many in all, and so many for one network, so that no single host takes them all.
//!
//! A reverse proxy speaks for many, and this machine is trusted: neither has a limit of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::peer::Network;

/// The limited number of places, shared by all listeners that count together. Clones are the same places.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    counts: Arc<Mutex<HashMap<Network, usize>>>,
    most_per_network: usize,
}

/// A connection's place; a websocket keeps it when the connection is handed over.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    _permit: OwnedSemaphorePermit,
    _share: Option<Share>,
}

/// One connection's share of its network's allowance.
#[derive(Debug)]
struct Share {
    network: Network,
    counts: Arc<Mutex<HashMap<Network, usize>>>,
}

impl Places {
    /// So many places in all, a quarter of them at most for one network.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(most)),
            counts: Arc::default(),
            most_per_network: (most / 4).max(1),
        }
    }

    /// A place for a connection from this network, or from somebody without a limit of their own; `None` when there
    /// is none left.
    pub(crate) fn take(&self, network: Option<Network>) -> Option<Place> {
        let share = match network {
            Some(network) => Some(self.share(network)?),
            None => None,
        };
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let held = Held {
            _permit: permit,
            _share: share,
        };
        Some(Place { held: Arc::new(held) })
    }

    /// The place, counted for a network that was not known when it was taken; `None` when there is none left for it.
    pub(crate) fn count(&self, place: Place, network: Network) -> Option<Place> {
        let share = self.share(network)?;
        let held = Arc::into_inner(place.held).expect("a place is handed on once its network is known");
        let held = Held {
            _share: Some(share),
            ..held
        };
        Some(Place { held: Arc::new(held) })
    }

    fn share(&self, network: Network) -> Option<Share> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(network).or_insert(0);
        if *count >= self.most_per_network {
            return None;
        }
        *count += 1;
        Some(Share {
            network,
            counts: Arc::clone(&self.counts),
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_gets_a_quarter_and_leaves_the_rest_to_others() {
        let places = Places::new(8);
        let network = |last: u8| Some(Network::of([192, 0, 2, last].into()));
        let held: Vec<_> = (0..2).map(|_| places.take(network(1)).unwrap()).collect();
        assert!(places.take(network(1)).is_none(), "its quarter is taken");
        let other = places.take(network(2));
        let exempt: Vec<_> = std::iter::from_fn(|| places.take(None)).collect();
        assert_eq!(exempt.len(), 5, "a proxy may have all that is left");
        assert!(places.take(network(3)).is_none(), "the house is full");
        let exempt = {
            let mut exempt = exempt.into_iter();
            let counted = places.count(exempt.next().unwrap(), network(2).unwrap());
            let refused = places.count(exempt.next().unwrap(), network(1).unwrap());
            assert!(counted.is_some(), "a place that is taken gets its network later");
            assert!(refused.is_none(), "within the same bounds");
            (exempt.collect::<Vec<_>>(), counted)
        };
        drop((held, exempt, other));
        assert!(places.take(network(1)).is_some(), "places are given back");
        assert!(places.counts.lock().unwrap().is_empty());
    }
}
