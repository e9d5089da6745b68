//! Who listens, and what each may see: looked up when a socket opens, whenever its account's rights, sessions or keys
//! change, and once a minute, because sessions and keys also run out by themselves.
//!
//! One task looks after all sockets; a socket of somebody whose rights never change costs a line in a list.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use super::Live;
use crate::bus::Audience;
use crate::event::Event;
use crate::identity::event::IdentityEvent;
use crate::identity::{AccountId, Actor, Role, Scope};
use crate::logbook::event::LogbookEvent;
use crate::logbook::rights;
use crate::web::{Closing, Remote, Sight, Socket};

/// How often it is made sure that sessions and keys have not run out.
const EVERY: Duration = Duration::from_mins(1);

/// Everybody who listens and has an account; clones are the same list.
#[derive(Clone, Default)]
pub(super) struct Listeners {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    list: Mutex<HashMap<AccountId, Vec<Listener>>>,
    /// Counts changes of anybody's rights.
    changes: AtomicU64,
}

#[derive(Clone)]
struct Listener {
    actor: Actor,
    remote: Remote,
}

impl Listeners {
    /// Looks after a socket that has joined with what was seen when `changes` was the count of changes.
    pub(super) async fn add(&self, live: &Live, view: &View, socket: &Socket) {
        let Some(account) = view.actor.account() else {
            return;
        };
        let listener = Listener {
            actor: view.actor.clone(),
            remote: socket.remote(),
        };
        self.lock().entry(account).or_default().push(listener.clone());
        // A change after the look-up and before the entry in the list was told to nobody.
        if self.changes() != view.changes {
            listener.refresh(live).await;
        }
    }

    /// How many changes there were.
    fn changes(&self) -> u64 {
        self.inner.changes.load(Ordering::SeqCst)
    }

    async fn refresh(&self, live: &Live, account: AccountId) {
        let listeners = self.lock().get(&account).cloned().unwrap_or_default();
        for listener in listeners {
            listener.refresh(live).await;
        }
    }

    /// Closes the sockets whose session or key has run out, and forgets those that are gone.
    fn sweep(&self, live: &Live) {
        self.lock().retain(|_, listeners| {
            listeners.retain(|listener| {
                if live.identity.still(&listener.actor).is_none() {
                    listener.remote.close(Closing::REFUSED);
                }
                listener.remote.is_open()
            });
            !listeners.is_empty()
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, Vec<Listener>>> {
        self.inner.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    async fn refresh(&self, live: &Live) {
        match View::of(live, &self.actor).await {
            Some(view) => self.remote.set_sight(Arc::new(view).sight()),
            None => self.remote.close(Closing::REFUSED),
        }
    }
}

/// Looks after everybody who listens, until `stop`.
pub(super) fn watch(live: Live, stop: CancellationToken) {
    let (changed, mut changes) = mpsc::unbounded_channel();
    let listeners = live.listeners.clone();
    live.bus.listen(move |event| {
        if let Some(account) = whose_rights(event) {
            listeners.inner.changes.fetch_add(1, Ordering::SeqCst);
            // Only for those who listen: nothing piles up for others.
            if listeners.lock().contains_key(&account) {
                // Nobody hears it when the program stops.
                let _ = changed.send(account);
            }
        }
    });
    let mut minutes = interval_at(Instant::now() + EVERY, EVERY);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::spawn(stop.run_until_cancelled_owned(async move {
        loop {
            tokio::select! {
                Some(account) = changes.recv() => live.listeners.refresh(&live, account).await,
                _ = minutes.tick() => live.listeners.sweep(&live),
            }
        }
    }));
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
            | IdentityEvent::KeyRevoked { account },
        ) => Some(*account),
        Event::Logbook(LogbookEvent::SharingChanged { account, .. }) => Some(AccountId(*account)),
        _ => None,
    }
}

/// What a subscriber may see, as it stands now.
pub(super) struct View {
    actor: Actor,
    books: HashSet<u32>,
    /// How many changes of rights there had been.
    changes: u64,
}

impl View {
    /// Looks up what an actor may see; `None` once its session or key has ended.
    pub(super) async fn of(live: &Live, actor: &Actor) -> Option<Self> {
        let changes = live.listeners.changes();
        let actor = live.identity.still(actor)?;
        let reads = actor.require(Scope::LogbookRead).is_ok();
        let mut books = HashSet::new();
        if let Some(account) = actor.account().filter(|_| reads) {
            let read = live.store.read(move |r| rights::readable(r, account.0)).await;
            let read =
                read.inspect_err(|error| tracing::warn!(%error, "a socket cannot read its rights: {error}"));
            books = read.unwrap_or_default().into_iter().map(|book| book.0).collect();
        }
        Some(Self {
            actor,
            books,
            changes,
        })
    }

    /// Whether it may see messages of this audience.
    pub(super) fn sees(&self, audience: &Audience) -> bool {
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

    /// The same, for the rounds.
    pub(super) fn sight(self: &Arc<Self>) -> Sight {
        let view = Arc::clone(self);
        Arc::new(move |audience| view.sees(audience))
    }
}
