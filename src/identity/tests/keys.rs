//! API keys, and what tells them from sessions.

use super::place::*;
use crate::identity::write::NewKey;
use crate::identity::{Actor, Credential, Denied, Error, Role, Scope};

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
