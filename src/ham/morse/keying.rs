//! Marks made with a key, and what they say: unit of time, dots and dashes, characters.

use super::table::{Element, character};

/// Marks of the longest call with room for a slip: 32 characters of at most six elements.
pub const MOST_MARKS: usize = 200;
/// Shortest and longest mark and gap that a person makes, in tenths of a millisecond.
const SHORTEST: u32 = 50;
const LONGEST_MARK: u32 = 30_000;
const LONGEST_GAP: u32 = 100_000;
/// A dot at the speeds that are tried, in tenths of a millisecond: 60 down to 3 words per minute.
const UNITS: std::ops::RangeInclusive<i32> = 200..=4_000;

/// What the marks were made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// One key: the person makes marks and gaps.
    Straight,
    /// Two paddles: a machine makes the elements, the person chooses them and spaces the characters.
    Paddles,
}

/// Marks in the order of time that a key can have made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keying {
    /// Lengths in tenths of a millisecond: mark, gap, mark, ..., mark.
    lengths: Vec<u32>,
    key: Key,
}

/// Why numbers are no keying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// No mark at all.
    #[error("nothing was keyed")]
    Empty,
    /// Downs and ups do not pair, or time does not go forward.
    #[error("the key goes down and up in turns, each later than the one before")]
    Order,
    /// More marks than the longest call has.
    #[error("more was keyed than any call needs")]
    TooMany,
    /// A mark or gap that no hand makes.
    #[error("a mark or a gap is too short or too long for a hand")]
    Length,
}

/// What was heard in a keying, not knowing what was meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The dots and dashes.
    pub elements: Vec<Element>,
    /// The characters; `*` where the elements make none.
    pub text: String,
    /// Words per minute (PARIS).
    pub wpm: f64,
}

impl Keying {
    /// Reads downs and ups in turns, in tenths of a millisecond since any moment.
    pub fn new(times: &[u32], key: Key) -> Result<Self, Bad> {
        if times.is_empty() {
            return Err(Bad::Empty);
        }
        if times.len() > 2 * MOST_MARKS {
            return Err(Bad::TooMany);
        }
        if times.len() % 2 == 1 {
            return Err(Bad::Order);
        }
        let length = |pair: &[u32]| pair[1].checked_sub(pair[0]).filter(|length| *length > 0);
        let lengths: Option<Vec<u32>> = times.windows(2).map(length).collect();
        let lengths = lengths.ok_or(Bad::Order)?;
        let fits = |(at, length): (usize, &u32)| {
            let longest = if at % 2 == 0 { LONGEST_MARK } else { LONGEST_GAP };
            (SHORTEST..=longest).contains(length)
        };
        if !lengths.iter().enumerate().all(fits) {
            return Err(Bad::Length);
        }
        Ok(Self { lengths, key })
    }

    /// What it was made with.
    pub fn key(&self) -> Key {
        self.key
    }

    /// From the first down to the last up, in tenths of a millisecond.
    pub fn span(&self) -> u64 {
        self.lengths.iter().map(|length| u64::from(*length)).sum()
    }

    /// Lengths of the marks.
    pub(super) fn marks(&self) -> impl Iterator<Item = f64> {
        self.lengths.iter().step_by(2).map(|length| f64::from(*length))
    }

    /// Lengths of the gaps between them.
    pub(super) fn gaps(&self) -> impl Iterator<Item = f64> {
        self.lengths
            .iter()
            .skip(1)
            .step_by(2)
            .map(|length| f64::from(*length))
    }

    /// Tells dots from dashes and characters from each other.
    pub fn read(&self) -> Heard {
        let unit = self.unit();
        let (marks, gaps): (Vec<f64>, Vec<f64>) = (self.marks().collect(), self.gaps().collect());
        let (dash, between) = (border(&marks, unit), border(&gaps, unit));
        let element = |mark: &f64| if *mark > dash { Element::Dash } else { Element::Dot };
        let elements: Vec<Element> = marks.iter().map(element).collect();
        let mut text = String::new();
        let mut begin = 0;
        for end in 1..=elements.len() {
            if gaps.get(end - 1).is_none_or(|gap| *gap > between) {
                text.push(character(&elements[begin..end]).unwrap_or('*'));
                begin = end;
            }
        }
        Heard {
            wpm: speed(&marks, &elements),
            elements,
            text,
        }
    }

    /// The unit of time that marks and gaps fit best: marks are one or three of it, gaps one, three or more. Gaps
    /// count, for a call may be all dots or all dashes.
    fn unit(&self) -> f64 {
        let misfit = |unit: f64| {
            let marks = self.marks().map(|mark| off(mark / unit, &[1.0, 3.0]));
            let gaps = self.gaps().map(|gap| {
                let gap = gap / unit;
                // Between characters people rest as long as they like; it only speaks against a shorter unit.
                if gap > 3.0 {
                    (gap / 3.0).ln().powi(2) / 20.0
                } else {
                    off(gap, &[1.0, 3.0]) / 2.0
                }
            });
            marks.chain(gaps).sum::<f64>()
        };
        // Steps of two parts in a hundred: finer than any hand.
        let mut best = (f64::INFINITY, f64::from(*UNITS.start()));
        let mut unit = f64::from(*UNITS.start());
        while unit <= f64::from(*UNITS.end()) {
            let misfit = misfit(unit);
            if misfit < best.0 {
                best = (misfit, unit);
            }
            unit *= 1.02;
        }
        best.1
    }
}

/// How far a length is from the nearest of those it may have, as a squared ratio.
fn off(length: f64, of: &[f64]) -> f64 {
    let ratios = of.iter().map(|of| (length / of).ln().powi(2));
    ratios.fold(f64::INFINITY, f64::min)
}

/// The length between short and long ones: halfway, as a ratio, between the means of both, which are sought from one
/// and three units outward.
fn border(lengths: &[f64], unit: f64) -> f64 {
    let (mut short, mut long) = (unit.ln(), (3.0 * unit).ln());
    for _ in 0..8 {
        let border = f64::midpoint(short, long);
        let mean = |is_long: bool, old: f64| {
            let members = lengths.iter().map(|length| length.ln());
            let members = members.filter(|length| (*length > border) == is_long);
            let (sum, count) = members.fold((0.0, 0.0), |(sum, count), length| (sum + length, count + 1.0));
            if count > 0.0 { sum / count } else { old }
        };
        (short, long) = (mean(false, short), mean(true, long));
    }
    f64::midpoint(short, long).exp()
}

/// Words per minute of 50 units, by the dots: dashes are stretched by many a fist. By the dashes where there is no dot.
fn speed(marks: &[f64], elements: &[Element]) -> f64 {
    let mean_of = |kind: Element| {
        let own = marks
            .iter()
            .zip(elements)
            .filter(|(_, element)| **element == kind);
        let (sum, count) = own.fold((0.0, 0.0), |(sum, count), (mark, _)| (sum + mark, count + 1.0));
        (count > 0.0).then(|| sum / count)
    };
    let dash = mean_of(Element::Dash).map_or(f64::INFINITY, |dash| dash / 3.0);
    12_000.0 / mean_of(Element::Dot).unwrap_or(dash)
}
