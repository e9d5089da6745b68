//! The job that asks Logbook of the World again about certificates that prove somebody's call.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::standing::Standing;
use super::{ACTOR, Certificates};
use crate::env::OutboundError;
use crate::identity::error::Error;
use crate::identity::read;
use crate::jobs::{Done, Job, JobCx, JobError, JobsBuilder, Rhythm, Schedule};

/// Asks about every certificate that a standing proof rests on.
#[derive(Debug, Serialize, Deserialize)]
struct StandingJob {}

impl Job for StandingJob {
    const KIND: &'static str = "lotw.standing";
    const QUEUE: &'static str = "lotw";
    const UNIQUE: bool = true;
}

/// Registers the job and, where Logbook of the World may be asked, its schedule.
pub(crate) fn register(
    builder: JobsBuilder,
    certificates: &Certificates,
    every: Option<Duration>,
    salt: u64,
) -> JobsBuilder {
    let worker = certificates.clone();
    let builder = builder.register(move |_: StandingJob, cx| run(worker.clone(), cx));
    match every {
        Some(every) => builder.schedule(Schedule::new("lotw.standing", Rhythm::Every(every), salt, || {
            StandingJob {}
        })),
        None => builder,
    }
}

async fn run(certificates: Certificates, cx: JobCx) -> Result<Done, JobError> {
    let proofs = cx
        .store()
        .read(read::certificate_proofs)
        .await
        .map_err(JobError::retry)?;
    if proofs.is_empty() {
        return Ok(Done::quietly());
    }
    let total = proofs.len() as u64;
    let (mut asked, mut ended) = (0, 0);
    for proof in proofs {
        cx.check()?;
        match certificates.standing(&proof.serial).await {
            Ok(Standing::Gone(said)) => {
                let why = format!("Logbook of the World says of the certificate: {said}");
                let end =
                    certificates
                        .inner
                        .identity
                        .end_verification(&ACTOR, (proof.account, proof.number), why);
                match end.await {
                    Ok(()) => ended += 1,
                    // Somebody else was faster.
                    Err(Error::UnknownVerification) => {}
                    Err(error) => return Err(JobError::retry(error)),
                }
            }
            Ok(Standing::Good(_) | Standing::Unknown(_)) => {}
            Err(OutboundError::Unknown(_)) => return Ok(Done::quietly()),
            Err(error) => return Err(JobError::retry(error)),
        }
        asked += 1;
        cx.progress(asked, Some(total));
    }
    Ok(Done::with(json!({"asked": asked, "ended": ended})))
}
