//! The commands of the telnet cluster: what a user has set is kept for the account's next session, and from where the
//! account's programs need no password.
//!
//! The two stand in one record and are changed apart: whoever may read keeps settings, but an address stands for the
//! account's owner, and only whoever has shown the password lets one.

use ipnet::IpNet;

use super::tables::{StoredUser, USER};
use crate::identity::{Actor, Credential, Denied, Scope};
use crate::store::{Rows as _, StoreError, Write};

/// Most networks whose sessions need no password.
const MOST_ALLOWED: usize = 10;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("that is too wide: as much as /16, or /32 of IPv6")]
    TooWide,
    #[error("the list is full")]
    Full,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps what the account has set, the networks apart. Settings are their owner's own, whatever of the cluster they may
/// use.
pub(crate) fn keep_settings(tx: &mut Write<'_>, actor: &Actor, settings: &StoredUser) -> Result<(), Error> {
    let account = actor.member()?.account.0;
    actor
        .require(Scope::DxRead)
        .or_else(|_| actor.require(Scope::DxWrite))?;
    let allowed = tx.get(USER, &account)?.unwrap_or_default().allowed;
    let settings = StoredUser {
        allowed,
        ..settings.clone()
    };
    Ok(tx.put(USER, &account, &settings)?)
}

/// Lets the account's programs spot from a network without a password. The password has to be shown for it: neither a
/// key nor an address that is allowed makes more of its kind.
pub(crate) fn allow_network(tx: &mut Write<'_>, actor: &Actor, network: IpNet) -> Result<(), Error> {
    actor.require(Scope::DxWrite)?;
    let account = match actor.member()?.credential {
        Credential::Password => actor.member()?.account.0,
        Credential::Session { .. } => actor.owner()?.account.0,
        Credential::Key(_) | Credential::Signature | Credential::Address => {
            return Err(Denied::Forbidden("only a session that showed its password may allow one").into());
        }
    };
    if network.prefix_len() < narrowest(network) {
        return Err(Error::TooWide);
    }
    let mut stored = tx.get(USER, &account)?.unwrap_or_default();
    let text = network.to_string();
    if stored.allowed.contains(&text) {
        return Ok(());
    }
    if stored.allowed.len() >= MOST_ALLOWED {
        return Err(Error::Full);
    }
    stored.allowed.push(text);
    Ok(tx.put(USER, &account, &stored)?)
}

/// Takes a network back, whatever was shown: less is let in then.
pub(crate) fn disallow_network(tx: &mut Write<'_>, actor: &Actor, network: IpNet) -> Result<(), Error> {
    actor.require(Scope::DxWrite)?;
    let account = actor.member()?.account.0;
    let Some(mut stored) = tx.get(USER, &account)? else {
        return Ok(());
    };
    let text = network.to_string();
    stored.allowed.retain(|other| *other != text);
    Ok(tx.put(USER, &account, &stored)?)
}

/// The fewest bits that a network must have for its addresses to stand for somebody.
fn narrowest(network: IpNet) -> u8 {
    match network {
        IpNet::V4(_) => 16,
        IpNet::V6(_) => 32,
    }
}
