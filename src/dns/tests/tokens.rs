//! Tokens of routers and certificate clients.

use std::time::Duration;

use crate::dns::error::Error;
use crate::dns::model::TokenScope;
use crate::dns::provision;
use crate::dns::read::{self, TokenLine};
use crate::dns::rr::RecordType;
use crate::dns::testing::{World, a, add_txt, name, put, take_txt, with_key};
use crate::dns::token::Token;
use crate::dns::write::NewToken;
use crate::identity::{Actor, Scope};

const K6BP: &str = "k6bp.club.example.";
const HOME: &str = "home.k6bp.club.example.";
const CHALLENGE: &str = "_acme-challenge.k6bp.club.example.";

fn wish(at: &str, scope: TokenScope, lasts: Option<u32>) -> NewToken {
    NewToken {
        name: name(at),
        scope,
        label: "router".into(),
        lasts,
    }
}

fn shown(world: &World, token: &Token) -> Option<TokenLine> {
    let token = Token::parse(token.expose()).unwrap();
    world.dns.store.read_now(|r| read::token(r, &token)).unwrap()
}

async fn token(world: &World, owner: &Actor, wish: NewToken) -> TokenLine {
    let token = world.dns.create_token(owner, wish).await.unwrap();
    shown(world, &token).unwrap()
}

#[tokio::test]
async fn an_address_token_sets_the_addresses_of_its_name_and_nothing_else() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let token = token(&world, &owner, wish(HOME, TokenScope::Dyndns, None)).await;
    let by_token = |changes| world.dns.apply_by_token(&token, changes);
    by_token(vec![a(HOME, [198, 51, 100, 7])]).await.unwrap();
    assert_eq!(world.answered(HOME, RecordType::A), ["198.51.100.7"]);
    for other in [
        a(K6BP, [198, 51, 100, 7]),
        a("x.home.k6bp.club.example.", [198, 51, 100, 7]),
        put(HOME, RecordType::TXT, "\"x\""),
    ] {
        assert!(by_token(vec![other]).await.is_err());
    }
    let stored = world
        .dns
        .store
        .read_now(|r| read::tokens(r, &owner, None))
        .unwrap();
    assert_eq!(stored.len(), 1);
    assert!(stored[0].token.used.is_some());
    world.assert_sound();
}

#[tokio::test]
async fn the_same_address_may_be_told_as_often_as_one_likes() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let token = token(&world, &owner, wish(HOME, TokenScope::Dyndns, None)).await;
    let tell = |last| {
        world
            .dns
            .apply_by_token(&token, vec![a(HOME, [198, 51, 100, last])])
    };
    assert!(tell(1).await.unwrap().changed);
    for _ in 0..50 {
        assert!(!tell(1).await.unwrap().changed);
    }
    tell(2).await.unwrap();
    assert!(matches!(tell(3).await, Err(Error::TooFast(_))));
    world.clock.advance(Duration::from_mins(1));
    tell(3).await.unwrap();
}

#[tokio::test]
async fn a_heartbeat_that_stops_takes_the_record_with_it() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let token = token(&world, &owner, wish(HOME, TokenScope::Dyndns, Some(120))).await;
    for _ in 0..3 {
        world
            .dns
            .apply_by_token(&token, vec![a(HOME, [198, 51, 100, 7])])
            .await
            .unwrap();
        world.clock.advance(Duration::from_secs(100));
        provision::end_records(&world.dns).await.unwrap();
        assert_eq!(world.answered(HOME, RecordType::A), ["198.51.100.7"]);
    }
    world.clock.advance(Duration::from_secs(21));
    provision::end_records(&world.dns).await.unwrap();
    assert!(world.answered(HOME, RecordType::A).is_empty());
    world.assert_sound();
}

#[tokio::test]
async fn a_certificate_token_adds_and_takes_proofs_and_they_end_by_themselves() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let token = token(&world, &owner, wish(K6BP, TokenScope::Acme, None)).await;
    let by_token = |change| world.dns.apply_by_token(&token, vec![change]);
    by_token(add_txt(CHALLENGE, "one", None)).await.unwrap();
    by_token(add_txt(CHALLENGE, "two", None)).await.unwrap();
    by_token(take_txt(CHALLENGE, "one")).await.unwrap();
    assert_eq!(world.answered(CHALLENGE, RecordType::TXT), ["\"two\""]);
    by_token(add_txt("_acme-challenge.shack.k6bp.club.example.", "below", None))
        .await
        .unwrap();
    for other in [add_txt(K6BP, "x", None), a(CHALLENGE, [192, 0, 2, 1])] {
        assert!(by_token(other).await.is_err());
    }
    world.clock.advance(Duration::from_hours(24));
    provision::end_records(&world.dns).await.unwrap();
    assert!(world.answered(CHALLENGE, RecordType::TXT).is_empty());
}

#[tokio::test]
async fn a_token_is_good_as_long_as_it_is_kept_and_its_owner_may() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let stranger = world.member("W1AW").await;
    let new = wish(HOME, TokenScope::Dyndns, None);
    assert!(world.dns.create_token(&stranger, new.clone()).await.is_err());
    assert!(
        world
            .dns
            .create_token(&with_key(&owner, Scope::Full), new.clone())
            .await
            .is_err()
    );
    let text = world.dns.create_token(&owner, new).await.unwrap();
    let line = shown(&world, &text).unwrap();
    let other = Token::parse(&format!("{}x", &text.expose()[..text.expose().len() - 1]));
    if let Some(other) = other.filter(|other| *other != text) {
        assert!(shown(&world, &other).is_none(), "the secret decides, not the id");
    }
    let id = owner.account().unwrap();
    world.lock(id, true).await;
    let locked = world
        .dns
        .apply_by_token(&line, vec![a(HOME, [198, 51, 100, 7])])
        .await;
    assert!(matches!(locked, Err(Error::Suspended { .. })), "{locked:?}");
    world.lock(id, false).await;
    assert!(world.dns.revoke_token(&stranger, line.id.clone()).await.is_err());
    world.dns.revoke_token(&owner, line.id.clone()).await.unwrap();
    assert!(shown(&world, &text).is_none());
    let gone = world
        .dns
        .apply_by_token(&line, vec![a(HOME, [198, 51, 100, 7])])
        .await;
    assert!(matches!(gone, Err(Error::NoToken)), "{gone:?}");
    world.assert_sound();
}
