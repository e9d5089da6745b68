//! `shackbox relay`: start everything, run, stop the transmitter first.
//!
//! What needs a port or a file for itself is had before anything is announced. A program, a radio or a server that is
//! not there yet is waited for while the rest works.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::apply;
use super::desk::{Desk, Hearing, Sharing};
use super::http::{self, Leases};
use super::keep;
use super::link::LinkStatus;
use super::logs;
use super::logs::appliance::Appliance;
use super::logs::listen::Places;
use super::logs::queue::{Limits, QueueError};
use super::pairings::{self, Pairings};
use super::rig::BackendSettings;
use super::rig::rotator::Rotator;
use super::settings::{self, Saved, SavedError, Settings, SettingsError};
use crate::config::{Config, Relay, RelayServe};
use crate::env::{Clock, Entropy, supervisor};
use crate::net::BindError;

/// The name of the file in the data directory that holds contacts for the server.
const QUEUE: &str = "relay-contacts";
/// How long the radio may take to be let go.
const LET_GO: Duration = Duration::from_secs(4);
/// How long the rest of stopping may take.
const GONE: Duration = Duration::from_secs(5);
/// How long the programs' ports may take before the table is shown without them.
const TABLE: Duration = Duration::from_secs(2);

/// Why the relay does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// The data directory cannot be made.
    #[error("the data directory {} cannot be used: {reason}", path.display())]
    DataDir {
        /// Where it should be.
        path: PathBuf,
        /// The system's words.
        reason: std::io::Error,
    },
    /// The address for pages is taken.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// What was saved on the page cannot be read.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// The configuration names no radio that could be reached.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The queue, as a rule because another relay works with it.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The pairings cannot be read.
    #[error("{}: the pairings cannot be read: {reason}; move the file away to begin anew", path.display())]
    Pairings {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: std::io::Error,
    },
}

/// Runs a relay until it is told to stop. `say` gets lines for the person at the console.
pub(crate) async fn run(config: &Config, say: impl Fn(&str)) -> Result<(), RunError> {
    // Before anybody can take the program for ready: a signal that is not waited for would end it.
    let signals = Signals::take();
    let (console, mut lines) = mpsc::unbounded_channel();
    let tasks = TaskTracker::new();
    let (desk, serving) = open(config, console, &tasks).await?;
    let router = http::router(&desk);
    tasks.spawn(http::serve(serving, router, desk.stop.clone()));
    for keeper in [Keeper::Hear, Keeper::Deliver, Keeper::Share] {
        let desk = Arc::clone(&desk);
        tasks.spawn(async move {
            match keeper {
                Keeper::Hear => keep::hear(desk).await,
                Keeper::Deliver => keep::deliver(desk).await,
                Keeper::Share => keep::share(desk).await,
            }
        });
    }
    announce(&desk, &say).await;
    supervisor::ready();

    let over = wait_for_end(signals);
    tokio::pin!(over);
    loop {
        tokio::select! {
            () = &mut over => break,
            Some(line) = lines.recv() => say(&line),
        }
    }

    supervisor::stopping();
    stop(&desk, &tasks).await;
    Ok(())
}

/// What follows the settings.
#[derive(Clone, Copy)]
enum Keeper {
    Hear,
    Deliver,
    Share,
}

/// Opens everything; the radio is connected to from here on.
pub(super) async fn open(
    config: &Config,
    console: mpsc::UnboundedSender<String>,
    tasks: &TaskTracker,
) -> Result<(Arc<Desk>, tokio::net::TcpListener), RunError> {
    let dir = &config.data_dir;
    make_private(dir).map_err(|reason| RunError::DataDir {
        path: dir.clone(),
        reason,
    })?;
    let relay = &config.relay;
    let saved = Saved::load(&dir.join(settings::FILE))?;
    let settings = Settings::effective(config, &saved);
    let backend = backend(&settings)?;
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let stop = CancellationToken::new();
    let queue = logs::start::Settings {
        places: Places::default(),
        queue: dir.join(QUEUE),
        limits: limits(relay),
        logbook: None,
    };
    let (listener, address) = http::listen(relay.listen).await?;
    let started = logs::start::start::<Appliance>(queue, None, clock.clone(), entropy.clone(), tasks, &stop);
    let logs = started.await?;
    let path = dir.join(pairings::FILE);
    let pairings = Pairings::open(path.clone(), clock.clone(), entropy.clone());
    let pairings = pairings.map_err(|reason| RunError::Pairings { path, reason })?;
    let rig = apply::start_rig(backend, &settings, dir);
    let rotator = settings.rotctld.as_deref().map(Rotator::start);
    let desk = Desk {
        rig: watch::Sender::new(rig),
        rotator: watch::Sender::new(rotator),
        settings: watch::Sender::new(Arc::new(settings)),
        link: watch::Sender::new(LinkStatus::default()),
        sharing: watch::Sender::new(Sharing::default()),
        hearing: watch::Sender::new(Hearing::default()),
        queue: logs.queue,
        ear: logs.ear,
        pairings,
        origins: relay.origins.clone(),
        address,
        data_dir: dir.clone(),
        clock,
        entropy,
        leases: Leases::default(),
        console,
        stop,
        glance: std::sync::Mutex::default(),
    };
    for error in &logs.errors {
        tracing::warn!(%error, "{error}");
    }
    if logs.opened.damaged > 0 {
        tracing::warn!(
            count = logs.opened.damaged,
            "{} damaged contacts were set aside in the data directory, in a file that ends in .damaged",
            logs.opened.damaged
        );
    }
    Ok((Arc::new(desk), listener))
}

/// The way to the radio. What was saved on the page can be mended there, so that it does not keep the relay from
/// starting; what the configuration says can not.
fn backend(settings: &Settings) -> Result<BackendSettings, SettingsError> {
    match settings.backend() {
        Err(error) if settings.locked("serial").is_none() && settings.locked("model").is_none() => {
            tracing::warn!(%error, "{error}; until then a rigctld is looked for");
            Ok(BackendSettings::Rigctld(settings.rigctld.clone()))
        }
        settled => settled,
    }
}

fn limits(relay: &Relay) -> Limits {
    Limits {
        bytes: relay.queue_bytes,
        pending: relay.queue_max,
        done: relay.queue_kept,
        ..Limits::default()
    }
}

/// Shows what listens where.
async fn announce(desk: &Desk, say: &impl Fn(&str)) {
    // Ports are tried at once; the table does not wait for one that hangs.
    let settings = desk.settings();
    let mut hearing = desk.hearing.subscribe();
    let tried = |hearing: &Hearing| {
        let any = hearing.udp.len() + hearing.tcp.len() + hearing.errors.len();
        any > 0 || settings.programs.is_empty() && settings.programs_tcp.is_empty()
    };
    drop(timeout(TABLE, hearing.wait_for(tried)).await);
    let mut sharing = desk.sharing.subscribe();
    let tried = |sharing: &Sharing| {
        sharing.address.is_some() || sharing.error.is_some() || settings.serve == RelayServe::Off
    };
    drop(timeout(TABLE, sharing.wait_for(tried)).await);
    let mut rows = vec![
        ("page and API", format!("http://{}/", desk.address)),
        ("radio", desk.rig().device().to_owned()),
    ];
    if let Some(rotator) = &settings.rotctld {
        rows.push(("rotator", format!("rotctld at {rotator}")));
    }
    if let Some(address) = desk.sharing.borrow().address {
        rows.push(("other programs", format!("{address} (Hamlib NET rigctl)")));
    }
    let hearing = desk.hearing.borrow().clone();
    let list = |addresses: &[std::net::SocketAddr]| {
        let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        all.join(", ")
    };
    if !hearing.udp.is_empty() {
        rows.push(("WSJT-X, N1MM and others", format!("UDP {}", list(&hearing.udp))));
    }
    if !hearing.tcp.is_empty() {
        rows.push(("ADIF", format!("TCP {}", list(&hearing.tcp))));
    }
    let server = settings.server.as_ref();
    rows.push((
        "server",
        server.map_or_else(
            || "none: contacts wait here (relay.server, relay.key)".to_owned(),
            ToString::to_string,
        ),
    ));
    for (what, at) in rows {
        say(&format!("{what:<24} {at}"));
    }
    for error in &hearing.errors {
        say(&error.to_string());
    }
    let open = *desk.queue.sums().borrow();
    if open.pending + open.failed > 0 {
        say(&format!(
            "{} contacts wait for the server, {} were refused",
            open.pending, open.failed
        ));
    }
}

/// Transmitter off, then everything else.
async fn stop(desk: &Arc<Desk>, tasks: &TaskTracker) {
    let rig = desk.rig();
    if timeout(LET_GO, rig.shutdown()).await.is_err() {
        tracing::error!(
            "{}: the radio did not answer when it was let go; look whether it transmits",
            rig.device()
        );
    }
    desk.leases.end();
    tracing::info!("stopping");
    desk.stop.cancel();
    tasks.close();
    if timeout(GONE, tasks.wait()).await.is_err() {
        tracing::warn!("not everything has ended in time; contacts that were taken are on the disk");
    }
}

#[cfg(unix)]
fn make_private(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.and_then(|()| std::fs::metadata(dir)).map(drop)
}

#[cfg(not(unix))]
fn make_private(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)
}

#[cfg(unix)]
struct Signals {
    term: Signal,
    int: Signal,
    hup: Signal,
}

#[cfg(unix)]
impl Signals {
    /// From now on they do nothing by themselves; `None` where the system's own treatment of them stays.
    fn take() -> Option<Self> {
        Some(Self {
            term: signal(SignalKind::terminate()).ok()?,
            int: signal(SignalKind::interrupt()).ok()?,
            hup: signal(SignalKind::hangup()).ok()?,
        })
    }
}

/// A closed terminal ends the relay as well: nobody is there who would see it transmit.
#[cfg(unix)]
async fn wait_for_end(signals: Option<Signals>) {
    let Some(mut signals) = signals else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = signals.term.recv() => {}
        _ = signals.int.recv() => {}
        _ = signals.hup.recv() => {}
    }
}

/// Other systems have one signal, and events of their console.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn take() -> Option<Self> {
        Some(Self)
    }
}

#[cfg(not(unix))]
async fn wait_for_end(_: Option<Signals>) {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
