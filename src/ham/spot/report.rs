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
    // Most comments are plain, and bytes are faster to go through than characters.
    if comment.is_ascii() {
        for word in comment.split_ascii_whitespace() {
            found.take(word, before);
            before = word;
        }
    } else {
        for word in comment.split_whitespace() {
            found.take(word, before);
            before = word;
        }
    }
    found
}

impl Report {
    fn take(&mut self, word: &str, before: &str) {
        match unit_of(word) {
            Some((number, Unit::Decibels)) => {
                if let Some(number) = number_of(number, before) {
                    self.snr = self.snr.or_else(|| decibels(number));
                    return self.mode_of(word);
                }
            }
            Some((number, Unit::Speed)) => {
                if let Some(number) = number_of(number, before) {
                    self.wpm = self.wpm.or_else(|| number.parse().ok());
                    return;
                }
            }
            None => {}
        }
        if self.snr.is_some()
            && self.kind.is_none()
            && let Some(kind) = SkimmerKind::parse(word)
        {
            self.kind = Some(kind);
            return;
        }
        self.mode_of(word);
    }

    fn mode_of(&mut self, word: &str) {
        if self.mode.is_none() {
            self.mode = mode_in(word);
        }
    }
}

enum Unit {
    Decibels,
    Speed,
}

/// A word that ends in a unit, and what is before that.
fn unit_of(word: &str) -> Option<(&str, Unit)> {
    let ends = |unit: &str| {
        let at = word.len().checked_sub(unit.len())?;
        word.as_bytes()[at..]
            .eq_ignore_ascii_case(unit.as_bytes())
            .then(|| &word[..at])
    };
    match word.as_bytes().last()? {
        b'B' | b'b' => ends("dB").map(|number| (number, Unit::Decibels)),
        b'M' | b'm' => ends("WPM").map(|number| (number, Unit::Speed)),
        b'S' | b's' => ends("BPS").map(|number| (number, Unit::Speed)),
        _ => None,
    }
}

/// The number a unit belongs to: in the same word (`23dB`) or the one before (`23 dB`).
fn number_of<'a>(number: &'a str, before: &'a str) -> Option<&'a str> {
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
    if word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return named(word);
    }
    word.split(|c: char| !c.is_ascii_alphanumeric()).find_map(named)
}

fn named(piece: &str) -> Option<SpotMode> {
    // No mode starts with a digit; many words of comments do.
    if !piece.as_bytes().first()?.is_ascii_alphabetic() {
        return None;
    }
    let mode = SpotMode::parse(piece)?;
    let short_word = matches!(mode, SpotMode::Am | SpotMode::Fm);
    (!short_word || piece.bytes().all(|b| b.is_ascii_uppercase())).then_some(mode)
}
