//! Who calls by login and key, or password: every call of Odoo's interface shows them anew.
//!
//! A key costs a look into memory. A password is slow to check on purpose, so one that was right is remembered for some
//! minutes, by a keyed digest, as long as the account keeps it. Who never shows anything right may not call often, nor
//! send much.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::dx::accept::{Pace, Rate};
use crate::dx::odoo::Fault;
use crate::env::Clock;
use crate::identity::api::gate::Visitor;
use crate::identity::{AccountId, Actor, Identity, Login, Password, Scope};
use crate::web::Network;

/// How long a right password is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(5);
/// How long a network is welcome to send much after it showed something right.
const WELCOME: SignedDuration = SignedDuration::from_hours(1);
/// Most of each remembered.
const MOST: usize = 1_024;
/// How often a network may call without showing anything right.
const STRANGERS: Rate = Rate {
    burst: 60,
    every: Duration::from_secs(1),
};

/// Those who call; clones share what is remembered.
#[derive(Clone)]
pub(super) struct Callers {
    identity: Identity,
    clock: Clock,
    key: [u8; 32],
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    /// Until when a password is known to be right, by digest, and which one the account had then.
    passwords: HashMap<[u8; 32], (Timestamp, Actor, Option<String>)>,
    welcome: HashMap<Network, Timestamp>,
    strangers: Pace<Network>,
}

impl Callers {
    pub(super) fn new(identity: Identity, clock: Clock, key: [u8; 32]) -> Self {
        Self {
            identity,
            clock,
            key,
            seen: Arc::new(Mutex::new(Seen {
                passwords: HashMap::new(),
                welcome: HashMap::new(),
                strangers: Pace::new(),
            })),
        }
    }

    /// Whether the network may send a large body: it has shown something right lately.
    pub(super) fn is_welcome(&self, visitor: &Visitor) -> bool {
        let now = self.clock.now();
        let network = Network::of(visitor.browser.address);
        self.seen()
            .welcome
            .get(&network)
            .is_some_and(|until| *until > now)
    }

    /// Whether the network may call: it is welcome, or has not called in vain too often. The error: how long to wait.
    pub(super) fn admit(&self, visitor: &Visitor) -> Result<(), Duration> {
        if self.is_welcome(visitor) {
            return Ok(());
        }
        let network = Network::of(visitor.browser.address);
        let now = self.clock.now().as_microsecond();
        self.seen().strangers.take(network, STRANGERS, now)
    }

    /// Who has this number and key or password.
    pub(super) async fn by_number(&self, uid: i64, secret: &str, visitor: &Visitor) -> Result<Actor, Fault> {
        let account = u32::try_from(uid).map_err(|_| Fault::AccessDenied)?;
        let account = self.identity.account(AccountId(account));
        let call = account.map_err(|_| Fault::AccessDenied)?.call.clone();
        self.by_login(call.as_str(), secret, visitor).await
    }

    /// Who has this login and key or password.
    pub(super) async fn by_login(
        &self,
        login: &str,
        secret: &str,
        visitor: &Visitor,
    ) -> Result<Actor, Fault> {
        let actor = match self.identity.by_key(secret) {
            Some(actor) if is_of(&actor, login) => Some(actor),
            Some(_) => None,
            None => self.by_password(login, secret, visitor).await,
        };
        let actor = actor.ok_or(Fault::AccessDenied)?;
        let until = later(self.clock.now(), WELCOME);
        let mut seen = self.seen();
        if seen.welcome.len() >= MOST {
            seen.welcome.clear();
        }
        seen.welcome.insert(Network::of(visitor.browser.address), until);
        Ok(actor)
    }

    async fn by_password(&self, login: &str, secret: &str, visitor: &Visitor) -> Option<Actor> {
        if secret.is_empty() || secret.len() > 1_024 {
            return None;
        }
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(login.trim().to_ascii_uppercase().as_bytes());
        hasher.update(b"\0");
        hasher.update(secret.as_bytes());
        let digest = *hasher.finalize().as_bytes();
        if let Some(actor) = self.remembered(&digest) {
            return Some(actor);
        }
        let password = Password::entered(secret);
        let scopes = [Scope::DxRead, Scope::DxWrite];
        let shown = self
            .identity
            .by_password(login, password, &scopes, &visitor.browser);
        let actor = shown.await.ok()?;
        let account = self.identity.account(actor.account()?).ok()?;
        let hash = account.password.as_deref().map(str::to_owned);
        let until = later(self.clock.now(), REMEMBERED);
        let mut seen = self.seen();
        if seen.passwords.len() >= MOST {
            seen.passwords.clear();
        }
        seen.passwords.insert(digest, (until, actor.clone(), hash));
        Some(actor)
    }

    /// Who showed this lately, where the account still stands and has the same password.
    fn remembered(&self, digest: &[u8; 32]) -> Option<Actor> {
        let now = self.clock.now();
        let (actor, hash) = {
            let seen = self.seen();
            let (until, actor, hash) = seen.passwords.get(digest)?;
            if *until <= now {
                return None;
            }
            (actor.clone(), hash.clone())
        };
        let account = self.identity.account(actor.account()?).ok()?;
        let role = actor.member().ok()?.role;
        let same = !account.disabled
            && !account.second_factor
            && account.role == role
            && account.password.as_deref() == hash.as_deref();
        same.then_some(actor)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_of(actor: &Actor, login: &str) -> bool {
    let login = login.trim().parse::<Login>();
    let member = actor.member();
    matches!((login, member), (Ok(login), Ok(member)) if login == member.call)
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(now)
}
