//! The handle that routes, jobs and the command line work with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::place::Countries;
use crate::env::Env;
use crate::store::Store;
use crate::web::Arriving;

/// The logbooks with what they need around them; clones share it.
#[derive(Clone)]
pub(crate) struct Logbook {
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) countries: Countries,
    /// Imports that this process works on at this moment.
    pub(crate) live: LiveImports,
    pub(crate) arriving: Arriving,
    data_dir: Arc<Path>,
}

impl Logbook {
    /// A handle on an open store; uploads wait in `<data_dir>/spool`.
    pub(crate) fn new(store: Store, env: Env, countries: Countries, data_dir: &Path) -> Logbook {
        Logbook {
            store,
            env,
            countries,
            live: LiveImports::default(),
            arriving: Arriving::default(),
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

/// The imports being worked on: what is in here is not left over, whatever its row and its job say. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct LiveImports {
    numbers: Arc<Mutex<BTreeSet<u32>>>,
}

impl LiveImports {
    /// Notes that the import is worked on until the guard is dropped.
    pub(crate) fn enter(&self, import: u32) -> LiveImport {
        self.numbers().insert(import);
        LiveImport {
            all: self.clone(),
            import,
        }
    }

    /// Whether the import is worked on.
    pub(crate) fn contains(&self, import: u32) -> bool {
        self.numbers().contains(&import)
    }

    fn numbers(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work on one import; ends when dropped.
pub(crate) struct LiveImport {
    all: LiveImports,
    import: u32,
}

impl Drop for LiveImport {
    fn drop(&mut self) {
        self.all.numbers().remove(&self.import);
    }
}
