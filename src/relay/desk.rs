//! What all parts of the relay share: the radio now, the queue, the settings, who may use it.
//!
//! ```text
//! setup page -> apply -> Desk::{rig, rotator, settings}
//! Desk::settings -> keepers (ports of programs, delivery, link, our rigctld server), which follow every change
//! ```
//!
//! Invariants: nobody keeps a [`Rig`] over requests, since the setup may put another in its place; what an address or
//! a port could not be had for stands here in words until it can.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::http::Leases;
use super::link::LinkStatus;
use super::logs::listen::{Ear, ListenError};
use super::logs::queue::SharedQueue;
use super::pairings::Pairings;
use super::rig::rotator::Rotator;
use super::rig::{Listener, Rig, RigState};
use super::settings::Settings;
use super::wish::{Fault, TuneWish, Tuned};
use crate::env::{Clock, Entropy};

/// What all parts of the relay share; always behind an `Arc`.
#[derive(Debug)]
pub(crate) struct Desk {
    /// The radio. Whoever puts another here awaits [`Rig::shutdown`] of the old one first.
    pub(crate) rig: watch::Sender<Rig>,
    /// The rotator, if there is one.
    pub(crate) rotator: watch::Sender<Option<Rotator>>,
    /// The settings in force. Sending new ones makes the keepers of ports, delivery, link and our rigctld server
    /// follow; radio, rotator and limits are `apply`'s.
    pub(crate) settings: watch::Sender<Arc<Settings>>,
    /// The link to the server.
    pub(crate) link: watch::Sender<LinkStatus>,
    /// Our own rigctld server.
    pub(crate) sharing: watch::Sender<Sharing>,
    /// Where programs are heard, and ports of theirs that could not be had.
    pub(crate) hearing: watch::Sender<Hearing>,
    /// Contacts for the server.
    pub(crate) queue: SharedQueue,
    /// What programs tell.
    pub(crate) ear: Ear,
    /// Who may use the relay.
    pub(crate) pairings: Pairings,
    /// Origins that the configuration allows, as browsers write them; that of the server comes from the settings.
    pub(crate) origins: Vec<String>,
    /// Where the relay serves HTTP.
    pub(crate) address: SocketAddr,
    /// Where everything is kept.
    pub(crate) data_dir: PathBuf,
    /// What time it is.
    pub(crate) clock: Clock,
    /// Randomness.
    pub(crate) entropy: Entropy,
    /// Transmissions of holders without a socket.
    pub(crate) leases: Leases,
    /// Lines for the person at the console.
    pub(crate) console: mpsc::UnboundedSender<String>,
    /// Cancelled when the relay ends.
    pub(crate) stop: CancellationToken,
    /// Keeps the radio asked for a while after somebody has looked.
    pub(crate) glance: Mutex<Option<Glance>>,
}

/// Somebody has looked: the radio is asked until then.
#[derive(Debug)]
pub(crate) struct Glance {
    _listener: Listener,
    /// Tells whether that is the radio still.
    rigs: watch::Receiver<Rig>,
    until: Instant,
}

/// How long the radio is asked after somebody has looked once.
const LOOKED: Duration = Duration::from_secs(10);
/// How long whoever looks waits for a fresh reading.
const FRESH: Duration = Duration::from_millis(500);

/// Our own server for programs that speak rigctld's protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Sharing {
    /// Where it listens; nowhere if it is off or the address could not be had.
    pub(crate) address: Option<SocketAddr>,
    /// Why the address could not be had, in words.
    pub(crate) error: Option<String>,
}

/// Where programs are heard.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hearing {
    /// UDP addresses.
    pub(crate) udp: Vec<SocketAddr>,
    /// TCP addresses.
    pub(crate) tcp: Vec<SocketAddr>,
    /// Those that could not be had; their `Display` says why and what to do.
    pub(crate) errors: Vec<ListenError>,
}

impl Desk {
    /// The radio now.
    pub(crate) fn rig(&self) -> Rig {
        self.rig.borrow().clone()
    }

    /// The settings now.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.borrow())
    }

    /// Moves the radio and answers with where it stands then.
    pub(crate) async fn tune(&self, wish: &TuneWish) -> Result<Tuned, Fault> {
        let rig = self.rig();
        let now_hz = rig.state().borrow().freq_hz;
        let tune = wish.tune(now_hz).map_err(|error| Fault::from(&error))?;
        let state = rig.tune(tune).await.map_err(|error| Fault::from(&error))?;
        Ok(Tuned::of(&state))
    }

    /// Whether pages of an origin may look at the radio and tune it.
    pub(crate) fn allows(&self, origin: &str) -> bool {
        self.is_own(origin)
            || self.origins.iter().any(|known| known == origin)
            || self.is_server(origin)
            || self.pairings.knows(origin)
    }

    /// Whether an origin is that of the relay's own pages.
    pub(crate) fn is_own(&self, origin: &str) -> bool {
        let host = origin.strip_prefix("http://");
        host.is_some_and(|host| self.is_own_host(host))
    }

    /// Whether a request was sent to the relay by its own name: `127.0.0.1:8089`, `localhost:8089`, `[::1]:8089`.
    pub(crate) fn is_own_host(&self, host: &str) -> bool {
        let Some((name, port)) = host.rsplit_once(':') else {
            return false;
        };
        let named = matches!(name, "127.0.0.1" | "[::1]") || name.eq_ignore_ascii_case("localhost");
        named && port == self.address.port().to_string()
    }

    fn is_server(&self, origin: &str) -> bool {
        let settings = self.settings.borrow();
        let server = settings.server.as_ref();
        server.is_some_and(|url| url.origin().ascii_serialization() == origin)
    }

    /// The radio's state for somebody who asks once: read now if nobody has for a while.
    pub(crate) async fn glance(self: &Arc<Self>) -> RigState {
        let rig = self.rig();
        if !self.is_looking(&rig) {
            // Without an answer in time the last known state has to do, and says whether the radio answers.
            drop(timeout(FRESH, rig.refresh()).await);
            let desk = Arc::clone(self);
            tokio::spawn(async move {
                while let Some(until) = desk.looking_until() {
                    sleep_until(until).await;
                }
            });
        }
        rig.state().borrow().clone()
    }

    /// Notes that somebody looks; whether the radio was being asked for such already.
    fn is_looking(&self, rig: &Rig) -> bool {
        let until = Instant::now() + LOOKED;
        let mut glance = self.glance.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |glance: &&mut Glance| glance.rigs.has_changed().is_ok_and(|changed| !changed);
        if let Some(glance) = glance.as_mut().filter(is_same) {
            glance.until = until;
            return true;
        }
        *glance = Some(Glance {
            _listener: rig.listen(false),
            rigs: self.rig.subscribe(),
            until,
        });
        false
    }

    /// Until when the radio is asked for somebody who has looked; ends it when that is over.
    fn looking_until(&self) -> Option<Instant> {
        let mut glance = self.glance.lock().unwrap_or_else(PoisonError::into_inner);
        let until = glance.as_ref().map(|glance| glance.until);
        if until.is_some_and(|until| until <= Instant::now()) {
            *glance = None;
            return None;
        }
        until
    }
}
