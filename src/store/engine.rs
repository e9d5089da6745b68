//! The database file: one process per data directory, opening, and opening again after a failure.
//!
//! `lock` in the data directory is held for the life of the store and names its process; `store.redb` is the
//! database. The file is opened with redb's file lock besides, which guards against other programs.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use super::backup::{make_private, restrict, sync_parent, with_suffix};
use super::error::{OpenError, StoreError};
use super::overlay::Overlay;
use super::read::Read;
use super::schema::Registry;
use super::write::{Aftermath, Write};

/// The database's file name in the data directory.
pub(super) const FILE: &str = "store.redb";
const LOCK: &str = "lock";
/// Stands in a data directory until a restore into it is whole.
pub(super) const RESTORING: &str = "restoring";
/// Room a failed store waits for before it tries to write again.
const ROOM_TO_REOPEN: u64 = 64 << 20;

/// What the database lives on.
#[derive(Debug, Clone)]
pub(super) enum Medium {
    /// The file of this path.
    File(PathBuf),
    /// A disk whose failures a test decides.
    #[cfg(test)]
    Fake(super::fake_disk::FakeDisk),
}

impl Medium {
    /// Whether a file can be written where the database lives.
    fn try_to_write(&self) -> std::io::Result<()> {
        let path = match self {
            Medium::File(path) => with_suffix(path, ".probe"),
            #[cfg(test)]
            Medium::Fake(_) => return Ok(()),
        };
        let mut file = private_file().truncate(true).open(&path)?;
        let written = file.write_all(&[0; 4096]).and_then(|()| file.sync_all());
        written.and(std::fs::remove_file(&path))
    }

    /// Opens what is there without writing to it; what the engine repairs stays in memory.
    fn open_to_read(&self, cache_bytes: usize) -> Result<redb::Database, redb::DatabaseError> {
        let mut builder = redb::Builder::new();
        builder.set_cache_size(cache_bytes);
        match self {
            Medium::File(path) => {
                let file = redb::backends::FileBackend::new(File::open(path)?)?;
                builder.create_with_backend(Overlay::new(file)?)
            }
            #[cfg(test)]
            Medium::Fake(disk) => builder.create_with_backend(Overlay::new(disk.clone())?),
        }
    }
}

/// The open database; for moments between two openings there is none.
#[derive(Debug)]
pub(super) struct Engine {
    medium: Medium,
    cache_bytes: usize,
    database: RwLock<Option<redb::Database>>,
    /// Held while a query runs.
    queries: RwLock<()>,
    /// Let go last: the directory is ours until the database is closed.
    lock: Mutex<Option<DirLock>>,
}

impl Engine {
    /// Opens or makes the database. The caller has locked the directory.
    pub(super) fn open(medium: Medium, cache_bytes: usize, lock: Option<DirLock>) -> Result<Self, OpenError> {
        create_whole(&medium, cache_bytes).map_err(|e| open_error(&medium, lock.as_ref(), e))?;
        let database =
            open_medium(&medium, cache_bytes).map_err(|e| open_error(&medium, lock.as_ref(), e))?;
        Ok(Self {
            medium,
            cache_bytes,
            database: RwLock::new(Some(database)),
            queries: RwLock::default(),
            lock: Mutex::new(lock),
        })
    }

    /// Closes and opens the database again, and proves with a commit that it takes writes. Where it does not, what is
    /// stored can be read all the same.
    pub(super) fn reopen(&self) -> Result<(), StoreError> {
        if let Some(free) = self.free_bytes().filter(|free| *free < ROOM_TO_REOPEN) {
            return Err(StoreError::unavailable(format_args!(
                "{free} bytes are free on the disk"
            )));
        }
        // The handle at hand still reads: it is not given up for a disk that takes no writes.
        self.medium.try_to_write().map_err(StoreError::unavailable)?;
        let _nobody_reads = self.queries.write().unwrap_or_else(PoisonError::into_inner);
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        *database = None;
        let fresh = open_medium(&self.medium, self.cache_bytes)
            .map_err(StoreError::unavailable)
            .and_then(proven);
        match fresh {
            Ok(fresh) => {
                *database = Some(fresh);
                Ok(())
            }
            Err(error) => {
                match self.medium.open_to_read(self.cache_bytes) {
                    Ok(reader) => *database = Some(reader),
                    Err(error) => tracing::error!(%error, "the store cannot be read: {error}"),
                }
                Err(error)
            }
        }
    }

    /// Closes the database for good and lets go of the directory.
    pub(super) fn close(&self) {
        let database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Err(error)) = database.map(redb::Database::close) {
            tracing::warn!(%error, "closing the store failed: {error}; the next start repairs it");
        }
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Runs a short query in one state of the store; opening it again waits for the query's end.
    pub(super) fn query<T>(&self, f: impl FnOnce(&Read) -> T) -> Result<T, StoreError> {
        let _reading = self.queries.read().unwrap_or_else(PoisonError::into_inner);
        Ok(f(&self.read()?))
    }

    /// One state of the store, for as long as it takes; it breaks off when the store has to be opened again.
    pub(super) fn read(&self) -> Result<Read, StoreError> {
        use redb::ReadableDatabase as _;
        let database = self.database();
        let database = database.as_ref().ok_or(StoreError::Closed)?;
        Ok(Read::new(database.begin_read().map_err(StoreError::unavailable)?))
    }

    /// Runs `f` in a transaction and commits it durably, unless `f` says there is nothing to commit. Only for
    /// the writer thread, and for start-up before there is one.
    pub(super) fn write<T>(
        &self,
        registry: &Registry,
        f: impl FnOnce(&mut Write<'_>) -> Result<Commit<T>, StoreError>,
    ) -> Result<(T, Aftermath), StoreError> {
        let database = self.database();
        let database = database.as_ref().ok_or(StoreError::Closed)?;
        let transaction = begin(database)?;
        let mut write = Write::new(&transaction, registry);
        let commit = f(&mut write)?;
        let aftermath = write.into_aftermath();
        match commit {
            Commit::Yes(value) => {
                transaction.commit().map_err(StoreError::unavailable)?;
                Ok((value, aftermath))
            }
            Commit::No(value) => Ok((value, aftermath)),
        }
    }

    /// Gives the database itself to `f`, alone: for check and compaction while nothing else runs.
    pub(super) fn exclusive<T>(&self, f: impl FnOnce(&mut redb::Database) -> T) -> Result<T, StoreError> {
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        database.as_mut().map(f).ok_or(StoreError::Closed)
    }

    /// Size of the database file.
    pub(super) fn file_bytes(&self) -> u64 {
        match &self.medium {
            Medium::File(path) => path.metadata().map_or(0, |meta| meta.len()),
            #[cfg(test)]
            Medium::Fake(disk) => disk.size(),
        }
    }

    /// Bytes free where the database lives, where the system tells.
    pub(super) fn free_bytes(&self) -> Option<u64> {
        match &self.medium {
            Medium::File(path) => free_bytes(path.parent()?),
            #[cfg(test)]
            Medium::Fake(_) => None,
        }
    }

    fn database(&self) -> RwLockReadGuard<'_, Option<redb::Database>> {
        self.database.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `Engine::write` does in the end.
pub(super) enum Commit<T> {
    /// Commits.
    Yes(T),
    /// Drops the transaction: nothing changed.
    No(T),
}

/// Bytes free for an ordinary user on the file system of `path`.
pub(super) fn free_bytes(path: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// The database, after a commit that changed nothing.
fn proven(fresh: redb::Database) -> Result<redb::Database, StoreError> {
    let probe = super::read::definition("store.probe");
    let transaction = begin(&fresh)?;
    transaction.open_table(probe).map_err(StoreError::unavailable)?;
    transaction.delete_table(probe).map_err(StoreError::unavailable)?;
    transaction.commit().map_err(StoreError::unavailable)?;
    Ok(fresh)
}

pub(super) fn begin(database: &redb::Database) -> Result<redb::WriteTransaction, StoreError> {
    let mut transaction = database.begin_write().map_err(StoreError::unavailable)?;
    // Costs a tenth of a millisecond a commit and saves a walk through the file after a crash.
    transaction.set_quick_repair(true);
    Ok(transaction)
}

pub(super) fn open_medium(
    medium: &Medium,
    cache_bytes: usize,
) -> Result<redb::Database, redb::DatabaseError> {
    let mut builder = redb::Builder::new();
    builder.set_cache_size(cache_bytes);
    builder.set_repair_callback(|repair| {
        tracing::info!(
            "repairing the store after an unclean stop: {:.0} %",
            repair.progress() * 100.0
        );
    });
    match medium {
        Medium::File(path) => builder.create(path),
        #[cfg(test)]
        Medium::Fake(disk) => builder.create_with_backend(disk.clone()),
    }
}

/// Makes a database file that does not exist yet, under another name until it is complete: one cut off in the
/// making could not be opened.
fn create_whole(medium: &Medium, cache_bytes: usize) -> Result<(), redb::DatabaseError> {
    #[cfg(test)]
    let Medium::File(path) = medium else { return Ok(()) };
    #[cfg(not(test))]
    let Medium::File(path) = medium;
    if path.metadata().is_ok_and(|meta| meta.len() > 0) {
        return Ok(());
    }
    let part = with_suffix(path, ".part");
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    private_file().truncate(false).open(&part)?;
    open_medium(&Medium::File(part.clone()), cache_bytes)?.close()?;
    std::fs::rename(&part, path)?;
    Ok(sync_parent(path)?)
}

/// A file that is made is for this account alone: what is in it are others' secrets.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    restrict(&mut options, 0o600);
    options
}

/// Says so if a data directory is open to other accounts of the machine.
fn warn_if_open(dir: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if dir.metadata()?.permissions().mode() & 0o077 != 0 {
            tracing::warn!(
                "{} is open to other accounts of this machine; `chmod 700` closes it",
                dir.display()
            );
        }
    }
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

pub(super) fn open_error(medium: &Medium, lock: Option<&DirLock>, error: redb::DatabaseError) -> OpenError {
    let path = match medium {
        Medium::File(path) => path.clone(),
        #[cfg(test)]
        Medium::Fake(_) => PathBuf::new(),
    };
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => OpenError::HeldByAnother {
            dir: lock.map_or(path, |lock| lock.dir.clone()),
            pid: None,
        },
        redb::DatabaseError::Storage(redb::StorageError::Io(error)) => OpenError::Io { path, error },
        other => OpenError::Damaged {
            path,
            reason: other.to_string(),
        },
    }
}

/// The claim of one process on a data directory; ends when dropped.
#[derive(Debug)]
pub(super) struct DirLock {
    dir: PathBuf,
    file: File,
}

impl DirLock {
    /// Claims `dir`, which is made if it does not exist.
    pub(super) fn claim(dir: &Path) -> Result<Self, OpenError> {
        let io = |path: &Path, error| OpenError::Io {
            path: path.to_owned(),
            error,
        };
        make_private(dir)
            .and_then(|()| warn_if_open(dir))
            .map_err(|error| io(dir, error))?;
        let path = dir.join(LOCK);
        let mut file = private_file()
            .read(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| io(&path, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = file.read_to_string(&mut text);
                let pid = read.ok().and_then(|_| text.trim().parse().ok());
                return Err(OpenError::HeldByAnother {
                    dir: dir.to_owned(),
                    pid,
                });
            }
            Err(TryLockError::Error(error)) => return Err(io(&path, error)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(|error| io(&path, error))?;
        Ok(Self {
            dir: dir.to_owned(),
            file,
        })
    }
}

impl Drop for DirLock {
    fn drop(&mut self) {
        // Closing the file lets go of the lock; emptied so that nobody is told a process that is gone.
        if let Err(error) = self.file.set_len(0) {
            tracing::debug!(%error, "the lock file keeps a stale process number: {error}");
        }
    }
}
