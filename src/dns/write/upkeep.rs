//! What time brings: records that go by themselves, names whose days are over, a journal that need not be kept, and
//! serials after a restore.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::names::{let_go, names_with_state};
use super::store::{self, Beside, By};
use super::turning::Turning;
use crate::dns::error::Error;
use crate::dns::model::{NameState, ZoneId};
use crate::dns::name::Name;
use crate::dns::rr::RecordType;
use crate::dns::tables::{ENDING, JOURNAL, JOURNAL_BY_NAME, Owner, RESTORED, What, ZONE};
use crate::identity::{Actor, Capability};
use crate::store::{Direction, Restored, Rows, Span, Write};

/// How long a suspended name can be restored.
pub(crate) const RESTORABLE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long changes are kept in the journal.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Sets looked at in one transaction.
const MOST: usize = 500;
/// What a serial rises after a restore, and for each second since the backup: more than were given meanwhile.
const RISE: u32 = 1_000;
const RISE_PER_SECOND: i64 = 10;

/// Removes records whose time is over. Returns when the next one goes, which is past where there was too much for once.
pub(crate) fn end_records(
    tx: &mut Write<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    actor.may(Capability::KeepNames)?;
    let mut due: BTreeMap<u32, Vec<(Name, RecordType)>> = BTreeMap::new();
    let rows = tx.scan(ENDING, Span::all(), Direction::Forward);
    for row in rows.take(MOST) {
        let ((until, zone, Owner(name), kind), ()) = row?;
        if until > now {
            break;
        }
        due.entry(zone).or_default().push((name, RecordType(kind)));
    }
    for (zone, sets) in due {
        let Some(row) = tx.get(ZONE, &zone)? else { continue };
        let mut turning = Turning::of(ZoneId(zone));
        for (name, kind) in &sets {
            turning.end(tx, (name, *kind), now)?;
        }
        let by = By::actor(actor, now);
        store::commit(tx, row, turning, (&by, What::Ended), Beside::default())?;
    }
    Ok(tx.first(ENDING, Span::all())?.map(|((until, ..), ())| until))
}

/// Lets names go that have been suspended for as long as they can be restored; how many.
pub(crate) fn release_old(tx: &mut Write<'_>, actor: &Actor, now: Timestamp) -> Result<usize, Error> {
    actor.may(Capability::KeepNames)?;
    let over = |state: &NameState| match state {
        NameState::Suspended { since, .. } => now.duration_since(*since) >= RESTORABLE,
        NameState::Live | NameState::Released { .. } => false,
    };
    let old = names_with_state(tx, over)?;
    let count = old.len();
    for (zone, name, held) in old {
        let_go(tx, (zone, &name), held, now)?;
    }
    Ok(count)
}

/// Forgets changes that are older than the journal is kept, some at a time; whether there may be more.
pub(crate) fn forget_journal(tx: &mut Write<'_>, actor: &Actor, now: Timestamp) -> Result<bool, Error> {
    actor.may(Capability::KeepNames)?;
    let zones: Vec<u32> = tx
        .scan(ZONE, Span::all(), Direction::Forward)
        .map(|row| row.map(|(zone, _)| zone))
        .collect::<Result<_, _>>()?;
    let mut forgotten = 0;
    for zone in zones {
        let mut old = Vec::new();
        for row in tx.scan(JOURNAL, Span::prefix(&(zone,)), Direction::Forward) {
            let ((_, version), entry) = row?;
            if now.duration_since(entry.at) < KEPT || forgotten + old.len() >= MOST {
                break;
            }
            old.push((version, entry));
        }
        let labels = tx.get(ZONE, &zone)?.map_or(0, |row| row.origin.label_count() + 1);
        for (version, entry) in old {
            for turned in &entry.turned {
                let own = Owner(turned.name.ancestor(labels));
                tx.remove(JOURNAL_BY_NAME, &(zone, own, version))?;
            }
            tx.remove(JOURNAL, &(zone, version))?;
            forgotten += 1;
        }
    }
    Ok(forgotten >= MOST)
}

/// Raises all serials after a restore from a backup: others may have seen later ones.
pub(crate) fn raise_serials(
    tx: &mut Write<'_>,
    actor: &Actor,
    restored: &Restored,
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::KeepNames)?;
    if tx.get(RESTORED, &())?.as_ref() == Some(&restored.mark) {
        return Ok(());
    }
    let seconds = now.duration_since(restored.made).as_secs().max(0);
    let rise = u32::try_from(seconds * RISE_PER_SECOND).unwrap_or(u32::MAX / 4);
    let zones: Vec<_> = tx
        .scan(ZONE, Span::all(), Direction::Forward)
        .collect::<Result<_, _>>()?;
    let by = By::actor(actor, now);
    for (zone, row) in zones {
        // A change meanwhile may have gone to the day's first serial.
        let serial = row.version.next(now).plus(rise.saturating_add(RISE)).serial();
        let beside = Beside {
            serial: Some(serial),
            whole: true,
            ..Beside::default()
        };
        store::commit(
            tx,
            row,
            Turning::of(ZoneId(zone)),
            (&by, What::Configured),
            beside,
        )?;
    }
    Ok(tx.put(RESTORED, &(), &restored.mark)?)
}
