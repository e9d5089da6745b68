//! Whether an account wants a passkey after the password, and the shorter password it may then have.
//!
//! Invariant: an account with a short password wants a passkey, and one that wants a passkey has one; so the last passkey
//! of such an account is not ended, and the demand ends with a password that is long enough alone.

use jiff::Timestamp;
use smol_str::format_smolstr;

use super::{audit, end_sessions, line, save};
use crate::identity::actor::Actor;
use crate::identity::error::Error;
use crate::identity::model::AccountId;
use crate::identity::password::{PasswordHash, WeakPassword};
use crate::identity::read;
use crate::identity::service::own_digest;
use crate::identity::tables::StoredAccount;
use crate::store::{Rows, Write};

/// Has a passkey asked for after the password of the actor's own account. Their other sessions go on: whoever has them
/// came in by what was asked for then, and they can be ended one by one.
pub(crate) fn require_second_factor(tx: &mut Write<'_>, actor: &Actor, now: Timestamp) -> Result<(), Error> {
    let id = actor.confirmed()?.account;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if cfg!(not(feature = "passkeys")) || read::passkeys(tx, id)?.is_empty() {
        return Err(Error::NoPasskeyYet);
    }
    account.second_factor = true;
    save(tx, id, &mut account)?;
    audit(
        tx,
        &line(&actor.audit_name(), "account.second_factor", id, "on"),
        now,
    )?;
    Ok(())
}

/// Has the password of the actor's own account count alone again.
pub(crate) fn end_second_factor(
    tx: &mut Write<'_>,
    actor: &Actor,
    new: Option<&PasswordHash>,
    now: Timestamp,
) -> Result<(), Error> {
    let id = actor.confirmed()?.account;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    match new {
        Some(_) if account.configured.is_some() => return Err(Error::Configured(account.call)),
        Some(hash) => account.password = Some(format_smolstr!("{hash}")),
        None if account.short_password => return Err(WeakPassword::ALONE.into()),
        None => {}
    }
    forget_demand(&mut account);
    save(tx, id, &mut account)?;
    if new.is_some() {
        end_sessions(tx, id, own_digest(actor.confirmed()?))?;
        audit(tx, &line(&actor.audit_name(), "account.password", id, ""), now)?;
    }
    audit(
        tx,
        &line(&actor.audit_name(), "account.second_factor", id, "off"),
        now,
    )?;
    Ok(())
}

/// Sets a password of the actor's own that is too short to be the only factor.
pub(crate) fn set_short_password(
    tx: &mut Write<'_>,
    actor: &Actor,
    hash: &PasswordHash,
    now: Timestamp,
) -> Result<(), Error> {
    let id = actor.owner()?.account;
    if !read::account(tx, id)?.is_some_and(|account| account.second_factor) {
        return Err(WeakPassword::ALONE.into());
    }
    super::set_password(tx, actor, id, hash, now)?;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    account.short_password = true;
    save(tx, id, &mut account)?;
    Ok(())
}

/// The password of this account counts alone, and is long enough for it.
pub(super) fn forget_demand(account: &mut StoredAccount) {
    account.second_factor = false;
    account.short_password = false;
}

/// Refuses to end the only passkey of an account that wants one.
pub(super) fn not_the_last(rows: &impl Rows, id: AccountId) -> Result<(), Error> {
    let wants = read::account(rows, id)?.is_some_and(|account| account.second_factor);
    if wants && read::passkeys(rows, id)?.len() < 2 {
        return Err(Error::LastPasskey);
    }
    Ok(())
}
