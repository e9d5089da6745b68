//! Writing what a change came to: sets, their index, the serial, the journal, the event; all in the caller's
//! transaction.
//!
//! This is the only place that writes sets of records and versions of zones. The SOA record takes part in every change:
//! its serial is the version's. A change that only moves the time at which records go is stored without a new serial,
//! for nobody can see it.

use std::sync::Arc;

use jiff::Timestamp;
use smol_str::SmolStr;

use super::turning::Turning;
use crate::dns::error::Error;
use crate::dns::event::{DnsEvent, ZoneChange};
use crate::dns::grants;
use crate::dns::model::{Applied, Version, ZoneId};
use crate::dns::name::Name;
use crate::dns::rr::{Rdata, RecordType};
use crate::dns::tables::{
    ENDING, Entry, JOURNAL, JOURNAL_BY_NAME, Owner, RRSET, StoredSet, StoredZone, Turned, What, ZONE, set_key,
};
use crate::event::Event;
use crate::identity::Actor;
use crate::store::{StoreError, Write};

/// The five numbers at the end of an SOA record.
const SOA_TAIL: usize = 20;

/// Who does something, for the journal.
#[derive(Debug, Clone)]
pub(crate) struct By {
    pub(crate) who: SmolStr,
    pub(crate) account: Option<u32>,
    pub(crate) now: Timestamp,
}

impl By {
    /// As the actor is named.
    pub(crate) fn actor(actor: &Actor, now: Timestamp) -> Self {
        Self {
            who: actor.audit_name().into(),
            account: actor.account().map(|account| account.0),
            now,
        }
    }
}

/// What is told of a change besides the sets that differ.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// Sets to be told as they are, though they did not change: a name that is answered again.
    pub(crate) shown: Vec<Turned>,
    /// Sets to be told as gone, though they are kept: a name that is suspended.
    pub(crate) hidden: Vec<Turned>,
    /// The least serial that the change is to have.
    pub(crate) serial: Option<u32>,
    /// The whole zone is to be read anew, and the journal need not say how it differs.
    pub(crate) whole: bool,
}

/// Stores a change; unchanged zones keep their version.
pub(super) fn commit(
    tx: &mut Write<'_>,
    mut row: StoredZone,
    mut turning: Turning,
    (by, what): (&By, What),
    beside: Beside,
) -> Result<Applied, Error> {
    let zone = turning.zone;
    let seen = turning.is_answered_differently()
        || !beside.shown.is_empty()
        || !beside.hidden.is_empty()
        || beside.whole;
    let before = row.version;
    // Of a whole zone nothing but its serial is told.
    let turned = if beside.whole && beside.serial.is_some() {
        Vec::new()
    } else {
        turning.turned()
    };
    if seen {
        let apex = row.origin.clone();
        let wanted = beside.serial.or_else(|| serial_in(&turned, &apex));
        row.version = wanted.map_or_else(|| before.next(by.now), |serial| before.next_or(serial, by.now));
        row.changed = by.now;
        put_serial(tx, &mut turning, &apex, row.version)?;
    }
    let (more, fewer) = turning.growth();
    row.sets = (row.sets + more).saturating_sub(fewer);
    for (name, kind, turn) in turning.differing() {
        put_set(tx, (zone, name, kind), turn.before.as_ref(), turn.after.as_ref())?;
    }
    if seen {
        let entry = Entry {
            before,
            at: by.now,
            by: by.who.clone(),
            account: by.account,
            what,
            turned: if beside.whole {
                Vec::new()
            } else {
                turned
                    .iter()
                    .chain(&beside.shown)
                    .chain(&beside.hidden)
                    .cloned()
                    .collect()
            },
        };
        note(tx, (zone, &row), &entry)?;
        tx.put(ZONE, &zone.0, &row)?;
        tell(tx, &row, &turning, &beside)?;
    }
    Ok(Applied {
        zone,
        version: row.version,
        changed: seen,
    })
}

/// Writes one set and its place in the index of ends.
pub(super) fn put_set(
    tx: &mut Write<'_>,
    (zone, name, kind): (ZoneId, &Name, RecordType),
    before: Option<&StoredSet>,
    after: Option<&StoredSet>,
) -> Result<(), StoreError> {
    let key = set_key(zone, name, kind);
    let ending = |until| (until, zone.0, Owner(name.clone()), kind.0);
    let (old, new) = (before.and_then(StoredSet::ends), after.and_then(StoredSet::ends));
    if old != new {
        if let Some(old) = old {
            tx.remove(ENDING, &ending(old))?;
        }
        if let Some(new) = new {
            tx.put(ENDING, &ending(new), &())?;
        }
    }
    match after {
        Some(after) => tx.put(RRSET, &key, after),
        None => tx.remove(RRSET, &key).map(drop),
    }
}

/// An SOA record with another serial.
pub(crate) fn with_serial(soa: &Rdata, serial: u32) -> Option<Rdata> {
    let at = soa.wire().len().checked_sub(SOA_TAIL)?;
    let mut wire = soa.wire().to_vec();
    wire[at..at + 4].copy_from_slice(&serial.to_be_bytes());
    Rdata::new(wire).ok()
}

/// The serial of an SOA record.
pub(crate) fn serial_of(soa: &Rdata) -> Option<u32> {
    let at = soa.wire().len().checked_sub(SOA_TAIL)?;
    let octets = soa.wire().get(at..at + 4)?;
    Some(u32::from_be_bytes(octets.try_into().ok()?))
}

/// The serial that a change of the SOA record brings.
fn serial_in(turned: &[Turned], apex: &Name) -> Option<u32> {
    let soa = turned
        .iter()
        .find(|turned| turned.kind == RecordType::SOA && turned.name == *apex)?;
    serial_of(&soa.after.as_ref()?.records.first()?.datum)
}

/// Brings the SOA record to the version.
fn put_serial(tx: &Write<'_>, turning: &mut Turning, apex: &Name, version: Version) -> Result<(), Error> {
    let at = (apex, RecordType::SOA);
    let known = turning.after(tx, at)?;
    let mut soa = known.ok_or_else(|| Error::BadZone(format!("{apex} has no SOA record")))?;
    for record in &mut soa.records {
        record.datum = with_serial(&record.datum, version.serial())
            .ok_or_else(|| Error::BadZone(format!("the SOA record of {apex} is too short")))?;
    }
    Ok(turning.set(tx, at, Some(soa))?)
}

/// Writes a line of the journal, to be found by the members' names it is about.
fn note(tx: &mut Write<'_>, (zone, row): (ZoneId, &StoredZone), entry: &Entry) -> Result<(), StoreError> {
    let version = row.version.0;
    for turned in &entry.turned {
        if let Some((name, _)) = grants::holding_of(tx, zone, &row.origin, &turned.name)? {
            tx.put(JOURNAL_BY_NAME, &(zone.0, Owner(name), version), &())?;
        }
    }
    tx.put(JOURNAL, &(zone.0, version), entry)
}

/// Tells the serving side what is answered differently.
fn tell(tx: &mut Write<'_>, row: &StoredZone, turning: &Turning, beside: &Beside) -> Result<(), StoreError> {
    let zone = turning.zone;
    if beside.whole {
        tx.emit(Event::Dns(DnsEvent::ZoneReplaced { zone }));
        return Ok(());
    }
    let mut change = ZoneChange {
        zone,
        origin: row.origin.clone(),
        version: row.version,
        put: Vec::new(),
        removed: Vec::new(),
        holders: Vec::new(),
    };
    for (name, kind, turn) in turning.differing() {
        let held = grants::holding_of(tx, zone, &row.origin, name)?;
        let hidden = held.as_ref().is_some_and(|(_, held)| !held.is_live());
        if let Some(account) = held.and_then(|(_, held)| held.account)
            && !change.holders.contains(&account)
        {
            change.holders.push(account);
        }
        match turn.after.as_ref().filter(|_| !hidden) {
            Some(after) => change.put.extend(after.to_rrset(name.clone(), kind)),
            None => change.removed.push((name.clone(), kind)),
        }
    }
    let shown = beside.shown.iter().filter_map(|turned| {
        let set = turned.after.as_ref()?;
        set.to_rrset(turned.name.clone(), turned.kind)
    });
    change.put.extend(shown);
    let hidden = beside
        .hidden
        .iter()
        .map(|turned| (turned.name.clone(), turned.kind));
    change.removed.extend(hidden);
    tx.emit(Event::Dns(DnsEvent::ZoneChanged(Arc::new(change))));
    Ok(())
}
