//! Who is signed in to the telnet cluster, and how to reach them.
//!
//! One session for a call and its identifier: a second one ends the first, which is told; but who has shown nothing
//! does not send away who has. Notes wait in a short queue for each session; one that does not read loses notes, never
//! spots, and holds nobody up.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use smol_str::SmolStr;
use tokio::sync::mpsc;

use super::Bulletin;

/// Notes that wait for one session at most.
const WAITING: usize = 64;

/// Something for a session.
#[derive(Debug, Clone)]
pub(crate) enum Note {
    /// Said to everybody.
    Bulletin(Arc<Bulletin>),
    /// Said to this one.
    Talk(Arc<str>),
    /// Somebody came or went.
    Login(Arc<str>),
    /// The call has signed in elsewhere.
    Replaced(IpAddr),
}

/// Who is signed in, as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts of somebody present that have nothing to do with each other"
)]
pub(crate) struct Present {
    /// The call with its identifier.
    pub(crate) call: SmolStr,
    pub(crate) since: Timestamp,
    /// Whether it has shown that it is the call's own.
    pub(crate) known: bool,
    /// Whether the session may spot.
    pub(crate) speaks: bool,
    /// Whether it is told who comes and goes.
    pub(crate) watches: bool,
    /// At the station, not only its computer.
    pub(crate) here: bool,
    pub(crate) name: SmolStr,
    pub(crate) qth: SmolStr,
    pub(crate) grid: SmolStr,
}

/// Whoever comes.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    pub(crate) present: Present,
    pub(crate) address: IpAddr,
}

struct Entry {
    present: Present,
    number: u64,
    notes: mpsc::Sender<Note>,
}

/// All sessions by call.
#[derive(Default)]
pub(crate) struct Directory {
    entries: Arc<Mutex<Entries>>,
    most: AtomicUsize,
}

#[derive(Default)]
struct Entries {
    by_call: BTreeMap<SmolStr, Entry>,
    next: u64,
}

/// A session's entry; it goes when this is dropped.
pub(crate) struct Stay {
    entries: Arc<Mutex<Entries>>,
    call: SmolStr,
    number: u64,
}

impl Directory {
    /// Enters a session, ending another one of the same call; `None` if that one is the call's own and this is not.
    pub(crate) fn enter(&self, guest: Guest) -> Option<(Stay, mpsc::Receiver<Note>)> {
        let (notes, receiver) = mpsc::channel(WAITING);
        let call = guest.present.call.clone();
        let mut entries = lock(&self.entries);
        let before = entries.by_call.get(&call);
        if before.is_some_and(|before| before.present.known && !guest.present.known) {
            return None;
        }
        entries.next += 1;
        let number = entries.next;
        let entry = Entry {
            present: guest.present,
            number,
            notes,
        };
        if let Some(before) = entries.by_call.insert(call.clone(), entry) {
            // Its queue may be full: dropping it ends the session all the same.
            drop(before.notes.try_send(Note::Replaced(guest.address)));
        }
        self.most.fetch_max(entries.by_call.len(), Ordering::Relaxed);
        let stay = Stay {
            entries: Arc::clone(&self.entries),
            call,
            number,
        };
        Some((stay, receiver))
    }

    /// Everybody, by call.
    pub(crate) fn all(&self) -> Vec<Present> {
        lock(&self.entries)
            .by_call
            .values()
            .map(|entry| entry.present.clone())
            .collect()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        lock(&self.entries).by_call.len()
    }

    /// How many there were at most.
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// Tells everybody; of comings and goings only those who watch.
    pub(crate) fn tell_all(&self, note: &Note) {
        let watchers = matches!(note, Note::Login(_));
        for entry in lock(&self.entries).by_call.values() {
            if entry.present.watches || !watchers {
                drop(entry.notes.try_send(note.clone()));
            }
        }
    }

    /// Tells a call; with an identifier that session, without one all of the call's, its own before those that only
    /// say so. Whether anybody is there.
    pub(crate) fn tell(&self, call: &str, line: &Arc<str>) -> bool {
        let base = |full: &str| full.split_once('-').map_or(full.len(), |(base, _)| base.len());
        let entries = lock(&self.entries);
        let meant: Vec<_> = entries
            .by_call
            .iter()
            .filter(|(own, _)| **own == call || own[..base(own)] == *call)
            .collect();
        let is_own = |(own, entry): &(&SmolStr, &Entry)| entry.present.known || **own == call;
        let only_own = meant.iter().any(is_own);
        for one in &meant {
            if is_own(one) || !only_own {
                drop(one.1.notes.try_send(Note::Talk(Arc::clone(line))));
            }
        }
        !meant.is_empty()
    }
}

impl Stay {
    /// Changes what others see.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Present)) {
        if let Some(entry) = lock(&self.entries)
            .by_call
            .get_mut(&self.call)
            .filter(|entry| entry.number == self.number)
        {
            change(&mut entry.present);
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        let mut entries = lock(&self.entries);
        if entries
            .by_call
            .get(&self.call)
            .is_some_and(|entry| entry.number == self.number)
        {
            entries.by_call.remove(&self.call);
        }
    }
}

fn lock(entries: &Mutex<Entries>) -> MutexGuard<'_, Entries> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest(call: &str) -> Guest {
        Guest {
            present: Present {
                call: call.into(),
                since: Timestamp::UNIX_EPOCH,
                known: true,
                speaks: true,
                watches: false,
                here: true,
                name: SmolStr::default(),
                qth: SmolStr::default(),
                grid: SmolStr::default(),
            },
            address: IpAddr::from([192, 0, 2, 1]),
        }
    }

    #[test]
    fn the_second_session_of_a_call_ends_the_first() {
        let directory = Directory::default();
        let (first, mut notes) = directory.enter(guest("K1ABC-3")).unwrap();
        let (second, _other) = directory.enter(guest("K1ABC-3")).unwrap();
        assert!(matches!(notes.try_recv(), Ok(Note::Replaced(_))));
        assert!(notes.try_recv().is_err());
        drop(first);
        assert_eq!(directory.len(), 1, "the one that came later stays");
        drop(second);
        assert_eq!((directory.len(), directory.most()), (0, 1));
    }

    #[test]
    fn who_only_says_so_neither_sends_the_own_session_away_nor_hears_for_it() {
        let directory = Directory::default();
        let stranger = |call| {
            let mut guest = guest(call);
            guest.present.known = false;
            guest
        };
        let (_own, mut own_notes) = directory.enter(guest("K1ABC")).unwrap();
        assert!(directory.enter(stranger("K1ABC")).is_none());
        let (_stay, mut notes) = directory.enter(stranger("K1ABC-9")).unwrap();
        assert!(directory.tell("K1ABC", &"hi".into()));
        assert!(matches!(own_notes.try_recv(), Ok(Note::Talk(_))));
        assert!(notes.try_recv().is_err());
        directory.tell_all(&Note::Login("somebody came".into()));
        assert!(
            own_notes.try_recv().is_err() && notes.try_recv().is_err(),
            "nobody watches"
        );
    }

    #[test]
    fn talk_finds_a_call_with_and_without_identifier() {
        let directory = Directory::default();
        let (_stay, mut notes) = directory.enter(guest("K1ABC-3")).unwrap();
        let line: Arc<str> = "hi".into();
        assert!(directory.tell("K1ABC", &line) && directory.tell("K1ABC-3", &line));
        assert!(!directory.tell("K1ABC-4", &line) && !directory.tell("K1AB", &line));
        assert!(matches!(notes.try_recv(), Ok(Note::Talk(_))));
    }
}
