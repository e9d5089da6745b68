//! Contacts on their way to the appliance, kept over crashes.
//!
//! Invariants: a change is on the disk before anything here shows it; of a change of several contacts a crash
//! leaves a beginning, in their order. The file is bounded: a full queue refuses new contacts in words that
//! say so, and goes on with those it has. Contacts that are done stay for a while, so that what is told again
//! or changed later is known.

mod file;
mod item;
mod shared;
mod view;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use file::LogFile;
pub(crate) use item::{Failure, Item, LONGEST_PAUSE, SETTLE, State, Task};
pub(crate) use shared::SharedQueue;
pub(crate) use view::{Row, Sums};

/// How much a queue may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of the file.
    pub(crate) bytes: u64,
    /// Contacts that are still to be sent.
    pub(crate) pending: usize,
    /// Contacts kept after they are done.
    pub(crate) done: usize,
    /// How long those are kept.
    pub(crate) done_for: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            pending: 20_000,
            done: 10_000,
            done_for: SignedDuration::from_hours(30 * 24),
        }
    }
}

/// Why the queue does not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QueueError {
    /// It holds all it may.
    #[error(
        "the queue of contacts is full: {pending} wait to be sent. Connect the relay to its server, or delete contacts \
         from the queue; until then new contacts stay only in the program that logged them"
    )]
    Full {
        /// Contacts that wait.
        pending: usize,
    },
    /// The file cannot be opened or written.
    #[error("the queue of contacts {path} cannot be written: {reason}", path = path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// No such contact.
    #[error("the queue holds no contact with the number {0}")]
    Unknown(u64),
    /// The work was cut short.
    #[error("the queue of contacts stopped working; start the relay again")]
    Stopped,
}

/// What opening found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Opened {
    /// Damaged entries, set aside in a file with the ending `.damaged`.
    pub(crate) damaged: usize,
    /// Bytes of an entry that was not written to its end.
    pub(crate) torn: u64,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// A contact as it stands now.
    Item(Box<Item>),
    /// It is kept no longer.
    Drop(u64),
    /// Numbers below are used up.
    Next(u64),
}

/// The queue.
#[derive(Debug)]
pub(crate) struct Queue {
    file: LogFile,
    path: PathBuf,
    limits: Limits,
    items: BTreeMap<u64, Item>,
    next: u64,
    /// Bytes of the file when it was last written anew.
    lean: u64,
}

impl Queue {
    /// Opens the queue in the file `path`, or makes it.
    pub(crate) fn open(path: &Path, limits: Limits) -> Result<(Self, Opened), QueueError> {
        let failed = |error: std::io::Error| QueueError::File {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let (file, found) = LogFile::open(path).map_err(failed)?;
        let mut queue = Self {
            lean: file.length(),
            file,
            path: path.to_owned(),
            limits,
            items: BTreeMap::new(),
            next: 1,
        };
        let mut opened = Opened {
            damaged: found.damaged,
            torn: found.torn,
        };
        for line in &found.lines {
            match serde_json::from_str(line) {
                Ok(Line::Item(item)) => {
                    queue.next = queue.next.max(item.number.saturating_add(1));
                    queue.items.insert(item.number, *item);
                }
                Ok(Line::Drop(number)) => drop(queue.items.remove(&number)),
                Ok(Line::Next(next)) => queue.next = queue.next.max(next),
                // Whole, but not ours: of a newer version perhaps.
                Err(_) => opened.damaged += 1,
            }
        }
        queue.lean = queue
            .lean
            .min(queue.lines().iter().map(|line| line.len() as u64 + 18).sum());
        Ok((queue, opened))
    }

    /// All contacts, the oldest first.
    pub(crate) fn items(&self) -> impl DoubleEndedIterator<Item = &Item> {
        self.items.values()
    }

    /// One contact.
    pub(crate) fn get(&self, number: u64) -> Option<&Item> {
        self.items.get(&number)
    }

    /// The contact whose task is due first, with the time it is due.
    pub(crate) fn first_due(&self, now: Timestamp) -> Option<(Timestamp, &Item)> {
        let due = self.items().filter_map(|item| Some((item.due(now)?, item)));
        // Of those due, the oldest: a log arrives in its order.
        due.min_by_key(|(at, item)| (*at.max(&now), item.number))
    }

    /// Changes made on a draft come to be at once, or not at all with an error.
    pub(crate) fn change<R>(
        &mut self,
        now: Timestamp,
        work: impl FnOnce(&mut Draft<'_>) -> R,
    ) -> Result<R, QueueError> {
        let mut draft = Draft {
            items: &self.items,
            changed: BTreeMap::new(),
            next: self.next,
        };
        let result = work(&mut draft);
        let Draft { changed, next, .. } = draft;
        let lines: Vec<String> = changed.values().filter_map(line).collect();
        if !lines.is_empty() {
            self.make_room(&changed, &lines, now)?;
            let written = self.file.append(&lines);
            written.map_err(|error| self.failed(&error))?;
        }
        self.items.extend(changed);
        self.next = next;
        Ok(result)
    }

    /// Notes what needs no place on the disk: tries, and when the next one is.
    pub(crate) fn note(&mut self, number: u64, work: impl FnOnce(&mut Item)) {
        if let Some(item) = self.items.get_mut(&number) {
            work(item);
        }
    }

    fn make_room(
        &mut self,
        changed: &BTreeMap<u64, Item>,
        lines: &[String],
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let is_new = |item: &&Item| item.task().is_some() && !self.items.contains_key(&item.number);
        let more = changed.values().filter(is_new).count();
        let pending = self.items().filter(|item| item.task().is_some()).count();
        if more > 0 && pending + more > self.limits.pending {
            return Err(QueueError::Full { pending });
        }
        let bytes: u64 = lines.iter().map(|line| line.len() as u64 + 18).sum();
        let length = self.file.length() + bytes;
        let grown = length > self.lean.saturating_mul(2).saturating_add(1 << 20);
        if self.file.is_broken() || grown || length > self.limits.bytes {
            self.compact(now)?;
        }
        if more > 0 && self.file.length() + bytes > self.limits.bytes {
            return Err(QueueError::Full { pending });
        }
        Ok(())
    }

    /// Writes the file anew without what is past, and drops contacts that have been done for long.
    pub(crate) fn compact(&mut self, now: Timestamp) -> Result<(), QueueError> {
        let oldest = now.checked_sub(self.limits.done_for).unwrap_or(Timestamp::MIN);
        let is_done = |item: &&Item| item.task().is_none() && item.failure.is_none();
        let mut done: Vec<(Timestamp, u64)> = self
            .items()
            .filter(is_done)
            .map(|item| (item.touched, item.number))
            .collect();
        done.sort_unstable();
        let surplus = done.len().saturating_sub(self.limits.done);
        for (place, (touched, number)) in done.into_iter().enumerate() {
            if place < surplus || touched < oldest {
                self.items.remove(&number);
            }
        }
        let lines = self.lines();
        let written = self.file.rewrite(&lines);
        written.map_err(|error| self.failed(&error))?;
        self.lean = self.file.length();
        Ok(())
    }

    fn lines(&self) -> Vec<String> {
        let next = serde_json::to_string(&Line::Next(self.next)).ok();
        next.into_iter().chain(self.items().filter_map(line)).collect()
    }

    fn failed(&self, error: &std::io::Error) -> QueueError {
        QueueError::File {
            path: self.path.clone(),
            reason: error.to_string(),
        }
    }
}

/// A contact's line; texts and numbers always make one.
fn line(item: &Item) -> Option<String> {
    serde_json::to_string(&LineRef::Item(item)).ok()
}

/// [`Line`] for writing.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum LineRef<'a> {
    Item(&'a Item),
}

/// A change in the making: it sees what it made already.
pub(crate) struct Draft<'a> {
    items: &'a BTreeMap<u64, Item>,
    changed: BTreeMap<u64, Item>,
    next: u64,
}

impl Draft<'_> {
    /// The newest contact of which `fits` holds.
    pub(crate) fn find(&self, fits: impl Fn(&Item) -> bool) -> Option<Item> {
        let old = self
            .items
            .values()
            .rev()
            .filter(|item| !self.changed.contains_key(&item.number));
        let mut all = self.changed.values().rev().chain(old);
        all.find(|item| fits(item)).cloned()
    }

    /// One contact.
    pub(crate) fn get(&self, number: u64) -> Option<Item> {
        self.changed
            .get(&number)
            .or_else(|| self.items.get(&number))
            .cloned()
    }

    /// A number for a new contact.
    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// The contact is to be so.
    pub(crate) fn put(&mut self, item: Item) {
        self.changed.insert(item.number, item);
    }
}
