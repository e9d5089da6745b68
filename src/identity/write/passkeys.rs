//! Passkeys of accounts: kept, renamed, used, revoked. What makes one genuine is checked before, see `passkey.rs`.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::second_factor::not_the_last;
use super::{audit, line};
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::model::{AccountId, DisplayName};
#[cfg(feature = "passkeys")]
use crate::identity::read;
use crate::identity::tables::{PASSKEY, StoredPasskey};
use crate::store::{Rows, Write};

/// Passkeys of one account: a device or two for each pocket.
#[cfg(feature = "passkeys")]
const MOST_PASSKEYS: usize = 20;

/// Keeps a passkey of the actor's own account.
#[cfg(feature = "passkeys")]
pub(crate) fn add_passkey(
    tx: &mut Write<'_>,
    actor: &Actor,
    (id, passkey): (&SmolStr, &StoredPasskey),
    now: Timestamp,
) -> Result<(), Error> {
    let member = actor.confirmed()?;
    if member.account != passkey.account {
        return Err(Error::UnknownAccount);
    }
    if tx.contains(PASSKEY, id)? {
        return Err(Error::PasskeyKnown);
    }
    if read::passkeys(tx, passkey.account)?.len() >= MOST_PASSKEYS {
        return Err(Error::TooManyPasskeys(MOST_PASSKEYS));
    }
    tx.put(PASSKEY, id, passkey)?;
    let name = passkey.name.as_str();
    audit(
        tx,
        &line(&actor.audit_name(), "passkey.added", passkey.account, name),
        now,
    )?;
    Ok(())
}

/// Gives one of the actor's own passkeys another name.
pub(crate) fn rename_passkey(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: &SmolStr,
    name: DisplayName,
    now: Timestamp,
) -> Result<(), Error> {
    let member = actor.owner()?;
    let mut passkey = own(tx, id, member.account)?;
    passkey.name = name;
    tx.put(PASSKEY, id, &passkey)?;
    let name = passkey.name.as_str();
    audit(
        tx,
        &line(&actor.audit_name(), "passkey.renamed", member.account, name),
        now,
    )?;
    Ok(())
}

/// Ends a passkey: its owner may, having lately shown who they are, and an administrator.
pub(crate) fn revoke_passkey(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: &SmolStr,
    now: Timestamp,
) -> Result<(), Error> {
    let passkey = tx.get(PASSKEY, id)?.ok_or(Error::UnknownPasskey)?;
    let may = actor.own_or(passkey.account, Actor::confirmed, Capability::EndKeys);
    may.map_err(|denied| {
        if actor.account() == Some(passkey.account) {
            Error::Denied(denied)
        } else {
            // Somebody else's passkey is not admitted to exist.
            Error::UnknownPasskey
        }
    })?;
    not_the_last(tx, passkey.account)?;
    tx.remove(PASSKEY, id)?;
    let name = passkey.name.as_str();
    audit(
        tx,
        &line(&actor.audit_name(), "passkey.revoked", passkey.account, name),
        now,
    )?;
    Ok(())
}

/// Notes that a passkey was used, with what its counter says now.
#[cfg(feature = "passkeys")]
pub(in crate::identity) fn note_passkey(
    tx: &mut Write<'_>,
    id: &SmolStr,
    credential: Option<String>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut passkey = tx.get(PASSKEY, id)?.ok_or(Error::UnknownPasskey)?;
    passkey.credential = credential.unwrap_or(passkey.credential);
    passkey.last_used = Some(now);
    tx.put(PASSKEY, id, &passkey)?;
    Ok(())
}

fn own(rows: &impl Rows, id: &SmolStr, account: AccountId) -> Result<StoredPasskey, Error> {
    let found = rows.get(PASSKEY, id)?;
    let found = found.filter(|passkey| passkey.account == account);
    found.ok_or(Error::UnknownPasskey)
}
