//! The store: typed tables in one redb file, one writer, many readers.
//!
//! Invariants:
//! - One command is one all-or-nothing change, run by the writer thread in order, durable before the
//!   caller hears of it; its events leave after the commit, in commit order.
//! - A `Read` or `Write` lives only inside the closure it is handed to: no await, no network, no sleep there.
//! - Tables are bytes to the engine; keys sort as their values do; values carry format and version.
//! - When the disk fails, writes answer `StoreError::Unavailable` and reads go on; the store heals itself
//!   once there is room.
//!
//! Not here: what any domain keeps. Domains declare tables with `table!` and list them in a `Registry`.

pub(crate) mod aside;
pub(crate) mod backup;
mod check;
mod codec;
mod engine;
mod error;
#[cfg(test)]
mod fake_disk;
mod key;
mod migrate;
mod overlay;
mod peek;
mod read;
mod restore;
mod retention;
mod schema;
mod table;
#[cfg(test)]
mod tests;
mod write;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use backup::{BackupError, BackupReport};
pub(crate) use check::{CheckError, CheckReport, check_data_dir};
pub(crate) use error::{OpenError, StoreError};
pub(crate) use key::{Corrupt, Key, KeyBuf, PrefixOf, Span, TextStart};
pub(crate) use migrate::{Migration, STEP_ROWS, Step};
pub(crate) use read::{Direction, Read, Rows, Stored};
pub(crate) use restore::restore;
pub(crate) use schema::{IndexCheck, RESTORED, Reactor, Registry, Restored, SCHEMA};
pub(crate) use table::{Table, TableInfo, table};
pub(crate) use write::Write;

use crate::env::Clock;
use crate::event::Event;
use engine::{Commit, DirLock, Engine, Medium};
use schema::COMPACT;
use writer::{Command, Writer};

/// Receives the events of each commit, in commit order, on the writer thread: must not wait.
pub(crate) type OnCommit = Box<dyn FnMut(Vec<Event>) + Send>;

/// redb's own default is a gigabyte; this keeps an idle program small.
pub(crate) const DEFAULT_CACHE_BYTES: usize = 32 << 20;

/// What a store is opened with.
pub(crate) struct StoreConfig {
    /// The data directory; made if it does not exist.
    pub(crate) dir: PathBuf,
    /// Memory for pages of the file.
    pub(crate) cache_bytes: usize,
    /// What the domains keep.
    pub(crate) registry: Registry,
    /// Where events go after their commit: the bus.
    pub(crate) on_commit: OnCommit,
    /// How often a store that failed tries again.
    pub(crate) reopen_every: Duration,
    /// Stamps the copy made before a migration.
    pub(crate) clock: Clock,
    /// Migrate without that copy, because the disk has no room for it.
    pub(crate) skip_copy: bool,
}

impl StoreConfig {
    /// A store in `dir` with default sizes, no domains, and nobody listening to events.
    pub(crate) fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            cache_bytes: DEFAULT_CACHE_BYTES,
            registry: Registry::default(),
            on_commit: Box::new(drop),
            reopen_every: Duration::from_secs(5),
            clock: Clock::system(),
            skip_copy: false,
        }
    }
}

/// Whether the store takes writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    /// It does.
    Ok,
    /// It does not, for this reason; reads go on.
    Degraded(Arc<str>),
}

/// Sizes, for the health page and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stats {
    /// Length of the database file.
    pub(crate) file_bytes: u64,
    /// Room left on its disk, where the system tells.
    pub(crate) free_bytes: Option<u64>,
    /// Interactive commands waiting for the writer.
    pub(crate) interactive_waiting: usize,
    /// Bulk batches waiting for the writer.
    pub(crate) bulk_waiting: usize,
}

/// A handle of the open store; clones are cheap and share it.
#[derive(Clone)]
pub(crate) struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    engine: Arc<Engine>,
    registry: Arc<Registry>,
    interactive: mpsc::Sender<Box<dyn Command>>,
    bulk: mpsc::Sender<Box<dyn Command>>,
    status: watch::Receiver<Status>,
    closing: CancellationToken,
    /// Ends long readings, such as backups.
    interrupted: CancellationToken,
    writer: Mutex<Option<std::thread::JoinHandle<()>>>,
    /// The writer ends when the last handle is gone, closed or not.
    _close_on_drop: DropGuard,
}

impl Store {
    /// Opens the data directory: claims it, checks the schema, migrates, starts the writer. Blocking.
    pub(crate) fn open(config: StoreConfig) -> Result<Self, OpenError> {
        let engine = open_engine(&config)?;
        Self::start(engine, config)
    }

    fn start(engine: Engine, config: StoreConfig) -> Result<Self, OpenError> {
        let (engine, registry) = (Arc::new(engine), Arc::new(config.registry));
        let (interactive, interactive_lane) = mpsc::channel(writer::INTERACTIVE_LANE);
        let (bulk, bulk_lane) = mpsc::channel(writer::BULK_LANE);
        let (status_sender, status) = watch::channel(Status::Ok);
        let closing = CancellationToken::new();
        let writer = Writer {
            engine: Arc::clone(&engine),
            registry: Arc::clone(&registry),
            interactive: interactive_lane,
            bulk: bulk_lane,
            closing: closing.clone(),
            on_commit: config.on_commit,
            status: status_sender,
            reopen_every: config.reopen_every,
        };
        let failed = |error| OpenError::Io {
            path: config.dir.clone(),
            error,
        };
        let thread = start_writer(writer).map_err(failed)?;
        let shared = Shared {
            dir: config.dir,
            engine,
            registry,
            interactive,
            bulk,
            status,
            _close_on_drop: closing.clone().drop_guard(),
            closing,
            interrupted: CancellationToken::new(),
            writer: Mutex::new(Some(thread)),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Runs a command: all of it is stored, durably, or nothing. An `Err` of `f` undoes what it did.
    pub(crate) async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Write<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        enqueue(&self.shared.interactive, f).await?.durable().await
    }

    /// Runs a batch of up to 1,000 records (or 25 ms) of bulk work, behind the interactive commands.
    pub(crate) async fn write_bulk<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Write<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.queue_bulk(f).await?.durable().await
    }

    /// Puts a bulk batch in line (waiting only for a place) and returns a handle to await its commit.
    ///
    /// Batches in line share a commit, so an import keeps several in flight: ten make the best of it. They
    /// run in order, but one that fails does not stop those behind it: each must check, in its own
    /// transaction, that the position it goes on from is the stored one.
    pub(crate) async fn queue_bulk<T, E, F>(&self, f: F) -> Result<Pending<T, E>, E>
    where
        F: FnOnce(&mut Write<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        enqueue(&self.shared.bulk, f).await
    }

    /// Runs a query on the blocking pool.
    pub(crate) async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Read) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        let query = tokio::task::spawn_blocking(move || store.read_now(f));
        query.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a query failed unexpectedly: {error}");
            Err(StoreError::Panicked.into())
        })
    }

    /// Runs a query here and now: at most three point reads, or code that may block.
    pub(crate) fn read_now<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Read) -> Result<T, E>,
        E: From<StoreError>,
    {
        self.shared.engine.query(f)?
    }

    /// Writes a backup of this moment to `target`, with the `keys` (secret files, by their path below the data
    /// directory) that exist. Blocking, and long; the store goes on serving.
    pub(crate) fn backup(
        &self,
        target: &Path,
        keys: &[PathBuf],
        now: Timestamp,
    ) -> Result<BackupReport, BackupError> {
        let header = backup::Header::new(schema::SchemaMark::of(SCHEMA), now, !keys.is_empty());
        let plan = backup::Plan {
            dir: &self.shared.dir,
            target,
            header,
            keys,
            interrupted: &self.shared.interrupted,
        };
        backup::write(&self.shared.engine.read()?, &plan)
    }

    /// Reads everything stored and compares every index, in one state of the store. Blocking, and long.
    pub(crate) fn check(&self) -> Result<CheckReport, StoreError> {
        let mut report = CheckReport::default();
        check::rows(&self.shared.engine.read()?, &self.shared.registry, &mut report)?;
        Ok(report)
    }

    /// Looks whether most of the file is unused, which walks all of it, and has the next start compact it then.
    pub(crate) async fn look_for_waste(&self) -> Result<bool, StoreError> {
        let shared = Arc::clone(&self.shared);
        let looked = tokio::task::spawn_blocking(move || check::is_mostly_unused(&shared.engine));
        let wasteful = looked.await.map_err(|_| StoreError::Panicked)??;
        if wasteful {
            self.write(|tx| tx.put(COMPACT, &(), &())).await?;
        }
        Ok(wasteful)
    }

    /// Lets backups under way fail with `Closed`, because the program is to end soon.
    pub(crate) fn interrupt(&self) {
        self.shared.interrupted.cancel();
    }

    /// The data directory.
    pub(crate) fn dir(&self) -> &Path {
        &self.shared.dir
    }

    /// Whether the store takes writes.
    pub(crate) fn status(&self) -> Status {
        self.shared.status.borrow().clone()
    }

    /// Changes of `status`, to wait for.
    pub(crate) fn watch_status(&self) -> watch::Receiver<Status> {
        self.shared.status.clone()
    }

    /// Sizes and queue lengths.
    pub(crate) fn stats(&self) -> Stats {
        let waiting = |lane: &mpsc::Sender<_>| lane.max_capacity() - lane.capacity();
        Stats {
            file_bytes: self.shared.engine.file_bytes(),
            free_bytes: self.shared.engine.free_bytes(),
            interactive_waiting: waiting(&self.shared.interactive),
            bulk_waiting: waiting(&self.shared.bulk),
        }
    }

    /// Runs the commands in line, closes the database and lets go of the directory. Later use of any clone
    /// fails with `Closed`.
    pub(crate) async fn close(&self) {
        self.shared.closing.cancel();
        let thread = self
            .shared
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(thread) = thread else { return };
        let ended = tokio::task::spawn_blocking(move || thread.join().is_ok()).await;
        if !matches!(ended, Ok(true)) {
            tracing::error!("the store's writer ended unexpectedly");
        }
    }
}

#[cfg(test)]
impl Store {
    /// Opens a store on a disk whose failures the test decides.
    fn open_on(disk: fake_disk::FakeDisk, config: StoreConfig) -> Result<Self, OpenError> {
        let engine = Engine::open(Medium::Fake(disk), config.cache_bytes, None)?;
        upgrade(&engine, &config, SCHEMA)?;
        Self::start(engine, config)
    }
}

/// Opens the data directory's database and brings it to this program's schema.
fn open_engine(config: &StoreConfig) -> Result<Engine, OpenError> {
    let lock = DirLock::claim(&config.dir)?;
    if config.dir.join(engine::RESTORING).exists() {
        return Err(OpenError::HalfRestored(config.dir.clone()));
    }
    let path = config.dir.join(engine::FILE);
    refuse_newer(peek::schema_mark(&path)?, SCHEMA)?;
    let engine = Engine::open(Medium::File(path), config.cache_bytes, Some(lock))?;
    upgrade(&engine, config, SCHEMA)?;
    Ok(engine)
}

fn refuse_newer(mark: Option<schema::SchemaMark>, ours: u32) -> Result<(), OpenError> {
    match mark {
        Some(mark) if mark.number > ours => Err(OpenError::NewerSchema {
            found: mark.number,
            ours,
            by: mark.version,
        }),
        _ => Ok(()),
    }
}

/// Migrates older data, after a copy of it; gives space back if much of the file is unused.
fn upgrade(engine: &Engine, config: &StoreConfig, ours: u32) -> Result<(), OpenError> {
    let damaged = |error: StoreError| OpenError::Damaged {
        path: config.dir.join(engine::FILE),
        reason: error.to_string(),
    };
    let mark = migrate::mark(engine).map_err(damaged)?;
    if let Some(mark) = mark
        .as_ref()
        .filter(|mark| mark.number < ours && !config.skip_copy)
    {
        migrate::copy_first(engine, mark, &config.dir, config.clock.now())?;
    }
    migrate::run(engine, &config.registry, mark, ours)?;
    compact_if_wanted(engine, &config.registry).map_err(damaged)
}

/// Compacts the file where [`Store::look_for_waste`] asked for it.
fn compact_if_wanted(engine: &Engine, registry: &Registry) -> Result<(), StoreError> {
    if engine.read()?.get(COMPACT, &())?.is_none() {
        return Ok(());
    }
    // Gone first: a compaction that fails must not be tried at every start.
    engine.write(registry, |tx| tx.remove(COMPACT, &()).map(|_| Commit::Yes(())))?;
    let freed = check::compact(engine)?;
    tracing::info!(freed, "the store's file was compacted: {freed} bytes given back");
    Ok(())
}

/// A bulk batch in line.
#[must_use = "only `durable` tells whether the batch was stored"]
pub(crate) struct Pending<T, E> {
    outcome: oneshot::Receiver<Result<T, E>>,
}

impl<T, E: From<StoreError>> Pending<T, E> {
    /// Waits until the batch is stored durably, or has failed.
    pub(crate) async fn durable(self) -> Result<T, E> {
        self.outcome
            .await
            .unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }
}

async fn enqueue<T, E, F>(lane: &mpsc::Sender<Box<dyn Command>>, f: F) -> Result<Pending<T, E>, E>
where
    F: FnOnce(&mut Write<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (command, outcome) = writer::command(f);
    lane.send(command).await.map_err(|_| StoreError::Closed)?;
    Ok(Pending { outcome })
}

fn start_writer(writer: Writer) -> std::io::Result<std::thread::JoinHandle<()>> {
    // A runtime of its own, so that waiting for commands and for time is one thing.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    std::thread::Builder::new()
        .name("store-writer".to_owned())
        .spawn(move || {
            let status = writer.status.clone();
            let run = AssertUnwindSafe(|| runtime.block_on(writer.run()));
            if let Err(panic) = catch_unwind(run) {
                let reason = format!("the writer ended unexpectedly: {}", panic_text(&*panic));
                tracing::error!("the store takes no more writes: {reason}");
                status.send_replace(Status::Degraded(reason.into()));
            }
        })
}

/// What a caught panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
