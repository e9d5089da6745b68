//! What people see and end of their own: sessions and keys.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::actor::Actor;
use super::error::Error;
use super::login::Login;
use super::memory::Touched;
use super::model::{DisplayName, ScopeSet};
use super::read;
use super::service::{Identity, own_digest};
use super::tables::StoredPasskey;
use super::token::{KeyId, SecretDigest};
use super::write;

/// A browser session as its owner sees it.
#[derive(Debug, Clone)]
pub(crate) struct SessionLine {
    /// Public name of the session.
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) address: SmolStr,
    pub(crate) agent: SmolStr,
    /// What it began with, or was last confirmed by: `password`, `passkey`, `certificate` or `link`.
    pub(crate) proven: SmolStr,
    /// The administrator who looks in, where it is not the owner.
    pub(crate) behind: Option<Login>,
    /// The session that asks.
    pub(crate) current: bool,
}

/// An API key as its owner sees it.
#[derive(Debug, Clone)]
pub(crate) struct KeyLine {
    pub(crate) id: KeyId,
    pub(crate) name: DisplayName,
    pub(crate) scopes: ScopeSet,
    pub(crate) created: Timestamp,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) last_used: Option<Timestamp>,
}

/// A passkey as its owner sees it.
#[derive(Debug, Clone)]
pub(crate) struct PasskeyLine {
    pub(crate) id: SmolStr,
    pub(crate) name: DisplayName,
    pub(crate) created: Timestamp,
    pub(crate) last_used: Option<Timestamp>,
}

impl Identity {
    /// Host name and address that passkeys work under; none where the installation has only a number, or was built
    /// without them.
    #[cfg_attr(
        not(feature = "passkeys"),
        expect(
            clippy::unused_self,
            reason = "a program without passkeys has no place for them"
        )
    )]
    pub(crate) fn passkey_place(&self) -> Option<(&str, &str)> {
        #[cfg(feature = "passkeys")]
        return self.inner.passkeys.place();
        #[cfg(not(feature = "passkeys"))]
        return None;
    }

    /// The actor's own passkeys, newest first.
    pub(crate) async fn passkeys(&self, actor: &Actor) -> Result<Vec<PasskeyLine>, Error> {
        let id = actor.in_person()?.account;
        let found = self
            .inner
            .store
            .read(move |rows| read::passkeys(rows, id))
            .await?;
        let line = |(id, passkey): (SmolStr, StoredPasskey)| PasskeyLine {
            id,
            name: passkey.name,
            created: passkey.created,
            last_used: passkey.last_used,
        };
        let mut lines: Vec<_> = found.into_iter().map(line).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.created));
        Ok(lines)
    }

    /// Gives one of the actor's own passkeys another name.
    pub(crate) async fn rename_passkey(
        &self,
        actor: &Actor,
        id: SmolStr,
        name: DisplayName,
    ) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::rename_passkey(tx, &actor, &id, name, now)?;
            Ok(((), Touched::default()))
        })
        .await
    }

    /// Ends a passkey.
    pub(crate) async fn revoke_passkey(&self, actor: &Actor, id: SmolStr) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::revoke_passkey(tx, &actor, &id, now)?;
            Ok(((), Touched::default()))
        })
        .await
    }

    /// The actor's own sessions, last seen first.
    pub(crate) fn sessions(&self, actor: &Actor) -> Result<Vec<SessionLine>, Error> {
        let member = actor.in_person()?;
        let own = own_digest(member);
        let memory = self.memory();
        let mut lines: Vec<_> = memory
            .sessions_of(member.account)
            .map(|(digest, session)| SessionLine {
                id: public_id(digest),
                created: session.row.created,
                last_seen: session.seen,
                address: session.row.network.clone(),
                agent: session.row.agent.clone(),
                proven: session.row.proven.clone(),
                behind: session.row.behind.as_ref().map(|behind| behind.call.clone()),
                current: own == Some(*digest),
            })
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.last_seen));
        Ok(lines)
    }

    /// The actor's own API keys, newest first.
    pub(crate) fn keys(&self, actor: &Actor) -> Result<Vec<KeyLine>, Error> {
        let member = actor.in_person()?;
        let memory = self.memory();
        let mut lines: Vec<_> = memory
            .keys_of(member.account)
            .map(|(id, key)| KeyLine {
                id: *id,
                name: key.row.name.clone(),
                scopes: key.row.scopes,
                created: key.row.created,
                expires: key.row.expires,
                last_used: key.used,
            })
            .collect();
        lines.sort_by_key(|line| (std::cmp::Reverse(line.created), line.id));
        Ok(lines)
    }

    /// Ends one of the actor's own sessions by its public name.
    pub(crate) async fn end_session(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        let account = actor.in_person()?.account;
        let found = self
            .memory()
            .sessions_of(account)
            .find(|(digest, _)| public_id(digest) == id)
            .map(|(d, _)| *d);
        self.end(actor, found.ok_or(Error::UnknownSession)?).await
    }

    /// Ends the session the actor came with.
    pub(crate) async fn sign_out(&self, actor: &Actor) -> Result<(), Error> {
        match own_digest(actor.member()?) {
            Some(digest) => self.end(actor, digest).await,
            None => Err(Error::UnknownSession),
        }
    }

    async fn end(&self, actor: &Actor, digest: SecretDigest) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::end_session(tx, &actor, &digest, now)?;
            Ok(((), Touched::session(digest)))
        })
        .await
    }
}

/// Names a secret's record in lists and addresses; nobody gets from it to the secret.
pub(super) fn public_id(digest: &SecretDigest) -> String {
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
