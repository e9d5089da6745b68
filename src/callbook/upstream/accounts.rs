//! Members' own accounts at other callbooks: the owner's alone, sealed, shown to nobody again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::cache;
use super::error::Error;
use super::model::{Login, Site};
use crate::config::Secret;
use crate::identity::Actor;
use crate::privacy::PIECE;
use crate::store::{Rows, StoreError, TableInfo, Write, table};
use crate::web::Sealer;

/// Longest user name and password, in characters.
const LONGEST: usize = 128;

table!(
    /// Accounts, by the member's number and the site.
    pub(super) ACCOUNT: "callbook.account", (u32, SmolStr) => StoredLogin
);

/// The table of the accounts.
pub(super) fn table_info() -> TableInfo {
    ACCOUNT.info()
}

/// An account at a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredLogin {
    pub(crate) user: SmolStr,
    #[serde(with = "serde_bytes")]
    pub(crate) sealed: Vec<u8>,
    pub(crate) set: Timestamp,
}

fn key(account: u32, site: Site) -> (u32, SmolStr) {
    (account, SmolStr::new_static(site.as_str()))
}

/// What a password is sealed for.
fn purpose(site: Site) -> &'static str {
    match site {
        Site::Qrz => "callbook qrz",
        Site::Hamqth => "callbook hamqth",
        Site::Hamdb => "callbook hamdb",
        Site::Callook => "callbook callook",
    }
}

/// A login as somebody typed it, where it can be one.
pub(super) fn checked(user: &str, password: &str) -> Result<Login, Error> {
    let user = user.trim();
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= LONGEST;
    if !fits(user) || user.chars().any(char::is_control) {
        return Err(Error::BadLogin("a user name has 1 to 128 characters"));
    }
    if !fits(password) {
        return Err(Error::BadLogin("a password has 1 to 128 characters"));
    }
    Ok(Login {
        user: user.into(),
        password: Secret::new(password.to_owned()),
    })
}

/// A login as it is kept: sealed for this account and site.
pub(super) fn sealed(
    sealer: &Sealer,
    nonce: [u8; 24],
    (account, site): (u32, Site),
    login: &Login,
    now: Timestamp,
) -> StoredLogin {
    let secret = login.password.reveal().as_bytes();
    StoredLogin {
        user: login.user.clone(),
        sealed: sealer.seal(purpose(site), u64::from(account), nonce, secret),
        set: now,
    }
}

/// The login again; none where the installation's key is another one.
pub(super) fn opened(sealer: &Sealer, (account, site): (u32, Site), stored: &StoredLogin) -> Option<Login> {
    let secret = sealer.open(purpose(site), u64::from(account), &stored.sealed)?;
    let password = std::str::from_utf8(&secret).ok()?.to_owned();
    Some(Login {
        user: stored.user.clone(),
        password: Secret::new(password),
    })
}

/// Somebody's account at a site.
pub(super) fn of(r: &impl Rows, account: u32, site: Site) -> Result<Option<StoredLogin>, StoreError> {
    r.get(ACCOUNT, &key(account, site))
}

/// Keeps the actor's own account at a site, in the place of what was there.
pub(crate) fn set_account(
    tx: &mut Write<'_>,
    actor: &Actor,
    site: Site,
    login: &StoredLogin,
) -> Result<(), Error> {
    let account = actor.owner()?.account.0;
    cache::forget(tx, account, Some(site), PIECE)?;
    Ok(tx.put(ACCOUNT, &key(account, site), login)?)
}

/// Forgets the actor's own account at a site, and what it brought.
pub(crate) fn remove_account(tx: &mut Write<'_>, actor: &Actor, site: Site) -> Result<(), Error> {
    let account = actor.owner()?.account.0;
    cache::forget(tx, account, Some(site), PIECE)?;
    if tx.remove(ACCOUNT, &key(account, site))? {
        Ok(())
    } else {
        Err(Error::NoAccount(site))
    }
}
