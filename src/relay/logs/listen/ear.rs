//! What is heard: counted, told to whoever listens, and what concerns contacts brought to the queue.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::net::UdpSocket;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use super::Programs;
use crate::env::Clock;
use crate::relay::logs::adif::{self, Rejected};
use crate::relay::logs::contact::Way;
use crate::relay::logs::intake::{self, Arrival, Effect};
use crate::relay::logs::queue::{Draft, SharedQueue};
use crate::relay::logs::sniff::{self, Decoded};

/// Arrivals that may wait for the disk.
const WAITING: usize = 16_384;
/// Arrivals that are written at once.
const AT_ONCE: usize = 1_000;
/// Messages that a listener may be behind.
const BEHIND: usize = 1_024;
/// Records that were no contacts, kept to be shown.
const REJECTS: usize = 100;
/// Senders kept to be shown.
const SENDERS: usize = 64;
/// The pause after the queue could not be written.
const PAUSE: Duration = Duration::from_secs(1);

/// A message and who sent it.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) from: SocketAddr,
    pub(crate) decoded: Arc<Decoded>,
}

/// What has been heard since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// Datagrams, and portions of streams.
    pub(crate) messages: u64,
    /// Of no known language.
    pub(crate) unknown: u64,
    /// Damaged.
    pub(crate) damaged: u64,
    /// New contacts.
    pub(crate) contacts: u64,
    /// Other tellings and changes of contacts.
    pub(crate) joined: u64,
    /// Deletions.
    pub(crate) deleted: u64,
    /// Records that were no contacts.
    pub(crate) rejected: u64,
    /// Contacts that the queue had no room for.
    pub(crate) lost: u64,
}

#[derive(Debug, Default)]
struct Sums {
    messages: AtomicU64,
    unknown: AtomicU64,
    damaged: AtomicU64,
    contacts: AtomicU64,
    joined: AtomicU64,
    deleted: AtomicU64,
    rejected: AtomicU64,
    lost: AtomicU64,
    rejects: Mutex<VecDeque<Rejected>>,
    senders: Mutex<Senders>,
}

/// Language and computer of a program; where its last message came from, and when.
type Senders = BTreeMap<(&'static str, IpAddr), (SocketAddr, Timestamp)>;

/// A program that was heard in a language without names of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sender {
    /// The language, by the program that is known for it.
    pub(crate) language: &'static str,
    /// Where the last message came from.
    pub(crate) address: SocketAddr,
    /// When that was.
    pub(crate) heard: Timestamp,
}

impl Sums {
    fn count(what: &AtomicU64) {
        what.fetch_add(1, Ordering::Relaxed);
    }

    fn take(&self, effect: Effect) {
        match effect {
            Effect::New(_) => Self::count(&self.contacts),
            Effect::Joined(_) => Self::count(&self.joined),
            Effect::Deleted(_) => Self::count(&self.deleted),
            Effect::Known(_) | Effect::Ignored => {}
            Effect::Rejected(rejected) => {
                Self::count(&self.rejected);
                tracing::warn!(
                    reason = rejected.reason,
                    "{} was not logged: {}",
                    rejected.text,
                    rejected.reason
                );
                let mut rejects = self.rejects.lock().unwrap_or_else(PoisonError::into_inner);
                rejects.truncate(REJECTS - 1);
                rejects.push_front(rejected);
            }
        }
    }
}

/// Takes what is heard; clones are the same ear.
#[derive(Debug, Clone)]
pub(crate) struct Ear {
    clock: Clock,
    sums: Arc<Sums>,
    programs: Programs,
    heard: broadcast::Sender<Heard>,
    arrivals: mpsc::Sender<Arrival>,
}

/// The other end of an ear: brings what it took to the queue.
#[derive(Debug)]
pub(crate) struct Hearing {
    clock: Clock,
    sums: Arc<Sums>,
    queue: SharedQueue,
    arrivals: mpsc::Receiver<Arrival>,
}

impl Ear {
    /// An ear for a queue. The hearing must run for anything to be kept.
    pub(crate) fn new(clock: Clock, queue: SharedQueue) -> (Self, Hearing) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let sums: Arc<Sums> = Arc::default();
        let hearing = Hearing {
            clock: clock.clone(),
            sums: Arc::clone(&sums),
            queue,
            arrivals: receiver,
        };
        let ear = Self {
            clock,
            sums,
            programs: Programs::default(),
            heard: broadcast::Sender::new(BEHIND),
            arrivals: sender,
        };
        (ear, hearing)
    }

    /// Messages as they are heard: state of programs and radios, decodes, spots.
    pub(crate) fn messages(&self) -> broadcast::Receiver<Heard> {
        self.heard.subscribe()
    }

    /// The instances of WSJT-X.
    pub(crate) fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Programs other than WSJT-X heard since the start.
    pub(crate) fn senders(&self) -> Vec<Sender> {
        let senders = self.sums.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let sender =
            |((language, _), (address, heard)): (&(&'static str, IpAddr), &(SocketAddr, Timestamp))| Sender {
                language,
                address: *address,
                heard: *heard,
            };
        senders.iter().map(sender).collect()
    }

    fn note_sender(&self, decoded: &Decoded, from: SocketAddr) {
        let language = match decoded {
            // These have names and are known by them.
            Decoded::Wsjtx(_) => return,
            Decoded::Js8(_) => "JS8Call",
            Decoded::N1mm(_) => "N1MM",
            Decoded::Adif(_) => "ADIF",
        };
        let mut senders = self.sums.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (language, from.ip());
        if senders.len() < SENDERS || senders.contains_key(&key) {
            senders.insert(key, (from, self.clock.now()));
        }
    }

    /// What has been heard since the start.
    pub(crate) fn counts(&self) -> Counts {
        let read = |what: &AtomicU64| what.load(Ordering::Relaxed);
        Counts {
            messages: read(&self.sums.messages),
            unknown: read(&self.sums.unknown),
            damaged: read(&self.sums.damaged),
            contacts: read(&self.sums.contacts),
            joined: read(&self.sums.joined),
            deleted: read(&self.sums.deleted),
            rejected: read(&self.sums.rejected),
            lost: read(&self.sums.lost),
        }
    }

    /// Records of late that were no contacts, the newest first.
    pub(crate) fn rejects(&self) -> Vec<Rejected> {
        let rejects = self.sums.rejects.lock().unwrap_or_else(PoisonError::into_inner);
        rejects.iter().cloned().collect()
    }

    /// Takes a datagram, and answers it where that is due.
    pub(super) async fn hear(&self, bytes: &[u8], from: SocketAddr, socket: &Arc<UdpSocket>) {
        Sums::count(&self.sums.messages);
        let now = self.clock.now();
        let decoded = match sniff::decode(bytes, now) {
            Ok(decoded) => decoded,
            Err(sniff::Unread::Unknown) => return Sums::count(&self.sums.unknown),
            Err(error) => {
                tracing::debug!(%error, "a datagram of {from} is not read: {error}");
                return Sums::count(&self.sums.damaged);
            }
        };
        if let Decoded::Wsjtx(packet) = &decoded
            && let Some(answer) = self.programs.note(packet, from, socket, now)
            && let Err(error) = socket.send_to(&answer, from).await
        {
            tracing::debug!(%error, "{from} cannot be answered: {error}");
        }
        self.take(decoded, from).await;
    }

    /// Takes ADIF of a stream.
    pub(super) async fn hear_adif(&self, bytes: &[u8], from: SocketAddr) {
        if bytes.trim_ascii().is_empty() {
            return;
        }
        Sums::count(&self.sums.messages);
        let contacts = adif::contacts(bytes, Way::Adif, self.clock.now());
        if contacts.is_empty() {
            return Sums::count(&self.sums.unknown);
        }
        self.take(Decoded::Adif(contacts), from).await;
    }

    async fn take(&self, decoded: Decoded, from: SocketAddr) {
        self.note_sender(&decoded, from);
        let arrivals = intake::arrivals(decoded.clone(), self.clock.now());
        // Nobody may be listening.
        drop(self.heard.send(Heard {
            from,
            decoded: Arc::new(decoded),
        }));
        for arrival in arrivals {
            if self.arrivals.send(arrival).await.is_err() {
                Sums::count(&self.sums.lost);
            }
        }
    }
}

impl Hearing {
    /// Brings what was heard to the queue until it is told to stop, and then what is left.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut portion = Vec::new();
        loop {
            let count = tokio::select! {
                biased;
                count = self.arrivals.recv_many(&mut portion, AT_ONCE) => count,
                () = stop.cancelled() => return,
            };
            if count == 0 {
                return;
            }
            while !portion.is_empty() {
                let Err(()) = self.write(&mut portion).await else {
                    break;
                };
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = stop.cancelled() => return self.give_up(&portion),
                }
            }
        }
    }

    async fn write(&mut self, portion: &mut Vec<Arrival>) -> Result<(), ()> {
        let now = self.clock.now();
        let arrivals = portion.clone();
        let work = move |draft: &mut Draft<'_>| -> Vec<Effect> {
            let effects = arrivals
                .into_iter()
                .map(|arrival| intake::apply(draft, arrival, now));
            effects.collect()
        };
        match self.queue.change(now, work).await {
            Ok(effects) => {
                for effect in effects {
                    self.sums.take(effect);
                }
                portion.clear();
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "contacts wait in memory: {error}");
                Err(())
            }
        }
    }

    fn give_up(&self, portion: &[Arrival]) {
        tracing::error!(
            "{} contacts could not be written to the queue and are lost",
            portion.len()
        );
        self.sums.lost.fetch_add(portion.len() as u64, Ordering::Relaxed);
    }
}
