//! `dx 14025 3B8CW cq up 1`: a spot as a person types it.
//!
//! Frequency and call come in either order; the frequency is kilohertz, or megahertz where that makes a band.
//! The errors are worded for whoever typed it.

use super::super::spot_line::SpotLine;
use crate::ham::callsign::Callsign;
use crate::ham::freq::Hertz;
use crate::ham::spot::{self, Spotter, frequency};

/// Longest comment taken, in characters.
const LONGEST_COMMENT: usize = 120;

/// A spot to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dx {
    /// On whose behalf; only some may say so.
    pub by: Option<Spotter>,
    /// Where.
    pub freq: Hertz,
    /// Who.
    pub call: Callsign,
    /// What is said.
    pub comment: String,
}

/// Why it is no spot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DxError {
    /// Too few words.
    #[error("usage: DX [BY call] <frequency> <call> <remarks>")]
    Usage,
    /// No call, or no number.
    #[error("The callsign or frequency is invalid")]
    Invalid,
    /// In no amateur band.
    #[error("Frequency {0} not in band (see show/band); usage: DX [BY call] <frequency> <call> <remarks>")]
    NotInBand(String),
}

impl Dx {
    /// Reads what stands behind `dx`.
    pub(super) fn parse(text: &str) -> Result<Self, DxError> {
        let (mut first, mut rest) = word(text).ok_or(DxError::Usage)?;
        let mut by = None;
        if first.eq_ignore_ascii_case("by") {
            let (call, after) = word(rest).ok_or(DxError::Usage)?;
            by = Some(Spotter::parse(call).map_err(|_| DxError::Invalid)?);
            (first, rest) = word(after).ok_or(DxError::Usage)?;
        }
        let (second, comment) = word(rest).ok_or(DxError::Usage)?;
        let (number, call) = if is_number(first) {
            (first, second)
        } else if is_number(second) {
            (second, first)
        } else {
            return Err(DxError::Invalid);
        };
        let call = spot::spotted(call).map_err(|_| DxError::Invalid)?;
        let guess = frequency::guess(number).map_err(|_| DxError::Invalid)?;
        if !guess.in_band {
            return Err(DxError::NotInBand(number.chars().take(16).collect()));
        }
        Ok(Self {
            by,
            freq: guess.frequency,
            call,
            comment: comment.trim().chars().take(LONGEST_COMMENT).collect(),
        })
    }

    /// The spot with what its comment says.
    pub fn line(&self, spotter: Spotter) -> SpotLine {
        SpotLine::new(spotter, self.freq, self.call.clone(), &self.comment)
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    (!text.is_empty()).then(|| text.split_at(text.find(char::is_whitespace).unwrap_or(text.len())))
}

fn is_number(word: &str) -> bool {
    word.bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
        && word.bytes().any(|b| b.is_ascii_digit())
}
