//! The queue's file: lines that are appended, each with a checksum.
//!
//! A line is 16 hex digits of the SHA-256 of the rest, a blank, and JSON, which holds no line break of its
//! own. What was cut off at the end is dropped on opening; a damaged line in the middle is set aside in a
//! file beside it and costs no other line. Nothing counts before the disk has it. After a failed write the
//! state of the file is not known any more: the next one writes it anew.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Digits of the checksum.
const DIGITS: usize = 16;

/// What was found in the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The JSON of all good lines in their order.
    pub(super) lines: Vec<String>,
    /// Damaged lines in the middle.
    pub(super) damaged: usize,
    /// Bytes cut off at the end, as a crash leaves them.
    pub(super) torn: u64,
}

/// The open file.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    /// None after a failed write.
    file: Option<File>,
    length: u64,
    /// Held as long as the file is open: two relays at one queue would send everything twice.
    lock: File,
}

impl LogFile {
    /// Opens or makes the file and reads it.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Found)> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let lock = private()
            .write(true)
            .create(true)
            .truncate(false)
            .open(beside(path, ".lock"))?;
        lock.try_lock().map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => {
                io::Error::new(io::ErrorKind::WouldBlock, "another relay works with it")
            }
            std::fs::TryLockError::Error(error) => error,
        })?;
        let mut file = private()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (found, aside, end) = read(&bytes);
        if !aside.is_empty() {
            let mut damaged = private()
                .append(true)
                .create(true)
                .open(beside(path, ".damaged"))?;
            damaged.write_all(&aside)?;
            damaged.sync_data()?;
        }
        file.set_len(end)?;
        file.seek(SeekFrom::End(0))?;
        file.sync_all()?;
        sync_folder(path)?;
        let log = Self {
            path: path.to_owned(),
            file: Some(file),
            length: end,
            lock,
        };
        Ok((log, found))
    }

    /// Bytes in it.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Whether a write failed, so that only [`LogFile::rewrite`] helps.
    pub(super) fn is_broken(&self) -> bool {
        self.file.is_none()
    }

    /// Appends lines; when this returns without an error the disk has them all.
    pub(super) fn append(&mut self, lines: &[String]) -> io::Result<()> {
        let bytes = joined(lines);
        let written = match &mut self.file {
            Some(file) => file.write_all(&bytes).and_then(|()| file.sync_data()),
            None => Err(io::Error::other("it could not be written before")),
        };
        match written {
            Ok(()) => self.length += bytes.len() as u64,
            Err(_) => self.file = None,
        }
        written
    }

    /// Puts these lines in place of all that is there, at once or not at all.
    pub(super) fn rewrite(&mut self, lines: &[String]) -> io::Result<()> {
        let fresh = beside(&self.path, ".new");
        let bytes = joined(lines);
        let mut file = private().write(true).create(true).truncate(true).open(&fresh)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        // Some systems rename no file that is open.
        drop(file);
        self.file = None;
        std::fs::rename(&fresh, &self.path)?;
        sync_folder(&self.path)?;
        let mut file = private().write(true).open(&self.path)?;
        file.seek(SeekFrom::End(0))?;
        self.file = Some(file);
        self.length = bytes.len() as u64;
        Ok(())
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        // Closing it is not enough: a program that is just being started has it open, too.
        drop(self.lock.unlock());
    }
}

/// Reads what is there: what was found, the damaged lines, and where the last whole line ends.
fn read(bytes: &[u8]) -> (Found, Vec<u8>, u64) {
    let end = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let mut found = Found {
        torn: (bytes.len() - end) as u64,
        ..Found::default()
    };
    let mut aside = Vec::new();
    for line in bytes[..end].split_inclusive(|byte| *byte == b'\n') {
        match checked(line.trim_ascii_end()) {
            Some(json) => found.lines.push(json.to_owned()),
            None if line.trim_ascii().is_empty() => {}
            None => {
                found.damaged += 1;
                aside.extend(line);
            }
        }
    }
    (found, aside, end as u64)
}

/// The JSON of a line, if its checksum is right.
fn checked(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let (digits, json) = line.split_once(' ')?;
    (digits == checksum(json)).then_some(json)
}

fn checksum(json: &str) -> String {
    let digest = Sha256::digest(json.as_bytes());
    digest
        .iter()
        .take(DIGITS / 2)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn joined(lines: &[String]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(lines.iter().map(|line| line.len() + DIGITS + 2).sum());
    for json in lines {
        bytes.extend(checksum(json).as_bytes());
        bytes.push(b' ');
        bytes.extend(json.as_bytes());
        bytes.push(b'\n');
    }
    bytes
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A log is nobody else's business on a machine with several users.
#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().mode(0o600).clone()
}

/// On other systems a file is as private as the folder it is in.
#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

/// A new name is only safe when its folder was written, too.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Other systems write names by themselves.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
