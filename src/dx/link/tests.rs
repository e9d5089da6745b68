//! What a leaf answers, takes in, refuses and tells: line by line, without a socket.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::leaf::{Heard, Leaf, Stage};
use crate::config::{Link, Secret};
use crate::dx::event::Source;
use crate::dx::model::RawSpot;
use crate::dx::node::Bulletin;
use crate::dx::own::OwnSpot;
use crate::dx::testing::{World, member, raw};
use crate::dx::upstream::wire::Ended;
use crate::ham::freq::Hertz;
use crate::identity::{Actor, Role, Scope};

fn now() -> Timestamp {
    "2026-11-21T12:00:30Z".parse().unwrap()
}

fn link() -> Link {
    Link {
        hosts: Vec::new(),
        call: "G0NOD-2".to_owned(),
        peer: Some("N0CALL-2".to_owned()),
        password: Some(Secret::new("secret")),
    }
}

fn said(leaf: &mut Leaf<'_>, line: &str) -> Vec<String> {
    match leaf.hear(line.as_bytes(), now()) {
        Heard::Say(lines) => lines,
        Heard::Nothing => Vec::new(),
        other => panic!("{line}: {other:?}"),
    }
}

/// Linked with N0CALL-2.
fn up(link: &Link) -> Leaf<'_> {
    let mut leaf = Leaf::new(link, &link.call);
    assert_eq!(said(&mut leaf, "login: "), ["G0NOD-2"]);
    assert_eq!(said(&mut leaf, "password: "), ["secret"]);
    assert!(said(&mut leaf, "0").is_empty());
    assert_eq!(
        said(
            &mut leaf,
            "PC18^DXSpider Version: 1.57 Build: 633 Git: none/none pc9x^5457^"
        ),
        [
            "PC92^G0NOD-2^43230^A^^5G0NOD-2:5457^H99^",
            "PC92^G0NOD-2^43230.01^K^5G0NOD-2:5457:1^1^1^H99^",
            "PC20^",
        ]
    );
    assert!(said(&mut leaf, "PC92^N0CALL-2^43230^A^^5N0CALL-2:127.0.0.1^H99^").is_empty());
    assert_eq!(leaf.stage(), Stage::Greeted);
    assert!(said(&mut leaf, "PC22^").is_empty());
    assert_eq!(leaf.stage(), Stage::Up);
    leaf
}

#[test]
fn a_handshake_is_made_and_pings_are_answered() {
    let link = link();
    let mut leaf = up(&link);
    assert_eq!(
        said(&mut leaf, "PC51^G0NOD-2^N0CALL-2^1^"),
        ["PC51^N0CALL-2^G0NOD-2^0^"]
    );
    assert!(
        said(&mut leaf, "PC51^N1OTHER^N0CALL-2^1^").is_empty(),
        "not for us"
    );
    assert!(said(&mut leaf, "PC18^again pc9x^5457^").is_empty());
    let at = |minutes| now() + SignedDuration::from_mins(minutes);
    assert!(leaf.due(at(4)).is_empty());
    assert_eq!(leaf.due(at(5)), ["PC51^N0CALL-2^G0NOD-2^1^"]);
    assert_eq!(leaf.due(at(16))[0], "PC92^G0NOD-2^44190^C^5G0NOD-2:5457^H99^");
    assert_eq!(
        leaf.due(at(60))[0],
        "PC92^G0NOD-2^46830.01^K^5G0NOD-2:5457:1^1^1^H99^"
    );
}

#[test]
fn who_is_no_peer_is_left() {
    let link = link();
    let mut leaf = Leaf::new(&link, &link.call);
    assert_eq!(said(&mut leaf, "login: "), ["G0NOD-2"]);
    let prompt = leaf.hear(b"G0NOD-2 de N0CALL-2 21-Nov-2026 1200Z dxspider >", now());
    assert!(matches!(prompt, Heard::End(Ended::TakenForUser)), "{prompt:?}");
    let mut leaf = Leaf::new(&link, &link.call);
    leaf.hear(b"PC18^x pc9x^5457^", now());
    let other = leaf.hear(b"PC92^N9EVIL-1^43230^A^^5N9EVIL-1^H99^", now());
    assert!(matches!(other, Heard::End(Ended::WrongPeer(_))), "{other:?}");
}

#[test]
fn nothing_is_taken_in_before_the_handshake() {
    let link = link();
    let mut leaf = Leaf::new(&link, &link.call);
    for line in [
        "PC61^14033.0^5B4AGN^21-Nov-2026^1200Z^x^G0NNN^N0CALL-2^192.0.2.7^H29^~",
        "PC93^N0CALL-2^43230^*^G0NNN^*^x^H29^",
        "PC20^",
        "PC22^",
    ] {
        assert!(said(&mut leaf, line).is_empty(), "{line}");
    }
    assert_eq!(leaf.stage(), Stage::Silent);
}

#[test]
fn spots_of_the_network_are_taken_and_those_out_of_place_refused() {
    let link = link();
    let mut leaf = up(&link);
    let mut spot = |date: &str, time: &str, node: &str, hops: u8| {
        let line = format!("PC61^14033.0^5B4AGN^{date}^{time}^a%5Eb^G0NNN-3^{node}^192.0.2.7^H{hops}^~");
        match leaf.hear(line.as_bytes(), now()) {
            Heard::Spot(raw) => Some(raw),
            Heard::Refused => None,
            other => panic!("{line}: {other:?}"),
        }
    };
    for date in ["21-Nov-2026", " 21-Nov-2026", "21-nov-2026"] {
        let raw = spot(date, "1200Z", "N0CALL-2", 29).unwrap();
        assert_eq!(
            (raw.call.as_str(), raw.comment.as_str(), raw.time),
            ("5B4AGN", "a^b", None)
        );
        assert_eq!(
            raw.address, None,
            "whose address it is, is nobody's business here"
        );
    }
    assert!(
        spot("21-Nov-2026", "1101Z", "N0CALL-2", 1)
            .unwrap()
            .time
            .is_some()
    );
    assert!(
        spot("21-Nov-2026", "1215Z", "N0CALL-2", 1).is_some(),
        "a clock ahead"
    );
    for (date, time, node, hops) in [
        ("21-Nov-2026", "1059Z", "N0CALL-2", 29),
        ("21-Nov-2026", "1216Z", "N0CALL-2", 29),
        ("20-Nov-2026", "1200Z", "N0CALL-2", 29),
        ("22-Nov-2026", "1200Z", "N0CALL-2", 29),
        ("21-Nov-2026", "2460Z", "N0CALL-2", 29),
        ("31-Feb-2026", "1200Z", "N0CALL-2", 29),
        ("21-Nov-2026", "1200Z", "G0NOD-2", 29),
        ("21-Nov-2026", "1200Z", "N0CALL-2", 0),
    ] {
        assert!(
            spot(date, time, node, hops).is_none(),
            "{date} {time} {node} {hops}"
        );
    }
}

#[test]
fn words_and_figures_reach_people_as_far_as_they_are_meant_for_them() {
    let link = link();
    let mut leaf = up(&link);
    let mut heard = |line: &str| leaf.hear(line.as_bytes(), now());
    assert!(matches!(
        heard("PC93^N0CALL-2^43230^*^G0NNN^*^hello^127.0.0.1^H29^"),
        Heard::Bulletin(Bulletin::Announce(said)) if said.text == "hello" && said.to == "ALL"
    ));
    assert!(matches!(
        heard("PC93^N0CALL-2^43231^WX^G0NNN^*^sunny^H29^"),
        Heard::Bulletin(Bulletin::Weather(_))
    ));
    assert!(matches!(
        heard("PC93^N0CALL-2^43232^K1ABC-3^G0NNN^*^hi^H29^"),
        Heard::Talk(to, line) if to == "K1ABC-3" && *line == *"K1ABC-3 de G0NNN: hi"
    ));
    assert!(matches!(
        heard("PC93^N0CALL-2^43233^SYSOP^G0NNN^*^hi^H29^"),
        Heard::Nothing
    ));
    assert!(matches!(
        heard("PC93^G0NOD-2^43233^*^G0NNN^*^our own^H29^"),
        Heard::Nothing
    ));
    assert!(matches!(
        heard("PC23^21-Nov-2026^11^154^10^2^No Storms -> No Storms^AE5E^N0CALL-2^H29^~"),
        Heard::Bulletin(Bulletin::Wwv(_))
    ));
    assert!(matches!(
        heard("PC23^21-Nov-2026^13^154^10^2^No Storms^AE5E^N0CALL-2^H29^~"),
        Heard::Refused
    ));
    assert!(matches!(
        heard("PC73^21-Nov-2026^12^150^10^2^3^80^qui^qui^no^DK0WCY^N0CALL-2^H29^~"),
        Heard::Bulletin(Bulletin::Wcy(_))
    ));
    let flood = (0..200).filter(|n| {
        let line = format!("PC93^N0CALL-2^{n}^*^G0NNN^*^number {n}^H29^");
        matches!(heard(&line), Heard::Bulletin(_))
    });
    assert!(flood.count() < 40);
}

#[test]
fn only_our_own_users_spots_leave_with_their_address() {
    let link = link();
    let leaf = up(&link);
    let world = World::at("2026-11-21T12:00:30Z", std::path::Path::new("/nonexistent"));
    let mut own = world.cluster.own_spots();
    let user = member("K1ABC", Role::Member, None);
    let key = member("K1ABC", Role::Member, Some(&[Scope::DxWrite]));
    let address: IpAddr = "2001:db8::1".parse().unwrap();
    let mut sent = |actor: &Actor, source, spot: RawSpot| -> Option<OwnSpot> {
        world.send_as(actor, source, spot).unwrap();
        own.try_recv().ok()
    };
    let by_hand = |call: &str| RawSpot {
        comment: "up^5".into(),
        address: Some(address),
        ..RawSpot::of(call, Hertz::new(14_025_100))
    };
    let spot = sent(&user, Source::Telnet, by_hand("3B8CW")).unwrap();
    assert_eq!(
        leaf.tell(&spot, now()).unwrap(),
        "PC61^14025.1^3B8CW^21-Nov-2026^1200Z^up~5^K1ABC^G0NOD-2^2001,db8,,1^H29^~"
    );
    assert!(
        leaf.tell(&spot, now() + SignedDuration::from_hours(1)).is_none(),
        "no news any more"
    );
    assert!(
        Leaf::new(&link, &link.call).tell(&spot, now()).is_none(),
        "no link"
    );
    let nowhere = RawSpot {
        address: None,
        ..by_hand("3B8CX")
    };
    assert!(
        sent(&user, Source::Log, nowhere).is_none(),
        "an address nobody knows"
    );
    let for_another = |call: &str, spotter: &str| RawSpot {
        address: Some(address),
        ..raw(spotter, call, 14_025_100, "x")
    };
    assert!(sent(&key, Source::Rest, for_another("3B8CY", "W1AW")).is_none());
    assert!(
        sent(&key, Source::Rest, for_another("3B8CZ", "K1ABC-#")).is_none(),
        "a skimmer"
    );
    assert!(
        sent(&world.feed, Source::Node, for_another("3B8CA", "K1ABC")).is_none(),
        "another node's"
    );
    let again = by_hand("3B8CW");
    world.send_as(&user, Source::Telnet, again).unwrap();
    assert!(own.try_recv().is_err(), "a repetition");
}

proptest::proptest! {
    #[test]
    fn any_line_is_survived(line: Vec<u8>, number in 0_u8..100, fields in "[A-Z0-9^~*%. -]{0,80}") {
        let link = link();
        let mut leaf = up(&link);
        let _ = leaf.hear(&line, now());
        let _ = leaf.hear(format!("PC{number:02}^{fields}").as_bytes(), now());
    }
}
