//! Finding the radio, losing it, and finding it again.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{FIRST_RETRY, Owner, VISIBLE};
use crate::relay::rig::error::{RigError, RigErrorKind};
use crate::relay::rig::handle::Command;
use crate::relay::rig::model::Source;

/// Longest pause between two tries.
const SLOWEST_RETRY: Duration = Duration::from_secs(2);

impl Owner {
    /// Draws the consequences of an error: a lost connection is told and tried anew.
    pub(super) async fn heed(&mut self, error: Option<&RigError>) {
        let Some(error) = error.filter(|error| error.is_unreachable()) else {
            return;
        };
        self.silences += 1;
        if self.silences >= 2 || !self.backend.is_open() {
            self.lost(error.clone()).await;
        }
    }

    /// The connection is gone: tells, and tries anew at once.
    pub(super) async fn lost(&mut self, error: RigError) {
        tracing::warn!(%error, "the radio is gone");
        self.backend.close().await;
        self.connected = false;
        self.silences = 0;
        self.read_at = None;
        self.retry_at = Instant::now();
        self.retry_after = FIRST_RETRY;
        self.keyed.radio_lost();
        self.last_error = Some(error.clone());
        self.change(
            |state| {
                state.connected = false;
                state.ptt = false;
                state.error = Some(error);
                state.source
            },
            Source::Poll,
        );
        self.fail_waiting();
    }

    /// Connects, or answers that nobody is there until the next try.
    pub(super) async fn connect_or_wait(&mut self) {
        if Instant::now() < self.retry_at {
            tokio::select! {
                biased;
                command = self.commands.recv(), if !self.deaf => match command {
                    Some(command) => {
                        self.take(command);
                        self.fail_waiting();
                    }
                    None => self.deaf = true,
                },
                () = sleep_until(self.retry_at) => {}
            }
            return;
        }
        if let Err(error) = self.connect().await {
            self.backend.close().await;
            self.retry_at = Instant::now() + self.retry_after;
            self.retry_after = (self.retry_after * 2).min(SLOWEST_RETRY);
            self.change(
                |state| {
                    state.connected = false;
                    state.error = Some(error.clone());
                    state.source
                },
                Source::Poll,
            );
            self.last_error = Some(error);
            while let Ok(command) = self.commands.try_recv() {
                self.take(command);
            }
            self.fail_waiting();
        }
    }

    async fn connect(&mut self) -> Result<(), RigError> {
        let facts = self.backend.connect().await?;
        // First of all: what was keyed when the connection broke must not stay so.
        if self.was_connected || self.keyed.may_be_on() {
            match self.backend.set_ptt(None).await {
                Ok(()) => self.keyed.is_off().await,
                Err(error) if error.is_unreachable() || self.keyed.may_be_on() => return Err(error),
                Err(_) => {}
            }
        }
        self.read_all(true).await?;
        tracing::info!(device = self.backend.device(), model = %facts.model, "the radio is there");
        self.connected = true;
        self.was_connected = true;
        self.last_error = None;
        self.retry_after = FIRST_RETRY;
        self.next_poll = Instant::now() + VISIBLE;
        self.change(
            |state| {
                state.connected = true;
                state.error = None;
                state.model = facts.model.clone();
                state.source
            },
            Source::Poll,
        );
        self.out.facts.send_replace(facts);
        Ok(())
    }

    /// Answers everything that waits with the reason why the radio is not there.
    fn fail_waiting(&mut self) {
        let error = self.last_error.clone().unwrap_or_else(|| {
            RigError::new(
                RigErrorKind::Unreachable,
                self.backend.device(),
                "the radio is not connected",
            )
        });
        if let Some(pending) = self.pending.take() {
            pending.answer(&Err(error.clone()));
        }
        for command in self.others.drain(..) {
            let error = error.clone();
            match command {
                Command::Tune(_, _, answer) | Command::Refresh(answer) => {
                    let _ = answer.send(Err(error));
                }
                Command::Key { answer, .. } => {
                    let _ = answer.send(Err(error));
                }
                Command::Level(_, _, answer) => {
                    let _ = answer.send(Err(error));
                }
            }
        }
    }
}
