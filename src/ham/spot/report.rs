//! The report inside a comment: mode, strength, speed and what was sent.
//!
//! The forms are those of skimmers (`CW    24 dB  22 WPM  NCDXF B`, `FT8  -13 dB`), of nodes that condense
//! them (`CW  23dB Q:9* Z:20`), and of the programs of people (`FT8 -13dB from GF27 2062Hz`). It is read word
//! by word, for every spot, so it must be fast; everything that takes a second look is in `clues`.

use serde::{Deserialize, Serialize};

use super::mode::SpotMode;

/// What a comment reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// The mode it names as a whole word, the first if there are several.
    pub mode: Option<SpotMode>,
    /// Strength in decibels above the noise.
    pub snr: Option<i8>,
    /// Speed in words a minute; for radio teletype and phase shift keying in baud.
    pub wpm: Option<u8>,
    /// What the station was sending.
    pub kind: Option<SkimmerKind>,
}

/// What a skimmer heard the station send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SkimmerKind {
    /// A call to anybody.
    Cq,
    /// An answer to somebody.
    Dx,
    /// Its own call after another one.
    De,
    /// A beacon.
    Beacon,
    /// A beacon of the Northern California DX Foundation's chain.
    Ncdxf,
}

impl SkimmerKind {
    /// The word the Reverse Beacon Network uses.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cq => "CQ",
            Self::Dx => "DX",
            Self::De => "DE",
            Self::Beacon => "BEACON",
            Self::Ncdxf => "NCDXF B",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "CQ" => Self::Cq,
            "DX" => Self::Dx,
            "DE" => Self::De,
            "BEACON" => Self::Beacon,
            "NCDXF" => Self::Ncdxf,
            _ => return None,
        })
    }
}

/// Reads the report in a comment.
pub fn report(comment: &str) -> Report {
    let mut found = Report::default();
    let mut before = "";
    for word in comment
        .split(|c: char| c.is_whitespace())
        .filter(|word| !word.is_empty())
    {
        if let Some(number) = before_unit(word, before, &["dB", "DB", "db", "Db"]) {
            found.snr = found.snr.or_else(|| decibels(number));
        } else if let Some(number) = before_unit(word, before, &["WPM", "wpm", "BPS", "bps"]) {
            found.wpm = found.wpm.or_else(|| number.parse().ok());
        } else if found.snr.is_some()
            && found.kind.is_none()
            && let Some(kind) = SkimmerKind::parse(word)
        {
            found.kind = Some(kind);
        } else if found.mode.is_none() {
            found.mode = mode_in(word);
        }
        before = word;
    }
    found
}

/// The number a unit belongs to: in the same word (`23dB`) or the one before (`23 dB`).
fn before_unit<'a>(word: &'a str, before: &'a str, units: &[&str]) -> Option<&'a str> {
    let number = units.iter().find_map(|unit| word.strip_suffix(unit))?;
    if number.is_empty() {
        return is_number(before).then_some(before);
    }
    // `FT8-10dB` and `FT8:-10dB`: the number is what the word ends in.
    let start = number.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| {
        if number[at..].starts_with(['-', '+']) {
            at
        } else {
            at + 1
        }
    });
    number.get(start..).filter(|text| is_number(text))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit())
}

fn decibels(number: &str) -> Option<i8> {
    number.strip_prefix('+').unwrap_or(number).parse().ok()
}

/// A mode in a word of a comment: the word itself or a piece of it between other characters (`CW/SSB`,
/// `(FT8)`, `FT8-10dB`). `AM` and `FM` only in capitals: "I am", "fm JO20".
fn mode_in(word: &str) -> Option<SpotMode> {
    word.split(|c: char| !c.is_ascii_alphanumeric())
        .find_map(|piece| {
            let mode = SpotMode::parse(piece)?;
            let short_word = matches!(mode, SpotMode::Am | SpotMode::Fm);
            (!short_word || piece.bytes().all(|b| b.is_ascii_uppercase())).then_some(mode)
        })
}
