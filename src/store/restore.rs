//! Restores a backup into an empty data directory, after the whole of it has been verified.
//!
//! First the hash over the file, then every section and every row that this program knows to read; only then
//! is anything written, to a database under another name that is renamed when it is complete. Until then a mark
//! stands in the directory, with which no store opens it; after a failure all of it is removed again.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Component, Path, PathBuf};

use flate2::read::DeflateDecoder;

use super::backup::{
    BLOBS, FORMAT, HASH_BYTES, Header, MAGIC, make_private, private, sync_parent, with_suffix,
};
use super::engine::{self, DirLock};
use super::error::OpenError;
use super::read::definition;
use super::schema::{RESTORED, Registry, Restored, SCHEMA, own_tables};
use super::table::TableInfo;

/// Rows written in one transaction.
const ROWS_A_COMMIT: usize = 20_000;
/// Larger names, keys or values are signs of damage that the hash did not show: a bug of ours.
const MOST_BYTES: u32 = 64 << 20;
const CACHE: usize = 64 << 20;

/// Why a backup was not restored; the data directory is as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestoreError {
    /// A file could not be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The directory already holds something.
    #[error("{} is not empty; restore into a new data directory", .0.display())]
    NotEmpty(PathBuf),
    /// The file is no backup, or is damaged.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The backup is from a newer program.
    #[error("the backup has schema {found} (version {by}); this program knows schema {SCHEMA}")]
    Newer {
        /// The backup's schema.
        found: u32,
        /// The version of the program that wrote it.
        by: String,
    },
    /// The data directory cannot be claimed.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct RestoreReport {
    /// What stands at its front.
    pub(crate) header: Header,
    /// Tables.
    pub(crate) tables: u64,
    /// Rows of all tables.
    pub(crate) rows: u64,
    /// Blobs and other files.
    pub(crate) files: u64,
}

/// Verifies all of a backup without writing anything. Blocking, and long.
pub(crate) fn verify(path: &Path, registry: &Registry) -> Result<RestoreReport, RestoreError> {
    let mut known: Vec<_> = own_tables().into();
    known.extend(registry.tables.iter().cloned());
    let mut verifier = Verifier { known, table: None };
    check_hash(path)?;
    walk(path, &mut verifier)
}

/// Restores a backup into `dir`, which must be empty or missing. The store is opened afterwards as any other,
/// which migrates what is older. Blocking, and long.
pub(crate) fn restore(path: &Path, dir: &Path, registry: &Registry) -> Result<RestoreReport, RestoreError> {
    let io = |path: &Path, error| RestoreError::Io {
        path: path.to_owned(),
        error,
    };
    if dir.exists() && dir.read_dir().map_err(|e| io(dir, e))?.next().is_some() {
        return Err(RestoreError::NotEmpty(dir.to_owned()));
    }
    verify(path, registry)?;
    let existed = dir.exists();
    let lock = DirLock::claim(dir)?;
    let restored = fill(path, dir);
    if restored.is_err() {
        drop(lock);
        // The directory held nothing before: all in it was made here. What cannot be removed keeps the mark.
        if let Err(error) = empty(dir, existed) {
            tracing::warn!(%error, "{}: {error}; empty it before the next attempt", dir.display());
        }
    }
    restored
}

/// Restores into a directory that is claimed and empty.
fn fill(path: &Path, dir: &Path) -> Result<RestoreReport, RestoreError> {
    let io = |path: &Path, error| RestoreError::Io {
        path: path.to_owned(),
        error,
    };
    let mark = dir.join(engine::RESTORING);
    File::create(&mark)
        .and_then(|file| file.sync_all())
        .and_then(|()| sync_parent(&mark))
        .map_err(|e| io(&mark, e))?;
    let target = dir.join(engine::FILE);
    let part = with_suffix(&target, ".part");
    private(0o600).open(&part).map_err(|e| io(&part, e))?;
    let database = redb::Builder::new()
        .set_cache_size(CACHE)
        .create(&part)
        .map_err(|e| RestoreError::Damaged {
            path: part.clone(),
            reason: e.to_string(),
        })?;
    let mut restorer = Restorer {
        dir,
        database,
        table: String::new(),
        rows: Vec::new(),
        folders: BTreeSet::new(),
    };
    let report = walk(path, &mut restorer)?;
    restorer.commit().map_err(|e| io(&part, e))?;
    let from = origin_of(path, &report).map_err(|e| io(path, e))?;
    restorer.note(&from).map_err(|e| io(&part, e))?;
    restorer
        .database
        .close()
        .map_err(|e| io(&part, io::Error::other(e)))?;
    for folder in &restorer.folders {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|e| io(folder, e))?;
    }
    std::fs::rename(&part, &target)
        .and_then(|()| sync_parent(&target))
        .and_then(|()| std::fs::remove_file(&mark))
        .and_then(|()| sync_parent(&mark))
        .map_err(|e| io(&target, e))?;
    Ok(report)
}

/// Removes everything in a directory, the mark of a restore last, and the directory unless it was there before.
fn empty(dir: &Path, existed: bool) -> io::Result<()> {
    for entry in dir.read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != engine::RESTORING {
            std::fs::remove_file(entry.path())?;
        }
    }
    match std::fs::remove_file(dir.join(engine::RESTORING)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if existed { Ok(()) } else { std::fs::remove_dir(dir) }
}

/// What is done with each part of a backup as it is read.
trait Sections {
    /// A table begins.
    fn table(&mut self, name: &str) -> io::Result<()>;
    /// A row of the table.
    fn row(&mut self, key: &[u8], value: &[u8]) -> io::Result<()>;
    /// A file, whose bytes must all be read.
    fn file(&mut self, name: &Path, bytes: &mut dyn Read) -> io::Result<()>;
}

fn check_hash(path: &Path) -> Result<(), RestoreError> {
    let io = |error| RestoreError::Io {
        path: path.to_owned(),
        error,
    };
    let damaged = |reason: &str| RestoreError::Damaged {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let mut file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let mut magic = [0; MAGIC.len()];
    if length < MAGIC.len() as u64 + HASH_BYTES || file.read_exact(&mut magic).is_err() || magic != MAGIC {
        return Err(damaged("this is not a backup"));
    }
    file.rewind().map_err(io)?;
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut (&mut file).take(length - HASH_BYTES), &mut hasher).map_err(io)?;
    let mut expected = [0; 32];
    file.read_exact(&mut expected).map_err(io)?;
    if hasher.finalize() == expected {
        Ok(())
    } else {
        Err(damaged("the file is damaged or cut short: its checksum differs"))
    }
}

/// Reads a backup whose hash is right, and hands each part to `sections`.
fn walk(path: &Path, sections: &mut impl Sections) -> Result<RestoreReport, RestoreError> {
    let damaged = |reason: String| RestoreError::Damaged {
        path: path.to_owned(),
        reason,
    };
    let io = |error: io::Error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => damaged(error.to_string()),
        _ => RestoreError::Io {
            path: path.to_owned(),
            error,
        },
    };
    let mut file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    file.seek(SeekFrom::Start(MAGIC.len() as u64)).map_err(io)?;
    let mut file = BufReader::with_capacity(1 << 18, file.take(length - MAGIC.len() as u64 - HASH_BYTES));
    let format = u16::from_be_bytes(take(&mut file).map_err(io)?);
    if format != FORMAT {
        return Err(damaged(format!(
            "the backup has format {format}, this program reads {FORMAT}"
        )));
    }
    let header = take_bytes(&mut file).map_err(io)?;
    let header: Header = serde_json::from_slice(&header).map_err(|e| damaged(e.to_string()))?;
    if header.schema > SCHEMA {
        return Err(RestoreError::Newer {
            found: header.schema,
            by: header.version,
        });
    }
    let mut report = RestoreReport {
        header,
        tables: 0,
        rows: 0,
        files: 0,
    };
    let mut body = BufReader::new(DeflateDecoder::new(file));
    walk_body(&mut body, sections, &mut report).map_err(io)?;
    Ok(report)
}

fn walk_body(
    body: &mut impl Read,
    sections: &mut impl Sections,
    report: &mut RestoreReport,
) -> io::Result<()> {
    let (mut key, mut value) = (Vec::new(), Vec::new());
    loop {
        match take::<1>(body)? {
            [b'T'] => {
                sections.table(&take_text(body)?)?;
                report.tables += 1;
                for _ in 0..u64::from_be_bytes(take(body)?) {
                    take_into(body, &mut key)?;
                    take_into(body, &mut value)?;
                    sections.row(&key, &value)?;
                    report.rows += 1;
                }
            }
            [b'F'] => {
                let name = safe_path(&take_text(body)?)?;
                let length = u64::from_be_bytes(take(body)?);
                let mut bytes = body.take(length);
                sections.file(&name, &mut bytes)?;
                if bytes.limit() > 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                report.files += 1;
            }
            [b'E'] => return Ok(()),
            [other] => return Err(invalid(format!("an unknown section {other:#x}"))),
        }
    }
}

fn invalid(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.into())
}

fn take<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn take_into(input: &mut impl Read, out: &mut Vec<u8>) -> io::Result<()> {
    let length = u32::from_be_bytes(take(input)?);
    if length > MOST_BYTES {
        return Err(invalid(format!("a piece of {length} bytes")));
    }
    out.clear();
    let taken = input.take(u64::from(length)).read_to_end(out)?;
    if taken as u64 == u64::from(length) {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn take_bytes(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    take_into(input, &mut bytes)?;
    Ok(bytes)
}

fn take_text(input: &mut impl Read) -> io::Result<String> {
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(take(input)?))];
    input.read_exact(&mut bytes)?;
    String::from_utf8(bytes).map_err(|_| invalid("a name is not text"))
}

/// A path that stays below the data directory, and is none of the store's own.
fn safe_path(name: &str) -> io::Result<PathBuf> {
    let path = PathBuf::from(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if plain && path.components().count() > 0 && !name.starts_with(engine::FILE) {
        Ok(path)
    } else {
        Err(invalid(format!("a file may not be called {name:?}")))
    }
}

/// Reads every row of the tables this program knows.
struct Verifier {
    known: Vec<TableInfo>,
    table: Option<TableInfo>,
}

impl Sections for Verifier {
    fn table(&mut self, name: &str) -> io::Result<()> {
        self.table = self.known.iter().find(|info| info.name == name).cloned();
        Ok(())
    }

    fn row(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let Some(table) = &self.table else { return Ok(()) };
        (table.verify)(key, value).map_err(|e| invalid(format!("table {}: {e}", table.name)))
    }

    fn file(&mut self, _: &Path, bytes: &mut dyn Read) -> io::Result<()> {
        io::copy(bytes, &mut io::sink()).map(drop)
    }
}

/// Writes rows and files.
struct Restorer<'a> {
    dir: &'a Path,
    database: redb::Database,
    table: String,
    rows: Vec<(Vec<u8>, Vec<u8>)>,
    /// Directories that files were put into, and those above them.
    folders: BTreeSet<PathBuf>,
}

/// What is noted of a backup that data came from.
fn origin_of(path: &Path, report: &RestoreReport) -> io::Result<Restored> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-HASH_BYTES.cast_signed()))?;
    let hash: [u8; 16] = take(&mut file)?;
    Ok(Restored {
        mark: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        made: report.header.time,
    })
}

impl Restorer<'_> {
    /// Notes in the restored data where they came from.
    fn note(&mut self, restored: &Restored) -> io::Result<()> {
        let mut value = Vec::new();
        RESTORED.encode(restored, &mut value).map_err(io::Error::other)?;
        RESTORED.name().clone_into(&mut self.table);
        self.rows.push((Vec::new(), value));
        self.commit()
    }

    fn commit(&mut self) -> io::Result<()> {
        if self.table.is_empty() {
            return Ok(());
        }
        let mut transaction = self.database.begin_write().map_err(io::Error::other)?;
        transaction.set_quick_repair(true);
        {
            let mut table = transaction
                .open_table(definition(&self.table))
                .map_err(io::Error::other)?;
            for (key, value) in self.rows.drain(..) {
                table
                    .insert(key.as_slice(), value.as_slice())
                    .map_err(io::Error::other)?;
            }
        }
        transaction.commit().map_err(io::Error::other)
    }
}

impl Sections for Restorer<'_> {
    fn table(&mut self, name: &str) -> io::Result<()> {
        self.commit()?;
        name.clone_into(&mut self.table);
        Ok(())
    }

    fn row(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        self.rows.push((key.to_vec(), value.to_vec()));
        if self.rows.len() >= ROWS_A_COMMIT {
            self.commit()
        } else {
            Ok(())
        }
    }

    fn file(&mut self, name: &Path, bytes: &mut dyn Read) -> io::Result<()> {
        let path = self.dir.join(name);
        if let Some(parent) = path.parent() {
            make_private(parent)?;
            let below = parent.ancestors().take_while(|folder| *folder != self.dir);
            self.folders.extend(below.map(Path::to_owned));
        }
        // Blobs are served; whatever else a backup holds is secret.
        let mode = if name.starts_with(BLOBS) { 0o640 } else { 0o600 };
        let mut file = private(mode).open(&path)?;
        io::copy(bytes, &mut file)?;
        file.flush()?;
        file.sync_all()
    }
}
