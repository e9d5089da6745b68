//! Numbers as logs write them: decimal texts kept to the digit, and transmitter power with its units.
//!
//! Invariant: a number here is always a valid ADIF number (digits, at most one point, perhaps a sign), and
//! its text is what was given; nothing passes through a floating-point type.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

/// Power in watts as a decimal text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "SmolStr")]
pub struct Power(SmolStr);

/// The text tells no power.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a power in watts")]
pub struct PowerError(String);

impl Power {
    /// Reads watts, or a number with `W`, `kW` or `mW`, or what contest operators send (`K`, `KW`, `1TT`, `NN`).
    pub fn parse(text: &str) -> Result<Self, PowerError> {
        let text = text.trim();
        if let Some(number) = unsigned(text) {
            return Ok(Self(number.into()));
        }
        let split = text
            .find(|c: char| !matches!(c, '0'..='9' | '.' | ','))
            .unwrap_or(text.len());
        let (number, unit) = (&text[..split], text[split..].trim().to_ascii_uppercase());
        let shift = match unit.as_str() {
            "W" | "WATT" | "WATTS" => 0,
            "K" | "KW" => 3,
            // `MW` means milliwatts: no amateur station has megawatts.
            "MW" => -3,
            _ => return cut_numbers(text).ok_or_else(|| PowerError(text.to_owned())),
        };
        let number = if number.is_empty() && shift == 3 {
            Cow::Borrowed("1")
        } else {
            unsigned(number).ok_or_else(|| PowerError(text.to_owned()))?
        };
        Ok(Self(shifted(&number, shift)))
    }

    /// The watts as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whole milliwatts, finer digits cut off.
    pub fn milliwatts(&self) -> u64 {
        shifted(&self.0, 3)
            .split('.')
            .next()
            .and_then(|whole| whole.parse().ok())
            .unwrap_or(u64::MAX)
    }
}

impl TryFrom<SmolStr> for Power {
    type Error = PowerError;

    fn try_from(text: SmolStr) -> Result<Self, PowerError> {
        Self::parse(&text)
    }
}

/// Morse operators' short figures (`A`=1 … `N`=9, `T`=0), with a `K` at the end for kilo.
fn cut_numbers(text: &str) -> Option<Power> {
    let upper = text.to_ascii_uppercase();
    let (figures, shift) = upper
        .strip_suffix('K')
        .map_or((upper.as_str(), 0), |rest| (rest, 3));
    if figures.is_empty() || figures.len() > 4 {
        return None;
    }
    let digit = |c: char| match c {
        '0'..='9' => Some(c),
        'A' => Some('1'),
        'U' => Some('2'),
        'V' => Some('3'),
        'E' => Some('5'),
        'D' => Some('8'),
        'N' => Some('9'),
        'T' | 'O' => Some('0'),
        _ => None,
    };
    let number: Option<String> = figures.chars().map(digit).collect();
    Some(Power(shifted(&number?, shift)))
}

/// The decimal number with the point moved right by so many places, without needless zeros.
fn shifted(number: &str, places: i32) -> SmolStr {
    if places == 0 {
        return number.into();
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let by = usize::try_from(places.unsigned_abs()).unwrap_or_default();
    let (whole, fraction) = if places > 0 {
        let padded = format!("{fraction:0<by$}");
        (format!("{whole}{}", &padded[..by]), padded[by..].to_owned())
    } else {
        let padded = format!("{whole:0>by$}");
        let cut = padded.len() - by;
        (padded[..cut].to_owned(), format!("{}{fraction}", &padded[cut..]))
    };
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() {
        whole.into()
    } else {
        format_smolstr!("{whole}.{fraction}")
    }
}

/// A decimal number without sign; a decimal comma becomes a point.
fn unsigned(text: &str) -> Option<Cow<'_, str>> {
    let mut digits = false;
    let mut points = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits = true,
            b'.' | b',' => points += 1,
            _ => return None,
        }
    }
    let comma = || Cow::Owned(text.replace(',', "."));
    (digits && points <= 1).then(|| {
        if text.contains(',') {
            comma()
        } else {
            Cow::Borrowed(text)
        }
    })
}

/// An ADIF number; a decimal comma becomes a point, blanks around it and a plus sign go.
pub(crate) fn decimal(text: &str) -> Option<Cow<'_, str>> {
    let trimmed = text.trim();
    let trimmed = trimmed.strip_prefix('+').unwrap_or(trimmed);
    match trimmed.strip_prefix('-') {
        None => unsigned(trimmed),
        Some(rest) => unsigned(rest).map(|number| match number {
            Cow::Borrowed(_) => Cow::Borrowed(trimmed),
            Cow::Owned(number) => Cow::Owned(format!("-{number}")),
        }),
    }
}

/// A decimal number rounded to a whole one, half away from zero.
pub(crate) fn rounded(text: &str) -> Option<i64> {
    let number = decimal(text)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let up = fraction.starts_with(|c: char| c >= '5');
    let digits = whole.trim_start_matches('-');
    let magnitude = if digits.is_empty() {
        0
    } else {
        digits.parse::<i64>().ok()?
    };
    let magnitude = magnitude.checked_add(i64::from(up))?;
    Some(if whole.starts_with('-') {
        -magnitude
    } else {
        magnitude
    })
}

/// A whole number without sign, such as a zone or an entity; `5.0` counts as whole.
pub(crate) fn whole(text: &str) -> Option<u32> {
    let number = unsigned(text.trim())?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if whole.is_empty() || fraction.bytes().any(|b| b != b'0') {
        return None;
    }
    whole.parse().ok()
}

/// An azimuth turned into 0 to 360 degrees, an elevation folded into ±90; `None` if it is fine as it is.
pub(super) fn turned(text: &str, elevation: bool) -> Option<String> {
    let number = decimal(text)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let places = u32::try_from(fraction.len()).ok().filter(|places| *places <= 9)?;
    let unit = 10_i64.pow(places);
    let value: i64 = format!("{whole}{fraction}").parse().ok()?;
    let (quarter, turn) = (90 * unit, 360 * unit);
    let fine = if elevation {
        value.abs() <= quarter
    } else {
        (0..=turn).contains(&value)
    };
    if fine {
        return None;
    }
    let mut value = value.rem_euclid(turn);
    if elevation {
        value = match value {
            v if v <= quarter => v,
            v if v <= 3 * quarter => 2 * quarter - v,
            v => v - turn,
        };
    }
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", value.abs(), width = fraction.len() + 1);
    let point = digits.len() - fraction.len();
    let (whole, fraction) = digits.split_at(point);
    let dot = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{dot}{fraction}"))
}
