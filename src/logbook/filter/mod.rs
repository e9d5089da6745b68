//! The filter language of logbook lists: `call:K1* band:20m,40m -mode:CW entity:Japan from:2020-01`.
//!
//! Words are joined by *and*; the values of one word, parted by commas, by *or*; a leading `-` negates. A bare
//! word is the beginning of a call, or a fragment written `*x*`. A value with blanks stands in double quotes.
//!
//! Invariants: a filter that does not parse never runs: the error names the word and what it may be. A filter
//! is tested against the summary first; only words that ask for more ([`Test::needs_record`]) read the QSO.
//! Not here: how rows are found (`read::list`).

mod glob;
mod parse;
#[cfg(test)]
mod tests;

use smol_str::SmolStr;

use super::stored::StoredQso;
use super::summary::{Flags, Summary};
pub(crate) use glob::Glob;
pub(crate) use parse::{FilterError, parse, span_of};

/// A parsed filter: every term must hold. The empty filter accepts everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) terms: Vec<Term>,
    /// Start times accepted, in seconds since 1970, from inclusive, to exclusive.
    pub(crate) span: Span,
}

/// Half-open range of start times, seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) until: i64,
}

impl Default for Span {
    fn default() -> Span {
        Span {
            from: i64::MIN,
            until: i64::MAX,
        }
    }
}

/// One word of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) negated: bool,
    pub(crate) test: Test,
}

/// What a word asks for; the values of one word are alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    Call(Vec<Glob>),
    Band(Vec<SmolStr>),
    /// Main mode, submode, or one of the groups `PHONE`, `DATA`, `IMAGE`.
    Mode(Vec<SmolStr>),
    /// ADIF entity codes; 0 is "not resolved".
    Dxcc(Vec<u16>),
    /// Grid prefixes, upper case, up to four characters tested on the summary.
    Grid(Vec<SmolStr>),
    Continent(Vec<SmolStr>),
    /// Any of these media confirmed the QSO.
    Confirmed(Flags),
    /// A start time inside; only negated spans stand among the terms.
    Span(Span),
    Reference(Vec<Glob>),
    Operator(Vec<Glob>),
    Contest(Vec<Glob>),
    Satellite(Vec<Glob>),
    StationCall(Vec<Glob>),
    Import(Vec<u32>),
}

/// What the summary alone can say about a QSO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
    /// The whole record has to be read.
    Unknown,
}

impl Filter {
    /// Whether the filter accepts everything.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.span == Span::default()
    }

    /// Tests what the summary can tell.
    pub(crate) fn verdict(&self, start: i64, summary: &Summary) -> Verdict {
        if start < self.span.from || start >= self.span.until {
            return Verdict::Refused;
        }
        let mut verdict = Verdict::Accepted;
        for term in &self.terms {
            match term.test.on_summary(start, summary) {
                Some(holds) if holds == term.negated => return Verdict::Refused,
                Some(_) => {}
                None => verdict = Verdict::Unknown,
            }
        }
        verdict
    }

    /// Whether a contact passes every term and lies in the span.
    pub(crate) fn accepts(&self, record: &StoredQso) -> bool {
        let start = record.start();
        if !(self.span.from..self.span.until).contains(&start) {
            return false;
        }
        match self.verdict(start, &Summary::of(record)) {
            Verdict::Accepted => true,
            Verdict::Refused => false,
            Verdict::Unknown => self.accepts_record(record),
        }
    }

    /// Tests the words that need the whole record.
    pub(crate) fn accepts_record(&self, record: &StoredQso) -> bool {
        self.terms
            .iter()
            .filter(|term| term.test.needs_record())
            .all(|term| term.test.on_record(record) != term.negated)
    }

    /// The single positive call pattern that begins with a literal, to walk the call index by.
    pub(crate) fn call_prefix(&self) -> Option<&str> {
        self.terms.iter().find_map(|term| match &term.test {
            Test::Call(globs) if !term.negated && globs.len() == 1 => {
                Some(globs[0].literal_prefix()).filter(|prefix| !prefix.is_empty())
            }
            _ => None,
        })
    }
}

impl Test {
    /// Whether the summary cannot decide this word for every QSO.
    pub(crate) fn needs_record(&self) -> bool {
        match self {
            Test::Reference(_)
            | Test::Operator(_)
            | Test::Contest(_)
            | Test::Satellite(_)
            | Test::StationCall(_)
            | Test::Import(_) => true,
            Test::Grid(grids) => grids.iter().any(|grid| grid.len() > 4),
            _ => false,
        }
    }

    fn on_summary(&self, start: i64, summary: &Summary) -> Option<bool> {
        let flag_or_none = |flag: Flags| {
            if summary.flags.has(flag) {
                None
            } else {
                Some(false)
            }
        };
        match self {
            Test::Call(globs) => Some(any(globs, &summary.call)),
            Test::Band(bands) => Some(bands.contains(&summary.band)),
            Test::Mode(modes) => Some(modes.iter().any(|mode| mode_matches(mode, summary))),
            Test::Dxcc(codes) => Some(codes.contains(&summary.dxcc)),
            Test::Continent(continents) => Some(continents.contains(&summary.continent)),
            Test::Confirmed(media) => Some(summary.flags.has_any(*media)),
            Test::Span(span) => Some((span.from..span.until).contains(&start)),
            Test::Grid(grids) => {
                let near = grids.iter().any(|grid| {
                    let head = &grid[..grid.len().min(4)];
                    summary.grid.starts_with(head)
                });
                if near && self.needs_record() {
                    None
                } else {
                    Some(near)
                }
            }
            Test::Reference(_) => flag_or_none(Flags::REFERENCE),
            Test::Contest(_) => flag_or_none(Flags::CONTEST),
            Test::Satellite(_) => flag_or_none(Flags::SATELLITE),
            Test::Operator(_) | Test::StationCall(_) | Test::Import(_) => None,
        }
    }

    fn on_record(&self, record: &StoredQso) -> bool {
        let qso = &record.qso;
        match self {
            Test::Grid(grids) => qso.grid.as_ref().is_some_and(|own| {
                let own = own.as_str().to_ascii_uppercase();
                grids.iter().any(|grid| own.starts_with(grid.as_str()))
            }),
            Test::Reference(globs) => record.references().any(|reference| any(globs, reference)),
            Test::Operator(globs) => record.operator().is_some_and(|call| any(globs, call)),
            Test::StationCall(globs) => record.station_call().is_some_and(|call| any(globs, call)),
            Test::Contest(globs) => record.contest_id().is_some_and(|id| any(globs, id)),
            Test::Satellite(globs) => qso.sat_name().is_some_and(|name| any(globs, name)),
            Test::Import(numbers) => record.import.is_some_and(|number| numbers.contains(&number)),
            _ => {
                debug_assert!(!self.needs_record(), "decided by the summary: {}", qso.call);
                true
            }
        }
    }
}

fn any(globs: &[Glob], text: &str) -> bool {
    globs.iter().any(|glob| glob.matches(text))
}

fn mode_matches(wanted: &str, summary: &Summary) -> bool {
    wanted == summary.mode || wanted == summary.submode || summary.mode_group() == wanted
}
