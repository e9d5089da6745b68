//! Spots are understood as people mean them, and what is wrong is refused with its reason.

use std::time::Duration;

use proptest::prelude::*;

use crate::dx::Query;
use crate::dx::event::{Evidence, Source};
use crate::dx::model::{Accepted, RawSpot, Refused};
use crate::dx::testing::{World, member, raw};
use crate::ham::freq::Hertz;
use crate::ham::spot::{SpotMode, Spotter};
use crate::identity::{Actor, Role, Scope, Service};

#[test]
fn a_spot_is_told_with_all_that_is_known_of_it() {
    let world = World::new();
    let spot = world.new_spot(raw(
        "K1ABC",
        "9A/DL1ABC/p",
        14_025_100,
        "FT8 -11dB from JN75 UP 2 US-1234",
    ));
    assert_eq!(spot.call.as_str(), "9A/DL1ABC/P");
    assert_eq!(spot.band.unwrap().name(), "20m");
    assert_eq!(
        (spot.mode, spot.mode_by),
        (Some(SpotMode::Ft8), Some(Evidence::Stated))
    );
    assert_eq!(spot.place.dxcc, Some(497));
    assert_eq!(spot.place.country, "Croatia");
    assert_eq!(spot.spotter_place.dxcc, Some(291));
    assert_eq!(spot.spotter, "K1ABC");
    assert_eq!(spot.snr, Some(-11));
    assert_eq!(spot.refs.pota.as_deref(), Some("US-1234"));
    assert_eq!(spot.split.unwrap().to_string(), "UP 2");
    assert!(!spot.self_spot && !spot.skimmer);
    let message = world.bus.replay(&["spot"], 0, u64::MAX).messages.pop().unwrap();
    assert_eq!(message.seq, spot.seq);
    let told: serde_json::Value = serde_json::from_slice(&message.payload).unwrap();
    assert_eq!(told["seq"], spot.seq);
    assert_eq!(
        (told["call"].as_str(), told["dxcc"].as_u64()),
        (Some("9A/DL1ABC/P"), Some(497))
    );
    assert_eq!(
        (told["time"].as_str(), told["mode"].as_str()),
        (Some("2026-11-21T12:00:00Z"), Some("FT8"))
    );
}

#[test]
fn skimmers_are_known_by_their_mark_and_kept_apart_by_number() {
    let world = World::new();
    let spot = world.new_spot(raw(
        "KM3T-2-#",
        "CS3B",
        14_100_000,
        "CW    24 dB  22 WPM  NCDXF B",
    ));
    assert!(spot.skimmer);
    assert_eq!(
        (spot.spotter.as_str(), spot.spotter_text().as_str()),
        ("KM3T-2", "KM3T-2-#")
    );
    assert_eq!((spot.snr, spot.wpm), (Some(24), Some(22)));
    let person = world.new_spot(raw("W3LPL-2", "CS3B", 14_100_000, "loud"));
    assert_eq!(person.spotter, "W3LPL");
}

#[test]
fn who_spots_himself_is_flagged_and_not_dropped() {
    let world = World::new();
    assert!(
        world
            .new_spot(raw("K1ABC", "K1ABC/P", 7_032_000, "QRV"))
            .self_spot
    );
    assert!(
        !world
            .new_spot(raw("K1ABD", "K1ABC/P", 7_032_000, "QRV"))
            .self_spot
    );
}

#[test]
fn ships_are_in_no_entity_and_kept_but_machines_with_unknown_prefixes_mishear() {
    let world = World::new();
    assert_eq!(
        world
            .new_spot(raw("K1ABC-#", "G3ABC/MM", 14_010_000, "CW 5 dB"))
            .place
            .dxcc,
        None
    );
    assert_eq!(
        world
            .new_spot(raw("K1ABC", "XX1ZZZ", 14_010_000, "new one?"))
            .place
            .dxcc,
        None
    );
    assert_eq!(
        world.send(raw("K1ABC-#", "XX1ZZZ", 14_010_000, "CW 5 dB")),
        Err(Refused::NoEntity)
    );
}

#[test]
fn the_mode_is_found_by_evidence_in_its_order() {
    use Evidence::{Neighbours, Plan, SameCall, Stated, Window};
    use SpotMode::{Cw, Data, Ft8, Lsb, Rtty, Usb};
    let world = World::new();
    for (call, hertz, comment, mode, by) in [
        ("DL1AAA", 14_074_900, "in qso", Ft8, Window),
        ("DL1AAB", 14_200_000, "loud", Usb, Plan),
        ("DL1AAB", 7_150_000, "loud", Lsb, Plan),
        ("DL1AAC", 14_020_000, "loud", Cw, Plan),
        ("DL1AAD", 21_084_000, "RTTY contest", Rtty, Stated),
        ("DL1AAD", 21_084_800, "again", Rtty, SameCall),
        ("DL1AAE", 21_085_100, "one alone", Data, Plan),
        ("DL1AAF", 21_086_000, "rtty", Rtty, Stated),
        ("DL1AAG", 21_085_200, "two agree", Rtty, Neighbours),
        ("DL1AAH", 21_085_000, "CW", Cw, Stated),
        ("DL1AAJ", 21_092_000, "alone", Ft8, Window),
        ("DL1AAK", 21_092_500, "rtty", Rtty, Stated),
        ("DL1AAL", 21_093_500, "rtty", Rtty, Stated),
        ("DL1AAM", 21_092_800, "amidst RTTYs", Rtty, Neighbours),
        ("DL1AAI", 21_085_300, "two of three", Data, Plan),
    ] {
        let spot = world.new_spot(raw("K1ABC", call, hertz, comment));
        assert_eq!(
            (spot.mode, spot.mode_by),
            (Some(mode), Some(by)),
            "{call} {comment}"
        );
    }
    world.clock.advance(Duration::from_hours(2));
    let later = world.new_spot(raw("K1ABC", "DL1AAD", 21_084_000, "later"));
    assert_eq!(later.mode_by, Some(Plan), "what was heard is forgotten");
}

#[test]
fn a_field_of_its_own_says_more_than_the_comment() {
    let world = World::new();
    let mut spot = raw("K1ABC", "DL1AAA", 14_020_000, "CW 12 dB FN31");
    spot.mode = Some(SpotMode::Rtty);
    spot.snr = Some(7);
    spot.grid = "JO62".parse().ok();
    let spot = world.new_spot(spot);
    assert_eq!((spot.mode, spot.snr), (Some(SpotMode::Rtty), Some(7)));
    assert_eq!(spot.grid.unwrap().as_str(), "JO62");
    assert!((spot.place.position.unwrap().lat() - 52.5).abs() < 0.1);
}

#[test]
fn repetitions_are_not_told_again() {
    let world = World::new();
    world.new_spot(raw("K1ABC-2", "DL1AAA", 14_020_000, "CQ"));
    let again = world.send(raw("K1ABC", "DL1AAA", 14_020_900, "cq!"));
    assert_eq!(again, Ok(Accepted::Duplicate));
    assert_eq!(world.cluster.size().people, 1);
    world.clock.advance(Duration::from_hours(1));
    world.new_spot(raw("K1ABC", "DL1AAA", 14_020_900, "cq!"));
}

#[test]
fn what_is_no_spot_is_refused() {
    let world = World::new();
    for call in [
        "",
        "1B",
        "XX",
        "I",
        "NOT A CALL",
        "'; DROP TABLE",
        &"W1AW".repeat(50),
        "W1AW\0",
    ] {
        let refused = world.send(raw("K1ABC", call, 14_020_000, ""));
        assert!(matches!(refused, Err(Refused::Call(_))), "{call:?}: {refused:?}");
    }
    for hertz in [0, 30_000, 300_000_000_000, u64::MAX] {
        assert_eq!(
            world.send(raw("K1ABC", "W1AW", hertz, "")),
            Err(Refused::Frequency),
            "{hertz}"
        );
    }
    let at = |time: &str| RawSpot {
        time: Some(time.parse().unwrap()),
        ..raw("K1ABC", "W1AW", 14_020_000, time)
    };
    assert_eq!(world.send(at("2026-11-21T12:16:00Z")), Err(Refused::Time));
    assert_eq!(world.send(at("2026-11-21T07:59:00Z")), Err(Refused::Time));
    assert_eq!(
        world.new_spot(at("2026-11-21T12:14:00Z")).time,
        world.cluster.now(),
        "a clock ahead"
    );
    assert_eq!(
        world.new_spot(at("2026-11-21T11:00:00Z")).time.to_string(),
        "2026-11-21T11:00:00Z"
    );
    let nobody = RawSpot::of("W1AW", Hertz::new(14_020_000));
    assert_eq!(world.send(nobody), Err(Refused::NoSpotter));
}

#[test]
fn comments_are_one_line_of_bounded_length() {
    let world = World::new();
    let spot = world.new_spot(raw(
        "K1ABC",
        "W1AW",
        14_020_000,
        &format!(" a\r\n\u{7}b\u{85}{} ", "é".repeat(500)),
    ));
    assert!(spot.comment.starts_with("a   b"), "{}", spot.comment);
    assert_eq!(spot.comment.chars().count(), 120);
}

#[test]
fn guests_and_listeners_do_not_spot_and_keys_need_their_scope() {
    let world = World::new();
    let spot = || RawSpot::of("DL1AAA", Hertz::new(14_020_000));
    let may = |actor: &Actor| world.send_as(actor, Source::Rest, spot()).is_ok();
    assert!(!may(&Actor::Guest));
    assert!(!may(&member("SWL_BOB", Role::Swl, None)));
    assert!(!may(&member("K1ABC", Role::Member, Some(&[Scope::DxRead]))));
    assert!(may(&member("K1ABC", Role::Member, Some(&[Scope::DxWrite]))));
    assert!(may(&member("K1ABC", Role::Member, None)));
    for service in Service::ALL {
        let may = world.send_as(
            &Actor::Service(service),
            Source::Telnet,
            raw("K1ABC", "W1AW", 7_000_000, service.name()),
        );
        let should = matches!(service, Service::DxFeed | Service::Demo);
        assert_eq!(may.is_ok(), should, "{service:?}");
    }
}

#[test]
fn people_spot_under_their_own_call_and_feeds_for_others() {
    let world = World::new();
    let person = member("K1ABC", Role::Member, None);
    let by = |spotter: Option<&str>| RawSpot {
        spotter: spotter.map(|text| Spotter::parse(text).unwrap()),
        ..RawSpot::of("DL1AAA", Hertz::new(14_020_000))
    };
    let own = world.send_as(&person, Source::User, by(None));
    assert!(matches!(own, Ok(Accepted::New(spot)) if spot.spotter == "K1ABC"));
    let portable = world.send_as(&person, Source::User, by(Some("K1ABC/P-#")));
    assert!(matches!(portable, Ok(Accepted::New(spot)) if spot.spotter == "K1ABC/P" && !spot.skimmer));
    assert_eq!(
        world.send_as(&person, Source::User, by(Some("W1AW"))),
        Err(Refused::NotYours)
    );
    let key = member("K1ABC", Role::Member, Some(&[Scope::DxWrite]));
    assert!(world.send_as(&key, Source::Rest, by(Some("W1AW"))).is_ok());
    assert_eq!(
        world.send_as(&key, Source::Telnet, by(Some("W2AW"))),
        Err(Refused::NotYours)
    );
}

#[test]
fn people_may_send_far_less_than_feeds() {
    let world = World::new();
    let count = |actor: &Actor, source| {
        let sent = (0..6_000_u64).map(|n| {
            let spot = RawSpot::of("DL1AAA", Hertz::new(14_000_000 + n * 1_000));
            world.send_as(actor, source, spot)
        });
        sent.filter(|sent| !matches!(sent, Err(Refused::TooMany(_))))
            .count()
    };
    assert_eq!(count(&member("K1ABC", Role::Member, None), Source::User), 15);
    assert_eq!(
        count(
            &member("K1ABC", Role::Member, Some(&[Scope::DxWrite])),
            Source::Rest
        ),
        5_000
    );
    assert_eq!(
        count(
            &member("K1ABC", Role::Member, Some(&[Scope::DxWrite])),
            Source::Telnet
        ),
        0,
        "still the person"
    );
}

#[test]
fn what_each_way_in_sent_is_counted() {
    let world = World::new();
    world.new_spot(raw("K1ABC", "DL1AAA", 14_020_000, "CQ"));
    drop(world.send(raw("K1ABC", "DL1AAA", 14_020_000, "CQ")));
    drop(world.send(raw("K1ABC", "no call", 14_020_000, "CQ")));
    let lines = world.cluster.feeds();
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].new, lines[0].duplicates, lines[0].refused), (1, 1, 1));
    assert_eq!(
        (lines[0].source, lines[0].origin.as_str()),
        (Source::Telnet, "test")
    );
}

proptest! {
    #[test]
    fn no_text_and_no_number_breaks_it(
        call in "\\PC{0,20}", comment in any::<String>(), hertz in any::<u64>(), seconds in any::<i32>()
    ) {
        let world = World::new();
        let spot = RawSpot {
            comment: comment.into(),
            time: jiff::Timestamp::from_second(i64::from(seconds) * 60).ok(),
            ..raw("K1ABC", &call, hertz, "")
        };
        if let Ok(Accepted::New(spot)) = world.send(spot) {
            prop_assert!(spot.comment.chars().count() <= 120);
            let kept = world.cluster.history(&Query::newest(10), |_| true);
            prop_assert_eq!(&kept[0].call, &spot.call);
        }
    }
}
