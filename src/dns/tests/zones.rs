//! Whole zones: made, brought in, removed; serials over all of it.

use jiff::SignedDuration;

use crate::dns::error::Error;
use crate::dns::model::is_later;
use crate::dns::rr::{RecordType, RrSet, Ttl};
use crate::dns::settings::soa;
use crate::dns::testing::{LINE, World, a, gone, name, put};
use crate::dns::{KEEPER, master, rdata, write};
use crate::store::Restored;

fn zone(origin: &str, serial: u32, lines: &[(&str, RecordType, &str)]) -> Vec<RrSet> {
    let primary = name("ns.example.net.");
    let mut sets = vec![RrSet::single(
        name(origin),
        RecordType::SOA,
        Ttl::DEFAULT,
        soa(&primary, &primary, serial),
    )];
    let servers = [(origin, RecordType::NS, "ns.example.net.")];
    sets.extend(lines.iter().chain(&servers).map(|(at, kind, text)| {
        let datum = rdata::read(*kind, text, &name(origin)).unwrap();
        RrSet::single(name(at), *kind, Ttl::DEFAULT, datum)
    }));
    sets
}

#[tokio::test]
async fn the_members_zone_is_made_as_configured_and_nobody_edits_its_apex() {
    let world = World::new().await;
    let apex = "club.example.";
    assert_eq!(
        world.answered(apex, RecordType::NS),
        ["ns1.club.example.", "ns2.example.net."]
    );
    assert_eq!(world.answered("ns1.club.example.", RecordType::A), ["127.0.0.1"]);
    assert!(
        world.answered(apex, RecordType::SOA)[0]
            .starts_with("ns1.club.example. hostmaster.club.example. 2026112201")
    );
    let refused = world
        .apply(&LINE, apex, vec![put(apex, RecordType::NS, "ns.evil.example.")])
        .await;
    assert!(matches!(refused, Err(Error::Configured(_))), "{refused:?}");
    world
        .apply(
            &LINE,
            apex,
            vec![put(apex, RecordType::MX, "10 mail.example.net.")],
        )
        .await
        .unwrap();
    let before = world.serial();
    let world = world.restarted().await;
    assert_eq!(
        world.serial(),
        before,
        "a start changes nothing that is as configured"
    );
    world.assert_sound();
}

#[tokio::test]
async fn a_zone_is_made_edited_and_removed() {
    let world = World::new().await;
    let origin = name("other.example.");
    world.dns.create_zone(&LINE, origin.clone()).await.unwrap();
    assert!(matches!(
        world.dns.create_zone(&LINE, origin.clone()).await,
        Err(Error::ZoneExists(_))
    ));
    world
        .apply(
            &LINE,
            "other.example.",
            vec![a("www.other.example.", [192, 0, 2, 1])],
        )
        .await
        .unwrap();
    assert_eq!(world.answered("www.other.example.", RecordType::A), ["192.0.2.1"]);
    let last = world
        .apply(
            &LINE,
            "other.example.",
            vec![gone("other.example.", RecordType::NS)],
        )
        .await;
    assert!(matches!(last, Err(Error::Rules(_))), "{last:?}");
    world.assert_sound();
    world.dns.remove_zone(&LINE, origin).await.unwrap();
    assert!(world.answered("www.other.example.", RecordType::A).is_empty());
    assert!(matches!(
        world.dns.remove_zone(&LINE, name("club.example.")).await,
        Err(Error::Configured(_))
    ));
    world.assert_sound();
}

#[tokio::test]
async fn a_zone_from_a_file_replaces_what_was_and_its_serial_never_falls() {
    let world = World::new().await;
    let origin = name("other.example.");
    let bring = |serial, lines: &[(&str, RecordType, &str)]| {
        world
            .dns
            .import_zone(&LINE, origin.clone(), zone("other.example.", serial, lines))
    };
    let first = bring(7, &[("a.other.example.", RecordType::A, "192.0.2.1")])
        .await
        .unwrap();
    assert_eq!(first.version.serial(), 7);
    let newer = bring(90, &[("b.other.example.", RecordType::A, "192.0.2.2")])
        .await
        .unwrap();
    assert_eq!(newer.version.serial(), 90);
    assert!(world.answered("a.other.example.", RecordType::A).is_empty());
    let older = bring(8, &[("c.other.example.", RecordType::A, "192.0.2.3")])
        .await
        .unwrap();
    assert!(is_later(older.version.serial(), 90));
    assert_eq!(world.answered("c.other.example.", RecordType::A), ["192.0.2.3"]);
    world.assert_sound();
    for broken in [Vec::new(), zone("else.example.", 1, &[])] {
        assert!(
            world
                .dns
                .import_zone(&LINE, origin.clone(), broken)
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn an_import_is_lenient_where_edits_are_strict() {
    let world = World::new().await;
    let text = "$ORIGIN other.example.\n$TTL 0\n@ SOA ns.example.net. h.example.net. 1 2 3 4 5\n@ NS ns.example.net.\n\
                a.*.b A 192.0.2.1\n*.d NS ns.example.net.\n\\000x TXT hi\n";
    let contents = master::contents(text.as_bytes(), &master::Options::of(name("other.example.")));
    assert!(contents.is_whole(), "{:?}", contents.defects);
    world
        .dns
        .import_zone(&LINE, name("other.example."), contents.sets)
        .await
        .unwrap();
    assert_eq!(
        world.answered("a.*.b.other.example.", RecordType::A),
        ["192.0.2.1"]
    );
    world.assert_sound();
}

#[tokio::test]
async fn an_import_into_the_members_zone_leaves_members_what_is_theirs() {
    let world = World::new().await;
    let owner = world.member("K6BP").await;
    world
        .apply(
            &owner,
            "k6bp.club.example.",
            vec![a("shack.k6bp.club.example.", [192, 0, 2, 7])],
        )
        .await
        .unwrap();
    let before = world.serial();
    let lines = [
        ("mail.club.example.", RecordType::A, "192.0.2.9"),
        ("k6bp.club.example.", RecordType::A, "192.0.2.10"),
    ];
    world
        .dns
        .import_zone(&LINE, name("club.example."), zone("club.example.", 3, &lines))
        .await
        .unwrap();
    assert_eq!(
        world.answered("shack.k6bp.club.example.", RecordType::A),
        ["192.0.2.7"]
    );
    assert_eq!(
        world.answered("k6bp.club.example.", RecordType::A),
        ["192.0.2.10"]
    );
    assert_eq!(world.answered("mail.club.example.", RecordType::A), ["192.0.2.9"]);
    assert_eq!(
        world.answered("club.example.", RecordType::NS).len(),
        2,
        "as configured"
    );
    assert!(is_later(world.serial(), before));
    world.assert_sound();
}

#[tokio::test]
async fn serials_rise_after_a_restore_once() {
    let world = World::new().await;
    world.member("K6BP").await;
    let before = world.serial();
    let now = world.dns.now();
    let restored = Restored {
        mark: "backup".into(),
        made: now.checked_sub(SignedDuration::from_hours(10)).unwrap(),
    };
    for _ in 0..2 {
        let restored = restored.clone();
        let raised = world
            .dns
            .store
            .write(move |tx| write::raise_serials(tx, &KEEPER, &restored, now));
        raised.await.unwrap();
    }
    let (zone, wanted) = (
        world.base(),
        world.dns.store.read_now(crate::dns::grants::base).unwrap(),
    );
    let wanted = wanted.unwrap().1.version;
    assert!(
        world
            .dns
            .live
            .reached(zone, wanted, std::time::Duration::from_secs(20))
            .await
    );
    assert_eq!(world.serial(), before + 1 + 1_000 + 10 * 36_000);
    world.assert_sound();
}

#[tokio::test]
async fn changes_that_come_while_a_zone_is_read_anew_are_not_lost() {
    let world = World::new().await;
    let origin = "other.example.";
    let lines: Vec<_> = (0..2_000)
        .map(|n| {
            (
                format!("h{n}.other.example."),
                format!("10.1.{}.{}", n / 250, n % 250 + 1),
            )
        })
        .collect();
    let lines: Vec<_> = lines
        .iter()
        .map(|(at, ip)| (at.as_str(), RecordType::A, ip.as_str()))
        .collect();
    world
        .dns
        .import_zone(&LINE, name(origin), zone(origin, 1, &lines))
        .await
        .unwrap();
    let again = world
        .dns
        .import_zone(&LINE, name(origin), zone(origin, 2, &lines));
    let change = |n: u8| {
        world.apply(
            &LINE,
            origin,
            vec![a(&format!("h{n}.other.example."), [192, 0, 2, n])],
        )
    };
    let (imported, one, two, three) = tokio::join!(again, change(1), change(2), change(3));
    imported.unwrap();
    for applied in [one, two, three] {
        applied.unwrap();
    }
    world.assert_sound();
}
