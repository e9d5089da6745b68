//! Lost passwords and changed addresses: links by mail, or handed over by an administrator.
//!
//! There are no security questions. Asking takes the same time and gets the same answer whether there is such an
//! account, and whether it has an address; what is done is told to the account's owner by mail.

use jiff::Timestamp;
use smol_str::SmolStr;

use crate::web::Network;

use super::actor::Actor;
use super::authority::Capability;
use super::error::Error;
use super::login::Login;
use super::memory::Touched;
use super::model::{AccountId, MailAddress};
use super::own::public_id;
use super::password::Password;
use super::read;
use super::second_factor::Entry;
use super::service::{Browser, Identity};
use super::sign_in::Proven;
use super::ticket::{Purpose, Ticket};
use super::token::{self, SecretDigest};
use super::write::{self, Postage};

/// Random bytes of a link's token.
const TOKEN: usize = 32;

/// A link for an administrator to hand over.
#[derive(Debug, Clone)]
pub(crate) struct RecoveryLink {
    pub(crate) url: String,
    pub(crate) until: Timestamp,
}

/// A link that sets a password and was not used yet, as administrators see it: enough to end it, not to use it.
#[derive(Debug, Clone)]
pub(crate) struct OpenLink {
    pub(crate) id: String,
    pub(crate) account: AccountId,
    /// Who made it, or how it came about.
    pub(crate) by: SmolStr,
    /// Whether it went out by mail.
    pub(crate) mailed: bool,
    pub(crate) until: Timestamp,
}

impl Identity {
    /// Sends a link to whoever lost their password, where that can be done. The answer is always the same.
    pub(crate) async fn ask_recovery(&self, login: &str, browser: &Browser) -> Result<(), Error> {
        let network = Network::of(browser.address);
        let known = login.parse::<Login>().ok();
        let known = known.and_then(|login| self.memory().by_call(&login));
        let link = self.inner.entropy.token(TOKEN);
        let digest = token::digest(&link);
        let asked = known.clone();
        let sent = self
            .change(move |tx, now| {
                let address = asked.as_ref().and_then(|(_, account)| account.email.as_ref());
                let paid = write::count_mail(tx, address, network, now)?;
                let to = match (asked, paid) {
                    (Some((id, _)), Postage::Paid) => write::ask_recovery(tx, digest, id, now)?,
                    _ => None,
                };
                Ok((to, Touched::default()))
            })
            .await?;
        if let (Some(to), Some((id, account))) = (sent, known) {
            let letter = self.letters(Some(id)).recovery(&to, account.call.as_str(), &link);
            self.inner.mailer.post(letter);
        }
        Ok(())
    }

    /// A link that an administrator hands over, where mail does not help.
    pub(crate) async fn give_recovery(&self, actor: &Actor, id: AccountId) -> Result<RecoveryLink, Error> {
        let link = self.inner.entropy.token(TOKEN);
        let (digest, actor) = (token::digest(&link), actor.clone());
        let until = self
            .change(move |tx, now| {
                let until = write::give_recovery(tx, &actor, digest, id, now)?;
                Ok((until, Touched::default()))
            })
            .await?;
        Ok(RecoveryLink {
            url: format!("{}/recover/set?token={link}", self.inner.public),
            until,
        })
    }

    /// The ways back in that are open, the soonest to end first, for administrators.
    pub(crate) async fn open_links(&self, actor: &Actor) -> Result<Vec<OpenLink>, Error> {
        actor.may(Capability::SeeAccounts)?;
        let found = self.inner.store.read(read::recoveries).await?;
        let now = self.inner.clock.now();
        let line = |(digest, ticket): (SecretDigest, Ticket)| {
            let account = ticket.account.filter(|_| now < ticket.until)?;
            Some(OpenLink {
                id: public_id(&digest),
                account,
                by: ticket.by,
                mailed: ticket.email.is_some(),
                until: ticket.until,
            })
        };
        let mut links: Vec<_> = found.into_iter().filter_map(line).collect();
        links.sort_by_key(|link| link.until);
        Ok(links)
    }

    /// Ends a way back in before it was used.
    pub(crate) async fn revoke_link(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        let (actor, id) = (actor.clone(), id.to_owned());
        self.change(move |tx, now| {
            let open = read::recoveries(tx)?;
            let found = open.iter().find(|(digest, _)| public_id(digest) == id);
            let digest = found.map_or([0; 32], |(digest, _)| *digest);
            write::revoke_recovery(tx, &actor, &digest, now)?;
            Ok(((), Touched::default()))
        })
        .await
    }

    /// Sets a new password for whoever holds the link, and signs them in, or asks for the passkey that the account wants
    /// as well; sessions that were open end.
    pub(crate) async fn recover(
        &self,
        shown: &str,
        password: Password,
        browser: &Browser,
    ) -> Result<Entry, Error> {
        // Before anything costly: a link that does nothing is not worth a hash.
        let (purpose, _) = self.link(shown).await?;
        if purpose != Purpose::Recovery {
            return Err(Error::SpentLink);
        }
        let digest = token::digest(shown);
        let hash = self.hash(password).await;
        let id = self
            .change(move |tx, now| {
                let id = write::recover(tx, &digest, &hash, now)?;
                Ok((id, Touched::account(id)))
            })
            .await?;
        self.tell_password_changed(id);
        self.admit(id, false, Proven::Link, browser).await
    }

    /// What a link is for, and whom it names, while it works.
    pub(crate) async fn link(&self, shown: &str) -> Result<(Purpose, Option<String>), Error> {
        let (digest, now) = (token::digest(shown), self.inner.clock.now());
        let found = self
            .inner
            .store
            .read(move |rows| read::ticket(rows, &digest))
            .await?;
        let found = found
            .filter(|ticket| now < ticket.until)
            .ok_or(Error::SpentLink)?;
        let known = found.account.and_then(|id| self.account(id).ok());
        let wished = found.wish.map(|wish| wish.login);
        let name = known.map(|account| account.call.clone()).or(wished);
        Ok((found.purpose, name.map(|name| name.to_string())))
    }

    /// Sends the link that makes an address the actor's own.
    pub(crate) async fn ask_mail(
        &self,
        actor: &Actor,
        email: MailAddress,
        browser: &Browser,
    ) -> Result<(), Error> {
        let member = actor.confirmed()?.clone();
        let network = Network::of(browser.address);
        let link = self.inner.entropy.token(TOKEN);
        let (digest, to, asked_by) = (token::digest(&link), email.clone(), actor.clone());
        let paid = self
            .change(move |tx, now| {
                let paid = write::count_mail(tx, Some(&email), network, now)?;
                if paid == Postage::Paid {
                    write::ask_mail(tx, &asked_by, digest, email, now)?;
                }
                Ok((paid, Touched::default()))
            })
            .await?;
        if paid == Postage::Held {
            // Nothing is given away: the address is the actor's own wish.
            return Err(Error::Busy);
        }
        let letters = self.letters(Some(member.account));
        self.inner
            .mailer
            .post(letters.address(&to, member.call.as_str(), &link));
        Ok(())
    }

    /// Makes the address whose mail was answered the account's, and tells the one before.
    pub(super) async fn confirm_mail(&self, digest: SecretDigest) -> Result<(), Error> {
        let (id, before) = self
            .change(move |tx, now| {
                let (id, before) = write::confirm_mail(tx, &digest, now)?;
                Ok(((id, before), Touched::account(id)))
            })
            .await?;
        let account = self.account(id)?;
        if let Some(before) = before.filter(|before| Some(before) != account.email.as_ref()) {
            let letter = self
                .letters(Some(id))
                .address_changed(&before, account.call.as_str());
            self.inner.mailer.post(letter);
        }
        Ok(())
    }

    /// Tells the owner that their account has a new password.
    pub(super) fn tell_password_changed(&self, id: AccountId) {
        let Ok(account) = self.account(id) else { return };
        if let Some(to) = &account.email {
            let letter = self.letters(Some(id)).password_changed(to, account.call.as_str());
            self.inner.mailer.post(letter);
        }
    }
}
