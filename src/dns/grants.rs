//! Who may see and change which records: the one place that decides.
//!
//! An administrator (and a part of the program that governs names) may all. A member has the subtree of the name that
//! belongs to the call, and what an administrator granted besides; nothing else exists for them. Names are compared by
//! labels, never by the end of a text. Delegations (NS, DS) need a grant that says so; records that the server keeps
//! itself (SOA, signatures, keys) are nobody's. A token has what it is for, as long as its owner has it too.

use super::error::Error;
use super::model::{NameState, Reach, TokenScope, ZoneId};
use super::name::Name;
use super::rr::RecordType;
use super::tables::{
    BASE, GRANT, GRANT_BY_ACCOUNT, NAME, NAME_BY_ACCOUNT, Owner, StoredGrant, StoredName, StoredToken,
    StoredZone, ZONE, ZONE_BY_ORIGIN,
};
use crate::identity::{Actor, Capability, Scope};
use crate::store::{Direction, Rows, Span, StoreError};

/// Types that members set only where a grant names them.
const DELEGATING: [RecordType; 3] = [RecordType::NS, RecordType::DS, RecordType::DNAME];
/// Types that the server sets itself.
const KEPT: [RecordType; 8] = [
    RecordType::SOA,
    RecordType::RRSIG,
    RecordType::NSEC,
    RecordType::NSEC3,
    RecordType::NSEC3PARAM,
    RecordType::DNSKEY,
    RecordType::CDS,
    RecordType::CDNSKEY,
];

/// A zone, or a name shown as one, opened by somebody.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) zone: ZoneId,
    pub(crate) row: StoredZone,
    /// The zone's origin, or the granted name in it: `@` in what the member sees.
    pub(crate) top: Name,
    /// The member's name it is or belongs to.
    pub(crate) holding: Option<(Name, StoredName)>,
    pub(crate) rights: Rights,
}

/// What whoever opened a zone may do there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Everything.
    Governs,
    /// What this account was granted.
    Account(u32),
    /// What this token of the account is for.
    Token(u32, TokenScope),
}

impl Opened {
    /// Whether it is the whole zone.
    pub(crate) fn is_whole(&self) -> bool {
        self.top == self.row.origin
    }

    /// Refuses unless a record of this type may be changed at this name.
    pub(crate) fn may_set(&self, r: &impl Rows, name: &Name, kind: RecordType) -> Result<(), Error> {
        if !name.is_at_or_below(&self.top) {
            return Err(Error::OutOfZone {
                name: name.clone(),
                top: self.top.clone(),
            });
        }
        not_suspended(r, self.zone, &self.row.origin, name)?;
        let allowed = match self.rights {
            Rights::Governs => true,
            Rights::Account(account) => account_may(r, (self.zone, &self.row.origin), account, (name, kind))?,
            Rights::Token(account, scope) => {
                let within = match scope {
                    TokenScope::Dyndns => {
                        *name == self.top && matches!(kind, RecordType::A | RecordType::AAAA)
                    }
                    TokenScope::Acme => is_challenge(name, kind),
                };
                within && account_may(r, (self.zone, &self.row.origin), account, (name, kind))?
            }
        };
        if allowed {
            return Ok(());
        }
        Err(Error::NotGranted {
            name: name.clone(),
            kind,
        })
    }
}

/// Opens a zone by its origin, or a name in one as if it were a zone.
pub(crate) fn open(r: &impl Rows, actor: &Actor, top: &Name) -> Result<Opened, Error> {
    let governs = governs(actor);
    if !governs {
        actor.require(Scope::DnsWrite)?;
    }
    let unknown = || Error::NoZone(top.clone());
    let (zone, row) = zone_of(r, top)?.ok_or_else(unknown)?;
    let holding = holding_of(r, zone, &row.origin, top)?;
    let rights = if governs {
        Rights::Governs
    } else {
        Rights::Account(actor.member()?.account.0)
    };
    if let Rights::Account(account) = rights
        && !may_see(r, (zone, &row.origin), account, top)?
    {
        return Err(unknown());
    }
    Ok(Opened {
        zone,
        row,
        top: top.clone(),
        holding,
        rights,
    })
}

/// Opens the name that a token is for.
pub(crate) fn open_by_token(r: &impl Rows, token: &StoredToken) -> Result<Opened, Error> {
    let row = r.get(ZONE, &token.zone.0)?.ok_or(Error::NoToken)?;
    Ok(Opened {
        zone: token.zone,
        holding: holding_of(r, token.zone, &row.origin, &token.name)?,
        row,
        top: token.name.clone(),
        rights: Rights::Token(token.account, token.scope),
    })
}

/// Whether the actor may change everything.
pub(crate) fn governs(actor: &Actor) -> bool {
    actor.may(Capability::GovernNames).is_ok()
}

/// The zone that a name is in: the one with the longest origin at or above it.
pub(crate) fn zone_of(r: &impl Rows, name: &Name) -> Result<Option<(ZoneId, StoredZone)>, StoreError> {
    let mut at = Some(name.clone());
    while let Some(origin) = at {
        if let Some(id) = r.get(ZONE_BY_ORIGIN, &Owner(origin.clone()))? {
            return Ok(r.get(ZONE, &id)?.map(|row| (ZoneId(id), row)));
        }
        at = origin.parent();
    }
    Ok(None)
}

/// The member's name that a name is or is below.
pub(crate) fn holding_of(
    r: &impl Rows,
    zone: ZoneId,
    origin: &Name,
    name: &Name,
) -> Result<Option<(Name, StoredName)>, StoreError> {
    // Members' names are the labels right below the origin of the members' zone, and no others.
    if !name.is_below(origin) {
        return Ok(None);
    }
    let own = name.ancestor(origin.label_count() + 1);
    let held = r.get(NAME, &(zone.0, Owner(own.clone())))?;
    Ok(held.map(|held| (own, held)))
}

/// Refuses where the name belongs to a member's that is not answered for.
pub(crate) fn not_suspended(r: &impl Rows, zone: ZoneId, origin: &Name, name: &Name) -> Result<(), Error> {
    match holding_of(r, zone, origin, name)? {
        Some((name, held)) => match held.state {
            NameState::Suspended { why, .. } => Err(Error::Suspended { name, why }),
            NameState::Live | NameState::Released { .. } => Ok(()),
        },
        None => Ok(()),
    }
}

/// Everything an account may open, by name: its own names first, whatever their state.
pub(crate) fn tops_of(r: &impl Rows, account: u32) -> Result<Vec<(ZoneId, Name)>, StoreError> {
    let mut found = Vec::new();
    let span = || Span::prefix(&(account,));
    let own = r.scan(NAME_BY_ACCOUNT, span(), Direction::Forward);
    for row in own.chain(r.scan(GRANT_BY_ACCOUNT, span(), Direction::Forward)) {
        let ((_, zone, Owner(name)), ()) = row?;
        if !found.contains(&(ZoneId(zone), name.clone())) {
            found.push((ZoneId(zone), name));
        }
    }
    Ok(found)
}

/// The members' zone.
pub(crate) fn base(r: &impl Rows) -> Result<Option<(ZoneId, StoredZone)>, StoreError> {
    let Some(base) = r.get(BASE, &())? else {
        return Ok(None);
    };
    Ok(r.get(ZONE, &base.zone.0)?.map(|row| (base.zone, row)))
}

/// Whether members may ever set the type.
pub(crate) fn is_kept(kind: RecordType) -> bool {
    KEPT.contains(&kind)
}

/// Whether the name is at or below one of the account's.
fn may_see(
    r: &impl Rows,
    (zone, origin): (ZoneId, &Name),
    account: u32,
    name: &Name,
) -> Result<bool, StoreError> {
    for labels in (origin.label_count()..=name.label_count()).rev() {
        let at = Owner(name.ancestor(labels));
        if r.get(NAME, &(zone.0, at.clone()))?
            .is_some_and(|held| held.account == Some(account))
            || r.contains(GRANT, &(zone.0, at, account))?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn account_may(
    r: &impl Rows,
    (zone, origin): (ZoneId, &Name),
    account: u32,
    (name, kind): (&Name, RecordType),
) -> Result<bool, StoreError> {
    if is_kept(kind) {
        return Ok(false);
    }
    let delegates = DELEGATING.contains(&kind);
    for labels in (origin.label_count()..=name.label_count()).rev() {
        let at = name.ancestor(labels);
        let key = (zone.0, Owner(at.clone()));
        if let Some(held) = r.get(NAME, &key)?
            && held.account == Some(account)
            && held.is_live()
            && (!delegates || held.delegates)
        {
            return Ok(true);
        }
        let granted = r.get(GRANT, &(key.0, key.1, account))?;
        if granted.is_some_and(|granted| granted.covers(&at, name, kind)) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl StoredGrant {
    /// Whether a grant at `at` allows a record of this type at `name`, which is at or below it.
    fn covers(&self, at: &Name, name: &Name, kind: RecordType) -> bool {
        let reaches = match self.reach {
            Reach::Subtree => true,
            Reach::Own => at == name,
            Reach::Acme => return is_challenge(name, kind),
        };
        let named = if self.kinds.is_empty() {
            !DELEGATING.contains(&kind)
        } else {
            self.kinds.contains(&kind)
        };
        reaches && named
    }
}

/// Whether it is a place for proofs of certificates.
fn is_challenge(name: &Name, kind: RecordType) -> bool {
    kind == RecordType::TXT && name.labels().next() == Some(b"_acme-challenge")
}
