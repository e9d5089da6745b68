//! The night's work: names whose days are over, old changes, and the comparison of records with answers.

use std::time::Duration;

use jiff::civil;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::KEEPER;
use super::check;
use super::error::Error;
use super::service::Dns;
use super::write;
use crate::jobs::{Done, Job, JobCx, JobError, JobsBuilder, Rhythm, Schedule};

/// When, UTC; after the backup, which is what one would go back to.
const AT: civil::Time = civil::time(4, 20, 0, 0);

/// Clears and compares.
#[derive(Debug, Serialize, Deserialize)]
struct NightJob {}

impl Job for NightJob {
    const KIND: &'static str = "dns.nightly";
    const QUEUE: &'static str = "dns";
    const UNIQUE: bool = true;
}

/// Registers the job and its schedule.
pub(crate) fn register(builder: JobsBuilder, dns: &Dns, salt: u64) -> JobsBuilder {
    let worker = dns.clone();
    let rhythm = Rhythm::Daily {
        at: AT,
        spread: Duration::from_mins(30),
    };
    builder
        .register(move |_: NightJob, cx| run(worker.clone(), cx))
        .schedule(Schedule::new("dns.nightly", rhythm, salt, || NightJob {}))
}

async fn run(dns: Dns, cx: JobCx) -> Result<Done, JobError> {
    drop(cx);
    let done = night(&dns).await.map_err(JobError::retry)?;
    Ok(Done::with(done))
}

/// All of it, once; what it came to.
pub(crate) async fn night(dns: &Dns) -> Result<serde_json::Value, Error> {
    let now = dns.now();
    let released = dns
        .store
        .write(move |tx| write::release_old(tx, &KEEPER, now))
        .await?;
    while dns
        .store
        .write_bulk(move |tx| write::forget_journal(tx, &KEEPER, now))
        .await?
    {}
    let worker = dns.clone();
    let compared = tokio::task::spawn_blocking(move || check::compare(&worker, true)).await;
    let compared = compared.map_err(|error| Error::BadZone(error.to_string()))??;
    if !compared.is_sound() {
        let some = compared.findings.iter().take(5).map(String::as_str);
        let some: Vec<_> = some.collect();
        tracing::error!("records and answers differ: {}", some.join("; "));
    }
    let told = json!({"released": released, "compared": compared});
    dns.compared.store(Some(compared.into()));
    Ok(told)
}
