//! The registers when the program starts, and what keeps two imports of one from being at work together.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

use smol_str::format_smolstr;

use super::error::Error;
use super::generation::Generation;
use super::import::setup;
use super::model::Authority;
use super::service::Callbook;
use super::{KEEPER, write};

/// Directories beside the generations.
const OTHERS: [&str; 3] = ["spool", "work", "handed"];

/// Registers whose index is behind, and those that could not be opened, with why.
type Opened = (Vec<Arc<Generation>>, Vec<(Authority, String)>);

/// That an import is at work, as long as this lives.
pub(super) struct Claim {
    claims: Claims,
    authority: Authority,
}

pub(super) type Claims = Arc<Mutex<BTreeSet<Authority>>>;

impl Drop for Claim {
    fn drop(&mut self) {
        let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        claims.remove(&self.authority);
    }
}

impl Callbook {
    /// Opens the registers that are in use, and removes what a stop left of others. A register whose files cannot be
    /// opened is noted and got anew; the others work.
    pub(crate) async fn open_registers(&self) -> Result<usize, Error> {
        let book = self.clone();
        let opened = tokio::task::spawn_blocking(move || book.open_all()).await;
        let (behind, lost) = opened.map_err(std::io::Error::other)??;
        for (authority, why) in lost {
            tracing::error!(%authority, "the register {authority} is not there: {why}; it is got anew");
            let told = format_smolstr!("its files could not be opened: {why}");
            let noted = self
                .inner
                .store
                .write(move |tx| write::lose(tx, &KEEPER, &authority, told));
            noted.await?;
        }
        for generation in behind {
            mend(generation);
        }
        Ok(self.inner.registers.all().len())
    }

    fn open_all(&self) -> Result<Opened, Error> {
        let rows = self.inner.store.read_now(Self::rows)?;
        let (mut behind, mut lost) = (Vec::new(), Vec::new());
        let mut kept: BTreeSet<OsString> = OTHERS.iter().map(OsString::from).collect();
        for (authority, row) in rows.iter().filter(|(_, row)| row.generation > 0) {
            let dir = self.generation_dir(authority, row.generation);
            match Generation::open(&dir, setup(authority)) {
                Ok(generation) => {
                    kept.extend(dir.file_name().map(OsString::from));
                    let generation = Arc::new(generation);
                    if generation.needs_mending() {
                        behind.push(Arc::clone(&generation));
                    }
                    self.inner.registers.put(generation);
                }
                Err(error) => lost.push((authority.clone(), error.to_string())),
            }
        }
        sweep(&self.inner.dir, &kept);
        Ok((behind, lost))
    }

    /// Makes it known that an import of a register is at work.
    pub(super) fn claim(&self, authority: &Authority) -> Result<Claim, Error> {
        let claims = Arc::clone(&self.inner.claims);
        let is_first = claims
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(authority.clone());
        if !is_first {
            return Err(Error::Busy(authority.clone()));
        }
        Ok(Claim {
            claims,
            authority: authority.clone(),
        })
    }
}

/// Catches an index up with its records, beside everything else: lookups work meanwhile.
fn mend(generation: Arc<Generation>) {
    tokio::task::spawn_blocking(move || {
        let authority = generation.authority().clone();
        if let Err(error) = generation.mend() {
            tracing::error!(%authority, %error, "the search index of {authority} could not be made: {error}");
        }
    });
}

/// Removes generations that are not in use.
fn sweep(dir: &std::path::Path, kept: &BTreeSet<OsString>) {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| !kept.contains(&entry.file_name())) {
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(%error, "{} is left over and stays: {error}", entry.path().display());
        }
    }
    // No import is at work when the program starts.
    drop(fs::remove_dir_all(dir.join("work")));
}
