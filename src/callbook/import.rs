//! Importing a register: from files to a generation in use. Blocking, some seconds to a minute.
//!
//! A generation is built beside the one in use. What its differences mean for accounts is stored; then one commit of the
//! main store puts it in use; then it is swapped in memory. Cut off anywhere before that commit, nothing has happened:
//! what was begun is removed at the next start. A daily file changes the generation in use in one commit of its own file,
//! and may be applied again.

mod day;
mod error;
mod read;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use smol_str::SmolStr;

use super::KEEPER;
use super::error::Error;
use super::events::Events;
use super::fetch::{State, check};
use super::generation::{Builder, Built, Generation, Setup, differences};
use super::jobs::TellJob;
use super::model::Authority;
use super::place;
use super::registers::{Progress, Reject, Stage};
use super::service::Callbook;
use super::tables::StoredSource;
use super::view::words;
use super::write::{self, Taken};
use crate::identity::licence::LicenceEvent;
use crate::identity::{Actor, Capability};
use crate::store::{StoreError, Write};

pub(crate) use error::ImportError;

/// Rejects that are told with the result.
const TOLD: usize = 20;

/// What is to be imported.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) authority: Authority,
    /// An archive, or the files of one.
    pub(crate) files: Vec<PathBuf>,
    /// What is known of where it came from.
    pub(crate) state: State,
    /// Take it even if it is older, or much smaller, than what is in use.
    pub(crate) force: bool,
}

/// Told how far an import is; `false` stops it.
pub(crate) type Watch = Arc<dyn Fn(Progress) -> bool + Send + Sync>;

/// What came of an import.
#[derive(Debug, Clone)]
pub(crate) struct Imported {
    pub(crate) entries: u64,
    pub(crate) active: u64,
    /// Rows of the register that were not used.
    pub(crate) rejected: u64,
    /// The first of them.
    pub(crate) rejects: Vec<Reject>,
    /// Calls that differ from before, for a daily file.
    pub(crate) changed: Option<u64>,
    pub(crate) took: SignedDuration,
}

impl Imported {
    /// The result as jobs and commands show it.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        let rejects: Vec<_> = self
            .rejects
            .iter()
            .take(TOLD)
            .map(|reject| json!({"file": reject.file, "line": reject.line, "reason": reject.reason, "excerpt": reject.excerpt}))
            .collect();
        let mut told = json!({
            "calls": self.entries,
            "active": self.active,
            "rejected": self.rejected,
            "rejects": rejects,
            "seconds": (self.took.as_secs_f64() * 10.0).round() / 10.0,
        });
        if let Some(changed) = self.changed {
            told["changed"] = changed.into();
        }
        told
    }
}

/// Where a licence is placed: by its address, never by asking anybody.
pub(super) fn setup(authority: &Authority) -> Setup {
    Setup {
        authority: authority.clone(),
        locate: place::locate,
        entity: place::entity,
    }
}

impl Callbook {
    /// Imports a register; the one in use goes on until it is complete. Refused while another import of it is at work.
    pub(super) fn import(&self, order: &Order, watch: &Watch) -> Result<Imported, ImportError> {
        let _claim = self.claim(&order.authority)?;
        let began = self.now();
        let is_day = order.authority == Authority::FCC && day::is_daily(&order.files);
        let done = if is_day {
            self.import_day(order, watch)
        } else {
            self.import_whole(order, watch)
        };
        let mut imported = done?;
        imported.took = self.now().duration_since(began);
        Ok(imported)
    }

    /// Imports the files of a folder at once, for whoever governs the callbook.
    pub(crate) async fn import_now(
        &self,
        actor: &Actor,
        authority: &Authority,
        folder: &Path,
        force: bool,
        watch: Watch,
    ) -> Result<Imported, ImportError> {
        actor.may(Capability::GovernCallbook).map_err(Error::from)?;
        let order = Order {
            authority: authority.clone(),
            files: super::sources::files_in(folder)?,
            state: State::default(),
            force,
        };
        let book = self.clone();
        let done = tokio::task::spawn_blocking(move || book.import(&order, &watch)).await;
        let imported = done.map_err(std::io::Error::other)??;
        self.enqueue(&KEEPER, TellJob {}).await?;
        Ok(imported)
    }

    fn import_whole(&self, order: &Order, watch: &Watch) -> Result<Imported, ImportError> {
        let authority = &order.authority;
        let before = self.stored(authority)?;
        let (name, now) = (authority.clone(), self.now());
        let number = self.written(move |tx| write::begin_generation(tx, &KEEPER, &name, now))?;
        let dir = self.generation_dir(authority, number);
        let built = self.build(order, &before, (&dir, watch));
        match built.and_then(|built| self.put_in_use(order, (number, &dir), built, watch)) {
            Ok(imported) => Ok(imported),
            Err(error) => {
                drop(fs::remove_dir_all(&dir));
                Err(error)
            }
        }
    }

    /// Reads the files into a generation of its own, and looks whether it may take the place of what is there.
    fn build(
        &self,
        order: &Order,
        before: &StoredSource,
        (dir, watch): (&Path, &Watch),
    ) -> Result<(Built, State), ImportError> {
        let authority = &order.authority;
        let today = words::today(authority, self.now());
        let told = Arc::clone(watch);
        let mut builder = Builder::create(dir, setup(authority), today, Box::new(move |at| told(at)))?;
        let work = self.inner.dir.join("work").join(authority.as_str());
        fs::create_dir_all(&work)?;
        let map = self.map_of(authority)?;
        let files = read::Files {
            authority,
            paths: &order.files,
            work: &work,
            today,
            force: order.force,
            map: map.as_ref(),
        };
        let applied = before
            .state
            .stamp
            .filter(|_| before.generation > 0 && !order.force);
        let stamp = files.read(&mut builder, applied)?;
        let built = builder.finish()?;
        drop(fs::remove_dir_all(&work));
        if built.entries == 0 {
            return Err(ImportError::Empty);
        }
        if before.generation > 0 && !order.force {
            check::is_plausible(built.active, before.state.active)?;
        }
        let state = State {
            stamp,
            active: built.active,
            ..order.state.clone()
        };
        Ok((built, state))
    }

    /// Stores what the change means, commits it, and swaps.
    fn put_in_use(
        &self,
        order: &Order,
        (number, dir): (u64, &Path),
        (built, state): (Built, State),
        watch: &Watch,
    ) -> Result<Imported, ImportError> {
        let authority = &order.authority;
        let new = Generation::open(dir, setup(authority))?;
        if let Some(live) = self.inner.registers.get(authority) {
            let events = self.events_between(&live, &new, watch)?;
            self.store_events(authority, (number, 0), events)?;
        }
        let (name, now) = (authority.clone(), self.now());
        let taken = Taken {
            generation: number,
            state,
            now,
        };
        self.written(move |tx| write::take(tx, &KEEPER, &name, taken))?;
        if let Some(old) = self.inner.registers.put(Arc::new(new)) {
            old.retire();
        }
        Ok(Imported {
            entries: built.entries,
            active: built.active,
            rejected: built.rejects.values().sum(),
            rejects: built.listed.into_iter().take(TOLD).collect(),
            changed: None,
            took: SignedDuration::ZERO,
        })
    }

    fn events_between(
        &self,
        live: &Generation,
        new: &Generation,
        watch: &Watch,
    ) -> Result<Vec<LicenceEvent>, ImportError> {
        let concerns = self.identity().concerns();
        let wanted = |event: &LicenceEvent| concerns.has(event);
        let today = words::today(new.authority(), self.now());
        let mut events = Events::new(new.authority(), today, new, &wanted);
        let (mut failed, mut stopped) = (None, false);
        let mut seen = 0_u64;
        differences(live, new, &mut |change| {
            seen += 1;
            if seen.is_multiple_of(5_000) {
                stopped = !watch(Progress {
                    stage: Stage::Comparing,
                    done: seen,
                    of: None,
                });
            }
            failed = events.take(&change).err();
            failed.is_none() && !stopped
        })?;
        match (failed, stopped) {
            (Some(error), _) => Err(error.into()),
            (None, true) => Err(ImportError::Cancelled),
            (None, false) => Ok(events.finish()),
        }
    }

    /// Stores events to be told once the change itself is stored; nothing where there are none.
    fn store_events(
        &self,
        authority: &Authority,
        at: (u64, u64),
        events: Vec<LicenceEvent>,
    ) -> Result<(), ImportError> {
        if events.is_empty() {
            return Ok(());
        }
        let name = authority.clone();
        self.written(move |tx| write::store_events(tx, &KEEPER, &name, at, events))
    }

    /// Where a generation lies.
    pub(super) fn generation_dir(&self, authority: &Authority, number: u64) -> PathBuf {
        self.inner.dir.join(format!("{authority}-{number}"))
    }

    pub(super) fn stored(&self, authority: &Authority) -> Result<StoredSource, Error> {
        self.inner.store.read_now(|r| write::source(r, authority))
    }

    /// Writes to the main store from a blocking thread.
    pub(super) fn written<T, F>(&self, f: F) -> Result<T, ImportError>
    where
        F: FnOnce(&mut Write<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let done = tokio::runtime::Handle::current().block_on(self.inner.store.write(f));
        Ok(done?)
    }
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::Book(error.into())
    }
}

/// The day's name by which its file is known.
pub(super) fn day_name(day: jiff::civil::Date) -> SmolStr {
    SmolStr::new(day.strftime("%a").to_string().to_lowercase())
}
