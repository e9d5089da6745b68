//! The transmitter: keyed by a lease, unkeyed when it ends.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::Owner;
use crate::relay::rig::error::{RigError, RigErrorKind};
use crate::relay::rig::lease::{PttInput, PttLease, Shared, Urgent};
use crate::relay::rig::model::Source;
use crate::relay::rig::safety::Verdict;

/// How soon unkeying is tried again when the radio refused.
const AGAIN: Duration = Duration::from_millis(100);

/// What the owner knows of the transmitter.
#[derive(Debug)]
pub(super) struct Keyed {
    lease: Option<(u64, Arc<Shared>)>,
    next_id: u64,
    /// It was keyed by us and is not known to be off.
    on: bool,
    overdue: Option<Instant>,
    marker: Option<PathBuf>,
}

impl Keyed {
    pub(super) fn new(marker: Option<PathBuf>) -> Self {
        Self {
            lease: None,
            next_id: 1,
            on: false,
            overdue: None,
            marker,
        }
    }

    /// Whether somebody holds the transmitter.
    pub(super) fn is_leased(&self) -> bool {
        self.lease.is_some()
    }

    /// Whether it may be on by our doing.
    pub(super) fn may_be_on(&self) -> bool {
        self.on
    }

    /// When unkeying must be tried again: it was refused, or keying was given up half-way.
    pub(super) fn overdue_at(&self) -> Option<Instant> {
        let orphaned = self.on && self.lease.is_none();
        orphaned.then(|| self.overdue.unwrap_or_else(Instant::now))
    }

    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        self.overdue_at().is_some_and(|at| at <= now)
    }

    /// The lease ends with the connection; whether the transmitter is off will be seen.
    pub(super) fn radio_lost(&mut self) {
        self.end_lease();
        self.overdue = None;
    }

    fn end_lease(&mut self) {
        if let Some((_, shared)) = self.lease.take() {
            shared.end();
        }
    }

    /// It is known to be off.
    pub(super) async fn is_off(&mut self) {
        self.on = false;
        self.overdue = None;
        if let Some(marker) = &self.marker
            && let Err(error) = tokio::fs::remove_file(marker).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %marker.display(), "the mark of a keyed transmitter stays");
        }
    }

    async fn is_about_to_be_on(&mut self) -> std::io::Result<()> {
        self.on = true;
        match &self.marker {
            Some(marker) => tokio::fs::write(marker, b"keyed\n").await,
            None => Ok(()),
        }
    }
}

impl Owner {
    /// Remembers that the relay died while the transmitter was on.
    pub(super) async fn recall_marker(&mut self) {
        if let Some(marker) = &self.keyed.marker {
            self.keyed.on = tokio::fs::try_exists(marker).await.unwrap_or(true);
        }
    }

    /// The lease, whose clock is watched.
    pub(super) fn lease(&self) -> Option<Arc<Shared>> {
        self.keyed.lease.as_ref().map(|(_, shared)| Arc::clone(shared))
    }

    /// The clock of the lease has run out.
    pub(super) async fn end_overdue_lease(&mut self) {
        tracing::warn!(
            device = self.backend.device(),
            "nothing was heard of who transmits: off"
        );
        let _ = self.unkey().await;
    }

    /// The holder gives the lease back, or is gone.
    pub(super) async fn release(&mut self, id: u64, answer: Option<oneshot::Sender<Result<(), RigError>>>) {
        let held = self.keyed.lease.as_ref().is_some_and(|(held, _)| *held == id);
        let result = if held { self.unkey().await } else { Ok(()) };
        if let Some(answer) = answer {
            let _ = answer.send(result);
        }
    }

    /// Keys the transmitter where it stands.
    pub(super) async fn key(
        &mut self,
        input: PttInput,
        heartbeat: Duration,
        urgent: mpsc::UnboundedSender<Urgent>,
    ) -> Result<PttLease, RigError> {
        let device = self.backend.device().to_owned();
        if self.keyed.is_leased() || self.keyed.on {
            let what = "another program is transmitting";
            return Err(RigError::new(RigErrorKind::PttBusy, &device, what));
        }
        // The knob may have been turned since: what is checked is where the radio stands now.
        let read = self.read_all(true).await;
        self.heed(read.as_ref().err()).await;
        read?;
        let verdict = {
            let state = self.out.state.borrow();
            self.limits
                .borrow()
                .judge(state.tx_frequency(), state.mode, state.passband_hz)
        };
        if let Verdict::Forbidden(why) = verdict {
            return Err(RigError::new(RigErrorKind::NotAllowed, &device, why));
        }
        if let Err(error) = self.keyed.is_about_to_be_on().await {
            tracing::warn!(%error, "a keyed transmitter could not be marked");
        }
        let result = self.backend.set_ptt(Some(input)).await;
        if let Err(error) = result {
            self.heed(Some(&error)).await;
            // It may have been keyed all the same; if it refuses both, it was not.
            if self.connected {
                let refused = self.unkey().await.is_err();
                if refused && self.connected && !error.is_unreachable() {
                    self.keyed.is_off().await;
                }
            }
            return Err(error);
        }
        let id = self.keyed.next_id;
        self.keyed.next_id += 1;
        let shared = Shared::new(heartbeat);
        self.keyed.lease = Some((id, Arc::clone(&shared)));
        let note = match verdict {
            Verdict::Warned(why) => Some(why),
            _ => None,
        };
        self.change(
            |state| {
                state.ptt = true;
                state.note = note;
                state.source
            },
            Source::Set,
        );
        Ok(PttLease::new(id, shared, urgent))
    }

    /// Turns the transmitter off; what the radio refuses is tried again until it is off.
    pub(super) async fn unkey(&mut self) -> Result<(), RigError> {
        self.keyed.end_lease();
        self.keyed.on = true;
        let result = self.backend.set_ptt(None).await;
        match &result {
            Ok(()) => {
                self.keyed.is_off().await;
                self.change(
                    |state| {
                        state.ptt = false;
                        state.source
                    },
                    Source::Set,
                );
            }
            Err(error) if error.kind == RigErrorKind::Unsupported => self.keyed.is_off().await,
            Err(error) if error.is_unreachable() => self.lost(error.clone()).await,
            Err(error) => {
                tracing::warn!(%error, "the radio does not stop transmitting");
                self.keyed.overdue = Some(Instant::now() + AGAIN);
            }
        }
        result
    }
}
