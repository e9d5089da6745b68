//! Call and password in protocols that know neither sessions nor keys: telnet, remote procedure calls.
//!
//! Such a caller may no more than the protocol is for, and never what is asked of a person. Where the account asks for
//! a second factor a password alone lets nobody in: programs use a key then.

use super::actor::{Actor, Credential, Member};
use super::error::Error;
use super::model::{AccountId, Scope};
use super::password::Password;
use super::service::{Browser, Identity};

impl Identity {
    /// Somebody who needs no password because the account's owner has allowed the place they come from; as with
    /// [`Self::by_password`], no more than what `scopes` say.
    pub(crate) fn by_place(&self, id: AccountId, scopes: &[Scope]) -> Result<Actor, Error> {
        let account = self.account(id)?;
        if account.disabled {
            return Err(Error::UnknownAccount);
        }
        Ok(Actor::Member(Member {
            account: id,
            call: account.call.clone(),
            role: account.role,
            scopes: Some(scopes.iter().copied().collect()),
            credential: Credential::Address,
            behind: None,
        }))
    }

    /// Whose call and password these are, as somebody who may what `scopes` say and what the account may.
    pub(crate) async fn by_password(
        &self,
        call: &str,
        password: Password,
        scopes: &[Scope],
        browser: &Browser,
    ) -> Result<Actor, Error> {
        let id = self.prove(call, password, browser).await?;
        let account = self.account(id)?;
        if account.second_factor {
            return Err(Error::WrongPassword);
        }
        Ok(Actor::Member(Member {
            account: id,
            call: account.call.clone(),
            role: account.role,
            scopes: Some(scopes.iter().copied().collect()),
            credential: Credential::Password,
            behind: None,
        }))
    }
}
