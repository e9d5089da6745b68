//! What each kind of line means.

use super::*;

#[test]
fn a_plain_spot_has_all_its_parts() {
    let spot = spot("DX de G1AAA:     14025.0  3B8CW        cq up 1                        0929Z\u{7}\u{7}");
    assert_eq!(spot.spotter, Spotter::person(Callsign::parse("G1AAA").unwrap()));
    assert_eq!(spot.freq, Hertz::new(14_025_000));
    assert_eq!(spot.call.as_str(), "3B8CW");
    assert_eq!(spot.comment, "cq up 1");
    assert_eq!(spot.at, HourMinute::new(9, 29));
    assert_eq!(spot.date, None);
}

#[test]
fn skimmer_lines_give_their_report() {
    let found = spot("DX de KM3T-2-#:  14100.0  CS3B           CW    24 dB  22 WPM  NCDXF B 2259Z");
    assert_eq!(found.spotter.to_string(), "KM3T-2-#");
    assert_eq!((found.snr, found.wpm), (Some(24), Some(22)));
    assert_eq!(
        (found.kind, found.mode),
        (Some(SkimmerKind::Ncdxf), Some(SpotMode::Cw))
    );
    let glued = spot("DX de JI1HFJ-#:1294068.2  JH1XYZ       CW 5 dB 20 WPM CQ              1234Z");
    assert_eq!(glued.freq, Hertz::new(1_294_068_200));
    let fine = spot("DX de LZ3CB-#:   7018.20  RW1M           CW    10 dB  18 WPM  CQ      2259Z");
    assert_eq!(fine.freq, Hertz::new(7_018_200));
    let ft8 = spot("DX de W3OA-#:    14074.0  K1ABC          FT8  -13 dB  FN42  CQ  2259Z");
    assert_eq!(
        (ft8.snr, ft8.grid.map(|g| g.to_string())),
        (Some(-13), Some("FN42".to_owned()))
    );
    let condensed = spot("DX de F8DGY-#:     7018.3 RW1M         CW  23dB Q:9* Z:20           16 2259Z 14");
    assert_eq!(condensed.comment, "CW  23dB Q:9* Z:20");
    assert_eq!(condensed.snr, Some(23));
    assert_eq!(condensed.at, HourMinute::new(22, 59));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one case a line")]
fn odd_forms_that_occur_are_spots() {
    for (line, khz, call, comment) in [
        (
            "DX de G1AAA:  10368961.9  GB3CCX/B     51S IO81XW>IO81JM              0929Z",
            "10368961.9",
            "GB3CCX/B",
            "51S IO81XW>IO81JM",
        ),
        (
            "DX de G1AAA:     14195    3B8CW        no decimals                    0929Z",
            "14195.0",
            "3B8CW",
            "no decimals",
        ),
        (
            "dx DE g1aaa:     14195.0  3b8cw        lower case                     0929z",
            "14195.0",
            "3B8CW",
            "lower case",
        ),
        (
            "DX de K1BBB:     14074.0  OH2BH        no time",
            "14074.0",
            "OH2BH",
            "no time",
        ),
        (
            "DX de K1BBB      14074.0  OH2BH        no colon                       0930Z",
            "14074.0",
            "OH2BH",
            "no colon",
        ),
        (
            "DX de K1BBB:14074.0 OH2BH glued 0930Z",
            "14074.0",
            "OH2BH",
            "glued",
        ),
        (
            "DX de K1BBB:     14074.0  OH2BH        tab\there                       0930Z",
            "14074.0",
            "OH2BH",
            "tab here",
        ),
        (
            "DX de K1BBB:     14074.0  OH2BH        time twice 1708ZIO87 1708Z",
            "14074.0",
            "OH2BH",
            "time twice",
        ),
        (
            "DX de K1BBB:     14074.0  OH2BH                                       2460Z",
            "14074.0",
            "OH2BH",
            "",
        ),
        (
            "DX de K1BBB:     14074.0  OH2BH                                       930Z",
            "14074.0",
            "OH2BH",
            "930Z",
        ),
        (
            "DX de XE1TS:      1851.4  XE1RCS                                     0333Z DL80",
            "1851.4",
            "XE1RCS",
            "",
        ),
        (
            "DX de G7GRD:     14224.2  EA8DHJ       cq test                     33 0958Z 14",
            "14224.2",
            "EA8DHJ",
            "cq test                     33",
        ),
        ("DX de K1BBB:     14074.0  OH2BH", "14074.0", "OH2BH", ""),
        (
            "DX de K1BBB: 14074.0 OH2BH sked 1200Z at 20m pse 0930Z",
            "14074.0",
            "OH2BH",
            "sked 1200Z at 20m pse",
        ),
        (
            "N0CALL de N0NODE-2 21-Nov-2026 0929Z dxspider >DX de G1AAA: 14025.0 3B8CW hi 0929Z",
            "14025.0",
            "3B8CW",
            "hi",
        ),
        (
            "DX de DL1YAW: 144360.0 S51AT JO41DX<MS>JN75 MSK144 +5 dB 1800Z",
            "144360.0",
            "S51AT",
            "JO41DX<MS>JN75 MSK144 +5 dB",
        ),
    ] {
        let found = spot(line);
        assert_eq!(
            crate::ham::spot::frequency::to_khz_text(found.freq),
            khz,
            "{line}"
        );
        assert_eq!(
            (found.call.as_str(), found.comment.as_str()),
            (call, comment),
            "{line}"
        );
    }
}

#[test]
fn letters_beyond_ascii_are_understood() {
    let comment = |bytes: &[u8]| match Line::parse(bytes) {
        Line::Spot(spot) => spot.comment.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        comment(b"DX de HB9X: 14195.0 3B8CW \xe5\xe4\xf6 latin-1 0929Z"),
        "åäö latin-1"
    );
    assert_eq!(
        comment(b"DX de HB9X: 14195.0 3B8CW \xc3\xa5\xc3\xa4 utf-8 0929Z"),
        "åä utf-8"
    );
    assert_eq!(
        comment(b"DX de K4KCS: 7272.0 KQ4TAX US-1044\xa0Lake 0000Z"),
        "US-1044\u{a0}Lake"
    );
    assert_eq!(
        comment(b"DX de HB9X: 14195.0 3B8CW \xc3( broken 0929Z"),
        "Ã( broken"
    );
}

#[test]
fn what_has_no_frequency_or_call_is_no_spot() {
    for line in [
        "DX de K1BBB:     -14074.0  OH2BH       negative                       0930Z",
        "DX de K1BBB:     1e400  OH2BH          overflow                       0930Z",
        "DX de K1BBB:     nan  OH2BH            nan                            0930Z",
        "DX de K1BBB:     14.074.5  OH2BH       two dots                       0930Z",
        "DX de K1BBB:     0.0  OH2BH            zero                           0930Z",
        "DX de K1BBB:     14074.0                                              0930Z",
        "DX de :     14074.0  OH2BH             empty spotter                  0930Z",
        "DX de K1BBB:     14074.0  BUSTED       bust                           0930Z",
        "DX de K1BBB:     14074.0  1B           short call                     0930Z",
        "DX de",
        " DX de K1BBB",
        "DX de K1BBB:",
        "CC11^^^^^^^^^",
    ] {
        assert!(matches!(Line::parse(line.as_bytes()), Line::Other(_)), "{line}");
    }
}

#[test]
fn records_and_lists_are_spots_with_dates() {
    let Line::Cc11(record) = Line::parse(
        b"CC11^14223.2^EA8DHI^21-Nov-2026^0958Z^cc11 test^G7GRD^36^61^N0NODE-2^36^33^27^14^^^Canary-Islands-EA8^England-G^^JO02",
    ) else {
        panic!("a record");
    };
    assert_eq!(record.origin.as_deref(), Some("N0NODE-2"));
    assert_eq!(
        record.spot.spotter_grid.map(|g| g.to_string()),
        Some("JO02".to_owned())
    );
    assert_eq!(record.spot.date, date("21-Nov-2026"));
    let Line::Cc11(record) = Line::parse(
        b"CC11^7074^AE1AA^12-Dec-2025^0019Z^FT8  -14 dB 1562 Hz^N2CR-#^1^^RBNFT8^8^5^8^5^NH^NJ^K^K^FN43^FN20^40^43.5/71^",
    ) else {
        panic!("a record");
    };
    assert!(record.spot.spotter.skimmer);
    assert_eq!(record.spot.grid.map(|g| g.to_string()), Some("FN43".to_owned()));
    assert_eq!(record.spot.snr, Some(-14));
    for (line, call, comment) in [
        (
            "  1851.4  XE1RCS       1-Mar-2026 0333Z                               <XE1TS>",
            "XE1RCS",
            "",
        ),
        (
            " 144300.5 VP2E/K1ABC/P 21-Nov-2026 0929Z tropo                        <G1AAA>",
            "VP2E/K1ABC/P",
            "tropo",
        ),
        (
            "10368961.9 GB3CCX/B    21-Nov-2026 0929Z 51S IO81XW>IO81JM            <G1AAA>",
            "GB3CCX/B",
            "51S IO81XW>IO81JM",
        ),
    ] {
        let Line::Past(spot) = Line::parse(line.as_bytes()) else {
            panic!("{line}");
        };
        assert_eq!((spot.call.as_str(), spot.comment.as_str()), (call, comment));
        assert!(spot.date.is_some() && spot.at.is_some());
    }
}

#[test]
fn people_are_told_from_nodes() {
    let Line::Announce(found) = Line::parse(b"To ALL de G1AAA: DX de W1AW: 14025.0 FAKE spoofed spot 0929Z")
    else {
        panic!("an announcement");
    };
    assert_eq!((found.to.as_str(), found.from.as_str()), ("ALL", "G1AAA"));
    assert!(found.text.starts_with("DX de W1AW"));
    let Line::Announce(old) = Line::parse(b"To ALL de G1AAA <1234Z>: hello") else {
        panic!("an announcement");
    };
    assert_eq!((old.from.as_str(), old.text.as_str()), ("G1AAA", "hello"));
    let Line::Talk(talk) = Line::parse(b"K1BBB-3 de G1AAA: hi there") else {
        panic!("talk");
    };
    assert_eq!(
        (talk.to.as_str(), talk.from.as_str(), talk.text.as_str()),
        ("K1BBB-3", "G1AAA", "hi there")
    );
    assert!(matches!(Line::parse(b"WX de G1AAA: sunny"), Line::Weather(_)));
    for prompt in [
        "K1BBB-3 de N0CALL-2 21-Nov-2026 0929Z dxspider >",
        "N0CALL de AI3I-15  1-Mar-2026 0333Z dxspider >",
        "K1BBB de N0CALL 21-Nov 0929Z   arc6>",
        "K1BBB de N0CALL 21-Nov-2026 0929Z   CCC >",
    ] {
        assert_eq!(Line::parse(prompt.as_bytes()), Line::Prompt, "{prompt}");
    }
}

#[test]
fn the_words_of_a_session_are_known() {
    for (text, line) in [
        ("login: ", Line::LoginPrompt),
        ("Login:", Line::LoginPrompt),
        ("Please enter your call:", Line::LoginPrompt),
        ("password: ", Line::PasswordPrompt),
        ("", Line::Empty),
        ("  ", Line::Empty),
        (
            "Reconnected as G1CCC at 127.0.0.1, this instance is disconnected",
            Line::Replaced,
        ),
    ] {
        assert_eq!(Line::parse(text.as_bytes()), line, "{text}");
    }
    assert!(matches!(
        Line::parse(b"Sorry NOT A CALL! is an invalid callsign"),
        Line::Refused(_)
    ));
    assert!(matches!(
        Line::parse(b"Sorry, this is a duplicate"),
        Line::Refused(_)
    ));
    assert!(matches!(
        Line::parse(b"User G1AAA has logged in"),
        Line::Notice(_)
    ));
    assert!(matches!(
        Line::parse(b"Hello Bob, this is N0CALL-2 in Testville"),
        Line::Other(_)
    ));
}

#[test]
fn figures_of_the_sun_are_read_and_checked() {
    let Line::Wwv(found) = Line::parse(b"WWV de AE5E <00>:   SFI=154, A=10, K=2, No Storms -> No Storms")
    else {
        panic!("WWV");
    };
    assert_eq!((found.hour, found.sfi, found.a, found.k), (0, 154, 10, 2));
    assert_eq!(found.forecast, "No Storms -> No Storms");
    let text = "WCY de DK0WCY <09> : K=2 expK=3 A=10 R=80 SFI=150 SA=qui GMF=qui Au=no";
    let Line::Wcy(found) = Line::parse(text.as_bytes()) else {
        panic!("WCY");
    };
    assert_eq!((found.exp_k, found.r, found.sa.as_str()), (3, 80, "qui"));
    assert_eq!(write::wcy(&found), text);
    assert!(matches!(
        Line::parse(b"WWV de AE5E <00Z>: SFI=154, A=10, K=2, x"),
        Line::Wwv(_)
    ));
    for line in [
        "WWV de AE5E <00>: SFI=9999, A=10, K=2, x",
        "WWV de AE5E <25>: SFI=150, A=10, K=2, x",
        "WWV de AE5E",
    ] {
        assert!(matches!(Line::parse(line.as_bytes()), Line::Other(_)), "{line}");
    }
}

#[test]
fn times_are_placed_on_the_nearest_day() {
    let now = |text: &str| text.parse().unwrap();
    let at = HourMinute::parse("2359Z").unwrap();
    assert_eq!(at.near(now("2026-03-01T00:01:00Z")), now("2026-02-28T23:59:00Z"));
    let at = HourMinute::parse("0001Z").unwrap();
    assert_eq!(at.near(now("2026-02-28T23:59:30Z")), now("2026-03-01T00:01:00Z"));
    assert_eq!(HourMinute::parse("2460Z"), None);
    for text in [" 1-Mar-2026", "1-Mar-2026", "01-mar-2026"] {
        assert_eq!(date(text).map(date_text).as_deref(), Some(" 1-Mar-2026"));
    }
    for text in [
        "31-Feb-2026",
        "1-Mar-26",
        "1-Foo-2026",
        "-1-Mar-2026",
        "+1-Mar-2026",
        "",
        "1--2026",
    ] {
        assert_eq!(date(text), None, "{text}");
    }
}

#[test]
fn prompts_before_a_line_are_passed_over_however_many() {
    let prompt = "K1ABC de N0CALL-2 21-Nov-2026 0929Z dxspider > ";
    assert_eq!(Line::parse(prompt.as_bytes()), Line::Prompt);
    let line = format!("{}DX de G1AAA: 14025.0 OH2BH up 0929Z", prompt.repeat(2));
    assert_eq!(super::spot(&line).call.as_str(), "OH2BH");
    let many = "a de b>".repeat(200_000);
    assert_eq!(Line::parse(many.as_bytes()), Line::Prompt);
}

#[test]
fn every_hostile_line_has_a_defined_meaning() {
    let Some(data) = shared("bad_lines.txt") else {
        return;
    };
    let (mut spots, mut other, mut long) = (0, 0, 0);
    Splitter::new().feed(&data, |piece| match piece {
        Piece::TooLong => long += 1,
        Piece::Line(line) => match Line::parse(line) {
            Line::Other(_) | Line::Empty => other += 1,
            line if line.spot().is_some() => spots += 1,
            _ => {}
        },
    });
    assert_eq!((spots, other, long), (31, 15, 1));
}

#[test]
fn real_skimmer_lines_are_all_spots() {
    for (name, skimmers) in [
        ("rbn_raw_20200705.txt", true),
        ("dxspider_curated_rbn_lines.txt", true),
        ("gocluster_sample_lines.txt", false),
    ] {
        let Some(data) = shared(name) else { return };
        for line in split(&data)
            .iter()
            .filter(|line| !line.is_empty() && line[0] != b'#')
        {
            let text = String::from_utf8_lossy(line);
            let spot = super::spot(&text);
            assert!(
                !skimmers || (spot.snr.is_some() && spot.mode.is_some() && spot.spotter.skimmer),
                "{text}"
            );
            assert!(spot.at.is_some(), "{text}");
        }
    }
}
