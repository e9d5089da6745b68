//! From records to what is answered: zones are read at the start, and follow each commit from then on.
//!
//! A small change is applied on the writer's thread before its command is answered, so that whoever changed something
//! finds it in the answers at once. A zone that is new or was replaced is read anew beside, and what is committed to it
//! meanwhile waits its turn; a command waits ([`Live::reached`]) until the answers have its version. Nothing goes back:
//! a state is published only when it is later than the one before.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::event::{DnsEvent, ZoneChange};
use super::model::{Version, ZoneId};
use super::name::Name;
use super::read::{self, Whole};
use super::zone::{Zone, Zones};
use crate::bus::Bus;
use crate::event::Event;
use crate::store::Store;

/// Changes that wait while their zone is read; more, and it is read once again.
const MOST_WAITING: usize = 10_000;
/// How long until a zone that could not be read is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// The answered zones, as they follow the records. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Live {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    zones: Zones,
    states: Mutex<States>,
    /// Counts what was published.
    moved: watch::Sender<u64>,
    /// There is a zone to be read.
    wanted: Notify,
}

#[derive(Default)]
struct States {
    /// Whether anybody answers: a command on a stopped data directory has nobody to wait for.
    on: bool,
    known: HashMap<ZoneId, State>,
    wanted: HashSet<ZoneId>,
}

/// A zone as it is answered.
struct State {
    origin: Name,
    /// None until it is read for the first time.
    zone: Option<Arc<Zone>>,
    version: Version,
    /// Changes since the records that are being read.
    waiting: Option<Vec<Arc<ZoneChange>>>,
}

impl Live {
    /// What queries are answered from.
    pub(crate) fn zones(&self) -> Zones {
        self.inner.zones.clone()
    }

    /// Follows commits from now on, and reads every zone there is. How many, with how many sets.
    pub(crate) async fn start(
        &self,
        store: &Store,
        bus: &Bus,
        stop: CancellationToken,
    ) -> Result<(usize, usize), Error> {
        self.states().on = true;
        let own = self.clone();
        bus.listen(move |event| {
            if let Event::Dns(event) = event {
                own.follow(event);
            }
        });
        let zones = store.read(read::zones_of_server).await?;
        let mut sets = 0;
        let count = zones.len();
        for (zone, _, _) in zones {
            sets += self.read(store, zone).await?;
        }
        let (own, store) = (self.clone(), store.clone());
        tokio::spawn(async move { stop.run_until_cancelled(own.read_wanted(&store)).await });
        Ok((count, sets))
    }

    /// The version of a zone that is answered; none where it is not.
    pub(crate) fn version(&self, zone: ZoneId) -> Option<Version> {
        let states = self.states();
        let state = states.known.get(&zone)?;
        state.zone.as_ref().map(|_| state.version)
    }

    /// Waits until the answers have this version of a zone, or one after it; whether they do in time.
    pub(crate) async fn reached(&self, zone: ZoneId, version: Version, within: Duration) -> bool {
        if !self.states().on {
            return true;
        }
        let mut moved = self.inner.moved.subscribe();
        let reached = async {
            loop {
                moved.mark_unchanged();
                if self.version(zone).is_some_and(|own| own >= version) {
                    return true;
                }
                if moved.changed().await.is_err() {
                    return false;
                }
            }
        };
        tokio::time::timeout(within, reached).await.unwrap_or(false)
    }

    /// Takes over a commit. On the writer's thread: small changes at once, others beside.
    fn follow(&self, event: &DnsEvent) {
        match event {
            DnsEvent::ZoneChanged(change) => self.change(change),
            DnsEvent::ZoneReplaced { zone } => self.want(*zone),
            DnsEvent::ZoneRemoved { zone, origin } => {
                let mut states = self.states();
                states.known.remove(zone);
                states.wanted.remove(zone);
                self.inner.zones.withdraw(origin);
                drop(states);
                self.told();
            }
            DnsEvent::Unsettled => {}
        }
    }

    fn change(&self, change: &Arc<ZoneChange>) {
        let mut states = self.states();
        let Some(state) = states.known.get_mut(&change.zone) else {
            drop(states);
            return self.want(change.zone);
        };
        if let Some(waiting) = &mut state.waiting {
            if waiting.len() < MOST_WAITING {
                waiting.push(Arc::clone(change));
                return;
            }
            waiting.clear();
            drop(states);
            return self.want(change.zone);
        }
        if change.version <= state.version {
            return;
        }
        match state.take(change) {
            Ok(zone) => {
                self.inner.zones.publish(zone);
                drop(states);
                self.told();
            }
            Err(why) => {
                tracing::error!("{} is read anew: {why}", change.origin);
                drop(states);
                self.want(change.zone);
            }
        }
    }

    /// Has a zone be read anew.
    fn want(&self, zone: ZoneId) {
        let mut states = self.states();
        if let Some(state) = states.known.get_mut(&zone) {
            state.waiting.get_or_insert_default();
        }
        states.wanted.insert(zone);
        drop(states);
        self.inner.wanted.notify_one();
    }

    async fn read_wanted(&self, store: &Store) {
        loop {
            let zone = self.states().wanted.iter().next().copied();
            let Some(zone) = zone else {
                self.inner.wanted.notified().await;
                continue;
            };
            if let Err(error) = self.read(store, zone).await {
                tracing::error!(%error, "a zone could not be read: {error}");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    /// Reads a zone and publishes it; how many sets it has.
    async fn read(&self, store: &Store, zone: ZoneId) -> Result<usize, Error> {
        {
            let mut states = self.states();
            // What is committed from here on waits, or is in what is read.
            states.wanted.remove(&zone);
            if let Some(state) = states.known.get_mut(&zone) {
                state.waiting.get_or_insert_default();
            }
        }
        let done = self.read_now(store, zone).await;
        if done.is_err() {
            self.states().wanted.insert(zone);
        }
        done
    }

    async fn read_now(&self, store: &Store, zone: ZoneId) -> Result<usize, Error> {
        let built = store.read(move |r| {
            let Some(whole) = read::whole(r, zone)? else {
                return Ok(None);
            };
            let Whole {
                origin,
                version,
                sets,
            } = whole;
            let built =
                Zone::build(origin.clone(), sets).map_err(|error| Error::BadZone(error.to_string()))?;
            Ok::<_, Error>(Some((origin, version, Arc::new(built))))
        });
        let Some((origin, version, built)) = built.await? else {
            return Ok(0);
        };
        let sets = built.len();
        let mut states = self.states();
        let before = states.known.remove(&zone);
        let waiting = before.and_then(|before| before.waiting).unwrap_or_default();
        let mut state = State {
            origin,
            zone: Some(built),
            version,
            waiting: None,
        };
        for change in waiting.iter().filter(|change| change.version > version) {
            if let Err(why) = state.take(change) {
                tracing::error!("{} is read once more: {why}", state.origin);
                states.wanted.insert(zone);
                break;
            }
        }
        if let Some(zone) = &state.zone {
            self.inner.zones.publish(Arc::clone(zone));
        }
        if states.wanted.contains(&zone) {
            state.waiting = Some(Vec::new());
        }
        states.known.insert(zone, state);
        drop(states);
        self.told();
        Ok(sets)
    }

    fn told(&self) {
        self.inner.moved.send_modify(|count| *count += 1);
    }

    fn states(&self) -> MutexGuard<'_, States> {
        self.inner.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The zone after a change; why it cannot be.
    fn take(&mut self, change: &ZoneChange) -> Result<Arc<Zone>, String> {
        let before = self.zone.as_ref().ok_or("it was not read yet")?;
        let zone = before
            .changed(&change.put, &change.removed)
            .map_err(|error| error.to_string())?;
        if zone.serial() != change.version.serial() {
            return Err(format!(
                "serial {} where {} was to be",
                zone.serial(),
                change.version.serial()
            ));
        }
        let zone = Arc::new(zone);
        self.zone = Some(Arc::clone(&zone));
        self.version = change.version;
        Ok(zone)
    }
}
