//! Making and ending API keys.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::{audit, line};
use crate::event::Event;
use crate::identity::actor::{Actor, Denied};
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::event::IdentityEvent;
use crate::identity::model::{AccountId, DisplayName, Scope, ScopeSet};
use crate::identity::read;
use crate::identity::tables::{API_KEY, StoredKey};
use crate::identity::token::{ApiKey, KeyId};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// Keys of one account; more are a program that forgets.
const MAX_KEYS: usize = 100;

/// An API key to be.
#[derive(Debug, Clone)]
pub(crate) struct NewKey {
    pub(crate) account: AccountId,
    pub(crate) name: DisplayName,
    pub(crate) scopes: ScopeSet,
    pub(crate) expires: Option<Timestamp>,
}

/// Stores a new key. Its owner may make one that allows no more than the actor may; an administrator may make one
/// for anybody.
pub(crate) fn create_api_key(
    tx: &mut Write<'_>,
    actor: &Actor,
    new: &NewKey,
    key: &ApiKey,
    now: Timestamp,
) -> Result<(), Error> {
    actor.own_or(new.account, Actor::confirmed, Capability::MakeKeys)?;
    read::account(tx, new.account)?.ok_or(Error::UnknownAccount)?;
    if new.scopes.is_empty() {
        return Err(Error::NoScope);
    }
    if new.expires.is_some_and(|expires| expires <= now) {
        return Err(Error::Expired);
    }
    if keys_of(tx, new.account)?.len() >= MAX_KEYS {
        return Err(Error::TooManyKeys(MAX_KEYS));
    }
    let stored = StoredKey {
        account: new.account,
        name: new.name.clone(),
        digest: key.digest(),
        scopes: new.scopes,
        created: now,
        expires: new.expires,
        last_used: None,
    };
    tx.put(API_KEY, &SmolStr::new(key.id().as_str()), &stored)?;
    let scopes: Vec<_> = new.scopes.iter().map(Scope::as_str).collect();
    let detail = format!("{}: {}", key.id(), scopes.join(" "));
    audit(
        tx,
        &line(&actor.audit_name(), "key.created", new.account, &detail),
        now,
    )?;
    Ok(())
}

/// Ends a key: its owner may, and an administrator.
pub(crate) fn revoke_api_key(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: KeyId,
    now: Timestamp,
) -> Result<(), Error> {
    let key = read::key(tx, id)?.ok_or(Error::UnknownKey)?;
    let may = actor.own_or(key.account, Actor::owner, Capability::EndKeys);
    may.map_err(|denied| match denied {
        Denied::SignIn => Error::Denied(denied),
        // Somebody else's key is not admitted to exist.
        _ if actor.account() != Some(key.account) => Error::UnknownKey,
        _ => Error::Denied(denied),
    })?;
    tx.remove(API_KEY, &SmolStr::new(id.as_str()))?;
    audit(
        tx,
        &line(&actor.audit_name(), "key.revoked", key.account, id.as_str()),
        now,
    )?;
    tx.emit(Event::Identity(IdentityEvent::KeyRevoked {
        account: key.account,
    }));
    Ok(())
}

/// When a key was last used, as memory knows it; revoked ones stay revoked.
pub(in crate::identity) fn note_key(
    tx: &mut Write<'_>,
    id: KeyId,
    used: Timestamp,
) -> Result<(), StoreError> {
    if let Some(key) = read::key(tx, id)? {
        tx.put(
            API_KEY,
            &SmolStr::new(id.as_str()),
            &StoredKey {
                last_used: Some(used),
                ..key
            },
        )?;
    }
    Ok(())
}

fn keys_of(rows: &impl Rows, id: AccountId) -> Result<Vec<(SmolStr, StoredKey)>, StoreError> {
    let all = rows.scan(API_KEY, Span::all(), Direction::Forward);
    all.filter(|row| row.as_ref().map_or(true, |(_, key)| key.account == id))
        .collect()
}
