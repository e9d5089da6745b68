//! HTTPS put together: the station's certificate as the configuration wants it, the job that renews it, and the watch on
//! its files.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use url::{Host, Url};

use super::routes;
use super::services::{Services, StartError};
use crate::config::{Config, Proof};
use crate::env::{Clock, Env, Service};
use crate::jobs::{Done, Job, JobCx, JobError, JobsBuilder, Rhythm, Schedule};
use crate::net::tls::{ACME_SERVICE, HandshakeLimits, Keeper, Look, Reception, Station};

/// Where keys and certificates are kept in the data directory.
const FOLDER: &str = "tls";
/// How often it is looked whether a new certificate is wanted.
const RENEW_EVERY: Duration = Duration::from_hours(1);
/// How often it is looked whether the files have changed.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// How long the first look waits for the listeners: an authority comes back through them.
const OPENING: Duration = Duration::from_secs(30);
/// Between two questions whether an authority is done.
const PAUSE: Duration = Duration::from_millis(500);

/// The certificate, where anything speaks TLS. Clones are the same.
#[derive(Clone)]
pub(crate) struct Tls {
    /// Looks after it.
    pub(crate) keeper: Keeper,
    clock: Clock,
    /// Cancelled once the listeners are open.
    open: CancellationToken,
}

/// Looks whether the certificate should be renewed, and does it.
#[derive(Debug, Serialize, Deserialize)]
struct RenewJob {}

impl Job for RenewJob {
    const KIND: &'static str = "tls.renew";
    const QUEUE: &'static str = "tls";
    const UNIQUE: bool = true;
    const CANCELLABLE: bool = false;
}

impl Tls {
    /// The certificate that the configuration asks for; `None` where it asks for none.
    pub(super) fn open(services: &Services) -> Result<Option<Self>, StartError> {
        let Services { config, env, .. } = services;
        let Some(station) = station(config, env) else {
            return Ok(None);
        };
        Ok(Some(Self {
            keeper: Keeper::open(station, env.clock.now())?,
            clock: env.clock.clone(),
            open: CancellationToken::new(),
        }))
    }

    /// Registers the job that renews it.
    pub(super) fn register(&self, builder: JobsBuilder, salt: u64) -> JobsBuilder {
        let tls = self.clone();
        let builder = builder.register(move |_: RenewJob, cx| run(tls.clone(), cx));
        builder.schedule(Schedule::new(
            "tls.renew",
            Rhythm::Every(RENEW_EVERY),
            salt,
            || RenewJob {},
        ))
    }

    /// How clients are met, on all listeners together.
    pub(super) fn reception(&self, config: &Config) -> Reception {
        self.keeper.reception(HandshakeLimits {
            most: config.limits.handshakes,
            patience: config.limits.handshake_timeout,
        })
    }

    /// From now on the listeners are open, and files are watched.
    pub(super) fn listeners_open(&self, stop: CancellationToken) {
        self.open.cancel();
        let tls = self.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(LOOK_EVERY);
            while stop.run_until_cancelled(tick.tick()).await.is_some() {
                tls.look(false).await;
            }
        });
    }

    /// Reads the files again, and does not wait any longer with an authority: somebody has mended something.
    pub(crate) async fn reload(&self) {
        self.look(true).await;
        self.keeper.hurry();
        let now = self.clock.now();
        if self.keeper.is_due(now) {
            let tls = self.clone();
            tokio::spawn(async move { tls.tell(&tls.keeper.renew(now).await) });
        }
    }

    async fn look(&self, anyway: bool) {
        let (keeper, now) = (self.keeper.clone(), self.clock.now());
        let looked = tokio::task::spawn_blocking(move || keeper.look_at_files(anyway, now)).await;
        if let Ok(look) = looked {
            self.tell(&look);
        }
    }

    fn tell(&self, look: &Look) {
        match look {
            Look::Same => {}
            Look::Renewed => {
                let facts = self.keeper.report(self.clock.now()).facts;
                let (names, until) = (facts.names.join(", "), facts.not_after);
                tracing::info!(%until, "a new certificate is shown, for {names}, until {until}");
            }
            Look::Kept(reason) => {
                tracing::error!(reason, "the certificate stays as it is: {reason}");
            }
        }
    }
}

/// A try of the job.
async fn run(tls: Tls, cx: JobCx) -> Result<Done, JobError> {
    cx.check()?;
    if tokio::time::timeout(OPENING, tls.open.cancelled()).await.is_err() {
        return Err(JobError::retry("the listeners are not open yet"));
    }
    let look = Box::pin(tls.keeper.renew(tls.clock.now())).await;
    tls.tell(&look);
    match look {
        Look::Same => Ok(Done::quietly()),
        Look::Renewed => Ok(Done::with(json!({"renewed": true}))),
        Look::Kept(reason) => {
            let now = tls.clock.now();
            let next = tls.keeper.report(now).next_attempt;
            let after = next.and_then(|next| Duration::try_from(next.duration_since(now)).ok());
            Err(JobError::Retry { after, reason })
        }
    }
}

/// The certificate authority as a service outside.
pub(crate) fn authority(config: &Config) -> Option<(String, Service)> {
    match &config.web.tls.source {
        Some(crate::config::CertificateSource::Acme(acme)) => Some((
            ACME_SERVICE.to_owned(),
            Service {
                pause: Duration::ZERO,
                most_bytes: 1 << 20,
                ..Service::at(acme.directory.clone())
            },
        )),
        _ => None,
    }
}

fn station(config: &Config, env: &Env) -> Option<Station> {
    let web = &config.web;
    let source = web.tls.source.clone()?;
    let mut names: Vec<String> = web.public_url.iter().filter_map(host).collect();
    names.extend(web.mtls.server_name.clone());
    let machine = routes::machine_name().to_ascii_lowercase();
    let listens_on_443 = web.tls.listen.is_some_and(|address| address.port() == 443);
    let prefers_http = web.tls.listen.is_none() || (!listens_on_443 && web.listen.port() == 80);
    Some(Station {
        source,
        names,
        nicknames: nicknames(&machine),
        addresses: [web.tls.listen, web.mtls.listen]
            .into_iter()
            .flatten()
            .map(|address| address.ip())
            .collect(),
        first_proof: if prefers_http { Proof::Http } else { Proof::TlsAlpn },
        dir: config.data_dir.join(FOLDER),
        outbound: env.outbound.clone(),
        pause: PAUSE,
    })
}

/// A host as certificates have it.
fn host(url: &Url) -> Option<String> {
    Some(match url.host()? {
        Host::Domain(name) => name.trim_end_matches('.').to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    })
}

/// The machine as its own network knows it, where that makes a name for a certificate.
fn nicknames(machine: &str) -> Vec<String> {
    let is_name = !machine.is_empty()
        && machine
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    if is_name {
        vec![machine.to_owned(), format!("{machine}.local")]
    } else {
        Vec::new()
    }
}
