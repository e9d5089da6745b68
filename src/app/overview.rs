//! How the installation does: gathered once, told by the administrator's page and by the API alike.
//!
//! What cannot be read while the store fails is left out, so that whoever looks for the reason finds it.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::running::App;
use super::tls::Tls;
use crate::config::Config;
use crate::dx::upstream::UpstreamState;
use crate::identity::Actor;
use crate::jobs::read::Routine;
use crate::jobs::{self, Jobs};
use crate::logbook;
use crate::store::{Read, Rows as _, Status, StoreError};
use crate::web::Result;

/// The whole picture.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Overview {
    /// Whether every part runs.
    pub(super) ready: bool,
    pub(super) version: &'static str,
    /// When the program started.
    #[schema(value_type = String, format = DateTime)]
    pub(super) since: Timestamp,
    pub(super) parts: Vec<PartLine>,
    pub(super) figures: Figures,
    pub(super) sources: Vec<SourceLine>,
    /// Nodes and feeds that the cluster listens to or is linked with.
    pub(super) feeds: Vec<FeedLine>,
    /// The certificate of HTTPS, where it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) certificate: Option<CertificateLine>,
}

/// A part of the program.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartLine {
    pub(super) name: &'static str,
    pub(super) up: bool,
    /// Why it does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

/// Sizes and counts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Figures {
    pub(super) accounts: u64,
    /// What is stored; absent while the store cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stored: Option<Stored>,
    /// Length of the store's file.
    pub(super) store_bytes: u64,
    /// Room left on its disk, where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) free_bytes: Option<u64>,
    /// What the process holds in memory, where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) memory_bytes: Option<u64>,
    /// Why the store takes no changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) degraded: Option<String>,
    #[schema(value_type = String)]
    pub(super) data_dir: PathBuf,
    /// The configuration file in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(super) config_file: Option<PathBuf>,
}

/// Counts of what is stored.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct Stored {
    pub(super) logbooks: u64,
    pub(super) contacts: u64,
    /// Jobs that wait or run.
    pub(super) jobs_waiting: u64,
    /// Jobs that failed in the last week.
    pub(super) jobs_failed: u64,
}

/// A service outside that is asked for data.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SourceLine {
    pub(super) name: &'static str,
    pub(super) url: String,
    pub(super) enabled: bool,
    /// When it was last asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) last_attempt: Option<Timestamp>,
    /// When it last answered well.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) last_success: Option<Timestamp>,
    /// When it is asked next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) next_run: Option<Timestamp>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// A node or feed of the cluster; counts are since the start.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeedLine {
    pub(super) name: String,
    /// `plain`, `spider`, `ar`, `cc`, `rbn`, or `link`.
    pub(super) kind: &'static str,
    pub(super) host: String,
    /// `idle`, `connecting`, `entering`, `listening` or `waiting`.
    pub(super) state: &'static str,
    /// Since when it is connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) since: Option<Timestamp>,
    /// When the last spot came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) last_spot: Option<Timestamp>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) retry: Option<Timestamp>,
    pub(super) new: u64,
    pub(super) duplicates: u64,
    pub(super) refused: u64,
    /// Members' spots that it was sent.
    pub(super) sent: u64,
    /// Lines that were too long to be any.
    pub(super) too_long: u64,
    pub(super) connections: u64,
    /// Why it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// The certificate in use.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CertificateLine {
    /// `files`, `self_signed` or `acme`.
    pub(super) source: &'static str,
    /// The names and addresses it is for.
    pub(super) names: Vec<String>,
    /// Who made it.
    pub(super) issuer: String,
    #[schema(value_type = String, format = DateTime)]
    pub(super) not_before: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub(super) not_after: Timestamp,
    /// When a new one was asked for last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) last_attempt: Option<Timestamp>,
    /// When one is asked for next, after a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) next_attempt: Option<Timestamp>,
    /// What is wrong with it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<String>,
}

/// What is read from the store.
struct Counted {
    stored: Stored,
    routines: Vec<(&'static str, Routine, Option<String>)>,
}

/// Gathers it all; for administrators.
pub(super) async fn gather(app: &App, actor: &Actor) -> Result<Overview> {
    actor.admin()?;
    let services = &app.services;
    let jobs = app.jobs.clone();
    let counted = services.store.read(move |r| count(r, &jobs)).await;
    let counted =
        counted.inspect_err(|error| tracing::warn!(%error, "the store could not be counted: {error}"));
    let counted = counted.ok();
    let accounts = services.identity.accounts(actor)?.len() as u64;
    let report = app.health.report();
    let part = |(name, reason): (&'static str, Option<String>)| PartLine {
        name,
        up: reason.is_none(),
        reason,
    };
    let sources = Config::source_names().filter_map(|name| source(&services.config, name, counted.as_ref()));
    Ok(Overview {
        ready: report.ready,
        version: env!("CARGO_PKG_VERSION"),
        since: app.since,
        parts: report.parts.into_iter().map(part).collect(),
        sources: sources.collect(),
        feeds: services.node.upstreams().all().into_iter().map(feed).collect(),
        figures: figures(app, accounts, counted.as_ref()),
        certificate: app.tls.as_ref().map(|tls| certificate(app, tls)),
    })
}

fn feed(state: UpstreamState) -> FeedLine {
    FeedLine {
        name: state.name,
        kind: state.kind,
        host: state.host,
        state: state.phase.as_str(),
        since: state.since,
        last_spot: state.last_spot,
        retry: state.retry,
        new: state.spots,
        duplicates: state.duplicates,
        refused: state.rejected,
        sent: state.sent,
        too_long: state.too_long,
        connections: state.connections,
        error: state.last_error,
    }
}

fn certificate(app: &App, tls: &Tls) -> CertificateLine {
    let report = tls.keeper.report(app.services.env.clock.now());
    CertificateLine {
        source: report.source,
        names: report.facts.names,
        issuer: report.facts.issuer,
        not_before: report.facts.not_before,
        not_after: report.facts.not_after,
        last_attempt: report.last_attempt,
        next_attempt: report.next_attempt,
        problem: report.problem,
    }
}

fn count(r: &Read, jobs: &Jobs) -> std::result::Result<Counted, StoreError> {
    let counts = jobs::read::counts(r)?;
    let stored = Stored {
        logbooks: r.len(logbook::tables::BOOK)?,
        contacts: r.len(logbook::tables::QSO)?,
        jobs_waiting: counts.queued + counts.running,
        jobs_failed: counts.failed,
    };
    let mut routines = Vec::new();
    for (source, name) in logbook::jobs::SOURCES {
        let (routine, error) = jobs.routine(r, name)?;
        routines.push((source, routine, error));
    }
    Ok(Counted { stored, routines })
}

fn figures(app: &App, accounts: u64, counted: Option<&Counted>) -> Figures {
    let services = &app.services;
    let stats = services.store.stats();
    Figures {
        accounts,
        stored: counted.map(|counted| counted.stored),
        store_bytes: stats.file_bytes,
        free_bytes: stats.free_bytes,
        memory_bytes: memory(),
        degraded: match services.store.status() {
            Status::Ok => None,
            Status::Degraded(reason) => Some(reason.to_string()),
        },
        data_dir: services.config.data_dir.clone(),
        config_file: services.config.file.clone(),
    }
}

fn source(config: &Config, name: &'static str, counted: Option<&Counted>) -> Option<SourceLine> {
    let source = config.source(name)?;
    let mut routines = counted.into_iter().flat_map(|counted| &counted.routines);
    let (routine, error) = match routines.find(|(own, ..)| *own == name) {
        Some((_, routine, error)) => (*routine, error.clone()),
        None => (Routine::default(), None),
    };
    Some(SourceLine {
        name,
        url: source.url.to_string(),
        enabled: source.enabled,
        last_attempt: routine.last_attempt,
        last_success: routine.last_success,
        next_run: routine.next,
        error,
    })
}

/// What this process holds in memory, where the system tells.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}
