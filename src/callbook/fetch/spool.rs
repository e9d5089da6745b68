//! The file a download is written to, which outlives a broken connection and a restart.
//!
//! `<name>.part` holds the bytes so far, `<name>.part.json` which address they are from and by what the server knows
//! that file again. Without such a validator a part is worth nothing and is begun anew.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufWriter};

const BUFFER: usize = 256 * 1024;

/// What a part is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    pub(super) url: String,
    /// A strong `ETag`, else the day of change.
    pub(super) validator: String,
}

/// A download under way.
#[derive(Debug)]
pub(super) struct Spool {
    part: PathBuf,
    note: PathBuf,
}

/// A part that is being written.
pub(super) struct Writing {
    file: BufWriter<File>,
    hash: Sha256,
    pub(super) bytes: u64,
}

impl Spool {
    pub(super) async fn open(dir: &Path, name: &str) -> io::Result<Self> {
        fs::create_dir_all(dir).await?;
        Ok(Self {
            part: dir.join(format!("{name}.part")),
            note: dir.join(format!("{name}.part.json")),
        })
    }

    /// The bytes there are of what lies at an address, with their validator.
    pub(super) async fn left_over(&self, url: &str) -> Option<(u64, String)> {
        let note = fs::read(&self.note).await.ok()?;
        let origin: Origin = serde_json::from_slice(&note).ok()?;
        let bytes = fs::metadata(&self.part).await.ok()?.len();
        (origin.url == url && bytes > 0).then_some((bytes, origin.validator))
    }

    /// Begins anew.
    pub(super) async fn begin(&self, origin: Option<Origin>) -> io::Result<Writing> {
        self.forget().await?;
        let file = File::create(&self.part).await?;
        if let Some(origin) = origin {
            fs::write(&self.note, serde_json::to_vec(&origin)?).await?;
        }
        Ok(Writing {
            file: BufWriter::with_capacity(BUFFER, file),
            hash: Sha256::new(),
            bytes: 0,
        })
    }

    /// Goes on behind the bytes there are.
    pub(super) async fn go_on(&self) -> io::Result<Writing> {
        let mut file = fs::OpenOptions::new()
            .read(true)
            .append(true)
            .open(&self.part)
            .await?;
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = file.read(&mut buffer).await?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
            bytes += read as u64;
        }
        Ok(Writing {
            file: BufWriter::with_capacity(BUFFER, file),
            hash,
            bytes,
        })
    }

    /// Removes what there is.
    pub(super) async fn forget(&self) -> io::Result<()> {
        for path in [&self.note, &self.part] {
            match fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn part(&self) -> &Path {
        &self.part
    }

    /// Gives a whole file its name.
    pub(super) async fn keep(&self, name: &str) -> io::Result<PathBuf> {
        let whole = self.part.with_file_name(name);
        fs::rename(&self.part, &whole).await?;
        self.forget().await?;
        Ok(whole)
    }
}

impl Writing {
    pub(super) async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.hash.update(piece);
        self.bytes += piece.len() as u64;
        self.file.write_all(piece).await
    }

    /// Makes it durable; the SHA-256 in hexadecimal.
    pub(super) async fn finish(mut self) -> io::Result<String> {
        self.file.flush().await?;
        self.file.get_ref().sync_all().await?;
        Ok(self
            .hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }

    /// Keeps what there is for the next time.
    pub(super) async fn leave(mut self) -> io::Result<()> {
        self.file.flush().await
    }
}
