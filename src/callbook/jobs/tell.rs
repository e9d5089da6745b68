//! Telling accounts what changes of registers mean for them, and ending what former holders wished.

use serde::{Deserialize, Serialize};
use serde_json::json;
use smol_str::SmolStr;

use super::super::error::Error;
use super::super::model::Authority;
use super::super::service::Callbook;
use super::super::tables::{PENDING, Pending};
use super::super::wishes;
use super::super::wishes::model::holder_of;
use super::super::{KEEPER, write};
use super::{QUEUE, retry};
use crate::identity::{Actor, Service};
use crate::jobs::{Done, Job, JobCx, JobError};
use crate::store::{Direction, Read, Rows, Span};

/// As whom accounts are told.
const WATCHER: Actor = Actor::Service(Service::LicenceWatcher);

/// Tells what waits to be told.
#[derive(Debug, Serialize, Deserialize)]
pub(in super::super) struct TellJob {}

impl Job for TellJob {
    const KIND: &'static str = "callbook.tell";
    const QUEUE: &'static str = QUEUE;
    const UNIQUE: bool = true;
    const CANCELLABLE: bool = false;
}

pub(super) async fn run(book: Callbook, cx: JobCx) -> Result<Done, JobError> {
    let mut told = 0;
    loop {
        cx.check()?;
        let next = book.next_untold().await.map_err(retry)?;
        let Some((authority, at, pending)) = next else {
            break;
        };
        told += pending.events.len();
        let identity = book.identity();
        let outcomes = identity.licence_events(&WATCHER, pending.events).await;
        outcomes.map_err(JobError::retry)?;
        let dropped = book
            .inner
            .store
            .write(move |tx| write::drop_events(tx, &KEEPER, &authority, at));
        dropped.await.map_err(retry)?;
    }
    let ended = book.end_of_former_holders().await.map_err(retry)?;
    book.forget_removals().await.map_err(retry)?;
    Ok(Done::with(json!({"events": told, "wishes_ended": ended})))
}

type Untold = (Authority, (u64, u64), Pending);

impl Callbook {
    /// The first events that wait to be told.
    async fn next_untold(&self) -> Result<Option<Untold>, Error> {
        let book = self.clone();
        self.inner.store.read(move |r| book.untold(r)).await
    }

    /// Whether any wait.
    pub(in super::super) async fn has_untold(&self) -> Result<bool, Error> {
        Ok(self.next_untold().await?.is_some())
    }

    /// Only what has come to pass: events are stored before the change that they tell of.
    fn untold(&self, r: &Read) -> Result<Option<Untold>, Error> {
        for row in r.scan(PENDING, Span::all(), Direction::Forward) {
            let ((name, generation, delta), pending) = row?;
            let Ok(authority) = Authority::parse(&name) else {
                continue;
            };
            let live = write::source(r, &authority)?.generation;
            let applied = self.inner.registers.get(&authority).map(|live| live.meta().delta);
            let is_so =
                generation < live || generation == live && applied.is_some_and(|applied| delta <= applied);
            if is_so {
                return Ok(Some((authority, (generation, delta), pending)));
            }
        }
        Ok(None)
    }

    /// Ends what was wished for calls that others hold now; how many.
    async fn end_of_former_holders(&self) -> Result<usize, Error> {
        let book = self.clone();
        let ended = self.inner.store.write(move |tx| {
            wishes::write::end_of_former_holders(tx, &KEEPER, |call| -> Option<SmolStr> {
                // A call that is in no register of its own is not its base call's holder's.
                let found = book.inner.registers.lookup(call).ok()??;
                let licence = Some(&found.entry.licence).filter(|licence| licence.call == *call);
                licence.map(holder_of)
            })
        });
        Ok(ended.await?.len())
    }

    /// Forgets requests for removal that were decided a year ago.
    async fn forget_removals(&self) -> Result<(), Error> {
        let now = self.now();
        let forgotten = self
            .inner
            .store
            .write(move |tx| wishes::removal::forget_removals(tx, &KEEPER, now));
        forgotten.await?;
        Ok(())
    }
}
