//! Sessions of programs that sign in as they do at QRZ or `HamQTH`: a random key, bound to an account, for some hours.
//!
//! In memory, so a start of the program ends them all; programs then sign in anew, as they must at any time. A key is
//! worth what was shown for it: it ends with the account, the API key, or the password that it was given for. Passwords
//! are looked at by the accounts themselves, who slow down guessing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::env::Env;
use crate::identity::{Actor, Browser, Credential, Error, Identity, Login, Password, Scope};
use crate::web::Problem;

/// Sessions of one account at a time; one more ends its oldest.
const MOST_OF_ACCOUNT: usize = 8;
/// Sessions at all; one more ends the oldest.
const MOST: usize = 4_096;
/// Longest password that is looked at, in bytes.
const LONGEST_SECRET: usize = 1_024;

/// Whose sessions these are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Qrz,
    Hamqth,
}

impl Kind {
    /// How long a session lasts.
    const fn life(self) -> SignedDuration {
        match self {
            Self::Qrz => SignedDuration::from_hours(24),
            Self::Hamqth => SignedDuration::from_hours(1),
        }
    }
}

/// An open session, as an answer tells of it.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) key: String,
    pub(super) actor: Actor,
    pub(super) until: Timestamp,
    /// Calls that were looked up in it.
    pub(super) count: u32,
}

/// Why a key opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It never did, or was forgotten.
    Unknown,
    Over,
}

/// Why somebody is not signed in.
#[derive(Debug)]
pub(super) enum Refused {
    /// No such call, or not its password or key.
    Wrong,
    /// They are who they say, and may not; the reason.
    Forbidden(String),
    /// Too many tries; how long to wait, in words.
    Wait(String),
    Failed(Box<Problem>),
}

/// The open sessions.
pub(super) struct Sessions {
    identity: Identity,
    env: Env,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    by_key: HashMap<String, Held>,
    /// Keys in the order in which they were given.
    order: BTreeMap<u64, String>,
    next: u64,
}

struct Held {
    kind: Kind,
    actor: Actor,
    /// The hash of the password that was shown; a session that a key was shown for has none.
    password: Option<String>,
    until: Timestamp,
    count: u32,
    number: u64,
}

impl Sessions {
    pub(super) fn new(identity: Identity, env: Env) -> Self {
        Self {
            identity,
            env,
            open: Mutex::default(),
        }
    }

    /// Signs somebody in by call and password, or by call and one of the account's API keys.
    pub(super) async fn sign_in(
        &self,
        kind: Kind,
        (login, secret): (&str, &str),
        browser: &Browser,
    ) -> Result<Session, Refused> {
        if secret.is_empty() || secret.len() > LONGEST_SECRET {
            return Err(Refused::Wrong);
        }
        let actor = match self.identity.by_key(secret) {
            Some(actor) if is_of(&actor, login) => actor,
            Some(_) => return Err(Refused::Wrong),
            None => {
                let (password, scopes) = (Password::entered(secret), [Scope::CallbookRead]);
                let shown = self.identity.by_password(login, password, &scopes, browser);
                Box::pin(shown).await?
            }
        };
        self.begin(kind, &actor)
    }

    /// The session of whoever shows a key with every request: the one they have, else a new one.
    pub(super) fn of(&self, kind: Kind, actor: &Actor) -> Result<Session, Refused> {
        let now = self.env.clock.now();
        let credential = actor.member().ok().map(|member| member.credential);
        let found = {
            let open = self.open();
            let mut held = open.by_key.iter();
            let own = held.find(|(_, held)| {
                let theirs = held.actor.member().ok().map(|member| member.credential);
                held.kind == kind
                    && held.until > now
                    && held.actor.account() == actor.account()
                    && theirs == credential
            });
            own.map(|(key, _)| key.clone())
        };
        match found.map(|key| self.find(kind, &key)) {
            Some(Ok(session)) => Ok(session),
            _ => self.begin(kind, actor),
        }
    }

    fn begin(&self, kind: Kind, actor: &Actor) -> Result<Session, Refused> {
        actor
            .require(Scope::CallbookRead)
            .map_err(|denied| Refused::Forbidden(denied.to_string()))?;
        let now = self.env.clock.now();
        let password = self.password_of(actor);
        let key = match kind {
            Kind::Qrz => hex(&self.env.entropy.bytes::<16>()),
            Kind::Hamqth => hex(&self.env.entropy.bytes::<20>()),
        };
        let until = now.saturating_add(kind.life()).unwrap_or(Timestamp::MAX);
        let mut open = self.open();
        open.make_room(actor, now);
        let number = open.next;
        open.next += 1;
        open.order.insert(number, key.clone());
        let held = Held {
            kind,
            actor: actor.clone(),
            password,
            until,
            count: 0,
            number,
        };
        let session = held.told(&key);
        open.by_key.insert(key, held);
        Ok(session)
    }

    /// The session that a key opens, with its account as it is now.
    pub(super) fn find(&self, kind: Kind, key: &str) -> Result<Session, Ended> {
        let now = self.env.clock.now();
        let (mut session, password) = {
            let mut open = self.open();
            let held = open.by_key.get(key).filter(|held| held.kind == kind);
            let held = held.ok_or(Ended::Unknown)?;
            if held.until <= now {
                open.end(key);
                return Err(Ended::Over);
            }
            (held.told(key), held.password.clone())
        };
        let still = self.identity.still(&session.actor);
        match still.filter(|actor| self.password_of(actor) == password) {
            Some(actor) => {
                session.actor = actor;
                Ok(session)
            }
            None => {
                self.open().end(key);
                Err(Ended::Over)
            }
        }
    }

    /// Counts a look-up, and tells how many there were.
    pub(super) fn count(&self, session: &mut Session) {
        if let Some(held) = self.open().by_key.get_mut(&session.key) {
            held.count = held.count.saturating_add(1);
            session.count = held.count;
        }
    }

    /// The hash of the password that an actor stands on; none where they stand on something else, or where the password
    /// alone is not enough any more.
    fn password_of(&self, actor: &Actor) -> Option<String> {
        let member = actor.member().ok()?;
        if member.credential != Credential::Password {
            return None;
        }
        let account = self.identity.account(member.account).ok()?;
        let hash = account.password.as_deref().map(str::to_owned);
        hash.filter(|_| !account.second_factor)
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Makes room for one more session of this account: what is over goes first, then what is oldest.
    fn make_room(&mut self, actor: &Actor, now: Timestamp) {
        let over = self.by_key.iter().filter(|(_, held)| held.until <= now);
        let over: Vec<String> = over.map(|(key, _)| key.clone()).collect();
        for key in over {
            self.end(&key);
        }
        let account = actor.account();
        let own = self.order.values().filter(|key| {
            let held = self.by_key.get(*key);
            held.is_some_and(|held| held.actor.account() == account)
        });
        let own: Vec<String> = own.cloned().collect();
        let too_many = (own.len() + 1).saturating_sub(MOST_OF_ACCOUNT);
        for key in own.iter().take(too_many) {
            self.end(key);
        }
        while self.by_key.len() >= MOST {
            let Some((_, key)) = self.order.pop_first() else {
                return;
            };
            self.by_key.remove(&key);
        }
    }

    fn end(&mut self, key: &str) {
        if let Some(held) = self.by_key.remove(key) {
            self.order.remove(&held.number);
        }
    }
}

impl Held {
    fn told(&self, key: &str) -> Session {
        Session {
            key: key.to_owned(),
            actor: self.actor.clone(),
            until: self.until,
            count: self.count,
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Wait(wait) => Self::Wait(wait.to_string()),
            Error::Store(_) | Error::Busy => Self::Failed(Box::new(error.into())),
            _ => Self::Wrong,
        }
    }
}

fn is_of(actor: &Actor, login: &str) -> bool {
    let login = login.trim().parse::<Login>();
    matches!((login, actor.member()), (Ok(login), Ok(member)) if login == member.call)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
