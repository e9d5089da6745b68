//! The handle that routes and pages work with, and what watches over rights and over time.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use smol_str::SmolStr;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::following::write;
use super::link::Link;
use super::model::{RotateWish, TuneWish, Tuned};
use super::presence::{OnAir, Presence, Present};
use super::rights;
use super::rigs::{Rigs, Watching};
use crate::bus::{Audience, Bus, Outgoing};
use crate::env::Clock;
use crate::event::Event;
use crate::identity::event::IdentityEvent;
use crate::identity::{AccountId, Actor, Identity, Member, Role, Scope};
use crate::store::Store;
use crate::web::Remote;

/// How often it is made sure that keys have not run out and words are not too old.
const EVERY: Duration = Duration::from_secs(30);

/// What the shack works with.
pub(crate) struct ShackParts {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
    pub(crate) identity: Identity,
}

/// Radios, presence, following; clones are the same.
#[derive(Clone)]
pub(crate) struct Shack {
    inner: Arc<Inner>,
}

struct Inner {
    parts: ShackParts,
    rigs: Rigs,
    presence: Presence,
}

/// Somebody who is followed.
pub(super) struct Followed {
    pub(super) call: SmolStr,
    pub(super) since: Timestamp,
    pub(super) on_air: bool,
}

impl Shack {
    /// No radios, nobody on the air.
    pub(crate) fn new(parts: ShackParts) -> Self {
        Self {
            inner: Arc::new(Inner {
                rigs: Rigs::new(parts.bus.clone()),
                presence: Presence::new(parts.bus.clone()),
                parts,
            }),
        }
    }

    /// Watches over rights and over time until `stop`.
    pub(crate) fn start(&self, stop: CancellationToken) {
        let (changed, mut changes) = mpsc::unbounded_channel();
        // The bus keeps its listeners, and we the bus: one of the two must let go.
        let hearing = Arc::downgrade(&self.inner);
        self.inner.parts.bus.listen(move |event| {
            let is_here = |account: &AccountId| {
                let inner = hearing.upgrade();
                inner.is_some_and(|inner| Self { inner }.is_here(*account))
            };
            // Only for those who are here: nothing piles up for others.
            if let Some(account) = whose_rights(event).filter(is_here) {
                // Nobody hears it when the program stops.
                let _ = changed.send(account);
            }
        });
        let shack = self.clone();
        let mut ticks = interval_at(Instant::now() + EVERY, EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::spawn(stop.run_until_cancelled_owned(async move {
            loop {
                tokio::select! {
                    Some(account) = changes.recv() => shack.review(account),
                    _ = ticks.tick() => shack.sweep(),
                }
            }
        }));
    }

    /// The account that the actor's relay may connect a radio for.
    pub(super) fn relay(&self, actor: &Actor) -> Result<AccountId, Error> {
        Ok(rights::relay(&self.inner.parts.identity, actor)?)
    }

    /// All radios.
    pub(super) fn rigs(&self) -> &Rigs {
        &self.inner.rigs
    }

    /// The radios that the actor may reach, by name.
    pub(super) fn rigs_of(&self, actor: &Actor) -> Result<Vec<Arc<Link>>, Error> {
        Ok(self.inner.rigs.of(self.operator(actor)?))
    }

    /// Moves one of the actor's radios; what was read back.
    pub(super) async fn tune(&self, actor: &Actor, name: &str, wish: TuneWish) -> Result<Tuned, Error> {
        let link = self.rig(actor, name)?;
        wish.check()?;
        link.tune(wish).await
    }

    /// Turns the rotator of one of the actor's radios; done when it has begun to.
    pub(super) async fn rotate(&self, actor: &Actor, name: &str, wish: &RotateWish) -> Result<(), Error> {
        let link = self.rig(actor, name)?;
        wish.check()?;
        link.rotate(wish).await
    }

    /// Shows a page the radios of its account, as long as the returned value is kept; nothing, if it may not see them.
    pub(crate) fn watch(&self, actor: &Actor, remote: Remote) -> Option<Watching> {
        // A page may have been open for hours.
        let actor = self.inner.parts.identity.still(actor)?;
        let account = self.operator(&actor).ok()?;
        Some(self.inner.rigs.watch(account, &actor, remote))
    }

    /// Everybody on the air.
    pub(super) fn on_air(&self, actor: &Actor) -> Result<Vec<Present>, Error> {
        actor.require(Scope::DxRead)?;
        Ok(self.inner.presence.all(self.now()))
    }

    /// The actor is on the air, as they say; their followers are told.
    pub(super) async fn go_on_air(&self, actor: &Actor, on_air: OnAir) -> Result<Present, Error> {
        let member = present(actor)?;
        on_air.check()?;
        let (present, is_news) = self
            .inner
            .presence
            .set((member.account, &member.call), on_air, self.now());
        if is_news {
            self.tell_followers(member.account, &present).await?;
        }
        Ok(present)
    }

    /// The actor is on the air no longer.
    pub(super) fn go_off_air(&self, actor: &Actor) -> Result<(), Error> {
        self.inner.presence.clear(present(actor)?.call.as_str());
        Ok(())
    }

    /// Whom the actor follows, by call.
    pub(super) async fn followed(&self, actor: &Actor) -> Result<Vec<Followed>, Error> {
        let account = actor.in_person()?.account.0;
        let rows = self
            .inner
            .parts
            .store
            .read(move |r| write::followed(r, account))
            .await?;
        let on_air = self.inner.presence.all(self.now());
        let line = |(call, since): (SmolStr, Timestamp)| Followed {
            on_air: on_air.iter().any(|present| present.call == call),
            call,
            since,
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// Follows a call.
    pub(super) async fn follow(&self, actor: &Actor, call: String) -> Result<(), Error> {
        let (actor, now) = (actor.clone(), self.now());
        self.inner
            .parts
            .store
            .write(move |tx| write::follow(tx, &actor, &call, now))
            .await
    }

    /// Follows a call no longer.
    pub(super) async fn unfollow(&self, actor: &Actor, call: String) -> Result<(), Error> {
        let actor = actor.clone();
        self.inner
            .parts
            .store
            .write(move |tx| write::unfollow(tx, &actor, &call))
            .await
    }

    /// The present time.
    pub(super) fn now(&self) -> Timestamp {
        self.inner.parts.clock.now()
    }

    fn operator(&self, actor: &Actor) -> Result<AccountId, Error> {
        Ok(rights::operator(&self.inner.parts.identity, actor)?)
    }

    fn rig(&self, actor: &Actor, name: &str) -> Result<Arc<Link>, Error> {
        let account = self.operator(actor)?;
        let link = self.inner.rigs.find(account, name);
        // A name is shown back: no longer than one can be.
        link.ok_or_else(|| Error::Away(name.chars().take(32).collect()))
    }

    async fn tell_followers(&self, account: AccountId, present: &Present) -> Result<(), Error> {
        let call = present.call.clone();
        let followers = self.inner.parts.store.read(move |r| write::followers(r, &call));
        let followers: Vec<u32> = followers
            .await?
            .into_iter()
            .filter(|own| *own != account.0)
            .collect();
        if followers.is_empty() {
            return Ok(());
        }
        let OnAir {
            freq_hz,
            mode,
            calling,
            text,
        } = &present.on_air;
        self.inner.parts.bus.send([Outgoing {
            topic: SmolStr::new_static("notifications"),
            kind: SmolStr::new_static("on_air"),
            audience: Audience::Accounts(followers.into()),
            payload: json!({"call": present.call, "freq_hz": freq_hz, "mode": mode, "calling": calling, "text": text}),
        }]);
        Ok(())
    }

    fn is_here(&self, account: AccountId) -> bool {
        self.inner.rigs.is_here(account) || self.inner.presence.is_here(account)
    }

    /// Ends what an account may no longer have, as its rights stand now.
    pub(super) fn review(&self, account: AccountId) {
        let identity = &self.inner.parts.identity;
        self.inner.rigs.review(account, |actor| {
            let now = identity.still(actor);
            now.is_some_and(|actor| rights::operator(identity, &actor).is_ok())
        });
        let stands = identity.account(account).ok();
        let stands = stands.filter(|account| !account.disabled && account.role != Role::Swl);
        self.inner
            .presence
            .review(account, stands.as_ref().map(|account| &account.call));
    }

    /// Sessions and keys also run out by themselves, and so do words.
    fn sweep(&self) {
        for account in self.inner.rigs.accounts() {
            self.review(account);
        }
        self.inner.presence.sweep(self.now());
    }
}

/// Whoever may say that they are on the air: not a listener, and not somebody who looks in.
fn present(actor: &Actor) -> Result<&Member, Error> {
    actor.require(Scope::DxWrite)?;
    let member = actor.member()?;
    match member.behind {
        None => Ok(member),
        Some(_) => Err(crate::identity::Denied::LookingIn.into()),
    }
}

/// The account whose rights an event changes.
fn whose_rights(event: &Event) -> Option<AccountId> {
    match event {
        Event::Identity(
            IdentityEvent::AccountChanged {
                account,
                rights: true,
            }
            | IdentityEvent::SessionsEnded { account }
            | IdentityEvent::LoginChanged { account, .. }
            | IdentityEvent::CallChanged { account, .. }
            | IdentityEvent::KeyRevoked { account },
        ) => Some(*account),
        _ => None,
    }
}
