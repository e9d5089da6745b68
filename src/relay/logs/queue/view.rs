//! The queue for people.

use jiff::Timestamp;
use serde::Serialize;
use smol_str::SmolStr;

use super::{Item, Queue, State};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    /// Names it for commands.
    pub(crate) number: u64,
    pub(crate) state: State,
    pub(crate) call: SmolStr,
    pub(crate) start: Timestamp,
    pub(crate) band: &'static str,
    /// Submode, or mode.
    pub(crate) mode: SmolStr,
    /// When it was first told.
    pub(crate) arrived: Timestamp,
    /// Tries since the relay began or the last success.
    pub(crate) tries: u32,
    /// What went wrong last, in the server's words where it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// Status of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_try: Option<Timestamp>,
    /// Its id at the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<SmolStr>,
    /// What the server made of it: added, merged, duplicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<SmolStr>,
}

/// How many there are, as `GET /status` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Sums {
    /// To be sent, changed or deleted.
    pub(crate) pending: usize,
    /// Refused.
    pub(crate) failed: usize,
}

impl Row {
    /// The line of a contact.
    pub(crate) fn of(item: &Item) -> Self {
        let head = item.contact.head();
        let failure = item.failure.as_ref();
        Self {
            number: item.number,
            state: item.state(),
            call: head.call.as_str().into(),
            start: head.start,
            band: head.band.name(),
            mode: head.mode.label().into(),
            arrived: item.arrived,
            tries: item.tries,
            error: failure
                .map(|failure| failure.words.clone())
                .or_else(|| item.error.clone()),
            status: failure.map(|failure| failure.status),
            next_try: item.next_try,
            id: item.id.clone(),
            outcome: item.outcome.clone(),
        }
    }
}

impl Queue {
    /// The newest `limit` contacts, the newest first; with `open_only` those that are not done.
    pub(crate) fn rows(&self, limit: usize, open_only: bool) -> Vec<Row> {
        let shown = |item: &&Item| !open_only || item.task().is_some();
        self.items()
            .rev()
            .filter(shown)
            .take(limit)
            .map(Row::of)
            .collect()
    }

    /// How many there are.
    pub(crate) fn sums(&self) -> Sums {
        let open = self.items().filter(|item| item.task().is_some());
        open.fold(Sums::default(), |mut sums, item| {
            if item.failure.is_some() {
                sums.failed += 1;
            } else {
                sums.pending += 1;
            }
            sums
        })
    }
}
