//! The night's tidying: files whose time is over, files without a record, records without a file.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil;
use serde::{Deserialize, Serialize};
use serde_json::json;
use smol_str::SmolStr;

use crate::identity::error::Error;
use crate::identity::memory::Touched;
use crate::identity::service::Identity;
use crate::jobs::{Done, Job, JobCx, JobError, JobsBuilder, Rhythm, Schedule};

use super::tables::kept;
use super::write;

/// Erases documents whose time is over, and looks after their directory.
#[derive(Debug, Serialize, Deserialize)]
struct SweepDocuments {}

impl Job for SweepDocuments {
    const KIND: &'static str = "documents.sweep";
    const QUEUE: &'static str = "documents";
    const UNIQUE: bool = true;
}

/// Registers the job with its schedule; `salt` differs between installations.
pub(crate) fn register(builder: JobsBuilder, identity: &Identity, salt: u64) -> JobsBuilder {
    let worker = identity.clone();
    let rhythm = Rhythm::Daily {
        at: civil::time(3, 0, 0, 0),
        spread: Duration::from_mins(30),
    };
    builder
        .register(move |_: SweepDocuments, cx| sweep(worker.clone(), cx))
        .schedule(Schedule::new(SweepDocuments::KIND, rhythm, salt, || {
            SweepDocuments {}
        }))
}

async fn sweep(identity: Identity, cx: JobCx) -> Result<Done, JobError> {
    let life = identity.inner.documents_kept;
    let erased = identity.change(move |tx, now| {
        let before = now.checked_sub(life).unwrap_or(now);
        Ok((write::erase_old(tx, before, now)?, Touched::default()))
    });
    let erased = erased.await.map_err(failed)?;
    let number = erased.len();
    identity.remove_files(erased).await;
    cx.check()?;
    let wanted = identity.inner.store.read(kept).await?;
    let wanted: BTreeSet<SmolStr> = wanted.into_iter().map(|(_, document)| document.file).collect();
    let cabinet = identity.inner.cabinet.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let missing = wanted.iter().filter(|file| !cabinet.holds(file)).count();
        (cabinet.sweep(&|name| wanted.contains(name)), missing)
    });
    let (swept, missing) = looked.await.map_err(JobError::retry)?;
    if missing > 0 {
        tracing::warn!(missing, "{missing} documents have no file any more");
    }
    Ok(Done::with(
        json!({"erased": number, "swept": swept, "missing": missing}),
    ))
}

fn failed(error: Error) -> JobError {
    match error {
        Error::Store(error) => error.into(),
        other => JobError::Permanent(other.to_string()),
    }
}
