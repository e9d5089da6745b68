//! Accounts: particulars, standing, the configured administrator, the audit trail.

use super::place::*;
use crate::env::Clock;
use crate::identity::trail::TrailFilter;
use crate::identity::write::{AccountChange, NewKey, Standing};
use crate::identity::{
    Actor, ConfiguredAdmin, Denied, Error, Identity, Password, PasswordHash, Role, Scope, read,
};
use crate::store::{Store, StoreConfig, StoreError};
use std::sync::{Arc, Mutex, OnceLock};

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
    let identity = Identity::load(foundation(&store, &clock, 1), None).await.unwrap();
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
    let lines = place
        .store
        .read(|r| read::audit(r, &TrailFilter::default(), None, 10))
        .await
        .unwrap();
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
