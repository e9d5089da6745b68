//! Privacy through the accounts' handle: wishes to be erased, and the pieces in which the eraser carries them out.

use jiff::SignedDuration;

use super::actor::Actor;
use super::authority::Capability;
use super::error::Error;
use super::memory::Touched;
use super::model::AccountId;
use super::read;
use super::service::{Identity, lock};
use super::write::{self, StoredErasure};
use crate::privacy::{Erase, Erased, Position, Subject};

/// Times a day that everything about an account is given out.
const EXPORTS: usize = 3;
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Identity {
    /// Asks for an account to be erased, with or without the logbooks that are its owner's alone.
    pub(crate) async fn ask_erasure(
        &self,
        actor: &Actor,
        id: AccountId,
        logs: bool,
    ) -> Result<StoredErasure, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            let erasure = write::ask_erasure(tx, &actor, id, logs, now)?;
            Ok((erasure, Touched::default()))
        })
        .await
    }

    /// Takes the wish to erase an account back.
    pub(crate) async fn cancel_erasure(&self, actor: &Actor, id: AccountId) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::cancel_erasure(tx, &actor, id, now)?;
            Ok(((), Touched::default()))
        })
        .await
    }

    /// The wish to erase an account, if there is one: for its owner and for whoever may erase it.
    pub(crate) async fn erasure(&self, actor: &Actor, id: AccountId) -> Result<Option<StoredErasure>, Error> {
        actor.own_or(id, Actor::in_person, Capability::SeeAccounts)?;
        Ok(self.inner.store.read(move |rows| read::erasure(rows, id)).await?)
    }

    /// Accounts whose week is over.
    pub(crate) async fn due_erasures(&self, actor: &Actor) -> Result<Vec<AccountId>, Error> {
        actor.may(Capability::EraseAccounts)?;
        let now = self.inner.clock.now();
        let due = self
            .inner
            .store
            .read(move |rows| write::due_erasures(rows, now))
            .await?;
        Ok(due.into_iter().map(|(id, _)| id).collect())
    }

    /// Locks an account whose week is over.
    pub(crate) async fn begin_erasure(&self, actor: &Actor, id: AccountId) -> Result<StoredErasure, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            let erasure = write::begin_erasure(tx, &actor, id, now)?;
            Ok((erasure, Touched::account(id)))
        })
        .await
    }

    /// Whom an account is about, for the parts that give out and erase.
    pub(crate) fn subject(&self, id: AccountId, logs: bool) -> Result<Subject, Error> {
        let account = self.account(id)?;
        let before = account.previous.iter().map(|call| call.as_str().into());
        Ok(Subject {
            account: id.0,
            names: std::iter::once(account.call.as_str().into())
                .chain(before)
                .collect(),
            email: account.email.as_ref().map(|email| email.as_str().into()),
            logs,
            now: self.inner.clock.now(),
        })
    }

    /// Erases the next piece of one part.
    pub(crate) async fn erase_piece(
        &self,
        actor: &Actor,
        subject: &Subject,
        (erase, mut at): (Erase, Position),
    ) -> Result<(Erased, Position), Error> {
        let (actor, subject) = (actor.clone(), subject.clone());
        let id = AccountId(subject.account);
        let keys: Vec<_> = self.memory().keys_of(id).map(|(key, _)| *key).collect();
        self.change(move |tx, _| {
            let erased = write::erase_piece(tx, &actor, &subject, (erase, &mut at))?;
            let touched = Touched {
                keys,
                ..Touched::account(id)
            };
            Ok(((erased, at), touched))
        })
        .await
    }

    /// Notes that everything about an account was given out, and refuses whoever may not have it.
    pub(crate) async fn note_export(&self, actor: &Actor, id: AccountId) -> Result<(), Error> {
        self.count_export(actor, id)?;
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::note_export(tx, &actor, id, now)?;
            Ok(((), Touched::default()))
        })
        .await
    }

    /// A few a day are for whoever wants to read them; more are to keep the disk busy.
    fn count_export(&self, actor: &Actor, id: AccountId) -> Result<(), Error> {
        if matches!(actor, Actor::Service(_)) {
            return Ok(());
        }
        let now = self.inner.clock.now();
        let mut exports = lock(&self.inner.quotas.exports);
        let times = exports.entry(id).or_default();
        times.retain(|time| now.duration_since(*time) < DAY);
        if times.len() >= EXPORTS {
            return Err(Error::TooManyExports);
        }
        actor.own_or(id, Actor::confirmed, Capability::ExportAccounts)?;
        times.push(now);
        Ok(())
    }
}
