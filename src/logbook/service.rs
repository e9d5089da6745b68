//! The handle that routes, jobs and the command line work with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::place::Countries;
use crate::env::Env;
use crate::store::Store;

/// The logbooks with what they need around them; clones share it.
#[derive(Clone)]
pub(crate) struct Logbook {
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) countries: Countries,
    data_dir: Arc<Path>,
}

impl Logbook {
    /// A handle on an open store; uploads wait in `<data_dir>/spool`.
    pub(crate) fn new(store: Store, env: Env, countries: Countries, data_dir: &Path) -> Logbook {
        Logbook {
            store,
            env,
            countries,
            data_dir: data_dir.into(),
        }
    }

    /// The data directory.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Where uploads wait.
    pub(crate) fn spool_dir(&self) -> PathBuf {
        self.data_dir.join("spool")
    }

    /// The path of an upload.
    pub(crate) fn spool(&self, name: &str) -> PathBuf {
        self.spool_dir().join(name)
    }

    /// Removes an upload that is no longer needed; one that stays is swept away later.
    pub(crate) fn remove_spool(&self, name: &str) {
        let path = self.spool(name);
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(%error, "{}: {error}", path.display());
        }
    }
}
