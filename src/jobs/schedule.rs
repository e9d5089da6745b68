//! Schedules: jobs that are asked for again and again.
//!
//! When a schedule last ran is stored in the transaction that asks for its job. After a long stop it runs
//! once, not once for each time missed. Daily ones of many installations do not all come at the same second:
//! each is moved by a spread that is stable for its name.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, civil};

use super::model::{Job, JobId, NewJob};
use super::tables::LAST_RUN;
use super::write::enqueue;
use crate::store::{Rows, StoreError, Write};

/// How often a schedule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rhythm {
    /// Each time this much has passed; at the first start at once.
    Every(Duration),
    /// Once a day at this UTC time, moved back by up to `spread`; not before the first such time.
    Daily {
        /// The time of day, UTC.
        at: civil::Time,
        /// The longest it may be moved.
        spread: Duration,
    },
}

/// Asks for the job of a schedule.
type Ask = Box<dyn Fn(&mut Write<'_>, NewJob) -> Result<JobId, StoreError> + Send + Sync>;

/// A job that is asked for in a rhythm.
pub(crate) struct Schedule {
    pub(super) name: &'static str,
    rhythm: Rhythm,
    /// Moves a daily time; from the schedule's name and the installation.
    salt: u64,
    ask: Ask,
}

impl Schedule {
    /// Asks for what `job` makes, in a rhythm. `name` is stored, so never changed; `salt` differs between
    /// installations.
    pub(crate) fn new<J: Job>(
        name: &'static str,
        rhythm: Rhythm,
        salt: u64,
        job: impl Fn() -> J + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            rhythm,
            salt,
            ask: Box::new(move |tx, new| enqueue(tx, &job(), new)),
        }
    }

    /// When the schedule is due next.
    pub(super) fn next(&self, r: &impl Rows) -> Result<Option<Timestamp>, StoreError> {
        let last = r.get(LAST_RUN, &smol_str::SmolStr::new_static(self.name))?;
        Ok(last.map(|last| self.next_after(last)))
    }

    /// Asks for the job if it is time.
    pub(super) fn run_if_due(&self, tx: &mut Write<'_>, new: NewJob) -> Result<bool, StoreError> {
        let name = smol_str::SmolStr::new_static(self.name);
        let last = tx.get(LAST_RUN, &name)?;
        let due = match (last, self.rhythm) {
            (None, Rhythm::Every(_)) => true,
            (None, Rhythm::Daily { .. }) => {
                tx.put(LAST_RUN, &name, &new.now)?;
                false
            }
            // A clock that was wrong, and is right now, must not silence a schedule for years.
            (Some(last), _) if last > new.now => {
                tx.put(LAST_RUN, &name, &new.now)?;
                false
            }
            (Some(last), _) => self.next_after(last) <= new.now,
        };
        if due {
            tx.put(LAST_RUN, &name, &new.now)?;
            (self.ask)(tx, new)?;
        }
        Ok(due)
    }

    /// Whether `run_if_due` would change anything.
    pub(super) fn is_due(&self, r: &impl Rows, now: Timestamp) -> Result<bool, StoreError> {
        let last = r.get(LAST_RUN, &smol_str::SmolStr::new_static(self.name))?;
        Ok(last.is_none_or(|last| last > now || self.next_after(last) <= now))
    }

    /// The first time the schedule is due after it ran at `last`.
    pub(super) fn next_after(&self, last: Timestamp) -> Timestamp {
        match self.rhythm {
            Rhythm::Every(period) => last.checked_add(period).unwrap_or(Timestamp::MAX),
            Rhythm::Daily { at, spread } => self.next_daily(last, at, spread).unwrap_or(Timestamp::MAX),
        }
    }

    fn next_daily(&self, last: Timestamp, at: civil::Time, spread: Duration) -> Option<Timestamp> {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(self.name.as_bytes())
            .update(&self.salt.to_be_bytes());
        let share = *hasher.finalize().as_bytes().first_chunk::<4>()?;
        let moved = spread.mul_f64(f64::from(u32::from_be_bytes(share)) / f64::from(u32::MAX));
        // The day before, because a spread may reach over midnight.
        let mut date = TimeZone::UTC.to_datetime(last).date().checked_sub(1.day()).ok()?;
        loop {
            let time = date
                .to_datetime(at)
                .to_zoned(TimeZone::UTC)
                .ok()?
                .timestamp()
                .checked_add(moved)
                .ok()?;
            if time > last {
                return Some(time);
            }
            date = date.tomorrow().ok()?;
        }
    }
}
