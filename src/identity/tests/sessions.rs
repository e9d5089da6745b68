//! Ways in, sessions, and what ends them.

use super::place::*;
use crate::identity::{Denied, Error, Password, Role};
use std::time::Duration;

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
