//! Building and changing zones: what is shared, what is counted, what is refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::rr::Rdata;
use super::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn set(owner: &str, kind: RecordType, data: &[u8]) -> RrSet {
    RrSet::single(name(owner), kind, Ttl::DEFAULT, Rdata::new(data).unwrap())
}

fn soa(serial: u32) -> RrSet {
    let mut wire = name("ns.example.").wire().to_vec();
    wire.extend_from_slice(name("hostmaster.example.").wire());
    for number in [serial, 7200, 1800, 1_209_600, 300] {
        wire.extend_from_slice(&number.to_be_bytes());
    }
    set("example.", RecordType::SOA, &wire)
}

fn zone(sets: &[RrSet]) -> Zone {
    Zone::build(name("example."), [&[soa(1)], sets].concat()).unwrap()
}

#[test]
fn a_change_leaves_the_older_zone_as_it_was() {
    let older = zone(&[set("a.b.example.", RecordType::A, &[192, 0, 2, 1])]);
    let put = [soa(2), set("c.example.", RecordType::A, &[192, 0, 2, 2])];
    let newer = older
        .changed(&put, &[(name("a.b.example."), RecordType::A)])
        .unwrap();
    assert_eq!((older.serial(), older.len(), older.records()), (1, 2, 2));
    assert!(
        older.node(&name("b.example.")).is_some(),
        "an empty name above a name that is there"
    );
    assert_eq!((newer.serial(), newer.len(), newer.records()), (2, 2, 2));
    assert!(
        newer.node(&name("b.example.")).is_none(),
        "it goes with the last name below it"
    );
    assert!(newer.get(&name("c.example."), RecordType::A).is_some());
}

#[test]
fn what_did_not_change_is_shared() {
    let sets: Vec<_> = (0_u16..2000)
        .map(|i| {
            set(
                &format!("n{i}.example."),
                RecordType::A,
                &[192, 0, 2, (i % 250) as u8],
            )
        })
        .collect();
    let older = zone(&sets);
    let newer = older
        .changed(&[set("n7.example.", RecordType::A, &[192, 0, 2, 251])], &[])
        .unwrap();
    let same = older
        .sets()
        .zip(newer.sets())
        .filter(|(a, b)| std::ptr::eq(*a, *b))
        .count();
    assert_eq!((older.len(), newer.len(), same), (2001, 2001, 2000));
    assert!(older.memory() < 2001 * 1000, "{}", older.memory());
}

#[test]
fn what_is_no_zone_is_refused() {
    let origin = name("example.");
    let build = |sets: Vec<RrSet>| Zone::build(name("example."), sets).unwrap_err();
    assert_eq!(build(vec![]), ZoneError::NoSoa(origin.clone()));
    assert_eq!(
        build(vec![set("example.", RecordType::SOA, &[0, 0, 1])]),
        ZoneError::BadSoa(origin.clone())
    );
    assert_eq!(
        build(vec![soa(1), soa(1)]),
        ZoneError::Twice(origin.clone(), RecordType::SOA)
    );
    let foreign = set("notexample.", RecordType::A, &[192, 0, 2, 1]);
    assert!(matches!(
        build(vec![soa(1), foreign]),
        ZoneError::OutOfZone { .. }
    ));
    let below = set("a.example.", RecordType::SOA, soa(1).data()[0].wire());
    assert_eq!(
        build(vec![soa(1), below]),
        ZoneError::SoaBelow(name("a.example."))
    );
    assert_eq!(
        build(vec![soa(1), set("a.example.", RecordType::ANY, b"")]),
        ZoneError::Meta(RecordType::ANY)
    );
    let removed = zone(&[]).changed(&[], &[(origin.clone(), RecordType::SOA)]);
    assert_eq!(removed.unwrap_err(), ZoneError::NoSoa(origin));
}

#[test]
fn publishing_is_seen_by_the_next_reader_only() {
    let zones = Zones::default();
    let before = zones.snapshot();
    zones.publish(Arc::new(zone(&[])));
    assert!(before.zone(&name("example.")).is_none());
    assert_eq!(zones.load().zone(&name("EXAMPLE.")).unwrap().serial(), 1);
    assert_eq!(zones.load().most_labels(), 1);
    zones.withdraw(&name("example."));
    assert_eq!(zones.load().zones().count(), 0);
}

proptest! {
    /// Against a plain ordered map.
    #[test]
    fn changes_lead_where_building_leads(
        steps in prop::collection::vec(("[ab*](\\.[abc]){0,3}", 0_u16..3, any::<bool>(), any::<u8>()), 0..60),
    ) {
        let mut changed = zone(&[]);
        let mut held = BTreeMap::from([((name("example."), RecordType::SOA), soa(1))]);
        for (labels, kind, is_put, octet) in steps {
            let owner = format!("{labels}.example.");
            let kind = [RecordType::A, RecordType::TXT, RecordType::MX][usize::from(kind)];
            let key = (name(&owner), kind);
            if is_put {
                let put = set(&owner, kind, &[octet]);
                changed = changed.changed(std::slice::from_ref(&put), &[]).unwrap();
                held.insert(key, put);
            } else {
                changed = changed.changed(&[], std::slice::from_ref(&key)).unwrap();
                held.remove(&key);
            }
        }
        let built = Zone::build(name("example."), held.values().cloned()).unwrap();
        prop_assert!(held.values().eq(changed.sets()), "in canonical order");
        prop_assert!(built.sets().eq(changed.sets()));
        prop_assert_eq!((built.len(), built.records(), built.memory()), (changed.len(), changed.records(), changed.memory()));
        for labels in ["a", "b", "*", "b.a", "c.b.a", "a.*"] {
            let owner = name(&format!("{labels}.example."));
            prop_assert_eq!(built.node(&owner).is_some(), changed.node(&owner).is_some());
            let wildcards = [&built, &changed].map(|zone| zone.node(&owner).is_some_and(|node| node.wildcard().is_some()));
            prop_assert_eq!(wildcards[0], wildcards[1]);
        }
    }
}
