//! The administrator that the configuration names.

use jiff::Timestamp;
use smol_str::{SmolStr, format_smolstr};

use super::second_factor::forget_demand;
use super::verification::record_older;
use super::{NewAccount, audit, end_sessions, insert_account, line, save};
use crate::ham::callsign::Callsign;
use crate::identity::error::Error;
use crate::identity::model::Role;
use crate::identity::password::PasswordHash;
use crate::identity::service::ConfiguredAdmin;
use crate::identity::{read, review, token};
use crate::store::Write;

/// Makes the configured administrator what the configuration says; an account it no longer names is its owner's
/// again, with the password it has.
pub(in crate::identity) fn apply_configured(
    tx: &mut Write<'_>,
    admin: Option<&ConfiguredAdmin>,
    now: Timestamp,
) -> Result<(), Error> {
    record_older(tx, now)?;
    review::open_older(tx, now)?;
    for (id, mut account) in read::accounts(tx)? {
        let named = admin.is_some_and(|admin| Some(&admin.call) == account.call.call());
        if account.configured.is_some() && !named {
            account.configured = None;
            save(tx, id, &mut account)?;
            audit(tx, &line("configuration", "account.released", id, ""), now)?;
        }
    }
    match admin {
        Some(admin) => install_configured(tx, &admin.call, admin.password.as_ref(), now),
        None => Ok(()),
    }
}

fn install_configured(
    tx: &mut Write<'_>,
    call: &Callsign,
    hash: Option<&PasswordHash>,
    now: Timestamp,
) -> Result<(), Error> {
    let fingerprint = hash.map(|hash| SmolStr::new(token::fingerprint(&hash.to_string())));
    let new = NewAccount {
        role: Role::Administrator,
        password: hash.cloned(),
        verified: true,
        ..NewAccount::of(call.clone().into())
    };
    let id = match read::account_of(tx, call)? {
        Some(id) => id,
        None => insert_account(tx, "configuration", &new, now)?,
    };
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    let unchanged = account.configured == fingerprint;
    if unchanged && account.role == Role::Administrator && !account.disabled {
        return Ok(());
    }
    if !unchanged && let Some(hash) = hash {
        account.password = Some(format_smolstr!("{hash}"));
        // Whoever sets it there owns the machine, and may have lost the passkey.
        forget_demand(&mut account);
        end_sessions(tx, id, None)?;
    }
    account.configured = fingerprint;
    account.role = Role::Administrator;
    account.disabled = false;
    save(tx, id, &mut account)?;
    audit(
        tx,
        &line("configuration", "account.standing", id, "administrator"),
        now,
    )?;
    Ok(())
}
