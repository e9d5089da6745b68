//! A backup: everything the store holds, from one moment, in one file that proves its own integrity.
//!
//! ```text
//! magic, format u16, header length u32, header (JSON: schema, version, time, what is in it)
//! deflate stream of sections
//!     'T' name, rows u64, then for each row: key length u32, key, value length u32, value
//!     'F' path, bytes u64, then the file's bytes          (blobs; secret files where asked for)
//!     'E'                                                 the end
//! BLAKE3 of all before it, 32 bytes
//! ```
//! Names and paths are a u16 length and UTF-8; numbers are big-endian. Written to `.part` with mode 0600,
//! synced, renamed: a file under its final name is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use redb::{ReadableTable as _, ReadableTableMetadata as _, TableHandle as _};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::error::StoreError;
use super::read::{Read, definition};
pub(crate) use super::retention::{Keep, nightly, remove_halves};
use super::schema::SchemaMark;

pub(super) const MAGIC: [u8; 12] = *b"SHACKBACKUP\n";
pub(super) const FORMAT: u16 = 1;
pub(super) const HASH_BYTES: u64 = 32;
/// Files above a certain size that rows name, below the data directory.
pub(super) const BLOBS: &str = "blobs";

/// What stands at the front of a backup, in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The schema of the rows.
    pub(crate) schema: u32,
    /// The program that wrote it.
    pub(crate) version: String,
    /// The moment it shows.
    pub(crate) time: Timestamp,
    /// Whether it holds the key files that decrypt its secrets.
    pub(crate) with_keys: bool,
}

/// Why a backup was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    /// A file could not be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BackupReport {
    /// The backup.
    pub(crate) path: PathBuf,
    /// Its length.
    pub(crate) bytes: u64,
    /// Rows of all tables.
    pub(crate) rows: u64,
    /// Blobs and other files.
    pub(crate) files: u64,
}

/// What to write, and where.
pub(super) struct Plan<'a> {
    /// The data directory.
    pub(super) dir: &'a Path,
    /// The backup's final name.
    pub(super) target: &'a Path,
    pub(super) header: Header,
    /// Secret files below the data directory to put in, where they exist.
    pub(super) keys: &'a [PathBuf],
    /// Cancelled when there is no time left for it.
    pub(super) interrupted: &'a CancellationToken,
}

impl Header {
    /// A header for data that `mark` describes.
    pub(super) fn new(mark: SchemaMark, time: Timestamp, with_keys: bool) -> Self {
        Self {
            schema: mark.number,
            version: mark.version,
            time,
            with_keys,
        }
    }
}

/// Writes what `read` sees, and the blobs. Blocking, and long.
pub(super) fn write(read: &Read, plan: &Plan<'_>) -> Result<BackupReport, BackupError> {
    let part = with_suffix(plan.target, ".part");
    let written = write_part(read, plan, &part);
    if written.is_err() {
        // Half a backup is of no use; an error to remove it changes nothing of the error reported.
        drop(std::fs::remove_file(&part));
    }
    written
}

fn write_part(read: &Read, plan: &Plan<'_>, part: &Path) -> Result<BackupReport, BackupError> {
    let io = |error| BackupError::Io {
        path: part.to_owned(),
        error,
    };
    // One left by a crash would keep its own mode.
    drop(std::fs::remove_file(part));
    let file = private(0o600).open(part).map_err(io)?;
    let mut out = Hashing {
        inner: BufWriter::with_capacity(1 << 18, file),
        hasher: blake3::Hasher::new(),
        bytes: 0,
    };
    write_header(&mut out, &plan.header).map_err(io)?;

    let mut body = DeflateEncoder::new(&mut out, Compression::fast());
    let rows = write_tables(read, plan, &mut body).map_err(|failed| failed.at(part))?;
    let files = write_files(plan, &mut body)?;
    body.write_all(b"E")
        .and_then(|()| body.finish().map(drop))
        .map_err(io)?;

    let hash = out.hasher.finalize();
    let bytes = out.bytes + HASH_BYTES;
    let mut inner = out.inner;
    inner.write_all(hash.as_bytes()).map_err(io)?;
    let file = inner.into_inner().map_err(|error| io(error.into_error()))?;
    file.sync_all().map_err(io)?;
    std::fs::rename(part, plan.target)
        .and_then(|()| sync_parent(plan.target))
        .map_err(io)?;
    Ok(BackupReport {
        path: plan.target.to_owned(),
        bytes,
        rows,
        files,
    })
}

fn write_header(out: &mut impl io::Write, header: &Header) -> io::Result<()> {
    let header = serde_json::to_vec(header)?;
    out.write_all(&MAGIC)?;
    out.write_all(&FORMAT.to_be_bytes())?;
    write_bytes(out, &header)
}

/// A failure to read the store or to write the backup.
enum Failed {
    Store(StoreError),
    Io(io::Error),
}

impl Failed {
    fn at(self, path: &Path) -> BackupError {
        match self {
            Self::Store(error) => error.into(),
            Self::Io(error) => BackupError::Io {
                path: path.to_owned(),
                error,
            },
        }
    }
}

impl From<redb::StorageError> for Failed {
    fn from(error: redb::StorageError) -> Self {
        Self::Store(error.into())
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn write_tables(read: &Read, plan: &Plan<'_>, out: &mut impl io::Write) -> Result<u64, Failed> {
    let transaction = read.transaction();
    let mut rows = 0;
    for handle in transaction.list_tables()? {
        let table = transaction.open_table(definition(handle.name()));
        let table = table.map_err(|e| Failed::Store(StoreError::unavailable(e)))?;
        out.write_all(b"T")?;
        write_text(out, handle.name())?;
        out.write_all(&table.len()?.to_be_bytes())?;
        for row in table.iter()? {
            if plan.interrupted.is_cancelled() {
                return Err(Failed::Store(StoreError::Closed));
            }
            let (key, value) = row?;
            write_bytes(out, key.value())?;
            write_bytes(out, value.value())?;
            rows += 1;
        }
    }
    Ok(rows)
}

fn write_files(plan: &Plan<'_>, out: &mut impl io::Write) -> Result<u64, BackupError> {
    let mut files = 0;
    let blobs = files_below(&plan.dir.join(BLOBS))?;
    let keys = plan
        .keys
        .iter()
        .map(|path| plan.dir.join(path))
        .filter(|path| path.exists());
    for path in blobs.into_iter().chain(keys) {
        if plan.interrupted.is_cancelled() {
            return Err(StoreError::Closed.into());
        }
        let Ok(name) = path.strip_prefix(plan.dir) else {
            continue;
        };
        match write_file(&path, &name.to_string_lossy(), out) {
            Ok(()) => files += 1,
            // The sweep of orphans may be at work.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(BackupError::Io { path, error }),
        }
    }
    Ok(files)
}

fn write_file(path: &Path, name: &str, out: &mut impl io::Write) -> io::Result<()> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    out.write_all(b"F")?;
    write_text(out, name)?;
    out.write_all(&length.to_be_bytes())?;
    // A blob never changes; one that shrank would spoil the file, so that is an error.
    let copied = io::copy(&mut file.take(length), out)?;
    if copied == length {
        Ok(())
    } else {
        Err(io::Error::other("the file changed while it was copied"))
    }
}

/// All files below `dir`, in a stable order; none if it does not exist.
fn files_below(dir: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut files = Vec::new();
    let mut pending = vec![dir.to_owned()];
    while let Some(dir) = pending.pop() {
        let entries = match std::fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(BackupError::Io { path: dir, error }),
        };
        for entry in entries {
            let path = entry
                .map_err(|error| BackupError::Io {
                    path: dir.clone(),
                    error,
                })?
                .path();
            if path.is_dir() {
                pending.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn write_bytes(out: &mut impl io::Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(bytes)
}

fn write_text(out: &mut impl io::Write, text: &str) -> io::Result<()> {
    let length = u16::try_from(text.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(text.as_bytes())
}

/// Makes a new file with these rights, where the system knows them.
pub(super) fn private(mode: u32) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options, mode);
    options
}

/// A file that is made gets these rights, where the system knows them.
pub(super) fn restrict(options: &mut OpenOptions, mode: u32) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, mode);
    #[cfg(not(unix))]
    let _ = (options, mode);
}

/// Makes a directory, and those above it, for this account alone, where the system knows such a thing.
pub(super) fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// `path` with something added to its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Makes a rename in the directory of `path` durable.
pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => File::open(parent)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

/// Hashes and counts what goes through.
struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
