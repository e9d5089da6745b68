//! Certificates that somebody else looks after: PEM files, read again when they change.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use super::certificate::{Certificate, Unusable};

const CERT: &str = "web.tls.cert";
const KEY: &str = "web.tls.key";

/// The two files.
#[derive(Debug, Clone)]
pub(super) struct Files {
    /// The chain.
    pub(super) cert: PathBuf,
    /// The key.
    pub(super) key: PathBuf,
}

/// What tells that a file is another one than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp([Option<(SystemTime, u64)>; 2]);

/// Why files cannot be used: one line that names the key and the way out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilesError {
    /// The system does not give it out.
    #[error("{key}: {} cannot be read: {reason}; give its path, and let the user that runs Shackbox read it", path.display())]
    Unreadable {
        /// The configuration key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
    /// No certificate in it.
    #[error("{CERT}: there is no certificate in {}; it must be PEM text, the host's own certificate first", .0.display())]
    NoCertificate(PathBuf),
    /// Something that is none.
    #[error("{CERT}: the certificate in {} cannot be read: {reason}; fetch it again", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// The parser's words.
        reason: String,
    },
    /// No key in it.
    #[error("{KEY}: there is no private key in {}; it must be PEM text", .0.display())]
    NoKey(PathBuf),
    /// A key behind a password.
    #[error("{KEY}: the key in {} is locked with a password; remove it with `openssl pkey -in KEY -out NEW`", .0.display())]
    LockedKey(PathBuf),
    /// A key that is not used.
    #[error("{KEY}: the key in {} is of a kind that is not used for TLS; make one of ECDSA P-256, or RSA of 2048 bits", .0.display())]
    KindOfKey(PathBuf),
    /// The key of another certificate.
    #[error("{KEY}: the key in {} does not belong to the certificate in {}; give the two that were made together", key.display(), cert.display())]
    OtherKey {
        /// The chain.
        cert: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// A certificate of the past.
    #[error("{CERT}: the certificate in {} ran out on {}; renew it", path.display(), until.strftime("%Y-%m-%d %H:%M UTC"))]
    Over {
        /// The file.
        path: PathBuf,
        /// When.
        until: Timestamp,
    },
}

impl Files {
    /// What is in the files now; one that has run out is not taken.
    pub(super) fn read(&self, now: Timestamp) -> Result<Certificate, FilesError> {
        let chain = read(CERT, &self.cert)?;
        let key = read(KEY, &self.key)?;
        let certificate = Certificate::from_pem(&chain, &key).map_err(|unusable| self.told(unusable))?;
        if certificate.facts.is_over(now) {
            return Err(FilesError::Over {
                path: self.cert.clone(),
                until: certificate.facts.not_after,
            });
        }
        Ok(certificate)
    }

    /// How the files look from outside.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp([&self.cert, &self.key].map(|path| {
            let data = std::fs::metadata(path).ok()?;
            Some((data.modified().ok()?, data.len()))
        }))
    }

    fn told(&self, unusable: Unusable) -> FilesError {
        let (cert, key) = (self.cert.clone(), self.key.clone());
        match unusable {
            Unusable::NoCertificate => FilesError::NoCertificate(cert),
            Unusable::Unreadable(reason) => FilesError::Broken { path: cert, reason },
            Unusable::NoKey => FilesError::NoKey(key),
            Unusable::LockedKey => FilesError::LockedKey(key),
            Unusable::KindOfKey => FilesError::KindOfKey(key),
            Unusable::OtherKey => FilesError::OtherKey { cert, key },
        }
    }
}

fn read(key: &'static str, path: &Path) -> Result<Vec<u8>, FilesError> {
    std::fs::read(path).map_err(|reason| FilesError::Unreadable {
        key,
        path: path.to_owned(),
        reason,
    })
}
