//! The filter language: what it accepts, what it says about slips.

use super::*;

fn entities(name: &str) -> Vec<u16> {
    match name {
        "Japan" => vec![339],
        "United States" => vec![291],
        _ => vec![],
    }
}

fn read(text: &str) -> Filter {
    parse(text, &entities).unwrap()
}

fn error(text: &str) -> FilterError {
    parse(text, &entities).unwrap_err()
}

fn summary() -> Summary {
    Summary {
        call: "JA1XYZ/P".into(),
        band: "20m".into(),
        mode: "MFSK".into(),
        submode: "FT4".into(),
        continent: "AS".into(),
        grid: "PM95".into(),
        dxcc: 339,
        freq_hz: 14_081_500,
        flags: Flags::LOTW,
    }
}

fn verdict(text: &str) -> Verdict {
    read(text).verdict(1_600_000_000, &summary())
}

#[test]
fn every_word_of_the_language_is_tested_against_the_summary() {
    for accepted in [
        "",
        "JA1",
        "ja1xyz",
        "*xyz*",
        "call:JA*",
        "call:*/P",
        "call:JA1XYZ/P,K1ABC",
        "band:20m,40m",
        "-band:40m",
        "mode:FT4",
        "mode:mfsk",
        "mode:data",
        "entity:Japan",
        "entity:\"United States\",Japan",
        "dxcc:339",
        "grid:PM95",
        "grid:pm",
        "cont:as",
        "confirmed:lotw",
        "confirmed:any",
        "-confirmed:card",
        "from:2020-01-01 to:2020-12-31",
        "year:2020",
        "on:2020-09-13",
        "-on:2020-09-14",
    ] {
        assert_eq!(verdict(accepted), Verdict::Accepted, "{accepted}");
    }
    for refused in [
        "K1",
        "call:JA1XYZ",
        "band:40m",
        "-band:20m",
        "mode:CW",
        "entity:\"United States\"",
        "grid:QM",
        "confirmed:card",
        "from:2021",
        "to:2019",
        "-year:2020",
        "ref:US-1234",
        "JA1 band:40m",
    ] {
        assert_eq!(verdict(refused), Verdict::Refused, "{refused}");
    }
    for unknown in ["op:K6BP", "station:K6BP", "grid:PM95tq"] {
        assert_eq!(verdict(unknown), Verdict::Unknown, "{unknown}");
    }
}

#[test]
fn the_end_of_a_span_is_inclusive_as_people_mean_it() {
    let filter = read("from:2020-03-01 to:2020-03-31");
    assert_eq!(
        filter.span,
        Span {
            from: 1_583_020_800,
            until: 1_585_699_200
        }
    );
    assert_eq!(read("to:2020-03").span.until, filter.span.until);
    assert_eq!(read("from:2020-03-01T00:00:00Z").span.from, filter.span.from);
}

#[test]
fn an_error_names_the_word() {
    assert_eq!(error("K1 bnad:20m").word, "bnad:20m");
    assert!(error("bnad:20m").reason.contains("band"));
    assert_eq!(error("band:21m").word, "band:21m");
    assert_eq!(error("-grid:99").word, "-grid:99");
    assert_eq!(error("entity:Atlantis").reason, "no entity is called `Atlantis`");
    assert_eq!(error("band:").reason, "nothing follows `band:`");
    assert!(error("entity:\"United").reason.contains("quotation mark"));
    assert!(error("from:yesterday").to_string().contains("2020-03-21"));
}

#[test]
fn globs_match_whole_texts() {
    assert!(Glob::new("K1*").matches("k1abc"));
    assert!(Glob::new("*A*C").matches("K1ABC"));
    assert!(Glob::new("K?ABC").matches("K1ABC"));
    assert!(!Glob::new("K?ABC").matches("K10ABC"));
    assert!(!Glob::new("*A").matches("K1ABC"));
    assert!(Glob::new("*").matches(""));
    assert_eq!(Glob::new("K1*C").literal_prefix(), "K1");
}

#[test]
fn a_single_call_pattern_walks_the_call_index() {
    assert_eq!(read("JA1 band:20m").call_prefix(), Some("JA1"));
    assert_eq!(read("*XYZ*").call_prefix(), None);
    assert_eq!(read("-JA1").call_prefix(), None);
    assert_eq!(read("call:JA1,JA2").call_prefix(), None);
}

proptest::proptest! {
    #[test]
    fn the_parser_never_panics(text in ".{0,60}") {
        let _ = parse(&text, &entities);
    }
}
