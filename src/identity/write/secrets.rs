//! The secret that a member shares with programs that sign their requests.

use jiff::Timestamp;

use super::{audit, line};
use crate::event::Event;
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::event::IdentityEvent;
use crate::identity::model::AccountId;
use crate::identity::read;
use crate::identity::tables::{SIGNING, StoredSecret};
use crate::store::{Rows, StoreError, Write};

/// Puts a sealed secret in the place of the one before, or (`None`) takes it away.
pub(crate) fn set_signing_secret(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    sealed: Option<Vec<u8>>,
    now: Timestamp,
) -> Result<(), Error> {
    if sealed.is_some() {
        let own = actor.confirmed()?.account == id;
        own.then_some(()).ok_or(Error::UnknownAccount)?;
    } else {
        actor.own_or(id, Actor::owner, Capability::EndKeys)?;
    }
    read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    let action = match sealed {
        Some(sealed) => {
            let stored = StoredSecret {
                sealed,
                created: now,
                last_used: None,
            };
            tx.put(SIGNING, &id.0, &stored)?;
            "secret.made"
        }
        None if tx.remove(SIGNING, &id.0)? => "secret.revoked",
        None => return Err(Error::UnknownSecret),
    };
    audit(tx, &line(&actor.audit_name(), action, id, ""), now)?;
    tx.emit(Event::Identity(IdentityEvent::KeyRevoked { account: id }));
    Ok(())
}

/// When the secret was last used, as memory knows it; a revoked one stays revoked.
pub(in crate::identity) fn note_secret(
    tx: &mut Write<'_>,
    id: AccountId,
    used: Timestamp,
) -> Result<(), StoreError> {
    if let Some(secret) = tx.get(SIGNING, &id.0)? {
        let seen = StoredSecret {
            last_used: Some(used),
            ..secret
        };
        tx.put(SIGNING, &id.0, &seen)?;
    }
    Ok(())
}
