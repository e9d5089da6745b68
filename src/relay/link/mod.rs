//! The outbound link: the relay calls its Shackbox server, keeps the connection, tells of the radio and does what its
//! owner asks for there. No page needs to reach this computer.
//!
//! Invariants: the link is opened from here and by the key alone; while it is down everything local goes on. A command
//! that took longer than [`age::OLDEST`] on its way does not move the radio. Nothing that comes over the link keys the
//! transmitter: there is no message for it. Every message is read into a type of [`message`]; none reaches the radio as
//! text.

mod age;
mod eyes;
mod message;
mod pause;
mod session;
mod status;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::logs::queue::Sums;
use super::rig::Rig;
use super::rig::rotator::Rotator;
use crate::config::Secret;
use crate::env::{Clock, Dial, DialError, Entropy, Outbound};
use pause::Pause;
use session::{Ended, Session};

pub(crate) use status::{LinkState, LinkStatus};

/// The longest message taken from the server, bytes.
const MOST_BYTES: usize = 16 << 10;
/// How long it is waited after the server has said no: somebody has to change something first.
const REFUSED: Duration = Duration::from_mins(1);

/// What the link works with.
pub(crate) struct LinkParts {
    /// The server's address: `https://ham.example/`.
    pub(crate) server: Url,
    /// An API key of scope `rig` there.
    pub(crate) key: Secret,
    /// What this radio is called there.
    pub(crate) name: String,
    /// The radio now.
    pub(crate) rig: watch::Receiver<Rig>,
    /// The rotator, if there is one.
    pub(crate) rotator: watch::Receiver<Option<Rotator>>,
    /// How many contacts wait to be delivered.
    pub(crate) sums: watch::Receiver<Sums>,
    /// The way out.
    pub(crate) outbound: Outbound,
    /// What time it is: also while the computer sleeps, unlike the runtime's clock.
    pub(crate) clock: Clock,
    /// Randomness, for keys of handshakes and for pauses.
    pub(crate) entropy: Entropy,
}

/// Keeps the link until `stop`; how it stands is told.
pub(crate) fn start(
    parts: LinkParts,
    tasks: &TaskTracker,
    stop: CancellationToken,
) -> watch::Receiver<LinkStatus> {
    let (out, status) = watch::channel(LinkStatus {
        state: LinkState::Connecting,
        since: Some(parts.clock.now()),
        ..LinkStatus::default()
    });
    let keeper = Keeper { parts, out };
    tasks.spawn(async move {
        // The connection is closed by being let go.
        stop.run_until_cancelled(keeper.keep()).await;
    });
    status
}

struct Keeper {
    parts: LinkParts,
    out: watch::Sender<LinkStatus>,
}

impl Keeper {
    async fn keep(self) {
        let Some(url) = address(&self.parts.server) else {
            let words = format!("relay.server: {} is no address of a server", self.parts.server);
            self.tell(LinkState::Refused, Some(words));
            return std::future::pending().await;
        };
        let mut pause = Pause::default();
        loop {
            let dial = Dial {
                url: &url,
                key: self.parts.key.reveal(),
                most_bytes: MOST_BYTES,
            };
            let opened = self.parts.outbound.dial(dial, &self.parts.entropy).await;
            let ended = match opened {
                Ok(socket) => {
                    let session = Session::new(&self.parts, socket);
                    let ended = session.run(|account| self.connected(account)).await;
                    if self.is_connected() {
                        pause = Pause::default();
                    }
                    ended
                }
                Err(error) => refused(error),
            };
            let wait = match ended {
                Ended::Refused(words) => {
                    tracing::warn!("the link to {} is refused: {words}", self.parts.server);
                    self.tell(LinkState::Refused, Some(words));
                    REFUSED
                }
                Ended::Lost(words) => {
                    tracing::debug!("the link to {} is lost: {words}", self.parts.server);
                    self.tell(LinkState::Connecting, Some(words));
                    pause.next(&self.parts.entropy)
                }
            };
            sleep(wait).await;
        }
    }

    fn connected(&self, account: String) {
        tracing::info!("linked to {} for {account}", self.parts.server);
        self.out.send_replace(LinkStatus {
            state: LinkState::Connected,
            since: Some(self.parts.clock.now()),
            error: None,
            account: Some(account),
        });
    }

    fn is_connected(&self) -> bool {
        self.out.borrow().state == LinkState::Connected
    }

    fn tell(&self, state: LinkState, error: Option<String>) {
        let now = self.parts.clock.now();
        self.out.send_if_modified(|status| {
            let is_news = status.state != state || status.error != error;
            if status.state != state {
                status.since = Some(now);
            }
            status.state = state;
            status.error = error;
            is_news
        });
    }
}

/// Where relays connect at a server; a path of the server's own stays before it.
fn address(server: &Url) -> Option<Url> {
    let mut url = server.clone();
    url.set_path(&format!("{}/ws/relay", server.path().trim_end_matches('/')));
    url.set_query(None);
    url.set_fragment(None);
    url.has_host().then_some(url)
}

/// What a failure to connect means, in words for the owner.
fn refused(error: DialError) -> Ended {
    let text = error.to_string();
    match error {
        DialError::Refused {
            status: 401, words, ..
        } => Ended::Refused(format!(
            "the server does not know this key ({}): make one with the scopes rig and logbook.write in your settings there, and give it as relay.key",
            words.as_deref().unwrap_or("401")
        )),
        DialError::Refused {
            status: 403, words, ..
        } => Ended::Refused(format!(
            "the server refuses this radio: {}",
            words.as_deref().unwrap_or("its key lacks the scope rig")
        )),
        DialError::Refused {
            status: 404 | 405 | 426,
            server,
            ..
        } => Ended::Refused(format!(
            "{server} takes no relays: relay.server is not the address of a Shackbox server, or it is of an earlier version"
        )),
        DialError::Address(_) | DialError::Key => Ended::Refused(text),
        DialError::Refused { .. } | DialError::NoSocket(_) | DialError::Outbound(_) => Ended::Lost(text),
    }
}
