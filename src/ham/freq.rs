//! Frequencies as whole hertz.
//!
//! Invariant: a frequency never passes through a floating-point number; texts in megahertz, the unit of
//! ADIF and of people, are read and written as exact decimals. Bands are in `ham::band`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A frequency in hertz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hertz(u64);

/// Why a text is no frequency in megahertz.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrequencyError {
    /// No decimal number without sign and exponent.
    #[error("frequency {0:?} is not a number")]
    NotANumber(String),
    /// Above what 64 bits of hertz hold.
    #[error("frequency {0:?} is too large")]
    TooLarge(String),
}

impl Hertz {
    /// A frequency of so many hertz.
    pub const fn new(hertz: u64) -> Self {
        Self(hertz)
    }

    /// The number of hertz.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Reads decimal megahertz with point or comma; digits finer than one hertz are rounded.
    pub fn from_mhz_text(text: &str) -> Result<Self, FrequencyError> {
        let trimmed = text.trim();
        let no_number = || FrequencyError::NotANumber(text.to_owned());
        let (whole, fraction) = trimmed.split_once(['.', ',']).unwrap_or((trimmed, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
            return Err(no_number());
        }
        hertz(whole, fraction)
            .map(Self)
            .ok_or_else(|| FrequencyError::TooLarge(text.to_owned()))
    }

    /// Decimal megahertz, exact, without needless zeros: `14.025`.
    pub fn to_mhz_text(self) -> String {
        self.to_mhz_text_with(0)
    }

    /// Decimal megahertz with at least so many decimals (at most six): `14.0250` for four.
    pub fn to_mhz_text_with(self, decimals: u8) -> String {
        let mut text = format!("{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000);
        let point = text.len() - 7;
        let fewest = point + 1 + usize::from(decimals.min(6));
        while text.len() > fewest && text.ends_with('0') {
            text.pop();
        }
        if text.ends_with('.') {
            text.pop();
        }
        text
    }
}

/// Hertz of a decimal number of megahertz in digits, rounded half up; `None` if it overflows.
fn hertz(whole: &str, fraction: &str) -> Option<u64> {
    let mut value = 0_u64;
    let decimals = fraction.bytes().chain(std::iter::repeat(b'0')).take(6);
    for digit in whole.bytes().chain(decimals) {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    let rounding = fraction.as_bytes().get(6).is_some_and(|digit| *digit >= b'5');
    value.checked_add(u64::from(rounding))
}

impl fmt::Display for Hertz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MHz", self.to_mhz_text())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn megahertz_texts_are_read_exactly() {
        for (text, hertz) in [
            ("14.0255", 14_025_500),
            ("14,0255", 14_025_500),
            ("14", 14_000_000),
            (".1365", 136_500),
            ("7.", 7_000_000),
            (" 50.313 ", 50_313_000),
            ("14.07412345", 14_074_123),
            ("14.0741235", 14_074_124),
            ("7500000", 7_500_000_000_000),
        ] {
            assert_eq!(Hertz::from_mhz_text(text), Ok(Hertz::new(hertz)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            ".",
            "-7.1",
            "7.1.1",
            "1e3",
            "14 025",
            "14.0MHz",
            "\u{0661}4.0",
        ] {
            assert!(
                matches!(Hertz::from_mhz_text(text), Err(FrequencyError::NotANumber(_))),
                "{text:?}"
            );
        }
        assert!(matches!(
            Hertz::from_mhz_text("99999999999999"),
            Err(FrequencyError::TooLarge(_))
        ));
    }

    #[test]
    fn decimals_can_be_kept() {
        let hertz = Hertz::new(14_025_000);
        assert_eq!(hertz.to_mhz_text(), "14.025");
        assert_eq!(hertz.to_mhz_text_with(4), "14.0250");
        assert_eq!(hertz.to_mhz_text_with(1), "14.025");
        assert_eq!(Hertz::new(14_000_000).to_mhz_text(), "14");
        assert_eq!(Hertz::new(14_000_000).to_mhz_text_with(3), "14.000");
        assert_eq!(Hertz::new(136_500).to_mhz_text(), "0.1365");
    }

    proptest! {
        #[test]
        fn every_frequency_survives_its_text(hertz in any::<u64>(), decimals in 0_u8..9) {
            let text = Hertz::new(hertz).to_mhz_text_with(decimals);
            prop_assert_eq!(Hertz::from_mhz_text(&text), Ok(Hertz::new(hertz)));
        }
    }
}
