//! The night's work. The backup: on by default, seven daily and four weekly files, so that a mistake of last week
//! can be undone without anybody having thought of it. And a look whether the store's file should be compacted.

use std::path::Path;
use std::time::Duration;

use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::services::Services;
use crate::identity::Actor;
use crate::jobs::{self, Done, Job, JobCx, JobError, JobId, JobsBuilder, NewJob, Rhythm, Schedule};
use crate::store::StoreError;
use crate::store::backup::{self, Keep};
use crate::web;

/// Makes a backup now.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BackupJob {}

impl Job for BackupJob {
    const KIND: &'static str = "backup";
    const QUEUE: &'static str = "backup";
    const UNIQUE: bool = true;
}

/// Looks whether the store's file holds much that is unused.
#[derive(Debug, Serialize, Deserialize)]
struct WasteJob {}

impl Job for WasteJob {
    const KIND: &'static str = "store.waste";
    const QUEUE: &'static str = "backup";
    const UNIQUE: bool = true;
}

/// Registers the jobs and, where it is wanted, the backup's schedule.
pub(super) fn register(builder: JobsBuilder, services: &Services, salt: u64) -> JobsBuilder {
    let worker = services.clone();
    let builder = builder
        .register(move |_: BackupJob, cx| run(worker.clone(), cx))
        .register(look_for_waste);
    let config = &services.config.backup;
    let Ok(at) = i8::try_from(config.hour)
        .map_err(drop)
        .and_then(|hour| civil::Time::new(hour, 0, 0, 0).map_err(drop))
    else {
        return builder;
    };
    let rhythm = Rhythm::Daily {
        at,
        spread: Duration::from_mins(30),
    };
    let builder = builder.schedule(Schedule::new("store.waste", rhythm, salt, || WasteJob {}));
    if !config.enabled {
        return builder;
    }
    builder.schedule(Schedule::new("backup.nightly", rhythm, salt, || BackupJob {}))
}

/// Removes what a backup left that the program's end cut off; before there is a job that makes one.
pub(super) async fn remove_halves(services: &Services) {
    let dir = services.config.backup.dir.clone();
    let removed = tokio::task::spawn_blocking(move || match backup::remove_halves(&dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "{} may hold halves of backups: {error}", dir.display());
        }
        _ => {}
    });
    drop(removed.await);
}

async fn look_for_waste(_: WasteJob, cx: JobCx) -> Result<Done, JobError> {
    let wasteful = cx.store().look_for_waste().await?;
    Ok(Done::with(json!({"compacted_at_next_start": wasteful})))
}

async fn run(services: Services, cx: JobCx) -> Result<Done, JobError> {
    let dir = services.config.backup.dir.clone();
    let keep = Keep {
        daily: services.config.backup.keep_daily,
        weekly: services.config.backup.keep_weekly,
    };
    let store = services.store.clone();
    let now = services.env.clock.now();
    let made = tokio::task::spawn_blocking(move || backup::nightly(&store, &dir, keep, now)).await;
    let made = made.map_err(JobError::retry)?.map_err(JobError::retry)?;
    drop(cx);
    Ok(Done::with(json!({"file": made.path, "bytes": made.bytes})))
}

/// Asks for a backup now, in the background, and returns its job.
pub(super) async fn back_up_now(services: &Services, actor: &Actor) -> web::Result<JobId> {
    actor.admin()?;
    let new = NewJob::now(&services.env, actor.account().map(|account| account.0));
    let asked = services
        .store
        .write(move |tx| jobs::enqueue(tx, &BackupJob {}, new));
    asked.await.map_err(|error: StoreError| error.into())
}

/// A backup that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    /// Its file's name.
    pub(super) file: String,
    /// Its size.
    pub(super) bytes: u64,
    /// When it was made.
    pub(super) time: Timestamp,
}

/// The backups in the configured directory, newest first.
pub(super) async fn kept(services: &Services) -> web::Result<Vec<Kept>> {
    let dir = services.config.backup.dir.clone();
    let found = tokio::task::spawn_blocking(move || list(&dir)).await;
    found.map_err(web::Problem::internal)
}

fn list(dir: &Path) -> Vec<Kept> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "backup"));
    let kept = |entry: std::fs::DirEntry| {
        let data = entry.metadata().ok()?;
        Some(Kept {
            file: entry.file_name().to_string_lossy().into_owned(),
            bytes: data.len(),
            time: Timestamp::try_from(data.modified().ok()?).ok()?,
        })
    };
    let mut found: Vec<_> = ours.filter_map(kept).collect();
    found.sort_by(|a, b| (b.time, &b.file).cmp(&(a.time, &a.file)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backups_are_listed_newest_first_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "2026-11-20.backup",
            "2026-11-21.backup",
            "2026-11-22.part",
            "notes.txt",
        ] {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        let names: Vec<_> = list(dir.path())
            .into_iter()
            .map(|kept| (kept.file, kept.bytes))
            .collect();
        let wanted = [
            ("2026-11-21.backup".to_owned(), 17),
            ("2026-11-20.backup".to_owned(), 17),
        ];
        assert_eq!(names, wanted);
        assert_eq!(list(&dir.path().join("absent")), []);
    }
}
