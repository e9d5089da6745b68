//! Frequencies as spots write them: kilohertz by custom, anything in practice.
//!
//! Texts are read digit by digit, so that `10368961.9` is exact; only what comes as a binary number goes
//! through one. Where the unit is not certain the rule is: kilohertz if that lands in an amateur band, else
//! megahertz if that does, else hertz, else kilohertz and out of band. A spot out of band is kept and marked.

use crate::ham::band::Band;
use crate::ham::freq::Hertz;

/// Nothing below is spotted, in hertz (not itself taken).
pub const LOWEST: u64 = 30_000;
/// Nothing above is spotted, in hertz (not itself taken).
pub const HIGHEST: u64 = 300_000_000_000;
/// Above this a number is not kilohertz, whatever band that would be: 144300000 is hertz, not the 2 mm band.
const HIGHEST_BAND: u64 = 81_000_000_000;
/// How far beside a band a spot still counts as in it, in hertz: dials and rounding.
const MARGIN: u64 = 5_000;
/// As hertz these are the 30 m band; as kilohertz a part of the 3 cm band that nobody uses.
const THIRTY_METRES: std::ops::RangeInclusive<u64> = 10_100_000_000..=10_150_000_000;

/// Why something is no frequency of a spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpotFrequencyError {
    /// No plain decimal number.
    #[error("the frequency is not a number")]
    NotANumber,
    /// Nothing between 30 kHz and 300 GHz in any unit.
    #[error("the frequency is out of range")]
    OutOfRange,
}

/// What a number of unknown unit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// The frequency.
    pub frequency: Hertz,
    /// The unit it was read in.
    pub unit: Unit,
    /// Whether it lies in an amateur band, or beside one.
    pub in_band: bool,
}

/// The unit a number was read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the units speak for themselves")]
pub enum Unit {
    Kilohertz,
    Megahertz,
    Hertz,
}

/// A decimal number as digits: the whole part and up to nine decimals.
struct Decimal {
    whole: u64,
    /// Billionths.
    billionths: u64,
}

/// Reads plain kilohertz, as spot lines have them; `None` outside 30 kHz to 300 GHz.
pub fn khz(text: &str) -> Option<Hertz> {
    let hertz = decimal(text)?.times(1_000)?;
    in_range(hertz).then(|| Hertz::new(hertz))
}

/// Reads a number whose unit is not certain.
pub fn guess(text: &str) -> Result<Guess, SpotFrequencyError> {
    let number = decimal(text.trim()).ok_or(SpotFrequencyError::NotANumber)?;
    choose([number.times(1_000), number.times(1_000_000), number.times(1)])
}

/// The same for a binary number, as JSON and XML-RPC carry them; rounded to a hertz.
pub fn guess_number(number: f64) -> Result<Guess, SpotFrequencyError> {
    if !number.is_finite() {
        return Err(SpotFrequencyError::NotANumber);
    }
    choose([1e3, 1e6, 1.0].map(|unit| rounded(number * unit)))
}

/// The same for a whole number.
pub fn guess_whole(number: u64) -> Result<Guess, SpotFrequencyError> {
    choose([1_000, 1_000_000, 1].map(|unit| number.checked_mul(unit)))
}

/// The band a spot counts in: the one that holds the frequency, or the one it is at most 5 kHz beside.
pub fn band(frequency: Hertz) -> Option<Band> {
    let hertz = frequency.get();
    Band::of(frequency)
        .or_else(|| Band::of(Hertz::new(hertz.saturating_sub(MARGIN))))
        .or_else(|| Band::of(Hertz::new(hertz.saturating_add(MARGIN))))
}

/// Kilohertz with one decimal, as spot lines have them, without padding.
pub fn to_khz_text(frequency: Hertz) -> String {
    // Rounded half up; 300 GHz leaves room.
    let tenths = (frequency.get() + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie between 0 and 300e9"
)]
fn rounded(hertz: f64) -> Option<u64> {
    let hertz = hertz.round();
    (hertz >= 0.0 && hertz <= HIGHEST as f64).then_some(hertz as u64)
}

fn in_range(hertz: u64) -> bool {
    hertz > LOWEST && hertz < HIGHEST
}

/// Out of the readings as kilohertz, megahertz and hertz.
fn choose(readings: [Option<u64>; 3]) -> Result<Guess, SpotFrequencyError> {
    let units = [Unit::Kilohertz, Unit::Megahertz, Unit::Hertz];
    for (unit, hertz) in units.into_iter().zip(readings) {
        let Some(hertz) = hertz.filter(|hertz| in_range(*hertz)) else {
            continue;
        };
        if unit == Unit::Kilohertz && (hertz > HIGHEST_BAND || THIRTY_METRES.contains(&hertz)) {
            continue;
        }
        let frequency = Hertz::new(hertz);
        if band(frequency).is_some() {
            return Ok(Guess {
                frequency,
                unit,
                in_band: true,
            });
        }
    }
    // In no band: kilohertz if that is a frequency at all, else hertz.
    for (unit, hertz) in [(Unit::Kilohertz, readings[0]), (Unit::Hertz, readings[2])] {
        if let Some(hertz) = hertz.filter(|hertz| in_range(*hertz)) {
            return Ok(Guess {
                frequency: Hertz::new(hertz),
                unit,
                in_band: false,
            });
        }
    }
    Err(SpotFrequencyError::OutOfRange)
}

/// Digits with at most one point or comma; anything else is no number.
fn decimal(text: &str) -> Option<Decimal> {
    let (mut whole, mut billionths, mut place, mut digits) = (0_u64, 0_u64, 1_000_000_000_u64, 0);
    let mut in_fraction = false;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                let digit = u64::from(byte - b'0');
                if in_fraction {
                    place /= 10;
                    billionths += digit * place;
                } else {
                    whole = whole.checked_mul(10)?.checked_add(digit)?;
                }
            }
            b'.' | b',' if !in_fraction => in_fraction = true,
            _ => return None,
        }
    }
    (digits > 0).then_some(Decimal { whole, billionths })
}

impl Decimal {
    /// In units of a so-manyth, rounded half up; `None` if that overflows.
    fn times(&self, unit: u64) -> Option<u64> {
        // At most 10^6 times 10^9: fits.
        let fraction = (self.billionths * unit + 500_000_000) / 1_000_000_000;
        self.whole.checked_mul(unit)?.checked_add(fraction)
    }
}
