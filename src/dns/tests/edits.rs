//! Changes of records.

use jiff::SignedDuration;

use crate::dns::error::Error;
use crate::dns::model::{Change, ChangeSet, Quotas, Reach};
use crate::dns::read;
use crate::dns::rr::RecordType;
use crate::dns::testing::{LINE, World, a, add_txt, gone, name, put, take_txt, with_key};
use crate::dns::write::NewGrant;
use crate::identity::Scope;

const K6BP: &str = "k6bp.club.example.";

#[tokio::test]
async fn a_change_is_answered_when_the_reply_comes_with_a_later_serial() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let before = world.serial();
    let applied = world
        .apply(&owner, K6BP, vec![a("shack.k6bp.club.example.", [192, 0, 2, 7])])
        .await
        .unwrap();
    assert_eq!(
        world.answered("shack.k6bp.club.example.", RecordType::A),
        ["192.0.2.7"]
    );
    assert_eq!(world.serial(), before + 1);
    assert_eq!(applied.version.serial(), world.serial());
    world.assert_sound();
    let world = world.restarted().await;
    assert_eq!(
        world.answered("shack.k6bp.club.example.", RecordType::A),
        ["192.0.2.7"]
    );
    assert_eq!(world.serial(), before + 1);
}

#[tokio::test]
async fn what_is_so_already_changes_nothing() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let change = || vec![a(K6BP, [192, 0, 2, 7])];
    assert!(world.apply(&owner, K6BP, change()).await.unwrap().changed);
    let before = world.serial();
    let again = world.apply(&owner, K6BP, change()).await.unwrap();
    assert!(!again.changed);
    let absent = world
        .apply(&owner, K6BP, vec![gone(K6BP, RecordType::MX)])
        .await
        .unwrap();
    assert!(!absent.changed);
    assert_eq!(world.serial(), before);
}

#[tokio::test]
async fn changes_are_made_together_or_not_at_all() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let before = world.serial();
    let changes = vec![
        a("x.k6bp.club.example.", [192, 0, 2, 7]),
        a("w1aw.club.example.", [192, 0, 2, 7]),
    ];
    let refused = world.apply(&owner, K6BP, changes).await;
    assert!(matches!(refused, Err(Error::OutOfZone { .. })), "{refused:?}");
    assert!(world.answered("x.k6bp.club.example.", RecordType::A).is_empty());
    assert_eq!(world.serial(), before);
}

#[tokio::test]
async fn values_that_two_clients_add_at_once_are_all_there() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let at = "_acme-challenge.k6bp.club.example.";
    let add = |text: &'static str| world.apply(&owner, K6BP, vec![add_txt(at, text, None)]);
    let (one, two, three) = tokio::join!(add("one"), add("two"), add("three"));
    assert!(one.unwrap().changed && two.unwrap().changed && three.unwrap().changed);
    assert_eq!(world.answered(at, RecordType::TXT).len(), 3);
    world
        .apply(&owner, K6BP, vec![take_txt(at, "two")])
        .await
        .unwrap();
    assert_eq!(world.answered(at, RecordType::TXT), ["\"one\"", "\"three\""]);
    world.assert_sound();
}

#[tokio::test]
async fn an_address_gives_way_to_an_alias_in_one_change_and_not_in_half_of_one() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let at = "www.k6bp.club.example.";
    let alias = || put(at, RecordType::CNAME, "k6bp.club.example.");
    let half = world.apply(&owner, K6BP, vec![alias()]).await;
    let Err(Error::Rules(faults)) = half else {
        panic!("{half:?}")
    };
    assert!(!faults[0].text.is_empty());
    let whole = vec![gone(at, RecordType::A), gone(at, RecordType::AAAA), alias()];
    world.apply(&owner, K6BP, whole).await.unwrap();
    assert_eq!(world.answered(at, RecordType::CNAME), ["k6bp.club.example."]);
}

#[tokio::test]
async fn names_are_compared_by_labels() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    world.member("W1AW").await;
    for others in [
        "evilk6bp.club.example.",
        "club.example.",
        "*.club.example.",
        "w1aw.club.example.",
        "x.w1aw.club.example.",
        "k6bp.club.example.evil.",
    ] {
        let refused = world.apply(&owner, others, vec![a(others, [192, 0, 2, 7])]).await;
        assert!(matches!(refused, Err(Error::NoZone(_))), "{others}: {refused:?}");
    }
    for own in [
        "*.k6bp.club.example.",
        "a.b.c.k6bp.club.example.",
        "K6BP.Club.Example.",
    ] {
        world
            .apply(&owner, own, vec![a(own, [192, 0, 2, 7])])
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn delegations_need_a_grant_and_what_the_server_keeps_is_nobodys() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let at = "lab.k6bp.club.example.";
    let delegation = || vec![put(at, RecordType::NS, "ns.example.net.")];
    let refused = world.apply(&owner, K6BP, delegation()).await;
    assert!(matches!(refused, Err(Error::NotGranted { .. })), "{refused:?}");
    world.dns.delegate(&LINE, name(K6BP), true).await.unwrap();
    world.apply(&owner, K6BP, delegation()).await.unwrap();
    let kept = vec![gone(K6BP, RecordType::DNSKEY)];
    assert!(matches!(
        world.apply(&owner, K6BP, kept).await,
        Err(Error::NotGranted { .. })
    ));
}

#[tokio::test]
async fn a_key_needs_its_scope() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let change = || vec![a(K6BP, [192, 0, 2, 9])];
    let refused = world
        .apply(&with_key(&owner, Scope::LogbookWrite), K6BP, change())
        .await;
    assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
    world
        .apply(&with_key(&owner, Scope::DnsWrite), K6BP, change())
        .await
        .unwrap();
}

#[tokio::test]
async fn grants_reach_as_far_as_they_say() {
    let world = World::new().await;
    world.member("K6BP").await;
    let friend = world.member("W1AW").await;
    let account = friend.account().unwrap();
    let give = |at: &str, reach| NewGrant {
        account,
        name: name(at),
        reach,
        kinds: Vec::new(),
    };
    let wants = "shack.k6bp.club.example.";
    assert!(
        world
            .apply(&friend, wants, vec![a(wants, [192, 0, 2, 1])])
            .await
            .is_err()
    );
    world.dns.give(&LINE, give(wants, Reach::Own)).await.unwrap();
    world
        .apply(&friend, wants, vec![a(wants, [192, 0, 2, 1])])
        .await
        .unwrap();
    let below = "x.shack.k6bp.club.example.";
    assert!(matches!(
        world.apply(&friend, wants, vec![a(below, [192, 0, 2, 1])]).await,
        Err(Error::NotGranted { .. })
    ));
    world.dns.give(&LINE, give(wants, Reach::Acme)).await.unwrap();
    assert!(
        world
            .apply(&friend, wants, vec![a(wants, [192, 0, 2, 2])])
            .await
            .is_err()
    );
    let proof = add_txt("_acme-challenge.x.shack.k6bp.club.example.", "proof", None);
    world.apply(&friend, wants, vec![proof]).await.unwrap();
    world.dns.take_back(&LINE, name(wants), account).await.unwrap();
    assert!(matches!(
        world.apply(&friend, wants, vec![a(wants, [192, 0, 2, 3])]).await,
        Err(Error::NoZone(_))
    ));
    world.assert_sound();
}

#[tokio::test]
async fn a_change_is_taken_back_where_nothing_came_after_it() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let first = world
        .apply(&owner, K6BP, vec![a(K6BP, [192, 0, 2, 1])])
        .await
        .unwrap();
    let undone = world.dns.undo(&owner, &name(K6BP), first.version).await.unwrap();
    assert_eq!(world.answered(K6BP, RecordType::A), ["192.0.2.80"]);
    assert!(undone.version > first.version, "the serial goes on");
    let again = world.dns.undo(&owner, &name(K6BP), undone.version).await.unwrap();
    assert_eq!(world.answered(K6BP, RecordType::A), ["192.0.2.1"]);
    world
        .apply(&owner, K6BP, vec![a(K6BP, [192, 0, 2, 2])])
        .await
        .unwrap();
    let late = world.dns.undo(&owner, &name(K6BP), again.version).await;
    assert!(matches!(late, Err(Error::Changed)), "{late:?}");
    let stranger = world.member("W1AW").await;
    let others = world
        .dns
        .undo(&stranger, &name("w1aw.club.example."), first.version)
        .await;
    assert!(matches!(others, Err(Error::NoEntry(_))), "{others:?}");
    world.assert_sound();
}

#[tokio::test]
async fn history_shows_ones_own_name_and_administrators_all() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let other = world.member("W1AW").await;
    world
        .apply(&owner, K6BP, vec![a(K6BP, [192, 0, 2, 1])])
        .await
        .unwrap();
    world
        .apply(
            &other,
            "w1aw.club.example.",
            vec![a("w1aw.club.example.", [192, 0, 2, 2])],
        )
        .await
        .unwrap();
    let lines = |actor: crate::identity::Actor, top: &str| {
        let top = name(top);
        world.dns.store.read_now(move |r| {
            let (opened, _) = read::zone(r, &actor, &top)?;
            read::history(r, &opened, None, 100)
        })
    };
    let own = lines(owner, K6BP).unwrap();
    assert_eq!(own.len(), 2, "the first records and the change");
    assert_eq!(own[0].entry.by, "K6BP");
    assert!(own.iter().all(|line| {
        line.entry
            .turned
            .iter()
            .all(|turned| turned.name.is_at_or_below(&name(K6BP)))
    }));
    assert!(lines(LINE, "club.example.").unwrap().len() >= 5);
}

#[tokio::test]
async fn a_change_of_records_that_were_changed_meanwhile_is_refused() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let other = world.member("W1AW").await;
    let mark = || {
        let owner = owner.clone();
        world.dns.store.read_now(move |r| {
            let (opened, _) = read::zone(r, &owner, &name(K6BP))?;
            read::mark(r, &opened)
        })
    };
    let seen = mark().unwrap();
    world
        .apply(
            &other,
            "w1aw.club.example.",
            vec![a("w1aw.club.example.", [192, 0, 2, 2])],
        )
        .await
        .unwrap();
    assert_eq!(
        mark().unwrap(),
        seen,
        "others' records are no change of one's own"
    );
    let set = |expected| ChangeSet {
        changes: vec![a(K6BP, [192, 0, 2, 3])],
        expected: Some(expected),
    };
    world
        .dns
        .apply(&owner, &name(K6BP), set(seen.clone()))
        .await
        .unwrap();
    let late = world.dns.apply(&owner, &name(K6BP), set(seen)).await;
    assert!(matches!(late, Err(Error::Changed)), "{late:?}");
}

#[tokio::test]
async fn quotas_hold_for_a_name_a_set_and_a_change() {
    let quotas = Quotas {
        sets_per_name: 6,
        records_per_set: 3,
        sets_per_change: 4,
        ..Quotas::DEFAULT
    };
    let world = World::with(quotas).await;
    let owner = world.member("K6BP").await;
    let host = |number: u8| a(&format!("h{number}.k6bp.club.example."), [192, 0, 2, number]);
    world.apply(&owner, K6BP, vec![host(1), host(2)]).await.unwrap();
    let full = world.apply(&owner, K6BP, vec![host(3)]).await;
    assert!(matches!(full, Err(Error::Quota { most: 6, .. })), "{full:?}");
    let swapped = vec![gone("h1.k6bp.club.example.", RecordType::A), host(3)];
    world.apply(&owner, K6BP, swapped).await.unwrap();
    let many = vec![host(2), host(3), host(4), host(5), host(6)];
    assert!(matches!(
        world.apply(&owner, K6BP, many).await,
        Err(Error::Quota { most: 4, .. })
    ));
    let at = "h2.k6bp.club.example.";
    world
        .apply(&owner, K6BP, vec![gone(at, RecordType::A)])
        .await
        .unwrap();
    let texts = ["a", "b", "c"].map(|text| add_txt(at, text, None));
    world.apply(&owner, K6BP, texts.into()).await.unwrap();
    let fourth = world.apply(&owner, K6BP, vec![add_txt(at, "d", None)]).await;
    assert!(matches!(fourth, Err(Error::Quota { most: 3, .. })), "{fourth:?}");
}

#[tokio::test]
async fn too_many_changes_wait() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let change = |last| vec![a(K6BP, [192, 0, 2, last])];
    for last in 1..=60 {
        world.apply(&owner, K6BP, change(last)).await.unwrap();
    }
    let fast = world.apply(&owner, K6BP, change(61)).await;
    assert!(matches!(fast, Err(Error::TooFast(_))), "{fast:?}");
    world.clock.advance(std::time::Duration::from_secs(2));
    world.apply(&owner, K6BP, change(61)).await.unwrap();
}

#[tokio::test]
async fn records_go_when_their_time_is_over_unless_they_are_set_again() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    let at = "beacon.k6bp.club.example.";
    let until = |seconds| {
        world
            .dns
            .now()
            .checked_add(SignedDuration::from_secs(seconds))
            .ok()
    };
    let beat = |seconds| match a(at, [192, 0, 2, 1]) {
        Change::Put { set, .. } => Change::Put {
            set,
            until: until(seconds),
        },
        other => other,
    };
    world
        .apply(
            &owner,
            K6BP,
            vec![
                beat(120),
                add_txt(at, "stays", None),
                add_txt(at, "goes", until(60)),
            ],
        )
        .await
        .unwrap();
    world.assert_sound();
    let serial = world.serial();
    world.clock.advance(std::time::Duration::from_secs(70));
    crate::dns::provision::end_records(&world.dns).await.unwrap();
    assert_eq!(world.answered(at, RecordType::TXT), ["\"stays\""]);
    assert_eq!(world.answered(at, RecordType::A), ["192.0.2.1"]);
    let renewed = world.apply(&owner, K6BP, vec![beat(120)]).await.unwrap();
    assert!(!renewed.changed, "a later end is nobody's business");
    assert_eq!(world.serial(), serial + 1);
    world.clock.advance(std::time::Duration::from_secs(100));
    crate::dns::provision::end_records(&world.dns).await.unwrap();
    assert_eq!(world.answered(at, RecordType::A), ["192.0.2.1"]);
    world.clock.advance(std::time::Duration::from_secs(21));
    crate::dns::provision::end_records(&world.dns).await.unwrap();
    assert!(world.answered(at, RecordType::A).is_empty());
    world.assert_sound();
}
