//! What a comment says beside prose: mode, report, references, grids, split.
//!
//! Every clue is optional and none is taken on a guess that is more often wrong than right: a single word that
//! could be a grid is one only if it is no part of a message (`RR73`) or call (`CQ14`).
//! Pairs such as `JO41DX<MS>JN75` are written from the spotter's side: his own grid first.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{References, Report, frequency, report};
use crate::ham::freq::Hertz;
use crate::ham::grid::Grid;

/// What was found in a comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clues {
    /// Mode, strength, speed, kind.
    pub report: Report,
    /// References of activators.
    pub references: References,
    /// Where the spotted station is.
    pub grid: Option<Grid>,
    /// Where the spotter is.
    pub spotter_grid: Option<Grid>,
    /// How the signal travelled.
    pub propagation: Option<Propagation>,
    /// Where the spotted station listens.
    pub split: Option<Split>,
}

/// How a signal travelled, by ADIF's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Propagation {
    /// Aurora.
    Aur,
    /// Off the moon.
    Eme,
    /// Sporadic E.
    Es,
    /// F2 layer.
    F2,
    /// Field-aligned irregularities.
    Fai,
    /// Ionoscatter.
    Ion,
    /// Off the trails of meteors.
    Ms,
    /// Rain scatter.
    Rs,
    /// By satellite.
    Sat,
    /// Across the equator.
    Tep,
    /// Tropospheric ducting.
    Tr,
}

impl Propagation {
    /// Every one, in the order of their numbers.
    pub const ALL: [Self; 11] = [
        Self::Aur,
        Self::Eme,
        Self::Es,
        Self::F2,
        Self::Fai,
        Self::Ion,
        Self::Ms,
        Self::Rs,
        Self::Sat,
        Self::Tep,
        Self::Tr,
    ];

    /// ADIF's name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Aur => "AUR",
            Self::Eme => "EME",
            Self::Es => "ES",
            Self::F2 => "F2",
            Self::Fai => "FAI",
            Self::Ion => "ION",
            Self::Ms => "MS",
            Self::Rs => "RS",
            Self::Sat => "SAT",
            Self::Tep => "TEP",
            Self::Tr => "TR",
        }
    }

    /// Reads a tag between two grids, with the longer spellings people use.
    fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_uppercase();
        Some(match tag.as_str() {
            "AU" | "AURORA" => Self::Aur,
            "EME" | "MOON" => Self::Eme,
            "E" | "SPE" | "SP" | "MES" => Self::Es,
            "TROPO" | "T" | "TRO" => Self::Tr,
            "SCAT" | "RSC" => Self::Rs,
            _ => return Self::ALL.into_iter().find(|one| one.label() == tag),
        })
    }
}

/// Where a station listens that does not listen where it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Above, by so much if that is said.
    Up(Option<Hertz>),
    /// Below, by so much if that is said.
    Down(Option<Hertz>),
    /// On that frequency.
    At(Hertz),
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, by) = match self {
            Self::Up(by) => ("UP", by.as_ref()),
            Self::Down(by) => ("DN", by.as_ref()),
            Self::At(at) => ("QSX", Some(at)),
        };
        f.write_str(word)?;
        let Some(by) = by else { return Ok(()) };
        let text = frequency::to_khz_text(*by);
        write!(f, " {}", text.strip_suffix(".0").unwrap_or(&text))
    }
}

/// Finds what a comment says.
pub fn clues(comment: &str) -> Clues {
    let mut found = Clues {
        report: report(comment),
        ..Clues::default()
    };
    pair(comment, &mut found);
    let mut before = "";
    for word in comment.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')')) {
        if word.is_empty() {
            continue;
        }
        if !found.references.take(word)
            && found.grid.is_none()
            && found.spotter_grid.is_none()
            && let Some(grid) = lone_grid(word)
        {
            found.grid = Some(grid);
        }
        if found.split.is_none() {
            found.split = split(before, word);
        }
        before = word;
    }
    if found.split.is_none() {
        found.split = split(before, "");
    }
    found
}

/// `JO41DX<MS>JN75`, `EL86XQ<>EN52`, `IO81XW>IO81JM`, `EM73wx -> EM93qc`.
fn pair(comment: &str, found: &mut Clues) {
    for (at, _) in comment.match_indices('>') {
        let (left, right) = (&comment[..at], comment[at + 1..].trim_start());
        let (left, tag) = match left.rfind('<') {
            Some(open) if at - open <= 9 => (&left[..open], &left[open + 1..]),
            _ => (left.trim_end_matches(['-', '=']), ""),
        };
        let mine = left
            .trim_end()
            .rsplit(|c: char| !c.is_ascii_alphanumeric())
            .next();
        let theirs = right.split(|c: char| !c.is_ascii_alphanumeric()).next();
        if let (Some(mine), Some(theirs)) = (mine.and_then(grid), theirs.and_then(grid)) {
            found.spotter_grid = Some(mine);
            found.grid = Some(theirs);
            found.propagation = Propagation::parse(tag);
            return;
        }
    }
}

/// A word of 4 or 6 characters that is a locator.
pub(crate) fn grid(word: &str) -> Option<Grid> {
    let bytes = word.as_bytes();
    let shape = matches!(bytes.len(), 4 | 6)
        && bytes[2].is_ascii_digit()
        && bytes[3].is_ascii_digit()
        && bytes[0].is_ascii_alphabetic();
    if shape { word.parse().ok() } else { None }
}

/// A locator on its own, unless it is a piece of a message or the tail of a call to somebody.
fn lone_grid(word: &str) -> Option<Grid> {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let message = ["RR73", "CQ"].iter().any(|start| {
        word.get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    });
    if message { None } else { grid(word) }
}

/// Two words, or one that holds both: `UP 5`, `UP5`, `U5`, `DN 2`, `D2`, `QSX 7144`, `UP`.
fn split(first: &str, second: &str) -> Option<Split> {
    let first = first.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = first.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, glued) = first.split_at(letters);
    let amount = |text: &str| {
        let text = text.trim_start_matches('+');
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let number = text[..end].trim_end_matches('.');
        // Anything else glued to the number but a range or a unit means that it is none.
        let rest = text[end..].trim_start_matches(['-', '/', '+']);
        let unit = rest.is_empty()
            || rest.starts_with(|c: char| c.is_ascii_digit())
            || rest.eq_ignore_ascii_case("khz");
        if unit { khz_below(number, 100) } else { None }
    };
    let shift = |letter: bool| match (glued.is_empty(), letter) {
        // A lone `U` or `D` is nothing, nor the start of a word of other letters; `UP` is.
        (true, true) => None,
        (true, false) if letters < first.len() => None,
        (true, false) => Some(amount(second)),
        (false, _) => amount(glued).map(Some),
    };
    match word.len() {
        1 if word.eq_ignore_ascii_case("u") => shift(true).map(Split::Up),
        1 if word.eq_ignore_ascii_case("d") && glued.len() <= 2 => shift(true).map(Split::Down),
        2 if word.eq_ignore_ascii_case("up") => shift(false).map(Split::Up),
        // `DN10` is a locator.
        2 if word.eq_ignore_ascii_case("dn") && glued.len() != 2 => shift(false).map(Split::Down),
        4 if word.eq_ignore_ascii_case("down") => shift(false).map(Split::Down),
        3 if word.eq_ignore_ascii_case("qsx") => {
            let text = if glued.is_empty() { second } else { glued };
            let guess = frequency::guess(text.trim_end_matches(['.', ','])).ok()?;
            guess.in_band.then_some(Split::At(guess.frequency))
        }
        _ => None,
    }
}

/// A whole or decimal number of kilohertz up to a limit.
fn khz_below(number: &str, most: u64) -> Option<Hertz> {
    let hertz = Hertz::from_mhz_text(number).ok()?.get() / 1_000;
    (hertz > 0 && hertz <= most * 1_000).then(|| Hertz::new(hertz))
}
