//! Showing a password: to sign in, to confirm, to change it, and at first run.
//!
//! Every way in goes through [`Identity::prove`]: throttle, equal cost for known and unknown calls, one error text.
//! A session always gets a new random token when it starts.

use smol_str::SmolStr;

use crate::web::Network;

use super::actor::Actor;
use super::error::Error;
use super::login::Login;
use super::memory::Touched;
use super::model::AccountId;
use super::password::{Password, PasswordHash};
use super::second_factor::Entry;
use super::service::{Browser, Identity, lock, own_digest};
use super::token::{SecretDigest, SessionToken};
use super::write::{self, NewAccount, NewSession};

/// What a person typed to sign in.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) call: String,
    pub(crate) password: Password,
    /// Stay signed in on this device.
    pub(crate) remember: bool,
}

/// What a session began with, or was last confirmed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proven {
    Password,
    Passkey,
    /// A Logbook of the World certificate.
    Certificate,
    /// A link by mail or from an administrator, or the first-run link.
    Link,
}

impl Proven {
    /// The word it is stored and shown by.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::Certificate => "certificate",
            Self::Link => "link",
        }
    }
}

impl Identity {
    /// Signs a person in by call and password, or asks for the passkey that the account wants as well.
    pub(crate) async fn sign_in(&self, shown: SignIn, browser: &Browser) -> Result<Entry, Error> {
        let account = self.prove(&shown.call, shown.password, browser).await?;
        self.admit(account, shown.remember, Proven::Password, browser)
            .await
    }

    /// Makes the first administrator and signs them in.
    pub(crate) async fn set_up(
        &self,
        link: &str,
        new: NewAccount,
        password: Password,
        browser: &Browser,
    ) -> Result<SessionToken, Error> {
        let account = self.claim(link, new, password).await?;
        self.enter(account, false, Proven::Link, browser).await
    }

    /// Takes the password of the signed-in person once more.
    pub(crate) async fn confirm(
        &self,
        actor: &Actor,
        password: Password,
        browser: &Browser,
    ) -> Result<(), Error> {
        let member = actor.in_person()?;
        let digest = own_digest(member).ok_or(Error::UnknownSession)?;
        if self.account(member.account)?.second_factor {
            return Err(Error::PasskeyWanted);
        }
        self.prove(member.call.as_str(), password, browser).await?;
        self.confirm_by(digest, Proven::Password).await
    }

    /// Notes that whoever holds the session has proven anew to be its owner.
    pub(super) async fn confirm_by(&self, digest: SecretDigest, proven: Proven) -> Result<(), Error> {
        self.change(move |tx, now| {
            write::confirm_session(tx, &digest, proven.as_str(), now)?;
            Ok(((), Touched::session(digest)))
        })
        .await
    }

    /// Changes the actor's own password; it may be shorter where a passkey is asked for as well.
    pub(crate) async fn change_password(
        &self,
        actor: &Actor,
        current: Password,
        new: Password,
        browser: &Browser,
    ) -> Result<(), Error> {
        let member = actor.owner()?;
        let account = self.account(member.account)?;
        if account.configured.is_some() {
            return Err(Error::Configured(account.call.clone()));
        }
        let new = if account.second_factor {
            new.for_use_beside_passkey()?
        } else {
            new.for_use()?
        };
        if !self.may_replace_password(actor) {
            self.prove(member.call.as_str(), current, browser).await?;
        }
        if new.is_short() {
            self.store_short_password(actor, member.account, new).await?;
        } else {
            self.store_password(actor, member.account, new).await?;
        }
        self.tell_password_changed(member.account);
        Ok(())
    }

    async fn store_short_password(&self, actor: &Actor, id: AccountId, new: Password) -> Result<(), Error> {
        let (hash, actor) = (self.hash(new).await, actor.clone());
        self.change(move |tx, now| {
            write::set_short_password(tx, &actor, &hash, now)?;
            Ok(((), Touched::account(id)))
        })
        .await
    }

    /// Whether the actor may set a password without knowing the present one: they have lately shown something better.
    pub(crate) fn may_replace_password(&self, actor: &Actor) -> bool {
        let Ok(member) = actor.confirmed() else {
            return false;
        };
        let shown = own_digest(member).and_then(|digest| self.memory().proven(&digest));
        let better = [Proven::Passkey, Proven::Certificate].map(Proven::as_str);
        shown.is_some_and(|shown| better.contains(&shown.as_str()))
    }

    /// Whose password this is. Slow on purpose, and slower after failures.
    pub(super) async fn prove(
        &self,
        call: &str,
        password: Password,
        browser: &Browser,
    ) -> Result<AccountId, Error> {
        let network = Network::of(browser.address);
        let parsed = call.parse::<Login>().ok();
        // By the call meant, not by its spelling: else each spelling would have guesses of its own.
        let call_text: SmolStr = match &parsed {
            Some(call) => call.as_str().into(),
            None => call
                .trim()
                .chars()
                .take(32)
                .flat_map(char::to_uppercase)
                .collect(),
        };
        let known = parsed.and_then(|call| self.memory().by_call(&call));
        let hash = known
            .as_ref()
            .filter(|(_, account)| !account.disabled)
            .and_then(|(_, account)| {
                let text = account.password.as_deref()?;
                // A hash this version cannot read lets nobody in.
                text.parse::<PasswordHash>().ok()
            });

        let slot = self.inner.hashes.slot().await;
        let now = self.inner.clock.now();
        lock(&self.inner.throttle).check(&call_text, network, now)?;
        let right = slot.verify(password.clone(), hash.clone()).await;
        let (Some((id, account)), Some(hash), true) = (known, hash, right) else {
            lock(&self.inner.throttle).failed(&call_text, network, now);
            tracing::info!(peer.ip = %browser.address, "sign-in failed from {}", browser.address);
            return Err(Error::WrongPassword);
        };
        if !account.second_factor {
            lock(&self.inner.throttle).succeeded(&call_text, network, now);
        }
        if hash.is_outdated() {
            let better = slot.hash(password, self.inner.entropy.bytes()).await;
            self.change(move |tx, _| {
                write::rehash(tx, id, &hash, &better)?;
                Ok(((), Touched::account(id)))
            })
            .await?;
        }
        Ok(id)
    }

    /// Starts a session for whoever has proven to be the account's owner.
    pub(crate) async fn enter(
        &self,
        account: AccountId,
        remember: bool,
        proven: Proven,
        browser: &Browser,
    ) -> Result<SessionToken, Error> {
        let token = SessionToken::from_random(self.inner.entropy.bytes());
        let digest = token.digest();
        let new = NewSession {
            digest,
            account,
            remember,
            proven: SmolStr::new_static(proven.as_str()),
            network: browser.address_text(),
            agent: browser.agent_text(),
            behind: None,
        };
        self.change(move |tx, now| {
            write::start_session(tx, &new, now)?;
            Ok(((), Touched::account(account)))
        })
        .await?;
        Ok(token)
    }
}
