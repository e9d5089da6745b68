//! Changes of accounts, sessions and keys; each in the transaction it is given, each with its audit line.
//!
//! The actor is asked here, whoever calls: HTTP, command line or a job. Hashing a password takes too long for a
//! transaction, so the commands take hashes.

mod keys;

use jiff::{SignedDuration, Timestamp};
use smol_str::{SmolStr, format_smolstr};

use super::actor::{Actor, Admin, Credential, Denied};
use super::error::Error;
use super::event::IdentityEvent;
use super::model::{AccountId, Density, DisplayName, MailAddress, Preferences, Role, Scope, Theme, Units};
use super::password::PasswordHash;
use super::service::ConfiguredAdmin;
use super::tables::{ACCOUNT, ACCOUNT_BY_CALL, AUDIT, AuditLine, SESSION, StoredAccount, StoredSession};
use super::token::SecretDigest;
use super::{read, token};
use crate::event::Event;
use crate::ham::callsign::Callsign;
use crate::ham::grid::Grid;
use crate::store::{Direction, Rows, Span, StoreError, Write};

pub(super) use keys::note_key;
pub(crate) use keys::{NewKey, create_api_key, revoke_api_key};

/// Sessions of one account; the one idle longest makes room.
const MAX_SESSIONS: usize = 50;

/// A person who is to have an account.
#[derive(Debug, Clone)]
pub(crate) struct NewAccount {
    pub(crate) call: Callsign,
    pub(crate) name: DisplayName,
    pub(crate) grid: Option<Grid>,
    pub(crate) email: Option<MailAddress>,
    pub(crate) role: Role,
    /// Without one nobody signs in until one is set.
    pub(crate) password: Option<PasswordHash>,
    /// An administrator vouches that the call is theirs.
    pub(crate) verified: bool,
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

/// A browser that has shown the password.
#[derive(Debug, Clone)]
pub(crate) struct NewSession {
    pub(crate) digest: SecretDigest,
    pub(crate) account: AccountId,
    pub(crate) remember: bool,
    pub(crate) network: SmolStr,
    pub(crate) agent: SmolStr,
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
    admin: Admin<'_>,
    new: &NewAccount,
    now: Timestamp,
) -> Result<AccountId, Error> {
    insert_account(tx, &admin.actor().audit_name(), new, now)
}

fn insert_account(
    tx: &mut Write<'_>,
    who: &str,
    new: &NewAccount,
    now: Timestamp,
) -> Result<AccountId, Error> {
    if new.call.as_str() != new.call.base() {
        return Err(Error::NotAHomeCall(new.call.clone(), new.call.base().to_owned()));
    }
    let by_call = SmolStr::new(new.call.as_str());
    if tx.contains(ACCOUNT_BY_CALL, &by_call)? {
        return Err(Error::CallTaken(new.call.clone()));
    }
    let id = u32::try_from(tx.next_id("identity.account")?).expect("four billion accounts do not fit a club");
    let id = AccountId(id);
    let stored = StoredAccount {
        call: new.call.clone(),
        name: new.name.clone(),
        role: new.role,
        grid: new.grid,
        email: new.email.clone(),
        password: new.password.as_ref().map(|hash| format_smolstr!("{hash}")),
        configured: None,
        disabled: false,
        verified: new.verified.then_some(now),
        preferences: Preferences::default(),
        created: now,
        revision: 1,
    };
    tx.put(ACCOUNT, &id.0, &stored)?;
    tx.put(ACCOUNT_BY_CALL, &by_call, &id.0)?;
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
    } else {
        actor.admin()?;
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
    save(tx, id, &mut account)?;
    audit(tx, &line(&actor.audit_name(), "account.changed", id, ""), now)?;
    Ok(account)
}

/// Changes what an account is to the installation.
pub(crate) fn set_standing(
    tx: &mut Write<'_>,
    admin: Admin<'_>,
    id: AccountId,
    standing: Standing,
    now: Timestamp,
) -> Result<StoredAccount, Error> {
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    let governs = |account: &StoredAccount| account.role == Role::Administrator && !account.disabled;
    let governed = governs(&account);
    account.disabled = standing.disabled.unwrap_or(account.disabled);
    account.role = standing.role.unwrap_or(account.role);
    if let Some(verified) = standing.verified {
        account.verified = verified.then(|| account.verified.unwrap_or(now));
    }
    if governed && !governs(&account) && read::administrators(tx)? == 1 {
        return Err(Error::LastAdministrator);
    }
    if account.disabled {
        end_sessions(tx, id, None)?;
    }
    save(tx, id, &mut account)?;
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
    audit(
        tx,
        &line(&admin.actor().audit_name(), "account.standing", id, &detail),
        now,
    )?;
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
    let own = own_or_admin(actor, id)?;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if account.configured.is_some() {
        return Err(Error::Configured(account.call));
    }
    account.password = Some(format_smolstr!("{hash}"));
    save(tx, id, &mut account)?;
    end_sessions(tx, id, own)?;
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

/// Makes the configured administrator what the configuration says; an account it no longer names is its owner's
/// again, with the password it has.
pub(super) fn apply_configured(
    tx: &mut Write<'_>,
    admin: Option<&ConfiguredAdmin>,
    now: Timestamp,
) -> Result<(), Error> {
    for (id, mut account) in read::accounts(tx)? {
        let named = admin.is_some_and(|admin| admin.call == account.call);
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
        call: call.clone(),
        name: DisplayName::default(),
        grid: None,
        email: None,
        role: Role::Administrator,
        password: hash.cloned(),
        verified: true,
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

/// Starts a session, making room where an account has too many.
pub(super) fn start_session(tx: &mut Write<'_>, new: &NewSession, now: Timestamp) -> Result<(), Error> {
    let account = read::account(tx, new.account)?.filter(|account| !account.disabled);
    let account = account.ok_or(Error::WrongPassword)?;
    let mut sessions = sessions_of(tx, new.account)?;
    sessions.sort_by_key(|(_, session)| std::cmp::Reverse(session.last_seen));
    for (digest, _) in sessions.iter().skip(MAX_SESSIONS - 1) {
        tx.remove(SESSION, digest)?;
    }
    let session = StoredSession {
        account: new.account,
        created: now,
        last_seen: now,
        confirmed: now,
        remember: new.remember,
        lapsed: false,
        network: new.network.clone(),
        agent: new.agent.clone(),
    };
    tx.put(SESSION, &new.digest, &session)?;
    audit(
        tx,
        &line(
            account.call.as_str(),
            "session.started",
            new.account,
            &new.network,
        ),
        now,
    )?;
    Ok(())
}

/// Notes that the session's password was shown once more.
pub(super) fn confirm_session(
    tx: &mut Write<'_>,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<(), Error> {
    let mut session = tx.get(SESSION, digest)?.ok_or(Error::UnknownSession)?;
    session.confirmed = now;
    session.last_seen = now;
    session.lapsed = false;
    tx.put(SESSION, digest, &session)?;
    Ok(())
}

/// Ends one session of the actor's account.
pub(crate) fn end_session(
    tx: &mut Write<'_>,
    actor: &Actor,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<(), Error> {
    let member = actor.in_person()?;
    let session = tx
        .get(SESSION, digest)?
        .filter(|session| session.account == member.account);
    session.ok_or(Error::UnknownSession)?;
    tx.remove(SESSION, digest)?;
    audit(
        tx,
        &line(&actor.audit_name(), "session.ended", member.account, ""),
        now,
    )?;
    tx.emit(Event::Identity(IdentityEvent::SessionsEnded {
        account: member.account,
    }));
    Ok(())
}

/// When a session was last seen, as memory knows it; ended ones stay ended.
pub(super) fn note_session(
    tx: &mut Write<'_>,
    digest: &SecretDigest,
    seen: Timestamp,
    lapsed: bool,
) -> Result<(), StoreError> {
    if let Some(session) = tx.get(SESSION, digest)? {
        tx.put(
            SESSION,
            digest,
            &StoredSession {
                last_seen: seen,
                lapsed,
                ..session
            },
        )?;
    }
    Ok(())
}

/// Removes sessions that are over and audit lines older than two years.
pub(super) fn sweep(tx: &mut Write<'_>, over: &[SecretDigest], now: Timestamp) -> Result<(), StoreError> {
    for digest in over {
        tx.remove(SESSION, digest)?;
    }
    let old = now
        .checked_sub(SignedDuration::from_hours(2 * 366 * 24))
        .unwrap_or(Timestamp::MIN);
    tx.remove_span(AUDIT, Span::all().before(&(old,)), 500)?;
    Ok(())
}

/// Whose session goes on when an account's sessions end.
type Kept = Option<SecretDigest>;

/// Refuses unless the actor owns the account or administers; an owner's own session is returned.
fn own_or_admin(actor: &Actor, id: AccountId) -> Result<Kept, Denied> {
    if actor.account() != Some(id) {
        return actor.admin().map(|_| None);
    }
    let member = actor.in_person()?;
    Ok(match member.credential {
        Credential::Session { digest, .. } => Some(digest),
        Credential::Key(_) => None,
    })
}

fn save(tx: &mut Write<'_>, id: AccountId, account: &mut StoredAccount) -> Result<(), StoreError> {
    let may = |account: &StoredAccount| (account.role, account.disabled);
    let rights = read::account(tx, id)?.as_ref().map(may) != Some(may(account));
    account.revision = account.revision.wrapping_add(1);
    tx.put(ACCOUNT, &id.0, account)?;
    tx.emit(Event::Identity(IdentityEvent::AccountChanged {
        account: id,
        rights,
    }));
    Ok(())
}

fn end_sessions(tx: &mut Write<'_>, id: AccountId, kept: Kept) -> Result<(), StoreError> {
    for (digest, _) in sessions_of(tx, id)? {
        if kept != Some(digest) {
            tx.remove(SESSION, &digest)?;
        }
    }
    tx.emit(Event::Identity(IdentityEvent::SessionsEnded { account: id }));
    Ok(())
}

/// An account's sessions. Walks all: sessions are few, and only sign-ins and password changes ask.
fn sessions_of(rows: &impl Rows, id: AccountId) -> Result<Vec<(SecretDigest, StoredSession)>, StoreError> {
    let all = rows.scan(SESSION, Span::all(), Direction::Forward);
    all.filter(|row| row.as_ref().map_or(true, |(_, session)| session.account == id))
        .collect()
}

/// A line for the audit trail about an account.
fn line(who: &str, action: &str, account: AccountId, detail: &str) -> AuditLine {
    AuditLine {
        who: who.into(),
        action: action.into(),
        account: Some(account),
        detail: detail.into(),
    }
}

fn audit(tx: &mut Write<'_>, line: &AuditLine, now: Timestamp) -> Result<(), StoreError> {
    let number = tx.next_id("identity.audit")?;
    tx.put(AUDIT, &(now, number), line)
}
