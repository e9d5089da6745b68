//! The file of pairings: digests of tokens, never tokens.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Kept, Paired, Scope};
use crate::relay::settings::replace;

#[derive(Serialize, Deserialize)]
struct Document {
    v: u32,
    paired: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    id: String,
    origin: String,
    name: String,
    scopes: Vec<Scope>,
    since: Timestamp,
    /// SHA-256 of the token, in hexadecimal.
    digest: String,
}

/// The digest of a token. A token is random and long: no slow digest is needed.
pub(super) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Reads the file; there need be none.
pub(super) fn read(path: &Path) -> io::Result<Vec<Kept>> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let document: Document = serde_json::from_slice(&bytes)?;
    document.paired.into_iter().map(Line::kept).collect()
}

/// Writes the file anew.
pub(super) fn write(path: &Path, kept: &[Kept]) -> io::Result<()> {
    let document = Document {
        v: 1,
        paired: kept.iter().map(Line::of).collect(),
    };
    replace(path, &serde_json::to_vec_pretty(&document)?)
}

impl Line {
    fn of(kept: &Kept) -> Self {
        let paired = kept.paired.clone();
        Self {
            id: paired.id,
            origin: paired.origin,
            name: paired.name,
            scopes: paired.scopes,
            since: paired.since,
            digest: kept.digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    fn kept(self) -> io::Result<Kept> {
        let mut digest = [0; 32];
        let pairs = self.digest.as_bytes().chunks(2);
        let fits = self.digest.len() == 64 && self.digest.is_ascii();
        for (into, pair) in digest.iter_mut().zip(pairs).filter(|_| fits) {
            let text = std::str::from_utf8(pair).unwrap_or_default();
            *into = u8::from_str_radix(text, 16).map_err(io::Error::other)?;
        }
        if !fits {
            return Err(io::Error::other("a digest that is none"));
        }
        Ok(Kept {
            paired: Paired {
                id: self.id,
                origin: self.origin,
                name: self.name,
                scopes: self.scopes,
                since: self.since,
            },
            digest,
        })
    }
}
