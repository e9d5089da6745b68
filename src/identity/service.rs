//! The accounts as the rest of the program holds them: one handle for requests, jobs and the command line.
//!
//! Authenticating is answered from memory. A change runs in the store's writer, which brings the memory up to date
//! right after the commit: before the caller hears of it, before open sockets do, and also when the caller is gone by
//! then. Locks are held for map look-ups only.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use smol_str::{SmolStr, format_smolstr};

use crate::config::SignUp;
use crate::env::{Clock, Entropy, Mailer};
use crate::ham::callsign::Callsign;
use crate::store::{Read, Store, StoreError, Write};
use crate::web::{Sealer, Signer};

use super::actor::{Actor, Credential, Member};
use super::authority::Capability;
use super::documents::Cabinet;
use super::error::Error;
use super::first_run::FirstRun;
use super::ladder::{Ladder, Means};
use super::login::Login;
use super::memory::{Fresh, Memory, Touched};
use super::model::AccountId;
#[cfg(feature = "passkeys")]
use super::passkey::Passkeys;
use super::password::{HashPool, Password, PasswordHash};
use super::quiz::Quiz;
use super::signed::Nonces;
use super::tables::StoredAccount;
use super::throttle::{Quota, Throttle};
use super::token::{ApiKey, KeyId, SecretDigest, SessionToken};
use super::write::{self, AccountChange, NewAccount, NewKey, Standing};

/// An administrator named in the configuration.
#[derive(Debug, Clone)]
pub(crate) struct ConfiguredAdmin {
    pub(crate) call: Callsign,
    pub(crate) password: Option<PasswordHash>,
}

/// The accounts. Clones are cheap and share everything.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(super) inner: Arc<Inner>,
}

/// What the accounts stand on.
#[derive(Clone)]
pub(crate) struct Foundation {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) mailer: Mailer,
    /// The installation's secret key.
    pub(crate) key: [u8; 32],
    /// Who may make an account.
    pub(crate) sign_up: SignUp,
    /// Where people reach the pages, for links in mails: scheme, host, port.
    pub(crate) public: String,
    /// Where documents are kept, in a directory of their own.
    pub(crate) data_dir: PathBuf,
    /// How long after their decision.
    pub(crate) documents_kept: Duration,
    /// What calls are proven by.
    pub(crate) means: Means,
}

pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) entropy: Entropy,
    pub(super) mailer: Mailer,
    pub(super) sealer: Sealer,
    pub(super) cabinet: Cabinet,
    pub(super) documents_kept: SignedDuration,
    pub(super) sign_up: SignUp,
    pub(super) public: String,
    pub(super) signer: Signer,
    pub(super) ladder: Ladder,
    pub(super) hashes: HashPool,
    pub(super) throttle: Mutex<Throttle>,
    pub(super) quiz: Quiz,
    /// Where masked places are, by the installation's key.
    pub(super) places: Signer,
    pub(super) nonces: Nonces,
    #[cfg(feature = "passkeys")]
    pub(super) passkeys: Passkeys,
    pub(super) quotas: Quotas,
    memory: Arc<Mutex<Memory>>,
    pub(super) first_run: Mutex<Option<FirstRun>>,
}

/// How often strangers may try things that cost something.
pub(super) struct Quotas {
    /// Sets of answers at the knowledge gate.
    pub(super) answers: Mutex<Quota>,
    /// Accounts made.
    pub(super) sign_ups: Mutex<Quota>,
    /// Everything about an account given out, by account.
    pub(super) exports: Mutex<HashMap<AccountId, Vec<Timestamp>>>,
}

impl Default for Quotas {
    fn default() -> Self {
        let quota = |most, window| Mutex::new(Quota::new(most, window));
        Self {
            answers: quota(10, SignedDuration::from_hours(1)),
            sign_ups: quota(5, SignedDuration::from_hours(24)),
            exports: Mutex::default(),
        }
    }
}

/// Where a browser is.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    pub(crate) address: IpAddr,
    pub(crate) agent: SmolStr,
}

impl Identity {
    /// Reads the accounts, and makes the configured administrator what the configuration says.
    pub(crate) async fn load(
        foundation: Foundation,
        configured: Option<ConfiguredAdmin>,
    ) -> Result<Self, Error> {
        let Foundation {
            store,
            clock,
            entropy,
            mailer,
            key,
            sign_up,
            public,
            data_dir,
            documents_kept,
            means,
        } = foundation;
        let now = clock.now();
        store
            .write(move |tx| write::apply_configured(tx, configured.as_ref(), now))
            .await?;
        let memory = store.read(Memory::load).await?;
        let sealer = Sealer::new(&key);
        let cabinet = Cabinet::new(&data_dir, sealer.clone(), entropy.clone(), clock.clone());
        let inner = Inner {
            store,
            clock,
            entropy,
            mailer,
            cabinet,
            documents_kept: SignedDuration::try_from(documents_kept).unwrap_or(SignedDuration::MAX),
            sealer,
            sign_up,
            #[cfg(feature = "passkeys")]
            passkeys: Passkeys::of(&public),
            public,
            ladder: Ladder::new(means),
            signer: Signer::new(key),
            hashes: HashPool::default(),
            throttle: Mutex::default(),
            quiz: Quiz::new(Signer::new(key)),
            places: Signer::new(key),
            nonces: Nonces::since(now),
            quotas: Quotas::default(),
            memory: Arc::new(Mutex::new(memory)),
            first_run: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Who the cookie of a session stands for.
    pub(crate) fn by_session(&self, token: &SessionToken) -> Option<Actor> {
        self.memory().by_session(token, self.inner.clock.now())
    }

    /// Who a bearer token stands for.
    pub(crate) fn by_key(&self, bearer: &str) -> Option<Actor> {
        self.memory()
            .by_key(&ApiKey::parse(bearer)?, self.inner.clock.now())
    }

    /// The actor as it stands now; `None` once its session or key has ended. For sockets that stay open.
    pub(crate) fn still(&self, actor: &Actor) -> Option<Actor> {
        match actor {
            Actor::Member(member) => self.memory().still(member, self.inner.clock.now()),
            other => Some(other.clone()),
        }
    }

    /// An account's record.
    pub(crate) fn account(&self, id: AccountId) -> Result<Arc<StoredAccount>, Error> {
        self.memory().account(id).ok_or(Error::UnknownAccount)
    }

    /// The account that has a call.
    pub(crate) fn account_of(&self, login: &Login) -> Result<AccountId, Error> {
        let found = self.memory().by_call(login).map(|(id, _)| id);
        found.ok_or_else(|| Error::UnknownCall(login.clone()))
    }

    /// All accounts by call, for administrators.
    pub(crate) fn accounts(&self, actor: &Actor) -> Result<Vec<(AccountId, Arc<StoredAccount>)>, Error> {
        actor.may(Capability::SeeAccounts)?;
        let mut all: Vec<_> = self
            .memory()
            .accounts()
            .map(|(id, account)| (id, Arc::clone(account)))
            .collect();
        all.sort_by(|(_, a), (_, b)| a.call.cmp(&b.call));
        Ok(all)
    }

    /// When a session or key of an account was last used.
    pub(crate) fn last_seen(&self, id: AccountId) -> Option<Timestamp> {
        let memory = self.memory();
        let seen = memory.sessions_of(id).map(|(_, session)| session.seen);
        let used = memory.keys_of(id).filter_map(|(_, key)| key.used);
        seen.chain(used).max()
    }

    /// Asks the store something about an actor: for parts above the accounts that answer through them.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        actor: Actor,
        question: fn(&Read, &Actor) -> Result<T, StoreError>,
    ) -> Result<T, Error> {
        Ok(self.inner.store.read(move |rows| question(rows, &actor)).await?)
    }

    /// Makes an account.
    pub(crate) async fn add_account(&self, actor: &Actor, new: NewAccount) -> Result<AccountId, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            let id = write::add_account(tx, &actor, &new, now)?;
            Ok((id, Touched::account(id)))
        })
        .await
    }

    /// Changes an account's particulars.
    pub(crate) async fn change_account(
        &self,
        actor: &Actor,
        id: AccountId,
        change: AccountChange,
    ) -> Result<StoredAccount, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            let account = write::change_account(tx, &actor, id, &change, now)?;
            Ok((account, Touched::account(id)))
        })
        .await
    }

    /// Disables, enables, promotes or verifies an account.
    pub(crate) async fn set_standing(
        &self,
        actor: &Actor,
        id: AccountId,
        standing: Standing,
    ) -> Result<StoredAccount, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            let account = write::set_standing(tx, &actor, id, standing, now)?;
            Ok((account, Touched::account(id)))
        })
        .await
    }

    /// Changes an account's particulars and standing in one step.
    pub(crate) async fn govern(
        &self,
        actor: &Actor,
        id: AccountId,
        change: AccountChange,
        standing: Standing,
    ) -> Result<StoredAccount, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::change_account(tx, &actor, id, &change, now)?;
            let account = write::set_standing(tx, &actor, id, standing, now)?;
            Ok((account, Touched::account(id)))
        })
        .await
    }

    /// Sets an account's password without asking for the old one: for administrators, who have lately shown their own.
    pub(crate) async fn reset_password(
        &self,
        actor: &Actor,
        id: AccountId,
        password: Password,
    ) -> Result<(), Error> {
        actor.may_to_another(Capability::SetPasswords, id)?;
        self.store_password(actor, id, password).await?;
        self.tell_password_changed(id);
        Ok(())
    }

    /// Sets the hash of an account's password: for administrators who hashed it elsewhere.
    pub(crate) async fn set_password_hash(
        &self,
        actor: &Actor,
        id: AccountId,
        hash: PasswordHash,
    ) -> Result<(), Error> {
        actor.may_to_another(Capability::SetPasswords, id)?;
        self.store_hash(actor, id, hash).await
    }

    pub(super) async fn store_password(
        &self,
        actor: &Actor,
        id: AccountId,
        password: Password,
    ) -> Result<(), Error> {
        let hash = self.hash(password).await;
        self.store_hash(actor, id, hash).await
    }

    async fn store_hash(&self, actor: &Actor, id: AccountId, hash: PasswordHash) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::set_password(tx, &actor, id, &hash, now)?;
            Ok(((), Touched::account(id)))
        })
        .await
    }

    /// Makes an API key; the whole key is in the reply and nowhere else.
    pub(crate) async fn create_api_key(&self, actor: &Actor, new: NewKey) -> Result<ApiKey, Error> {
        let entropy = &self.inner.entropy;
        let key = ApiKey::from_random(entropy.bytes(), entropy.bytes());
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::create_api_key(tx, &actor, &new, &key, now)?;
            let id = key.id();
            Ok((key, Touched::key(id)))
        })
        .await
    }

    /// Ends an API key.
    pub(crate) async fn revoke_api_key(&self, actor: &Actor, id: KeyId) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::revoke_api_key(tx, &actor, id, now)?;
            Ok(((), Touched::key(id)))
        })
        .await
    }

    /// Writes what memory saw: what was last written more than an hour before, or (`all`) everything. An idle program
    /// writes nothing.
    pub(crate) async fn flush(&self, all: bool) -> Result<(), Error> {
        let now = self.inner.clock.now();
        let unwritten = self.memory().unwritten(now, all);
        if unwritten.is_empty() {
            return Ok(());
        }
        self.change(move |tx, now| {
            let mut touched = Touched {
                sessions: unwritten.over.clone(),
                accounts: unwritten.unproven.clone(),
                ..Touched::default()
            };
            write::note_run_out(tx, &unwritten.unproven, now)?;
            for (digest, seen, lapsed) in &unwritten.sessions {
                write::note_session(tx, digest, *seen, *lapsed)?;
                touched.sessions.push(*digest);
            }
            for (id, used) in &unwritten.secrets {
                write::note_secret(tx, *id, *used)?;
                touched.accounts.push(*id);
            }
            for (id, used) in &unwritten.keys {
                write::note_key(tx, *id, *used)?;
                touched.keys.push(*id);
            }
            write::sweep(tx, &unwritten.over, now)?;
            write::sweep_tickets(tx, now)?;
            write::sweep_mail_counts(tx, now)?;
            write::sweep_tries(tx, now)?;
            write::sweep_morse(tx, now)?;
            write::sweep_attempts(tx, now)?;
            Ok(((), touched))
        })
        .await
    }

    /// Fresh randomness that need not be secret.
    pub(super) fn nonce<const N: usize>(&self) -> [u8; N] {
        self.inner.entropy.bytes()
    }

    /// Hashes a password that somebody is to have from now on.
    pub(crate) async fn hash(&self, password: Password) -> PasswordHash {
        let salt = self.inner.entropy.bytes();
        self.inner.hashes.slot().await.hash(password, salt).await
    }

    /// Runs a command; the memory follows what it touched in the order of the commits, whether or not somebody still
    /// waits for the answer.
    pub(super) async fn change<T, F>(&self, command: F) -> Result<T, Error>
    where
        F: FnOnce(&mut Write<'_>, Timestamp) -> Result<(T, Touched), Error> + Send + 'static,
        T: Send + 'static,
    {
        let now = self.inner.clock.now();
        let memory = Arc::clone(&self.inner.memory);
        let changed = self.inner.store.write(move |tx| {
            let (value, touched) = command(tx, now)?;
            let fresh = Fresh::read(tx, &touched)?;
            tx.after_commit(move || lock(&memory).take_over(fresh));
            Ok(value)
        });
        changed.await
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        lock(&self.inner.memory)
    }
}

/// Locks, also after a panic elsewhere: the maps are consistent between statements.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The digest of the member's own session.
pub(in crate::identity) fn own_digest(member: &Member) -> Option<SecretDigest> {
    match member.credential {
        Credential::Session { digest, .. } => Some(digest),
        Credential::Key(_) | Credential::Signature | Credential::Password | Credential::Address => None,
    }
}

impl Browser {
    /// The address as it is kept with a session.
    pub(super) fn address_text(&self) -> SmolStr {
        format_smolstr!("{}", self.address.to_canonical())
    }

    /// The browser's description of itself, cut to a length worth keeping.
    pub(super) fn agent_text(&self) -> SmolStr {
        self.agent.chars().filter(|c| !c.is_control()).take(200).collect()
    }
}
