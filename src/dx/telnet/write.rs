//! The command of the telnet cluster: what a user has set is kept for the account's next session.

use super::tables::{StoredUser, USER};
use crate::identity::{Actor, Denied, Scope};
use crate::store::{StoreError, Write};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps what the account has set. Settings are their owner's own, whatever of the cluster they may use.
pub(crate) fn keep_settings(tx: &mut Write<'_>, actor: &Actor, settings: &StoredUser) -> Result<(), Error> {
    let account = actor.member()?.account.0;
    actor
        .require(Scope::DxRead)
        .or_else(|_| actor.require(Scope::DxWrite))?;
    Ok(tx.put(USER, &account, settings)?)
}
