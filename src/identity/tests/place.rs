//! The accounts through their handle, on a real store with a fake clock: where the tests of this folder take place.

use std::time::Duration;

use smol_str::SmolStr;

use crate::config::SignUp;
use crate::env::{Clock, Entropy, Mailer, Outbound};
use crate::identity::ladder::{Means, no_register};
use crate::identity::second_factor::Entry;
use crate::identity::service::Browser;
use crate::identity::token::SessionToken;
use crate::identity::write::NewAccount;
use crate::identity::{
    Actor, ConfiguredAdmin, Error, Foundation, Identity, Password, Role, Scope, ScopeSet, SignIn,
};
use crate::store::{Registry, Store, StoreConfig};

pub(super) const PASSPHRASE: &str = "seven quiet antennas";
pub(super) const OTHER: &str = "eleven noisy amplifiers";

pub(super) struct Place {
    pub(super) identity: Identity,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) dir: tempfile::TempDir,
}

pub(super) fn open(dir: &tempfile::TempDir) -> Store {
    let registry = Registry {
        tables: crate::identity::tables(),
        ..Registry::default()
    };
    Store::open(StoreConfig {
        registry,
        ..StoreConfig::new(dir.path())
    })
    .unwrap()
}

/// What calls are proven by in a test: nobody outside is asked.
pub(in crate::identity) fn means() -> Means {
    Means {
        policy: crate::config::defaults(std::path::Path::new("/nonexistent")).verify,
        outbound: Outbound::new([]),
        register: no_register(),
    }
}

/// What accounts stand on in a test.
pub(super) fn foundation(store: &Store, clock: &Clock, seed: u64) -> Foundation {
    Foundation {
        store: store.clone(),
        clock: clock.clone(),
        entropy: Entropy::seeded(seed),
        mailer: Mailer::off(clock.clone()),
        key: [7; 32],
        sign_up: SignUp::Open,
        public: "http://localhost:8073".to_owned(),
        data_dir: store.dir().to_owned(),
        documents_kept: Duration::from_hours(30 * 24),
        means: crate::identity::tests::place::means(),
    }
}

impl Place {
    pub(super) async fn new() -> Self {
        Self::configured(None).await
    }

    /// A place where calls are proven by these means.
    pub(super) async fn proving(means: Means) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fake("2026-11-21T12:00:00Z".parse().unwrap());
        let store = open(&dir);
        let foundation = Foundation {
            means,
            ..foundation(&store, &clock, 1)
        };
        let identity = Identity::load(foundation, None).await.unwrap();
        Self {
            identity,
            store,
            clock,
            dir,
        }
    }

    pub(super) async fn configured(admin: Option<ConfiguredAdmin>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fake("2026-11-21T12:00:00Z".parse().unwrap());
        let store = open(&dir);
        let identity = Identity::load(foundation(&store, &clock, 1), admin)
            .await
            .unwrap();
        Self {
            identity,
            store,
            clock,
            dir,
        }
    }

    /// The same directory after a stop and a start.
    pub(super) async fn restarted(self, admin: Option<ConfiguredAdmin>) -> Self {
        self.store.close().await;
        let store = open(&self.dir);
        let identity = Identity::load(foundation(&store, &self.clock, 2), admin)
            .await
            .unwrap();
        Self {
            identity,
            store,
            ..self
        }
    }

    pub(super) async fn account(&self, call: &str, role: Role) {
        let hash = self.identity.hash(Password::chosen(PASSPHRASE).unwrap()).await;
        let new = NewAccount {
            role,
            password: Some(hash),
            ..person(call)
        };
        self.identity
            .add_account(&Actor::COMMAND_LINE, new)
            .await
            .unwrap();
    }

    pub(super) async fn sign_in(
        &self,
        call: &str,
        password: &str,
        remember: bool,
    ) -> Result<SessionToken, Error> {
        let shown = SignIn {
            call: call.to_owned(),
            password: Password::entered(password),
            remember,
        };
        match self.identity.sign_in(shown, &browser(1)).await? {
            Entry::Open(token) => Ok(token),
            Entry::Half(_) => Err(Error::PasskeyWanted),
        }
    }

    pub(super) async fn actor(&self, call: &str) -> Actor {
        let token = self.sign_in(call, PASSPHRASE, true).await.unwrap();
        self.identity.by_session(&token).unwrap()
    }
}

pub(super) fn person(call: &str) -> NewAccount {
    NewAccount {
        call: call.parse().unwrap(),
        name: "Bruce".parse().unwrap(),
        grid: Some("CM87".parse().unwrap()),
        email: None,
        role: Role::Member,
        person: None,
        password: None,
        verified: false,
    }
}

pub(super) fn browser(last: u8) -> Browser {
    Browser {
        address: [192, 0, 2, last].into(),
        agent: SmolStr::new("Lynx"),
    }
}

pub(super) fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

pub(super) fn scopes(list: &[Scope]) -> ScopeSet {
    list.iter().copied().collect()
}
