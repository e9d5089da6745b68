//! The history keeps what it was given, in order, within its bounds.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::dx::testing::{World, raw};
use crate::ham::callsign::Callsign;

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

fn bounds(age: u32, bytes: usize) -> [Bounds; 2] {
    [Bounds { age, bytes }; 2]
}

const BESIDE: Beside<'static> = Beside {
    country: crate::logbook::place::country,
    lotw: &|_: &Callsign| None,
};

fn find(history: &History, query: &Query, at: Timestamp) -> Vec<u64> {
    let found = history.find(query, at, BESIDE, |_| true);
    found.into_iter().map(|spot| spot.seq).collect()
}

/// A spot as the cluster makes it.
fn spot(spotter: &str, call: &str, comment: &str) -> Spot {
    let world = World::new();
    (*world.new_spot(raw(spotter, call, 14_025_000, comment))).clone()
}

/// A history of people (odd numbers) and skimmers (even ones).
fn mixed(count: u64) -> History {
    let history = History::new(bounds(14_400, 1 << 20));
    let (person, machine) = (
        spot("K1ABC", "JA1XYZ", "hi"),
        spot("K2ABC-#", "DL1AAA", "CW 5 dB"),
    );
    for seq in 1..=count {
        let one = if seq % 2 == 1 { &person } else { &machine };
        history.push(&Spot { seq, ..one.clone() }, now());
    }
    history
}

#[test]
fn a_spot_comes_back_as_it_was() {
    let world = World::new();
    let mut given = raw(
        "KM3T-2-#",
        "9A/DL1ABC/P",
        10_368_961_900,
        "51S IO81XW<ES>JN75 QSX 7144 DLFF-0123 äöü",
    );
    given.grid = "JN75ab".parse().ok();
    given.snr = Some(-128 + 1);
    given.refs.sota = Some("W7W/LC-001".into());
    let given = world.new_spot(given);
    let kept = world.cluster.history(&Query::newest(5), |_| true);
    assert_eq!(kept.len(), 1);
    let mut kept = kept[0].clone();
    // Places are kept to some metres.
    for place in [&mut kept.place, &mut kept.spotter_place] {
        place.position = None;
    }
    let mut given = (*given).clone();
    for place in [&mut given.place, &mut given.spotter_place] {
        assert!(place.position.is_some());
        place.position = None;
    }
    assert_eq!(kept, given);
}

#[test]
fn newest_come_first_and_both_kinds_in_their_order() {
    let history = mixed(3_000);
    assert_eq!(
        find(&history, &Query::newest(4), now()),
        [3_000, 2_999, 2_998, 2_997]
    );
    let page = Query {
        below: Some(2_500),
        ..Query::newest(2)
    };
    assert_eq!(find(&history, &page, now()), [2_499, 2_498]);
    let people = Query {
        skimmer: Some(false),
        ..Query::newest(2)
    };
    assert_eq!(find(&history, &people, now()), [2_999, 2_997]);
    assert_eq!(find(&history, &Query::newest(usize::MAX), now()).len(), 3_000);
}

#[test]
fn what_followed_a_number_comes_oldest_first_without_a_hole() {
    let history = mixed(5_000);
    let since = Query {
        after: Some(2_000),
        rising: true,
        ..Query::newest(usize::MAX)
    };
    assert_eq!(find(&history, &since, now()), (2_001..=5_000).collect::<Vec<_>>());
    let some = Query { limit: 3, ..since };
    assert_eq!(find(&history, &some, now()), [2_001, 2_002, 2_003]);
    let none = Query {
        after: Some(u64::MAX),
        rising: true,
        ..Query::newest(3)
    };
    assert!(find(&history, &none, now()).is_empty());
}

#[test]
fn one_calls_spots_are_found_without_the_others() {
    let history = mixed(1_000);
    history.push(
        &Spot {
            seq: 1_001,
            ..spot("K1ABC", "W1AW", "once")
        },
        now(),
    );
    let of = |call: &str| {
        find(
            &history,
            &Query {
                call: Some(call.into()),
                ..Query::newest(600)
            },
            now(),
        )
    };
    assert_eq!(of("W1AW"), [1_001]);
    history.push(
        &Spot {
            seq: 1_002,
            ..spot("K1ABC", "EA8/W1AW/P", "away")
        },
        now(),
    );
    assert_eq!((of("W1AW"), of("EA8/W1AW/P")), (vec![1_002, 1_001], vec![1_002]));
    assert_eq!(of("JA1XYZ").len(), 500);
    assert_eq!(of("JA1XYZ")[..2], [999, 997]);
    assert!(of("K1ABC").is_empty(), "he only spotted");
    assert!(of("N0CALL").is_empty());
}

#[test]
fn what_is_too_old_goes_and_its_calls_with_it() {
    let history = History::new(bounds(100, 1 << 20));
    let one = spot("K1ABC", "JA1XYZ", "hi");
    for seq in 1..=200_u64 {
        let heard = later(i64::try_from(seq).unwrap());
        history.push(
            &Spot {
                seq,
                time: heard,
                ..one.clone()
            },
            heard,
        );
    }
    let left = find(&history, &Query::newest(1_000), later(200));
    assert_eq!((left.len(), left.last()), (101, Some(&100)));
    history.age(later(1_000));
    assert_eq!(history.size().people, 0);
    assert_eq!(history.oldest_seq(), None);
    assert!(history.read().names.find("JA1XYZ").is_empty());
    let of = Query {
        call: Some("JA1XYZ".into()),
        ..Query::newest(5)
    };
    assert!(find(&history, &of, later(1_000)).is_empty());
    history.push(&Spot { seq: 201, ..one }, later(1_000));
    assert_eq!(history.size().people, 1);
}

#[test]
fn a_flood_of_skimmers_leaves_peoples_spots() {
    let history = History::new([
        Bounds {
            age: 14_400,
            bytes: 1 << 20,
        },
        Bounds {
            age: 14_400,
            bytes: 300_000,
        },
    ]);
    let (person, machine) = (
        spot("K1ABC", "JA1XYZ", "hi"),
        spot("K2ABC-#", "DL1AAA", "CW 5 dB"),
    );
    history.push(&Spot { seq: 1, ..person }, now());
    for seq in 2..20_000 {
        history.push(
            &Spot {
                seq,
                ..machine.clone()
            },
            now(),
        );
    }
    assert!(history.size().skimmers < 5_000, "{:?}", history.size());
    assert_eq!(
        find(
            &history,
            &Query {
                skimmer: Some(false),
                ..Query::newest(5)
            },
            now()
        ),
        [1]
    );
    assert_eq!(history.newest_seq(), Some(19_999));
}

#[test]
fn a_spot_takes_at_most_96_bytes() {
    let history = History::new(bounds(14_400, 1 << 30));
    let machine = spot("K2ABC-#", "DL1AAA", "CW    24 dB  22 WPM  CQ");
    let count = 100_000_u64;
    for seq in 1..=count {
        // As many calls and skimmers as in a large contest, each in its turn.
        let call = format!("DL{}{}", seq % 10, letters(seq % 7_000));
        let spotter = format!("K{}{}", seq % 10, letters(seq % 250));
        let one = Spot {
            seq,
            call: Callsign::parse(&call).unwrap(),
            spotter: spotter.into(),
            ..machine.clone()
        };
        history.push(&one, now());
    }
    let size = history.size();
    assert_eq!(size.skimmers, 100_000);
    let each = size.bytes / size.skimmers;
    assert!(each <= 96, "{each} bytes a spot");
}

fn letters(mut number: u64) -> String {
    let mut text = String::new();
    for _ in 0..3 {
        text.push(char::from(b'A' + u8::try_from(number % 26).unwrap()));
        number /= 26;
    }
    text
}

#[test]
fn a_snapshot_brings_everything_back_and_a_damaged_one_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("spots");
    let history = mixed(3_000);
    history.push(
        &Spot {
            seq: 3_001,
            ..spot("K1ABC", "W1AW", "US-1234 up 5 FN31")
        },
        now(),
    );
    assert_eq!(history.save(&path).unwrap(), 3_001);
    let place = |_: &str| Place::default();
    let again = History::new(bounds(14_400, 1 << 20));
    assert_eq!(again.load(&path, now(), place).unwrap(), 3_001);
    let all = Query {
        rising: true,
        ..Query::newest(usize::MAX)
    };
    let read = |history: &History| -> Vec<Spot> {
        let mut spots = history.find(&all, now(), BESIDE, |_| true);
        for spot in &mut spots {
            (spot.place, spot.spotter_place) = Default::default();
        }
        spots
    };
    assert_eq!(read(&history), read(&again));
    let old = History::new(bounds(14_400, 1 << 20));
    assert_eq!(old.load(&path, later(20_000), place).unwrap(), 0);
    let mut bytes = std::fs::read(&path).unwrap();
    for at in [0, 20, bytes.len() / 2, bytes.len() - 1] {
        let before = bytes[at];
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert!(
            matches!(again.load(&path, now(), place), Err(SnapshotError::Damaged)),
            "byte {at}"
        );
        bytes[at] = before;
    }
    std::fs::write(&path, b"").unwrap();
    assert!(matches!(
        again.load(&path, now(), place),
        Err(SnapshotError::Damaged)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Against a list of everything, whatever comes in, ages or is asked.
    #[test]
    fn the_history_answers_as_a_list_would(
        steps in proptest::collection::vec((0_u8..4, any::<bool>(), 0_i64..40), 1..400),
        after in 0_u64..400, limit in 1_usize..50,
    ) {
        let history = History::new(bounds(600, 1 << 20));
        let one = spot("K1ABC", "JA1XYZ", "hi");
        let calls = ["W1AW", "K1ABC", "DL1AAA", "JA1XYZ"];
        let mut model: BTreeMap<u64, (i64, usize, bool)> = BTreeMap::new();
        let mut clock = 0;
        for (seq, (call, skimmer, wait)) in (1_u64..).zip(steps) {
            clock += wait;
            let heard = later(clock);
            let call = usize::from(call);
            let call_text = Callsign::parse(calls[call]).unwrap();
            history.push(&Spot { seq, call: call_text, skimmer, time: heard, ..one.clone() }, heard);
            model.insert(seq, (clock, call, skimmer));
        }
        let fresh = |(at, _, _): &(i64, usize, bool)| *at >= clock - 600;
        let at = later(clock);
        let newest: Vec<_> = model.iter().rev().filter(|(_, one)| fresh(one)).map(|(seq, _)| *seq).take(limit).collect();
        prop_assert_eq!(find(&history, &Query::newest(limit), at), newest);
        let rising = Query { after: Some(after), rising: true, ..Query::newest(limit) };
        let wanted: Vec<_> =
            model.range(after + 1..).filter(|(_, one)| fresh(one)).map(|(seq, _)| *seq).take(limit).collect();
        prop_assert_eq!(find(&history, &rising, at), wanted);
        for (number, call) in calls.iter().enumerate() {
            let query = Query { call: Some((*call).into()), skimmer: Some(true), ..Query::newest(limit) };
            let wanted: Vec<_> = model.iter().rev()
                .filter(|(_, one)| fresh(one) && one.1 == number && one.2)
                .map(|(seq, _)| *seq).take(limit).collect();
            prop_assert_eq!(find(&history, &query, at), wanted);
        }
    }
}

#[test]
fn spots_are_counted_by_band_as_they_come_and_go() {
    let history = History::new(bounds(600, 1 << 20));
    let (person, machine) = (
        spot("K1ABC", "JA1XYZ", "hi"),
        spot("K2ABC-#", "DL1AAA", "CW 5 dB"),
    );
    let (twenty, forty) = (Band::parse("20m").ok(), Band::parse("40m").ok());
    for (seq, one, band, heard) in [
        (1, &person, twenty, 0),
        (2, &machine, twenty, 0),
        (3, &person, forty, 500),
        (4, &machine, None, 500),
    ] {
        let one = Spot {
            seq,
            band,
            ..one.clone()
        };
        history.push(&one, later(heard));
    }
    assert_eq!(history.by_band(), [(forty, 1), (twenty, 2), (None, 1)]);
    history.age(later(700));
    assert_eq!(history.by_band(), [(forty, 1), (None, 1)]);
    history.age(later(2_000));
    assert_eq!(history.by_band(), []);
}
