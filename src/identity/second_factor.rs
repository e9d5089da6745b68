//! The passkey that some accounts want after the password.
//!
//! A member who has a passkey may have it asked for whenever their password is shown: then a password alone opens
//! nothing, and may be shorter. The right password leads to a half-open door, which is no session: a token and a
//! challenge, kept in memory for five minutes, good for one answer, and over when the password changes. Until the answer
//! is right it counts as a failed try, and tells nothing of the account; above all not which passkeys there are. A passkey
//! by itself and a certificate go on opening the account: they are more than a password. Who has lost the passkey comes
//! in by an administrator's link, which ends the demand; a link by mail sets the password and leads to the same door.

use serde_json::Value;
#[cfg(feature = "passkeys")]
use smol_str::SmolStr;
#[cfg(feature = "passkeys")]
use webauthn_rs::prelude::PublicKeyCredential;

use super::actor::Actor;
use super::error::Error;
#[cfg(feature = "passkeys")]
use super::login::Login;
use super::memory::Touched;
use super::model::AccountId;
use super::password::Password;
#[cfg(feature = "passkeys")]
use super::service::lock;
use super::service::{Browser, Identity};
use super::sign_in::Proven;
use super::token::SessionToken;
use super::write;
#[cfg(feature = "passkeys")]
use crate::web::Network;

/// What a browser needs for a passkey to be made or shown.
#[derive(Debug, Clone)]
pub(crate) struct Ceremony {
    /// To be sent back with the credential.
    pub(crate) token: String,
    /// For `navigator.credentials`, binary values in base64url.
    pub(crate) options: Value,
}

/// Where a password, or a link that set one, leads.
#[derive(Debug)]
pub(crate) enum Entry {
    /// Into a session.
    Open(SessionToken),
    /// To the passkey, which is asked for next.
    #[cfg_attr(
        not(feature = "passkeys"),
        expect(dead_code, reason = "a program without passkeys opens no door half")
    )]
    Half(Ceremony),
}

/// A door that the password has half opened.
#[cfg(feature = "passkeys")]
pub(super) struct HalfOpen {
    pub(super) account: AccountId,
    call: Login,
    /// The hash that was matched: with another password it is over.
    password: Option<SmolStr>,
    remember: bool,
}

impl Identity {
    /// Lets in whoever has shown the account's password or a link to it, as far as that goes.
    pub(super) async fn admit(
        &self,
        id: AccountId,
        remember: bool,
        proven: Proven,
        browser: &Browser,
    ) -> Result<Entry, Error> {
        if self.account(id)?.second_factor {
            return self.half_open(id, remember, browser);
        }
        self.enter(id, remember, proven, browser).await.map(Entry::Open)
    }

    #[cfg(not(feature = "passkeys"))]
    #[expect(clippy::unused_self, reason = "as where there are passkeys")]
    fn half_open(&self, _: AccountId, _: bool, _: &Browser) -> Result<Entry, Error> {
        Err(Error::PasskeyWanted)
    }

    #[cfg(feature = "passkeys")]
    fn half_open(&self, id: AccountId, remember: bool, browser: &Browser) -> Result<Entry, Error> {
        let account = self.account(id)?;
        let half = HalfOpen {
            account: id,
            call: account.call.clone(),
            password: account.password.clone(),
            remember,
        };
        let ceremony = self.ask_passkey_of(half)?;
        // Until the passkey has come, this is one more try that led to nothing.
        let (network, now) = (Network::of(browser.address), self.inner.clock.now());
        lock(&self.inner.throttle).unfinished(account.call.as_str(), network, now);
        Ok(Entry::Half(ceremony))
    }

    /// Signs in whoever showed the passkey after the password; says whether the session is to be kept.
    #[cfg(feature = "passkeys")]
    pub(crate) async fn finish_sign_in(
        &self,
        token: &str,
        shown: &PublicKeyCredential,
        browser: &Browser,
    ) -> Result<(SessionToken, bool), Error> {
        let (network, now) = (Network::of(browser.address), self.inner.clock.now());
        let (half, state) = self.half_opened(token)?;
        let owner = self.passkey_shown(shown, state).await;
        if !owner.is_ok_and(|owner| owner == half.account) {
            lock(&self.inner.throttle).failed(half.call.as_str(), network, now);
            tracing::info!(peer.ip = %browser.address, "the passkey after a password was not the account's");
            return Err(Error::BadPasskey);
        }
        let account = self.account(half.account).map_err(|_| Error::BadPasskey)?;
        if account.password != half.password {
            return Err(Error::SlowPasskey);
        }
        lock(&self.inner.throttle).succeeded(half.call.as_str(), network, now);
        let session = self.enter(half.account, half.remember, Proven::Passkey, browser);
        Ok((session.await?, half.remember))
    }

    /// Has a passkey asked for after the actor's password from now on.
    pub(crate) async fn require_second_factor(&self, actor: &Actor) -> Result<(), Error> {
        let (id, actor) = (actor.confirmed()?.account, actor.clone());
        self.change(move |tx, now| {
            write::require_second_factor(tx, &actor, now)?;
            Ok(((), Touched::account(id)))
        })
        .await?;
        self.tell_second_factor(id);
        Ok(())
    }

    /// Has the actor's password count alone again; a short one is replaced.
    pub(crate) async fn end_second_factor(&self, actor: &Actor, new: Option<Password>) -> Result<(), Error> {
        let (id, actor) = (actor.confirmed()?.account, actor.clone());
        let hash = match new {
            Some(new) => Some(self.hash(new.for_use()?).await),
            None => None,
        };
        self.change(move |tx, now| {
            write::end_second_factor(tx, &actor, hash.as_ref(), now)?;
            Ok(((), Touched::account(id)))
        })
        .await?;
        self.tell_second_factor(id);
        Ok(())
    }

    /// Tells the owner what their account asks for now.
    fn tell_second_factor(&self, id: AccountId) {
        let Ok(account) = self.account(id) else { return };
        if let Some(to) = &account.email {
            let letter =
                self.letters(Some(id))
                    .second_factor(to, account.call.as_str(), account.second_factor);
            self.inner.mailer.post(letter);
        }
    }
}
