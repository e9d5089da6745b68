//! The nightly backup: on by default, seven daily and four weekly files, so that a mistake of last week can be
//! undone without anybody having thought of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::services::Services;
use crate::jobs::{Done, Job, JobCx, JobError, JobsBuilder, Rhythm, Schedule};
use crate::store::backup::{self, Keep};

/// Makes a backup now.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BackupJob {}

impl Job for BackupJob {
    const KIND: &'static str = "backup";
    const QUEUE: &'static str = "backup";
    const UNIQUE: bool = true;
}

/// Registers the job and, where it is wanted, its schedule.
pub(super) fn register(builder: JobsBuilder, services: &Services, salt: u64) -> JobsBuilder {
    let worker = services.clone();
    let builder = builder.register(move |_: BackupJob, cx| run(worker.clone(), cx));
    let config = &services.config.backup;
    let Ok(at) = i8::try_from(config.hour)
        .map_err(drop)
        .and_then(|hour| civil::Time::new(hour, 0, 0, 0).map_err(drop))
    else {
        return builder;
    };
    if !config.enabled {
        return builder;
    }
    let rhythm = Rhythm::Daily {
        at,
        spread: Duration::from_mins(30),
    };
    builder.schedule(Schedule::new("backup.nightly", rhythm, salt, || BackupJob {}))
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

/// The backups in the configured directory, newest first.
pub(crate) fn list(dir: &Path) -> Vec<(PathBuf, std::fs::Metadata)> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter(|entry| entry.path().extension().is_some_and(|e| e == "backup"))
        .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)))
        .collect();
    found.sort_by(|(a, _), (b, _)| b.cmp(a));
    found
}
