//! A daily file: rows that are new or changed, put onto the units that are held.
//!
//! A row replaces the row of its kind of its unit; a file may bring a header alone or an address alone. Nothing is
//! ever deleted by a daily file: what ends comes with another status. Not here: the entries that follow from it,
//! which the generation makes of all units of each call named here.

use std::collections::BTreeSet;

use super::full::{SORT, broken, take_all};
use super::pack::Pack;
use super::unit::Unit;
use super::{Error, Plan, Summary};
use crate::callbook::model::Entry;
use crate::callbook::registers::archive::Archive;
use crate::callbook::registers::{Progress, Reject, Sink};
use crate::ham::callsign::Callsign;

/// More changed licences than this in a day are no daily file; it is read as a full one or not at all.
const MOST: usize = 200_000;
/// Rejects that are listed; all are counted by file.
const LISTED: usize = 10_000;

/// What a daily file changes.
#[derive(Debug, Default)]
pub(crate) struct Delta {
    /// The units as they are after it, in ascending number.
    pub(crate) units: Vec<Unit>,
    /// Calls whose entry has to be made again: those of these units, before and after.
    pub(crate) calls: BTreeSet<Callsign>,
    /// The first rows that could not be used.
    pub(crate) rejects: Vec<Reject>,
    pub(crate) summary: Summary,
}

/// Reads a daily file. `held` gives the unit of an identifier as it is held now.
pub(crate) fn read_delta<E>(
    archive: &mut Archive,
    plan: &Plan<'_>,
    mut held: impl FnMut(u32) -> Result<Option<Unit>, E>,
) -> Result<Delta, Error<E>> {
    let mut listed = Listed(Vec::new());
    let mut delta = Delta::default();
    let mut joined = take_all(SORT, archive, plan, &mut listed, &mut delta.summary)
        .map_err(|error| error.map(|never| match never {}))?;
    while let Some(bytes) = joined.next().map_err(Error::Work)? {
        if delta.units.len() == MOST {
            return Err(Error::NotDaily);
        }
        let unit = Unit::unpack(&mut &bytes[..]).map_err(broken)?;
        let before = held(unit.usi).map_err(Error::Sink)?;
        delta.calls.extend(before.as_ref().map(|unit| unit.call.clone()));
        delta.calls.insert(unit.call.clone());
        delta.units.push(unit.onto(before));
    }
    delta.summary.units = delta.units.len() as u64;
    delta.summary.calls = delta.calls.len() as u64;
    delta.rejects = listed.0;
    Ok(delta)
}

struct Listed(Vec<Reject>);

impl Sink for Listed {
    type Error = std::convert::Infallible;

    fn entry(&mut self, _: Entry) -> Result<(), Self::Error> {
        Ok(())
    }

    fn reject(&mut self, reject: Reject) {
        if self.0.len() < LISTED {
            self.0.push(reject);
        }
    }

    fn progress(&mut self, _: Progress) -> Result<(), Self::Error> {
        Ok(())
    }
}
