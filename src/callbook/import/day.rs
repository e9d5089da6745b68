//! A daily file of the FCC: what changed since yesterday, put onto the generation in use.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::super::KEEPER;
use super::super::events::Events;
use super::super::fetch::{State, check};
use super::super::generation::{Change, GenerationError};
use super::super::model::Authority;
use super::super::registers::fcc::{self, Plan, read_delta};
use super::super::registers::{Progress, Stage};
use super::super::service::Callbook;
use super::super::view::words;
use super::super::write::{self, Taken};
use super::error::ImportError;
use super::read::{open, stamp};
use super::{Imported, Order, Watch};
use crate::identity::licence::LicenceEvent;

/// Whether files that were handed over are a day's: `l_am_mon.zip`, where the whole archive is `l_amat.zip`.
pub(super) fn is_daily(files: &[PathBuf]) -> bool {
    let [file] = files else { return false };
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    name.to_ascii_lowercase().contains("l_am_") || name.starts_with("fcc-daily")
}

impl Callbook {
    /// Applies a day's file. Applying it again changes nothing.
    pub(super) fn import_day(&self, order: &Order, watch: &Watch) -> Result<Imported, ImportError> {
        let authority = &Authority::FCC;
        let before = self.stored(authority)?;
        let live = self
            .inner
            .registers
            .get(authority)
            .ok_or(ImportError::NothingToChange)?;
        let mut archive = open(&order.files, &fcc::MEMBERS)?;
        let made = stamp(&mut archive)?;
        if !order.force && !is_new(made, before.state.stamp)? {
            return Err(ImportError::NotNewer);
        }
        watch(Progress {
            stage: Stage::Reading,
            done: 0,
            of: None,
        });
        let work = self.inner.dir.join("work").join("fcc-day");
        std::fs::create_dir_all(&work)?;
        let today = words::today(authority, self.now());
        let plan = Plan {
            work_dir: &work,
            today,
            even_short: order.force,
        };
        let delta = read_delta(&mut archive, &plan, |usi| live.unit(usi)).map_err(ImportError::Day)?;
        drop(std::fs::remove_dir_all(&work));
        let concerns = self.identity().concerns();
        let wanted = |event: &LicenceEvent| concerns.has(event);
        let number = before.generation;
        // What it means is stored before it is so: a stop in between tells nobody too early, and nothing is lost.
        let mut note = |changes: &[Change], delta: u64| -> Result<(), GenerationError> {
            let mut events = Events::new(authority, today, &live, &wanted);
            for change in changes {
                events.take(change)?;
            }
            let stored = self.store_events(authority, (number, delta), events.finish());
            stored.map_err(|error| GenerationError::Io(std::io::Error::other(error.to_string())))
        };
        let changed = live.apply(delta.units, today, &mut note)?.len() as u64;
        let meta = live.meta();
        let state = State {
            stamp: made.or(before.state.stamp),
            active: meta.active,
            ..before.state
        };
        let now = self.now();
        let taken = Taken {
            generation: number,
            state,
            now,
        };
        self.written(move |tx| write::take(tx, &KEEPER, &Authority::FCC, taken))?;
        Ok(Imported {
            entries: meta.entries,
            active: meta.active,
            rejected: delta.rejects.len() as u64,
            rejects: delta.rejects,
            changed: Some(changed),
            took: SignedDuration::ZERO,
        })
    }
}

/// Whether a day's file brings anything: one that is older is last week's, which is normal on days without one.
fn is_new(made: Option<Timestamp>, applied: Option<Timestamp>) -> Result<bool, ImportError> {
    match check::is_newer(made, applied) {
        Ok(newer) => Ok(newer),
        Err(check::Doubt::Older { .. }) => Ok(false),
        Err(other) => Err(other.into()),
    }
}
