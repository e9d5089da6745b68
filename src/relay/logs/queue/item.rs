//! One contact on its way to the appliance.
//!
//! What is to be done about it follows from what is known of it ([`Item::task`]), so that nothing is
//! forgotten over a restart. What was once sent is frozen in [`Item::sent`] until it was answered: a
//! repetition must be the same to the letter, or the appliance could not know it for one. What changed
//! meanwhile follows as a change.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::relay::logs::contact::Contact;

/// What a contact waits for before it is sent: the other ways it is told, and the replacement behind a
/// deletion.
pub(crate) const SETTLE: SignedDuration = SignedDuration::from_secs(3);
/// The longest pause between two tries, and so the latest that one can be due.
pub(crate) const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// A contact and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    /// Its place in the queue, never given twice.
    pub(crate) number: u64,
    /// The contact as it should be.
    pub(crate) contact: Contact,
    /// What N1MM calls it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<SmolStr>,
    /// When it was first told.
    pub(crate) arrived: Timestamp,
    /// When it was told last.
    pub(crate) touched: Timestamp,
    /// As the appliance was, or may have been, told it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sent: Option<Contact>,
    /// Its id at the appliance, once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<SmolStr>,
    /// What the appliance made of it: added, merged, duplicate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<SmolStr>,
    /// It was deleted in the program that logged it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) unwanted: bool,
    /// How often it was deleted at the appliance, or had to be told under another key.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) generation: u32,
    /// Why the appliance does not take it; it waits for somebody to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<Failure>,
    /// Tries since the last success; not kept over a restart.
    #[serde(skip)]
    pub(crate) tries: u32,
    /// What went wrong at the last try.
    #[serde(skip)]
    pub(crate) error: Option<String>,
    /// Not before.
    #[serde(skip)]
    pub(crate) next_try: Option<Timestamp>,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// HTTP status.
    pub(crate) status: u16,
    /// What the appliance said, for people.
    pub(crate) words: String,
    /// When.
    pub(crate) at: Timestamp,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Tell it to the appliance.
    Post,
    /// Change it there.
    Patch,
    /// Delete it there.
    Delete,
}

/// How it stands with a contact, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// To be sent.
    Waiting,
    /// To be sent again after an error.
    Retrying,
    /// Refused; waits for somebody.
    Failed,
    /// At the appliance, as it should be.
    Done,
    /// At the appliance; a change is to be sent.
    Changing,
    /// At the appliance; to be deleted there.
    Deleting,
    /// Deleted here, and at the appliance if it was there.
    Deleted,
}

impl Item {
    /// A contact just told.
    pub(crate) fn new(number: u64, contact: Contact, keys: Vec<SmolStr>, now: Timestamp) -> Self {
        Self {
            number,
            contact,
            keys,
            arrived: now,
            touched: now,
            sent: None,
            id: None,
            outcome: None,
            unwanted: false,
            generation: 0,
            failure: None,
            tries: 0,
            error: None,
            next_try: None,
        }
    }

    /// What is to be done about it sooner or later, `None` if all is as it should be.
    pub(crate) fn task(&self) -> Option<Task> {
        match (&self.id, &self.sent) {
            // It may be there: only a repetition tells its id, by which it is deleted.
            (None, Some(_)) => Some(Task::Post),
            (None, None) => (!self.unwanted).then_some(Task::Post),
            (Some(_), _) if self.unwanted => Some(Task::Delete),
            (Some(_), Some(sent)) => (!sent.says_the_same(&self.contact)).then_some(Task::Patch),
            (Some(_), None) => None,
        }
    }

    /// When its task is due; `None` without one, and while it waits for somebody.
    pub(crate) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        self.task().filter(|_| self.failure.is_none())?;
        let settled = self.touched.checked_add(SETTLE).unwrap_or(self.touched);
        let due = self.next_try.map_or(settled, |next| next.max(settled));
        // The clock was set back: waiting for the time it showed before would take too long.
        let latest = now.checked_add(LONGEST_PAUSE).unwrap_or(now);
        Some(if due > latest { now } else { due })
    }

    /// How it stands.
    pub(crate) fn state(&self) -> State {
        match self.task() {
            _ if self.failure.is_some() => State::Failed,
            None if self.unwanted => State::Deleted,
            None => State::Done,
            Some(_) if self.error.is_some() => State::Retrying,
            Some(_) if self.unwanted => State::Deleting,
            Some(Task::Patch) => State::Changing,
            Some(_) => State::Waiting,
        }
    }

    /// It was told again, or changed: a refusal of before says nothing about it any more.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.touched = now;
        self.try_again();
    }

    /// Forgets what went wrong.
    pub(crate) fn try_again(&mut self) {
        self.failure = None;
        self.error = None;
        self.next_try = None;
        self.tries = 0;
    }

    /// The body of a [`Task::Post`] is what was sent before, or what is to be sent now.
    pub(crate) fn posted(&self) -> &Contact {
        self.sent.as_ref().unwrap_or(&self.contact)
    }

    /// The key of a [`Task::Post`].
    pub(crate) fn idempotency_key(&self) -> String {
        self.posted().idempotency_key(self.generation)
    }

    /// The appliance has it, as `as_sent`.
    pub(crate) fn arrived_as(&mut self, id: SmolStr, outcome: Option<SmolStr>, as_sent: Contact) {
        self.id = Some(id);
        self.outcome = outcome.or_else(|| self.outcome.take());
        self.sent = Some(as_sent);
        self.try_again();
    }

    /// The appliance has it no longer. Logged again it would be another one.
    pub(crate) fn is_gone(&mut self) {
        self.id = None;
        self.sent = None;
        self.outcome = None;
        self.generation += 1;
        self.try_again();
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}
