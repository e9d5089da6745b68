//! What administrators give members besides the name of their call: part of a zone, one name, proofs for certificates.

use smol_str::SmolStr;

use crate::dns::error::Error;
use crate::dns::grants;
use crate::dns::model::{Reach, Terms};
use crate::dns::name::Name;
use crate::dns::rr::RecordType;
use crate::dns::tables::{GRANT, GRANT_BY_ACCOUNT, Owner, StoredGrant};
use crate::identity::{self, AccountId, Actor, Capability};
use crate::store::{Rows, Span, Write};

/// A right to be given.
#[derive(Debug, Clone)]
pub(crate) struct NewGrant {
    pub(crate) account: AccountId,
    pub(crate) name: Name,
    pub(crate) reach: Reach,
    /// The types it is for; all but delegations, where none is named.
    pub(crate) kinds: Vec<RecordType>,
}

/// Gives a member a right, or another one in place of the one they have there.
pub(crate) fn give(tx: &mut Write<'_>, actor: &Actor, new: &NewGrant, terms: Terms<'_>) -> Result<(), Error> {
    actor.may(Capability::GovernNames)?;
    let (zone, _) = grants::zone_of(tx, &new.name)?.ok_or_else(|| Error::NoZone(new.name.clone()))?;
    let account = new.account.0;
    if identity::read::account(tx, new.account)?.is_none() {
        return Err(Error::NoName(new.name.clone()));
    }
    let key = (zone.0, Owner(new.name.clone()), account);
    let most = terms.quotas.zones_per_member as u64;
    let has = tx.count(GRANT_BY_ACCOUNT, Span::prefix(&(account,)))?;
    if has >= most && !tx.contains(GRANT, &key)? {
        return Err(Error::Quota {
            what: "zones and names of one member",
            most,
        });
    }
    let stored = StoredGrant {
        reach: new.reach,
        kinds: new.kinds.clone(),
        since: terms.now,
        by: SmolStr::new(actor.audit_name()),
    };
    tx.put(GRANT, &key, &stored)?;
    tx.put(GRANT_BY_ACCOUNT, &(account, zone.0, key.1), &())?;
    Ok(())
}

/// Ends a right that was given. Its tokens find nothing that they may change any more.
pub(crate) fn take_back(
    tx: &mut Write<'_>,
    actor: &Actor,
    name: &Name,
    account: AccountId,
) -> Result<(), Error> {
    actor.may(Capability::GovernNames)?;
    let (zone, _) = grants::zone_of(tx, name)?.ok_or_else(|| Error::NoZone(name.clone()))?;
    if !tx.remove(GRANT, &(zone.0, Owner(name.clone()), account.0))? {
        return Err(Error::NoName(name.clone()));
    }
    tx.remove(GRANT_BY_ACCOUNT, &(account.0, zone.0, Owner(name.clone())))?;
    Ok(())
}
