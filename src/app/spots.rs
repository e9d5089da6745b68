//! The DX cluster's beginning and end: what the last stop kept, who is asked for spots, what is kept for the next start.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::services::Services;
use crate::dx::alerts::{Alerts, Watching};
use crate::dx::sources::{self, Programme};
use crate::dx::upstream;
use crate::dx::{link, lotw};
use crate::jobs::JobsBuilder;

/// How often what is too old is let go of while no spot comes.
const AGE_EVERY: Duration = Duration::from_mins(5);

/// Reads what was kept, before the first spot.
pub(super) async fn begin(services: &Services, stop: CancellationToken) {
    let (cluster, users) = (services.cluster.clone(), services.lotw_users.clone());
    let data_dir = services.config.data_dir.clone();
    let loaded = tokio::task::spawn_blocking(move || {
        users.load(&data_dir);
        cluster.load();
    });
    drop(loaded.await);
    let dx = &services.config.dx;
    let programmes = [
        (Programme::Pota, dx.pota),
        (Programme::Sota, dx.sota),
        (Programme::Wwff, dx.wwff),
    ];
    for (programme, every) in programmes {
        if let Some(every) = every {
            let (cluster, env) = (services.cluster.clone(), services.env.clone());
            tokio::spawn(sources::poll(cluster, env, (programme, every), stop.clone()));
        }
    }
    upstream::start(&services.node, &stop);
    link::start(&services.node, &stop);
    let cluster = services.cluster.clone();
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(AGE_EVERY);
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            cluster.size();
        }
    });
}

/// Rules by which members are told of spots.
pub(super) fn alerts(services: &Services) -> Alerts {
    Alerts::new(Watching {
        store: services.store.clone(),
        bus: services.bus.clone(),
        clock: services.env.clock.clone(),
        mailer: services.env.mailer.clone(),
    })
}

/// Writes the history, after the last spot.
pub(super) async fn end(services: &Services) {
    let cluster = services.cluster.clone();
    drop(tokio::task::spawn_blocking(move || cluster.save()).await);
}

/// Registers the cluster's jobs.
pub(super) fn register(
    builder: JobsBuilder,
    services: &Services,
    every: Option<Duration>,
    salt: u64,
) -> JobsBuilder {
    let (users, env) = (&services.lotw_users, &services.env);
    lotw::register(builder, users, env, &services.config.data_dir, (every, salt))
}
