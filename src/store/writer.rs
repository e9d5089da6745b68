//! The writer: one thread that runs every command, in order, and commits.
//!
//! Two bounded lanes, first in first out: interactive commands go before bulk batches. Commands waiting
//! in the same lane share a commit (a sync to the disk costs more than most commands), bulk batches only
//! while no interactive command waits. Each is answered after the commit that made it durable. Nobody else
//! begins a write transaction: a second one on this thread would wait for ever.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::engine::{Commit, Engine};
use super::error::StoreError;
use super::schema::Registry;
use super::write::{Aftermath, Write};
use super::{OnCommit, Status};

/// Interactive commands that wait; more make their callers wait.
pub(super) const INTERACTIVE_LANE: usize = 512;
/// Bulk batches that wait: enough to fill a joint commit.
pub(super) const BULK_LANE: usize = 16;
/// Interactive commands that share a commit.
const JOINT_COMMANDS: usize = 512;
/// How long commands may join one commit: the most a command waits for those behind it.
const JOINT_TIME: Duration = Duration::from_millis(25);
/// Bulk batches (of up to 1,000 records) that share a commit.
const JOINT_BATCHES: usize = 10;
/// Rows, indexes counted, at which a joint bulk commit is closed.
const JOINT_ROWS: usize = 60_000;
/// Time after which bulk batches are committed, full or not: on a slow machine a power cut shall not cost more.
const JOINT_BULK_TIME: Duration = Duration::from_millis(500);

/// A command on its way: a closure, later its outcome, and who waits for it.
pub(super) trait Command: Send {
    /// Runs the closure; on failure nothing of it is left in the transaction. Tells whether it succeeded.
    fn run(&mut self, write: &mut Write<'_>) -> bool;

    /// Answers the caller: what the command itself said, or the failure of the commit.
    fn answer(self: Box<Self>, commit: Result<(), StoreError>);
}

struct Closure<F, T, E> {
    run: Option<F>,
    outcome: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

/// Wraps a closure as a command and returns where its outcome will arrive.
pub(super) fn command<F, T, E>(run: F) -> (Box<dyn Command>, oneshot::Receiver<Result<T, E>>)
where
    F: FnOnce(&mut Write<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (caller, outcome) = oneshot::channel();
    (
        Box::new(Closure {
            run: Some(run),
            outcome: None,
            caller,
        }),
        outcome,
    )
}

impl<F, T, E> Command for Closure<F, T, E>
where
    F: FnOnce(&mut Write<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, write: &mut Write<'_>) -> bool {
        let Some(run) = self.run.take() else { return false };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let value = run(write)?;
            write.settle()?;
            Ok(value)
        }));
        let outcome = outcome.unwrap_or_else(|panic| {
            tracing::error!("a storage command panicked: {}", super::panic_text(&*panic));
            Err(StoreError::Panicked.into())
        });
        if outcome.is_err() {
            write.roll_back();
        }
        let succeeded = outcome.is_ok();
        self.outcome = Some(outcome);
        succeeded
    }

    fn answer(self: Box<Self>, commit: Result<(), StoreError>) {
        let outcome = match (self.outcome, commit) {
            (Some(Err(own)), _) => Err(own),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        // A caller that went away does not need the answer; what it asked for is done all the same.
        drop(self.caller.send(outcome));
    }
}

/// What the writer thread owns.
pub(super) struct Writer {
    pub(super) engine: Arc<Engine>,
    pub(super) registry: Arc<Registry>,
    pub(super) interactive: mpsc::Receiver<Box<dyn Command>>,
    pub(super) bulk: mpsc::Receiver<Box<dyn Command>>,
    pub(super) closing: CancellationToken,
    pub(super) on_commit: OnCommit,
    pub(super) status: watch::Sender<Status>,
    pub(super) reopen_every: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lane {
    Interactive,
    Bulk,
}

impl Writer {
    /// Runs until the store is closed and both lanes are empty; then closes the database.
    pub(super) async fn run(mut self) {
        while let Some((lane, command)) = self.next().await {
            let refusal = match &*self.status.borrow() {
                Status::Degraded(reason) => Some(StoreError::Unavailable(Arc::clone(reason))),
                Status::Ok => None,
            };
            match refusal {
                Some(error) => command.answer(Err(error)),
                None => self.transact(lane, command),
            }
        }
        self.engine.close();
    }

    async fn next(&mut self) -> Option<(Lane, Box<dyn Command>)> {
        let mut reopen_at = Instant::now() + self.reopen_every;
        loop {
            let degraded = *self.status.borrow() != Status::Ok;
            tokio::select! {
                biased;
                () = self.closing.cancelled(), if !self.interactive.is_closed() => {
                    self.interactive.close();
                    self.bulk.close();
                }
                () = tokio::time::sleep_until(reopen_at), if degraded => {
                    self.reopen();
                    reopen_at = Instant::now() + self.reopen_every;
                }
                Some(command) = self.interactive.recv() => return Some((Lane::Interactive, command)),
                Some(command) = self.bulk.recv() => return Some((Lane::Bulk, command)),
                else => return None,
            }
        }
    }

    /// Runs a command and those that may join it in one transaction, commits, and answers them all.
    fn transact(&mut self, lane: Lane, first: Box<dyn Command>) {
        let mut ran: Vec<Box<dyn Command>> = Vec::new();
        let engine = Arc::clone(&self.engine);
        let registry = Arc::clone(&self.registry);
        let mut next = Some(first);
        let committed = engine.write(&registry, |write| {
            let started = Instant::now();
            let mut succeeded = false;
            while let Some(mut command) = next.take() {
                succeeded |= command.run(write);
                ran.push(command);
                if write.is_broken() {
                    return Err(StoreError::unavailable("the disk failed during a change"));
                }
                next = self.joining(lane, ran.len(), write.changes(), started);
            }
            let changed = succeeded && write.changes() > 0;
            Ok(if changed { Commit::Yes(()) } else { Commit::No(()) })
        });
        let outcome = match committed {
            Ok(((), aftermath)) => {
                self.tell(aftermath);
                Ok(())
            }
            Err(error) => {
                self.degrade(&error);
                Err(error)
            }
        };
        for command in ran.into_iter().chain(next) {
            command.answer(outcome.clone());
        }
    }

    /// Tells of a commit. It is durable: a listener that panics is a fault of its own.
    fn tell(&mut self, Aftermath { then, events }: Aftermath) {
        let told = catch_unwind(AssertUnwindSafe(|| {
            for run in then {
                run();
            }
            if !events.is_empty() {
                (self.on_commit)(events);
            }
        }));
        if let Err(panic) = told {
            tracing::error!("who hears of commits panicked: {}", super::panic_text(&*panic));
        }
    }

    fn joining(&mut self, lane: Lane, ran: usize, rows: usize, started: Instant) -> Option<Box<dyn Command>> {
        match lane {
            Lane::Interactive if ran < JOINT_COMMANDS && started.elapsed() < JOINT_TIME => {
                self.interactive.try_recv().ok()
            }
            Lane::Bulk
                if ran < JOINT_BATCHES
                    && rows < JOINT_ROWS
                    && started.elapsed() < JOINT_BULK_TIME
                    && self.interactive.is_empty() =>
            {
                self.bulk.try_recv().ok()
            }
            _ => None,
        }
    }

    fn degrade(&self, error: &StoreError) {
        let reason: Arc<str> = match error {
            StoreError::Unavailable(reason) => Arc::clone(reason),
            other => other.to_string().into(),
        };
        tracing::error!(%reason, "the store takes no more writes: {reason}");
        self.status.send_replace(Status::Degraded(reason));
    }

    fn reopen(&self) {
        match self.engine.reopen() {
            Ok(()) => {
                tracing::info!("the store takes writes again");
                self.status.send_replace(Status::Ok);
            }
            Err(error) => {
                tracing::debug!(%error, "the store stays without writes: {error}");
            }
        }
    }
}
