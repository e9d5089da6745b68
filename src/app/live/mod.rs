//! What happens, told live: `/ws/firehose` for programs, `/websocket` for the pages.
//!
//! Both are readers of the bus; here it is decided what a subscriber may see, anew whenever its account's rights,
//! sessions or keys change, and once a minute, because sessions and keys also run out by themselves. What a subscriber
//! may not see is left out, never blanked.

mod firehose;
mod pages;

use std::collections::HashSet;
use std::time::Duration;

use axum::routing::get;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::running::App;
use crate::bus::{Audience, Bus};
use crate::event::Event;
use crate::identity::event::IdentityEvent;
use crate::identity::{AccountId, Actor, Identity, Role, Scope};
use crate::logbook::event::LogbookEvent;
use crate::logbook::rights;
use crate::store::Store;
use crate::web::{Access, Routes, Sockets};

/// Changes of rights kept for sockets that are behind; one further behind looks its rights up in any case.
const CHANGES: usize = 256;

/// How often a socket makes sure that its session or key has not run out.
const EVERY: Duration = Duration::from_mins(1);

/// What both kinds of socket work with.
#[derive(Clone)]
pub(crate) struct Live {
    sockets: Sockets,
    bus: Bus,
    store: Store,
    identity: Identity,
    /// Whether guests may listen to what is for everyone.
    public: bool,
    /// Accounts whose rights, sessions or keys have changed.
    rights: broadcast::Sender<u32>,
}

/// The routes of both sockets.
pub(crate) fn routes(app: &App) -> Routes {
    let services = &app.services;
    let rights = broadcast::Sender::new(CHANGES);
    let changed = rights.clone();
    services.bus.listen(move |event| {
        if let Some(account) = whose_rights(event) {
            // Without a socket nobody listens.
            drop(changed.send(account));
        }
    });
    let live = Live {
        sockets: app.sockets.clone(),
        bus: services.bus.clone(),
        store: services.store.clone(),
        identity: services.identity.clone(),
        public: services.config.limits.firehose_public,
        rights,
    };
    Routes::new()
        .page(Access::Public.stream(), "/ws/firehose", get(firehose::open))
        .page(Access::Public.stream(), "/websocket", get(pages::open))
        .with_state(live)
}

/// The account whose rights an event changes.
fn whose_rights(event: &Event) -> Option<u32> {
    match event {
        Event::Identity(
            IdentityEvent::AccountChanged {
                account,
                rights: true,
            }
            | IdentityEvent::SessionsEnded { account }
            | IdentityEvent::KeyRevoked { account },
        ) => Some(account.0),
        Event::Logbook(LogbookEvent::SharingChanged { account, .. }) => Some(*account),
        _ => None,
    }
}

/// Tells a socket when to look anew at what it may.
struct Watch {
    rights: broadcast::Receiver<u32>,
    minutes: Interval,
}

/// Why a socket looks anew.
enum Cause {
    /// Rights, sessions or keys of its account have changed.
    Change,
    /// Time goes by.
    Minute,
}

impl Watch {
    fn new(live: &Live) -> Self {
        let mut minutes = interval_at(Instant::now() + EVERY, EVERY);
        minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            rights: live.rights.subscribe(),
            minutes,
        }
    }

    /// Waits until there is a cause to look anew. Cancel safe.
    async fn cause(&mut self, account: Option<AccountId>) -> Cause {
        loop {
            let touched = tokio::select! {
                touched = self.rights.recv() => touched,
                _ = self.minutes.tick() => return Cause::Minute,
            };
            match touched {
                Ok(touched) if account != Some(AccountId(touched)) => {}
                Ok(_) | Err(RecvError::Lagged(_) | RecvError::Closed) => return Cause::Change,
            }
        }
    }
}

/// What a subscriber may see, as it stands now.
struct View {
    actor: Actor,
    books: HashSet<u32>,
}

impl View {
    /// Looks up what an actor may see; `None` once its session or key has ended.
    async fn of(live: &Live, actor: &Actor) -> Option<View> {
        let actor = live.identity.still(actor)?;
        let reads = actor.require(Scope::LogbookRead).is_ok();
        let Some(account) = actor.account().filter(|_| reads) else {
            return Some(View {
                actor,
                books: HashSet::new(),
            });
        };
        let read = live.store.read(move |r| rights::readable(r, account.0)).await;
        let books =
            read.inspect_err(|error| tracing::warn!(%error, "a socket cannot read its rights: {error}"));
        let books = books.unwrap_or_default().into_iter().map(|book| book.0).collect();
        Some(View { actor, books })
    }

    /// The view as it is now; `None` once the session or key has ended.
    async fn renewed(self, live: &Live, cause: Cause) -> Option<View> {
        match cause {
            Cause::Change => View::of(live, &self.actor).await,
            Cause::Minute => {
                let actor = live.identity.still(&self.actor)?;
                Some(View { actor, ..self })
            }
        }
    }

    fn may_see(&self, audience: &Audience) -> bool {
        match audience {
            Audience::Everyone => true,
            Audience::Accounts(accounts) => self
                .actor
                .account()
                .is_some_and(|account| accounts.contains(&account.0)),
            Audience::Logbook(book) => self.books.contains(book),
            Audience::Administrators => {
                self.actor
                    .member()
                    .is_ok_and(|member| member.role == Role::Administrator)
                    && self.actor.require(Scope::Admin).is_ok()
            }
        }
    }
}
