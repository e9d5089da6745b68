//! Any call keyed by a hand is taken; anything else is not.

use proptest::prelude::*;

use super::table::elements;
use super::*;
use crate::ham::callsign::Callsign;

/// How a hand keys: lengths in units, each with its own slip.
#[derive(Debug, Clone)]
struct Hand {
    wpm: f64,
    /// Units of a dash, of a gap inside a character and between two.
    dash: f64,
    inside: f64,
    between: f64,
    /// Slips in turn, -1 to 1.
    slips: Vec<f64>,
    /// What a slip of 1 is, against the length.
    marks: f64,
    gaps: f64,
}

impl Hand {
    fn even(wpm: f64) -> Self {
        Self {
            wpm,
            dash: 3.0,
            inside: 1.0,
            between: 3.0,
            slips: vec![0.0],
            marks: 0.0,
            gaps: 0.0,
        }
    }

    fn steady(wpm: f64) -> Self {
        Self {
            slips: vec![0.3, -0.9, 0.1, 0.8, -0.4, -0.1, 0.6],
            marks: 0.1,
            gaps: 0.15,
            ..Self::even(wpm)
        }
    }

    /// Downs and ups for a pattern such as `.- -...`.
    fn keys(&self, pattern: &str) -> Vec<u32> {
        let unit = 12_000.0 / self.wpm;
        let mut slips = self.slips.iter().cycle();
        let mut length = |units: f64, give: f64| units * unit * (1.0 + give * slips.next().unwrap());
        let (mut now, mut times) = (1_000.0, Vec::new());
        for (at, letter) in pattern.split(' ').enumerate() {
            if at > 0 {
                now += length(self.between, self.gaps);
            }
            for (at, element) in elements(letter).enumerate() {
                if at > 0 {
                    now += length(self.inside, self.gaps);
                }
                times.push(whole(now));
                now += match element {
                    Element::Dot => length(1.0, self.marks),
                    Element::Dash => length(self.dash, self.marks),
                };
                times.push(whole(now));
            }
        }
        times
    }

    fn sends(&self, pattern: &str, call: &str) -> Result<Sent, Refusal> {
        let keying = Keying::new(&self.keys(pattern), Key::Straight)?;
        judge(&Callsign::parse(call).unwrap(), &keying)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time in a test"
)]
fn whole(time: f64) -> u32 {
    time.round() as u32
}

fn hands() -> impl Strategy<Value = Hand> {
    let slips = prop::collection::vec(-1.0..1.0_f64, 60..120);
    // A hand slips by at least a little: the even ones are refused.
    let give = (0.04..0.18_f64, 0.04..0.22_f64);
    (
        5.0..40.0_f64,
        2.6..3.8_f64,
        0.7..1.3_f64,
        2.6..7.0_f64,
        slips,
        give,
    )
        .prop_map(|(wpm, dash, inside, between, slips, (marks, gaps))| Hand {
            wpm,
            dash,
            inside,
            between,
            slips,
            marks,
            gaps,
        })
}

fn calls() -> impl Strategy<Value = String> {
    "([A-Z]{1,2}[0-9][A-Z]{1,4}|[0-9][A-Z][0-9][A-Z]{1,3}|[A-Z]{1,2}/[A-Z][0-9][A-Z]{2,3}|[A-Z][0-9]{1,3}[A-Z]{2}/P)"
}

#[test]
fn characters_have_one_pattern_each() {
    for letter in ('A'..='Z').chain('0'..='9').chain(['/']) {
        let pattern = pattern(letter).unwrap();
        let elements: Vec<Element> = elements(pattern).collect();
        assert_eq!(character(&elements), Some(letter));
        assert_eq!(super::pattern(letter.to_ascii_lowercase()), Some(pattern));
    }
    assert_eq!(pattern('ß'), None);
    assert_eq!(pattern_of("W1AW"), ".-- .---- .- .--");
}

#[test]
fn the_calls_of_the_table_have_their_marks() {
    let Ok(table) = std::fs::read_to_string("../shared/data/original-platform/morse_elements.tsv") else {
        return;
    };
    for line in table.lines().skip(1) {
        let [call, wanted, marks, dots, dashes] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let own = pattern_of(call);
        assert_eq!(own, wanted, "{call}");
        let count = |sign: char| own.matches(sign).count().to_string();
        assert_eq!(
            (count('.').as_str(), count('-').as_str()),
            (dots, dashes),
            "{call}"
        );
        let sent = Hand::steady(20.0).sends(&own, call).unwrap();
        assert_eq!(sent.marks.to_string(), marks, "{call}");
    }
}

#[test]
fn speed_is_told_as_it_was() {
    for wpm in [5.0, 13.0, 25.0, 40.0] {
        let sent = Hand::steady(wpm).sends(&pattern_of("K6BP"), "K6BP").unwrap();
        assert!((sent.wpm / wpm - 1.0).abs() < 0.12, "{wpm}: {}", sent.wpm);
    }
    for wpm in [3.3, 59.0] {
        let refused = Hand::steady(wpm).sends(&pattern_of("K6BP"), "K6BP");
        assert!(matches!(refused, Err(Refusal::Speed(_))), "{wpm}: {refused:?}");
    }
}

#[test]
fn calls_of_one_kind_of_element_are_told_by_their_gaps() {
    for call in ["S5HE", "E5E", "M0T", "O0M", "TM0T", "H5I"] {
        Hand::steady(18.0).sends(&pattern_of(call), call).unwrap();
    }
    // The same number of marks, of the other kind.
    let refused = Hand::steady(18.0).sends("-- ----- -", "I5E");
    assert!(matches!(refused, Err(Refusal::Order { .. })), "{refused:?}");
}

#[test]
fn what_was_heard_is_said() {
    let refused = Hand::steady(15.0).sends(&pattern_of("W1AX"), "W1AW");
    assert_eq!(
        refused,
        Err(Refusal::Count {
            keyed: 14,
            wanted: 13,
            heard: "W1AX".to_owned()
        })
    );
    let refused = Hand::steady(15.0).sends(&pattern_of("W1AG"), "W1AW");
    assert_eq!(
        refused,
        Err(Refusal::Order {
            heard: "W1AG".to_owned()
        })
    );
    let refused = Hand {
        between: 1.0,
        ..Hand::steady(15.0)
    }
    .sends(&pattern_of("W1AW"), "W1AW");
    assert!(matches!(refused, Err(Refusal::Spacing { .. })), "{refused:?}");
}

#[test]
fn a_machine_s_evenness_is_refused() {
    for wpm in [5.0, 20.0, 40.0] {
        let refused = Hand::even(wpm).sends(&pattern_of("W1AW"), "W1AW");
        assert_eq!(refused, Err(Refusal::Machine), "{wpm}");
        let hand = Hand {
            slips: vec![0.4, -1.0, 0.2, 0.9],
            marks: 0.006,
            gaps: 0.006,
            ..Hand::even(wpm)
        };
        assert_eq!(
            hand.sends(&pattern_of("W1AW"), "W1AW"),
            Err(Refusal::Machine),
            "{wpm}"
        );
    }
}

#[test]
fn paddles_make_even_marks_and_the_hand_the_gaps() {
    let call = Callsign::parse("W1AW").unwrap();
    let judged = |hand: &Hand| {
        let times = hand.keys(&pattern_of("W1AW"));
        judge(&call, &Keying::new(&times, Key::Paddles).unwrap())
    };
    assert_eq!(judged(&Hand::even(20.0)), Err(Refusal::Machine));
    // Only the gaps between characters vary.
    let times = Hand::even(20.0).keys(&pattern_of("W1AW"));
    let mut later = 0;
    let mut rested = Vec::new();
    for (at, pair) in times.chunks(2).enumerate() {
        // The characters begin with these marks.
        later += match at {
            3 => 310,
            8 => 1_020,
            10 => 45,
            _ => 0,
        };
        rested.extend([pair[0] + later, pair[1] + later]);
    }
    judge(&call, &Keying::new(&rested, Key::Paddles).unwrap()).unwrap();
}

#[test]
fn numbers_that_no_key_makes_are_refused() {
    let read = |times: &[u32]| Keying::new(times, Key::Straight).map(drop);
    assert_eq!(read(&[]), Err(Bad::Empty));
    assert_eq!(read(&[0, 600, 1_200]), Err(Bad::Order));
    assert_eq!(read(&[600, 0]), Err(Bad::Order));
    assert_eq!(read(&[0, 600, 600, 900]), Err(Bad::Order));
    assert_eq!(read(&[0, 10]), Err(Bad::Length));
    assert_eq!(read(&[0, 40_000]), Err(Bad::Length));
    assert_eq!(read(&[0, u32::MAX]), Err(Bad::Length));
    let many: Vec<u32> = (0..2 * 201).map(|at| at * 600).collect();
    assert_eq!(read(&many), Err(Bad::TooMany));
    assert_eq!(read(&vec![0; 10_000_000]), Err(Bad::TooMany));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_call_keyed_by_a_hand_is_taken(call in calls(), hand in hands()) {
        let sent = hand.sends(&pattern_of(&call), &call);
        prop_assert!(sent.is_ok(), "{}: {:?}", call, sent);
    }

    #[test]
    fn another_order_is_refused(call in calls(), hand in hands(), swap in any::<prop::sample::Index>()) {
        let pattern = pattern_of(&call);
        // Two unlike elements change places.
        let signs: Vec<char> = pattern.chars().collect();
        let unlike: Vec<(usize, usize)> = (0..signs.len())
            .flat_map(|a| (a + 1..signs.len()).map(move |b| (a, b)))
            .filter(|(a, b)| signs[*a] != signs[*b] && signs[*a] != ' ' && signs[*b] != ' ')
            .collect();
        prop_assume!(!unlike.is_empty());
        let (a, b) = unlike[swap.index(unlike.len())];
        let mut swapped = signs;
        swapped.swap(a, b);
        let swapped: String = swapped.into_iter().collect();
        prop_assert!(hand.sends(&swapped, &call).is_err());
    }

    #[test]
    fn a_mark_more_or_less_is_refused(call in calls(), hand in hands(), dash: bool) {
        let more = format!("{}{}", pattern_of(&call), if dash { '-' } else { '.' });
        prop_assert!(hand.sends(&more, &call).is_err());
        let mut fewer = pattern_of(&call);
        fewer.pop();
        prop_assert!(hand.sends(fewer.trim_end(), &call).is_err());
    }

    #[test]
    fn any_numbers_are_judged(times in prop::collection::vec(any::<u32>(), 0..60), paddles: bool) {
        let key = if paddles { Key::Paddles } else { Key::Straight };
        if let Ok(keying) = Keying::new(&times, key) {
            let heard = keying.read();
            prop_assert_eq!(heard.elements.len() * 2, times.len());
            prop_assert!(heard.wpm.is_finite());
        }
    }

    #[test]
    fn any_lengths_are_judged(lengths in prop::collection::vec(50_u32..30_000, 1..80)) {
        let mut now = 0;
        let mut times: Vec<u32> = vec![0];
        for length in &lengths {
            now += length;
            times.push(now);
        }
        times.truncate(times.len() / 2 * 2);
        let keying = Keying::new(&times, Key::Straight).unwrap();
        let heard = keying.read();
        prop_assert!(heard.wpm.is_finite() && heard.text.chars().count() <= heard.elements.len());
        // Not by luck.
        let _ = judge(&Callsign::parse("W1AW").unwrap(), &keying);
    }
}
