//! All radios that are connected, and the pages that show them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value};
use tungstenite::protocol::frame::coding::CloseCode;

use super::link::Link;
use crate::bus::Bus;
use crate::identity::{AccountId, Actor};
use crate::web::{Closing, Remote};

/// The channel that radios are told on.
const CHANNEL: &str = "rig";
/// Radios one account may have connected.
const MOST_RIGS: usize = 8;

/// Another relay of the same radio has come; the code tells the relay not to hurry back.
const REPLACED: Closing = Closing {
    code: CloseCode::Library(4001),
    reason: "another relay has connected under this name; give this one another relay.name",
};
/// There are as many radios as there may be.
pub(super) const TOO_MANY: Closing = Closing {
    code: CloseCode::Policy,
    reason: "8 radios of your account are connected already",
};

/// Radios and watchers; clones are the same.
#[derive(Clone)]
pub(super) struct Rigs {
    inner: Arc<Inner>,
}

struct Inner {
    bus: Bus,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    links: HashMap<AccountId, Vec<Arc<Link>>>,
    watchers: HashMap<AccountId, Vec<Watcher>>,
    /// Number of the last watcher.
    last: u64,
}

struct Watcher {
    number: u64,
    actor: Actor,
    remote: Remote,
}

/// A page shows the radios of its account; until dropped.
pub(crate) struct Watching {
    rigs: Rigs,
    account: AccountId,
    number: u64,
}

/// A link that is in the list; until dropped.
pub(super) struct Joined {
    rigs: Rigs,
    pub(super) link: Arc<Link>,
}

impl Rigs {
    /// No radios. Numbers of messages are the bus's, so that pages keep one row of them.
    pub(super) fn new(bus: Bus) -> Self {
        Self {
            inner: Arc::new(Inner {
                bus,
                state: Mutex::default(),
            }),
        }
    }

    /// Takes a radio in; one of the same name goes. Nothing, when the account has too many.
    pub(super) fn join(&self, link: Link, call: &str) -> Option<Joined> {
        let link = Arc::new(link);
        let mut state = self.lock();
        let links = state.links.entry(link.account).or_default();
        if let Some(at) = links.iter().position(|older| older.name == link.name) {
            let older = std::mem::replace(&mut links[at], Arc::clone(&link));
            older.close(REPLACED);
            older.end();
        } else if links.len() < MOST_RIGS {
            links.push(Arc::clone(&link));
        } else {
            return None;
        }
        link.welcome(call);
        let is_watched = state.watchers.contains_key(&link.account);
        link.watch(is_watched);
        state.tell(link.account, &self.connected(&link));
        drop(state);
        Some(Joined {
            rigs: self.clone(),
            link,
        })
    }

    /// The radios of an account, by name.
    pub(super) fn of(&self, account: AccountId) -> Vec<Arc<Link>> {
        let mut links = self.lock().links.get(&account).cloned().unwrap_or_default();
        links.sort_by(|a, b| a.name.cmp(&b.name));
        links
    }

    /// A radio of an account.
    pub(super) fn find(&self, account: AccountId, name: &str) -> Option<Arc<Link>> {
        let state = self.lock();
        let links = state.links.get(&account)?;
        links.iter().find(|link| link.name == name).cloned()
    }

    /// Tells an account's pages of a radio.
    pub(super) fn tell(&self, link: &Link, kind: &str, payload: &impl Serialize) {
        let state = self.lock();
        // Most of the time nobody looks.
        if state.watchers.contains_key(&link.account) {
            let text = self.text(kind, &link.name, payload);
            state.tell(link.account, &text);
        }
    }

    /// Shows a page the radios of its account from now on, beginning with where they stand.
    pub(super) fn watch(&self, account: AccountId, actor: &Actor, remote: Remote) -> Watching {
        let mut state = self.lock();
        state.last += 1;
        let number = state.last;
        for link in state.links.get(&account).map(Vec::as_slice).unwrap_or_default() {
            self.show(link, &remote);
        }
        let watchers = state.watchers.entry(account).or_default();
        let is_first = watchers.is_empty();
        watchers.push(Watcher {
            number,
            actor: actor.clone(),
            remote,
        });
        if is_first {
            state.set_visible(account, true);
        }
        Watching {
            rigs: self.clone(),
            account,
            number,
        }
    }

    /// Closes the links of an account that may no longer be, and shows its radios no longer to pages that may not see
    /// them.
    pub(super) fn review(&self, account: AccountId, may: impl Fn(&Actor) -> bool) {
        let mut state = self.lock();
        for link in state.links.get(&account).map(Vec::as_slice).unwrap_or_default() {
            if !may(&link.actor) {
                link.close(Closing::REFUSED);
                link.end();
            }
        }
        state.keep_watchers(account, |watcher| may(&watcher.actor));
    }

    /// Whether an account has a radio here, or a page that shows its radios.
    pub(super) fn is_here(&self, account: AccountId) -> bool {
        let state = self.lock();
        state.links.contains_key(&account) || state.watchers.contains_key(&account)
    }

    /// Everybody with a radio or a page that shows some.
    pub(super) fn accounts(&self) -> Vec<AccountId> {
        let state = self.lock();
        let mut all: Vec<AccountId> = state.links.keys().chain(state.watchers.keys()).copied().collect();
        all.sort_unstable_by_key(|account| account.0);
        all.dedup();
        all
    }

    /// Where a radio stands, for a page that has just come.
    fn show(&self, link: &Link, remote: &Remote) {
        let latest = link.latest();
        remote.push(&self.connected(link));
        remote.push(&self.text("facts", &link.name, &latest.facts));
        remote.push(&self.text("state", &link.name, &latest.state));
        if let Some(meters) = latest.meters {
            remote.push(&self.text("meters", &link.name, &meters));
        }
        if let Some(queue) = latest.queue {
            remote.push(&self.text("queue", &link.name, &queue));
        }
        if let Some(rotator) = latest.rotator {
            remote.push(&self.text("rotator", &link.name, &rotator));
        }
    }

    fn connected(&self, link: &Link) -> String {
        let told = serde_json::json!({"connected": true, "since": link.since});
        self.text("link", &link.name, &told)
    }

    /// A message as pages get it.
    fn text(&self, kind: &str, name: &str, payload: &impl Serialize) -> String {
        let mut whole = Map::new();
        whole.insert("rig".to_owned(), name.into());
        if let Ok(Value::Object(fields)) = serde_json::to_value(payload) {
            whole.extend(fields);
        }
        let id = self.inner.bus.seq();
        let message = serde_json::json!({"type": kind, "payload": whole});
        serde_json::json!([{"id": id, "channel": CHANNEL, "message": message}]).to_string()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&self, account: AccountId, text: &str) {
        for watcher in self.watchers.get(&account).map(Vec::as_slice).unwrap_or_default() {
            watcher.remote.push(text);
        }
    }

    fn set_visible(&self, account: AccountId, visible: bool) {
        for link in self.links.get(&account).map(Vec::as_slice).unwrap_or_default() {
            link.watch(visible);
        }
    }

    fn keep_watchers(&mut self, account: AccountId, keep: impl Fn(&Watcher) -> bool) {
        let Some(watchers) = self.watchers.get_mut(&account) else {
            return;
        };
        watchers.retain(keep);
        if watchers.is_empty() {
            self.watchers.remove(&account);
            self.set_visible(account, false);
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut state = self.rigs.lock();
        state.keep_watchers(self.account, |watcher| watcher.number != self.number);
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        self.link.end();
        let mut state = self.rigs.lock();
        let account = self.link.account;
        let Some(links) = state.links.get_mut(&account) else {
            return;
        };
        let before = links.len();
        links.retain(|link| !Arc::ptr_eq(link, &self.link));
        let is_gone = links.len() < before;
        if links.is_empty() {
            state.links.remove(&account);
        }
        // One that was replaced is not missed.
        if is_gone {
            let gone = serde_json::json!({"connected": false});
            let text = self.rigs.text("link", &self.link.name, &gone);
            state.tell(account, &text);
        }
    }
}
