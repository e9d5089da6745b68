//! Asking the rules about what a change leaves: the records as the transaction sees them, lent to `rules`.

use std::ops::ControlFlow;

use smol_str::SmolStr;

use crate::dns::error::Error;
use crate::dns::grants::Opened;
use crate::dns::model::{Fault, ZoneId};
use crate::dns::name::Name;
use crate::dns::rr::{RecordType, RrSet};
use crate::dns::rules::{self, Edit, Level, RuleError, State};
use crate::dns::tables::{RRSET, at, below, set_key};
use crate::dns::write::turning::Turning;
use crate::store::{Direction, Rows, StoreError, Write};

/// Refuses what would break a rule of edits.
pub(super) fn check(tx: &Write<'_>, opened: &Opened, turning: &Turning) -> Result<(), Error> {
    let before = Stored {
        rows: tx,
        zone: opened.zone,
        origin: &opened.row.origin,
    };
    let edits: Vec<Edit> = turning
        .differing()
        .map(|(name, kind, turn)| Edit {
            name: name.clone(),
            kind,
            after: turn
                .after
                .as_ref()
                .and_then(|set| set.to_rrset(name.clone(), kind)),
        })
        .collect();
    let broken = rules::check_change(&before, &edits, Level::User)?;
    refused(broken, |index| {
        edits.get(index).map(|edit| (edit.name.clone(), edit.kind))
    })
}

/// Refuses a whole zone that no protocol allows.
pub(super) fn check_whole(origin: &Name, sets: &[RrSet]) -> Result<(), Error> {
    let broken = rules::check_zone(origin, sets, Level::Lenient);
    refused(broken, |index| {
        sets.get(index).map(|set| (set.name().clone(), set.kind()))
    })
}

fn refused(broken: Vec<RuleError>, of: impl Fn(usize) -> Option<(Name, RecordType)>) -> Result<(), Error> {
    if broken.is_empty() {
        return Ok(());
    }
    let fault = |error: RuleError| Fault {
        index: None,
        of: of(error.index),
        field: error.field,
        rule: SmolStr::new_static(error.rule),
        text: error.text,
    };
    Err(Error::Rules(broken.into_iter().map(fault).collect()))
}

/// A zone's records in the store.
struct Stored<'a, R> {
    rows: &'a R,
    zone: ZoneId,
    origin: &'a Name,
}

impl<R: Rows> State for Stored<'_, R> {
    type Error = StoreError;

    fn origin(&self) -> &Name {
        self.origin
    }

    fn kinds(&self, name: &Name) -> Result<Vec<RecordType>, StoreError> {
        let rows = self.rows.scan(RRSET, at(self.zone, name), Direction::Forward);
        rows.map(|row| row.map(|((.., kind), _)| RecordType(kind)))
            .collect()
    }

    fn set(&self, name: &Name, kind: RecordType) -> Result<Option<RrSet>, StoreError> {
        let stored = self.rows.get(RRSET, &set_key(self.zone, name, kind))?;
        Ok(stored.and_then(|set| set.to_rrset(name.clone(), kind)))
    }

    fn below(
        &self,
        name: &Name,
        visit: &mut dyn FnMut(&Name, RecordType) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        for row in self.rows.scan(RRSET, below(self.zone, name), Direction::Forward) {
            let ((_, owner, kind), _) = row?;
            if owner.0 != *name && visit(&owner.0, RecordType(kind)).is_break() {
                break;
            }
        }
        Ok(())
    }
}
