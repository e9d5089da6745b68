//! The name server's beginning: the members' zone, what is answered, and who looks after both.

use tokio_util::sync::CancellationToken;

use super::services::{Services, StartError};
use crate::dns::provision;
use crate::web::{Health, Part};

/// Prepares zones, reads them to be answered, and follows them from then on; before anything can change a record.
pub(super) async fn begin(
    services: &Services,
    health: &Health,
    stop: CancellationToken,
) -> Result<(), StartError> {
    let part: Part = health.part("zones");
    let dns = &services.dns;
    provision::prepare(dns).await?;
    let (zones, sets) = dns
        .live
        .start(&services.store, &services.bus, stop.clone())
        .await?;
    if zones > 0 {
        tracing::info!(zones, sets, "{zones} zones with {sets} sets of records");
    }
    provision::keep(dns, &services.bus, (part, health.clone()), stop);
    Ok(())
}
