//! Filters decide what their words say.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::ham::dxcc::Resolver;

static TABLE: LazyLock<Resolver> = LazyLock::new(Resolver::embedded);

/// A spot as a few words: frequency in kHz, call, spotter, comment.
struct Heard {
    khz: u64,
    call: &'static str,
    by: &'static str,
    comment: &'static str,
    mode: Option<SpotMode>,
    skimmer: bool,
    reports: u8,
    busted: bool,
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            khz: 14_025,
            call: "JA1XYZ",
            by: "G3ABC",
            comment: "",
            mode: Some(SpotMode::Cw),
            skimmer: false,
            reports: 2,
            busted: false,
        }
    }
}

impl Heard {
    fn place(&self, side: Side) -> Option<crate::ham::dxcc::Resolution<'static>> {
        let at = jiff::Timestamp::from_second(1_767_225_600).ok()?;
        Some(TABLE.resolve(self.call(side), at))
    }
}

impl SpotFacts for Heard {
    fn frequency(&self) -> Hertz {
        Hertz::new(self.khz * 1_000)
    }

    fn call(&self, side: Side) -> &str {
        match side {
            Side::Spotted => self.call,
            Side::Spotter => self.by,
        }
    }

    fn comment(&self) -> &str {
        self.comment
    }

    fn mode(&self) -> Option<SpotMode> {
        self.mode
    }

    fn entity(&self, side: Side) -> Option<u16> {
        self.place(side)?.dxcc()
    }

    fn cq_zone(&self, side: Side) -> Option<u8> {
        self.place(side)?.cq_zone
    }

    fn itu_zone(&self, side: Side) -> Option<u8> {
        self.place(side)?.itu_zone
    }

    fn continent(&self, side: Side) -> Option<Continent> {
        self.place(side)?.continent
    }

    fn origin(&self) -> &'static str {
        "N0NODE-2"
    }

    fn is_skimmer(&self) -> bool {
        self.skimmer
    }

    fn reports(&self) -> u8 {
        self.reports
    }

    fn is_busted(&self) -> bool {
        self.busted
    }
}

fn spider(text: &str) -> Expr {
    spider::parse(text, &*TABLE).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn arc(text: &str) -> Expr {
    arc::parse(text, &*TABLE).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn rules_of_dxspider_mean_what_they_say() {
    let spot = Heard::default();
    for (text, wanted) in [
        ("all", true),
        ("on hf", true),
        ("on 20m", true),
        ("on 20m/cw", true),
        ("on hf/ssb", false),
        ("on vhf", false),
        ("freq 14000/14070", true),
        ("freq 14000/14020,14024/14026", true),
        ("on contesthf and by_zone 14,15,16", true),
        ("by_zone 20-30", false),
        ("call ja", true),
        ("call ja1*", true),
        ("call k,w,n", false),
        ("by g", true),
        ("spotter g3abc", true),
        ("call_dxcc ja", true),
        ("dxcc 339", true),
        ("by_dxcc k,ve", false),
        ("not on 40m", true),
        ("!on 40m", true),
        ("not (on 20m or on 40m)", false),
        ("on 40m or on 20m and call ja", true),
        ("(on 40m or on 20m) and call k", false),
        ("zone 25 itu 45", true),
        ("origin n0node", true),
        ("cont as", true),
        ("mode cw", true),
        ("mode phone", false),
        ("info iota", false),
        ("on warc", false),
        ("ON 20M AND CALL JA", true),
    ] {
        assert_eq!(spider(text).matches(&spot), wanted, "{text}");
    }
}

#[test]
fn wrong_rules_are_refused_with_a_reason() {
    for text in [
        "",
        "on",
        "on 11m",
        "hello world",
        "call k and",
        "(call k",
        "call k)",
        "info {x",
        "call k;rm",
        "by_zone x9q",
        "not",
        "by_state ny",
        "ip 192.0.2.1",
    ] {
        assert!(spider::parse(text, &*TABLE).is_err(), "{text}");
    }
    let deep = "(".repeat(200);
    assert!(spider::parse(&deep, &*TABLE).is_err());
    let long = "call k and ".repeat(100);
    assert!(spider::parse(&long, &*TABLE).is_err());
    assert!(spider::parse(&"not ".repeat(90), &*TABLE).is_err());
}

#[test]
fn comments_are_searched_in_any_case() {
    let spot = Heard {
        comment: "CQ Contest up 5 IOTA EU-005",
        ..Heard::default()
    };
    for (text, found) in [
        ("info contest", true),
        ("info {contest}", true),
        ("info {^cq}", true),
        ("info {005$}", true),
        ("info {^up}", false),
        ("info {up .*iota}", true),
        ("info {pota|iota}", true),
        ("info {conte?st}", true),
        ("info {cont+est}", true),
        ("info {eu-0*5}", true),
        ("info {qrp}", false),
    ] {
        assert_eq!(spider(text).matches(&spot), found, "{text}");
    }
}

#[test]
fn expressions_of_ar_cluster_mean_what_they_say() {
    let spot = Heard::default();
    for (text, wanted) in [
        ("band=20", true),
        ("band = 20 and mode = CW", true),
        ("not skimmer", true),
        ("skimmer", false),
        ("skimmer and unique > 1", false),
        ("unique > 1", true),
        ("unique>2", false),
        ("cont=AS and spottercont=EU", true),
        ("cty=JA", true),
        ("cty<>JA", false),
        ("spottercty=K", false),
        ("(band=40 or band=20) and call=JA*", true),
        ("freq>14000 and freq<14100", true),
        ("comment='iota'", false),
        ("spottercqzone=14", true),
        ("unique >= 2 and unique <= 2 and unique = 2 and unique <> 3", true),
        ("unique < 2", false),
        ("unique >= 0", true),
        ("band=[20, 40] and spottercty=[G, EI]", true),
        ("SpotterItuZone = [4,8,9]", false),
        ("skimvalid", false),
        ("not skimbusted", true),
    ] {
        assert_eq!(arc(text).matches(&spot), wanted, "{text}");
    }
    for text in [
        "",
        "band",
        "band=",
        "band>20",
        "colour=red",
        "cont=XX",
        "((band=20)",
        "unique>x",
        "unique>13",
        "unique like 1",
        "state=NY",
        "spotterstate=NY",
        "skimunknown",
        "skimqsy",
        "band=[",
    ] {
        assert!(arc::parse(text, &*TABLE).is_err(), "{text}");
    }
}

#[test]
fn machines_that_others_agree_with_are_valid() {
    let spot = Heard {
        skimmer: true,
        reports: 3,
        busted: true,
        ..Heard::default()
    };
    assert!(arc("skimvalid").matches(&spot) && arc("skimbusted").matches(&spot));
    assert!(!arc("unique > 3").matches(&spot) && arc("unique > 2").matches(&spot));
}

#[test]
fn lists_of_cc_cluster_pass_and_reject() {
    let spot = Heard::default();
    for (text, wanted) in [
        ("dxbm/pass hf", true),
        ("dxbm/pass 40,20-cw", true),
        ("dxbm/pass 20-ssb", false),
        ("dxbm/reject 20", false),
        ("k,ve/pass", false),
        ("g,ei/pass", true),
        ("doc/reject g", false),
        ("dxctry/pass ja,bv", true),
    ] {
        let list = cc::list(text).unwrap();
        assert_eq!(cc::expr(&list, &*TABLE).unwrap().matches(&spot), wanted, "{text}");
    }
    for text in ["", "dxbm", "dxbm/pass", "dxbm/what 20", "/pass"] {
        assert!(cc::list(text).is_err(), "{text}");
    }
    let states = cc::list("dxstate/pass ny").unwrap();
    assert!(cc::expr(&states, &*TABLE).is_err(), "no states are known");
}

#[test]
fn numbered_rules_are_tried_in_order_and_the_last_decides() {
    let (on_20, on_40) = (
        Heard::default(),
        Heard {
            khz: 7_010,
            ..Heard::default()
        },
    );
    let mut rules = Rules::default();
    assert!(rules.is_empty() && rules.pass(&on_20));
    rules.set(1, Action::Accept, "on 20m", &*TABLE).unwrap();
    assert!(rules.pass(&on_20) && !rules.pass(&on_40));
    rules.set(2, Action::Reject, "call k", &*TABLE).unwrap();
    assert!(
        rules.pass(&on_40),
        "the last rule was a reject that did not match"
    );
    rules.set(1, Action::Reject, "by g", &*TABLE).unwrap();
    assert!(!rules.pass(&on_20), "within a number reject comes first");
    let texts: Vec<_> = rules.numbered_rules().collect();
    assert_eq!(
        texts,
        [
            (1, Action::Reject, "by g"),
            (1, Action::Accept, "on 20m"),
            (2, Action::Reject, "call k")
        ]
    );
    rules.clear(Some(1));
    assert!(rules.pass(&on_20));
    rules.set_expression("band=40", &*TABLE).unwrap();
    assert!(!rules.pass(&on_20) && rules.pass(&on_40));
    rules.rest(true);
    assert!(rules.pass(&on_20), "kept, not asked");
    rules.rest(false);
    rules
        .set_list(cc::list("dxbm/pass 20").unwrap(), &*TABLE)
        .unwrap();
    assert!(!rules.pass(&on_40));
    assert_eq!((rules.expression(), rules.lists().count()), (Some("band=40"), 1));
    rules.clear(None);
    assert!(rules.is_empty());
    assert!(rules.set(10, Action::Accept, "all", &*TABLE).is_err());
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_refused(text in "\\PC{0,120}") {
        let _ = spider::parse(&text, &*TABLE);
        let _ = arc::parse(&text, &*TABLE);
        if let Ok(list) = cc::list(&text) {
            let _ = cc::expr(&list, &*TABLE);
        }
    }

    #[test]
    fn any_words_of_the_grammar_are_a_filter_or_refused(
        words in prop::collection::vec("on|hf|20m|/cw|and|or|not|\\(|\\)|!|by_zone|14|,|call|k|info|\\{a.*b\\}|all|=|band|unique|>|1|cont|EU", 0..30),
    ) {
        let spot = Heard::default();
        for text in [words.join(" "), words.concat()] {
            if let Ok(expr) = spider::parse(&text, &*TABLE) {
                let _ = expr.matches(&spot);
            }
            if let Ok(expr) = arc::parse(&text, &*TABLE) {
                let _ = expr.matches(&spot);
            }
        }
    }

    #[test]
    fn any_pattern_is_tried_in_bounded_time(pattern in "[a.*+?|^$\\\\]{0,40}", text in "a{0,200}b?") {
        if let Some(pattern) = Pattern::regex(&pattern) {
            let _ = pattern.is_in(&text);
        }
    }
}
