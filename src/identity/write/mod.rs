//! Changes of accounts, sessions and keys; each in the transaction it is given, each with its audit line.
//!
//! The actor is asked here, whoever calls: HTTP, command line or a job. Hashing a password takes too long for a
//! transaction, so the commands take hashes.

mod certificate;
mod configured;
mod contested;
mod erasure;
mod keys;
mod ladder;
mod looking_in;
mod mail_count;
mod morse;
mod passkeys;
mod questions;
mod second_factor;
mod secrets;
mod sessions;
mod tickets;
mod tries;
mod verification;

use jiff::Timestamp;
use smol_str::{SmolStr, format_smolstr};

use super::actor::Actor;
use super::authority::{self, Capability};
use super::error::Error;
use super::event::IdentityEvent;
use super::licence;
use super::login::Login;
use super::model::{
    AccountId, Density, DisplayName, GridPrecision, MailAddress, Preferences, Privacy, Role, Scope, Theme,
    Units,
};
use super::password::PasswordHash;
use super::read;
use super::review;
use super::service::own_digest;
use super::tables::{ACCOUNT, ACCOUNT_BY_CALL, AUDIT, AuditLine, Person, StoredAccount};
use crate::event::Event;
use crate::ham::grid::Grid;
use crate::store::{Rows, StoreError, Write};

pub(crate) use certificate::{Arrival, Arrived, arrive, end_by_certificate};
pub(super) use configured::apply_configured;
pub(crate) use contested::{set_waiting, settle_claim};
pub(super) use erasure::due_erasures;
pub(crate) use erasure::{
    StoredErasure, ask_erasure, begin_erasure, cancel_erasure, erase_piece, note_export,
};
pub(super) use keys::note_key;
pub(crate) use keys::{NewKey, create_api_key, revoke_api_key};
pub(crate) use ladder::{CodeWish, Tried, ask_code, begin_check, give_token, try_code};
pub(super) use ladder::{end_attempts, live_code, live_token, sweep_attempts};
pub(crate) use looking_in::{look_in, note_act};
pub(super) use mail_count::{
    MailCount, forget_address, forgive_check, page_stop, stop_pages, sweep_mail_counts,
};
pub(crate) use mail_count::{Postage, count_mail};
pub(super) use morse::{MorseChallenge, sweep_morse};
pub(crate) use morse::{ask_morse, record_morse, take_morse};
#[cfg(feature = "passkeys")]
pub(crate) use passkeys::add_passkey;
#[cfg(feature = "passkeys")]
pub(super) use passkeys::note_passkey;
pub(crate) use passkeys::{rename_passkey, revoke_passkey};
pub(crate) use questions::replace_gate_questions;
pub(crate) use second_factor::{end_second_factor, require_second_factor, set_short_password};
pub(super) use secrets::note_secret;
pub(crate) use secrets::set_signing_secret;
pub(crate) use sessions::{NewSession, end_session};
pub(super) use sessions::{confirm_session, note_session, start_session, sweep};
use sessions::{end_sessions, put_session};
pub(super) use tickets::sweep_tickets;
pub(crate) use tickets::{
    Admission, ask_first_mail, ask_mail, ask_recovery, confirm_mail, confirm_sign_up, give_recovery,
    hold_sign_up, recover, revoke_recovery, sign_up,
};
pub(super) use tries::{Limit, TryCount, count_try, sweep_tries};
pub(super) use verification::note_run_out;
pub(crate) use verification::{
    Claim, Claimant, Claimed, Proof, add_verification, claim_call, end_verification,
};
pub(super) use verification::{displace, end_proofs_of, move_to_call, record, settle};

/// A person who is to have an account.
#[derive(Debug, Clone)]
pub(crate) struct NewAccount {
    pub(crate) call: Login,
    pub(crate) name: DisplayName,
    pub(crate) grid: Option<Grid>,
    pub(crate) email: Option<MailAddress>,
    pub(crate) role: Role,
    /// What a listener tells of themselves.
    pub(crate) person: Option<Person>,
    /// Without one nobody signs in until one is set.
    pub(crate) password: Option<PasswordHash>,
    /// An administrator vouches that the call is theirs.
    pub(crate) verified: bool,
}

impl NewAccount {
    /// An account that has a name and nothing else.
    pub(crate) fn of(call: Login) -> Self {
        Self {
            role: match call {
                Login::Call(_) => Role::Member,
                Login::Swl(_) => Role::Swl,
            },
            call,
            name: DisplayName::default(),
            grid: None,
            email: None,
            person: None,
            password: None,
            verified: false,
        }
    }
}

/// What a member may change about their own account; `None` leaves a thing as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountChange {
    pub(crate) name: Option<DisplayName>,
    pub(crate) grid: Option<Option<Grid>>,
    pub(crate) email: Option<Option<MailAddress>>,
    pub(crate) theme: Option<Theme>,
    pub(crate) units: Option<Units>,
    pub(crate) density: Option<Density>,
    pub(crate) language: Option<SmolStr>,
    /// Whether the members' directory has them.
    pub(crate) directory: Option<bool>,
    /// How exactly others see where they are.
    pub(crate) grid_precision: Option<GridPrecision>,
    /// Number in the register of licences, such as an FRN; empty for none.
    pub(crate) register_id: Option<SmolStr>,
    /// The revision the change was made for, where the caller knows it.
    pub(crate) revision: Option<u32>,
}

/// What only an administrator may change about an account.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Standing {
    pub(crate) disabled: Option<bool>,
    pub(crate) role: Option<Role>,
    pub(crate) verified: Option<bool>,
}

/// Makes the first administrator. The check and the account are one transaction: of two browsers one wins.
pub(crate) fn set_up(tx: &mut Write<'_>, new: &NewAccount, now: Timestamp) -> Result<AccountId, Error> {
    if read::has_administrator(tx)? {
        return Err(Error::AlreadySetUp);
    }
    let new = NewAccount {
        role: Role::Administrator,
        verified: true,
        ..new.clone()
    };
    insert_account(tx, "first-run link", &new, now)
}

/// Makes an account.
pub(crate) fn add_account(
    tx: &mut Write<'_>,
    actor: &Actor,
    new: &NewAccount,
    now: Timestamp,
) -> Result<AccountId, Error> {
    actor.may(Capability::MakeAccounts)?;
    insert_account(tx, &actor.audit_name(), new, now)
}

fn insert_account(
    tx: &mut Write<'_>,
    who: &str,
    new: &NewAccount,
    now: Timestamp,
) -> Result<AccountId, Error> {
    if let Some(call) = new.call.call().filter(|call| call.as_str() != call.base()) {
        return Err(Error::NotAHomeCall(call.clone(), call.base().to_owned()));
    }
    if new.call.call().is_none() != (new.role == Role::Swl) {
        return Err(Error::Listener);
    }
    let by_call = SmolStr::new(new.call.as_str());
    if tx.contains(ACCOUNT_BY_CALL, &by_call)? || authority::is_reserved(&new.call) {
        return Err(Error::CallTaken(new.call.clone()));
    }
    let id = u32::try_from(tx.next_id("identity.account")?).expect("four billion accounts do not fit a club");
    let id = AccountId(id);
    let mut stored = StoredAccount {
        call: new.call.clone(),
        name: new.name.clone(),
        role: new.role,
        grid: new.grid,
        email: new.email.clone(),
        password: new.password.as_ref().map(|hash| format_smolstr!("{hash}")),
        configured: None,
        second_factor: false,
        short_password: false,
        disabled: false,
        verified: None,
        verified_until: None,
        person: new.person.clone(),
        waiting: false,
        previous: Vec::new(),
        privacy: Privacy::default(),
        preferences: Preferences::default(),
        created: now,
        revision: 1,
    };
    tx.put(ACCOUNT, &id.0, &stored)?;
    tx.put(ACCOUNT_BY_CALL, &by_call, &id.0)?;
    if new.verified {
        verification::record(tx, who, (id, &stored), &Proof::word_of(""), now)?;
        (stored.verified, stored.verified_until) = read::verified(tx, id, &stored, now)?;
        tx.put(ACCOUNT, &id.0, &stored)?;
    }
    let call = stored.call;
    audit(
        tx,
        &line(who, "account.added", id, &format!("{call}, {:?}", new.role)),
        now,
    )?;
    tx.emit(Event::Identity(IdentityEvent::AccountAdded {
        account: id,
        call,
        created: now,
    }));
    Ok(id)
}

/// Changes an account's own particulars: its owner may, and an administrator.
pub(crate) fn change_account(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    change: &AccountChange,
    now: Timestamp,
) -> Result<StoredAccount, Error> {
    if actor.account() == Some(id) {
        actor.require(Scope::Full)?;
        match &change.email {
            None => {}
            // The way back in goes there: not for whoever finds a browser left open.
            Some(None) => drop(actor.confirmed()?),
            Some(Some(_)) => return Err(Error::MailUnconfirmed),
        }
    } else {
        actor.may(Capability::ChangeAccounts)?;
    }
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if change
        .revision
        .is_some_and(|revision| revision != account.revision)
    {
        return Err(Error::Stale);
    }
    let AccountChange {
        name,
        grid,
        email,
        theme,
        units,
        density,
        language,
        directory,
        grid_precision,
        register_id,
        revision: _,
    } = change.clone();
    account.name = name.unwrap_or(account.name);
    account.grid = grid.unwrap_or(account.grid);
    account.email = email.unwrap_or(account.email);
    let preferences = &mut account.preferences;
    preferences.theme = theme.unwrap_or(preferences.theme);
    preferences.units = units.unwrap_or(preferences.units);
    preferences.density = density.unwrap_or(preferences.density);
    preferences.language = language.unwrap_or_else(|| preferences.language.clone());
    let privacy = &mut account.privacy;
    privacy.directory = directory.unwrap_or(privacy.directory);
    privacy.grid_precision = grid_precision.unwrap_or(privacy.grid_precision);
    if let Some(register_id) = register_id {
        account.person.get_or_insert_default().register_id = licence::register_id(&register_id)?;
    }
    save(tx, id, &mut account)?;
    audit(tx, &line(&actor.audit_name(), "account.changed", id, ""), now)?;
    Ok(account)
}

/// Changes what an account is to the installation.
pub(crate) fn set_standing(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    standing: Standing,
    now: Timestamp,
) -> Result<StoredAccount, Error> {
    actor.may(Capability::GovernAccounts)?;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    let governs = |account: &StoredAccount| account.role == Role::Administrator && !account.disabled;
    let governed = governs(&account);
    account.disabled = standing.disabled.unwrap_or(account.disabled);
    let waited = account.waiting;
    account.waiting &= account.disabled;
    account.role = standing.role.unwrap_or(account.role);
    if account.call.call().is_none() != (account.role == Role::Swl) {
        return Err(Error::Listener);
    }
    if governed && !governs(&account) && read::administrators(tx)? == 1 {
        return Err(Error::LastAdministrator);
    }
    if account.disabled {
        end_sessions(tx, id, None)?;
    }
    let who = actor.audit_name();
    if waited && !account.waiting {
        review::sign_up_settled(tx, &who, id, now)?;
    }
    match standing.verified {
        Some(true) if account.verified.is_none() => {
            verification::record(tx, &who, (id, &account), &Proof::word_of(""), now)?;
        }
        Some(false) => verification::end_all(tx, &who, id, "taken back by an administrator", now)?,
        Some(true) | None => {}
    }
    settle(tx, id, &mut account, now)?;
    let detail = format!(
        "{:?}{}{}",
        account.role,
        if account.disabled { ", disabled" } else { "" },
        if account.verified.is_some() {
            ", verified"
        } else {
            ""
        }
    );
    audit(tx, &line(&who, "account.standing", id, &detail), now)?;
    Ok(account)
}

/// Sets a password and ends the account's other sessions. The caller has checked the old password, where the
/// account's owner asks.
pub(crate) fn set_password(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    hash: &PasswordHash,
    now: Timestamp,
) -> Result<(), Error> {
    actor.own_or(id, Actor::owner, Capability::SetPasswords)?;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if account.configured.is_some() {
        return Err(Error::Configured(account.call));
    }
    account.password = Some(format_smolstr!("{hash}"));
    account.short_password = false;
    if let Actor::Service(_) = actor {
        // By the command line: whoever owns the machine, and may have lost the passkey.
        second_factor::forget_demand(&mut account);
    }
    save(tx, id, &mut account)?;
    let own = actor.member().ok().filter(|member| member.account == id);
    end_sessions(tx, id, own.and_then(own_digest))?;
    audit(tx, &line(&actor.audit_name(), "account.password", id, ""), now)?;
    Ok(())
}

/// Replaces the hash of a password that was just shown by a better one of the same password.
pub(super) fn rehash(
    tx: &mut Write<'_>,
    id: AccountId,
    old: &PasswordHash,
    new: &PasswordHash,
) -> Result<(), Error> {
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if account.password.as_deref() == Some(old.to_string().as_str()) {
        account.password = Some(format_smolstr!("{new}"));
        save(tx, id, &mut account)?;
    }
    Ok(())
}

pub(super) fn save(tx: &mut Write<'_>, id: AccountId, account: &mut StoredAccount) -> Result<(), StoreError> {
    let may = |account: &StoredAccount| (account.role, account.disabled, account.verified.is_some());
    let rights = read::account(tx, id)?.as_ref().map(may) != Some(may(account));
    account.revision = account.revision.wrapping_add(1);
    tx.put(ACCOUNT, &id.0, account)?;
    tx.emit(Event::Identity(IdentityEvent::AccountChanged {
        account: id,
        rights,
    }));
    Ok(())
}

/// A line for the audit trail about an account.
pub(super) fn line(who: &str, action: &str, account: AccountId, detail: &str) -> AuditLine {
    AuditLine {
        who: who.into(),
        action: action.into(),
        account: Some(account),
        detail: detail.into(),
    }
}

/// Writes a line of the audit trail.
pub(super) fn audit(tx: &mut Write<'_>, line: &AuditLine, now: Timestamp) -> Result<(), StoreError> {
    let number = tx.next_id("identity.audit")?;
    tx.put(AUDIT, &(now, number), line)
}
