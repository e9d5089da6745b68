//! Whether a keying is this call, keyed by a hand.

use super::keying::{Bad, Key, Keying};
use super::table::{Element, elements, pattern};
use crate::ham::callsign::Callsign;

/// Slowest and fastest speed asked for, in words per minute.
pub const SLOWEST: u32 = 5;
/// See [`SLOWEST`].
pub const FASTEST: u32 = 40;
/// Nobody keys at exactly the speed they mean to, and calls without a dot are timed by dashes.
const LEEWAY: f64 = 1.4;
/// Marks and gaps that differ by less than this, as a standard deviation against the mean, were made by a machine: a
/// steady hand with an old key keeps to some 5 in a hundred.
const TOO_EVEN: f64 = 0.01;
/// How much longer gaps between characters must be than those inside, on average.
const APART: f64 = 1.4;

/// A call as it was keyed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sent {
    /// Words per minute, by the marks.
    pub wpm: f64,
    /// How many marks.
    pub marks: usize,
}

/// Why a keying is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// It is no keying at all.
    #[error(transparent)]
    Bad(#[from] Bad),
    /// Another number of marks.
    #[error("{keyed} marks were keyed, the call has {wanted}; it read {heard}")]
    Count {
        /// How many there were.
        keyed: usize,
        /// How many the call has.
        wanted: usize,
        /// What it sounded like.
        heard: String,
    },
    /// Dots and dashes in another order.
    #[error("dots and dashes are not those of the call; it read {heard}")]
    Order {
        /// What it sounded like.
        heard: String,
    },
    /// The characters run together.
    #[error("the characters run together: leave three times as long between them as inside; it read {heard}")]
    Spacing {
        /// What it sounded like.
        heard: String,
    },
    /// Slower or faster than asked for.
    #[error("this was {0} words per minute; key at {SLOWEST} to {FASTEST}")]
    Speed(u32),
    /// Too even for a hand.
    #[error("this is too even for a hand")]
    Machine,
    /// The call has a character that the table lacks.
    #[error("this call cannot be keyed")]
    Unspeakable,
}

/// Compares a keying with the call that was asked for.
pub fn judge(call: &Callsign, keying: &Keying) -> Result<Sent, Refusal> {
    let patterns: Option<Vec<&str>> = call.as_str().chars().map(pattern).collect();
    let patterns = patterns.ok_or(Refusal::Unspeakable)?;
    let wanted: Vec<Element> = patterns.iter().flat_map(|pattern| elements(pattern)).collect();
    let heard = keying.read();
    if heard.elements.len() != wanted.len() {
        return Err(Refusal::Count {
            keyed: heard.elements.len(),
            wanted: wanted.len(),
            heard: heard.text,
        });
    }
    if heard.elements != wanted {
        return Err(Refusal::Order { heard: heard.text });
    }
    let (inside, between) = gaps(keying, &patterns);
    if !are_apart(&inside, &between) {
        return Err(Refusal::Spacing { heard: heard.text });
    }
    let (slowest, fastest) = (f64::from(SLOWEST) / LEEWAY, f64::from(FASTEST) * LEEWAY);
    if !(slowest..=fastest).contains(&heard.wpm) {
        return Err(Refusal::Speed(rounded(heard.wpm)));
    }
    if is_machine(keying, &wanted, &inside, &between) {
        return Err(Refusal::Machine);
    }
    Ok(Sent {
        wpm: heard.wpm,
        marks: wanted.len(),
    })
}

/// The gaps inside characters and between them, where the marks are those of the call.
fn gaps(keying: &Keying, patterns: &[&str]) -> (Vec<f64>, Vec<f64>) {
    let (mut inside, mut between) = (Vec::new(), Vec::new());
    let mut left = keying.gaps();
    for (at, pattern) in patterns.iter().enumerate() {
        inside.extend(left.by_ref().take(pattern.len() - 1));
        if at + 1 < patterns.len() {
            between.extend(left.next());
        }
    }
    (inside, between)
}

fn are_apart(inside: &[f64], between: &[f64]) -> bool {
    match (mean(inside), mean(between)) {
        (Some(inside), Some(between)) => between > APART * inside,
        _ => true,
    }
}

/// Whether nothing that a person times varies as a person's timing does.
fn is_machine(keying: &Keying, wanted: &[Element], inside: &[f64], between: &[f64]) -> bool {
    let of = |kind: Element| -> Vec<f64> {
        let marks = keying.marks().zip(wanted);
        marks
            .filter(|(_, element)| **element == kind)
            .map(|(mark, _)| mark)
            .collect()
    };
    let (dots, dashes) = (of(Element::Dot), of(Element::Dash));
    let by_hand: &[&[f64]] = match keying.key() {
        Key::Straight => &[&dots, &dashes, inside, between],
        Key::Paddles => &[between],
    };
    unevenness(by_hand).is_none_or(|unevenness| unevenness < TOO_EVEN)
}

/// Standard deviation against the mean over all groups together; none where no group has two members.
fn unevenness(groups: &[&[f64]]) -> Option<f64> {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for group in groups {
        let Some(mean) = mean(group).filter(|_| group.len() > 1) else {
            continue;
        };
        squares += group
            .iter()
            .map(|length| (length / mean - 1.0).powi(2))
            .sum::<f64>();
        freedom += count(group) - 1.0;
    }
    (freedom > 0.0).then(|| (squares / freedom).sqrt())
}

fn mean(lengths: &[f64]) -> Option<f64> {
    (!lengths.is_empty()).then(|| lengths.iter().sum::<f64>() / count(lengths))
}

fn count(lengths: &[f64]) -> f64 {
    lengths.iter().fold(0.0, |count, _| count + 1.0)
}

/// A speed in whole words per minute.
fn rounded(wpm: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a speed is small and positive"
    )]
    let whole = wpm.round().clamp(0.0, 1_000.0) as u32;
    whole
}
