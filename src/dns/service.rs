//! The handle that routes, pages, jobs and the command line work with.
//!
//! A change goes to the writer, and its answer waits until the zone is answered with it. How fast somebody changes
//! records is measured here, before the writer hears of it.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use smol_str::SmolStr;

use super::check::Compared;
use super::error::Error;
use super::live::Live;
use super::model::{Applied, Change, ChangeSet, Quotas, Terms, TokenScope, Version};
use super::name::Name;
use super::pace::{Caller, Pace};
use super::read::TokenLine;
use super::rr::RrSet;
use super::settings::Settings;
use super::token::Token;
use super::write::{self, NewGrant, NewToken, WholeZone};
use crate::env::{Clock, Entropy, Env};
use crate::identity::{AccountId, Actor, Capability, Credential};
use crate::store::{Store, StoreError, Write};

/// How long an answer waits for the serving side.
const PATIENCE: Duration = Duration::from_secs(5);

/// The name server's records with what they are answered from; clones share it.
#[derive(Clone)]
pub(crate) struct Dns {
    pub(crate) store: Store,
    clock: Clock,
    entropy: Entropy,
    pub(crate) settings: Arc<Settings>,
    pub(crate) live: Live,
    /// What the last comparison of records and answers found.
    pub(crate) compared: Arc<ArcSwapOption<Compared>>,
    pace: Arc<Pace>,
}

impl Dns {
    /// A handle on an open store; nothing is answered before [`Live::start`].
    pub(crate) fn new(store: Store, env: &Env, settings: Settings) -> Self {
        Self::with(store, (env.clock.clone(), env.entropy.clone()), settings)
    }

    /// The same by a clock and randomness alone.
    pub(super) fn with(store: Store, (clock, entropy): (Clock, Entropy), settings: Settings) -> Self {
        Self {
            store,
            clock,
            entropy,
            pace: Arc::new(Pace::new(settings.changes_per_minute)),
            settings: Arc::new(settings),
            live: Live::default(),
            compared: Arc::default(),
        }
    }

    /// Changes records; answers when queries are answered with them.
    pub(crate) async fn apply(&self, actor: &Actor, top: &Name, set: ChangeSet) -> Result<Applied, Error> {
        let caller = caller(actor);
        let (actor, top) = (actor.clone(), top.clone());
        self.paced(caller, move |tx, terms| {
            write::apply(tx, &actor, &top, &set, terms)
        })
        .await
    }

    /// Changes what a token is for, for whoever has shown it.
    pub(crate) async fn apply_by_token(
        &self,
        token: &TokenLine,
        changes: Vec<Change>,
    ) -> Result<Applied, Error> {
        let id = token.id.clone();
        let caller = match token.token.scope {
            TokenScope::Dyndns => Caller::Dyndns(id.clone()),
            TokenScope::Acme => Caller::Acme(id.clone()),
        };
        self.paced(Some(caller), move |tx, terms| {
            write::apply_by_token(tx, &id, changes, terms)
        })
        .await
    }

    /// Takes a change back.
    pub(crate) async fn undo(&self, actor: &Actor, top: &Name, version: Version) -> Result<Applied, Error> {
        let caller = caller(actor);
        let (actor, top) = (actor.clone(), top.clone());
        self.paced(caller, move |tx, terms| {
            write::undo(tx, &actor, &top, version, terms)
        })
        .await
    }

    /// Makes a zone with the configured name servers.
    pub(crate) async fn create_zone(&self, actor: &Actor, origin: Name) -> Result<Applied, Error> {
        let new = self.settings.new_zone(origin);
        let actor = actor.clone();
        self.change(move |tx, terms| write::create_zone(tx, &actor, &new, terms.now))
            .await
    }

    /// Removes a zone with all its records.
    pub(crate) async fn remove_zone(&self, actor: &Actor, origin: Name) -> Result<(), Error> {
        let actor = actor.clone();
        self.store
            .write(move |tx| write::remove_zone(tx, &actor, &origin))
            .await
    }

    /// Has a zone be what a file says.
    pub(crate) async fn import_zone(
        &self,
        actor: &Actor,
        origin: Name,
        sets: Vec<RrSet>,
    ) -> Result<Applied, Error> {
        actor.may(Capability::GovernNames)?;
        let actor = actor.clone();
        let whole = tokio::task::spawn_blocking(move || WholeZone::of(origin, sets)).await;
        let whole = whole.map_err(|_| StoreError::Panicked)??;
        self.change(move |tx, terms| write::import_zone(tx, &actor, &whole, terms.now))
            .await
    }

    /// Suspends a member's name.
    pub(crate) async fn suspend_name(&self, actor: &Actor, name: Name) -> Result<Applied, Error> {
        let actor = actor.clone();
        self.change(move |tx, terms| write::suspend_name(tx, &actor, &name, terms.now))
            .await
    }

    /// Has a suspended name be answered for again.
    pub(crate) async fn restore_name(&self, actor: &Actor, name: Name) -> Result<Applied, Error> {
        let actor = actor.clone();
        self.change(move |tx, terms| write::restore_name(tx, &actor, &name, terms.now))
            .await
    }

    /// Lets a suspended name go for good.
    pub(crate) async fn release_name(&self, actor: &Actor, name: Name) -> Result<(), Error> {
        let (actor, now) = (actor.clone(), self.now());
        self.store
            .write(move |tx| write::release_name(tx, &actor, &name, now))
            .await
    }

    /// Lets a member delegate their name, or not any more.
    pub(crate) async fn delegate(&self, actor: &Actor, name: Name, delegates: bool) -> Result<(), Error> {
        let actor = actor.clone();
        self.store
            .write(move |tx| write::delegate(tx, &actor, &name, delegates))
            .await
    }

    /// Gives a member a right.
    pub(crate) async fn give(&self, actor: &Actor, new: NewGrant) -> Result<(), Error> {
        let (actor, now, quotas) = (actor.clone(), self.now(), self.settings.quotas);
        self.store
            .write(move |tx| write::give(tx, &actor, &new, terms(now, &quotas)))
            .await
    }

    /// Ends a right that was given.
    pub(crate) async fn take_back(&self, actor: &Actor, name: Name, account: AccountId) -> Result<(), Error> {
        let actor = actor.clone();
        self.store
            .write(move |tx| write::take_back(tx, &actor, &name, account))
            .await
    }

    /// Makes a token, to be shown once.
    pub(crate) async fn create_token(&self, actor: &Actor, new: NewToken) -> Result<Token, Error> {
        let (actor, now, quotas) = (actor.clone(), self.now(), self.settings.quotas);
        let token = Token::random(&self.entropy);
        let made = token.clone();
        let written = self.store.write(move |tx| {
            write::create_token(tx, &actor, &new, &made, terms(now, &quotas))?;
            Ok::<_, Error>(())
        });
        written.await?;
        Ok(token)
    }

    /// Ends a token.
    pub(crate) async fn revoke_token(&self, actor: &Actor, id: SmolStr) -> Result<(), Error> {
        let actor = actor.clone();
        self.store
            .write(move |tx| write::revoke_token(tx, &actor, &id))
            .await
    }

    /// The present time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Measures, writes, waits.
    async fn paced(
        &self,
        caller: Option<Caller>,
        f: impl FnOnce(&mut Write<'_>, Terms<'_>) -> Result<Applied, Error> + Send + 'static,
    ) -> Result<Applied, Error> {
        let Some(caller) = caller else {
            return self.change(f).await;
        };
        self.pace.take(&caller, self.now())?;
        let applied = self.change(f).await?;
        if !applied.changed {
            self.pace.give_back(&caller);
        }
        Ok(applied)
    }

    /// Writes, and waits until the change is answered.
    pub(super) async fn change(
        &self,
        f: impl FnOnce(&mut Write<'_>, Terms<'_>) -> Result<Applied, Error> + Send + 'static,
    ) -> Result<Applied, Error> {
        let (now, quotas) = (self.now(), self.settings.quotas);
        let applied = self.store.write(move |tx| f(tx, terms(now, &quotas))).await?;
        if applied.changed && !self.live.reached(applied.zone, applied.version, PATIENCE).await {
            return Err(Error::Pending(applied.version));
        }
        Ok(applied)
    }
}

fn terms(now: Timestamp, quotas: &Quotas) -> Terms<'_> {
    Terms { now, quotas }
}

/// Whose pace it is; parts of the program have none.
fn caller(actor: &Actor) -> Option<Caller> {
    let member = actor.member().ok()?;
    Some(match member.credential {
        Credential::Key(key) => Caller::Key(key.number()),
        _ => Caller::Account(member.account.0),
    })
}
