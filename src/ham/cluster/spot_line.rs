//! Spots in the layouts of the telnet world: live lines, lines of `sh/dx`, `CC11` records.
//!
//! Lines are read as words, never by columns: nodes and skimmers disagree on every column. What belongs to the
//! line (time, locator or zone behind it) is looked for from the end; what is left between is the comment.
//! A line that lacks a time is a spot of now; one whose frequency or call is none is no spot.

use jiff::civil::Date;
use smol_str::SmolStr;

use super::time::{HourMinute, date};
use crate::ham::callsign::Callsign;
use crate::ham::freq::Hertz;
use crate::ham::grid::Grid;
use crate::ham::spot::{self, SkimmerKind, SpotMode, Spotter, frequency, report};

/// A spot as a line tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpotLine {
    /// Who heard it.
    pub spotter: Spotter,
    /// Where.
    pub freq: Hertz,
    /// Who was heard.
    pub call: Callsign,
    /// What the spotter says; spaces inside as they came, none around.
    pub comment: SmolStr,
    /// Time of day, if the line has a valid one.
    pub at: Option<HourMinute>,
    /// Date; live lines have none.
    pub date: Option<Date>,
    /// Where the spotted station is, if the line says so.
    pub grid: Option<Grid>,
    /// Where the spotter is: the locator behind the time.
    pub spotter_grid: Option<Grid>,
    /// Strength in decibels.
    pub snr: Option<i8>,
    /// Words a minute.
    pub wpm: Option<u8>,
    /// What the station sent.
    pub kind: Option<SkimmerKind>,
    /// The mode the comment names.
    pub mode: Option<SpotMode>,
}

/// A `CC11` record: a spot, and the node it came from where that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cc11 {
    /// The spot.
    pub spot: SpotLine,
    /// The node where it entered the network.
    pub origin: Option<SmolStr>,
}

/// Words of text with where they start; only the blank separates, tabs have become one.
fn word(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let start = bytes.iter().position(|byte| *byte != b' ')?;
    let length = bytes[start..].iter().position(|byte| *byte == b' ');
    let end = length.map_or(bytes.len(), |length| start + length);
    Some((&text[start..end], &text[end..]))
}

/// The last word and what is before it.
fn last_word(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let end = bytes.iter().rposition(|byte| *byte != b' ')? + 1;
    let start = bytes[..end]
        .iter()
        .rposition(|byte| *byte == b' ')
        .map_or(0, |at| at + 1);
    Some((&text[..start], &text[start..end]))
}

impl SpotLine {
    /// The part of a live line behind `DX de `.
    pub(super) fn live(rest: &str) -> Option<Self> {
        let rest = rest.trim_start_matches(' ');
        let end = rest.bytes().position(|byte| matches!(byte, b':' | b' '))?;
        let spotter = Spotter::parse(&rest[..end]).ok()?;
        let rest = rest[end..].trim_start_matches(' ');
        let (number, rest) = word(rest.strip_prefix(':').unwrap_or(rest))?;
        let freq = frequency::khz(number)?;
        let (call, rest) = word(rest)?;
        let call = spot::spotted(call).ok()?;
        let tail = Tail::cut(rest);
        Some(Self::new(spotter, freq, call, tail.comment).with_tail(&tail))
    }

    /// A line of `sh/dx`: `  14225.2 EA8DHK      21-Nov-2026 0958Z comment   <G7GRD>`.
    pub(super) fn past(line: &str) -> Option<Self> {
        let (number, rest) = word(line)?;
        let freq = frequency::khz(number)?;
        let (call, rest) = word(rest)?;
        let call = spot::spotted(call).ok()?;
        let (day, rest) = word(rest)?;
        let date = date(day)?;
        let (time, rest) = word(rest)?;
        let at = HourMinute::token(time.as_bytes())?;
        let (comment, spotter) = rest.trim_end().strip_suffix('>')?.rsplit_once('<')?;
        let spotter = Spotter::parse(spotter).ok()?;
        Some(Self {
            at,
            date: Some(date),
            ..Self::new(spotter, freq, call, comment.trim())
        })
    }

    /// A spot of these parts, with the report its comment holds.
    pub fn new(spotter: Spotter, freq: Hertz, call: Callsign, comment: &str) -> Self {
        let report = report(comment);
        let grid = if report.snr.is_some() || spotter.skimmer {
            grid_of_report(comment)
        } else {
            None
        };
        Self {
            spotter,
            freq,
            call,
            comment: comment.into(),
            at: None,
            date: None,
            grid,
            spotter_grid: None,
            snr: report.snr,
            wpm: report.wpm,
            kind: report.kind,
            mode: report.mode,
        }
    }

    fn with_tail(mut self, tail: &Tail<'_>) -> Self {
        self.at = tail.at;
        self.spotter_grid = tail.grid;
        // A grid before the time is the spotted station's in the skimmers' FT8 form.
        self
    }
}

/// The locator in a report of a digital mode: `FT8  -13 dB JO20`, `FT8 -11dB from JO56 800Hz`.
fn grid_of_report(comment: &str) -> Option<Grid> {
    comment
        .split(' ')
        .filter(|word| *word != "RR73" && !word.starts_with("CQ"))
        .find_map(spot::grid_word)
}

/// What stands behind the comment of a live line.
struct Tail<'a> {
    comment: &'a str,
    at: Option<HourMinute>,
    grid: Option<Grid>,
}

impl<'a> Tail<'a> {
    fn cut(rest: &'a str) -> Self {
        let rest = rest.trim();
        let none = Self {
            comment: rest,
            at: None,
            grid: None,
        };
        let Some((before, last)) = last_word(rest) else {
            return none;
        };
        if let Some(at) = HourMinute::token(last.as_bytes()) {
            return Self {
                comment: before,
                at,
                grid: None,
            }
            .without_second_time();
        }
        let Some((comment, time)) = last_word(before) else {
            return none;
        };
        match HourMinute::token(time.as_bytes()) {
            Some(at) if is_tail(last) => Self {
                comment: comment.trim_end(),
                at,
                grid: spot::grid_word(last),
            }
            .without_zone(last),
            _ => none,
        }
    }

    /// Some programs write the time twice, the first with a locator glued on: `1708ZIO87 1708Z`.
    fn without_second_time(mut self) -> Self {
        self.comment = self.comment.trim_end();
        let Some((before, last)) = last_word(self.comment) else {
            return self;
        };
        let Some((time, glued)) = last.as_bytes().split_at_checked(5) else {
            return self;
        };
        if HourMinute::token(time).is_some() {
            let glued = std::str::from_utf8(glued).unwrap_or_default();
            let grid = spot::grid_word(glued);
            if glued.is_empty() || grid.is_some() {
                self.comment = before.trim_end();
                self.grid = self.grid.or(grid);
            }
        }
        self
    }

    /// Condensed skimmer lines have the spotted station's zone before the time when the spotter's is behind
    /// it: `CW  23dB Q:9* Z:20           16 2259Z 14`.
    fn without_zone(mut self, behind: &str) -> Self {
        if behind.len() <= 2
            && self.comment.contains(" Q:")
            && let Some((before, zone)) = last_word(self.comment)
            && zone.len() <= 2
            && zone.bytes().all(|b| b.is_ascii_digit())
        {
            self.comment = before.trim_end();
        }
        self
    }
}

/// What nodes put behind the time: a locator, a zone, a state.
fn is_tail(word: &str) -> bool {
    let bytes = word.as_bytes();
    let all = |test: fn(&u8) -> bool| bytes.iter().all(test);
    (bytes.len() <= 2 && (all(u8::is_ascii_digit) || all(u8::is_ascii_uppercase)))
        || spot::grid_word(word).is_some()
}

impl Cc11 {
    /// The fields behind `CC11^`: frequency, call, date, time, comment, spotter are common to all nodes, the
    /// rest is taken by its form.
    pub(super) fn parse(rest: &str) -> Option<Self> {
        let mut fields = rest.split('^');
        let mut next = || fields.next().map(str::trim);
        let freq = frequency::khz(next()?)?;
        let call = spot::spotted(next()?).ok()?;
        let day = date(next()?);
        let at = HourMinute::parse(next()?);
        let comment = next()?;
        let spotter = Spotter::parse(next()?).ok()?;
        let more: Vec<&str> = fields.map(str::trim).collect();
        let mut spot = SpotLine::new(spotter, freq, call, comment);
        (spot.at, spot.date) = (at, day);
        let grid = |at: usize| more.get(at).and_then(|word| spot::grid_word(word));
        if more.len() == 13 {
            spot.grid = grid(11).or(spot.grid);
            spot.spotter_grid = grid(12);
        } else if let Some(first) = (0..more.len()).find(|at| grid(*at).is_some() && grid(at + 1).is_some()) {
            spot.grid = grid(first);
            spot.spotter_grid = grid(first + 1);
        }
        // The origin is the only field among the first few that is a node's call.
        let origin = more.iter().take(4).find(|field| Spotter::parse(field).is_ok());
        Some(Self {
            spot,
            origin: origin.map(SmolStr::new),
        })
    }
}
