//! Zones themselves: the members' by configuration, the others by administrators, whole ones from files.

use std::net::IpAddr;

use jiff::Timestamp;
use smol_str::SmolStr;

use super::judge;
use super::store::{self, Beside, By, put_set, with_serial};
use super::turning::Turning;
use crate::dns::error::Error;
use crate::dns::event::DnsEvent;
use crate::dns::grants;
use crate::dns::model::{Applied, Version, ZoneId};
use crate::dns::name::Name;
use crate::dns::rr::{Rdata, RecordType, RrSet, Ttl};
use crate::dns::settings::{BaseZone, soa};
use crate::dns::tables::{
    BASE, Base, GRANT, GRANT_BY_ACCOUNT, JOURNAL, JOURNAL_BY_NAME, Owner, RRSET, StoredSet, StoredZone, What,
    ZONE, ZONE_BY_ORIGIN, all_of,
};
use crate::event::Event;
use crate::identity::{Actor, Capability};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// A zone to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewZone {
    pub(crate) origin: Name,
    /// At least one; the first is the primary.
    pub(crate) nameservers: Vec<Name>,
    /// Mailbox as a name: `hostmaster.club.example.`
    pub(crate) hostmaster: Name,
    /// Addresses of those name servers that are in the zone itself.
    pub(crate) glue: Vec<(Name, IpAddr)>,
}

/// Makes a zone with its SOA and NS records.
pub(crate) fn create_zone(
    tx: &mut Write<'_>,
    actor: &Actor,
    new: &NewZone,
    now: Timestamp,
) -> Result<Applied, Error> {
    actor.may(Capability::GovernNames)?;
    let by = By::actor(actor, now);
    make(tx, &by, new)
}

/// Removes a zone with everything in it: records, journal, grants.
pub(crate) fn remove_zone(tx: &mut Write<'_>, actor: &Actor, origin: &Name) -> Result<(), Error> {
    actor.may(Capability::GovernNames)?;
    let unknown = || Error::NoZone(origin.clone());
    let id = tx
        .get(ZONE_BY_ORIGIN, &Owner(origin.clone()))?
        .ok_or_else(unknown)?;
    let zone = ZoneId(id);
    if tx.get(BASE, &())?.is_some_and(|base| base.zone == zone) {
        return Err(Error::Configured(origin.clone()));
    }
    for key in keys_of(tx, zone)? {
        let before = tx.get(RRSET, &key)?;
        let (_, Owner(name), kind) = key;
        put_set(tx, (zone, &name, RecordType(kind)), before.as_ref(), None)?;
    }
    let mut grants = Vec::new();
    for row in tx.scan(GRANT, Span::prefix(&(id,)), Direction::Forward) {
        grants.push(row?.0);
    }
    for key in grants {
        tx.remove(GRANT_BY_ACCOUNT, &(key.2, id, key.1.clone()))?;
        tx.remove(GRANT, &key)?;
    }
    tx.remove_span(JOURNAL, Span::prefix(&(id,)), usize::MAX)?;
    tx.remove_span(JOURNAL_BY_NAME, Span::prefix(&(id,)), usize::MAX)?;
    tx.remove(ZONE_BY_ORIGIN, &Owner(origin.clone()))?;
    tx.remove(ZONE, &id)?;
    tx.emit(Event::Dns(DnsEvent::ZoneRemoved {
        zone,
        origin: origin.clone(),
    }));
    Ok(())
}

/// What a file says of a zone, found to be one: what takes long of that is done before the writer hears of it.
#[derive(Debug, Clone)]
pub(crate) struct WholeZone {
    origin: Name,
    sets: Vec<RrSet>,
    serial: u32,
}

impl WholeZone {
    /// Refuses what is no zone, or none that the protocol allows.
    pub(crate) fn of(origin: Name, sets: Vec<RrSet>) -> Result<Self, Error> {
        let serial = check_whole(&origin, &sets)?;
        judge::check_whole(&origin, &sets)?;
        Ok(Self { origin, sets, serial })
    }
}

/// Has a zone be what a file says, making it where there is none. The serial never falls. In the members' zone, what
/// members hold and the file does not name stays, and SOA and NS are the configuration's.
pub(crate) fn import_zone(
    tx: &mut Write<'_>,
    actor: &Actor,
    whole: &WholeZone,
    now: Timestamp,
) -> Result<Applied, Error> {
    actor.may(Capability::GovernNames)?;
    let origin = &whole.origin;
    let by = By::actor(actor, now);
    let (zone, row) = match tx.get(ZONE_BY_ORIGIN, &Owner(origin.clone()))? {
        Some(id) => {
            let row = tx.get(ZONE, &id)?.ok_or_else(|| Error::NoZone(origin.clone()))?;
            (ZoneId(id), row)
        }
        None => insert(tx, &by, origin, Some(whole.serial))?,
    };
    let is_base = tx.get(BASE, &())?.is_some_and(|base| base.zone == zone);
    let managed =
        |name: &Name, kind| is_base && name == origin && matches!(kind, RecordType::SOA | RecordType::NS);
    let mut turning = Turning::of(zone);
    for (_, Owner(name), kind) in keys_of(tx, zone)? {
        let kept = managed(&name, RecordType(kind)) || grants::holding_of(tx, zone, origin, &name)?.is_some();
        if !kept {
            turning.set(tx, (&name, RecordType(kind)), None)?;
        }
    }
    for set in &whole.sets {
        if !managed(set.name(), set.kind()) {
            turning.set(tx, (set.name(), set.kind()), Some(StoredSet::of(set, None)))?;
        }
    }
    let beside = Beside {
        serial: Some(whole.serial),
        whole: true,
        ..Beside::default()
    };
    store::commit(tx, row, turning, (&by, What::Imported), beside)
}

/// Makes the members' zone as the configuration says, or brings its SOA, NS and glue in line.
pub(crate) fn prepare_base(
    tx: &mut Write<'_>,
    actor: &Actor,
    base: &BaseZone,
    now: Timestamp,
) -> Result<Applied, Error> {
    actor.may(Capability::KeepNames)?;
    let by = By::actor(actor, now);
    let before = tx.get(BASE, &())?;
    let known = tx.get(ZONE_BY_ORIGIN, &Owner(base.zone.origin.clone()))?;
    let applied = match known {
        Some(id) => in_line(tx, &by, ZoneId(id), &base.zone)?,
        None => make(tx, &by, &base.zone)?,
    };
    let stored = Base {
        zone: applied.zone,
        web: base.web.clone(),
    };
    if before.as_ref() != Some(&stored) {
        tx.put(BASE, &(), &stored)?;
    }
    Ok(applied)
}

fn make(tx: &mut Write<'_>, by: &By, new: &NewZone) -> Result<Applied, Error> {
    if tx.contains(ZONE_BY_ORIGIN, &Owner(new.origin.clone()))? {
        return Err(Error::ZoneExists(new.origin.clone()));
    }
    if let Some((parent, row)) = grants::zone_of(tx, &new.origin)?
        && grants::holding_of(tx, parent, &row.origin, &new.origin)?.is_some()
    {
        return Err(Error::ZoneExists(new.origin.clone()));
    }
    let (zone, row) = insert(tx, by, &new.origin, None)?;
    let mut turning = Turning::of(zone);
    for set in first_sets(new, row.version)? {
        turning.set(tx, (set.name(), set.kind()), Some(StoredSet::of(&set, None)))?;
    }
    let beside = Beside {
        whole: true,
        ..Beside::default()
    };
    store::commit(tx, row, turning, (by, What::Configured), beside)
}

/// A row of its own for a zone without records.
fn insert(
    tx: &mut Write<'_>,
    by: &By,
    origin: &Name,
    serial: Option<u32>,
) -> Result<(ZoneId, StoredZone), StoreError> {
    let id = u32::try_from(tx.next_id("dns.zone")?)
        .map_err(|_| StoreError::Refused("there are too many zones".into()))?;
    let row = StoredZone {
        origin: origin.clone(),
        version: Version::before_first(serial, by.now),
        sets: 0,
        created: by.now,
        changed: by.now,
        by: SmolStr::clone(&by.who),
    };
    tx.put(ZONE, &id, &row)?;
    tx.put(ZONE_BY_ORIGIN, &Owner(origin.clone()), &id)?;
    Ok((ZoneId(id), row))
}

/// Brings SOA, NS and glue in line with the configuration; what is so already changes nothing.
fn in_line(tx: &mut Write<'_>, by: &By, zone: ZoneId, wanted: &NewZone) -> Result<Applied, Error> {
    let row = tx
        .get(ZONE, &zone.0)?
        .ok_or_else(|| Error::NoZone(wanted.origin.clone()))?;
    let mut turning = Turning::of(zone);
    for set in first_sets(wanted, row.version)? {
        let at = (set.name(), set.kind());
        if let Some(own) = turning.after(tx, at)? {
            let glue = matches!(set.kind(), RecordType::A | RecordType::AAAA);
            // Addresses that somebody set for a name server are theirs.
            let same = own.to_rrset(set.name().clone(), set.kind()).as_ref() == Some(&set);
            if glue || same {
                continue;
            }
        }
        turning.set(tx, at, Some(StoredSet::of(&set, None)))?;
    }
    store::commit(tx, row, turning, (by, What::Configured), Beside::default())
}

/// SOA, NS and glue of a zone.
fn first_sets(new: &NewZone, version: Version) -> Result<Vec<RrSet>, Error> {
    let first = new.nameservers.first();
    let primary = first.ok_or_else(|| Error::BadZone("a zone needs a name server".to_owned()))?;
    let datum = soa(primary, &new.hostmaster, version.serial());
    let data = |name: &Name| Rdata::new(name.wire());
    let servers: Result<Vec<_>, _> = new.nameservers.iter().map(data).collect();
    let servers = servers.map_err(|error| Error::BadZone(error.to_string()))?;
    let mut sets = vec![RrSet::single(
        new.origin.clone(),
        RecordType::SOA,
        Ttl::DEFAULT,
        datum,
    )];
    sets.extend(RrSet::new(
        new.origin.clone(),
        RecordType::NS,
        Ttl::DEFAULT,
        servers,
    ));
    for (kind, name, data) in glue_of(new) {
        sets.extend(RrSet::new(name, kind, Ttl::DEFAULT, data));
    }
    Ok(sets)
}

fn glue_of(new: &NewZone) -> Vec<(RecordType, Name, Vec<Rdata>)> {
    let mut found: Vec<(RecordType, Name, Vec<Rdata>)> = Vec::new();
    for (name, address) in &new.glue {
        if !name.is_at_or_below(&new.origin) {
            continue;
        }
        let (kind, datum) = crate::dns::settings::address(*address);
        match found.iter_mut().find(|(own, at, _)| *own == kind && at == name) {
            Some((_, _, data)) => data.push(datum),
            None => found.push((kind, name.clone(), vec![datum])),
        }
    }
    found
}

/// Refuses what is no zone; the serial it brings.
fn check_whole(origin: &Name, sets: &[RrSet]) -> Result<u32, Error> {
    if let Some(outside) = sets.iter().find(|set| !set.name().is_at_or_below(origin)) {
        return Err(Error::OutOfZone {
            name: outside.name().clone(),
            top: origin.clone(),
        });
    }
    let apex = |kind| {
        sets.iter()
            .find(move |set| set.kind() == kind && set.name() == origin)
    };
    let soa = apex(RecordType::SOA).filter(|soa| soa.data().len() == 1);
    let soa = soa.ok_or_else(|| Error::BadZone(format!("{origin} must have one SOA record")))?;
    if apex(RecordType::NS).is_none() {
        return Err(Error::BadZone(format!("{origin} has no NS records")));
    }
    if sets
        .iter()
        .any(|set| set.kind() == RecordType::SOA && set.name() != origin)
    {
        return Err(Error::BadZone(
            "only the zone's origin has an SOA record".to_owned(),
        ));
    }
    let datum = &soa.data()[0];
    let serial = store::serial_of(datum).filter(|serial| with_serial(datum, *serial).is_some());
    serial.ok_or_else(|| Error::BadZone(format!("the SOA record of {origin} is too short")))
}

fn keys_of(r: &impl Rows, zone: ZoneId) -> Result<Vec<crate::dns::tables::SetKey>, StoreError> {
    let rows = r.scan(RRSET, all_of(zone), Direction::Forward);
    rows.map(|row| row.map(|(key, _)| key)).collect()
}

/// The state that the first commit leaves behind, so that it leads to the wanted one.
impl Version {
    fn before_first(serial: Option<u32>, now: Timestamp) -> Self {
        match serial {
            // One behind, so that the first change brings the very serial.
            Some(serial) => Self(u64::from(serial.wrapping_sub(1))),
            None => Self(u64::from(Self::first(None, now).serial().wrapping_sub(1))),
        }
    }
}
