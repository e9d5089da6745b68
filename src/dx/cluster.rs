//! The handle that every way in and out works with: accept a spot, read the history.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use smol_str::SmolStr;
use tokio::sync::broadcast;

use super::accept::{self, Around, Draft, Understanding};
use super::activity::{Activity, BandActivity};
use super::event::{Place, Spot};
use super::feeds::{FeedLine, Feeds, Outcome, PollLine, Polls};
use super::history::{Beside, Bounds, History, Query, Size, SnapshotError};
use super::json::Unnumbered;
use super::lotw::LotwUsers;
use super::model::{Accepted, RawSpot, Refused, Sender};
use super::own::{self, OwnSpot};
use crate::bus::Bus;
use crate::env::Clock;
use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::ham::dxcc::Continent;
use crate::logbook::Countries;
use crate::logbook::place;

/// Name of the snapshot in the data directory.
const SNAPSHOT: &str = "spots.snapshot";
/// What people's spots may take of the memory: they are few.
const PEOPLES_SHARE: usize = 8;

/// How spots are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keeping {
    /// How long.
    pub(crate) age: std::time::Duration,
    /// Most bytes of memory.
    pub(crate) bytes: usize,
    /// Whether they outlive a clean stop.
    pub(crate) snapshot: bool,
}

/// What the cluster works with.
pub(crate) struct Parts {
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
    pub(crate) countries: Countries,
    pub(crate) lotw: LotwUsers,
    pub(crate) keeping: Keeping,
    pub(crate) data_dir: PathBuf,
}

/// The DX cluster; clones are the same one.
#[derive(Clone)]
pub(crate) struct Cluster {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    history: History,
    understanding: Mutex<Understanding>,
    activity: Mutex<Activity>,
    feeds: Mutex<Feeds>,
    polls: Mutex<Polls>,
    own: broadcast::Sender<OwnSpot>,
}

impl Cluster {
    /// A cluster with an empty history.
    pub(crate) fn new(parts: Parts) -> Self {
        let Keeping { age, bytes, .. } = parts.keeping;
        let age = u32::try_from(age.as_secs()).unwrap_or(u32::MAX);
        let people = bytes / PEOPLES_SHARE;
        let bounds = [people, bytes - people].map(|bytes| Bounds { age, bytes });
        Self {
            inner: Arc::new(Inner {
                history: History::new(bounds),
                understanding: Mutex::new(Understanding::new()),
                activity: Mutex::default(),
                feeds: Mutex::default(),
                polls: Mutex::default(),
                own: broadcast::Sender::new(own::WAITING),
                parts,
            }),
        }
    }

    /// Takes in a spot: understood, numbered, kept and told to everybody, unless it was said before.
    pub(crate) fn accept(&self, raw: RawSpot, from: &Sender<'_>) -> Result<Accepted, Refused> {
        let now = self.now();
        let address = raw.address;
        let accepted = accept::permit(from).and_then(|()| self.understand(raw, from, now));
        let outcome = match &accepted {
            Ok(Accepted::New(_)) => Outcome::New,
            Ok(Accepted::Duplicate) => Outcome::Duplicate,
            Err(_) => Outcome::Refused,
        };
        lock(&self.inner.feeds).count(from, outcome, now);
        if let Ok(Accepted::New(spot)) = &accepted
            && let Some(own) = OwnSpot::of(spot, from, address)
        {
            // Nobody has to listen.
            drop(self.inner.own.send(own));
        }
        accepted
    }

    /// What our own users spot from now on.
    pub(super) fn own_spots(&self) -> broadcast::Receiver<OwnSpot> {
        self.inner.own.subscribe()
    }

    fn understand(&self, raw: RawSpot, from: &Sender<'_>, now: Timestamp) -> Result<Accepted, Refused> {
        let parts = &self.inner.parts;
        lock(&self.inner.understanding).pace(from, now)?;
        let table = parts.countries.table();
        let around = Around {
            table: &table,
            now,
            age: i64::try_from(parts.keeping.age.as_secs()).unwrap_or(i64::MAX),
        };
        let draft = Draft::check(&raw, from, &around)?;
        if lock(&self.inner.understanding).is_repetition(&draft, now) {
            return Ok(Accepted::Duplicate);
        }
        let mut spot = draft.spot(raw, from, &around)?;
        spot.lotw = parts.lotw.days(&spot.call, now);
        lock(&self.inner.understanding).complete(&mut spot, now);
        lock(&self.inner.activity).count(spot.band, spot.spotter_place.continent, seconds(now));
        Ok(Accepted::New(self.announce(spot, now)))
    }

    /// Numbers, keeps and tells a spot: under the bus' lock, so that history and subscribers have the same order.
    fn announce(&self, mut spot: Spot, heard: Timestamp) -> Arc<Spot> {
        let encoded = Unnumbered::of(&spot);
        let mut kept = None;
        self.inner.parts.bus.announce(|seq| {
            spot.seq = seq;
            self.inner.history.push(&spot, heard);
            let spot = Arc::new(spot);
            kept = Some(Arc::clone(&spot));
            (spot, encoded.numbered(seq))
        });
        kept.expect("the bus calls what makes the message")
    }

    /// Spots of the history that a query asks for and `wanted` says yes to.
    pub(crate) fn history(&self, query: &Query, wanted: impl FnMut(&Spot) -> bool) -> Vec<Spot> {
        let now = self.now();
        let lotw = |call: &Callsign| self.inner.parts.lotw.days(call, now);
        let beside = Beside {
            country: place::country,
            lotw: &lotw,
        };
        self.inner.history.find(query, now, beside, wanted)
    }

    /// The newest spots of one call, newest first.
    pub(crate) fn of_call(&self, call: &str, limit: usize) -> Vec<Spot> {
        let query = Query {
            call: Some(SmolStr::new(call.trim().to_ascii_uppercase())),
            ..Query::newest(limit)
        };
        self.history(&query, |_| true)
    }

    /// Number of the oldest and of the newest spot kept; `None` without any.
    pub(crate) fn range(&self) -> Option<(u64, u64)> {
        let history = &self.inner.history;
        history.oldest_seq().zip(history.newest_seq())
    }

    /// Spots of the last minutes by band and minute, oldest first, heard in a continent or anywhere; bands without any
    /// are left out.
    pub(crate) fn activity(&self, minutes: usize, heard_in: Option<Continent>) -> Vec<BandActivity> {
        lock(&self.inner.activity).last(minutes, heard_in, seconds(self.now()))
    }

    /// How much is kept; what is too old is let go of first.
    pub(crate) fn size(&self) -> Size {
        self.inner.history.age(self.now());
        self.inner.history.size()
    }

    /// How many spots are kept of each band, and of none; what is too old is let go of first.
    pub(crate) fn by_band(&self) -> Vec<(Option<Band>, usize)> {
        self.inner.history.age(self.now());
        self.inner.history.by_band()
    }

    /// How each way in does.
    pub(crate) fn feeds(&self) -> Vec<FeedLine> {
        lock(&self.inner.feeds).lines()
    }

    /// Notes what a service that is asked time and again answered.
    pub(super) fn note_poll(&self, name: &'static str, polled: Result<usize, String>) {
        lock(&self.inner.polls).note(name, polled, self.now());
    }

    /// How the services do that are asked time and again.
    pub(crate) fn polls(&self) -> Vec<PollLine> {
        lock(&self.inner.polls).lines()
    }

    /// Days since whoever is meant sent a log to Logbook of the World; machines have a number behind their call.
    pub(crate) fn lotw_days(&self, spotter: &str) -> Option<u16> {
        let call = spotter.split_once('-').map_or(spotter, |(call, _)| call);
        self.inner
            .parts
            .lotw
            .days(&Callsign::parse(call).ok()?, self.now())
    }

    /// How many users of Logbook of the World are known.
    pub(crate) fn lotw_users(&self) -> usize {
        self.inner.parts.lotw.len()
    }

    /// How long spots are kept.
    pub(crate) fn keeping(&self) -> Keeping {
        self.inner.parts.keeping
    }

    /// The cluster's clock.
    pub(crate) fn clock(&self) -> &Clock {
        &self.inner.parts.clock
    }

    /// The table of entities in use.
    pub(crate) fn table(&self) -> Arc<place::Table> {
        self.inner.parts.countries.table()
    }

    /// The present time by the cluster's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.parts.clock.now()
    }

    /// Reads what the last clean stop left, before the first spot. Blocks.
    pub(crate) fn load(&self) {
        let path = self.snapshot_path();
        if !self.inner.parts.keeping.snapshot {
            return;
        }
        let now = self.now();
        let table = self.inner.parts.countries.table();
        let locate = |call: &str| locate(&table, call, now);
        match self.inner.history.load(&path, now, locate) {
            Ok(spots) => tracing::info!(spots, "{spots} spots of before the stop"),
            Err(SnapshotError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "{} is not read: {error}", path.display()),
        }
        if let Some((_, newest)) = self.range() {
            self.inner.parts.bus.go_on_above(newest);
        }
        // Good once: after a crash an old one would bring back what is long gone.
        drop(std::fs::remove_file(&path));
    }

    /// Writes the history for the next start. Blocks.
    pub(crate) fn save(&self) {
        let path = self.snapshot_path();
        if !self.inner.parts.keeping.snapshot {
            return;
        }
        self.inner.history.age(self.now());
        match self.inner.history.save(&path) {
            Ok(spots) => tracing::info!(spots, "{spots} spots kept for the next start"),
            Err(error) => tracing::warn!(%error, "{}: {error}", path.display()),
        }
    }

    fn snapshot_path(&self) -> PathBuf {
        self.inner.parts.data_dir.join(SNAPSHOT)
    }
}

/// Where a call of the snapshot is.
fn locate(table: &place::Table, call: &str, at: Timestamp) -> Place {
    // Machines have a number behind their call.
    let call = call.split_once('-').map_or(call, |(call, _)| call);
    Callsign::parse(call)
        .map(|call| accept::locate(table, &call, at, None).0)
        .unwrap_or_default()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}
