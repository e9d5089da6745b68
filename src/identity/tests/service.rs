//! The accounts through their handle, on a real store with a fake clock.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use smol_str::SmolStr;

use crate::env::{Clock, Entropy};
use crate::identity::service::Browser;
use crate::identity::token::SessionToken;
use crate::identity::write::{AccountChange, NewAccount, NewKey, Standing};
use crate::identity::{
    Actor, ConfiguredAdmin, Credential, Denied, Error, Identity, Password, PasswordHash, Role, Scope,
    ScopeSet, SignIn, read,
};
use crate::store::{Registry, Store, StoreConfig, StoreError};

const PASSPHRASE: &str = "seven quiet antennas";
const OTHER: &str = "eleven noisy amplifiers";

struct Place {
    identity: Identity,
    store: Store,
    clock: Clock,
    dir: tempfile::TempDir,
}

fn open(dir: &tempfile::TempDir) -> Store {
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

impl Place {
    async fn new() -> Self {
        Self::configured(None).await
    }

    async fn configured(admin: Option<ConfiguredAdmin>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fake("2026-11-21T12:00:00Z".parse().unwrap());
        let store = open(&dir);
        let identity = Identity::load(store.clone(), clock.clone(), Entropy::seeded(1), admin)
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
    async fn restarted(self, admin: Option<ConfiguredAdmin>) -> Self {
        self.store.close().await;
        let store = open(&self.dir);
        let identity = Identity::load(store.clone(), self.clock.clone(), Entropy::seeded(2), admin)
            .await
            .unwrap();
        Self {
            identity,
            store,
            ..self
        }
    }

    async fn account(&self, call: &str, role: Role) {
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

    async fn sign_in(&self, call: &str, password: &str, remember: bool) -> Result<SessionToken, Error> {
        let shown = SignIn {
            call: call.to_owned(),
            password: Password::entered(password),
            remember,
        };
        self.identity.sign_in(shown, &browser(1)).await
    }

    async fn actor(&self, call: &str) -> Actor {
        let token = self.sign_in(call, PASSPHRASE, true).await.unwrap();
        self.identity.by_session(&token).unwrap()
    }
}

fn person(call: &str) -> NewAccount {
    NewAccount {
        call: call.parse().unwrap(),
        name: "Bruce".parse().unwrap(),
        grid: Some("CM87".parse().unwrap()),
        email: None,
        role: Role::Member,
        password: None,
        verified: false,
    }
}

fn browser(last: u8) -> Browser {
    Browser {
        address: [192, 0, 2, last].into(),
        agent: SmolStr::new("Lynx"),
    }
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

fn scopes(list: &[Scope]) -> ScopeSet {
    list.iter().copied().collect()
}

#[tokio::test]
async fn the_first_run_link_works_once_for_one_administrator() {
    let place = Place::new().await;
    let password = || Password::chosen(PASSPHRASE).unwrap();
    let link = place.identity.first_run_token().unwrap();
    let wrong = place
        .identity
        .set_up("guess", person("K6BP"), password(), &browser(1))
        .await;
    assert!(matches!(wrong, Err(Error::BadLink)));
    let (here, there) = (browser(1), browser(2));
    let (one, two) = tokio::join!(
        place.identity.set_up(&link, person("K6BP"), password(), &here),
        place.identity.set_up(&link, person("W1AW"), password(), &there),
    );
    assert_eq!(
        usize::from(one.is_ok()) + usize::from(two.is_ok()),
        1,
        "of two browsers one wins"
    );
    assert!(place.identity.first_run_token().is_none());
    let token = one.or(two).unwrap();
    assert!(place.identity.by_session(&token).unwrap().admin().is_ok());
    let again = place
        .identity
        .set_up(&link, person("N1MM"), password(), &browser(1))
        .await;
    assert!(matches!(again, Err(Error::AlreadySetUp)));
}

#[tokio::test]
async fn the_first_run_link_expires_and_a_new_one_replaces_it() {
    let place = Place::new().await;
    let old = place.identity.first_run_token().unwrap();
    let new = place.identity.first_run_token().unwrap();
    assert!(place.identity.check_first_run(&old).is_err());
    assert!(place.identity.check_first_run(&new).is_ok());
    place.clock.advance(minutes(31));
    assert!(matches!(
        place.identity.check_first_run(&new),
        Err(Error::BadLink)
    ));
}

#[tokio::test]
async fn signing_in_takes_the_right_call_and_password() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    assert!(place.sign_in(" k6bp ", PASSPHRASE, false).await.is_ok());
    for (call, password) in [
        ("K6BP", OTHER),
        ("W1AW", PASSPHRASE),
        ("not a call!", PASSPHRASE),
        ("", ""),
    ] {
        let refused = place.sign_in(call, password, false).await;
        assert!(matches!(refused, Err(Error::WrongPassword)), "{call}");
    }
}

#[tokio::test]
async fn repeated_failures_bring_a_wait_for_known_and_unknown_calls_alike() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    for call in ["K6BP", "W1AW"] {
        for n in 0..5 {
            // However it is spelt, it is the same call.
            let spelling = match n % 3 {
                0 => call.to_owned(),
                1 => call.to_lowercase(),
                _ => format!(" {call} "),
            };
            assert!(matches!(
                place.sign_in(&spelling, OTHER, false).await,
                Err(Error::WrongPassword)
            ));
        }
        assert!(
            matches!(place.sign_in(call, PASSPHRASE, false).await, Err(Error::Wait(_))),
            "{call}"
        );
    }
    place.clock.advance(Duration::from_secs(2));
    assert!(place.sign_in("K6BP", PASSPHRASE, false).await.is_ok());
}

#[tokio::test]
async fn sessions_end_when_idle_or_old_and_survive_a_restart() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    let brief = place.sign_in("K6BP", PASSPHRASE, false).await.unwrap();
    let kept = place.sign_in("K6BP", PASSPHRASE, true).await.unwrap();
    assert!(brief != kept, "every sign-in has a token of its own");
    place.clock.advance(minutes(13 * 60));
    assert!(place.identity.by_session(&brief).is_none());
    assert!(place.identity.by_session(&kept).is_some());
    place.identity.flush(false).await.unwrap();

    let place = place.restarted(None).await;
    place.clock.advance(minutes(13 * 24 * 60));
    assert!(
        place.identity.by_session(&kept).is_some(),
        "use moves the idle limit"
    );
    place.clock.advance(minutes(13 * 24 * 60));
    assert!(place.identity.by_session(&kept).is_some());
    place.clock.advance(minutes(5 * 24 * 60));
    assert!(
        place.identity.by_session(&kept).is_none(),
        "thirty days are the end"
    );
}

#[tokio::test]
async fn an_idle_administrator_confirms_before_administering() {
    let place = Place::new().await;
    place.account("K6BP", Role::Administrator).await;
    let token = place.sign_in("K6BP", PASSPHRASE, true).await.unwrap();
    assert!(place.identity.by_session(&token).unwrap().admin().is_ok());
    place.clock.advance(minutes(31));
    let actor = place.identity.by_session(&token).unwrap();
    assert_eq!(actor.admin().err(), Some(Denied::Confirm));
    let again = place.identity.by_session(&token).unwrap();
    assert_eq!(
        again.admin().err(),
        Some(Denied::Confirm),
        "another request does not cure it"
    );
    place
        .identity
        .confirm(&actor, Password::entered(PASSPHRASE), &browser(1))
        .await
        .unwrap();
    assert!(place.identity.by_session(&token).unwrap().admin().is_ok());

    let brief = place.sign_in("K6BP", PASSPHRASE, false).await.unwrap();
    place.clock.advance(minutes(31));
    assert!(place.identity.by_session(&brief).is_none());
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    let other = place.sign_in("K6BP", PASSPHRASE, true).await.unwrap();
    let own = place.sign_in("K6BP", PASSPHRASE, true).await.unwrap();
    let actor = place.identity.by_session(&own).unwrap();
    let (old, new) = (Password::entered(OTHER), Password::chosen(OTHER).unwrap());
    let wrong = place
        .identity
        .change_password(&actor, old, new.clone(), &browser(1))
        .await;
    assert!(matches!(wrong, Err(Error::WrongPassword)));
    place
        .identity
        .change_password(&actor, Password::entered(PASSPHRASE), new, &browser(1))
        .await
        .unwrap();
    assert!(place.identity.by_session(&own).is_some());
    assert!(place.identity.by_session(&other).is_none());
    assert!(place.sign_in("K6BP", PASSPHRASE, false).await.is_err());
    assert!(place.sign_in("K6BP", OTHER, false).await.is_ok());
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_only() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    place.account("W1AW", Role::Member).await;
    let (bruce, hiram) = (place.actor("K6BP").await, place.actor("W1AW").await);
    let away = place.sign_in("K6BP", PASSPHRASE, true).await.unwrap();
    let lines = place.identity.sessions(&bruce).unwrap();
    assert_eq!(lines.len(), 2);
    let other = lines.iter().find(|line| !line.current).unwrap();
    assert_eq!(
        (other.address.as_str(), other.agent.as_str()),
        ("192.0.2.1", "Lynx")
    );
    assert!(matches!(
        place.identity.end_session(&hiram, &other.id).await,
        Err(Error::UnknownSession)
    ));
    place.identity.end_session(&bruce, &other.id).await.unwrap();
    assert!(place.identity.by_session(&away).is_none());
    place.identity.sign_out(&bruce).await.unwrap();
    assert!(place.identity.still(&bruce).is_none());
    assert!(place.identity.still(&hiram).is_some());
}

#[tokio::test]
async fn keys_work_until_they_expire_or_are_revoked() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    let bruce = place.actor("K6BP").await;
    let account = bruce.account().unwrap();
    let expires = place.clock.now() + minutes(60);
    let new = |expires| NewKey {
        account,
        name: "WSJT-X".parse().unwrap(),
        scopes: scopes(&[Scope::LogbookWrite]),
        expires,
    };
    let key = place
        .identity
        .create_api_key(&bruce, new(Some(expires)))
        .await
        .unwrap();
    let lasting = place.identity.create_api_key(&bruce, new(None)).await.unwrap();
    let actor = place.identity.by_key(key.expose()).unwrap();
    assert!(actor.require(Scope::LogbookRead).is_ok() && actor.require(Scope::Rig).is_err());
    assert_eq!(
        place
            .identity
            .keys(&bruce)
            .unwrap()
            .iter()
            .filter(|line| line.last_used.is_some())
            .count(),
        1
    );
    let mut forged = key.expose().to_owned();
    forged.replace_range(20..21, if &forged[20..21] == "A" { "B" } else { "A" });
    assert!(place.identity.by_key(&forged).is_none());

    place.clock.advance(minutes(61));
    assert!(place.identity.by_key(key.expose()).is_none());
    let place = place.restarted(None).await;
    assert!(place.identity.by_key(lasting.expose()).is_some());
    place.identity.revoke_api_key(&bruce, lasting.id()).await.unwrap();
    assert!(place.identity.by_key(lasting.expose()).is_none());
}

#[tokio::test]
async fn keys_are_made_by_confirmed_owners_and_administrators() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    place.account("W1AW", Role::Member).await;
    let (token, hiram) = (
        place.sign_in("K6BP", PASSPHRASE, true).await.unwrap(),
        place.actor("W1AW").await,
    );
    let bruce = place.identity.by_session(&token).unwrap();
    let account = bruce.account().unwrap();
    let new = |list: &[Scope]| NewKey {
        account,
        name: crate::identity::DisplayName::default(),
        scopes: scopes(list),
        expires: None,
    };
    let foreign = place.identity.create_api_key(&hiram, new(&[Scope::Full])).await;
    assert!(matches!(foreign, Err(Error::Denied(Denied::NotAdministrator))));
    assert!(matches!(
        place.identity.create_api_key(&bruce, new(&[])).await,
        Err(Error::NoScope)
    ));
    let key = place
        .identity
        .create_api_key(&bruce, new(&[Scope::Rig]))
        .await
        .unwrap();
    let machine = place.identity.by_key(key.expose()).unwrap();
    assert!(
        place
            .identity
            .create_api_key(&machine, new(&[Scope::Full]))
            .await
            .is_err(),
        "keys breed no keys"
    );
    assert!(matches!(
        place.identity.revoke_api_key(&hiram, key.id()).await,
        Err(Error::UnknownKey)
    ));
    place
        .identity
        .create_api_key(&Actor::COMMAND_LINE, new(&[Scope::Full]))
        .await
        .unwrap();

    place.clock.advance(minutes(11));
    let stale = place.identity.by_session(&token).unwrap();
    let refused = place.identity.create_api_key(&stale, new(&[Scope::Rig])).await;
    assert!(matches!(refused, Err(Error::Denied(Denied::Confirm))));
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once() {
    let place = Place::new().await;
    place.account("K6BP", Role::Administrator).await;
    place.account("W1AW", Role::Member).await;
    let (bruce, hiram) = (place.actor("K6BP").await, place.actor("W1AW").await);
    let id = hiram.account().unwrap();
    let disable = Standing {
        disabled: Some(true),
        ..Standing::default()
    };
    assert!(place.identity.set_standing(&hiram, id, disable).await.is_err());
    place.identity.set_standing(&bruce, id, disable).await.unwrap();
    assert!(place.identity.still(&hiram).is_none());
    assert!(matches!(
        place.sign_in("W1AW", PASSPHRASE, false).await,
        Err(Error::WrongPassword)
    ));
    let own = bruce.account().unwrap();
    let last = place.identity.set_standing(&bruce, own, disable).await;
    assert!(matches!(last, Err(Error::LastAdministrator)));
}

/// A store whose commits are shown to a listener, with the accounts the listener may ask.
async fn listened_to(listener: impl Fn(&Identity) + Send + 'static) -> Place {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::fake("2026-11-21T12:00:00Z".parse().unwrap());
    let known = Arc::new(OnceLock::<Identity>::new());
    let seen = Arc::clone(&known);
    let store = Store::open(StoreConfig {
        on_commit: Box::new(move |_| {
            if let Some(identity) = seen.get() {
                listener(identity);
            }
        }),
        ..StoreConfig::new(dir.path())
    })
    .unwrap();
    let identity = Identity::load(store.clone(), clock.clone(), Entropy::seeded(1), None)
        .await
        .unwrap();
    assert!(known.set(identity.clone()).is_ok());
    Place {
        identity,
        store,
        clock,
        dir,
    }
}

#[tokio::test]
async fn listeners_find_the_memory_as_the_commit_left_it() {
    let actor = Arc::new(Mutex::new(None::<Actor>));
    let (asked, (tell, told)) = (Arc::clone(&actor), std::sync::mpsc::channel());
    let place = listened_to(move |identity| {
        if let Some(actor) = asked.lock().unwrap().as_ref() {
            tell.send(identity.still(actor).is_some()).unwrap();
        }
    })
    .await;
    place.account("K6BP", Role::Member).await;
    let bruce = place.actor("K6BP").await;
    *actor.lock().unwrap() = Some(bruce.clone());
    let change = AccountChange::default();
    place
        .identity
        .change_account(&bruce, bruce.account().unwrap(), change)
        .await
        .unwrap();
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [true]);
    place.identity.sign_out(&bruce).await.unwrap();
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [false]);
    // The listener holds what holds the store.
    *actor.lock().unwrap() = None;
}

#[tokio::test]
async fn a_change_counts_though_nobody_waits_for_its_answer() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    let bruce = place.actor("K6BP").await;
    let new = NewKey {
        account: bruce.account().unwrap(),
        name: "WSJT-X".parse().unwrap(),
        scopes: scopes(&[Scope::LogbookWrite]),
        expires: None,
    };
    let key = place.identity.create_api_key(&bruce, new).await.unwrap();
    let mut revoking = Box::pin(place.identity.revoke_api_key(&bruce, key.id()));
    assert!(futures_util::poll!(&mut revoking).is_pending());
    drop(revoking);
    // Commands run in order: when this one is done, the other one is.
    place.store.write(|_| Ok::<_, StoreError>(())).await.unwrap();
    assert!(place.identity.by_key(key.expose()).is_none());
}

#[tokio::test]
async fn sockets_end_with_their_idle_session_and_their_expired_key() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    let token = place.sign_in("K6BP", PASSPHRASE, false).await.unwrap();
    let bruce = place.identity.by_session(&token).unwrap();
    let new = NewKey {
        account: bruce.account().unwrap(),
        name: "WSJT-X".parse().unwrap(),
        scopes: scopes(&[Scope::LogbookWrite]),
        expires: Some(place.clock.now() + minutes(60)),
    };
    let key = place.identity.create_api_key(&bruce, new).await.unwrap();
    let logger = place.identity.by_key(key.expose()).unwrap();
    place.clock.advance(minutes(61));
    assert!(place.identity.still(&logger).is_none());
    assert!(place.identity.still(&bruce).is_some());
    place.clock.advance(minutes(12 * 60));
    assert!(place.identity.still(&bruce).is_none());
}

#[tokio::test]
async fn members_change_their_own_particulars_and_nobody_elses() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    place.account("W1AW", Role::Member).await;
    let (bruce, hiram) = (place.actor("K6BP").await, place.actor("W1AW").await);
    let id = bruce.account().unwrap();
    let change = AccountChange {
        name: Some("B. P.".parse().unwrap()),
        grid: Some(None),
        ..Default::default()
    };
    assert!(
        place
            .identity
            .change_account(&hiram, id, change.clone())
            .await
            .is_err()
    );
    let revision = place.identity.account(id).unwrap().revision;
    let account = place
        .identity
        .change_account(&bruce, id, change.clone())
        .await
        .unwrap();
    assert_eq!((account.name.as_str(), account.grid), ("B. P.", None));
    let stale = AccountChange {
        revision: Some(revision),
        ..change
    };
    assert!(matches!(
        place.identity.change_account(&bruce, id, stale).await,
        Err(Error::Stale)
    ));
    assert_eq!(place.identity.account(id).unwrap().name.as_str(), "B. P.");
}

#[tokio::test]
async fn calls_are_taken_once_and_at_home() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    let add = |call: &str| place.identity.add_account(&Actor::COMMAND_LINE, person(call));
    assert!(matches!(add("K6BP").await, Err(Error::CallTaken(_))));
    assert!(matches!(add("K6BP/P").await, Err(Error::NotAHomeCall(..))));
    assert!(matches!(
        place.identity.add_account(&Actor::Guest, person("N1MM")).await,
        Err(Error::Denied(Denied::SignIn))
    ));
}

#[tokio::test]
async fn the_configuration_names_an_administrator() {
    let admin = |text: &str| {
        let password = PasswordHash::for_configuration(&Password::chosen(text).unwrap(), [4; 16]);
        Some(ConfiguredAdmin {
            call: "K6BP".parse().unwrap(),
            password: Some(password),
        })
    };
    let place = Place::configured(admin(PASSPHRASE)).await;
    assert!(!place.identity.needs_administrator());
    let token = place.sign_in("K6BP", PASSPHRASE, true).await.unwrap();
    let bruce = place.identity.by_session(&token).unwrap();
    assert!(bruce.admin().is_ok());
    let stored = place.identity.account(bruce.account().unwrap()).unwrap();
    assert!(
        stored.password.as_deref().unwrap().starts_with("$argon2id$"),
        "hashed anew at sign-in"
    );
    let new = Password::chosen(OTHER).unwrap();
    let locked = place
        .identity
        .change_password(&bruce, Password::entered(PASSPHRASE), new, &browser(1))
        .await;
    assert!(matches!(locked, Err(Error::Configured(_))));

    let place = place.restarted(admin(PASSPHRASE)).await;
    assert!(
        place.sign_in("K6BP", PASSPHRASE, true).await.is_ok(),
        "the same configuration changes nothing"
    );
    let place = place.restarted(admin(OTHER)).await;
    assert!(place.sign_in("K6BP", PASSPHRASE, true).await.is_err());
    let token = place.sign_in("K6BP", OTHER, true).await.unwrap();

    let place = place.restarted(admin(PASSPHRASE)).await;
    assert!(
        place.identity.by_session(&token).is_none(),
        "a new password in the configuration signs out everywhere"
    );
    let place = place.restarted(None).await;
    let bruce = place.actor("K6BP").await;
    let new = Password::chosen(OTHER).unwrap();
    place
        .identity
        .change_password(&bruce, Password::entered(PASSPHRASE), new, &browser(1))
        .await
        .expect("what the configuration no longer names is the owner's");
}

#[tokio::test]
async fn every_change_leaves_a_line_in_the_audit_trail() {
    let place = Place::new().await;
    place.account("K6BP", Role::Administrator).await;
    let bruce = place.actor("K6BP").await;
    let new = NewKey {
        account: bruce.account().unwrap(),
        name: crate::identity::DisplayName::default(),
        scopes: scopes(&[Scope::Rig]),
        expires: None,
    };
    let key = place.identity.create_api_key(&bruce, new).await.unwrap();
    place.identity.revoke_api_key(&bruce, key.id()).await.unwrap();
    place.identity.sign_out(&bruce).await.unwrap();
    let lines = place.store.read(|r| read::audit(r, 10)).await.unwrap();
    let actions: Vec<_> = lines
        .iter()
        .rev()
        .map(|(_, line)| (line.who.as_str(), line.action.as_str()))
        .collect();
    assert_eq!(
        actions,
        [
            ("command line", "account.added"),
            ("K6BP", "session.started"),
            ("K6BP", "key.created"),
            ("K6BP", "key.revoked"),
            ("K6BP", "session.ended"),
        ]
    );
    assert!(
        lines
            .iter()
            .all(|(_, line)| !line.detail.contains(&key.expose()[12..]))
    );
    let wrong = place.store.read(crate::identity::check_calls).await.unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test]
async fn sessions_and_keys_are_unlike_each_other() {
    let place = Place::new().await;
    place.account("K6BP", Role::Member).await;
    let bruce = place.actor("K6BP").await;
    let Credential::Session {
        confirmed, active, ..
    } = bruce.member().unwrap().credential
    else {
        panic!()
    };
    assert!(confirmed && active);
    assert!(place.identity.by_key("").is_none() && place.identity.by_key("sbx_").is_none());
}
