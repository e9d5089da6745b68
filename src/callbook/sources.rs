//! The registers as administrators see and govern them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::error::Error;
use super::jobs::{FetchJob, ImportJob};
use super::model::Authority;
use super::registers::columns::ColumnMap;
use super::registers::{Progress, Reject, Stage};
use super::service::Callbook;
use super::tables::{LIST, SOURCE, StoredSource};
use super::view::words;
use super::write::{self, SourceChange};
use crate::identity::{Actor, Capability};
use crate::jobs::JobId;
use crate::store::{Direction, Read, Rows, Span};

/// What an import is at.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub(crate) job: Option<JobId>,
    pub(crate) progress: Option<Progress>,
}

/// A register, for administrators.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CallbookSource)]
pub(crate) struct SourceView {
    #[schema(value_type = String)]
    pub(crate) authority: Authority,
    /// What people call it.
    pub(crate) title: String,
    /// Who keeps it.
    pub(crate) keeper: String,
    pub(crate) country: String,
    /// Whether it is kept current.
    pub(crate) enabled: bool,
    /// Settings that the configuration has fixed: `enabled`, `url`.
    pub(crate) locked: Vec<&'static str>,
    /// Where it is fetched; empty for a list without an address.
    pub(crate) url: String,
    /// A list that is read by a column map.
    pub(crate) is_list: bool,
    /// Whether one is in use.
    pub(crate) in_use: bool,
    /// When the register in use was made, by its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) made: Option<Timestamp>,
    /// When it came into use or was changed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) taken: Option<Timestamp>,
    /// Calls in it.
    pub(crate) entries: u64,
    /// Of them valid.
    pub(crate) active: u64,
    /// Rows that were not used, by reason.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub(crate) rejects: BTreeMap<SmolStr, u64>,
    /// Bytes on disk.
    pub(crate) bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) last_attempt: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) last_success: Option<Timestamp>,
    /// When it is looked for next, where it is kept current.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) next_run: Option<Timestamp>,
    /// What went wrong at the last attempt; empty for nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) error: String,
    /// What helps.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) advice: String,
    /// What is at work on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) running: Option<RunningView>,
}

/// An import at work.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CallbookImport)]
pub(crate) struct RunningView {
    /// Its job; absent for one of the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) stage: Option<Stage>,
    pub(crate) done: u64,
    /// Of so many bytes or rows, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
}

impl Callbook {
    /// All registers: those that the program reads itself, then lists by name.
    pub(crate) async fn sources(&self, actor: &Actor) -> Result<Vec<SourceView>, Error> {
        actor.may(Capability::GovernCallbook)?;
        let book = self.clone();
        self.inner.store.read(move |r| book.sources_in(r)).await
    }

    fn sources_in(&self, r: &Read) -> Result<Vec<SourceView>, Error> {
        let mut views = Vec::new();
        for authority in self.inner.settings.known() {
            views.push(self.source_view(r, &authority, None)?);
        }
        for row in r.scan(LIST, Span::all(), Direction::Forward) {
            let (name, list) = row?;
            if let (Ok(authority), Ok(map)) = (Authority::parse(&name), ColumnMap::parse(&list.map)) {
                views.push(self.source_view(r, &authority, Some(&map))?);
            }
        }
        Ok(views)
    }

    fn source_view(
        &self,
        r: &Read,
        authority: &Authority,
        map: Option<&ColumnMap>,
    ) -> Result<SourceView, Error> {
        let row = write::source(r, authority)?;
        let configured = self.inner.settings.source(authority);
        let live = self.inner.registers.get(authority);
        let meta = live.as_ref().map(|live| live.meta());
        let enabled = self.is_enabled(authority, &row);
        let fetched = self.inner.settings.fetched(authority, row.url.as_deref());
        let mut locked = Vec::new();
        if configured.is_some_and(|configured| configured.enabled_locked) {
            locked.push("enabled");
        }
        if configured.is_some_and(|configured| configured.url_locked) {
            locked.push("url");
        }
        let running = self.running().get(authority).map(|running| RunningView {
            job: running.job.map(|job| job.to_string()),
            stage: running.progress.map(|progress| progress.stage),
            done: running.progress.map_or(0, |progress| progress.done),
            total: running.progress.and_then(|progress| progress.of),
        });
        let keeper = words::keeper(authority).to_owned();
        Ok(SourceView {
            title: map.map_or_else(|| keeper.clone(), |map| map.title.to_string()),
            country: map
                .and_then(|map| map.country.as_deref())
                .or_else(|| words::country(authority))
                .unwrap_or_default()
                .to_owned(),
            keeper,
            enabled,
            locked,
            url: fetched.map(|source| source.url).unwrap_or_default(),
            is_list: map.is_some(),
            in_use: live.is_some(),
            made: row.state.stamp,
            taken: row.taken.filter(|_| row.generation > 0),
            entries: meta.as_ref().map_or(0, |meta| meta.entries),
            active: meta.as_ref().map_or(0, |meta| meta.active),
            rejects: meta.map(|meta| meta.rejects.clone()).unwrap_or_default(),
            bytes: live.map_or(0, |live| live.bytes()),
            last_attempt: row.attempt,
            last_success: row.success,
            next_run: row.next.filter(|_| enabled),
            error: row.error.to_string(),
            advice: row.advice.to_string(),
            running,
            authority: authority.clone(),
        })
    }

    pub(super) fn is_enabled(&self, authority: &Authority, row: &StoredSource) -> bool {
        match self.inner.settings.source(authority) {
            Some(configured) if configured.enabled_locked => configured.enabled,
            Some(configured) => row.enabled.unwrap_or(configured.enabled),
            None => row.enabled.unwrap_or(row.url.is_some()),
        }
    }

    /// The registers that are to be looked for now.
    pub(super) async fn due(&self, now: Timestamp) -> Result<Vec<Authority>, Error> {
        let book = self.clone();
        self.inner
            .store
            .read(move |r| {
                let mut due = Vec::new();
                for authority in book.all_in(r)? {
                    let row = write::source(r, &authority)?;
                    if book.is_enabled(&authority, &row) && row.next.is_none_or(|next| next <= now) {
                        due.push(authority);
                    }
                }
                Ok(due)
            })
            .await
    }

    /// The names of all registers and lists.
    fn all_in(&self, r: &Read) -> Result<BTreeSet<Authority>, Error> {
        let mut all: BTreeSet<Authority> = self.inner.settings.known().collect();
        for row in r.scan(LIST, Span::all(), Direction::Forward) {
            all.extend(Authority::parse(&row?.0));
        }
        Ok(all)
    }

    /// A register by its name, where there is one.
    pub(crate) fn authority(&self, name: &str) -> Result<Authority, Error> {
        let authority = Authority::parse(name)?;
        let wanted = authority.clone();
        let all = self.inner.store.read_now(|r| self.all_in(r))?;
        if all.contains(&wanted) {
            Ok(authority)
        } else {
            Err(Error::NoSource(authority))
        }
    }

    /// Changes how a register is kept; one that is switched on is looked for within minutes.
    pub(crate) async fn set_source(
        &self,
        actor: &Actor,
        authority: &Authority,
        change: SourceChange,
    ) -> Result<(), Error> {
        actor.may(Capability::GovernCallbook)?;
        if let Some(configured) = self.inner.settings.source(authority) {
            let fixed = |leaf: &str| Error::Configured(format!("sources.{authority}.{leaf}"));
            if change.enabled.is_some() && configured.enabled_locked {
                return Err(fixed("enabled"));
            }
            if change.url.is_some() && configured.url_locked {
                return Err(fixed("url"));
            }
        }
        let begins = change.enabled == Some(true);
        let (actor, name, now) = (actor.clone(), authority.clone(), self.now());
        let changed = self
            .inner
            .store
            .write(move |tx| write::change_source(tx, &actor, &name, &change, now));
        changed.await?;
        if begins {
            let job = FetchJob {
                authority: authority.clone(),
                anyway: false,
            };
            self.enqueue(&super::KEEPER, job).await?;
        }
        Ok(())
    }

    /// Looks for a register now. `anyway`: take the whole file, even if nothing changed.
    pub(crate) async fn fetch_now(
        &self,
        actor: &Actor,
        authority: &Authority,
        anyway: bool,
    ) -> Result<JobId, Error> {
        actor.may(Capability::GovernCallbook)?;
        let authority = authority.clone();
        self.enqueue(actor, FetchJob { authority, anyway }).await
    }

    /// Imports files that were put into a folder of the spool, in the background; the folder goes with the job.
    pub(crate) async fn hand_over(
        &self,
        actor: &Actor,
        authority: &Authority,
        folder: PathBuf,
        force: bool,
    ) -> Result<JobId, Error> {
        actor.may(Capability::GovernCallbook)?;
        let job = ImportJob {
            authority: authority.clone(),
            folder,
            force,
        };
        self.enqueue(actor, job).await
    }

    /// A new folder of the spool for files that are handed over.
    pub(crate) fn handed_over(&self) -> Result<PathBuf, Error> {
        let id = self.inner.env.entropy.uuid7(self.now());
        let folder = self.inner.dir.join("handed").join(id.to_string());
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Lets a register go: lookups answer without it at once.
    pub(crate) async fn remove(&self, actor: &Actor, authority: &Authority) -> Result<(), Error> {
        actor.may(Capability::GovernCallbook)?;
        if self.running().contains_key(authority) {
            return Err(Error::Busy(authority.clone()));
        }
        let (actor, name) = (actor.clone(), authority.clone());
        let forgotten = self
            .inner
            .store
            .write(move |tx| write::forget_source(tx, &actor, &name));
        let was_there = forgotten.await?;
        if let Some(old) = self.inner.registers.remove(authority) {
            old.retire();
        } else if !was_there {
            return Err(Error::NoSource(authority.clone()));
        }
        Ok(())
    }

    /// The rows of a register that were not used.
    pub(crate) async fn rejects(&self, actor: &Actor, authority: &Authority) -> Result<Vec<Reject>, Error> {
        actor.may(Capability::GovernCallbook)?;
        let Some(live) = self.inner.registers.get(authority) else {
            return Err(Error::NoSource(authority.clone()));
        };
        let read = tokio::task::spawn_blocking(move || live.rejects()).await;
        Ok(read.map_err(std::io::Error::other)??)
    }

    /// What is known of every register that has been in use.
    pub(super) fn rows(r: &Read) -> Result<Vec<(Authority, StoredSource)>, Error> {
        let mut rows = Vec::new();
        for row in r.scan(SOURCE, Span::all(), Direction::Forward) {
            let (name, row) = row?;
            rows.extend(Authority::parse(&name).ok().map(|authority| (authority, row)));
        }
        Ok(rows)
    }
}

/// The files of a folder, by name.
pub(super) fn files_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder)? {
        files.push(file?.path());
    }
    files.sort();
    Ok(files)
}
