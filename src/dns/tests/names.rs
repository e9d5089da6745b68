//! Members' names as accounts come, change and go.

use std::time::Duration;

use crate::dns::error::Error;
use crate::dns::model::{NameState, Why};
use crate::dns::name::Name;
use crate::dns::rr::RecordType;
use crate::dns::tables::{NAME, Owner, StoredName};
use crate::dns::testing::{LINE, World, a, name, session};
use crate::dns::write;
use crate::dns::{jobs, personal, provision};
use crate::identity;
use crate::identity::write::{Claim, Claimant, Proof, claim_call, end_verification};
use crate::privacy::{Erased, Subject};
use crate::store::{Rows as _, StoreError};

const K6BP: &str = "k6bp.club.example.";

fn held(world: &World, at: &str) -> Option<StoredName> {
    let (zone, at): (_, Name) = (world.base(), name(at));
    world
        .dns
        .store
        .read_now(|r| r.get(NAME, &(zone.0, Owner(at.clone()))))
        .unwrap()
}

fn state(world: &World, at: &str) -> NameState {
    held(world, at).unwrap().state
}

fn why(world: &World, at: &str) -> Option<Why> {
    match state(world, at) {
        NameState::Suspended { why, .. } => Some(why),
        _ => None,
    }
}

#[tokio::test]
async fn a_proven_call_brings_a_name_with_its_first_records() {
    let world = World::new().await;
    world.account("W1AW", false).await;
    world.member("K6BP").await;
    for at in [K6BP, "www.k6bp.club.example."] {
        assert_eq!(world.answered(at, RecordType::A), ["192.0.2.80"], "{at}");
        assert_eq!(world.answered(at, RecordType::AAAA), ["2001:db8::80"], "{at}");
    }
    assert!(world.answered("w1aw.club.example.", RecordType::A).is_empty());
    world.assert_sound();
}

#[tokio::test]
async fn calls_that_look_like_servers_get_their_names_and_servers_stay() {
    let world = World::new().await;
    world.member("NS6T").await;
    assert_eq!(
        world.answered("ns6t.club.example.", RecordType::A),
        ["192.0.2.80"]
    );
    assert_eq!(world.answered("ns1.club.example.", RecordType::A), ["127.0.0.1"]);
}

#[tokio::test]
async fn a_locked_account_loses_the_answers_at_once_and_gets_them_back() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    world
        .apply(&owner, K6BP, vec![a("shack.k6bp.club.example.", [192, 0, 2, 7])])
        .await
        .unwrap();
    let id = owner.account().unwrap();
    let before = world.serial();
    world.lock(id, true).await;
    assert!(
        world
            .answered("shack.k6bp.club.example.", RecordType::A)
            .is_empty()
    );
    assert!(world.answered(K6BP, RecordType::A).is_empty());
    assert_eq!(why(&world, K6BP), Some(Why::AccountLocked));
    assert!(world.serial() > before);
    let refused = world.apply(&owner, K6BP, vec![a(K6BP, [192, 0, 2, 1])]).await;
    assert!(
        matches!(
            refused,
            Err(Error::Suspended {
                why: Why::AccountLocked,
                ..
            })
        ),
        "{refused:?}"
    );
    world.assert_sound();
    let world = world.restarted().await;
    assert!(
        world.answered(K6BP, RecordType::A).is_empty(),
        "also after a new start"
    );
    world.lock(id, false).await;
    assert_eq!(
        world.answered("shack.k6bp.club.example.", RecordType::A),
        ["192.0.2.7"]
    );
    assert_eq!(state(&world, K6BP), NameState::Live);
    world.assert_sound();
}

#[tokio::test]
async fn a_licence_that_has_run_out_suspends_and_a_renewed_one_restores() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let id = owner.account().unwrap();
    for (lapsed, reason) in [(true, Some(Why::LicenceLapsed)), (false, None)] {
        let noted = world
            .dns
            .store
            .write(move |tx| write::note_licence(tx, id, lapsed));
        noted.await.unwrap();
        provision::settle(&world.dns).await.unwrap();
        assert_eq!(why(&world, K6BP), reason);
        assert_eq!(world.answered(K6BP, RecordType::A).is_empty(), lapsed);
    }
}

#[tokio::test]
async fn what_an_administrator_suspended_stays_so_whatever_the_account_does() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    world.dns.suspend_name(&LINE, name(K6BP)).await.unwrap();
    let id = owner.account().unwrap();
    world.lock(id, true).await;
    world.lock(id, false).await;
    assert_eq!(why(&world, K6BP), Some(Why::Administrator));
    world.dns.restore_name(&LINE, name(K6BP)).await.unwrap();
    assert_eq!(world.answered(K6BP, RecordType::A), ["192.0.2.80"]);
    assert!(world.dns.restore_name(&LINE, name(K6BP)).await.is_err());
}

/// An account loses its call to somebody else, who proved it: who lost it, and who has it.
async fn call_goes_on(world: &World) -> (identity::AccountId, identity::AccountId) {
    let first = world.member("K6BP").await.account().unwrap();
    let now = world.dns.now();
    let verifier = identity::Actor::Service(identity::Service::Verifier);
    let done = world.dns.store.write(move |tx| {
        for (number, _) in identity::read::verifications(tx, first)? {
            end_verification(tx, &verifier, (first, number), "a mistake", now)?;
        }
        let claim = Claim {
            call: "K6BP".parse().unwrap(),
            claimant: Claimant::Newcomer,
            proof: Proof::word_of(""),
        };
        let second = claim_call(tx, &verifier, &claim, now)?.account;
        write::note_account(tx, first)?;
        write::note_account(tx, second)?;
        Ok::<_, identity::Error>(second)
    });
    let second = done.await.unwrap();
    provision::settle(&world.dns).await.unwrap();
    (first, second)
}

#[tokio::test]
async fn the_next_holder_of_a_call_waits_until_the_name_is_let_go() {
    let world = World::new().await;
    let (first, second) = call_goes_on(&world).await;
    let row = held(&world, K6BP).unwrap();
    assert_eq!((row.account, row.wanted_by), (Some(first.0), Some(second.0)));
    assert!(world.answered(K6BP, RecordType::A).is_empty());
    let theirs = world
        .apply(&session(second, "K6BP"), K6BP, vec![a(K6BP, [192, 0, 2, 1])])
        .await;
    assert!(matches!(theirs, Err(Error::NoZone(_))), "{theirs:?}");
    world.dns.release_name(&LINE, name(K6BP)).await.unwrap();
    provision::settle(&world.dns).await.unwrap();
    assert_eq!(held(&world, K6BP).unwrap().account, Some(second.0));
    assert_eq!(
        world.answered(K6BP, RecordType::A),
        ["192.0.2.80"],
        "anew, not the other's records"
    );
    world.assert_sound();
}

#[tokio::test]
async fn after_ninety_days_a_name_goes_by_itself() {
    let world = World::new().await;
    let (first, second) = call_goes_on(&world).await;
    world.clock.advance(Duration::from_hours(24 * 89));
    jobs::night(&world.dns).await.unwrap();
    provision::settle(&world.dns).await.unwrap();
    assert_eq!(held(&world, K6BP).unwrap().account, Some(first.0));
    world.clock.advance(Duration::from_hours(25));
    let told = jobs::night(&world.dns).await.unwrap();
    assert_eq!(told["released"], 1);
    provision::settle(&world.dns).await.unwrap();
    assert_eq!(held(&world, K6BP).unwrap().account, Some(second.0));
    assert!(!world.answered(K6BP, RecordType::A).is_empty());
    world.assert_sound();
}

#[tokio::test]
async fn names_of_accounts_that_changed_while_the_program_was_down_follow_at_the_start() {
    let world = World::new().await;
    world.account("K6BP", true).await;
    let world = world.restarted().await;
    assert_eq!(world.answered(K6BP, RecordType::A), ["192.0.2.80"]);
}

#[tokio::test]
async fn an_erased_person_leaves_no_record_no_token_and_no_history() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let id = owner.account().unwrap();
    world
        .apply(&owner, K6BP, vec![a("home.k6bp.club.example.", [203, 0, 113, 7])])
        .await
        .unwrap();
    world.lock(id, true).await;
    let now = world.dns.now();
    let subject = Subject {
        account: id.0,
        names: vec!["K6BP".into()],
        email: None,
        logs: false,
        now,
    };
    let erased = world.dns.store.write(move |tx| {
        let mut at = None;
        while (personal::PART.erase)(tx, &subject, &mut at)? == Erased::Some {}
        Ok::<_, StoreError>(())
    });
    erased.await.unwrap();
    world.assert_sound();
    let bytes = world
        .dns
        .store
        .read_now(|r| Ok::<_, StoreError>(r.bytes_by_table()))
        .unwrap();
    for (table, bytes) in bytes.iter().filter(|(table, _)| table.starts_with("dns.")) {
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!holds(&[203, 0, 113, 7]), "{table} holds the address");
        assert!(!holds(b"home\0"), "{table} holds the name of the record");
    }
    assert_eq!(why(&world, K6BP), Some(Why::AccountErased));
    assert_eq!(held(&world, K6BP).unwrap().account, None);
}

#[tokio::test]
async fn an_erased_name_that_was_still_answered_goes_out_of_the_answers() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let account = owner.account().unwrap().0;
    let now = world.dns.now();
    let erased = world.dns.store.write(move |tx| {
        let subject = Subject {
            account,
            names: vec!["K6BP".into()],
            email: None,
            logs: false,
            now,
        };
        (personal::PART.erase)(tx, &subject, &mut None)
    });
    assert_eq!(erased.await.unwrap(), Erased::All);
    assert!(world.answered(K6BP, RecordType::A).is_empty());
    world.assert_sound();
}
