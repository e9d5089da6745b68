//! Two comparisons: indexes with their records, for `shackbox check`; and records with what is answered, every night.
//!
//! The second one builds each zone anew from its rows and compares it with the zone that queries are answered from, set
//! by set, and asks that one as the world does. What differs is told to administrators, and the zone is not mended in
//! silence: a difference is a fault of the program.

mod answers;

use jiff::Timestamp;

use crate::dns::error::Error;
use crate::dns::grants;
use crate::dns::model::ZoneId;
use crate::dns::read::{self, Whole};
use crate::dns::rr::RecordType;
use crate::dns::service::Dns;
use crate::dns::tables::{
    ENDING, GRANT, GRANT_BY_ACCOUNT, JOURNAL, JOURNAL_BY_NAME, NAME, NAME_BY_ACCOUNT, Owner, RRSET, TOKEN,
    TOKEN_BY_ACCOUNT, ZONE, ZONE_BY_ORIGIN, all_of, set_key,
};
use crate::dns::write::serial_of;
use crate::dns::zone::Zone;
use crate::store::{Direction, IndexCheck, Read, Rows, Span, StoreError};

/// Differences told at most.
const MOST: usize = 100;

/// The checks of this domain, for the store's registry.
pub(crate) const CHECKS: [(&str, IndexCheck); 3] = [
    ("dns zones", zones),
    ("dns names and grants", names),
    ("dns journal", journal),
];

/// What a comparison of records with answers found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Compared {
    pub(crate) at: Timestamp,
    pub(crate) zones: usize,
    /// Sets of records compared.
    pub(crate) sets: usize,
    /// Questions asked of what is answered.
    pub(crate) asked: usize,
    /// One line for each difference.
    pub(crate) findings: Vec<String>,
}

/// Compares the records of all zones with what is answered, or with nothing where nobody answers. Blocking, and long.
pub(crate) fn compare(dns: &Dns, answered: bool) -> Result<Compared, Error> {
    let mut compared = Compared {
        at: dns.now(),
        zones: 0,
        sets: 0,
        asked: 0,
        findings: Vec::new(),
    };
    let ids = dns.store.read_now(read::zones_of_server)?;
    for (zone, origin, _) in ids {
        let mut found = compare_zone(dns, zone, answered)?;
        // A change may come between the two looks; what is wrong stays so.
        for _ in 0..3 {
            if found.findings.is_empty() {
                break;
            }
            found = compare_zone(dns, zone, answered)?;
        }
        compared.zones += 1;
        compared.sets += found.sets;
        let room = MOST.saturating_sub(compared.findings.len());
        let told = found
            .findings
            .into_iter()
            .map(|finding| format!("{origin} {finding}"));
        compared.findings.extend(told.take(room));
        let catalogue = dns.live.zones().snapshot();
        if let Some(live) = catalogue.zone(&origin).filter(|_| answered) {
            answers::ask(&catalogue, live, &mut compared);
        }
    }
    Ok(compared)
}

/// What a look at one zone found.
#[derive(Default)]
struct Look {
    sets: usize,
    findings: Vec<String>,
}

fn compare_zone(dns: &Dns, zone: ZoneId, answered: bool) -> Result<Look, Error> {
    let Some(whole) = dns.store.read_now(|r| read::whole(r, zone))? else {
        return Ok(Look::default());
    };
    let mut look = Look {
        sets: whole.sets.len(),
        findings: Vec::new(),
    };
    let Whole {
        origin,
        version,
        sets,
    } = whole;
    let fresh = match Zone::build(origin.clone(), sets) {
        Ok(fresh) => fresh,
        Err(error) => {
            look.findings.push(format!("cannot be answered: {error}"));
            return Ok(look);
        }
    };
    if fresh.serial() != version.serial() {
        let finding = format!(
            "the SOA has serial {}, the zone {}",
            fresh.serial(),
            version.serial()
        );
        look.findings.push(finding);
    }
    if answered {
        let catalogue = dns.live.zones().snapshot();
        match catalogue.zone(&origin) {
            Some(live) => differences(&fresh, live, &mut look.findings),
            None => look.findings.push("is not answered for".to_owned()),
        }
    }
    Ok(look)
}

/// Sets that differ between what is stored and what is answered. Both are in canonical order.
fn differences(stored: &Zone, live: &Zone, findings: &mut Vec<String>) {
    let (mut stored, mut live) = (stored.sets().peekable(), live.sets().peekable());
    while findings.len() < MOST {
        let finding = match (stored.peek(), live.peek()) {
            (None, None) => return,
            (Some(set), None) => {
                let finding = format!("{} {} is stored and not answered", set.name(), set.kind());
                stored.next();
                finding
            }
            (None, Some(set)) => {
                let finding = format!("{} {} is answered and not stored", set.name(), set.kind());
                live.next();
                finding
            }
            (Some(own), Some(other)) => match (own.name(), own.kind()).cmp(&(other.name(), other.kind())) {
                std::cmp::Ordering::Equal => {
                    let same = own == other;
                    let finding = format!(
                        "{} {} is answered otherwise than it is stored",
                        own.name(),
                        own.kind()
                    );
                    stored.next();
                    live.next();
                    if same {
                        continue;
                    }
                    finding
                }
                std::cmp::Ordering::Less => {
                    let finding = format!("{} {} is stored and not answered", own.name(), own.kind());
                    stored.next();
                    finding
                }
                std::cmp::Ordering::Greater => {
                    let finding = format!("{} {} is answered and not stored", other.name(), other.kind());
                    live.next();
                    finding
                }
            },
        };
        findings.push(finding);
    }
}

/// Serials, counts, origins, and the index of records that go.
fn zones(r: &Read) -> Result<Vec<String>, StoreError> {
    let mut differences = Differences::default();
    let (mut rows, mut ending) = (0, 0);
    for zone in r.scan(ZONE, Span::all(), Direction::Forward) {
        let (id, zone) = zone?;
        let origin = &zone.origin;
        if r.get(ZONE_BY_ORIGIN, &Owner(origin.clone()))? != Some(id) {
            differences.tell(|| format!("zone {origin}: not found by its origin"));
        }
        let mut sets = 0;
        for set in r.scan(RRSET, all_of(ZoneId(id)), Direction::Forward) {
            let ((_, name, kind), set) = set?;
            sets += 1;
            if !name.0.is_at_or_below(origin) {
                differences.tell(|| format!("zone {origin}: {} is not in it", name.0));
            }
            let sorted = set.records.is_sorted_by(|a, b| a.datum < b.datum) && !set.records.is_empty();
            if !sorted {
                differences.tell(|| {
                    format!(
                        "zone {origin}: the set {} {} is out of order",
                        name.0,
                        RecordType(kind)
                    )
                });
            }
            if let Some(until) = set.ends() {
                ending += 1;
                if !r.contains(ENDING, &(until, id, name.clone(), kind))? {
                    differences.tell(|| format!("zone {origin}: {} is not in the index of ends", name.0));
                }
            }
        }
        rows += sets;
        if sets != zone.sets {
            differences.tell(|| format!("zone {origin}: {} sets counted, {sets} there", zone.sets));
        }
        let soa = r.get(RRSET, &set_key(ZoneId(id), origin, RecordType::SOA))?;
        let serial = soa.and_then(|soa| serial_of(&soa.records.first()?.datum));
        if serial != Some(zone.version.serial()) {
            differences.tell(|| format!("zone {origin}: the SOA record has another serial"));
        }
    }
    differences.count("zones by origin", r.len(ZONE)?, r.len(ZONE_BY_ORIGIN)?);
    differences.count("sets of zones", rows, r.len(RRSET)?);
    differences.count("sets with an end", ending, r.len(ENDING)?);
    Ok(differences.0)
}

/// Lists by account.
fn names(r: &Read) -> Result<Vec<String>, StoreError> {
    let mut differences = Differences::default();
    let mut held = 0;
    for row in r.scan(NAME, Span::all(), Direction::Forward) {
        let ((zone, name), row) = row?;
        let Some(account) = row.account else { continue };
        held += 1;
        if !r.contains(NAME_BY_ACCOUNT, &(account, zone, name.clone()))? {
            differences.tell(|| format!("{}: not in its holder's list", name.0));
        }
    }
    differences.count("names by account", held, r.len(NAME_BY_ACCOUNT)?);
    for row in r.scan(GRANT, Span::all(), Direction::Forward) {
        let ((zone, name, account), _) = row?;
        if !r.contains(GRANT_BY_ACCOUNT, &(account, zone, name.clone()))? {
            differences.tell(|| format!("{}: a grant is not in its holder's list", name.0));
        }
    }
    differences.count("grants by account", r.len(GRANT)?, r.len(GRANT_BY_ACCOUNT)?);
    for row in r.scan(TOKEN, Span::all(), Direction::Forward) {
        let (id, token) = row?;
        if !r.contains(TOKEN_BY_ACCOUNT, &(token.account, id.clone()))? {
            differences.tell(|| format!("token {id}: not in its owner's list"));
        }
    }
    differences.count("tokens by account", r.len(TOKEN)?, r.len(TOKEN_BY_ACCOUNT)?);
    Ok(differences.0)
}

/// States that follow one another, and the index by members' names.
fn journal(r: &Read) -> Result<Vec<String>, StoreError> {
    let mut differences = Differences::default();
    for row in r.scan(JOURNAL, Span::all(), Direction::Forward) {
        let ((zone, version), entry) = row?;
        if entry.before.0 >= version {
            differences.tell(|| format!("zone {zone}: change {version} leads back"));
        }
        let Some(row) = r.get(ZONE, &zone)? else {
            differences.tell(|| format!("change {version} is of zone {zone}, which there is not"));
            continue;
        };
        if version > row.version.0 {
            differences.tell(|| format!("zone {}: change {version} is still to come", row.origin));
        }
        for turned in &entry.turned {
            let held = grants::holding_of(r, ZoneId(zone), &row.origin, &turned.name)?;
            // A name that was given later is not in the index of what was before.
            if let Some((name, held)) = held
                && held.created < entry.at
                && !r.contains(JOURNAL_BY_NAME, &(zone, Owner(name.clone()), version))?
            {
                differences.tell(|| format!("{name}: change {version} is not in its history"));
            }
        }
    }
    for row in r.scan(JOURNAL_BY_NAME, Span::all(), Direction::Forward) {
        let ((zone, name, version), ()) = row?;
        if !r.contains(JOURNAL, &(zone, version))? {
            differences.tell(|| format!("{}: its history has change {version}, which there is not", name.0));
        }
    }
    Ok(differences.0)
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn tell(&mut self, what: impl FnOnce() -> String) {
        if self.0.len() < MOST {
            self.0.push(what());
        }
    }

    fn count(&mut self, what: &str, expected: u64, stored: u64) {
        if expected != stored {
            self.tell(|| format!("{what}: {stored} rows stored, {expected} expected"));
        }
    }
}

impl Compared {
    /// Whether nothing differs.
    pub(crate) fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}
