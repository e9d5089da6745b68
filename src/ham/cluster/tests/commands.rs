//! What people and programs type.

use command::{Command, DxError, ModeSwitch, Skimmers, Switch, TailKind};
use filter::{Action, Kind};

use super::*;

fn show(text: &str) -> command::ShowDx {
    match Command::parse(text) {
        Command::ShowDx(asked) => asked,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn commands_may_be_abbreviated_and_spaced_as_people_do() {
    for text in [
        "sh/dx/50",
        "sh/dx 50",
        "show dx 50",
        "SHOW/DX 50",
        "sho/d 50",
        "sh/dx   50 ",
    ] {
        assert_eq!(show(text).count, 50, "{text}");
    }
    for (text, command) in [
        ("", Command::Empty),
        ("   ", Command::Empty),
        ("b", Command::Bye),
        ("bye", Command::Bye),
        ("q", Command::Bye),
        ("EXIT", Command::Bye),
        ("who", Command::Who),
        ("w", Command::Who),
        ("sh/u", Command::ShowUsers),
        ("sh/conf", Command::ShowCluster),
        ("sh/cluster", Command::ShowCluster),
        ("sh/wwv/3", Command::ShowWwv(3)),
        ("sh/wcy", Command::ShowWcy(5)),
        ("sh/time", Command::ShowTime),
        ("sh/bands", Command::ShowBands),
        ("sh/version", Command::ShowVersion),
        ("sh/filter", Command::ShowFilter(None)),
        ("sh/dxcc ja", Command::ShowDxcc("ja".to_owned())),
        ("sh/pre vp2e", Command::ShowPrefix("vp2e".to_owned())),
        ("sh/sta w1aw", Command::ShowStation("w1aw".to_owned())),
        ("sh/head zl", Command::ShowHeading("zl".to_owned())),
        ("sh/sun", Command::ShowSun(String::new())),
        ("help", Command::Help("".into())),
        ("? sh/dx", Command::Help("sh/dx".into())),
        ("xyzzy", Command::Unknown),
        ("sh/xyzzy", Command::Unknown),
        ("dxtest", Command::DxTest(Err(DxError::Usage))),
        ("SKIMMER/STATUS W1AW 14025.0 DUPE", Command::Told),
        ("sh/hfstats", Command::ShowCounts { hf: true }),
        ("sh/vhfstats", Command::ShowCounts { hf: false }),
        ("ping n0node", Command::NotHere),
    ] {
        assert_eq!(Command::parse(text), command, "{text}");
    }
}

#[test]
fn spots_are_typed_in_either_order() {
    let dx = |text: &str| match Command::parse(text) {
        Command::Dx(result) => result,
        other => panic!("{text}: {other:?}"),
    };
    for text in [
        "dx 14025.0 3B8CW cq up 1",
        "DX 3B8CW 14025.0 cq up 1",
        "dx 14.025 3b8cw cq up 1",
        "d 14025 3b8cw cq up 1",
    ] {
        let found = dx(text).unwrap();
        assert_eq!(
            (found.freq.get(), found.call.as_str(), found.comment.as_str()),
            (14_025_000, "3B8CW", "cq up 1"),
            "{text}"
        );
    }
    assert_eq!(dx("dx 7.0123 UA0FO").unwrap().freq.get(), 7_012_300);
    assert_eq!(
        dx("dx by K1ABC 14025 3B8CW").unwrap().by.unwrap().to_string(),
        "K1ABC"
    );
    assert_eq!(dx("dx"), Err(DxError::Usage));
    assert_eq!(dx("dx 14025"), Err(DxError::Usage));
    assert_eq!(dx("dx 50313.0 éè bad"), Err(DxError::Invalid));
    assert_eq!(dx("dx nan W1AW"), Err(DxError::Invalid));
    assert_eq!(dx("dx 27185 W1AW"), Err(DxError::NotInBand("27185".to_owned())));
    let error = dx("dx 1 W1AW").unwrap_err().to_string();
    assert!(
        error.contains("not in band") || error.contains("invalid"),
        "{error}"
    );
}

#[test]
fn lists_are_asked_for_with_conditions() {
    for (text, filter) in [
        ("sh/dx", ""),
        ("sh/dx on 20m", "on 20m"),
        ("sh/dx 20 20m by g", "on 20m by g"),
        ("sh/dx ja", "call ja"),
        ("sh/dx call k1abc info iota", "call k1abc info iota"),
        ("sh/dx 14000-14070", "freq 14000-14070"),
        ("sh/dx 14000/14070 5", "freq 14000/14070"),
        ("sh/dx on hf/cw and not by k", "on hf/cw and not by k"),
        ("sh/dx iota", "info iota"),
        ("sh/dx cw 20m", "mode cw on 20m"),
        ("sh/dx/50 ft8", "mode ft8"),
        ("sh/dx ja bv 15m", "on 15m call ja,bv"),
        ("sh/dx dxcc dl phone", "dxcc dl mode phone"),
    ] {
        assert_eq!(show(text).filter, filter, "{text}");
    }
    assert_eq!((show("sh/dx 11-20").skip, show("sh/dx 11-20").count), (10, 10));
    assert_eq!(show("sh/dx 5000").count, 100);
    assert_eq!(show("sh/dx 0").count, 1);
    assert!(show("sh/fdx 5").live && show("sh/dx 5 real").live);
    assert!(show("sh/mydx").filtered);
}

#[test]
fn settings_are_understood_in_all_dialects() {
    let set = |switch, on| Command::Set { switch, on };
    for (text, command) in [
        ("set/name Bob", Command::SetName(Some("Bob".to_owned()))),
        ("set/qth Boston MA", Command::SetQth(Some("Boston MA".to_owned()))),
        ("set/qra FN42gg", Command::SetGrid("FN42gg".parse().ok())),
        ("set/qra rubbish!", Command::SetGrid(None)),
        (
            "set/homenode n0node-2",
            Command::SetHomeNode(Some("N0NODE-2".into())),
        ),
        (
            "set/dxgrid",
            Command::SetTail {
                tail: TailKind::Grid,
                on: true,
            },
        ),
        (
            "unset/dxcq",
            Command::SetTail {
                tail: TailKind::Cq,
                on: false,
            },
        ),
        (
            "set/nodxitu",
            Command::SetTail {
                tail: TailKind::Itu,
                on: false,
            },
        ),
        ("set/beep", set(Switch::Beep, true)),
        ("set/nobeep", set(Switch::Beep, false)),
        ("unset/beep", set(Switch::Beep, false)),
        ("set/dx", set(Switch::Dx, true)),
        ("unset/dx", set(Switch::Dx, false)),
        ("set/ve7cc", set(Switch::Ve7cc, true)),
        ("set/noft8", set(Switch::Mode(ModeSwitch::Ft8), false)),
        ("set/ft4", set(Switch::Mode(ModeSwitch::Ft4), true)),
        ("set/noself", set(Switch::OwnSpots, false)),
        ("set/ann", set(Switch::Announce, true)),
        ("unset/wwv", set(Switch::Wwv, false)),
        ("set/here", set(Switch::Here, true)),
        (
            "set/skimmer cw ft",
            Command::SetSkimmer(Some(Skimmers {
                cw: true,
                ft: true,
                ..Skimmers::NONE
            })),
        ),
        ("set/skimmer", Command::SetSkimmer(Some(Skimmers::ALL))),
        ("set/skimmer rubbish", Command::SetSkimmer(None)),
        ("unset/skimmer", Command::SetSkimmer(Some(Skimmers::NONE))),
        ("set/noskimmer", Command::SetSkimmer(Some(Skimmers::NONE))),
        ("set/width 100", Command::SetWidth(Some(100))),
        ("set/page 20", Command::SetPage(Some(20))),
        ("set/page x", Command::SetPage(None)),
        ("set/utf8", Command::SetEncoding { utf8: true }),
        (
            "set/dx/filter unique>1",
            Command::SetExpression("unique>1".to_owned()),
        ),
        (
            "set/dx/filter band=20 and mode=CW",
            Command::SetExpression("band=20 and mode=CW".to_owned()),
        ),
        ("set dx extension Name CTY State Section", Command::NotHere),
        ("set dx mode OPEN", Command::SetExpressionMode(Some(false))),
        ("set/dx/mode filter", Command::SetExpressionMode(Some(true))),
        ("set/dx/mode needs", Command::SetExpressionMode(None)),
        ("set/dx/output off", set(Switch::Dx, false)),
        ("set/dx/count 20", Command::NotHere),
        (
            "set/filter dxbm/pass hf,6-cw,6-ssb",
            Command::SetList("dxbm/pass hf,6-cw,6-ssb".to_owned()),
        ),
        ("set/filter k,ve/pass", Command::SetList("k,ve/pass".to_owned())),
        ("set/nofilter", Command::NoFilter),
        ("set/xyzzy", Command::Unknown),
        ("set", Command::Unknown),
    ] {
        assert_eq!(Command::parse(text), command, "{text}");
    }
    assert_eq!(Skimmers::parse("cw ft").unwrap().text(), "CW FT");
    assert_eq!(
        (Skimmers::ALL.text(), Skimmers::NONE.text()),
        ("ALL MODES".to_owned(), "NONE".to_owned())
    );
}

#[test]
fn filters_have_kind_number_and_words() {
    assert_eq!(
        Command::parse("accept/spots on hf and by_zone 14,15,16"),
        Command::Filter {
            action: Action::Accept,
            kind: Kind::Spots,
            number: 1,
            text: "on hf and by_zone 14,15,16".to_owned()
        }
    );
    assert_eq!(
        Command::parse("rej/rbn 3 on 20m"),
        Command::Filter {
            action: Action::Reject,
            kind: Kind::Rbn,
            number: 3,
            text: "on 20m".to_owned()
        }
    );
    assert_eq!(
        Command::parse("clear/spots all"),
        Command::ClearFilter {
            kind: Kind::Spots,
            number: None
        }
    );
    assert_eq!(
        Command::parse("clear/ann 2"),
        Command::ClearFilter {
            kind: Kind::Ann,
            number: Some(2)
        }
    );
    assert_eq!(Command::parse("accept/xyzzy all"), Command::Unknown);
}

#[test]
fn people_talk() {
    let announce = |text: &str| match Command::parse(text) {
        Command::Announce { everybody, text } => (everybody, text),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(announce("ann hello all"), (false, "hello all".to_owned()));
    assert_eq!(announce("ann full to everyone"), (true, "to everyone".to_owned()));
    assert_eq!(announce("ann/full to everyone"), (true, "to everyone".to_owned()));
    assert_eq!(
        Command::parse("wx sunny"),
        Command::Weather {
            everybody: false,
            text: "sunny".to_owned()
        }
    );
    assert_eq!(
        Command::parse("talk k1bbb-3 hi there"),
        Command::Talk {
            to: "K1BBB-3".into(),
            text: "hi there".to_owned()
        }
    );
}

proptest! {
    #[test]
    fn any_text_is_some_command(text in "\\PC{0,100}") {
        let _ = Command::parse(&text);
    }

    #[test]
    fn any_words_are_some_command(words in prop::collection::vec(
        "sh|set|unset|dx|acc|rej|clear|/|by|14025|W1AW|on|20m|filter|no|beep|é|-|1-9|skimmer|full|\\*| ", 0..10,
    )) {
        let _ = Command::parse(&words.concat());
        let _ = Command::parse(&words.join(" "));
    }
}

#[test]
fn places_that_need_no_password_are_told_and_listed() {
    for (text, meant) in [
        (
            "set/allow 192.0.2.7",
            Command::Allow {
                network: Some("192.0.2.7".to_owned()),
                on: true,
            },
        ),
        (
            "unset/allow 192.0.2.7",
            Command::Allow {
                network: Some("192.0.2.7".to_owned()),
                on: false,
            },
        ),
        (
            "sh/allow",
            Command::Allow {
                network: None,
                on: true,
            },
        ),
    ] {
        assert_eq!(Command::parse(text), meant, "{text}");
    }
}
