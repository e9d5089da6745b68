//! Maidenhead grid locators of 2, 4, 6, 8, 10 or 12 characters.
//!
//! Pairs alternate: field `AR` (letters A to R, 20 by 10 degrees), square `09`, subsquare `ax` (5' by 2.5'),
//! then digits, letters a to x, digits again. Longitude comes first; the origin is 180 W, 90 S.
//! A [`Grid`] is a small `Copy` value in canonical case: field upper, later letters lower.
//! Not here: lists of several grids (`VUCC_GRIDS`), which the ADIF reader splits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::geo::LatLon;

const MAX_LEN: usize = 12;

/// Cells per pair, field first.
const DIVISIONS: [u32; MAX_LEN / 2] = [18, 10, 24, 10, 24, 10];

/// Why a text is not a grid locator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not 2, 4, 6, 8, 10 or 12 characters.
    #[error("a grid locator has 2, 4, 6, 8, 10 or 12 characters")]
    Length,
    /// The character at this 0-based position does not belong there.
    #[error("character {} of the grid locator does not belong there", .0 + 1)]
    Character(usize),
}

/// A Maidenhead locator: an area, see the module description.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "std::borrow::Cow<'_, str>")]
pub struct Grid {
    text: [u8; MAX_LEN],
    len: u8,
}

impl Grid {
    /// The locator of `pairs` pairs (1 to 6, clamped) whose area holds `at`.
    pub fn from_latlon(at: LatLon, pairs: u8) -> Self {
        let pairs = usize::from(pairs).clamp(1, DIVISIONS.len());
        let mut cells: u32 = DIVISIONS[..pairs].iter().product();
        let mut x = cell((at.lon() + 180.0) / 360.0, cells);
        let mut y = cell((at.lat() + 90.0) / 180.0, cells);
        let mut grid = Self {
            text: [0; MAX_LEN],
            len: to_len(pairs * 2),
        };
        for (pair, divisions) in DIVISIONS[..pairs].iter().enumerate() {
            cells /= divisions;
            grid.text[2 * pair] = symbol(pair, x / cells);
            grid.text[2 * pair + 1] = symbol(pair, y / cells);
            (x, y) = (x % cells, y % cells);
        }
        grid
    }

    /// The locator in canonical case.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.bytes()).expect("a grid holds ASCII letters and digits only")
    }

    /// Number of characters: 2, 4, 6, 8, 10 or 12.
    #[expect(clippy::len_without_is_empty, reason = "a grid is never empty")]
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// The middle of the area, which stands for the station's position.
    pub fn centre(&self) -> LatLon {
        self.at(0.5)
    }

    /// South-west and north-east corner of the area.
    pub fn corners(&self) -> (LatLon, LatLon) {
        (self.at(0.0), self.at(1.0))
    }

    /// Whether `other` is this area or lies in it.
    pub fn contains(&self, other: &Self) -> bool {
        other.bytes().starts_with(self.bytes())
    }

    /// Whether the position lies in this area (south and west border included).
    pub fn contains_point(&self, at: LatLon) -> bool {
        Self::from_latlon(at, self.len / 2) == *self
    }

    /// The first two characters.
    #[must_use]
    pub fn field(&self) -> Self {
        self.cut(2)
    }

    /// The first four characters, the unit most awards count; `None` for a bare field.
    pub fn square4(&self) -> Option<Self> {
        (self.len >= 4).then(|| self.cut(4))
    }

    /// The locator cut to at most `pairs` pairs (at least one).
    #[must_use]
    pub fn truncated(&self, pairs: u8) -> Self {
        self.cut((usize::from(pairs).clamp(1, DIVISIONS.len()) * 2).min(self.len()))
    }

    /// Whether this is what programs write when they know no position: `JJ00aa`, the corner at 0/0.
    pub fn is_placeholder(&self) -> bool {
        self.len >= 6 && self.as_str()[..6] == *"JJ00aa"
    }

    fn bytes(&self) -> &[u8] {
        &self.text[..self.len()]
    }

    fn cut(&self, len: usize) -> Self {
        let mut text = [0; MAX_LEN];
        text[..len].copy_from_slice(&self.text[..len]);
        Self {
            text,
            len: to_len(len),
        }
    }

    /// The point a fraction of the way from the south-west to the north-east corner.
    fn at(&self, fraction: f64) -> LatLon {
        let (mut x, mut y, mut cells) = (0, 0, 1);
        for (pair, chars) in self.bytes().chunks_exact(2).enumerate() {
            x = x * DIVISIONS[pair] + index(pair, chars[0]).unwrap_or_default();
            y = y * DIVISIONS[pair] + index(pair, chars[1]).unwrap_or_default();
            cells *= DIVISIONS[pair];
        }
        let place = |n: u32| (f64::from(n) + fraction) / f64::from(cells);
        LatLon::wrapped(place(y) * 180.0 - 90.0, place(x) * 360.0 - 180.0)
    }
}

impl FromStr for Grid {
    type Err = Error;

    /// Reads a locator in any case; surrounding blanks are ignored.
    fn from_str(text: &str) -> Result<Self, Error> {
        let raw = text.trim().as_bytes();
        if raw.len() < 2 || raw.len() > MAX_LEN || !raw.len().is_multiple_of(2) {
            return Err(Error::Length);
        }
        let mut grid = Self {
            text: [0; MAX_LEN],
            len: to_len(raw.len()),
        };
        for (i, &c) in raw.iter().enumerate() {
            let n = index(i / 2, c).ok_or(Error::Character(i))?;
            grid.text[i] = symbol(i / 2, n);
        }
        Ok(grid)
    }
}

impl TryFrom<std::borrow::Cow<'_, str>> for Grid {
    type Error = Error;

    fn try_from(text: std::borrow::Cow<'_, str>) -> Result<Self, Error> {
        text.parse()
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grid({self})")
    }
}

impl Serialize for Grid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Cell number of a fraction of the whole; the far edge belongs to the last cell.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 10,368,000 by construction"
)]
fn cell(fraction: f64, cells: u32) -> u32 {
    ((fraction * f64::from(cells)).floor() as u32).min(cells - 1)
}

/// Value of a character in the given pair, any case.
fn index(pair: usize, c: u8) -> Option<u32> {
    let first = if pair.is_multiple_of(2) { b'A' } else { b'0' };
    let n = u32::from(c.to_ascii_uppercase().checked_sub(first)?);
    (n < DIVISIONS[pair]).then_some(n)
}

/// Character of a value in the given pair, canonical case.
fn symbol(pair: usize, n: u32) -> u8 {
    let first = match pair {
        0 => b'A',
        2 | 4 => b'a',
        _ => b'0',
    };
    first + u8::try_from(n).expect("a pair has at most 24 values")
}

fn to_len(len: usize) -> u8 {
    u8::try_from(len).expect("a grid has at most 12 characters")
}

#[cfg(test)]
mod tests;
