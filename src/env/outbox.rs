//! The last mails, for the administrator's page: how each went, and what can be sent again.
//!
//! In memory and bounded. With a mail server the text of a mail is shown to nobody; it is held while the mail has not
//! been taken, so that it can be sent again, and not a moment longer.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::mailer::{Mail, Posted};

/// Mails remembered.
const REMEMBERED: usize = 100;

/// What became of a try to send a mail.
#[derive(Debug, Clone)]
pub(super) enum Tried {
    /// There is no mail server.
    Kept,
    Sent,
    /// The server did not take it; `again`: it is tried again by itself.
    Failed {
        why: String,
        again: bool,
    },
}

/// The rows, oldest first.
#[derive(Debug, Default)]
pub(super) struct Outbox(Mutex<Rows>);

#[derive(Debug, Default)]
struct Rows {
    next: u64,
    rows: VecDeque<Row>,
}

#[derive(Debug)]
struct Row {
    posted: Posted,
    /// The mail as it goes out, while it has not.
    whole: Option<Mail>,
}

impl Outbox {
    /// Notes how a try went: in the mail's row, where it has one, else in a new one, whose number is in the answer.
    pub(super) fn note(&self, row: Option<u64>, mail: &Mail, tried: Tried, now: Timestamp) -> u64 {
        let mut rows = self.lock();
        let (outcome, waits) = match tried {
            Tried::Kept => (None, false),
            Tried::Sent => (Some(Ok(())), false),
            Tried::Failed { why, again } => (Some(Err(why)), again),
        };
        let failed = matches!(outcome, Some(Err(_)));
        let whole = failed.then(|| mail.clone());
        let known = rows.rows.iter_mut().find(|known| Some(known.posted.id) == row);
        if let Some(known) = known {
            known.posted.at = now;
            known.posted.outcome = outcome;
            known.posted.waits = waits;
            known.whole = whole;
            return known.posted.id;
        }
        rows.make_room();
        rows.next += 1;
        let shown = if outcome.is_none() {
            mail.text.clone()
        } else {
            String::new()
        };
        let posted = Posted {
            id: rows.next,
            at: now,
            mail: Mail {
                text: shown,
                ..mail.clone()
            },
            outcome,
            waits,
        };
        let id = posted.id;
        rows.rows.push_back(Row { posted, whole });
        id
    }

    /// Newest first.
    pub(super) fn recent(&self) -> Vec<Posted> {
        self.lock()
            .rows
            .iter()
            .rev()
            .map(|row| row.posted.clone())
            .collect()
    }

    /// Whether the mail of a row is still to be sent.
    pub(super) fn wants(&self, id: u64) -> bool {
        self.lock().find(id).is_some_and(|row| row.whole.is_some())
    }

    /// The mail of a row that failed for good; it counts as waiting from then on.
    pub(super) fn take_failed(&self, id: u64) -> Option<Mail> {
        let mut rows = self.lock();
        let row = rows.find(id).filter(|row| !row.posted.waits)?;
        let whole = row.whole.clone()?;
        row.posted.waits = true;
        Some(whole)
    }

    /// Forgets a mail, which is not sent any more; tells whether it was there.
    pub(super) fn forget(&self, id: u64) -> bool {
        let mut rows = self.lock();
        let before = rows.rows.len();
        rows.rows.retain(|row| row.posted.id != id);
        rows.rows.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn find(&mut self, id: u64) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.posted.id == id)
    }

    /// The oldest goes that needs nobody, else the oldest.
    fn make_room(&mut self) {
        if self.rows.len() < REMEMBERED {
            return;
        }
        let done = self.rows.iter().position(|row| row.whole.is_none());
        self.rows.remove(done.unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(subject: &str) -> Mail {
        Mail {
            to: "op@example.org".into(),
            subject: subject.into(),
            text: "73".into(),
        }
    }

    fn failed(again: bool) -> Tried {
        Tried::Failed {
            why: "no route".into(),
            again,
        }
    }

    #[test]
    fn a_mail_that_failed_is_sent_again_once_and_its_text_is_shown_to_nobody() {
        let (outbox, now) = (Outbox::default(), Timestamp::UNIX_EPOCH);
        let id = outbox.note(None, &mail("code"), failed(true), now);
        assert!(
            outbox.wants(id) && outbox.take_failed(id).is_none(),
            "it is tried by itself"
        );
        assert_eq!(outbox.note(Some(id), &mail("code"), failed(false), now), id);
        assert_eq!(outbox.recent().len(), 1, "a mail has one row");
        assert_eq!(outbox.recent()[0].mail.text, "");
        assert_eq!(outbox.take_failed(id), Some(mail("code")));
        assert_eq!(outbox.take_failed(id), None, "it is on its way");
        outbox.note(Some(id), &mail("code"), Tried::Sent, now);
        assert!(!outbox.wants(id), "what was sent is held no longer");
        assert!(outbox.forget(id) && !outbox.forget(id));
    }

    #[test]
    fn what_needs_nobody_is_forgotten_first() {
        let (outbox, now) = (Outbox::default(), Timestamp::UNIX_EPOCH);
        let id = outbox.note(None, &mail("needs somebody"), failed(false), now);
        for number in 0..2 * REMEMBERED {
            outbox.note(None, &mail(&number.to_string()), Tried::Sent, now);
        }
        assert_eq!(outbox.recent().len(), REMEMBERED);
        assert!(outbox.wants(id));
    }
}
