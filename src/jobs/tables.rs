//! Stored jobs and their indexes, all kept by one function that takes the old and the new record.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use uuid::Uuid;

use super::event::{JobEvent, State};
use super::model::JobId;
use crate::event::Event;
use crate::store::{Direction, Read, Rows, Span, StoreError, TableInfo, Write, table};

table!(pub(super) JOB: "jobs.job", Uuid => StoredJob);
table!(
    /// Jobs that wait, by queue and the time they are due.
    pub(super) DUE: "jobs.job.due", (SmolStr, Timestamp, Uuid) => ()
);
table!(
    /// Jobs that are being worked on.
    pub(super) RUNNING: "jobs.job.running", Uuid => ()
);
table!(
    /// Jobs by the account they work for.
    pub(super) BY_OWNER: "jobs.job.by_owner", (u32, Uuid) => ()
);
table!(
    /// Jobs that have ended, by when.
    pub(super) FINISHED: "jobs.job.finished", (Timestamp, Uuid) => ()
);
table!(
    /// Waiting jobs of kinds that are unique, by kind and payload.
    pub(super) UNIQUE: "jobs.job.unique", (SmolStr, [u8; 16]) => JobId
);
table!(
    /// When each schedule last ran.
    pub(super) LAST_RUN: "jobs.last_run", SmolStr => Timestamp
);
table!(
    /// When a job of each kind last ended well; kept when the job itself is not any more.
    pub(super) LAST_DONE: "jobs.last_done", SmolStr => Timestamp
);

/// The tables of this module, for the schema list.
pub(crate) fn tables() -> Vec<TableInfo> {
    vec![
        JOB.info(),
        DUE.info(),
        RUNNING.info(),
        BY_OWNER.info(),
        FINISHED.info(),
        UNIQUE.info(),
        LAST_RUN.info(),
        LAST_DONE.info(),
    ]
}

/// A job as it is stored. The state is text, so that a new one does not make old programs stumble.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredJob {
    pub(super) kind: SmolStr,
    pub(super) queue: SmolStr,
    /// The job itself, as JSON.
    pub(super) payload: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<u32>,
    pub(super) state: SmolStr,
    pub(super) tries: u32,
    pub(super) max_tries: u32,
    /// How often in a row the program ended while it ran, without it having got any further.
    pub(super) cut_off: u32,
    /// Set while it waits as the only one of its kind and payload.
    pub(super) unique: bool,
    /// It was called off while it ran.
    pub(super) cancelled: bool,
    pub(super) created: Timestamp,
    pub(super) due: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) started: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) finished: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result: Option<String>,
    pub(super) done: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
}

impl StoredJob {
    pub(super) fn state(&self) -> State {
        match self.state.as_str() {
            "queued" => State::Queued,
            "running" => State::Running,
            "done" => State::Done,
            "cancelled" => State::Cancelled,
            _ => State::Failed,
        }
    }

    pub(super) fn set_state(&mut self, state: State) {
        self.state = SmolStr::new_static(match state {
            State::Queued => "queued",
            State::Running => "running",
            State::Done => "done",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        });
    }

    /// The job as callers see it.
    pub(super) fn view(&self, id: JobId) -> JobEvent {
        let state = self.state();
        JobEvent {
            id: SmolStr::new(id.to_string()),
            kind: self.kind.clone(),
            owner: self.owner,
            state,
            done: self.done,
            total: self.total,
            result: self
                .result
                .as_deref()
                .and_then(|json| serde_json::from_str(json).ok()),
            error: self.error.clone(),
            tries: self.tries,
            created: Some(self.created),
            started: self.started,
            finished: self.finished,
            due: (state == State::Queued).then_some(self.due),
        }
    }

    fn unique_key(&self) -> (SmolStr, [u8; 16]) {
        (self.kind.clone(), fingerprint(&self.payload))
    }
}

/// A short name of a payload.
pub(super) fn fingerprint(payload: &str) -> [u8; 16] {
    let hash = blake3::hash(payload.as_bytes());
    *hash.as_bytes().first_chunk().expect("a hash has 32 bytes")
}

/// Stores `new` in the place of `old`, keeps the indexes, and announces a change of state.
pub(super) fn replace(
    tx: &mut Write<'_>,
    id: JobId,
    old: Option<&StoredJob>,
    new: Option<&StoredJob>,
) -> Result<(), StoreError> {
    if let Some(old) = old {
        index(tx, id, old, false)?;
    }
    match new {
        Some(new) => {
            tx.put(JOB, &id.0, new)?;
            index(tx, id, new, true)?;
            if old.is_none_or(|old| old.state != new.state) {
                tx.emit(Event::Jobs(Arc::new(new.view(id))));
            }
        }
        None => {
            tx.remove(JOB, &id.0)?;
        }
    }
    Ok(())
}

fn index(tx: &mut Write<'_>, id: JobId, job: &StoredJob, present: bool) -> Result<(), StoreError> {
    if let Some(owner) = job.owner {
        set(
            tx,
            present,
            |tx| tx.put(BY_OWNER, &(owner, id.0), &()),
            |tx| tx.remove(BY_OWNER, &(owner, id.0)),
        )?;
    }
    match job.state() {
        State::Queued => {
            let due = (job.queue.clone(), job.due, id.0);
            set(
                tx,
                present,
                |tx| tx.put(DUE, &due, &()),
                |tx| tx.remove(DUE, &due),
            )?;
            if job.unique {
                let key = job.unique_key();
                set(
                    tx,
                    present,
                    |tx| tx.put(UNIQUE, &key, &id),
                    |tx| tx.remove(UNIQUE, &key),
                )?;
            }
        }
        State::Running => {
            set(
                tx,
                present,
                |tx| tx.put(RUNNING, &id.0, &()),
                |tx| tx.remove(RUNNING, &id.0),
            )?;
        }
        State::Done | State::Failed | State::Cancelled => {
            let ended = (job.finished.unwrap_or(job.created), id.0);
            set(
                tx,
                present,
                |tx| tx.put(FINISHED, &ended, &()),
                |tx| tx.remove(FINISHED, &ended),
            )?;
        }
    }
    Ok(())
}

fn set(
    tx: &mut Write<'_>,
    present: bool,
    put: impl FnOnce(&mut Write<'_>) -> Result<(), StoreError>,
    remove: impl FnOnce(&mut Write<'_>) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    if present { put(tx) } else { remove(tx).map(drop) }
}

/// Compares the indexes with the jobs; one line for each difference.
pub(crate) fn check(r: &Read) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    let (mut waiting, mut running, mut ended, mut owned, mut unique) = (0, 0, 0, 0, 0);
    for row in r.scan(JOB, Span::all(), Direction::Forward) {
        let (id, job) = row?;
        let listed = match job.state() {
            State::Queued => {
                waiting += 1;
                r.contains(DUE, &(job.queue.clone(), job.due, id))?
            }
            State::Running => {
                running += 1;
                r.contains(RUNNING, &id)?
            }
            State::Done | State::Failed | State::Cancelled => {
                ended += 1;
                r.contains(FINISHED, &(job.finished.unwrap_or(job.created), id))?
            }
        };
        if !listed {
            wrong.push(format!("job {id} is {} but not listed so", job.state));
        }
        if let Some(owner) = job.owner {
            owned += 1;
            if !r.contains(BY_OWNER, &(owner, id))? {
                wrong.push(format!("job {id} is not listed for its account {owner}"));
            }
        }
        if job.unique && job.state() == State::Queued {
            unique += 1;
            if r.get(UNIQUE, &job.unique_key())? != Some(JobId(id)) {
                wrong.push(format!("job {id} is unique but not listed so"));
            }
        }
    }
    for (name, jobs, listed) in [
        ("waiting", waiting, r.len(DUE)?),
        ("running", running, r.len(RUNNING)?),
        ("ended", ended, r.len(FINISHED)?),
        ("of accounts", owned, r.len(BY_OWNER)?),
        ("unique", unique, r.len(UNIQUE)?),
    ] {
        if jobs != listed {
            wrong.push(format!("{jobs} jobs are {name}, {listed} are listed so"));
        }
    }
    Ok(wrong)
}
