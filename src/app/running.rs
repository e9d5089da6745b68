//! The program with its work going on: services, jobs, sockets, and what tells how it does.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::serve::Addresses;
use super::services::{Services, StartError};
use super::tls::Tls;
use crate::callbook;
use crate::callbook::api::CallbookState;
use crate::callbook::api::elsewhere::ElsewhereState;
use crate::callbook::compat::CompatState;
use crate::callbook::upstream as elsewhere;
use crate::dns;
use crate::dns::api::DnsState;
use crate::dns::api::acme::AcmeState;
use crate::dns::api::credential::Strikes;
use crate::dns::api::dyndns::DyndnsState;
use crate::dx;
use crate::dx::alerts::Alerts;
use crate::dx::api::DxState;
use crate::dx::upstream;
use crate::dx::worked::WorkedState;
use crate::env::Mailer;
use crate::identity::certificates::{self, Certificates};
use crate::identity::{self, Identity};
use crate::jobs::{Jobs, JobsBuilder};
use crate::logbook::api::LogbookState;
use crate::logbook::spotting::SpotIt;
use crate::logbook::{self, Logbook};
use crate::logging::Log;
use crate::shack::ShackState;
use crate::store::Status;
use crate::web::{Health, Metrics, Part, Routes, Sealer, Signer, Sockets};

/// How often what memory saw of sessions and keys is stored.
const SEEN_EVERY: Duration = Duration::from_mins(10);

/// Everything that runs, but for the listeners. Clones share it.
#[derive(Clone)]
pub(crate) struct App {
    /// The open store and the handles of the domains.
    pub(crate) services: Services,
    /// The logbooks.
    pub(crate) logbook: Logbook,
    /// Background work.
    pub(crate) jobs: Jobs,
    /// Open websockets.
    pub(crate) sockets: Sockets,
    /// How each part does.
    pub(crate) health: Health,
    /// Counters.
    pub(crate) metrics: Metrics,
    /// Signs cursors and tokens.
    pub(crate) signer: Signer,
    /// The log with its last lines.
    pub(crate) log: Log,
    /// The certificate, where anything speaks TLS.
    pub(crate) tls: Option<Tls>,
    /// Sign-in and proofs by certificates of Logbook of the World.
    pub(crate) certificates: Certificates,
    /// Rules by which members are told of spots.
    pub(crate) alerts: Alerts,
    /// The interfaces of other callbooks, with the sessions of their clients.
    pub(crate) compat: CompatState,
    /// Other callbooks, as they are asked.
    pub(crate) elsewhere: elsewhere::Upstream,
    /// What is listened on, once it is.
    pub(crate) addresses: Arc<OnceLock<Addresses>>,
    /// Since when it runs.
    pub(crate) since: Timestamp,
    /// Cancelled when the program is to stop.
    pub(crate) stop: CancellationToken,
}

impl App {
    /// Starts jobs and watchers on open services.
    pub(crate) async fn start(services: Services, log: Log) -> Result<Self, StartError> {
        let config = &services.config;
        let health = Health::default();
        let metrics = Metrics::new();
        metrics.register(|registry| upstream::figures(registry, services.node.clone()));
        let key = services.key;
        let logbook = services.logbook.clone();
        let tls = Tls::open(&services)?;
        let jobs_part = health.part("jobs");
        // A table that came with an upgrade, or whose contacts a stop left unsettled.
        logbook::jobs::settle_if_other(&logbook).await?;
        super::nightly::remove_halves(&services).await;
        let roots = config.web.mtls.roots.clone();
        let certificates = Certificates::open(services.identity.clone(), &services.env, roots).await?;
        super::asking::tell_at_start(&services, &certificates, &health);
        let stop = CancellationToken::new();
        super::names::begin(&services, &health, stop.clone()).await?;
        let builder = job_builder(&services, &logbook, tls.as_ref(), &certificates);
        let jobs = builder.start().await?;
        jobs_part.up();
        super::spots::begin(&services, stop.clone()).await;
        let alerts = super::spots::alerts(&services);
        alerts.start(stop.clone()).await?;
        services.shack.start(stop.clone());
        let compat = CompatState::new(&services.callbook, &config.limits);
        let elsewhere = asked_elsewhere(&services);
        watch_store(&services, health.part("store"), stop.clone());
        watch_jobs(jobs.clone(), jobs_part, stop.clone());
        write_what_was_seen(services.identity.clone(), stop.clone());
        deliver_mail(services.env.mailer.clone(), stop.clone());
        super::asking::watch(certificates.clone(), stop.clone());
        Ok(Self {
            sockets: Sockets::new(
                config.limits.ws_per_ip,
                config.web.public_url.clone(),
                metrics.clone(),
                &services.bus,
            ),
            since: services.env.clock.now(),
            signer: Signer::new(key),
            services,
            logbook,
            jobs,
            health,
            metrics,
            log,
            tls,
            certificates,
            alerts,
            compat,
            elsewhere,
            addresses: Arc::default(),
            stop,
        })
    }

    /// What the logbooks' handlers work with, for the API and for the pages that do the same.
    pub(crate) fn logbook_state(&self) -> LogbookState {
        LogbookState {
            logbook: self.logbook.clone(),
            jobs: self.jobs.clone(),
            signer: self.signer.clone(),
            limits: self.services.config.limits.clone(),
            spots: self.spot_it(),
        }
    }

    /// Spots contacts that are logged with that wish.
    pub(crate) fn spot_it(&self) -> SpotIt {
        let cluster = self.services.cluster.clone();
        SpotIt::by(move |actor, address, contact| dx::logged::spot(&cluster, (actor, address), contact))
    }

    /// What the callbook's handlers work with, for the API and for the pages that do the same.
    pub(crate) fn callbook_state(&self) -> CallbookState {
        CallbookState {
            callbook: self.services.callbook.clone(),
            signer: self.signer.clone(),
        }
    }

    /// What asks other callbooks for members, for the API and for the pages that do the same.
    pub(crate) fn elsewhere_state(&self) -> ElsewhereState {
        ElsewhereState {
            upstream: self.elsewhere.clone(),
        }
    }

    /// What the DX cluster's handlers work with.
    pub(crate) fn dx_state(&self) -> DxState {
        let services = &self.services;
        DxState {
            cluster: services.cluster.clone(),
            node: services.node.clone(),
            identity: services.identity.clone(),
            signer: self.signer.clone(),
            run_key: services.env.entropy.bytes(),
            public: services.config.limits.firehose_public,
        }
    }

    /// Names and zones: JSON, updates of routers, proofs for certificates.
    pub(crate) fn dns_routes(&self) -> Routes {
        let (dns, strikes) = (self.services.dns.clone(), Strikes::default());
        let private = self.services.config.dns.dyndns.private;
        let json = dns::api::routes(self.dns_state());
        let updates = DyndnsState::new(dns.clone(), strikes.clone(), private);
        json.merge(dns::api::dyndns::routes(updates))
            .merge(dns::api::acme::routes(AcmeState { dns, strikes }))
    }

    /// What the handlers of names and zones work with, for the API and for the pages that do the same.
    pub(crate) fn dns_state(&self) -> DnsState {
        DnsState {
            dns: self.services.dns.clone(),
            signer: self.signer.clone(),
        }
    }

    /// What the handlers of radios, presence and following work with.
    pub(crate) fn shack_state(&self) -> ShackState {
        ShackState {
            shack: self.services.shack.clone(),
            sockets: self.sockets.clone(),
        }
    }

    /// What compares spots with a log.
    pub(crate) fn worked_state(&self) -> WorkedState {
        WorkedState {
            store: self.services.store.clone(),
            bus: self.services.bus.clone(),
        }
    }

    /// Not ready any more, websockets told to come back, jobs put down, meanwhile `edge` ended, then the store closed.
    pub(crate) async fn stop_beside(&self, edge: impl Future<Output = ()>) {
        self.health.stopping();
        self.stop.cancel();
        self.services.store.interrupt();
        tokio::join!(self.sockets.stop(), self.jobs.stop(), edge);
        if let Err(error) = self.services.identity.flush(true).await {
            tracing::warn!(%error, "when sessions and keys were used last is not stored: {error}");
        }
        super::spots::end(&self.services).await;
        self.services.close().await;
    }
}

/// Other callbooks, as far as the configuration lets them be asked.
fn asked_elsewhere(services: &Services) -> elsewhere::Upstream {
    let asked = &services.config.elsewhere;
    let login = |account: &Option<crate::config::Callbook>| {
        account.as_ref().map(|account| elsewhere::Login {
            user: account.user.as_str().into(),
            password: account.password.clone(),
        })
    };
    let settings = elsewhere::Settings {
        qrz: login(&asked.qrz_account),
        hamqth: login(&asked.hamqth_account),
        hamdb: asked.hamdb.is_some(),
        callook: asked.callook.is_some(),
    };
    elsewhere::Upstream::new(
        services.store.clone(),
        services.env.clone(),
        Sealer::new(&services.key),
        settings,
    )
}

fn job_builder(
    services: &Services,
    logbook: &Logbook,
    tls: Option<&Tls>,
    certificates: &Certificates,
) -> JobsBuilder {
    let salt = salt(&services.key);
    let every = |name: &str| {
        let source = services.config.source(name).filter(|source| source.enabled);
        source.map(|source| source.interval)
    };
    let builder = JobsBuilder::new(services.store.clone(), services.env.clone(), services.bus.clone());
    let builder = logbook::jobs::register(builder, logbook, every("country"), salt);
    let builder = certificates::register(builder, certificates, every(certificates::SERVICE), salt);
    let builder = identity::documents::register(builder, &services.identity, salt);
    let builder = super::spots::register(builder, services, every(dx::lotw::SERVICE), salt);
    let mut builder = super::nightly::register(builder, services, salt);
    builder = super::personal::register(builder, services, salt);
    builder = callbook::jobs::register(builder, &services.callbook, salt);
    builder = dns::jobs::register(builder, &services.dns, salt);
    if let Some(tls) = tls {
        builder = tls.register(builder, salt);
    }
    builder
}

/// A number of this installation, to spread schedules of many over time.
fn salt(key: &[u8; 32]) -> u64 {
    let digest = blake3::derive_key("shackbox 2026-11 schedule salt", key);
    u64::from_le_bytes(digest[..8].try_into().expect("eight bytes of thirty-two"))
}

/// Tells the health registry how the store does, as it changes.
fn watch_store(services: &Services, part: Part, stop: CancellationToken) {
    let mut status = services.store.watch_status();
    tokio::spawn(async move {
        loop {
            match &*status.borrow_and_update() {
                Status::Ok => part.up(),
                Status::Degraded(reason) => part.down(reason.as_ref()),
            }
            tokio::select! {
                changed = status.changed() => if changed.is_err() { return },
                () = stop.cancelled() => return,
            }
        }
    });
}

/// Stores now and then when sessions and keys were used last, and drops what ran out.
fn write_what_was_seen(identity: Identity, stop: CancellationToken) {
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(SEEN_EVERY);
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            if let Err(error) = identity.flush(false).await {
                tracing::warn!(%error, "when sessions and keys were used last is not stored: {error}");
            }
        }
    });
}

/// Sends the mails that are posted.
fn deliver_mail(mailer: Mailer, stop: CancellationToken) {
    tokio::spawn(async move { stop.run_until_cancelled(mailer.deliver()).await });
}

/// Tells the health registry when a queue is looked after no more.
fn watch_jobs(jobs: Jobs, part: Part, stop: CancellationToken) {
    tokio::spawn(async move {
        if let Some(name) = stop.run_until_cancelled(jobs.fallen()).await {
            part.down(format!("{name} has ended unexpectedly"));
            stop.cancelled().await;
        }
    });
}
