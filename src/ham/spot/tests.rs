//! What is read out of calls, numbers and comments.

use proptest::prelude::*;

use super::*;
use crate::ham::callsign::Callsign;
use crate::ham::dxcc::Continent;
use crate::ham::freq::Hertz;
use plan::{Region, in_window, segment, sideband};

fn call(text: &str) -> Option<String> {
    spotted(text).ok().map(|call| call.to_string())
}

#[test]
fn calls_that_are_on_the_air_can_be_spotted() {
    for text in [
        "W1AW",
        "3B8CW",
        "OH2BH",
        "GB3CCX/B",
        "VP2E/K1ABC/P",
        "DL1ABC/MM",
        "XX9ABCDEFGH",
        "1A0KM",
        "3DA0RU",
        "E51ABC",
        "4U1UN",
        "WW4SF/GVIL",
        "WA8OJR/SPAR",
        "KI6RRN/KL7",
        "CT7/HB9EOT",
        "3Z100PZK",
        "VI2026WARD",
        "CS3B",
        "2E0ABC",
        "S53M",
        "9A1A",
        "HB0/DL1ABC",
        "W6/UT5UF",
        "3D2AG/R",
        "SX180MB",
    ] {
        assert_eq!(call(text).as_deref(), Some(text));
    }
    assert_eq!(call("3b8cw").as_deref(), Some("3B8CW"));
    assert_eq!(call("W1AW-5").as_deref(), Some("W1AW"));
}

#[test]
fn what_nobody_can_have_been_issued_is_no_spotted_call() {
    for text in [
        "1B",
        "XX",
        "I",
        "BUSTED",
        "0930Z",
        "14074",
        "599",
        "K1",
        "QRP/P/M/A",
        "123ABC",
        "A-",
        "W1AW-1-2",
        &"A1".repeat(40),
    ] {
        assert_eq!(call(text), None, "{text}");
    }
}

#[test]
fn spotters_have_identifiers_and_machines_a_mark() {
    for (text, base, ssid, skimmer) in [
        ("W3LPL-2", "W3LPL", 2, false),
        ("KM3T-2-#", "KM3T", 2, true),
        ("3V/K5WEM-#", "3V/K5WEM", 0, true),
        ("ct2hkn", "CT2HKN", 0, false),
        ("PI4CC-15", "PI4CC", 15, false),
    ] {
        let spotter = Spotter::parse(text).unwrap();
        assert_eq!(
            (spotter.call.as_str(), spotter.ssid, spotter.skimmer),
            (base, ssid, skimmer)
        );
        assert_eq!(spotter.to_string(), text.to_uppercase());
    }
    for text in ["", "-#", "W1AW-", "W1AW-123", "HELLO"] {
        assert!(Spotter::parse(text).is_err(), "{text}");
    }
}

#[test]
fn kilohertz_are_read_exactly() {
    for (text, hertz) in [
        ("14195", 14_195_000),
        ("14025.0", 14_025_000),
        ("7018.20", 7_018_200),
        ("10368961.9", 10_368_961_900),
        ("14074,5", 14_074_500),
        ("50313.12345", 50_313_123),
    ] {
        assert_eq!(frequency::khz(text), Some(Hertz::new(hertz)), "{text}");
    }
    for text in [
        "-14074.0",
        "1e400",
        "nan",
        "inf",
        "14.074.5",
        "0.0",
        "30",
        "300000000",
        "",
        ".",
        "99999999999999999999",
    ] {
        assert_eq!(frequency::khz(text), None, "{text}");
    }
}

#[test]
fn a_number_without_unit_is_read_in_the_one_that_makes_a_band() {
    for (text, hertz, in_band) in [
        ("14074", 14_074_000, true),
        ("14.074", 14_074_000, true),
        ("14074000", 14_074_000, true),
        ("1296.2", 1_296_200_000, true),
        ("1296200", 1_296_200_000, true),
        ("475.5", 475_500, true),
        ("10368", 10_368_000_000, true),
        ("10120", 10_120_000, true),
        ("10136000", 10_136_000, true),
        ("10368961.9", 10_368_961_900, true),
        ("144174000", 144_174_000, true),
        ("7.0123", 7_012_300, true),
        ("27185", 27_185_000, false),
        ("13999", 13_999_000, true),
    ] {
        let guess = frequency::guess(text).unwrap();
        assert_eq!((guess.frequency.get(), guess.in_band), (hertz, in_band), "{text}");
        let number = frequency::guess_number(text.parse().unwrap()).unwrap();
        assert_eq!(number, guess, "{text}");
    }
    for number in [f64::NAN, f64::INFINITY, -14.074, 0.0, 1e300, 1e-9] {
        assert!(frequency::guess_number(number).is_err(), "{number}");
    }
    assert!(frequency::guess("14 MHz").is_err());
    assert!(frequency::guess_whole(u64::MAX).is_err());
    assert_eq!(
        frequency::guess_whole(7_074_000).unwrap().frequency.get(),
        7_074_000
    );
}

#[test]
fn modes_are_whole_words() {
    for (comment, mode) in [
        ("FT8 -13dB from GF27 2062Hz", Some(SpotMode::Ft8)),
        ("CW    24 dB  22 WPM  NCDXF B", Some(SpotMode::Cw)),
        ("CQ RTTY TEST", Some(SpotMode::Rtty)),
        ("cw up 2", Some(SpotMode::Cw)),
        ("psk31 cq", Some(SpotMode::Psk)),
        ("JT65B EME", Some(SpotMode::Jt65)),
        ("msk144", Some(SpotMode::Msk144)),
        ("SSB/CW", Some(SpotMode::Ssb)),
        ("(FT4)", Some(SpotMode::Ft4)),
        ("I am here fm JO20", None),
        ("AM 3885", Some(SpotMode::Am)),
        ("CWops member", None),
        ("nice signal", None),
        ("PSKreporter", None),
        ("", None),
    ] {
        assert_eq!(report(comment).mode, mode, "{comment}");
    }
    for mode in SpotMode::ALL {
        assert_eq!(SpotMode::of_number(mode.number()), Some(mode));
        assert_eq!(SpotMode::parse(mode.label()), Some(mode));
        assert!(!mode.mode().label().is_empty());
    }
    assert_eq!(SpotMode::Lsb.mode().main(), "SSB");
    assert_eq!(SpotMode::parse("Ωψ"), None);
}

#[test]
fn reports_of_skimmers_and_programs_are_read() {
    let all = |comment: &str| {
        let found = report(comment);
        (found.snr, found.wpm, found.kind)
    };
    assert_eq!(
        all("CW    24 dB  22 WPM  NCDXF B"),
        (Some(24), Some(22), Some(SkimmerKind::Ncdxf))
    );
    assert_eq!(
        all("CW 5 dB 20 WPM CQ"),
        (Some(5), Some(20), Some(SkimmerKind::Cq))
    );
    assert_eq!(all("FT8  -13 dB  CQ"), (Some(-13), None, Some(SkimmerKind::Cq)));
    assert_eq!(all("CW  23dB Q:9* Z:20"), (Some(23), None, None));
    assert_eq!(all("FT8 -14dB Q:4 Z:4,5"), (Some(-14), None, None));
    assert_eq!(all("FT8-10dB"), (Some(-10), None, None));
    assert_eq!(all("MSK144 +5 dB"), (Some(5), None, None));
    assert_eq!(
        all("RTTY  12 dB 45 BPS DE"),
        (Some(12), Some(45), Some(SkimmerKind::De))
    );
    assert_eq!(all("999 dB 9999 WPM"), (None, None, None));
    assert_eq!(all("CQ CQ"), (None, None, None));
}

#[test]
fn references_are_found_in_every_spelling_seen() {
    let found = |comment: &str| clues(comment).references;
    assert_eq!(found("AF-020").iota.as_deref(), Some("AF-020"));
    assert_eq!(found("cq af020 up").iota.as_deref(), Some("AF-020"));
    assert_eq!(found("IOTA NA095!").iota.as_deref(), Some("NA-095"));
    assert_eq!(found("sota W7W/LC-001 cq").sota.as_deref(), Some("W7W/LC-001"));
    assert_eq!(found("DLFF-0123").wwff.as_deref(), Some("DLFF-0123"));
    assert_eq!(
        found("US-1044\u{a0}Lake Guntersville").pota.as_deref(),
        Some("US-1044")
    );
    assert_eq!(found("POTA [K-1234]").pota.as_deref(), Some("K-1234"));
    assert_eq!(found("B/G-1234").wwbota.as_deref(), Some("B/G-1234"));
    assert!(found("tnx W3LPL-2 73").is_empty());
    assert!(found("NA 5nn 1000-2000").is_empty());
}

#[test]
fn grids_are_told_from_messages() {
    let grids = |comment: &str| {
        let found = clues(comment);
        let text = |grid: Option<crate::ham::grid::Grid>| grid.map(|grid| grid.to_string());
        (text(found.spotter_grid), text(found.grid), found.propagation)
    };
    let pair = |a: &str, b: &str| (Some(a.to_owned()), Some(b.to_owned()));
    let (mine, theirs, by) = grids("JO41DX<MS>JN75 MSK144 +5 dB");
    assert_eq!(
        ((mine, theirs), by),
        (pair("JO41dx", "JN75"), Some(Propagation::Ms))
    );
    let (mine, theirs, by) = grids("EL86XQ<>EN52");
    assert_eq!(((mine, theirs), by), (pair("EL86xq", "EN52"), None));
    let (mine, theirs, _) = grids("51S IO81XW>IO81JM");
    assert_eq!((mine, theirs), pair("IO81xw", "IO81jm"));
    let (mine, theirs, _) = grids("EM73wx -> EM93qc");
    assert_eq!((mine, theirs), pair("EM73wx", "EM93qc"));
    assert_eq!(grids("JN75<TROPO>JO20").2, Some(Propagation::Tr));
    assert_eq!(grids("FT8 -11dB from JO56 800Hz").1.as_deref(), Some("JO56"));
    for none in [
        "RR73",
        "CQ14",
        "tnx 73",
        ">>",
        "<MS>",
        "a<b>c",
        "éé<ü>ß",
        "EU-005",
    ] {
        assert_eq!(grids(none), (None, None, None), "{none}");
    }
}

#[test]
fn splits_are_read() {
    let split = |comment: &str| clues(comment).split.map(|split| split.to_string());
    for (comment, text) in [
        ("UP 5", "UP 5"),
        ("cq up", "UP"),
        ("up5", "UP 5"),
        ("U5", "UP 5"),
        ("UP 1-2", "UP 1"),
        ("up 5.5 khz", "UP 5.5"),
        ("DN 2", "DN 2"),
        ("DN2", "DN 2"),
        ("down 1", "DN 1"),
        ("QSX 7144", "QSX 7144"),
        ("QSX 7.144", "QSX 7144"),
        ("QSX 14205.5", "QSX 14205.5"),
        ("tnx up5up", ""),
    ] {
        let expected = (!text.is_empty()).then(|| text.to_owned());
        assert_eq!(split(comment), expected, "{comment}");
    }
    for none in ["U2 concert band", "in DN10", "u", "update", "QSX", "upé"] {
        let found = split(none);
        assert!(found.is_none() || none.starts_with("U2"), "{none}: {found:?}");
    }
}

#[test]
fn windows_and_segments_follow_the_plans() {
    let window = |khz: u64| in_window(Hertz::new(khz * 1_000));
    assert_eq!(window(14_074), Some(SpotMode::Ft8));
    assert_eq!(window(14_076), Some(SpotMode::Ft8));
    assert_eq!(window(7_048), Some(SpotMode::Ft4));
    assert_eq!(window(14_100), Some(SpotMode::Cw));
    assert_eq!(window(14_200), None);
    assert_eq!(in_window(Hertz::new(14_095_600)), Some(SpotMode::Wspr));
    assert_eq!(in_window(Hertz::new(18_104_000)), Some(SpotMode::Ft4));
    assert_eq!(in_window(Hertz::new(18_104_700)), Some(SpotMode::Wspr));
    assert_eq!(window(14_091), None);
    assert_eq!(plan::of_expeditions(Hertz::new(14_091_000)), Some(SpotMode::Ft8));
    assert_eq!(plan::of_expeditions(Hertz::new(14_074_000)), None);
    let usual = |khz: u64, region| segment(Hertz::new(khz * 1_000), region);
    assert_eq!(usual(7_060, Region::One), Some(ModeClass::Phone));
    assert_eq!(usual(7_060, Region::Two), Some(ModeClass::Data));
    assert_eq!(usual(14_020, Region::Three), Some(ModeClass::Cw));
    assert_eq!(usual(5_357, Region::One), Some(ModeClass::Phone));
    assert_eq!(usual(28_240, Region::One), Some(ModeClass::Cw));
    assert_eq!(usual(50_320, Region::One), Some(ModeClass::Data));
    assert_eq!(usual(10_149, Region::Two), Some(ModeClass::Data));
    assert_eq!(usual(27_000, Region::One), None);
    assert_eq!(sideband(Hertz::new(7_100_000)), SpotMode::Lsb);
    assert_eq!(sideband(Hertz::new(5_354_000)), SpotMode::Usb);
    assert_eq!(sideband(Hertz::new(14_200_000)), SpotMode::Usb);
    assert_eq!(Region::of(Continent::As, 18), Region::One);
    assert_eq!(Region::of(Continent::Oc, 31), Region::Two);
    assert_eq!(Region::of(Continent::As, 25), Region::Three);
}

#[test]
fn data_have_their_dials_where_voice_has_the_rest() {
    let has = |band: &str, class, khz: u64| {
        let parts = plan::parts(band.parse().unwrap(), class);
        let at = Hertz::new(khz * 1_000);
        parts.iter().any(|(from, to)| (*from..=*to).contains(&at))
    };
    for (band, khz) in [("2m", 144_175), ("6m", 50_314), ("60m", 5_358), ("20m", 14_075)] {
        assert!(has(band, ModeClass::Data, khz), "{band} {khz}");
    }
    assert!(!has("2m", ModeClass::Data, 144_300) && has("2m", ModeClass::Phone, 144_300));
    assert!(!has("20m", ModeClass::Data, 14_020) && has("20m", ModeClass::Cw, 14_020));
}

#[test]
fn calls_one_letter_apart_are_near() {
    for (a, b, near) in [
        ("N4ZR", "TN4ZR", true),
        ("N4ZR", "N4Z", true),
        ("N4ZR", "N4ZT", true),
        ("N4ZR", "N4ZR", false),
        ("N4ZR", "N5ZT", false),
        ("N4ZR", "TEN4ZR", false),
        ("", "A", true),
        ("", "", false),
    ] {
        assert_eq!(distance_one(a, b), near, "{a} {b}");
        assert_eq!(distance_one(b, a), near, "{b} {a}");
    }
    assert!(leading_bust("TN4ZR", "N4ZR"));
    assert!(leading_bust("EK1ABC", "K1ABC"));
    assert!(!leading_bust("N4ZR", "TN4ZR"));
}

proptest! {
    #[test]
    fn any_comment_is_read_without_panic(comment in any::<String>()) {
        let _ = clues(&comment);
    }

    #[test]
    fn comments_made_of_what_they_are_made_of_are_read(
        words in proptest::collection::vec("[A-Ra-r0-9]{2}[0-9]{2}|UP|QSX|<|>|->|dB|-13|\\+5|WPM|FT8|/|-|[A-Z]{2}-[0-9]{3}|\u{a0}|é", 0..12),
        gap in "|\u{20}",
    ) {
        let _ = clues(&words.join(&gap));
    }

    #[test]
    fn any_number_has_one_meaning_or_none(number in any::<f64>()) {
        if let Ok(guess) = frequency::guess_number(number) {
            prop_assert!(guess.frequency.get() > frequency::LOWEST && guess.frequency.get() < frequency::HIGHEST);
        }
    }

    #[test]
    fn a_frequency_survives_its_text(tenths in 301_u64..2_999_999_999) {
        let frequency = Hertz::new(tenths * 100);
        prop_assert_eq!(frequency::khz(&frequency::to_khz_text(frequency)), Some(frequency));
    }

    #[test]
    fn any_text_is_a_plausible_call_or_none(text in "[A-Z0-9/]{1,20}") {
        if let Ok(call) = Callsign::parse(&text) {
            let _ = is_plausible(&call);
        }
    }
}
