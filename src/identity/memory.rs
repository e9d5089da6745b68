//! Accounts, sessions and keys as requests need them: in memory, so that authenticating touches no disk.
//!
//! A mirror of the store: each command takes the rows it touched along, and its commit puts them here, so the mirror
//! follows the commits one by one. When a session was seen and a key used is known here first and written at most
//! hourly.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;

use crate::store::{Direction, Rows, Span, StoreError};

use super::actor::{Actor, Credential, Member};
use super::login::Login;
use super::model::{AccountId, Role};
use super::quiz::GateQuestion;
use super::read;
use super::tables::{API_KEY, SESSION, SIGNING, StoredAccount, StoredKey, StoredSecret, StoredSession};
use super::token::{self, ApiKey, KeyId, SecretDigest, SessionToken};

/// No session lives longer, however busy.
const ABSOLUTE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Idle limit of "keep me signed in".
const REMEMBERED: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Idle limit without it.
const BRIEF: SignedDuration = SignedDuration::from_hours(12);
/// Idle limit of administrators; a remembered session goes on, but administers only after the password.
const ADMINISTRATOR: SignedDuration = SignedDuration::from_mins(30);
/// How long an administrator may look in at a time.
const LOOKING_IN: SignedDuration = SignedDuration::from_hours(1);
/// How long a shown password counts for changes of secrets.
const CONFIRMED: SignedDuration = SignedDuration::from_mins(10);
/// How often what was seen is written.
const WRITTEN: SignedDuration = SignedDuration::from_hours(1);

/// Rows that a command touched.
#[derive(Debug, Default, Clone)]
pub(super) struct Touched {
    pub(super) accounts: Vec<AccountId>,
    pub(super) sessions: Vec<SecretDigest>,
    pub(super) keys: Vec<KeyId>,
    /// The questions of the knowledge gate.
    pub(super) questions: bool,
}

impl Touched {
    /// One account, with its sessions.
    pub(super) fn account(id: AccountId) -> Self {
        Self {
            accounts: vec![id],
            ..Self::default()
        }
    }

    /// One session.
    pub(super) fn session(digest: SecretDigest) -> Self {
        Self {
            sessions: vec![digest],
            ..Self::default()
        }
    }

    /// One key.
    pub(super) fn key(id: KeyId) -> Self {
        Self {
            keys: vec![id],
            ..Self::default()
        }
    }
}

/// Touched rows as they stand at the end of their command.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    accounts: Vec<(AccountId, Option<StoredAccount>)>,
    /// All that the touched accounts still have.
    held: HashSet<SecretDigest>,
    sessions: Vec<(SecretDigest, Option<StoredSession>)>,
    keys: Vec<(KeyId, Option<StoredKey>)>,
    secrets: Vec<(AccountId, Option<StoredSecret>)>,
    questions: Option<Arc<[GateQuestion]>>,
}

impl Fresh {
    /// Reads the touched rows.
    pub(super) fn read(rows: &impl Rows, touched: &Touched) -> Result<Self, StoreError> {
        let mut fresh = Self::default();
        for id in &touched.accounts {
            fresh.accounts.push((*id, read::account(rows, *id)?));
            fresh.secrets.push((*id, rows.get(SIGNING, &id.0)?));
        }
        if !touched.accounts.is_empty() {
            for row in rows.scan(SESSION, Span::all(), Direction::Forward) {
                let (digest, session) = row?;
                if touched.accounts.contains(&session.account) {
                    fresh.held.insert(digest);
                    fresh.sessions.push((digest, Some(session)));
                }
            }
        }
        if touched.questions {
            fresh.questions = Some(read::gate_questions(rows)?);
        }
        for digest in &touched.sessions {
            fresh.sessions.push((*digest, rows.get(SESSION, digest)?));
        }
        for id in &touched.keys {
            fresh
                .keys
                .push((*id, rows.get(API_KEY, &SmolStr::new(id.as_str()))?));
        }
        Ok(fresh)
    }
}

/// The mirror.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Questions of imported examinations; empty while the built-in ones serve.
    pub(super) questions: Arc<[GateQuestion]>,
    accounts: HashMap<AccountId, Arc<StoredAccount>>,
    by_call: HashMap<Login, AccountId>,
    sessions: HashMap<SecretDigest, Session>,
    keys: HashMap<KeyId, Key>,
    secrets: HashMap<AccountId, (StoredSecret, Option<Timestamp>)>,
}

/// A session with what the store does not know yet.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) row: StoredSession,
    pub(super) seen: Timestamp,
    pub(super) lapsed: bool,
}

/// A key with what the store does not know yet.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) row: StoredKey,
    pub(super) used: Option<Timestamp>,
}

/// What is to be written of what memory saw.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    pub(super) sessions: Vec<(SecretDigest, Timestamp, bool)>,
    pub(super) keys: Vec<(KeyId, Timestamp)>,
    pub(super) secrets: Vec<(AccountId, Timestamp)>,
    pub(super) over: Vec<SecretDigest>,
    /// Accounts whose proofs ran out.
    pub(super) unproven: Vec<AccountId>,
}

impl Unwritten {
    pub(super) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
            && self.keys.is_empty()
            && self.over.is_empty()
            && self.secrets.is_empty()
            && self.unproven.is_empty()
    }
}

impl Memory {
    /// Reads everything, at start.
    pub(super) fn load(rows: &impl Rows) -> Result<Self, StoreError> {
        let mut memory = Self {
            questions: read::gate_questions(rows)?,
            ..Self::default()
        };
        for (id, account) in read::accounts(rows)? {
            memory.put_account(id, Some(account));
        }
        for row in rows.scan(SESSION, Span::all(), Direction::Forward) {
            let (digest, session) = row?;
            memory.put_session(digest, Some(session));
        }
        for row in rows.scan(SIGNING, Span::all(), Direction::Forward) {
            let (id, secret) = row?;
            memory.put_secret(AccountId(id), Some(secret));
        }
        for row in rows.scan(API_KEY, Span::all(), Direction::Forward) {
            let (id, key) = row?;
            if let Ok(id) = id.parse() {
                memory.put_key(id, Some(key));
            }
        }
        Ok(memory)
    }

    /// Takes over what a commit left; sessions of touched accounts that it ended go.
    pub(super) fn take_over(&mut self, fresh: Fresh) {
        let touched: Vec<AccountId> = fresh.accounts.iter().map(|(id, _)| *id).collect();
        self.sessions
            .retain(|digest, session| !touched.contains(&session.row.account) || fresh.held.contains(digest));
        for (id, account) in fresh.accounts {
            self.put_account(id, account);
        }
        for (digest, session) in fresh.sessions {
            self.put_session(digest, session);
        }
        for (id, key) in fresh.keys {
            self.put_key(id, key);
        }
        for (id, secret) in fresh.secrets {
            self.put_secret(id, secret);
        }
        self.questions = fresh.questions.unwrap_or_else(|| Arc::clone(&self.questions));
    }

    fn put_account(&mut self, id: AccountId, account: Option<StoredAccount>) {
        if let Some(before) = self.accounts.remove(&id)
            && self.by_call.get(&before.call) == Some(&id)
        {
            self.by_call.remove(&before.call);
        }
        if let Some(account) = account {
            self.by_call.insert(account.call.clone(), id);
            self.accounts.insert(id, Arc::new(account));
        }
    }

    fn put_session(&mut self, digest: SecretDigest, row: Option<StoredSession>) {
        let Some(row) = row else {
            self.sessions.remove(&digest);
            return;
        };
        let known = self.sessions.get(&digest);
        let seen = known.map_or(row.last_seen, |known| known.seen.max(row.last_seen));
        let confirmed_anew = known.is_none_or(|known| known.row.confirmed < row.confirmed);
        let lapsed = if confirmed_anew {
            row.lapsed
        } else {
            known.is_some_and(|known| known.lapsed)
        };
        self.sessions.insert(digest, Session { row, seen, lapsed });
    }

    fn put_secret(&mut self, id: AccountId, row: Option<StoredSecret>) {
        let Some(row) = row else {
            self.secrets.remove(&id);
            return;
        };
        let known = self
            .secrets
            .get(&id)
            .filter(|(known, _)| known.created == row.created);
        let used = known.and_then(|(_, used)| *used).max(row.last_used);
        self.secrets.insert(id, (row, used));
    }

    fn put_key(&mut self, id: KeyId, row: Option<StoredKey>) {
        let Some(row) = row else {
            self.keys.remove(&id);
            return;
        };
        let used = self.keys.get(&id).and_then(|known| known.used).max(row.last_used);
        self.keys.insert(id, Key { row, used });
    }

    /// The account with this number.
    pub(super) fn account(&self, id: AccountId) -> Option<Arc<StoredAccount>> {
        self.accounts.get(&id).cloned()
    }

    /// The account that has this call.
    pub(super) fn by_call(&self, call: &Login) -> Option<(AccountId, Arc<StoredAccount>)> {
        let id = *self.by_call.get(call)?;
        Some((id, self.account(id)?))
    }

    /// Every account, in no order.
    pub(super) fn accounts(&self) -> impl Iterator<Item = (AccountId, &Arc<StoredAccount>)> {
        self.accounts.iter().map(|(id, account)| (*id, account))
    }

    /// The sessions of an account, in no order.
    pub(super) fn sessions_of(&self, id: AccountId) -> impl Iterator<Item = (&SecretDigest, &Session)> {
        self.sessions
            .iter()
            .filter(move |(_, session)| session.row.account == id)
    }

    /// What the session's owner last showed.
    pub(super) fn proven(&self, digest: &SecretDigest) -> Option<SmolStr> {
        self.sessions
            .get(digest)
            .map(|session| session.row.proven.clone())
    }

    /// The keys of an account, in no order.
    pub(super) fn keys_of(&self, id: AccountId) -> impl Iterator<Item = (&KeyId, &Key)> {
        self.keys.iter().filter(move |(_, key)| key.row.account == id)
    }

    /// The signing secret of an account, sealed, and when it was last used.
    pub(super) fn secret(&self, id: AccountId) -> Option<(&StoredSecret, Option<Timestamp>)> {
        self.secrets.get(&id).map(|(row, used)| (row, *used))
    }

    /// Notes that a signing secret was used.
    pub(super) fn secret_used(&mut self, id: AccountId, now: Timestamp) {
        if let Some((_, used)) = self.secrets.get_mut(&id) {
            *used = (*used).max(Some(now));
        }
    }

    /// Who a session's cookie stands for; the session counts as seen.
    pub(super) fn by_session(&mut self, token: &SessionToken, now: Timestamp) -> Option<Actor> {
        let digest = token.digest();
        let session = self.sessions.get_mut(&digest)?;
        let account = self
            .accounts
            .get(&session.row.account)
            .filter(|account| !account.disabled)?;
        if is_over(session, account.role, now) || !may_look_in(&self.accounts, session) {
            return None;
        }
        session.lapsed |= account.role == Role::Administrator && is_past(session.seen, ADMINISTRATOR, now);
        session.seen = session.seen.max(now);
        Some(member(session.row.account, account, digest, session, now))
    }

    /// Who an API key stands for; the key counts as used.
    pub(super) fn by_key(&mut self, shown: &ApiKey, now: Timestamp) -> Option<Actor> {
        let key = self.keys.get_mut(&shown.id())?;
        if !token::same(&key.row.digest, &shown.digest()) {
            return None;
        }
        let account = self
            .accounts
            .get(&key.row.account)
            .filter(|account| !account.disabled)?;
        if key.row.expires.is_some_and(|expires| expires <= now) {
            return None;
        }
        key.used = key.used.max(Some(now));
        Some(Actor::Member(Member {
            account: key.row.account,
            call: account.call.clone(),
            role: account.role,
            scopes: Some(key.row.scopes),
            credential: Credential::Key(shown.id()),
            behind: None,
        }))
    }

    /// The actor as it stands now, for a socket that stays open; `None` when the session or key has ended.
    pub(super) fn still(&self, actor: &Member, now: Timestamp) -> Option<Actor> {
        let account = self
            .accounts
            .get(&actor.account)
            .filter(|account| !account.disabled)?;
        match actor.credential {
            Credential::Session { digest, .. } => {
                let session = self.sessions.get(&digest)?;
                // An open page counts as use only through its requests.
                let over = is_over(session, account.role, now) || !may_look_in(&self.accounts, session);
                (!over).then(|| member(actor.account, account, digest, session, now))
            }
            Credential::Key(id) => {
                let key = self.keys.get(&id)?;
                let over = key.row.expires.is_some_and(|expires| expires <= now);
                let current = Member {
                    role: account.role,
                    scopes: Some(key.row.scopes),
                    ..actor.clone()
                };
                (!over).then_some(Actor::Member(current))
            }
            Credential::Signature => {
                let current = Member {
                    role: account.role,
                    ..actor.clone()
                };
                let known = self.secrets.contains_key(&actor.account);
                known.then_some(Actor::Member(current))
            }
            Credential::Password | Credential::Address => Some(Actor::Member(Member {
                role: account.role,
                ..actor.clone()
            })),
        }
    }

    /// What was seen more than an hour after it was last written (`all`: anything newer), and what is over.
    pub(super) fn unwritten(&self, now: Timestamp, all: bool) -> Unwritten {
        let due = |written: Timestamp, seen: Timestamp| {
            seen > written && (all || seen.duration_since(written) >= WRITTEN)
        };
        let mut found = Unwritten::default();
        let ran_out = |account: &StoredAccount| account.verified_until.is_some_and(|until| until <= now);
        let accounts = self.accounts.iter();
        found.unproven = accounts
            .filter(|(_, account)| ran_out(account))
            .map(|(id, _)| *id)
            .collect();
        for (digest, session) in &self.sessions {
            let role = self
                .accounts
                .get(&session.row.account)
                .map_or(Role::Member, |account| account.role);
            if is_over(session, role, now) {
                found.over.push(*digest);
            } else if due(session.row.last_seen, session.seen) {
                found.sessions.push((*digest, session.seen, session.lapsed));
            }
        }
        for (id, (row, used)) in &self.secrets {
            let written = row.last_used.unwrap_or(Timestamp::MIN);
            if let Some(used) = used.filter(|used| due(written, *used)) {
                found.secrets.push((*id, used));
            }
        }
        for (id, key) in &self.keys {
            if let Some(used) = key
                .used
                .filter(|used| due(key.row.last_used.unwrap_or(Timestamp::MIN), *used))
            {
                found.keys.push((*id, used));
            }
        }
        found
    }
}

fn member(
    id: AccountId,
    account: &StoredAccount,
    digest: SecretDigest,
    session: &Session,
    now: Timestamp,
) -> Actor {
    let credential = Credential::Session {
        digest,
        confirmed: !is_past(session.row.confirmed, CONFIRMED, now),
        active: !session.lapsed,
    };
    Actor::Member(Member {
        account: id,
        call: account.call.clone(),
        role: account.role,
        scopes: None,
        credential,
        behind: session.row.behind.as_ref().map(|behind| behind.call.clone()),
    })
}

/// Whether the administrator behind a session, where there is one, is one still.
fn may_look_in(accounts: &HashMap<AccountId, Arc<StoredAccount>>, session: &Session) -> bool {
    session.row.behind.as_ref().is_none_or(|behind| {
        let who = accounts.get(&behind.account);
        who.is_some_and(|who| who.role == Role::Administrator && !who.disabled)
    })
}

fn is_over(session: &Session, role: Role, now: Timestamp) -> bool {
    if session.row.behind.is_some() && is_past(session.row.created, LOOKING_IN, now) {
        return true;
    }
    let idle = match (session.row.remember, role) {
        (true, _) => REMEMBERED,
        (false, Role::Administrator) => ADMINISTRATOR,
        (false, Role::Member | Role::Swl) => BRIEF,
    };
    is_past(session.row.created, ABSOLUTE, now) || is_past(session.seen, idle, now)
}

fn is_past(since: Timestamp, span: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(since) > span
}
