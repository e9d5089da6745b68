//! Lines as programs expect them, byte for byte.

use jiff::civil::Date;

use super::*;
use crate::ham::grid::Grid;

fn text<'a>(spotter: &'a Spotter, khz: &str, call: &'a str, comment: &'a str, at: &str) -> SpotText<'a> {
    SpotText {
        spotter,
        freq: crate::ham::spot::frequency::khz(khz).unwrap(),
        call,
        comment,
        date: Date::new(2026, 11, 21).unwrap(),
        at: HourMinute::parse(at).unwrap(),
    }
}

fn spotter(text: &str) -> Spotter {
    Spotter::parse(text).unwrap()
}

#[test]
fn live_lines_are_what_nodes_send() {
    for (khz, call, comment, line) in [
        (
            "14025.0",
            "3B8CW",
            "cq up 1",
            "DX de G1AAA:     14025.0  3B8CW        cq up 1                        0929Z",
        ),
        (
            "7012.3",
            "UA0FO",
            "",
            "DX de G1AAA:      7012.3  UA0FO                                       0929Z",
        ),
        (
            "10368961.9",
            "GB3CCX/B",
            "51S IO81XW>IO81JM",
            "DX de G1AAA:  10368961.9  GB3CCX/B     51S IO81XW>IO81JM              0929Z",
        ),
        (
            "144300.5",
            "VP2E/K1ABC/P",
            "tropo",
            "DX de G1AAA:    144300.5  VP2E/K1ABC/P tropo                          0929Z",
        ),
        (
            "1296200",
            "DL1ABC/MM",
            "test",
            "DX de G1AAA:   1296200.0  DL1ABC/MM    test                           0929Z",
        ),
        (
            "14195",
            "XX9ABCDEFGH",
            "long comment 1234567890123456789012345678901234567890",
            "DX de G1AAA:     14195.0  XX9ABCDEFGH  long comment 12345678901234567 0929Z",
        ),
    ] {
        let from = spotter("G1AAA-7");
        let written = write::live(&text(&from, khz, call, comment, "0929Z"), Tail::None, 80);
        assert_eq!(written, line);
    }
}

#[test]
fn tails_stand_behind_the_time_and_over_the_comment() {
    let from = spotter("G7GRD");
    let grid = |text: &str| text.parse::<Grid>().ok();
    let line = text(&from, "14222.2", "EA8DHH", "grid test", "0958Z");
    let tail = Tail::Grid {
        spotter: grid("JO02ab"),
        spotted: None,
    };
    assert_eq!(
        write::live(&line, tail, 80),
        "DX de G7GRD:     14222.2  EA8DHH       grid test                      0958Z JO02"
    );
    let line = text(&from, "14224.2", "EA8DHJ", "cq test", "0958Z");
    let tail = Tail::Zone {
        spotter: Some(14),
        spotted: Some(33),
    };
    assert_eq!(
        write::live(&line, tail, 80),
        "DX de G7GRD:     14224.2  EA8DHJ       cq test                     33 0958Z 14"
    );
    let tail = Tail::Zone {
        spotter: Some(4),
        spotted: None,
    };
    assert!(write::live(&line, tail, 80).ends_with(" 0958Z  4"));
    assert_eq!(write::live(&line, Tail::None, 100).len(), 95);
}

#[test]
fn machines_are_cut_to_six_letters() {
    let from = spotter("EA2RCF-4-#");
    let line = write::live(
        &text(&from, "7017.6", "RW1M", "CW 10 dB 18 WPM CQ", "2259Z"),
        Tail::None,
        80,
    );
    assert!(line.starts_with("DX de EA2RCF-#:   7017.6  RW1M  "), "{line}");
}

#[test]
fn lists_are_what_nodes_send() {
    let from = spotter("G7GRD");
    assert_eq!(
        write::past(&text(&from, "14225.2", "EA8DHK", "itu test", "0958Z"), 80),
        "  14225.2 EA8DHK      21-Nov-2026 0958Z itu test                      <G7GRD>"
    );
    let from = spotter("G1AAA");
    assert_eq!(
        write::past(
            &text(&from, "10368961.9", "GB3CCX/B", "51S IO81XW>IO81JM", "0929Z"),
            100
        ),
        "10368961.9 GB3CCX/B    21-Nov-2026 0929Z 51S IO81XW>IO81JM                                <G1AAA>"
    );
    assert_eq!(
        write::past(&text(&from, "144300.5", "VP2E/K1ABC/P", "tropo", "0929Z"), 100),
        " 144300.5 VP2E/K1ABC/P 21-Nov-2026 0929Z tropo                                            <G1AAA>"
    );
}

#[test]
fn records_have_twenty_fields() {
    let from = spotter("G7GRD");
    let places = write::Cc11Places {
        entities: (Some(29), Some(223)),
        node: "N0NODE-2",
        itu: (Some(36), Some(27)),
        cq: (Some(33), Some(14)),
        countries: ("Canary Islands", "England"),
        grids: (None, "JO02ab".parse().ok()),
    };
    let line = write::cc11(&text(&from, "14223.2", "EA8DHI", "a^b", "0958Z"), &places);
    assert_eq!(line.split('^').count(), 20);
    assert_eq!(
        line,
        "CC11^14223.2^EA8DHI^21-Nov-2026^0958Z^a~b^G7GRD^29^223^N0NODE-2^36^33^27^14^^^Canary Islands^England^^JO02"
    );
    assert!(matches!(Line::parse(line.as_bytes()), Line::Cc11(_)));
}

#[test]
fn prompts_are_recognised_by_programs() {
    let date = Date::new(2026, 3, 1).unwrap();
    let at = HourMinute::parse("0333Z").unwrap();
    assert_eq!(
        write::prompt("N0CALL", "N0NODE-2", date, at),
        "N0CALL de N0NODE-2  1-Mar-2026 0333Z dxspider >"
    );
    assert_eq!(write::talk("K1BBB-3", "G1AAA", "hi"), "K1BBB-3 de G1AAA: hi");
    assert_eq!(write::announce("ALL", "G1AAA", "hi"), "To ALL de G1AAA: hi");
    assert_eq!(write::weather("G1AAA", "sunny"), "WX de G1AAA: sunny");
}

#[test]
fn texts_go_out_in_one_byte_a_letter_where_they_can() {
    assert_eq!(encode("åäö", true).as_ref(), b"\xe5\xe4\xf6");
    assert_eq!(encode("åäö", false).as_ref(), "åäö".as_bytes());
    assert_eq!(encode("Ωå", true).as_ref(), "Ωå".as_bytes());
}

proptest! {
    #[test]
    fn a_written_spot_is_read_back(
        call in "([A-Z][0-9]|[0-9][A-Z][0-9])[A-Z]{1,4}(/P|/MM|/[0-9])?",
        from in "[A-Z]{1,2}[0-9][A-Z]{1,3}(-#)?",
        tenths in 18_000_u64..2_999_999_999,
        comment in "([a-z!?<>]{1,7} ?){0,6}",
        hour in 0_u8..24, minute in 0_u8..60,
        grid in proptest::option::of("[A-R]{2}[0-9]{2}"),
        width in 80_u16..140,
    ) {
        let spotter = Spotter::parse(&from).unwrap();
        let at = HourMinute::new(hour, minute).unwrap();
        let spotter_grid: Option<Grid> = grid.and_then(|grid| grid.parse().ok());
        let written = SpotText {
            spotter: &spotter,
            freq: Hertz::new(tenths * 100),
            call: &call,
            comment: &comment,
            date: Date::new(2026, 2, 28).unwrap(),
            at,
        };
        let line = write::live(&written, Tail::Grid { spotter: spotter_grid, spotted: None }, width);
        let Line::Spot(read) = Line::parse(line.as_bytes()) else {
            return Err(TestCaseError::fail(line));
        };
        let room = 30 + usize::from(width) - 80;
        let kept: String = comment.chars().take(room).collect();
        prop_assert_eq!(read.comment.as_str(), kept.trim());
        prop_assert_eq!(read.freq, written.freq);
        prop_assert_eq!(read.call.as_str(), &call);
        prop_assert_eq!(read.at, Some(at));
        prop_assert_eq!(read.spotter_grid, spotter_grid);
        prop_assert_eq!(&read.spotter, &spotter);

        let line = write::past(&written, width);
        let Line::Past(read) = Line::parse(line.as_bytes()) else {
            return Err(TestCaseError::fail(line));
        };
        prop_assert_eq!((read.freq, read.call.as_str(), read.date), (written.freq, call.as_str(), Some(written.date)));
        prop_assert_eq!(&read.spotter, &spotter);
    }
}
