//! The directory of documents: files sealed piece by piece under the installation's key, so that a copy of the disk
//! without the key file shows nothing.
//!
//! A file is a row of pieces, each a length and what the sealer made of at most 64 KiB. Bound into each piece are the
//! file's name, the owner, the piece's place and whether it is the last, so that pieces cannot be left out, moved or
//! put into another file. Everything here blocks: callers are on threads where that is allowed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use smol_str::{SmolStr, format_smolstr};
use zeroize::Zeroizing;

use crate::env::{Clock, Entropy};
use crate::identity::model::AccountId;
use crate::privacy::SealedFiles;
use crate::web::Sealer;

use super::model::{FileKind, MOST_BYTES, TELLING};

/// Bytes of a piece before it is sealed.
const PIECE: usize = 64 << 10;
/// Most bytes of a sealed piece: nonce and tag are 40.
const SEALED: usize = PIECE + 40;
/// A file younger than this may not have its record yet.
const JUST_WRITTEN: Duration = Duration::from_hours(1);

/// Why a file was not taken, or not given.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum CabinetError {
    #[error("only PDF, JPEG, PNG and WebP are taken; what the file is called does not matter")]
    Kind,
    #[error("the file is larger than {} MB", MOST_BYTES / 1_000_000)]
    TooLarge,
    #[error("the file is missing")]
    Missing,
    #[error("the file is damaged, or sealed under another key")]
    Damaged,
    #[error("there is no room for the file")]
    Full,
    #[error("documents: {0}")]
    Io(String),
}

/// The directory.
#[derive(Clone)]
pub(in crate::identity) struct Cabinet {
    dir: PathBuf,
    sealer: Sealer,
    entropy: Entropy,
    clock: Clock,
}

/// A file on its way in; what is not finished is gone when it is dropped.
pub(crate) struct Incoming {
    cabinet: Cabinet,
    owner: AccountId,
    name: SmolStr,
    file: File,
    pending: Zeroizing<Vec<u8>>,
    pieces: u64,
    bytes: u64,
    digest: Sha256,
    kind: Option<FileKind>,
    finished: bool,
}

/// A file that lies in the directory.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) file: SmolStr,
    pub(crate) kind: FileKind,
    pub(crate) bytes: u64,
    /// SHA-256 in hexadecimal.
    pub(crate) digest: SmolStr,
}

impl Cabinet {
    /// The cabinet of a data directory; the directory is made when it is first needed.
    pub(in crate::identity) fn new(data_dir: &Path, sealer: Sealer, entropy: Entropy, clock: Clock) -> Self {
        Self {
            dir: data_dir.join("documents"),
            sealer,
            entropy,
            clock,
        }
    }

    /// Begins to take a file in.
    pub(in crate::identity) fn begin(&self, owner: AccountId) -> Result<Incoming, CabinetError> {
        private_dir(&self.dir)?;
        let name = format_smolstr!("{}", self.entropy.uuid7(self.clock.now()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.part(&name))?;
        Ok(Incoming {
            cabinet: self.clone(),
            owner,
            name,
            file,
            pending: Zeroizing::new(Vec::with_capacity(PIECE)),
            pieces: 0,
            bytes: 0,
            digest: Sha256::new(),
            kind: None,
            finished: false,
        })
    }

    /// A whole file, opened.
    pub(in crate::identity) fn read(
        &self,
        name: &str,
        owner: AccountId,
    ) -> Result<Zeroizing<Vec<u8>>, CabinetError> {
        let mut whole = Zeroizing::new(Vec::new());
        self.open(name, owner, &mut *whole)?;
        Ok(whole)
    }

    /// Opens a file piece by piece.
    fn open(&self, name: &str, owner: AccountId, out: &mut dyn io::Write) -> Result<(), CabinetError> {
        let mut file = File::open(self.path(name))?;
        let size = file.metadata()?.len();
        let (mut read, mut piece, mut opened_bytes) = (0, 0, 0);
        while read < size {
            let mut length = [0; 4];
            file.read_exact(&mut length)?;
            let length = u32::from_be_bytes(length) as usize;
            if length > SEALED || opened_bytes > MOST_BYTES {
                return Err(CabinetError::Damaged);
            }
            let mut sealed = vec![0; length];
            file.read_exact(&mut sealed)?;
            read += 4 + length as u64;
            let purpose = purpose(name, piece, read == size);
            let opened = self.sealer.open(&purpose, u64::from(owner.0), &sealed);
            let opened = opened.ok_or(CabinetError::Damaged)?;
            out.write_all(&opened)?;
            opened_bytes += opened.len() as u64;
            piece += 1;
        }
        if piece == 0 {
            return Err(CabinetError::Damaged);
        }
        Ok(())
    }

    /// Removes a file; one that is gone already is removed.
    pub(in crate::identity) fn remove(&self, name: &str) -> Result<(), CabinetError> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Whether a file is there.
    pub(in crate::identity) fn holds(&self, name: &str) -> bool {
        self.path(name).is_file()
    }

    /// Removes files that no record names; their number.
    pub(in crate::identity) fn sweep(&self, wanted: &dyn Fn(&str) -> bool) -> u64 {
        let now = self.clock.now();
        let Ok(files) = fs::read_dir(&self.dir) else {
            return 0;
        };
        let is_old = |file: &fs::DirEntry| {
            let written = file.metadata().and_then(|meta| meta.modified()).ok();
            let written = written.and_then(|time| Timestamp::try_from(time).ok());
            let age = written.and_then(|written| Duration::try_from(now.duration_since(written)).ok());
            age.is_some_and(|age| age > JUST_WRITTEN)
        };
        let unwanted = files.flatten().filter(|file| {
            let name = file.file_name();
            !name.to_str().is_some_and(wanted) && is_old(file)
        });
        unwanted
            .filter(|file| fs::remove_file(file.path()).is_ok())
            .count() as u64
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn part(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.part"))
    }
}

impl SealedFiles for Cabinet {
    fn copy_to(&self, account: u32, file: &str, out: &mut dyn io::Write) -> io::Result<()> {
        let copied = self.open(file, AccountId(account), out);
        copied.map_err(io::Error::other)
    }
}

impl Incoming {
    /// Takes the next bytes in.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> Result<(), CabinetError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > MOST_BYTES {
            return Err(CabinetError::TooLarge);
        }
        self.digest.update(bytes);
        while !bytes.is_empty() {
            // A full piece waits for the first byte behind it: only then it is known not to be the last.
            if self.pending.len() == PIECE {
                self.seal(false)?;
            }
            let (fits, rest) = bytes.split_at(bytes.len().min(PIECE - self.pending.len()));
            self.pending.extend_from_slice(fits);
            bytes = rest;
            if self.kind.is_none() && self.pending.len() >= TELLING {
                self.kind = Some(FileKind::of(&self.pending).ok_or(CabinetError::Kind)?);
            }
        }
        Ok(())
    }

    /// The file under its name, on the disk for good.
    pub(in crate::identity) fn finish(mut self) -> Result<Kept, CabinetError> {
        let kind = self.kind.ok_or(CabinetError::Kind)?;
        self.seal(true)?;
        self.file.sync_all()?;
        let cabinet = &self.cabinet;
        fs::rename(cabinet.part(&self.name), cabinet.path(&self.name))?;
        self.finished = true;
        File::open(&cabinet.dir)?.sync_all()?;
        let digest = std::mem::take(&mut self.digest).finalize();
        Ok(Kept {
            file: self.name.clone(),
            kind,
            bytes: self.bytes,
            digest: digest
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
                .into(),
        })
    }

    /// How much has come.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn seal(&mut self, last: bool) -> Result<(), CabinetError> {
        let purpose = purpose(&self.name, self.pieces, last);
        let nonce = self.cabinet.entropy.bytes();
        let sealer = &self.cabinet.sealer;
        let sealed = sealer.seal(&purpose, u64::from(self.owner.0), nonce, &self.pending);
        let length = u32::try_from(sealed.len()).expect("a piece is small");
        self.file.write_all(&length.to_be_bytes())?;
        self.file.write_all(&sealed)?;
        self.pending.clear();
        self.pieces += 1;
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed now is swept away later.
            drop(fs::remove_file(self.cabinet.part(&self.name)));
        }
    }
}

fn purpose(name: &str, piece: u64, last: bool) -> String {
    let end = if last { "last" } else { "more" };
    format!("document {name} piece {piece} {end}")
}

fn private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

impl From<io::Error> for CabinetError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => Self::Full,
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::UnexpectedEof => Self::Damaged,
            _ => Self::Io(error.to_string()),
        }
    }
}
